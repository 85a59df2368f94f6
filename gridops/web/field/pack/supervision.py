"""`supervision`: units to look in on (明察暗访), problem items that wait for my units' answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.rules import CHECKERS
from gridops.supervision.rules.problems import overdue_at, state_at
from gridops.web.desk.proposals import units_in_use
from gridops.web.field.pack.shapes import Json, instant

_MOST = 200


def build(session: Session, person: Person, _scope: Scope) -> Json:
    """The form of a look for who looks in; what is owed for who answers."""
    checks = not person.roles.isdisjoint(CHECKERS)
    owed = queries.to_answer(session, person, limit=_MOST + 1)
    now = clock.now()
    return {
        "may_check": checks,
        "units": _units(session, person) if checks else [],
        "problems": [
            {
                "number": row.problem.number,
                "unit": {"name": row.unit, "code": row.unit_code},
                "fact": row.problem.fact,
                "at": instant(row.problem.at),
                "due_at": instant(row.problem.due_at),
                "overdue": overdue_at(row.problem, now),
                "state": state_at(row.problem, now).value,
            }
            for row in owed[:_MOST]
        ],
        "more": len(owed) > _MOST,
    }


def _units(session: Session, person: Person) -> list[Json]:
    rows = units_in_use(session, person.root_id)
    codes = {row.id: row.code for row in rows}
    return [
        {"code": row.code, "name": row.name, "level": row.level, "parent": codes.get(row.parent_id or 0)}
        for row in rows
    ]
