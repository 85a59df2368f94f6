"""Who is out together, as the phone of one of them knows it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy.orm import Session

from gridops.people.rules import Person
from gridops.squads import queries
from gridops.squads.models import SquadMember
from gridops.web.field.pack.shapes import Json, instant


class Squads:
    """The squads of some rounds or outings, asked for at once."""

    def __init__(self, session: Session, person: Person, squad_ids: Sequence[int]) -> None:
        self._person = person
        self.members = queries.members_of(session, squad_ids)
        self._codes = queries.codes(session, squad_ids)
        own = {row.user_id for rows in self.members.values() for row in rows if row.user_id is not None}
        self._usernames = queries.usernames(session, own)

    def told(self, room: str, squad_id: int, ref: str, leader_id: int | None) -> Json:
        """The squad, whether the person leads it and is there, and for who leads what the others scan."""
        rows = self.members[squad_id]
        own = next((row for row in rows if row.user_id == self._person.user_id), None)
        leads = leader_id == self._person.user_id or (own is not None and own.leads)
        code = self._codes[squad_id] if leads else None
        return {
            "leads": leads,
            "checked_in": own is not None and own.checked_in_at is not None and own.left_at is None,
            "squad": [self._member(row) for row in rows],
            "code": code,
            "join": f"{origin()}#/join/{room}/{ref}/{code}" if code else None,
        }

    def _member(self, row: SquadMember) -> Json:
        # What somebody of another body holds is not known unless they named it.
        unknown = row.user_id is None and not row.certificate_no
        return {
            "id": row.id,
            "name": row.name,
            "agency": row.agency.value,
            "certified": None if unknown else row.certified,
            "officer": self._usernames.get(row.user_id or 0) or _named(row),
            "leads": row.leads,
            "checked_in_at": instant(row.checked_in_at),
            "checked_out_at": instant(row.left_at),
            "me": row.user_id == self._person.user_id,
        }


def origin() -> str:
    """Where the app lies, as a code that is scanned with any camera says it."""
    return url_for("field_app.shell", _external=True)


def _named(row: SquadMember) -> str:
    """How an incident names somebody of another body (`squads.rules.parse_people`)."""
    certificate = f"#{row.certificate_no}" if row.certificate_no else ""
    return f"{row.name}@{row.agency.value}{certificate}"
