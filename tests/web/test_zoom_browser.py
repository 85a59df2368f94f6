"""The pictures of a case in a real browser: opened large, from one to the next by keyboard, zoomed, closed again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import chromium, page_of, sign_in, violations
from tests.web.shots import attach
from tests.web.street import WEST_POINT, Street

pytestmark = pytest.mark.browser


def test_pictures_are_opened_large_walked_by_arrow_keys_and_zoomed(place: tuple[str, Street]) -> None:
    address, street = place
    case = street.checking()
    attach(street, case, "before", "inspector", seed=1, place=WEST_POINT)
    attach(street, case, "after", "handler", seed=2)
    with chromium() as browser:
        page, complaints = page_of(browser, address)
        sign_in(page, "desk")
        page.goto(f"/desk/cases/{case.number}")
        first = page.locator("a[data-zoom]").first
        first.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("#zoom")
        expect(dialog.locator(".zoom-title")).to_have_text("处置前")
        expect(dialog.locator(".zoom-count")).to_have_text("1 / 2")
        expect(dialog.locator(".zoom-told")).to_contain_text("距案件位置 0 米")
        assert violations(page) == []
        page.keyboard.press("ArrowRight")
        expect(dialog.locator(".zoom-title")).to_have_text("处置后")
        page.keyboard.press("+")
        image = dialog.locator("img")
        assert "scale(1.5)" in (image.get_attribute("style") or "")
        page.mouse.move(400, 400)
        page.mouse.wheel(0, -100)
        page.wait_for_function("document.querySelector('#zoom img').style.transform.includes('scale(1.8)')")
        page.keyboard.press("ArrowRight")
        expect(dialog.locator(".zoom-count")).to_have_text("1 / 2")
        assert "scale(1)" in (image.get_attribute("style") or "")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(first).to_be_focused()
        assert complaints == []
