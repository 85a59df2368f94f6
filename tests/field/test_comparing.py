"""The comparison of a night would tell each way in which something could be lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.field.app import Captured, File
from tests.field.comparing import doubled, lost
from tests.field.server import Held

PHOTO = File(b"one", "before")
BODY = {"category": "0110"}
REPORT = Captured("r1", 7, "report", BODY, (PHOTO,), "2026-11-29T21:00:00+08:00", ())
TALLY = Captured("t1", 7, "tally", {"outing": "o", "kind": "tidied", "amount": 2}, (), "2026-11-29T21:05:00+08:00", ())
ALL = (REPORT, TALLY)


def row(one: Captured, **more: Any) -> dict[str, Any]:
    told = {"digest": one.digest, "user_id": one.who, "type": one.type, "state": "applied", "held_because": None}
    return {**told, **more}


WHOLE = Held(
    records={"r1": row(REPORT), "t1": row(TALLY)},
    disputed=(),
    contents=frozenset({PHOTO.sha256}),
    missing=frozenset(),
    links={("r1", PHOTO.sha256, "before"): 1},
    effects={("case", "r1"): 1, ("tally", "t1"): 1},
    rows={"case": 1, "tally": 1, "outing": 0},
    stored={PHOTO.sha256: PHOTO.sha256},
)
STRANGE = {"x": row(TALLY)}


def test_a_night_that_is_whole_has_nothing_to_tell() -> None:
    assert (lost(WHOLE, ALL), doubled(WHOLE, ALL), WHOLE.damaged()) == ([], [], [])


@pytest.mark.parametrize(
    ("how", "changes"),
    [
        (lost, {"records": {"r1": row(REPORT)}}),
        (lost, {"records": {**WHOLE.records, "t1": row(TALLY, digest="0")}}),
        (lost, {"records": {**WHOLE.records, "t1": row(TALLY, user_id=8)}}),
        (lost, {"records": {**WHOLE.records, "t1": row(TALLY, state="held")}}),
        (lost, {"contents": frozenset()}),
        (lost, {"stored": {}}),
        (lost, {"stored": {PHOTO.sha256: "0"}}),
        (lost, {"links": {}}),
        (lost, {"missing": frozenset({(PHOTO.sha256, "r1")})}),
        (doubled, {"records": {**WHOLE.records, **STRANGE}}),
        (doubled, {"rows": {**WHOLE.rows, "case": 2}}),
        (doubled, {"rows": {**WHOLE.rows, "outing": 1}}),
        (doubled, {"effects": {("case", "r1"): 2}}),
        (doubled, {"links": {("r1", PHOTO.sha256, "before"): 2}}),
        (doubled, {"disputed": (("r1", "0"),)}),
        (doubled, {"stored": {**WHOLE.stored, "0": "0"}}),
    ],
)
def test_each_fault_is_told(how: Callable[..., list[str]], changes: dict[str, Any]) -> None:
    assert len(how(replace(WHOLE, **changes), ALL)) == 1
