"""Who asked lately, and what every page shows beside: kept for some seconds in each process, not looked up every time.

A person locked, a role changed or ended, a unit that helps or does no longer, a token revoked and a session signed out
hold at once in the process that did it (what is written through the models drops everything kept, once it is
committed), and within `KEPT_S` in every other; what filters offer within `SELDOM_S`, and what
says of itself how old it may be within that.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, object_session

from gridops.core import clock, db
from gridops.core.db import Base
from gridops.grids.models import Grid, GridVersion
from gridops.people.models import ApiToken, EndedSession, Helping, RoleHolding, Unit, User

KEPT_S = 2.0
# What filters offer, what is set once and again: it is read for every page, and changes on few days.
SELDOM_S = 30.0
MOST = 2000
_read_from: set[type[Base]] = set()

T = TypeVar("T")


class Lately(Generic[T]):
    """Answers of the last seconds by key, of one database and one local day; the oldest make room.

    `kept_s`: for how many seconds; longer for what may be older in another process without any harm.
    """

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._kept: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._lock = Lock()
        self._forgotten = 0
        _all.append(self)

    def get(self, name: str, find: Callable[[], T | None], asked: Engine | None = None) -> T | None:
        """What was found for a name lately, else what `find` finds now; None is never kept.

        `asked`: the database that `find` asks, where it may not be the bound one.
        """
        # Roles begin and end with a day.
        key = (name, id(asked or db.engine()), clock.local_date(clock.now()))
        now = time.monotonic()
        with self._lock:
            kept, forgotten = self._kept.get(key), self._forgotten
        if kept is not None and now - kept[0] < self._kept_s:
            return kept[1]
        found = find()
        if found is not None:
            with self._lock:
                # What was looked up while something changed may be what held before it.
                if self._forgotten == forgotten:
                    # The age counts from before the look: what changes elsewhere meanwhile is kept no longer for it.
                    self._kept[key] = (now, found)
                    self._kept.move_to_end(key)
                    self._make_room(now)
        return found

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """Look everything up again."""
        with self._lock:
            self._kept.clear()
            self._forgotten += 1

    def _make_room(self, now: float) -> None:
        """Drop what is told no more: pieces of pages for each person would else lie there until something changes."""
        while self._kept and (len(self._kept) > MOST or now - next(iter(self._kept.values()))[0] >= self._kept_s):
            self._kept.popitem(last=False)


_all: list[Lately[Any]] = []


def forget() -> None:
    """What is known of people has changed in this process."""
    for lately in _all:
        lately.forget()


def _changed(_mapper: Any, _connection: Any, row: Any) -> None:
    if session := object_session(row):
        db.after_commit(session, forget)


def _changed_many(asked: ORMExecuteState) -> None:
    """Rows written by a statement, not one by one: `session.execute(update(User)…)`."""
    writes = asked.is_insert or asked.is_update or asked.is_delete
    if writes and asked.bind_mapper is not None and asked.bind_mapper.class_ in _read_from:
        db.after_commit(asked.session, forget)


def reads_from(*models: type[Base]) -> None:
    """Rows of these models, written through the session, are read by something that is kept: it is forgotten then."""
    for model in models:
        _read_from.add(model)
        for what in ("after_insert", "after_update", "after_delete"):
            event.listen(model, what, _changed)


# What a person, their roles and their scope are read from.
reads_from(User, RoleHolding, ApiToken, EndedSession, Unit, Helping, Grid, GridVersion)
event.listen(Session, "do_orm_execute", _changed_many)
