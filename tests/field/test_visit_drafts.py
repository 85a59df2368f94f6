"""Forms of a night round that are begun and left: nothing typed is lost, and each is found again where it belongs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.field.app import App
from tests.field.hands import choose, photograph
from tests.field.line import Line
from tests.field.server import Server

pytestmark = pytest.mark.browser
DRAFTS = "gridops.store.drafts().then((all) => all.map(({ name }) => name))"


def go(app: App, where: str) -> Page:
    """Another screen of the app that is open."""
    app.phone.page.evaluate("(where) => gridops.go(where)", where)
    app.phone.until("gridops.at.hash === location.hash")
    return app.phone.page


def busy(app: App) -> bool:
    """Whether an update has to wait for what the screen holds."""
    return bool(app.phone.page.evaluate("Boolean(gridops.screen.busy?.(gridops.state, gridops))"))


def begin(app: App, theme: str) -> str:
    """A free round, begun on the screen; how records name it."""
    page = go(app, "#/rounds")
    page.locator("summary", has_text="开始夜查").click()
    page.fill("#theme", theme)
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(theme)
    return page.url.rpartition("/")[2]


def end(app: App) -> None:
    """The round that is shown is ended; nothing has to be said of it."""
    page = app.phone.page
    page.get_by_role("button", name="结束夜查").click()
    page.locator("dialog").get_by_role("button", name="结束夜查").click()
    expect(page.get_by_text("夜查已结束。")).to_be_visible()


def note(app: App, round_: str, query: str, words: str) -> Page:
    """A visit of that round is begun, and left with what it has found."""
    page = go(app, f"#/rounds/{round_}/visit?{query}")
    choose(page, "方式", "巡查")
    page.get_by_role("button", name="加一个问题").click()
    page.locator(".finding textarea").fill(words)
    page.wait_for_timeout(400)
    return page


def test_a_visit_that_was_left_belongs_to_its_own_round(officer: App, server: Server) -> None:
    assert server.night is not None
    shop = f"premises={server.night.shop}"
    early = begin(officer, "早班")
    page = note(officer, early, shop, "早班看到的")
    photograph(page, "问题 1 的照片", 1)
    note(officer, early, "name=夜宵摊", "占道")  # called away, and another begun
    go(officer, f"#/rounds/{early}")
    begun = page.locator("section", has=page.get_by_role("heading", name="未完成的登记"))
    expect(begun.locator("li")).to_have_count(2)
    end(officer)
    late = begin(officer, "晚班")
    expect(begun).to_have_count(0)
    # The form of the same premises is an empty one tonight, and the other stays as it was left.
    page = go(officer, f"#/rounds/{late}/visit?{shop}")
    expect(page.locator(".finding")).to_have_count(0)
    expect(page.get_by_text("上次没有填完")).to_have_count(0)
    note(officer, late, shop, "晚班看到的")
    officer.phone.page.wait_for_timeout(400)
    officer.phone.reopen()
    page = officer.open("#/rounds").phone.page
    begun = page.locator("section", has=page.get_by_role("heading", name="未完成的登记"))
    expect(begun.locator("li")).to_have_count(3)
    begun.locator("li", has_text="早班").filter(has_text="宏达喷涂厂").get_by_role("link").click()
    expect(page.locator(".finding textarea")).to_have_value("早班看到的")
    expect(page.locator(".photo img")).to_have_count(1)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("早班")
    assert [one["body"]["round"] for one in officer.records().values() if one["type"] == "visit"] == [early]
    # What nobody wants is thrown away by the person, and by nobody else.
    begun.get_by_role("link", name="夜宵摊").click()
    page.get_by_role("button", name="放弃这张表").click()
    page.locator("dialog").get_by_role("button", name="放弃").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("早班")
    expect(begun).to_have_count(0)
    go(officer, f"#/rounds/{late}/visit?{shop}")
    expect(page.locator(".finding textarea")).to_have_value("晚班看到的")


def test_a_visit_of_a_round_that_the_phone_has_forgotten_can_still_be_sent(officer: App, line: Line) -> None:
    round_ = begin(officer, "昨夜")
    note(officer, round_, "name=夜宵摊", "占道")
    line.up()
    officer.phone.wait_until_all_confirmed(officer.who)
    line.down()
    # Two nights later: the server does not tell of the round any more, and its record has been tidied away.
    officer.phone.page.evaluate(
        """async () => {
          const pack = await gridops.store.pack("rounds");
          await gridops.store.savePack({ ...pack, at: new Date().toISOString(), data: { ...pack.data, rounds: [] } });
          await gridops.store.db.clear("records");
        }"""
    )
    page = go(officer, f"#/rounds/{round_}")
    expect(page.get_by_text("没有这次夜查，或您不在其中。")).to_be_visible()
    page.get_by_role("link", name="夜宵摊").click()
    expect(page.get_by_text("这次夜查已不在本机")).to_be_visible()
    expect(page.locator(".finding textarea")).to_have_value("占道")
    page = officer.killed()
    expect(page.locator(".finding textarea")).to_have_value("占道")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("link", name="夜宵摊")).to_have_count(0)
    line.up()
    officer.wake()
    officer.phone.wait_until_all_confirmed(officer.who)
    (sent,) = officer.records().values()
    assert (sent["type"], sent["body"]["round"]) == ("visit", round_)


def test_small_forms_of_a_round_survive_a_kill_and_hold_an_update_back(officer: App) -> None:
    page = go(officer, "#/rounds")
    assert not officer.busy()
    page.locator("summary", has_text="开始夜查").click()
    page.fill("#theme", "涉气")
    page.fill("#groups", "0")
    assert officer.busy()
    page = officer.killed()
    expect(page.locator("#theme")).to_have_value("涉气")
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.locator("#groups-fault")).to_have_text("请填写 1 到 50 的整数")
    assert page.evaluate("document.activeElement.id") == "groups"
    page.fill("#groups", "3")
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("涉气")
    round_ = page.url.rpartition("/")[2]
    assert officer.records()[round_]["body"]["groups"] == 3
    # Somebody without a phone.
    page.get_by_text("没有手机的人员签到").click()
    page.fill("#member-name", "李环保")
    page.fill("#member-certificate", "苏D-环001")
    assert officer.busy()
    page = officer.killed()
    expect(page.locator("#member-name")).to_have_value("李环保")
    expect(page.locator("#member-certificate")).to_have_value("苏D-环001")
    # Calling it off asks for the reason in the sheet, which stays open.
    page.get_by_role("button", name="取消夜查").click()
    sheet = page.locator("dialog")
    sheet.get_by_role("button", name="取消夜查").click()
    expect(page.locator("#reason-fault")).to_have_text("请写明原因")
    assert page.evaluate("document.activeElement.id") == "reason"
    page.fill("#reason", "雨太大")
    page = officer.killed()
    page.get_by_role("button", name="取消夜查").click()
    expect(page.locator("#reason")).to_have_value("雨太大")
    page.locator("dialog").get_by_role("button", name="取消夜查").click()
    expect(page.get_by_text("夜查已取消。")).to_be_visible()
    # Which premises: what was looked for stands there again, until one was chosen.
    page = go(officer, f"#/rounds/{begin(officer, '安全')}/visit")
    page.fill("#words", "新开的夜宵摊")
    assert officer.busy()
    page = officer.killed()
    expect(page.locator("#words")).to_have_value("新开的夜宵摊")
    page.get_by_role("link", name="没有登记过").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新开的夜宵摊")
    page.get_by_role("button", name="返回").click()
    expect(page.locator("#words")).to_have_value("")
    kept = page.evaluate(DRAFTS)
    assert [name for name in kept if not name.startswith(("member of", "grids seen of"))] == []


def test_premises_that_were_never_downloaded_are_not_said_to_be_absent(officer: App) -> None:
    round_ = begin(officer, "安全")
    page = officer.phone.page
    page.evaluate("gridops.store.db.delete('packs', 'premises')")
    go(officer, f"#/rounds/{round_}/visit")
    expect(page.get_by_text("场所列表还没有下载")).to_be_visible()
    expect(page.get_by_text("米以内没有登记了位置的场所")).to_have_count(0)
    page.get_by_role("button", name="扫场所码").click()
    page.fill("#scan-typed", "CS000042")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CS000042")
