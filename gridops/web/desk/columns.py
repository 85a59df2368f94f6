"""Lists of the desk as files: the heads of their pages, and what stands below each; names of people are masked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from gridops.assessment.queries import MarkRow, OwnRow, ProblemRow
from gridops.assessment.rules import LOSS_NAMES, STANDING_NAMES, Cost, Standing
from gridops.cases.models import Case
from gridops.cases.queries.rows import CaseRow
from gridops.cases.queries.samples import Drawn
from gridops.cases.rules.moves import State
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.core import masking
from gridops.inspections.rules import ORDER_NAMES
from gridops.operations.models import Campaign
from gridops.squads.rules import AGENCY_NAMES
from gridops.supervision.rules import ASSESSOR_NAMES
from gridops.web import pieces, words
from gridops.web.language import category_name
from gridops.web.list_files import Columns, Whole, joined

_NUMBERS = {
    "open": "在办",
    "due_today": "今天到期",
    "overdue": "超期",
    "returned": "退件",
    "rework": "返工",
    "helping": "会办",
    "late_step": "环节超时",
}


def load(ways: Mapping[str, str], *, steps: bool, people: bool = False) -> Columns:
    """负荷 of units, or of people; `ways`: the numbers that their rows show; `steps`: whether steps have limits."""
    of: Columns = {"人员": lambda row: masking.name(row.name)} if people else {}
    unit: Columns = {"单位": lambda row: row.unit if people else row.name or _("全部")}
    numbers = {
        _NUMBERS[name]: lambda row, name=name: getattr(row.load, name) for name in ways if steps or name != "late_step"
    }
    return {**of, **unit, **numbers}


def campaigns(areas: Mapping[int, str], today: date) -> Columns:
    """专项整治; `areas`: the places by their grids."""
    return {
        "名称": lambda one: one.name,
        "编号": lambda one: Whole(one.code),
        "时段": lambda one: _period(one, today),
        "区域": lambda one: areas.get(one.grid_id) or _("全辖区"),
        "牵头单位": lambda one: pieces.listed((one.agencies or [])[:1], AGENCY_NAMES),
        "参加单位": lambda one: pieces.listed((one.agencies or [])[1:], AGENCY_NAMES),
        "目标": lambda one: one.aim,
    }


RECHECKS: Columns = {
    "场所": lambda one: one.premises,
    "文书": lambda one: joined(_(ORDER_NAMES[one.order.kind]), Whole(one.order.number or "")),
    "整改期限": lambda one: one.order.due_on,
    "未整改问题": lambda one: one.open,
    "夜查": lambda one: Whole(one.round_number or ""),
}
SAMPLES: Columns = {
    "结案日期": lambda one: f"{one.check.first_day.isoformat()} — {one.check.last_day.isoformat()}",
    "抽查": lambda one: _("%(n)d / %(all)d 件", n=min(one.check.size, one.check.population), all=one.check.population),
    "已查": lambda one: one.judged,
    "不通过": lambda one: one.failed,
    "抽样": lambda one: joined(masking.name(one.drawer), one.check.drawn_at),
}
# Drawn cases with their place in the list.
DRAWN: Columns = {
    "序号": lambda pair: pair[0],
    "案件": lambda pair: joined(
        Whole(pair[1].row.number), category_name(pair[1].row.category), _other_state(pair[1].row.state)
    ),
    "位置": lambda pair: pair[1].row.address or pair[1].row.grid,
    "处置单位": lambda pair: pair[1].row.unit,
    "结案时间": lambda pair: pair[1].row.closed_at,
    "抽查结果": lambda pair: _found(pair[1]),
}


def counted(now: datetime) -> Columns:
    """Cases that a figure counts, as the list behind it shows them."""
    return {
        "案件号": lambda row: Whole(row.number),
        "类别": lambda row: category_name(row.category),
        "网格 / 地址": lambda row: joined(row.grid, row.address),
        "来源": lambda row: _(SOURCE_NAMES[row.source]),
        "处置单位": lambda row: row.unit,
        "上报": lambda row: row.reported_at,
        "时限": lambda row: joined(row.due_at, _late(row, now)),
        "当前状态": _state,
    }


def assessed(unit_names: Mapping[int, str]) -> Columns:
    """下发问题 with what each costs."""
    return {
        "案件": lambda row: joined(Whole(row.at.number), category_name(row.named.category)),
        "考核层级": lambda row: _(ASSESSOR_NAMES[row.assessor]) if row.assessor else None,
        "位置": lambda row: row.at.address,
        "处置单位": lambda row: unit_names.get(row.unit_id),
        "状态": _stands,
        "扣分": lambda row: str(row.cost.points) if row.cost.standing in (Standing.COUNTED, Standing.EARLY) else None,
        "扣分依据": _why,
    }


# Units with the sums of what they were sent.
ASSESSED_UNITS: Columns = {
    "单位": lambda pair: pair[0] or _("未派遣或由多个单位办理"),
    "下发问题": lambda pair: pair[1].problems,
    "扣分": lambda pair: str(pair[1].points),
    "已提前上报": lambda pair: pair[1].by[Standing.EARLY],
    "申诉成立，不计": lambda pair: pair[1].by[Standing.UPHELD],
}


def _period(one: Campaign, today: date) -> str:
    last = words.day_before(one.valid_to)
    days = f"{one.valid_from.isoformat() if one.valid_from else '—'} – {last.isoformat() if last else '—'}"
    return joined(days, _("已结束") if one.valid_to and one.valid_to <= today else None)


def _state(case: Case | CaseRow) -> str:
    """A case's state, as its chip and that of its suspension say it."""
    held = _("缓办") if case.resume_at else _("挂账")
    return joined(_(STATE_NAMES[case.state]), held if case.suspended_at else None)


