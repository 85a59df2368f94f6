"""督查 and what lies near on the phone's own screens: a look at a unit, an answer with a photo, a phone put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.evidence.models import EvidenceLink
from gridops.grids.models import Grid
from gridops.people.models import Unit, User
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.supervision import forms, service
from gridops.supervision.models import DisciplineCheck, Problem
from tests.factories import make_user
from tests.field.app import App
from tests.field.hands import photograph
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server
from tests.webapp import PASSWORD_HASH

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def problem(server: Server) -> str:
    """The number of an item that the handler's unit owes an answer for; a supervision officer looks about."""
    assert server.street is not None
    with transaction() as session:
        root = session.get_one(User, server.people["desk"]).root_id
        grid = session.get_one(Grid, root)
        user = make_user(
            session, grid, Role.SUPERVISION_OFFICER, username="watcher", password_hash=PASSWORD_HASH,
            unit=session.get_one(Unit, server.street.other_unit_id),
        )  # fmt: skip
        server.street.people["watcher"] = user.id
        watcher = load_person(session, user.id)
        assert watcher is not None
        code = session.get_one(Unit, server.street.unit_id).code
        due = clock.now() + timedelta(days=5)
        return service.name_problem(session, watcher, forms.ProblemForm(code, "楼道堆物", due_at=due)).number


def opened(phone: Phone, server: Server, who: str, line: Line) -> App:
    """Their app with everything downloaded, and then no network."""
    app = App(phone, server.people[who], who).begin()
    phone.until(f"gridops.store.userId === {app.who} && gridops.store.pack('supervision').then(Boolean)")
    line.down()
    return app


def sent(app: App, line: Line) -> None:
    """The network is back, and everything confirmed."""
    line.up()
    app.wake()
    app.phone.wait_until_all_confirmed(app.who)
    assert app.phone.faults == []


def test_a_look_at_a_unit_is_noted_without_a_network(phone: Phone, server: Server, line: Line, problem: str) -> None:
    assert problem
    app = opened(phone, server, "watcher", line)
    page = phone.page
    page.get_by_role("link", name="督查").click()
    page.get_by_role("button", name="登记明察暗访").click()
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("请选择单位").wait_for()
    page.get_by_text("请写明情况；没有发现问题的也请写明").wait_for()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.select_option(
        "#unit", label=next(one for one in page.locator("#unit option").all_inner_texts() if "环卫所" in one)
    )
    page.fill("#fact", "在岗在位")
    page.fill("#person", "张三")
    photograph(page, "现场照片", 1)
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已保存，待发送。").wait_for()
    sent(app, line)
    with reading() as session:
        look = session.scalars(select(DisciplineCheck)).one()
        (link,) = session.scalars(select(EvidenceLink).where(EvidenceLink.record_id.is_not(None)))
    assert (look.fact, link.role) == ("在岗在位", "photo")
    assert phone.page.evaluate("gridops.store.draft('discipline_check').then((kept) => !kept)")


def test_a_problem_item_is_answered_with_photos(phone: Phone, server: Server, line: Line, problem: str) -> None:
    app = opened(phone, server, "handler", line)
    page = phone.page
    page.get_by_role("link", name="督查").click()
    assert page.get_by_role("button", name="登记明察暗访").count() == 0
    page.get_by_role("link", name="楼道堆物").click()
    page.get_by_role("button", name="提交反馈").click()
    page.get_by_text("请写明整改情况").wait_for()
    page.wait_for_timeout(700)  # a touch right after another counts for nothing
    page.fill("#words", "已清理")
    photograph(page, "整改后照片", 2)
    page.get_by_role("button", name="提交反馈").click()
    page.get_by_text("没有待反馈的通报问题。").wait_for()
    sent(app, line)
    with reading() as session:
        item = session.scalars(select(Problem).where(Problem.number == problem)).one()
        uses = session.scalars(select(EvidenceLink.role).where(EvidenceLink.subject_kind == "problem")).all()
    assert (item.answer, uses) == ("已清理", ["after"])
    page.evaluate("gridops.refresh(['supervision']).then(() => 0)")
    page.get_by_text("没有待反馈的通报问题。").wait_for()


def test_what_lies_near_is_there_without_a_network(phone: Phone, server: Server, line: Line, problem: str) -> None:
    assert problem
    assert server.street is not None
    case = server.street.dispatched()
    app = opened(phone, server, "officer", line)
    page = phone.page
    page.get_by_role("link", name="附近").first.click()
    page.get_by_role("link", name="暴露垃圾").or_(page.get_by_role("link", name="盘龙路口")).first.wait_for()
    assert case.number in (page.locator("main .rows a").first.get_attribute("href") or "")
    page.get_by_role("radio", name="场所").check()
    page.get_by_role("link", name="宏达喷涂厂").click()
    page.get_by_text("您不在进行中的夜查里").wait_for()
    # A phone that says where it is by the other datum is put right at a known point.
    phone.stand_at(119.9596, 31.8529)
    page.evaluate("gridops.go('#/calibrate')")
    page.get_by_role("button", name="宏达喷涂厂").click()
    page.get_by_text("校准完成").wait_for()
    page.get_by_text("按 GCJ-02 换算").wait_for()
    page.get_by_role("button", name="取消校准").click()
    page.get_by_text("这部手机还没有校准。").wait_for()
    line.up()
    assert phone.faults == app.phone.faults == []
