"""Several cases at once: what may be done with those of a list, and what became of each."""

import re

import pytest

from gridops.cases.rules.moves import Move, State, Suspension
from tests.web.street import EAST_POINT, Street


def buttons(page) -> list[str]:
    """The moves offered for what is ticked."""
    return re.findall(r'formaction="/desk/many/([a-z_]+)"', page.text)


def test_a_list_offers_what_its_cases_and_the_person_allow(street: Street):
    reported, at_unit = street.report(), street.dispatched()
    desk, handler = street.browser("desk"), street.browser("handler")
    assert buttons(desk.get("/desk?group=to_accept")) == ["accept"]
    assert buttons(desk.get("/desk?group=handling")) == ["remind"]
    assert buttons(handler.get("/desk?group=handling")) == ["receive"]
    whole = desk.get("/desk?group=all")
    assert buttons(whole) == ["accept", "remind"]
    assert set(re.findall(r'name="case" value="([^"]+)"', whole.text)) == set(street.ticks(reported, at_unit))
    street.move(at_unit, Move.SUSPEND, "desk", reason="修路", suspension=Suspension.OUTSIDE)
    assert 'name="case"' not in desk.get("/desk?group=handling").text


def test_each_case_is_answered_by_itself(street: Street):
    good, also, filed = street.report(), street.report(), street.filed()
    eastern = street.report("eastern", EAST_POINT)
    browser = street.browser("desk")
    page = browser.get("/desk?group=to_accept")
    name = re.search(r'name="record_id" value="([^"]+)"', page.text).group(1)
    sent = {"case": street.ticks(good, filed, also), "record_id": name, "words": "属实", "back": "/desk"}
    answer = browser.post("/desk/many/accept", sent)
    assert answer.status_code == 200
    results = re.findall(r'<li class="result.*?</li>', answer.text, re.DOTALL)
    assert ["已受理" in told for told in results] == [True, False, True]
    assert "案件已立案，不能受理" in results[1]
    assert [street.now(case).state for case in (good, filed, also)] == [State.ACCEPTED, State.FILED, State.ACCEPTED]
    assert browser.post("/desk/many/accept", sent).text.count("chip-good") == 2  # the same form again
    outside = street.browser("eastern_desk").post("/desk/many/send_to_check", {"case": street.ticks(filed, eastern)})
    told = re.findall(r'<li class="result.*?</li>', outside.text, re.DOTALL)
    assert filed.number not in outside.text
    assert "不在您的管辖范围内" in told[0]
    assert eastern.number in told[1]


def test_a_case_that_was_changed_since_the_list_was_read_stays_and_says_so(street: Street):
    filed, calm, at_unit = street.filed(), street.filed(), street.dispatched()
    browser = street.browser("desk")
    sent = {"case": street.ticks(filed, calm), "unit": str(street.unit_id)}
    street.move(filed, Move.RELOCATE, "desk", address="新桥北路9号", words="报错了地址")
    first, second = re.findall(r'<li class="result.*?</li>', browser.post("/desk/dispatch", sent).text, re.DOTALL)
    assert [w for w in ("未派遣", "案件已被他人更新，请刷新后再办理", "新桥北路9号") if w not in first] == []
    assert "已派遣" in second
    assert [street.now(case).state for case in (filed, calm)] == [State.FILED, State.DISPATCHED]
    reminded = {"case": street.ticks(at_unit)}
    street.move(at_unit, Move.RELOCATE, "desk", address="新桥北路9号", words="报错了地址")
    assert "案件已被他人更新，请刷新后再办理" in browser.post("/desk/many/remind", reminded).text
    assert "已催办" in browser.post("/desk/many/remind", {"case": street.ticks(at_unit)}).text


def test_a_case_that_came_too_late_shows_what_happened_since_beside_what_was_asked(street: Street):
    moved, gone, desk = street.filed(), street.filed(), street.browser("desk")
    sent = {
        "case": street.ticks(moved, gone),
        "unit": str(street.unit_id),
        "words": "今天\n清完",
        "back": "/desk?group=all",
    }
    street.move(moved, Move.RELOCATE, "second_desk", address="新桥北路9号", words="报错了地址")
    street.move(gone, Move.DISPATCH, "second_desk", unit=street.other_unit_id)
    page = desk.post("/desk/dispatch", sent)
    _head, first, second = page.text.split('<li class="result')
    assert [w for w in ("改址", "second_desk", "报错了地址", "现在：", "环卫所", "今天\n清完") if w not in first] == []
    assert [w for w in ("派遣至 园林所", "已派遣", "您已不能办理此环节") if w not in second] == []
    assert 'name="case"' not in second
    again = dict(re.findall(r'name="(case|unit|words|back|record_id)" value="([^"]*)"', first))
    done = desk.post("/desk/dispatch", again)
    assert ("已派遣" in done.text, "versions" in done.text, again["back"]) == (True, False, "/desk?group=all")
    assert [street.now(case).unit_id for case in (moved, gone)] == [street.unit_id, street.other_unit_id]


def test_a_move_of_many_that_came_too_late_is_told_with_both_versions(street: Street):
    case, desk = street.report(), street.browser("desk")
    sent = {"case": street.ticks(case), "words": "属实"}
    street.move(case, Move.SEND_TO_VERIFY, "second_desk")
    street.move(case, Move.VERIFY, "inspector", outcome=True)
    page = desk.post("/desk/many/accept", sent).text
    assert [w for w in ("送核实", "核实：属实", "您要办理的：受理") if w not in page] == []
    again = dict(re.findall(r'name="(case|words)" value="([^"]*)"', page))
    assert desk.post("/desk/many/accept", again).text.count("chip-good") == 1
    assert street.now(case).state is State.ACCEPTED


def test_what_came_too_late_is_offered_anew_only_where_the_table_of_moves_lets_it(street: Street):
    false, desk = street.report(), street.browser("desk")
    sent = {"case": street.ticks(false), "words": "属实"}
    street.move(false, Move.SEND_TO_VERIFY, "second_desk")
    street.move(false, Move.VERIFY, "inspector", outcome=False)
    page = desk.post("/desk/many/accept", sent).text
    assert ("核实：不属实" in page, "您已不能办理此环节" in page, 'name="case"' in page) == (True, True, False)
    assert desk.post("/desk/many/accept", {"case": street.ticks(false)}).text.count("chip-good") == 0


@pytest.mark.parametrize(
    ("move", "sent", "status"),
    [("accept", {}, 422), ("accept", {"case": "x"}, 422), ("accept", {"case": "1"}, 422),
     ("accept", {"case": "1.1", "record_id": "x"}, 422), ("void", {"case": "1.1"}, 404),
     ("dispatch", {"case": "1.1"}, 404), ("nothing", {"case": "1.1"}, 404)],
)  # fmt: skip
def test_what_cannot_be_done_with_several_is_refused(street: Street, move, sent, status):
    browser = street.browser("desk")
    assert browser.post(f"/desk/many/{move}", sent).status_code == status
    assert browser.get(f"/desk/many/{move}").status_code == (302 if move == "accept" else 404)
