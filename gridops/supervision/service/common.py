"""What the verbs share: who may, whether someone was faster, which unit a code means, the audit trail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock, numbers
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import may_at
from gridops.people.rules import Person, Role
from gridops.supervision import queries

CHANGED_MEANWHILE = "有人先改动了这条记录，请刷新页面后再试"
NO_UNIT = "没有这个单位"


def demand(
    session: Session, person: Person, roles: Collection[Role], unit_id: int, words: str, *, of_unit: bool = False
) -> None:
    """Raise NotAllowed unless the person holds one of the roles for the place of a unit (`of_unit`: for the unit)."""
    place = queries.place_of_unit(session, person.root_id, unit_id)
    if not may_at(session, person, roles, place, unit_id if of_unit else None):
        raise NotAllowed(words)


def locked(session: Session, model: Any, person: Person, row_id: int, version: int, words: str) -> Any:
    """A row of the person's root that nobody has changed since `version`, held; NotFound with `words`, Conflict."""
    found = session.get(model, row_id, with_for_update=True, populate_existing=True)
    if found is None or found.root_id != person.root_id:
        raise NotFound(words)
    if found.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return found


def unit_id_of(session: Session, root_id: int, code: str, field: str) -> int:
    """The id of a unit of a root by its code; Invalid names the field."""
    found = queries.unit_ids(session, root_id, [code])
    if code not in found:
        raise Invalid((field, NO_UNIT))
    return found[code]


def next_number(session: Session, root_id: int, kind: str, mark: str, at: datetime) -> str:
    """The next number of a kind in the local year of an instant: `WT2017-0001`."""
    year = clock.local(at).year
    return f"{mark}{year}-{numbers.take(session, root_id, kind, year):04d}"


def changed(session: Session, act: str, kind: str, row: Any, person: Person, **details: Any) -> None:
    """Count the change and leave its trace, without personal data."""
    row.version += 1
    session.flush()
    told(session, act, kind, row, person, **details)


def told(session: Session, act: str, kind: str, row: Any, person: Person, **details: Any) -> None:
    """Leave the trace of an act."""
    audit.record(session, act, kind, row.id, actor_id=person.user_id, root_id=row.root_id, **details)
