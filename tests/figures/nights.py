"""Random nights, outings, papers of law and of the office; and what they come to, counted naively from the sentences.

The twin reads what was drawn, never the database: it knows neither facts nor SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from gridops.core import periods

PERIOD = periods.parse("2017-03")
S, E = PERIOD.start, PERIOD.end
AS_OF = E + timedelta(hours=30)
MINUTE = timedelta(minutes=1)
CHINA = ZoneInfo("Asia/Shanghai")

_corners = [S - MINUTE, S, S + MINUTE, E - MINUTE, E, E + MINUTE, AS_OF, AS_OF + MINUTE]
instants = st.one_of(
    st.sampled_from(_corners),
    st.integers(0, 60 * 4).map(lambda quarter: S - timedelta(days=15) + timedelta(hours=6 * quarter)),
)
maybe = st.one_of(st.none(), instants)
yuan = st.integers(1, 500_000).map(lambda fen: Decimal(fen) / 100)


@dataclass(frozen=True)
class Seen:
    """A visit; `mended`: when each of its findings was; `paper`: order, hazard_notice or none."""

    premises: int
    how: str
    complete: bool
    recheck: bool
    voided: bool
    mended: tuple[datetime | None, ...]
    paper: str | None
    due: datetime | None


@dataclass(frozen=True)
class Night:
    started: datetime
    ended: datetime | None
    cancelled: bool
    people: int
    officers: int
    checked: bool
    visits: tuple[Seen, ...]


@dataclass(frozen=True)
class Trip:
    campaign: int
    started: datetime
    ended: datetime | None
    cancelled: bool
    people: int
    tallies: tuple[tuple[str, int], ...]
    incidents: tuple[tuple[str, datetime, bool, datetime | None], ...]


@dataclass(frozen=True)
class Fine:
    """`night`: which round it arose from; `premises`: which; `renewed`: decided anew at that time."""

    own: bool
    night: int | None
    premises: int | None
    decided: datetime | None
    waived: datetime | None
    fine: Decimal
    confiscated: Decimal
    served: datetime | None
    changed: datetime | None
    changed_fine: Decimal
    revoked: datetime | None
    renewed: datetime | None
    remedies: tuple[tuple[datetime, datetime | None], ...]
    deferred: tuple[date, date] | None
    stated: bool
    payments: tuple[tuple[datetime, Decimal], ...]


@dataclass(frozen=True)
class Drawn:
    nights: tuple[Night, ...] = ()
    trips: tuple[Trip, ...] = ()
    fines: tuple[Fine, ...] = ()
    looks: tuple[tuple[datetime, str, int, bool], ...] = ()
    problems: tuple[tuple[datetime | None, datetime | None, bool], ...] = ()
    matters: tuple[tuple[datetime, datetime | None, datetime | None, str | None], ...] = ()
    merged: dict[int, int] = field(default_factory=dict)

    def survivor(self, premises: int) -> int:
        while premises in self.merged:
            premises = self.merged[premises]
        return premises


def few(what: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(what, max_size=most).map(tuple)


places = st.integers(0, 3)
seen = st.builds(
    Seen, places, st.sampled_from(["inspection", "inspection", "patrol", "call"]), st.sampled_from([True, True, False]),
    st.sampled_from([False, False, True]), st.sampled_from([False, False, False, True]), few(maybe),
    st.sampled_from([None, "order", "order", "hazard_notice"]), maybe,
)  # fmt: skip
nights = st.builds(
    Night, instants, maybe, st.sampled_from([False, False, False, True]), st.integers(0, 5), st.integers(0, 5),
    st.booleans(), few(seen),
)  # fmt: skip
incidents = st.tuples(
    st.sampled_from(["seized", "impounded", "preserved", "referred", "other"]), instants, st.booleans(), maybe
)
trips = st.builds(
    Trip, st.integers(0, 1), instants, maybe, st.sampled_from([False, False, True]), st.integers(0, 5),
    few(st.tuples(st.sampled_from(["persuaded", "tidied", "cleared", "leaflets"]), st.integers(-5, 30))),
    few(incidents),
)  # fmt: skip
fines = st.builds(
    Fine, st.sampled_from([True, True, False]), st.one_of(st.none(), st.integers(0, 2)), st.one_of(st.none(), places),
    st.one_of(instants, maybe), maybe, yuan, st.one_of(st.just(Decimal(0)), yuan), maybe, maybe, yuan,
    st.one_of(st.none(), maybe), st.one_of(st.none(), maybe), few(st.tuples(instants, maybe), 2),
    st.one_of(st.none(), st.tuples(instants.map(datetime.date), instants.map(datetime.date))),
    st.sampled_from([True, True, False]),
    few(st.tuples(instants, yuan)),
)  # fmt: skip
drawn = st.builds(
    Drawn, few(nights), few(trips), few(fines, 4),
    few(st.tuples(instants, st.sampled_from(["", "区"]), st.integers(0, 1), st.booleans()), 4),
    few(st.tuples(maybe, maybe, st.booleans())),
    few(st.tuples(instants, maybe, maybe, st.sampled_from([None, "green", "red"]))),
    st.sampled_from([{}, {1: 0}, {2: 1, 1: 0}]),
)  # fmt: skip


def within(at: datetime | None) -> bool:
    return at is not None and S <= at < E


def known(at: datetime | None) -> bool:
    return at is not None and at <= AS_OF


def day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


def counts(it: Drawn) -> dict[str, object]:
    """Every figure of §3 and §4 that what was drawn has a say in."""
    return {**_nights(it), **_trips(it), **_office(it), **_fines(it)}


def _nights(it: Drawn) -> dict[str, object]:
    of_period = [night for night in it.nights if within(night.started) and not night.cancelled]
    held = [
        night
        for night in of_period
        if known(night.ended) and (night.checked or any(v.complete and not v.voided for v in night.visits))
    ]
    visits = [(night, v) for night in of_period for v in night.visits if v.complete and not v.voided]
    first = [(night, v) for night, v in visits if not v.recheck]
    found = [(v, mended) for _, v in visits for mended in v.mended]
    corrected = sum(known(mended) for _, mended in found)
    late = sum(v.paper == "order" and v.due is not None and v.due < E and not known(mended) for v, mended in found)
    ordered = {
        it.survivor(v.premises)
        for night, v in visits
        if v.paper == "order" and v.how == "inspection" and min(night.officers, night.people) >= 2
    }
    return {
        "rounds.held": len(held),
        "rounds.people_turns": sum(night.people for night in held),
        "rounds.officer_turns": sum(min(night.officers, night.people) for night in held),
        "visits.made": len(first),
        "visits.rechecks": len(visits) - len(first),
        "visits.premises": len({it.survivor(v.premises) for _, v in first}),
        "findings.found": len(found),
        "findings.corrected": corrected,
        "findings.overdue": late,
        "findings.correction_rate": rate(corrected, len(found)),
        "orders.to_correct": len(ordered),
    }


def _trips(it: Drawn) -> dict[str, object]:
    of_period = [trip for trip in it.trips if within(trip.started) and not trip.cancelled]
    held = [trip for trip in of_period if known(trip.ended)]
    told: dict[str, object] = {
        "operations.held": len(held),
        "operations.people_turns": sum(trip.people for trip in held),
    }
    for kind in ("persuaded", "tidied", "cleared", "leaflets"):
        told[f"tallies.{kind}"] = sum(n for trip in of_period for name, n in trip.tallies if name == kind)
    for kind in ("seized", "impounded", "preserved"):
        told[f"incidents.{kind}"] = sum(
            name == kind and lawful and within(trip.started)
            for trip in it.trips
            for name, _, lawful, _ in trip.incidents
        )
    sent = [
        answered
        for trip in it.trips
        for name, when, _, answered in trip.incidents
        if name == "referred" and within(when)
    ]
    return told | {"referrals.sent": len(sent), "referrals.answered": sum(known(answered) for answered in sent)}


def _office(it: Drawn) -> dict[str, object]:
    looks = [look for look in it.looks if within(look[0])]
    items = [(due, accepted) for due, accepted, previous in it.problems if previous]
    mended = sum(accepted is not None and accepted < E for _, accepted in items)
    begun = [matter for matter in it.matters if matter[0] < E]
    done = [m for m in begun if m[2] is not None and m[2] < E]
    late = [m for m in begun if m not in done and (m[3] == "red" or (m[1] is not None and m[1] < E))]
    return {
        "discipline.checks": len({(day(when), source) for when, source, _, _ in looks}),
        "discipline.units": len({unit for _, _, unit, _ in looks}),
        "discipline.verified": sum(verified for *_, verified in looks),
        "problems.named": len(items),
        "problems.corrected": mended,
        "problems.overdue": sum(
            due is not None and due < E and not (accepted is not None and accepted < E) for due, accepted in items
        ),
        "problems.correction_rate": rate(mended, len(items)),
        "matters.total": len(begun),
        "matters.done": len(done),
        "matters.late": len(late),
        "matters.on_track": len(begun) - len(done) - len(late),
    }


@dataclass(frozen=True)
class Decision:
    """One decision: a drawn one, or the one that took its place."""

    of: Fine
    decided: datetime | None
    ended: datetime | None
    renewed: bool = False

    def fine(self, before: datetime) -> Decimal:
        changed = not self.renewed and self.of.changed is not None and self.of.changed < before
        return self.of.changed_fine if changed else self.of.fine

    def owed(self) -> Decimal:
        """At E."""
        if not self.of.own or self.decided is None or self.decided >= E or (self.ended is not None and self.ended < E):
            return Decimal(0)
        paid = sum((amount for when, amount in self.payments if when < E), Decimal(0))
        return max(Decimal(0), self.fine(E) + self.confiscated - paid)

    @property
    def payments(self) -> tuple[tuple[datetime, Decimal], ...]:
        return () if self.renewed else self.of.payments

    @property
    def confiscated(self) -> Decimal:
        return Decimal(0) if self.renewed else self.of.confiscated

    @property
    def days_late(self) -> int | None:
        """Days of lateness that count, None: not overdue at E."""
        if self.renewed or self.of.served is None or not self.owed():
            return None
        due = day(self.of.served) + timedelta(days=15)
        late = [due + timedelta(days=n) for n in range(1, 400) if due + timedelta(days=n) < day(E)]
        if not late or self.put_off(late[-1]):
            return None
        return sum(not self.put_off(each) and not self.contested(each) for each in late)

    def put_off(self, on: date) -> bool:
        return self.of.deferred is not None and self.of.deferred[0] <= on <= self.of.deferred[1]

    def contested(self, on: date) -> bool:
        return any(day(begun) <= on and (over is None or on <= day(over)) for begun, over in self.of.remedies)

    @property
    def surcharge(self) -> Decimal:
        if not self.days_late or not self.of.stated:
            return Decimal(0)
        whole = self.fine(E)
        if sum(amount for when, amount in self.of.payments if when < E) >= whole:
            return Decimal(0)
        return min(whole, (whole * 3 * self.days_late / 100).quantize(Decimal("0.01")))


def decisions(it: Drawn) -> list[Decision]:
    told = []
    for each in it.fines:
        renewed = each.renewed if each.decided else None
        ends = [when for when in (each.revoked, renewed) if when is not None]
        told.append(Decision(each, each.decided, min(ends, default=None)))
        if renewed is not None:
            told.append(Decision(each, renewed, None, renewed=True))
    return told


def _fines(it: Drawn) -> dict[str, object]:
    told = decisions(it)
    own = [each for each in told if each.of.own]
    force = [d for d in told if within(d.decided) and (d.ended is None or d.ended > AS_OF)]
    mine = [d for d in force if d.of.own]
    nights = dict(enumerate(it.nights))

    def where(d: Decision) -> int | None:
        return None if d.of.premises is None else it.survivor(d.of.premises)

    of_rounds = [d for d in told if d.of.night in nights and where(d) is not None]
    late = [d for d in own if d.days_late is not None]
    after = [
        d for d in of_rounds
        if within(nights[d.of.night].started) and known(d.decided) and (d.ended is None or d.ended > AS_OF)
    ]  # fmt: skip
    last = AS_OF + timedelta(microseconds=1)
    return {
        "premises.penalised": len({where(d) for d in of_rounds if d in force}),
        "rounds.premises_penalised": len({where(d) for d in after}),
        "penalties.decided": len(mine),
        "penalties.waived": sum(within(d.of.waived) for d in own if not d.renewed),
        "penalties.fined_yuan": money(d.fine(last) for d in mine),
        "penalties.confiscated_yuan": money(d.confiscated for d in mine),
        "penalties.paid_yuan": money(amount for d in own for when, amount in d.payments if within(when)),
        "penalties.outstanding_yuan": money(d.owed() for d in own),
        "penalties.overdue": len(late),
        "penalties.surcharge_estimate_yuan": money(d.surcharge for d in late),
        "penalties.revoked": sum(within(d.of.revoked) for d in own if not d.renewed),
        "penalties.changed": sum(within(d.of.changed) for d in own if not d.renewed),
        "penalties.others_decided": sum(not d.of.own for d in force),
    }


def money(amounts: object) -> str:
    return f"{sum(amounts, Decimal(0)):.2f}"  # type: ignore[call-overload]


def rate(above: int, below: int) -> str | None:
    if not below:
        return None
    hundredths = (2 * above * 10_000 + below) // (2 * below)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
