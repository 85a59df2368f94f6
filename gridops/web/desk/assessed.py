"""What an assessment from above makes of a case: what a problem costs and why, or what an own one would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gridops.assessment import queries
from gridops.assessment.queries import MarkRow, OwnRow, ProblemRow
from gridops.assessment.rules import JUDGES, KEEPERS, LOSS_NAMES, OPEN, OWN, STANDING_NAMES
from gridops.cases.models import Case
from gridops.cases.rules.sources import Source
from gridops.people.queries import may_at, scope_of
from gridops.people.rules import Person
from gridops.supervision.rules import ASSESSOR_NAMES
from gridops.web.desk.trying import Tried


@dataclass(frozen=True, slots=True)
class Panel:
    """`above`: the case is a problem from above; `own`: one of our own finding, with the marks that stand."""

    number: str
    keeps: bool
    judges: bool
    above: ProblemRow | None = None
    own: OwnRow | None = None
    marks: tuple[MarkRow, ...] = ()
    judge: str = ""


def of_case(session: Session, person: Person, case: Case) -> Panel | None:
    """The panel of a case; None where no level has anything to do with it."""
    keeps, judges = (may_at(session, person, roles, case.grid_id) for roles in (KEEPERS, JUDGES))
    if case.source is Source.ASSESSMENT:
        if case.filed_at is None or case.merged_at is not None:
            return None
        row = queries.problem_of(session, scope_of(session, person), case.id)
        if row.named.case.voided_at is not None and not row.parts:
            return None
        names = queries.names_of_judges(session, [row])
        judge = names.get(row.judged.judged_by, "") if row.judged else ""
        return Panel(case.number, keeps, judges, above=row, judge=judge)
    if case.source not in OWN or case.filed_at is None:
        return None
    marks = tuple(queries.marks_of_case(session, case.id))
    own = queries.own_case(session, queries.named_case(session, case.id)) if case.state in OPEN else None
    if not marks and (own is None or not own.risk):
        return None
    return Panel(case.number, keeps, judges, own=own, marks=marks)


def words() -> dict[str, Any]:
    """What every page with such a panel says by name."""
    return {
        "assessor_names": ASSESSOR_NAMES,
        "loss_names": LOSS_NAMES,
        "standing_names": STANDING_NAMES,
        "assessed_tried": Tried(),
    }
