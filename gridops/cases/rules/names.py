"""Chinese names of states, moves, sources and reasons, as the field uses them (glossary.md); doors translate them."""

from __future__ import annotations

from gridops.cases.rules.moves import Bar, Clock, Move, State, Suspension, Tie
from gridops.cases.rules.sources import Source

STATE_NAMES: dict[State, str] = {
    State.REPORTED: "待受理",
    State.VERIFYING: "核实中",
    State.ACCEPTED: "已受理",
    State.DECLINED: "不予受理",
    State.SELF_HANDLED: "自行处置",
    State.FILED: "已立案",
    State.NOT_FILED: "不予立案",
    State.DISPATCHED: "已派遣",
    State.RECEIVED: "处置中",
    State.HANDLED: "已反馈",
    State.CHECKING: "核查中",
    State.CLOSED: "已结案",
    State.VOIDED: "已作废",
    State.MERGED: "已并案",
}

MOVE_NAMES: dict[Move, str] = {
    Move.REPORT: "上报",
    Move.SELF_HANDLE: "自行处置",
    Move.SEND_TO_VERIFY: "送核实",
    Move.VERIFY: "核实",
    Move.ACCEPT: "受理",
    Move.DECLINE: "不予受理",
    Move.FILE: "立案",
    Move.NOT_FILE: "不予立案",
    Move.DISPATCH: "派遣",
    Move.RECEIVE: "接收",
    Move.FEEDBACK: "反馈",
    Move.SEND_TO_CHECK: "送核查",
    Move.CHECK_PASSED: "核查通过",
    Move.CHECK_FAILED: "核查不通过（返工）",
    Move.CLOSE: "结案",
    Move.UNDO_CLOSING: "撤销结案",
    Move.RETURN: "退件",
    Move.ASK_EXTENSION: "申请延期",
    Move.EXTEND: "同意延期",
    Move.REFUSE_EXTENSION: "不同意延期",
    Move.REMIND: "催办",
    Move.PRESS: "督办",
    Move.ANSWER_PRESS: "督办答复",
    Move.SUSPEND: "挂账/缓办",
    Move.RESUME: "恢复办理",
    Move.VOID: "作废",
    Move.UNDO_VOID: "撤销作废",
    Move.MERGE: "并案",
    Move.UNDO_MERGE: "撤销并案",
    Move.SPLIT: "拆分",
    Move.UNDO_SPLIT: "撤销拆分",
    Move.JOIN: "会办",
    Move.HELP_DONE: "会办反馈",
    Move.HELP_RETURN: "退回会办",
    Move.END_HELP: "结束会办",
    Move.RECATEGORISE: "改类",
    Move.RELOCATE: "改址",
    Move.ADD_EVIDENCE: "补充证据",
    Move.RECOUNT: "重算时限",
}

# The key that opens a move's form: by its sound (p 派遣, l 立案, s 受理), f for each refusal (否), z for what takes
# back (撤). Two moves share a letter only where no case offers both; j, k, o, x, a, r, n, b, u belong to the list.
MOVE_LETTERS: dict[Move, str] = {
    Move.SEND_TO_VERIFY: "h",
    Move.ACCEPT: "s",
    Move.DECLINE: "f",
    Move.SELF_HANDLE: "z",
    Move.FILE: "l",
    Move.NOT_FILE: "f",
    Move.DISPATCH: "p",
    Move.RECEIVE: "s",
    Move.SEND_TO_CHECK: "h",
    Move.CLOSE: "e",
    Move.UNDO_CLOSING: "z",
    Move.RETURN: "t",
    Move.ASK_EXTENSION: "q",
    Move.EXTEND: "y",
    Move.REFUSE_EXTENSION: "f",
    Move.REMIND: "c",
    Move.PRESS: "w",
    Move.ANSWER_PRESS: "W",
    Move.SUSPEND: "g",
    Move.RESUME: "g",
    Move.VOID: "v",
    Move.UNDO_VOID: "z",
    Move.MERGE: "m",
    Move.UNDO_MERGE: "z",
    Move.SPLIT: "C",
    Move.UNDO_SPLIT: "Z",
    Move.JOIN: "H",
    Move.HELP_DONE: "Y",
    Move.HELP_RETURN: "T",
    Move.END_HELP: "E",
    Move.RECATEGORISE: "d",
    Move.RELOCATE: "D",
    Move.ADD_EVIDENCE: "i",
}

