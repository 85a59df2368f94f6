"""Units as the pack names them: code, name, and the number of their office."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from gridops.people import queries as people
from gridops.people.rules import Person, Role
from gridops.web.field.pack.shapes import Json


def of_person(session: Session, person: Person) -> list[Json]:
    """The person's own unit first, then those for which they handle."""
    handled = sorted({held.unit_id for held in person.holdings if held.role is Role.HANDLER} - {person.unit_id})
    known = named(session, [person.unit_id, *handled])
    return [known[one] for one in (person.unit_id, *handled) if one in known]


def named(session: Session, unit_ids: Iterable[int]) -> dict[int, Json]:
    """Unit id -> as the pack names it."""
    return {
        row.id: {"id": row.id, "code": row.code, "name": row.name, "phone": row.phone}
        for row in people.units_by_id(session, unit_ids)
    }
