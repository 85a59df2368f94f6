"""上报 on the phone's own screen: the camera first, two touches more, without a network, and nothing is lost."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Playwright, expect
from sqlalchemy import select

from gridops.cases.models import Case
from gridops.cases.queries.lookups import by_record
from gridops.cases.rules.moves import State
from gridops.core.db import reading
from gridops.evidence.models import EvidenceLink
from gridops.grids.models import Grid
from gridops.intake.models import Record
from tests.browser import overflows, violations
from tests.evidence.pictures import picture
from tests.field.app import App
from tests.field.conftest import LARGEST
from tests.field.fates import answer
from tests.field.hands import leave_camera, pick, shoot
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.photos.pictures import street as busy_picture
from tests.field.server import Server
from tests.web.street import WEST_POINT, Street

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("GRIDOPS_TEST_SHOTS")
BORDER = (119.95999, 31.855)  # between the two communities, a metre into the western one
_COUNT_TOUCHES = """() => { globalThis.touches = 0;
  document.addEventListener("click", (event) => { if (event.isTrusted) globalThis.touches += 1; }, true); }"""


@pytest.fixture
def street(server: Server) -> Street:
    """The street behind the program."""
    assert server.street is not None
    return server.street


@pytest.fixture
def ready(app: App) -> App:
    """The inspector's phone with everything downloaded; it opens without a network."""
    app.installed()
    app.phone.until("gridops.store.pack('supervision').then(Boolean)")
    app.phone.page.evaluate("gridops.refresh().then(() => 0)")
    return app


def report(app: App) -> Page:
    """The form, opened anew, with the camera before it, at a place that the phone has just found."""
    app.phone.stand_at(*WEST_POINT)
    app.phone.page.evaluate("gridops.go('#/')")
    app.phone.until("gridops.at?.path === ''")
    app.phone.page.evaluate("gridops.go('#/report')")
    app.phone.page.locator("dialog.camera").wait_for()
    return app.phone.page


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^发送")).click()
    expect(page.locator("#toasts")).to_contain_text("已保存，待发送")


def delivered(app: App) -> None:
    """Everything has come to the program whole."""
    app.wake()
    app.phone.wait_until_all_confirmed(app.who)


def only(app: App) -> dict[str, Any]:
    """The one record on the phone."""
    (record,) = app.records().values()
    return record


def case_of(record: dict[str, Any]) -> Case:
    with reading() as session:
        found = by_record(session, record["id"])
    assert found is not None
    return found


def links_of(record: dict[str, Any]) -> dict[str, EvidenceLink]:
    """What came with a record, by its hash."""
    with reading() as session:
        rows = session.scalars(select(EvidenceLink).where(EvidenceLink.record_id == record["id"]))
        return {row.sha256: row for row in rows}


