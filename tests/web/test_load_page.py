"""The page of the load: numbers that lead to their cases, of what is in sight only."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

from sqlalchemy import select

from gridops.cases.rules.moves import Move, Suspension
from gridops.catalogue.models import StepLimit
from gridops.catalogue.rules import Step
from gridops.core import clock
from gridops.core.db import transaction
from gridops.people.models import Helping, Unit
from gridops.worktime.rules import LimitUnit
from tests.web.street import EAST_POINT, Street


def ways(page: str, name: str) -> list[tuple[str, str]]:
    """Number and address of each link in the row of this name."""
    row = next(found for found in re.findall(r"<tr.*?</tr>", page, re.S) if f">{name}</th>" in found)
    links = re.findall(r'class="load-number[^"]*" href="([^"]+)">(?:<svg.*?</svg>)?\s*(\d+)', row, re.S)
    return [(number, html.unescape(address)) for address, number in links]


def test_every_number_leads_to_that_many_cases(street: Street) -> None:
    first, second = street.dispatched(), street.dispatched()
    street.move(first, Move.RECEIVE, "handler")
    street.move(second, Move.RETURN, "handler", reason="不归我所")
    desk = street.browser("desk")
    page = desk.get("/desk/load").text
    seen = 0
    for name in ("全部", "环卫所", street.person("handler").name):
        for number, address in ways(page, name):
            assert len(re.findall('class="row-open"', desk.get(address).text)) == int(number), (name, address)
            seen += 1
    assert seen >= 6
    assert ">园林所</th>" in page, "who sees everything sees who has nothing"
    assert "/desk/load" in desk.get("/desk").text


def test_nobody_is_told_of_the_load_of_others(street: Street) -> None:
    street.dispatched()
    eastern = street.report("eastern", EAST_POINT)
    assert ways(street.browser("eastern_desk").get("/desk/load").text, "全部") == []
    assert "环卫所" not in street.browser("gardener").get("/desk/load").text
    assert "环卫所" not in street.browser("stranger").get("/desk/load").text
    assert street.browser("inspector").get("/desk/load").status_code == 403
    assert eastern.unit_id is None


def test_late_steps_and_help_lead_to_exactly_their_cases(street: Street) -> None:
    with transaction() as session:
        since = {"valid_from": date(2017, 1, 1), "changed_at": clock.now()}
        limit = {"limit": 1, "limit_unit": LimitUnit.URGENT_HOUR, **since}
        root = street.person("desk").root_id
        session.add_all(StepLimit(root_id=root, step=step, **limit) for step in (Step.RECEIVE, Step.HANDLE))
    with clock.set_to(clock.now() - timedelta(hours=9)):
        waiting, taken, suspended, helped = (street.dispatched() for _ in range(4))
    street.move(taken, Move.RECEIVE, "handler")  # late before, and since then in a new step
    with clock.set_to(clock.now() - timedelta(hours=8, minutes=50)):
        street.move(suspended, Move.SUSPEND, "desk", reason="等待配件", suspension=Suspension.OUTSIDE)
    with transaction() as session:
        for unit in session.scalars(select(Unit).where(Unit.name.in_(("环卫所", "园林所")))):
            session.add(Helping(case_id=helped.id, unit_id=unit.id))
    desk = street.browser("desk")
    page = desk.get("/desk/load").text
    for name, number in (("全部", "2"), ("环卫所", "2")):
        ((late, address),) = [way for way in ways(page, name) if "due=step" in way[1]]
        found = desk.get(address).text
        listed = [case.number in found for case in (waiting, taken, suspended, helped)]
        assert (late, listed) == (number, [True, False, False, True])
    # Two units help with it: it is one case all the same.
    for name in ("全部", "环卫所", "园林所"):
        ((count, address),) = [way for way in ways(page, name) if "helper=" in way[1]]
        assert (count, len(re.findall('class="row-open"', desk.get(address).text))) == ("1", 1)
