"""Who is out together, as a phone of the squad needs them: to see who is there, and to name officers in a record."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from gridops.people.rules import Person
from gridops.squads import queries
from gridops.squads.models import SquadMember
from gridops.web.field.pack.shapes import Json, instant


def members_of(session: Session, person: Person, squad_ids: Iterable[int]) -> dict[int, list[Json]]:
    """Squad id -> its members, leaders first."""
    rows = {squad_id: queries.members(session, squad_id) for squad_id in squad_ids}
    ours = {row.user_id for found in rows.values() for row in found if row.user_id is not None}
    names = queries.usernames(session, ours)
    return {squad_id: [_member(row, names, person.user_id) for row in found] for squad_id, found in rows.items()}


def join_text(origin: str, room: str, ref: str, code: str) -> str:
    """What the leader's QR says."""
    return f"{origin}/field#/join/{room}/{ref}/{code}"


def _member(row: SquadMember, names: dict[int, str], user_id: int) -> Json:
    own = names.get(row.user_id) if row.user_id is not None else None
    named = f"{row.name}@{row.agency}" + (f"#{row.certificate_no}" if row.certificate_no else "")
    return {
        "id": row.id,
        "name": row.name,
        "agency": row.agency.value,
        # Of another body's people only what they were named with is known.
        "certified": row.certified if row.user_id is not None or row.certificate_no else None,
        "leads": row.leads,
        "checked_in_at": instant(row.checked_in_at),
        "checked_out_at": instant(row.checked_out_at),
        "me": row.user_id == user_id,
        "officer": own or named,
    }