SOURCE_NAMES: dict[Source, str] = {
    Source.INSPECTOR: "信息采集",
    Source.JOINT_ENFORCEMENT: "联合执法",
    Source.NIGHT_INSPECTION: "夜查",
    Source.HOTLINE_12345: "12345热线",
    Source.PUBLIC: "公众举报",
    Source.WECHAT_APP: "微信小程序",
    Source.VIDEO: "视频监控",
    Source.LEADER: "领导交办",
    Source.PLATFORM_TRANSFER: "平台转办",
    Source.ASSESSMENT: "上级考核",
    Source.PETITION: "信访",
    Source.MEDIA: "媒体",
    Source.THIRD_PARTY: "第三方",
    Source.SENSOR: "物联感知",
    Source.OTHER: "其他",
}

SUSPENSION_NAMES: dict[Suspension, str] = {
    Suspension.OUTSIDE: "挂账（非处置单位原因）",
    Suspension.SET_DATE: "缓办（到期恢复）",
}

CLOCK_NAMES: dict[Clock, str] = {Clock.CENTRE: "中心计时", Clock.UNIT: "单位计时", Clock.STOPPED: "停止计时"}

FIELD_NAMES: dict[str, str] = {
    "reason": "理由",
    "words": "说明",
    "outcome": "核实结果",
    "condition": "立案条件",
    "closing_condition": "结案条件",
    "unit": "处置单位",
    "due": "延期至",
    "suspension": "挂账或缓办",
    "resume_on": "恢复日期",
    "into": "并入案件号",
    "category": "类别",
    "address": "地址",
    "lon": "经度",
    "lat": "纬度",
    "parts": "拆成的案件",
}

# What a field is called where a move means something of its own by it.
MOVE_FIELD_NAMES: dict[tuple[Move, str], str] = {
    (Move.PRESS, "words"): "督办要求",
    (Move.PRESS, "due"): "答复期限",
    (Move.ANSWER_PRESS, "words"): "答复内容",
    (Move.JOIN, "unit"): "会办单位",
    (Move.JOIN, "words"): "会办事项",
    (Move.JOIN, "due"): "会办期限",
    (Move.HELP_DONE, "words"): "办理结果",
    (Move.END_HELP, "unit"): "会办单位",
}

WRITTEN_NAMES: dict[str, str] = {
    "category_id": "类别",
    "condition_id": "立案条件",
    "unit_id": "处置单位或会办单位",
    "due_at": "时限",
    "handle_due_at": "处置时限",
    "until_at": "申请的时限、恢复日期、答复或会办期限",
    "into_id": "并入的案件",
    "outcome": "核实结果",
    "details": "改前、改后的位置，或拆成几件",
}

TIE_NAMES: dict[Tie, str] = {
    Tie.ROOT: "（本辖区）",
    Tie.TERRITORY: "（案件所在网格）",
    Tie.UNIT: "（处置单位）",
    Tie.REPORTER: "上报人本人",
    Tie.HELPER: "（会办单位，尚未反馈）",
    Tie.OTHER_COMMUNITY: "（案件所在社区，不是处置单位）",
}

BAR_NAMES: dict[Bar, str] = {
    Bar.HANDLER: "处置人不得办理",
    Bar.RESENDER: "退件后重新派遣的人不得办理",
    Bar.ASKER: "申请人本人不得办理",
}


def field_name(move: Move, field: str) -> str:
    """What a field of a move is called."""
    return MOVE_FIELD_NAMES.get((move, field)) or FIELD_NAMES[field]
