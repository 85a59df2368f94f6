"""A closed case that came back, through HTTP: offered beside the case, said, refused, taken back, counted, listed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import transaction
from tests.web.street import EAST_POINT, Street


def closed(street: Street, **more: object) -> Case:
    case = street.move(street.checking(**more), Move.CHECK_PASSED, "inspector")
    return street.move(case, Move.CLOSE, "desk", closing_condition=street.condition_id)


@pytest.fixture
def back(street: Street) -> tuple[Street, Case, Case]:
    """A closed case, and a new one at the same place."""
    return street, closed(street), street.report()


def offers(page: str, case: Case) -> list[str]:
    """The numbers beside which it is offered to say so with one press."""
    forms = re.findall(rf'<form method="post" action="/desk/recurred/{case.number}"[^>]*>(.*?)</form>', page, re.DOTALL)
    return [found for form in forms for found in re.findall(r'type="hidden" name="earlier" value="([^"]+)"', form)]


def test_it_is_offered_beside_closed_cases_here_and_said_with_one_press(back: tuple[Street, Case, Case]) -> None:
    street, earlier, case = back
    open_one, desk = street.filed(), street.browser("desk")
    old, address = f"/desk/cases/{earlier.number}", f"/desk/cases/{case.number}"
    page = desk.get(address).text
    assert open_one.number in page
    assert offers(page, case) == [earlier.number]
    assert f'data-confirm="认定本案是 {earlier.number} 的复发？' in page
    for _ in range(2):  # pressed twice
        said = desk.post(f"/desk/recurred/{case.number}", {"earlier": f" {earlier.number} "})
        assert (said.status_code, said.location) == (302, address)
    page = desk.get(address).text
    assert f"已认定：本案是 {earlier.number} 的复发。" in page
    assert "（结案于 " in page
    assert page.count(f'href="{old}"') == 1  # told of once, not among what else lies here
    of_old = desk.get(old).text
    assert "<dt>已复发</dt>" in of_old
    assert f'href="{address}"' in of_old
    # An address of an answer, opened: the page of the case asks it.
    for where in ("", "/undo"):
        assert desk.get(f"/desk/recurred/{case.number}{where}").location == address


def test_it_is_counted_with_the_case_behind_it_and_taken_back(back: tuple[Street, Case, Case]) -> None:
    street, earlier, case = back
    desk, leader = street.browser("desk"), street.browser("leader")
    address, undo = f"/desk/cases/{case.number}", f"/desk/recurred/{case.number}/undo"
    desk.post(f"/desk/recurred/{case.number}", {"earlier": earlier.number})
    assert "复发数" in leader.get("/overview").text
    for row, found in (("", [case.number]), (f"?row={street.west}", [case.number]), (f"?row={street.east}", [])):
        assert re.findall(r"/desk/cases/([\d-]+)", leader.get(f"/overview/records/recurred{row}").text) == found
    shade = desk.get("/desk/map/figures?figure=cases.recurred").json
    assert {row["code"]: row["value"] for row in shade["rows"]} == {street.west: "1", street.east: "0"}
    (listed,) = (row["list"] for row in shade["rows"] if row["code"] == street.west)
    assert case.number in desk.get(listed).text
    assert f'action="{undo}"' in desk.get(address).text
    assert f'action="{undo}"' not in leader.get(address).text
    for _ in range(2):
        assert desk.post(undo, {"earlier": earlier.number}).location == address
    page = desk.get(address).text
    assert "<dt>复发</dt>" not in page
    assert offers(page, case) == [earlier.number]
    assert re.findall(r"/desk/cases/([\d-]+)", leader.get("/overview/records/recurred").text) == []


def test_a_number_typed_that_is_none_is_refused_with_field_and_reason(back: tuple[Street, Case, Case]) -> None:
    street, earlier, case = back
    desk, answer = street.browser("desk"), f"/desk/recurred/{case.number}"
    open_one = street.filed(at=EAST_POINT)
    tries = {
        open_one.number: "前案须是已结案的案件",
        case.number: "不能是案件自身",
        "20170101-000001": "没有这个案件",
        "": "没有这个案件",
    }
    for typed, reason in tries.items():
        refused = desk.post(answer, {"earlier": typed})
        assert refused.status_code == 422
        form = refused.text[refused.text.index('<details class="aside recurs-by" open>') :].split("</details>")[0]
        assert reason in form
        assert f'value="{typed}"' in form or not typed
    before = desk.post(f"/desk/recurred/{open_one.number}", {"earlier": earlier.number})
    assert before.status_code == 302  # of what lies elsewhere it may be said too
    with transaction() as session:
        long_ago = clock.now() - timedelta(days=31)
        session.execute(update(Case).where(Case.id == earlier.id).values(closed_at=long_ago))
    assert "本案在前案结案 30 日以后上报，不计复发" in desk.post(answer, {"earlier": earlier.number}).text
    street.move(case, Move.DECLINE, "desk", reason="重复")
    late = desk.post(answer, {"earlier": earlier.number})
    assert late.status_code == 422
    assert "本案不予受理、不予立案、已作废或已并案，不能认定为复发" in late.text
    assert "recurs-by" not in desk.get(f"/desk/cases/{case.number}").text


def test_who_may_not_say_so_is_not_asked(back: tuple[Street, Case, Case]) -> None:
    street, earlier, case = back
    address, answer = f"/desk/cases/{case.number}", f"/desk/recurred/{case.number}"
    page = street.browser("leader").get(address).text
    assert earlier.number in page
    assert (offers(page, case), "recurs-by" in page) == ([], False)
    for who in ("inspector", "leader"):
        browser = street.browser(who)
        assert browser.post(answer, {"earlier": earlier.number}).status_code == 403
        assert browser.post(f"{answer}/undo", {"earlier": earlier.number}).status_code == 403
    assert street.browser("eastern_desk").post(answer, {"earlier": earlier.number}).status_code == 404


def test_neither_the_link_nor_the_other_number_shows_to_who_does_not_see_the_other_case(street: Street) -> None:
    earlier, desk, eastern = closed(street), street.browser("desk"), street.browser("eastern_desk")
    case = street.report("eastern", EAST_POINT)
    answer = f"/desk/recurred/{case.number}"
    unseen = eastern.post(answer, {"earlier": earlier.number})
    absent = eastern.post(answer, {"earlier": "20170101-000001"})
    assert (unseen.status_code, absent.status_code) == (422, 422)
    assert "没有这个案件" in unseen.text
    assert desk.post(answer, {"earlier": earlier.number}).status_code == 302
    page = eastern.get(f"/desk/cases/{case.number}").text
    assert "<dt>复发</dt>" not in page
    assert earlier.number not in page
    # The other way round: the closed one is seen, what came of it is not.
    old = street.move(street.checking(at=EAST_POINT), Move.CHECK_PASSED, "eastern")
    old = street.move(old, Move.CLOSE, "desk", closing_condition=street.condition_id)
    new = street.report()
    assert desk.post(f"/desk/recurred/{new.number}", {"earlier": old.number}).status_code == 302
    assert "<dt>已复发</dt>" in desk.get(f"/desk/cases/{old.number}").text
    page = eastern.get(f"/desk/cases/{old.number}")
    assert page.status_code == 200
    assert "<dt>已复发</dt>" not in page.text
    assert new.number not in page.text
