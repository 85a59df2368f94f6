"""The deployment that phones speak to comes back after its plug was pulled, and tells what it holds."""

from __future__ import annotations

import json
import re
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from gridops.core import clock
from gridops.core.ids import uuid7
from gridops.tasks.broker import stop_embedded
from tests.command import programs_of
from tests.evidence.pictures import picture, sha256
from tests.field.server import Server
from tests.webapp import PASSWORD


class Phone:
    """Speaks to the server as a phone's browser does, without a browser."""

    def __init__(self, address: str, who: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        form = {"csrf_token": self.token("/sign-in"), "username": who, "password": PASSWORD}
        self.opener.open(f"{address}/sign-in", urlencode(form).encode()).read()
        self.csrf = self.token("/account")

    def token(self, path: str) -> str:
        text = self.opener.open(self.address + path).read().decode()
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', text)
        assert found
        return found.group(1)

    def put(self, path: str, body: bytes, kind: str) -> int:
        headers = {"Content-Type": kind, "X-CSRFToken": self.csrf}
        asked = urllib.request.Request(f"{self.address}/api/v1{path}", body, headers, method="PUT")  # noqa: S310
        with self.opener.open(asked) as answer:
            return int(answer.status)


def test_what_was_answered_is_still_there_after_the_plug_was_pulled(each_server: Server) -> None:
    server = each_server
    phone, photo, name = Phone(server.address, "inspector"), picture(seed=7), str(uuid7())
    now = clock.local(clock.now()).isoformat()
    file = {"sha256": sha256(photo), "size": len(photo), "mime": "image/jpeg", "role": "before"}
    body = {"category": "0110", "location": {"lon": 119.955, "lat": 31.855}, "address": "盘龙路口"}
    record = {"type": "report", "captured_at": now, "sent_at": now, "body": body, "attachments": [file]}
    sent = json.dumps(record).encode()
    assert phone.put(f"/records/{name}", sent, "application/json") == 201
    assert server.held().missing == {(sha256(photo), name)}
    assert phone.put(f"/attachments/{sha256(photo)}", photo, "image/jpeg") == 201

    where = {Path(f"/proc/{pid}/cwd").readlink() for pid in programs_of(server.folder)}
    assert (server.folder.resolve() / "broker" in where) is (not server.redis_url)
    server.kill()
    assert programs_of(server.folder) == []
    assert stop_embedded(server.folder) is False, "its broker is gone with it"
    held = server.held()
    assert held.records[name]["state"] == "applied"
    assert held.stored == {sha256(photo): sha256(photo)}
    assert held.links == {(name, sha256(photo), "before"): 1}
    assert held.rows["case"] == 1
    assert held.effects["case", name] == 1

    server.start()
    assert phone.put(f"/records/{name}", sent, "application/json") == 200, "the session outlives the server"
    again = server.held()
    assert (again.doubled(), again.damaged(), again.missing, again.rows["case"]) == ([], [], frozenset(), 1)

    # Bytes that are not those of their name would be told.
    stored = sha256(photo)
    path = server.folder / "evidence" / stored[:2] / stored[2:4] / stored
    kept = path.read_bytes()
    path.write_bytes(kept[:-1])
    assert server.held().damaged() == [stored]
    path.write_bytes(kept)
    assert server.held().damaged() == []
