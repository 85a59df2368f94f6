"""上报: what is missing or was refused stands at its field, is read with it and goes once it is mended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import violations
from tests.field.app import App, photo
from tests.field.line import Line

pytestmark = pytest.mark.browser
SEND = re.compile("^发送")
# As where the street wants a photo of everything.
WANTED = """async () => {
  const pack = await gridops.store.pack("categories");
  for (const group of pack.data.classes) for (const one of group.categories) one.photos_required = true;
  await gridops.store.savePack(pack);
}"""


def form(app: App, where: str = "#/report") -> Page:
    """The form, without the camera before it."""
    page = app.settled().phone.page
    page.evaluate(WANTED)
    page.evaluate("(where) => gridops.go(where)", where)
    app.phone.until("gridops.at?.path === 'report'")
    if "record" not in where:
        page.get_by_role("button", name="关闭相机").click()
        page.locator("dialog.camera").wait_for(state="detached")
    return page


def test_what_is_missing_gets_the_focus_and_is_read_with_its_part(app: App) -> None:
    page = form(app)
    page.get_by_role("button", name=SEND).click()
    category = page.locator("#category")
    expect(category).to_be_focused()
    expect(category).to_have_accessible_description("请选择类别。")
    page.fill("#category-search", "暴露垃圾")
    page.locator(".offer", has_text="暴露垃圾").first.click()
    expect(page.locator(".fault")).to_have_count(0)
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.get_by_role("button", name=SEND).click()
    photos = page.get_by_label("现场照片", exact=True)
    expect(photos).to_be_focused()
    expect(photos).to_have_accessible_description("这类问题须有现场照片。")
    assert violations(page) == []
    assert app.records() == {}


def test_what_the_server_says_of_a_field_stands_at_that_field(app: App, line: Line) -> None:
    app.settled()
    line.down()
    record = app.report(photo(1), kind="event")
    errors = [
        {"field": "body.address", "reason": "太长"},
        {"field": "body.category", "reason": "没有这个类别"},
        {"field": "body.campaign", "reason": "没有这个专项整治"},
    ]
    app.phone.page.evaluate(
        "([id, errors]) => gridops.store.update(id, { state: 'refused', reason: 'x', errors })", [record.id, errors]
    )
    page = form(app, f"#/report?record={record.id}")
    address = page.get_by_label("地址或参照物")
    expect(address).to_be_visible()
    expect(address).to_have_accessible_description("太长")
    expect(page.locator("#category")).to_have_accessible_description("没有这个类别")
    expect(page.locator(".notice", has_text="没有这个专项整治")).to_be_visible()
    address.fill("盘龙路 1 号")
    expect(page.locator("#address-fault")).to_have_count(0)
    page.evaluate("gridops.go('#/')")
