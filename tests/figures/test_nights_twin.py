"""Random nights, outings, fines and office work on both databases: figures, kept facts and lists agree with a twin."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.figures import enforcement, money, service
from gridops.figures.queries.area import area_of
from gridops.figures.queries.facts import Given, bounds_of
from gridops.figures.rules.facts import Bounds, Facts
from gridops.figures.rules.telling import shown
from gridops.figures.service.counting import facts_of
from gridops.grids.models import Grid
from gridops.inspections.rules import OrderKind, VisitKind
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.penalties.rules import balance
from gridops.supervision.rules import Light
from tests.factories import make_grid, make_unit
from tests.figures import nights as twin
from tests.figures.nights import AS_OF, PERIOD, Drawn, E
from tests.figures.street import Street, street_of
from tests.figures.test_freezing import freeze

pytestmark = pytest.mark.both


@settings(
    max_examples=15,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(twin.drawn)
def test_the_database_counts_every_night_and_fine_like_the_twin(session: Session, drawn: Drawn):
    root = make_grid(session)  # a street of its own for each example
    with clock.set_to(AS_OF):
        street = street_of(session, root)
        _put(street, drawn)
        told = (
            _frozen(session, root) if _over(drawn) else service.figures_of(session, root.id, PERIOD, "monthly").figures
        )
        wanted = twin.counts(drawn)
        assert {key: told[key]["value"] for key in wanted} == wanted
        facts, bounds = facts_of(session, area_of(session, root.id), PERIOD, "monthly", Given(), AS_OF)
        assert bounds == bounds_of(PERIOD, AS_OF)
        _money_adds_up(facts, bounds)
        for telling in (enforcement.TELLING, money.TELLING):
            for figure in telling.figures:  # what is listed behind a figure comes to it
                total = figure.total(figure.counted(facts, bounds), bounds)
                assert figure.key not in wanted or shown(figure, total) == wanted[figure.key]


def _over(drawn: Drawn) -> bool:
    """Whether nothing that began in the period is still open."""
    return all(it.ended or it.cancelled or not twin.within(it.started) for it in (*drawn.nights, *drawn.trips))


def _frozen(session: Session, root: Grid) -> Any:
    """The figures as frozen; what was kept recounts to the same, and today nothing differs."""
    frozen = freeze(session, root.id, PERIOD, "monthly", AS_OF)
    found = service.recount(session, frozen)
    assert (found.same, found.differences) == (True, ())
    assert service.changed_since(session, frozen).facts == ()
    return frozen.figures


def _money_adds_up(facts: Facts, bounds: Bounds) -> None:
    """Decided = paid + outstanding + written off - refunds, decision by decision; no surcharge above the fine."""
    for it in facts.get("penalty", ()):
        if not (it.own and it.decided_at and it.decided_at < E):
            continue
        told = balance(it.terms, it.paid_yuan, E - timedelta(microseconds=1))
        assert told.outstanding == money.outstanding(it, bounds)
        assert told.decided + told.refund == told.paid + told.outstanding + told.written_off
        assert money.surcharge_estimate(it, bounds) <= max(it.fine_yuan, it.changed_fine_yuan or Decimal(0))


def _put(street: Street, drawn: Drawn) -> None:
    premises: dict[int, Any] = {}
    for place in range(4):  # 0 first: others are merged into those before
        premises[place] = street.premises(into=premises.get(drawn.merged.get(place, -1)))
    rounds = [_put_night(street, night, premises) for night in drawn.nights]
    for trip in drawn.trips:
        _put_trip(street, trip)
    for each in drawn.fines:
        _put_fine(street, each, premises, rounds)
    units = [street.unit, make_unit(street.session, street.root)]
    for when, source, unit, verified in drawn.looks:
        street.look(when, source, units[unit], verified=verified)
    for due, accepted, previous in drawn.problems:
        street.problem("2017-02" if previous else "2017-01", due_at=due, accepted_at=accepted)
    for opened, due, done, light in drawn.matters:
        street.matter(opened, Light(light) if light else None, due_at=due, done_at=done)


def _put_night(street: Street, night: twin.Night, premises: dict[int, Any]) -> Any:
    cancelled = {"cancelled_at": night.started} if night.cancelled else {}
    made = street.round(
        night.started, night.ended, people=night.people, officers=night.officers, checked=night.checked, **cancelled
    )
    for v in night.visits:
        street.visit(
            made, premises[v.premises], findings=len(v.mended), corrected=v.mended, kind=VisitKind(v.how),
            order=OrderKind(v.paper) if v.paper else None, due=v.due, complete=v.complete, recheck=v.recheck,
            voided_at=night.started if v.voided else None,
        )  # fmt: skip
    return made


def _put_trip(street: Street, trip: twin.Trip) -> None:
    cancelled = {"cancelled_at": trip.started} if trip.cancelled else {}
    tallies = tuple((TallyKind(kind), number) for kind, number in trip.tallies)
    made = street.outing(
        trip.started, trip.ended, campaign=f"C{trip.campaign}", people=trip.people, tallies=tallies, **cancelled
    )
    for kind, when, lawful, answered in trip.incidents:
        street.incident(IncidentKind(kind), when, made, answered_at=answered, **({} if lawful else {"approver": ""}))


def _put_fine(street: Street, each: twin.Fine, premises: dict[int, Any], rounds: list[Any]) -> None:
    of = {"round_id": rounds[each.night].id} if each.night is not None and each.night < len(rounds) else {}
    where = premises[each.premises] if each.premises is not None else None
    pauses = [f"remedy {twin.day(begun)} {twin.day(over) if over else '-'}" for begun, over in each.remedies]
    pauses += [f"deferral {each.deferred[0]} {each.deferred[1]}"] if each.deferred else []
    made = street.penalty(
        each.decided, each.fine, own=each.own, premises=where, waived_at=each.waived, confiscated=each.confiscated,
        served_at=each.served, changed_at=each.changed, changed_fine=each.changed_fine if each.changed else None,
        revoked_at=each.revoked, pauses=pauses,
        surcharge_stated=each.stated, **of,
    )  # fmt: skip
    for when, amount in each.payments:
        street.pay(made, when, amount)
    if each.renewed is not None and each.decided is not None:
        street.penalty(each.renewed, each.fine, own=each.own, premises=where, replaces_id=made.id, **of)
