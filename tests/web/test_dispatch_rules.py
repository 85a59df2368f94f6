"""Dispatch rules on the pages: kept by the admin, tried on last month, proposed at dispatch, told on the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.forms import RuleForm
from gridops.cases.models import Case, DispatchRuleRow
from gridops.cases.queries import dispatching
from gridops.cases.rules.dispatching import Conditions
from gridops.cases.rules.moves import Move
from gridops.cases.service import add_rule
from gridops.catalogue.models import Category
from gridops.core import clock, db
from gridops.grids.models import Grid
from gridops.people import service as people
from gridops.people.rules import Role, WorkLine
from tests.factories import at, make_condition, make_user
from tests.web.street import EAST_POINT, Street
from tests.webapp import PASSWORD_HASH, Browser

PAGE = "/admin/dispatch-rules"


@pytest.fixture(autouse=True)
def _a_monday() -> Iterator[None]:
    with clock.set_to(at("2022-03-07 10:00")):
        yield


@pytest.fixture
def admins(street: Street) -> Street:
    """The street, with an admin of all of it, of a part, of another street, and one who also leads the shift."""
    with db.transaction() as session:
        root, west = session.get_one(Grid, street.root_id), grid(session, street.west)
        away = grid(session, "320411009")
        for name, place, held, roles in (
            ("admin", root, root, (Role.ADMIN,)),
            ("small", root, west, (Role.ADMIN,)),
            ("both", root, root, (Role.ADMIN, Role.SHIFT_LEADER)),
            ("abroad", away, away, (Role.ADMIN,)),
        ):
            user = make_user(session, place, *roles, grid=held, username=name, password_hash=PASSWORD_HASH)
            street.people[name] = user.id
    return street


def grid(session: Session, code: str) -> Grid:
    return session.scalars(select(Grid).where(Grid.code == code)).one()


def rules(street: Street) -> list[DispatchRuleRow]:
    with db.reading() as session:
        return dispatching.rule_rows(session, street.root_id)


def keep(street: Street, name: str, unit_id: int, category: str | None = None, most: int | None = None) -> int:
    """A rule, by the service."""
    with db.transaction() as session:
        found = session.scalars(select(Category.id).where(Category.code == category)).all() if category else ()
        form = RuleForm(name, Conditions(categories=tuple(found)), unit_id, most=most)
        return add_rule(session, street.root_id, form).id


def text(page: str) -> str:
    """What a page says, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_rules_are_added_changed_moved_and_ended(admins: Street) -> None:
    admin = admins.browser("admin")
    assert "还没有派遣规则" in admin.get(PAGE).text
    said = {"name": "夜间<西片>", "grid_id": str(west_id(admins)), "from": "18:00", "to": "08:00", "days": "rest",
            "sources": ["inspector", "media"], "unit_id": str(admins.unit_id), "most": "20"}  # fmt: skip
    refused = admin.post(f"{PAGE}/new", {**said, "to": ""})
    assert refused.status_code == 422
    assert "结束：起止时刻须同时填写" in text(refused.text), "the summary names the field"
    assert 'value="夜间&lt;西片&gt;"' in refused.text  # what was typed stands there still, and is no markup
    assert admin.post(f"{PAGE}/new", said).status_code == 302
    assert admin.post(f"{PAGE}/new", {"name": "其余", "line": "upkeep"}).status_code == 302
    page = text(admin.get(PAGE).text)
    assert "位于西社区；来源为信息采集、媒体；派遣时刻在18:00至次日08:00；非工作日；单位在办少于20件" in page
    assert "派往：环卫所" in page
    assert "所有案件 派往：案件所在网格的长效管理责任单位（就近）" in page
    first, second = rules(admins)
    form = admin.get(f"{PAGE}/{first.id}").text
    assert 'name="from" value="18:00"' in form
    assert re.search(r'value="media" selected', form)
    assert admin.edit(f"{PAGE}/{second.id}/move", {"way": "up"}, PAGE).status_code == 302
    assert [row.name for row in rules(admins)] == ["其余", "夜间<西片>"]
    assert admin.post(f"{PAGE}/{first.id}", {**said, "name": "夜间", "most": ""}).status_code == 302
    assert admin.post(f"{PAGE}/{first.id}", said).status_code == 409  # another tab still had the old one
    assert [row.name for row in rules(admins) if row.valid_to is None] == ["其余", "夜间"]
    assert admin.post(f"{PAGE}/{second.id}/end", {}).status_code == 302
    assert "已替换和已终止的规则" in admin.get(PAGE).text
    with db.reading() as session:
        acts = list(
            session.scalars(
                select(AuditEntry.act).where(AuditEntry.subject_kind == "dispatch_rule").order_by(AuditEntry.id)
            )
        )
    assert acts == [f"dispatch_rule.{act}" for act in ("add", "add", "move", "change", "end")]


