"""Who was told what, when and how: groups by web hook, people by bell and by mail, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.notices.queries import notice_rows
from gridops.notices.queries.people import TellRow, told
from gridops.notices.rules import Occasion, Outcome
from gridops.notices.rules.personal import Channel, Mail

MOST = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """One telling. `who`: a person, or the unit of a group (None: the centre). `done_at`: sent, or read on the bell."""

    at: datetime
    channel: Channel
    who: str | None
    occasion: Occasion
    what: str
    outcome: Outcome
    done_at: datetime | None
    error: str | None


def kept(
    session: Session, root_id: int, *, number: str = "", case_id: int | None = None, most: int = MOST
) -> list[Kept]:
    """The latest tellings in a root, or those about one case (its number, and its id where there is such a case)."""
    hooks = [] if number and case_id is None else notice_rows(session, root_id, most, case_id=case_id)
    rows = [
        Kept(
            one.since, Channel.HOOK, one.unit, one.occasion, (one.content or "").split("\n")[0], one.outcome,
            one.sent_at, one.error,
        )
        for one in hooks
    ]  # fmt: skip
    for row in told(session, root_id, number, most):
        rows += _of_person(row)
    return sorted(rows, key=lambda one: one.at, reverse=True)[:most]


def _of_person(row: TellRow) -> Iterator[Kept]:
    if row.bell:
        yield Kept(
            row.told_at, Channel.BELL, row.name, row.occasion, row.number, Outcome.SENT, row.read_at, None
        )  # fmt: skip
    if row.mail is not Mail.NONE:
        outcome = row.mail_outcome or Outcome.WAITING
        yield Kept(row.told_at, Channel.MAIL, row.name, row.occasion, row.number, outcome, row.mailed_at, row.error)
