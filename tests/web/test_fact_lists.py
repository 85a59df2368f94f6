"""Each figure of enforcement opens exactly the records it counts, as a draft and as locked; as CSV too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.inspections.rules import OrderKind
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.penalties.rules import PartyKind
from gridops.supervision.rules import Light
from tests.factories import at
from tests.figures.street import Street, street_of
from tests.web.bulletin_steps import id_of, open_march, signed_in
from tests.web.office import Office, work
from tests.workbooks import in_both_forms


def of(session: Session, office: Office) -> Street:
    return street_of(session, session.get_one(Grid, office.street))


@pytest.fixture
def busy(office: Office) -> Office:
    """A month with a bit of everything."""
    with transaction() as session:
        street = of(session, office)
        night = street.round("2017-03-31 23:00", "2017-04-01 02:00")
        mended = (at("2017-04-01 01:00"),)
        seen = street.premises("=1+1")
        street.visit(night, seen, findings=3, corrected=mended, order=OrderKind.ORDER, due="2017-03-31 00:00")
        street.visit(None, seen, "2017-03-20 10:00", recheck=True)
        out = street.outing("2017-03-05 09:00", tallies=((TallyKind.TIDIED, 40), (TallyKind.TIDIED, -1)))
        street.incident(IncidentKind.SEIZED, "2017-03-05 10:00", out)
        street.incident(IncidentKind.REFERRED, "2017-03-05 10:00", out, answered_at=at("2017-03-15 10:00"))
        street.look("2017-03-10 09:00", verified=True, fact="脱岗")
        street.problem("2017-02", accepted_at=at("2017-03-20 09:00"))
        street.matter("2017-01-05 09:00", Light.RED)
        served = {"served_at": at("2017-03-02 09:00"), "paid": {"2017-03-20 09:00": 500}}
        street.penalty("2017-03-01 09:00", 2000, premises=seen, round_id=night.id, **served)
        street.penalty("2017-03-02 09:00", 100, party="张三", party_kind=PartyKind.PERSON)
        street.penalty("2017-03-03 09:00", 100, own=False, by="区环保局", premises=seen, round_id=night.id)
    return office


def told(editor: Any, page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(editor.get(f"{page}/papers/json").data)
    return found


def test_every_figure_opens_exactly_what_it_counts(app: Flask, busy: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    for locked in (False, True):
        if locked:
            editor.post(f"{page}/steps/freeze")
            with transaction() as session:  # afterwards: no matter
                street = of(session, busy)
                street.visit(street.round("2017-03-02 20:00"), street.premises())
        work(folder, id_of(page))
        figures = told(editor, page)["figures"]
        counted = {key: each for key, each in figures.items() if not key.startswith(("cases.", "grids."))}
        assert {"rounds.held", "penalties.fined_yuan", "problems.named", "bulletins.issued"} <= counted.keys()
        for key, each in counted.items():
            answer = editor.get(each["records"])
            assert answer.status_code == 200, key
            rows = len(re.findall(r'<th scope="row"', answer.text))
            value = each["denominator"] if each["unit"] == "percent" else each["value"]
            if each["unit"] in ("count", "times"):
                assert rows == value, key
            else:
                assert bool(rows) == (value not in (0, "0.00")), key
            assert "张三" not in answer.text
    shown = editor.get(page).text
    assert "夜查次数" in shown
    assert "申诉成立数" in shown


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("tallies.tidied?table=by_campaign&row=C1", 2),
        ("tallies.tidied?table=by_campaign&row=none", 0),
        ("penalties.decided?table=penalties_by_kind&row=fine", 2),
        ("penalties.others_decided?table=penalties_by_kind&row=by:区环保局", 1),
    ],
)
def test_a_cell_opens_its_part(app: Flask, busy: Office, folder: Path, cell: str, rows: int):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    for _ in range(2):
        answer = editor.get(f"{page}/records/{cell}")
        assert len(re.findall(r'<th scope="row"', answer.text)) == rows
        editor.post(f"{page}/steps/freeze")


@pytest.mark.parametrize("name", ["rounds", "by_campaign", "penalties_by_kind"])
def test_every_cell_of_a_table_opens_its_list(app: Flask, busy: Office, folder: Path, name: str):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    shown = editor.get(f"{page}/tables/{name}").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'<td class="num"><a href="([^"]+)"', shown)]
    assert links
    for link in links:
        assert '<th scope="row"' in editor.get(link).text, link


@pytest.mark.parametrize("path", ["rounds.nothing", "rounds.held?table=by_grid&row=A", "tallies.tidied?table=x&row=y"])
def test_lists_that_do_not_exist_are_not_found(app: Flask, busy: Office, path: str):
    editor = signed_in(app, "editor")
    assert editor.get(f"{open_march(editor)}/records/{path}").status_code == 404


def test_the_export_of_facts_runs_nothing_and_says_how_many(app: Flask, busy: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    lines = in_both_forms(editor, f"{page}/records/findings.found?format=csv")
    assert lines[0] == ["记录", "时间", "说明", "计入"]
    assert lines[1][0] == "'=1+1"
    assert lines[-1][0].startswith("# rows 3; 龙虎塘街道 2017年3月份城市管理月报; 2017-03; 发现问题数")
