"""What conditions ask beside their limits: pictures, classes of areas, local codes; no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from gridops.catalogue.rules import Area, Stage, area_of, free_extension, limits_in, parse_needs, short_of

REPORT, FEEDBACK, CHECK = Stage


@pytest.mark.parametrize(
    ("needs", "given", "stage", "short"),
    [
        ({}, {}, FEEDBACK, {}),  # nothing is asked
        ({"after": 1}, {}, FEEDBACK, {"after": 1}),
        ({"after": 2}, {"after": 1, "before": 5}, FEEDBACK, {"after": 1}),  # a picture before is none of the work
        ({"after": 1}, {"after": 3}, FEEDBACK, {}),
        ({"after": 1}, {}, CHECK, {}),  # another step's need
        ({"near": 1, "far": 1}, {"near": 1}, REPORT, {"far": 1}),
        ({"near": 1, "far": 1}, {"near": 2}, REPORT, {"far": 1}),  # two near ones are no far one
        ({"near": 1, "far": 1}, {"before": 2}, REPORT, {}),  # nobody said which is which
        ({"near": 1, "far": 1}, {"before": 1}, REPORT, {"far": 1}),
        ({"before": 2}, {"near": 1, "reference": 1}, REPORT, {}),  # any pictures will do
        ({"before": 3, "near": 1}, {"near": 1, "before": 1}, REPORT, {"before": 1}),
        ({"check": 1}, {"check": 1}, CHECK, {}),
    ],
)
def test_the_pictures_that_are_short(
    needs: dict[str, int], given: dict[str, int], stage: Stage, short: dict[str, int]
) -> None:
    assert short_of(needs, given, stage) == short


def test_pictures_are_read_from_a_shipped_file() -> None:
    assert parse_needs("") == {}
    assert parse_needs("near:1;after:2") == {"near": 1, "after": 2}
    for wrong in ("near", "near:0", "sound:1", "near:10"):
        with pytest.raises(ValueError, match="not pictures"):
            parse_needs(wrong)


@dataclass(frozen=True)
class Row:
    grid_id: int
    area: Area
    valid_from: date | None = None
    valid_to: date | None = None


STREET, COMMUNITY, GRID = 1, 2, 3
MARCH, APRIL = date(2017, 3, 31), date(2017, 4, 1)


@pytest.mark.parametrize(
    ("rows", "on", "area"),
    [
        ([], MARCH, None),  # nobody has classed anything
        ([Row(COMMUNITY, Area.B)], MARCH, Area.B),  # a grid has the class of the community above it
        ([Row(STREET, Area.C), Row(GRID, Area.A)], MARCH, Area.A),  # its own stands before that of the street
        ([Row(GRID, Area.A, None, APRIL), Row(GRID, Area.C, APRIL)], MARCH, Area.A),  # the last day of the old class
        ([Row(GRID, Area.A, None, APRIL), Row(GRID, Area.C, APRIL)], APRIL, Area.C),  # the first day of the new one
        ([Row(COMMUNITY, Area.B), Row(GRID, Area.A, None, APRIL)], APRIL, Area.B),  # ended: the one above again
        ([Row(9, Area.A)], MARCH, None),  # a grid elsewhere
    ],
)
def test_the_class_of_a_grid_on_a_day(rows: list[Row], on: date, area: Area | None) -> None:
    assert area_of(rows, (STREET, COMMUNITY, GRID), on) == area


@dataclass(frozen=True)
class Limited:
    limit: int | None = 4
    handle_limit: int | None = 3
    class_limits: dict[str, Any] = field(default_factory=lambda: {"A": [2, 1], "B": [3, None]})


def test_an_area_has_its_own_limits_where_the_condition_gives_them() -> None:
    found = [limits_in(Limited(), area) for area in (Area.A, Area.B, Area.C, None)]
    assert found == [(2, 1), (3, None), (4, 3), (4, 3)]


def test_local_codes_are_taken_from_99_down() -> None:
    assert free_extension("01", ()) == "0199"
    assert free_extension("01", {"0199", "0198", "0110"}) == "0197"
    assert free_extension("01", {f"01{n}" for n in range(60, 100)}) is None
