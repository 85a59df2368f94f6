"""The verbs of outings: plan, start, end, cancel, count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock, numbers
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.operations import queries
from gridops.operations.forms import PlanIn
from gridops.operations.models import Campaign, Outing, Tally
from gridops.operations.rules import PLANNERS, TallyKind, check_cancel, check_end, check_record, check_start
from gridops.operations.service.campaigns import CHANGED_MEANWHILE
from gridops.people.queries import grids_below, may_at
from gridops.people.rules import Person
from gridops.squads import queries as squads_asked
from gridops.squads import service as squads
from gridops.squads.rules import Agency, Someone, moves_start


def new_outing(
    session: Session,
    campaign: Campaign,
    day: datetime,
    *,
    agencies: tuple[Agency, ...] = (),
    grid_id: int | None = None,
    recorded_at: datetime | None = None,
    code: str | None = None,
) -> Outing:
    """An outing of a campaign with a number of its own (`XD2017-0012`) and a squad; `day`: when it is or shall be.

    Without agencies those of the campaign take part. `code`: made by the leader's phone. Times are the caller's to
    set. Audited by the caller's verb.
    """
    if grid_id is not None and grid_id not in grids_below(session, [campaign.root_id]):
        raise Invalid(("grid_id", "没有这个网格"))
    local = clock.local_date(day)
    number = numbers.take(session, campaign.root_id, "outing", local.year)
    outing = Outing(
        root_id=campaign.root_id,
        number=f"XD{local.year}-{number:04d}",
        campaign_id=campaign.id,
        squad_id=squads.open_squad(session, campaign.root_id, local, code).id,
        grid_id=grid_id or campaign.grid_id,
        agencies=[agency.value for agency in agencies] or list(campaign.agencies or ()),
        recorded_at=recorded_at or clock.now(),
    )
    session.add(outing)
    session.flush()
    return outing


def plan_outing(session: Session, person: Person, form: PlanIn) -> Outing:
    """Plan an outing at the desk: its members are known before, and count once they have checked in."""
    campaign = queries.campaign(session, person.root_id, form.campaign)
    if campaign is None:
        raise Invalid(("campaign", "没有这项专项整治"))
    grid_id = form.grid_id or campaign.grid_id
    _check_planner(session, person, grid_id)
    leader = [Someone(form.leader, username=form.leader)] if form.leader else []
    known = squads_asked.named(session, person.root_id, [*form.people, *leader])
    people, wrong = squads_asked.resolved(form.people, known, "people")
    leads = known.get(leader[0]) if leader else None
    if wrong or (leader and leads is None):
        raise Invalid(*([wrong] if wrong else []), *([("leader", "没有这个人员")] if leader and leads is None else []))
    outing = new_outing(session, campaign, form.planned_for, agencies=form.agencies, grid_id=grid_id)
    outing.planned_for = form.planned_for
    outing.leader_id = leads.user_id if leads else None
    squads.plan(session, outing.squad_id, people, leads)
    audit.record(session, "outing.plan", "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id)
    return outing


def start_outing(session: Session, person: Person, outing: Outing, at: datetime, recorded_at: datetime) -> None:
    """Begin an outing; the first who does leads it (with the one planned) and is checked in, later ones come along.

    Begun on two phones it began at the earlier time (`squads.rules.moves_start`). Raises Closed for one that is over.
    """
    leads = outing.started_at is None or queries.leads(session, outing, person.user_id)
    check_start(outing, at, leads=leads)
    if outing.started_at is None:
        # Before that it was a plan, which counts nowhere: a frozen figure must be able to tell when we learnt of it.
        outing.recorded_at = recorded_at
    if moves_start(outing.started_at, outing.ended_at, at, leads=leads):
        outing.started_at = at
        outing.leader_id = outing.leader_id or person.user_id
        outing.version += 1
    squads.begin(session, outing.squad_id, person.user_id, at, leads=leads)
    session.flush()
    audit.record(session, "outing.start", "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id)


def end_outing(
    session: Session,
    person: Person,
    outing: Outing,
    at: datetime,
    *,
    summary: str | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> None:
    """End an outing: its leaders with their summary; a planner at the desk instead of them says why (`reason`).

    Raises NotAllowed, Invalid (`reason`), Conflict (not begun, stale `version`), Closed (over already).
    """
    _check_version(session, outing, version)
    leads = queries.leads(session, outing, person.user_id)
    if not leads:
        _check_planner(session, person, outing.grid_id, "只有行动负责人，或者值班长、派遣员可以结束行动")
        if not reason:
            raise Invalid(("reason", "代为结束的须写明理由"))
    check_end(outing, at)
    outing.ended_at, outing.ended_by, outing.end_reason = at, person.user_id, reason
    outing.summary = summary or outing.summary or ""
    outing.version += 1
    session.flush()
    audit.record(
        session, "outing.end", "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id, by_leader=leads
    )


def cancel_outing(
    session: Session,
    person: Person,
    outing: Outing,
    reason: str,
    *,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Call an outing off, which only holds while nothing was recorded on it. NotAllowed, Conflict, Closed."""
    _check_version(session, outing, version)
    if not queries.leads(session, outing, person.user_id):
        _check_planner(session, person, outing.grid_id, "只有行动负责人，或者值班长、派遣员可以取消行动")
    check_cancel(outing, has_records=queries.has_records(session, outing.id))
    outing.cancelled_at, outing.cancel_reason = at or clock.now(), reason
    outing.version += 1
    session.flush()
    audit.record(session, "outing.cancel", "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id)


def add_tally(
    session: Session,
    outing: Outing,
    kind: TallyKind,
    amount: int,
    *,
    at: datetime,
    user_id: int | None,
    record_id: str | None = None,
    recorded_at: datetime | None = None,
) -> Tally:
    """One addition in the unit of its kind; negative: taken back. Never refused because the sum falls below zero.

    Raises Closed for an outing that was cancelled.
    """
    check_record(outing)
    tally = Tally(
        outing_id=outing.id,
        kind=kind,
        amount=amount,
        at=at,
        user_id=user_id,
        record_id=record_id,
        recorded_at=recorded_at or clock.now(),
    )
    session.add(tally)
    session.flush()
    return tally


def correct_tally(session: Session, person: Person, outing: Outing, kind: TallyKind, amount: int, reason: str) -> Tally:
    """An addition made at the desk to put a count right, with its reason."""
    _check_planner(session, person, outing.grid_id)
    tally = add_tally(session, outing, kind, amount, at=clock.now(), user_id=person.user_id)
    tally.reason = reason
    told = {"kind": kind.value, "amount": amount}
    audit.record(
        session, "outing.correct_tally", "outing", outing.id, actor_id=person.user_id, root_id=outing.root_id, **told
    )
    return tally


def add_people(session: Session, person: Person, outing: Outing, people: tuple[Someone, ...]) -> int:
    """Note at the desk who was there and had not checked in; returns how many. Invalid, NotAllowed, Conflict."""
    _check_planner(session, person, outing.grid_id)
    check_record(outing)
    if outing.started_at is None:
        raise Conflict("这次行动还没有开始")
    known = squads_asked.all_named(session, outing.root_id, people)
    count = squads.add_people(session, outing.squad_id, known, outing.started_at)
    told = {"actor_id": person.user_id, "root_id": outing.root_id}
    audit.record(session, "outing.add_people", "outing", outing.id, people=count, **told)
    return count


def outing_for(session: Session, person: Person, name: str, *, change: bool = True) -> Outing:
    """The outing of the person's jurisdiction that a record names, locked against another's change; NotFound.

    Without `change` others may add to it at the same time.
    """
    outing = queries.outing_named(session, person.root_id, name)
    session.refresh(outing, with_for_update=True if change else {"read": True})
    return outing


def _check_version(session: Session, outing: Outing, version: int | None) -> None:
    session.refresh(outing, with_for_update=True)
    if version is not None and outing.version != version:
        raise Conflict(CHANGED_MEANWHILE)


def _check_planner(
    session: Session, person: Person, grid_id: int | None, words: str = "只有值班长和派遣员可以办理"
) -> None:
    if not may_at(session, person, PLANNERS, grid_id or person.root_id):
        raise NotAllowed(words)


def campaign_for(session: Session, root_id: int, code: str) -> Campaign:
    """The campaign of a code; NotFound."""
    found = queries.campaign(session, root_id, code)
    if found is None:
        raise NotFound("没有这项专项整治")
    return found
