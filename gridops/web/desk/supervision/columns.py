"""The lists of the supervision office as files: the heads of their pages, and what stands below each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from gridops.bulletins.rules.series import SERIES
from gridops.core import masking
from gridops.supervision import queries
from gridops.supervision.models import Appeal, DisciplineCheck, Problem
from gridops.supervision.rules import (
    AGAINST_NAMES,
    ASSESSOR_NAMES,
    LIGHT_NAMES,
    MATTER_NAMES,
    PROBLEM_NAMES,
    Light,
    MatterState,
)
from gridops.supervision.rules.problems import overdue_at, state_at
from gridops.supervision.rules.waiting import WHY_NAMES, Why
from gridops.web.list_files import Columns, Whole, joined

# The queues say beside a row why it waits: their rows are pairs, of what is listed and of that.
_WHY = "办理"


def problems(now: datetime, answerers: Mapping[int, list[str]] | None) -> Columns:
    """通报问题; `answerers`: who answers for each unit, as the queues show it (None: the list of all)."""
    columns: Columns = {
        "编号": lambda pair: Whole(pair[0].problem.number),
        "通报": lambda pair: joined(_series(pair[0].problem.series), pair[0].problem.period),
        "单位": lambda pair: pair[0].unit,
        "问题": lambda pair: joined(pair[0].problem.fact, pair[0].problem.place),
        "连续": lambda pair: pair[0].problem.streak if pair[0].problem.streak > 1 else None,
        "整改期限": lambda pair: pair[0].problem.due_at,
        "状态": lambda pair: _problem(pair[0].problem, now),
    }
    if answerers is None:
        return columns
    return {**columns, "应答人": lambda pair: _answerers(answerers.get(pair[0].problem.unit_id, [])), _WHY: _why}


def matters(*, queued: bool) -> Columns:
    """督查事项; `queued`: as the queues show it."""
    columns: Columns = {
        "编号": lambda pair: Whole(pair[0].matter.number),
        "事项": lambda pair: pair[0].matter.title,
        "来源": lambda pair: pair[0].matter.source,
        "牵头单位": lambda pair: pair[0].lead,
        "办结期限": lambda pair: pair[0].matter.due_at,
        "最近进展": lambda pair: _line(pair[0]),
        "状态": lambda pair: _matter(pair[0]),
    }
    return {**columns, _WHY: _why} if queued else columns


APPEALS: Columns = {
    "申诉时间": lambda row: row.appeal.at,
    "案件": lambda row: Whole(row.number),
    "单位": lambda row: row.unit,
    "申诉事由": lambda row: _(AGAINST_NAMES[row.appeal.against]),
    "理由": lambda row: row.appeal.reason,
    "结论": lambda row: _appeal(row.appeal),
}
# Marks that may still be appealed against: the case, and the mark with its last day.
MARKS: Columns = {
    "申诉事由": lambda pair: _(AGAINST_NAMES[pair[1].mark.against]),
    "案件": lambda pair: Whole(pair[0].number),
    "位置": lambda pair: pair[0].address or pair[0].description,
    "时间": lambda pair: pair[1].mark.at,
    "申诉截止": lambda pair: pair[1].last,
}
CHECKS: Columns = {
    "时间": lambda row: row.check.at,
    "单位": lambda row: row.unit,
    "来源": lambda row: row.check.source,
    "情况": lambda row: row.check.fact,
    "人员": lambda row: masking.name(row.check.person),
    "处理结果": lambda row: row.check.outcome,
    "核实": lambda row: _check(row.check),
}
SCORES: Columns = {
    "月份": lambda row: row.month,
    "考核单位": lambda row: _(ASSESSOR_NAMES[row.assessor]),
    "项目": lambda row: row.item,
    "得分": lambda row: f"{row.score:.2f}",
    "满分": lambda row: None if row.full is None else f"{row.full:.2f}",
    "位次": lambda row: f"{row.rank} / {row.of}" if row.rank and row.of else row.rank or None,
}


def _why(pair: tuple[Any, Why | None]) -> str:
    return _(WHY_NAMES[pair[1]]) if pair[1] else ""


def _series(key: str | None) -> str | None:
    return _(SERIES[key].name) if key in SERIES else key


def _problem(item: Problem, now: datetime) -> str:
    if item.voided_at:
        return _("已作废")
    return joined(_(PROBLEM_NAMES[state_at(item, now)]), _("超期") if overdue_at(item, now) else None)


def _answerers(names: list[str]) -> str:
    return _("、").join(masking.name(name) for name in names[:3]) or _("尚无应答人")


def _line(row: queries.MatterRow) -> str:
    return joined(row.line.text, row.line.at) if row.line else ""


def _matter(row: queries.MatterRow) -> str:
    """How a matter stands, and what its unit said last where that is another thing."""
    if row.matter.voided_at:
        return _("已作废")
    state = _(MATTER_NAMES[row.state]) if row.state else None
    if row.line is None or row.state is MatterState.DONE:
        return joined(state)
    light = _(LIGHT_NAMES[row.line.light])
    if row.state is MatterState.LATE and row.line.light is not Light.RED:
        light = _("已过办结期限，最近一次填报为%(light)s", light=light)
    return joined(state, light)


def _appeal(found: Appeal) -> str:
    if found.decided_at is None:
        return _("待决定")
    return _("申诉成立") if found.upheld else _("申诉不成立")


def _check(found: DisciplineCheck) -> str:
    if found.voided_at:
        return _("已作废")
    return _("查实") if found.verified else _("未查实")
