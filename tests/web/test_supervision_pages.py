"""Pages of the supervision office: what each role meets, from a look and a named problem to an appeal decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.people.models import User
from gridops.supervision.forms import scores, written_mark
from gridops.supervision.models import Appeal, DisciplineCheck, Matter, Problem
from gridops.supervision.rules import Against
from gridops.supervision.service import import_scores
from tests.evidence.pictures import picture
from tests.factories import at, make_case, make_category
from tests.supervision.office import NOW, make_office
from tests.webapp import PASSWORD_HASH, Browser
from tests.workbooks import in_both_forms

BASE = "/desk/supervision"


@dataclass
class Rooms:
    """Browsers by the name of who signs in when first asked for, and the number of an overdue case of the bureau."""

    app: Flask
    case: str
    by: dict[str, Browser] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Browser:
        if name not in self.by:
            self.by[name] = Browser(self.app)
            assert self.by[name].sign_in(name).status_code == 302
        return self.by[name]


@pytest.fixture
def rooms(app: Flask) -> Iterator[Rooms]:
    with clock.set_to(NOW):
        with transaction() as session:
            office = make_office(session, PASSWORD_HASH)
            category = make_category(session)
            told = (
                Event(Move.REPORT, at("2017-03-01 09:00"), 1, category_id=category.id),
                Event(Move.FILE, at("2017-03-01 09:00"), 2, due_at=at("2017-03-03 17:00")),
                Event(Move.DISPATCH, at("2017-03-01 10:00"), 3, unit_id=office.bureau.id),
            )
            number = make_case(session, office.west, category, *told).number
        yield Rooms(app, number)


def envelope() -> dict[str, str]:
    return {"record_id": str(uuid7()), "captured_at": "", "sent_at": ""}


def test_everyone_lands_on_the_tab_that_is_theirs(rooms: Rooms) -> None:
    wanted = {"office": "checks", "boss": "checks", "villager": "problems", "shift": "appeals"}
    for name, tab in wanted.items():
        assert rooms[name].get(BASE).location.endswith(f"{BASE}/{tab}"), name
        assert rooms[name].get(f"{BASE}/{tab}").status_code == 200
    assert rooms["villager"].get(f"{BASE}/checks").status_code == 403
    assert rooms["shift"].get(f"{BASE}/problems").status_code == 403
    for tab in ("checks", "problems", "matters", "scores", "appeals"):
        assert rooms["boss"].get(f"{BASE}/{tab}").status_code == 200, tab


def test_a_name_is_masked_until_someone_who_may_reads_it(rooms: Rooms) -> None:
    office = rooms["office"]
    office.get(f"{BASE}/checks/new")
    typed = {"unit": "LHT-CG", "fact": "脱岗，电话13812345678", "person": "张三丰", "source": "节前检查"}
    refused = office.post(f"{BASE}/checks/new", {**typed, "fact": ""})
    assert (refused.status_code, "张三丰" in refused.text) == (422, True)  # nothing typed is lost
    assert office.post(f"{BASE}/checks/new", {**typed, "at": "2027-01-01T09:00"}).status_code == 422
    one = office.post(f"{BASE}/checks/new", typed).location
    for page in (office.get(one), office.get(f"{BASE}/checks?month=2017-03"), rooms["boss"].get(one)):
        assert "张三丰" not in page.text
        assert "13812345678" not in page.text
        assert "张**" in page.text
    assert "1 次" in office.get(f"{BASE}/checks?month=2017-03").text
    assert "张三丰" in rooms["boss"].post(f"{one}/person").text
    assert rooms["villager"].post(f"{one}/person").status_code == 403
    with reading() as session:
        acts = session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_kind == "discipline_check").order_by(AuditEntry.id)
        ).all()
    assert acts == ["discipline_check.record", "discipline_check.read"]


def test_a_fact_is_judged_then_a_name_approved_by_a_leader(rooms: Rooms) -> None:
    office, boss = rooms["office"], rooms["boss"]
    office.get(f"{BASE}/checks/new")
    one = office.post(f"{BASE}/checks/new", {"unit": "LHT-CG", "fact": "脱岗", "person": "张三"}).location
    assert "登记批准点名" not in boss.get(one).text
    assert office.post(f"{one}/judge", {"version": "1", "yes": ""}).status_code == 422
    assert office.post(f"{one}/judge", {"version": "9", "yes": "yes"}).status_code == 409
    assert office.post(f"{one}/judge", {"version": "1", "yes": "yes", "why": "谈话提醒"}).status_code == 302
    assert "登记批准点名" in boss.get(one).text
    assert office.post(f"{one}/naming", {"version": "2", "approval": "口头"}).status_code == 403
    assert boss.post(f"{one}/naming", {"version": "2", "approval": "纪〔2017〕3号"}).status_code == 302
    assert "纪〔2017〕3号" in boss.get(one).text
    assert office.post(f"{one}/void", {"version": "3", "reason": "重复登记"}).status_code == 302
    assert "重复登记" in office.get(one).text


def test_a_look_of_the_phone_is_noted_once(rooms: Rooms) -> None:
    office, name = rooms["office"], str(uuid7())
    body = {"unit": "LHT-PL", "fact": "在岗在位"}
    assert office.record("discipline_check", {**body, "unit": "NOPE"}).status_code == 422
    for _time in range(2):
        assert office.record("discipline_check", body, name, {"photo": picture(seed=1)}).status_code in (200, 201)
    with reading() as session:
        (look,) = session.scalars(select(DisciplineCheck))
        assert look.at == NOW
    assert "/api/v1/evidence/" in office.get(f"{BASE}/checks/{look.id}").text
    assert rooms["villager"].record("discipline_check", body).get_json()["held_because"]  # for a person to judge
    with reading() as session:
        assert len(session.scalars(select(DisciplineCheck)).all()) == 1


def test_an_item_is_named_answered_with_a_photo_refused_and_accepted(rooms: Rooms) -> None:
    office, villager = rooms["office"], rooms["villager"]
    office.get(f"{BASE}/problems/new")
    form = {"unit": "LHT-PL", "fact": "楼道堆物", "period": "2017-02", "due_on": "2017-03-15"}
    assert office.post(f"{BASE}/problems/new", {**form, "period": "二月"}).status_code == 422
    one = office.post(f"{BASE}/problems/new", form).location
    assert villager.post(f"{BASE}/problems/new", form).status_code == 403
    number = one.rsplit("/", 1)[1]
    assert number in villager.get("/field/pack/supervision").text
    assert number not in rooms["bureau"].get("/field/pack/supervision").text
    for name, status in (("villager", 200), ("bureau", 404), ("boss", 200)):
        assert rooms[name].get(one).status_code == status, name
    body = {"problem": number, "words": "已清理"}
    assert villager.record("problem_answer", {**body, "words": ""}).status_code == 422
    assert villager.record("problem_answer", body, photos={"after": picture(seed=2)}).status_code == 201
    shown = office.get(one).text
    assert "已清理" in shown
    assert "/api/v1/evidence/" in shown
    link = shown.split("/api/v1/evidence/")[1].split("/")[0]
    assert villager.get(f"/api/v1/evidence/{link}/original").status_code == 200
    assert rooms["bureau"].get(f"/api/v1/evidence/{link}/original").status_code == 404
    with clock.set_to(at("2017-03-06 09:20")):
        assert office.post(f"{one}/judge", {"version": "2", "yes": "no"}).status_code == 422
        assert office.post(f"{one}/judge", {"version": "2", "yes": "no", "why": "还有一处"}).status_code == 302
    with clock.set_to(at("2017-03-06 09:30")):
        (owed,) = villager.get("/field/pack/supervision").get_json()["problems"]
        assert owed["state"] == "refused"
        assert "还有一处" in villager.get(one).text
    with clock.set_to(at("2017-03-06 09:40")):
        villager.get(one)
        assert villager.post(f"{one}/answer", {**envelope(), "words": "全部清理"}).status_code == 302
        office.get(one)
        assert office.post(f"{one}/judge", {"version": "4", "yes": "yes"}).status_code == 302
        late = villager.post(f"{one}/answer", {**envelope(), "words": "再说一次"})
        assert (late.status_code, "再说一次" in late.text) == (409, True)
    with reading() as session:
        (item,) = session.scalars(select(Problem))
    assert (item.answer, item.accepted_at) == ("全部清理", at("2017-03-06 09:40"))
    again = office.get(f"{BASE}/problems/new?follows={item.number}").text
    assert item.number in again
    filtered = office.get(f"{BASE}/problems?state=accepted&series=supervision&period=2017-02").text
    assert item.number in filtered
    assert item.number not in office.get(f"{BASE}/problems?overdue=yes").text


def test_a_matter_past_its_deadline_is_late_whatever_light_its_unit_told(rooms: Rooms) -> None:
    office, villager = rooms["office"], rooms["villager"]
    office.get(f"{BASE}/matters/new")
    one = office.post(f"{BASE}/matters/new", {"title": "整治", "lead": "LHT-PL", "due_on": "2017-03-10"}).location
    villager.get(one)
    assert villager.post(f"{one}/line", {"text": "快完成了", "light": "green"}).status_code == 302
    with transaction() as session:
        session.scalars(select(Matter)).one().due_at = at("2017-03-05 17:00")
    with clock.set_to(at("2017-03-06 09:10")):
        for page in (one, *(f"{BASE}/matters{more}" for more in ("?view=open", "?view=all", "/weekly?week=2017-W10"))):
            shown = office.get(page).text.partition("每周进展")[0]
            assert ("滞后" in shown, "最近一次填报为绿灯" in shown, "</svg>绿灯" in shown) == (True, True, False), page


def test_a_matter_has_its_weekly_line_and_is_signed_off(rooms: Rooms) -> None:
    office, villager = rooms["office"], rooms["villager"]
    office.get(f"{BASE}/matters/new")
    assert office.post(f"{BASE}/matters/new", {"title": "长虹路整治"}).status_code == 422
    form = {
        "title": "长虹路整治",
        "lead": "LHT-PL",
        "helpers": ["LHT-CG"],
        "source": "重点项目",
        "due_on": "2017-06-30",
    }
    one = office.post(f"{BASE}/matters/new", form).location
    villager.get(one)
    assert villager.post(f"{one}/line", {"text": "已进场"}).status_code == 422
    assert villager.post(f"{one}/line", {"text": "已进场", "light": "red"}).status_code == 302
    assert villager.post(f"{one}/sign_off", {"version": "1", "outcome": "完成"}).status_code == 403
    with clock.set_to(at("2017-03-06 09:10")):
        listed = office.get(f"{BASE}/matters").text
        weekly = office.get(f"{BASE}/matters/weekly?week=2017-W10").text
    assert "红灯" in listed
    assert ("长虹路整治" in weekly, "滞后 1 项" in weekly, "已进场" in weekly) == (True, True, True)
    assert office.get(f"{BASE}/matters/weekly?week=2017-03").status_code == 422
    assert office.post(f"{one}/sign_off", {"version": "1", "outcome": "全部完成"}).status_code == 302
    late = office.post(f"{one}/void", {"version": "2", "reason": "误立"})
    assert (late.status_code, "误立" in late.text) == (409, True)  # its form is gone, its words are not
    assert "全部完成" in rooms["boss"].get(one).text
    assert "全部完成" in rooms["bureau"].get(one).text  # a helping unit sees it, and undoes nothing
    assert rooms["bureau"].post(f"{one}/undo", {"version": "2", "reason": "反弹"}).status_code == 403
    assert office.post(f"{one}/undo", {"version": "2"}).status_code == 422
    assert "撤销销号" in office.get(one).text
    with reading() as session:
        assert session.scalars(select(Matter)).one().done_by is not None


def test_scores_are_listed_by_month_and_a_wrong_one_withdrawn(rooms: Rooms) -> None:
    with transaction() as session:
        root_id = session.scalars(select(User.root_id)).first()
        assert root_id is not None
        for month in ("2017-02", "2017-03"):
            cells = {
                "month": month,
                "assessor": "district",
                "item": f"河道{month}",
                "score": "92.5",
                "rank": "3",
                "of": "13",
            }
            import_scores(session, root_id, "file", [(2, scores.line(cells))])
    newest = rooms["boss"].get(f"{BASE}/scores").text
    assert "河道2017-03" in newest
    assert "河道2017-02" not in newest
    assert "河道2017-02" in rooms["boss"].get(f"{BASE}/scores?month=2017-02&assessor=district").text
    assert rooms["boss"].post(f"{BASE}/scores/1/withdraw", {"reason": "录错"}).status_code == 403
    office = rooms["office"]
    first = office.get(f"{BASE}/scores").text.split("/withdraw")[0].rsplit("/scores/", 1)[1]
    assert office.post(f"{BASE}/scores/{first}/withdraw", {"reason": "录错"}).status_code == 302
    assert "河道2017-03" not in office.get(f"{BASE}/scores").text


def test_a_unit_appeals_from_the_page_of_the_case_and_someone_else_decides(rooms: Rooms) -> None:
    bureau, shift = rooms["bureau"], rooms["shift"]
    way = f"{BASE}/appeals/new?case={rooms.case}"
    assert way in bureau.get(f"/desk/cases/{rooms.case}").text
    assert way not in rooms["office"].get(f"/desk/cases/{rooms.case}").text
    assert rooms["villager"].get(way).status_code == 404  # not his unit's case
    assert way in bureau.get(f"{BASE}/appeals").text  # in the unit's own queue too
    marks = [in_both_forms(rooms[who], f"{BASE}/appeals/marks.csv") for who in ("bureau", "villager")]
    assert [[row[1] for row in rows[1:-1]] for rows in marks] == [[rooms.case], []]
    bureau.get(way)
    mark = written_mark(Against.OVERDUE, at("2017-03-03 17:00"))
    form = {"case": rooms.case, "mark": mark, "reason": "系统故障未能反馈"}
    assert bureau.post(f"{BASE}/appeals/new", {**form, "reason": ""}).status_code == 422
    assert bureau.post(f"{BASE}/appeals/new", {**form, "mark": "x"}).status_code == 422
    one = bureau.post(f"{BASE}/appeals/new", form).location
    assert bureau.post(f"{BASE}/appeals/new", form).status_code == 409
    assert "没有可以申诉的认定" in bureau.get(way).text
    assert rooms["villager"].get(one).status_code == 404
    assert bureau.post(f"{one}/decide", {"yes": "yes", "why": "成立"}).status_code == 403
    assert way not in bureau.get(f"{BASE}/appeals").text
    # It waits for who may decide it, told on the desk and on the tab, and for nobody else.
    assert rooms.case in shift.get(f"{BASE}/appeals").text
    assert 'href="/desk/supervision/appeals"' in shift.get("/desk").text
    assert f'data-case="appeal-{one.rsplit("/", 1)[1]}"' not in bureau.get(f"{BASE}/appeals").text
    shift.get(one)
    assert shift.post(f"{one}/decide", {"yes": "yes"}).status_code == 422
    assert shift.post(f"{one}/decide", {"yes": "yes", "why": "系统日志可证"}).status_code == 302
    assert shift.post(f"{one}/decide", {"yes": "no", "why": "反悔"}).status_code == 409
    assert rooms.case not in shift.get(f"{BASE}/appeals").text
    assert "申诉成立" in bureau.get(f"/desk/cases/{rooms.case}").text
    assert rooms.case in shift.get(f"{BASE}/appeals?decided=yes&against=overdue").text
    assert rooms.case not in shift.get(f"{BASE}/appeals?decided=no").text
    with reading() as session:
        assert session.scalars(select(Appeal)).one().upheld is True


NO_ADDRESSES = (
    "checks?month=2017", "checks?unit=x", "checks?after=x", "problems?unit=-1", "problems?after=1~1",
    "matters?after=2017-03-06~x", "scores?month=x", "appeals?after=~",
)  # fmt: skip


def test_addresses_that_mean_nothing_are_refused_and_break_nothing(rooms: Rooms) -> None:
    for address in NO_ADDRESSES:
        assert rooms["office"].get(f"{BASE}/{address}").status_code in (400, 422), address


def test_what_no_page_of_ours_sends_is_refused_by_a_sentence(rooms: Rooms) -> None:
    office, huge = rooms["office"], "9" * 30
    for path in (
        f"checks/{huge}", "checks/0", f"appeals/{huge}", "problems/%20", f"problems/{huge}", "matters/%27--",
        f"problems/new?follows={huge}",
    ):  # fmt: skip
        assert office.get(f"{BASE}/{path}").status_code == 404, path
    for path in (f"checks?unit={huge}", f"problems?unit={2**63}", f"checks?after=2017-03-06T09:00~{huge}"):
        assert office.get(f"{BASE}/{path}").status_code in (400, 422), path
    office.get(f"{BASE}/scores")
    for path in (f"scores/{huge}/withdraw", f"checks/{huge}/void", f"appeals/{huge}/decide"):
        answer = office.post(f"{BASE}/{path}", {"reason": "x", "version": huge, "yes": "yes", "why": "x"})
        assert answer.status_code == 404, path
