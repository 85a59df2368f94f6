"""Windows of the map: points near in, clusters far out, never everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.filters import in_tiles, narrowed, visible
from gridops.cases.queries.rows import CASE_COLUMNS, CaseRow, with_names
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import Place, QueueFilter
from gridops.cases.rules.tiles import DEPTH, centre_of
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.grids.models import GridVersion
from gridops.people.models import Unit
from gridops.people.queries import Scope

MOST_POINTS = 400
MOST_FEATURES = 5000
# A cluster's place is the mean of tiles this much finer, so that it lies where its cases lie.
_FINER = 2
_ACROSS = 12
# So many of the closed cases, those reported last, are looked at for a window.
LATELY = 2000
_WHERE = 24
_POINT = (
    Case.number,
    Case.lon,
    Case.lat,
    Case.state,
    Case.runs_out_at,
    func.substr(Case.address, 1, _WHERE).label("whereabouts"),
    Case.category_id,
    Case.grid_version_id,
    Case.unit_id,
)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the map in degrees (WGS-84)."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Point:
    """A case on the map with what its card says; `where`: the beginning of its address, else its grid."""

    number: str
    lon: float
    lat: float
    state: State
    category: str
    where: str
    unit: str
    runs_out_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A case where and when it was reported."""

    number: str
    lon: float
    lat: float
    state: State
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Cluster:
    """Some open cases that lie close together at this zoom: their mean place, how many there are, how many overdue."""

    lon: float
    lat: float
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class MapWindow:
    """What a window shows: points, or clusters where there are too many of them; and how many are in which state."""

    points: list[Point]
    clusters: list[Cluster]
    counts: dict[State, int]


def map_window(
    session: Session, scope: Scope, window: Window, wanted: QueueFilter | None = None, most: int = MOST_POINTS
) -> MapWindow:
    """The open cases of a window that the scope shows: each one, or clusters when there are more than `most`."""
    wanted = wanted or QueueFilter()
    near = narrowed(select(*_POINT), session, scope, wanted).where(_in_tiles(window), *_inside(window))
    points = _points(session, near.limit(most + 1))
    if len(points) <= most:
        return MapWindow(points, [], Counter(point.state for point in points))
    return MapWindow([], *_clusters(session, scope, window, wanted))


def lately_closed(session: Session, scope: Scope, window: Window, most: int = MOST_POINTS) -> list[Point]:
    """Of the jurisdiction's LATELY closed cases reported last: those in a window that the scope shows, up to `most`."""
    last = (
        select(Case.id, Case.reported_at)
        .where(Case.root_id == scope.root_id, Case.state == State.CLOSED)
        .order_by(Case.reported_at.desc(), Case.id.desc())
        .limit(LATELY)
        .subquery("last")
    )
    stmt = select(*_POINT).join(last, last.c.id == Case.id).where(*_inside(window))
    newest = visible(stmt, scope).order_by(last.c.reported_at.desc(), last.c.id.desc())
    return _points(session, newest.limit(most))


def reported_within(
    session: Session, scope: Scope, window: Window, start: datetime, end: datetime, most: int
) -> list[Told]:
    """The cases of a window reported in [start, end), newest first, up to `most`; without void and merged ones.

    Reads the index of reports over those days once, whatever moment of them is looked at then: over a month of 27,000
    of 1 M cases (SQLite) 20 ms of processor time for the whole street, 150 ms for a small part of it; over a day 5 ms.
    The grids of a small window would be quicker to look in (1,251 rows read of 100,000 on PostgreSQL), and wrong: a
    file may name the grid of a case whose point lies in another.
    """
    columns = (Case.number, Case.lon, Case.lat, Case.state, Case.reported_at)
    stmt = select(*columns).where(
        Case.reported_at >= start,
        Case.reported_at < end,
        Case.state.not_in((State.VOIDED, State.MERGED)),
        *_inside(window),
    )
    newest = visible(stmt, scope).order_by(Case.reported_at.desc(), Case.id.desc()).limit(most)
    return [Told(*row) for row in session.execute(newest)]


