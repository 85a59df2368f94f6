"""`premises`: enterprises, shops and sites where I work and around; whoever is responsible for them is left out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.periods import PeriodKind, containing
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.inspections import queries as inspections
from gridops.inspections.rules import GOERS
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.premises import queries
from gridops.premises.models import Premises
from gridops.premises.rules import KIND_NAMES, RISK_NAMES, label_of
from gridops.web.field.pack import rechecks, squads, territory, who
from gridops.web.field.pack.shapes import Json, degrees, instant, named

_MOST = 1000


def build(session: Session, person: Person, scope: Scope) -> Json:
    """Premises in my grids and around that I see, those watched most closely first where there are too many."""
    tree = grids.tree(session)
    goes = not person.roles.isdisjoint(GOERS)
    found = _near(session, person, scope, tree) if goes else []
    shown = sorted(found[:_MOST], key=lambda row: row.id)
    merged = queries.survivors(session, person.root_id)
    bodies = {row.id: row.id for row in shown}
    bodies |= {old: into for old, into in merged.items() if into in bodies}
    open_, looked = _open(session, bodies), _looked(session, bodies)
    return {
        "kinds": named(KIND_NAMES),
        "risks": named(RISK_NAMES),
        "premises": [_premises(row, tree, open_.get(row.id, []), looked.get(row.id)) for row in shown],
        "more": len(found) > _MOST,
    }


def _near(session: Session, person: Person, scope: Scope, tree: Tree) -> list[Premises]:
    mine, around = territory.near(session, person)
    near = who.grids(tree, person) | {node.grid_id for node in (*mine, *around)}
    # Who works in the whole jurisdiction also sees what stands in no grid of it.
    return queries.closest_watched(session, scope, None if person.root_id in near else near, limit=_MOST + 1)


def _premises(row: Premises, tree: Tree, open_: list[Json], looked: tuple[int, str | None] | None) -> Json:
    node = tree.nodes.get(row.grid_id or 0)
    times, last = looked or (0, None)
    return {
        "id": row.id,
        "label": label_of(row.id),
        "name": row.name,
        "credit_code": row.credit_code,
        "kind": row.kind.value,
        "risk": row.risk.value,
        "lon": degrees(row.lon),
        "lat": degrees(row.lat),
        "address": row.address,
        "grid": node.code if node else None,
        "qr": f"{squads.origin()}/premises/{row.id}",
        "open": open_,
        "visits_this_year": times,
        "last_visited_at": last,
    }


def _open(session: Session, bodies: dict[int, int]) -> dict[int, list[Json]]:
    """Id -> what was found there and nobody has seen mended; of merged ones too."""
    found: dict[int, list[Json]] = {}
    for row in inspections.open_findings(session, bodies) if bodies else ():
        told = {**rechecks.of_finding(row.finding), "due_at": instant(row.due_at)}
        found.setdefault(bodies[row.visit.premises_id], []).append(told)
    return found


def _looked(session: Session, bodies: dict[int, int]) -> dict[int, tuple[int, str | None]]:
    """Id -> inspections this year, and the last visit; of merged ones too."""
    year = containing(PeriodKind.YEAR, clock.local_date(clock.now()))
    found: dict[int, tuple[int, str | None]] = {}
    for premises_id, (times, last) in inspections.looked_at(session, bodies, year.start, year.end).items():
        before, known = found.get(bodies[premises_id], (0, None))
        found[bodies[premises_id]] = (before + times, max(instant(last) or "", known or "") or None)
    return found
