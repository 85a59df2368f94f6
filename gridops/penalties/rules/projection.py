"""A penalty is the fold of its events: one function gives the columns of its row (JSON details, amounts as text)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gridops.core import clock
from gridops.penalties.rules.acts import Act
from gridops.penalties.rules.kinds import PartyKind, PenaltyKind, heaviest
from gridops.penalties.rules.money import NOTHING
from gridops.penalties.rules.pauses import Pause, joined


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done; `file`: a file told it, so a later edition of that file may take it back."""

    act: Act
    happened_at: datetime
    seq: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> bool:
        """Whether it came from a file."""
        return bool(self.details.get("file"))


@dataclass(frozen=True, slots=True)
class State:
    """What holds after some events. Names are those of the columns of `penalty`.

    `remedy_from`, `remedy_to`, `deferred_to`: the last remedy and deferral; `pauses`: the days of all of them.
    """

    opened_at: datetime | None = None
    act_at: datetime | None = None
    party: str = ""
    party_kind: PartyKind = PartyKind.ORGANISATION
    round_id: int | None = None
    visit_id: int | None = None
    incident_id: int | None = None
    premises_id: int | None = None
    grid_id: int | None = None
    basis_id: int | None = None
    grave: bool = False
    told_rights_at: datetime | None = None
    hearing: bool = False
    waived_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    own: bool = False
    decision_no: str | None = None
    simple: bool = False
    kinds: tuple[str, ...] = ()
    heaviest: str | None = None
    fine: Decimal = NOTHING
    confiscated: Decimal = NOTHING
    surcharge_stated: bool = True
    late_ground: str | None = None
    replaces_id: int | None = None
    served_at: datetime | None = None
    changed_at: datetime | None = None
    changed_fine: Decimal | None = None
    revoked_at: datetime | None = None
    remedy_from: datetime | None = None
    remedy_to: datetime | None = None
    deferred_to: date | None = None
    pauses: tuple[Pause, ...] = ()
    concluded_at: datetime | None = None


# The column that takes the time of an act.
_TIMES: dict[Act, str] = {
    Act.OPEN: "opened_at",
    Act.TELL: "told_rights_at",
    Act.WAIVE: "waived_at",
    Act.DECIDE: "decided_at",
    Act.SERVE: "served_at",
    Act.CHANGE: "changed_at",
    Act.REVOKE: "revoked_at",
    Act.CONCLUDE: "concluded_at",
}

# What an act's details may say; everything else in them (reasons, receipts) changes no column.
_SAYS: dict[Act, tuple[str, ...]] = {
    Act.OPEN: (
        "act_at", "party", "party_kind", "round_id", "visit_id", "incident_id", "premises_id", "grid_id", "basis_id",
        "grave", "simple", "decided_by", "own", "replaces_id",
    ),
    Act.TELL: ("hearing",),
    Act.DECIDE: (
        "decided_by", "own", "decision_no", "simple", "kinds", "fine", "confiscated", "surcharge_stated", "basis_id",
        "late_ground", "hearing",
    ),
    Act.CHANGE: ("changed_fine",),
    Act.REMEDY: ("remedy_from", "remedy_to"),
    Act.DEFER: ("deferred_to",),
}  # fmt: skip

_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("act_at", "remedy_from", "remedy_to"), datetime.fromisoformat),
    **dict.fromkeys(("fine", "confiscated", "changed_fine"), Decimal),
    "deferred_to": date.fromisoformat,
    "party_kind": PartyKind,
    "kinds": tuple,
}


def fold(events: Iterable[Event]) -> State:
    """The row that events make, in the order of their `seq`."""
    state = State()
    for event in standing(sorted(events, key=lambda one: one.seq)):
        told = {name: _value(name, event.details[name]) for name in _SAYS.get(event.act, ()) if name in event.details}
        if event.act in _TIMES:
            told[_TIMES[event.act]] = event.happened_at
        if "kinds" in told:
            found = heaviest(PenaltyKind(kind) for kind in told["kinds"])
            told["heaviest"] = found.value if found else None
        pause = _pause(event.act, event.happened_at, told)
        if pause is not None:
            told["pauses"] = joined(state.pauses, pause)
        state = replace(state, **told)
    return state


def _pause(act: Act, happened_at: datetime, told: dict[str, Any]) -> Pause | None:
    """The days that a remedy or a deferral takes out; a new remedy has an end of its own, or none yet."""
    if act is Act.REMEDY:
        until = told.setdefault("remedy_to", None)
        return Pause(clock.local_date(told["remedy_from"]), clock.local_date(until) if until else None)
    if act is Act.DEFER:
        return Pause(clock.local_date(happened_at), told["deferred_to"], deferral=True)
    return None


def standing(events: Sequence[Event]) -> list[Event]:
    """The events that hold: when a file told it anew, what it had told before is left out, what people did stays."""
    anew = max((place for place, event in enumerate(events) if event.act is Act.RESTATE), default=-1)
    return [event for place, event in enumerate(events) if place > anew or not event.file]


def columns(state: State) -> dict[str, Any]:
    """The state as the row keeps it."""
    found = {each.name: getattr(state, each.name) for each in fields(State)}
    found["kinds"] = list(state.kinds)
    found["pauses"] = [str(each) for each in state.pauses]
    return found


def said(**values: Any) -> dict[str, Any]:
    """Details of an event from values: instants and days as ISO, amounts as text; nothing for None."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, PartyKind | PenaltyKind) else value


def _value(name: str, told: Any) -> Any:
    read = _READ.get(name)
    return told if told is None or read is None else read(told)
