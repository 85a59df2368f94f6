"""Every question to squads: members, and who was out how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.people.models import Unit, User
from gridops.people.rules import UnitKind
from gridops.people.rules.sign_in import normal_username
from gridops.squads.models import Squad, SquadCode, SquadMember, Track
from gridops.squads.rules import (
    Agency,
    Someone,
    agency_of,
    certified_on,
    left_at,
    minutes,
    plain_code,
    same_certificate,
    same_name,
)

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Turns:
    """Checked-in people of a squad, once each; `officers`: of them certified on that day; minutes of all together."""

    people: int = 0
    officers: int = 0
    by_agency: Mapping[Agency, int] = field(default_factory=dict)
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Heads:
    """How many of a squad checked in, once each; `officers`: of them certified on that day."""

    people: int = 0
    officers: int = 0


def squad(session: Session, squad_id: int) -> Squad | None:
    """The squad of an id."""
    return session.get(Squad, squad_id)


def bearing(code: str) -> ColumnElement[bool]:
    """The condition on `Squad` of being joined by a code, however it was typed."""
    plain = plain_code(code)
    return or_(Squad.code == plain, Squad.id.in_(select(SquadCode.squad_id).where(SquadCode.code == plain)))


def by_code(session: Session, code: str) -> Squad | None:
    """The squad that is joined by this code."""
    return session.scalar(select(Squad).where(bearing(code)))


def members(session: Session, squad_id: int) -> list[SquadMember]:
    """Planned and checked-in members, leaders first, then in order of joining."""
    return _in_order(session.scalars(select(SquadMember).where(SquadMember.squad_id == squad_id)))


def members_of(session: Session, squad_ids: Collection[int]) -> dict[int, list[SquadMember]]:
    """Squad id -> its members as `members` tells them, for several squads at once."""
    found: dict[int, list[SquadMember]] = {squad_id: [] for squad_id in squad_ids}
    for row in session.scalars(select(SquadMember).where(SquadMember.squad_id.in_(sorted(found)))) if found else ():
        found[row.squad_id].append(row)
    return {squad_id: _in_order(rows) for squad_id, rows in found.items()}


def codes(session: Session, squad_ids: Collection[int]) -> dict[int, str]:
    """Squad id -> what its leader's QR code says."""
    rows = session.execute(select(Squad.id, Squad.code).where(Squad.id.in_(sorted(set(squad_ids)))))
    return {row[0]: row[1] for row in rows}


