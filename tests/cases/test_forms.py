"""What may be handed in: every wrong field is named, nothing else passes."""

import contextlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.cases.forms import Location, MoveFields, parse_move, parse_report
from gridops.cases.rules.moves import MOVES, Move, Suspension
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.coordinates import Crs
from gridops.core.errors import Invalid
from tests.factories import at

REPORT: dict[str, Any] = {"category": "0110", "location": {"lon": 119.95, "lat": 31.85}}


def refused(read: Any, *given: Any) -> list[str]:
    with pytest.raises(Invalid) as wrong:
        read(*given)
    return [error.field for error in wrong.value.errors]


def test_a_report_is_read_with_its_defaults() -> None:
    found = parse_report(REPORT)
    assert (found.category_list, found.kind, found.source, found.self_handled) == ("B", None, Source.INSPECTOR, False)
    assert found.location == Location(119.95, 31.85)


def test_a_whole_report() -> None:
    fix = {"lon": 119.9, "lat": 31.8, "accuracy_m": 20, "crs": "wgs84", "at": "2017-03-05T21:40:00+08:00"}
    place = {"lon": 119.95, "lat": 31.85, "accuracy_m": 5, "crs": "gcj02", "picked": True, "fix": fix}
    found = parse_report({**REPORT, "location": place, "kind": "component", "self_handled": True, "address": " 路 "})
    assert found.location is not None
    assert (found.location.crs, found.location.picked, found.kind, found.address) == (
        Crs.GCJ02,
        True,
        Kind.COMPONENT,
        "路",
    )
    assert found.location.fix is not None
    assert found.location.fix.at == at("2017-03-05 21:40")


def test_forms_send_everything_as_text() -> None:
    place = {"lon": "119.95", "lat": "31.85", "accuracy_m": "", "picked": "true"}
    found = parse_report({**REPORT, "location": place, "self_handled": "false", "campaign": ""})
    assert found.location == Location(119.95, 31.85, picked=True)
    assert (found.self_handled, found.campaign) == (False, None)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"category": None}, ["body.category"]),
        ({"category": 110}, ["body.category"]),
        ({"category": "x" * 31}, ["body.category"]),
        ({"location": None}, ["body.location"]),
        ({"location": [1, 2]}, ["body.location"]),
        ({"location": {"lon": 181, "lat": 0}}, ["body.location.lon"]),
        ({"location": {"lon": True, "lat": 0}}, ["body.location.lon"]),
        ({"location": {"lon": float("nan"), "lat": 10**400}}, ["body.location.lon", "body.location.lat"]),
        ({"location": {"lon": "1e5", "lat": 1}}, ["body.location.lon"]),
        ({"location": {"lat": 1}}, ["body.location.lon"]),
        ({"location": {"lon": 1, "lat": 1, "crs": "mars"}}, ["body.location.crs"]),
        ({"location": {"lon": 1, "lat": 1, "accuracy_m": -1}}, ["body.location.accuracy_m"]),
        ({"location": {"lon": 1, "lat": 1, "z": 1}}, ["body.location.z"]),
        ({"location": {"lon": 1, "lat": 1, "fix": {"lon": 1}}}, ["body.location.fix.lat"]),
        ({"description": "x" * 2001}, ["body.description"]),
        ({"description": "a\x00b"}, ["body.description"]),
        ({"description": "\ud800"}, ["body.description"]),
        ({"source": "rumour"}, ["body.source"]),
        ({"kind": ["event"]}, ["body.kind"]),
        ({"self_handled": 1}, ["body.self_handled"]),
        ({"surprise": 1, "category": ""}, ["body.category", "body.surprise"]),
    ],
)
def test_a_wrong_report_is_refused_by_field(change: dict[str, Any], fields: list[str]) -> None:
    assert refused(parse_report, {**REPORT, **change}) == fields


def test_fields_of_moves_are_read_by_the_table() -> None:
    assert parse_move(Move.DISPATCH, {"unit": "12", "words": " 请处理 "}) == MoveFields(unit=12, words="请处理")
    assert parse_move(Move.EXTEND, {}) == MoveFields()
    asked = parse_move(Move.ASK_EXTENSION, {"reason": "雨", "due": "2017-03-06T17:00"})
    assert asked == MoveFields(reason="雨", due=at("2017-03-06 17:00"))
    later = {"reason": "x", "suspension": "set_date", "resume_on": "2017-03-10"}
    assert parse_move(Move.SUSPEND, later).resume_on == date(2017, 3, 10)
    assert parse_move(Move.VERIFY, {"outcome": "false"}).outcome is False
    assert parse_move(Move.SUSPEND, {"reason": "x", "suspension": "outside"}).suspension is Suspension.OUTSIDE


@pytest.mark.parametrize(
    ("move", "raw", "fields"),
    [
        (Move.DISPATCH, {}, ["unit"]),
        (Move.DISPATCH, {"unit": "-1"}, ["unit"]),
        (Move.DISPATCH, {"unit": True}, ["unit"]),
        (Move.DISPATCH, {"unit": 2**63}, ["unit"]),
        (Move.DECLINE, {"reason": "  "}, ["reason"]),
        (Move.DECLINE, {"reason": "x" * 501}, ["reason"]),
        (Move.ACCEPT, {"unit": 1}, ["unit"]),
        (Move.ASK_EXTENSION, {"reason": "x", "due": "soon"}, ["due"]),
        (Move.ASK_EXTENSION, {"reason": "x", "due": "9999-12-31T23:59"}, ["due"]),
        (Move.SUSPEND, {"reason": "x", "suspension": "set_date"}, ["resume_on"]),
        (Move.SUSPEND, {"reason": "x", "suspension": "outside", "resume_on": "2017-03-10"}, ["resume_on"]),
        (
            Move.SUSPEND,
            {"reason": "x", "suspension": "set_date", "resume_on": "2017-02-30"},
            ["resume_on", "resume_on"],
        ),
        (Move.VERIFY, {"outcome": "maybe"}, ["outcome"]),
    ],
)
def test_wrong_fields_of_moves_are_named(move: Move, raw: dict[str, Any], fields: list[str]) -> None:
    assert refused(parse_move, move, raw) == fields


def test_the_prefix_is_the_callers() -> None:
    assert refused(parse_move, Move.DISPATCH, {}, "body") == ["body.unit"]
    assert refused(parse_move, Move.DISPATCH, "text", "body") == ["body"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2017-03-05", "12"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_whatever_comes_is_read_or_refused(raw: Any) -> None:
    for read in (parse_report, lambda value: parse_move(Move.SUSPEND, value, "body")):
        with contextlib.suppress(Invalid):
            read(raw)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(list(Move)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("reason", "due", "unit", "outcome", "resume_on", "into"), JSON)),
)
def test_whatever_stands_in_the_fields_of_a_move(move: Move, raw: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        found = parse_move(move, raw)
        assert found.given() <= {*MOVES[move].needs, *MOVES[move].takes}
