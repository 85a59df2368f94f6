"""What a person who judges sees of a record: what it says, and what has come with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.intake import effects, queries
from gridops.intake.models import Record
from gridops.intake.queries import ToJudge
from gridops.intake.rules import RecordState


@dataclass(frozen=True, slots=True)
class Came:
    """An attachment that has come: role as sent, size in bytes; `use` where it hangs on what the first led to."""

    sha256: str
    role: str
    mime: str
    size: int
    use: Use | None


@dataclass(frozen=True, slots=True)
class Sight:
    """One content: who sent it and when, its body, the number of its case (once it has one), its attachments.

    `missing`: how many attachments are named and have not come.
    """

    sender_name: str
    received_at: datetime
    body: dict[str, Any]
    number: str | None
    files: tuple[Came, ...]
    missing: int


def of_item(session: Session, item: ToJudge) -> Sight:
    """What waits for the decision."""
    first = queries.record(session, item.record_id) if item.dispute_id else None
    uses = _uses(session, first)
    files = _came(session, item.sender_id, item.attachments, uses)
    missing = len(item.attachments) - len(files)
    return Sight(item.sender_name, item.received_at, item.body, None, files, missing)


def of_first(session: Session, first: Record) -> Sight:
    """What came first under a name in dispute."""
    number = effects.case_of(session, first.case_id).number if first.case_id is not None else None
    files = _came(session, first.user_id, first.attachments, _uses(session, first))
    name = queries.name_of(session, first.user_id)
    return Sight(name, first.received_at, first.body, number, files, len(first.attachments) - len(files))


def _uses(session: Session, first: Record | None) -> dict[str, Use]:
    if first is None or first.state is not RecordState.APPLIED:
        return {}
    return {use.sha256: use for use in evidence.links_for(session, *effects.subject_of(first))}


def _came(session: Session, sender_id: int, named: Sequence[Any], uses: dict[str, Use]) -> tuple[Came, ...]:
    here = evidence.sent_by(session, sender_id, {one["sha256"] for one in named})
    return tuple(
        Came(one["sha256"], one["role"], mime, size, uses.get(one["sha256"]))
        for one in named
        if one["sha256"] in here
        for size, mime in [here[one["sha256"]]]
    )
