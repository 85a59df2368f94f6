"""Where a person may go: the bar of the desk, and the first page after signing in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, request
from flask_login import current_user
from werkzeug.routing import Map

from gridops.penalties.rules import READERS as PENALTY_ROLES
from gridops.people.rules import OVERVIEW_ROLES, Role
from gridops.supervision.rules import ANSWERERS, JUDGES, WATCHERS

FIELD_ROLES = (Role.INSPECTOR, Role.OFFICER)
DESK_ROLES = (
    Role.INTAKE_CLERK,
    Role.SHIFT_LEADER,
    Role.DISPATCHER,
    Role.HANDLER,
    Role.EDITOR,
    Role.APPROVER,
    Role.SUPERVISION_OFFICER,
    Role.LEADER,
    Role.AUDITOR,
)
BULLETIN_ROLES = (
    Role.EDITOR,
    Role.APPROVER,
    Role.SHIFT_LEADER,
    Role.SUPERVISION_OFFICER,
    Role.LEADER,
    Role.AUDITOR,
)
ADMIN_ROLES = (Role.ADMIN,)
# Who keeps or sees what the office keeps, is asked by it, or decides appeals.
SUPERVISION_ROLES = tuple(dict.fromkeys((*WATCHERS, *ANSWERERS, *JUDGES)))


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the bar: address, Chinese label, icon of the sprite, who sees it; `also`: addresses that are its."""

    path: str
    label: str
    icon: str
    roles: tuple[Role, ...]
    also: tuple[str, ...] = ()

    def length_within(self, path: str) -> int:
        """How much of an address leads to this place; 0 where it does not."""
        return max((len(own) for own in (self.path, *self.also) if f"{path}/".startswith(f"{own}/")), default=0)


PLACES = (
    Place("/overview", "总览", "chart-bar", OVERVIEW_ROLES),
    Place("/desk", "工作台", "layout-dashboard", DESK_ROLES),
    # A handler sees what is with their unit; premises, rounds and outings are with nobody's.
    Place("/desk/premises", "场所", "building-store", tuple(role for role in DESK_ROLES if role is not Role.HANDLER)),
    Place(
        "/desk/rounds",
        "夜查",
        "moon",
        tuple(role for role in DESK_ROLES if role is not Role.HANDLER),
        also=("/desk/visits",),
    ),
    Place(
        "/desk/outings",
        "联合执法",
        "users-group",
        tuple(role for role in DESK_ROLES if role is not Role.HANDLER),
        also=("/desk/incidents", "/desk/campaigns"),
    ),
    Place("/desk/penalties", "处罚", "gavel", PENALTY_ROLES),
    Place("/desk/supervision", "督查", "eye-check", SUPERVISION_ROLES),
    Place("/bulletins", "通报", "file-text", BULLETIN_ROLES),
    Place("/admin", "管理", "settings", ADMIN_ROLES),
    Place("/admin/audit", "审计", "shield-check", (Role.AUDITOR,)),
    Place("/field", "现场", "map-pin", (*FIELD_ROLES, Role.HANDLER)),
)

# The first of these that a person holds decides where they begin.
_FIRST: tuple[tuple[tuple[Role, ...], str], ...] = (
    ((Role.INSPECTOR, Role.OFFICER), "/field"),
    ((Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER, Role.HANDLER), "/desk"),
    ((Role.LEADER,), "/overview"),
    (BULLETIN_ROLES, "/bulletins"),
    ((Role.ADMIN,), "/admin"),
)


def first_page(roles: frozenset[Role]) -> str:
    """Where someone with these roles begins; without any role on their own account's page."""
    return next((path for held, path in _FIRST if not roles.isdisjoint(held)), "/account")


def places() -> list[tuple[Place, bool]]:
    """What the signed-in person's bar shows, and whether it is where they are."""
    if not current_user.is_authenticated:
        return []
    roles = current_user.person.roles
    shown = [place for place in _open_places(current_app.url_map) if not roles.isdisjoint(place.roles)]
    # Of places within each other one is where the person is: the longest.
    here = max((place.length_within(request.path) for place in shown), default=0)
    return [(place, 0 < here == place.length_within(request.path)) for place in shown]


@lru_cache(maxsize=8)
def _open_places(rules: Map) -> tuple[Place, ...]:
    """The places that this program has pages for."""
    known = {rule.rule.rstrip("/") for rule in rules.iter_rules()}
    return tuple(place for place in PLACES if place.path in known)
