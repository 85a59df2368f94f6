"""Premises for the test of scopes: one in each place."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.grids.models import Grid
from gridops.premises import service

# GET route -> which thing it names.
THINGS = dict.fromkeys(("desk_premises.show", "desk_premises.edit", "desk_premises.into"), "premises")
ARGUMENTS = {"premises_id": "premises"}


def make_premises(session: Session, root: Grid, grid: Grid) -> int:
    """The id of premises there."""
    return service.ensure(session, root.id, None, f"店{grid.id}", grid_id=grid.id).id
