"""What is worked out once for an order of times is what the rules say of each row with that order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.imported import TIMES, contradictions, events_of
from gridops.cases.rules.telling import order_of, wrong_with
from gridops.cases.service import NewCase, write_cases
from gridops.cases.service.importing import ToldCase, write_told
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.plain_rows import instant_text
from gridops.grids.models import GridVersion
from tests.cases.world import World, owed_days

HAPPENS = ("accepted_at", "filed_at", "dispatched_at", "handled_at", "closed_at")


def told_by(dice: random.Random) -> dict[str, datetime]:
    """Some of the times, more or less in the order of the work, few of them far apart: equal ones and slips occur."""
    begin = datetime(2017, 3, 4, 15, tzinfo=UTC)
    names = [name for name in TIMES if dice.random() < (0.8 if name in HAPPENS else 0.25)]
    ordered = sorted(names, key=lambda name: TIMES.index(name) + dice.uniform(-2, 2))
    hours = sorted(dice.randint(1, 40) for _ in ordered)
    return {"reported_at": begin} | {
        name: begin + timedelta(hours=hour) for name, hour in zip(ordered, hours, strict=True) if name != "reported_at"
    }


def texts(times: dict[str, datetime]) -> tuple[str | None, ...]:
    return tuple(instant_text(times[name]) if name in times else None for name in TIMES)


def test_contradictions_are_those_of_the_order_of_the_times() -> None:
    dice = random.Random(1)
    rows = [told_by(dice) for _ in range(3000)]
    for times in rows:
        assert wrong_with(order_of(texts(times))[0]) == contradictions(times)
    fine = sum(not contradictions(times) for times in rows)
    assert 100 < fine < 2900


@pytest.mark.parametrize("seed", range(3))
def test_cases_told_in_bulk_are_those_that_are_written_one_by_one(world: World, seed: int) -> None:
    dice = random.Random(seed)
    told: list[tuple[dict[str, datetime], dict[str, Any]]] = []
    while len(told) < 150:
        times = told_by(dice)
        if not contradictions(times):
            more = {
                "reworked_times": dice.choice((None, 0, 3)),
                "returned_upheld": dice.choice((None, True, False)),
                "unit_id": dice.choice((None, world.units["parks"].id)),
            }
            told.append((times, more))
    now = clock.now()
    with clock.set_to(now):
        days = owed_days(world.session)
        write_told(world.session, [_told(world, number, *row) for number, row in enumerate(told)])
        owed_in_bulk = owed_days(world.session) - days
        plain = write_cases(world.session, [_new(world, number, *row) for number, row in enumerate(told)])
    bulk = list(world.session.scalars(select(Case.id).where(Case.source_system == "bulk").order_by(Case.id)))
    assert len(bulk) == len(plain) == len(told)
    assert len({row(world.session, case_id)["state"] for case_id in bulk}) > 5
    for one, other in zip(bulk, plain, strict=True):
        assert row(world.session, one) == row(world.session, other)
        assert history(world.session, one) == history(world.session, other)
    for case_id in bulk:
        case = world.session.get(Case, case_id)
        assert case is not None
        world.holds(case)
        assert case.number == f"{clock.local_date(case.reported_at):%Y%m%d}-{case_id:06d}"
    grid = world.east.id
    assert owed_in_bulk == {
        f"{grid}:{clock.local_date(event.happened_at)}"
        for case_id in bulk
        for event in world.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id))
        if event.move.value in COUNTED_ONCE
    }


COUNTED_ONCE = {
    "report", "self_handle", "accept", "decline", "file", "not_file", "dispatch", "close", "undo_closing", "void",
    "merge",
}  # fmt: skip


def _told(world: World, number: int, times: dict[str, datetime], more: dict[str, Any]) -> ToldCase:
    lon = 119.9 if number % 2 else None
    return ToldCase(
        root_id=world.root.id,
        source_system="bulk",
        external_id=f"E-{number}",
        kind="event",
        source="public",
        source_number="7",
        grid_id=world.east.id,
        grid_version_id=_version(world),
        campaign_id=None,
        lon=lon,
        lat=lon and 31.8,
        place='{"crs":"wgs84","路":1}' if lon else None,
        address="一号\t路",
        description="",
        import_digest="d",
        category_id=world.category.id,
        times=texts(times),
        **more,
    )


def _new(world: World, number: int, times: dict[str, datetime], more: dict[str, Any]) -> NewCase:
    told = _told(world, number, times, more)
    given = {name: getattr(told, name) for name in ToldCase._fields[: ToldCase._fields.index("category_id")]}
    given |= {"source_system": "plain", "kind": Kind.EVENT, "recorded_at": clock.now()}
    given["place"] = {"crs": "wgs84", "路": 1} if told.place else None
    return NewCase(given, events_of(times, category_id=world.category.id, **more))


def _version(world: World) -> int:
    return world.session.scalars(select(GridVersion.id).where(GridVersion.grid_id == world.east.id)).one()


def row(session: Session, case_id: int) -> dict[str, Any]:
    case = session.get(Case, case_id)
    return {
        column.name: getattr(case, column.name)
        for column in Case.__table__.columns
        if column.name not in ("id", "number", "source_system")
    }


def history(session: Session, case_id: int) -> list[tuple[Any, ...]]:
    columns = [column for column in CaseEvent.__table__.columns if column.name not in ("id", "case_id")]
    return [
        tuple(found)
        for found in session.execute(select(*columns).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq))
    ]
