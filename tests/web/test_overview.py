"""The leader's page: the figures of the month, those of the community led, and the list behind each."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from gridops.cases.models import Case
from gridops.core import clock, periods
from gridops.core.db import transaction
from gridops.core.periods import PeriodKind
from gridops.figures.queries import rows
from gridops.figures.queries.rows import counted_rows
from gridops.grids.models import Grid
from gridops.people.rules import Role
from gridops.tasks import jobs
from gridops.web import list_files
from tests.factories import at, make_user
from tests.web.bulletin_steps import signed_in
from tests.web.office import CASES, Office, make_office
from tests.webapp import PASSWORD_HASH
from tests.workbooks import in_both_forms


@pytest.fixture
def office(app: Flask) -> Office:
    made = make_office()
    with transaction() as session:
        street, panlong = session.get_one(Grid, made.street), session.get_one(Grid, made.panlong)
        make_user(session, street, Role.ADMIN, username="keeper", password_hash=PASSWORD_HASH)
        make_user(session, street, Role.LEADER, grid=panlong, username="chief", password_hash=PASSWORD_HASH)
    return made


def values(page: str) -> list[str]:
    """The large figures, without markup."""
    found = re.findall(r'class="figure-value">(.*?)</div>', page, re.S)
    return [re.sub(r"<[^>]+>|\s", "", value) for value in found]


def numbers(page: str) -> set[str]:
    return set(re.findall(r'/desk/cases/(N\d+)"', page))


def test_a_leader_begins_here_and_sees_the_last_month_that_has_anything(app: Flask, office: Office) -> None:
    leader = signed_in(app, "leader")
    assert leader.get("/").location == "/overview"
    page = leader.get("/overview").text
    assert "2017-03" in page
    assert values(page) == ["60", "60", "60", "20", "0", "0", "66.67%", "66.67%"]
    assert "盘龙社区" in page
    assert "玲珑社区" in page


def test_every_figure_opens_the_cases_counted(app: Flask, office: Office) -> None:
    leader = signed_in(app, "leader")
    page = leader.get("/overview").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/overview/records/[^"]+)"', page)}
    assert len(links) >= 12
    for link in links:
        assert leader.get(link).status_code == 200, link
    overdue = next(link for link in links if "/overdue_open?" in link and "row=A" in link)
    listed = numbers(leader.get(overdue).text)
    assert len(listed) == 10
    first = leader.get(f"/overview/records/filed?month=2017-03&at={office.street}").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    everything = numbers(first) | numbers(leader.get(following.group(1).replace("&amp;", "&")).text)
    assert len(everything) == CASES
    assert listed <= everything


@pytest.mark.parametrize(
    "address",
    ["/overview/records/filed/list.csv?month=2017-03", "/desk/map/figures/cases.csv?figure=cases.filed&month=2017-03"],
)
def test_the_file_behind_a_figure_counts_once_however_many_rows_it_has(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    counts: list[int] = []

    def counted(*args: Any) -> Any:
        counts.append(1)
        return counted_rows(*args)

    monkeypatch.setattr(rows, "counted_rows", counted)
    monkeypatch.setattr(list_files, "BATCH", 7)
    told = in_both_forms(signed_in(app, "leader"), address)
    assert [row[0] for row in told[1:-1]] == [f"N{number}" for number in range(1, CASES + 1)]
    assert len(counts) == 2, "once for each form"


def test_the_leader_of_a_community_sees_that_community_alone(app: Flask, office: Office) -> None:
    chief = signed_in(app, "chief")
    for path in ("/overview", f"/overview?at={office.street}", f"/overview?at={office.linglong}"):
        page = chief.get(path).text
        assert values(page)[0] == "30", path
        assert "玲珑社区" not in page
    listed = numbers(chief.get(f"/overview/records/reported?month=2017-03&at={office.street}").text)
    assert len(listed) == 30
    assert listed <= {f"N{number}" for number in range(1, CASES + 1, 2)}


def test_an_administrator_sees_figures_and_no_cases(app: Flask, office: Office) -> None:
    keeper = signed_in(app, "keeper")
    page = keeper.get("/overview").text
    assert values(page)[0] == "60"
    assert "/overview/records/" not in page
    assert keeper.get("/overview/records/filed?month=2017-03").status_code == 404


def test_months_are_turned_and_nonsense_is_not_found(app: Flask, office: Office) -> None:
    leader = signed_in(app, "leader")
    april = leader.get("/overview?month=2017-04").text
    assert values(april)[0] == "0"
    assert "month=2017-03" in april
    for path in ("?month=2017", "?month=x", "?month=2017-W10", "/records/nonsense", "/records/filed?row=nowhere"):
        assert leader.get(f"/overview{path}").status_code == 404, path
    assert signed_in(app, "inspector").get("/overview").status_code == 403


def test_a_record_of_the_far_future_or_of_another_part_leads_nobody_away(app: Flask, office: Office) -> None:
    with transaction() as session:
        for grid_id, year in ((office.panlong, 2150), (office.linglong, 2018)):
            case = session.scalars(select(Case).where(Case.grid_id == grid_id).limit(1)).one()
            case.reported_at = at(f"{year}-03-02T10:00")
    assert '<strong class="num">2018-03</strong>' in signed_in(app, "leader").get("/overview").text
    assert '<strong class="num">2017-03</strong>' in signed_in(app, "chief").get("/overview").text


def test_a_month_is_picked_by_a_form(app: Flask, office: Office) -> None:
    leader = signed_in(app, "leader")
    page = leader.get("/overview?month=2017-04").text
    form = re.search(r'<form class="year-bar" method="get" action="/overview">.*?</form>', page, re.S)
    assert form is not None
    assert 'type="month" id="month" name="month" value="2017-04"' in re.sub(r'class="[^"]*" ', "", form[0])
    assert f'name="at" value="{office.street}"' in form[0]
    current = periods.containing(PeriodKind.MONTH, clock.local_date(clock.now())).label
    assert f'max="{current}"' in form[0]
    assert "查看" in form[0]
    assert values(leader.get(f"/overview?at={office.street}&month=2017-03").text)[0] == "60"


def test_the_page_takes_few_statements(app: Flask, office: Office, database: Engine) -> None:
    leader = signed_in(app, "leader")
    leader.get("/overview")
    told: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *args: told.append(args[2]))
    leader.get("/overview")
    assert len([statement for statement in told if statement.lstrip().upper().startswith(("SELECT", "WITH"))]) <= 49


def test_the_running_month_is_shown_as_the_worker_counted_it_last_while_that_is_fresh(
    app: Flask, office: Office, database: Engine
) -> None:
    first = at("2017-03-28T20:00")
    with clock.set_to(first):
        jobs.keep_running()
        leader, chief = signed_in(app, "leader"), signed_in(app, "chief")
    with transaction() as session:
        for case in session.scalars(select(Case).where(Case.grid_id == office.panlong).limit(5)):
            case.reported_at = at("2017-02-03T10:00")
    with clock.set_to(first + timedelta(minutes=2)):
        told: list[str] = []
        event.listen(database, "before_cursor_execute", lambda *args: told.append(args[2]))
        assert values(leader.get("/overview").text)[0] == "60"
        assert not [statement for statement in told if "case_event" in statement]
        assert values(chief.get("/overview").text)[0] == "30"
        assert 'datetime="2017-03-28T20:00:00+08:00"' in leader.get("/overview").text
        assert values(leader.get("/overview?month=2017-02").text)[0] == "5"
    with clock.set_to(first + timedelta(minutes=4)):  # no worker for three minutes: the page counts by itself
        assert values(leader.get("/overview").text)[0] == "55"
        assert 'datetime="2017-03-28T20:04:00+08:00"' in leader.get("/overview").text
        jobs.keep_running()
    with clock.set_to(at("2017-04-01T00:01")):
        # the month before, counted now: it runs no more
        assert values(signed_in(app, "leader").get("/overview").text)[0] == "55"