def shot(page: Page, name: str) -> None:
    """A picture for people, where somebody asks for it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_report_takes_three_touches_after_the_photo_and_comes_whole_when_there_is_a_network(
    ready: App, line: Line, street: Street
) -> None:
    street.report()  # what was reported lately is offered first
    ready.phone.page.evaluate("gridops.refresh(['categories']).then(() => 0)")
    line.down()
    page = report(ready)
    page.locator(".camera .shutter[aria-disabled=false]").click()
    page.locator(".camera .shot").wait_for()
    page.wait_for_timeout(1500)  # the person looks; the judge has spoken
    page.evaluate(_COUNT_TOUCHES)
    page.get_by_role("button", name=re.compile("用这张|仍用")).click()
    expect(page.locator(".place-grid")).to_have_text("西社区")
    page.locator(".offer", has_text="暴露垃圾").first.click()
    button = page.get_by_role("button", name=re.compile("^发送"))
    expect(button).to_contain_text("西社区")
    button.click()
    expect(page.locator("#toasts")).to_contain_text("已保存，待发送")
    assert page.evaluate("touches") <= 3
    expect(page.locator("header .pill")).to_have_text("1 条待传")
    record = only(ready)
    assert (record["state"], record["body"]["category"]) == ("queued", "0110")
    ms = page.evaluate("performance.getEntriesByName('captured').at(-1).duration")
    sys.stdout.write(f"\nfrom the touch to queued: {ms:.0f} ms\n")

    line.up()
    delivered(ready)
    case = case_of(record)
    assert (case.state, case.lon, case.lat) == (State.REPORTED, 119.955, 31.855)
    (claim,) = record["attachments"]
    (link,) = links_of(record).values()
    assert (link.sha256, link.role, link.album) == (claim["sha256"], "before", False)
    expect(page.locator("header .pill")).to_have_text("全部已送达")
    assert only(ready)["receipt"]["number"] == case.number


def test_a_form_half_filled_in_is_there_again_after_the_phones_death(ready: App, line: Line) -> None:
    line.down()
    page = report(ready)
    shoot(page)
    pick(page)
    page.locator(".more summary").click()
    page.fill("#description", "写到一半")
    page.wait_for_timeout(600)
    ready.phone.reopen()
    ready.open("#/report")
    page = ready.phone.page
    expect(page.get_by_text("接着上次没发完的上报")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".photo img")).to_have_count(1)
    expect(page.locator(".picked")).to_contain_text("暴露垃圾")
    expect(page.locator("#description")).to_have_value("写到一半")
    send(page)
    line.up()
    delivered(ready)
    record = only(ready)
    assert case_of(record).description == "写到一半"
    assert len(links_of(record)) == 1
    assert ready.phone.stores(ready.who)["drafts"] == []


def test_a_form_thrown_away_takes_its_photos_with_it(ready: App) -> None:
    page = report(ready)
    shoot(page)
    ready.open("#/report")
    page = ready.phone.page
    page.get_by_role("button", name="重新开始").click()
    page.get_by_role("button", name="删除，重新开始").click()
    expect(page.locator("dialog.camera")).to_be_visible()
    leave_camera(page)
    expect(page.locator(".photo")).to_have_count(0)
    kept = ready.phone.stores(ready.who)
    assert (kept["drafts"], kept["photos"]) == ([], [])


def test_pictures_of_the_gallery_are_sent_and_marked_and_one_that_is_broken_stays_behind_and_says_so(
    ready: App, tmp_path: Path
) -> None:
    good, broken = tmp_path / "good.jpg", tmp_path / "broken.jpg"
    busy_picture().save(good, quality=92)
    broken.write_bytes(picture(size=(640, 480), seed=3)[:900])
    page = report(ready)
    with page.expect_file_chooser() as chooser:
        page.locator("dialog.camera").get_by_role("button", name="相册").click()
    began = page.evaluate("performance.now()")
    chooser.value.set_files([good, broken])
    expect(page.locator(".photo[aria-busy=false]")).to_have_count(2)
    sys.stdout.write(f"\ntwo pictures, one of 12 MP, made small: {page.evaluate('performance.now()') - began:.0f} ms\n")
    expect(page.locator(".photo.stuck")).to_contain_text("不能用")
    page.locator(".photo.stuck").click()
    expect(page.locator("dialog.sheet")).to_contain_text("照片已损坏")
    page.locator("dialog.sheet").get_by_role("button", name="关闭").click()
    pick(page)
    send(page)
    delivered(ready)
    (claim,) = only(ready)["attachments"]
    assert claim["album"] is True
    assert claim["size"] <= LARGEST  # of this server
    (link,) = links_of(only(ready)).values()
    assert (link.album, link.sha256) == (True, claim["sha256"])


def test_the_same_thing_nearby_takes_the_photo_and_no_new_case_begins(ready: App, line: Line, street: Street) -> None:
    first = street.report("eastern", at=(119.9553, 31.8551), category="0111")
    ready.phone.page.evaluate("gridops.refresh(['cases']).then(() => 0)")
    line.down()
    page = report(ready)
    shoot(page)
    page.evaluate(_COUNT_TOUCHES)
    pick(page, "积存垃圾渣土")
    near = page.locator(".same-one", has_text=first.number)
    expect(near).to_contain_text("米")
    near.get_by_role("button", name="就是它").click()
    shot(page, "report_same")
    send(page)
    assert page.evaluate("touches") == 3
    line.up()
    delivered(ready)
    record = only(ready)
    assert record["body"]["same_as"] == first.number
    with reading() as session:
        assert by_record(session, record["id"]) is None
    (link,) = links_of(record).values()
    assert link.subject_id == first.id


def test_what_was_put_right_on_the_spot_carries_both_photos_and_ends_there(ready: App) -> None:
    page = report(ready)
    shoot(page)
    page.evaluate(_COUNT_TOUCHES)
    pick(page)
    page.get_by_label("我已当场处置").check()
    page.locator("dialog.camera img.ghost").wait_for()
    assert page.evaluate("touches") == 2
    page.wait_for_timeout(1_000)  # the same frame of this camera twice would be one photo
    shoot(page)
    shot(page, "report_handled")
    page.evaluate("globalThis.touches = 0")
    send(page)
    assert page.evaluate("touches") == 1
    delivered(ready)
    record = only(ready)
    assert case_of(record).state is State.SELF_HANDLED
    assert sorted(link.role or "" for link in links_of(record).values()) == ["after", "before"]


def test_a_wet_double_touch_counts_once(ready: App) -> None:
    page = report(ready)
    shoot(page)
    pick(page)
    page.get_by_role("button", name=re.compile("^发送")).dblclick()
    ready.phone.until("gridops.at?.path === ''")
    delivered(ready)
    assert len(ready.records()) == 1
    with reading() as session:
        found = session.scalars(select(Record.id).where(Record.id == only(ready)["id"])).all()
    assert len(found) == 1


def test_what_is_missing_is_said_where_it_is_missing_and_nothing_is_sent(ready: App) -> None:
    page = report(ready)
    leave_camera(page)
    page.get_by_role("button", name=re.compile("^发送")).click()
    expect(page.locator("#category .fault")).to_contain_text("请选择类别")
    assert ready.records() == {}


def test_a_place_three_kilometres_wide_is_never_sent_by_itself(ready: App) -> None:
    ready.phone.stand_at(119.955, 31.855, 3000)
    try:
        ready.open("#/report")
        page = ready.phone.page
        shoot(page)
        pick(page)
        page.get_by_role("button", name=re.compile("^发送")).click()
        expect(page.locator("#place .fault")).to_contain_text("太大")
        assert ready.records() == {}
    finally:
        ready.phone.stand_at(119.955, 31.855, 12)


def test_on_a_border_both_grids_are_offered_and_the_chosen_one_is_sent(ready: App, street: Street) -> None:
    ready.phone.stand_at(*BORDER, 12)
    try:
        ready.open("#/report")
        page = ready.phone.page
        shoot(page)
        pick(page)
        page.get_by_role("radio", name="东社区").check()
        expect(page.get_by_role("button", name=re.compile("^发送"))).to_contain_text("东社区")
        send(page)
        delivered(ready)
    finally:
        ready.phone.stand_at(119.955, 31.855, 12)
    case = case_of(only(ready))
    with reading() as session:
        assert session.get_one(Grid, case.grid_id).code == street.east
    assert case.place is not None
    assert case.place["fix"]["lon"] == BORDER[0]


def test_a_report_that_the_server_refuses_goes_back_to_its_form_with_all_it_had(ready: App, line: Line) -> None:
    page = report(ready)
    shoot(page)
    pick(page)
    line.once("^PUT /api/v1/records/", answer(422))
    send(page)
    record = only(ready)
    ready.phone.wait_for(lambda: only(ready)["state"] == "refused")
    page.evaluate("(id) => gridops.go('#/ledger/' + id)", record["id"])
    page.get_by_role("link", name="修改").click()
    expect(page.locator(".picked")).to_contain_text("暴露垃圾")
    expect(page.locator(".photo img")).to_have_count(1)
    expect(page.locator(".place-grid")).to_have_text("西社区")
    page.locator(".more summary").click()
    page.fill("#description", "改好了")
    send(page)
    delivered(ready)
    assert only(ready)["id"] == record["id"]
    assert case_of(record).description == "改好了"
    assert len(links_of(record)) == 1


def test_a_spoken_note_goes_along_as_sound(ready: App) -> None:
    page = report(ready)
    shoot(page)
    pick(page)
    page.locator(".more summary").click()
    note = page.get_by_label("语音", exact=True)
    note.get_by_role("button", name="按住说话").click()
    page.wait_for_timeout(1200)
    # Sent while it is still being spoken: it is kept whole.
    send(page)
    delivered(ready)
    roles = {claim["role"]: claim["mime"] for claim in only(ready)["attachments"]}
    assert set(roles) == {"before", "sound"}
    assert roles["sound"].startswith(("audio/", "video/"))


def test_the_form_is_open_to_everyone_in_every_look(ready: App, street: Street) -> None:
    street.report("eastern", at=(119.9553, 31.8551))
    ready.phone.page.evaluate("gridops.refresh(['cases']).then(() => 0)")
    page = report(ready)
    leave_camera(page)
    wrong = looks(page, "report_empty")
    payload: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(640, 480), seed=4)}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="相册").click()
    chooser.value.set_files(payload)
    page.locator(".photo[aria-busy=false] img").wait_for()
    page.locator(".classes > summary").click()
    page.locator(".class > summary").first.click()
    wrong += looks(page, "report_classes")
    pick(page)
    page.locator(".more summary").click()
    page.get_by_label("我已当场处置").check()
    leave_camera(page)
    wrong += looks(page, "report_full")
    assert wrong == []


def looks(page: Page, name: str) -> list[str]:
    """What is wrong with what is shown: light, dark, in 大字."""
    page.evaluate("document.documentElement.dataset.theme = 'light'; document.documentElement.classList.remove('big')")
    # What a bar lies upon by half is no fault of its size.
    page.evaluate("document.querySelector('header.top').style.position = 'static'")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    told = [f"{name}: {one}" for one in violations(page)]
    told += [f"{name}: wider than the phone"] if overflows(page) else []
    shot(page, f"{name}_light")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    told += [f"{name}, dark: {one}" for one in violations(page, "color-contrast")]
    shot(page, f"{name}_dark")
    page.evaluate("document.documentElement.classList.add('big')")
    told += [f"{name}: in 大字 wider than the phone"] if overflows(page) else []
    shot(page, f"{name}_big")
    page.evaluate("document.documentElement.dataset.theme = 'light'; document.documentElement.classList.remove('big')")
    return told


@pytest.mark.thorough
def test_how_quick_a_report_is_on_a_slow_phone(
    playwright: Playwright, line: Line, server: Server, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "slow", line.address, slower=4) as phone:
        slow = App(phone, server.people["inspector"], "inspector").begin().installed()
        phone.until("gridops.store.pack('supervision').then(Boolean)", 60)
        page = report(slow)
        shoot(page)
        pick(page)
        send(page)
        ms = page.evaluate("performance.getEntriesByName('captured').at(-1).duration")
        sys.stdout.write(f"\nfour times slower, from the touch to queued: {ms:.0f} ms\n")
        phone.wait_until_all_confirmed(slow.who)
