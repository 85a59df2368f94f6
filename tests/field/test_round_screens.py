"""Night rounds on the phone's own screens: a whole night without a network, then everything as it was on the server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.evidence.models import EvidenceLink
from gridops.inspections import forms, queries, service
from gridops.inspections.models import Order, Round, Visit
from gridops.inspections.rules import OrderKind, RoundState, Signed, VisitKind, state_of
from gridops.intake.models import Record
from gridops.intake.rules import RecordState
from gridops.people.models import User
from gridops.premises import service as premises
from gridops.premises.models import Premises
from gridops.squads import queries as squads
from gridops.squads.forms import people as named_people
from tests.field.app import App
from tests.field.hands import choose, photograph, sign
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser
MINE = "gridops.store.pack('grids').then(({ data }) => data.grids.filter((one) => one.mine).map((one) => one.name))"
SHOTS = os.environ.get("GRIDOPS_TEST_SHOTS")


@pytest.fixture(scope="module")
def planned(server: Server) -> str:
    """An approved round of two officers with the shop on its plan; a bakery lies further off; one owes a re-look."""
    assert server.street is not None
    assert server.night is not None
    desk = server.street.person("desk")
    with transaction() as session:
        root = session.get_one(User, server.people["desk"]).root_id
        premises.ensure(session, root, "91350100M000100Y43", "东面包房", lon=119.985, lat=31.855)
        premises.ensure(session, root, None, "隔壁五金店", lon=119.9552, lat=31.855)
        people = tuple(named_people("second"))
        plan = forms.PlanIn(
            clock.now(), "涉气", "officer", groups=2, people=people, inspection=True, approval="王主任 3号", by_risk=1
        )
        return service.plan_round(session, desk, plan).number


@pytest.fixture
def officer(playwright: Playwright, line: Line, server: Server, tmp_path: Path, planned: str) -> Iterator[App]:
    """The leader's phone; it opens without a network, and holds what was planned."""
    assert planned
    with Phone(playwright, tmp_path / "officer", line.address) as phone:
        yield ready(App(phone, server.people["officer"], "officer"))
        assert phone.faults == []


@pytest.fixture
def second(playwright: Playwright, line: Line, server: Server, tmp_path: Path, planned: str) -> Iterator[App]:
    """The phone of the other officer."""
    assert planned
    with Phone(playwright, tmp_path / "second", line.address, dark=True) as phone:
        yield ready(App(phone, server.people["second"], "second"))
        assert phone.faults == []


def ready(app: App) -> App:
    """Signed in, everything downloaded."""
    app.begin().installed()
    app.phone.until("gridops.store.pack('supervision').then(Boolean)")
    return app


def shot(app: App, name: str) -> None:
    """A picture for people, where somebody asks for it."""
    if SHOTS:
        app.phone.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def go(app: App, hash_: str) -> Page:
    """Another screen of the app that is open."""
    app.phone.page.evaluate("(where) => gridops.go(where)", hash_)
    app.phone.page.wait_for_timeout(150)
    return app.phone.page


def held(number_or_record: str) -> tuple[Round, list[Visit]]:
    """The round with its visits, as the database holds them."""
    with reading() as session:
        named = (Round.number == number_or_record) | (Round.record_id == number_or_record)
        night = session.scalars(select(Round).where(named)).one()
        found = session.scalars(select(Visit).where(Visit.round_id == night.id).order_by(Visit.id)).all()
        return night, list(found)


def roles(session: Session, record_id: str | None) -> list[str]:
    """The roles of what came with a record."""
    rows = session.scalars(select(EvidenceLink.role).where(EvidenceLink.record_id == record_id))
    return sorted({role for role in rows if role})


def states(server: Server, app: App) -> dict[str, Any]:
    """What is not applied on the server of that which the phone sent."""
    kept = app.records()
    with server.engine.connect() as connection:
        rows = connection.execute(
            select(Record.id, Record.state, Record.held_because, Record.waiting_for).where(Record.id.in_(kept))
        ).all()
    assert {row.id for row in rows} == set(kept)
    return {row.id: tuple(row) for row in rows if row.state != RecordState.APPLIED}


