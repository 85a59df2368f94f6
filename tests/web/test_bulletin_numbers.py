"""Typed numbers, the settings of a series, and papers that are still being made, through HTTP on both databases."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from tests.web.bulletin_steps import id_of, open_march, signed_in, status_of, version_of
from tests.web.office import CASES, Office, work
from tests.webapp import Browser


def _type(browser: Browser, page: str, *lines: str) -> int:
    form = {"heading": "总体情况", "level": "1", "text": "\n".join(lines), "version": version_of(page)}
    return browser.post(f"{page}/text", form).status_code


def test_an_answer_due_on_a_day_that_is_over_is_shown_to_the_approver(app: Flask, office: Office, folder: Path):
    editor, approver = signed_in(app, "editor"), signed_in(app, "approver")
    page = open_march(editor)
    work(folder, id_of(page))
    for browser in (editor, approver):
        assert 'id="passed"' not in browser.get(page).text
    _type(editor, page, "请各社区于2017年4月12日前报送；请于2099年4月20日前<b>销号</b>。", "请于4月2日前反馈。")
    assert _passed(editor, page) == ["2017年4月12日前", "4月2日前"]
    for browser, step in ((editor, "freeze"), (editor, "review")):
        assert browser.post(f"{page}/steps/{step}").status_code == 302
    assert _passed(approver, page) == ["2017年4月12日前", "4月2日前"]
    shown = approver.get(page).text
    assert "请各社区于2017年4月12日前报送" in shown
    asked = shown.partition('id="step-approve"')[2].partition("</dialog>")[0]
    assert "文稿要求办理的期限已到或者已过" in asked
    assert "2017年4月12日前、4月2日前" in asked
    for step in ("approve", "issue"):
        approver.post(f"{page}/steps/{step}")
    assert status_of(page) == "issued"
    assert 'id="passed"' not in approver.get(page).text


def _passed(browser: Browser, page: str) -> list[str]:
    told = browser.get(page).text.partition('id="passed"')[2].partition("</ul>")[0]
    return re.findall(r'<li><strong class="num" lang="zh">([^<]+)<', told)


def _key(text: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{24})"', text)
    assert found
    return found[1]


def test_a_typed_number_that_differs_is_shown_and_stops_the_freeze(app: Flask, office: Office, folder: Path):
    editor, approver = signed_in(app, "editor"), signed_in(app, "approver")
    page = open_march(editor)
    work(folder, id_of(page))
    assert _type(editor, page, f"3月份共上报问题{CASES + 7}件。") == 302
    shown = editor.get(page).text
    assert f"数据为{CASES}件" in shown
    answer = editor.post(f"{page}/steps/freeze")
    assert (answer.status_code, status_of(page)) == (302, "draft")
    assert "没有办理" in editor.get(page).text
    assert _key(shown) not in approver.get(page).text  # whom the form is not for
    assert approver.post(f"{page}/numbers/confirm", {"key": _key(shown), "reason": "x"}).status_code == 403
    editor.post(f"{page}/numbers/confirm", {"key": _key(shown), "reason": " "})
    assert "请写明保留这个数字的理由" in editor.get(page).text
    editor.post(f"{page}/numbers/confirm", {"key": _key(shown), "reason": "含电话登记的<b>七件</b>"})
    editor.post(f"{page}/steps/freeze")
    assert status_of(page) == "frozen"
    editor.post(f"{page}/steps/review")
    seen = approver.get(page).text
    assert "含电话登记的&lt;b&gt;七件&lt;/b&gt;" in seen
    assert "均已说明" in seen
    approver.post(f"{page}/steps/approve")
    assert status_of(page) == "approved"


def test_the_composed_sentence_is_taken_by_one_button(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    _type(editor, page, f"3月份共上报问题{CASES + 7}件。", "另行说明。")
    where = {"chapter": "0", "paragraph": "0", "version": version_of(page)}
    assert editor.post(f"{page}/numbers/take", {**where, "chapter": "x"}).status_code == 302
    assert editor.post(f"{page}/numbers/take", {**where, "chapter": "9"}).status_code == 404
    assert editor.post(f"{page}/numbers/take", where).status_code == 302
    shown = editor.get(page).text
    assert 'id="numbers"' not in shown
    assert "另行说明。" in shown
    assert f"3月份共上报问题{CASES}件" in shown


def test_the_button_says_how_many_kept_numbers_its_sentence_takes_away(app: Flask, office: Office, folder: Path):
    editor = signed_in(app, "editor")
    page = open_march(editor)
    work(folder, id_of(page))
    _type(editor, page, f"3月份共上报问题{CASES + 7}件，立案{CASES + 9}件。", f"立案{CASES + 11}件。")
    first = editor.get(page).text
    assert "自动文稿替换整段。" in first
    assert "已保留的" not in first
    editor.post(f"{page}/numbers/confirm", {"key": _key(first), "reason": "含电话登记"})
    after = editor.get(page).text
    assert after.count("本段已保留的 1 处数字及其理由随之去掉。") == 1  # not of the other paragraph


def test_the_settings_of_a_series_are_kept_by_its_editors(app: Flask, office: Office, folder: Path):
    editor, small, approver = (signed_in(app, name) for name in ("editor", "small", "approver"))
    assert "/bulletins/series/monthly" in editor.get("/bulletins").text
    assert "/bulletins/series/" not in small.get("/bulletins").text
    for path in ("monthly", "weekly", "supervision"):
        assert editor.get(f"/bulletins/series/{path}").status_code == 200
    assert editor.get("/bulletins/series/daily").status_code == 404
    assert small.get("/bulletins/series/monthly").status_code == approver.get("/bulletins/series/monthly").status_code
    assert small.get("/bulletins/series/monthly").status_code == 403
    form = {"name": "城市管理月报", "office": "综合<i>指挥</i>中心", "addressee": "各社区：", "seen": _seen(editor)}
    refused = editor.post("/bulletins/series/monthly", {**form, "head": "通报批评"})
    assert refused.status_code == 422
    assert 'id="head-problem"' in refused.text
    assert editor.post("/bulletins/series/monthly", form).status_code == 302
    assert "综合&lt;i&gt;指挥&lt;/i&gt;中心" in editor.get("/bulletins/series/monthly").text
    assert "built-in" not in editor.get("/bulletins/series/monthly").text
    assert editor.post("/bulletins/series/monthly", form).status_code == 409
    page = open_march(editor)
    work(folder, id_of(page))
    assert "综合&lt;i&gt;指挥&lt;/i&gt;中心" in editor.get(page).text


def _seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="(\w+)"', browser.get("/bulletins/series/monthly").text)
    assert found
    return found[1]


def test_a_step_taken_without_a_worker_says_that_papers_are_being_made(app: Flask, office: Office, folder: Path):
    editor, approver = signed_in(app, "editor"), signed_in(app, "approver")
    page = open_march(editor)
    for browser, step in ((editor, "freeze"), (editor, "review"), (approver, "approve"), (approver, "issue")):
        assert browser.post(f"{page}/steps/{step}").status_code == 302
        shown = browser.get(page)
        assert shown.status_code == 200
        assert 'id="build"' in shown.text
        for kind in ("pdf", "docx", "html", "json"):
            assert browser.get(f"{page}/papers/{kind}").status_code == 404
    work(folder, id_of(page))
    assert 'id="build"' not in editor.get(page).text
    assert editor.get(f"{page}/papers/pdf").status_code == 200
