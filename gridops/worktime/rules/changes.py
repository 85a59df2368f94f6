"""A change of the calendar, as it is owed to whoever keeps deadlines counted by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ALL_ROOTS = 0


class What(StrEnum):
    """What changed: which days are worked, or the office hours."""

    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Change:
    """The days from `first` to `last` count otherwise for a root (ALL_ROOTS: for all).

    `after`: up to which id the deadlines have been counted anew, so that the work can be done in portions. `again`:
    gone through once already, and now for what was counted by the old calendar and not yet committed at that time.
    """

    root_id: int
    what: What
    first: date
    last: date
    after: int = 0
    again: bool = False

    @property
    def key(self) -> str:
        """The change as the key of a piece of owed work."""
        return f"{self.root_id}/{self.what}/{self.first}/{self.last}/{self.after}/{self.again:d}"

    @classmethod
    def of(cls, key: str) -> Change:
        """The change that a key names; ValueError for any other text."""
        root_id, what, first, last, after, again = key.split("/")
        days = date.fromisoformat(first), date.fromisoformat(last)
        return cls(int(root_id), What(what), *days, int(after), again == "1")
