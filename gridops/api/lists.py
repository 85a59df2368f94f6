"""What a phone keeps at hand: who it belongs to, the categories, and the description of this door."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from gridops.api import description
from gridops.api.description import Answer, operation
from gridops.api.guard import person
from gridops.api.reading import json_answer
from gridops.api.shapes import CategoriesOut, MeOut
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import CategoryList
from gridops.catalogue.rules import in_force
from gridops.catalogue.service import needing_pictures
from gridops.core.db import reading
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.people import queries as people

_MOST = 5000


@operation("GET", "/me", "Who asks, with the roles held today", tag="lists", answers={200: Answer("Who asks", MeOut)})
def get_me() -> Response:
    """Tell who asks."""
    me = person()
    with reading() as session:
        then = grids.tree(session)
        units = people.names_of_units(session, {held.unit_id for held in me.holdings})
    roles = [
        {"role": held.role.value, "unit": units[held.unit_id], "grid": _place(then, held.grid_id)}
        for held in me.holdings
        if held.grid_id in then
    ]
    home = _place(then, me.root_id)
    return json_answer({"username": me.username, "name": me.name, "jurisdiction": home, "roles": roles})


@operation(
    "GET",
    "/categories",
    "The categories in force, list by list",
    tag="lists",
    answers={200: Answer("The lists", CategoriesOut)},
)
def get_categories() -> Response:
    """Tell what may be reported under which code."""
    today, root_id = grids.today(), person().root_id
    with reading() as session:
        lists = [_list(session, found, root_id, today) for found in catalogue.lists(session) if in_force(found, today)]
    return json_answer({"lists": lists})


def _list(session: Session, found: CategoryList, root_id: int, today: date) -> dict[str, Any]:
    rows = catalogue.category_page(session, found.id, root_id, limit=_MOST).categories
    needing = needing_pictures(session, root_id, today, rows)
    categories = [
        {
            "kind": row.kind.value,
            "code": row.code,
            "parent_code": row.parent_code,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "photos_required": row.photos_required or row.id in needing,
        }
        for row in rows
        if in_force(row, today)
    ]
    return {"code": found.code, "version": found.version, "name": found.name, "categories": categories}


@operation(
    "GET",
    "/openapi.json",
    "This description",
    tag="lists",
    answers={200: Answer("OpenAPI 3.1", {"type": "object"})},
    open_to_all=True,
)
def get_openapi() -> Response:
    """Describe this door."""
    return json_answer(description.document())


def _place(then: Tree, grid_id: int) -> dict[str, str]:
    node = then.nodes[grid_id]
    return {"code": node.code, "name": node.name, "level": node.level.value}
