"""`me`: who I am, what I may do, where I work, the limits of this deployment."""

from __future__ import annotations

from flask import current_app
from flask import session as browser
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from gridops.evidence.rules.types import FILM_MAX_BYTES
from gridops.grids import queries as grids
from gridops.inspections.rules import GOERS, PLANNERS
from gridops.intake.forms.shapes import MOST_ATTACHMENTS
from gridops.people import queries as people
from gridops.people.rules import Person, Role
from gridops.supervision.rules import ANSWERERS, CHECKERS
from gridops.web import photos
from gridops.web.field.edition import edition
from gridops.web.field.pack import units, who
from gridops.web.field.pack.shapes import Json, degrees, grid_of, instant
from gridops.web.language import chosen_language
from gridops.web.viewing import viewing

VOLATILE = ("csrf",)


def build(session: Session, person: Person) -> Json:
    """The signed-in person; `csrf` is another text each time, though the old ones stay good for this session."""
    ground = grids.Snapshot(session)
    tree = ground.tree()
    user = people.account(session, person.user_id)
    root = tree.nodes.get(person.root_id)
    lon, lat = grids.middle(session, person.root_id) or (None, None)
    own = units.of_person(session, person)
    settings = photos.settings()
    return {
        "user_id": person.user_id,
        "viewing": instant(viewed.until) if (viewed := viewing()) else None,
        "name": person.name,
        "username": person.username,
        "staff_no": (user.staff_no if user else None) or person.username,
        "language": chosen_language(),
        "roles": sorted(role.value for role in person.roles),
        "may": _may(person),
        "unit": next((one for one in own if one["id"] == person.unit_id), None),
        "units": own,
        "grids": [grid_of(tree, node) for node in who.areas(tree, person)],
        "root": {
            "id": person.root_id,
            "code": root.code if root else "",
            "name": root.name if root else "",
            "lon": degrees(lon),
            "lat": degrees(lat),
        },
        "csrf": generate_csrf(),
        "app": {"version": edition(current_app).version},
        "limits": {
            "photo_max_bytes": settings.photo_max_bytes,
            "film_max_bytes": min(settings.photo_max_bytes, FILM_MAX_BYTES),
            "attachments": MOST_ATTACHMENTS,
        },
        "keep_days": settings.field_keep_days,
        "nearest_grid_within_m": settings.nearest_grid_within_m,
    }


def of_session() -> str:
    """What changes with the session though nothing else does: the secret behind `csrf`."""
    return str(browser.get("csrf_token", ""))


def _may(person: Person) -> dict[str, bool]:
    def some(roles: tuple[Role, ...] | frozenset[Role]) -> bool:
        return not person.roles.isdisjoint(roles)

    return {
        "report": some(who.REPORTERS),
        "self_handle": some(who.ON_THE_SPOT),
        "inspect": Role.INSPECTOR in person.roles,
        "handle": Role.HANDLER in person.roles,
        "go_out": some(GOERS),
        "plan": some(PLANNERS),
        "watch": some(CHECKERS),
        "answer": some(ANSWERERS),
    }
