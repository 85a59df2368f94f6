"""12345 on the desk: from the telephone to the rates, and who sees the caller on the way."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from gridops.cases.forms import PartIn
from gridops.cases.queries import lookups
from gridops.cases.queries.splitting import parts_of
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.cases.service.writing import HOTLINE_ORDER
from gridops.core import clock, owed
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.hotline import queries
from gridops.people.rules import Role
from gridops.tasks import jobs
from gridops.web.admin import running
from gridops.worktime import service as worktime
from gridops.worktime.forms import DayRow
from tests.factories import make_user
from tests.web.street import Street, hidden
from tests.webapp import PASSWORD_HASH
from tests.workbooks import in_both_forms

PHONE = "13812345678"


def typed(name: str, **more: str) -> dict[str, str]:
    """The desk's form for what 12345 sent over."""
    given = {
        "record_id": name, "captured_at": "2017-03-06T09:00:00+08:00", "source": "hotline_12345",
        "source_number": "GD-7", "description": "楼下垃圾没人收", "category": "event/0110", "grid": "320411003001",
        "caller": "张三丰", "phone": PHONE, "received_at": "2017-03-06T08:00", "answer_due_at": "2017-03-09T17:30",
    }  # fmt: skip
    return {**given, **more}


def test_an_order_goes_from_the_telephone_to_the_rates(street: Street) -> None:
    desk, handler = street.browser("desk"), street.browser("handler")
    name = str(uuid7())
    assert desk.post("/desk/report", typed(name, phone="1" * 41)).status_code == 422
    sent = desk.post("/desk/report", typed(name))
    number = sent.location.rpartition("/")[2]
    assert desk.post("/desk/report", typed(name)).location == sent.location, "the same form twice is one"
    again = desk.post("/desk/report", typed(str(uuid7()), description="别的"))
    assert (again.status_code, number in again.text) == (422, True)
    with reading() as session:
        case = lookups.by_number(session, number)
        kept = session.connection().exec_driver_sql("SELECT * FROM record").all()
    assert case is not None
    assert PHONE not in str(kept), "who called stands in no record of a report"
    street.move(case, Move.SEND_TO_VERIFY, "desk")
    street.move(case, Move.VERIFY, "inspector", outcome=True)
    street.move(case, Move.ACCEPT, "desk")
    street.move(case, Move.FILE, "desk", condition=street.condition_id)
    own = f"/desk/hotline/cases/{number}"
    assert handler.get(own).status_code == 404
    street.move(case, Move.DISPATCH, "desk", unit=street.unit_id)
    page = handler.get(f"/desk/cases/{number}").text
    assert "138****5678" in page
    assert PHONE not in page
    assert PHONE in handler.post(f"{own}/contact").text
    assert street.browser("leader").post(f"{own}/contact").status_code == 403
    for step in (
        {"kind": "contact", "reached": "true", "at": "2017-03-06T09:30"},
        {"kind": "answer", "at": "2017-03-08T09:00", "words": "已清理"},
    ):
        assert handler.post(f"{own}/steps", step).status_code == 302
    asked = {"kind": "revisit", "reached": "true", "solved": "true", "satisfied": "false", "at": "2017-03-09T09:00"}
    assert handler.post(f"{own}/steps", asked).status_code == 403
    assert desk.post(f"{own}/steps", {"kind": "revisit", "reached": "true"}).status_code == 422
    assert desk.post(f"{own}/steps", asked).status_code == 302
    rates = desk.get("/desk/hotline/rates?month=2017-03").text
    assert re.findall(r'rate-value"><strong class="num">([0-9.]+)%', rates) == ["100.00", "100.00", "0.00"]
    behind = desk.get("/desk/hotline/rates/cases?month=2017-03&of=revisited&missed=satisfied").text
    assert number in behind
    file = "/desk/hotline/rates/cases.csv?month=2017-03&of=revisited"
    assert [row[1] for row in in_both_forms(desk, f"{file}&missed=satisfied")[1:-1]] == [number]
    assert len(in_both_forms(street.browser("eastern_desk"), file)) == 2
    assert number not in desk.get("/desk/hotline/rates/cases?month=2017-03&of=satisfied").text
    listed = desk.get("/desk/hotline/list.csv?waits=all").text
    assert f"GD-7,{number},dispatched" in listed
    assert "138" not in listed.replace(number, "")
    assert number not in street.browser("eastern_desk").get("/desk/hotline?waits=all").text


