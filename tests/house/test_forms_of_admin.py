"""A form of the administration that is sent twice, or asks for what another writes meanwhile: what is told is true."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.worktime import service as worktime
from tests.house.admin_things import HOOK, RULE, filled, form_in, signed_in, street_of_two, world
from tests.web.catalogue_admin import TODAY


@pytest.fixture
def app(database: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The program as delivered, with a street and two admins."""
    with street_of_two(database, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("page", "endpoint", "before", "typed", "status"),
    [
        ("/admin/people/{person}", "admin_people.change", {}, {"phone": "13800001234"}, 302),
        ("/admin/people/{person}", "admin_people.change", {"phone": "13800001234"}, {"no_phone": "yes"}, 302),
        ("/admin/assessment-rules", "admin_assessment.add", {},
         {**RULE, "name": "每件扣分", "found_points": "1.50", "valid_from": ""}, 302),
        ("/admin/notices", "admin_notices.keep", {}, {"address": f"{HOOK}first-of-them-0001"}, 302),
        ("/admin/calendar", "admin_calendar.hours", {},
         {"hours": "08:00-12:00", "valid_from": "2017-06-01", "last_day": "2017-06-30"}, 409),
        ("/admin/steps", "admin_steps.put", {"step": "dispatch", "limit": "4", "limit_unit": "working_hour"},
         {"step": "dispatch", "limit": "", "limit_unit": "working_hour", "valid_from": "2017-05-01"}, 409),
    ],
)  # fmt: skip
def test_the_same_form_sent_twice_is_none_that_others_were_quicker_than(
    app: Flask, page: str, endpoint: str, before: dict[str, str], typed: dict[str, str], status: int
) -> None:
    """`status`: what the second answers, by whether it finds nothing left to do or says that all stands already."""
    admin = signed_in(app, "admin")
    ids = world(admin)
    at = page.format(**ids)
    for given in [before] if before else []:
        form = form_in(app, admin.get(at).text, at, endpoint)
        assert admin.post(form.action, filled(form, given, ids)).status_code == 302
    form = form_in(app, admin.get(at).text, at, endpoint)
    sent = filled(form, typed, ids)
    assert admin.post(form.action, sent).status_code == 302
    second = admin.post(form.action, sent)
    assert second.status_code == status
    assert "您填写期间，他人已先作修改" not in second.text


def test_a_day_of_another_year_than_the_page_shows_is_no_late_one(app: Flask) -> None:
    admin, page = signed_in(app, "admin"), "/admin/calendar?year=2017"
    world(admin)
    shown = form_in(app, admin.get("/admin/calendar?year=2016").text, page, "admin_calendar.override")
    day = {"date": "2017-07-02", "is_workday": "0", "name": "放假"}
    assert admin.post(shown.action, filled(shown, day, {})).status_code == 302
    assert admin.post(shown.action, filled(shown, {**day, "name": "另有安排"}, {})).status_code == 409


def test_a_hook_that_is_only_shown_alike_is_not_overwritten(app: Flask) -> None:
    admin, colleague, page = signed_in(app, "admin"), signed_in(app, "colleague"), "/admin/notices"
    ids = world(admin)
    mine, theirs = (
        filled(form_in(app, one.get(page).text, page, "admin_notices.keep"), {"address": f"{HOOK}{key}-0001"}, ids)
        for one, key in ((admin, "ours-of-today"), (colleague, "theirs-of-today"))
    )
    assert colleague.post(page, theirs).status_code == 302
    assert admin.post(page, mine).status_code == 409


def test_details_of_a_person_are_not_told_by_a_refusal(app: Flask) -> None:
    admin, small = signed_in(app, "admin"), signed_in(app, "small")
    ids = world(admin)
    page = "/admin/people/{person}".format(**ids)
    shown = form_in(app, admin.get(page).text, page, "admin_people.change")
    given = {"certificate_no": "Z-1", "certificate_valid_to": "2031-12-30"}
    assert admin.post(page, filled(shown, given, ids)).status_code == 302
    sent = {name: given for name, given in filled(shown, {"version": ""}, ids).items() if name != "csrf_token"}
    barred = small.post(page, sent)
    assert (barred.status_code, "2031-12-30" in barred.text) == (403, False)


def test_a_table_that_is_uploaded_meanwhile_is_not_overwritten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, colleague, page = signed_in(app, "admin"), signed_in(app, "colleague"), "/admin/calendar?day=2017-07-02"
    day = filled(
        form_in(app, admin.get(page).text, page, "admin_calendar.override"), {"is_workday": "1", "name": "防汛"}, {}
    )
    upload, written, answered = worktime.upload, Event(), Event()

    def slow(session: Session, *given: Any, **more: Any) -> worktime.Uploaded:
        done = upload(session, *given, **more)
        if not written.is_set():
            written.set()
            answered.wait(0.5)  # of a whole year it takes as long
        return done

    monkeypatch.setattr(worktime, "upload", slow)

    def send() -> int:
        assert written.wait(30)
        with clock.set_to(TODAY):
            status = admin.post("/admin/calendar/days", day).status_code
        answered.set()
        return status

    with ThreadPoolExecutor(1) as thread:
        late = thread.submit(send)
        table = "date,is_workday,name\n2017-07-02,0,休息\n".encode()
        assert colleague.post("/admin/calendar/upload", {"file": (BytesIO(table), "2017.csv")}).status_code == 302
        assert late.result() == 409
