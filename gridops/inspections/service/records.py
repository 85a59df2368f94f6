"""What the phone's records do: each verb returns the kind and the id of what it made or changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.inspections import queries
from gridops.inspections.forms import Action, RoundIn, VisitIn
from gridops.inspections.models import Round
from gridops.inspections.rules import GOERS, PLANNERS, check_record
from gridops.inspections.service.rounds import (
    cancel_round,
    end_round,
    grid_ids,
    grids_checked,
    new_round,
    plan_grids,
    round_for,
    start_round,
    told,
)
from gridops.inspections.service.visits import add_visit
from gridops.people.queries import may_at
from gridops.people.rules import Person, Role
from gridops.squads import queries as squads_asked
from gridops.squads import service as squads
from gridops.squads.forms import CheckInIn, TrackIn

# Kind of the thing a record led to, and its id.
Subject = tuple[str, int]


def record_round(
    session: Session, person: Person, body: RoundIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """A round begins, ends, is cancelled, or grids of it were seen; raises as its verbs do."""
    _check_goer(person)
    if body.action is Action.START:
        night = _to_start(session, person, body, happened_at, recorded_at, record_id)
        start_round(session, person, night, happened_at)
        return "round", night.id
    night = round_for(session, person, body.round or "")
    if body.action is Action.END:
        end_round(session, person, night, happened_at, reason=body.reason)
    elif body.action is Action.CANCEL:
        cancel_round(session, person, night, body.reason or "", at=happened_at)
    else:
        grids_checked(session, person, night, body.grids, happened_at)
    return "round", night.id


def record_visit(
    session: Session, person: Person, body: VisitIn, *, happened_at: datetime, recorded_at: datetime, record_id: str
) -> Subject:
    """A visit; Invalid names what the law or the lists do not allow, with its source."""
    visit = add_visit(session, person, body, visited_at=happened_at, recorded_at=recorded_at, record_id=record_id)
    return "visit", visit.id


def record_check_in(
    session: Session,
    person: Person,
    body: CheckInIn,
    *,
    happened_at: datetime,
    recorded_at: datetime,  # noqa: ARG001  squads note when they learnt of it themselves
    record_id: str,
) -> Subject:
    """Somebody joins a round: the sender by the leader's code (or because planned), others by name and certificate.

    `out`: they leave. NotAllowed for a wrong code, and where someone is named by a person who is not on the round.
    """
    _check_goer(person)
    night = _joined(session, person, body)
    check_record(night)
    member = squads.join(session, night.squad_id, person.user_id, body, happened_at, record_id=record_id)
    told(session, "round.check_out" if body.out else "round.check_in", night, person, member=member)
    return "squad_member", member


def record_track(
    session: Session,
    person: Person,
    body: TrackIn,
    *,
    happened_at: datetime,  # noqa: ARG001  a track tells its own times
    recorded_at: datetime,
    record_id: str,
) -> Subject:
    """Where the sender's phone was on a round; sensitive, never scored (个人信息保护法 art. 28)."""
    _check_goer(person)
    night = queries.round_named(session, person.root_id, body.round or "")
    track = squads.keep_track(
        session, night.squad_id, person.user_id, body, record_id=record_id, recorded_at=recorded_at
    )
    told(session, "round.track", night, person)
    return "track", track.id


def _to_start(
    session: Session, person: Person, body: RoundIn, at: datetime, recorded_at: datetime, record_id: str
) -> Round:
    """The planned round that begins, or a free one. What was approved for a planned one stands as it was planned."""
    if body.round is not None:
        night = round_for(session, person, body.round)
        night.record_id = night.record_id or record_id
        if body.code is not None:
            squads.add_code(session, night.squad_id, body.code)
        return night
    if (known := queries.round_of_record(session, record_id)) is not None:
        return known
    wanted = grid_ids(session, person.root_id, body.grids)
    if body.inspection and not _may_inspect(session, person, wanted, at):
        raise Invalid(
            ("body.inspection", "行政检查须由持有有效执法证件的执法人员或者值班人员发起（国办发〔2024〕54号）")
        )
    night = new_round(
        session, person.root_id, at, theme=body.theme, groups=body.groups, code=body.code, recorded_at=recorded_at
    )
    night.record_id, night.inspection, night.approval = record_id, body.inspection, body.approval
    plan_grids(session, night, wanted)
    return night


def _may_inspect(session: Session, person: Person, grids: Sequence[int], at: datetime) -> bool:
    """Auxiliaries and grid staff begin no inspection, whatever approval they name (standards.md §11.6)."""
    if all(may_at(session, person, PLANNERS, one) for one in grids or (person.root_id,)):
        return True
    return Role.OFFICER in person.roles and squads_asked.certified(session, person.user_id, clock.local_date(at))


def _joined(session: Session, person: Person, body: CheckInIn) -> Round:
    """The round that is named, or whose code was scanned."""
    if body.round is not None:
        return queries.round_named(session, person.root_id, body.round)
    found = queries.round_by_code(session, person.root_id, body.code or "")
    if found is None:
        raise NotFound("没有这个签到码的夜查")
    return found


def _check_goer(person: Person) -> None:
    if person.roles.isdisjoint((*GOERS, *PLANNERS)):
        raise NotAllowed("只有执法人员、监督员和值班人员可以记录夜查")