def test_an_order_says_why_it_is_due_and_the_list_of_what_moved_names_it(street: Street) -> None:
    taken_at = datetime(2026, 12, 30, 10, 0, tzinfo=clock.LOCAL)
    given = {
        "captured_at": taken_at.isoformat(),
        "received_at": "2026-12-30T10:00",
        "contact_due_at": "2026-12-30T18:00",
    }
    with clock.set_to(taken_at):
        desk = street.browser("desk")
        sent = desk.post("/desk/report", typed(str(uuid7()), **given, answer_due_at=""))
        number = sent.location.rpartition("/")[2]
        own = f"/desk/hotline/cases/{number}"
        page = desk.get(own).text
        assert "以登记的时间为准，不随工作日历变动" in page
        assert "5 个工作日，12月30日（周三）10:00 起算（当日不计），周末不计，到期 1月6日（周三）23:59" in page
        with transaction() as session:
            rows = [DayRow(date(2027, 1, 1), False, "元旦")]
            worktime.upload(session, street.root_id, rows, source="国办", fill_years=True)
            root = session.get_one(Grid, street.root_id)
            make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
        jobs.recount()
        page = desk.post(f"{own}/contact").text  # with the form: who called is seen
        assert "元旦假期不计，到期 1月7日（周四）23:59" in page
        assert "2026-12-30 10:00 工作日历或办公时间调整，重算为 2027-01-07 23:59" in page
        # The form sent as it is shown: what was counted stays so, and what was given stays where it is.
        fields = dict(
            re.findall(r'name="(order_number|version|received_at|\w+_due_at|caller|phone)" value="([^"]*)"', page)
        )
        fields |= dict(re.findall(r'id="(\w+_due_at)"[^>]*value="([^"]*)"', page))
        assert (fields.get("contact_due_at"), fields.get("answer_due_at", "")) == ("2026-12-30T18:00", "")
        assert desk.post(own, {**fields, "caller": "李四"}).status_code == 302
        moved = street.browser("admin").get("/admin/running/moved").text
    with reading() as session:
        case = lookups.by_number(session, number)
        order = queries.order_of(session, case.id)
        limits = (order.contact_limit, order.answer_limit)
    assert (order.caller, limits) == ("李四", (None, 5))
    assert "12345 工单 GD-7" in moved
    assert re.search(r"答复时限</span> 2027-01-06 23:59 → <strong>2027-01-07 23:59", moved)
    assert "因2027年工作日历公布或调整" in moved


