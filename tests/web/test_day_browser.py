"""The desk as people meet it: on the first day of a dispatcher, and on a wall where nobody touches it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.browser import DESK, page_of, sign_in
from tests.factories import make_user
from tests.web.street import Street
from tests.web.test_desk_browser import browser, ready
from tests.web.test_dispatch_rules import keep
from tests.webapp import PASSWORD_HASH

__all__ = ["browser"]

pytestmark = pytest.mark.browser

# After three seconds it is twenty minutes later by the clock of the page, which goes on as ever.
LATER = """
const now = Date.now, begun = now();
Date.now = () => now() + (now() - begun > 3000 ? 20 * 60 * 1000 : 0);
"""


def test_a_list_that_nobody_touches_asks_each_second_as_long_as_it_is_seen(
    browser: Chromium,
    place: tuple[str, Street],
):
    address, street = place
    street.filed()
    page, complaints = page_of(browser, address, DESK)
    sign_in(page, "desk")
    page.add_init_script(LATER)
    page.goto("/desk?group=to_dispatch")
    ready(page)
    page.wait_for_timeout(5000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/desk/changes" in request.url else None)
    page.wait_for_timeout(6000)
    assert len(asked) >= 3
    assert complaints == []


def test_on_the_first_day_a_dispatcher_sends_what_burns_to_the_right_unit(browser: Chromium, place: tuple[str, Street]):
    """Nobody told them an address or a key: what opens after the sign-in, the first row, and its one button."""
    address, street = place
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.DISPATCHER, username="first_day", password_hash=PASSWORD_HASH)
    keep(street, "归园林", street.other_unit_id, "0110")
    street.filed()
    with clock.set_to(clock.now() - timedelta(days=3)):
        burning = street.filed()
    page, complaints = page_of(browser, address, DESK)
    sign_in(page, "first_day")
    ready(page)
    row = page.locator(".row-case").first
    expect(row).to_contain_text(re.compile(f"{burning.number}.*超期", re.DOTALL))
    row.locator(".row-open").click()
    form = page.locator("#form-dispatch")
    expect(form.locator("label:has(:checked)")).to_contain_text("按规则「归园林」：类别为暴露垃圾")
    form.get_by_role("button", name="派遣").click()
    expect(page.locator("body")).to_contain_text(f"已派遣：{burning.number}，派往园林所")
    assert street.now(burning).unit_id == street.other_unit_id
    assert complaints == []
