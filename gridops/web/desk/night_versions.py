"""A form of several fields of a round or a visit that came too late: what is kept now beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from gridops.inspections.models import Order, Round, Visit
from gridops.inspections.rules import SIGNED_NAMES, Signed
from gridops.web.desk.common import local_input
from gridops.web.desk.trying import Tried
from gridops.web.versions import Line, side_by_side

_OF_ROUND = {"theme": "主题", "groups": "组数", "approval": "批准人和批准文号"}
# Form -> its fields, each with what it is called there.
_ROUND: Mapping[str, Mapping[str, str]] = {
    "correct": _OF_ROUND,
    "plan": {
        "planned_for": "计划时间",
        **_OF_ROUND,
        "leader": "负责人（用户名）",
        "people": "参加人员",
        "inspection": "已批准作为行政检查",
    },
}
_VISIT = {
    "complete": "是否完成",
    "signed": "签收",
    "number": "文书编号",
    "due_on": "整改期限",
    "note": "备注",
}


def of_round(tried: Tried, night: Round, people: tuple[str, str]) -> list[Line]:
    """Both versions of 更改计划 or 更正夜查; empty for others. `people`: leader and rest as the form names them."""
    if tried.late is None or tried.form not in _ROUND:
        return []
    now = {
        "planned_for": local_input(night.planned_for),
        "theme": night.theme,
        "groups": str(night.groups),
        "approval": night.approval,
        "leader": people[0],
        "people": people[1],
        "inspection": "yes" if night.inspection else "",
    }
    return side_by_side(now, tried.typed, _called(_ROUND[tried.form]), _say)


def of_visit(tried: Tried, visit: Visit, paper: Order | None) -> list[Line]:
    """Both versions of 更正; of fields left empty, which stay as they are, nothing."""
    if tried.late is None or tried.form != "correct":
        return []
    now = {
        "complete": "true" if visit.complete else "false",
        "signed": visit.signed.value,
        "number": paper and paper.number,
        "due_on": paper and paper.due_on,
        "note": visit.note,
    }
    return side_by_side(now, tried.typed, _called({n: said for n, said in _VISIT.items() if tried.typed.get(n)}), _say)


def _called(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: _(said) for name, said in fields.items()}


def _say(name: str, given: Any) -> str:
    if name == "complete":
        return _("已完成") if given == "true" else _("未完成")
    if name == "signed" and given in set(Signed):
        return _(SIGNED_NAMES[Signed(given)])
    if name == "inspection":
        return _("是") if given == "yes" else _("否")
    return str(given or "").replace("T", " ") if name == "planned_for" else str(given or "")