def test_the_list_of_what_moved_goes_on_through_cases_and_orders(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PAGE", 2)
    filed = [street.report("desk") for _ in range(2)]
    orders = [street.report("desk", source=Source.HOTLINE_12345, source_number=f"GD-{n}") for n in range(3)]
    jobs.open_orders()
    for case in filed:
        street.move(case, Move.SEND_TO_VERIFY, "desk")
        street.move(case, Move.VERIFY, "inspector", outcome=True)
        street.move(case, Move.ACCEPT, "desk")
        street.move(case, Move.FILE, "desk", condition=street.condition_id)
    with transaction() as session:
        rows = [
            DayRow(day, False, "停工") for day in (clock.local_date(clock.now()) + timedelta(days=n) for n in range(8))
        ]
        worktime.upload(session, street.root_id, rows, source="本地", fill_years=True)
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    jobs.recount()
    admin, address, pages = street.browser("admin"), "/admin/running/moved", []
    while address:
        page = admin.get(address).text
        pages.append(re.findall(r'class="num nowrap">([0-9-]+)</', page))
        address = next(iter(re.findall(r'href="(/admin/running/moved\?[^"]+)"', page)), "").replace("&amp;", "&")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(n for page in pages for n in page) == sorted(case.number for case in (*filed, *orders))


def test_a_step_sent_twice_is_one_and_the_parts_of_a_split_case_say_what_is_left(street: Street) -> None:
    desk, case = street.browser("desk"), street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    jobs.open_orders()
    for move, who, given in (
        (Move.SEND_TO_VERIFY, "desk", {}),
        (Move.VERIFY, "inspector", {"outcome": True}),
        (Move.ACCEPT, "desk", {}),
        (Move.FILE, "desk", {"condition": street.condition_id}),
    ):
        street.move(case, move, who, **given)
    own = f"/desk/hotline/cases/{case.number}"
    seen = re.findall(r'name="seen" value="(\d+)"', desk.get(own).text)[0]
    for _time in range(2):
        sent = {"kind": "contact", "reached": "true", "seen": seen}
        assert desk.post(f"{own}/steps", sent).status_code == 302
    street.move(case, Move.SPLIT, "desk", parts=(PartIn("占道"), PartIn("积存垃圾")))
    with reading() as session:
        first, second = (lookups.case(session, part_id).number for part_id in parts_of(session, case.id))
        order = queries.order_of(session, case.id)
        assert len(queries.steps_of(session, order.id)) == 1
    page = desk.get(f"/desk/cases/{first}").text
    assert ("另有 1 件没有办完" in page, 'id="do-contact"' in page, 'id="do-answer"' in page) == (True, True, False)
    refused = desk.post(f"/desk/hotline/cases/{first}/steps", {"kind": "answer"})
    assert (refused.status_code, "办完后一并答复" in refused.text) == (409, True)
    listed = desk.get("/desk/hotline?waits=answer").text
    assert all(number in listed for number in (case.number, first, second))


def fields_of(page: str) -> dict[str, str]:
    """The form of an order as the page holds it."""
    form = page[page.index('name="version"') - 200 : page.index("</form>", page.index('name="version"'))]
    names = re.findall(r'<input[^>]*name="(\w+)"[^>]*>', form)
    names.remove("csrf_token")
    return {name: (re.search(rf'name="{name}"[^>]*value="([^"]*)"', form) or ["", ""])[1] for name in names}


def test_an_order_that_others_changed_meanwhile_shows_both_versions_and_can_be_sent_again(street: Street) -> None:
    first, second = street.browser("desk"), street.browser("second_desk")
    case = street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    own = f"/desk/hotline/cases/{case.number}"
    empty = fields_of(first.get(own).text)
    assert second.post(own, {**empty, "order_number": "GD-1", "caller": "李四", "phone": PHONE}).status_code == 302
    late = first.post(own, {**empty, "order_number": "GD-2", "caller": "王五", "answer_due_at": "2030-01-01T08:00"})
    assert late.status_code == 409, "two who register an order where there was none"
    rows = re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*?)\s*(<span|</td>)', late.text)
    told = {label: (now, typed, "span" in mark) for label, now, typed, mark in rows}
    assert told["工单号"] == ("GD-1", "GD-2", True)
    assert told["来电人"] == ("李四", "王五", True)
    assert told["电话"] == (PHONE, "—", True)
    assert told["答复时限"] == ("按本辖区规定计算", "2030-01-01 08:00", True)
    assert not told["热线受理时间"][1].startswith("2030")
    with reading() as session:
        order = queries.order_of(session, case.id)
        read = session.connection().exec_driver_sql("SELECT act FROM audit_entry").scalars().all()
        assert (order.number, order.caller) == ("GD-1", "李四")
    assert "hotline.read" in read, "the caller was shown in clear, and that is kept"
    again = fields_of(late.text)
    assert (again["order_number"], again["caller"], again["answer_due_at"]) == ("GD-2", "王五", "2030-01-01T08:00")
    assert first.post(own, again).status_code == 302
    with reading() as session:
        assert queries.order_of(session, case.id).caller == "王五"


