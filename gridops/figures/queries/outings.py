"""Facts of outings that began in a period: agencies, people, tallies, and incidents with what the law asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.periods import Period
from gridops.figures.queries.rounds import turns
from gridops.figures.queries.where import Here
from gridops.figures.rules import facts
from gridops.operations.models import Campaign, Incident, Outing, Tally
from gridops.operations.rules import INCIDENT_NAMES
from gridops.people.models import User
from gridops.premises.models import Premises

_OFFICERS = 2


def facts_of(session: Session, here: Here, period: Period) -> Iterator[facts.Fact]:
    """Outings that began in the period, their tallies, and incidents of them or by themselves."""
    began = _began(here, period)
    told = select(Outing, Campaign.name).join(Campaign, Campaign.id == Outing.campaign_id)
    rows = session.execute(told.where(began).order_by(Outing.id)).all()
    people = turns(session, select(Outing.squad_id).where(began)) if rows else {}
    own: dict[int, facts.Outing] = {}
    for each, campaign in rows:
        if each.started_at is not None and (child := here.child(each.grid_id, each.started_at)):
            own[each.id] = facts.Outing(
                id=each.id,
                label=f"{each.number} {campaign}",
                number=each.number,
                campaign_id=each.campaign_id,
                started_at=each.started_at,
                ended_at=each.ended_at,
                agencies=tuple(str(agency) for agency in each.agencies),
                people=people.get(each.squad_id, (0, 0))[0],
                child_id=child,
            )
    yield from own.values()
    tallies = (
        select(Tally.id, Tally.outing_id, Tally.kind, Tally.amount)
        .join(Outing, Outing.id == Tally.outing_id)
        .where(began, Tally.superseded_at.is_(None))
        .order_by(Tally.id)
    )
    for row in session.execute(tallies) if own else ():
        if outing := own.get(row.outing_id):
            yield facts.Tally(
                id=row.id,
                label=outing.label,
                outing=outing.number,
                outing_id=outing.id,
                campaign_id=outing.campaign_id,
                began_at=outing.started_at,
                counts=str(row.kind),
                amount=row.amount,
                child_id=outing.child_id,
            )
    yield from _incidents(session, here, period)


def open_ones(session: Session, here: Here, period: Period) -> list[tuple[str, datetime, str | None]]:
    """Outings that began in the period and have neither ended nor been called off: number, start, leader's name."""
    asked = (
        select(Outing.number, Outing.started_at, User.name, Outing.grid_id)
        .outerjoin(User, User.id == Outing.leader_id)
        .where(_began(here, period), Outing.ended_at.is_(None))
        .order_by(Outing.started_at, Outing.id)
    )
    return [
        (number, started_at, name)
        for number, started_at, name, grid_id in session.execute(asked)
        if started_at is not None and here.holds(grid_id, started_at)
    ]


def _began(here: Here, period: Period) -> ColumnElement[bool]:
    return and_(_started(here, period), Outing.cancelled_at.is_(None))


def _started(here: Here, period: Period) -> ColumnElement[bool]:
    return and_(Outing.root_id == here.area.root_id, Outing.started_at >= period.start, Outing.started_at < period.end)


def _incidents(session: Session, here: Here, period: Period) -> Iterator[facts.Incident]:
    """Those of the period's outings, and those that happened in it (a referral counts when it was sent).

    What was taken on an outing stays true where the outing itself was called off.
    """
    happened = and_(
        Incident.root_id == here.area.root_id,
        Incident.happened_at >= period.start,
        Incident.happened_at < period.end,
    )
    grid = func.coalesce(Premises.grid_id, Outing.grid_id)
    asked = (
        select(Incident, Outing.started_at, Outing.campaign_id, grid)
        .outerjoin(Outing, Outing.id == Incident.outing_id)
        .outerjoin(Premises, Premises.id == Incident.premises_id)
        .where(Incident.voided_at.is_(None), or_(happened, _started(here, period)))
        .order_by(Incident.id)
    )
    for it, started_at, campaign_id, grid_id in session.execute(asked):
        began_at = started_at or it.happened_at
        if child := here.child(grid_id, began_at):
            yield facts.Incident(
                id=it.id,
                label=it.decision_no or it.letter_no or INCIDENT_NAMES[it.kind],
                campaign_id=campaign_id or 0,
                began_at=began_at,
                happened_at=it.happened_at,
                what=str(it.kind),
                agency=str(it.agency),
                lawful=_lawful(it),
                answered_at=it.answered_at,
                child_id=child,
            )


def _lawful(it: Any) -> bool:
    """Whether basis, approver, two officers, list and deadline are all there (行政强制法 art. 16-24)."""
    officers = {str(each) for each in it.officers or ()}
    told = it.basis.strip() and it.approver.strip() and it.items.strip() and it.deadline is not None
    return bool(told) and len(officers) >= _OFFICERS
