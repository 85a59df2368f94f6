"""Lists of the administration as files: the heads of their pages, and what stands below each; people masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from gridops.cases.service.renewing import Renewal
from gridops.catalogue.rules import AREA_NAMES, Area
from gridops.core import masking
from gridops.notices.queries.kept import Kept
from gridops.notices.rules import OCCASION_NAMES, OUTCOME_NAMES, Outcome
from gridops.notices.rules.personal import CHANNEL_NAMES, Channel
from gridops.people.queries import Duty
from gridops.people.queries.listing import PersonRow
from gridops.people.rules import ROLE_NAMES, WORK_LINE_NAMES, WorkLine
from gridops.web.language import category_name
from gridops.web.list_files import Columns, Whole, cell, joined

RUNNING: Columns = {
    "案件": lambda one: joined(Whole(one.case.number), _areas(one)),
    "立案时间": lambda one: one.case.filed_at,
    "现在的时限": lambda one: one.case.due_at,
    "改后的时限": lambda one: one.due.case or _("不变"),
    "单位时限": lambda one: _change(one.case.handle_due_at, one.due.unit) if one.due.unit else _("不变"),
}
TOLD: Columns = {
    "时间": lambda row: row.at,
    "方式": lambda row: _(CHANNEL_NAMES[row.channel]),
    # A group goes by the name of its unit, the centre's by none.
    "接收": lambda row: (
        masking.name(row.who) if row.channel is not Channel.HOOK else row.who or _("指挥中心（全辖区）")
    ),
    "事项": lambda row: _(OCCASION_NAMES[row.occasion]),
    # The number of a case, or what a group was told: never a person, a plate or a telephone (`Said`).
    "内容": lambda row: Whole(row.what),
    "结果": lambda row: joined(_outcome(row), row.error),
}


def moved(people: Mapping[int, str]) -> Columns:
    """时限重算记录; `people`: the names of who asked for it, by their ids."""
    return {
        "重算时间": lambda line: line.at,
        "案件": lambda line: joined(
            Whole(line.number),
            Whole(_("12345 工单 %(number)s", number=line.order)) if line.order else category_name(line.category),
        ),
        "时限": lambda line: (
            joined(*(f"{name} {_change(before, after)}" for name, before, after in line.moves)) or _("不变")
        ),
        "原因": lambda line: joined(line.why, masking.name(people.get(line.actor_id))),
    }


def people(today: date) -> Columns:
    """人员, with the roles of a day."""
    return {
        "姓名": lambda row: masking.name(row.name),
        # Many sign in with their name or their telephone.
        "用户名": lambda row: masking.name(row.username),
        "单位": lambda row: row.unit_name,
        "角色": lambda row: _roles(row, today),
        "电话": lambda row: masking.number(row.phone),
        "执法证有效期至": lambda row: _certificate(row, today),
        "状态": _account,
    }


def duties(above: Mapping[int, str], cells: Mapping[tuple[int, WorkLine], Sequence[Duty]]) -> Columns:
    """网格责任: a column for each line of work."""
    grid: Columns = {"网格": lambda row: joined(row.name, above.get(row.parent_id))}
    lines = {WORK_LINE_NAMES[line]: lambda row, line=line: _held(cells.get((row.id, line), ())) for line in WorkLine}
    return {**grid, **lines}


def _area(area: Area | None) -> str:
    return _(AREA_NAMES[area]) if area else _("未定类")


def _areas(one: Renewal) -> str | None:
    return None if one.area_before == one.area else f"{_area(one.area_before)} → {_area(one.area)}"


def _change(before: Any, after: Any) -> str:
    return f"{cell(before) or '—'} → {cell(after)}"


def _outcome(row: Kept) -> str:
    if row.channel is Channel.BELL:
        return joined(_("已读") if row.done_at else _("未读"), row.done_at)
    return joined(_(OUTCOME_NAMES[row.outcome]), row.done_at if row.outcome is Outcome.SENT else None)


def _roles(row: PersonRow, today: date) -> str:
    held = row.held_on(today).items()
    return _("、").join(_(ROLE_NAMES[role]) + (f" ×{len(each)}" if len(each) > 1 else "") for role, each in held)


def _certificate(row: PersonRow, today: date) -> str:
    until = row.certificate_valid_to
    return joined(_("已过期") if until and until < today else None, until)


def _account(row: PersonRow) -> str:
    if not row.active:
        return _("停用")
    return _("在用") if row.has_password else _("未设密码")


def _held(found: Sequence[Duty]) -> str:
    return _("、").join(masking.name(one.name) if one.user_id else one.name for one in found) or _("空缺")