@pytest.mark.parametrize(
    ("wrong", "status"), [({"answer_due_at": "2030-13-01T08:00"}, 422), ({"order_number": "GD-9"}, 409)]
)
def test_a_wrong_field_does_not_let_a_form_overwrite_what_others_changed_meanwhile(
    street: Street, wrong: dict[str, str], status: int
) -> None:
    first, second = street.browser("desk"), street.browser("second_desk")
    case, other = (street.report("desk", source=Source.HOTLINE_12345, source_number=name) for name in ("GD-1", "GD-9"))
    jobs.open_orders()
    own = f"/desk/hotline/cases/{case.number}"
    opened = fields_of(first.get(own).text)
    assert second.post(own, {**opened, "caller": "李四"}).status_code == 302
    refused = first.post(own, {**opened, "caller": "王五", **wrong})
    assert (refused.status_code, "both-versions" in refused.text) == (status, status == 409)
    typed = fields_of(refused.text)
    assert (typed["caller"], typed["version"]) == ("王五", opened["version"] if status == 422 else "2")
    if status == 409:
        taken = first.post(own, typed)
        assert (taken.status_code, other.number in taken.text, fields_of(taken.text)["version"]) == (422, True, "2")
        return
    late = first.post(own, {**typed, "answer_due_at": ""})
    assert (late.status_code, "both-versions" in late.text, "李四" in late.text) == (409, True, True)
    assert first.post(own, fields_of(late.text)).status_code == 302
    with reading() as session:
        assert queries.order_of(session, case.id).caller == "王五"


def test_an_order_that_the_program_opened_meanwhile_is_nobodys_version(street: Street) -> None:
    desk, case = street.browser("desk"), street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    own = f"/desk/hotline/cases/{case.number}"
    empty = fields_of(desk.get(own).text)
    jobs.open_orders()
    assert desk.post(own, {**empty, "order_number": "GD-1", "caller": "李四"}).status_code == 302


def test_a_correction_that_came_too_late_keeps_its_words_beside_what_stands_now(street: Street) -> None:
    first, second = street.browser("desk"), street.browser("second_desk")
    case = street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    jobs.open_orders()
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        own = f"/desk/hotline/cases/{case.number}"
        begun = {"kind": "contact", "reached": "true", "words": "约好明天"}
        assert first.post(f"{own}/steps", begun).status_code == 302
        wrong = re.search(r'name="corrects" value="(\d+)"', first.get(own).text)[1]
        at = re.search(r'name="at" value="([^"]+)" required', first.get(own).text)[1]
        sent = {"kind": "contact", "corrects": wrong, "at": at}
        assert second.post(f"{own}/steps", {**sent, "reached": "false", "words": "其实没接通"}).status_code == 302
        late = first.post(f"{own}/steps", {**sent, "reached": "true", "words": "第二次打通了"})
        assert late.status_code == 409
        said = re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>([^<]*)</td><td[^>]*>([^<]*?)\s*[<]', late.text)
        assert ("联系情况", "未联系上", "已联系上") in said
        assert ("更正原因", "其实没接通", "第二次打通了") in said
        now = re.search(r'name="corrects" value="(\d+)"', late.text)[1]
        form = late.text[late.text.index('name="corrects"') :].split("</form>")[0]
        assert (now != wrong, "第二次打通了" in form) == (True, True)
        again = {**sent, "corrects": now, "reached": "true", "words": "第二次打通了"}
        assert first.post(f"{own}/steps", again).status_code == 302


