"""The verbs of squads: open one, plan and check in members, keep a track. Everything may come twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, NotAllowed, NotFound
from gridops.squads import queries
from gridops.squads.forms import CheckInIn, TrackIn
from gridops.squads.models import Squad, SquadCode, SquadMember, Track
from gridops.squads.queries import Named
from gridops.squads.rules import CODE_LENGTH, CODE_LETTERS, Agency, CheckedInBy, Someone


def open_squad(session: Session, root_id: int, day: date, code: str | None = None) -> Squad:
    """A squad for one round or outing of a local day; its code is what the leader's QR says.

    `code`: made by the leader's phone. Conflict where another squad is joined by it.
    """
    if code is not None:
        _check_free(session, code)
    made = Squad(root_id=root_id, day=day, code=code or _made_code())
    session.add(made)
    session.flush()
    return made


def add_code(session: Session, squad_id: int, code: str) -> None:
    """The squad is joined by this code too. Conflict where another one is."""
    known = queries.by_code(session, code)
    if known is not None and known.id == squad_id:
        return
    _check_free(session, code)
    session.add(SquadCode(code=code, squad_id=squad_id))
    session.flush()


def plan(session: Session, squad_id: int, people: Iterable[Named], leader: Named | None = None) -> None:
    """Note who shall come, the leader first; they count once they have checked in."""
    for one in dict.fromkeys([*([leader] if leader else []), *people]):
        member = _member(session, squad_id, one.full(), one.user_id)
        member.leads = leader is not None and member.person_key == leader.key
    session.flush()


def replan(session: Session, squad_id: int, day: date, people: Iterable[Named], leader: Named) -> None:
    """As `plan`, for a plan that changed before anybody set out: who is not in it any more is off the list.

    Whether somebody is certified is judged by the new day.
    """
    squad = queries.squad(session, squad_id)
    if squad is None:
        raise NotFound("没有这支队伍。")
    squad.day = day
    for member in queries.members(session, squad_id):
        if member.checked_in_at is None:
            session.delete(member)
    session.flush()
    plan(session, squad_id, people, leader)


def begin(session: Session, squad_id: int, user_id: int, at: datetime, *, leads: bool) -> None:
    """The person has begun it and is checked in; `leads`: as its leader, else as one whose phone was pressed too."""
    someone = queries.our_own(session, user_id).someone()
    member = check_in(session, squad_id, someone, at, CheckedInBy.LEADER_QR, user_id=user_id)
    member.leads = member.leads or leads
    session.flush()


def join(session: Session, squad_id: int, user_id: int, body: CheckInIn, at: datetime, *, record_id: str) -> int:
    """Somebody joins or leaves: the sender by the leader's code (or because planned), others by name and certificate.

    Returns the member's id. NotAllowed for a wrong code, and where the sender is not on the squad.
    """
    squad = queries.squad(session, squad_id)
    meant = queries.by_code(session, body.code) if body.code is not None else None
    by_code = meant is not None and meant.id == squad_id
    if body.code is not None and not by_code:
        raise NotAllowed("这不是本队的签到码")
    if not by_code and queries.of_user(session, squad_id, user_id) is None:
        raise NotAllowed("请先扫负责人的签到码")
    if body.name is None:
        own: int | None = user_id
        someone = queries.our_own(session, user_id).someone(body.agency)
    else:
        given = Someone(body.name, body.agency, body.certificate_no)
        known = queries.named(session, squad.root_id, [given])[given] if squad else Named(given, None)
        own, someone = known.user_id, known.full()
    if body.out:
        return check_out(session, squad_id, someone, at, user_id=own).id
    how = CheckedInBy.LEADER_QR if body.name is None and by_code else CheckedInBy.CERTIFICATE
    return check_in(session, squad_id, someone, at, how, record_id=record_id, user_id=own).id


def take_members(session: Session, squad_id: int, people: Iterable[Named], at: datetime) -> None:
    """The squad is who a file names; whom an earlier edition of it named and this one does not, was not there."""
    kept = set()
    for one in people:
        member = check_in(session, squad_id, one.full(), at, CheckedInBy.IMPORT, user_id=one.user_id)
        # The file knows best when it began: a start that was put right moves those it named.
        if member.how is CheckedInBy.IMPORT:
            member.checked_in_at = at
        kept.add(member.id)
    for member in queries.members(session, squad_id):
        if member.id not in kept and member.how is CheckedInBy.IMPORT:
            member.checked_in_at = member.how = None
    session.flush()


def add_people(session: Session, squad_id: int, people: Sequence[Named], at: datetime) -> int:
    """People the desk notes afterwards; returns how many it named."""
    for one in people:
        check_in(session, squad_id, one.full(), at, CheckedInBy.DESK, user_id=one.user_id)
    return len(people)


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
    """Somebody is there since an instant; twice is once, the first time holds, and who left and came back is there."""
    found = _member(session, squad_id, someone, user_id)
    if found.checked_in_at is None or at < found.checked_in_at:
        found.checked_in_at = at
    if found.last_in_at is None or at > found.last_in_at:
        found.last_in_at = at
    if found.how is None:
        found.how, found.record_id = how, record_id
    if user_id is None and someone.certificate_no and not found.certificate_no:
        found.certificate_no, found.certified = someone.certificate_no, True
    session.flush()
    return found


def check_out(
    session: Session, squad_id: int, someone: Someone, at: datetime, *, user_id: int | None = None
) -> SquadMember:
    """Somebody leaves; the last time holds, unless they came back after it. NotFound for who never came."""
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
    body: TrackIn,
    *,
    record_id: str | None = None,
    recorded_at: datetime | None = None,
) -> Track:
    """Keep where a phone was while its page was open; the same record twice is once.

    Sensitive, never scored (个人信息保护法 art. 28).
    """
    known = queries.track_of_record(session, record_id) if record_id else None
    if known is not None:
        return known
    made = Track(
        squad_id=squad_id,
        user_id=user_id,
        record_id=record_id,
        started_at=body.started_at,
        ended_at=body.ended_at,
        points=[list(point) for point in body.points],
        recorded_at=recorded_at or clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def forget_paths(session: Session, before: datetime, limit: int) -> list[str | None]:
    """Take the places out of tracks that ended before an instant, up to `limit`; returns the records they came with.

    That there was a track, whose and how long, stays.
    """
    rows = queries.tracks_before(session, before, limit)
    for row in rows:
        row.points, row.forgotten_at = [], clock.now()
    session.flush()
    return [row.record_id for row in rows]


def _made_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _each in range(CODE_LENGTH))


def _check_free(session: Session, code: str) -> None:
    # Two phones never make the same code; somebody may copy one.
    lock_names(session, [f"code of a squad:{code}"])
    if queries.by_code(session, code) is not None:
        raise Conflict("这个签到码已用于另一支队伍")


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
