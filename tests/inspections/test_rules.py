"""Who may inspect, when a round is held, what is overdue, how premises are drawn: tables of cases, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from gridops.core.errors import Closed, Conflict, GridopsError, Invalid
from gridops.inspections.rules import (
    Candidate,
    OrderKind,
    Present,
    VisitKind,
    check_cancel,
    check_end,
    check_record,
    check_start,
    choose,
    draw,
    held,
    inspection_fault,
    last_instant,
    lawful,
    lifted,
    overdue,
    paper_fault,
    recheck_owed,
)
from gridops.premises.rules import Risk
from gridops.squads.rules import Agency
from tests.factories import at

CITY, FIRE, STREET, OTHER = Agency.URBAN_MANAGEMENT, Agency.FIRE, Agency.STREET, Agency.OTHER


def there(
    agency: Agency, certified: bool = True, since: str = "20:00", until: str | None = None, back: str | None = None
) -> Present:
    out, again = (at(f"2017-03-31 {one}") if one else None for one in (until, back))
    return Present(agency, certified, at(f"2017-03-31 {since}"), out, again)


@pytest.mark.parametrize(
    ("approved", "present", "may"),
    [
        (True, [there(CITY), there(CITY)], True),  # approved, two certified officers of one body
        (True, [there(CITY), there(CITY), there(OTHER, False)], True),  # others may come along
        (False, [there(CITY), there(CITY)], False),  # nobody approved it as an inspection
        (True, [], False),  # nobody checked in
        (True, [there(CITY)], False),  # one officer is not two
        (True, [there(CITY), there(CITY, False)], False),  # the second has no valid certificate (an auxiliary)
        (True, [there(CITY), there(FIRE)], False),  # one officer of each of two bodies is no body's inspection
        (True, [there(CITY), there(FIRE), there(FIRE)], True),  # the fire brigade has its two
        (True, [there(OTHER), there(OTHER)], False),  # a body of which we do not know that it may enforce
        (True, [there(STREET), there(STREET)], True),  # the street, where it is authorised or entrusted
        (True, [there(CITY), there(CITY, since="22:01")], False),  # the second came a minute later
        (True, [there(CITY), there(CITY, since="22:00")], True),  # the second came in that minute
        (True, [there(CITY), there(CITY, until="21:59")], False),  # the second had left
        (True, [there(CITY), there(CITY, until="21:30", back="21:45")], True),  # and came back
        (True, [there(CITY), there(CITY, until="21:30", back="22:05")], False),  # but not before the visit
    ],
)
def test_only_an_approved_round_with_two_certified_officers_of_one_body_inspects(
    approved: bool, present: list[Present], may: bool
) -> None:
    fault = inspection_fault(approved, present, at("2017-03-31 22:00"))
    assert (fault is None) == may
    assert fault is None or ("国办发〔2024〕54号" in fault and "隐患提示单" in fault)
    wanted = (VisitKind.INSPECTION, OrderKind.ORDER) if may else (VisitKind.PATROL, OrderKind.HAZARD_NOTICE)
    assert lawful(approved, present, at("2017-03-31 22:00")) == wanted


@pytest.mark.parametrize(
    ("kind", "paper", "may"),
    [
        (VisitKind.INSPECTION, OrderKind.ORDER, True),  # an inspection orders to correct
        (VisitKind.INSPECTION, OrderKind.HAZARD_NOTICE, True),  # it may also leave it at a notice
        (VisitKind.PATROL, OrderKind.HAZARD_NOTICE, True),  # a patrol leaves a notice
        (VisitKind.CALL, OrderKind.HAZARD_NOTICE, True),  # so does a call
        (VisitKind.PATROL, OrderKind.ORDER, False),  # a patrol orders nothing
        (VisitKind.CALL, OrderKind.ORDER, False),  # nor does a call
    ],
)
def test_only_an_inspection_orders_to_correct(kind: VisitKind, paper: OrderKind, may: bool) -> None:
    fault = paper_fault(kind, paper)
    assert (fault is None) == may
    assert fault is None or "54号" in fault


@dataclass
class Night:
    """A round's times."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None


def night(start: str | None = None, end: str | None = None, cancelled: str | None = None) -> Night:
    return Night(*(at(text) if text else None for text in (start, end, cancelled)))


MARCH = (at("2017-03-01 00:00"), at("2017-04-01 00:00"))


@pytest.mark.parametrize(
    ("times", "seen", "counts"),
    [
        (night("2017-03-15 21:00", "2017-03-15 23:00"), 1, True),  # one visit or grid is enough
        (night("2017-03-15 21:00", "2017-03-15 23:00"), 0, False),  # nothing was seen
        (night("2017-03-31 21:00", "2017-04-01 02:00"), 1, True),  # over midnight of the last day: of its start
        (night("2017-02-28 23:59", "2017-03-01 02:00"), 1, False),  # begun a minute before the month
        (night("2017-03-01 00:00", "2017-03-01 02:00"), 1, True),  # begun in its first instant
        (night("2017-04-01 00:00", "2017-04-01 02:00"), 1, False),  # begun in the first instant after it
        (night("2017-03-15 21:00"), 3, False),  # nobody has ended it
        (night(None), 1, False),  # only planned
        (night("2017-03-15 21:00", None, "2017-03-15 22:00"), 1, False),  # cancelled
    ],
)
def test_a_round_is_held_in_the_period_of_its_start_once_ended_with_something_seen(
    times: Night, seen: int, counts: bool
) -> None:
    assert held(times, seen, *MARCH) == counts


