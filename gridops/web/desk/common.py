"""What the pages of the desk share: who opens them, and the filter of the queue as it stands in an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _

from gridops.cases.queries import listing
from gridops.cases.queries.rows import CaseRow, place_of
from gridops.cases.rules.areas import parse_area
from gridops.cases.rules.deadlines import limit_of
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import MOVES, Move, State, moves_of
from gridops.cases.rules.names import MOVE_LETTERS, MOVE_NAMES, SOURCE_NAMES, STATE_NAMES
from gridops.cases.rules.queue import (
    GROUP_NAMES,
    SORT_NAMES,
    WAITING_SORT_NAMES,
    Group,
    Lately,
    Place,
    QueueFilter,
    Sort,
    read,
    written,
)
from gridops.cases.rules.sources import Source
from gridops.cases.rules.standing import NO_CONDITION
from gridops.cases.service.moving import MANY
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.intake.judging import MAY_JUDGE
from gridops.people.rules import Role
from gridops.web.guards import current_person
from gridops.web.navigation import DESK_ROLES

READERS = DESK_ROLES
DISPATCHERS = tuple(sorted(MOVES[Move.DISPATCH].roles))
REGISTRARS = (Role.INTAKE_CLERK, Role.SHIFT_LEADER)
JUDGES = tuple(sorted(MAY_JUDGE))

LONGEST = 100
# An area as it stands in an address is longer than any word.
LONGEST_AREA = 1200
# No clock runs there yet: what counts is how long a case has waited.
WAITING = (Group.TO_ACCEPT, Group.TO_FILE)
# Names of the filter in the address, in the order of the form; `group` and `sort` stand beside them.
NAMES = (
    "group", "sort", "q", "state", "unit", "grid", "class", "source", "from", "to", "due", "lately", "holder", "helper",
    "mine", "area",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, the order, and what of it stands in the address."""

    wanted: QueueFilter
    sort: Sort
    kept: dict[str, str]

    @property
    def narrowed(self) -> int:
        """How many filters beside tab and order are set."""
        return len(self.kept.keys() - {"group", "sort"})

    @property
    def query(self) -> str:
        """Tab, filters and order as they stand in an address."""
        return urlencode({"group": self.wanted.group.value, **self.kept})

    @property
    def way(self) -> dict[str, Any]:
        """The list as it stands in the address of a case, so that one goes on from there to the next."""
        return {**self.kept, "group": self.wanted.group.value, "sort": self.sort.value}

    def addresses(self) -> Callable[[CaseRow], str]:
        """The page of a case with the same way to it; what all have in common is written out once."""
        page, way = url_for("desk_case.show", number=""), urlencode(self.way)
        return lambda row: f"{page}{row.number}?{way}&at={written(place_of(row, self.sort))}"

    def way_to(self, row: CaseRow) -> dict[str, Any]:
        """The same, with the place of one case in it."""
        return {**self.way, "at": written(place_of(row, self.sort))}


def asked(given: Mapping[str, str], default: Group = Group.ALL) -> Asked:
    """The queue's filter from an address; Invalid naming what cannot be read."""
    kept = {name: text for name in NAMES if (text := given.get(name, "").strip()[: _longest(name)])}
    wrong: list[tuple[str, str]] = []

    def read(name: str, parse: Callable[[str], Any]) -> Any:
        if name not in kept:
            return None
        try:
            return parse(kept[name])
        except ValueError:
            wrong.append((name, "无法识别的筛选条件"))
            return None

    kind, code = read("class", _class) or (None, None)
    due = read("due", _due)
    state = read("state", State)
    wanted = QueueFilter(
        group=read("group", Group) or default,
        states=(state,) if state else (),
        unit_id=read("unit", row_id),
        grid_id=read("grid", row_id),
        kind=kind,
        class_code=code,
        source=read("source", Source),
        text=kept.get("q", ""),
        first_day=read("from", _day),
        last_day=read("to", _day),
        mine=bool(kept.get("mine")),
        overdue=due == "overdue",
        due_today=due == "today",
        late_step=due == "step",
        lately=read("lately", Lately),
        holder_id=read("holder", row_id),
        helper_id=read("helper", row_id),
        area=read("area", parse_area) or (),
    )
    sort = read("sort", Sort) or (Sort.REPORTED if wanted.group is Group.ALL else Sort.DUE)
    if wanted.group in WAITING and sort is Sort.DUE:
        sort = Sort.OLDEST
    if wrong:
        raise Invalid(*wrong)
    return Asked(wanted, sort, kept)


def place(text: str | None, name: str) -> Place | None:
    """A place of a list from an address; Invalid naming the field that held it."""
    if not text:
        return None
    try:
        return read(text[:200])
    except ValueError:
        raise Invalid((name, "无法识别的页码")) from None


def sorts(group: Group) -> dict[Sort, str]:
    """The orders of a tab with their names."""
    if group in WAITING:
        return WAITING_SORT_NAMES
    return SORT_NAMES


# A case ticked in a list: its id and its version there.
_TICK = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")


def ticked() -> dict[int, int]:
    """The cases ticked in a list, each with the version it had there. Raises Invalid for none, or too many at once."""
    seen = [found for text in request.form.getlist("case") if (found := _TICK.fullmatch(text))]
    if not 0 < len(seen) <= MANY:
        raise Invalid(("case", _("请先勾选案件（最多 %(n)d 件）", n=MANY)))
    return {int(one[1]): int(one[2]) for one in seen}


def local_input(at: datetime | None) -> str:
    """A time as an input of a form holds it."""
    return f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else ""


def counted(n: int) -> str:
    """A number that was counted no further than COUNTED_TO."""
    return str(n) if n <= listing.COUNTED_TO else f"{listing.COUNTED_TO}+"


def words() -> dict[str, Any]:
    """What every page of the desk says by name; `own_letters`: the keys of moves that this person ever has."""
    own = moves_of(current_person().roles)
    return {
        "state_names": STATE_NAMES,
        "move_names": MOVE_NAMES,
        "letters": MOVE_LETTERS,
        "own_letters": {move: MOVE_LETTERS[move] for move in MOVE_LETTERS if move in own},
        "source_names": SOURCE_NAMES,
        "group_names": GROUP_NAMES,
        "far": FAR,
        "limit_of": limit_of,
        "counted": counted,
        "no_condition": NO_CONDITION,
    }


def _longest(name: str) -> int:
    return LONGEST_AREA if name == "area" else LONGEST


def _class(text: str) -> tuple[Kind, str]:
    kind, _slash, code = text.partition("/")
    if not code or len(code) > 30:
        raise ValueError(text)
    return Kind(kind), code


def _day(text: str) -> date:
    found = date.fromisoformat(text)
    if not 1990 <= found.year <= 2200:
        raise ValueError(text)
    return found


def _due(text: str) -> str:
    if text not in ("overdue", "today", "step"):
        raise ValueError(text)
    return text


def version_in(typed: Mapping[str, str]) -> int:
    """The version the form was shown at; without it nobody knows what the person saw."""
    text = typed.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(("version", _("表单不完整，请刷新后再办理")))
    return int(text)
