"""A night round in a real browser: planned at the desk, walked on a phone, penalised and paid, told in the draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from gridops.catalogue.models import LegalBasis
from gridops.core import clock, db
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.browser import DESK, chromium, overflows, page_of, served, sign_in, violations
from tests.conftest import empty
from tests.factories import make_user
from tests.web.nights import Night, make_night
from tests.web.street import make_street
from tests.web.test_dispute_browser import drafted
from tests.web.test_penalty_browser import make
from tests.webapp import PASSWORD_HASH, web_program

pytestmark = pytest.mark.browser


@pytest.fixture
def served_night(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[str, Night]]:
    db.use(sqlite_engine)
    with web_program(sqlite_engine, tmp_path) as app:
        night = make_night(make_street(app))
        _office(night.street.root_id)
        with served(app) as found:
            yield found, night
    empty(sqlite_engine)


def _office(root_id: int) -> None:
    """Who decides and who writes the bulletin; a matter in the published list of the street."""
    with transaction() as session:
        root = session.get_one(Grid, root_id)
        for name, role in (("head", Role.APPROVER), ("writer", Role.EDITOR)):
            make_user(session, root, role, username=name, password_hash=PASSWORD_HASH)
        session.add(
            LegalBasis(
                root_id=root_id, code="WS-1", law="某条例", article="第十条", matter="治污设施不正常运行",
                max_fine_organisation=Decimal(5000), valid_from=date(2020, 1, 1), listed_from=date(2022, 1, 1),
            )
        )  # fmt: skip


def holds(page: Page) -> None:
    """The page can be used by everyone and on its screen."""
    assert not violations(page)
    assert not overflows(page)


def test_a_round_is_planned_walked_followed_penalised_and_told(served_night: tuple[str, Night], tmp_path: Path) -> None:
    address, night = served_night
    with chromium() as browser:
        desk, complaints = page_of(browser, address, DESK)
        sign_in(desk, "desk")
        desk.goto("/desk/rounds/new")
        holds(desk)
        desk.fill("#theme", "涉气")
        desk.fill("#planned_for", f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}")
        desk.fill("#leader", "officer")
        desk.fill("#people", "second")
        desk.get_by_text("已批准作为行政检查").click()
        desk.fill("#approval", "王主任 夜查3号")
        desk.fill("#by_risk", "1")
        desk.get_by_role("button", name="保存").click()
        expect(desk.locator(".notice-good")).to_contain_text("已计划")
        holds(desk)
        number = desk.url.rpartition("/")[2]

        _walked(night, number)
        desk.goto(f"/desk/rounds/{number}")
        expect(desk.locator("main")).to_contain_text("计入夜查次数")
        holds(desk)
        desk.goto("/desk/rounds")
        expect(desk.locator("main")).to_contain_text("待复查")
        holds(desk)
        desk.goto("/desk/rounds?view=calendar")
        holds(desk)
        desk.goto("/desk/rounds")
        desk.get_by_role("link", name="宏达喷涂厂").first.click()
        expect(desk.locator("main")).to_contain_text("危废未分类存放")
        holds(desk)
        visit = desk.url
        desk.get_by_role("link", name="立案查处").click()
        desk.select_option("#new-basis_id", index=1)
        desk.get_by_role("button", name="保存").click()
        expect(desk.locator(".points")).to_contain_text("作出决定之前须告知")
        _penalise_and_pay(browser, address, desk.url)
        desk.goto(visit)
        expect(desk.locator("main")).to_contain_text("测罚〔2026〕1号")  # the visit leads to its penalty

        writer, most = page_of(browser, address)
        sign_in(writer, "writer")
        drafted(writer, tmp_path, f"{clock.local_date(clock.now()):%Y-%m}")
        paper = writer.locator("article.paper")
        for said in ("组织夜查1次", "检查企业1家次", "责令改正1家", "罚款2000元"):
            expect(paper).to_contain_text(said)
        assert complaints == most == []


def _walked(night: Night, number: str) -> None:
    """What the phones of the night sent: tests/field/test_round_screens.py walks it on their screens."""
    due = f"{clock.local_date(clock.now()) + timedelta(days=2)}"
    sent = [
        night.send("officer", "round", {"action": "start", "number": number}),
        night.send("second", "check_in", {"round": number}),
        night.visit(number, findings=[{"text": "危废未分类存放"}], order={"kind": "order", "due_on": due}),
        night.send("officer", "round", {"action": "end", "round": number}),
    ]
    assert [answer.status_code for answer in sent] == [201] * 4


def _penalise_and_pay(browser: Chromium, address: str, penalty: str) -> None:
    """Told by an officer, decided by the head, served and paid, all today."""
    now = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    officer, complaints = page_of(browser, address)
    sign_in(officer, "officer")
    officer.goto(penalty)
    make(officer, "tell", "告知", at=now)
    head, more = page_of(browser, address)
    sign_in(head, "head")
    head.goto(penalty)
    head.locator("#do-decide summary").click()
    head.locator("#do-decide").get_by_text("罚款", exact=True).click()
    values = {"at": now, "decided_by": "试验街道", "decision_no": "测罚〔2026〕1号", "fine": "2000"}
    for name, value in {**values, "officers": "officer;second"}.items():
        head.fill(f"#decide-{name}", value)
    head.locator("#do-decide").get_by_role("button", name="决定").click()
    expect(head.locator(".points")).to_contain_text("内送达")
    officer.reload()
    make(officer, "serve", "送达", at=now, how="直接送达")
    make(officer, "pay", "登记缴款", at=now, amount="2000.00")
    expect(officer.locator(".points")).to_contain_text("应结案归档")
    assert complaints == more == []
