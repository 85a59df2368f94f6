"""What is wrong with a record, as people are told it; programs are answered in English."""

from __future__ import annotations

import re

from gridops.core.errors import Invalid

# Field of a body -> its name, in the order in which pages show them.
FIELD_NAMES = {
    "case": "案件",
    "outcome": "结果",
    "words": "说明",
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
}
# What names or marks a person: shown masked until somebody has to know it.
PERSONAL = frozenset({"name", "witness", "certificate_no", "approver", "officers", "party", "receiver", "person"})
# Part of an English reason -> the sentence.
_SAID = (
    ("outside the jurisdiction", "这个位置不在本辖区内，请在地图上重新选择"),
    ("longer than", "太长了"),
    ("String should have at most", "太长了"),
    ("String should have at least", "请填写"),
    ("more than 10 minutes ahead", "手机时间不准，请校准后再提交"),
    ("before 2000", "手机时间不准，请校准后再提交"),
    ("no case has this number", "没有这个案件"),
    ("has this number", "没有这个编号"),
    ("no such grid", "没有这个网格"),
    ("no such campaign", "没有这次联合执法"),
    ("unknown", "没有这个类别"),
    ("is not in force", "该类别已停用"),
    ("only the desk registers", "只有受理人员登记他人来源的问题"),
    ("only who walks the street", "只有巡查人员自行处置"),
    ("required", "请填写"),
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def said(reason: str) -> str:
    """A reason as a person is told it; one without a sentence stays as it is."""
    return next((words for begin, words in _SAID if begin in reason), reason)


def told(wrong: Invalid) -> str:
    """The first thing that is wrong as one sentence: the field's name and why."""
    error = wrong.errors[0]
    field, why = error.field.removeprefix("body.").partition(".")[0], said(error.reason)
    name, why = FIELD_NAMES.get(field, "填写内容"), why if _CHINESE.search(why) else "不符合要求"
    return f"“{name}”有误：{why}。"
