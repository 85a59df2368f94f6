"""An admin sees the product as somebody else does: looks and never acts, for a while, and all of it on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Conflict, NotAllowed, NotFound
from gridops.people.models import User, Viewing
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, may
from gridops.people.rules.viewing import LASTS, Ended, goes_on
from gridops.people.service.authority import manages


@dataclass(frozen=True, slots=True)
class Viewed:
    """A viewing that goes on: who looks, as whom, until when at the latest."""

    id: int
    by: Person
    person: Person
    until: datetime


def may_view(session: Session, by: Person, user_id: int, root_id: int) -> bool:
    """Whether `by` may see what this person of a root sees: an admin of the whole root, and nobody who reaches beyond.

    One's own view needs none; an admin of another kind, or of a part, sees no more by this than they keep.
    """
    whole = root_id == by.root_id and may(by, (Role.ADMIN,), (by.root_id,))
    return whole and user_id != by.user_id and manages(session, by, user_id, root_id)


def begin_viewing(session: Session, by: Person, user_id: int, reason: str) -> Viewed:
    """Begin to look; NotFound for nobody of this root, NotAllowed where it is not for `by` or the account is locked.

    Conflict where there is no page to see.
    """
    user = session.get(User, user_id)
    if user is None or user.root_id != by.root_id:
        raise NotFound("没有这个人员")
    if not may_view(session, by, user.id, user.root_id):
        raise NotAllowed("只有整个辖区的系统管理员可以查看他人所见，且此人的职责不得超出本辖区")
    person = load_person(session, user.id)
    if person is None:
        raise NotAllowed("账号已停用，没有可以查看的页面")
    if not person.roles:
        raise Conflict("此人现在没有任何角色，没有可以查看的页面")
    now = clock.now()
    row = Viewing(
        root_id=by.root_id, admin_id=by.user_id, user_id=user.id, reason=reason, begun_at=now, until=now + LASTS
    )
    session.add(row)
    session.flush()
    _note(session, row, "viewing.begin", reason=reason)
    return Viewed(row.id, by, person, row.until)


def viewing_now(session: Session, viewing_id: int, by: Person) -> Viewed | None:
    """The viewing of this number as long as it goes on, is theirs, and both may still do what it takes."""
    row = session.get(Viewing, viewing_id)
    if row is None or row.admin_id != by.user_id or not goes_on(row.until, row.ended_at, clock.now()):
        return None
    person = load_person(session, row.user_id)
    if person is None or not person.roles or not may_view(session, by, row.user_id, row.root_id):
        return None
    return Viewed(row.id, by, person, row.until)


def note_page(session: Session, viewed: Viewed, page: str) -> None:
    """A page was seen."""
    row = session.get(Viewing, viewed.id)
    if row is not None:
        _note(session, row, "viewing.page", page=page)


def end_viewing(session: Session, viewing_id: int, by: Person, how: Ended = Ended.BY_HAND) -> int | None:
    """End it, if it is theirs; twice is the same as once. Returns who was looked at."""
    row = session.get(Viewing, viewing_id, with_for_update=True)
    if row is None or row.admin_id != by.user_id:
        return None
    if row.ended_at is None:
        row.ended = Ended.TIME_UP if clock.now() >= row.until else how
        row.ended_at = min(clock.now(), row.until)
        _note(session, row, "viewing.end", ended=row.ended.value)
    return row.user_id


def _note(session: Session, row: Viewing, act: str, **told: str) -> None:
    audit.record(session, act, "user", row.user_id, actor_id=row.admin_id, root_id=row.root_id, **told)
