"""Work owed is a row: appended in the transaction of its cause, drained by its owner; a message only wakes someone.

No unique key, so writers never wait for each other; the owner drains distinct keys and deletes the rows it read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Select, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridops.core import clock
from gridops.core.bulk import insert_rows
from gridops.core.db import Base, bigint_key


class Owed(Base):
    """One piece of work owed to `kind`'s owner."""

    __tablename__ = "owed"
    id: Mapped[bigint_key]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    key: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Work:
    """A distinct key owed, with the ids of all rows that named it."""

    key: str
    ids: tuple[int, ...]
    tries: int


def owe(session: Session, kind: str, keys: Iterable[str]) -> None:
    """Append one row per distinct key, in the caller's transaction."""
    owe_each(session, ((kind, key) for key in keys))


def owe_each(session: Session, keys: Iterable[tuple[str, str]]) -> None:
    """The same for keys of several kinds, (kind, key), in one statement."""
    now = clock.now()
    # Plain rows: the unit of work would cost three times as much, and every move of a case owes something.
    rows = [(kind, key, now, 0) for kind, key in sorted(set(keys))]
    insert_rows(session, Owed, ("kind", "key", "since", "tries"), rows)


def keys(kind: str, most: BindParameter[int]) -> Select[str]:
    """The keys of the oldest rows owed, one for each row and however often tried, as part of another statement.

    `most`: a value that statement binds.
    """
    return select(Owed.key).where(Owed.kind == kind).order_by(Owed.id).limit(most)


def pending(
    session: Session, kind: str, *, limit: int = 500, max_tries: int = 20, until: datetime | None = None
) -> list[Work]:
    """The oldest distinct keys owed, since `until` or before; those tried too often wait for a person (`doctor`)."""
    wanted = select(Owed.key, Owed.id, Owed.tries).where(Owed.kind == kind, Owed.tries < max_tries)
    if until is not None:
        wanted = wanted.where(Owed.since <= until)
    rows = session.execute(wanted.order_by(Owed.id).limit(limit))
    found: dict[str, list[tuple[int, int]]] = {}
    for key, row_id, tries in rows:
        found.setdefault(key, []).append((row_id, tries))
    return [Work(key, tuple(i for i, _ in seen), max(t for _, t in seen)) for key, seen in found.items()]


def done(session: Session, work: Work) -> None:
    """Delete exactly the rows that were read; what was appended since stays owed."""
    session.execute(delete(Owed).where(Owed.id.in_(work.ids)))


def all_done(session: Session, works: Iterable[Work]) -> None:
    """The same for several, in one statement."""
    session.execute(delete(Owed).where(Owed.id.in_([row_id for work in works for row_id in work.ids])))


def put_off(session: Session, work: Work, until: datetime) -> bool:
    """Let work come up again at an instant only (`pending(until=now)`); False where another has done so meanwhile.

    Of several workers that read it, one is told True: it is theirs until then.
    """
    mine = update(Owed).where(Owed.id.in_(work.ids), Owed.since <= clock.now()).values(since=until)
    done = session.connection().execute(mine, execution_options={"preserve_rowcount": True})
    return done.rowcount == len(work.ids)


def failed(session: Session, work: Work, error: str) -> None:
    """Keep the rows, count the try and name the error."""
    session.execute(update(Owed).where(Owed.id.in_(work.ids)).values(tries=Owed.tries + 1, last_error=error[:2000]))


def stuck(session: Session, *, max_tries: int = 20) -> list[tuple[str, str, str]]:
    """Work tried too often to be tried again by itself: (kind, key, last error)."""
    rows = session.execute(
        select(Owed.kind, Owed.key, Owed.last_error).where(Owed.tries >= max_tries).order_by(Owed.id).limit(100)
    )
    return [(kind, key, error or "") for kind, key, error in rows]
