"""What a problem from above costs, and which report made beforehand may cover it: tables of cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridops.assessment.rules import (
    Cost,
    Kindred,
    Loss,
    Mark,
    Problem,
    Rule,
    Spot,
    Standing,
    at_risk,
    candidates,
    cost,
    early_fault,
    rule_for,
    same_spot,
    summary,
)
from gridops.catalogue.rules import Kind
from gridops.supervision.rules import Assessor
from tests.factories import at

CITY, DISTRICT = Assessor.CITY, Assessor.DISTRICT


def about(code: str, kind: Kind = Kind.EVENT, listed: str = "B") -> Kindred:
    return Kindred(listed, kind, code)


def rule(number: int, code: str, found: str, *, assessor: Assessor = CITY, more: str = "0", **days: date) -> Rule:
    points = {
        Loss.FOUND: Decimal(found),
        Loss.OVERDUE: Decimal(more),
        Loss.REWORK: Decimal("0.20"),
        Loss.RETURN: Decimal(0),
    }
    return Rule(number, assessor, f"r{number}", about(code), points, days.pop("since", date(2017, 1, 1)), **days)


RULES = (
    rule(1, "", "0.50"),
    rule(2, "01", "1.00", more="0.50"),
    rule(3, "0110", "2.00", valid_to=date(2017, 3, 1)),
    rule(4, "0110", "3.00", since=date(2017, 4, 1)),
    rule(5, "01", "0.10", assessor=DISTRICT),
)
MARCH = date(2017, 3, 10)


@pytest.mark.parametrize(
    ("assessor", "kind", "on", "wanted"),
    [
        # The closest code holds, while it is in force; on its first day without, the class's rule holds again.
        (CITY, about("0110"), date(2017, 2, 28), 3),
        (CITY, about("0110"), date(2017, 3, 1), 2),
        (CITY, about("0110"), date(2017, 4, 1), 4),
        (CITY, about("0501"), MARCH, 1),
        # The district has a rule of its own, and none for street order.
        (DISTRICT, about("0110"), MARCH, 5),
        (DISTRICT, about("0501"), MARCH, None),
        # Another list, another kind, before any rule: nobody takes anything off.
        (CITY, about("0110", listed="A"), MARCH, None),
        (CITY, about("0110", Kind.COMPONENT), MARCH, None),
        (CITY, about("0110"), date(2016, 12, 31), None),
    ],
)
def test_the_rule_that_holds(assessor: Assessor, kind: Kindred, on: date, wanted: int | None) -> None:
    found = rule_for(RULES, assessor, kind, on)
    assert (found.id if found else None) == wanted


@pytest.mark.parametrize(
    ("problem", "standing", "points"),
    [
        # Found, and put right in time: one point.
        (Problem(CITY, about("0110"), MARCH), Standing.COUNTED, "1.00"),
        # Overdue too, and twice reworked.
        (Problem(CITY, about("0110"), MARCH, overdue=True, rework=2), Standing.COUNTED, "1.90"),
        # Returned three times: this rule takes nothing off for it.
        (Problem(CITY, about("0110"), MARCH, returned=3), Standing.COUNTED, "1.00"),
        # Reported beforehand: nothing, overdue or not.
        (Problem(CITY, about("0110"), MARCH, overdue=True, early=True), Standing.EARLY, "0.00"),
        # An upheld appeal leaves the case out, before everything else.
        (Problem(CITY, about("0110"), MARCH, early=True, upheld=True), Standing.UPHELD, "0.00"),
        (Problem(None, about("0110"), MARCH), Standing.NO_LEVEL, "0.00"),
        (Problem(DISTRICT, about("0501"), MARCH), Standing.NO_RULE, "0.00"),
    ],
)
def test_what_a_problem_costs(problem: Problem, standing: Standing, points: str) -> None:
    found = cost(problem, RULES)
    assert (found.standing, found.points) == (standing, Decimal(points))


def test_a_sum_leaves_upheld_appeals_out_above_and_below_the_line_and_says_how_many() -> None:
    costs = [
        cost(Problem(CITY, about("0110"), MARCH, overdue=True), RULES),
        cost(Problem(CITY, about("0110"), MARCH, early=True), RULES),
        cost(Problem(CITY, about("0110"), MARCH, upheld=True), RULES),
        cost(Problem(None, about("0110"), MARCH), RULES),
    ]
    found = summary(costs)
    assert (found.problems, found.points) == (2, Decimal("1.50"))
    assert [found.by[one] for one in Standing] == [1, 1, 1, 1, 0]
    assert summary([]).points == Cost(Standing.COUNTED).points == 0


HERE = Spot(about("0110"), 7, 119.955, 31.855)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        (Spot(about("0110"), 8, 119.9554, 31.855), True),  # 38 m on, across the border of a grid
        (Spot(about("0110"), 7, 119.9556, 31.855), False),  # 57 m on, in the same grid
        (Spot(about("0110"), 7), True),  # without a point: the grid
        (Spot(about("0110"), 8), False),
        (Spot(about("0111"), 7, 119.955, 31.855), False),  # another kind on the very spot
    ],
)
def test_the_same_spot(other: Spot, wanted: bool) -> None:
    assert same_spot(HERE, other) is wanted
    assert same_spot(other, HERE) is wanted


@pytest.mark.parametrize(
    ("came", "level", "wanted"),
    [
        ("2017-03-06 09:00", CITY, [1]),  # at the very instant of the mark
        ("2017-03-13 08:59", CITY, [1]),  # the last minute of the seven days
        ("2017-03-13 09:00", CITY, []),  # the mark has lapsed
        ("2017-03-06 08:59", CITY, []),  # found before it was reported
        ("2017-03-07 09:00", DISTRICT, []),  # reported to the city, found by the district
        ("2017-03-07 09:00", None, []),  # nobody has said who found it
    ],
)
def test_a_mark_may_cover_what_comes_within_seven_days(came: str, level: Assessor | None, wanted: list[int]) -> None:
    marks = [
        Mark(1, 5, CITY, at("2017-03-06 09:00"), HERE),
        Mark(2, 6, CITY, at("2017-03-06 09:00"), Spot(about("0110"), 9, 119.99, 31.9)),
    ]
    assert [mark.id for mark in candidates(marks, level, HERE, at(came))] == wanted


def test_what_a_level_would_take_off() -> None:
    assert at_risk(RULES, about("0110"), MARCH, overdue=True) == {CITY: Decimal("1.50"), DISTRICT: Decimal("0.10")}
    assert at_risk(RULES, about("0501"), MARCH, overdue=False) == {CITY: Decimal("0.50")}


@pytest.mark.parametrize(
    ("own", "is_open", "filed", "found_above", "barred"),
    [
        (True, True, True, False, False),
        (False, True, True, False, True),  # somebody told us
        (True, False, True, False, True),  # closed
        (True, True, False, False, True),  # not filed yet
        (True, True, True, True, True),  # the level was faster
    ],
)
def test_what_can_be_reported_beforehand(
    own: bool, is_open: bool, filed: bool, found_above: bool, barred: bool
) -> None:
    fault = early_fault(own=own, is_open=is_open, filed=filed, found_above=found_above)
    assert (fault is not None) is barred
