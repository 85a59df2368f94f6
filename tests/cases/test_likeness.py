"""When two open cases look like one problem reported twice: a table of pairs, each in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gridops.cases.rules.likeness import (
    MOST_UNSURE_M,
    NEARBY_M,
    End,
    Ground,
    Side,
    Subject,
    Verdict,
    compare,
    end_of,
    ending,
    order,
    possible,
)
from gridops.cases.rules.moves import Move, Source, State
from gridops.catalogue.rules import Kind
from gridops.people.rules import Role
from tests.factories import at

NOON = at("2017-03-06 12:00")
METRE = 1 / 111_320
HERE = Subject(
    root_id=1, state=State.REPORTED, source=Source.HOTLINE_12345, lon=119.955, lat=31.855, accuracy_m=0.0,
    reported_at=NOON, list_code="B", kind=Kind.EVENT, code="0110", name="暴露垃圾",
)  # fmt: skip
SPOIL: dict[str, Any] = {"code": "0111", "name": "积存垃圾渣土"}
STALL: dict[str, Any] = {"code": "0401", "name": "无照经营游商"}
LAMP: dict[str, Any] = {"kind": Kind.COMPONENT, "code": "0201", "name": "路灯"}
WALKER: dict[str, Any] = {"source": Source.INSPECTOR, "reporter_id": 7}


def pair(both: dict[str, Any], metres: float, later: timedelta, other: dict[str, Any]) -> tuple[Subject, Subject]:
    """Two cases that share `both`; the second lies so far north, was reported so much later, and has its `other`."""
    one = replace(HERE, **both)
    moved = replace(one, lat=None if one.lat is None else one.lat + metres * METRE, reported_at=NOON + later)
    return one, replace(moved, **other)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


CASES = [
    # what both are, metres apart, time apart, what the other is, the verdict
    ("two calls about one heap of rubbish", {}, 12, hours(3), {}, Verdict.LIKELY),
    ("just within the distance", {}, 49.9, hours(3), {}, Verdict.LIKELY),
    ("just beyond it: offered in the form, not suspected", {}, 50.6, hours(3), {}, Verdict.NEAR),
    ("on the day on which a week is over", {}, 12, timedelta(days=7), {}, Verdict.LIKELY),
    ("a minute after that", {}, 12, timedelta(days=7, minutes=1), {}, Verdict.NEAR),
    ("at the edge of what is offered", {}, NEARBY_M - 1, timedelta(days=90), {}, Verdict.NEAR),
    ("beyond it", {}, NEARBY_M + 2, hours(0), {}, Verdict.NONE),
    # The accuracy of both places is taken off the distance: 15 and 20 together are 25.
    ("far by the map, neither place sure", {"accuracy_m": 15}, 70, hours(3), {"accuracy_m": 20}, Verdict.LIKELY),
    ("one sure place", {"accuracy_m": 15}, 70, hours(3), {"accuracy_m": 0}, Verdict.NEAR),
    ("a place good for nothing", {"accuracy_m": 5000}, 50.6 + MOST_UNSURE_M, hours(0), {}, Verdict.NEAR),
    # Kind.
    ("another name of the same class, close", {}, 12, hours(3), SPOIL, Verdict.LIKELY),
    ("another name, too far for that", {}, 21, hours(3), SPOIL, Verdict.NONE),
    ("another name, two days later", {}, 12, hours(48), SPOIL, Verdict.NONE),
    ("another class", {}, 0, hours(0), {"code": "0201", "name": "非法小广告"}, Verdict.NONE),
    ("the same category by the older edition", {}, 12, hours(3), {"list_code": "A", "code": "0102"}, Verdict.LIKELY),
    ("a class of another edition with the same number", {}, 0, hours(0), {"list_code": "A", "name": "x"}, Verdict.NONE),
    ("a component is no event, whatever its number", {}, 0, hours(0), {"kind": Kind.COMPONENT}, Verdict.NONE),
    # A lamp is one thing; the next one stands thirty metres on. It stays broken for weeks.
    ("one lamp, told twice in three weeks", LAMP, 15, timedelta(days=21), {}, Verdict.LIKELY),
    ("the next lamp", LAMP, 30, hours(1), {}, Verdict.NEAR),
    ("a lamp and a sign beside it", LAMP, 2, hours(1), {"name": "交通标志牌"}, Verdict.NONE),
    # A stall that comes back is another offence.
    ("a stall told by two within the hour", STALL, 15, hours(1), {}, Verdict.LIKELY),
    ("a stall two hours later to the minute", STALL, 15, hours(2), {}, Verdict.LIKELY),
    ("the same stall in the evening", STALL, 0, hours(6), {}, Verdict.NEAR),
    ("the same stall the next day at that hour", STALL, 0, hours(24), {}, Verdict.NEAR),
    # Who stood there twice saw two things.
    ("two heaps by one inspector on his way", WALKER, 30, timedelta(minutes=4), {}, Verdict.NEAR),
    ("one spot by one inspector, two days later", WALKER, 6, hours(48), {}, Verdict.LIKELY),
    ("two inspectors", WALKER, 30, timedelta(minutes=4), {"reporter_id": 8}, Verdict.LIKELY),
    ("a clerk writes down what two callers told", {"reporter_id": 7}, 30, hours(1), {}, Verdict.LIKELY),
    # What cannot be.
    ("no place", {}, 0, hours(0), {"lon": None, "lat": None}, Verdict.NONE),
    ("another street", {}, 0, hours(0), {"root_id": 2}, Verdict.NONE),
    ("one is closed", {}, 0, hours(0), {"state": State.CLOSED}, Verdict.NONE),
    ("one is merged already", {}, 0, hours(0), {"state": State.MERGED}, Verdict.NONE),
    ("one was declined", {}, 0, hours(0), {"state": State.DECLINED}, Verdict.NONE),
    ("parts of one case", {"whole_id": 5}, 0, hours(0), {}, Verdict.NONE),
    ("parts of two cases", {"whole_id": 5}, 0, hours(0), {"whole_id": 6}, Verdict.LIKELY),
]  # fmt: skip


@pytest.mark.parametrize(("told", "both", "metres", "later", "other", "verdict"), CASES, ids=[row[0] for row in CASES])
def test_two_cases_are_judged_alike_from_either_side(
    told: str, both: dict[str, Any], metres: float, later: timedelta, other: dict[str, Any], verdict: Verdict
) -> None:
    one, second = pair(both, metres, later, other)
    found = compare(one, second)
    assert found.verdict is verdict, told
    assert (found.score > 0) is (verdict is Verdict.LIKELY)
    assert compare(second, one) == found


GROUNDS = [
    ({}, 12, hours(3), {}, [(Ground.DISTANCE, 12), (Ground.TIME, 10_800), (Ground.CATEGORY, 0)]),
    (
        {"accuracy_m": 15}, 70, hours(3), {"accuracy_m": 20},
        [(Ground.DISTANCE, 70), (Ground.UNSURE, 25), (Ground.TIME, 10_800), (Ground.CATEGORY, 0)],
    ),
    ({}, 5, hours(0), SPOIL, [(Ground.DISTANCE, 5), (Ground.TIME, 0), (Ground.CLASS, 0)]),
    (
        {**STALL, **WALKER}, 5, hours(0), {},
        [(Ground.DISTANCE, 5), (Ground.TIME, 0), (Ground.CATEGORY, 0), (Ground.RECURS, 2), (Ground.PERSON, 0)],
    ),
    ({}, 120, hours(0), {}, [(Ground.DISTANCE, 120), (Ground.TIME, 0), (Ground.CATEGORY, 0)]),
]  # fmt: skip


@pytest.mark.parametrize(("both", "metres", "later", "other", "grounds"), GROUNDS)
def test_each_verdict_says_what_it_rests_on(
    both: dict[str, Any], metres: float, later: timedelta, other: dict[str, Any], grounds: list[tuple[Ground, float]]
) -> None:
    found = compare(*pair(both, metres, later, other))
    assert [(reason.ground, round(reason.amount)) for reason in found.reasons] == grounds


def test_nearer_in_place_time_or_kind_comes_first_and_what_is_only_near_last() -> None:
    sooner, later, farther = (
        compare(*pair({}, *at)) for at in ((5, hours(1), {}), (5, hours(99), {}), (45, hours(1), {}))
    )
    of_class = compare(*pair({}, 5, hours(1), SPOIL))
    near = compare(*pair({}, 80, hours(1), {}))
    assert compare(HERE, HERE).score == 1
    assert sorted([near, of_class, farther, later, sooner], key=order)[0] == sooner
    assert sorted([near, of_class, sooner], key=order) == [sooner, of_class, near]


@pytest.mark.parametrize(
    ("moves", "other", "move"),
    [
        ({Move.MERGE, Move.CLOSE}, State.FILED, Move.MERGE),
        ({Move.MERGE}, State.REPORTED, None),  # nothing is merged into what is not filed: the other one is declined
        ({Move.NOT_FILE}, State.REPORTED, Move.NOT_FILE),
        ({Move.DECLINE, Move.ACCEPT}, State.DISPATCHED, Move.DECLINE),
        ({Move.DISPATCH}, State.FILED, None),
    ],
)
def test_a_duplicate_is_merged_after_filing_and_not_filed_or_declined_before(
    moves: set[Move], other: State, move: Move | None
) -> None:
    assert ending(moves, other) is move


def side(number: str, state: State, later: int = 0) -> Side:
    desk = (Role.INTAKE_CLERK, Role.SHIFT_LEADER)
    return Side(number, state, NOON + hours(later), possible(state, desk))


@pytest.mark.parametrize(
    ("one", "other", "end"),
    [
        # of two that wait, the later one ends, from whichever it is looked at
        (side("1", State.REPORTED), side("2", State.VERIFYING, 1), End(Move.DECLINE, "2", "1")),
        (side("2", State.FILED, 1), side("1", State.DISPATCHED), End(Move.MERGE, "2", "1")),
        # what is filed is not ended for what is not, though it came later
        (side("1", State.ACCEPTED), side("2", State.FILED, 1), End(Move.NOT_FILE, "1", "2")),
        (side("1", State.CLOSED), side("2", State.CLOSED), None),
    ],
)
def test_of_two_the_later_one_ends_unless_only_the_other_can(one: Side, other: Side, end: End | None) -> None:
    assert end_of(one, other) == end
    assert end_of(other, one) == end
    assert possible(State.REPORTED, (Role.DISPATCHER,)) == frozenset()
