"""Cases straight into the tables, in bulk: what a test of the figures stands on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Source
from gridops.cases.rules.projection import columns
from gridops.catalogue.models import CategoryList
from gridops.catalogue.rules import Kind
from gridops.core import clock, owed
from gridops.core.bulk import insert_rows
from gridops.figures.rules.days import key_of
from gridops.grids.models import Grid, GridVersion
from tests.factories import make_category, make_grid, make_unit
from tests.figures.files import read_cases


@dataclass
class Put:
    """One case to put in."""

    grid_version_id: int
    grid_id: int
    category_id: int
    events: Sequence[Event]
    kind: Kind = Kind.EVENT
    source: Source = Source.INSPECTOR
    campaign_id: int | None = None
    recorded_at: datetime | None = None
    external_id: str | None = None


@dataclass
class Folder:
    """An acceptance folder in the tables."""

    root: Grid
    expected: dict[str, object]
    numbers: dict[int, str] = field(default_factory=dict)


def put_cases(session: Session, root_id: int, cases: Iterable[Put], *, first_id: int = 1) -> dict[int, Put]:
    """Insert cases with the columns of the projection, and their events; returns them by case id."""
    put = dict(enumerate(cases, start=first_id))
    rows, told = [], []
    for case_id, case in put.items():
        found = columns(case.events)
        found["category_id"] = case.category_id if found["category_id"] is None else found["category_id"]
        recorded = case.recorded_at or max(event.happened_at for event in case.events)
        rows.append(
            {
                "id": case_id,
                "root_id": root_id,
                "number": f"N{case_id}",
                "kind": case.kind,
                "source": case.source,
                "external_id": case.external_id,
                "grid_id": case.grid_id,
                "grid_version_id": case.grid_version_id,
                "campaign_id": case.campaign_id,
                "recorded_at": recorded,
                "address": "",
                "description": "",
                "version": len(case.events),
                **found,
            }
        )
        told += [
            {
                "case_id": case_id,
                "seq": event.seq,
                "move": event.move,
                "happened_at": event.happened_at,
                "recorded_at": recorded,
                "unit_id": event.unit_id,
                "category_id": event.category_id,
                "due_at": event.due_at,
                "handle_due_at": event.handle_due_at,
                "turns": event.turns,
            }
            for event in case.events
        ]
    for table, lines in ((Case, rows), (CaseEvent, told)):
        if lines:
            insert_rows(session, table, tuple(lines[0]), [tuple(line.values()) for line in lines])
    return put


def owe_days(session: Session, put: dict[int, Put]) -> None:
    """Owe the totals of every day on which one of these cases moved, as the room of cases does."""
    owed.owe(
        session,
        "day_total",
        (key_of(case.grid_id, clock.local_date(event.happened_at)) for case in put.values() for event in case.events),
    )


def put_folder(session: Session, folder: Path) -> Folder:
    """Grids, units, categories and cases of an acceptance folder."""
    made: dict[str, tuple[Grid, int]] = {}
    root = None
    for place, feature in enumerate(json.loads((folder / "grids.geojson").read_text("utf-8"))["features"]):
        named = feature["properties"]
        parent = made[named["parent_code"]][0] if named.get("parent_code") else None
        grid = make_grid(session, named["code"], parent=parent, level=named["level"], west=100 + place / 50)
        version = session.query(GridVersion).filter_by(grid_id=grid.id).one()
        made[named["code"]] = (grid, version.id)
        root = root or grid
    assert root is not None
    units: dict[str, int] = {}
    categories: dict[tuple[str, str], int] = {}
    file = next(folder.glob("cases.csv*"))
    # Once to learn the codes, once with the ids they got.
    list(read_cases(file, units, categories))
    units = {code: make_unit(session, root, code).id for code in units}
    categories = {(kind, code): make_category(session, code, kind=Kind(kind)).id for kind, code in categories}
    assert session.query(CategoryList).count() == 1
    told = list(read_cases(file, units, categories))
    put = put_cases(
        session,
        root.id,
        (
            Put(
                made[line.grid_code][1],
                made[line.grid_code][0].id,
                categories[line.kind, line.category_code],
                line.events,
                kind=Kind(line.kind),
                source=Source(line.source),
                external_id=line.external_id,
            )
            for line in told
        ),
    )
    owe_days(session, put)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return Folder(root, expected, {case_id: case.external_id or "" for case_id, case in put.items()})
