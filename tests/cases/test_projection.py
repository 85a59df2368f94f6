"""The fold: facts at any instant, deadlines for being on time, undoings (statistics.md §2)."""

from datetime import datetime
from typing import Any

import pytest

from gridops.cases.rules.facts import FAR, Event
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import columns, project
from gridops.cases.rules.tiles import tile_of
from tests.factories import at

M, S = Move, State


def march(day: int, time: str = "09:00") -> datetime:
    """An instant of March 2017."""
    return at(f"2017-03-{day:02d} {time}")


def case(*moves: tuple[Any, ...]) -> list[Event]:
    """Events from (move, instant, fields)."""
    return [
        Event(move, when, number, **(fields[0] if fields else {}))
        for number, (move, when, *fields) in enumerate(moves, 1)
    ]


FILED = ((M.REPORT, march(1)), (M.ACCEPT, march(1)), (M.FILE, march(1), {"due_at": march(10)}))


def test_facts_at_an_instant_know_nothing_of_what_came_later() -> None:
    events = case(*FILED, (M.FEEDBACK, march(8)), (M.CLOSE, march(9)))
    assert project(events, before=march(9)).state is S.HANDLED
    assert project(events, before=march(9)).closed_at is None
    assert project(events, before=march(9, "09:01")).state is S.CLOSED


def test_events_count_in_the_order_they_happened_whatever_the_order_they_came_in() -> None:
    events = case(*FILED, (M.FEEDBACK, march(8)), (M.CLOSE, march(9)))
    assert project(reversed(events)) == project(events)


def test_an_extension_in_time_moves_the_deadline_and_counts() -> None:
    facts = project(case(*FILED, (M.EXTEND, march(10), {"due_at": march(20)})))
    assert (facts.due_first_at, facts.due_at, facts.due_fair_at) == (march(10), march(20), march(20))
    assert facts.handle_due_at == facts.handle_due_fair_at == march(20)


def test_an_extension_after_the_deadline_moves_it_and_counts_for_nothing() -> None:
    facts = project(case(*FILED, (M.EXTEND, march(10, "09:01"), {"due_at": march(20)})))
    assert (facts.due_at, facts.due_fair_at) == (march(20), march(10))
    again = project(
        case(*FILED, (M.EXTEND, march(11), {"due_at": march(20)}), (M.EXTEND, march(12), {"due_at": march(25)}))
    )
    assert (again.due_at, again.due_fair_at) == (march(25), march(10))


def test_an_extension_after_the_closing_does_not_make_it_timely() -> None:
    late = (M.EXTEND, march(12), {"due_at": march(25)})
    closed = project(case(*FILED, (M.CLOSE, march(9)), (M.EXTEND, march(9, "12:00"), {"due_at": march(25)})))
    assert (closed.due_at, closed.due_fair_at, closed.handle_due_fair_at) == (march(25), march(10), march(10))
    reopened = project(
        case(
            *FILED,
            (M.CLOSE, march(9)),
            (M.EXTEND, march(9, "12:00"), {"due_at": march(25)}),
            (M.UNDO_CLOSING, march(13)),
        )
    )
    assert reopened.due_fair_at == march(25)
    assert project(case(*FILED, (M.CLOSE, march(9)), late, (M.UNDO_CLOSING, march(13)))).due_fair_at == march(10)


def test_the_units_clock_is_its_own_when_it_has_one() -> None:
    own = (*FILED, (M.DISPATCH, march(2), {"unit_id": 7, "handle_due_at": march(5)}))
    facts = project(case(*own, (M.EXTEND, march(4), {"due_at": march(20)})))
    assert (facts.handle_due_at, facts.due_at) == (march(5), march(20))
    both = project(case(*own, (M.EXTEND, march(4), {"due_at": march(20), "handle_due_at": march(15)})))
    assert (both.handle_due_at, both.handle_due_fair_at) == (march(15), march(15))
    late = project(case(*own, (M.EXTEND, march(6), {"due_at": march(20), "handle_due_at": march(15)})))
    assert (late.due_fair_at, late.handle_due_fair_at) == (march(20), march(5))


