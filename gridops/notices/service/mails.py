"""Mails to people: those of a few minutes go together, those of a day are one; what came of each is kept.

A mail is a row with a key of its own, so that two workers, or one that died and comes again, make no second one. What
was handed to the mail server but not noted (the process died in between) is handed in again after the lease: there,
and only there, a mail may come twice; both carry the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import insert_or_skip, lock_names
from gridops.notices.models import NoticeMail, PersonalNotice
from gridops.notices.queries import mails as queries
from gridops.notices.queries.people import address_of
from gridops.notices.rules import KEPT_FOR, LEASE, Outcome, rest_after
from gridops.notices.rules.mail import DIGESTED_FOR, Line, body, digest_until, subject
from gridops.notices.rules.personal import GATHERED, Mail
from gridops.worktime.queries import calendar_for

# Those of some cases, by their numbers, that a person may see now: whoever keeps the cases knows.
InSight = Callable[[Session, int, Collection[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be handed in now, for the `tries`-th time; its address stays out of every text."""

    mail_id: int
    tries: int
    message_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    notices: int


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Notices of one person that become a mail: all that wait, told up to an instant."""

    root_id: int
    user_id: int
    key: str
    until: datetime
    day: date | None = None


def gather(session: Session) -> int:
    """Make the mails whose time has come; returns how many. Repeatable."""
    lock_names(session, ["notices by mail"])
    now = clock.now()
    made = _make(session, _at_once(session, now), Mail.AT_ONCE, now - KEPT_FOR)
    return made + _make(session, _digests(session, now), Mail.DIGEST, now - DIGESTED_FOR)


def next_letter(session: Session, in_sight: InSight, public_url: str = "") -> Letter | None:
    """The next mail to be handed in, the caller's until the lease ends; None when none is left.

    Dropped: those too old, of people without an address, and with nothing in it any more that its person may see.
    """
    now = clock.now()
    while (row := queries.next_due(session, now)) is not None:
        if not _lease(session, row, now):
            continue
        address = address_of(session, row.user_id)
        told = queries.notices_of(session, row.id)
        shown = in_sight(session, row.user_id, {one.number for one in told})
        seen = [one for one in told if one.number in shown]
        if not address or not seen or now - row.made_at > KEPT_FOR:
            row.outcome = Outcome.DROPPED
            session.flush()
            continue
        row.tries += 1
        lines = [_line(one) for one in seen]
        text = body(lines, public_url)
        message_id = row.key.replace(":", ".")
        return Letter(row.id, row.tries, message_id, address, subject(lines, row.day), text, len(lines))
    return None


def sent(session: Session, letter: Letter) -> None:
    """Note that the mail server took it."""
    done = {"outcome": Outcome.SENT, "sent_at": clock.now(), "error": None}
    session.execute(update(NoticeMail).where(NoticeMail.id == letter.mail_id).values(done))


def not_sent(session: Session, letter: Letter, why: str, *, for_good: bool = False) -> None:
    """Note that it was not taken: tried again later, after each failure later still; `for_good`: never again.

    Nothing is noted by who had it no longer: after the lease another may be at it, or have handed it in.
    """
    values: dict[str, Any] = {"error": why[:200], "next_at": clock.now() + rest_after(letter.tries)}
    if for_good:
        values["outcome"] = Outcome.DROPPED
    mine = (NoticeMail.id == letter.mail_id, NoticeMail.tries == letter.tries, NoticeMail.outcome == Outcome.WAITING)
    session.execute(update(NoticeMail).where(*mine).values(values))


def _at_once(session: Session, now: datetime) -> list[_Bundle]:
    found = queries.waiting(session, Mail.AT_ONCE, now - KEPT_FOR, now)
    ready = [one for one in found if one.since <= now - GATHERED]
    return [_Bundle(one.root_id, one.user_id, f"now:{one.user_id}:{one.first_id}", now) for one in ready]


def _digests(session: Session, now: datetime) -> list[_Bundle]:
    today = clock.local_date(now)
    bundles = []
    for one in queries.waiting(session, Mail.DIGEST, now - DIGESTED_FOR, now):
        workday = calendar_for(session, one.root_id).is_workday(today)
        until = digest_until(clock.local(now), one.hours, workday=workday)
        if until is not None and one.since <= until:
            bundles.append(_Bundle(one.root_id, one.user_id, f"day:{one.user_id}:{today}", until, today))
    return bundles


def _make(session: Session, bundles: Sequence[_Bundle], mail: Mail, since: datetime) -> int:
    """Rows for those that have none yet, and their notices put into them."""
    known = queries.made(session, [one.key for one in bundles])
    new = [one for one in bundles if one.key not in known]
    now = clock.now()
    rows = [
        {
            "root_id": one.root_id, "user_id": one.user_id, "key": one.key, "day": one.day, "made_at": now,
            "next_at": now, "outcome": Outcome.WAITING, "tries": 0, "sent_at": None, "error": None,
        }
        for one in new
    ]  # fmt: skip
    insert_or_skip(session, NoticeMail, rows, ["key"])
    ids = queries.made(session, [one.key for one in new])
    for one in new:
        theirs = queries.unmailed(one.user_id, mail, since, one.until)
        session.execute(update(PersonalNotice).where(*theirs).values(mail_id=ids[one.key]))
    return len(new)


def _lease(session: Session, row: NoticeMail, now: datetime) -> bool:
    """Whether it is ours until the lease ends: of several workers one is told so."""
    mine = update(NoticeMail).where(NoticeMail.id == row.id, NoticeMail.next_at <= now).values(next_at=now + LEASE)
    done = session.connection().execute(mine, execution_options={"preserve_rowcount": True})
    session.refresh(row)
    return done.rowcount == 1


def _line(one: PersonalNotice) -> Line:
    due = f"期限 {clock.local(one.due_at):%m-%d %H:%M}" if one.due_at else ""
    return Line(one.occasion, one.number, one.category, one.place, due)
