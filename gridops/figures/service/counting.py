"""Count a period of a jurisdiction, whole or by child territory, and lay it out as figures and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.percent import percent, printed
from gridops.core.periods import Period
from gridops.figures import sheets
from gridops.figures.queries import facts as told_facts
from gridops.figures.queries import names as naming
from gridops.figures.queries import rows as counting
from gridops.figures.queries import sets
from gridops.figures.queries.area import Area, area_of
from gridops.figures.queries.facts import Given
from gridops.figures.rules import compare, tables, tally
from gridops.figures.rules.facts import Bounds, Facts
from gridops.figures.rules.late import late_windows
from gridops.figures.rules.tally import Counted
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.grids.rules.tree import Tree
from gridops.people import queries as people

# Figures of the territory: unit and definition.
GRID_FIGURES = {
    "grids.count": ("count", "期末网格级区域的个数。"),
    "grids.area_km2": ("km2", "期末网格级区域的面积合计（平方公里）。"),
    "grids.staffed": ("count", "期末每条工作线都有责任人的网格个数。"),
    "grids.coverage": ("percent", "有责任人的网格占网格总数的比例。"),
}
ISSUED = "issued"
ISSUES = "bulletins.issued"


@dataclass
class FigureSet:
    """Figures, tables and late records in the shape of `bulletin.json`; `records` of each figure is for the door."""

    figures: dict[str, dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]
    late_records: list[dict[str, Any]] = field(default_factory=list)


def parts(session: Session, grid_id: int, period: Period) -> list[int]:
    """The territories a count may be split by: direct children, and the jurisdiction itself for what lies on it."""
    return area_of(session, grid_id).parts(period.end_day - timedelta(days=1))


def count(session: Session, grid_id: int, period: Period, *, part: Iterable[int] | None = None) -> Counted:
    """Count a period of a jurisdiction, or only some of `parts`; `merge` joins parts. NotFound for an unknown grid."""
    return tally.add_up(counting.counted_rows(session, area_of(session, grid_id), period, part))


def merge(counted: Iterable[Counted]) -> Counted:
    """Join what was counted by parts."""
    return tally.merge(counted)


def figures_of(
    session: Session,
    grid_id: int,
    period: Period,
    series: str,
    *,
    counted: Counted | None = None,
    given: Given | None = None,
    facts: tuple[Facts, Bounds] | None = None,
) -> FigureSet:
    """Figures and tables of a period of a series as known now, with 环比, 同比 and late records.

    `counted`: what was counted by parts already; `facts`: what a freeze has read already, of the whole jurisdiction.
    `given`: what the room of papers tells. Raises Conflict, naming the difference, where an equation or a sum does not
    hold.
    """
    area = area_of(session, grid_id)
    known = naming.known(session, area)
    given = given or Given()
    counted = count(session, grid_id, period) if counted is None else counted
    facts = facts or facts_of(session, area, period, series, given, listed=False)
    made = laid_out(session, area, period, counted, known, facts)
    for earlier, fields in ((period.previous(), compare.PREVIOUS), (period.last_year(), compare.LAST_YEAR)):
        compare.compare(made.figures, made.tables, _earlier(session, area, earlier, series, known, given), fields)
    if given.papers is None:
        made.figures.pop(ISSUES)  # nobody told how many there are
    made.late_records = late_records(session, area, period, series)
    return made


def facts_of(
    session: Session,
    area: Area,
    period: Period,
    series: str,
    given: Given,
    as_of: datetime | None = None,
    *,
    listed: bool = True,
) -> tuple[Facts, Bounds]:
    """The facts of enforcement, supervision and penalties, and the bounds within which they are told (now).

    Not `listed`: they can be counted, and not all of them shown.
    """
    return told_facts.facts_of(session, area, period, series, given, as_of or clock.now(), listed=listed)


def laid_out(
    session: Session,
    area: Area,
    period: Period,
    counted: Counted,
    known: naming.Known,
    told: tuple[Facts, Bounds],
) -> FigureSet:
    """Counts as figures and tables without comparisons; equations and sums are checked first (Conflict)."""
    tally.check_equations(counted)
    tally.check_sums(counted)
    facts, _ = told
    day = period.end_day - timedelta(days=1)
    names = naming.names_of(known, area, day, counted, sheets.campaign_ids(facts))
    figures = {**tables.figures(counted), **_grid_figures(session, area, period), **sheets.figures(*told)}
    return FigureSet(figures, sheets.complete(tables.tables(counted, names), *told, names))


def late_records(session: Session, area: Area, period: Period, series: str) -> list[dict[str, Any]]:
    """One line per earlier period whose late records this period tells of: period, reported, self_handled, filed.

    As frozen, where the period is frozen.
    """
    frozen = sets.frozen_set(session, area.grid_id, series, period.label)
    if frozen is not None:
        return frozen.late_records
    lines = []
    for window in late_windows(period, sets.frozen_ids(session, area.grid_id, series)):
        told = sets.late_told(session, area, window)
        sums = {
            "reported": len(told),
            "self_handled": sum(record.self_handled for record in told),
            "filed": sum(record.filed for record in told),
        }
        lines.append({"period": window.period.label, **sums})
    return [line for line in lines if line["reported"]]


def late_case_ids(session: Session, area: Area, period: Period, series: str) -> list[int]:
    """The late records an open period tells of, in case order."""
    windows = late_windows(period, sets.frozen_ids(session, area.grid_id, series))
    return sorted(record.case_id for window in windows for record in sets.late_told(session, area, window))


def _earlier(
    session: Session, area: Area, period: Period | None, series: str, known: naming.Known, given: Given
) -> compare.Earlier | None:
    """An earlier period: the issued figures where it was issued, else recounted where it existed."""
    if period is None or not existed(session, area, period):
        return None
    frozen = sets.frozen_set(session, area.grid_id, series, period.label)
    if frozen is not None and frozen.state == ISSUED:
        return compare.Earlier(frozen.figures, frozen.tables)
    counted = tally.add_up(counting.counted_rows(session, area, period))
    told = facts_of(session, area, period, series, given, listed=False)
    made = laid_out(session, area, period, counted, known, told)
    return compare.Earlier(made.figures, made.tables)


def existed(session: Session, area: Area, period: Period) -> bool:
    """Whether any record, of whatever kind, lies before a period's end."""
    return sets.any_record_before(session, area, period.end) or told_facts.any_before(session, area, period)


