"""People named in files and records: which of them are ours, and whether they may enforce on that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.operations import queries
from gridops.operations.forms import CheckInIn
from gridops.operations.models import Outing
from gridops.operations.queries import OurOwn
from gridops.operations.rules import Officer
from gridops.people.rules import Person
from gridops.squads import queries as squads_asked
from gridops.squads import service as squads
from gridops.squads.rules import Agency, CheckedInBy, Someone


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as they were named, and who of ours that is (None: of another body)."""

    someone: Someone
    own: OurOwn | None

    @property
    def key(self) -> str:
        """What tells them apart, however they were named."""
        return self.someone.key(self.own.user_id if self.own else None)


def named(session: Session, root_id: int, people: Iterable[Someone]) -> dict[Someone, Named]:
    """Who is meant by each; a user name that nobody here bears leads nowhere and is left out."""
    given = list(dict.fromkeys(people))
    known = queries.ours(session, root_id, [one.username for one in given if one.username])
    found = {}
    for one in given:
        own = known.get(one.username) if one.username else None
        if own is not None or not one.username:
            found[one] = Named(one, own)
    return found


def officers_named(session: Session, root_id: int, people: Iterable[Someone]) -> dict[Someone, Named]:
    """As `named`, for officers: papers name those of other bodies by name alone, so who is none of ours is a name."""
    given = list(dict.fromkeys(people))
    known = named(session, root_id, given)
    return {one: known.get(one) or Named(Someone(one.name, one.agency, one.certificate_no), None) for one in given}


def as_officers(known: Sequence[Named], day: date) -> tuple[Officer, ...]:
    """As the law's musts ask: ours by their certificate of that day, others by what they were named with."""
    return tuple(
        Officer(one.key, one.own.certified_on(day) if one.own else True if one.someone.certificate_no else None)
        for one in known
    )


def as_kept(known: Sequence[Named], agency: Agency) -> list[dict[str, Any]]:
    """As an incident keeps its officers: each once."""
    kept = {
        one.key: {
            "key": one.key,
            "name": one.own.name if one.own else one.someone.name,
            "agency": (one.someone.agency or agency).value,
            "certificate_no": one.own.certificate_no if one.own else one.someone.certificate_no,
            "user_id": one.own.user_id if one.own else None,
        }
        for one in known
    }
    return list(kept.values())


def all_known(
    people: Sequence[Someone], known: Mapping[Someone, Named], column: str
) -> tuple[list[Named], tuple[str, str] | None]:
    """Everybody named, and what is wrong where a user name is nobody's: (column, reason)."""
    unknown = [one.username or one.name for one in people if one not in known]
    if unknown:
        return [], (column, f"没有这个人员：{'、'.join(unknown[:5])}")
    return [known[one] for one in people], None


def day_of(at: datetime) -> date:
    """The local day by which certificates and terms are judged."""
    return clock.local_date(at)


def plan(session: Session, outing: Outing, known: Sequence[Named], leader: OurOwn | None) -> None:
    """Who shall come, the leader among them; they count once they have checked in."""
    people = [_of_squad(one) for one in known]
    if leader is not None and all(own != leader.user_id for _someone, own in people):
        people.insert(0, (_as_someone(leader), leader.user_id))
    for someone, user_id in people:
        member = squads.plan_member(session, outing.squad_id, someone, user_id=user_id)
        member.leads = leader is not None and user_id == leader.user_id


def lead(session: Session, outing: Outing, person: Person, at: datetime) -> None:
    """The person leads the outing and has checked in."""
    someone = _as_someone(queries.our_own(session, person.user_id))
    member = squads.check_in(session, outing.squad_id, someone, at, CheckedInBy.LEADER_QR, user_id=person.user_id)
    member.leads = True


def check_in(
    session: Session, outing: Outing, person: Person, body: CheckInIn, at: datetime, *, by_code: bool, record_id: str
) -> int:
    """Somebody joins or leaves the squad; returns the member's id."""
    if body.name is None:
        own: OurOwn | None = queries.our_own(session, person.user_id)
        assert own is not None
        someone = _as_someone(own, body.agency)
    else:
        own, someone = None, Someone(name=body.name, agency=body.agency, certificate_no=body.certificate_no)
    user_id = own.user_id if own else None
    if body.out:
        return squads.check_out(session, outing.squad_id, someone, at, user_id=user_id).id
    how = CheckedInBy.LEADER_QR if own and by_code else CheckedInBy.CERTIFICATE
    return squads.check_in(session, outing.squad_id, someone, at, how, record_id=record_id, user_id=user_id).id


def take_members(session: Session, outing: Outing, known: Sequence[Named], at: datetime) -> None:
    """The squad is who a file names; whom an earlier edition of it named and this one does not, was not there."""
    kept = set()
    for one in known:
        someone, user_id = _of_squad(one)
        member = squads.check_in(session, outing.squad_id, someone, at, CheckedInBy.IMPORT, user_id=user_id)
        kept.add(member.id)
    for member in squads_asked.members(session, outing.squad_id):
        if member.id not in kept and member.how is CheckedInBy.IMPORT:
            member.checked_in_at = member.how = None


def add_people(session: Session, outing: Outing, known: Sequence[Named], at: datetime) -> int:
    """People the desk notes afterwards; returns how many it named."""
    for one in known:
        someone, user_id = _of_squad(one)
        squads.check_in(session, outing.squad_id, someone, at, CheckedInBy.DESK, user_id=user_id)
    return len(known)


def _of_squad(one: Named) -> tuple[Someone, int | None]:
    if one.own is None:
        return one.someone, None
    return _as_someone(one.own, one.someone.agency), one.own.user_id


def _as_someone(own: OurOwn, agency: Agency | None = None) -> Someone:
    return Someone(own.name, agency or own.agency, own.certificate_no, own.username)
