"""Which notices wait for a mail, which mails wait to be sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridops.notices.models import NoticeHours, NoticeMail, PersonalNotice
from gridops.notices.rules import Outcome
from gridops.notices.rules.personal import FIRST_HOUR, DigestHours, Mail
from gridops.people.models import User


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person for whom notices wait: the first of them, and since when."""

    root_id: int
    user_id: int
    first_id: int
    since: datetime
    hours: DigestHours


def unmailed(user_id: Any, mail: Mail, since: datetime, until: Any) -> tuple[Any, ...]:
    """The notices of a person that wait for a mail of this kind; what was read meanwhile needs none."""
    one = PersonalNotice
    return (
        one.user_id == user_id,
        one.mail == mail,
        one.mail != Mail.NONE,  # says to the database that the index of these few serves
        one.mail_id.is_(None),
        one.read_at.is_(None),
        one.told_at > since,
        one.told_at <= until,
    )


def waiting(session: Session, mail: Mail, since: datetime, until: datetime) -> list[Waiting]:
    """The people with an address for whom notices of this kind wait, told between two instants."""
    one = PersonalNotice
    rows = session.execute(
        select(
            User.root_id,
            User.id,
            func.min(one.id).label("first_id"),
            func.min(one.told_at).label("since"),
            func.coalesce(func.max(NoticeHours.hour), FIRST_HOUR).label("hour"),
            func.max(case((NoticeHours.workdays_only, 1), else_=0)).label("workdays_only"),
        )
        .select_from(one)
        .join(User, User.id == one.user_id)
        .outerjoin(NoticeHours, NoticeHours.user_id == User.id)
        .where(User.active, User.email.is_not(None), *unmailed(User.id, mail, since, until))
        .group_by(User.root_id, User.id)
        .order_by(User.id)
    )
    return [
        Waiting(row.root_id, row.id, row.first_id, row.since, DigestHours(row.hour, bool(row.workdays_only)))
        for row in rows
    ]


def made(session: Session, keys: Collection[str]) -> dict[str, int]:
    """The mails of some keys."""
    rows = session.execute(select(NoticeMail.key, NoticeMail.id).where(NoticeMail.key.in_(sorted(keys))))
    return {row.key: row.id for row in rows}


def next_due(session: Session, now: datetime) -> NoticeMail | None:
    """The mail that has waited longest of those that may be sent now."""
    return session.scalar(
        select(NoticeMail)
        .where(NoticeMail.outcome == Outcome.WAITING, NoticeMail.next_at <= now)
        .order_by(NoticeMail.next_at, NoticeMail.id)
        .limit(1)
    )


def notices_of(session: Session, mail_id: int) -> list[PersonalNotice]:
    """The notices of a mail, in the order they were told."""
    wanted = select(PersonalNotice).where(PersonalNotice.mail_id == mail_id).order_by(PersonalNotice.id)
    return list(session.scalars(wanted))
