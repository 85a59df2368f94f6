"""The limits a case stands under: those of its condition, in the class that its area had when they were set."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.deadlines import Terms
from gridops.cases.rules.moves import Move
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import Area, is_tighter, limits_in

# Under this name the events that set a deadline keep the class of the area.
AREA = "area_class"
_NO_LIMIT = Terms(None, None)
_SET = (
    select(CaseEvent.details)
    .where(
        CaseEvent.case_id == bindparam("case_id"),
        CaseEvent.move.in_((Move.FILE, Move.RECOUNT)),
        CaseEvent.superseded_at.is_(None),
    )
    .order_by(CaseEvent.seq)
)


def of_condition(condition: FilingCondition | None, area: Area | None) -> Terms:
    """The limits of a condition in an area of a class; none where there is no condition."""
    if condition is None:
        return _NO_LIMIT
    whole, own = limits_in(condition, area)
    return Terms(whole, condition.limit_unit, own, area if is_tighter(condition, area) else None)


def of_case(session: Session, case: Case, condition_id: int | None) -> Terms:
    """The limits that a condition gives a case."""
    condition = catalogue.condition(session, condition_id, case.root_id) if condition_id else None
    area = area_of_case(session, case.id) if condition is not None and condition.class_limits else None
    return of_condition(condition, area)


def area_of_case(session: Session, case_id: int) -> Area | None:
    """The class of area by which the deadline of a case was set; None: it was set without one."""
    told = [details for details in session.scalars(_SET, {"case_id": case_id}) if details and AREA in details]
    return Area(told[-1][AREA]) if told and told[-1][AREA] else None
