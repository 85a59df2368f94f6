"""The verbs of squads: open one, plan and check in members, keep a track. Everything may come twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.squads import queries
from gridops.squads.models import Squad, SquadMember, Track
from gridops.squads.rules import Agency, CheckedInBy, Someone


def open_squad(session: Session, root_id: int, day: date) -> Squad:
    """A squad for one round or outing of a local day; its code is what the leader's QR says."""
    made = Squad(root_id=root_id, day=day, code=secrets.token_urlsafe(12))
    session.add(made)
    session.flush()
    return made


def plan_members(session: Session, squad_id: int, people: Iterable[tuple[Someone, int | None]]) -> list[SquadMember]:
    """Note who is meant to come, each with their account where they are one of ours."""
    return [plan_member(session, squad_id, someone, user_id=user_id) for someone, user_id in people]


def plan_member(session: Session, squad_id: int, someone: Someone, *, user_id: int | None = None) -> SquadMember:
    """Note one who is meant to come; who is there already stays as they are."""
    return _member(session, squad_id, someone, user_id)


def check_in(
    session: Session,
    squad_id: int,
    someone: Someone,
    at: datetime,
    how: CheckedInBy,
    *,
    record_id: str | None = None,
    user_id: int | None = None,
) -> SquadMember:
    """Somebody is there since an instant; twice is once, and the earliest time holds."""
    found = _member(session, squad_id, someone, user_id)
    if found.checked_in_at is None or at < found.checked_in_at:
        found.checked_in_at = at
    if found.how is None:
        found.how, found.record_id = how, record_id
    if user_id is None and someone.certificate_no and not found.certificate_no:
        found.certificate_no, found.certified = someone.certificate_no, True
    session.flush()
    return found


def check_out(
    session: Session, squad_id: int, someone: Someone, at: datetime, *, user_id: int | None = None
) -> SquadMember:
    """Somebody leaves; the latest time holds. NotFound for who never came."""
    found = queries.member(session, squad_id, someone.key(user_id))
    if found is None:
        raise NotFound("此人没有签到。")
    if found.checked_out_at is None or at > found.checked_out_at:
        found.checked_out_at = at
    session.flush()
    return found


def keep_track(
    session: Session,
    squad_id: int,
    user_id: int,
    started_at: datetime,
    ended_at: datetime,
    points: Sequence[Any],
    *,
    record_id: str | None = None,
    recorded_at: datetime | None = None,
) -> Track:
    """Keep where a phone was while its page was open; the same record twice is once."""
    known = queries.track_of_record(session, record_id) if record_id else None
    if known is not None:
        return known
    made = Track(
        squad_id=squad_id,
        user_id=user_id,
        record_id=record_id,
        started_at=started_at,
        ended_at=ended_at,
        points=[list(point) for point in points],
        recorded_at=recorded_at or clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def _member(session: Session, squad_id: int, someone: Someone, user_id: int | None) -> SquadMember:
    key = someone.key(user_id)
    found = queries.member(session, squad_id, key)
    if found is not None:
        return found
    squad = queries.squad(session, squad_id)
    if squad is None:
        raise NotFound("没有这支队伍。")
    own = queries.certified(session, user_id, squad.day) if user_id is not None else bool(someone.certificate_no)
    made = SquadMember(
        squad_id=squad_id,
        person_key=key,
        user_id=user_id,
        name=someone.name,
        agency=someone.agency or Agency.STREET,
        certificate_no=someone.certificate_no,
        certified=own,
        recorded_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made
