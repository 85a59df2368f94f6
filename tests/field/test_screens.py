"""Every screen of the app, light, dark, in 大字, in English: axe finds nothing, nothing is wider than the phone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from gridops.core import clock
from gridops.core.db import transaction
from gridops.inspections import forms, service
from gridops.people.models import RoleHolding, Unit, User
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.squads.forms import people as named_people
from gridops.supervision import forms as supervised
from gridops.supervision import service as supervision
from tests.browser import overflows, violations
from tests.conftest import ROOT
from tests.field.app import App, photo
from tests.field.hands import dressed
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import CAMPAIGN, Server

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("GRIDOPS_TEST_SHOTS")
FIELD = ROOT / "static" / "field"
ROUTE = re.compile(r'^  "?([\w/:]*)"?: "(\w+)",$', re.MULTILINE)
AT = "gridops.at?.path === '{}' && location.hash === '{}' && document.readyState === 'complete'"


@pytest.fixture
def everything(playwright: Playwright, line: Line, server: Server, tmp_path: Path) -> Iterator[App]:
    """The phone of somebody who does everything, where there is something of everything."""
    with Phone(playwright, tmp_path / "phone", line.address) as phone:
        found = App(phone, server.people["officer"], "officer")
        yield found
        assert phone.faults == []


def prepared(server: Server) -> dict[str, str]:
    """More roles for the officer; a planned round, a case to handle, a problem item. How addresses name them."""
    assert server.street is not None
    assert server.night is not None
    street = server.street
    with transaction() as session:
        officer = session.get_one(User, server.people["officer"])
        for role in (Role.INSPECTOR, Role.HANDLER, Role.SUPERVISION_OFFICER):
            held = RoleHolding(user_id=officer.id, role=role, unit_id=street.unit_id, grid_id=officer.root_id)
            session.add(held)
    case = street.dispatched()
    with transaction() as session:
        people = tuple(named_people("second"))
        plan = forms.PlanIn(clock.now(), "涉气", "officer", people=people, inspection=True, approval="3号", by_risk=1)
        night = service.plan_round(session, street.person("desk"), plan).number
        person = load_person(session, server.people["officer"])
        assert person is not None
        code = session.get_one(Unit, street.unit_id).code
        item = supervision.name_problem(
            session, person, supervised.ProblemForm(code, "楼道堆物", due_at=clock.now() + timedelta(days=1))
        )
        return {"case": case.number, "round": night, "problem": item.number, "shop": str(server.night.shop)}


def addresses(app: App, known: dict[str, str]) -> dict[str, list[str]]:
    """By pattern of the router, what is looked at: forms with everything open, records in their states."""
    round_record = app.capture("round", {"action": "start", "number": known["round"]}).id
    outing = app.capture("outing", {"action": "start", "campaign": CAMPAIGN, "code": "a" * 20}).id
    app.capture("tally", {"outing": outing, "kind": "persuaded", "amount": 3})
    wrong = app.report(photo(1), category="9999").id
    right = app.report(photo(2)).id
    app.wake()
    assert app.state(wrong) == "refused"
    shop, night = known["shop"], round_record
    app.phone.page.evaluate("gridops.refresh().then(() => 0)")
    return {
        "tasks/:number": [f"#/tasks/{known['case']}"],
        "outings/:id": [f"#/outings/{outing}"],
        "outings/:id/incident": [f"#/outings/{outing}/incident"],
        "outings/:id/handover": [f"#/outings/{outing}/handover"],
        "rounds/:id": [f"#/rounds/{night}", "#/rounds/none"],
        "rounds/:id/visit": [f"#/rounds/{night}/visit", f"#/rounds/{night}/visit?premises={shop}"],
        "join/:room/:id/:code": [f"#/join/round/{night}/{'b' * 20}"],
        "premises/:id": [f"#/premises/{shop}", "#/premises/999"],
        "supervision/:number": [f"#/supervision/{known['problem']}"],
        "ledger/:id": [f"#/ledger/{wrong}", f"#/ledger/{right}"],
    }


def patterns() -> dict[str, str]:
    """The screens of the router by the pattern of their address."""
    found = dict(ROUTE.findall((FIELD / "lib/router.js").read_text("utf-8")))
    assert len(found) > 20
    assert {name for name in found.values() if not (FIELD / f"screens/{name}.js").exists()} == set()
    return found


def opened(app: App, pattern: str, where: str) -> None:
    """That screen, drawn; what stands behind a button or a fold is opened."""
    app.phone.page.evaluate("(where) => gridops.go(where)", where)
    app.phone.until(AT.format(pattern, where))
    page = app.phone.page
    if pattern == "report":  # the camera comes first; who leaves it finds the form
        page.locator("dialog.camera .icon-button").first.click()
        page.locator("dialog").wait_for(state="detached")
    for button in ("登记明察暗访", "加一个问题"):
        if page.get_by_role("button", name=button, exact=True).count():
            page.get_by_role("button", name=button, exact=True).click()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    # The main button floats over what is scrolled under it.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def test_every_screen_is_accessible_and_fits_in_every_look(everything: App, server: Server) -> None:
    app, known = everything, prepared(server)
    app.begin()
    app.phone.until("gridops.store?.pack('supervision').then(Boolean)")
    page, wrong = app.phone.page, list[str]()
    given = addresses(app, known)
    app.phone.complaints.clear()
    shown = [(pattern, where) for pattern in patterns() for where in given.get(pattern, [f"#/{pattern}"])]
    for pattern, where in shown:
        assert ":" not in where, f"the test knows no address for {pattern}"
        dressed(page)
        opened(app, pattern, where)
        told = [*violations(page), *(["wider than the phone"] if overflows(page) else [])]
        picture(app, f"{patterns()[pattern]}_light")
        dressed(page, dark=True)
        told += [f"dark: {one}" for one in violations(page, "color-contrast")]
        picture(app, f"{patterns()[pattern]}_dark")
        dressed(page, big=True)
        told += ["in 大字 wider than the phone"] if overflows(page) else []
        picture(app, f"{patterns()[pattern]}_big")
        wrong += [f"{where}: {one}" for one in told]
    dressed(page)
    page.evaluate("import('/static/field/lib/words.js').then(({ speak }) => speak('en'))")
    for pattern, where in shown:
        opened(app, pattern, where)
        wrong += [f"{where}: in English wider than the phone"] if overflows(page) else []
        picture(app, f"{patterns()[pattern]}_english")
    assert wrong == []
    assert app.phone.complaints == []


def picture(app: App, name: str) -> None:
    """A picture for people, where somebody asks for it."""
    if SHOTS:
        app.phone.page.screenshot(path=f"{SHOTS}/{name}.png")
