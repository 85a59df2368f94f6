"""Notices to people: tell those who want it, keep what each chose, note what was read.

Twice-safe: a person is told a key once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.db import insert_or_skip, upsert
from gridops.core.errors import NotFound
from gridops.notices.models import NoticeChoice, NoticeHours, PersonalNotice
from gridops.notices.queries import people as queries
from gridops.notices.rules import Occasion
from gridops.notices.rules.personal import BY_DEFAULT, HEARERS, MOST_TOLD, Choice, DigestHours, ToTell, hears
from gridops.people.queries import account, load_person, scope_of
from gridops.people.rules import Person

# What is owed to people, by the same keys as to hooks.
TO_PEOPLE = "people_notice"


@dataclass(frozen=True, slots=True)
class Told:
    """How many notices were written, and how many people were left out since there were too many."""

    notices: int = 0
    left_out: int = 0


def tell_people(session: Session, things: Sequence[ToTell]) -> Told:
    """Write what is to be told to whoever it concerns and who wants it; a few statements, however many there are."""
    if not things:
        return Told()
    concerned = _concerned(session, things)
    wanted = queries.choices(session, {user_id for users in concerned.values() for user_id in users})
    rows, left_out = [], 0
    for one in things:
        users = [user for user in concerned[one.key] if wanted.get((user, one.occasion), BY_DEFAULT)]
        left_out += max(len(users) - MOST_TOLD, 0)
        rows += [_row(one, user, wanted.get((user, one.occasion), BY_DEFAULT)) for user in users[:MOST_TOLD]]
    return Told(insert_or_skip(session, PersonalNotice, rows, ["key", "user_id"]), left_out)


def set_choices(
    session: Session, person: Person, chosen: Mapping[Occasion, Choice], hours: DigestHours, email: str | None
) -> None:
    """Keep how a person wants to be told, and where. What was told before stays as it was wanted then."""
    rows = [
        {"user_id": person.user_id, "occasion": occasion, "bell": one.bell, "mail": one.mail}
        for occasion, one in chosen.items()
    ]
    upsert(session, NoticeChoice, rows, ["user_id", "occasion"])
    when = {"user_id": person.user_id, "hour": hours.hour, "workdays_only": hours.workdays_only}
    upsert(session, NoticeHours, [when], ["user_id"])
    user = account(session, person.user_id)
    if user is None:
        raise NotFound("没有这个人员")
    user.email = email
    audit.record(session, "notices.choose", "user", user.id, actor_id=user.id, root_id=user.root_id)


def read_all(session: Session, person: Person) -> None:
    """Note that a person has read everything."""
    unread = (PersonalNotice.user_id == person.user_id, PersonalNotice.read_at.is_(None))
    session.execute(update(PersonalNotice).where(*unread).values(read_at=clock.now()))


def read_one(session: Session, person: Person, notice_id: int) -> str:
    """Note that a person has read one of their own notices; returns the number of its case. Raises NotFound."""
    found = session.get(PersonalNotice, notice_id)
    if found is None or found.user_id != person.user_id:
        raise NotFound("没有这条消息")
    found.read_at = found.read_at or clock.now()
    return found.number


def still_sees(session: Session, user_id: int, notices: Iterable[PersonalNotice]) -> list[PersonalNotice]:
    """Those of a person's notices whose cases are still in their sight; none for who may not sign in any more."""
    person = load_person(session, user_id)
    if person is None:
        return []
    scope = scope_of(session, person)
    return [
        one
        for one in notices
        if scope.sees(
            root_id=one.root_id,
            grid_id=one.grid_id,
            unit_id=one.unit_id,
            reporter_id=user_id if one.occasion is Occasion.OWN_REPORT else None,
        )
    ]


def _concerned(session: Session, things: Sequence[ToTell]) -> dict[str, list[int]]:
    """Who is told of each thing, by its key: in the order of their ids; never who did it."""
    holders = queries.holders(session, {one.root_id for one in things})
    reporters = queries.active(session, {one.reporter_id for one in things if one.reporter_id is not None})
    paths = queries.paths(session, {one.grid_id for one in things})
    found: dict[str, list[int]] = {}
    for one in things:
        if HEARERS[one.occasion] is None:
            users = {one.reporter_id} & reporters
        else:
            path = paths[one.grid_id]
            users = {user for root, user, held in holders if root == one.root_id and hears(held, one, path)}
        found[one.key] = sorted(user for user in users if user is not None and user != one.actor_id)
    return found


def _row(one: ToTell, user_id: int, choice: Choice) -> dict[str, Any]:
    return {
        "root_id": one.root_id,
        "user_id": user_id,
        "key": one.key,
        "occasion": one.occasion,
        "number": one.number,
        "category": one.category,
        "place": one.place,
        "grid_id": one.grid_id,
        "unit_id": one.unit_id,
        "due_at": one.due_at,
        "happened_at": one.happened_at,
        "told_at": clock.now(),
        "bell": choice.bell,
        "read_at": None,
        "mail": choice.mail,
        "mail_id": None,
    }
