"""The pieces of which screens are made: what is wrong gets the focus, toasts stand above dialogs, times in full."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import violations
from tests.field.app import App
from tests.field.server import Server
from tests.web.street import Street

pytestmark = pytest.mark.browser
UI = 'import("/static/field/lib/ui.js").then((ui) => { %s })'
FULL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
# What is generated for an element, which its text does not show.
AFTER = "(one) => getComputedStyle(one, '::after').content"


@pytest.fixture
def street(server: Server) -> Street:
    """The street behind the program."""
    assert server.street is not None
    return server.street


@pytest.fixture
def task(app: App, street: Street) -> Page:
    """The task of a check, open."""
    case = street.checking()
    app.phone.page.evaluate("gridops.refresh(['tasks', 'cases']).then(() => 0)")
    app.phone.page.evaluate("(number) => gridops.go(`#/tasks/${number}?kind=check`)", case.number)
    app.phone.page.locator("#answer-check").wait_for()
    app.phone.page.locator(".timeline").wait_for()
    return app.phone.page


def test_what_is_wrong_gets_the_focus_and_is_read_with_its_entry(task: Page) -> None:
    task.get_by_role("button", name="提交核查").click()
    first = task.locator("#answer-check").get_by_role("radio").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(task.get_by_role("group", name="结果")).to_have_accessible_description("请选择结果。")
    task.get_by_role("radio", name="不合格").check()
    task.wait_for_timeout(700)  # a touch right after another counts for nothing
    task.get_by_role("button", name="提交核查").click()
    words = task.locator("#words-check")
    expect(words).to_be_focused()
    expect(words).to_have_accessible_description("请说明不合格的原因。")
    assert violations(task) == []
    words.fill("垃圾仍在")
    expect(words).not_to_have_attribute("aria-invalid", "true")


def test_every_kind_of_entry_is_tied_to_its_hint_and_its_fault(app: App) -> None:
    page = app.phone.page
    page.evaluate(
        UI
        % """
        const told = { hint: "提示", errors: { a: "有误", b: "有误" } };
        ui.sheet("试", () => [
          ui.field("a", "甲", "", () => {}, told),
          ui.select("b", "乙", [["", "无"]], "", () => {}, told),
          ui.segments("c", "丙", [["1", "一"]], "", () => {}, { errors: { c: "有误" } }),
          ui.check("d", "丁", false, () => {}, { errors: { d: "有误" } })]);
        """
    )
    sheet = page.get_by_role("dialog", name="试")
    for entry in (sheet.get_by_role("textbox"), sheet.get_by_role("combobox")):
        expect(entry).to_have_accessible_description("提示 有误")
        expect(entry).to_have_attribute("aria-invalid", "true")
    expect(sheet.get_by_role("group", name="丙")).to_have_accessible_description("有误")
    expect(sheet.get_by_role("checkbox", name="丁")).to_have_accessible_description("有误")
    assert violations(page) == []
    assert page.evaluate(UI % "return ui.focusFault()")
    expect(sheet.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")


def test_a_toast_can_be_touched_whatever_is_open_and_outlives_it(app: App) -> None:
    page = app.phone.page
    page.evaluate(
        UI
        % """ui.sheet("试", () => "内容");
        ui.toast("已记", { action: { label: "撤销", run: () => { globalThis.undone = true; } } });"""
    )
    sheet = page.get_by_role("dialog", name="试")
    expect(sheet.get_by_role("status")).to_contain_text("已记")
    sheet.get_by_role("button", name="关闭").click()
    outside = page.locator("#toasts")
    expect(outside).to_contain_text("已记")
    page.evaluate(UI % 'ui.sheet("又", () => "内容")')
    expect(outside).to_be_empty()
    page.get_by_role("button", name="撤销").click()
    assert page.evaluate("globalThis.undone")
    expect(page.locator(".toast")).to_have_count(0)
    page.keyboard.press("Escape")


def test_a_dialog_is_cancelled_where_its_screen_is_left(app: App) -> None:
    page = app.phone.page
    page.evaluate("gridops.go('#/settings')")
    app.phone.until("gridops.at.hash === '#/settings'")
    page.evaluate(UI % 'ui.confirm("退出？", "真的", "退出").then((sure) => { globalThis.sure = Boolean(sure); })')
    dialog = page.get_by_role("dialog", name="退出？")
    expect(dialog).to_be_visible()
    page.evaluate("gridops.reload().then(() => null)")
    expect(dialog).to_be_visible()
    page.evaluate("history.back()")
    expect(dialog).to_have_count(0)
    app.phone.until("globalThis.sure === false && gridops.at.path === ''")


def test_a_time_shows_the_whole_of_itself_on_touch_and_by_key(app: App, task: Page) -> None:
    moment = task.locator(".facts .moment").first
    time = moment.locator("time")
    expect(moment).to_have_text(re.compile(r"今天 \d\d:\d\d"))
    assert not FULL.search(time.evaluate(AFTER))
    moment.click()
    assert FULL.search(time.evaluate(AFTER))
    expect(time.locator("span")).to_be_hidden()
    moment.press("Enter")
    expect(time.locator("span")).to_be_visible()
    # In a row that leads on nothing else has the focus: the first touch shows it, the next leads on.
    task.evaluate("gridops.refresh(['reports']).then(() => gridops.go('#/tasks?kind=mine'))")
    row = task.locator("main .rows a").first
    inner = row.locator("time")
    inner.click()
    assert FULL.search(inner.evaluate(AFTER))
    assert app.phone.page.evaluate("gridops.at.path") == "tasks"
    assert row.locator("[tabindex], button").count() == 0
    inner.click()
    app.phone.until("gridops.at.path === 'tasks/:number'")


def test_who_comes_back_from_a_case_finds_the_list_as_they_left_it(app: App, server: Server) -> None:
    assert server.street is not None
    for _ in range(14):
        server.street.report()
    page = app.phone.page
    page.evaluate("gridops.refresh(['reports']).then(() => gridops.go('#/tasks'))")
    page.get_by_role("radio", name=re.compile(r"我上报的")).check()
    row = page.locator("main .rows a").nth(12)
    row.scroll_into_view_if_needed()
    stood = page.evaluate("scrollY")
    assert stood > 100
    row.evaluate("(link) => link.click()")  # where it is: a real click might scroll it
    app.phone.until("gridops.at.path === 'tasks/:number'")
    page.go_back()
    # as far as the list, which grows while it is drawn, reaches at once
    app.phone.until(f"gridops.at.path === 'tasks' && scrollY > {stood / 2}")
    page.evaluate("gridops.go('#/tasks?kind=mine')")  # by a link anew: from the top
    app.phone.until("gridops.at.query.kind === 'mine' && scrollY === 0")


def test_a_toast_is_drawn_above_the_dialog_that_is_open(task: Page) -> None:
    task.get_by_role("button", name="发到工作群").click()
    task.get_by_role("dialog").wait_for()
    task.evaluate(UI % 'ui.toast("没有网络", { tone: "wait" })')
    box = task.get_by_role("dialog").locator(".toast").bounding_box()
    assert box is not None
    drawn = "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('.toast'))"
    assert task.evaluate(drawn, [box["x"] + 20, box["y"] + 20])
    task.keyboard.press("Escape")
