"""The bulletin office through HTTP: open, build, lock, review, approve, issue, correct; scope; lists; files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from gridops.bulletins import queries, service
from gridops.core.db import reading, transaction
from gridops.people.queries import load_person, user_id_of
from tests.web.bulletin_steps import id_of, issue_march, offered, open_march, signed_in, status_of, version_of
from tests.web.office import CASES, Office, add_late_case, work

HTMX = {"HX-Request": "true"}


def test_a_draft_is_opened_built_and_shown(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    # No broker runs here: the build is owed and said to be, nothing is lost.
    opened = editor.get(page).text
    assert "恢复后自动生成" in opened
    assert 'hx-trigger="every 1s"' in opened
    assert "HX-Refresh" not in editor.get(f"{page}/progress", headers=HTMX).headers
    assert open_march(editor) == page
    work(folder, id_of(page))
    assert editor.get(f"{page}/progress", headers=HTMX).headers["HX-Refresh"] == "true"
    shown = editor.get(page).text
    assert '<article class="paper"' in shown
    assert f"3月份共上报问题{CASES}件" in shown
    for words in ("受理立案", "结案率", "40 / 60", "66.67", "随记录变动", "data-watermark"):
        assert words in shown
    listed = editor.get("/bulletins").text
    assert "2017年3月份城市管理月报" in listed
    assert "2017年3月份" not in editor.get("/bulletins?series=weekly").text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"other": "2017-13"}, "other"),
        ({"other": "下个月"}, "other"),
        ({"other": "2999-01"}, "other"),
        ({"other": ""}, "other"),
        ({"series": "daily"}, "series"),
        ({"jurisdiction": ""}, "jurisdiction"),
    ],
)
def test_a_period_that_cannot_be_is_refused_beside_its_field(
    app: Flask, office: Office, form: dict[str, str], field: str
):
    editor = signed_in(app, "editor")
    answer = editor.post("/bulletins", {"other": "2017-03", "jurisdiction": "S", **form})
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert "data-now" in answer.text
    with reading() as session:
        assert not queries.listed(session, office.street, None)


@pytest.mark.parametrize(
    ("label", "series"),
    [("2017-W10", "weekly"), ("2017-Q1", "special"), ("2017", "yearly"), ("2017-YTD-03", "special")],
)
def test_every_kind_of_period_opens_in_its_series(app: Flask, office: Office, label: str, series: str):
    page = open_march(signed_in(app, "editor"), other=label)
    with reading() as session:
        assert queries.one(session, id_of(page)).series == series


def test_the_whole_life_of_a_bulletin(app: Flask, office: Office, folder: Path):
    editor, both, approver, leader = (signed_in(app, name) for name in ("editor", "both", "approver", "leader"))
    page = open_march(editor)
    work(folder, id_of(page))
    assert offered(editor, page) == {"freeze"}
    assert offered(approver, page) == offered(leader, page) == set()
    assert leader.post(f"{page}/steps/freeze").status_code == 403
    assert approver.post(f"{page}/steps/freeze").status_code == 403
    assert editor.post(f"{page}/steps/approve").status_code == 409
    editor.post(f"{page}/steps/freeze")
    assert status_of(page) == "frozen"
    assert editor.post(f"{page}/steps/freeze").status_code == 409
    both.post(f"{page}/steps/review")
    assert offered(both, page) == {"send_back"}
    assert "须由他人签发" in both.get(page).text
    assert both.post(f"{page}/steps/approve").status_code == 403
    assert "须由他人签发" not in approver.get(page).text
    assert offered(approver, page) == {"approve", "send_back"}
    assert approver.post(f"{page}/steps/send_back", {"reason": " "}).status_code == 422
    approver.post(f"{page}/steps/send_back", {"reason": "请核对<b>部门</b>，100%属实。"})
    assert status_of(page) == "frozen"
    assert "请核对&lt;b&gt;部门&lt;/b&gt;，100%属实。" in editor.get(page).text
    editor.post(f"{page}/steps/review")
    approver.post(f"{page}/steps/approve")
    editor.post(f"{page}/steps/issue")
    work(folder, id_of(page))
    shown = leader.get(page).text
    assert "第1期（总第1期）" in shown
    assert offered(leader, page) == set()
    for who in ("editor", "both", "approver"):
        assert who in shown
    assert editor.post(f"{page}/steps/nonsense").status_code == 404


def test_a_running_period_is_a_draft_that_cannot_be_locked(app: Flask, office: Office):
    editor = signed_in(app, "editor")
    answer = editor.post("/bulletins", {"period": _this_month(), "jurisdiction": "S"})
    page = answer.location
    assert offered(editor, page) == set()
    assert "统计时段尚未结束" in editor.get(page).text
    assert editor.post(f"{page}/steps/freeze").status_code == 422
    assert status_of(page) == "draft"


def _this_month() -> str:
    from gridops.core import clock

    return f"{clock.local(clock.now()):%Y-%m}"


def test_an_issued_bulletin_is_verified_and_says_what_changed(app: Flask, office: Office, folder: Path):
    page = issue_march(app, folder)
    editor = signed_in(app, "editor")
    assert "没有差异" in editor.get(f"{page}/changes").text
    add_late_case(office)
    changed = editor.get(f"{page}/changes").text
    assert "改为计入：上报数" in changed
    assert editor.post(f"{page}/verify").status_code == 302
    assert "复核一致" in editor.get(page).text
    correction = editor.post(f"{page}/steps/correct", {"reason": "一件记录迟到"}).location
    assert correction != page
    work(folder, id_of(correction))
    assert f'href="{page}"' in editor.get(correction).text
    assert f'href="{correction}"' in editor.get(page).text
    assert "更正原因：一件记录迟到" in editor.get(correction).text
    assert editor.post(f"{page}/steps/correct", {"reason": "又一件"}).status_code == 409


def test_a_tampered_kept_row_is_told(app: Flask, office: Office, folder: Path):
    page = issue_march(app, folder)
    editor = signed_in(app, "editor")
    with transaction() as session:
        frozen = queries.frozen_set(session, queries.one(session, id_of(page)))
        kept = queries.kept_by_case(session, frozen.id, [1])[1]
        kept.flags = 0
    editor.post(f"{page}/verify")
    assert "复核不一致" in editor.get(page).text


def test_the_text_is_edited_and_a_stale_save_keeps_what_was_typed(app: Flask, office: Office, folder: Path):
    editor, second = signed_in(app, "editor"), signed_in(app, "second")
    page = open_march(editor)
    work(folder, id_of(page))
    assert "总体情况" in editor.get(f"{page}/text").text
    version = version_of(page)
    chapter = {"heading": "总体<情况>", "level": "1", "text": "第一段。\n\n第二段 100%。\x07"}
    assert second.post(f"{page}/text", {**chapter, "version": version}).status_code == 302
    assert "总体&lt;情况&gt;" in editor.get(page).text
    with reading() as session:
        text = queries.one(session, id_of(page)).text
    assert text == [{"level": 1, "heading": "总体<情况>", "paragraphs": ["第一段。", "第二段 100%。"]}]
    stale = editor.post(f"{page}/text", {**chapter, "text": "我写的话。", "version": version})
    assert stale.status_code == 409
    assert "我写的话。" in stale.text
    assert "第一段。" in stale.text
    work(folder, id_of(page))
    with reading() as session:
        assert queries.one(session, id_of(page)).text == text
    # One refused for what it says stays the form of the text it was shown with.
    wrong = editor.post(f"{page}/text", {**chapter, "text": "", "version": version})
    kept = re.search(r'class="chapters-form".*?name="version" value="(\d+)"', wrong.text, re.S)
    assert (wrong.status_code, kept.group(1)) == (422, version)
    # The form of the stale page carries the version of today, so that the merged text can be saved.
    again = re.search(r'name="version" value="(\d+)"', stale.text).group(1)
    assert editor.post(f"{page}/text", {**chapter, "text": "合并的话。", "version": again}).status_code == 302
    editor.post(f"{page}/text/recompose", {"version": version_of(page)})
    assert f"共上报问题{CASES}件" in editor.get(page).text


@pytest.mark.parametrize(
    "form",
    [
        {"heading": "一", "level": "1", "text": "", "version": "1"},
        {"heading": "一" * 81, "level": "1", "text": "话", "version": "1"},
        {"heading": "一", "level": "1", "text": "话" * 10_001, "version": "1"},
        {"heading": "一", "level": "1", "text": "话", "version": "x"},
        {"heading": ["一", "二"], "level": "1", "text": "话", "version": "1"},
        {"version": "1"},
    ],
)
def test_a_text_that_cannot_be_is_refused_and_nothing_is_kept(app: Flask, office: Office, form: dict[str, str]):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    assert editor.post(f"{page}/text", form).status_code == 422
    assert version_of(page) == "1"


def test_only_those_who_see_the_area_see_its_bulletin(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    parts = ["", "/progress", "/records/cases.filed", "/tables/by_grid", "/papers/pdf", "/text", "/changes"]
    for name in ("leader", "auditor", "approver"):
        reader = signed_in(app, name)
        for part in ("", "/progress", "/records/cases.filed", "/tables/by_grid", "/papers/pdf"):
            assert reader.get(page + part).status_code == 200, (name, part)
        assert reader.get(f"{page}/text").status_code == 403
    for name in ("small", "foreign"):
        stranger = signed_in(app, name)
        assert all(stranger.get(page + part).status_code == 404 for part in parts)
        assert stranger.post(f"{page}/steps/freeze").status_code == 404
        assert stranger.post(f"{page}/build").status_code == 404
        assert (
            stranger.post(f"{page}/text", {"heading": "", "level": "1", "text": "x", "version": "1"}).status_code == 404
        )
        assert page not in stranger.get("/bulletins").text
    inspector = signed_in(app, "inspector")
    assert inspector.get("/bulletins").status_code == 403
    assert all(inspector.get(page + part).status_code == 403 for part in parts)


def test_an_editor_of_a_part_opens_only_its_own(app: Flask, office: Office, folder: Path):
    small = signed_in(app, "small")
    assert small.post("/bulletins", {"other": "2017-03", "jurisdiction": "S"}).status_code == 403
    assert small.post("/bulletins", {"other": "2017-03", "jurisdiction": "T"}).status_code in {403, 404}
    with reading() as session:
        assert not queries.listed(session, office.street, None)
    page = open_march(small, jurisdiction="A")
    work(folder, id_of(page))
    assert "3月份共上报问题30件" in small.get(page).text
    assert "盘龙社区" in small.get("/bulletins").text


def test_a_failed_build_says_what_happened(app: Flask, office: Office):
    from gridops.bulletins import building

    editor = signed_in(app, "editor")
    page = open_march(editor)
    with transaction() as session:
        job = queries.newest_job(session, id_of(page))
        building.fail(session, job.id, "按来源分列的立案数合计59，总数60，相差1。", for_good=True)
    shown = editor.get(page).text
    assert "文稿没有生成" in shown
    assert "相差1" in shown
    assert "都没有改动" in shown
    editor.post(f"{page}/build")
    assert 'hx-trigger="every 1s"' in editor.get(page).text


def test_pages_of_the_list_follow_each_other(app: Flask, office: Office):
    with transaction() as session:
        person = load_person(session, user_id_of(session, office.street, "editor"))
        for month in range(1, 13):
            for year in (2014, 2015, 2016):
                service.open_draft(session, "S", f"{year}-{month:02d}", person=person)
    leader = signed_in(app, "leader")
    first = leader.get("/bulletins").text
    seen = re.findall(r'class="issue-link" href="([^"]+)"', first)
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    seen += re.findall(r'class="issue-link" href="([^"]+)"', leader.get(following).text)
    assert len(seen) == len(set(seen)) == 36
    assert "建立草稿" not in first
