"""Re-inspections owed: they follow from the papers left, nobody has to make them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.rules.tree import Tree
from gridops.inspections import queries
from gridops.inspections.models import Finding
from gridops.people.rules import Person
from gridops.premises import queries as premises
from gridops.web.field.pack.shapes import Json, degrees, grid, instant

# They are told this long before they are owed.
_SOON = timedelta(days=3)
_MOST = 100


def of_person(session: Session, person: Person, tree: Tree) -> list[Json]:
    """Those of the rounds that a person leads, the earliest first, with what is still to be seen mended."""
    owed = queries.rechecks(session, person.root_id, clock.now() + _SOON, leader_id=person.user_id, limit=_MOST)
    places = premises.by_ids(session, {one.visit.premises_id for one in owed})
    found: dict[int, list[Json]] = {}
    for finding in queries.findings_of(session, [one.visit.id for one in owed]) if owed else ():
        if finding.corrected_at is None:
            found.setdefault(finding.visit_id, []).append(of_finding(finding))
    return [
        {
            "visit": one.visit.id,
            "premises": one.visit.premises_id,
            "name": one.premises,
            "address": places[one.visit.premises_id].address,
            "lon": degrees(places[one.visit.premises_id].lon),
            "lat": degrees(places[one.visit.premises_id].lat),
            "grid": grid(tree, places[one.visit.premises_id].grid_id),
            "round": one.round_number,
            "order": {"kind": one.order.kind.value, "number": one.order.number},
            "visited_at": instant(one.visit.visited_at),
            "due_at": instant(one.order.due_at),
            "findings": found.get(one.visit.id, []),
        }
        for one in owed
    ]


def of_finding(finding: Finding) -> Json:
    """A finding as the phone shows and names it."""
    return {"id": finding.id, "text": finding.text, "severity": finding.severity}
