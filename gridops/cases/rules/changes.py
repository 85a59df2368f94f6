"""How far a list of cases has been seen, so that a page can ask what is new since: a version in a few figures."""

from __future__ import annotations

import re
from dataclasses import dataclass

# PostgreSQL gives ids when rows are written and shows them when they are committed: a lower id may appear after a
# higher one. So many ids back from the highest the events are counted anew each time; a late one is one more. It takes
# that many other events while one transaction commits to overlook it, and the next change brings it after all.
OVERLAP = 200
_WRITTEN = re.compile(r"([0-9]{1,18})\.([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """The highest id of an event there was, and of the last OVERLAP ids how many were events, and events in sight."""

    highest: int
    known: int
    seen: int

    @property
    def low(self) -> int:
        """The id above which events are counted anew."""
        return self.highest - OVERLAP

    def written(self) -> str:
        """As it stands in an address or an ETag."""
        return f"{self.highest}.{self.known}.{self.seen}"


@dataclass(frozen=True, slots=True)
class Changes:
    """The cases in sight that changed, how many more events came late, and the version from which to ask on.

    `gone`: the cases that were in sight and are so no longer.
    """

    version: Version
    case_ids: tuple[int, ...] = ()
    late: int = 0
    gone: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything in sight changed."""
        return bool(self.case_ids or self.late or self.gone)


def read(text: str) -> Version:
    """A version as it was written; ValueError for anything else."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("no version of a list")
    return Version(*(int(figure) for figure in found.groups()))
