"""Officers named in papers, files and records: which of them are ours, and whether they may enforce on that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.operations.rules import Officer
from gridops.squads import queries as squads
from gridops.squads.queries import Named
from gridops.squads.rules import Agency, Someone


def officers_named(session: Session, root_id: int, people: Iterable[Someone]) -> dict[Someone, Named]:
    """As `squads.queries.named`: papers name officers of other bodies by name alone, so theirs are names."""
    given = list(dict.fromkeys(people))
    known = squads.named(session, root_id, given)
    return {one: known.get(one) or Named(Someone(one.name, one.agency, one.certificate_no), None) for one in given}


def as_officers(known: Sequence[Named], day: date) -> tuple[Officer, ...]:
    """As the law's musts ask: ours by their certificate of that day, others by what they were named with."""
    return tuple(
        Officer(one.key, one.own.certified_on(day) if one.own else True if one.someone.certificate_no else None)
        for one in known
    )


def as_kept(known: Sequence[Named], agency: Agency) -> list[dict[str, Any]]:
    """As an incident keeps its officers: each once."""
    kept = {
        one.key: {
            "key": one.key,
            "name": one.own.name if one.own else one.someone.name,
            "agency": (one.someone.agency or agency).value,
            "certificate_no": one.own.certificate_no if one.own else one.someone.certificate_no,
            "user_id": one.own.user_id if one.own else None,
        }
        for one in known
    }
    return list(kept.values())


def day_of(at: datetime) -> date:
    """The local day by which certificates and terms are judged."""
    return clock.local_date(at)
