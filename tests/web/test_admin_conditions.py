"""Admin pages of filing conditions, and of what else limits depend on: the class of a grid, steps; through HTTP."""

from __future__ import annotations

import re

import pytest

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.service import renewing
from gridops.catalogue import queries as catalogue
from gridops.core import db
from gridops.core.clock import parse_instant
from gridops.grids.models import Grid
from tests.factories import make_case
from tests.web.catalogue_admin import CONDITION, TODAY, category_id, first_condition, offered, root_of
from tests.webapp import Browser
from tests.workbooks import in_both_forms


def test_a_condition_is_edited_for_this_street_alone(admin: Browser) -> None:
    category = category_id()
    page = admin.get(f"/admin/categories/{category}").text
    edit = first_condition(page, category)
    assert "随产品下发" in admin.get(edit).text
    answer = admin.post(edit, CONDITION)
    assert answer.status_code == 302
    assert offered("0110")[0] == ("垃圾散落", 2)
    assert offered("0110", "neighbour")[0][1] == 4
    after = admin.get(f"/admin/categories/{category}").text
    assert "垃圾散落" in after
    assert "由本地设置代替" in after
    # The page that was open meanwhile is stale.
    assert admin.post(edit, CONDITION).status_code == 409


def test_a_wrong_condition_keeps_what_was_typed_and_stores_nothing(admin: Browser) -> None:
    category = category_id()
    before = offered("0110")
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    answer = admin.post(edit, {**CONDITION, "limit": "0", "condition": "我写的话", "valid_from": "2017-03-07"})
    assert answer.status_code == 422
    assert "我写的话" in answer.text
    assert "须为1至10000的整数" in answer.text
    assert admin.post(edit, {**CONDITION, "valid_from": "2017-03-07"}).status_code == 422
    assert admin.post(edit, {**CONDITION, "condition": "a\x00b"}).status_code == 422
    assert offered("0110") == before


def test_a_condition_is_added_and_ended(admin: Browser) -> None:
    category = category_id("0112")
    assert admin.get(f"/admin/categories/{category}/conditions/new").status_code == 200
    assert admin.post(f"/admin/categories/{category}/conditions/new", CONDITION).status_code == 302
    assert offered("0112")[-1] == ("垃圾散落", 2)
    end = re.search(r'action="([^"]+/end)"', admin.get(f"/admin/categories/{category}").text)
    assert end
    assert admin.post(end.group(1)).status_code == 302
    assert ("垃圾散落", 2) not in offered("0112")
    assert admin.post(end.group(1)).status_code == 409


def test_what_a_condition_asks_is_edited_and_shown(admin: Browser) -> None:
    category = category_id()
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    asks = {"limit_A": "1", "photo_near": "1", "photo_after": "2", "check_rule": "same_time"}
    wrong = admin.post(edit, {**CONDITION, **asks, "limit_A": "3", "photo_near": "10", "check_rule": "never"})
    assert wrong.status_code == 422
    for words in ("区域时限只能更短，不能长于办理时限", "须为0至9的整数", "没有这种核查方式"):
        assert words in wrong.text
    assert admin.post(edit, {**CONDITION, **asks}).status_code == 302
    page = admin.get(f"/admin/categories/{category}").text
    for words in ("上报须有：近景照片 1 张", "处置反馈须有：处置后照片 2 张", "核查方式：同时段核查", "A类区域时限"):
        assert words in page


def test_a_change_says_which_running_cases_it_leaves_and_moves_them_if_asked(admin: Browser) -> None:
    category, root_id = category_id(), root_of("admin")
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    with db.transaction() as session:
        filed = Event(
            Move.FILE, TODAY, 2, condition_id=int(edit.rpartition("/")[2]), due_at=parse_instant("2017-03-08T15:30")
        )
        events = Event(Move.REPORT, TODAY, 1, category_id=category), filed
        kind = catalogue.category(session, category, root_id)
        number = make_case(session, session.get(Grid, root_id), kind, *events).number
    answer = admin.post(edit, CONDITION)
    assert "/admin/running?condition=" in answer.location
    page = admin.get(answer.location).text
    assert number in page
    assert "<strong>2017-03-08 12:00" in page
    assert "1 件在办案件仍按原条件计时" in admin.get(f"/admin/categories/{category}").text
    assert admin.get("/admin/running").status_code == 404
    assert admin.get("/admin/running?condition=999999").status_code == 404
    assert admin.post(answer.location).location.endswith("/admin/running/moved")
    moved = admin.get("/admin/running/moved").text
    assert number in moved
    assert "改按现行立案条件和区域类别" in moved
    assert "没有按原设置计时的在办案件" in admin.get(answer.location).text


def test_the_file_of_running_cases_has_those_for_which_the_page_has_no_room(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    category, root_id = category_id(), root_of("admin")
    edit = first_condition(admin.get(f"/admin/categories/{category}").text, category)
    with db.transaction() as session:
        filed = Event(
            Move.FILE, TODAY, 2, condition_id=int(edit.rpartition("/")[2]), due_at=parse_instant("2017-03-08T15:30")
        )
        events = Event(Move.REPORT, TODAY, 1, category_id=category), filed
        kind, grid = catalogue.category(session, category, root_id), session.get(Grid, root_id)
        numbers = [make_case(session, grid, kind, *events).number for _ in range(5)]
    for of in (renewing.offered, renewing.each_offered):
        monkeypatch.setattr(of, "__defaults__", (2,))
    where = admin.post(edit, CONDITION).location
    assert [number in admin.get(where).text for number in numbers] == [True, True, False, False, False]
    told = in_both_forms(admin, where.replace("/admin/running", "/admin/running/list.csv"))
    assert [row[0] for row in told[1:-1]] == numbers


def test_the_class_of_a_grid_is_set_from_a_day_on(admin: Browser) -> None:
    path, root_id = "/admin/areas", root_of("admin")
    assert "沿用上级" not in admin.get(path).text.partition("<tbody>")[2]
    assert admin.post(path, {"grid": str(root_id), "area": "B"}).status_code == 302
    page = admin.get(path).text
    assert "没有在办案件受影响" in page
    shown = page.partition("<tbody>")[2]
    assert shown.count("B类区域") == 3  # the street, how it came, and its community
    assert "沿用上级" in shown
    assert admin.post(path, {"grid": str(root_id), "area": "B"}).status_code == 409
    for wrong in ({"grid": "x"}, {"grid": str(root_of("neighbour")), "area": "A"}, {"grid": str(root_id), "area": "D"}):
        assert admin.post(path, wrong).status_code == 422
    assert admin.edit(path, {"grid": str(root_id), "area": "A", "valid_from": "2017-03-07"}).status_code == 422


def test_the_limit_of_a_step_is_set(admin: Browser) -> None:
    path, hour = "/admin/steps", {"step": "dispatch", "limit": "1", "limit_unit": "working_hour"}
    assert "没有环节时限" in admin.get(path).text
    assert admin.post(path, {**hour, "limit_unit": ""}).status_code == 422
    assert admin.post(path, {**hour, "category": str(category_id())}).status_code == 302
    assert "暴露垃圾" in admin.get(path).text.partition("<tbody>")[2]
    assert admin.post(path, {**hour, "category": str(category_id())}).status_code == 409
