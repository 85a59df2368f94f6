"""任务 on the phone's own screens: 核实, 核查 and 处置反馈 without a network, and what becomes of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from gridops.cases.models import Case, CaseEvent
from gridops.cases.queries.lookups import by_record
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.evidence.models import EvidenceLink
from gridops.people.models import Unit, User
from tests.field.app import App, photo
from tests.field.fates import REFUSE
from tests.field.hands import choose, photograph
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server
from tests.web.street import Street

pytestmark = pytest.mark.browser


@pytest.fixture
def street(server: Server) -> Street:
    """The street behind the program."""
    assert server.street is not None
    return server.street


@pytest.fixture
def phone_(phone: Phone, line: Line) -> Iterator[Phone]:
    """The phone on a good line; no script may fail."""
    line.clear()
    line.up()
    phone.faults.clear()
    yield phone
    line.up()
    assert phone.faults == []


def tasks(phone: Phone, server: Server, who: str, line: Line) -> App:
    """Their list, newly downloaded, and then no network."""
    app = App(phone, server.people[who], who).begin()
    phone.until(f"gridops.store.userId === {app.who} && gridops.engine.running === null")
    phone.page.evaluate("gridops.refresh(['tasks', 'cases', 'reports', 'phones']).then(() => 0)")
    line.down()
    phone.page.evaluate("gridops.go('#/tasks')")
    phone.until("gridops.at?.path === 'tasks'")
    return app


def row_of(page: Page, case: Case) -> str:
    """Where the row of a case stands."""
    return f'main .rows a[href*="{case.number}"]'


def open_task(page: Page, case: Case, answer: str) -> None:
    """The task of a case, with its form."""
    page.locator(row_of(page, case)).click()
    page.locator(f"#answer-{answer}").wait_for()


def delivered(app: App, line: Line) -> None:
    """The network is back, and everything confirmed."""
    line.up()
    app.wake()
    app.phone.wait_until_all_confirmed(app.who)


def said_at(move: Move, case: Case) -> list[str | None]:
    """The words of each time it went this way."""
    with reading() as session:
        what = (CaseEvent.case_id == case.id, CaseEvent.move == move)
        return list(session.scalars(select(CaseEvent.reason).where(*what).order_by(CaseEvent.id)))


def test_a_report_that_is_not_true_is_said_so_without_a_network(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.move(street.report("desk", source=Source.PUBLIC), Move.SEND_TO_VERIFY, "desk", words="请到现场看")
    app = tasks(phone_, server, "inspector", line)
    page = phone_.page
    open_task(page, case, "verify")
    page.get_by_text("请到现场看").wait_for()
    page.get_by_role("button", name="提交核实").click()
    page.get_by_text("请选择结果").wait_for()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    choose(page, "结果", "不属实")
    photograph(page, "现场照片", 1)
    page.get_by_role("button", name="提交核实").click()
    expect(page.locator(row_of(page, case))).to_contain_text("已答复，待发送")
    delivered(app, line)
    assert street.now(case).state is State.REPORTED
    with reading() as session:
        roles = session.scalars(select(EvidenceLink.role).where(EvidenceLink.subject_id == case.id)).all()
    assert roles == ["near"]


def test_a_failed_check_says_why_and_comes_back_as_rework(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    app = tasks(phone_, server, "inspector", line)
    page = phone_.page
    open_task(page, case, "check")
    choose(page, "结果", "不合格")
    page.get_by_role("button", name="提交核查").click()
    page.get_by_text("请说明不合格的原因").wait_for()
    expect(page.locator("#words-check")).to_have_attribute("aria-invalid", "true")
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.fill("#words-check", "垃圾仍在")
    page.get_by_role("button", name="提交核查").click()
    expect(page.locator(row_of(page, case))).to_contain_text("已答复")
    delivered(app, line)
    assert street.now(case).state in {State.DISPATCHED, State.RECEIVED}
    assert said_at(Move.CHECK_FAILED, case) == ["垃圾仍在"]


def test_a_passed_check_closes_the_loop_and_leaves_the_list(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    app = tasks(phone_, server, "inspector", line)
    page = phone_.page
    open_task(page, case, "check")
    choose(page, "结果", "合格")
    photograph(page, "核查照片", 3)
    page.get_by_role("button", name="提交核查").click()
    expect(page.locator(row_of(page, case))).to_contain_text("已答复，待发送")
    delivered(app, line)
    assert said_at(Move.CHECK_PASSED, case) == [None]
    page.evaluate("gridops.refresh(['tasks']).then(() => 0)")
    expect(page.locator(row_of(page, case))).to_have_count(0)


def test_the_photo_after_is_taken_over_the_one_before(app: App, server: Server, street: Street, line: Line) -> None:
    found = app.report(photo(11))
    app.delivers(found)
    with reading() as session:
        reported = by_record(session, found.id)
    assert reported is not None
    filed = street.move(reported, Move.FILE, "desk", condition=street.condition_id)
    case = street.move(filed, Move.DISPATCH, "desk", unit=street.unit_id)
    handler = tasks(app.phone, server, "handler", line)
    line.up()  # the picture before comes with its case
    page = app.phone.page
    open_task(page, case, "handle")
    app.phone.until("gridops.state.pictures.kept([gridops.state.told.before[0].full]).then(Boolean)")
    line.down()
    page.get_by_label("处置后照片", exact=True).get_by_role("button", name="拍照").click()
    ghost = page.locator("dialog.camera img.ghost")
    ghost.wait_for()
    assert ghost.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    page.get_by_role("button", name="关闭相机").click()
    photograph(page, "处置后照片", 12)
    page.get_by_role("button", name="提交反馈").click()
    page.get_by_text("请说明处置情况").wait_for()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.fill("#words-handle", "已清理")
    page.get_by_role("button", name="提交反馈").click()
    expect(page.locator(row_of(page, case))).to_contain_text("已答复，待发送")
    delivered(handler, line)
    assert street.now(case).state is State.HANDLED


def test_what_is_seen_at_this_hour_comes_first_and_then_what_runs_out_first(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    cases = [street.checking(), street.checking()]
    tasks(phone_, server, "inspector", line)
    page = phone_.page
    page.get_by_role("heading", name="此刻去看：与上报同一时段").wait_for()
    listed = page.locator("main .rows a").evaluate_all("(rows) => rows.map((row) => row.getAttribute('href'))")
    places = [next(place for place, href in enumerate(listed) if case.number in href) for case in cases]
    assert places == sorted(places), "what was due first comes first"
    page.evaluate("globalThis.gridopsClockShift = 5 * 3600 * 1000")  # another hour of the day
    page.evaluate("gridops.redraw()")
    expect(page.get_by_role("heading", name="此刻去看：与上报同一时段")).to_have_count(0)
    for case in cases:
        expect(page.locator(row_of(page, case))).to_be_visible()
    page.evaluate("globalThis.gridopsClockShift = 0")


def test_an_answer_to_a_case_that_went_on_meanwhile_is_for_a_person_to_judge(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    app = tasks(phone_, server, "inspector", line)
    page = phone_.page
    street.move(case, Move.CHECK_FAILED, "inspector", reason="另一人先查过")
    open_task(page, case, "check")
    choose(page, "结果", "合格")
    page.get_by_role("button", name="提交核查").click()
    expect(page.locator(row_of(page, case))).to_contain_text("已答复，待发送")
    line.always("GET /field/pack/tasks", REFUSE)
    delivered(app, line)
    # The old list still has it: it says what became of the answer, and not that it stands.
    expect(page.locator(row_of(page, case))).to_contain_text("待人工判定")
    assert said_at(Move.CHECK_FAILED, case) == ["另一人先查过"]
    (record,) = [one for one in app.records().values() if one["body"].get("case") == case.number]
    assert re.search("[一-鿿]", record["receipt"]["held_because"])
    line.clear()


def test_an_answer_that_the_server_does_not_take_is_said_in_chinese_and_put_right(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    app = tasks(phone_, server, "inspector", line)
    page = phone_.page
    open_task(page, case, "check")
    choose(page, "结果", "不合格")
    page.fill("#words-check", "x")
    # As an older app sent it: the words that a failed check must have are missing.
    page.evaluate(
        "(number) => gridops.capture({ type: 'check', body: { case: number, outcome: 'failed' }, about: {} })",
        case.number,
    )
    line.up()
    app.wake()
    app.phone.until("gridops.store.countIn('refused').then((count) => count === 1)")
    page.evaluate("gridops.go('#/tasks')")
    expect(page.locator(row_of(page, case))).to_contain_text("上次的答复未被接收")
    page.locator(row_of(page, case)).click()
    page.get_by_role("link", name="查看这条记录").click()
    said = page.locator("main .notice", has_text="服务器的说明")
    said.wait_for()
    assert re.search("[一-鿿]", said.locator("p").inner_text())
    assert "reason:" not in said.inner_text()
    app.empty()


def test_the_unit_and_the_leader_are_one_touch_away(phone_: Phone, server: Server, street: Street, line: Line) -> None:
    with transaction() as session:
        session.get_one(User, street.people["desk"]).phone = "051980000001"
    tasks(phone_, server, "inspector", line)
    calls = phone_.page.get_by_label("一键呼叫").get_by_role("link")
    calls.first.wait_for()
    assert "tel:051980000001" in calls.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")


def test_who_has_the_case_and_who_leads_there_are_called_from_it(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    with transaction() as session:
        session.get_one(User, street.people["desk"]).phone = "051980000001"
        session.get_one(Unit, street.unit_id).phone = "051980000002"
    tasks(phone_, server, "inspector", line)
    open_task(phone_.page, case, "check")
    calls = phone_.page.get_by_label("一键呼叫").get_by_role("link")
    expect(calls).to_have_text([re.compile("处置单位.*环卫所"), re.compile("值班长.*desk")])
    found = [calls.nth(place).get_attribute("href") for place in range(2)]
    assert found == ["tel:051980000002", "tel:051980000001"]


def test_a_unit_receives_a_case_above_the_form_that_tells_what_it_did(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.dispatched()
    tasks(phone_, server, "handler", line)
    line.up()
    open_task(phone_.page, case, "handle")
    receive, other = phone_.page.get_by_role("button", name="接收任务"), phone_.page.get_by_role("button", name="退件")
    spots = [one.bounding_box() for one in (receive, phone_.page.locator("#answer-handle"), other)]
    heights = [spot["y"] for spot in spots if spot]
    assert len(heights) == 3
    assert heights == sorted(heights)
    receive.click()
    expect(receive).to_have_count(0)
    expect(phone_.page.locator("#answer-handle")).to_be_visible()
    assert street.now(case).state is State.RECEIVED


def test_a_second_look_that_is_owed_leads_to_its_visit(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    assert server.night is not None
    app = App(phone_, server.people["officer"], "officer").begin()
    phone_.until(f"gridops.store.userId === {app.who}")
    night = app.capture("round", {"action": "start", "code": "a" * 20}).id
    body = {
        "round": night, "premises": {"id": server.night.shop}, "kind": "patrol", "complete": True,
        "findings": [{"text": "无台账", "severity": "general"}], "signed": "received",
        "order": {"kind": "hazard_notice", "due_on": f"{clock.local_date(clock.now())}"},
    }  # fmt: skip
    app.capture("visit", body)
    app.delivers()
    phone_.page.evaluate("gridops.refresh(['rounds', 'premises']).then(() => 0)")
    tasks(phone_, server, "officer", line)
    page = phone_.page
    page.get_by_role("heading", name="待复查").wait_for()
    owed = page.get_by_role("link", name="宏达喷涂厂")
    expect(owed).to_contain_text("未整改问题 1 个")
    expect(owed).to_contain_text("还剩")
    owed.click()
    phone_.until("gridops.at.path === 'rounds/:id/visit'")
    page.locator(".mended label", has_text="无台账").wait_for()


# Of two openings of a case the second has read what is kept of it before the answer to the first is kept.
_READS_SLOWLY = """(part) => {
  const { store } = gridops, read = store.pack.bind(store);
  store.pack = async (name) => {
    const found = await read(name);
    if (name === "cases") while (!(await read(part))) await new Promise((done) => { setTimeout(done, 10); });
    return found;
  };
}"""


def test_a_case_that_is_opened_twice_at_once_shows_what_came_for_the_first_alone(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    tasks(phone_, server, "inspector", line)
    case, page, held = street.checking(), phone_.page, list[Route]()
    where, part = f"#/tasks/{case.number}", f"case/{case.number}"

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/field/pack/{part}?*", hold)
    page.evaluate("(where) => gridops.go(where)", where)
    phone_.wait_for(lambda: len(held) == 1)
    page.evaluate("gridops.go('#/tasks')")
    phone_.until("gridops.at?.path === 'tasks'")
    page.evaluate(_READS_SLOWLY, part)
    page.evaluate("(where) => gridops.go(where)", where)
    line.up()
    held[0].continue_()
    phone_.wait_for(lambda: len(held) == 2)
    held[1].abort()
    expect(page.locator("#answer-check")).to_be_visible()
    assert [one.status for one in line.told(f"GET /field/pack/{part}")] == [200]
    page.unroute_all()


def test_a_case_that_did_not_come_is_asked_for_again_and_what_was_typed_meanwhile_stays(
    phone_: Phone, server: Server, street: Street, line: Line
) -> None:
    case = street.checking()
    tasks(phone_, server, "inspector", line)
    page = phone_.page
    open_task(page, case, "check")
    page.fill("#words-check", "垃圾仍在")
    page.wait_for_timeout(500)
    expect(page.locator(".timeline")).to_have_count(0)
    line.up()
    expect(page.locator(".timeline")).to_contain_text("已清理")
    expect(page.locator("#words-check")).to_have_value("垃圾仍在")
