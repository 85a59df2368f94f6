"""Cases in bulk with the histories that streets have: many put right on the spot, the others by five or six moves."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select, text

from bench import territory
from bench.clients import in_processes
from bench.place import Place
from gridops.cases.models import Case
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.cases.service import wording
from gridops.cases.service.writing import NewCase, Said, write_cases
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.catalogue.rules import Kind
from gridops.core import clock, db
from gridops.core.db import reading, transaction
from gridops.figures import service as figures
from gridops.grids import queries as grids
from gridops.people.models import Unit, User

DAYS = 300
CHUNK = 5000
_SOURCES = (Source.INSPECTOR,) * 14 + (Source.HOTLINE_12345, Source.PUBLIC, Source.WECHAT_APP, Source.VIDEO)
_LIMITS = (timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))
_WORDS = ("路面有暴露垃圾", "绿化带内有杂物", "店外经营占用人行道", "井盖松动有响声", "车辆占道停放", "墙面有小广告")


@dataclass(frozen=True)
class Ground:
    """What cases refer to: ids of root, grids (with version and middle), categories with condition, units, people."""

    root_id: int
    grids: tuple[tuple[int, int, float, float], ...]
    categories: tuple[tuple[int, str, Kind, int | None], ...]
    units: tuple[int, ...]
    unit_codes: tuple[str, ...]
    area_ids: tuple[int, ...]
    area_codes: tuple[str, ...]
    reporters: tuple[int, ...]


def ground() -> Ground:
    """Read what is there; categories are those of list B with a condition."""
    with reading() as session:
        tree = grids.tree(session)
        root = tree.by_code[territory.ROOT_CODE]
        cells = [node for node in tree.nodes.values() if node.level.value == "grid"]
        shapes = grids.shapes(session, (node.version_id for node in cells))
        middles = {key: shape.representative_point() for key, shape in shapes.items()}
        rows = session.execute(
            select(Category.id, Category.code, Category.kind, func.min(FilingCondition.id))
            .join(CategoryList, CategoryList.id == Category.list_id)
            .join(FilingCondition, FilingCondition.category_id == Category.id)
            .where(CategoryList.code == "B", Category.level == 2, Category.kind.in_([Kind.EVENT, Kind.COMPONENT]))
            .group_by(Category.id, Category.code, Category.kind)
            .order_by(Category.id)
        ).tuples()
        return Ground(
            root.grid_id,
            tuple(
                (n.grid_id, n.version_id, middles[n.version_id].x, middles[n.version_id].y)
                for n in sorted(cells, key=lambda n: n.code)
            ),
            tuple(rows),
            tuple(session.scalars(select(Unit.id).order_by(Unit.id))),
            tuple(session.scalars(select(Unit.code).order_by(Unit.id))),
            tuple(sorted(tree.nodes)),
            tuple(node.code for node in tree.nodes.values()),
            tuple(session.scalars(select(User.id).where(User.username.like("inspector%")).order_by(User.id))),
        )


def fill(place: Place, count: int, seed: int) -> None:
    """Write so many cases, oldest first; on PostgreSQL two processes share the work."""
    processes = 2 if place.database_url else 1
    share = -(-count // processes)
    jobs = [(place, min(share, count - part * share), seed * 10 + part) for part in range(processes)]
    in_processes(_fill, jobs)


def _fill(place: Place, count: int, seed: int) -> None:
    place.bind()
    cases = histories(ground(), count, seed)
    while chunk := list(islice(cases, CHUNK)):
        with transaction() as session:
            write_cases(session, chunk)


def histories(land: Ground, count: int, seed: int) -> Iterator[NewCase]:
    """So many cases spread evenly over the last DAYS days, in order of their reports."""
    chance = random.Random(seed)
    end = clock.now() - timedelta(minutes=10)
    step = timedelta(days=DAYS) / max(count, 1)
    begin = end - timedelta(days=DAYS)
    for place in range(count):
        yield _one(land, chance, begin + step * place, end)


def dispatched(count: int, seed: int) -> list[tuple[str, int]]:
    """Write cases that wait for their unit since an hour; returns (number, unit) of each."""
    land, chance = ground(), random.Random(seed)
    then = clock.now() - timedelta(hours=1)
    cases = []
    for place in range(count):
        unit = land.units[place % len(land.units)]
        kind, given, condition = _given(land, chance, then)
        events = [
            Event(Move.REPORT, then, 1, category_id=kind),
            Event(Move.FILE, then, 2, condition_id=condition, due_at=then + timedelta(days=3)),
            Event(Move.DISPATCH, then, 3, unit_id=unit, handle_due_at=then + timedelta(days=2)),
        ]
        cases.append(NewCase(given, events, {1: Said(given["reporter_id"])}))
    with transaction() as session:
        ids = write_cases(session, cases)
    with reading() as session:
        rows = session.execute(select(Case.number, Case.unit_id).where(Case.id.in_(ids)).order_by(Case.id)).tuples()
        return [(number, unit or 0) for number, unit in rows]


def index_words() -> None:
    """Write the words of all cases that are owed theirs, as the worker does."""
    left = 1
    while left:
        with transaction() as session:
            left = wording.index_words(session)


def settle_totals() -> None:
    """Bring daily totals up to date, each owed grid-day once."""
    with transaction() as session:
        session.execute(
            text(
                "DELETE FROM owed WHERE kind = 'day_total' AND id NOT IN "
                "(SELECT min(id) FROM owed WHERE kind = 'day_total' GROUP BY key)"
            )
        )
    while True:
        with transaction() as session:
            done = figures.drain(session, limit=10_000)
        if not done:
            return


def analyse() -> None:
    """Fresh statistics, rows known to all and nothing left to be written out, as in what grew by and by."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
        connection.execute(text("CHECKPOINT"))


