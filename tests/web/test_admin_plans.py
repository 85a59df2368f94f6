"""A class of area or a limit of a step that holds from a later day on: shown, withdrawn until then, and not after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from gridops.catalogue.models import FilingCondition
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.factories import make_grid, make_user
from tests.web.street import Street
from tests.webapp import PASSWORD_HASH, Browser


@pytest.mark.parametrize(
    ("path", "setting", "other"),
    [
        ("/admin/areas", {"area": "B"}, {"area": "A"}),
        ("/admin/steps", {"step": "dispatch", "limit": "4", "limit_unit": "working_hour"}, {"limit": "2"}),
        ("/admin/steps", {"step": "file", "area": "A", "limit": "4", "limit_unit": "working_hour"}, {"limit": "2"}),
    ],
)
def test_what_is_planned_is_withdrawn_before_it_holds_and_not_after(
    app: Flask, path: str, setting: dict[str, str], other: dict[str, str]
) -> None:
    with transaction() as session:
        street = make_grid(session)
        make_user(session, street, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
        setting = {"grid": str(street.id), **setting}
    admin = Browser(app)
    admin.sign_in("admin")
    assert admin.post(path, setting).status_code == 302
    before = admin.get(path).text.partition("<tbody>")[2]
    assert "/withdraw" not in before
    planned = setting | other | {"valid_from": str(clock.local_date(clock.now()) + timedelta(days=9))}
    assert admin.edit(path, planned).status_code == 302
    page = admin.get(path).text
    assert "将生效" in page
    (undo,) = re.findall(r'action="([^"]+/withdraw)" class="[^"]+" data-confirm="[^"]+"', page)
    assert admin.post(undo).status_code == 302
    assert admin.post(undo).status_code == 409
    after = admin.get(path).text.partition("<tbody>")[2]
    assert ("/withdraw" in after, "将生效" in after, "未生效" in after) == (False, False, True)
    assert admin.edit(path, setting).status_code == 409  # what held goes on
    audit = admin.get("/admin/audit").text
    assert "撤回计划的" in audit


def test_a_condition_that_was_changed_meanwhile_shows_both_versions_and_loses_nothing_typed(street: Street) -> None:
    given = {
        "condition": "垃圾散落", "closing_condition": "清扫干净", "limit": "3", "limit_unit": "working_hour",
        "in_use": "yes",
    }  # fmt: skip
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
        category = session.get_one(FilingCondition, street.condition_id).category_id
    admin, page = street.browser("admin"), f"/admin/categories/{category}"
    old = f"{page}/conditions/{street.condition_id}"
    assert admin.post(old, given).status_code == 302
    typed = {**given, "limit": "2", "closing_condition": "清扫干净，不留痕迹", "photo_after": "2"}
    late = admin.post(old, typed)
    assert late.status_code == 409
    assert re.search(r"<td[^>]*>3</td><td[^>]*>2 <span", late.text)
    assert re.search(r"<td[^>]*>清扫干净</td><td[^>]*>清扫干净，不留痕迹 <span", late.text)
    assert late.text.count("清扫干净，不留痕迹") == 2
    now = re.search(r'action="([^"]+/conditions/\d+)"', late.text)
    assert now
    assert now.group(1) != old
    assert admin.post(now.group(1), typed).status_code == 302
    assert "清扫干净，不留痕迹" in admin.get(page).text
