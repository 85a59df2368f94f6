"""The one clock of the house: aware UTC instants, and local time in Asia/Shanghai."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present instant in UTC, or the instant the clock was set to by `set_to`."""
    return _set_to.get() or datetime.now(UTC)


@contextlib.contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Let the clock stand at an aware instant: the demo year and tests live in 2017 this way."""
    if instant.tzinfo is None:
        raise ValueError("the clock takes aware instants only")
    token = _set_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)


def same_minute(typed: datetime | None, stands: datetime) -> bool:
    """Whether a form that holds minutes says this instant."""
    return typed is not None and typed.replace(second=0, microsecond=0) == stands.replace(second=0, microsecond=0)


def exactly(typed: datetime, known: Iterable[datetime]) -> datetime:
    """The instant that a form means: it holds minutes, so the first known one within its minute, else what it says."""
    if typed.second or typed.microsecond:
        return typed
    return next((instant for instant in known if same_minute(typed, instant)), typed)


def local(instant: datetime) -> datetime:
    """The same instant on the wall clock of Asia/Shanghai."""
    return instant.astimezone(LOCAL)


def local_date(instant: datetime) -> date:
    """The local calendar day of an instant."""
    return instant.astimezone(LOCAL).date()


def midnight(day: date) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL).astimezone(UTC)


def parse_instant(text: str) -> datetime:
    """Read ISO 8601 into UTC; without an offset the time is local (Asia/Shanghai). ValueError says what is wrong."""
    instant = datetime.fromisoformat(text.strip())
    try:
        found = (instant if instant.tzinfo else instant.replace(tzinfo=LOCAL)).astimezone(UTC)
        found.astimezone(LOCAL)  # an instant without a local day would fail much later
    except OverflowError as overflow:
        raise ValueError(f"time out of range: {text}") from overflow
    return found
