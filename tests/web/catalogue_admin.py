"""The catalogue and the calendar of two streets, as their admins see them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from gridops.catalogue import service as catalogue_service
from gridops.catalogue.rules import Kind
from gridops.core import clock, db
from gridops.core.clock import parse_instant
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.rules import Role
from gridops.worktime import service as worktime_service
from tests.factories import make_grid, make_user
from tests.webapp import PASSWORD_HASH, web_program

CODES = {"admin": "320411003", "neighbour": "320411009"}
TODAY = parse_instant("2017-03-08T10:00")
CONDITION = {
    "condition": "垃圾散落",
    "closing_condition": "清扫干净",
    "limit": "2",
    "limit_unit": "working_hour",
    "handle_limit": "1",
    "in_use": "yes",
}


@contextmanager
def streets_with_admins(database: Engine, folder: Path, names: Sequence[str]) -> Iterator[Flask]:
    """The program with what it is delivered with, at TODAY, and a street for each name of an admin."""
    with web_program(database, folder) as opened, clock.set_to(TODAY):
        with db.transaction() as session:
            worktime_service.seed(session)
            catalogue_service.seed(session)
            for name in names:
                root = make_grid(session, CODES[name])
                make_user(session, root, Role.ADMIN, username=name).password_hash = PASSWORD_HASH
                if name == "admin":
                    part = make_grid(session, "320411003001", parent=root, level=Level.COMMUNITY)
                    make_user(session, root, Role.ADMIN, grid=part, username="small").password_hash = PASSWORD_HASH
                    make_user(session, root, Role.INSPECTOR, username="inspector").password_hash = PASSWORD_HASH
        yield opened


def category_id(code: str = "0110", kind: Kind = Kind.EVENT) -> int:
    """A category of the national list."""
    with db.reading() as session:
        return catalogue_service.find_category(session, "B", kind, code, 0, date(2017, 3, 8)).id


def offered(code: str, username: str = "admin") -> list[tuple[str, int | None]]:
    """The conditions that a case of a category is offered in the street of an admin: what, and within which time."""
    with db.reading() as session:
        root_id = root_of(username)
        found = catalogue_service.find_category(session, "B", Kind.EVENT, code, root_id, date(2017, 3, 8))
        rows = catalogue_service.conditions_for(session, found.id, root_id, date(2017, 3, 8))
        return [(row.condition, row.limit) for row in rows]


def root_of(username: str) -> int:
    """The street of an admin."""
    with db.reading() as session:
        return session.query(Grid).filter_by(code=CODES[username]).one().id


def first_condition(page: str, category: int) -> str:
    """Where the first condition on the page of a category is edited."""
    found = re.search(rf"/admin/categories/{category}/conditions/(\d+)", page)
    assert found
    return found.group(0)
