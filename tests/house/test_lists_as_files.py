"""Every list of the desk, the supervision office and the administration as a file: the rows of its pages, no others.

Each page is read to its end, as it is narrowed, and laid beside the file that it offers: the same heads, the same rows
in the same order, and in each cell the words of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from gridops.assessment import queries as assessment
from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case, CaseEvent, SpotCheckCase
from gridops.cases.queries import samples
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.cases.service import move, report
from gridops.catalogue.models import FilingCondition
from gridops.core import clock
from gridops.core.db import transaction
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.inspections.models import Order
from gridops.inspections.rules import OrderKind
from gridops.notices.models import Notice
from gridops.notices.rules import Occasion, Outcome
from gridops.operations.models import Campaign
from gridops.people.models import Unit, User
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.people.service import passwords
from gridops.supervision.forms import ProblemForm
from gridops.supervision.models import DisciplineCheck, Matter, Score
from gridops.supervision.rules import Assessor
from gridops.supervision.service import name_problem
from gridops.web import list_files
from gridops.web.admin import notices
from gridops.web.desk.supervision import appeals, matters, problems, scores
from tests.conftest import empty
from tests.factories import at, make_grid
from tests.house import case_things
from tests.house.all_things import make_things
from tests.webapp import CHEAP, Browser, web_program
from tests.workbooks import in_both_forms

# Who reads which page, as it is narrowed; which list of it; whether the west alone has a part of it: the others are of
# the jurisdiction, or of its admins, or count what is in sight.
TELEPHONE, MASKED = "13912345678", "139****5678"
# What stands under these heads must not be masked; what stands under 来源, 目标 and 结果 may be anybody's words.
NUMBERED = frozenset({"案件", "案件号", "编号", "文书", "夜查", "内容"})
HELD_BY = {"west": "west", "east": "street"}
OFFICE, SHIFT = Role.SUPERVISION_OFFICER, Role.SHIFT_LEADER
LISTS: tuple[tuple[Role, str, int, bool], ...] = (
    (OFFICE, "/desk/supervision/checks?verified=no", 0, True),
    (OFFICE, "/desk/supervision/problems?view=all&state=open", 0, True),
    (OFFICE, "/desk/supervision/problems?view=open", 0, True),
    (OFFICE, "/desk/supervision/matters?view=all", 0, True),
    (OFFICE, "/desk/supervision/matters?view=open", 0, True),
    (OFFICE, "/desk/supervision/appeals?view=all&decided=no", 0, True),
    (SHIFT, "/desk/supervision/appeals?view=open&against=rework", 0, True),
    (OFFICE, "/desk/supervision/scores?assessor=city", 0, False),
    (SHIFT, "/desk/assessment?month=2017-03", 0, True),
    (SHIFT, "/desk/assessment?month=2017-03", 1, False),
    (SHIFT, "/desk/assessment/early", 0, False),
    (SHIFT, "/desk/load", 0, False),
    (SHIFT, "/desk/load", 1, True),
    (Role.AUDITOR, "/desk/spot-checks", 0, True),
    (Role.AUDITOR, "/desk/spot-checks", 1, True),
    (Role.AUDITOR, "/desk/spot-checks/1", 0, False),
    (SHIFT, "/desk/rounds/rechecks", 0, True),
    (SHIFT, "/desk/campaigns", 0, False),
    (SHIFT, "/desk/map/figures/cases?month=2017-03", 0, True),
    (Role.LEADER, "/overview/records/reported?month=2017-03", 0, True),
    (Role.ADMIN, "/admin/people?role=handler", 0, False),
    (Role.ADMIN, "/admin/duties", 0, False),
    (Role.ADMIN, "/admin/notices/told", 0, False),
    (Role.ADMIN, "/admin/running/moved", 0, False),
)


@dataclass
class Table(HTMLParser):
    """The tables of a page and its queue, as texts: heads and rows; a time is told whole, forms are left out."""

    page: str
    tables: list[tuple[list[str], list[list[str]]]] = field(default_factory=list)
    queue: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.out = 0
        self.cells: list[str] | None = None
        self.feed(self.page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("form", "svg", "summary"):
            self.out += 1
        elif tag == "table":
            self.tables.append(([], []))
        elif tag == "tr" or (tag == "li" and "row-case" in (given.get("class") or "")):
            self.cells = []
            rows = self.queue if tag == "li" else self.tables[-1][1]
            rows.append(self.cells)
            if tag == "li":
                self.cells.append("")
        elif tag in ("td", "th") and self.cells is not None:
            self.cells.append("")
        if tag != "th" and self.cells and not self.out and given.get("title"):
            self.cells[-1] += f" {given['title']} "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("form", "svg", "summary"):
            self.out -= 1
        elif tag == "thead":
            heads = self.tables[-1][1].pop()
            self.tables[-1][0].extend(re.sub(r"\s", "", head) for head in heads)
        elif tag in ("li", "table"):
            self.cells = None

    def handle_data(self, data: str) -> None:
        if self.cells and not self.out:
            self.cells[-1] += data


@pytest.fixture(scope="module")
def browsers(
    sqlite_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[Role, str], Browser]]:
    """Who reads the lists, for the west of a street and for the whole, where there is something in each list."""
    folder = tmp_path_factory.mktemp("lists")
    with pytest.MonkeyPatch.context() as patch, web_program(sqlite_engine, folder) as app:
        patch.setattr(passwords, "_hasher", CHEAP)
        patch.setattr(passwords, "_nobody", None)
        things = make_things(LocalStore(folder / "evidence"))
        with clock.set_to(at("2017-03-07 09:00")), transaction() as session:
            fill(session, things)
        opened: dict[tuple[Role, str], Browser] = {}
        for role in {role for role, *_list in LISTS}:
            for held in ("west", "street"):
                opened[role, held] = Browser(app)
                assert opened[role, held].sign_in(f"{role}-{held}").status_code == 302
        rule = {"name": "市考市容", "assessor": "city", "about": "event/01", "found_points": "1", "overdue_points": "2"}
        admin = opened[Role.ADMIN, "street"]
        assert admin.post("/admin/assessment-rules", {**rule, "valid_from": "2017-01-01"}).status_code == 302
        yield opened
    empty(sqlite_engine)


def fill(session: Session, things: dict[str, dict[str, Any]]) -> None:
    """What the things of the test of scopes lack: more than a page, scores, problems from above, deadlines moved."""
    street = session.scalars(select(Grid).where(Grid.code == "S")).one()
    now, officer = clock.now(), case_things.helper(session, street, OFFICE)
    session.add(
        Notice(
            root_id=street.id, key="test:1:1", occasion=Occasion.TEST, since=now, outcome=Outcome.DROPPED, content="试"
        )
    )
    for column in (DisciplineCheck.source, Matter.source, Campaign.aim, Notice.error):
        session.execute(update(column.class_).values({column.key: f"来电人{TELEPHONE}"}))
    units = session.scalars(select(Unit).where(Unit.grid_id.is_not(None), Unit.root_id == street.id)).all()
    for n in range(60):
        name_problem(session, officer, ProblemForm(units[n % 2].code, f"楼道堆物{n}", period="2017-02"))
    session.add_all(
        Score(
            root_id=street.id, month="2017-02", assessor=assessor, item="市容", score=Decimal("93.5"),
            full=Decimal(100), rank=2, of=9, recorded_at=now,
        )
        for assessor in (Assessor.CITY, Assessor.DISTRICT)
    )  # fmt: skip
    for place in ("west", "east"):
        ours = session.scalars(select(Case).where(Case.number == things["case"][place])).one()
        session.add_all(
            SpotCheckCase(root_id=street.id, spot_check_id=check, case_id=ours.id, position=1, drawn_at=now)
            for check in (None, things["sample"][place])
        )
        told = {"due_before": now.isoformat(), "changed": "hours"}
        session.add(
            CaseEvent(
                case_id=ours.id, seq=90, move=Move.RECOUNT, happened_at=now, recorded_at=now, due_at=now, details=told
            )
        )
        paper = Order(
            visit_id=things["visit"][place], kind=OrderKind.HAZARD_NOTICE, number=f"T{place}",
            served_at=now, due_at=now, due_on=now.date(), recorded_at=now,
        )  # fmt: skip
        session.add(paper)
        person = case_things.helper(session, street)
        found = report(
            session, ReportIn("0110", location=Location(*case_things.POINTS[place]), source=Source.ASSESSMENT), person
        )
        condition = session.scalars(select(FilingCondition.id)).first()
        move(session, found.id, Move.FILE, person, MoveFields(condition=condition))
        make_grid(session, f"G{place}", parent=session.get_one(Grid, ours.grid_id), level=Level.GRID)
        handler = session.scalars(select(User.id).where(User.username == f"handler-{HELD_BY[place]}")).one()
        receiver = load_person(session, handler)
        assert receiver is not None
        move(session, ours.id, Move.RECEIVE, receiver, MoveFields())


@pytest.mark.parametrize(("role", "page", "place", "parted"), LISTS)
def test_a_file_has_the_heads_and_rows_of_its_page(
    browsers: dict[tuple[Role, str], Browser],
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    page: str,
    place: int,
    parted: bool,
) -> None:
    monkeypatch.setattr(list_files, "BATCH", 7)
    found = {}
    for held in ("west", "street"):
        browser = browsers[role, held]
        first = browser.get(page)
        if first.status_code == 403 and held == "west":
            continue  # kept for those of the whole jurisdiction
        assert first.status_code == 200, (page, held)
        address = unescape(re.findall(r'href="([^"]+\.csv[^"]*)"', first.text)[place])
        heads, rows = shown(browser, first.text, place)
        told = in_both_forms(browser, address)
        if heads:  # without those of acts; figures of the whole may stand in a head
            assert all(one.startswith(re.sub(r"\s", "", head)) for one, head in zip(heads, told[0], strict=False)), page
            assert len(told[0]) in (len(heads), len(heads) - 1), (page, told[0])
        assert told[-1][0].startswith(f"# rows {len(rows)};"), (page, held)
        assert len(told) == len(rows) + 2
        for cells, line in zip(rows, told[1:-1], strict=True):
            for n, cell in enumerate(line):
                assert said(cell, cells[n] if heads else cells[0]), (page, held, told[0][n], cell, cells)
                assert told[0][n] not in NUMBERED or "*" not in cell, (page, told[0][n], cell)
        found[held] = [tuple(line) for line in told[1:-1]]
    assert found["street"], f"{page} shows nothing: the test says nothing"
    if parted:
        assert len(found["west"]) < len(found["street"]), page
        assert set(found["west"]) <= set(found["street"]), page


@pytest.mark.parametrize(
    ("role", "address", "head"),
    [
        (OFFICE, "/desk/supervision/checks/list.csv", "来源"),
        (OFFICE, "/desk/supervision/matters/list.csv?view=all", "来源"),
        (SHIFT, "/desk/campaigns/list.csv", "目标"),
        (Role.ADMIN, "/admin/notices/told.csv", "结果"),
    ],
)
def test_words_that_anybody_wrote_tell_no_telephone(
    browsers: dict[tuple[Role, str], Browser], role: Role, address: str, head: str
) -> None:
    told = in_both_forms(browsers[role, "street"], address)
    place = told[0].index(head)
    assert [row for row in told[1:-1] if MASKED in row[place]], address
    assert not [cell for row in told for cell in row if TELEPHONE in cell], address


def test_the_file_of_people_tells_neither_their_names_nor_how_they_sign_in(
    browsers: dict[tuple[Role, str], Browser],
) -> None:
    browser = browsers[Role.ADMIN, "street"]
    names = re.findall(r"<code>([^<]+)</code>", browser.get("/admin/people").text)
    told = in_both_forms(browser, "/admin/people/list.csv")
    assert names
    assert not {cell for row in told for cell in row} & set(names)
    place = told[0].index("用户名")
    assert all("*" in row[place] for row in told[1:-1])


# A page with room for one row: what gives it its room, as the default of its last argument or by its name.
NARROW: tuple[tuple[Role, str, int, Any], ...] = (
    (OFFICE, "/desk/supervision/problems?view=open", 0, problems._queue),
    (OFFICE, "/desk/supervision/matters?view=open", 0, matters._queue),
    (OFFICE, "/desk/supervision/matters?view=mine", 0, matters._queue),
    (SHIFT, "/desk/supervision/appeals?view=open&against=rework", 0, appeals._queue),
    (OFFICE, "/desk/supervision/scores?month=2017-02", 0, scores._shown),
    (SHIFT, "/desk/assessment/early", 0, assessment.own_open),
    (Role.AUDITOR, "/desk/spot-checks", 0, samples.checks),
    (Role.AUDITOR, "/desk/spot-checks", 1, samples.drawn),
    (Role.ADMIN, "/admin/notices/told", 0, (notices, "MOST")),
)


@pytest.mark.parametrize(("role", "page", "place", "room"), NARROW)
def test_a_file_has_the_rows_for_which_its_page_has_no_room(
    browsers: dict[tuple[Role, str], Browser], monkeypatch: pytest.MonkeyPatch, role: Role, page: str, place: int,
    room: Any,
) -> None:  # fmt: skip
    browser = browsers[role, "street"]
    whole = shown(browser, browser.get(page).text, place)[1]
    if isinstance(room, tuple):
        monkeypatch.setattr(*room, 1)
    else:
        monkeypatch.setattr(room, "__defaults__", (*room.__defaults__[:-1], 1))
    text = browser.get(page).text
    assert len(shown(browser, text, place)[1]) == 1 < len(whole), page
    told = in_both_forms(browser, unescape(re.findall(r'href="([^"]+\.csv[^"]*)"', text)[place]))
    assert len(told) == len(whole) + 2, page
    assert told[-1][0].startswith(f"# rows {len(whole)};"), page
    assert "only the first" not in told[-1][0]


def test_a_file_that_ends_before_its_list_says_so(
    browsers: dict[tuple[Role, str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, address = browsers[Role.ADMIN, "street"], "/admin/notices/told.csv"
    there = in_both_forms(browser, address)[1:-1]
    monkeypatch.setattr(notices, "MOST_IN_FILE", len(there))
    assert "only the first" not in in_both_forms(browser, address)[-1][0]
    monkeypatch.setattr(notices, "MOST_IN_FILE", 1)
    told = in_both_forms(browser, address)
    assert told[1:] == [there[0], ["# rows 1; persons masked; only the first 1, there are more"]]


def shown(browser: Browser, text: str, place: int) -> tuple[list[str], list[list[str]]]:
    """Heads (none: a queue) and rows of a list, all its pages after each other."""
    rows: list[list[str]] = []
    while True:
        page = Table(text)
        heads, body = page.tables[place] if len(page.tables) > place else ([], page.queue)
        rows += body
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        if not onward:
            return [head for head in heads if head], rows
        text = browser.get(unescape(onward[1])).text


def said(cell: str, page: str) -> bool:
    """Whether a cell of a page says each part of one of a file: names may be masked there, times as one reads them."""
    page = re.sub(r"\s", "", page)
    parts = [re.sub(r"\s", "", part) for part in cell.lstrip("'").split("；") if part]
    parts = [re.sub(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+08:00", r"\1\2", part) for part in parts]
    return all(part in page or ("*" in part and part[0] in page) for part in parts)
