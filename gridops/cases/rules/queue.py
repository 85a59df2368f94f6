"""What a queue of cases may be narrowed to and sorted by: groups of states, filters, places in a sorted list."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gridops.cases.rules.areas import Area
from gridops.cases.rules.moves import ENDED, Move, State
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core import clock


class Group(StrEnum):
    """The tabs of the queue."""

    TO_ACCEPT = "to_accept"
    TO_FILE = "to_file"
    TO_DISPATCH = "to_dispatch"
    HANDLING = "handling"
    TO_CHECK = "to_check"
    SOON = "soon"
    OVERDUE = "overdue"
    ALL = "all"


GROUP_STATES: dict[Group, tuple[State, ...]] = {
    Group.TO_ACCEPT: (State.REPORTED, State.VERIFYING),
    Group.TO_FILE: (State.ACCEPTED,),
    Group.TO_DISPATCH: (State.FILED,),
    Group.HANDLING: (State.DISPATCHED, State.RECEIVED),
    Group.TO_CHECK: (State.HANDLED, State.CHECKING),
}

# What is left of a deadline that is near.
SOON = timedelta(hours=4)

# Where a clock may run: an overdue case, or one soon to be, is in one of these.
CLOCKED_STATES: tuple[State, ...] = (State.FILED, State.DISPATCHED, State.RECEIVED, State.HANDLED, State.CHECKING)

GROUP_NAMES: dict[Group, str] = {
    Group.TO_ACCEPT: "待受理",
    Group.TO_FILE: "待立案",
    Group.TO_DISPATCH: "待派遣",
    Group.HANDLING: "处置中",
    Group.TO_CHECK: "待核查",
    Group.SOON: "即将到期",
    Group.OVERDUE: "超期",
    Group.ALL: "全部",
}


class Sort(StrEnum):
    """The orders offered: what runs out first, newest report first, oldest report first."""

    DUE = "due"
    REPORTED = "reported"
    OLDEST = "oldest"


SORT_NAMES: dict[Sort, str] = {Sort.DUE: "按剩余时间", Sort.REPORTED: "最新上报", Sort.OLDEST: "最早上报"}

# Where no clock runs yet.
WAITING_SORT_NAMES: dict[Sort, str] = {Sort.OLDEST: "等待最久", Sort.REPORTED: "最新上报"}

OPEN_STATES: tuple[State, ...] = tuple(state for state in State if state not in ENDED)


class Lately(StrEnum):
    """What happened to a case in the last `LATELY`: its unit returned it, or its check failed."""

    RETURNED = "returned"
    REWORK = "rework"


# The number of no unit: stands for all of them.
ANY_HELPER = 0
LATELY = timedelta(days=30)
LATELY_MOVES: dict[Lately, Move] = {Lately.RETURNED: Move.RETURN, Lately.REWORK: Move.CHECK_FAILED}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a list of cases is narrowed to; empty means everything. Days are local, both included.

    `unit_id`, `grid_id` with all below them; `class_code` with `kind` is a class of any list; `mine`: own reports.
    `holder_id`: who of the unit that has it received, answered or returned it last. `helper_id`: a unit, with all
    below it, that still has to help, ANY_HELPER: whichever. `late_step`: not ended, and late in the step
    it is in. `area`: drawn on the map.
    """

    group: Group = Group.ALL
    states: tuple[State, ...] = ()
    unit_id: int | None = None
    grid_id: int | None = None
    kind: Kind | None = None
    category_id: int | None = None
    class_code: str | None = None
    source: Source | None = None
    campaign_id: int | None = None
    text: str = ""
    first_day: date | None = None
    last_day: date | None = None
    mine: bool = False
    overdue: bool = False
    due_today: bool = False
    lately: Lately | None = None
    holder_id: int | None = None
    helper_id: int | None = None
    late_step: bool = False
    area: Area = ()

    @property
    def wanted_states(self) -> tuple[State, ...]:
        """The states to look in; empty: any."""
        return self.states or GROUP_STATES.get(self.group, ())

    @property
    def open_alone(self) -> bool:
        """Whether it looks for cases alone that have not ended."""
        return bool(self.wanted_states) and not ENDED.intersection(self.wanted_states)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sorted list: the time of the last row shown by which the list is sorted, and its id."""

    key: datetime
    case_id: int


def written(place: Place) -> str:
    """A place as it stands in an address."""
    return base64.urlsafe_b64encode(f"{place.key.isoformat()}|{place.case_id}".encode()).decode().rstrip("=")


def read(text: str) -> Place:
    """A place from an address; ValueError for anything that `written` did not write."""
    try:
        plain = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        key, _, number = plain.rpartition("|")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise ValueError(text)
        if datetime.fromisoformat(key).tzinfo is None:
            raise ValueError(text)
        return Place(clock.parse_instant(key), int(number))
    except (ValueError, binascii.Error, UnicodeError):
        raise ValueError("no place in this list") from None
