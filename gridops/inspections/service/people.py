"""Who is out on a round, as the rule of inspections asks."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from gridops.inspections.rules import Present
from gridops.squads import queries as squad_queries
from gridops.squads.models import SquadMember


def present(session: Session, squad_id: int) -> list[Present]:
    """Who checked in, as the rule of inspections asks."""
    return as_present(squad_queries.members(session, squad_id))


def as_present(members: Iterable[SquadMember]) -> list[Present]:
    """The same of members at hand."""
    return [
        Present(member.agency, member.certified, member.checked_in_at, member.checked_out_at, member.last_in_at)
        for member in members
        if member.checked_in_at is not None
    ]
