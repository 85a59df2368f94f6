"""The real web program on both databases, with a street in it and people who hold tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridops.core import clock
from gridops.core.db import transaction
from gridops.core.ids import uuid7
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.models import ApiToken
from gridops.people.rules import Role
from tests.evidence.pictures import sha256
from tests.factories import make_category, make_condition, make_grid, make_unit, make_user
from tests.webapp import web_program


@dataclass
class Caller:
    """A person at a phone: a client that carries a token."""

    client: FlaskClient
    user_id: int
    username: str
    token: str

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.open(
            path if path.startswith("/") else f"/api/v1/{path}", method=method, headers=headers, **more
        )

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self.ask("PUT", path, **more)

    def upload(self, content: bytes, mime: str = "image/jpeg", **headers: str) -> TestResponse:
        path = f"attachments/{sha256(content)}"
        return self.put(path, data=content, headers={"Content-Type": mime, **headers})


@dataclass
class World:
    """A street with two communities, and who works there."""

    app: Flask
    root: Grid
    communities: tuple[Grid, Grid]
    inspector: Caller
    other_inspector: Caller
    desk: Caller
    handler: Caller
    unit_id: int
    stranger: Caller


SETTINGS = {"photo_max_bytes": 2_000_000, "photo_max_pixels": 4_000_000}


@pytest.fixture
def app(database: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The program bound to the test's database, with a data folder of its own."""
    with web_program(database, tmp_path, **SETTINGS) as opened:
        yield opened


@pytest.fixture
def world(app: Flask) -> World:
    """A street in the database."""
    return make_world(app)


def make_world(app: Flask) -> World:
    """Two communities side by side, people for the first, a desk for both, and a stranger in another street."""
    with transaction() as session:
        root = make_grid(session, "320411003", name="试验街道", west=119.95, south=31.85, side=0.02)
        west, east = (
            make_grid(session, code, parent=root, level=Level.COMMUNITY, name=name, west=left, south=31.85, side=0.01)
            for code, name, left in (("320411003001", "西社区", 119.95), ("320411003002", "东社区", 119.96))
        )
        category = make_category(session)
        make_condition(session, category)
        unit = make_unit(session, root, name="环卫所")
        other = make_grid(session, "320411009", name="别的街道", west=118.0, south=30.0)
        return World(
            app,
            root,
            (west, east),
            make_caller(session, app, root, Role.INSPECTOR, grid=west),
            make_caller(session, app, root, Role.INSPECTOR, grid=east),
            make_caller(session, app, root, Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER),
            make_caller(session, app, root, Role.HANDLER, unit=unit),
            unit.id,
            make_caller(session, app, other, Role.INSPECTOR),
        )


def make_caller(session: Session, app: Flask, root: Grid, *roles: Role, **more: Any) -> Caller:
    """A person with a token."""
    user = make_user(session, root, *roles, **more)
    token = f"token-of-{user.username}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    session.add(ApiToken(user_id=user.id, token_hash=digest, created_at=clock.now()))
    session.flush()
    return Caller(app.test_client(), user.id, user.username, token)


def record(kind: str = "report", files: tuple[bytes, ...] = (), **body: Any) -> dict[str, Any]:
    """A record as a phone sends it now."""
    now = clock.local(clock.now()).isoformat()
    if kind == "report":
        body = {"category": "0110", "location": {"lon": 119.955, "lat": 31.855}, **body}
    return {
        "type": kind,
        "captured_at": now,
        "sent_at": now,
        "device": "phone 1",
        "body": body,
        "attachments": [
            {"sha256": sha256(file), "size": len(file), "mime": "image/jpeg", "role": "near"} for file in files
        ],
    }


def hand_in(caller: Caller, payload: dict[str, Any] | None = None, name: str | None = None) -> dict[str, Any]:
    """Hand a record in and return its receipt."""
    answer = caller.put(f"records/{name or uuid7()}", json=payload or record())
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.get_json()
    return found