def test_rules_are_kept_for_the_whole_street_by_its_admin_alone(admins: Street) -> None:
    row = keep(admins, "本街道", admins.unit_id)
    changes = (f"{PAGE}/new", f"{PAGE}/{row}", f"{PAGE}/{row}/move", f"{PAGE}/{row}/end")
    small, abroad, desk = admins.browser("small"), admins.browser("abroad"), admins.browser("desk")
    assert "本街道" in small.get(PAGE).text  # who keeps a part sees them and changes nothing
    assert f"{PAGE}/{row}" not in small.get(PAGE).text
    assert "本街道" not in abroad.get(PAGE).text
    assert desk.get(PAGE).status_code == 403
    for path in changes:
        assert small.post(path, {}).status_code == 403
        assert desk.post(path, {}).status_code == 403
    for path in (f"{PAGE}/{row}", f"{PAGE}/{row}/move", f"{PAGE}/{row}/end"):
        assert abroad.post(path, {"name": "x", "unit_id": str(admins.unit_id)}).status_code == 404
    assert small.get(f"{PAGE}/trial").status_code == 403
    admin = admins.browser("admin")
    admin.token = ""
    assert admin.post(f"{PAGE}/{row}/end", {}).status_code == 400  # a form of another site
    assert [each.valid_to for each in rules(admins)] == [None]


def test_a_rule_is_tried_on_last_months_cases_and_nothing_is_saved(admins: Street) -> None:
    with clock.set_to(at("2022-02-14 10:00")):
        sent = [admins.dispatched() for _ in range(3)]
    admins.dispatched()  # this month
    keep(admins, "归环卫", admins.unit_id)
    admin, both = admins.browser("admin"), admins.browser("both")
    counts = re.compile(r"(\d+) 单位相同 (\d+) 派往其他单位 (\d+) 没有规则适用")
    found = counts.search(text(admin.get(f"{PAGE}/trial").text))
    assert found is not None
    assert found.groups() == ("3", "0", "0")
    row = rules(admins)[0].id
    edited = {"name": "归园林", "unit_id": str(admins.other_unit_id), "try": "yes"}
    for who in (admin, both):
        page = who.post(f"{PAGE}/{row}", edited)
        assert page.status_code == 200
        found = counts.search(text(page.text))
        assert found is not None
        assert found.groups() == ("0", "3", "0")
        assert "归园林 环卫所 园林所 3" in text(page.text)
        assert 'value="归园林"' in page.text  # the form stands there, to be saved or changed
        # An admin as such sees no case; who leads the shift beside sees which.
        listed = re.findall(r'href="/desk/cases/([0-9-]+)"', page.text)
        assert listed == ([case.number for case in sent] if who is both else [])
    nobody = both.post(f"{PAGE}/{row}", {**edited, "grid_id": str(east_id(admins))})
    found = counts.search(text(nobody.text))
    assert found is not None
    assert found.groups() == ("0", "0", "3")
    assert [each.name for each in rules(admins)] == ["归环卫"]


def test_a_rule_is_tried_on_the_cases_of_the_month_that_is_chosen(admins: Street) -> None:
    for day, count in (("2021-11-05", 2), ("2022-02-28", 1)):
        with clock.set_to(at(f"{day} 10:00")):
            for _ in range(count):
                admins.dispatched()
    keep(admins, "归环卫", admins.unit_id)
    admin, row = admins.browser("admin"), rules(admins)[0].id
    told = re.compile(r"([\d-]{7}) 派遣的案件按这些规则试算.*?(\d+) 单位相同 (\d+) 派往其他单位")
    offered = re.compile(r'<option value="(20[\d-]+)"( selected)?>')
    page = admin.get(f"{PAGE}/trial")
    assert offered.findall(page.text) == [("2022-02", " selected"), ("2021-11", "")]
    assert told.findall(text(page.text)) == [("2022-02", "1", "0")]
    page = admin.get(f"{PAGE}/trial?month=2021-11")
    assert offered.findall(page.text) == [("2022-02", ""), ("2021-11", " selected")]
    assert told.findall(text(page.text)) == [("2021-11", "2", "0")]
    edited = {"name": "归园林", "unit_id": str(admins.other_unit_id), "try": "yes", "month": "2021-11"}
    page = admin.post(f"{PAGE}/{row}", edited)
    assert told.findall(text(page.text)) == [("2021-11", "0", "2")]
    assert ("2021-11", " selected") in offered.findall(page.text)
    assert "这个月没有派遣过的案件" in admin.get(f"{PAGE}/trial?month=2021-12").text
    assert [admin.get(f"{PAGE}/trial?month={month}").status_code for month in ("2021", "x", "2021-13")] == [422] * 3
    assert admin.post(f"{PAGE}/{row}", {**edited, "month": "x"}).status_code == 422