@pytest.mark.parametrize("withdrawn", ["", "true"])
def test_a_wrong_correction_of_a_step_that_others_corrected_keeps_its_words(street: Street, withdrawn: str) -> None:
    first, second = street.browser("desk"), street.browser("second_desk")
    case = street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    jobs.open_orders()
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        own = f"/desk/hotline/cases/{case.number}"
        assert first.post(f"{own}/steps", {"kind": "contact", "reached": "true"}).status_code == 302
        page = first.get(own).text
        at = re.search(r'name="at" value="([^"]+)" required', page)[1]
        sent = {"kind": "contact", "corrects": re.search(r'name="corrects" value="(\d+)"', page)[1], "at": at}
        theirs = {**sent, "reached": "false", "words": "其实没接通", "withdrawn": withdrawn}
        assert second.post(f"{own}/steps", theirs).status_code == 302
        refused = first.post(f"{own}/steps", {**sent, "at": "昨天", "reached": "true", "words": "第二次打通了"})
        assert refused.status_code == 422
        assert ("both-versions" in refused.text, "第二次打通了" in refused.text) == (True, True)
        form = refused.text.partition('name="corrects"')[2].split("</form>")[0]
        assert ("第二次打通了" in form) is not bool(withdrawn)


def test_the_words_of_a_step_that_may_not_be_taken_any_more_are_not_lost(street: Street) -> None:
    desk, case = street.browser("desk"), street.report("desk", source=Source.HOTLINE_12345, source_number="GD-1")
    jobs.open_orders()
    for move, who, given in (
        (Move.SEND_TO_VERIFY, "desk", {}),
        (Move.VERIFY, "inspector", {"outcome": True}),
        (Move.ACCEPT, "desk", {}),
        (Move.FILE, "desk", {"condition": street.condition_id}),
    ):
        street.move(case, move, who, **given)
    street.move(case, Move.SPLIT, "desk", parts=(PartIn("占道"), PartIn("积存垃圾")))
    with reading() as session:
        part = lookups.case(session, parts_of(session, case.id)[0])
    late = desk.post(f"/desk/hotline/cases/{part.number}/steps", {"kind": "answer", "words": "已全部清完"})
    assert (late.status_code, "已全部清完" in late.text) == (409, True)


def test_the_limits_of_callers_are_set_by_the_admin(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    admin = street.browser("admin")
    given = {"contact_limit": "2", "contact_unit": "urgent_hour", "answer_limit": "1", "answer_unit": "working_day"}
    assert admin.edit("/admin/hotline", {**given, "contact_limit": "0"}).status_code == 422
    seen = {"version": hidden(admin.get("/admin/hotline"), "version")}
    assert admin.post("/admin/hotline", {**given, **seen}).status_code == 302
    assert 'value="2"' in admin.get("/admin/hotline").text
    # who had the page open meanwhile is told, and nothing is overwritten; the same form twice is no conflict
    assert admin.post("/admin/hotline", {**given, **seen}).status_code == 302
    late = admin.post("/admin/hotline", {**given, **seen, "contact_limit": "7"})
    assert (late.status_code, "他人已先作修改" in late.text) == (409, True)
    assert re.search(r'name="contact_limit"\s+value="7"', late.text)
    assert hidden(late, "version") != seen["version"]
    assert 'value="7"' not in admin.get("/admin/hotline").text
    assert street.browser("desk").get("/admin/hotline").status_code == 403


def test_the_worker_opens_what_is_owed_and_one_that_cannot_be_opened_holds_up_no_other(street: Street) -> None:
    told = [street.report("desk", source=Source.HOTLINE_12345, source_number=f"GD-{n}") for n in (1, 2)]
    with transaction() as session:
        owed.owe(session, HOTLINE_ORDER, ["no case"])
    for _time in range(2):
        jobs.open_orders()
    with reading() as session:
        assert all(queries.order_of(session, case.id) for case in told)
        assert [(work.key, work.tries) for work in owed.pending(session, HOTLINE_ORDER)] == [("no case", 2)]
