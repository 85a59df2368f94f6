"""A class of area or a limit of a step that holds from a later day on: shown, withdrawn until then, and not after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from gridops.core import clock
from gridops.core.db import transaction
from gridops.people.rules import Role
from tests.factories import make_grid, make_user
from tests.webapp import PASSWORD_HASH, Browser


@pytest.mark.parametrize(
    ("path", "setting", "other"),
    [
        ("/admin/areas", {"area": "B"}, {"area": "A"}),
        ("/admin/steps", {"step": "dispatch", "limit": "4", "limit_unit": "working_hour"}, {"limit": "2"}),
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
    assert admin.post(path, planned).status_code == 302
    page = admin.get(path).text
    assert "将生效" in page
    (undo,) = re.findall(r'action="([^"]+/withdraw)" class="[^"]+" data-confirm="[^"]+"', page)
    assert admin.post(undo).status_code == 302
    assert admin.post(undo).status_code == 409
    after = admin.get(path).text.partition("<tbody>")[2]
    assert ("/withdraw" in after, "将生效" in after, "未生效" in after) == (False, False, True)
    assert admin.post(path, setting).status_code == 409  # what held goes on
    audit = admin.get("/admin/audit").text
    assert "撤回计划的" in audit
