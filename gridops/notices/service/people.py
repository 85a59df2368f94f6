"""Notices to people: tell those who want it, keep what each chose, note what was read.

Twice-safe: a person is told a key once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock, owed
from gridops.core.db import insert_or_skip, upsert
from gridops.core.errors import NotFound
from gridops.notices.models import NoticeChoice, NoticeHours, NoticeMark, PersonalNotice
from gridops.notices.queries import people as queries
from gridops.notices.rules import Occasion
from gridops.notices.rules.personal import BY_DEFAULT, HEARERS, MOST_TOLD, Choice, DigestHours, ToTell, hears
from gridops.people.queries import account
from gridops.people.rules import Person

# What is owed to people, by the same keys as to hooks.
TO_PEOPLE = "people_notice"
# Longer than any time before a deadline at which its running out is told.
MARKED_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Told:
    """How many notices were written, and the keys of which more people are still to be told."""

    notices: int = 0
    unfinished: frozenset[str] = frozenset()


def tell_people(session: Session, things: Sequence[ToTell]) -> Told:
    """Write what is to be told to whoever it concerns and who wants it; a few statements, however many there are.

    Of one thing MOST_TOLD people at a time: asked again with what is `unfinished`, it tells those who come next.
    """
    if not things:
        return Told()
    concerned = _concerned(session, things)
    wanted = queries.choices(session, {user_id for users in concerned.values() for user_id in users})
    before = queries.told_of(session, {one.key for one in things})
    rows, unfinished = [], set()
    for one in things:
        users = [user for user in concerned[one.key] if wanted.get((user, one.occasion), BY_DEFAULT)]
        users = [user for user in users if (one.key, user) not in before]
        rows += [_row(one, user, wanted.get((user, one.occasion), BY_DEFAULT)) for user in users[:MOST_TOLD]]
        if len(users) > MOST_TOLD:
            unfinished.add(one.key)
    return Told(insert_or_skip(session, PersonalNotice, rows, ["key", "user_id"]), frozenset(unfinished))


def owe_once(session: Session, keys: Collection[str]) -> int:
    """Owe people what some keys say, each key once however often it is seen; returns how many are new."""
    now = clock.now()
    session.execute(delete(NoticeMark).where(NoticeMark.marked_at < now - MARKED_FOR))
    new = sorted(set(keys) - queries.marked(session, keys))
    if new:
        insert_or_skip(session, NoticeMark, [{"key": key, "marked_at": now} for key in new], ["key"])
        owed.owe(session, TO_PEOPLE, new)
    return len(new)


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


def _concerned(session: Session, things: Sequence[ToTell]) -> dict[str, list[int]]:
    """Who is told of each thing, by its key: in the order of their ids; never who did it."""
    holders = queries.holders(session, {one.root_id for one in things})
    named = queries.active(session, {user_id for one in things for user_id in one.named})
    paths = queries.paths(session, {one.grid_id for one in things})
    units = queries.unit_paths(session, {one.unit_id for one in things if one.unit_id is not None})
    found: dict[str, list[int]] = {}
    for one in things:
        if HEARERS[one.occasion] is None:
            users = set(one.named & named)
        else:
            above = (paths[one.grid_id], units.get(one.unit_id or 0, frozenset()))
            users = {user for root, user, held in holders if root == one.root_id and hears(held, one, *above)}
        found[one.key] = sorted(users - {one.actor_id})
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
