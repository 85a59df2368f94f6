"""The page of a case through HTTP: pictures with time, place and hash, what else lies here, how long it lay where."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gridops.cases.models import CaseEvent
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk
from tests.factories import at, make_category, make_condition
from tests.web.shots import attach
from tests.web.street import EAST_POINT, WEST_POINT, Street, hidden

NEAR = (WEST_POINT[0], WEST_POINT[1] + 30 / 111_320)


def read(street: Street, number: str, who: str = "desk") -> str:
    answer = street.browser(who).get(f"/desk/cases/{number}")
    assert answer.status_code == 200
    return answer.text


def test_each_picture_says_when_where_by_whom_and_its_hash(street: Street) -> None:
    case = street.checking()
    before = attach(street, case, "before", "inspector", seed=1, at=at("2017-03-05 21:40"), place=NEAR)
    attach(street, case, "after", "handler", seed=2)
    page = read(street, case.number)
    left, right = page.split("<h3>处置前")[1].split("<h3>处置后")
    assert "2017-03-05 21:40:00" in left
    assert "inspector" in left
    assert "距案件位置 30 米" in left
    assert f"<code>{before}</code>" in left
    assert f"{before[:12]}…" in left
    assert "没有拍摄位置" in right
    assert "handler" in right


def test_the_timeline_says_how_long_the_case_lay_where_and_lies_now(street: Street) -> None:
    start = clock.now() - timedelta(hours=5)
    with clock.set_to(start):
        case = street.filed()
    with clock.set_to(start + timedelta(hours=2)):
        street.move(case, Move.DISPATCH, "desk", unit=street.unit_id)
    with clock.set_to(start + timedelta(hours=4)):
        street.move(case, Move.REMIND, "desk", words="请尽快接收")  # moves it nowhere
    page = read(street, case.number)
    assert "在“已立案”停留 2 小时" in page
    assert "至今已在“已派遣”停留 3 小时" in page


@pytest.mark.parametrize(
    ("who", "bar"),
    [("desk", ["#move-dispatch", "#move-suspend"]), ("eastern_desk", None), ("leader", None)],
)
def test_on_a_phone_a_bar_leads_to_the_move_that_is_next_and_to_the_others(
    street: Street, who: str, bar: list[str] | None
) -> None:
    case = street.filed()
    page = street.browser(who).get(f"/desk/cases/{case.number}").text
    found = re.search(r'<nav class="case-bar".*?</nav>', page)
    assert (re.findall(r'<a [^>]*href="([^"]+)"', found[0]) if found else None) == bar


def test_a_unit_receives_a_case_before_it_is_asked_what_it_did(street: Street) -> None:
    case = street.dispatched()
    handler, answer = street.browser("handler"), f'href="/field#/tasks/{case.number}"'
    for path in (f"/desk/cases/{case.number}", f"/desk/cases/{case.number}/peek"):
        moves = handler.get(path).text.partition('class="moves card"')[2]
        order = [moves.index(part) for part in ('id="move-receive"', answer, 'id="move-return"')]
        assert order == sorted(order), path
    bar = re.search(r'<nav class="case-bar".*?</nav>', handler.get(f"/desk/cases/{case.number}").text)
    assert bar
    assert re.findall(r'<a [^>]*href="([^"]+)"', bar[0]) == ["#move-receive", "#move-return"]
    street.move(case, Move.RECEIVE, "handler")
    page = handler.get(f"/desk/cases/{case.number}").text
    assert page.index(f'btn-big" {answer}') < page.index('class="moves card"')
    bar = re.search(r'<nav class="case-bar".*?</nav>', page)
    assert bar
    assert answer in bar[0]


def test_what_comes_and_goes_is_to_be_checked_at_the_time_of_its_report(street: Street) -> None:
    with transaction() as session:
        category = make_category(session, "0401", name="占道经营")
        condition_id = make_condition(session, category).id
    with clock.set_to(at("2017-03-06 18:40")):
        stall = street.move(street.report(category="0401"), Move.FILE, "desk", condition=condition_id)
        assert "宜在" not in read(street, stall.number)
        street.move(stall, Move.DISPATCH, "desk", unit=street.unit_id)
        rubbish = street.checking()
        assert "宜在 18:00–20:00 核查" in read(street, stall.number)
        assert "宜在" not in read(street, rubbish.number)


def test_what_else_lies_here_is_linked_as_far_as_one_sees_it(street: Street) -> None:
    other, case = street.report(at=NEAR), street.dispatched()
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        west = session.query(Grid).filter_by(code=street.west).one()
        for near in (True, False):
            shop = Premises(name=f"近店{near}", name_key=f"{near}", kind=PremisesKind.SHOP, risk=Risk.UNKNOWN)
            shop.root_id, shop.grid_id, shop.recorded_at, shop.version = root.id, west.id, clock.now(), 1
            shop.lon, shop.lat = NEAR if near else EAST_POINT
            session.add(shop)
    page = read(street, case.number)
    assert re.search(rf'href="/desk/cases/{other.number}".*?30 米', page, re.DOTALL)
    assert re.search(r'href="/desk/premises/\d+">近店True</a>.*?30 米', page)
    assert "近店False" not in page
    handled = read(street, case.number, "handler")
    assert other.number not in handled
    assert "近店" not in handled
    assert "周边 100 米内没有同类案件" in handled
    assert "data-print" in page


def test_what_was_merged_into_a_case_is_seen_with_it_until_that_is_undone(street: Street) -> None:
    lead, again = street.checking(), street.filed(source=Source.LEADER, source_number="12345-7", who="desk")
    shared = attach(street, lead, "before", "inspector", seed=1)
    attach(street, again, "before", "desk", seed=1)
    own = attach(street, again, "before", "desk", seed=2)
    street.move(again, Move.MERGE, "desk", into=lead.number)
    page = read(street, lead.number, "handler")
    assert page.count(f"<code>{shared}</code>") == 1
    assert f"来自 {again.number}" in page
    assert "12345-7" in page
    # The unit of the lead sees the picture, not the case it came from.
    handler = street.browser("handler")
    link = re.findall(r'data-original="([^"]+)"', page.split(f"来自 {again.number}")[0])[-1]
    assert own in page
    assert handler.get(link).status_code == 200
    assert handler.get(f"/desk/cases/{again.number}").status_code == 404
    street.move(again, Move.UNDO_MERGE, "desk", reason="不是同一处")
    assert "来自" not in read(street, lead.number, "handler")
    assert handler.get(link).status_code == 404


def test_a_case_is_split_on_a_page_that_keeps_what_was_typed(street: Street) -> None:
    case = street.dispatched()
    attach(street, case, "before", "inspector", seed=1)
    with transaction() as session:  # a deadline that counting from the split does not give
        filed = update(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.move == Move.FILE)
        session.execute(filed.values(due_at=clock.now() + timedelta(days=40)))
    desk, url = street.browser("desk"), f"/desk/cases/{case.number}/split"
    assert f'href="{url}"' in read(street, case.number)
    form = desk.get(url)
    use = re.search(r'name="use_0" value="(\d+)" checked', form.text)
    assert use is not None
    sent = {name: hidden(form, name) for name in ("version", "record_id")}
    sent |= {"size": "2", "words_0": "门前垃圾", "words_1": "占道经营", "use_0": use[1]}
    larger = desk.post(url, {**sent, "size_now": "3"})
    assert "门前垃圾" in larger.text
    assert 'name="words_2"' in larger.text
    refused = desk.post(url, {**sent, "words_1": " "})
    assert refused.status_code == 422
    assert "words_1-problem" in refused.text
    for _ in range(2):  # the same form twice
        assert desk.post(url, sent).status_code == 302
    page = read(street, case.number)
    numbers = re.findall(r'href="/desk/cases/([0-9-]+)"', page.split("拆成的案件")[1].split("</section>")[0])
    assert len(numbers) == 2
    assert "拆分为 2 件" in page
    # Its parts are told above: they are no second time among what lies nearby, and nothing is still to be waited for.
    nearby = page.split("近 90 天此处同类案件")[1].split("</section>")[0]
    assert not [number for number in numbers if number in nearby]
    assert "还没有处置后的照片" not in page
    first, second = (read(street, number) for number in numbers)
    assert f'href="/desk/cases/{case.number}"' in first
    assert "沿用拆分前案件" in first
    assert "由来源给定" not in first
    assert ("data-zoom=" in first, "data-zoom=" in second) == (True, False)
    late = desk.post(url, {**sent, "record_id": ""})
    assert late.status_code == 409
    assert "门前垃圾</textarea>" in late.text
    assert "拆分为 2 件</button>" not in late.text
    # Where it cannot be, it says why instead of asking for the parts.
    whys = {url: "案件已作废，不能拆分", f"/desk/cases/{street.report().number}/split": "案件待受理，不能拆分"}
    for path, why in whys.items():
        page = desk.get(path).text
        assert (why in page, 'name="words_0"' in page) == (True, False)
    assert street.browser("eastern_desk").get(url).status_code == 404


def test_a_part_of_another_category_is_asked_for_its_condition_and_a_late_form_can_be_sent_again(
    street: Street,
) -> None:
    with transaction() as session:
        other = session.scalars(select(Category).where(Category.code == "0111")).one()
        rows = [make_condition(session, other), make_condition(session, other, 3)]
        rows[0].condition, rows[1].condition, rows[1].position = "渣土散落", "渣土成堆", 2
        other_id, ids = other.id, [row.id for row in rows]
    case, desk = street.filed(), street.browser("desk")
    url = f"/desk/cases/{case.number}/split"
    piece = desk.get(f"{url}/conditions?part=1&category={other_id}").text
    assert re.findall(r'name="condition_1" value="(\d+)"', piece) == [str(one) for one in ids]
    assert desk.get(f"{url}/conditions?part=1&category={case.category_id}").text.strip() == ""
    form = desk.get(url)
    sent = {name: hidden(form, name) for name in ("version", "record_id")}
    sent |= {"size": "2", "words_0": "门前垃圾", "words_1": "渣土", "category_1": str(other_id)}
    sent |= {"address_seen": hidden(form, "address_seen"), "address_0": case.address or "", "address_1": "西侧"}
    asked = desk.post(url, sent)
    assert (asked.status_code, "渣土成堆" in asked.text, "condition_1-problem" in asked.text) == (422, True, True)
    sent["condition_1"] = str(ids[1])
    street.move(case, Move.RELOCATE, "second_desk", address="新桥北路9号", words="报错了地址")
    late = desk.post(url, sent)
    assert late.status_code == 409
    told = ("改址", "second_desk", "门前垃圾</textarea>", "您填写期间，案件已有新的办理，没有保存。")
    assert [word for word in told if word not in late.text] == []
    assert "请刷新" not in late.text, "who refreshes loses what was typed"
    # an address that was only there already is the new one now, one that was typed stays
    addresses = re.findall(r'name="address_[s0-9]\w*"\s+value="([^"]*)"', late.text)
    assert addresses == ["新桥北路9号", "新桥北路9号", "西侧"]
    assert re.search(rf'name="condition_1" value="{ids[1]}" required checked', late.text)
    assert desk.post(url, {**sent, "version": hidden(late, "version")}).status_code == 302
    page = read(street, case.number)
    numbers = re.findall(r'href="/desk/cases/([0-9-]+)"', page.split("拆成的案件")[1].split("</section>")[0])
    told = read(street, numbers[1])
    assert ("拆分时归入 积存垃圾渣土" in told, "立案条件：渣土成堆" in told) == (True, True)


def test_units_that_help_are_shown_with_their_task_and_the_lead_is_warned(street: Street) -> None:
    case = street.dispatched()
    assert street.browser("gardener").get(f"/desk/cases/{case.number}").status_code == 404
    desk, url = street.browser("desk"), f"/desk/cases/{case.number}"
    page = desk.get(url)
    given = {"unit": str(street.other_unit_id), "words": "修剪挡路的树枝", "version": str(case.version)}
    for _ in range(2):  # the same form twice
        sent = {**given, "record_id": re.findall(r'name="record_id" value="([^"]+)"', page.text)[0]}
        assert desk.post(f"{url}/join", sent).status_code == 302
    warned = read(street, case.number, "handler")
    assert "会办单位还没有反馈：园林所" in warned
    assert warned.count("修剪挡路的树枝") == 2  # its card and the timeline
    gardener = street.browser("gardener")
    assert "会办" in gardener.get("/desk?group=all").text
    own = gardener.get(url)
    assert "move-help_done" in own.text
    assert 'id="move-receive"' not in own.text
    answer = {"words": "已修剪", "version": str(case.version)}
    assert gardener.post(f"{url}/help_done", answer).status_code == 302
    told = read(street, case.number, "handler")
    assert "会办单位还没有反馈" not in told
    # What they told stands with the units, above the pictures.
    facts = told.split("<dt>处置单位</dt>")[1].split("<h3>处置前")[0]
    assert [words in facts for words in ("园林所", "任务：修剪挡路的树枝", "结果：已修剪")] == [True] * 3
    load = desk.get("/desk/load").text
    assert "会办" in load
