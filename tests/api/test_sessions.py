"""The session cookie of a signed-in person: unsafe methods need the token of the page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from gridops.core.db import transaction
from gridops.core.ids import uuid7
from gridops.people.models import User
from tests.api.conftest import World, make_world, record
from tests.conftest import ROOT
from tests.webapp import PASSWORD_HASH, Browser, web_program


def signed_in(world: World, *, must_change: bool = False) -> Browser:
    with transaction() as session:
        user = session.get_one(User, world.inspector.user_id)
        user.password_hash, user.must_change_password = PASSWORD_HASH, False
    browser = Browser(world.app)
    assert browser.sign_in(world.inspector.username).status_code == 302
    if must_change:
        with transaction() as session:
            session.get_one(User, world.inspector.user_id).must_change_password = True
    return browser


def put(browser: Browser, token: str | None, payload: object = None) -> TestResponse:
    headers = {**browser.headers, "Content-Type": "application/json"}
    if token is not None:
        headers["X-CSRFToken"] = token
    data = json.dumps(payload or record())
    return browser.client.put(f"/api/v1/records/{uuid7()}", data=data, headers=headers, environ_base=browser.environ)


def test_a_signed_in_person_hands_in_with_the_token_of_the_page(world: World) -> None:
    browser = signed_in(world)
    assert browser.get("/api/v1/me").get_json()["username"] == world.inspector.username
    assert put(browser, browser.token).status_code == 201
    for token in (None, "", "wrong"):
        answer = put(browser, token)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_another_sites_form_cannot_use_the_cookie_and_a_token_of_ours_needs_none(world: World) -> None:
    browser = signed_in(world)
    with_token = {"Authorization": f"Bearer {world.desk.token}"}
    answer = browser.client.put(f"/api/v1/records/{uuid7()}", json=record(), headers={**browser.headers, **with_token})
    assert answer.status_code == 201
    assert browser.get("/api/v1/me", headers=with_token).get_json()["username"] == world.desk.username
    wrong = {"Authorization": "Bearer wrong"}
    assert browser.get("/api/v1/me", headers=wrong).status_code == 401, "a wrong token is not helped by a cookie"


def test_a_first_password_must_be_changed_before_anything_else(world: World) -> None:
    browser = signed_in(world, must_change=True)
    assert browser.get("/api/v1/me").status_code == 403


def test_a_token_opens_no_page(world: World) -> None:
    assert world.inspector.get("/account").status_code == 302


def test_requests_are_counted_by_person_not_by_address(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridops.api.guard.REQUESTS_A_MINUTE", 3)
    with web_program(database, tmp_path) as app:
        world = make_world(app)
        answers = [world.inspector.get("me") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].mimetype == "application/problem+json"
        assert answers[-1].headers["Retry-After"]
        assert world.desk.get("me").status_code == 200


def test_the_web_process_stays_light() -> None:
    heavy = ("PIL", "pillow_heif", "apiflask", "typst", "vl_convert", "docx", "schemathesis")
    program = f"import sys, gridops.app, gridops.api; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
