"""督查 and what lies near on the phone's own screens: a look at a unit, an answer with a photo, a phone put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
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
    phone.page.evaluate("gridops.refresh(['cases', 'premises', 'supervision']).then(() => 0)")
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
    page.wait_for_timeout(400)  # until it is stored
    line.up()
    tab = page.context.new_page()  # the form stands in another tab too
    tab.goto("/field#/supervision")
    expect(tab.locator(".photo[aria-busy=false] img")).to_be_visible()
    line.down()
    for each in (page, tab):
        each.bring_to_front()
        each.get_by_role("button", name="登记", exact=True).click()
        each.get_by_text("已保存，待发送。").wait_for()
    tab.close()
    sent(app, line)
    with reading() as session:
        look = session.scalars(select(DisciplineCheck)).one()
        (link,) = session.scalars(select(EvidenceLink).where(EvidenceLink.record_id.is_not(None)))
    assert (look.fact, link.role) == ("在岗在位", "photo")
    assert phone.page.evaluate("gridops.store.draft('discipline_check').then((kept) => !kept)")


def test_an_address_that_was_handed_out_before_leads_to_the_problem(
    phone: Phone, server: Server, line: Line, problem: str
) -> None:
    app = opened(phone, server, "handler", line).installed()
    page = phone.page
    line.up()
    for cut in (False, True):
        page.goto("about:blank")
        line.down() if cut else line.up()
        page.goto(f"/field/supervision/problems/{problem}")
        page.get_by_role("heading", name="通报问题").wait_for()
        page.get_by_text("楼道堆物").wait_for()
        assert page.evaluate("gridops.at.path") == "supervision/:number"
    line.up()
    assert phone.faults == app.phone.faults == []


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
    page.wait_for_timeout(400)  # until it is stored
    line.up()
    tab = page.context.new_page()  # the form stands in another tab too
    tab.goto(f"/field#/supervision/{problem}")
    expect(tab.locator(".photo[aria-busy=false] img")).to_be_visible()
    line.down()
    for each in (page, tab):
        each.bring_to_front()
        each.get_by_role("button", name="提交反馈").click()
        each.get_by_text("没有待反馈的通报问题。").wait_for()
    tab.close()
    assert [one["type"] for one in app.records().values()].count("problem_answer") == 1
    sent(app, line)
    with reading() as session:
        item = session.scalars(select(Problem).where(Problem.number == problem)).one()
        uses = session.scalars(select(EvidenceLink.role).where(EvidenceLink.subject_kind == "problem")).all()
    assert (item.answer, uses) == ("已清理", ["after"])
    page.evaluate("gridops.refresh(['supervision']).then(() => 0)")
    page.get_by_text("没有待反馈的通报问题。").wait_for()


# The shop many times over, 10 m apart, and one 20 km away.
_MANY = """async () => {
  const pack = await gridops.store.pack("premises");
  const [shop] = pack.data.premises;
  const more = Array.from({ length: 89 }, (_, step) => (
    { ...shop, id: 1000 + step, name: `店铺${step}`, lat: shop.lat + step * 0.0001 }));
  const far = { ...shop, id: 2000, name: "远处仓库", address: "外环路8号", lat: shop.lat + 0.2 };
  await gridops.store.savePack({ ...pack, data: { ...pack.data, premises: [shop, ...more, far] } });
  await gridops.reload();
}"""


def test_near_says_how_much_it_shows_and_finds_by_a_word(
    phone: Phone, server: Server, line: Line, problem: str
) -> None:
    assert problem
    assert server.street is not None
    case = server.street.dispatched(address="长虹路12号")
    app = opened(phone, server, "officer", line)
    page = phone.page
    page.evaluate("gridops.go('#/near')")
    words = page.get_by_role("searchbox")
    words.fill("虹路")
    expect(page.locator("main .rows a")).to_have_count(1)
    assert case.number in (page.locator("main .rows a").get_attribute("href") or "")
    words.fill(case.number.lower())
    expect(page.locator("main .rows a")).to_have_count(1)
    words.fill("没有的路")
    page.get_by_text("手机里没有符合的。").wait_for()
    words.fill("")
    page.get_by_role("radio", name="场所").check()
    page.evaluate(_MANY)
    rows = page.locator("main .rows a")
    for shown in (40, 80):
        expect(rows).to_have_count(shown)
        page.get_by_text(f"共 90 处，已显示 {shown} 处。").wait_for()
        page.wait_for_timeout(700)  # a touch right after another counts for nothing
        page.get_by_role("button", name="显示更多").click()
    expect(rows).to_have_count(90)
    assert page.get_by_role("button", name="显示更多").count() == 0
    words.fill("外环")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("公里")
    phone.stand_at(119.5, 31.5)
    words.fill("")
    page.get_by_text("3 公里内没有；更远的请搜索。").wait_for()
    phone.stand_at(119.955, 31.855)
    # What was never downloaded is another thing than what is not there.
    page.evaluate("gridops.store.db.delete('packs', 'premises').then(() => gridops.reload())")
    page.get_by_text("还没有下载附近的场所").wait_for()
    assert page.get_by_text("3 公里内没有").count() == 0
    page.get_by_role("radio", name="未办结案件").check()
    expect(page.get_by_text("还没有下载附近的")).to_have_count(0)
    line.up()
    page.evaluate("gridops.refresh(['premises']).then(() => 0)")
    assert phone.faults == app.phone.faults == []


def test_what_lies_near_is_there_without_a_network(phone: Phone, server: Server, line: Line, problem: str) -> None:
    assert problem
    assert server.street is not None
    case = server.street.dispatched()
    app = opened(phone, server, "officer", line)
    page = phone.page
    page.get_by_role("link", name="附近").first.click()
    page.get_by_role("link", name="暴露垃圾").or_(page.get_by_role("link", name="盘龙路口")).first.wait_for()
    page.locator(f'main .rows a[href*="{case.number}"]').wait_for()
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
