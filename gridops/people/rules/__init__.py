"""Who may do what, where (pure). `words`: roles, units, lines; `access`: may and sees; `units`; `sign_in`."""

from gridops.people.rules.access import (
    OVERVIEW_ROLES,
    SCOPE,
    Holding,
    Person,
    Sees,
    may,
    roles_of,
    sees_cases,
)
from gridops.people.rules.words import ROLE_NAMES, UNIT_KIND_NAMES, WORK_LINE_NAMES, Role, UnitKind, WorkLine

__all__ = [
    "OVERVIEW_ROLES",
    "ROLE_NAMES",
    "SCOPE",
    "UNIT_KIND_NAMES",
    "WORK_LINE_NAMES",
    "Holding",
    "Person",
    "Role",
    "Sees",
    "UnitKind",
    "WorkLine",
    "may",
    "roles_of",
    "sees_cases",
]
