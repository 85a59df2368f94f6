"""The verbs of the room: `accounts`, `roles`, `units`, `duties`, `sign_in`, `tokens`, `imports`, `viewing`,
`helping`.

`by` is the person who acts; None is the command line or the demo, which belong to the owner of the machine and are
not asked for a role. Every act leaves an audit entry without personal data.
"""

from gridops.people.forms import NewUnit, NewUser, UnitChange, UserChange
from gridops.people.service.accounts import (
    change_own_password,
    change_user,
    create_user,
    demo_password_is,
    end_sessions,
    note_phones,
    refuse_new_password,
    renew_demo_password,
    reset_password,
    set_active,
    set_language,
    set_password,
)
from gridops.people.service.authority import manages
from gridops.people.service.duties import assign, end_duty
from gridops.people.service.helping import set_helping
from gridops.people.service.imports import ImportCounts, import_people
from gridops.people.service.passwords import hash_password, password_matches
from gridops.people.service.roles import end_role, grant_role
from gridops.people.service.sign_in import Attempt, begin_sign_in, end_session, finish_sign_in
from gridops.people.service.tokens import create_token, note_token_use, revoke_token
from gridops.people.service.units import change_unit, create_unit, ensure_unit
from gridops.people.service.viewing import Viewed, begin_viewing, end_viewing, may_view, note_page, viewing_now

__all__ = [
    "Attempt",
    "ImportCounts",
    "NewUnit",
    "NewUser",
    "UnitChange",
    "UserChange",
    "Viewed",
    "assign",
    "begin_sign_in",
    "begin_viewing",
    "change_own_password",
    "change_unit",
    "change_user",
    "create_token",
    "create_unit",
    "create_user",
    "demo_password_is",
    "end_duty",
    "end_role",
    "end_session",
    "end_sessions",
    "end_viewing",
    "ensure_unit",
    "finish_sign_in",
    "grant_role",
    "hash_password",
    "import_people",
    "manages",
    "may_view",
    "note_page",
    "note_phones",
    "note_token_use",
    "password_matches",
    "refuse_new_password",
    "renew_demo_password",
    "reset_password",
    "revoke_token",
    "set_active",
    "set_helping",
    "set_language",
    "set_password",
    "viewing_now",
]