def test_a_planned_night_without_a_network(officer: App, second: App, line: Line, server: Server, planned: str) -> None:
    assert server.night is not None
    shop, item = server.night.shop, server.night.item
    line.down()
    page = officer.phone.page
    # Begin it, and let the other check in by the code on my screen.
    go(officer, "#/rounds")
    shot(officer, "rounds")
    page.get_by_role("link", name="涉气").click()
    shot(officer, "round_planned")
    page.get_by_role("button", name="开始这次夜查").click()
    page.get_by_text("行政检查须两名以上持证执法人员在场").wait_for()
    page.get_by_role("button", name="签到二维码").click()
    page.locator("dialog svg.qr").wait_for()
    shot(officer, "round_code")
    page.get_by_role("button", name="关闭").click()
    shot(officer, "round_open")
    code = page.evaluate(
        "gridops.store.pack('rounds').then(({ data }) => data.rounds[0].join)"
    ).split("#")[1]  # fmt: skip
    go(second, "#/rounds")
    second.phone.page.get_by_role("button", name="扫码加入夜查").click()
    second.phone.page.fill("#scan-typed", f"https://elsewhere.example/field#{code}")
    second.phone.page.get_by_role("button", name="确定").click()
    second.phone.page.locator("main").get_by_role("button", name="签到", exact=True).click()
    second.phone.page.get_by_text("登记检查走访").wait_for()
    shot(second, "round_second")
    # Somebody of another body, by certificate.
    page.get_by_text("没有手机的人员签到").click()
    page.fill("#member-name", "李环保")
    page.get_by_role("button", name="签到", exact=True).click()
    page.get_by_text("请选择单位").wait_for()
    assert page.evaluate("document.activeElement.id") == "member-agency"
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.select_option("#member-agency", index=2)
    page.fill("#member-certificate", "苏D-环001")
    page.get_by_role("button", name="签到", exact=True).click()
    page.locator("li", has_text="李环保").get_by_text("持证").wait_for()
    # Two grids were looked at.
    page.locator("summary", has_text="查过的网格").click()
    page.locator("label.check").first.click()
    page.get_by_role("button", name="登记", exact=True).click()
    # The planned shop: checklist, findings, an order, a signature.
    page.get_by_role("link", name="宏达喷涂厂").click()
    shot(officer, "visit_empty")
    choose(page, "方式", "行政检查")
    choose(page, "治污设施正常运行", "不符合")
    page.fill(f"#note-{item}", "喷淋塔未开")
    photograph(page, "第 1 项的照片", 1)
    page.get_by_role("button", name="加一个问题").click()
    page.wait_for_timeout(700)
    page.get_by_role("button", name="再加一个问题").click()
    boxes = page.locator(".finding")
    boxes.nth(1).locator("textarea").fill("危废未分类")
    photograph(page, "问题 2 的照片", 2)
    photograph(page, "其他照片", 3)
    choose(page, "留下的文书", "责令改正")
    choose(page, "签收", "已签收")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("责令改正须填写整改期限").wait_for()
    page.get_by_text("行政检查须有两名以上持证执法人员在场，请确认").wait_for()
    page.get_by_text("请在屏幕上签名，或拍下签收单").wait_for()
    shot(officer, "visit_faults")
    page.get_by_text("我确认").click()
    page.fill("#due_on", f"{clock.local_date(clock.now()) + timedelta(days=10)}")
    page.fill("#paper_number", "责改字12号")
    sign(page)
    page.get_by_text("已签", exact=True).wait_for()
    # The app is killed in the middle of it; nothing of the form is lost.
    page.wait_for_timeout(400)
    where = page.url.split("/field")[1]
    officer.phone.reopen()
    page = officer.open(where).phone.page
    page.get_by_text("上次没有填完，内容都在。").wait_for()
    assert page.locator(".finding textarea").nth(1).input_value() == "危废未分类"
    assert page.locator(".photo img").count() == 3
    page.locator(".signed-picture").wait_for()
    shot(officer, "visit_full")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("heading", name="检查走访").wait_for()
    shot(officer, "round_visited")
    # One near by, refused to sign; one by its name; one by the code on its wall; one that nobody knew.
    page.get_by_role("link", name="登记检查走访").click()
    page.get_by_text("1000 米以内的场所，由近到远").wait_for()
    shot(officer, "visit_choose")
    assert page.get_by_text("东面包房").count() == 0
    page.get_by_role("link", name="隔壁五金店").click()
    choose(page, "方式", "巡查")
    page.get_by_role("button", name="加一个问题").click()
    page.locator(".finding textarea").fill("通道堵塞")
    choose(page, "留下的文书", "隐患提示单")
    choose(page, "签收", "拒签")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("拒签须填写见证人，或者录像").wait_for()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.fill("#witness", "社区张某")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("link", name="登记检查走访").click()
    page.fill("#words", "面包")
    page.get_by_role("link", name="东面包房").wait_for()
    page.get_by_role("button", name="返回").click()
    for words in ("91350100m0001", f"CS{shop:06d}", "新开的夜宵摊"):
        page.get_by_role("link", name="登记检查走访").click()
        if words.startswith("CS"):
            page.get_by_role("button", name="扫场所码").click()
            page.fill("#scan-typed", words)
            page.get_by_role("button", name="确定").click()
            # What was found there an hour ago is on the phone already only as a record; the visit is an inspection.
            choose(page, "方式", "走访")
        else:
            page.fill("#words", words)
            page.get_by_role("link", name="东面包房" if words[0] == "9" else "没有登记过").click()
        page.get_by_role("button", name="登记", exact=True).click()
        page.get_by_text("已登记：未发现问题。").wait_for()
    # The other officer visits the shop on a round of which that phone knows only what it scanned.
    page.get_by_role("button", name="结束夜查").click()
    page.fill("#reason", "平稳")
    page.locator("dialog").get_by_role("button", name="结束夜查").click()
    page.get_by_text("已结束").first.wait_for()
    shot(officer, "round_ended")

    line.up()
    for app in (second, officer):
        app.phone.page.evaluate("gridops.engine.wake().then(() => null)")
        app.phone.wait_until_all_confirmed(app.who)
    assert states(server, officer) == {}
    assert states(server, second) == {}
    night, visits = held(planned)
    assert state_of(night) is RoundState.ENDED
    assert (night.leader_id, len(visits)) == (server.people["officer"], 5)
    told = {visit.kind: visit for visit in visits}
    inspected = told[VisitKind.INSPECTION]
    with reading() as session:
        found = [(row.text, row.severity) for row in queries.findings_of(session, [inspected.id])]
        paper = queries.orders_of(session, [inspected.id])[inspected.id]
        assert roles(session, inspected.record_id) == ["finding", "finding_a", "finding_b", "signature"]
        members = {one.name for one in squads.members(session, night.squad_id) if one.checked_in_at}
        seen = [row.checked_at for row in queries.grids_of(session, night.id)]
        refused = session.scalars(select(Visit).where(Visit.signed == Signed.REFUSED)).one()
        hint = session.scalars(select(Order).where(Order.visit_id == refused.id)).one()
        names = set(session.scalars(select(Premises.name).join(Visit, Visit.premises_id == Premises.id)))
    assert found == [("危废未分类", "general"), ("喷淋塔未开", "serious")]
    assert (paper.kind, paper.number, inspected.signed) == (OrderKind.ORDER, "责改字12号", Signed.RECEIVED)
    assert isinstance(paper.due_on, date)
    assert (hint.kind, refused.witness, refused.kind) == (OrderKind.HAZARD_NOTICE, "社区张某", VisitKind.PATROL)
    assert members == {"officer", "second", "李环保"}
    assert len([at for at in seen if at]) == 1
    assert {"宏达喷涂厂", "隔壁五金店", "东面包房", "新开的夜宵摊"} <= names


