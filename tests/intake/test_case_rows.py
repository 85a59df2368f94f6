"""One line of a case file: what is wrong with it is named by its column, and codes mean what they meant on its day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.catalogue.models import Category, CategoryList
from gridops.catalogue.rules import Kind
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.intake.case_rows import Reader
from gridops.intake.codes import Resolver
from gridops.intake.files import Line
from tests.factories import make_category, make_grid

ROW = {"external_id": "E-1", "kind": "event", "category_code": "0110", "reported_at": "2017-03-05T08:40:00"}


@pytest.fixture
def reader(session: Session) -> Reader:
    make_grid(session, "329900003")
    make_category(session)
    return Reader(grids.Snapshot(session), Resolver(session))


def read(reader: Reader, **cells: str) -> Any:
    good, refused = reader.read([Line(2, {**ROW, "grid_code": "329900003", **cells})])
    return good[0] if good else refused[0]


def wrong(reader: Reader, **cells: str) -> list[tuple[str, str]]:
    """(column, reason) of everything refused."""
    found = read(reader, **cells)
    return [(error.column, error.reason) for error in found] if isinstance(found, list) else []


@pytest.mark.parametrize(
    "time", ["0001-01-02", "1899-12-31T23:59:59", "2201-01-01", "9999-12-31T10:00:00", "0206-03-05"]
)
@pytest.mark.parametrize("column", ["reported_at", "due_at"])
def test_absurd_times_are_refused(reader: Reader, column: str, time: str) -> None:
    assert (column, "outside 1900 to 2200") in wrong(reader, filed_at="2017-03-05T09:00:00", **{column: time})


def test_the_years_count_locally(reader: Reader) -> None:
    assert wrong(reader, reported_at="1899-12-31T16:30:00Z", filed_at="2200-12-31T23:59:59+08:00") == []
    assert wrong(reader, filed_at="2200-12-31T16:30:00Z") == [("filed_at", "outside 1900 to 2200")]


TURNS = [
    ("9" * 5000, "2017-03-06", "not a whole number from 0 to 1000"),
    ("1001", "2017-03-06", "not a whole number from 0 to 1000"),
    ("²", "2017-03-06", "not a whole number from 0 to 1000"),
]


@pytest.mark.parametrize(("turns", "at", "reason"), TURNS)
def test_a_number_of_reworks_that_cannot_be_is_refused(reader: Reader, turns: str, at: str, reason: str) -> None:
    found = wrong(reader, filed_at="2017-03-05T09:00:00", reworked_times=turns, reworked_at=at)
    assert found == [("reworked_times", reason)]


@pytest.mark.parametrize(
    ("turns", "at"), [("", ""), ("0", ""), ("", "2017-03-06"), ("3", "2017-03-06"), ("3", ""), ("0", "2017-03-06")]
)
def test_a_number_of_reworks_is_no_contradiction(reader: Reader, turns: str, at: str) -> None:
    assert wrong(reader, filed_at="2017-03-05T09:00:00", reworked_times=turns, reworked_at=at) == []


def test_whether_a_return_was_right_is_yes_or_no_and_part_of_what_is_told(reader: Reader) -> None:
    assert wrong(reader, returned_upheld="maybe") == [("returned_upheld", "not one of yes, no")]
    told = [read(reader, returned_at="2017-03-06", returned_upheld=text) for text in ("", "yes", "no")]
    assert [row.returned_upheld for row in told] == [None, True, False]
    assert len({row.digest for row in told}) == 3


def test_a_default_told_and_left_out_is_the_same_row(reader: Reader) -> None:
    filed = {"filed_at": "2017-03-05T09:00:00", "due_at": "2017-03-08T09:00:00"}
    short = read(reader, **filed)
    assert read(reader, **filed, due_first_at=filed["due_at"], accepted_at=filed["filed_at"]).digest == short.digest
    assert read(reader, **filed, due_first_at="2017-03-07T09:00:00").digest != short.digest


def test_each_point_of_a_chunk_finds_its_own_grid_and_a_lost_one_is_named(session: Session) -> None:
    make_category(session)
    west, east = (make_grid(session, west=west) for west in (119.0, 121.0))
    reader = Reader(grids.Snapshot(session), Resolver(session), nearest_m=500.0)
    places = [
        ("121.001", "31.851"),
        ("119.001", "31.851"),
        ("10", "10"),
        ("118.999", "31.851"),
        ("x", "1"),
        ("1_19.001", "31.851"),
        ("１１９.001", "31.851"),
    ]
    lines = [
        Line(number, {**ROW, "external_id": f"{number}", "lon": lon, "lat": lat})
        for number, (lon, lat) in enumerate(places)
    ]
    good, refused = reader.read(lines)
    assert [(row.line, row.grid_id) for row in good] == [(0, east.id), (1, west.id), (3, west.id)]
    assert [json.loads(row.place or "")["nearest"] for row in good] == [False, False, True]
    assert [[(error.line, error.column, error.value) for error in errors] for errors in refused] == [
        [(2, "lon", "10")],
        [(4, "lon", "x")],
        [(5, "lon", "1_19.001")],  # what float() would take
        [(6, "lon", "１１９.001")],
    ]


def test_a_code_means_what_the_edition_of_its_day_says(session: Session) -> None:
    root = make_grid(session).id
    old = make_category(session, name="旧")
    newer = CategoryList(code="B", version="newer", name="清单B", valid_from=date(2020, 1, 1))
    session.add(newer)
    session.flush()
    new = _in_list(session, newer, valid_to=date(2022, 1, 1))
    codes = Resolver(session)

    def meaning(resolver: Resolver, day: date) -> int:
        return resolver.category(root, "B", Kind.EVENT, "0110", day)

    days = (date(2019, 12, 31), date(2020, 1, 1), date(2019, 12, 31))
    assert [meaning(codes, day) for day in days] == [old.id, new.id, old.id]
    for resolver in (codes, codes.on(session)):
        with pytest.raises(Invalid, match="not in force on 2022-01-01"):
            meaning(resolver, date(2022, 1, 1))
        assert meaning(resolver, date(2021, 12, 31)) == new.id


def _in_list(session: Session, listed: CategoryList, **validity: date) -> Category:
    named = {"name_zh": "新", "name_en": "new", "confidence": "high"}
    category = Category(list_id=listed.id, kind=Kind.EVENT, code="0110", level=2, parent_code="01", **named, **validity)
    session.add(category)
    session.flush()
    return category
