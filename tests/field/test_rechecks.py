"""待复查 on the phone: one count on every screen, a row that leads where it can be answered, gone once it is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.field.app import App
from tests.field.line import Line

pytestmark = pytest.mark.browser
# Owed tomorrow, from a round that is over and not on the phone any more.
OWED: dict[str, Any] = {
    "visit": 1, "premises": 7, "name": "宏达喷涂厂", "address": "盘龙路1号", "lon": None, "lat": None, "grid": None,
    "round": "YX20261127-01", "order": {"kind": "order", "number": None}, "visited_at": "2026-11-27T13:00:00Z",
    "due_at": "2099-11-30T13:00:00Z", "findings": [{"id": 71, "text": "喷淋塔未开"}, {"id": 72, "text": "危废未分类"}],
}  # fmt: skip
HOLD = """async (owed) => {
  for (const part of ["tasks", "rounds"]) {
    const pack = await gridops.store.pack(part);
    const empty = part === "tasks" ? { tasks: [] } : { rounds: [] };
    await gridops.store.savePack({ ...pack, data: { ...pack.data, ...empty, rechecks: [owed] } });
  }
  gridops.store.changed();
}"""


def test_a_recheck_is_one_count_leads_into_the_open_round_and_goes_when_answered(app: App, line: Line) -> None:
    page = app.phone.page
    app.phone.until("gridops.engine.running === null && gridops.store.pack('supervision').then(Boolean)")
    line.down()
    page.evaluate(HOLD, OWED)
    # Not owed yet, and counted alike.
    page.evaluate("gridops.go('#/tasks')")
    badge = page.get_by_role("navigation", name="主导航").locator(".count")
    expect(badge).to_have_text("1")
    row = page.locator("main .row", has_text="宏达喷涂厂")
    expect(row).to_contain_text("未整改问题 2 个 · 盘龙路1号")
    # No round is going on: a sentence, and no link into one that is over.
    expect(row).to_contain_text("开始或加入夜查后可复查")
    assert row.get_attribute("href") is None
    page.evaluate("gridops.go('#/rounds')")
    expect(row).to_contain_text("开始或加入夜查后可复查")
    expect(page.locator("main h2", has_text="待复查")).to_have_text("待复查 1")
    begun = app.capture("round", {"action": "start", "code": "ABCDEFGH", "groups": 1})
    for screen in ("#/rounds", "#/tasks"):
        page.evaluate("(where) => gridops.go(where)", screen)
        expect(row).to_have_attribute("href", f"#/rounds/{begun.id}/visit?premises=7&recheck=yes")
    row.click()
    expect(page.locator(".mended label").first).to_contain_text("喷淋塔未开")
    page.evaluate("gridops.go('#/tasks')")
    expect(row).to_be_visible()
    visit = {"round": begun.id, "premises": {"id": 7}, "kind": "patrol", "recheck": True, "signed": "not_asked"}
    app.capture("visit", {**visit, "complete": True, "corrected": [71]}, about={"title": "x", "subject": "宏达喷涂厂"})
    expect(row).to_be_visible()
    app.capture("visit", {**visit, "complete": True, "corrected": [72]}, about={"title": "x", "subject": "宏达喷涂厂"})
    expect(row).to_have_count(0)
    expect(badge).to_have_count(0)
    app.empty()
    line.up()


def test_home_counts_what_is_owed_as_the_rounds_do(officer: App) -> None:
    page = officer.phone.page
    page.evaluate(HOLD, OWED)
    page.evaluate("gridops.go('#/rounds')")
    expect(page.locator("main h2", has_text="待复查")).to_have_text("待复查 1")
    page.evaluate("gridops.go('#/')")
    expect(page.locator(".tile", has_text="夜查")).to_contain_text("待复查 1")
