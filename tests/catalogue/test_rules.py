"""Codes, nearest codes, editions and which condition holds: no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from gridops.catalogue.rules import class_of, conditions_on, edition_on, in_force, is_extension, nearest


@dataclass(frozen=True)
class Row:
    id: int = 1
    root_id: int = 0
    position: int = 1
    in_use: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


DAY = date(2017, 3, 8)


@pytest.mark.parametrize(
    ("code", "parent"), [("0110", "01"), ("01", "01"), ("N101", "N1"), ("0177", "01"), ("01023", "01")]
)
def test_the_class_of_a_code(code: str, parent: str) -> None:
    assert class_of(code) == parent


@pytest.mark.parametrize(
    ("code", "extension"),
    [
        ("0160", True),
        ("0199", True),
        ("0159", False),
        ("0100", False),
        ("160", False),
        ("01600", False),
        ("N160", False),
        ("٠١٦٠", False),
        ("", False),
    ],
)
def test_what_may_be_a_local_extension(code: str, extension: bool) -> None:
    assert is_extension(code) is extension


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (Row(), True),
        (Row(valid_from=DAY), True),
        (Row(valid_from=date(2017, 3, 9)), False),
        (Row(valid_to=DAY), False),
        (Row(valid_to=date(2017, 3, 9)), True),
        (Row(valid_from=DAY, valid_to=DAY), False),
    ],
)
def test_validity_is_half_open(row: Row, holds: bool) -> None:
    assert in_force(row, DAY) is holds


def test_an_old_record_takes_the_first_edition_there_is() -> None:
    old, new = Row(1, valid_from=date(2007, 10, 1)), Row(2, valid_from=date(2014, 8, 15))
    assert edition_on([new, old], date(2001, 1, 1)) is old
    assert edition_on([new, old], date(2014, 8, 14)) is old
    assert edition_on([new, old], date(2014, 8, 15)) is new
    assert edition_on([], DAY) is None


def test_a_root_s_own_condition_stands_before_the_shipped_one_of_its_position() -> None:
    shipped = [Row(1, position=1), Row(2, position=2), Row(3, position=3)]
    ended = Row(4, root_id=7, position=1, valid_to=DAY)
    own = Row(5, root_id=7, position=2)
    without = Row(6, root_id=7, position=3, in_use=False)
    added = Row(7, root_id=7, position=101)
    planned = Row(8, root_id=7, position=102, valid_from=date(2018, 1, 1))
    chosen = conditions_on([added, without, own, ended, planned, *shipped], DAY)
    assert [row.id for row in chosen] == [1, 5, 7]


KNOWN = {
    "0110": "暴露垃圾",
    "0111": "积存垃圾渣土",
    "0114": "道路遗撒",
    "0117": "绿地脏乱",
    "0410": "非机动车乱停放",
    "0201": "非法小广告",
}


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("0115", "0114"),
        ("0118", "0117"),
        ("0411", "0410"),
        ("暴露垃级", "0110"),
        ("非法广告", "0201"),
        (" 0201 ", "0201"),
    ],
)
def test_the_nearest_codes_are_named_first(wanted: str, first: str) -> None:
    assert nearest(wanted, KNOWN)[0] == first


def test_the_nearest_of_nothing_is_nothing() -> None:
    assert nearest("0110", {}) == []
    assert len(nearest("", KNOWN)) == 3
