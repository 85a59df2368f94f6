"""Who is told in person, how they want it, what they were told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids import queries as grids
from gridops.notices.models import NoticeChoice, NoticeHours, NoticeMail, NoticeMark, PersonalNotice
from gridops.notices.rules import Occasion, Outcome
from gridops.notices.rules.personal import BY_DEFAULT, COUNTED_TO, HEARERS, Choice, DigestHours, Mail
from gridops.people.models import RoleHolding, User
from gridops.people.queries import grid_path, unit_path
from gridops.people.queries.access import valid_on
from gridops.people.rules import Holding

PAGE = 50


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A notice as its person sees it; without number, category and place where its case is out of their sight now."""

    id: int
    occasion: Occasion
    number: str
    category: str
    place: str
    due_at: datetime | None
    happened_at: datetime
    read_at: datetime | None

    def without_case(self) -> OwnNotice:
        """What is left of it when its case has gone elsewhere."""
        return replace(self, number="", category="", place="", due_at=None)


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


def unit_paths(session: Session, unit_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Each unit with all above it."""
    return {one: unit_path(session, one) for one in set(unit_ids)}


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


def told_of(session: Session, keys: Collection[str]) -> set[tuple[str, int]]:
    """(key, person): who was told of each of some keys."""
    wanted = select(PersonalNotice.key, PersonalNotice.user_id).where(PersonalNotice.key.in_(sorted(keys)))
    return {(key, user_id) for key, user_id in session.execute(wanted)}


def marked(session: Session, keys: Collection[str]) -> set[str]:
    """Those of some keys that were owed to people before."""
    return set(session.scalars(select(NoticeMark.key).where(NoticeMark.key.in_(sorted(keys)))))


def unread(session: Session, user_id: int) -> int:
    """How many notices wait on a person's bell; no further than one beyond `COUNTED_TO`."""
    return session.scalar(_UNREAD, {"user_id": user_id}) or 0


def own_page(
    session: Session, user_id: int, *, after: int | None = None, size: int = PAGE
) -> tuple[list[OwnNotice], int | None]:
    """One page of what a person was told on the bell, the newest first, after one of them; and where the next begins.

    Which of the cases are still in sight, the room of cases knows: nothing is shown before it was asked.
    """
    one = PersonalNotice
    wanted = select(
        one.id, one.occasion, one.number, one.category, one.place, one.due_at, one.happened_at, one.read_at
    ).where(one.user_id == user_id, one.bell)
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


_WAITING = select(PersonalNotice.id).where(
    PersonalNotice.user_id == bindparam("user_id"), PersonalNotice.bell, PersonalNotice.read_at.is_(None)
)
_UNREAD = select(func.count()).select_from(_WAITING.limit(COUNTED_TO + 1).subquery())
