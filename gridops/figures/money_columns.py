"""Many penalties and payments as columns: the same questions as those to one `Penalty`, asked of all at once. Pure.

Amounts in force follow from the columns. What hangs on days, the term to pay and the surcharge, is asked of the law
once for each day of service; for decisions with a pause, and surcharges not at their limit yet, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import numpy as np

from gridops.core import clock, columns
from gridops.core.columns import NEVER
from gridops.core.money import from_fen, to_fen
from gridops.figures.money_facts import NOTHING, Payment, Penalty
from gridops.figures.rules.many import Keys, Many
from gridops.penalties.rules import PartyKind, Pause, Terms, overdue, surcharge

_MOMENT = timedelta(microseconds=1)
# A fine that no rounding touches: what the law makes of it, it makes of every fine of the day in proportion.
_PROBE = Decimal(100_000_000)
_INSTANTS = (
    "opened_at", "waived_at", "decided_at", "served_at", "ended_at", "revoked_at", "changed_at", "round_began_at",
)  # fmt: skip
_AMOUNTS = ("fine_yuan", "changed_fine_yuan", "confiscated_yuan", "paid_yuan")


class Penalties(Many):
    """Proceedings and decisions. Columns: those of `Penalty`, and `organisation`, `paused`, `refined` (another fine).

    `party`: a number for each party. `pauses`: those of the decisions that have any, by their ids.
    """

    def __init__(
        self,
        columns: Mapping[str, Any],
        rows: Keys,
        pauses: Mapping[int, tuple[str, ...]],
        listed: Sequence[Penalty] | None = None,
    ) -> None:
        super().__init__(columns, listed)
        self.row, self.pauses = rows, pauses
        self._kept: dict[Any, Any] = {}

    @classmethod
    def of(cls, facts: Sequence[Penalty]) -> Penalties:
        """The columns of facts."""
        table: dict[str, Any] = {name: columns.instants(map(attrgetter(name), facts)) for name in _INSTANTS}
        table |= {name: columns.numbers(map(_fen, map(attrgetter(name), facts))) for name in _AMOUNTS}
        table |= {name: columns.truths(map(attrgetter(name), facts)) for name in ("own", "surcharge_stated")}
        return cls(
            {
                **table,
                "id": columns.numbers(it.id for it in facts),
                "premises_id": columns.numbers(it.premises_id for it in facts),
                "organisation": columns.truths(it.is_of(PartyKind.ORGANISATION) for it in facts),
                "refined": columns.truths(it.changed_fine_yuan is not None for it in facts),
                "paused": columns.truths(it.pauses for it in facts),
                "party": numbered(it.party_key for it in facts).codes,
            },
            numbered(it.row for it in facts),
            {it.id: it.pauses for it in facts if it.pauses},
            facts,
        )

    @property
    def others(self) -> Any:
        """Of another authority."""
        return ~self.own

    @property
    def at_premises(self) -> Any:
        """Against premises that are known."""
        return self.premises_id != 0

    @property
    def of_round(self) -> Any:
        """Arisen from a round."""
        return self.round_began_at != NEVER

    @property
    def party_key(self) -> Any:
        """What tells parties apart."""
        return self.party

    @property
    def premises_month(self) -> Any:
        """What tells premises apart that count in each month anew."""
        days, places = np.unique(columns.local_days(self.decided_at), return_inverse=True)
        dates = [date.fromordinal(day) if day else date.min for day in days.tolist()]
        months = np.array([each.year * 12 + each.month for each in dates], dtype=np.int64)
        return self.premises_id * (date.max.year * 12 + 13) + months[places]

    def is_of(self, kind: PartyKind) -> Any:
        """Whether each party is a person, or an organisation."""
        return self.organisation if kind is PartyKind.ORGANISATION else ~self.organisation

    def fine_at(self, at: Any) -> Any:
        """The fine in force when the figures are taken."""
        return self._fine(at.in_force_at)

    def outstanding_at(self, at: Any) -> Any:
        """What is owed at E: what is in force less what was paid, never below zero; nothing to other authorities."""
        return np.where(self.own, self._owed(at.end - 1), 0)

    def overdue_at(self, at: Any) -> Any:
        """Owed at E, the term to pay over, and no deferral running."""
        return self._once(("overdue", at), lambda: self._overdue(at))

    def surcharge_at(self, at: Any) -> Any:
        """What may be imposed at most on what is overdue at E (`penalties.rules.money`)."""
        return self._once(("surcharge", at), lambda: self._surcharge(at))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _in_force(self, instant: int) -> Any:
        return (self.decided_at <= instant) & (self.ended_at > instant)

    def _fine(self, instant: int) -> Any:
        changed = self.refined & (self.changed_at <= instant)
        return np.where(self._in_force(instant), np.where(changed, self.changed_fine_yuan, self.fine_yuan), 0)

    def _owed(self, instant: int) -> Any:
        force = self._fine(instant) + np.where(self._in_force(instant), self.confiscated_yuan, 0)
        return np.maximum(force - self.paid_yuan, 0)

    def _overdue(self, at: Any) -> Any:
        last = at.told.due_by - _MOMENT
        late = self.own & (self._owed(at.due_by - 1) > 0)
        late &= self._by_day(lambda terms: overdue(terms, NOTHING, last))
        for place in np.flatnonzero(late & self.paused).tolist():
            late[place] = overdue(self._terms(place), from_fen(int(self.paid_yuan[place])), last)
        return late

    def _surcharge(self, at: Any) -> Any:
        last = at.told.due_by - _MOMENT
        fine = self._fine(at.due_by - 1)
        bears = self.overdue_at(at) & self.surcharge_stated & (self.paid_yuan < fine)
        at_limit = self._by_day(lambda terms: surcharge(terms, NOTHING, last) == _PROBE) & ~self.paused
        found = np.where(bears, fine, 0)
        for place in np.flatnonzero(bears & ~at_limit).tolist():
            terms = self._terms(place) if self.paused[place] else self._served_on(place, from_fen(int(fine[place])))
            found[place] = _fen(surcharge(terms, from_fen(int(self.paid_yuan[place])), last))
        return found

    def _by_day(self, rule: Callable[[Terms], bool]) -> Any:
        """What the law says of a decision served on the day of each, with nothing paid and no pause."""
        days, places = self._days_of_service()
        return columns.truths(day is not None and rule(_on(day, _PROBE)) for day in days)[places]

    def _days_of_service(self) -> tuple[list[datetime | None], Any]:
        """The different days, and the place of each decision's among them."""
        return self._once("days of service", lambda: _days(self.served_at))

    def _served_on(self, place: int, fine: Decimal) -> Terms:
        days, places = self._days_of_service()
        return _on(days[places[place]], fine)

    def _terms(self, place: int) -> Terms:
        instants = {
            name: columns.instant(int(getattr(self, name)[place]))
            for name in ("decided_at", "served_at", "changed_at", "ended_at")
        }
        return Terms(
            fine=from_fen(int(self.fine_yuan[place])),
            confiscated=from_fen(int(self.confiscated_yuan[place])),
            changed_fine=from_fen(int(self.changed_fine_yuan[place])) if self.refined[place] else None,
            pauses=tuple(map(Pause.parse, self.pauses.get(int(self.id[place]), ()))),
            surcharge_stated=bool(self.surcharge_stated[place]),
            **instants,
        )


