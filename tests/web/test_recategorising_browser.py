"""What comes late to a form in a real browser: the conditions of 改类, and the form itself beside the list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser import DESK, chromium, page_of, sign_in, violations
from tests.web.street import Street
from tests.web.test_desk_recategorising import other_category

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("beside", [True, False])
def test_a_category_brings_its_conditions_and_one_is_chosen(place: tuple[str, Street], beside: bool) -> None:
    address, street = place
    category, (_small, large) = other_category(["小堆渣土", "大堆渣土"])
    case = street.filed()
    with chromium() as browser:
        page, complaints = page_of(browser, address, DESK)
        sign_in(page, "desk")
        page.goto("/desk?group=to_dispatch" if beside else f"/desk/cases/{case.number}")
        expect(page.locator("[data-keys]")).to_be_visible()
        if beside:
            page.keyboard.press("j")
            expect(page.locator(".peek")).to_be_visible()
        page.keyboard.press("d")
        form = page.locator("#form-recategorise")
        options = form.get_by_role("radio")
        expect(options).to_have_count(0)
        form.locator("select[name=category]").select_option(str(category))
        expect(options).to_have_count(2)
        assert violations(page) == []
        form.locator("select[name=category]").select_option("")
        expect(options).to_have_count(0)
        form.locator("select[name=category]").select_option(str(category))
        form.get_by_text("大堆渣土").click()
        form.get_by_role("button").click()
        expect(page.get_by_text("已改类").first).to_be_visible()
        now = street.now(case)
        assert (now.category_id, now.condition_id, now.due_at) == (category, large, case.due_at)
        assert complaints == []


def test_nothing_is_sent_before_its_form_stands_beside_the_list_and_that_is_said(place: tuple[str, Street]) -> None:
    address, street = place
    case, held = street.filed(), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    with chromium() as browser:
        page, complaints = page_of(browser, address, DESK)
        sign_in(page, "desk")
        page.goto("/desk?group=to_dispatch")
        expect(page.locator("[data-keys]")).to_be_visible()
        page.route("**/peek", hold)
        page.keyboard.press("j")
        with page.expect_request("**/peek"):
            page.keyboard.press("p")
            page.keyboard.press("Control+Enter")
        said = page.locator("[data-said]")
        expect(said).to_contain_text("案件正在载入，没有提交")
        held.pop().continue_()
        expect(page.locator("#dispatch-unit")).to_be_focused()  # the letter was kept
        page.locator("#dispatch-unit").select_option(label="环卫所")
        page.keyboard.press("Control+Enter")
        expect(said).to_contain_text(f"已派遣：{case.number}")
        assert street.now(case).unit_id == street.unit_id
        assert complaints == []
