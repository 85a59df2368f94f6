"""Who is told in person, how they want it, what they were told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids import queries as grids
from gridops.notices.models import NoticeChoice, NoticeHours, NoticeMail, PersonalNotice
from gridops.notices.rules import Occasion, Outcome
from gridops.notices.rules.personal import BY_DEFAULT, COUNTED_TO, HEARERS, Choice, DigestHours, Mail
from gridops.people.models import RoleHolding, User
from gridops.people.queries import Scope, apply_scope, grid_path
from gridops.people.queries.access import valid_on
from gridops.people.rules import Holding

PAGE = 50


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A notice as its person sees it."""

    id: int
    occasion: Occasion
    number: str
    category: str
    place: str
    due_at: datetime | None
    happened_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class TellRow:
    """What one person was told, as it is kept: by bell at `told_at`, by mail when `mailed_at`."""

    id: int
    told_at: datetime
    name: str
    occasion: Occasion
    number: str
    category: str
    place: str
    bell: bool
    read_at: datetime | None
    mail: Mail
    mail_outcome: Outcome | None
    mailed_at: datetime | None
    error: str | None


def holders(session: Session, root_ids: Collection[int]) -> list[tuple[int, int, Holding]]:
    """(root, person, role held) of all who are told of anything by their role, today."""
    roles = sorted({role for role in HEARERS.values() if role is not None})
    rows = session.execute(
        select(User.root_id, User.id, RoleHolding.role, RoleHolding.unit_id, RoleHolding.grid_id)
        .join(RoleHolding, RoleHolding.user_id == User.id)
        .where(
            User.active,
            User.root_id.in_(sorted(root_ids)),
            RoleHolding.role.in_(roles),
            *valid_on(RoleHolding, clock.local_date(clock.now())),
        )
        .order_by(User.id)
    )
    return [(root_id, user_id, Holding(role, unit, grid)) for root_id, user_id, role, unit, grid in rows]


def active(session: Session, user_ids: Collection[int]) -> set[int]:
    """Those of some people who may sign in."""
    return set(session.scalars(select(User.id).where(User.active, User.id.in_(sorted(set(user_ids))))))


def paths(session: Session, grid_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Each grid with all above it, from the tree that is kept; one that has ended is looked up."""
    tree = grids.tree(session)
    return {one: frozenset(tree.path(one)) or grid_path(session, one) for one in set(grid_ids)}


def choices(session: Session, user_ids: Collection[int]) -> dict[tuple[int, Occasion], Choice]:
    """What people chose; who chose nothing is not in it (`BY_DEFAULT`)."""
    rows = session.execute(
        select(NoticeChoice.user_id, NoticeChoice.occasion, NoticeChoice.bell, NoticeChoice.mail).where(
            NoticeChoice.user_id.in_(sorted(set(user_ids)))
        )
    )
    return {(user_id, occasion): Choice(bell, mail) for user_id, occasion, bell, mail in rows}


def choices_of(session: Session, user_id: int, offered: Collection[Occasion]) -> dict[Occasion, Choice]:
    """How one person wants each of these occasions."""
    found = choices(session, [user_id])
    return {occasion: found.get((user_id, occasion), BY_DEFAULT) for occasion in offered}


def hours_of(session: Session, user_id: int) -> DigestHours:
    """When a person's daily mail goes out."""
    row = session.scalar(select(NoticeHours).where(NoticeHours.user_id == user_id))
    return DigestHours(row.hour, row.workdays_only) if row else DigestHours()


def address_of(session: Session, user_id: int) -> str | None:
    """Where a person has mail sent to."""
    return session.scalar(select(User.email).where(User.id == user_id))


def told_before(session: Session, keys: Collection[str]) -> set[str]:
    """Those of some keys of which anybody was told."""
    return set(session.scalars(select(PersonalNotice.key).where(PersonalNotice.key.in_(sorted(keys))).distinct()))


def unread(session: Session, scope: Scope) -> int:
    """How many notices wait on a person's bell; no further than one beyond `COUNTED_TO`."""
    some = _own(select(PersonalNotice.id), scope).where(PersonalNotice.read_at.is_(None)).limit(COUNTED_TO + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def own_page(
    session: Session, scope: Scope, *, after: int | None = None, size: int = PAGE
) -> tuple[list[OwnNotice], int | None]:
    """One page of a person's notices, the newest first, after one of them; and where the next begins."""
    one = PersonalNotice
    wanted = _own(
        select(one.id, one.occasion, one.number, one.category, one.place, one.due_at, one.happened_at, one.read_at),
        scope,
    )
    if after is not None:
        wanted = wanted.where(one.id < after)
    rows = [OwnNotice(*row) for row in session.execute(wanted.order_by(one.id.desc()).limit(size + 1))]
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def told(session: Session, root_id: int, number: str = "", limit: int = PAGE) -> list[TellRow]:
    """The latest notices to people of a root, or those about one case."""
    one = PersonalNotice
    wanted = (
        select(
            one.id, one.told_at, User.name, one.occasion, one.number, one.category, one.place, one.bell, one.read_at,
            one.mail, NoticeMail.outcome, NoticeMail.sent_at, NoticeMail.error,
        )
        .join(User, User.id == one.user_id)
        .outerjoin(NoticeMail, NoticeMail.id == one.mail_id)
        .where(one.root_id == root_id)
    )  # fmt: skip
    if number:
        wanted = wanted.where(one.number == number)
    return [TellRow(*tuple(row)) for row in session.execute(wanted.order_by(one.id.desc()).limit(limit))]


def _own(stmt: Any, scope: Scope) -> Any:
    """The notices of a person's bell, of cases in sight: a role that was lost takes its notices along."""
    one = PersonalNotice
    reporter = case((one.occasion == Occasion.OWN_REPORT, one.user_id))
    seen = apply_scope(stmt, scope, root=one.root_id, grid=one.grid_id, unit=one.unit_id, reporter=reporter)
    return seen.where(one.user_id == scope.user_id, one.bell)
