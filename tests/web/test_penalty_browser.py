"""A penalty in a real browser: opened and told by an officer, decided by the head, served, paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from gridops.core import db
from gridops.core.db import transaction
from tests.browser import DESK, PHONE, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.penalties.world import STREET, Street, make_street
from tests.webapp import PASSWORD_HASH, web_program

pytestmark = pytest.mark.browser


@dataclass
class Place:
    """Where the program answers, and whose street it is."""

    address: str
    street: Street


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Place]:
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        with transaction() as session:
            street = make_street(session, PASSWORD_HASH)
        with served(app) as found:
            yield Place(found, street)
    empty(sqlite_engine)


def holds(page: Page) -> None:
    """The page can be used by everyone and on its screen."""
    assert not violations(page)
    assert not overflows(page)


def make(page: Page, act: str, label: str, **values: str) -> None:
    """Fill in the folded form of an act and send it."""
    page.locator(f"#do-{act} summary").click()
    for name, value in values.items():
        page.fill(f"#{act}-{name}", value)
    page.locator(f"#do-{act}").get_by_role("button", name=label).click()


def test_a_penalty_is_opened_decided_served_and_paid(place: Place) -> None:
    people = place.street
    with chromium() as browser:
        officer, complaints = page_of(browser, place.address, PHONE, dark=True)
        sign_in(officer, people.officer.username)
        officer.goto("/desk/penalties/new")
        holds(officer)
        officer.fill("#party", "某餐饮店")
        officer.fill("#opened_at", "2026-10-12T10:00")
        officer.fill("#act_at", "2026-10-10T20:00")
        officer.select_option("#new-basis_id", index=1)
        officer.get_by_role("button", name="保存").click()
        expect(officer.locator(".points")).to_contain_text("作出决定之前须告知")
        path = officer.url
        make(officer, "tell", "告知", at="2026-10-13T10:00")
        expect(officer.locator(".notice-good")).to_contain_text("告知")
        holds(officer)

        head, more = page_of(browser, place.address, DESK)
        sign_in(head, people.head.username)
        head.goto(path)
        head.locator("#do-decide summary").click()
        head.locator("#do-decide").get_by_text("罚款", exact=True).click()
        names = f"{people.officer.username};{people.second.username}"
        values = {"at": "2026-10-26T10:00", "decided_by": STREET, "decision_no": "常龙罚〔2026〕1号", "fine": "2000"}
        for name, value in values.items():
            head.fill(f"#decide-{name}", value)
        head.locator("#do-decide").get_by_role("button", name="决定").click()
        expect(head.locator(".refused")).to_contain_text("第四十二条")
        expect(head.locator("#decide-fine")).to_have_value("2000")
        holds(head)
        head.fill("#decide-officers", names)
        head.locator("#do-decide").get_by_role("button", name="决定").click()
        expect(head.locator(".points")).to_contain_text("内送达")

        officer.goto(path)
        make(officer, "serve", "送达", at="2026-10-27T10:00", how="直接送达")
        expect(officer.locator(".points")).to_contain_text("15日内缴款")
        make(officer, "pay", "登记缴款", at="2026-10-30T10:00", amount="2000.00")
        expect(officer.locator(".points")).to_contain_text("应结案归档")
        holds(officer)
        head.goto(path)
        holds(head)
        make(head, "conclude", "处罚结案", at="2026-11-01T10:00")
        head.goto("/desk/penalties")
        expect(head.locator("tbody")).to_contain_text("已结案")
        holds(head)
    assert not complaints
    # The decision that the law refused was meant to be.
    assert [line for line in more if "422" not in line] == []
