"""Writing the audit trail, sealing it, and showing that nobody touched it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import queries
from gridops.audit.models import AuditChain, AuditEntry
from gridops.audit.rules import Broken, ChainReport, seal_of, told_at
from gridops.core import clock
from gridops.core.bulk import insert_rows
from gridops.core.canonical import check_json
from gridops.core.db import insert_or_skip

_COLUMNS = ("at", "root_id", "actor_id", "act", "subject_kind", "subject_id", "details")


def record(
    session: Session,
    act: str,
    subject_kind: str,
    subject_id: str | int,
    *,
    actor_id: int | None = None,
    root_id: int | None = None,
    **details: Any,
) -> None:
    """Append one entry in the caller's transaction; `details` must be JSON and free of personal data."""
    check_json(details, "details")
    row = (clock.now(), root_id, actor_id, act, subject_kind, str(subject_id), details)
    # A plain row: every act leaves one, and the unit of work would cost three times as much.
    insert_rows(session, AuditEntry, _COLUMNS, [row])


def seal(session: Session, limit: int = 1000) -> int:
    """Seal the oldest unsealed entries in order of id, at the end of the chain; returns how many.

    An entry whose transaction commits after a later one was sealed is sealed by the next run, further down the chain:
    `seal_no` keeps the order of sealing. Two sealers wait for each other; run twice, nothing is sealed twice.
    """
    insert_or_skip(session, AuditChain, [{"id": 1, "last_no": 0, "last_seal": ""}], ["id"])
    end = queries.chain(session, lock=True)
    assert end is not None
    rows = queries.unsealed(session, limit)
    for entry in rows:
        end.last_seal = entry.seal = seal_of(end.last_seal, _content(entry))
        end.last_no += 1
        entry.seal_no = end.last_no
    session.flush()
    return len(rows)


def verify_chain(session: Session) -> ChainReport:
    """Walk along the chain and compare every seal; names the first entry changed, taken out or put in."""
    previous, number = "", 0
    broken: Broken | None = None
    for entry in queries.sealed(session):
        if entry.seal_no != number + 1:
            broken = Broken(number + 1, entry.id, "an entry is missing before this one")
        elif entry.seal != seal_of(previous, _content(entry)):
            broken = Broken(number + 1, entry.id, "the entry is not what was sealed")
        if broken:
            break
        previous, number = entry.seal or "", number + 1
    end = queries.chain(session)
    if broken is None and (end.last_no if end else 0) != number:
        broken = Broken(number + 1, None, "entries are missing at the end")
    if broken is None and end is not None and end.last_seal != previous:
        broken = Broken(number, None, "the end of the chain is not the one recorded")
    return ChainReport(number, queries.count_unsealed(session), previous, broken)


def _content(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": told_at(entry.at),
        "root_id": entry.root_id,
        "actor_id": entry.actor_id,
        "act": entry.act,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "details": entry.details,
    }
