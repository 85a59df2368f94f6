"""The page of web hooks: kept, never shown in full, tried, taken away; by admins of the whole jurisdiction."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from gridops.core.db import reading, transaction
from gridops.grids.rules import Level
from gridops.notices.models import Hook, Notice
from gridops.people.rules import Role
from tests.factories import make_grid, make_unit, make_user
from tests.webapp import PASSWORD_HASH, Browser

SECRET = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
ADDRESS = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={SECRET}"


@pytest.fixture
def unit(app: Flask) -> int:
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道")
        community = make_grid(session, "A", parent=street, level=Level.COMMUNITY, name="盘龙社区")
        unit = make_unit(session, street, "cg", name="环卫所")
        for name, grid in (("admin", street), ("small", community)):
            make_user(session, street, Role.ADMIN, unit=unit, grid=grid, username=name, password_hash=PASSWORD_HASH)
        make_user(session, make_grid(session, "T", west=118.0), Role.ADMIN, username="far", password_hash=PASSWORD_HASH)
        return unit.id


def signed_in(app: Flask, who: str) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(who).status_code == 302
    return browser


def test_a_hook_is_kept_and_never_shown_in_full(app: Flask, unit: int) -> None:
    admin = signed_in(app, "admin")
    assert "还没有推送" in admin.get("/admin/notices").text
    form = {"unit_id": str(unit), "kind": "wecom", "address": ADDRESS}
    assert admin.post("/admin/notices", form).status_code == 302
    page = admin.get("/admin/notices").text
    assert "qyapi.weixin.qq.com …5aaa" in page
    assert "环卫所" in page
    assert SECRET not in page
    assert SECRET not in admin.get("/admin/audit").text
    refused = admin.post("/admin/notices", {**form, "kind": "json", "address": f"http://a.cn/{SECRET}"})
    assert refused.status_code == 422
    assert "须以 https:// 开头" in refused.text
    assert SECRET not in refused.text, "a form that was refused does not say it back either"


def test_a_test_message_is_owed_and_a_hook_taken_away(app: Flask, unit: int) -> None:
    admin = signed_in(app, "admin")
    admin.post("/admin/notices", {"unit_id": "", "kind": "wecom", "address": ADDRESS})
    page = admin.get("/admin/notices").text
    assert "指挥中心（全辖区）" in page
    (hook_id,) = set(re.findall(r"/admin/notices/(\d+)/test", page))
    assert admin.post(f"/admin/notices/{hook_id}/test").status_code == 302
    with reading() as session:
        assert [one.occasion.value for one in session.scalars(select(Notice))] == ["test"]
    assert "待发送" in admin.get("/admin/notices").text
    assert signed_in(app, "far").post(f"/admin/notices/{hook_id}/remove").status_code == 404
    assert admin.edit(f"/admin/notices/{hook_id}/remove", page="/admin/notices").status_code == 302
    with reading() as session:
        assert session.scalars(select(Hook)).all() == []


def test_an_admin_of_a_part_neither_sees_nor_changes_hooks(app: Flask, unit: int) -> None:
    small = signed_in(app, "small")
    assert "/admin/notices" not in small.get("/admin").text
    assert small.get("/admin/notices").status_code == 403
    form = {"unit_id": str(unit), "kind": "wecom", "address": ADDRESS}
    assert small.post("/admin/notices", form).status_code == 403
