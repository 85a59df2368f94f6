"""What Python draws of a page: whatever somebody typed stays text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.moves import State
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import GridVersion
from gridops.people.models import Unit
from gridops.premises.models import Premises
from gridops.web import pieces
from gridops.web.desk import beside
from gridops.web.desk.rows import Rows
from tests.factories import at
from tests.web.nights import make_night
from tests.web.street import Street

HOSTILE = "\"'><img src=x onerror=alert(1)>&amp;"
NOW = at("2017-03-05 21:00")


class Tags(HTMLParser):
    """The elements of a page and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name for name, _value in attrs}))


def is_text(page: str) -> bool:
    """Whether what was typed stands there as text, and nowhere as a part of the page."""
    scripts = [tag for tag, names in Tags(page).found if "onerror" in names]
    return scripts == [] and "&lt;img src=x" in page and "<img src=x" not in page


@pytest.fixture
def in_a_page(app: Flask) -> Iterator[None]:
    with app.test_request_context(), clock.set_to(NOW):
        yield


def listed_row() -> Markup:
    """A case as the queue lists it, with a unit that helps."""
    names = dict.fromkeys(("address", "description", "category", "grid", "unit"), HOSTILE)
    ids = {"id": 7, "version": 1, "category_id": 1, "grid_id": 1, "grid_version_id": 1, "unit_id": 1}
    times = dict.fromkeys(
        ("due_at", "handle_due_at", "suspended_at", "resume_at", "asked_at", "checked_at", "verified", "closed_at")
    )
    row = CaseRow(
        number="20170305-000007", state=State.RECEIVED, kind=Kind.EVENT, source=Source.PUBLIC, lon=None, lat=None,
        reported_at=NOW, runs_out_at=NOW, **names, **ids, **times,
    )  # fmt: skip
    return Rows(lambda row: HOSTILE, {7}, {7: [(HOSTILE, True)]}, (), {}).drawn([row])


DRAWN: dict[str, Callable[[], Markup]] = {
    "the word of a chip": lambda: pieces.chip(HOSTILE, "tool"),
    "words drawn once for a list": lambda: pieces.chips({"a": HOSTILE}, {"a": ("tool", "plain")})["a"],
    "a row of the queue": listed_row,
    "the name of a state": lambda: pieces.state_chip(State.FILED, HOSTILE),
    "of one suspended": lambda: pieces.state_chip("filed", HOSTILE, NOW, NOW),
    "the name of a deadline": lambda: pieces.left(NOW, at=NOW - timedelta(hours=1), name=HOSTILE),
    "what stands for no time": lambda: pieces.time(None, HOSTILE),
    "for no day": lambda: pieces.day(None, HOSTILE),
    "for no date": lambda: pieces.date(None, HOSTILE),
    "values and names to choose from": lambda: beside.pairs([(HOSTILE, HOSTILE)]),
    "the one chosen": lambda: beside.chosen(beside.pairs([(HOSTILE, "x")]), HOSTILE),
    "one that is none of them": lambda: beside.chosen(beside.pairs([("x", HOSTILE)]), HOSTILE),
}


@pytest.mark.parametrize("what", DRAWN)
def test_a_piece_holds_what_was_typed_as_text(in_a_page: None, what: str) -> None:
    drawn = DRAWN[what]()
    assert isinstance(drawn, Markup)
    assert is_text(str(drawn))


def test_a_value_is_chosen_whatever_letters_it_has(in_a_page: None) -> None:
    (option,) = Tags(beside.chosen(beside.pairs([(HOSTILE, "x")]), HOSTILE)).found
    assert option == ("option", {"value", "selected"})


def test_what_is_listed_is_text_until_a_page_takes_it(in_a_page: None) -> None:
    said = pieces.listed(["a", "b"], {"a": HOSTILE, "b": "市监"})
    assert not isinstance(said, Markup)
    assert said == f"{HOSTILE}、市监"


def test_times_are_drawn_with_the_whole_of_them(in_a_page: None) -> None:
    assert pieces.time(at("2017-03-05 20:40:07")) == (
        '<time class="num" datetime="2017-03-05T20:40:07+08:00" title="2017-03-05 20:40:07" tabindex="0">'
        "今天 20:40</time>"
    )
    assert ">2017-03-05<" in pieces.day(NOW)
    assert pieces.date(date(2017, 3, 5)) == '<time class="num" datetime="2017-03-05">2017-03-05</time>'


def call_all(session: Session, name: str) -> None:
    """Give units, grids, categories and premises a name."""
    for row in session.scalars(select(Unit)):
        row.name = f"{name}{row.id}"
    for version in session.scalars(select(GridVersion)):
        version.name = f"{name}{version.id}"
    for category in session.scalars(select(Category)):
        category.name_zh = category.name_en = name
    for premises in session.scalars(select(Premises)):
        premises.name = premises.address = name


def test_no_list_takes_what_somebody_typed_for_a_part_of_the_page(street: Street) -> None:
    night = make_night(street)
    with transaction() as session:
        call_all(session, HOSTILE)
    case = street.dispatched(address=HOSTILE, description=HOSTILE)
    tomorrow = (clock.local_date(clock.now()) + timedelta(days=1)).isoformat()
    number = night.begun(theme=HOSTILE)
    due = {"kind": "order", "due_on": tomorrow, "number": HOSTILE}
    assert night.visit(number, findings=[{"text": HOSTILE}], order=due).status_code == 201
    desk = night["desk"]
    for language in ("zh", "en"):
        desk.post("/language", {"language": language})
        for path in (
            "/desk?group=all", f"/desk/cases/{case.number}", f"/desk/cases/{case.number}/peek", "/desk/rounds",
            f"/desk/rounds/{number}", "/desk/premises", f"/desk/premises/{night.shop}",
        ):  # fmt: skip
            page = desk.get(path)
            assert page.status_code == 200, path
            assert is_text(page.text), (path, language)
    page = desk.get("/desk/premises", query_string={"q": HOSTILE, "grid": HOSTILE})
    assert is_text(page.text)