OVER, GONE, OPEN, PLANNED = (
    night("2017-03-15 21:00", "2017-03-15 23:00"),
    night(None, None, "2017-03-15 20:00"),
    night("2017-03-15 21:00"),
    night(),
)
LATER = at("2017-03-16 00:00")


@pytest.mark.parametrize(
    ("refused", "times", "error"),
    [
        (lambda it: check_start(it, LATER, leads=True), OVER, Closed),  # it is over
        (lambda it: check_start(it, at("2017-03-15 20:50"), leads=False), OVER, Closed),  # somebody else's start
        (lambda it: check_start(it, at("2017-03-15 20:50"), leads=True), OVER, None),  # an earlier start, told late
        (lambda it: check_start(it, LATER, leads=True), GONE, Closed),
        (lambda it: check_start(it, LATER, leads=False), OPEN, None),  # two phones pressed it
        (lambda it: check_end(it, LATER), OPEN, None),
        (lambda it: check_end(it, at("2017-03-15 20:59")), OPEN, Invalid),  # it would end before it began
        (lambda it: check_end(it, LATER), PLANNED, Conflict),  # what never began is cancelled, not ended
        (lambda it: check_end(it, LATER), OVER, Closed),
        (lambda it: check_end(it, LATER), GONE, Closed),
        (lambda it: check_cancel(it, has_records=False), OPEN, None),
        (lambda it: check_cancel(it, has_records=True), OPEN, Conflict),  # what was recorded is not wiped out
        (lambda it: check_cancel(it, has_records=False), OVER, Closed),
        (check_record, OVER, None),  # a phone without a net tells later
        (check_record, GONE, Closed),
    ],
)
def test_what_may_follow_upon_what(
    refused: Callable[[Night], None], times: Night, error: type[GridopsError] | None
) -> None:
    if error is None:
        refused(times)
        return
    with pytest.raises(error):
        refused(times)


def test_a_deadline_ends_with_the_last_second_of_its_day() -> None:
    assert last_instant(date(2017, 3, 31)) == at("2017-03-31 23:59:59")


@pytest.mark.parametrize(
    ("due", "corrected", "when", "late"),
    [
        ("2017-03-31 23:59:59", None, "2017-04-01 00:00", True),  # the last day of March is over
        ("2017-03-31 23:59:59", None, "2017-03-31 23:59:59", False),  # its last second is still in time
        ("2017-03-31 23:59:59", "2017-03-31 10:00", "2017-04-01 00:00", False),  # mended in time
        ("2017-03-31 23:59:59", "2017-04-02 10:00", "2017-04-01 00:00", True),  # mended after E: late at E
        ("2017-03-31 23:59:59", "2017-04-02 10:00", "2017-05-01 00:00", False),  # and mended by the next one
        (None, None, "2017-04-01 00:00", False),  # no deadline, never overdue
    ],
)
def test_a_finding_is_overdue_once_its_deadline_passed_unmended(
    due: str | None, corrected: str | None, when: str, late: bool
) -> None:
    assert overdue(at(due) if due else None, at(corrected) if corrected else None, at(when)) == late


def test_a_re_inspection_is_owed_by_itself_from_the_deadline_until_all_is_mended() -> None:
    due = last_instant(date(2017, 4, 10))
    assert not recheck_owed(due, None, at("2017-04-10 23:59:59"))
    assert recheck_owed(due, None, at("2017-04-11 00:00"))
    assert not recheck_owed(due, at("2017-04-09 10:00"), at("2017-04-11 00:00"))
    assert not recheck_owed(None, None, at("2017-04-11 00:00"))


def test_a_paper_is_done_with_when_the_last_of_its_findings_is_mended() -> None:
    assert lifted([at("2017-04-02 10:00"), at("2017-04-01 10:00")]) == at("2017-04-02 10:00")
    assert lifted([at("2017-04-02 10:00"), None]) is None
    assert lifted([]) is None


def test_the_riskiest_and_longest_unvisited_come_first_and_the_rest_is_drawn() -> None:
    candidates = [
        Candidate(1, Risk.LOW),
        Candidate(2, Risk.HIGH, at("2017-01-01 00:00")),
        Candidate(3, Risk.HIGH),  # never visited: before the other of high risk
        Candidate(4, Risk.MEDIUM),
        Candidate(5, Risk.UNKNOWN),
    ]
    chosen = choose(candidates, 2, 2, "2017-03")
    assert chosen.by_risk == (3, 2)
    assert chosen.draw.population == (1, 4, 5)
    assert len(chosen.draw.drawn) == 2
    assert set(chosen.draw.drawn) <= {1, 4, 5}


def test_a_draw_can_be_repeated_from_its_seed_and_population_in_whatever_order() -> None:
    first = draw("premises", "abc", range(1, 101), 10)
    assert first == draw("premises", "abc", reversed(range(1, 101)), 10)
    assert first.drawn != draw("premises", "abd", range(1, 101), 10).drawn
    assert first.drawn != draw("officer", "abc", range(1, 101), 10).drawn
    # Drawn outside of this program: printf 'abc/premises/N' | sha256sum, the ten smallest.
    assert first.drawn[0] == min(range(1, 101), key=_digest)
    assert draw("premises", "abc", [1, 2], 10).drawn == tuple(sorted([1, 2], key=_digest))


def _digest(one: int) -> str:
    from hashlib import sha256

    return sha256(f"abc/premises/{one}".encode()).hexdigest()
