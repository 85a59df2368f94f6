"""Which of ours a user name means, and whether their certificate holds on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.people.models import Unit, User
from gridops.people.rules import UnitKind
from gridops.people.rules.sign_in import normal_username
from gridops.squads.rules import Agency, agency_of, certified_on


@dataclass(frozen=True, slots=True)
class OurOwn:
    """One of ours: id, name, enforcement certificate and its last day (None: without an end)."""

    user_id: int
    username: str
    name: str
    certificate_no: str | None
    certificate_valid_to: date | None
    unit_kind: UnitKind

    @property
    def agency(self) -> Agency:
        """The agency of their unit; the street's own units are the street."""
        return agency_of(self.unit_kind)

    def certified_on(self, day: date) -> bool:
        """Whether the certificate holds on a local day."""
        return certified_on(day, self.certificate_no, self.certificate_valid_to)


_OWN = select(User.id, User.username, User.name, User.certificate_no, User.certificate_valid_to, Unit.kind).join(
    Unit, Unit.id == User.unit_id
)


def ours(session: Session, root_id: int, usernames: Iterable[str]) -> dict[str, OurOwn]:
    """User name -> person of this root, for those that there are."""
    wanted = sorted({normal_username(name) for name in usernames})
    if not wanted:
        return {}
    rows = session.execute(_OWN.where(User.root_id == root_id, User.username.in_(wanted)))
    return {row.username: OurOwn(*row) for row in rows}


def our_own(session: Session, user_id: int) -> OurOwn:
    """One of ours by id."""
    return OurOwn(*session.execute(_OWN.where(User.id == user_id)).one())
