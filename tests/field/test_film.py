"""拒签 by film: taken in the app without a network, there after a kill, played in the ledger and at the desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select

from gridops.core.db import reading
from gridops.evidence.models import Content, EvidenceLink
from gridops.inspections.models import Visit
from tests.browser import DESK, page_of, sign_in
from tests.field.app import App
from tests.field.hands import choose
from tests.field.line import Line
from tests.field.phone import browser_program
from tests.field.server import Server
from tests.field.squad import begin, go, shot

pytestmark = pytest.mark.browser


def film(page: Page, name: str) -> None:
    """A film of a second and a half, used as it came."""
    page.get_by_role("group", name="拒签录像").get_by_role("button", name="录像", exact=True).click()
    dialog = page.locator("dialog.film")
    dialog.get_by_role("button", name="开始录像").click()
    expect(dialog.get_by_role("timer")).to_contain_text("0:01")
    shot(page, f"{name}-filming")
    page.wait_for_timeout(600)
    dialog.get_by_role("button", name="停止录像").click()
    expect(dialog.get_by_role("button", name="用这段")).to_be_visible()
    shot(page, f"{name}-filmed")
    page.wait_for_timeout(450)  # a touch right after another counts for nothing
    dialog.get_by_role("button", name="用这段").click()
    expect(dialog).to_have_count(0)


def plays(page: Page, within: str) -> None:
    """The film in there has a picture and a length."""
    player = page.locator(f"{within} video").first
    expect(player).to_be_visible()
    page.wait_for_timeout(100)
    assert player.evaluate(
        """(video) => new Promise((done) => {
          const told = () => done(video.videoWidth > 0);
          video.readyState ? told() : video.addEventListener("loadedmetadata", told);
          video.addEventListener("error", () => done(false));
        })"""
    )


def test_a_visit_refused_is_proved_by_film(officer: App, line: Line, server: Server, playwright: Playwright) -> None:
    page = go(officer, "#/rounds")
    page.locator("summary", has_text="开始夜查").click()
    page.fill("#theme", "安全")
    page.get_by_role("button", name="开始", exact=True).click()
    page.get_by_role("link", name="登记检查走访").click()
    expect(page.get_by_text("米以内的场所，由近到远")).to_be_visible()  # it knows where it is
    page.fill("#words", "夜宵摊")
    page.get_by_role("link", name="没有登记过").click()
    choose(page, "方式", "巡查")
    choose(page, "签收", "拒签")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#witness-fault")).to_have_text("拒签须填写见证人，或者录像")
    film(page, "visit")
    page = officer.killed()  # in the middle of the form
    plays(page, ".film-part")
    shot(page, "visit-film-kept")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("link", name="夜宵摊").click()
    plays(page, ".file")
    shot(page, "ledger-film")
    line.up()
    officer.wake()
    officer.phone.wait_until_all_confirmed(officer.who)
    with reading() as session:
        visit = session.scalars(select(Visit)).one()
        link = session.scalars(select(EvidenceLink).where(EvidenceLink.record_id == visit.record_id)).one()
        kept = session.get_one(Content, link.sha256)
    assert (visit.witness, link.role, kept.mime, kept.derived) == ("已录像", "film", "video/webm", "none")
    assert link.lon == pytest.approx(119.955)
    browser = playwright.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
    desk, complaints = page_of(browser, server.address, DESK)
    sign_in(desk, "desk")
    desk.goto(f"/desk/visits/{visit.id}")
    plays(desk, ".shot")
    expect(desk.get_by_text("拒签，已录像")).to_be_visible()
    shot(desk, "desk-film")
    address = f"/api/v1/evidence/{link.id}/original"
    part = desk.request.get(server.address + address, headers={"Range": "bytes=0-99"})
    assert (part.status, part.headers["content-type"], len(part.body())) == (206, "video/webm", 100)
    assert re.match("inline", part.headers["content-disposition"])
    assert not complaints
    browser.close()


def test_an_incident_refused_is_proved_by_film_and_what_is_no_film_is_told(officer: App) -> None:
    outing = begin(officer)
    page = go(officer, f"#/outings/{outing}/incident")
    page.get_by_role("radio", name="拒签").check()
    expect(page.locator("#asks")).to_contain_text("请写明见证人，或者拍照、录像记录")
    part = page.get_by_role("group", name="拒签录像")
    for name, mime, size, says in (
        ("long.mp4", "video/mp4", 400_000, "录像超过 0 MB"),
        ("iphone.mov", "video/quicktime", 10, "请点“录像”，在应用里重新录，最长 20 秒"),
    ):
        with page.expect_file_chooser() as chooser:
            part.get_by_role("button", name="相册").click()
        chooser.value.set_files({"name": name, "mimeType": mime, "buffer": b"x" * size})
        expect(page.locator("#film-fault")).to_contain_text(says)
        page.wait_for_timeout(450)  # a touch right after another counts for nothing
    # A browser that does not say that the chooser was left, and a phone that cannot keep it.
    album = part.get_by_role("button", name="相册")
    page.evaluate("() => { delete HTMLElement.prototype.popover; }")
    page.evaluate("() => { gridops.store.keepFile = () => Promise.reject(Error('disk')); }")
    with page.expect_file_chooser():
        album.click()
    expect(album).to_have_attribute("aria-busy", "true")
    page.evaluate("() => { window.dispatchEvent(new Event('focus')); }")
    expect(album).not_to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    with page.expect_file_chooser() as chooser:
        album.click()
    chooser.value.set_files({"name": "short.mp4", "mimeType": "video/mp4", "buffer": b"x" * 10})
    expect(page.locator("#film-fault")).to_contain_text("这段录像没有保存，请重录")
    page.evaluate("() => { delete gridops.store.keepFile; }")
    page.wait_for_timeout(700)
    film(page, "incident")
    expect(page.locator("#asks")).not_to_contain_text("请写明见证人")
    part.get_by_role("button", name="删除录像").click()
    expect(page.locator("#asks")).to_contain_text("请写明见证人")
    officer.phone.wait_for(lambda: officer.photos() == {}, officer.photos, 5)
