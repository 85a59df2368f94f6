"""`phones`: one-tap call to my units, the desk's, and who leads where I work."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core.db import transaction
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.people import queries as people
from gridops.people import service
from gridops.people.queries import Leading, Scope
from gridops.people.rules import ROLE_NAMES, Person, Role
from gridops.web.field.pack import units, who
from gridops.web.field.pack.shapes import Json, said

_MOST = 30


def build(session: Session, person: Person, _scope: Scope) -> Json:
    """Numbers of offices, and those of the people who lead there; nobody needs their own."""
    tree = grids.tree(session)
    leaders = leading(session, tree, person)
    others = [_leader(one) for one in _once(leaders) if one.user_id != person.user_id]
    return {"units": _units(session, person, leaders), "people": others[:_MOST]}


def note_handed_out(person: Person, data: Json) -> None:
    """A line in the audit trail: this person now has these numbers (个人信息保护法 art. 6)."""
    if data["people"]:
        with transaction() as session:
            service.note_phones(session, person, len(data["people"]))


def leading(session: Session, tree: Tree, person: Person) -> list[Leading]:
    """Who leads for a place in which the person works: that area itself, or one above it."""
    above = frozenset().union(*(tree.path(node.grid_id) for node in who.areas(tree, person)))
    return people.leading(session, person.root_id, above)


def of_place(leaders: list[Leading], tree: Tree, grid_id: int) -> Json | None:
    """Who leads for a grid: the shift leader nearest to it; name and number."""
    path = tree.path(grid_id)
    near = [one for one in leaders if one.role is Role.SHIFT_LEADER and one.grid_id in path]
    found = max(near, key=lambda one: path.index(one.grid_id), default=None)
    return {"name": found.name, "phone": found.phone} if found else None


def _units(session: Session, person: Person, leaders: list[Leading]) -> list[Json]:
    own = units.of_person(session, person)
    above = people.unit_path(session, person.unit_id) - {one["id"] for one in own}
    desk = {one.unit_id for one in leaders if one.role is Role.SHIFT_LEADER} - above - {one["id"] for one in own}
    known = units.named(session, [*above, *desk])
    listed = [(one, "mine") for one in own]
    listed += [(known[one], "parent") for one in sorted(above) if one in known]
    listed += [(known[one], "desk") for one in sorted(desk) if one in known]
    return [{**one, "why": why} for one, why in listed if one["phone"]]


def _once(leaders: list[Leading]) -> list[Leading]:
    """Each person once, by the first of their roles."""
    return list({one.user_id: one for one in reversed(leaders)}.values())[::-1]


def _leader(one: Leading) -> Json:
    return {
        "name": one.name,
        "role": one.role.value,
        "role_name": said(ROLE_NAMES[one.role]),
        "unit": one.unit,
        "phone": one.phone,
    }