def usernames(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """User id -> user name, by which records name one of ours."""
    rows = session.execute(select(User.id, User.username).where(User.id.in_(sorted(set(user_ids)))))
    return {row.id: row.username for row in rows}


def as_typed(session: Session, squad_id: int, besides: Collection[int] = ()) -> tuple[str, str]:
    """The leader and the others of a squad as a form takes them (`rules.parse_people`), without some accounts."""
    leaders, others = [], []
    for row in members(session, squad_id):
        if row.user_id is not None:
            word = our_own(session, row.user_id).username
        else:
            word = f"{row.name}@{row.agency}" + (f"#{row.certificate_no}" if row.certificate_no else "")
        if row.leads:
            leaders.append(word)
        elif row.user_id not in besides:
            others.append(word)
    return "".join(leaders[:1]), "; ".join(others)


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


def tracks_since(session: Session, squad_ids: Collection[int], since: datetime) -> dict[tuple[int, int], list[Track]]:
    """(squad id, user id) -> the pieces of tracks that ended since an instant, in order."""
    rows = session.scalars(
        select(Track)
        .where(Track.squad_id.in_(sorted(squad_ids)), Track.ended_at >= since)
        .order_by(Track.started_at, Track.id)
    )
    found: dict[tuple[int, int], list[Track]] = {}
    for row in rows:
        found.setdefault((row.squad_id, row.user_id), []).append(row)
    return found


def tracks_before(session: Session, before: datetime, limit: int) -> list[Track]:
    """Tracks that ended before an instant and still say where, the oldest first."""
    still = select(Track).where(Track.forgotten_at.is_(None), Track.ended_at < before)
    return list(session.scalars(still.order_by(Track.ended_at, Track.id).limit(limit)))


def certified(session: Session, user_id: int, day: date) -> bool:
    """Whether one of ours holds an enforcement certificate on a local day."""
    row = session.execute(
        select(User.certificate_no, User.certificate_valid_to).where(User.id == user_id)
    ).one_or_none()
    return row is not None and certified_on(day, *row)


@dataclass(frozen=True, slots=True)
class OurOwn:
    """One of ours: id, name, enforcement certificate and its last day (None: without an end)."""

    user_id: int
    username: str
    name: str
    certificate_no: str | None
    certificate_valid_to: date | None
    unit_kind: UnitKind

    def certified_on(self, day: date) -> bool:
        """Whether the certificate holds on a local day."""
        return certified_on(day, self.certificate_no, self.certificate_valid_to)

    def someone(self, agency: Agency | None = None) -> Someone:
        """As a squad knows them; without an agency of their own that of their unit."""
        return Someone(self.name, agency or agency_of(self.unit_kind), self.certificate_no, self.username)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as they were named, and who of ours that is (None: of another body)."""

    someone: Someone
    own: OurOwn | None

    @property
    def user_id(self) -> int | None:
        """Their account, where they are one of ours."""
        return self.own.user_id if self.own else None

    @property
    def key(self) -> str:
        """What tells them apart, however they were named."""
        return self.someone.key(self.user_id)

    def full(self) -> Someone:
        """Ours by name, agency and certificate; others as named."""
        return self.own.someone(self.someone.agency) if self.own else self.someone


_OWN = select(User.id, User.username, User.name, User.certificate_no, User.certificate_valid_to, Unit.kind).join(
    Unit, Unit.id == User.unit_id
)


def ours(session: Session, root_id: int, usernames: Iterable[str]) -> dict[str, OurOwn]:
    """User name -> person of this root, for those that there are."""
    wanted = sorted({normal_username(name) for name in usernames})
    if not wanted:
        return {}
    rows = session.execute(_OWN.where(User.root_id == root_id, User.username.in_(wanted)))
    return {row.username: OurOwn(*row) for row in rows}


def our_own(session: Session, user_id: int) -> OurOwn:
    """One of ours by id."""
    return OurOwn(*session.execute(_OWN.where(User.id == user_id)).one())


def named(session: Session, root_id: int, people: Iterable[Someone]) -> dict[Someone, Named]:
    """Who is meant by each; a user name that nobody here bears leads nowhere and is left out.

    Ours are ours also where they are named by certificate or name: they count once, and their own certificate counts.
    """
    given = list(dict.fromkeys(people))
    known = ours(session, root_id, [one.username for one in given if one.username])
    recognised = _recognised(session, root_id, [one for one in given if not one.username])
    found = {}
    for one in given:
        own = known.get(normal_username(one.username)) if one.username else recognised.get(one)
        if own is not None or not one.username:
            found[one] = Named(one, own)
    return found


def _recognised(session: Session, root_id: int, people: Sequence[Someone]) -> dict[Someone, OurOwn]:
    """Ours among people named by name, agency and certificate, where one of ours alone fits."""
    if not people:
        return {}
    names = {one.name.strip() for one in people}
    rows = session.execute(
        _OWN.where(User.root_id == root_id, or_(User.certificate_no.is_not(None), User.name.in_(sorted(names))))
    )
    own = [OurOwn(*row) for row in rows]
    found = {}
    for one in people:
        for fits in (same_certificate, same_name):
            hits = [each for each in own if fits(one, each.someone())]
            if len(hits) == 1:
                found[one] = hits[0]
                break
    return found


def all_named(session: Session, root_id: int, people: Iterable[Someone], column: str = "people") -> list[Named]:
    """Everybody named; Invalid (`column`) where a user name is nobody's."""
    given = list(people)
    found, wrong = resolved(given, named(session, root_id, given), column)
    if wrong:
        raise Invalid(wrong)
    return found


def resolved(
    people: Iterable[Someone], known: Mapping[Someone, Named], column: str
) -> tuple[list[Named], tuple[str, str] | None]:
    """Everybody named, and what is wrong where a user name is nobody's: (column, reason)."""
    given = list(people)
    unknown = [one.username or one.name for one in given if one not in known]
    if unknown:
        return [], (column, f"没有这个人员：{'、'.join(unknown[:5])}")
    return [known[one] for one in given], None


_IN_TURN = select(
    SquadMember.squad_id,
    SquadMember.certified,
    SquadMember.agency,
    SquadMember.checked_in_at,
    SquadMember.last_in_at,
    SquadMember.checked_out_at,
).where(SquadMember.checked_in_at.is_not(None))


def turns(
    session: Session, squad_ids: Collection[int], ended: Mapping[int, datetime | None] | None = None
) -> dict[int, Turns]:
    """Squad id -> who checked in. `ended`: when the outing of a squad ended, for those who never checked out."""
    wanted, rows = sorted(set(squad_ids)), list[Row[Any]]()
    for first in range(0, len(wanted), _CHUNK):
        chunk = wanted[first : first + _CHUNK]
        # Columns, not members: a page of rounds has six hundred of them, and an object of each cost a fifth of it.
        rows += session.execute(_IN_TURN.where(SquadMember.squad_id.in_(chunk)))
    found: dict[int, list[Row[Any]]] = {squad_id: [] for squad_id in wanted}
    for row in rows:
        found[row.squad_id].append(row)
    return {squad_id: _turns(each, (ended or {}).get(squad_id)) for squad_id, each in found.items()}


_HEADS = (
    select(SquadMember.squad_id, func.count(), func.count().filter(SquadMember.certified))
    .where(SquadMember.checked_in_at.is_not(None), SquadMember.squad_id.in_(bindparam("ids", expanding=True)))
    .group_by(SquadMember.squad_id)
)


def heads(session: Session, squad_ids: Collection[int]) -> dict[int, Heads]:
    """Squad id -> how many checked in: what lists say of `turns`, counted where it lies."""
    found = {
        squad_id: Heads(people, officers)
        for squad_id, people, officers in session.execute(_HEADS, {"ids": sorted(set(squad_ids))})
    }
    return {squad_id: found.get(squad_id, Heads()) for squad_id in squad_ids}


def _in_order(rows: Iterable[SquadMember]) -> list[SquadMember]:
    return sorted(
        rows, key=lambda row: (not row.leads, row.checked_in_at is None, row.checked_in_at or row.recorded_at)
    )


def _turns(rows: list[Row[Any]], ended_at: datetime | None) -> Turns:
    return Turns(
        len(rows),
        sum(row.certified for row in rows),
        dict(Counter(row.agency for row in rows)),
        sum(minutes(row.checked_in_at, left_at(row.checked_out_at, row.last_in_at), ended_at) for row in rows),
    )
