"""Who is out on a round, as the rule of inspections asks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.inspections.rules import Present
from gridops.squads import queries as squad_queries


def present(session: Session, squad_id: int) -> list[Present]:
    """Who checked in, as the rule of inspections asks."""
    return [
        Present(member.agency, member.certified, member.checked_in_at, member.checked_out_at)
        for member in squad_queries.members(session, squad_id)
        if member.checked_in_at is not None
    ]
