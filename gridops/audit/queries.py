"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditChain, AuditEntry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an auditor asks for; empty: any. `act` matches its beginning; [since, until) are aware instants."""

    act: str = ""
    actor_id: int | None = None
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of entries, newest first; `next_before` begins the next page."""

    entries: list[AuditEntry]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far the chain of seals reaches: entries in it, the time of the last of them, entries that wait."""

    sealed: int
    last_at: datetime | None
    unsealed: int


def entries(
    session: Session, root_id: int | None, wanted: Wanted = Wanted(), *, before: int | None = None, limit: int = 50
) -> Page:
    """Entries of one root (None: of all roots, and those of none), newest first, by keyset on the id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if root_id is not None:
        query = query.where(AuditEntry.root_id == root_id)
    if wanted.act:
        query = query.where(AuditEntry.act.startswith(wanted.act, autoescape=True))
    if wanted.actor_id is not None:
        query = query.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.subject_kind:
        query = query.where(AuditEntry.subject_kind == wanted.subject_kind)
    if wanted.subject_id:
        query = query.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    rows = list(session.scalars(query))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def acts(session: Session, root_id: int | None) -> list[str]:
    """The kinds of act that occur, for the search page's list."""
    query = select(AuditEntry.act).distinct().order_by(AuditEntry.act)
    return list(session.scalars(query if root_id is None else query.where(AuditEntry.root_id == root_id)))


def unsealed(session: Session, limit: int) -> Sequence[AuditEntry]:
    """The oldest entries that no seal covers yet, in order of id."""
    return session.scalars(
        select(AuditEntry).where(AuditEntry.seal.is_(None)).order_by(AuditEntry.id).limit(limit)
    ).all()


def count_unsealed(session: Session) -> int:
    """How many entries no seal covers yet."""
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.seal.is_(None))) or 0


def sealed(session: Session) -> Iterator[AuditEntry]:
    """Every sealed entry in the order of the chain, read in portions."""
    return iter(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.seal.is_not(None))
            .order_by(AuditEntry.seal_no)
            .execution_options(yield_per=1000)
        )
    )


def chain(session: Session, *, lock: bool = False) -> AuditChain | None:
    """The end of the chain; None before the first sealing."""
    query = select(AuditChain).where(AuditChain.id == 1).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def chain_end(session: Session) -> ChainEnd:
    """How far the chain reaches, without walking along it."""
    end = chain(session)
    last_no = end.last_no if end else 0
    last_at = session.scalar(select(AuditEntry.at).where(AuditEntry.seal_no == last_no)) if last_no else None
    return ChainEnd(last_no, last_at, count_unsealed(session))
