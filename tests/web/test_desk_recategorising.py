"""改类 at the desk: the form of a filed case asks for a filing condition of the new category."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from gridops.catalogue.models import Category
from gridops.core.db import transaction
from gridops.worktime.rules import LimitUnit
from tests.factories import make_category, make_condition
from tests.web.street import Street, hidden

PLACED = re.compile(r'<div data-conditions="([^"]+)"[^>]*>(.*?)</div>', re.S)
NONE_THERE = "该类别没有现行的立案条件，已立案的案件不能改为该类别，请管理员先补充立案条件"


def other_category(words: Sequence[str]) -> tuple[int, list[int]]:
    """The other category with filing conditions in these words; ids of both."""
    with transaction() as session:
        category = session.scalars(select(Category).where(Category.code == "0111")).one()
        found = [make_condition(session, category, 3, LimitUnit.WORKING_DAY) for _ in words]
        for place, (row, said) in enumerate(zip(found, words, strict=True), start=1):
            row.position, row.condition, row.closing_condition = place, said, f"{said}已清除"
        return category.id, [row.id for row in found]


def form(page: str) -> str:
    found = re.search(r'<form id="form-recategorise".*?</form>', page, re.S)
    assert found
    return found.group(0)


def test_the_form_asks_for_a_condition_of_the_category_and_the_case_stands_under_it(street: Street) -> None:
    category, (small, large) = other_category(["小堆渣土", "大堆渣土"])
    case, desk = street.filed(), street.browser("desk")
    path = f"/desk/cases/{case.number}"
    page = desk.get(path)
    address, piece = PLACED.findall(form(page.text))[0]
    assert "选定新类别后，选择其立案条件。" in piece
    piece = desk.get(f"{address}?category={category}").text
    assert re.findall(r'name="condition" value="(\d+)" required( checked)?', piece) == [
        (f"{small}", ""),
        (f"{large}", ""),
    ]
    assert [words for words in ("小堆渣土", "大堆渣土", "3 个工作日", "改类不改时限") if words not in piece] == []
    typed = {"version": hidden(page, "version"), "category": f"{category}"}
    answer = desk.post(f"{path}/recategorise", typed)
    assert (answer.status_code, "请选择立案条件" in answer.text) == (422, True)
    assert f'name="condition" value="{small}" required>' in form(answer.text)  # also where no script asked for them
    answer = desk.post(f"{path}/recategorise", {**typed, "condition": f"{street.condition_id}"})
    assert (answer.status_code, "不是该类别现行的条件" in answer.text) == (422, True)
    due = street.now(case).due_at
    assert desk.post(f"{path}/recategorise", {**typed, "condition": f"{large}"}).status_code == 302
    now = street.now(case)
    assert (now.category_id, now.condition_id, now.due_at) == (category, large, due)
    page = desk.get(path).text
    for words in (
        "大堆渣土已清除",
        "立案条件：大堆渣土",
        "改类不改时限：仍按立案时的条件“有此类问题”计算",
        "4 工作时，",
    ):
        assert words in page, words
    assert "由来源给定" not in page


def test_the_only_condition_is_proposed_and_where_there_is_none_the_form_says_so(street: Street) -> None:
    category, (only,) = other_category(["成堆渣土"])
    with transaction() as session:
        bare = make_category(session, "0112", name="道路不洁").id
    case, desk = street.filed(), street.browser("desk")
    path = f"/desk/cases/{case.number}"
    asked = f"{path}/recategorise/conditions?category="
    assert f'value="{only}" required checked' in desk.get(f"{asked}{category}").text
    piece = desk.get(f"{asked}{bare}").text
    assert NONE_THERE in piece
    assert "radio" not in piece
    answer = desk.post(f"{path}/recategorise", {"version": f"{case.version}", "category": f"{bare}"})
    assert answer.status_code == 422
    assert form(answer.text).count(NONE_THERE) == 2  # at the category, and where its conditions would stand
    assert street.now(case).category_id != bare


@pytest.mark.parametrize("category", ["", "x", "0" * 19])
def test_a_category_that_is_none_is_answered_like_none_chosen(street: Street, category: str) -> None:
    case, desk = street.filed(), street.browser("desk")
    answer = desk.get(f"/desk/cases/{case.number}/recategorise/conditions?category={category}")
    assert (answer.status_code, "选定新类别后" in answer.text) == (200, True)


def test_before_filing_no_condition_is_asked_for(street: Street) -> None:
    category, _conditions = other_category(["成堆渣土"])
    case, desk = street.report(), street.browser("desk")
    path = f"/desk/cases/{case.number}"
    page = desk.get(path)
    assert "data-conditions" not in form(page.text)
    typed = {"version": hidden(page, "version"), "category": f"{category}"}
    assert desk.post(f"{path}/recategorise", typed).status_code == 302
    assert (street.now(case).category_id, street.now(case).condition_id) == (category, None)


def test_the_conditions_of_a_case_out_of_sight_are_not_told(street: Street) -> None:
    case = street.filed()
    path = f"/desk/cases/{case.number}/recategorise/conditions?category=1"
    assert street.browser("stranger").get(path).status_code == 404
    assert street.browser("handler").get(path).status_code == 403


def test_the_form_and_the_table_of_moves_speak_english(street: Street) -> None:
    category, _conditions = other_category(["成堆渣土"])
    case, desk = street.filed(), street.browser("desk")
    assert "立案条件（立案后须填）" in desk.get("/desk/moves").text
    desk.headers["Accept-Language"] = "en"
    piece = desk.get(f"/desk/cases/{case.number}/recategorise/conditions?category={category}").text
    assert "The deadline stays; photos, check and closing condition follow the filing condition chosen here." in piece
    assert "Filing condition (required once filed)" in desk.get("/desk/moves").text
