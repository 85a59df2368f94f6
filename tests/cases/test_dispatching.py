"""Which unit the rules propose: tables of cases, each with a plain word."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from gridops.cases.forms import parse_rule
from gridops.cases.rules.dispatching import (
    About,
    Conditions,
    DayKind,
    DispatchRule,
    Ground,
    Hours,
    Passed,
    Sent,
    Situation,
    Why,
    choose,
    matches,
    parts,
    read,
    try_on,
    weigh,
    written,
)
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.errors import Invalid
from gridops.people.rules import WorkLine
from tests.factories import at

LITTER, SIGN = 7, 8  # categories
CELL, COMMUNITY, STREET, ELSEWHERE = 30, 20, 10, 99  # grids, from the cell up
CLEANING, PARKS, OFFICE = 1, 2, 3  # units
EVENING, NIGHT = Hours(18 * 60, 24 * 60 - 1), Hours(18 * 60, 8 * 60)

CASE = Situation(
    LITTER, Kind.EVENT, "01", (CELL, COMMUNITY, STREET), Source.INSPECTOR, at("2017-03-06 09:00"), workday=True
)
GROUND = Ground(
    units={CLEANING, PARKS, OFFICE},
    answering={(CELL, WorkLine.UPKEEP): (PARKS,), (COMMUNITY, WorkLine.UPKEEP): (OFFICE,),
               (STREET, WorkLine.CIVILITY): (CLEANING,), (CELL, WorkLine.PUBLIC_ORDER): (77,)},
    in_hand={CLEANING: 20, PARKS: 3},
)  # fmt: skip


ANY = Conditions()


def rule(number: int, asked: Conditions = ANY, **given: Any) -> DispatchRule:
    return DispatchRule(number, number, number, f"规则{number}", asked, **given)


def seen(**other: Any) -> Situation:
    return replace(CASE, **other)


@pytest.mark.parametrize(
    ("asked", "case", "holds"),
    [
        (Conditions(), CASE, True),  # a rule that asks nothing takes everything
        (Conditions(categories=(LITTER,)), CASE, True),  # the very category
        (Conditions(categories=(SIGN,)), CASE, False),  # another category
        (Conditions(kind=Kind.EVENT, class_code="01"), CASE, True),  # the whole class
        (Conditions(kind=Kind.COMPONENT, class_code="01"), CASE, False),  # 01 of the components is another class
        (Conditions(kind=Kind.EVENT, class_code="02", categories=(LITTER,)), CASE, True),  # not the class, but named
        (Conditions(grid_id=CELL), CASE, True),  # its own grid
        (Conditions(grid_id=STREET), CASE, True),  # a grid above holds all below
        (Conditions(grid_id=ELSEWHERE), CASE, False),  # a grid beside
        (Conditions(sources=(Source.MEDIA, Source.INSPECTOR)), CASE, True),  # one of several sources
        (Conditions(sources=(Source.MEDIA,)), CASE, False),  # another source
        (Conditions(hours=NIGHT), CASE, False),  # nine in the morning is no night
        (Conditions(hours=NIGHT), seen(at=at("2017-03-06 18:00")), True),  # the night begins on the minute
        (Conditions(hours=NIGHT), seen(at=at("2017-03-07 00:00")), True),  # midnight lies within
        (Conditions(hours=NIGHT), seen(at=at("2017-03-07 07:59:59")), True),  # the last second
        (Conditions(hours=NIGHT), seen(at=at("2017-03-07 08:00")), False),  # the end is no longer night
        (Conditions(hours=EVENING), seen(at=at("2017-03-06 17:59")), False),  # before an evening of one day
        (Conditions(days=DayKind.WORKING), CASE, True),  # a working Monday
        (Conditions(days=DayKind.WORKING), seen(workday=False), False),  # a holiday is no working day
        (Conditions(days=DayKind.REST), seen(workday=False), True),  # a holiday is a day off
        (Conditions(categories=(LITTER,), sources=(Source.MEDIA,)), CASE, False),  # all conditions must hold
    ],
)
def test_conditions_hold_as_they_say(asked: Conditions, case: Situation, holds: bool) -> None:
    assert matches(asked, case) is holds


@pytest.mark.parametrize(
    ("rules", "unit", "grid", "by"),
    [
        ([rule(1, unit_id=CLEANING)], CLEANING, None, 1),  # a rule for everything
        ([rule(2, unit_id=PARKS), rule(1, unit_id=CLEANING)], CLEANING, None, 1),  # first by position, not as handed in
        ([rule(1, Conditions(grid_id=ELSEWHERE), unit_id=PARKS), rule(2, unit_id=CLEANING)], CLEANING, None, 2),
        (
            [rule(1, line=WorkLine.UPKEEP)],
            PARKS,
            CELL,
            1,
        ),  # the grid's own stands before one above
        ([rule(1, line=WorkLine.CIVILITY)], CLEANING, STREET, 1),  # nobody nearer: who answers for the street
        ([rule(1, line=WorkLine.UPKEEP, most=3)], OFFICE, COMMUNITY, 1),  # the nearest has enough: the next one
        ([rule(1, unit_id=CLEANING, most=21)], CLEANING, None, 1),  # one short of the limit
        ([rule(1, unit_id=OFFICE, most=1)], OFFICE, None, 1),  # a unit without any case has none in hand
    ],
)
def test_the_first_rule_that_matches_and_has_a_unit_wins(
    rules: list[DispatchRule], unit: int, grid: int | None, by: int
) -> None:
    choice = choose(rules, CASE, GROUND)
    assert choice is not None
    assert (choice.unit_id, choice.grid_id, choice.rule.number) == (unit, grid, by)


@pytest.mark.parametrize(
    ("passed_over", "why", "unit"),
    [
        (rule(1, unit_id=CLEANING, most=20), Why.FULL, CLEANING),  # exactly the limit in hand
        (rule(1, unit_id=44), Why.NO_UNIT, None),  # the unit was dissolved
        (rule(1, line=WorkLine.VISITS), Why.NO_UNIT, None),  # nobody answers for this line here
        (rule(1, line=WorkLine.PUBLIC_ORDER), Why.NO_UNIT, None),  # who answered was dissolved
    ],
)
def test_a_rule_without_a_unit_that_may_be_given_more_is_passed_over_and_says_why(
    passed_over: DispatchRule, why: Why, unit: int | None
) -> None:
    found = weigh([passed_over, rule(2, unit_id=OFFICE)], CASE, GROUND)
    assert found.choice is not None
    assert found.choice.rule.number == 2
    assert found.passed == (Passed(passed_over, why, unit),)
    assert weigh([passed_over], CASE, GROUND).choice is None


def test_a_rule_that_does_not_match_is_not_told_of() -> None:
    assert weigh([rule(1, Conditions(days=DayKind.REST), unit_id=CLEANING, most=1)], CASE, GROUND).passed == ()


def test_the_reason_names_every_condition_that_is_set() -> None:
    asked = Conditions(Kind.EVENT, "01", (LITTER,), CELL, (Source.MEDIA,), NIGHT, DayKind.REST)
    assert [about for about, _value in parts(rule(1, asked, unit_id=CLEANING, most=5))] == list(About)
    assert list(parts(rule(1, unit_id=CLEANING))) == []


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        (ANY, []),  # a rule for everything needs no reason
        (Conditions(categories=(SIGN, LITTER)), [(About.CATEGORIES, (LITTER,))]),  # of many its own category
        (Conditions(Kind.EVENT, "01", (SIGN,)), [(About.CLASS, (Kind.EVENT, "01"))]),  # it is of the class only
        (Conditions(Kind.EVENT, "01", (LITTER,)), [(About.CATEGORIES, (LITTER,))]),  # of both: what says more
        (Conditions(grid_id=STREET), [(About.AREA, STREET)]),  # the place
    ],
)
def test_the_reason_of_a_choice_says_what_concerns_the_case(asked: Conditions, because: list[Any]) -> None:
    choice = choose([rule(1, asked, unit_id=CLEANING)], CASE, GROUND)
    assert choice is not None
    assert list(choice.because) == because


@pytest.mark.parametrize(
    "asked",
    [Conditions(), Conditions(Kind.EVENT, "01", (LITTER, SIGN), CELL, (Source.MEDIA,), NIGHT, DayKind.REST),
     Conditions(hours=Hours(0, 60))],
)  # fmt: skip
def test_conditions_are_kept_and_read_as_they_were(asked: Conditions) -> None:
    assert read(written(asked)) == asked


def test_a_trial_counts_what_each_case_alone_would_say() -> None:
    chance = random.Random(5)
    rules = [
        rule(1, Conditions(categories=(LITTER,), hours=NIGHT), unit_id=CLEANING, most=30),
        rule(2, Conditions(sources=(Source.MEDIA,)), unit_id=OFFICE),
        rule(3, Conditions(kind=Kind.EVENT, class_code="01"), line=WorkLine.UPKEEP),
    ]
    sent = [
        Sent(
            n,
            chance.choice((CLEANING, PARKS, OFFICE)),
            seen(
                category_id=chance.choice((LITTER, SIGN)),
                class_code=chance.choice(("01", "02")),
                source=chance.choice((Source.MEDIA, Source.INSPECTOR)),
                at=at(f"2017-03-06 {chance.randrange(24):02d}:30"),
            ),
        )
        for n in range(300)
    ]

    def naive(case: Situation) -> int | None:
        """The three rules in plain words."""
        hour = (case.at.hour + 8) % 24  # Shanghai
        if case.category_id == LITTER and (hour >= 18 or hour < 8):
            return CLEANING
        if case.source is Source.MEDIA:
            return OFFICE
        return PARKS if case.class_code == "01" else None

    found = try_on(rules, sent, GROUND)
    told = {one.case_id: naive(one.situation) for one in sent}
    assert found.none == sum(unit is None for unit in told.values()) > 0
    assert found.same == sum(told[one.case_id] == one.unit_id for one in sent) > 0
    assert {one.sent.case_id: one.choice.unit_id for one in found.differing} == {
        one.case_id: told[one.case_id] for one in sent if told[one.case_id] not in (None, one.unit_id)
    }
    assert found.same + found.other + found.none == len(sent)


FORM = {"name": "夜间垃圾", "unit_id": "1"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),  # a rule has a name
        ({"unit_id": ""}, "unit_id"),  # neither a unit nor a line
        ({"line": "upkeep"}, "unit_id"),  # both
        ({"from": "18:00"}, "to"),  # a beginning without an end
        ({"from": "18:00", "to": "18:00"}, "to"),  # no hours at all
        ({"from": "24:00", "to": "08:00"}, "from"),  # no such time
        ({"class": "event"}, "class"),  # a kind without a class
        ({"class": "event/01;drop"}, "class"),  # no class
        ({"categories": ["x"]}, "categories"),  # no id
        ({"sources": ["rumour"]}, "sources"),  # no source
        ({"most": "0"}, "most"),  # a unit that may have none is no unit
        ({"line": "nothing", "unit_id": ""}, "line"),  # no line of work
        ({"last_day": "2017-02-30"}, "last_day"),  # no such day
    ],
)
def test_a_wrong_rule_names_its_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_rule({**FORM, **more})
    assert [error.field for error in refused.value.errors] == [field]


def test_a_form_says_every_condition() -> None:
    found = parse_rule(
        {**FORM, "class": "event/01", "categories": ["7", "7"], "grid_id": "30", "sources": ["media"], "from": "18:00",
         "to": "08:00", "days": "rest", "most": "20", "valid_from": "2017-03-06", "last_day": "2017-03-31"}
    )  # fmt: skip
    assert found.conditions == Conditions(Kind.EVENT, "01", (7,), 30, (Source.MEDIA,), NIGHT, DayKind.REST)
    assert (found.unit_id, found.line, found.most) == (1, None, 20)
    assert (str(found.valid_from), str(found.valid_to)) == ("2017-03-06", "2017-04-01")
