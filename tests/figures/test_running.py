"""A period that still runs is told as it stands now: what falls due between now and its end is not late yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core import clock, periods
from gridops.figures import service
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.rows import TURN_KEYS, keys_of
from gridops.figures.rules.tally import add_up, check_equations, check_sums
from tests.factories import at
from tests.figures import twin
from tests.figures.histories import PERIOD, E, S, histories
from tests.figures.loading import Put, put_cases
from tests.figures.test_twin import _named, _territory

NOW = S + timedelta(days=11, hours=3)
TOLD = ("should_close", "closed", "overdue_open", "carried_in", "due_in", "closed_early", "should_handle")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(histories, min_size=1, max_size=12))
def test_a_running_period_counts_every_history_like_the_twin_that_ends_now(session: Session, cases: list[list[Event]]):
    root = session.info.get("root") or _territory(session)
    session.execute(delete(CaseEvent))
    session.execute(delete(Case))
    put = put_cases(session, root, (Put(*session.info["grid"], 0, _named(session, events)) for events in cases))
    with clock.set_to(NOW):
        rows = counted_rows(session, area_of(session, root), PERIOD)
    counted = {
        row.case_id: {
            **dict.fromkeys(keys_of(row.flags), 1),
            **{key: getattr(row, key) for key in TURN_KEYS if getattr(row, key)},
        }
        for row in rows.each()
    }
    expected = {}
    for case_id, case in put.items():
        if found := {key: n for key, n in twin.counts(list(case.events), S, NOW).items() if n}:
            expected[case_id] = found
    assert counted == expected
    whole = add_up(rows)
    check_equations(whole)
    check_sums(whole)


@pytest.mark.parametrize(
    ("due", "closed", "now", "told"),
    [
        # Due between now and the month's end: neither late nor to be closed yet, from the due instant on it is.
        ("2017-03-20 17:00", None, "2017-03-12 03:00", set()),
        ("2017-03-20 17:00", None, "2017-03-20 17:00", set()),
        ("2017-03-20 17:00", None, "2017-03-20 17:01", {"should_close", "overdue_open", "due_in", "should_handle"}),
        ("2017-02-20 17:00", None, "2017-03-12 03:00", {"should_close", "overdue_open", "carried_in", "should_handle"}),
        # Closed before its deadline, which is still ahead: early; after the month's end it was simply due in it.
        (
            "2017-03-20 17:00",
            "2017-03-10 09:00",
            "2017-03-12 03:00",
            {"should_close", "closed", "closed_early", "should_handle"},
        ),
        (
            "2017-03-20 17:00",
            "2017-03-10 09:00",
            "2017-04-12 03:00",
            {"should_close", "closed", "due_in", "should_handle"},
        ),
        # What is recorded for later than now has not happened yet; a month still ahead has nothing but what is now.
        ("2017-03-20 17:00", "2017-03-28 09:00", "2017-03-12 03:00", set()),
        ("2017-03-20 17:00", None, "2017-02-20 03:00", set()),
        ("2017-03-20 17:00", None, "2017-04-01 00:00", {"should_close", "overdue_open", "due_in", "should_handle"}),
    ],
)
def test_a_deadline_still_ahead_is_not_missed(
    session: Session, due: str, closed: str | None, now: str, told: set[str]
) -> None:
    root = _territory(session)
    unit, category = session.info["units"][1], session.info["categories"][1]
    events = [
        Event(Move.REPORT, at("2017-02-10 09:00"), 1, category_id=category),
        Event(Move.ACCEPT, at("2017-02-10 09:05"), 2),
        Event(Move.FILE, at("2017-02-10 09:10"), 3, due_at=at(due)),
        Event(Move.DISPATCH, at("2017-02-10 09:20"), 4, unit_id=unit),
    ]
    if closed:
        events.append(Event(Move.CLOSE, at(closed), 5))
    (case_id,) = put_cases(session, root, [Put(*session.info["grid"], category, events)])
    with clock.set_to(at(now)):
        figures = service.figures_of(session, root, PERIOD, "monthly")
        assert {key for key in TOLD if figures.figures[f"cases.{key}"]["value"]} == told
        for table, keys in (("by_grid", TOLD[:3]), ("by_unit", ("overdue_open", "should_handle"))):
            for key in keys:
                assert bool(sum(row[key] for row in figures.tables[table])) == (key in told)
        for key in TOLD:
            listed = service.records(session, root, PERIOD, "monthly", key).case_ids
            assert listed == ((case_id,) if key in told else ())


def test_comparisons_of_a_running_month_look_at_whole_past_months(session: Session) -> None:
    root = _territory(session)
    unit, category = session.info["units"][1], session.info["categories"][1]
    events = [
        Event(Move.REPORT, at("2017-02-10 09:00"), 1, category_id=category),
        Event(Move.FILE, at("2017-02-10 09:10"), 2, due_at=at("2017-02-25 17:00")),
        Event(Move.DISPATCH, at("2017-02-10 09:20"), 3, unit_id=unit),
    ]
    put_cases(session, root, [Put(*session.info["grid"], category, events)])
    with clock.set_to(at("2017-03-05 10:00")):
        figure = service.figures_of(session, root, PERIOD, "monthly").figures["cases.overdue_open"]
    assert (figure["value"], figure["previous"]) == (1, 1)


def test_bounds_still_ahead_are_the_instant_of_telling() -> None:
    month = periods.parse("2017-03")
    assert month.told_at(NOW) == (S, NOW)
    assert month.told_at(E + timedelta(days=9)) == (S, E)
    assert month.told_at(S - timedelta(days=1)) == (S - timedelta(days=1), S - timedelta(days=1))
    assert str(month.last_day_told_at(NOW)) == "2017-03-12"
    assert str(month.last_day_told_at(E)) == "2017-03-31"
