"""A list that hangs on a wall: nobody touches it, and it shows what happens all the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium

from tests.browser import DESK, page_of, sign_in
from tests.web.street import Street
from tests.web.test_desk_browser import browser, place, ready

__all__ = ["browser", "place"]

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
