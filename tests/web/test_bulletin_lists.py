"""The lists behind the figures of a bulletin, its tables and its files, through HTTP."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from gridops.core.db import transaction
from gridops.grids.queries import by_code
from gridops.grids.rules import Level
from tests.factories import make_grid
from tests.web.bulletin_steps import id_of, issue_march, open_march, signed_in
from tests.web.office import CASES, FORMULA, Office, add_late_case, work
from tests.webapp import Browser
from tests.workbooks import in_both_forms


def test_the_list_behind_a_figure_is_exactly_what_was_counted(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    for locked in (False, True):
        if locked:
            editor.post(f"{page}/steps/freeze")
            add_late_case(office)
        first = editor.get(f"{page}/records/cases.filed")
        numbers = re.findall(r'/desk/cases/(N\d+)"', first.text)
        following = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
        numbers += re.findall(r'/desk/cases/(N\d+)"', editor.get(following).text)
        assert sorted(numbers) == sorted(f"N{n}" for n in range(1, CASES + 1))
        closed = editor.get(f"{page}/records/cases.closed").text
        assert len(re.findall(r"/desk/cases/N", closed)) == 40
    cell = editor.get(f"{page}/records/cases.overdue_open?table=by_grid&row=A").text
    assert len(re.findall(r"/desk/cases/N", cell)) == 10
    assert "盘龙社区" in cell
    rate = editor.get(f"{page}/records/cases.closing_rate").text
    assert "结案率的分母是应结案数" in rate


def test_the_figures_of_the_territory_open_the_grids_they_count(app: Flask, office: Office, folder: Path):
    with transaction() as session:
        panlong = by_code(session, "A")
        assert panlong is not None
        for west in (119.951, 119.953):
            make_grid(session, parent=panlong, level=Level.GRID, west=west, side=0.001)
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    figures = json.loads(editor.get(f"{page}/papers/json").data)["figures"]
    assert figures["grids.count"]["value"] == 2
    for key in ("grids.count", "grids.area_km2", "grids.coverage", "grids.staffed"):
        answer = editor.get(figures[key]["records"])
        assert answer.status_code == 200
        counted = figures["grids.staffed" if key == "grids.staffed" else "grids.count"]["value"]
        assert answer.text.count('<th scope="row"') == counted


@pytest.mark.parametrize(
    "path",
    [
        "records/cases.nonsense", "records/cases.filed?table=by_grid&row=nowhere", "records/cases.filed?table=x&row=y",
        "records/grids.nonsense", "tables/rounds", "papers/exe", "steps/freeze",
    ],
)  # fmt: skip
def test_lists_and_files_that_do_not_exist_are_not_found(app: Flask, office: Office, path: str):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    assert editor.get(f"{page}/{path}").status_code in {404, 405}


def test_odd_places_in_lists_are_answered(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    for query in ("after=-1", "after=x", f"after={10**30}", "after=999"):
        assert editor.get(f"{page}/records/cases.filed?{query}").status_code == 200
    for before in ("x", "2017-03-01~", "2017-03-01~x", f"0001-01-01~{10**30}", "9999-12-31T23:59~1", "~1"):
        assert editor.get("/bulletins", query_string={"before": before}).status_code == 200
    for number in ("999999", str(10**30), "0"):
        assert editor.get(f"/bulletins/{number}").status_code == 404


def test_the_export_is_exactly_the_list_with_its_count_and_runs_nothing(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    answer = editor.get(f"{page}/records/cases.filed?format=csv&table=by_grid&row=A")
    assert answer.mimetype == "text/csv"
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert quote("立案数") in header
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines == in_both_forms(editor, f"{page}/records/cases.filed?format=csv&table=by_grid&row=A")
    assert lines[0][0] == "案件号"
    assert len(lines) == CASES // 2 + 2
    assert f"'{FORMULA}" in lines[1]
    assert "+08:00" in "".join(lines[1])
    assert lines[-1][0].startswith("# rows 30; 龙虎塘街道 2017年3月份城市管理月报; 2017-03; 立案数; 按网格：盘龙社区")


def test_tables_open_the_list_of_every_cell(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    shown = editor.get(f"{page}/tables/by_grid").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'<td class="num"><a href="([^"]+)"', shown)]
    assert links
    for link in links:
        assert editor.get(link).status_code == 200


def test_papers_come_under_their_chinese_names(app: Flask, office: Office, folder: Path):
    page = issue_march(app, folder)
    leader = signed_in(app, "leader")
    starts = {"pdf": b"%PDF", "docx": b"PK", "html": b"<!doctype html>", "json": b"{"}
    for kind, start in starts.items():
        answer = leader.get(f"{page}/papers/{kind}")
        assert answer.data.startswith(start)
        header = answer.headers["Content-Disposition"]
        assert header.startswith("attachment")
        assert f"UTF-8''{quote('2017年3月份城市管理月报第1期')}.{kind}" in header
    told = json.loads(leader.get(f"{page}/papers/json").data)
    assert told["status"] == "issued"
    assert told["figures"]["cases.filed"]["value"] == CASES
    # The address that each figure names opens its list.
    records = {figure["records"] for key, figure in told["figures"].items() if key.startswith("cases.")}
    assert all(leader.get(address).status_code == 200 for address in records)


def test_the_list_is_narrowed_to_what_waits_for_a_step(app: Flask, office: Office, folder: Path):
    editor, approver = signed_in(app, "editor"), signed_in(app, "approver")
    papers = {period: open_march(editor, other=period) for period in ("2017-01", "2017-02", "2017-03", "2017-W08")}
    for period, steps in (("2017-02", "freeze"), ("2017-03", "freeze review"), ("2017-W08", "freeze review approve")):
        work(folder, id_of(papers[period]))
        for step in steps.split():
            answer = (approver if step == "approve" else editor).post(f"{papers[period]}/steps/{step}")
            assert answer.status_code == 302
    assert stages(editor, "") == {"待核稿": 1, "待签发": 1, "待印发": 1}
    assert stages(editor, "series=weekly&waiting=review") == {"待核稿": 0, "待签发": 0, "待印发": 1}
    assert stages(signed_in(app, "small"), "") == {"待核稿": 0, "待签发": 0, "待印发": 0}
    for query, shown in (
        ("waiting=review", {"2017-02"}), ("waiting=approve", {"2017-03"}), ("waiting=issue", {"2017-W08"}),
        ("waiting=issue&series=monthly", set()), ("waiting=nonsense", set(papers)), ("", set(papers)),
    ):  # fmt: skip
        listed = re.findall(r'class="issue-link" href="([^"]+)"', editor.get(f"/bulletins?{query}").text)
        assert set(listed) == {papers[period] for period in shown}, query
    page = editor.get("/bulletins?series=monthly&waiting=issue").text
    assert "没有待印发的通报" in page
    assert 'href="/bulletins?series=monthly&amp;waiting=review"' in page
    assert 'href="/bulletins?series=weekly&amp;waiting=issue"' in page


def stages(browser: Browser, query: str) -> dict[str, int]:
    """What the chips of the list count."""
    chips = re.findall(r'</svg>(待..)<span class="num stage-count">(\d+)<', browser.get(f"/bulletins?{query}").text)
    return {name: int(count) for name, count in chips}