def test_the_rule_comes_first_at_dispatch_and_the_case_says_by_which_rule_it_went(street: Street) -> None:
    keep(street, "园林满", street.other_unit_id, most=1)
    street.move(street.filed(), Move.DISPATCH, "desk", unit=street.other_unit_id)
    keep(street, "归环卫", street.unit_id, "0110")
    case, desk = street.filed(), street.browser("desk")
    page = desk.get(f"/desk/cases/{case.number}").text
    assert "按规则「归环卫」：类别为暴露垃圾" in page
    assert "规则「园林满」未用：园林所在办已达1件" in page
    first = re.search(r'<input type="radio" name="unit" value="(\d+)"( checked)?', page)
    assert first is not None
    assert first.groups() == (str(street.unit_id), " checked")
    send(desk, page, case, street.unit_id)
    for path in (f"/desk/cases/{case.number}", f"/desk/cases/{case.number}/peek"):
        assert "按派遣规则「归环卫」：类别为暴露垃圾" in desk.get(path).text
    other = street.filed()
    send(desk, desk.get(f"/desk/cases/{other.number}").text, other, street.other_unit_id)
    assert "未采用派遣规则「归环卫」的建议" in desk.get(f"/desk/cases/{other.number}").text


@pytest.mark.parametrize("another_answers", [True, False])
def test_where_the_unit_of_the_rule_returned_the_case_the_form_says_so(street: Street, another_answers: bool) -> None:
    keep(street, "归环卫", street.unit_id, "0110")
    if another_answers:
        with db.transaction() as session:
            people.assign(session, street.root_id, WorkLine.UPKEEP, unit_id=street.other_unit_id)
    case = street.move(street.dispatched(), Move.RETURN, "handler", reason="不归我所")
    page = street.browser("desk").get(f"/desk/cases/{case.number}").text
    assert "按规则或以往处置应派往的单位已退回本案，请选定处置单位。" in page
    assert "没有适用的派遣规则" not in page


def test_a_changed_category_proposes_anew_and_sends_nothing(street: Street) -> None:
    keep(street, "渣土归园林", street.other_unit_id, "0111")
    case, desk = street.dispatched(), street.browser("desk")
    assert "没有自动改派" not in desk.get(f"/desk/cases/{case.number}").text
    with db.transaction() as session:
        category = session.scalars(select(Category).where(Category.code == "0111")).one()
        to = {"category": category.id, "condition": make_condition(session, category).id}
    street.move(case, Move.RECATEGORISE, "desk", **to)
    page = desk.get(f"/desk/cases/{case.number}").text
    assert "按现在的类别，规则「渣土归园林」建议派往园林所；案件仍在环卫所，没有自动改派。" in page
    assert street.now(case).unit_id == street.unit_id
    english = street.browser("desk")
    english.headers["Accept-Language"] = "en"
    assert "By its category of now, rule “渣土归园林” proposes" in english.get(f"/desk/cases/{case.number}").text


def test_a_changed_place_proposes_anew_and_sends_nothing(street: Street) -> None:
    with db.transaction() as session:
        form = RuleForm("东片归园林", Conditions(grid_id=grid(session, street.east).id), street.other_unit_id)
        add_rule(session, street.root_id, form)
    case, desk = street.dispatched(), street.browser("desk")
    street.move(case, Move.RELOCATE, "desk", lon=EAST_POINT[0], lat=EAST_POINT[1])
    page = desk.get(f"/desk/cases/{case.number}").text
    assert "按现在的位置，规则「东片归园林」建议派往园林所；案件仍在环卫所，没有自动改派。" in page
    assert street.now(case).unit_id == street.unit_id


def test_ticked_cases_go_each_by_its_rule_and_the_others_stay(street: Street) -> None:
    desk = street.browser("desk")
    litter, rubble = street.filed(), street.report(category="0111")
    street.move(rubble, Move.FILE, "desk")
    assert 'value="rule"' not in desk.get("/desk?group=to_dispatch").text  # without rules it is not offered
    keep(street, "归环卫", street.unit_id, "0110")
    assert 'value="rule"' in desk.get("/desk?group=to_dispatch").text
    answer = desk.post("/desk/dispatch", {"case": street.ticks(litter, rubble), "unit": "rule"})
    assert answer.status_code == 200
    assert "按派遣规则「归环卫」" in answer.text
    assert "没有适用的派遣规则" in answer.text
    assert (street.now(litter).unit_id, street.now(rubble).unit_id) == (street.unit_id, None)
    eastern = street.browser("eastern_desk")
    eastern.get("/desk?group=to_dispatch")
    hidden_from = eastern.post("/desk/dispatch", {"case": street.ticks(rubble), "unit": "rule"})
    assert rubble.number not in hidden_from.text
    assert "没有适用的派遣规则" not in hidden_from.text


def send(desk: Browser, page: str, case: Case, unit_id: int) -> None:
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    answer = desk.post(f"/desk/cases/{case.number}/dispatch", {"version": version[1], "unit": str(unit_id)})
    assert answer.status_code == 302


def west_id(street: Street) -> int:
    with db.reading() as session:
        return grid(session, street.west).id


def east_id(street: Street) -> int:
    with db.reading() as session:
        return grid(session, street.east).id
