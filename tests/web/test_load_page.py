"""The page of the load: numbers that lead to their cases, of what is in sight only."""

from __future__ import annotations

import html
import re

from gridops.cases.rules.moves import Move
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
