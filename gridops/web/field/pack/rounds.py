"""`rounds`: 夜查: checklists and words, the rounds I am on with plan, grids and visits, re-inspections owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.catalogue import queries as catalogue
from gridops.core import clock
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.inspections import queries
from gridops.inspections.models import Order, Round, RoundGrid
from gridops.inspections.queries import Named, RoundRow, VisitRow
from gridops.inspections.rules import (
    GOERS,
    ORDER_NAMES,
    SEVERITY_NAMES,
    SIGNED_NAMES,
    VISIT_NAMES,
    OrderKind,
    RoundState,
    VisitKind,
    inspection_fault,
    paper_fault,
)
from gridops.inspections.service import as_present
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web.field.pack import rechecks
from gridops.web.field.pack.shapes import Json, grid, instant, named, said
from gridops.web.field.pack.squads import Squads

# What is over stays for a day, to put late visits in.
_SHOWN_AFTER = timedelta(days=1)
_MOST = 50
_MOST_THEMES = 50


def build(session: Session, person: Person, _scope: Scope) -> Json:
    """What is needed for a night of visits without a network."""
    tree = grids.tree(session)
    goes = not person.roles.isdisjoint(GOERS)
    categories = queries.finding_categories(session, person.root_id)
    return {
        "visit_kinds": named(VISIT_NAMES),
        "order_kinds": named(ORDER_NAMES),
        "signed": named(SIGNED_NAMES),
        "severities": named(SEVERITY_NAMES),
        "orders_need": said(paper_fault(VisitKind.PATROL, OrderKind.ORDER)),
        "finding_categories": [
            {"code": code, "name": row.name_zh, "name_en": row.name_en} for code, row in categories.items()
        ],
        "checklists": _checklists(session, person, {row.id: code for code, row in categories.items()}) if goes else [],
        "themes": queries.themes(session, person.root_id)[:_MOST_THEMES] if goes else [],
        "rounds": _rounds(session, person, tree) if goes else [],
        "rechecks": rechecks.of_person(session, person, tree) if goes else [],
    }


def _checklists(session: Session, person: Person, codes: dict[int, str]) -> list[Json]:
    rows = queries.checklists(session, person.root_id, clock.local_date(clock.now()))
    items = catalogue.items_of(session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "code": row.code,
            "name": row.name,
            "theme": row.theme,
            "premises_kind": row.premises_kind,
            "items": [
                {
                    "id": item.id,
                    "text": item.text,
                    "severity": item.severity,
                    "category": codes.get(item.category_id or 0),
                }
                for item in items[row.id]
            ],
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Everything about some rounds, asked for at once."""

    squads: Squads
    grids: dict[int, list[RoundGrid]]
    visits: dict[int, list[VisitRow]]
    found: dict[int, int]
    papers: dict[int, Order]
    planned: dict[int, Named]


def _rounds(session: Session, person: Person, tree: Tree) -> list[Json]:
    rows = queries.rounds_of_person(session, person.root_id, person.user_id, clock.now() - _SHOWN_AFTER)[:_MOST]
    if not rows:
        return []
    ids = [row.round.id for row in rows]
    visits: dict[int, list[VisitRow]] = {}
    for visit in queries.visits_of_rounds(session, ids):
        visits.setdefault(visit.visit.round_id or 0, []).append(visit)
    visit_ids = [visit.visit.id for each in visits.values() for visit in each]
    asked = _Asked(
        Squads(session, person, [row.round.squad_id for row in rows]),
        queries.grids_of_rounds(session, ids),
        visits,
        queries.found_by(session, visit_ids),
        queries.orders_of(session, visit_ids),
        queries.premises_named(session, [one for row in rows for one in _planned(row.round)]),
    )
    return [_round(row, asked, tree) for row in rows]


def _round(row: RoundRow, asked: _Asked, tree: Tree) -> Json:
    night, state = row.round, row.state
    squad = asked.squads.told("round", night.squad_id, night.record_id or night.number, night.leader_id)
    visits, seen = asked.visits.get(night.id, []), asked.grids.get(night.id, [])
    recorded = bool(visits) or any(one.checked_at for one in seen)
    present = as_present(asked.squads.members[night.squad_id])
    return {
        "number": night.number,
        "record": night.record_id,
        "state": state.value,
        "theme": night.theme,
        "groups": night.groups,
        "inspection": night.inspection,
        "approval": night.approval,
        "fault": said(inspection_fault(night.inspection, present, clock.now())),
        "planned_for": instant(night.planned_for),
        "started_at": instant(night.started_at),
        "ended_at": instant(night.ended_at),
        **squad,
        "grids": [{**told, "checked_at": instant(one.checked_at)} for one in seen if (told := grid(tree, one.grid_id))],
        "plan": [
            {"id": one.id, "name": one.name, "address": one.address, "kind": one.kind, "risk": one.risk}
            for premises_id in _planned(night)
            if (one := asked.planned.get(premises_id))
        ],
        "visits": [_visit(visit, asked) for visit in visits],
        "may": {
            "start": state is RoundState.PLANNED,
            "end": squad["leads"] and state is RoundState.OPEN,
            "cancel": squad["leads"] and state in (RoundState.PLANNED, RoundState.OPEN) and not recorded,
            "visit": state in (RoundState.OPEN, RoundState.ENDED),
        },
    }


def _visit(row: VisitRow, asked: _Asked) -> Json:
    one, paper = row.visit, asked.papers.get(row.visit.id)
    return {
        "id": one.id,
        "record": one.record_id,
        "premises": one.premises_id,
        "name": row.premises,
        "visited_at": instant(one.visited_at),
        "kind": one.kind.value,
        "complete": one.complete,
        "recheck": one.recheck,
        "findings": asked.found.get(one.id, 0),
        "order": paper.kind.value if paper else None,
    }


def _planned(night: Round) -> list[int]:
    """The premises of the plan: those of the highest risk first, then those drawn."""
    plan = night.plan or {}
    return list(dict.fromkeys([*plan.get("risk", ()), *plan.get("premises", {}).get("drawn", ())]))
