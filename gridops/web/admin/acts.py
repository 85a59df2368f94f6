"""The audit trail in words: what each act, subject and detail is called; tests hold that none is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.bulletins.rules.life import STEP_ZH
from gridops.bulletins.rules.series import SERIES
from gridops.cases.rules.faking import SUSPICION_NAMES, VERDICT_NAMES
from gridops.cases.rules.names import MOVE_NAMES
from gridops.catalogue import queries as catalogue
from gridops.catalogue.rules import AREA_NAMES, CHECK_RULE_NAMES, STEP_NAMES
from gridops.grids import queries as grids
from gridops.people import queries as people
from gridops.people.rules import ROLE_NAMES, WORK_LINE_NAMES
from gridops.people.rules.units import LEVEL_NAMES
from gridops.people.rules.viewing import ENDED_NAMES
from gridops.supervision.rules import ASSESSOR_NAMES
from gridops.web.admin import acts_of_work
from gridops.web.choices import KIND_NAMES
from gridops.web.language import category_name, chosen_language
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES

ACTS: dict[str, str] = {
    **{f"case.{move.value}": name for move, name in MOVE_NAMES.items()},
    "case.recount_failed": "重算时限未成",
    "case.retell": "按更正的来源重写经过",
    "intake.try_again": "重新办理待判定记录",
    "intake.set_aside": "不予采用手机记录",
    "intake.judge_dispute": "判定内容不同的同名记录",
    "intake.import_backup": "导入手机原始备份",
    "notices.set_hook": "设置通知地址",
    "notices.remove_hook": "取消通知地址",
    "notices.choose": "选择通知方式",
    **{f"bulletin.{step.value}": name for step, name in STEP_ZH.items()},
    "series.change": "修改系列设置",
    "sign_in": "登录",
    "sign_in.refused": "登录被拒",
    "sessions.end": "结束全部登录",
    "user.create": "添加人员",
    "user.change": "修改人员资料",
    "user.lock": "停用账号",
    "user.unlock": "启用账号",
    "user.phones": "取得值班长、领导的电话",
    "viewing.begin": "以他人身份查看",
    "viewing.page": "以他人身份看过的页面",
    "viewing.end": "结束以他人身份查看",
    "password.reset": "设置一次性密码",
    "password.set": "修改密码",
    "role.grant": "授予角色",
    "role.end": "终止角色",
    "token.create": "生成接口令牌",
    "token.revoke": "作废接口令牌",
    "unit.create": "添加单位",
    "unit.change": "修改单位",
    "duty.assign": "确定网格责任",
    "duty.end": "终止网格责任",
    "dispatch_rule.add": "添加派遣规则",
    "dispatch_rule.change": "修改派遣规则",
    "dispatch_rule.move": "调整派遣规则顺序",
    "dispatch_rule.end": "终止派遣规则",
    "case.flag_judged": "判定疑似虚假结案",
    "case.told_apart": "认定两件不是重复",
    "case.told_apart_undone": "撤销两件不是重复的认定",
    "case.recurred": "认定复发",
    "case.recurred_undone": "撤销复发认定",
    "closing.set": "设置结案权限",
    "spot_check.drawn": "抽取抽查样本",
    "spot_check.judged": "登记抽查结果",
    "calendar.upload": "写入工作日历",
    "calendar.drop_override": "取消本地调整",
    "calendar.hours": "设置办公时间",
    "category.rename": "修改类别名称",
    "category.extend": "新增本地扩展类别",
    "category.end": "停用本地扩展类别",
    "category_list.dates": "修改清单有效日期",
    "condition.add": "添加立案条件",
    "condition.edit": "修改立案条件",
    "condition.apply": "在办案件改按现行设置",
    "area.set": "设置区域类别",
    "area.withdraw": "撤回计划的区域类别",
    "step.set": "设置环节时限",
    "step.withdraw": "撤回计划的环节时限",
    "condition.end": "终止立案条件",
    "grids.import": "导入网格",
    "grids.change": "修改网格",
    "people.import": "导入人员",
    "campaign.open": "新建专项行动",
    "campaign.rename": "修改专项行动名称",
    "audit.read": "查阅审计",
    "audit.verify": "校验封存链",
    **acts_of_work.ACTS,
}
# Acts by what they begin with.
GROUPS = {
    "case.": "案件",
    "intake.": "手机记录",
    "notices.": "通知",
    "bulletin.": "通报",
    "series.": "通报系列",
    "sign_in": "登录",
    "sessions.": "会话",
    "user.": "账号",
    "viewing.": "以他人身份查看",
    "password.": "密码",
    "role.": "角色",
    "token.": "接口令牌",
    "unit.": "单位",
    "duty.": "网格责任",
    "dispatch_rule.": "派遣规则",
    "closing.": "结案权限",
    "spot_check.": "抽查",
    "calendar.": "工作日历",
    "category": "案件类别",
    "condition": "立案条件",
    "area.": "区域类别",
    "step.": "环节时限",
    "grids.": "网格",
    "people.": "人员导入",
    "campaign.": "专项行动",
    **acts_of_work.GROUPS,
    "audit.": "审计",
}
SUBJECTS = {
    "case": "案件",
    "notice_hook": "通知地址",
    "record": "手机记录",
    "bulletin": "通报",
    "series": "通报系列",
    "user": "人员",
    "unit": "单位",
    "grid": "网格",
    "dispatch_rule": "派遣规则",
    "spot_check": "抽查",
    "calendar": "工作日历",
    "category": "案件类别",
    "category_list": "类别清单",
    "filing_condition": "立案条件",
    "token": "接口令牌",
    "campaign": "专项行动",
    **acts_of_work.SUBJECTS,
    "root": "辖区",
    "audit": "审计",
}
DETAILS = {
    "contents": "文件数",
    "made_at": "导出时间",
    "act": "操作",
    "actor_id": "操作人",
    "addressee": "主送",
    "after": "改后",
    "answer_days": "报送办理情况的期限（天）",
    "area": "区域类别",
    "asked": "查询条件",
    "before": "改前",
    "body_name": "制发单位全称",
    "body_short_name": "制发单位简称",
    "category_id": "案件类别",
    "cases": "案件数",
    "certificate_no": "执法证号",
    "certificate_valid_to": "执法证有效期至",
    "changed": "改动",
    "check_rule": "核查方式",
    "class_limits": "分区时限",
    "code": "编码",
    "community": "社区可结案",
    "copy_to": "送（平级）",
    "day": "日期",
    "earlier": "前案",
    "ended": "结束方式",
    "entry": "抽查件",
    "digest": "总体校验码",
    "error": "原因",
    "fields": "改动项",
    "flag": "疑点",
    "grid_id": "网格",
    "head": "红头",
    "hours": "办公时间",
    "in_use": "在用",
    "kind": "类型",
    "last_day": "至何日（含）",
    "leader": "值班长可结案",
    "level": "级别",
    "limit": "时限",
    "limit_unit": "时限单位",
    "line": "工作线",
    "month_day": "每月起始日",
    "name": "名称",
    "new": "新增",
    "office": "编印单位",
    "originator": "上报人可结案",
    "other": "另一案件",
    "passed": "合格",
    "percent": "复核比例（%）",
    "period": "时段",
    "phone": "电话",
    "population": "抽查总体（件）",
    "photos": "要求照片（张）",
    "position": "第几条",
    "read": "读取",
    "report_to": "报（上级）",
    "review_days": "回头看的期限（天）",
    "role": "角色",
    "sealed": "已封存",
    "seed": "随机种子",
    "send_to": "发（下级）",
    "seq": "经过序号",
    "penalised_all_sources": "处罚企业口径",
    "series": "系列",
    "since": "自",
    "size": "抽查件数",
    "sound": "链完好",
    "staff_no": "工号",
    "standing_threshold": "点名线（%）",
    "state": "状态",
    "step": "环节",
    "subject": "标题内容",
    "subject_id": "对象编号",
    "subject_kind": "对象",
    "unit_id": "单位",
    "valid_from": "自何日起",
    "valid_to": "有效期至",
    "verdict": "判定",
    "week_day": "每周起始日",
    "years": "年份",
    **acts_of_work.DETAILS,
}
# What a detail says, where it is a word of the program.
_VALUES: dict[str, Mapping[Any, str]] = {
    "act": {**GROUPS, **ACTS},
    "area": AREA_NAMES,
    "check_rule": CHECK_RULE_NAMES,
    "ended": ENDED_NAMES,
    "assessor": ASSESSOR_NAMES,
    "fields": DETAILS,
    "kind": {**KIND_NAMES, **SUSPICION_NAMES},
    "level": {
        **LEVEL_NAMES, "city": "市", "district": "区", "street": "街道", "community": "社区", "special": "片区",
        "grid": "网格", "cell": "单元网格",
    },
    "limit_unit": LIMIT_UNIT_NAMES,
    "line": WORK_LINE_NAMES,
    "role": ROLE_NAMES,
    "series": {kind.key: kind.name for kind in SERIES.values()},
    "state": {"applied": "已生效", "waiting": "等待前一条记录", "held": "待判定", "dismissed": "不予采用"},
    "step": STEP_NAMES,
    "subject_kind": SUBJECTS,
    "verdict": {"first_stands": "只采用第一份", "both_stand": "两份都采用", **VERDICT_NAMES},
}  # fmt: skip
Names = Mapping[tuple[str, int], str]


def act_words(act: str) -> str:
    """What an act is called; one that an older program wrote stays as it is."""
    return _(ACTS[act]) if act in ACTS else act


def subject_words(kind: str) -> str:
    """What a kind of subject is called."""
    return _(SUBJECTS[kind]) if kind in SUBJECTS else kind


def acts_of(group: str) -> list[tuple[str, str]]:
    """The acts of a group with their words, but one that is named as the group is."""
    return [(act, name) for act, name in ACTS.items() if act.startswith(group) and act != group]


def names_in(session: Session, root_id: int, entries: Iterable[AuditEntry]) -> Names:
    """(name of the detail, id) -> what people call the thing of that id."""
    found = list(_ids(entry.details for entry in entries))

    def ids(name: str) -> set[int]:
        return {row_id for said, row_id in found if said == name}

    tree = grids.tree(session)
    kept: dict[tuple[str, int], str] = {}
    kept |= {("unit_id", row_id): name for row_id, name in people.names_of_units(session, ids("unit_id")).items()}
    kept |= {("actor_id", row_id): name for row_id, name in people.names_of_users(session, ids("actor_id")).items()}
    kept |= {("grid_id", row_id): tree.nodes[row_id].name for row_id in ids("grid_id") if row_id in tree}
    for row_id in ids("category_id"):
        if category := catalogue.category(session, row_id, root_id):
            kept["category_id", row_id] = category_name(category.name_zh)
    return kept


def details(entry: AuditEntry, names: Names) -> list[tuple[str, str]]:
    """The details of an entry as pairs of words; what says nothing is left out."""
    return [(_label(name), _said(name, value, names)) for name, value in entry.details.items() if not _empty(value)]


def _ids(told: Iterable[Any]) -> Iterator[tuple[str, int]]:
    """Every detail that is a whole number, also of those within another."""
    for one in told:
        if isinstance(one, Mapping):
            yield from ((name, value) for name, value in one.items() if isinstance(value, int))
            yield from _ids(one.values())


def _label(name: str) -> str:
    return _(DETAILS[name]) if name in DETAILS else name


def _said(name: str, value: Any, names: Names) -> str:
    if isinstance(value, Mapping):
        parts = ((inner, _change(inner, each, names) if name == "changed" else _said(inner, each, names))
                 for inner, each in value.items())  # fmt: skip
        return " · ".join(f"{_label(inner)} {said}" for inner, said in parts)
    if isinstance(value, list):
        return ("、" if chosen_language() == "zh" else ", ").join(_said(name, each, names) for each in value)
    if _empty(value):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if (name, value) in names:
        return names[name, value]
    words = _VALUES.get(name, {}).get(value)
    return _(words) if words else str(value)


def _change(name: str, pair: Any, names: Names) -> str:
    """`[1, 26]` as `1 → 26`."""
    if not isinstance(pair, list):
        return _said(name, pair, names)
    return " → ".join(_said(name, each, names) for each in pair)


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