def test_a_free_round_and_a_second_look(officer: App, line: Line, server: Server) -> None:
    assert server.night is not None
    page = officer.phone.page
    page.evaluate("gridops.refresh(['rounds', 'premises']).then(() => 0)")
    line.down()
    go(officer, "#/rounds")
    page.locator("summary", has_text="开始夜查").click()
    page.fill("#theme", "安全")
    shot(officer, "rounds_begin")
    page.get_by_role("button", name="开始", exact=True).click()
    page.get_by_text("现场自行开始的夜查只能巡查、走访").wait_for()
    begun = page.url.rpartition("/")[2]
    # Premises whose order is open are owed a look: what was mended is ticked, what was not is found again.
    # The code on their wall leads there without a network, with any camera.
    page.goto(f"/field/premises/{server.night.shop}")
    page.get_by_text("未整改的问题").wait_for()
    assert page.url.endswith(f"/field#/premises/{server.night.shop}")
    shot(officer, "premises")
    page.get_by_role("link", name="安全").click()
    page.locator(".mended label").first.wait_for()
    assert page.locator("label.segment", has_text="行政检查").count() == 0
    shot(officer, "visit_again")
    for one in page.locator(".mended label").all():
        one.click()
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已登记：未发现问题。").wait_for()
    go(officer, f"#/premises/{server.night.shop}")
    page.get_by_text("本年行政检查").wait_for()
    assert page.get_by_text("未整改的问题").count() == 0
    go(officer, f"#/rounds/{begun}")
    page.get_by_text("复查", exact=True).wait_for()
    line.up()
    officer.wake()
    officer.phone.wait_until_all_confirmed(officer.who)
    assert states(server, officer) == {}
    night, visits = held(begun)
    assert (night.theme, night.inspection, len(visits), visits[0].recheck) == ("安全", False, 1, True)
    page.get_by_text(night.number, exact=True).wait_for()
    # Whoever works in the whole street ticks its grids, not the street.
    page.locator("summary", has_text="查过的网格").click()
    offered = page.locator("details", has_text="查过的网格").locator("label.check")
    assert offered.all_inner_texts() == page.evaluate(MINE)
    assert offered.count() > 1
    with reading() as session:
        assert all(order.lifted_at for order in session.scalars(select(Order).where(Order.kind == OrderKind.ORDER)))
