"""The web program on a test's database, and a browser without a screen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from config import Config
from gridops.app import create_app
from gridops.core import clock, db
from gridops.core.ids import uuid7

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD_HASH = CHEAP.hash(PASSWORD)


class _Read(BytecodeCache):
    """Pages read once a process: every test's program would else read them anew, 50 ms a page."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self.kept.get(f"{bucket.key} {bucket.checksum}")) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": _Read()}


@contextmanager
def web_program(engine: Engine, folder: Path, **settings: Any) -> Iterator[Flask]:
    """`create_app` as deployed, speaking to the engine of the test."""
    app = create_app(Config(data_dir=folder, secret_key="a secret of tests", log_level="ERROR", **settings))
    own = db.engine()
    db.use(engine)
    yield app
    own.dispose()


class Browser:
    """Keeps cookies and sends the CSRF token of the page it saw last, as a browser with our pages does."""

    def __init__(self, app: Flask, *, name: str = "test browser", address: str = "192.0.2.7") -> None:
        self.client = app.test_client()
        self.headers = {"User-Agent": name}
        self.environ = {"REMOTE_ADDR": address}
        self.token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        answer = self.client.get(
            path, headers={**self.headers, **more.pop("headers", {})}, environ_base=self.environ, **more
        )
        self._keep_token(answer)
        return answer

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form with the token of the last page."""
        form = {"csrf_token": self.token, **(data or {})}
        answer = self.client.post(path, data=form, headers=self.headers, environ_base=self.environ, **more)
        answer.request.environ["wsgi.input"].close()  # a large form is sent from a file, which the client leaves open
        self._keep_token(answer)
        return answer

    def edit(self, path: str, data: dict[str, Any] | None = None, page: str | None = None) -> TestResponse:
        """Open a page (None: at the form's own address) and send the form there with the version it was shown at."""
        at = page or path
        for tag, inside in re.findall(r"(<form[^>]+>)(.*?)</form>", self.get(at).text, re.DOTALL):
            goes = re.search(r'action="([^"]*)"', tag)
            if (goes.group(1) if goes else at.partition("?")[0]) == path and 'method="post"' in tag:
                version = re.search(r'name="version" value="([^"]*)"', inside)
                return self.post(path, {"version": version.group(1) if version else "", **(data or {})})
        raise AssertionError(f"no form of {at} goes to {path}")

    def record(
        self, kind: str, body: dict[str, Any], name: str | None = None, photos: Mapping[str, bytes] | None = None
    ) -> TestResponse:
        """Send a record as the field app does, now, its photos by their roles first."""
        now, claims = clock.local(clock.now()).isoformat(), []
        headers = {**self.headers, "X-CSRFToken": self.get("/field/pack/me").get_json()["csrf"]}
        for role, content in (photos or {}).items():
            sha256 = hashlib.sha256(content).hexdigest()
            claims.append({"sha256": sha256, "size": len(content), "mime": "image/jpeg", "role": role})
            path = f"/api/v1/attachments/{sha256}"
            put = self.client.put(path, data=content, headers=headers, environ_base=self.environ)
            assert put.status_code < 300, put.text
        sent = {"type": kind, "captured_at": now, "sent_at": now, "body": body, "attachments": claims}
        path = f"/api/v1/records/{name or uuid7()}"
        return self.client.put(path, json=sent, headers=headers, environ_base=self.environ)

    def sign_in(self, username: str, password: str = PASSWORD, **form: str) -> TestResponse:
        """Open the form and send it; on success the next page's token is fetched too."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"username": username, "password": password, **form})
        if answer.status_code == 302:
            self.get("/account")
        return answer

    def _keep_token(self, answer: TestResponse) -> None:
        if answer.mimetype == "text/html":
            found = re.search(r'<meta name="csrf-token" content="([^"]+)"', answer.text)
            self.token = found.group(1) if found else self.token
