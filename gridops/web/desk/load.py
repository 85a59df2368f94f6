"""/desk/load: what lies with each unit and person; every number leads to those cases in the queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from gridops.cases.queries.load import Place, helping, late_in_step, load
from gridops.cases.rules.load import NOTHING, Load, helping_with_those_below, path, total, with_those_below
from gridops.cases.rules.queue import ANY_HELPER, Group
from gridops.core.db import reading
from gridops.people.queries import Scope, UnitRow, people_named, unit_rows
from gridops.web import list_files
from gridops.web.desk import columns, common
from gridops.web.guards import current_scope, needs

pages = Blueprint("desk_load", __name__, url_prefix="/desk/load")

# Each number with the filter of the queue that shows it.
WAYS: dict[str, dict[str, str]] = {
    "open": {"group": "handling"},
    "due_today": {"group": "handling", "due": "today"},
    "overdue": {"group": "handling", "due": "overdue"},
    "returned": {"group": "all", "lately": "returned"},
    "rework": {"group": "all", "lately": "rework"},
}
_LATE_STEP = {"group": "handling", "due": "step"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: `depth` of a unit in its tree; `unit` of a person."""

    name: str
    load: Load
    ways: Mapping[str, str]
    depth: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the page shows; `steps`: whether steps have limits."""

    steps: bool
    whole: Row
    units: list[Row]
    people: list[Row]


@pages.get("")
@needs(*common.READERS)
def show() -> str:
    """Units as a tree, each with those below it; people who hold something."""
    shown = _tables(current_scope())
    return render_template(
        "desk/load.html", steps=shown.steps, whole=shown.whole, units=shown.units, people=shown.people
    )


@pages.get("/units.csv")
@pages.get("/units.xlsx", endpoint="units_workbook")
@needs(*common.READERS)
def units() -> Response:
    """The table of units as a file."""
    shown = _tables(current_scope())
    of_units = columns.load(shown.whole.ways, steps=shown.steps)
    return list_files.of_rows("load-units", of_units, [shown.whole, *shown.units], {})


@pages.get("/people.csv")
@pages.get("/people.xlsx", endpoint="people_workbook")
@needs(*common.READERS)
def people() -> Response:
    """The table of people as a file; they are masked."""
    shown = _tables(current_scope())
    of_people = columns.load(_ways(), steps=shown.steps, people=True)
    return list_files.of_rows("load-people", of_people, shown.people, {})


def _tables(scope: Scope) -> Tables:
    with reading() as session:
        found = load(session, scope)
        late = late_in_step(session, scope)
        for place, count in (late or {}).items():
            found[place] = found.get(place, NOTHING) + Load(late_step=count)
        helped = helping(session, scope)
        units = unit_rows(session, scope.root_id)
        names = people_named(session, {holder for _, holder in found if holder is not None})
    whole = Row("", _whole(found, helped), _ways(ANY_HELPER))
    return Tables(late is not None, whole, _units(found, helped, units, scope), _people(found, names))


def _whole(found: Mapping[Place, Load], helped: Mapping[int, set[int]]) -> Load:
    return replace(total(found.values()), helping=len(set().union(*helped.values())))


def _units(
    found: Mapping[Place, Load], helped: Mapping[int, set[int]], units: Collection[UnitRow], scope: Scope
) -> list[Row]:
    """Those that have anything, with all above them; idle ones where the whole jurisdiction is seen, and one's own."""
    own: dict[int, Load] = {}
    for (unit_id, _holder), numbers in found.items():
        if unit_id is not None:
            own[unit_id] = own.get(unit_id, NOTHING) + numbers
    above = {unit.id: unit.parent_id for unit in units}
    whole = with_those_below(own, above)
    for unit_id, count in helping_with_those_below(helped, above).items():
        whole[unit_id] = replace(whole.get(unit_id, NOTHING), helping=count)
    mine = {unit_id for part in scope.units for unit_id in part.unit_ids}
    idle = mine if scope.grid_ids is not None else {unit.id for unit in units if unit.valid_to is None}
    shown = {each for unit_id in {*whole, *idle} for each in path(unit_id, above)}
    return [
        Row(unit.name, whole.get(unit.id, NOTHING), _ways(unit.id, unit=unit.id), len(path(unit.id, above)) - 1)
        for unit in units
        if unit.id in shown
    ]


def _people(found: Mapping[Place, Load], names: Mapping[int, tuple[str, str]]) -> list[Row]:
    held: dict[int, Load] = {}
    for (_unit, holder_id), numbers in found.items():
        if holder_id is not None:
            held[holder_id] = held.get(holder_id, NOTHING) + numbers
    rows = [
        Row(names[holder_id][0], numbers, _ways(holder=holder_id), unit=names[holder_id][1])
        for holder_id, numbers in held.items()
        if holder_id in names
    ]
    return sorted(rows, key=lambda row: (row.unit, row.name))


def _ways(helper: int | None = None, **narrowed: int) -> dict[str, str]:
    """The list behind each number in the order of the columns; what is helped with lies with no person."""
    ways: dict[str, dict[str, Any]] = {name: {**way, **narrowed} for name, way in WAYS.items()}
    if helper is not None:
        ways["helping"] = {"group": Group.HANDLING.value, "helper": helper}
    ways["late_step"] = {**_LATE_STEP, **narrowed}
    return {name: url_for("desk.index", **way) for name, way in ways.items()}
