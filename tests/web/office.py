"""A street with the cases of a month, its people, and a worker that builds in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.bulletins import building
from gridops.cases.models import Case
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core.db import transaction
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.people.rules import Role
from tests.factories import at, make_category, make_grid, make_unit, make_user
from tests.figures.loading import Put, owe_days, put_cases
from tests.webapp import PASSWORD_HASH

CASES = 60
FORMULA = '=HYPERLINK("http://nowhere")'
PEOPLE = {
    "editor": (Role.EDITOR,),
    "second": (Role.EDITOR,),
    "approver": (Role.APPROVER,),
    "both": (Role.EDITOR, Role.APPROVER),
    "leader": (Role.LEADER,),
    "auditor": (Role.AUDITOR,),
    "inspector": (Role.INSPECTOR,),
}


@dataclass(frozen=True, slots=True)
class Office:
    """Ids of the street and its communities."""

    street: int
    panlong: int
    linglong: int


def make_office() -> Office:
    """A street of two communities with sixty cases of March 2017, all people of the office, and another street."""
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道", side=0.02)
        panlong = make_grid(session, "A", parent=street, level=Level.COMMUNITY, name="盘龙社区")
        linglong = make_grid(session, "B", parent=street, level=Level.COMMUNITY, name="玲珑社区", west=119.96)
        unit = make_unit(session, street, "CG", name="城管科")
        for name, roles in PEOPLE.items():
            make_user(session, street, *roles, unit=unit, username=name, password_hash=PASSWORD_HASH)
        make_user(session, street, Role.EDITOR, unit=unit, grid=panlong, username="small", password_hash=PASSWORD_HASH)
        make_user(session, make_grid(session, "T"), Role.EDITOR, username="foreign", password_hash=PASSWORD_HASH)
        category = make_category(session).id
        put = put_cases(
            session, street.id, (_case(session, (panlong, linglong)[n % 2], n, category, unit.id) for n in range(CASES))
        )
        owe_days(session, put)
        session.get_one(Case, 1).address = FORMULA
        return Office(street.id, panlong.id, linglong.id)


def add_late_case(office: Office) -> None:
    """One more case of March that comes afterwards."""
    with transaction() as session:
        grid = session.get_one(Grid, office.panlong)
        first = session.get_one(Case, 1)
        late = _case(session, grid, 3, first.category_id, first.unit_id or 0)
        owe_days(session, put_cases(session, office.street, [late], first_id=CASES + 1))


def work(folder: Path, bulletin_id: int) -> None:
    """Build as a worker would."""
    building.build_in_place(transaction, bulletin_id, building.Workshop(LocalStore(folder / "evidence")))


def _case(session: Session, grid: Grid, number: int, category: int, unit: int) -> Put:
    day = f"2017-03-{number % 28 + 1:02d}"
    moves = [
        (Move.REPORT, f"{day} 08:00"),
        (Move.ACCEPT, f"{day} 08:10"),
        (Move.FILE, f"{day} 08:20"),
        (Move.DISPATCH, f"{day} 08:30"),
    ]
    if number % 3:
        moves += [(Move.FEEDBACK, f"{day} 15:00"), (Move.CLOSE, f"{day} 16:00")]
    due = at(f"{day} 18:00")
    events = [
        Event(
            move,
            at(time),
            seq,
            category_id=category if move is Move.REPORT else None,
            unit_id=unit if move is Move.DISPATCH else None,
            due_at=due if move is Move.FILE else None,
        )
        for seq, (move, time) in enumerate(moves, start=1)
    ]
    version = session.query(GridVersion).filter_by(grid_id=grid.id).one()
    return Put(version.id, grid.id, category, events)
