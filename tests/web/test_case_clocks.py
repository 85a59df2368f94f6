"""The clock of who has the case in hand: the unit's own, in tasks and at the head of the case."""

import re
from datetime import timedelta

from sqlalchemy import update

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import transaction
from tests.web.street import Street


def in_hand(street: Street, hours: float) -> Case:
    """A case with the unit that it is to have handled so many hours from now, well before the case itself is due."""
    case = street.dispatched()
    with transaction() as session:
        due = clock.now() + timedelta(hours=hours, minutes=30)
        session.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(handle_due_at=due, due_at=due + timedelta(days=9), runs_out_at=due + timedelta(days=9))
        )
    return case


def clocks(street: Street, case: Case) -> list[str]:
    """The clocks that the head of the case names at the desk, on its page as beside the list."""
    url, desk = f"/desk/cases/{case.number}", street.browser("desk")
    heads = [desk.get(path).text.split('class="case-lead"')[1].split("</p>")[0] for path in (url, f"{url}/peek")]
    page, beside = (re.findall(r"</svg>((?:处置)?时限) ", head) for head in heads)
    assert page == beside
    return page


def test_a_handlers_tasks_count_down_to_his_own_deadline_and_stand_in_its_order(street: Street) -> None:
    later, sooner, late = in_hand(street, 6), in_hand(street, 3), in_hand(street, -2)
    handler = street.browser("handler")
    told = handler.get("/field/pack/tasks").get_json()["tasks"]
    assert [one["number"] for one in told] == [late.number, sooner.number, later.number]
    assert {one["due_name"] for one in told} == {"处置时限"}
    assert handler.get(f"/field/pack/case/{late.number}").get_json()["due_name"] == "处置时限"
    assert re.search(r"chip-late[^>]*>.{0,200}处置时限 超", handler.get(f"/desk/cases/{late.number}").text, re.S)
    # The desk sees both clocks, a case out of the unit's hands the whole deadline alone.
    assert clocks(street, sooner) == ["处置时限", "时限"]
    street.move(sooner, Move.FEEDBACK, "handler", words="已清理")
    assert clocks(street, sooner) == ["时限"]


def test_the_list_says_so_too_where_the_unit_is_late_before_the_case_is(street: Street) -> None:
    sooner, late = in_hand(street, 3), in_hand(street, -2)
    rows = street.browser("desk").get("/desk?group=handling").text.split('<li class="row-case')
    told = {case.number: next(row for row in rows if case.number in row) for case in (sooner, late)}
    said = {number: re.findall(r"处置时限 超期|单位超期|还剩", row) for number, row in told.items()}
    assert said == {sooner.number: ["还剩"], late.number: ["处置时限 超期", "单位超期", "还剩"]}


def test_the_address_of_a_move_leads_to_its_case(street: Street) -> None:
    case, desk = street.dispatched(), street.browser("desk")
    opened = desk.get(f"/desk/cases/{case.number}/dispatch?group=filed&number=x")
    assert opened.location == f"/desk/cases/{case.number}?group=filed&number=x"
    assert desk.get(opened.location).status_code == 200
    assert desk.get("/desk/dispatch").location == "/desk"
