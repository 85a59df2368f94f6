"""Every question to squads: members, and who was out how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.people.models import Unit, User
from gridops.people.rules.sign_in import normal_username
from gridops.squads.models import Squad, SquadMember, Track
from gridops.squads.rules import Agency, Someone, agency_of, certified_on, minutes

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Turns:
    """Checked-in people of a squad, once each; `officers`: of them certified on that day; minutes of all together."""

    people: int = 0
    officers: int = 0
    by_agency: Mapping[Agency, int] = field(default_factory=dict)
    minutes: int = 0


def squad(session: Session, squad_id: int) -> Squad | None:
    """The squad of an id."""
    return session.get(Squad, squad_id)


def by_code(session: Session, code: str) -> Squad | None:
    """The squad whose QR says this."""
    return session.scalar(select(Squad).where(Squad.code == code))


def members(session: Session, squad_id: int) -> list[SquadMember]:
    """Planned and checked-in members, leaders first, then in order of joining."""
    rows = session.scalars(select(SquadMember).where(SquadMember.squad_id == squad_id))
    return sorted(
        rows, key=lambda row: (not row.leads, row.checked_in_at is None, row.checked_in_at or row.recorded_at)
    )


def member(session: Session, squad_id: int, person_key: str) -> SquadMember | None:
    """The member of a squad who bears this key."""
    return session.scalar(
        select(SquadMember).where(SquadMember.squad_id == squad_id, SquadMember.person_key == person_key)
    )


def of_user(session: Session, squad_id: int, user_id: int) -> SquadMember | None:
    """One of ours within a squad."""
    return session.scalar(select(SquadMember).where(SquadMember.squad_id == squad_id, SquadMember.user_id == user_id))


def track_of_record(session: Session, record_id: str) -> Track | None:
    """The track that a phone's record brought."""
    return session.scalar(select(Track).where(Track.record_id == record_id))


def certified(session: Session, user_id: int, day: date) -> bool:
    """Whether one of ours holds an enforcement certificate on a local day."""
    row = session.execute(
        select(User.certificate_no, User.certificate_valid_to).where(User.id == user_id)
    ).one_or_none()
    return row is not None and certified_on(day, *row)


def named_people(
    session: Session, root_id: int, people: Iterable[Someone]
) -> dict[Someone, tuple[Someone, int | None]]:
    """Who is meant by each: ours in full (name, agency of their unit, certificate) with their id, others as named.

    A user name that nobody in this root bears leads nowhere and is left out.
    """
    given = list(dict.fromkeys(people))
    wanted = sorted({normal_username(one.username) for one in given if one.username})
    rows = session.execute(_OWN.where(User.root_id == root_id, User.username.in_(wanted))) if wanted else ()
    own = {row.username: row for row in rows}
    found: dict[Someone, tuple[Someone, int | None]] = {}
    for one in given:
        row = own.get(normal_username(one.username)) if one.username else None
        if row is not None:
            found[one] = (_as_someone(row, one.agency), row.id)
        elif not one.username:
            found[one] = (one, None)
    return found


def own_person(session: Session, user_id: int, agency: Agency | None = None) -> Someone:
    """One of ours by id, as a squad knows them."""
    return _as_someone(session.execute(_OWN.where(User.id == user_id)).one(), agency)


_OWN = select(User.id, User.username, User.name, User.certificate_no, Unit.kind).join(Unit, Unit.id == User.unit_id)


def _as_someone(row: Any, agency: Agency | None) -> Someone:
    return Someone(row.name, agency or agency_of(row.kind), row.certificate_no, row.username)


def turns(
    session: Session, squad_ids: Collection[int], ended: Mapping[int, datetime | None] | None = None
) -> dict[int, Turns]:
    """Squad id -> who checked in. `ended`: when the outing of a squad ended, for those who never checked out."""
    wanted, rows = sorted(set(squad_ids)), list[SquadMember]()
    for first in range(0, len(wanted), _CHUNK):
        chunk = wanted[first : first + _CHUNK]
        rows += session.scalars(
            select(SquadMember).where(SquadMember.squad_id.in_(chunk), SquadMember.checked_in_at.is_not(None))
        )
    found: dict[int, list[SquadMember]] = {squad_id: [] for squad_id in wanted}
    for row in rows:
        found[row.squad_id].append(row)
    return {squad_id: _turns(each, (ended or {}).get(squad_id)) for squad_id, each in found.items()}


def _turns(rows: list[SquadMember], ended_at: datetime | None) -> Turns:
    return Turns(
        len(rows),
        sum(row.certified for row in rows),
        dict(Counter(row.agency for row in rows)),
        sum(minutes(row.checked_in_at, row.checked_out_at, ended_at) for row in rows if row.checked_in_at),
    )
