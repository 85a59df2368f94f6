"""What may be handed in about people: lines of a file, and the forms of the admin pages."""

from gridops.people.forms.lines import COLUMNS, PersonLine, RoleLine, person_line
from gridops.people.forms.pages import (
    DutyForm,
    NewUnit,
    NewUser,
    RoleForm,
    UnitChange,
    UserChange,
    duty_form,
    new_unit,
    new_user,
    people_filter,
    role_form,
    unit_change,
    user_change,
    viewing_reason,
)

__all__ = [
    "COLUMNS",
    "DutyForm",
    "NewUnit",
    "NewUser",
    "PersonLine",
    "RoleForm",
    "RoleLine",
    "UnitChange",
    "UserChange",
    "duty_form",
    "new_unit",
    "new_user",
    "people_filter",
    "person_line",
    "role_form",
    "unit_change",
    "user_change",
    "viewing_reason",
]
