"""What the supervision office keeps, for the table of scopes: a look, a problem item, a matter and an appeal."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.people.models import Unit
from gridops.people.rules import Person
from gridops.supervision import service
from gridops.supervision.forms import DisciplineCheckIn, MatterForm, ProblemForm
from gridops.supervision.models import Appeal
from gridops.supervision.rules import Against
from tests.factories import make_unit

# Every GET route that names one of them, and by which argument.
THINGS = {
    "desk_checks.show": "look",
    "desk_problems.show": "problem",
    "desk_matters.show": "matter",
    "desk_appeals.show": "appeal",
}
ARGUMENTS = {"check_id": "look", "problem_number": "problem", "matter_number": "matter", "appeal_id": "appeal"}


def make_kept(session: Session, root: Grid, grid: Grid, unit: Unit, case_id: int, officer: Person) -> dict[str, Any]:
    """What the office keeps about a unit below `unit` whose place is `grid`, by kind, as its addresses name it."""
    own = make_unit(session, root, parent=unit)
    own.grid_id = grid.id
    session.flush()
    now = clock.now()
    appeal = Appeal(
        root_id=root.id, case_id=case_id, unit_id=unit.id, against=Against.REWORK, marked_at=now, at=now,
        by_id=officer.user_id, reason="x", due_at=now, recorded_at=now,
    )  # fmt: skip
    session.add(appeal)
    session.flush()
    problem = service.name_problem(session, officer, ProblemForm(own.code, "x"))
    matter = service.open_matter(session, officer, MatterForm("x", own.code))
    # Each street counts for itself; here no two things may bear one number.
    problem.number, matter.number = f"WT-{grid.code}", f"DC-{grid.code}"
    return {
        "look": service.add_check(session, officer, DisciplineCheckIn(own.code, "x"), at=now).id,
        "problem": problem.number,
        "matter": matter.number,
        "appeal": appeal.id,
    }
