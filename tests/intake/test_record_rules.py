"""Same or other content, when it happened, what is refused: tables of cases, no database."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridops.core.clock import parse_instant
from gridops.core.errors import Invalid
from gridops.evidence.rules.types import Limits
from gridops.intake import rules
from gridops.intake.forms import parse_record
from gridops.intake.rules import Known, Sent

LIMITS = Limits(1_000_000, 1_000_000)
NAME = "018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f"
PLACE = {"lon": 119.955, "lat": 31.855, "accuracy_m": 8.5, "crs": "wgs84"}
FILE = {"sha256": "a" * 64, "size": 10, "mime": "image/jpeg", "role": "before"}


def record(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "report",
        "captured_at": "2017-03-05T21:40:00+08:00",
        "sent_at": "2017-03-05T21:41:00+08:00",
        "device": "phone 1",
        "body": {"category": "0110", "location": PLACE},
        "attachments": [FILE],
    }
    made.update(changes)
    return {name: value for name, value in made.items() if value is not ...}


def digest(payload: dict[str, Any]) -> str:
    return parse_record(payload, NAME, LIMITS).digest


OTHER_FILE = {**FILE, "sha256": "b" * 64}
SAME = [
    record(),
    record(captured_at="2017-03-05T13:40:00Z"),
    record(captured_at="2017-03-05T13:40:00.000+00:00"),
    record(captured_at="2017-03-05T21:40"),
    record(sent_at="2017-03-06T08:00:00+08:00"),
    record(device="phone 2"),
    record(body={"location": dict(reversed(PLACE.items())), "category": "0110"}),
    record(body={"category": "0110", "location": {**PLACE, "lat": 31.8550}}),
]
OTHER = [
    record(captured_at="2017-03-05T21:40:01+08:00"),
    record(body={"category": "0111", "location": PLACE}),
    record(body={"category": "0110", "location": PLACE, "address": "甲路"}),
    record(attachments=[]),
    record(attachments=[OTHER_FILE]),
    record(attachments=[{**FILE, "role": "after"}]),
    record(attachments=[FILE, OTHER_FILE]),
]


@pytest.mark.parametrize("payload", SAME)
def test_the_same_content_has_the_same_digest(payload: dict[str, Any]) -> None:
    assert digest(payload) == digest(record())


def test_another_content_has_another_digest() -> None:
    assert len({digest(payload) for payload in [record(), *OTHER]}) == len(OTHER) + 1


def test_the_order_of_attachments_does_not_matter() -> None:
    files = [FILE, OTHER_FILE, {**FILE, "role": "after"}]
    assert digest(record(attachments=files)) == digest(record(attachments=files[::-1]))
    assert digest(record(attachments=[])) == digest(record(attachments=...))


@pytest.mark.parametrize(
    ("known", "expected", "status"),
    [
        (None, Sent.NEW, 201),
        (Known("d", 1), Sent.AGAIN, 200),
        (Known("e", 1), Sent.OTHER_CONTENT, 409),
        (Known("d", 2), Sent.OTHER_SENDER, 409),
        (Known("e", 2), Sent.OTHER_SENDER, 409),
    ],
)
def test_what_a_record_is_to_the_ledger(known: Known | None, expected: Sent, status: int) -> None:
    assert rules.compare(known, "d", 1) is expected
    assert rules.STATUS[expected] == status


@pytest.mark.parametrize(
    ("captured", "sent", "received", "happened", "offset"),
    [
        ("10:00:00", "10:00:00", "10:00:00", "10:00:00", 0),
        ("10:00:00", "10:30:00", "10:30:00", "10:00:00", 0),  # waited half an hour for a signal
        ("09:00:00", "09:05:00", "10:05:00", "10:00:00", 3600),  # an hour slow
        ("11:00:00", "11:05:00", "10:05:00", "10:00:00", -3600),  # an hour fast
        ("10:10:00", "10:00:00", "10:00:00", "10:10:00", 0),  # just not too far ahead
    ],
)
def test_the_phones_clock_is_corrected(captured: str, sent: str, received: str, happened: str, offset: int) -> None:
    def at(time: str):
        return parse_instant(f"2017-03-05T{time}")

    assert rules.correct_clock(at(captured), at(sent), at(received)) == (at(happened), offset)


@pytest.mark.parametrize(
    ("captured", "sent"),
    [
        ("2017-03-05T10:10:01", "2017-03-05T10:00:00"),
        ("9999-12-31T23:59:59", "2017-03-05T10:00:00"),
        ("9999-12-31T23:00:00", "0001-01-02T00:00:00"),
        ("1999-12-31T23:59:59Z", "2017-03-05T10:00:00"),
        ("0001-01-02T00:00:00", "9999-12-31T23:00:00"),
        ("0001-01-02T00:00:00", "2017-03-05T10:00:00"),
    ],
)
def test_an_absurd_time_is_refused_by_name(captured: str, sent: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.correct_clock(parse_instant(captured), parse_instant(sent), parse_instant("2017-03-05T10:00:00"))
    assert refused.value.errors[0].field == "captured_at"


@given(st.timedeltas(timedelta(days=-4000), timedelta(days=4000)), st.timedeltas(timedelta(0), timedelta(days=60)))
@settings(max_examples=200, deadline=None)
def test_a_wrong_clock_never_changes_how_long_ago_it_was(wrong_by: timedelta, ago: timedelta) -> None:
    received = parse_instant("2017-03-05T10:00:00")
    happened, _ = rules.correct_clock(received + wrong_by - ago, received + wrong_by, received)
    assert happened == received - ago


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ([], "body"),
        ("x", "body"),
        (record(type="flight"), "type"),
        (record(type=...), "type"),
        (record(type=["report"]), "type"),
        (record(captured_at=...), "captured_at"),
        (record(captured_at="yesterday"), "captured_at"),
        (record(captured_at="2017-02-30T10:00:00Z"), "captured_at"),
        (record(captured_at=1488721200), "captured_at"),
        (record(captured_at="٢٠١٧-03-05T10:00:00Z"), "captured_at"),
        (record(sent_at="0001-01-01T00:00:00+08:00"), "sent_at"),
        (record(device="x" * 121), "device"),
        (record(device=7), "device"),
        (record(nickname="x"), "nickname"),
        (record(body=...), "body"),
        (record(body=[]), "body"),
        (record(body={"location": PLACE}), "body.category"),
        (record(body={"category": 110, "location": PLACE}), "body.category"),
        (record(body={"category": "0110"}), "body.location"),
        (record(body={"category": "0110", "location": {**PLACE, "lon": 181}}), "body.location.lon"),
        (record(body={"category": "0110", "location": {**PLACE, "lat": "31"}}), "body.location.lat"),
        (record(body={"category": "0110", "location": {**PLACE, "lat": True}}), "body.location.lat"),
        (record(body={"category": "0110", "location": {**PLACE, "crs": "epsg:2437"}}), "body.location.crs"),
        (record(body={"category": "0110", "location": {**PLACE, "fix": {"lon": 1}}}), "body.location.fix.lat"),
        (record(body={"category": "0110", "location": PLACE, "self_handled": "yes"}), "body.self_handled"),
        (record(body={"category": "0110", "location": PLACE, "same_as": NAME}), "body.same_as"),
        (record(body={"category": "0110", "location": PLACE, "description": "x" * 2001}), "body.description"),
        (record(body={"category": "0110", "location": PLACE, "colour": "red"}), "body.colour"),
        (record(attachments={}), "attachments"),
        (record(attachments=[FILE] * 41), "attachments"),
        (record(attachments=[FILE, FILE]), "attachments[1].sha256"),
        (record(attachments=[{**FILE, "sha256": "A" * 64}]), "attachments[0].sha256"),
        (record(attachments=[{**FILE, "size": 0}]), "attachments[0].size"),
        (record(attachments=[{**FILE, "size": 1_000_001}]), "attachments[0].size"),
        (record(attachments=[{**FILE, "size": 1.5}]), "attachments[0].size"),
        (record(attachments=[{**FILE, "mime": "text/html"}]), "attachments[0].mime"),
        (record(attachments=[{**FILE, "role": "../x"}]), "attachments[0].role"),
        (record(attachments=[{**FILE, "lon": 119.9}]), "attachments[0].lat"),
        (record(type="verification", body={"case": "1"}), "body.outcome"),
        (record(type="verification", body={"case": "1", "outcome": "yes"}), "body.outcome"),
        (record(type="check", body={"case": "1", "outcome": "failed"}), "body.words"),
        (record(type="check", body={"case": "1", "outcome": "failed", "words": " "}), "body.words"),
        (record(type="check", body={"case": "1", "outcome": "maybe"}), "body.outcome"),
        (record(type="feedback", body={"case": "1", "words": "  "}), "body.words"),
        (record(type="feedback", body={"words": "x"}), "body.case"),
        (record(type="feedback", body={"case": NAME.upper(), "words": "x"}), "body.case"),
    ],
)
def test_a_malformed_record_is_refused_by_field(payload: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_record(payload, NAME, LIMITS)
    assert field in [error.field for error in refused.value.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NAME, NAME),
        (NAME.upper(), NAME),
        (NAME.replace("-", ""), None),
        ("{" + NAME + "}", None),
        (f"urn:uuid:{NAME}", None),
        ("", None),
        ("3204110032017000001", None),
    ],
)
def test_a_uuid_has_one_spelling(text: str, expected: str | None) -> None:
    assert rules.as_uuid(text) == expected


def test_a_second_content_gets_a_name_of_its_own_that_stays_the_same() -> None:
    first = rules.name_of_second(NAME, "d" * 64, 7)
    assert first == rules.name_of_second(NAME, "d" * 64, 7) != rules.name_of_second(NAME, "d" * 64, 8)
    assert uuid.UUID(first)