def _given(land: Ground, chance: random.Random, at: datetime) -> tuple[int, dict[str, Any], int | None]:
    grid_id, version_id, lon, lat = chance.choice(land.grids)
    category, _, kind, condition = land.categories[int(chance.triangular(0, len(land.categories), 0))]
    source = chance.choice(_SOURCES)
    given = {
        "root_id": land.root_id,
        "kind": kind,
        "source": source,
        "grid_id": grid_id,
        "grid_version_id": version_id,
        "reporter_id": chance.choice(land.reporters),
        "lon": lon + chance.uniform(-0.0015, 0.0015),
        "lat": lat + chance.uniform(-0.0015, 0.0015),
        "address": f"测速路{chance.randint(1, 900)}号",
        "description": chance.choice(_WORDS),
        "recorded_at": at,
    }
    return category, given, condition


def _one(land: Ground, chance: random.Random, at: datetime, end: datetime) -> NewCase:
    category, given, condition = _given(land, chance, at)
    events = [Event(Move.REPORT, at, 1, category_id=category)]
    fate = chance.random()
    if fate < 0.52:
        steps: Sequence[tuple[Move, timedelta, dict[str, Any]]] = [(Move.SELF_HANDLE, _minutes(chance, 30), {})]
    elif fate < 0.57:
        steps = [(Move.DECLINE, _minutes(chance, 60), {})]
    elif fate < 0.60:
        steps = [(Move.ACCEPT, _minutes(chance, 30), {}), (Move.NOT_FILE, _minutes(chance, 60), {})]
    else:
        steps = _filed(land, chance, at, condition)
    for move, after, columns in steps:
        when = events[-1].happened_at + after
        if when > end:
            break
        events.append(Event(move, when, len(events) + 1, **columns))
    return NewCase(given, events, {1: Said(given["reporter_id"])})


def _filed(
    land: Ground, chance: random.Random, at: datetime, condition: int | None
) -> list[tuple[Move, timedelta, dict[str, Any]]]:
    limit = chance.choice(_LIMITS)
    due = at + limit + timedelta(hours=1)
    dispatch = {"unit_id": chance.choice(land.units), "handle_due_at": due - limit / 10}
    steps: list[tuple[Move, timedelta, dict[str, Any]]] = [
        (Move.FILE, _minutes(chance, 40), {"condition_id": condition, "due_at": due}),
        (Move.DISPATCH, _minutes(chance, 40), dispatch),
    ]
    # Some wait for weeks; most are done in time.
    work = limit * chance.uniform(0.1, 1.1) if chance.random() < 0.98 else timedelta(days=chance.randint(20, 200))
    steps.append((Move.FEEDBACK, work, {}))
    if chance.random() < 0.05:
        steps += [
            (Move.SEND_TO_CHECK, _minutes(chance, 60), {}),
            (Move.CHECK_FAILED, _minutes(chance, 60), {}),
            (Move.FEEDBACK, limit / 5, {}),
        ]
    return [*steps, (Move.CLOSE, _minutes(chance, 300), {})]


def _minutes(chance: random.Random, most: int) -> timedelta:
    return timedelta(minutes=chance.uniform(1, most))
