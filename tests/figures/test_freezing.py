"""Freezing takes the figures once and for all; what was kept recounts to the same, and any change is noticed."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core import db, periods
from gridops.core.errors import Conflict, Invalid
from gridops.core.owed import Owed
from gridops.figures import service
from gridops.figures.counts import BITS, RATES
from gridops.figures.models import DayTotal, FrozenSet, KeptRow
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.rows import TURN_KEYS
from gridops.grids.models import Grid, GridVersion
from tests.conftest import shared
from tests.factories import at, make_category, make_grid, make_unit
from tests.figures.loading import Folder, Put, owe_days, put_cases, put_folder

MARCH, APRIL, MAY, JUNE, YEAR = (periods.parse(label) for label in ("2017-03", "2017-04", "2017-05", "2017-06", "2017"))
AS_OF = at("2017-04-01 02:00")


@pytest.fixture
def edges(session: Session) -> Folder:
    return put_folder(session, shared("acceptance", "edges"))


@pytest.fixture
def frozen(session: Session, edges: Folder) -> FrozenSet:
    return freeze(session, edges.root.id, MARCH, "monthly", AS_OF)


@pytest.fixture
def street(session: Session) -> Grid:
    return make_grid(session)


def freeze(session: Session, grid_id: int, period: periods.Period, series: str, as_of: datetime) -> FrozenSet:
    service.prepare_freeze(session, grid_id, period)
    return service.freeze(session, grid_id, period, series, as_of)


def told(*moves: tuple[str, Move], category: int, unit: int | None = None, due: str | None = None) -> list[Event]:
    return [
        Event(
            move,
            at(time),
            seq,
            category_id=category if move is Move.REPORT else None,
            unit_id=unit if move is Move.DISPATCH else None,
            due_at=at(due) if due and move is Move.FILE else None,
        )
        for seq, (time, move) in enumerate(moves, start=1)
    ]


def put(
    session: Session, street: Grid, *histories: list[Event], recorded: str | None = None, first_id: int = 1
) -> None:
    version = session.scalars(select(GridVersion.id).where(GridVersion.grid_id == street.id)).one()
    cases = [
        Put(version, street.id, events[0].category_id or 0, events, recorded_at=at(recorded) if recorded else None)
        for events in histories
    ]
    owe_days(session, put_cases(session, street.id, cases, first_id=first_id))


def test_a_frozen_set_recounts_to_the_same(session: Session, frozen: FrozenSet):
    found = service.recount(session, frozen)
    assert (found.same, found.differences, found.digest) == (True, (), frozen.digest)
    assert frozen.rows == len(session.scalars(select(KeptRow.case_id)).all()) == 39
    assert frozen.figures["cases.should_close"]["value"] == 26


def test_the_digest_is_the_same_when_the_same_is_counted_again(session: Session, edges: Folder, frozen: FrozenSet):
    first = frozen.digest
    session.execute(delete(KeptRow))
    session.execute(delete(FrozenSet))
    session.expunge_all()
    assert freeze(session, edges.root.id, MARCH, "monthly", AS_OF).digest == first


TAMPERINGS = [
    update(KeptRow).where(KeptRow.case_id == 3).values(flags=KeptRow.flags - BITS["overdue_open"]),
    update(KeptRow).where(KeptRow.case_id == 3).values(facts="[]"),
    update(KeptRow).where(KeptRow.case_id == 3).values(unit_id=77777),
    update(KeptRow).where(KeptRow.case_id == 24).values(rework_turns=2),
    update(KeptRow).where(KeptRow.case_id == 3).values(late=True),
    delete(KeptRow).where(KeptRow.case_id == 3),
    update(FrozenSet).values(digest="0" * 64),
]


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=["flags", "times", "unit", "turns", "late", "gone", "digest"])
def test_a_kept_row_that_was_changed_is_noticed(session: Session, frozen: FrozenSet, tampering: object):
    session.execute(tampering)  # type: ignore[call-overload]
    session.refresh(frozen)
    found = service.recount(session, frozen)
    assert not found.same
    assert found.differences


def test_a_printed_figure_that_was_changed_is_noticed(session: Session, frozen: FrozenSet):
    figures = {key: dict(value) for key, value in frozen.figures.items()}
    figures["cases.filed"]["value"] += 1
    frozen.figures = figures
    found = service.recount(session, frozen)
    assert found.differences[-1] == "cases.filed：锁定为30，复核为29"


@pytest.mark.parametrize("part", ["previous", "definition", "grids", "compared row", "late line", "shape"])
def test_anything_printed_that_was_changed_is_noticed(session: Session, frozen: FrozenSet, part: str):
    figures, tables, late = copy.deepcopy((frozen.figures, frozen.tables, frozen.late_records))
    if part == "compared row":
        tables["by_source"][0]["accepted_previous"] = 1
    elif part == "late line":
        late.append({"period": "2017-02", "reported": 1, "self_handled": 0, "filed": 0})
    elif part == "shape":
        figures["cases.filed"], late = 2**60, [1]
    else:
        key = "grids.count" if part == "grids" else "cases.filed"
        figures[key] |= {"value": 99} if part == "grids" else {part: 1}
    frozen.figures, frozen.tables, frozen.late_records = figures, tables, late
    session.flush()
    session.refresh(frozen)
    differences = service.recount(session, frozen).differences
    assert differences
    assert differences[0].startswith("校验值为")
    assert len(differences) == 1 + (part in ("late line", "shape"))
    assert ("补报：锁定为1件，复核为0件" in differences) == (part == "late line")


def test_a_period_is_frozen_once_and_not_before_its_end(session: Session, edges: Folder, frozen: FrozenSet):
    with pytest.raises(Conflict):
        freeze(session, edges.root.id, MARCH, "monthly", AS_OF)
    with pytest.raises(Invalid):
        freeze(session, edges.root.id, APRIL, "monthly", APRIL.end - timedelta(seconds=1))
    assert freeze(session, edges.root.id, MARCH, "special", AS_OF).digest == frozen.digest


def test_a_freeze_stops_where_daily_totals_and_recount_disagree(session: Session, edges: Folder):
    service.drain_all(session)
    row = session.scalars(select(DayTotal).where(DayTotal.filed > 0, DayTotal.day >= MARCH.first_day)).first()
    assert row is not None
    row.filed += 1
    session.flush()
    with pytest.raises(Conflict, match="329900003001 立案数：日汇总28，逐件复核27"):
        freeze(session, edges.root.id, MARCH, "monthly", AS_OF)


def test_rebuilding_a_day_twice_gives_the_same_rows(session: Session, edges: Folder):
    keys = session.scalars(select(Owed.key)).all()
    assert service.drain_all(session) == len(set(keys))
    assert session.scalars(select(Owed.id)).all() == []

    def rows() -> list[tuple[object, ...]]:
        columns = [column for column in DayTotal.__table__.c if column.name != "id"]
        return sorted(tuple(row) for row in session.execute(select(*columns)))

    once = rows()
    assert service.rebuild_days(session, keys) == len(set(keys))
    assert rows() == once
    march = [row for row in session.scalars(select(DayTotal)) if MARCH.first_day <= row.day < MARCH.end_day]
    assert sum(row.filed for row in march) == 29
    assert (sum(row.closings for row in march), sum(row.closings_undone for row in march)) == (20, 2)
    assert {row.unit_id for row in march if row.dispatched} != {0}


def test_the_list_behind_each_figure_is_what_was_counted(session: Session, edges: Folder, frozen: FrozenSet):
    counted = list(counted_rows(session, area_of(session, edges.root.id), MARCH).each())
    for key in (*BITS, *TURN_KEYS):
        wanted = tuple(r.case_id for r in counted if (r.flags & BITS[key] if key in BITS else getattr(r, key)))
        assert service.kept_records(session, frozen, key, limit=99).case_ids == wanted
        assert service.records(session, edges.root.id, MARCH, "monthly", f"cases.{key}", limit=99).case_ids == wanted
    for rate in RATES:
        below = frozen.figures[f"cases.{rate.key}"]["denominator"]
        assert len(service.kept_records(session, frozen, rate.key, limit=99).case_ids) == below


@pytest.mark.parametrize(
    "table", ["by_source", "by_class", "top_events", "top_components", "by_grid", "by_unit", "by_campaign"]
)
def test_the_list_behind_each_cell_is_what_was_counted(session: Session, edges: Folder, frozen: FrozenSet, table: str):
    for row in frozen.tables[table]:
        for key in ("filed", "should_close", "reported"):
            where = {"table": table, "row": row["key"], "limit": 99}
            kept = service.kept_records(session, frozen, key, **where)
            assert len(kept.case_ids) == row[key]
            assert service.records(session, edges.root.id, MARCH, "monthly", key, **where) == kept


def test_lists_come_in_pages_and_unknown_ones_are_refused(session: Session, frozen: FrozenSet):
    first = service.kept_records(session, frozen, "filed", limit=20)
    second = service.kept_records(session, frozen, "filed", after=first.after or 0, limit=20)
    assert (len(first.case_ids), len(second.case_ids), second.after) == (20, 9, None)
    assert first.case_ids[-1] < second.case_ids[0]
    for figure, table, row in (("grids.count", None, None), ("filed", "by_unit", "nobody"), ("filed", "nothing", "x")):
        with pytest.raises(Invalid):
            service.kept_records(session, frozen, figure, table=table, row=row)


def test_what_changed_since_is_named(session: Session, edges: Folder, frozen: FrozenSet):
    assert service.changed_since(session, frozen) == service.Changes((), ())
    category = make_category(session, "0111").id
    put(session, edges.root, told(("2017-03-09 10:00", Move.REPORT), category=category), first_id=500)
    changes = service.changed_since(session, frozen)
    assert ("cases.reported", 32, 33) in changes.figures
    assert changes.records == ((500, (), ("reported", "pending_end")),)
    assert service.recount(session, frozen).same


def test_units_are_rolled_up_to_their_department(session: Session, street: Grid):
    category = make_category(session).id
    department = make_unit(session, street, "D1")
    section = make_unit(session, street, "S1", parent=department)
    for place, unit in enumerate((department, section), start=1):
        moves = (
            ("2017-03-05 10:00", Move.REPORT),
            ("2017-03-05 11:00", Move.FILE),
            ("2017-03-05 12:00", Move.DISPATCH),
        )
        put(session, street, told(*moves, category=category, unit=unit.id, due="2017-03-10 10:00"), first_id=place)
    made = service.figures_of(session, street.id, MARCH, "monthly")
    assert [(row["key"], row["filed"]) for row in made.tables["by_unit"]] == [("D1", 2), ("none", 0)]
    assert made.figures["cases.overdue_open"]["value"] == 2


@pytest.mark.parametrize(
    ("label", "filed"), [("2017-W10", 2), ("2017-Q1", 3), ("2017-H1", 4), ("2017", 4), ("2017-YTD-03", 3)]
)
def test_every_kind_of_period_is_counted_by_one_path(session: Session, street: Grid, label: str, filed: int):
    category = make_category(session).id
    days = ("2017-01-01", "2017-03-06", "2017-03-12", "2017-06-30")
    put(
        session,
        street,
        *(told((f"{d} 00:00", Move.REPORT), (f"{d} 23:59", Move.FILE), category=category) for d in days),
    )
    assert (
        service.figures_of(session, street.id, periods.parse(label), "special").figures["cases.filed"]["value"] == filed
    )


def test_records_follow_the_tree_of_their_day(session: Session):
    moved = date(2017, 3, 16)
    city = make_grid(session)
    west, east = (make_grid(session, parent=city, code=code) for code in ("T-W", "T-E"))
    cell = make_grid(session, parent=west, code="T-C", valid_to=moved)
    old = session.query(GridVersion).filter_by(grid_id=cell.id).one()
    same = {c.name: getattr(old, c.name) for c in GridVersion.__table__.c if c.name not in ("id", "stamp")}
    new = GridVersion(**{**same, "parent_id": east.id, "valid_from": moved, "valid_to": None})
    session.add(new)
    session.flush()
    category = make_category(session).id
    cases = [
        Put(
            version.id,
            cell.id,
            category,
            told((f"{day} 10:00", Move.REPORT), (f"{day} 11:00", Move.FILE), category=category),
        )
        for version, day in ((old, "2017-03-10"), (old, "2017-03-15"), (new, "2017-03-16"))
    ]
    put_cases(session, city.id, cases)
    made = service.figures_of(session, city.id, MARCH, "monthly")
    assert [(row["key"], row["filed"]) for row in made.tables["by_grid"]] == [("T-E", 1), ("T-W", 2)]
    assert service.figures_of(session, west.id, MARCH, "monthly").figures["cases.filed"]["value"] == 2
    parts = [service.count(session, city.id, MARCH, part=[part]) for part in service.parts(session, city.id, MARCH)]
    assert service.merge(parts) == service.count(session, city.id, MARCH)


def test_a_freeze_in_one_consistent_read_is_kept(database: Engine):
    with db.transaction() as session:
        root_id = put_folder(session, shared("acceptance", "edges")).root.id
    with db.transaction() as session:
        service.prepare_freeze(session, root_id, MARCH)
    with db.transaction(repeatable=True) as session:
        service.freeze(session, root_id, MARCH, "monthly", AS_OF)
    with db.reading() as session:
        frozen = session.scalars(select(FrozenSet)).one()
        assert service.recount(session, frozen).same


def test_two_workers_on_the_same_days_double_nothing(database: Engine):
    with db.transaction() as session:
        put_folder(session, shared("acceptance", "edges"))
        keys = session.scalars(select(Owed.key).distinct()).all()

    def rebuild(_worker: int) -> None:
        with db.transaction() as own:
            service.rebuild_days(own, keys)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(rebuild, range(4)))
    with db.reading() as session:
        assert session.scalar(select(func.sum(DayTotal.filed))) == 40 - 3  # all but E-25, E-26, E-27
