"""Money of one penalty: when it is due, what a delay may cost at most, and that it always adds up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core import clock
from gridops.penalties.rules import Pause, Terms, balance, days_late, due, fine_in_force, overdue, surcharge
from tests.factories import at

SERVED = at("2026-03-01 10:00")  # due on 16 March
NOTHING = Decimal("0.00")


def owed(**other: Any) -> Terms:
    given: dict[str, Any] = {
        "fine": Decimal("1000.00"),
        "decided_at": at("2026-02-27 09:00"),
        "served_at": SERVED,
    } | other
    return Terms(**given)


def remedy(first: str, last: str | None) -> tuple[Pause, ...]:
    return (Pause(date.fromisoformat(first), date.fromisoformat(last) if last else None),)


def deferral(first: str, last: str) -> tuple[Pause, ...]:
    return (Pause(date.fromisoformat(first), date.fromisoformat(last), deferral=True),)


@pytest.mark.parametrize(
    ("other", "now", "late", "extra"),
    [
        ({}, "2026-03-16 23:59:59", 0, "0.00"),  # the fifteenth day
        ({}, "2026-03-17 00:00", 0, "0.00"),  # the instant at which it ends
        ({}, "2026-03-17 09:00", 1, "30.00"),  # the first day late: 3 %
        ({}, "2026-03-18 00:00", 1, "30.00"),  # the end of that day
        ({}, "2026-04-18 09:00", 33, "990.00"),
        ({}, "2026-04-19 09:00", 34, "1000.00"),  # never more than the fine
        ({}, "2028-04-19 09:00", 765, "1000.00"),
        ({"served_at": None}, "2026-04-19 09:00", 0, "0.00"),  # the party never received it
        # reconsideration from the second day late to the fourth: these three days do not count
        ({"pauses": remedy("2026-03-18", "2026-03-20")}, "2026-03-26 09:00", 7, "210.00"),
        # asked for before it was due and still going on: nothing grows
        ({"pauses": remedy("2026-03-10", None)}, "2026-05-01 09:00", 0, "0.00"),
        # over before it was due: every day counts
        ({"pauses": remedy("2026-03-02", "2026-03-10")}, "2026-03-18 09:00", 2, "60.00"),
        # reconsideration, then a court: the days of both are left out, the days between them count
        (
            {"pauses": remedy("2026-03-18", "2026-03-20") + remedy("2026-03-25", None)},
            "2026-05-01 09:00",
            5,
            "150.00",
        ),
        ({"pauses": deferral("2026-03-10", "2026-03-31")}, "2026-03-31 23:59:59", 0, "0.00"),  # put off in time
        ({"pauses": deferral("2026-03-10", "2026-03-31")}, "2026-04-02 09:00", 2, "60.00"),
        ({"pauses": deferral("2026-03-02", "2026-03-05")}, "2026-03-17 09:00", 1, "30.00"),  # shorter than the term
        # put off when eleven days late: these eleven days stay, the days put off do not count
        ({"pauses": deferral("2026-03-28", "2026-04-30")}, "2026-04-15 09:00", 11, "330.00"),
        ({"pauses": deferral("2026-03-28", "2026-04-30")}, "2026-05-02 09:00", 13, "390.00"),
        # deferral and remedy over the same days are left out once
        (
            {"pauses": deferral("2026-03-10", "2026-03-20") + remedy("2026-03-18", "2026-03-22")},
            "2026-03-24 09:00",
            2,
            "60.00",
        ),
        # reduced by reconsideration: 3 % of what is in force
        ({"changed_at": at("2026-03-20"), "changed_fine": Decimal("400.00")}, "2026-03-18 09:00", 2, "60.00"),
        ({"changed_at": at("2026-03-20"), "changed_fine": Decimal("400.00")}, "2026-03-21 09:00", 5, "60.00"),
        # confiscated money bears no surcharge
        ({"fine": NOTHING, "confiscated": Decimal("500.00")}, "2026-04-18 09:00", 33, "0.00"),
        ({"ended_at": at("2026-04-01")}, "2026-04-18 09:00", 33, "0.00"),  # revoked: nothing is owed
    ],
)
def test_a_delay_costs_at_most(other: dict[str, Any], now: str, late: int, extra: str) -> None:
    terms = owed(**other)
    assert days_late(terms, at(now)) == late
    assert surcharge(terms, NOTHING, at(now)) == Decimal(extra)


def test_nothing_can_be_added_where_the_decision_did_not_say_so() -> None:
    assert surcharge(owed(surcharge_stated=False), NOTHING, at("2026-04-18 09:00")) is None


def test_what_is_paid_in_full_grows_no_more() -> None:
    assert surcharge(owed(), Decimal("999.99"), at("2026-03-18 09:00")) == Decimal("60.00")
    assert surcharge(owed(), Decimal("1000.00"), at("2026-03-18 09:00")) == NOTHING


def test_what_is_paid_pays_the_fine_first_and_confiscated_money_bears_no_surcharge() -> None:
    terms = owed(confiscated=Decimal("5000.00"))
    assert surcharge(terms, Decimal("999.99"), at("2026-04-18 09:00")) == Decimal("990.00")
    assert surcharge(terms, Decimal("1000.00"), at("2026-04-18 09:00")) == NOTHING
    assert overdue(terms, Decimal("1000.00"), at("2026-04-18 09:00"))  # the confiscated money is still owed


@pytest.mark.parametrize(
    ("pauses", "now", "late"),
    [
        ((), "2026-03-17 00:00", False),  # the last day to pay
        ((), "2026-03-17 00:01", True),
        (remedy("2026-03-10", None), "2026-03-20", True),  # a remedy does not stop the duty to pay
        (deferral("2026-03-28", "2026-04-30"), "2026-03-28 00:00", True),
        (deferral("2026-03-28", "2026-04-30"), "2026-03-28 00:01", False),  # put off from this day on
        (deferral("2026-03-28", "2026-04-30"), "2026-05-01 00:00", False),
        (deferral("2026-03-28", "2026-04-30"), "2026-05-01 00:01", True),
    ],
)
def test_overdue_is_silent_while_payment_is_put_off(pauses: tuple[Pause, ...], now: str, late: bool) -> None:
    assert overdue(owed(pauses=pauses), NOTHING, at(now)) is late


def test_a_deferral_granted_in_time_moves_the_last_day_and_a_late_one_does_not() -> None:
    assert due(owed(pauses=deferral("2026-03-16", "2026-04-30"))) == date(2026, 4, 30)
    assert due(owed(pauses=deferral("2026-03-17", "2026-04-30"))) == date(2026, 3, 16)


def test_due_is_the_fifteenth_day_after_the_local_day_of_service() -> None:
    assert due(owed()) == date(2026, 3, 16)
    assert due(owed(served_at=at("2026-03-01 23:59"))) == date(2026, 3, 16)
    assert due(owed(served_at=at("2026-03-02 00:00"))) == date(2026, 3, 17)
    assert due(owed(served_at=None)) is None


def test_a_reduced_fine_that_was_paid_is_given_back() -> None:
    terms = owed(changed_at=at("2026-03-20"), changed_fine=Decimal("400.00"))
    found = balance(terms, Decimal("1000.00"), at("2026-03-20"))
    assert (found.in_force, found.outstanding, found.written_off, found.refund) == (
        Decimal("400.00"),
        NOTHING,
        Decimal("600.00"),
        Decimal("600.00"),
    )


fen = st.integers(0, 10_000_000).map(lambda number: Decimal(number).scaleb(-2))
days = st.integers(-5, 200)


def pause(first: int, length: int | None, put_off: bool) -> Pause:
    begin = date(2026, 1, 1) + timedelta(days=first)
    last = None if length is None else begin + timedelta(days=length)
    return Pause(begin, last or (begin if put_off else None), deferral=put_off)


@st.composite
def penalties(draw: st.DrawFn) -> tuple[Terms, Decimal, datetime]:
    """Any decision, whatever happened to it in whatever order, what was paid, and an instant."""

    def moment(start: int = 0) -> datetime:
        return clock.midnight(date(2026, 1, 1)) + timedelta(
            days=draw(days) + start, seconds=draw(st.integers(0, 86399))
        )

    def perhaps(made: Any) -> Any:
        return made() if draw(st.booleans()) else None

    fine = draw(fen)
    terms = Terms(
        fine=fine,
        confiscated=draw(fen),
        decided_at=moment(),
        served_at=perhaps(moment),
        changed_at=perhaps(moment),
        changed_fine=perhaps(lambda: min(fine, draw(fen))),
        ended_at=perhaps(moment),
        pauses=tuple(draw(st.lists(st.builds(pause, days, st.one_of(st.none(), st.integers(0, 90)), st.booleans())))),
        surcharge_stated=draw(st.booleans()),
    )
    return terms, draw(fen), moment(50)


@settings(max_examples=300, deadline=None)
@given(penalties())
def test_decided_is_paid_and_outstanding_and_written_off(drawn: tuple[Terms, Decimal, datetime]) -> None:
    terms, paid, now = drawn
    found = balance(terms, paid, now)
    assert found.decided + found.refund == found.paid + found.outstanding + found.written_off
    assert min(found.outstanding, found.refund, found.written_off, found.in_force) >= 0
    assert found.outstanding == 0 or found.refund == 0


@settings(max_examples=300, deadline=None)
@given(penalties())
def test_the_surcharge_is_never_above_the_fine(drawn: tuple[Terms, Decimal, datetime]) -> None:
    terms, paid, now = drawn
    found = surcharge(terms, paid, now)
    assert (found is None) is not terms.surcharge_stated
    if found is not None:
        assert 0 <= found <= fine_in_force(terms, now) <= terms.fine
        later = surcharge(terms, paid, now + timedelta(days=1))
        changed = terms.changed_at is not None and terms.changed_at > now
        ended = terms.ended_at is not None and terms.ended_at > now
        if later is not None and not changed and not ended:
            assert later >= found
