"""Penalties for the test of scopes: proceedings against a person in each place."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.penalties.forms import OpenIn
from gridops.penalties.rules import PartyKind
from gridops.penalties.service import open_proceedings
from gridops.people.rules import Person

# GET route -> which thing it names.
THINGS = {"desk_penalties.show": "penalty"}
ARGUMENTS = {"penalty_id": "penalty"}


def make_penalty(session: Session, grid: Grid, officer: Person) -> int:
    """The id of proceedings there."""
    form = OpenIn(clock.now(), PartyKind.PERSON, "张三", grid_id=grid.id)
    return open_proceedings(session, officer, form).id
