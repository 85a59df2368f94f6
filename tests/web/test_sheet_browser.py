"""The pages of the 核对单 in a real browser: nothing wider than the window, nothing that axe holds against them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from gridops.bulletins import queries
from gridops.core.db import reading
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.web.bulletin_steps import id_of, signed_in
from tests.web.office import Office
from tests.web.test_sheet_pages import _reviewed

pytestmark = pytest.mark.browser


def test_sheets_are_answered_in_a_browser(app: Flask, office: Office, folder: Path) -> None:
    paper = _reviewed(app, office, folder)
    assert signed_in(app, "editor").post(f"{paper}/sheets").status_code == 302
    with chromium() as browser, served(app) as address:
        page, complaints = page_of(browser, address, PHONE)
        sign_in(page, "handler")
        page.goto("/desk/fact-sheets")
        assert (violations(page), overflows(page)) == ([], False)
        page.click("label:has(input[value=dispute])")
        page.fill("textarea", "实为2件")
        page.click("form[action^='/desk/fact-sheets/'] button")
        page.wait_for_load_state()
        with reading() as session:
            assert [sheet.answer for sheet in queries.fact_sheets(session, id_of(paper))] == ["dispute"]
        assert complaints == []
        page, complaints = page_of(browser, address, DESK)
        sign_in(page, "editor")
        page.goto(f"{paper}/sheets")
        assert (violations(page), overflows(page), complaints) == ([], False, [])
