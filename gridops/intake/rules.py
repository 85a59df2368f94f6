"""Rules of the gate (pure): types, same or other content, clock correction."""

from __future__ import annotations

from enum import StrEnum


class RecordType(StrEnum):
    """Record types of the contract that are taken today; the others arrive with their rooms."""

    REPORT = "report"
    VERIFICATION = "verification"
    CHECK = "check"
    FEEDBACK = "feedback"


class RecordState(StrEnum):
    """`applied`: took effect; `waiting`: names a record not yet here; `held`: kept for a person, with the reason."""

    APPLIED = "applied"
    WAITING = "waiting"
    HELD = "held"
