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
    "kind": "事件或部件",
}
# Part of an English reason -> the sentence.
_SAID = (
    ("outside the jurisdiction", "这个位置不在本辖区内，请在地图上重新选择"),
    ("longer than", "太长了"),
    ("String should have at most", "太长了"),
    ("String should have at least", "请填写"),
    ("more than 10 minutes ahead", "手机时间不准，请校准后再提交"),
    ("before 2000", "手机时间不准，请校准后再提交"),
    ("no case has this number", "没有这个案件"),
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
