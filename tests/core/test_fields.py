"""Values from outside: what each reader takes, what it refuses and how that is said; no database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from gridops.core import fields, masking
from gridops.core.errors import FieldError, Invalid
from gridops.core.fields import Reader


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (fields.text(3), "  abc ", "abc"),  # spaces around a text say nothing
        (fields.texts(9), "a; b;;a", ("a", "b")),  # a list between marks, the same once
        (fields.texts(9), ["a", "b"], ("a", "b")),  # as JSON says it
        (fields.flag, "true", True),
        (fields.flag, False, False),
        (fields.yes_no, "no", False),
        (fields.member(Colour), "red", Colour.RED),
        (fields.members(Colour), "red;blue;red", (Colour.RED, Colour.BLUE)),
        (fields.number(0, 10), "2.50", 2.5),
        (fields.whole(), "0", 0),
        (fields.whole(-5, 5), -5, -5),
        (fields.yuan(), "0.10", Decimal("0.10")),
        (fields.yuan(), 300, Decimal("300.00")),
        (fields.yuan(), "12.3400", Decimal("12.34")),  # zeros behind the fen lose nothing
        (fields.instant(), "2017-03-01T08:00", datetime(2017, 3, 1, tzinfo=UTC)),  # without an offset Asia/Shanghai
        (fields.day, "2016-02-29", date(2016, 2, 29)),
        (fields.row_id, "7", 7),
        (fields.objects(fields.whole(), 3), [1, 2], (1, 2)),
    ],
)
def test_what_is_taken(read: Any, value: object, found: object) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (fields.text(3), "abcd"),
        (fields.text(3), 5),
        (fields.text(9), "a\x00"),
        (fields.text(9), "\ud800"),  # half of a letter: no database takes it
        (fields.texts(9, most=2), "a;b;c"),
        (fields.flag, "yes"),
        (fields.flag, 1),
        (fields.yes_no, "Yes"),
        (fields.member(Colour), "green"),
        (fields.member(Colour), ["red"]),
        (fields.number(0, 10), "1e1"),
        (fields.number(0, 10), "９"),  # full-width digits
        (fields.number(0, 10), True),
        (fields.number(0, 10), 10**400),  # no float holds it
        (fields.number(0, 10), float("nan")),
        (fields.whole(), "1.0"),
        (fields.whole(), "9" * 400),  # a huge numeral is refused, not computed
        (fields.whole(), True),
        (fields.yuan(), "0.001"),  # a fraction of a fen
        (fields.yuan(), "1_000"),
        (fields.yuan(), "-1"),
        (fields.yuan(), 0.1),  # a float is never money
        (fields.yuan(), "9" * 400),
        (fields.instant(), "yesterday"),
        (fields.instant(), "1999-12-31T00:00Z"),
        (fields.instant(), "9999-12-31T23:59:59Z"),
        (fields.day, "2017-02-29"),
        (fields.day, "2017-2-9"),
        (fields.day, "9999-01-01"),
        (fields.row_id, "0"),
        (fields.row_id, "٣"),
    ],
)
def test_what_is_refused(read: Any, value: object) -> None:
    with pytest.raises(ValueError):
        read(value)


def test_everything_that_is_wrong_is_told_at_once_by_its_name() -> None:
    read = Reader({"at": "soon", "place": {"lon": 200, "lat": 1}, "list": ["a", "9"], "more": 1}, "body")
    read("at", fields.instant())
    read("name", fields.text(9), required=True)
    read("place", fields.location)
    read("list", fields.objects(fields.whole(), 9))
    with pytest.raises(Invalid) as refused:
        read.done()
    assert refused.value.errors == (
        FieldError("body.at", "not an ISO 8601 time"),
        FieldError("body.name", "required"),
        FieldError("body.place.lon", "not between -180 and 180"),
        FieldError("body.list.0", "not a whole number from 0 to 1000000"),
        FieldError("body.more", "unknown field"),
    )


def test_a_line_of_a_file_may_have_columns_nobody_asks_for() -> None:
    read = Reader({"a": " ", "note": "x"})
    assert read("a", fields.text(9)) is None
    read.done(others=True)


@pytest.mark.parametrize(
    ("cells", "found", "wrong"),
    [
        ({"lon": "119.9", "lat": "31.8"}, (119.9, 31.8), []),
        ({"lon": "", "lat": ""}, None, []),
        ({"lon": "119.9", "lat": ""}, None, ["lat"]),
        ({"lat": "31.8"}, None, ["lon"]),
        ({"lon": "east", "lat": "31.8"}, None, ["lon"]),
    ],
)
def test_a_point_has_both_its_cells(cells: dict[str, str], found: object, wrong: list[str]) -> None:
    read = Reader(cells)
    assert fields.point(read) == found
    assert [name for name, _ in read.errors] == wrong


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masking.name, "张三丰", "张**"),
        (masking.name, " 李 ", "李"),
        (masking.name, None, ""),
        (masking.number, "13812345678", "138****5678"),
        (masking.number, "1234567", "*******"),  # too short to show a part of it
        (masking.words, "电话13812345678，住3幢", "电话138****5678，住3幢"),
    ],
)
def test_persons_are_masked(mask: Any, text: str | None, shown: str) -> None:
    assert mask(text) == shown
