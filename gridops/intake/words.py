"""What is wrong with a record, as people are told it; programs are answered in English."""

from __future__ import annotations

import re

from gridops.core.errors import FieldError, Invalid

# Field of a body -> its name, in the order in which pages show them.
FIELD_NAMES = {
    "case": "案件",
    "outcome": "结果",
    "words": "说明",
    "photos": "照片",
    "category": "类别",
    "description": "情况说明",
    "address": "地址",
    "grid": "网格",
    "location": "位置",
    "same_as": "同一案件",
    "self_handled": "自行处置",
    "source": "来源",
    "source_number": "来源编号",
    "campaign": "联合执法",
    "kind": "种类",
    "action": "动作",
    "round": "夜查",
    "outing": "行动",
    "incident": "执法措施",
    "problem": "通报问题",
    "number": "编号",
    "theme": "主题",
    "groups": "组数",
    "grids": "网格",
    "inspection": "行政检查",
    "approval": "审批",
    "premises": "单位",
    "recheck": "复查",
    "complete": "记录完整",
    "findings": "发现问题",
    "corrected": "已整改问题",
    "order": "责令改正或隐患提示",
    "signed": "签收",
    "witness": "见证人",
    "code": "签到码",
    "name": "姓名",
    "agency": "部门",
    "agencies": "参加部门",
    "certificate_no": "执法证号",
    "out": "离岗",
    "amount": "数量",
    "to_agency": "接收部门",
    "from_agency": "移交部门",
    "basis": "法律依据",
    "approver": "批准人",
    "approved_at": "批准时间",
    "officers": "执法人员",
    "party": "当事人",
    "decision_no": "文书编号",
    "letter_no": "移送函编号",
    "items": "物品清单",
    "deadline": "期限",
    "what": "移交内容",
    "receiver": "接收人",
    "started_at": "开始时间",
    "ended_at": "结束时间",
    "unit": "单位或部门",
    "fact": "事实",
    "person": "人员",
    "reason": "原因",
    "summary": "小结",
    "note": "备注",
    "due": "延期至",
    "closing_condition": "结案条件",
    "attachments": "附件",
    "captured_at": "手机时间",
    "sent_at": "手机时间",
    "size": "文件",
    "content": "文件",
    "content_type": "文件",
    "sha256": "文件",
}
# What names or marks a person: shown masked until somebody has to know it.
PERSONAL = frozenset({"name", "witness", "certificate_no", "approver", "officers", "party", "receiver", "person"})
# Pattern of an English reason -> the sentence; the first that fits says it.
_SAID = (
    (r"outside the jurisdiction", "这个位置不在本辖区内，请在地图上重新选择"),
    (r"should have at least|required|says nothing", "请填写"),
    (r"more than 10 minutes ahead|before 2000|out of range", "手机时间不准，请校准后再提交"),
    (r"no case has this number", "没有这个案件"),
    (r"has this number", "没有这个编号"),
    (r"no such grid", "没有这个网格"),
    (r"no such campaign", "没有这次联合执法"),
    (r"unknown field|Extra inputs", "有系统不认识的内容，请更新应用后再试"),
    (r"unknown", "没有这个类别"),
    (r"is not in force", "该类别已停用"),
    (r"only the desk registers", "只有受理人员登记他人来源的问题"),
    (r"only who walks the street", "只有巡查人员自行处置"),
    (r"says why it failed", "请说明不合格的原因"),
    (r"case seen again is not handled", "补充到已有案件的，不能同时登记为自行处置"),
    (r"cannot name itself", "不能指向自己"),
    (r"in use for other content", "已由另一内容或另一人使用"),
    (r"only where it begins", "只在开始时填写"),
    (r"^not 0$", "不能为 0"),
    (r"before started_at", "早于开始时间"),
    (r"not together with", "夜查和行动只能选一个"),
    (r"lon and lat belong together", "经度和纬度须同时填写"),
    (r"the same as attachments", "同一张照片重复了"),
    (r"the same as from_agency", "接收部门不能是移交部门"),
    (r"bytes allowed|bytes are more than", "文件太大，服务器不接收"),
    (r"the content has|bytes received", "收到的文件与原来的不一致，请重新发送"),
    (r"the content is|types taken", "不支持的文件类型"),
    (r"damaged picture", "照片文件已损坏，请重新拍摄"),
    (r"ISO 8601|^not a (time|day)|no such day", "不是有效的时间"),
    (r"not an amount in yuan", "请填写金额（元），最多两位小数"),
    (r"not an? (whole )?(number|amount)", "请填写数字"),
    (r"greater than|less than", "不是允许的数"),
    (r"one of|none of|Input should be '", "不在可选的范围内"),
    (r"not an? (text|list|object|id)|not true or false|a UUID|not 16 to 40 of", "格式不对"),
    (r"Input should be|should match|no text may", "格式不对"),
)
_BOUNDS = re.compile(r"(?:longer than|at most) (\d+) (characters|items)")
_RANGE = re.compile(r"not (between|a whole number from)( the years)? (-?[\d.]+) (?:and|to) (-?[\d.]+)( yuan)?")
_OTHER = "不符合要求"
_MOST_TOLD = 3
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def said(reason: str) -> str:
    """A reason as a person is told it; one without a sentence stays as it is."""
    if bound := _BOUNDS.search(reason):
        most = bound[1]
        return f"太长了，最多{most}字" if bound[2] == "characters" else f"太多了，最多{most}项"
    if span := _RANGE.search(reason):
        return _within(span)
    return next((words for pattern, words in _SAID if re.search(pattern, reason)), reason)


def _within(span: re.Match[str]) -> str:
    """Between which two a number, a year or an amount has to lie."""
    how, years, lowest, highest, money = span.groups()
    if years:
        return f"年份须在{lowest}至{highest}之间"
    if money:
        return f"金额须在{lowest}元至{highest}元之间"
    return f"须为{lowest}至{highest}之间的整数" if "whole" in how else f"须在{lowest}至{highest}之间"


def is_chinese(words: str) -> bool:
    """Whether a sentence is for people already."""
    return _CHINESE.search(words) is not None


def chinese(reason: str) -> str:
    """A reason in Chinese, whatever it was."""
    words = said(reason)
    return words if is_chinese(words) else _OTHER


def told(wrong: Invalid) -> str:
    """The first thing that is wrong as one sentence: the field's name and why."""
    return _told(wrong.errors[0])


def all_told(wrong: Invalid) -> str:
    """The first few things that are wrong, each as one sentence."""
    return "".join(list(dict.fromkeys(map(_told, wrong.errors)))[:_MOST_TOLD])


def _told(error: FieldError) -> str:
    field = error.field.removeprefix("body.").partition(".")[0].partition("[")[0]
    return f"“{FIELD_NAMES.get(field, '填写内容')}”有误：{chinese(error.reason)}。"
