"""The admin pages of checklists and legal bases: seen, added, edited from a day on, ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from gridops.catalogue import queries
from gridops.catalogue import service as catalogue
from gridops.catalogue.rules import versions_on
from gridops.core import clock, db
from gridops.grids.rules import Level
from gridops.people.rules import Role
from tests.factories import at, make_grid, make_user
from tests.webapp import PASSWORD_HASH, Browser, web_program


@pytest.fixture
def app(database: Engine, tmp_path: Path) -> Iterator[Flask]:
    with web_program(database, tmp_path) as opened, clock.set_to(at("2022-03-08 09:00")):
        with db.transaction() as session:
            catalogue.seed(session)
            root = make_grid(session, "320411003")
            part = make_grid(session, "320411003001", parent=root, level=Level.COMMUNITY)
            for name, grid in (("admin", root), ("small", part)):
                make_user(session, root, Role.ADMIN, grid=grid, username=name, password_hash=PASSWORD_HASH)
            make_user(session, root, Role.INSPECTOR, username="inspector", password_hash=PASSWORD_HASH)
        yield opened


def signed_in(app: Flask, who: str) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(who).status_code == 302
    return browser


def standing(kind: str, code: str) -> Any:
    """The version that holds today for the street."""
    with db.reading() as session:
        root_id = session.connection().exec_driver_sql("SELECT id FROM grid WHERE code = '320411003'").scalar_one()
        rows: list[Any] = list(
            queries.checklist_rows(session, root_id) if kind == "checklist" else queries.basis_rows(session, root_id)
        )
        return {row.code: row for row in versions_on(rows, date(2022, 3, 8))}.get(code)


def test_a_checklist_is_edited_from_today_on_and_ended_again(app: Flask) -> None:
    admin = signed_in(app, "admin")
    shipped = standing("checklist", "CY-DP")
    assert f"/admin/checklists/{shipped.id}" in admin.get("/admin/checklists").text
    form = admin.get(f"/admin/checklists/{shipped.id}/edit").text
    assert "油烟净化设施已安装" in form
    said = {"name": "餐饮夜查表", "premises_kind": "shop", "theme": "餐饮油烟",
            "item_text": ["油烟净化设施已安装", "", "没有露天烧烤"], "item_severity": ["serious", "general", "general"],
            "item_category": ["N101", "", ""]}  # fmt: skip
    refused = admin.post(f"/admin/checklists/{shipped.id}/edit", {**said, "item_category": ["N101", "", "N999"]})
    assert refused.status_code == 422
    assert "没有露天烧烤" in refused.text  # what was typed stands there still
    answer = admin.post(f"/admin/checklists/{shipped.id}/edit", said)
    assert answer.status_code == 302, answer.text
    own = standing("checklist", "CY-DP")
    assert answer.location == f"/admin/checklists/{own.id}"
    page = admin.get(answer.location).text
    assert "没有露天烧烤" in page
    assert shipped.edition in page
    assert admin.post(f"/admin/checklists/{shipped.id}/edit", said).status_code == 409  # the old page was still open
    assert admin.post(f"/admin/checklists/{own.id}/end", {}).status_code == 302
    assert standing("checklist", "CY-DP").id == shipped.id


def test_a_checklist_of_ones_own_is_added(app: Flask) -> None:
    admin = signed_in(app, "admin")
    assert admin.post("/admin/checklists/new", {"name": "托管", "code": "TG"}).status_code == 422  # asks nothing
    said = {"name": "托管机构", "code": "TG", "item_text": ["门禁完好"], "item_severity": ["general"],
            "item_category": [""]}  # fmt: skip
    assert admin.post("/admin/checklists/new", said).status_code == 302
    assert admin.post("/admin/checklists/new", said).status_code == 422  # its code is taken
    assert standing("checklist", "TG").source == "本地设置"


def test_a_legal_basis_is_put_into_the_list_of_the_street_by_a_new_version(app: Flask) -> None:
    admin = signed_in(app, "admin")
    shipped = standing("basis", "XF-TD")
    page = admin.get("/admin/bases").text
    assert "消防法 第六十条" in page
    assert "未列入" in page
    form = dict(re.findall(r'name="(law|article)" value="([^"]*)"', admin.get(f"/admin/bases/{shipped.id}").text))
    said = {**form, "matter": shipped.matter, "max_fine_organisation": "50000", "listed_from": "2021-07-15"}
    assert admin.post(f"/admin/bases/{shipped.id}", {**said, "max_fine_person": "-1"}).status_code == 422
    assert admin.post(f"/admin/bases/{shipped.id}", said).status_code == 302
    own = standing("basis", "XF-TD")
    assert (own.law, own.listed_from, own.valid_from) == ("消防法", date(2021, 7, 15), date(2022, 3, 8))
    assert admin.post(f"/admin/bases/{shipped.id}", said).status_code == 409
    assert admin.post(f"/admin/bases/{own.id}/end", {}).status_code == 302
    assert standing("basis", "XF-TD").id == shipped.id
    new = {"code": "DF-1", "law": "市容条例", "article": "第一条", "matter": "乱堆放", "valid_from": "2010-01-01"}
    assert admin.post("/admin/bases/new", new).status_code == 302
    assert standing("basis", "DF-1").valid_from == date(2010, 1, 1)


def test_who_keeps_a_part_sees_the_lists_and_changes_nothing(app: Flask) -> None:
    small, inspector = signed_in(app, "small"), signed_in(app, "inspector")
    shipped = standing("checklist", "CY-DP")
    for path in ("/admin/checklists", f"/admin/checklists/{shipped.id}", "/admin/bases"):
        assert small.get(path).status_code == 200
        assert inspector.get(path).status_code == 403
    for path in ("/admin/checklists/new", f"/admin/checklists/{shipped.id}/edit", "/admin/bases/new"):
        assert small.get(path).status_code == 403
        assert small.post(path, {}).status_code == 403
