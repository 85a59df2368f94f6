"""Forms of an outing that are begun and left: typed text survives a kill, and each form is found again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.field.app import App
from tests.field.server import CAMPAIGN
from tests.field.squad import begin, go, sign_on_the_glass

pytestmark = pytest.mark.browser


def test_small_forms_of_an_outing_survive_a_kill_and_hold_an_update_back(officer: App) -> None:
    page = go(officer, "#/outings")
    assert not officer.busy()
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.locator("#campaign-fault")).to_have_text("请选择专项整治")
    assert page.evaluate("document.activeElement.id") == "campaign"
    page.select_option("#campaign", CAMPAIGN)
    assert officer.busy()
    page = officer.killed()
    expect(page.locator("#campaign")).to_have_value(CAMPAIGN)
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_role("heading", name="计数")).to_be_visible()
    assert not officer.busy()
    page.get_by_text("一次记多个").click()
    page.get_by_label("清理（处）").check()
    page.fill("#many-amount", "0")
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.locator("#many-amount-fault")).to_contain_text("的整数")
    page.fill("#many-amount", "17")
    page.get_by_text("没有手机的人员签到").click()
    page.fill("#member-name", "赵六")
    page.fill("#summary", "整治完毕")
    page.locator("summary", has_text="取消行动").click()
    page.fill("#reason", "下雨")
    assert officer.busy()
    page = officer.killed()
    wanted = {"many-amount": "17", "member-name": "赵六", "summary": "整治完毕", "reason": "下雨"}
    for name, value in wanted.items():
        expect(page.locator(f"#{name}")).to_have_value(value)
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.locator("#many-amount")).to_have_value("")
    expect(page.get_by_label("清理（处）")).to_be_checked()
    (counted,) = [one["body"] for one in officer.records().values() if one["type"] == "tally"]
    assert (counted["kind"], counted["amount"]) == ("cleared", 17)
    page = officer.killed()
    expect(page.locator("#many-amount")).to_have_value("")


@pytest.mark.parametrize(("where", "field", "value"), [("outings", "campaign", CAMPAIGN), ("rounds", "theme", "涉气")])
def test_a_form_that_stands_in_two_tabs_is_one_record_unless_it_says_something_else(
    officer: App, where: str, field: str, value: str
) -> None:
    kind = where.removesuffix("s")
    first = go(officer, f"#/{where}")
    if kind == "round":
        first.locator("summary", has_text="开始夜查").click()
        first.fill(f"#{field}", value)
    else:
        first.select_option(f"#{field}", value)
    first.wait_for_timeout(400)  # until it is stored
    tabs = [first, *(first.context.new_page() for _ in range(2))]
    for tab in tabs[1:]:
        tab.goto(f"/field#/{where}")
        expect(tab.locator(f"#{field}")).to_have_value(value)
    third = tabs[2]
    if kind == "round":
        third.fill("#groups", "3")
    else:
        third.locator("summary", has_text="参加单位").click()
        third.locator(".fold-body input[type=checkbox]").first.click()
    for tab in tabs:
        tab.bring_to_front()
        tab.get_by_role("button", name="开始", exact=True).click()
        tab.wait_for_url(f"**/field#/{where}/*")
    assert first.url == tabs[1].url != third.url
    started = [one for one in officer.records().values() if one["type"] == kind]
    assert {one["id"] for one in started} == {tab.url.rpartition("/")[2] for tab in tabs}
    assert len({one["body"]["code"] for one in started}) == len(started) == 2
    for tab in tabs[1:]:
        tab.close()
    expect(go(officer, f"#/{where}").locator(f"#{field}")).to_have_value("")


def deaf_tabs(app: App) -> tuple[Page, Page]:
    """The screen that is open in two tabs, what was typed stored; neither hears of the other, as one that is asleep."""
    first = app.phone.page
    first.wait_for_timeout(400)
    second = first.context.new_page()
    second.goto(first.url)
    app.phone.wait_for(lambda: bool(second.evaluate("Boolean(globalThis.gridops?.state?.forms)")))
    for tab in (first, second):
        tab.evaluate("(gridops.screen.live = false, null)")
    return first, second


def test_the_small_forms_of_an_outing_pressed_in_two_tabs_are_one_record_each(officer: App) -> None:
    called_off = begin(officer)
    begin(officer)
    page = officer.phone.page
    page.get_by_text("一次记多个").click()
    page.fill("#many-amount", "17")
    page.get_by_text("没有手机的人员签到").click()
    page.fill("#member-name", "赵六")
    page.select_option("#member-agency", "traffic_police")
    page.fill("#summary", "整治完毕")
    page.get_by_label("以上数字已与各单位负责人核对").check()
    tabs = deaf_tabs(officer)
    for tab in tabs:
        tab.get_by_role("button", name="记录", exact=True).click()
        expect(tab.locator("#many-amount")).to_have_value("")
        tab.locator(".fold-body").get_by_role("button", name="签到", exact=True).click()
        expect(tab.locator("#member-name")).to_have_value("")
        tab.get_by_role("button", name="确认并结束").click()
        expect(tab.locator("#toasts")).to_contain_text("行动已结束")
    tabs[1].close()
    page = go(officer, f"#/outings/{called_off}")
    page.locator("summary", has_text="取消行动").click()
    page.fill("#reason", "下雨")
    for tab in (tabs := deaf_tabs(officer)):
        tab.get_by_role("button", name="取消行动").click()
        tab.locator("dialog").get_by_role("button", name="取消行动").click()
        tab.wait_for_url("**/field#/outings")
    tabs[1].close()
    made = [(one["type"], one["body"].get("action")) for one in officer.records().values()]
    wanted = [
        ("tally", None),
        ("check_in", None),
        *(("outing", action) for action in ("start", "start", "end", "cancel")),
    ]
    assert sorted(made, key=str) == sorted(wanted, key=str)


def test_several_incidents_and_handovers_are_begun_and_each_is_found_again(officer: App) -> None:
    outing = begin(officer)
    page = go(officer, f"#/outings/{outing}/incident")
    page.fill("#party", "李小四")
    page.fill("#item-0-name", "三轮车")
    page = officer.killed()
    expect(page.locator("#item-0-name")).to_have_value("三轮车")
    page.get_by_role("link", name="另填一张").click()  # called away to another one
    expect(page.locator("#party")).to_have_value("")
    page.fill("#item-0-name", "煤气罐")
    page = officer.killed()
    expect(page.locator("#item-0-name")).to_have_value("煤气罐")
    page = go(officer, f"#/outings/{outing}/handover")
    page.fill("#what", "烧烤炉1台")
    page.wait_for_timeout(400)
    page = go(officer, "#/outings")
    begun = page.locator("section", has=page.get_by_role("heading", name="未完成的登记"))
    expect(begun.locator("li")).to_have_count(3)
    page = go(officer, f"#/outings/{outing}")
    expect(begun.locator("li")).to_have_count(3)
    begun.get_by_role("link", name="三轮车").click()
    expect(page.locator("#party")).to_have_value("李小四")
    page.get_by_role("button", name="放弃这张表").click()
    page.locator("dialog").get_by_role("button", name="放弃").click()
    expect(begun.locator("li")).to_have_count(2)
    begun.get_by_role("link", name="烧烤炉").click()
    expect(page.locator("#what")).to_have_value("烧烤炉1台")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#to_agency-fault")).to_have_text("请选择接收单位")
    assert page.evaluate("document.activeElement.id") == "to_agency"
    page.select_option("#to_agency", "police_station")
    page.fill("#receiver", "王警官")
    sign_on_the_glass(page)
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".member", has_text="王警官")).to_be_visible()
    expect(begun.locator("li")).to_have_count(1)
    # Another outing begins with an empty form.
    page = go(officer, f"#/outings/{begin(officer)}/incident")
    expect(page.locator("#item-0-name")).to_have_value("")
