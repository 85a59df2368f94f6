"""督查通报 in a real browser: a unit disputes an item, the paper is issued, the next issue corrects."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select

from gridops.bulletins import queries
from gridops.core import clock, db
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.penalties.models import Penalty
from gridops.penalties.rules import PartyKind
from gridops.people.models import Unit
from gridops.people.rules import Role
from gridops.supervision.models import Problem
from tests.browser import PHONE, chromium, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.factories import at, make_user
from tests.web.office import Office, make_office, work
from tests.webapp import PASSWORD_HASH, web_program

pytestmark = pytest.mark.browser

ITEM = "期末超期未结案20件"


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The running program with the office's street, a decision of its own in March, and who answers for 城管科."""
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        _decided(make_office())
        with served(app) as address:
            yield address, tmp_path
    empty(sqlite_engine)


def _decided(office: Office) -> None:
    with transaction() as session:
        street, unit = session.get_one(Grid, office.street), session.scalars(select(Unit).filter_by(code="CG")).one()
        make_user(session, street, Role.HANDLER, unit=unit, username="handler", password_hash=PASSWORD_HASH)
        session.add(
            Penalty(
                root_id=street.id, own=True, decided_by="龙虎塘街道", decision_no="常龙罚〔2017〕1号", kinds=["fine"],
                heaviest="fine", party="某店", party_kind=PartyKind.ORGANISATION, fine=Decimal(2000),
                confiscated=Decimal(0), opened_at=at("2017-03-02 09:00"), decided_at=at("2017-03-20 09:00"),
                recorded_at=at("2017-03-20 09:00"),
            )
        )  # fmt: skip


def drafted(page: Page, folder: Path, month: str) -> int:
    """The draft of a month of 督查通报, built as a worker would."""
    page.goto("/bulletins")
    page.click("[data-open=open-draft]")
    page.fill("#other", month)
    page.select_option("#series", "supervision")
    page.click("#open-draft button[type=submit]")
    page.wait_for_url("**/bulletins/*")
    bulletin_id = int(page.url.rsplit("/", 1)[1])
    work(folder, bulletin_id)
    page.reload()
    return bulletin_id


def take(page: Page, step: str) -> None:
    page.click(f"[data-open=step-{step}]")
    page.click(f"#step-{step} button[type=submit]")
    page.wait_for_load_state()


def test_a_disputed_item_is_settled_issued_and_the_next_issue_corrects(place: tuple[str, Path]) -> None:
    address, folder = place
    with chromium() as browser:
        editor, complaints = page_of(browser, address)
        sign_in(editor, "editor")
        march = drafted(editor, folder, "2017-03")
        expect(editor.locator("article.paper")).to_contain_text("罚款2000元")
        take(editor, "freeze")
        take(editor, "review")
        work(folder, march)
        editor.goto(f"/bulletins/{march}/sheets")
        editor.get_by_role("button", name="发出核对单").click()

        unit, more = page_of(browser, address, PHONE)
        sign_in(unit, "handler")
        unit.goto("/desk/fact-sheets")
        expect(unit.locator("main")).to_contain_text("城管科")
        unit.click("label:has(input[value=dispute])")
        unit.fill("textarea", "其中1件由市政处置")
        unit.click("form[action^='/desk/fact-sheets/'] button")
        unit.wait_for_load_state()

        approver, most = page_of(browser, address)
        sign_in(approver, "approver")
        approver.goto(f"/bulletins/{march}")
        expect(approver.locator("main")).to_contain_text("1 个单位有异议")
        editor.reload()
        expect(editor.locator("main")).to_contain_text("其中1件由市政处置")
        editor.locator("form[action*='/sheets/'] textarea").fill("经核对，该件派遣给城管科，维持原数。")
        editor.get_by_role("button", name="处理异议").click()
        editor.goto(f"/bulletins/{march}/items")  # 将列为通报问题
        expect(editor.locator("main")).to_contain_text(ITEM)
        assert violations(editor) == []
        approver.reload()
        expect(approver.locator("main")).to_contain_text("0 个单位有异议")
        take(approver, "approve")
        take(approver, "issue")
        work(folder, march)
        with reading() as session:
            assert [each.fact for each in session.scalars(select(Problem))] == [ITEM]

        with transaction() as session:  # reconsideration takes a part of the fine away
            decision = session.scalars(select(Penalty)).one()
            decision.changed_at, decision.changed_fine = clock.now(), Decimal(1500)
        drafted(editor, folder, "2017-04")
        paper = editor.locator("article.paper")
        expect(paper).to_contain_text("上期通报问题1项")
        expect(paper).to_contain_text("罚款数更正1处：原为2000.00元，更正为1500.00元")
        editor.goto(f"/bulletins/{march}")
        expect(editor.locator("article.paper")).to_contain_text("罚款2000元")  # an issued paper is never edited
        assert complaints == more == most == []
    with reading() as session:
        (sheet,) = queries.fact_sheets(session, march)
        assert (sheet.answer, sheet.answered_by is not None, sheet.settled_at is not None) == ("dispute", True, True)
