"""Forms that are left or changed in the middle: no photo and no answer of theirs is lost, nobody is pulled back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.evidence.models import EvidenceLink
from gridops.grids.models import Grid
from gridops.people.models import Unit
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.supervision import forms, service
from tests.factories import make_user
from tests.field.app import App
from tests.field.hands import choose, from_album, leave_camera, pick, shoot
from tests.field.line import Line
from tests.field.server import Server
from tests.web.street import WEST_POINT, Street

pytestmark = pytest.mark.browser
# A photo takes as long to be stored as the test wants: on a phone that is busy it is seconds.
_HOLD = """() => {
  const { store } = gridops;
  const gate = new Promise((done) => { globalThis.letGo = done; });
  store.keepFile = (...file) => gate.then(() => Object.getPrototypeOf(store).keepFile.apply(store, file));
}"""
# What is spoken is whole only some time after it was ended.
_SLOW_VOICE = """() => {
  const { addEventListener } = MediaRecorder.prototype;
  MediaRecorder.prototype.addEventListener = function (name, what, ...more) {
    const told = name === "stop" ? (event) => setTimeout(() => what.call(this, event), 1000) : what;
    addEventListener.call(this, name, told, ...more);
  };
}"""
# The screen that is drawn anew waits for its list; the next that asks for it does not.
_SLOW_LIST = """() => {
  const { store } = gridops;
  store.pack = async (name) => {
    const pack = await Object.getPrototypeOf(store).pack.call(store, name);
    if (name !== "categories") return pack;
    delete store.pack;
    globalThis.held = true;
    await new Promise((done) => { globalThis.letGo = done; });
    return pack;
  };
  store.changed();
}"""


@pytest.fixture
def street(server: Server) -> Street:
    """The street behind the program."""
    assert server.street is not None
    return server.street


@contextmanager
def photo_in_the_making(page: Page) -> Iterator[None]:
    """What is photographed is stored only at the end."""
    page.evaluate(_HOLD)
    try:
        yield
    finally:
        page.evaluate("() => { delete gridops.store.keepFile; letGo(); }")


def begin_report(app: App) -> Page:
    """The form with the camera before it, at a place that the phone has just found."""
    app.phone.until("gridops.store.pack('categories').then(Boolean)")
    app.phone.stand_at(*WEST_POINT)
    app.phone.page.evaluate("gridops.go('#/report')")
    app.phone.page.locator("dialog.camera").wait_for()
    return app.phone.page


def roles_of(app: App, type_: str) -> list[str | None]:
    """What the photos of the one record of that type show, as the program has them."""
    app.wake()
    app.phone.wait_until_all_confirmed(app.who)
    (record,) = [one for one in app.records().values() if one["type"] == type_]
    with reading() as session:
        return list(session.scalars(select(EvidenceLink.role).where(EvidenceLink.record_id == record["id"])))


def test_who_takes_back_that_it_was_put_right_keeps_the_photo_and_sends_it(app: App) -> None:
    page = begin_report(app)
    leave_camera(page)
    pick(page)
    handled = page.get_by_label("我已当场处置")
    handled.check()
    shoot(page)
    expect(page.locator("#after .photo[aria-busy=false] img")).to_have_count(1)
    handled.uncheck()
    expect(page.get_by_label("现场照片", exact=True).locator(".photo img")).to_have_count(1)
    expect(page.locator("#after")).to_have_count(0)
    page = app.killed()  # as it is stored
    expect(page.get_by_label("现场照片", exact=True).locator(".photo img")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^发送")).click()
    expect(page.locator("#toasts")).to_contain_text("已保存，待发送")
    assert roles_of(app, "report") == ["before"]


def test_what_is_typed_or_spoken_into_a_report_is_not_interrupted(app: App) -> None:
    page = begin_report(app)
    leave_camera(page)
    assert not app.busy()
    page.locator(".more summary").click()
    for name in ("#description", "#address"):
        page.fill(name, "三号楼")
        assert app.busy()
        page.fill(name, "")
        assert not app.busy()
    note = speak(app)
    note.get_by_role("button", name="删除录音").wait_for()
    assert app.busy()
    note.get_by_role("button", name="删除录音").click()
    assert not app.busy()
    page.evaluate(_SLOW_VOICE)
    speak(app)
    page.get_by_label("主导航").get_by_role("link", name="首页").click()
    app.phone.until("gridops.at?.path === ''")
    app.phone.until("gridops.store.draft('report').then((form) => Boolean(form?.content.photos?.note))")
    page.evaluate("gridops.go('#/report')")
    note.get_by_role("button", name="播放").wait_for()
    assert page.locator("dialog.camera").count() == 0, "it is gone on with, not begun"
    note.get_by_role("button", name="删除录音").click()
    speak(app, ended=False)
    page.get_by_label("主导航").get_by_role("link", name="首页").click()
    app.phone.until("gridops.at?.path === ''")
    app.phone.until("gridops.store.draft('report').then((form) => form?.content.photos?.note?.seconds >= 1)")


def speak(app: App, *, ended: bool = True) -> Locator:
    """A note of a second, ended just now or still being spoken; the part of the form in which it is."""
    note = app.phone.page.get_by_label("语音", exact=True)
    note.get_by_role("button", name="按住说话").click()
    app.phone.until("document.querySelector('.voice-button').getAttribute('aria-pressed') === 'true'")
    assert app.busy()
    app.phone.page.wait_for_timeout(1200)  # somebody speaks
    if ended:
        note.get_by_role("button", name="松开或再点").click()
    return note


_ONE_UNDER_ANOTHER = """() => {
  const [one, two] = ["one", "two"].map((id) => Object.assign(document.createElement("button"), { id }));
  for (const each of [one, two]) each.style = "position: fixed; inset: 0; z-index: 99";
  one.onclick = () => one.replaceWith(two);
  globalThis.hits = 0;
  two.onclick = () => { globalThis.hits += 1; };
  document.body.append(one);
}"""


def test_the_second_of_two_quick_touches_does_not_reach_the_next_screen(app: App) -> None:
    page = app.phone.page
    page.evaluate(_ONE_UNDER_ANOTHER)
    for _touch in range(2):
        page.touchscreen.tap(200, 400)
    page.locator("#two").wait_for()
    assert page.evaluate("hits") == 0
    page.wait_for_timeout(700)
    page.touchscreen.tap(200, 400)
    page.wait_for_timeout(700)
    page.touchscreen.tap(200, 400)
    page.touchscreen.tap(200, 400)
    assert page.evaluate("hits") == 3, "what is meant for it counts, also quickly"


def test_a_report_that_was_begun_anew_is_not_put_back_by_what_was_being_drawn(app: App) -> None:
    page = begin_report(app)
    leave_camera(page)
    page.locator(".more summary").click()
    page.fill("#description", "三号楼")
    page = app.killed()
    begun = page.evaluate("gridops.state.draft.content.id")
    page.evaluate(_SLOW_LIST)
    app.phone.until("globalThis.held")
    page.get_by_role("button", name="重新开始").click()
    page.get_by_role("button", name="删除，重新开始").click()
    leave_camera(page)
    fresh = page.evaluate("gridops.state.draft.content.id")
    assert fresh != begun
    page.evaluate("letGo()")
    page.wait_for_timeout(300)
    assert page.evaluate("gridops.state.draft.content.id") == fresh


def test_an_answer_is_kept_where_the_person_goes_on_while_its_photo_is_in_the_making(app: App, street: Street) -> None:
    case = street.move(street.report("desk", source=Source.PUBLIC), Move.SEND_TO_VERIFY, "desk", words="请到现场看")
    page = app.phone.page
    page.evaluate("gridops.refresh(['tasks', 'cases']).then(() => 0)")
    page.evaluate("(number) => gridops.go(`#/tasks/${number}?kind=verify`)", case.number)
    choose(page, "结果", "不属实")
    with photo_in_the_making(page):
        from_album(page, "现场照片", 1)
        page.locator(".photo[aria-busy=true]").wait_for()
        page.get_by_role("button", name="提交核实").click()
        page.get_by_label("主导航").get_by_role("link", name="首页").click()
        app.phone.until("gridops.at?.path === ''")
        assert app.records() == {}
    expect(page.locator("#toasts")).to_contain_text("已保存，待发送")
    assert roles_of(app, "verification") == ["near"]
    assert page.evaluate("gridops.at.path") == ""


def test_an_answer_that_stands_in_two_tabs_is_one_record(app: App, street: Street, line: Line) -> None:
    app.installed().settled()
    case = street.move(street.report("desk", source=Source.PUBLIC), Move.SEND_TO_VERIFY, "desk", words="请到现场看")
    first = app.phone.page
    first.evaluate("gridops.refresh(['tasks', 'cases']).then(() => 0)")
    line.down()  # nothing draws the tabs anew
    first.evaluate("(number) => gridops.go(`#/tasks/${number}?kind=verify`)", case.number)
    choose(first, "结果", "不属实")
    first.fill("#words-verify", "到场没有看到")
    first.wait_for_timeout(400)  # until it is stored
    second = first.context.new_page()
    second.goto(first.url)
    expect(second.locator("#words-verify")).to_have_value("到场没有看到")
    for tab in (first, second):
        tab.evaluate("(gridops.screen.live = false, null)")  # it has not heard of the other
    for tab in (first, second):
        tab.get_by_role("button", name="提交核实").click()
        expect(tab.locator("#toasts")).to_contain_text("已保存，待发送")
    second.close()
    line.up()
    assert roles_of(app, "verification") == []


@pytest.fixture
def problem(server: Server, street: Street) -> str:
    """The number of an item that the handler's unit owes an answer for."""
    with transaction() as session:
        unit = session.get_one(Unit, street.other_unit_id)
        root = session.get_one(Grid, street.root_id)
        user = make_user(session, root, Role.SUPERVISION_OFFICER, username="watcher", unit=unit)
        watcher = load_person(session, user.id)
        assert watcher is not None
        code = session.get_one(Unit, street.unit_id).code
        due = clock.now() + timedelta(days=5)
        return service.name_problem(session, watcher, forms.ProblemForm(code, "楼道堆物", due_at=due)).number


def test_who_went_on_to_report_is_not_pulled_back_by_the_form_before(app: App, server: Server, problem: str) -> None:
    handler = App(app.phone, server.people["handler"], "handler").begin()
    page = handler.phone.page
    handler.phone.until(f"gridops.store.userId === {handler.who}")
    page.evaluate("gridops.refresh(['supervision', 'categories']).then(() => 0)")
    page.evaluate("(number) => gridops.go(`#/supervision/${number}`)", problem)
    page.fill("#words", "已清理")
    with photo_in_the_making(page):
        from_album(page, "整改后照片", 2)
        page.locator(".photo[aria-busy=true]").wait_for()
        page.get_by_role("button", name="提交反馈").click()
        page.evaluate("gridops.go('#/report')")
        page.locator("dialog.camera").wait_for()
    page.get_by_text("整改反馈已保存，待发送。").wait_for()  # over the camera
    assert roles_of(handler, "problem_answer") == ["after"]
    assert page.evaluate("gridops.at.path") == "report"
    leave_camera(page)