def test_a_deadline_moved_by_a_suspension_is_in_force_but_lends_no_time_to_a_late_extension() -> None:
    early = project(case(*FILED, (M.SUSPEND, march(5)), (M.RESUME, march(15), {"due_at": march(20)})))
    assert (early.due_at, early.due_fair_at, early.suspended_at) == (march(20), march(20), None)
    late = project(case(*FILED, (M.SUSPEND, march(12)), (M.RESUME, march(15), {"due_at": march(20)})))
    assert (late.due_at, late.due_fair_at) == (march(20), march(20))
    lent = (*FILED, (M.EXTEND, march(12), {"due_at": march(16)}), (M.SUSPEND, march(13)))
    told = project(case(*lent, (M.RESUME, march(15), {"due_at": march(20)})))
    assert (told.due_at, told.due_fair_at) == (march(20), march(10))


@pytest.mark.parametrize(("suspended", "runs_out"), [(march(5), FAR), (march(10), march(10)), (march(12), march(10))])
def test_a_suspension_before_the_deadline_stops_the_clock_and_a_later_one_does_not(
    suspended: datetime, runs_out: datetime
) -> None:
    assert columns(case(*FILED, (M.SUSPEND, suspended)))["runs_out_at"] == runs_out


def test_a_closing_brings_a_feedback_where_there_was_none_and_ends_a_suspension() -> None:
    facts = project(case(*FILED, (M.SUSPEND, march(5)), (M.CLOSE, march(9))))
    assert (facts.handled_at, facts.suspended_at, facts.state) == (march(9), None, S.CLOSED)


def test_a_failed_check_takes_the_feedback_back() -> None:
    facts = project(
        case(*FILED, (M.DISPATCH, march(2), {"unit_id": 7}), (M.FEEDBACK, march(8)), (M.CHECK_FAILED, march(9)))
    )
    assert (facts.handled_at, facts.failed_at, facts.state) == (None, march(9), S.DISPATCHED)


def test_an_undone_closing_counts_as_failed_and_keeps_the_deadline() -> None:
    facts = project(case(*FILED, (M.CLOSE, march(8)), (M.UNDO_CLOSING, march(12))))
    assert (facts.closed_at, facts.handled_at, facts.failed_at) == (None, None, march(12))
    assert (facts.due_at, facts.undone) == (march(10), ((march(8), march(12)),))
    assert facts.state is S.FILED  # no unit ever had it


def test_a_void_of_a_closed_case_that_is_undone_puts_nothing_in_hand() -> None:
    facts = project(case(*FILED, (M.CLOSE, march(8)), (M.VOID, march(9)), (M.UNDO_VOID, march(10))))
    assert (facts.state, facts.undone, facts.last_undone_at) == (S.CLOSED, (), march(10))


def test_an_undone_merge_puts_the_case_back_where_it_was() -> None:
    facts = project(case(*FILED, (M.DISPATCH, march(2), {"unit_id": 7}), (M.MERGE, march(3), {"into_id": 5})))
    assert (facts.state, facts.merged_into_id) == (S.MERGED, 5)
    undone = project(
        case(
            *FILED,
            (M.DISPATCH, march(2), {"unit_id": 7}),
            (M.MERGE, march(3), {"into_id": 5}),
            (M.UNDO_MERGE, march(4)),
        )
    )
    assert (undone.state, undone.merged_into_id, undone.undone) == (S.DISPATCHED, None, ((march(3), march(4)),))


def test_the_first_time_counts_for_what_happens_again() -> None:
    facts = project(
        case(
            *FILED, (M.DISPATCH, march(2), {"unit_id": 7}), (M.RETURN, march(3)), (M.DISPATCH, march(4), {"unit_id": 8})
        )
    )
    assert (facts.dispatched_at, facts.unit_id) == (march(2), 8)


def test_evidence_is_no_move_of_the_case() -> None:
    assert project(case(*FILED, (M.ADD_EVIDENCE, march(20)))).last_moved_at == march(1)


def test_only_a_failed_check_after_filing_is_a_rework() -> None:
    events = case((M.REPORT, march(1)), (M.CHECK_FAILED, march(2)), (M.FILE, march(3), {"due_at": march(10)}))
    assert (project(events).failed_at, project(events).state) == (None, S.FILED)


def test_a_row_has_a_tile_while_the_case_is_open() -> None:
    assert columns(case(*FILED), 119.95, 31.85)["open_tile"] == tile_of(119.95, 31.85)
    assert columns(case(*FILED, (M.CLOSE, march(8))), 119.95, 31.85)["open_tile"] is None
    assert columns(case(*FILED))["open_tile"] is None
