"""Rules of the gate (pure): types, same or other content, clock correction, what waits and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from gridops.core import canonical
from gridops.core.errors import Invalid
from gridops.squads.rules import plain_code

AHEAD_AT_MOST = timedelta(minutes=10)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

# Fields by which a body names what it belongs to, in the order in which these have to be there, and the kind of thing.
NAMING = {"round": "round", "outing": "outing", "incident": "incident", "problem": "problem"}


class RecordType(StrEnum):
    """Record types of the contract."""

    REPORT = "report"
    VERIFICATION = "verification"
    CHECK = "check"
    FEEDBACK = "feedback"
    ROUND = "round"
    VISIT = "visit"
    OUTING = "outing"
    CHECK_IN = "check_in"
    TALLY = "tally"
    INCIDENT = "incident"
    HANDOVER = "handover"
    TRACK = "track"
    DISCIPLINE_CHECK = "discipline_check"
    PROBLEM_ANSWER = "problem_answer"


class RecordState(StrEnum):
    """How far a record came.

    `applied`: took effect; `waiting`: names a record not yet here; `held`: kept for a person, with the reason;
    `dismissed`: a person judged that it shall take no effect.
    """

    APPLIED = "applied"
    WAITING = "waiting"
    HELD = "held"
    DISMISSED = "dismissed"


class Verdict(StrEnum):
    """What a person decided about a second content under one name."""

    FIRST_STANDS = "first_stands"
    BOTH_STAND = "both_stand"


class Sent(StrEnum):
    """What a record is to the ledger."""

    NEW = "new"
    AGAIN = "again"
    OTHER_CONTENT = "other_content"
    OTHER_SENDER = "other_sender"


# What the phone is told: 201 taken, 200 known already, 409 another thing bears that name.
STATUS = {Sent.NEW: 201, Sent.AGAIN: 200, Sent.OTHER_CONTENT: 409, Sent.OTHER_SENDER: 409}


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger remembers of a name: digest of the content and who sent it."""

    digest: str
    user_id: int


def compare(known: Known | None, digest: str, user_id: int) -> Sent:
    """Whether a record is new, the same again, or something else under a name in use."""
    if known is None:
        return Sent.NEW
    if known.user_id != user_id:
        return Sent.OTHER_SENDER
    return Sent.AGAIN if known.digest == digest else Sent.OTHER_CONTENT


def digest(kind: str, captured_at: datetime, body: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of what makes a record the same.

    `captured_at` counts as an instant (UTC, microseconds), attachments sorted by hash. When it was sent, and by which
    device, does not count.
    """
    content = {
        "type": str(kind),
        "captured_at": captured_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "body": dict(body),
        "attachments": _in_order(attachments),
    }
    return canonical.digest(content)


def _in_order(attachments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Attachments by hash; where a content is named twice, by all that is said of it, which costs to write out."""
    twice = len({one["sha256"] for one in attachments}) < len(attachments)
    return sorted(map(dict, attachments), key=lambda one: (one["sha256"], canonical.canonical(one) if twice else b""))


def correct_clock(captured_at: datetime, sent_at: datetime, received_at: datetime) -> tuple[datetime, int]:
    """When it happened, and by how many seconds the phone's clock was behind: captured + (received - sent).

    Raises Invalid naming `captured_at` where that is more than 10 minutes ahead or before 2000.
    """
    offset = received_at - sent_at
    try:
        happened = captured_at + offset
    except OverflowError:
        raise Invalid(("captured_at", "out of range")) from None
    if happened > received_at + AHEAD_AT_MOST:
        raise Invalid(("captured_at", "more than 10 minutes ahead of sent_at"))
    if happened < EARLIEST:
        raise Invalid(("captured_at", "before 2000"))
    return happened, round(offset.total_seconds())


# Records of people joining each other, and of what only holds where enough of them are there.
_JOINING = frozenset({RecordType.CHECK_IN, RecordType.VISIT})
_BEGINNING = frozenset({RecordType.ROUND, RecordType.OUTING})


def lets_others_fit(kind: RecordType, body: Mapping[str, Any]) -> bool:
    """Whether a record that takes effect may let others take effect that were held: somebody is there, or begins."""
    return kind is RecordType.CHECK_IN or (kind in _BEGINNING and body.get("action") == "start")


def squads_named(kind: RecordType, body: Mapping[str, Any]) -> list[str]:
    """Locks for records about one squad, so that two which need each other do not arrive unseen by each other."""
    if kind not in _JOINING and not lets_others_fit(kind, body):
        return []
    named = (body.get(name) for name in ("round", "outing", "number"))
    found = {f"squad:{as_uuid(name) or name}" for name in named if isinstance(name, str)}
    code = body.get("code")
    return sorted(found | ({f"squad:{plain_code(code)}"} if isinstance(code, str) else set()))


def is_uuid(text: str) -> bool:
    """Whether a reference names a record (a UUID) rather than a case number."""
    return as_uuid(text) is not None


def as_uuid(text: str) -> str | None:
    """A UUID in its one spelling (lower case, hyphens), or None."""
    try:
        found = str(uuid.UUID(text))
    except ValueError:
        return None
    return found if text.lower() == found else None


def name_of_second(record_id: str, content_digest: str, user_id: int) -> str:
    """The name under which a second content is entered when both shall stand: always the same for the same content."""
    return str(uuid.uuid5(uuid.UUID(record_id), f"{content_digest}/{user_id}"))
