"""Who is out on a round: the planned, those who lead, those who checked in, those a file or the desk names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.inspections.forms import CheckInIn
from gridops.inspections.models import Round
from gridops.inspections.rules import Present
from gridops.people.rules import Person
from gridops.squads import queries as squad_queries
from gridops.squads import service as squads
from gridops.squads.rules import CheckedInBy, Someone

# Somebody in full, and the id of their account where they are one of ours.
Known = tuple[Someone, int | None]


def all_known(
    people: Sequence[Someone], known: Mapping[Someone, Known], column: str
) -> tuple[list[Known], tuple[str, str] | None]:
    """Everybody named, and what is wrong where a user name is nobody's: (column, reason)."""
    unknown = [one.username or one.name for one in people if one not in known]
    if unknown:
        return [], (column, f"没有这个人员：{'、'.join(unknown[:5])}")
    return [known[one] for one in people], None


def plan(session: Session, night: Round, people: Iterable[Known], leader: Known) -> None:
    """Who shall come, the leader first; they count once they have checked in."""
    for member in squads.plan_members(session, night.squad_id, dict.fromkeys([leader, *people])):
        member.leads = member.user_id == leader[1]
    session.flush()


def lead(session: Session, night: Round, person: Person, at: datetime) -> None:
    """The person leads the round and has checked in."""
    someone = squad_queries.own_person(session, person.user_id)
    member = squads.check_in(session, night.squad_id, someone, at, CheckedInBy.LEADER_QR, user_id=person.user_id)
    member.leads = True
    session.flush()


def check_in(
    session: Session, night: Round, person: Person, body: CheckInIn, at: datetime, *, by_code: bool, record_id: str
) -> int:
    """Somebody joins or leaves the squad; returns the member's id."""
    user_id: int | None = None
    if body.name is None:
        user_id = person.user_id
        someone = squad_queries.own_person(session, user_id, body.agency)
    else:
        someone = Someone(body.name, body.agency, body.certificate_no)
    if body.out:
        return squads.check_out(session, night.squad_id, someone, at, user_id=user_id).id
    how = CheckedInBy.LEADER_QR if user_id and by_code else CheckedInBy.CERTIFICATE
    return squads.check_in(session, night.squad_id, someone, at, how, record_id=record_id, user_id=user_id).id


def take_members(session: Session, night: Round, people: Iterable[Known], at: datetime) -> None:
    """The squad is who a file names; whom an earlier edition of it named and this one does not, was not there."""
    kept = set()
    for someone, user_id in people:
        member = squads.check_in(session, night.squad_id, someone, at, CheckedInBy.IMPORT, user_id=user_id)
        # The file knows best when its round began: a start that was put right moves those it named.
        if member.how is CheckedInBy.IMPORT:
            member.checked_in_at = at
        kept.add(member.id)
    for member in squad_queries.members(session, night.squad_id):
        if member.id not in kept and member.how is CheckedInBy.IMPORT:
            member.checked_in_at = member.how = None
    session.flush()


def add(session: Session, night: Round, people: Iterable[Known], at: datetime) -> int:
    """People the desk notes afterwards; returns how many it named."""
    count = 0
    for someone, user_id in people:
        squads.check_in(session, night.squad_id, someone, at, CheckedInBy.DESK, user_id=user_id)
        count += 1
    return count


def present(session: Session, squad_id: int) -> list[Present]:
    """Who checked in, as the rule of inspections asks."""
    return [
        Present(member.agency, member.certified, member.checked_in_at, member.checked_out_at)
        for member in squad_queries.members(session, squad_id)
        if member.checked_in_at is not None
    ]
