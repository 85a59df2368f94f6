"""Night rounds for the test of scopes: a round and a visit in each place."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.inspections import service
from gridops.inspections.forms import parse_visit
from gridops.people.rules import Person
from gridops.premises import service as premises

# GET route -> which thing it names.
THINGS = {
    "desk_rounds.show": "round",
    "desk_visits.late": "round",
    "desk_visits.show": "visit",
}
ARGUMENTS = {"round_number": "round", "visit_id": "visit"}


def make_round(session: Session, root: Grid, grid: Grid, sender: Person) -> tuple[str, int]:
    """(number of a round there, id of a visit on it)."""
    # Each root numbers its rounds by itself; another year, so that no two of the test bear one number.
    night = service.new_round(session, root.id, clock.now() - timedelta(days=400 * root.id))
    night.started_at = clock.now() - timedelta(days=400 * root.id)
    service.plan_grids(session, night, [grid.id])
    place = premises.ensure(session, root.id, None, f"厂{grid.id}", grid_id=grid.id)
    body = {"round": night.number, "premises": {"id": place.id}, "kind": "call", "complete": True}
    said = parse_visit({**body, "signed": "not_asked"})
    return night.number, service.add_visit(session, sender, said, visited_at=clock.now()).id
