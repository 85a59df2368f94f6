"""What a person does on the bulletin pages, for the tests of these pages."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

from gridops.bulletins import queries
from gridops.core.db import reading
from tests.web.office import work
from tests.webapp import Browser


def signed_in(app: Flask, name: str) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(name).status_code == 302
    return browser


def open_march(browser: Browser, **form: str) -> str:
    """Open the draft of March; the address of its page."""
    answer = browser.post("/bulletins", {"other": "2017-03", "jurisdiction": "S", **form})
    assert answer.status_code == 302, answer.text
    return answer.location


def id_of(page: str) -> int:
    return int(page.rsplit("/", 1)[1])


def offered(browser: Browser, page: str) -> set[str]:
    """The steps whose buttons a page offers."""
    return set(re.findall(r'data-open="step-(\w+)"', browser.get(page).text))


def status_of(page: str) -> str:
    with reading() as session:
        found = queries.one(session, id_of(page))
        assert found is not None
        return found.status


def version_of(page: str) -> str:
    with reading() as session:
        return str(queries.one(session, id_of(page)).version)


def issue_march(app: Flask, folder: Path) -> str:
    """March, issued, by those who may."""
    editor, approver = signed_in(app, "editor"), signed_in(app, "approver")
    page = open_march(editor)
    work(folder, id_of(page))
    for browser, step in ((editor, "freeze"), (editor, "review"), (approver, "approve"), (approver, "issue")):
        assert browser.post(f"{page}/steps/{step}").status_code == 302
    work(folder, id_of(page))
    return page