class Payments(Many):
    """Money paid on decisions of the street's own. Columns: those of `Payment` that figures ask for."""

    @classmethod
    def of(cls, facts: Sequence[Payment]) -> Payments:
        """The columns of facts."""
        return cls(
            {
                "id": columns.numbers(it.id for it in facts),
                "paid_at": columns.instants(it.paid_at for it in facts),
                "amount_yuan": columns.numbers(to_fen(it.amount_yuan) for it in facts),
            },
            facts,
        )


def with_columns(facts: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Facts, those of penalties and payments so that they are asked all at once."""
    made = dict(facts)
    for many in (Penalties, Payments):
        kind = (Penalty if many is Penalties else Payment).kind
        if kind in made:
            made[kind] = many.of(made[kind])
    return made


def numbered(values: Any) -> Keys:
    """Values by the place of each among the different ones."""
    places: dict[Any, int] = {}
    codes = np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int64)
    return Keys(codes, list(places))


def _days(column: Any) -> tuple[list[datetime | None], Any]:
    days, places = np.unique(columns.local_days(column), return_inverse=True)
    return [clock.midnight(date.fromordinal(day)) if day else None for day in days.tolist()], places


def _on(day: datetime | None, fine: Decimal) -> Terms:
    """A decision served on a day, to which nothing happened since."""
    return Terms(fine, decided_at=day, served_at=day)


def _fen(amount: Decimal | None) -> int:
    return 0 if amount is None else to_fen(amount)
