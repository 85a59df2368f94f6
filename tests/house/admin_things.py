"""A street whose administration two people keep, and the forms of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.routing import MapAdapter

from gridops.cases.queries import dispatching
from gridops.catalogue import queries as catalogue
from gridops.catalogue import service as catalogue_service
from gridops.catalogue.rules import Kind
from gridops.core import db
from gridops.grids.models import Grid
from gridops.notices.models import Hook
from gridops.people.models import Unit, User
from gridops.people.rules import Role
from gridops.tables import Base
from tests.factories import make_user
from tests.page_forms import Sent, forms_of
from tests.web.catalogue_admin import category_id, root_of, streets_with_admins
from tests.webapp import PASSWORD_HASH, Browser

HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
RULE = {"assessor": "city", "about": "event/", "found_points": "1"}


@contextmanager
def street_of_two(database: Engine, folder: Path) -> Iterator[Flask]:
    """The program as delivered, with a street and two admins."""
    with streets_with_admins(database, folder, ("admin",)) as opened:
        with db.transaction() as session:
            root = session.get_one(Grid, root_of("admin"))
            make_user(session, root, Role.ADMIN, username="colleague", password_hash=PASSWORD_HASH)
        yield opened


def signed_in(app: Flask, username: str) -> Browser:
    """A browser of one of the two."""
    opened = Browser(app)
    assert opened.sign_in(username).status_code == 302
    return opened


def form_in(app: Flask, page: str, at: str, endpoint: str, goes: str = "") -> Sent:
    """The first form of a page that goes to an endpoint, and there to one address, where one is given."""
    addresses: MapAdapter = app.url_map.bind("localhost")
    for form in forms_of(page):
        form.action = form.action or at.partition("?")[0]
        if form.action == (goes or form.action) and addresses.match(form.action, "POST")[0] == endpoint:
            return form
    raise AssertionError(f"no form of {at} goes to {endpoint}")


def filled(form: Sent, values: dict[str, str], ids: dict[str, int]) -> dict[str, list[str]]:
    """The form as it is sent with some values typed."""
    return {**form.fields, **{name: [value.format(**ids)] for name, value in values.items()}}


def everything() -> dict[str, list[str]]:
    """All rows of all tables."""
    with db.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(table.select()))
            for table in Base.metadata.sorted_tables
        }


def world(admin: Browser) -> dict[str, int]:
    """One of everything that the forms edit, by the names that their addresses here give it."""
    made = (
        ("/admin/units", {"code": "hw", "name": "环卫所", "kind": "street"}),
        ("/admin/dispatch-rules/new", {"name": "夜间派环卫", "line": "upkeep"}),
        ("/admin/dispatch-rules/new", {"name": "其余", "line": "upkeep"}),
        ("/admin/notices", {"unit_id": "", "kind": "wecom", "address": f"{HOOK}zero-of-them-0000"}),
        ("/admin/calendar/days", {"date": "2017-07-02", "is_workday": "1", "name": "防汛值守"}),
    )
    for path, form in made:
        assert admin.post(path, form).status_code == 302, path
    root_id, category = root_of("admin"), category_id()
    with db.transaction() as session:
        extension, _new = catalogue_service.find_or_extend(session, "B", Kind.EVENT, "0177", root_id, date(2017, 3, 8))
    with db.reading() as session:
        return {
            "root": root_id,
            "category": category,
            "extension": extension.id,
            "list": catalogue.editions(session, "B")[0].id,
            "condition": catalogue.condition_rows(session, [category], root_id)[category][0].id,
            "basis": catalogue.basis_rows(session, root_id)[0].id,
            "checklist": catalogue.checklist_rows(session, root_id)[0].id,
            "rule": dispatching.rule_rows(session, root_id)[0].id,
            "hook": session.scalars(select(Hook.id)).one(),
            "unit": session.scalars(select(Unit.id).where(Unit.code == "hw")).one(),
            "person": session.scalars(select(User.id).where(User.username == "inspector")).one(),
        }