@dataclass(frozen=True, slots=True)
class CountedGrid:
    """One grid behind 网格数 and its sisters (area in m²); `staffed`: someone answers for every line of work."""

    code: str
    name: str
    area_m2: int
    staffed: bool


def grids_counted(session: Session, grid_id: int, period: Period, *, staffed_only: bool = False) -> list[CountedGrid]:
    """The grids that the grid figures of a period count, in code order; NotFound for an unknown grid."""
    area = area_of(session, grid_id)
    day = period.last_day_told_at(clock.now())
    tree, staffed = area.territory.tree(day), people.staffed_grid_ids(session, area.root_id, day)
    nodes = sorted((tree.nodes[i] for i in tree.descendants(grid_id)), key=lambda node: node.code)
    return [
        CountedGrid(n.code, n.name, round(n.area_m2), n.grid_id in staffed)
        for n in nodes
        if n.level is Level.GRID and (n.grid_id in staffed or not staffed_only)
    ]


def _grid_figures(session: Session, area: Area, period: Period) -> dict[str, dict[str, Any]]:
    day = period.last_day_told_at(clock.now())
    return grid_figures(area.territory.tree(day), people.staffed_grid_ids(session, area.root_id, day), area.grid_id)


def grid_figures(tree: Tree, staffed_ids: frozenset[int], grid_id: int) -> dict[str, dict[str, Any]]:
    """网格数, 面积, 有责任人, 覆盖率 of a territory by the tree of a day; `staffed_ids`: grids somebody answers for."""
    level = grids.level_count(tree, grid_id)
    staffed = len(staffed_ids & tree.descendants(grid_id))
    values = (level.count, printed(level.area_km2), staffed, printed(percent(staffed, level.count)))
    found = {
        key: tables.figure(value, unit, definition, additive=False)
        for (key, (unit, definition)), value in zip(GRID_FIGURES.items(), values, strict=True)
    }
    found["grids.coverage"] |= {"numerator": staffed, "denominator": level.count}
    return found
