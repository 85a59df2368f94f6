"""A squad of two bodies for the tests of joint enforcement: their phones, and the steps people take on the screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridops.core import clock, db
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid
from gridops.operations import service
from gridops.operations.forms import PlanIn
from gridops.operations.models import Incident, Outing
from gridops.people.models import User
from gridops.people.queries import load_person
from gridops.people.rules import Role, UnitKind
from gridops.squads.rules import Someone
from tests.factories import make_unit, make_user
from tests.field.app import App
from tests.field.line import Line
from tests.field.server import CAMPAIGN, Server
from tests.webapp import PASSWORD_HASH

DESK_PHONE = "051980000001"
SHOTS = os.environ.get("GRIDOPS_TEST_SHOTS")


@dataclass
class Squad:
    """A leader of the urban management and a policeman, each with a phone on a line of its own."""

    server: Server
    leader: App
    policeman: App
    lines: Mapping[str, Line]

    def down(self) -> None:
        """No network on either phone."""
        for line in self.lines.values():
            line.down()

    def up(self, who: str) -> None:
        """The network of one is back."""
        self.lines[who].up()

    def asked(self, question: Callable[..., Any], *given: Any) -> Any:
        """What the database says."""
        db.use(self.server.engine)
        with reading() as session:
            return question(session, *given)


def policeman_of(server: Server) -> None:
    """Somebody of another body with a phone and a certificate; whom all may call in the night: the desk."""
    db.use(server.engine)
    with transaction() as session:
        root = session.get_one(Grid, session.get_one(User, server.people["officer"]).root_id)
        unit = make_unit(session, root, name="派出所", kind=UnitKind.POLICE_STATION)
        made = make_user(session, root, Role.OFFICER, unit=unit, username="policeman", password_hash=PASSWORD_HASH)
        made.certificate_no = "苏D-900"
        server.people["policeman"] = made.id
        session.get_one(User, server.people["desk"]).phone = DESK_PHONE


def planned(server: Server) -> str:
    """The number of an outing that the desk has planned: the officer leads, the policeman comes along."""
    db.use(server.engine)
    with transaction() as session:
        desk = load_person(session, server.people["desk"])
        assert desk is not None
        people = (Someone("policeman", username="policeman"),)
        plan = PlanIn(CAMPAIGN, clock.now(), leader="officer", people=people)
        return service.plan_outing(session, desk, plan).number


def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody wants one."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def go(app: App, where: str) -> Page:
    """To another screen of the app that is open."""
    page = app.phone.page
    page.evaluate(f"location.hash = {where!r}")
    app.phone.until(f"location.hash === {where!r} && gridops.at?.shown !== 'no' && Boolean(gridops.state)")
    page.wait_for_timeout(150)
    return page


def packed(app: App) -> None:
    """The outings as the server has them now."""
    app.phone.page.evaluate("gridops.refresh(['outings']).then(() => null)")
    app.phone.page.wait_for_timeout(200)


def begin(app: App) -> str:
    """Begin an outing on the screen; its id."""
    page = go(app, "#/outings")
    page.select_option("#campaign", CAMPAIGN)
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_role("heading", name="计数")).to_be_visible()
    return str(page.evaluate("gridops.state.id"))


def join(app: App, text: str) -> Page:
    """Scan what the leader shows; the fake camera sees nothing, so what it would read is typed."""
    page = go(app, "#/outings")
    page.get_by_role("button", name="扫码签到").click()
    page.fill("#scan-typed", text)
    page.get_by_role("button", name="确定").click()
    return page


def touch(page: Page, kind: str, times: int = 1) -> None:
    """So many touches, slow enough to be meant."""
    for _time in range(times):
        page.locator(".tally", has_text=kind).click()
        page.wait_for_timeout(450)


def counts(app: App, of: str) -> dict[str, int]:
    """What the board shows: `team` or `own`, without the zeros."""
    found: dict[str, int] = app.phone.page.evaluate(f"gridops.state.outing.{of}")
    return {kind: number for kind, number in found.items() if number}


def shows(app: App, of: str, wanted: Mapping[str, int]) -> None:
    """The board comes to show this."""
    app.phone.wait_for(lambda: counts(app, of) == wanted, lambda: counts(app, of), 10)


def delivered(app: App) -> None:
    """Everything of this phone is at the server."""

    def left() -> dict[str, Any]:
        return {name: one for name, one in app.records().items() if one["state"] != "confirmed"}

    def done() -> bool:
        if left():
            app.wake()
        return not left()

    app.phone.wait_for(done, left, 20)


def sign_on_the_glass(page: Page) -> None:
    glass = page.locator(".sign-glass canvas")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=8)
    page.mouse.move(box["x"] + 60, box["y"] + 80, steps=8)
    page.mouse.up()
    expect(page.locator(".sign-label [role=status]")).to_contain_text("已签")


def certificate_ends(server: Server, who: str, day: date | None) -> None:
    """What the desk knows and the phone does not yet: a certificate that has run out."""
    db.use(server.engine)
    with transaction() as session:
        session.get_one(User, server.people[who]).certificate_valid_to = day


def in_groups(code: str, mark: str = " ") -> str:
    """A code as it is read out."""
    return mark.join(code[at : at + 4] for at in range(0, len(code), 4))


def squad_text(app: App, outing: str) -> str:
    """What the leader's QR says."""
    return f"https://gridops.example/field#/join/outing/{outing}/{app.records()[outing]['body']['code']}"


def outing_of(session: Session, record: str) -> Outing:
    return session.scalars(select(Outing).where(or_(Outing.record_id == record, Outing.number == record))).one()


def incidents_of(session: Session, record: str) -> list[Incident]:
    query = select(Incident).join(Outing, Outing.id == Incident.outing_id).where(Outing.record_id == record)
    return list(session.scalars(query))