def told_by(session: Session, scope: Scope, reporter_ids: Collection[int], since: datetime) -> dict[int, list[Told]]:
    """Reporter -> the located cases in sight that they reported since an instant, in order."""
    columns = (Case.reporter_id, Case.number, Case.lon, Case.lat, Case.state, Case.reported_at)
    stmt = select(*columns).where(
        Case.reporter_id.in_(sorted(reporter_ids)), Case.reported_at >= since, Case.lon.is_not(None)
    )
    found: dict[int, list[Told]] = {}
    for reporter_id, *told in session.execute(visible(stmt, scope).order_by(Case.reported_at, Case.id)):
        found.setdefault(reporter_id, []).append(Told(*told))
    return found


def features(
    session: Session,
    scope: Scope,
    wanted: QueueFilter,
    window: Window | None = None,
    *,
    after: Place | None = None,
    limit: int = MOST_FEATURES,
) -> tuple[list[CaseRow], Place | None]:
    """Located cases of any state, newest report first, after a place in that order; and where to go on."""
    here: list[ColumnElement[bool]] = [Case.lon.is_not(None), Case.lat.is_not(None)]
    if window is not None:
        here = _inside(window)
        if wanted.open_alone:
            here.append(_in_tiles(window))
    if after is not None:
        here.append(tuple_(Case.reported_at, Case.id) < tuple_(after.key, after.case_id))
    stmt = narrowed(select(*CASE_COLUMNS), session, scope, wanted).where(*here)
    rows = session.execute(stmt.order_by(Case.reported_at.desc(), Case.id.desc()).limit(limit + 1)).all()
    shown = with_names(session, [CaseRow(*row) for row in rows[:limit]])
    return shown, Place(shown[-1].reported_at, shown[-1].id) if len(rows) > limit else None


def _points(session: Session, stmt: Any) -> list[Point]:
    """The points of a narrowed select of _POINT columns, with names joined to these few rows only."""
    found = stmt.subquery("found")
    named = (
        select(found, Category.name_zh, GridVersion.name, func.coalesce(Unit.name, ""))
        .join(Category, Category.id == found.c.category_id)
        .join(GridVersion, GridVersion.id == found.c.grid_version_id)
        .outerjoin(Unit, Unit.id == found.c.unit_id)
        .order_by(found.c.number)
    )
    return [
        Point(number, lon, lat, state, category, where or grid, unit, runs_out_at)
        for number, lon, lat, state, runs_out_at, where, _, _, _, category, grid, unit in session.execute(named)
    ]


def _clusters(
    session: Session, scope: Scope, window: Window, wanted: QueueFilter
) -> tuple[list[Cluster], dict[State, int]]:
    """Clusters of the window's tiles, and how many by state; those at its edge may lie a little outside."""
    depth = _depth_for(window)
    fine = min(depth + _FINER, DEPTH)
    shrunk = (Case.open_tile // 4 ** (DEPTH - fine)).label("tile")
    overdue = func.sum(case((Case.runs_out_at < clock.now(), 1), else_=0))
    counted = narrowed(select(shrunk, Case.state, func.count(), overdue), session, scope, wanted)
    sums: dict[int, tuple[float, float, int, int]] = {}
    states: Counter[State] = Counter()
    for tile, state, count, late in session.execute(counted.where(_in_tiles(window)).group_by(shrunk, Case.state)):
        lon, lat = centre_of(tile, fine)
        x, y, before, late_before = sums.get(tile >> 2 * (fine - depth), (0.0, 0.0, 0, 0))
        sums[tile >> 2 * (fine - depth)] = (x + lon * count, y + lat * count, before + count, late_before + late)
        states[state] += count
    found = (Cluster(round(x / count, 6), round(y / count, 6), count, late) for x, y, count, late in sums.values())
    return sorted(found, key=lambda cluster: (-cluster.count, cluster.lon, cluster.lat)), states


def _depth_for(window: Window) -> int:
    """The depth at which about _ACROSS tiles span the window."""
    wide = max((window.east - window.west) / 360.0, (window.north - window.south) / 180.0, 1e-9)
    depth = 0
    while depth < DEPTH and wide * 2 ** (depth + 1) <= _ACROSS:
        depth += 1
    return depth


def _in_tiles(window: Window) -> ColumnElement[bool]:
    return in_tiles(window.west, window.south, window.east, window.north)


def _inside(window: Window) -> list[ColumnElement[bool]]:
    return [Case.lon.between(window.west, window.east), Case.lat.between(window.south, window.north)]