def _late(row: CaseRow, now: datetime) -> str | None:
    return words.left(row.due_at).text if row.overdue(now) and row.due_at else None


def _other_state(state: State) -> str | None:
    return None if state is State.CLOSED else _(STATE_NAMES[state])


def _found(one: Drawn) -> str:
    entry = one.entry
    if entry.judged_at is None:
        return ""
    result = _("通过") if entry.passed else _("不通过")
    return joined(result, masking.name(one.judge), entry.judged_at, entry.words)


def _stands(row: ProblemRow) -> str:
    if row.parts:
        return joined(_("已拆分"), _("共 %(n)d 件", n=len(row.parts)))
    return _state(row.at)


def _why(row: ProblemRow) -> str:
    """What it costs and by which rule, and whether it was reported beforehand."""
    cost: Cost = row.cost
    parts = _("，").join(
        f"{_(LOSS_NAMES[part.loss])} {part.each}" + (f" × {part.times}" if part.times > 1 else "")
        for part in cost.parts
    )
    early: Any = None
    if row.early:
        early = Whole(row.early.case_number) if row.early.seen else None
    elif row.maybe and not row.judged:
        early = _("待认定提前上报")
    standing = None if cost.standing is Standing.COUNTED else _(STANDING_NAMES[cost.standing])
    return joined(standing, parts, _("规则：") + cost.rule.name if cost.rule else None, early)


def _early(row: OwnRow) -> str:
    mark: MarkRow | None = row.mark
    if mark is None:
        return _("上级已发现") if row.found_above else _("可提前上报")
    kept = mark.row
    level = Whole(f"{_(ASSESSOR_NAMES[kept.assessor])} {kept.number}")
    return joined(_("已提前上报"), level, kept.at, masking.name(mark.actor), kept.words)


EARLY: Columns = {
    "可能扣分": lambda row: joined(*(f"{_(ASSESSOR_NAMES[one])} {points}" for one, points in row.risk.items())),
    "案件": lambda row: joined(Whole(row.named.case.number), category_name(row.named.category)),
    "位置": lambda row: row.named.case.address,
    "处置单位": lambda row: row.named.unit,
    "状态": lambda row: _state(row.named.case),
    "案件时限": lambda row: row.named.case.due_at,
    "提前上报": _early,
}
