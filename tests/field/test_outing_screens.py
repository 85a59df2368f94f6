"""Joint enforcement on real phones: several without a network at once, what the law asks, hand-overs, the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Playwright, expect

from gridops.core import clock
from gridops.operations import queries
from gridops.squads import queries as squads
from tests.browser import DESK, PHONE, overflows, page_of, sign_in, violations
from tests.field.app import App
from tests.field.conftest import deployed
from tests.field.fates import LOSE_ANSWER
from tests.field.line import Line
from tests.field.phone import Phone, browser_program
from tests.field.squad import (
    DESK_PHONE,
    Squad,
    begin,
    certificate_ends,
    counts,
    delivered,
    go,
    in_groups,
    incidents_of,
    join,
    outing_of,
    packed,
    planned,
    policeman_of,
    shot,
    shows,
    sign_on_the_glass,
    squad_text,
    touch,
)

pytestmark = pytest.mark.browser


ON_BOTH = pytest.mark.parametrize("squad", ["sqlite", "postgresql"], indirect=True, scope="module")
ON_ONE = pytest.mark.parametrize("squad", ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def squad(
    request: pytest.FixtureRequest, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Squad]:
    folder = tmp_path_factory.mktemp("squad")
    with deployed(request.param, folder / "server") as server:
        policeman_of(server)
        with (
            Line(server.port) as first,
            Line(server.port) as second,
            Phone(playwright, folder / "leader", first.address) as one,
            Phone(playwright, folder / "policeman", second.address, dark=True) as other,
        ):
            leader = App(one, server.people["officer"], "officer").begin().installed()
            policeman = App(other, server.people["policeman"], "policeman").begin().installed()
            yield Squad(server, leader, policeman, {"leader": first, "policeman": second})


@ON_BOTH
def test_two_phones_without_a_network_count_at_once_and_merge_exactly(squad: Squad) -> None:
    leader, policeman = squad.leader, squad.policeman
    for app in (leader, policeman):
        packed(app)
    squad.down()
    outing = begin(leader)
    page = leader.phone.page
    page.get_by_role("button", name="签到二维码").click()
    expect(page.locator("dialog svg.qr")).to_be_visible()
    shot(page, "code")
    code = leader.records()[outing]["body"]["code"]
    expect(page.locator(".join-word")).to_have_text(in_groups(code))
    page.get_by_role("button", name="关闭").click()
    page.evaluate("void (navigator.vibrate = (ms) => (globalThis.shaken ??= []).push(ms))")
    touch(page, "劝导", 3)
    assert page.evaluate("shaken") == [40, 40, 40]
    undo = page.locator(".tally-head").get_by_role("button", name="撤销")
    undo.click()
    shows(leader, "team", {"persuaded": 2})
    expect(page.locator(".tally-head")).to_contain_text("已撤销：劝导 +1")
    expect(page.locator(".tally-head")).not_to_contain_text("已撤销")  # it is said for some seconds
    page.locator(".tally", has_text="规范摆放").dblclick()  # a wet finger
    shows(leader, "own", {"persuaded": 2, "tidied": 1})
    expect(undo).to_be_visible()
    shot(page, "board-undo")
    page.wait_for_timeout(4_000)
    expect(undo).to_be_visible()
    expect(undo).to_have_count(0)  # for five seconds, not for ever

    other = join(policeman, f"https://elsewhere.example/field#/join/outing/{outing}/{code}")
    expect(other.get_by_text("由负责人手机同步后显示名称")).to_be_visible()
    shot(other, "join-dark")
    other.locator("main").get_by_role("button", name="签到", exact=True).click()
    expect(other.get_by_role("heading", name="计数")).to_be_visible()
    touch(other, "规范摆放", 4)
    other.get_by_text("一次记多个").click()
    other.fill("#many-amount", "12")
    other.get_by_role("button", name="记录", exact=True).click()
    other.get_by_text("我最近记的").click()
    shows(policeman, "own", {"tidied": 4, "persuaded": 12})
    other.locator(".plain-list").get_by_role("button", name="撤销").first.click()
    shows(policeman, "own", {"tidied": 4})
    shot(other, "outing-joined-dark")
    policeman.phone.reopen()
    policeman.open(f"#/outings/{outing}")
    shows(policeman, "own", {"tidied": 4})

    squad.up("policeman")  # the counts come before the outing is known
    delivered(policeman)
    packed(policeman)
    shows(policeman, "team", {"tidied": 4})
    squad.up("leader")
    delivered(leader)
    for app in (leader, policeman):
        packed(app)
        shows(app, "team", {"persuaded": 2, "tidied": 5})
    assert counts(policeman, "own") == {"tidied": 4}
    expect(policeman.phone.page.get_by_role("heading", level=1)).to_have_text("非机动车乱停放整治")

    found = squad.asked(outing_of, outing)
    sums = squad.asked(queries.tally_sums, [found.id])[found.id]
    assert {kind.value: number for kind, number in sums.items() if number} == {"persuaded": 2, "tidied": 5}
    assert squad.asked(squads.turns, [found.squad_id])[found.squad_id].people == 2
    captured = [one for app in (leader, policeman) for one in app.records().values() if one["type"] == "tally"]
    held = squad.server.held()
    assert held.rows["tally"] == len(captured)
    assert held.doubled() == []


@ON_BOTH
def test_a_planned_outing_is_begun_on_two_phones_at_once_and_is_one(squad: Squad) -> None:
    number = planned(squad.server)
    phones = (squad.leader, squad.policeman)
    for app in phones:
        packed(app)
    squad.down()
    for app in phones:
        page = go(app, f"#/outings/{number}")
        page.get_by_role("button", name="开始这次行动").click()
        expect(page.get_by_role("heading", name="计数")).to_be_visible()
        touch(page, "发放告知书", 2)
    for who, app in (("policeman", squad.policeman), ("leader", squad.leader)):
        squad.up(who)
        delivered(app)
    for app in phones:
        packed(app)
        shows(app, "team", {"leaflets": 4})
        assert counts(app, "own") == {"leaflets": 2}
    found = squad.asked(outing_of, number)
    assert squad.asked(squads.turns, [found.squad_id])[found.squad_id].people == 2
    page = squad.policeman.phone.page
    page.get_by_role("button", name="我先离开").click()
    page.get_by_role("button", name="离开", exact=True).click()
    member = page.locator(".member", has_text="policeman")
    expect(member).to_contain_text("已离开")
    delivered(squad.policeman)
    # Back again, the code typed as it is read out: in groups, in capitals.
    code = squad.leader.phone.page.evaluate("gridops.state.outing.code")
    join(squad.policeman, in_groups(code, "-").upper())
    page.get_by_role("button", name="签到", exact=True).click()
    delivered(squad.policeman)
    assert [one.left_at for one in squad.asked(squads.members, found.squad_id)] == [None, None]
    packed(squad.policeman)
    go(squad.policeman, f"#/outings/{number}")
    expect(member).to_be_visible()
    expect(member).not_to_contain_text("已离开")


@ON_BOTH
def test_a_count_whose_answer_was_lost_is_not_shown_twice(squad: Squad) -> None:
    leader = squad.leader
    packed(leader)
    begin(leader)
    calls = leader.phone.page.get_by_role("navigation", name="一键呼叫").get_by_role("link", name="desk")
    expect(calls).to_have_attribute("href", f"tel:{DESK_PHONE}")
    delivered(leader)
    squad.lines["leader"].always("PUT /api/v1/records/", LOSE_ANSWER)
    before = squad.server.held().rows["tally"]
    touch(leader.phone.page, "清理")
    leader.phone.wait_for(lambda: squad.server.held().rows["tally"] == before + 1)
    packed(leader)
    assert counts(leader, "team") == counts(leader, "own") == {"cleared": 1}
    assert "queued" in {one["state"] for one in leader.records().values()}
    squad.lines["leader"].clear()
    delivered(leader)
    packed(leader)
    assert counts(leader, "team") == {"cleared": 1}


@ON_ONE
def test_an_incident_that_the_law_refuses_is_shown_and_put_right(squad: Squad) -> None:
    leader, policeman = squad.leader, squad.policeman
    packed(leader)
    outing = begin(leader)
    page = leader.phone.page
    join(policeman, squad_text(leader, outing))
    policeman.phone.page.locator("main").get_by_role("button", name="签到", exact=True).click()
    delivered(leader)
    delivered(policeman)
    packed(leader)
    certificate_ends(squad.server, "policeman", date(2020, 1, 1))

    page.get_by_role("link", name="扣押、保存、移送").click()
    expect(page.locator("#asks")).to_contain_text("行政强制法第二十四条第一款")
    last = clock.local_date(clock.now()) + timedelta(days=30)
    expect(page.locator("#deadline")).to_have_value(last.isoformat())
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#basis-fault")).to_contain_text("行政强制法第十条")
    shot(page, "incident-asked")
    page.fill("#party", "李小四")
    page.fill("#item-0-name", "三轮车（蓝色）")
    page.fill("#item-0-unit", "辆")
    page.get_by_role("button", name="加一行").click()
    page.fill("#item-1-name", "煤气罐")
    page.fill("#item-1-count", "2")
    page.fill("#basis", "无证无照经营查处办法第十一条")
    page.fill("#approver", "张队长")
    page.get_by_label(re.compile("policeman")).check()
    page.wait_for_timeout(400)
    leader.phone.reopen()  # in the middle of the form
    leader.open(f"#/outings/{outing}/incident")
    page = leader.phone.page
    expect(page.locator("#item-1-name")).to_have_value("煤气罐")
    sign_on_the_glass(page)
    expect(page.get_by_text("法律要求的内容已填全")).to_be_visible()
    shot(page, "incident-filled")
    page.get_by_role("button", name="登记", exact=True).click()
    refused = page.locator(".troubles a")
    expect(refused).to_contain_text("行政强制法第十七条第三款")
    assert squad.asked(incidents_of, outing) == []
    ledger = f"#/ledger/{next(name for name, one in leader.records().items() if one['state'] == 'refused')}"
    go(leader, ledger)
    page.get_by_role("link", name="修改").click()
    expect(page.locator("#party")).to_have_value("李小四")
    page.get_by_role("button", name="返回").click()
    go(leader, f"#/outings/{outing}")

    page.get_by_text("没有手机的人员签到").click()
    page.fill("#member-name", "赵六")
    page.select_option("#member-agency", "traffic_police")
    page.fill("#member-certificate", "JJ-1")
    shot(page, "outing-refused")
    page.locator(".fold-body").get_by_role("button", name="签到", exact=True).click()
    expect(page.locator(".member", has_text="赵六")).to_contain_text("持证")
    refused.click()
    expect(page.locator("[role=group]", has_text="执法人员").locator(".fault")).to_contain_text("执法证件当日有效")
    shot(page, "incident-refused")
    page.get_by_label(re.compile("policeman")).uncheck()
    page.get_by_label(re.compile("赵六")).check()
    page.get_by_role("button", name="修改后再发").click()
    expect(page.locator(".member", has_text="扣押")).to_be_visible()
    delivered(leader)
    (incident,) = squad.asked(incidents_of, outing)
    assert {one["name"] for one in incident.officers} == {squad.leader.name, "赵六"}
    assert incident.items == "三轮车（蓝色） 1辆\n煤气罐 2件"
    assert (incident.signed, incident.party) == ("received", "李小四")
    sent = leader.records()[incident.record_id]
    assert [one["role"] for one in sent["attachments"]] == ["signature"]
    assert {one["sha256"] for one in sent["attachments"]} <= squad.server.held().contents
    expect(page.locator(".troubles")).to_have_count(0)
    certificate_ends(squad.server, "policeman", None)


@ON_ONE
def test_an_outing_goes_to_its_answered_referral(squad: Squad, playwright: Playwright) -> None:
    leader = squad.leader
    packed(leader)
    outing = begin(leader)
    page = leader.phone.page
    squad.down()
    page.get_by_role("link", name="扣押、保存、移送").click()
    page.select_option("#kind", "referred")
    page.fill("#item-0-name", "偷倒垃圾线索")
    page.fill("#item-0-unit", "条")
    page.fill("#to_agency", "区生态环境局")
    page.fill("#deadline", (clock.local_date(clock.now()) + timedelta(days=5)).isoformat())
    shot(page, "incident-referred")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".member", has_text="移送")).to_contain_text("待传")

    page.get_by_role("link", name="现场移交").click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("请接收人签名")).to_be_visible()
    page.select_option("#to_agency", "police_station")
    page.fill("#what", "三轮车1辆")
    page.fill("#receiver", "王警官")
    sign_on_the_glass(page)
    page.wait_for_timeout(300)
    leader.phone.reopen()
    leader.open(f"#/outings/{outing}/handover")
    page = leader.phone.page
    expect(page.locator(".signed-picture")).to_be_visible()
    shot(page, "handover")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".member", has_text="王警官")).to_be_visible()

    touch(page, "清理")
    page.fill("#summary", "整治完毕")
    page.get_by_role("button", name="确认并结束").click()
    expect(page.get_by_text("请先核对上面的数字")).to_be_visible()
    page.get_by_label("以上数字已与各单位负责人核对").check()
    page.wait_for_timeout(700)  # a touch that soon after the first would be a wet double one
    page.get_by_role("button", name="确认并结束").click()
    expect(page.locator(".outing-head")).to_contain_text("已结束")
    shot(page, "outing-ended")
    squad.up("leader")
    delivered(leader)
    found = squad.asked(outing_of, outing)
    assert (found.summary, found.ended_at is not None) == ("整治完毕", True)
    squad.up("policeman")
    answered_at_the_desk(squad, playwright, found.number)


def answered_at_the_desk(squad: Squad, playwright: Playwright, number: str) -> None:
    """The desk sees what came from the phone, and notes what became of the referral."""
    browser = playwright.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
    desk, complaints = page_of(browser, squad.server.address, DESK)
    sign_in(desk, "desk")
    desk.goto(f"/desk/outings/{number}")
    expect(desk.get_by_text("整治完毕")).to_be_visible()
    expect(desk.locator(".shot")).to_have_count(1)
    desk.get_by_role("link", name="移送", exact=True).click()
    for step, fields in (
        ("receipt", {"receipt": "李收", "letter_no": "移〔2026〕1号"}),
        ("answer", {"answer": "已立案查处"}),
    ):
        desk.locator(f"#do-{step} summary").click()
        for name, value in fields.items():
            desk.fill(f"#{step}-{name}", value)
        desk.locator(f"#do-{step} button[type=submit]").click()
        expect(desk.locator(".notice-good")).to_be_visible()
    expect(desk.locator(".chip", has_text="已反馈")).to_be_visible()
    assert not violations(desk)
    for path in ("/desk/outings", "/desk/outings?view=calendar", "/desk/incidents", "/desk/campaigns"):
        desk.goto(path)
        assert not violations(desk), path
        assert not overflows(desk), path
    assert not complaints
    browser.close()


@ON_ONE
def test_everybody_can_use_the_screens_by_day_by_night_and_in_large_letters(squad: Squad) -> None:
    leader = squad.leader
    packed(leader)
    outing = begin(leader)
    code = leader.records()[outing]["body"]["code"]
    screens = (
        "#/outings",
        "",
        "/incident",
        "/handover",
        f"#/join/outing/{outing}/{code}",
        "#/join",
        "#/join?code=nothing!",
    )
    for where in screens:
        page = go(leader, where if where.startswith("#") else f"#/outings/{outing}{where}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        page.set_viewport_size({"width": 360, "height": 640})  # the smallest phone, the largest letters
        page.evaluate("document.documentElement.classList.add('big')")
        assert not overflows(page), where
        shot(page, f"all-{screens.index(where)}-small-big")
        if where == "":
            bottom = page.locator(".tally").last.evaluate("(one) => one.getBoundingClientRect().bottom + scrollY")
            assert bottom < 640 - 64, "the whole board is in sight above the bar"
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.evaluate("document.documentElement.classList.remove('big')")
        tops = page.locator(".ways .tile").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().top)")
        assert len(set(tops)) <= 1, "the ways on stand side by side"
        for theme in ("light", "dark"):
            for big in (False, True):
                page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
                page.evaluate(f"document.documentElement.classList.toggle('big', {str(big).lower()})")
                assert not overflows(page), (where, big)
                shot(page, f"all-{screens.index(where)}-{theme}{'-big' if big else ''}")
                if not big:
                    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # what floats covers nothing there
                    assert violations(page) == [], (where, theme)
        page.evaluate("document.documentElement.classList.remove('big')")
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main a, main summary, main select')]"
            ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)"
            ".map((one) => one.outerHTML.slice(0, 90))"
        )
        assert small == [], where
        page.evaluate("import('/static/field/lib/words.js').then((words) => words.speak('en')).then(gridops.redraw)")
        shot(page, f"all-{screens.index(where)}-en")
        assert not overflows(page), (where, "en")
        page.evaluate("import('/static/field/lib/words.js').then((words) => words.speak('zh')).then(gridops.redraw)")
    assert leader.phone.faults == squad.policeman.phone.faults == []
