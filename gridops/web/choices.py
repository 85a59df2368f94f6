"""What forms of field and desk let people choose from: categories by class, parts of the territory, places by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import listing
from gridops.cases.rules.queue import QueueFilter, Sort
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import Category, FilingCondition
from gridops.catalogue.rules import Kind, class_of, in_force
from gridops.catalogue.service import conditions_for, list_on, needing_pictures
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.grids.rules.points import Place
from gridops.grids.rules.tree import Node
from gridops.people.queries import Scope
from gridops.people.rules import Person, Role

LIST = "B"
KIND_NAMES = {Kind.EVENT: "事件", Kind.COMPONENT: "部件"}
_ALL = 5000
_RECENT = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """A category to choose: `value` is what the form sends (`event/0110`)."""

    value: str
    id: int
    kind: Kind
    code: str
    name_zh: str
    name_en: str
    photos_required: bool


@dataclass(frozen=True, slots=True)
class Class:
    """A class with its categories."""

    kind: Kind
    code: str
    name_zh: str
    name_en: str
    choices: tuple[Choice, ...]


def classes(session: Session, root_id: int) -> list[Class]:
    """The categories in force of list B, class by class, events first; empty where no list was loaded."""
    today = grids.today()
    try:
        edition = list_on(session, LIST, today)
    except Invalid:
        return []
    found: dict[tuple[Kind, str], list[Choice]] = {}
    rows = catalogue.category_page(session, edition.id, root_id, limit=_ALL).categories
    needing = needing_pictures(session, root_id, today, rows)
    for row in rows:
        if row.kind in KIND_NAMES and in_force(row, today):
            choice = _choice(row, photos=row.photos_required or row.id in needing)
            found.setdefault((row.kind, class_of(row.code)), []).append(choice)
    named = {(row.kind, row.code): row for row in catalogue.classes(session, edition.id)}
    return [
        Class(
            kind,
            code,
            named[kind, code].name_zh if (kind, code) in named else code,
            named[kind, code].name_en if (kind, code) in named else code,
            tuple(choices),
        )
        for (kind, code), choices in sorted(found.items(), key=lambda item: (item[0][0] is not Kind.EVENT, item[0][1]))
    ]


def recent(session: Session, scope: Scope, offered: Iterable[Class]) -> list[Choice]:
    """The categories this person reported last, newest first."""
    known = {choice.id: choice for group in offered for choice in group.choices}
    own = listing.queue(session, scope, QueueFilter(mine=True), sort=Sort.REPORTED, limit=30).rows
    ids = dict.fromkeys(row.category_id for row in own if row.category_id in known)
    return [known[category_id] for category_id in list(ids)[:_RECENT]]


def find(offered: Iterable[Class], value: str) -> Choice | None:
    """The category a form names, if it is offered."""
    return next((choice for group in offered for choice in group.choices if choice.value == value), None)


def own_grids(session: Session, person: Person, roles: Iterable[Role]) -> list[Node]:
    """The parts of the territory for which a person holds one of some roles, by code."""
    wanted, tree = set(roles), grids.tree(session)
    held = {holding.grid_id for holding in person.holdings if holding.role in wanted}
    return sorted((tree.nodes[grid_id] for grid_id in held if grid_id in tree), key=lambda node: node.code)


def grids_below(session: Session, person: Person, roles: Iterable[Role]) -> list[Node]:
    """All grids without a grid below them where a person works, by code: what can be picked by hand."""
    tree = grids.tree(session)
    mine = frozenset().union(*(tree.descendants(node.grid_id) for node in own_grids(session, person, roles)))
    return sorted((tree.nodes[i] for i in mine if not tree.children(i)), key=lambda node: node.code)


def areas(session: Session, person: Person, roles: Iterable[Role]) -> list[Node]:
    """All parts of the territory where a person works, whole and down to single grids, by code: where things may be."""
    tree = grids.tree(session)
    mine = frozenset().union(*(tree.descendants(node.grid_id) for node in own_grids(session, person, roles)))
    return sorted((tree.nodes[i] for i in mine), key=lambda node: (len(tree.path(node.grid_id)), node.code))


def path_of(session: Session, grid_id: int) -> str:
    """The names from below the root to a grid: `盘龙社区 盘龙01网格`."""
    tree = grids.tree(session)
    path = tree.path(grid_id)
    return " ".join(tree.nodes[step].name for step in (path[1:] or path))


def near(session: Session, root_id: int, lon: float, lat: float, accuracy_m: float, within_m: float) -> list[Place]:
    """The grids a fix may mean, the likeliest first; outside all of them the nearest within `within_m` metres."""
    index = grids.index(session, None, root_id)
    found = index.near(lon, lat, max(0.0, min(accuracy_m, 200.0)))
    first = index.locate(lon, lat, within_m=within_m)
    if first is None:
        return []
    return [first, *(place for place in found if place.grid_id != first.grid_id)]


def conditions(session: Session, case: Case, filed_under: FilingCondition | None) -> list[FilingCondition]:
    """The conditions a case may be filed or closed under today; that of its filing stays right for closing."""
    found = conditions_of(session, case.category_id, case.root_id)
    if filed_under is not None and all(row.id != filed_under.id for row in found):
        return [filed_under, *found]
    return found


def conditions_of(session: Session, category_id: int, root_id: int) -> list[FilingCondition]:
    """The filing conditions of a category to choose from today."""
    return conditions_for(session, category_id, root_id, grids.today())


def _choice(row: Category, *, photos: bool) -> Choice:
    return Choice(f"{row.kind.value}/{row.code}", row.id, row.kind, row.code, row.name_zh, row.name_en, photos)
