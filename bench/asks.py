"""What phones and desks ask: records with two photos each, forms that move a case, lists, windows of the map."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from PIL import Image

from bench import territory
from bench.clients import Ask, Client
from bench.data import DAYS, Ground
from bench.people import PASSWORD, Worker
from bench.place import now
from gridops.cases.rules.queue import Place, Sort, written
from gridops.core import clock
from gridops.core.ids import uuid7

_TOKEN = re.compile(rb'name="csrf[-_]token" (?:content|value)="([^"]+)"')
_FORM = ("Content-Type", "application/x-www-form-urlencoded")
OPEN = "reported,verifying,accepted,filed,dispatched,received,handled,checking"
GROUPS = ("to_accept", "to_file", "to_dispatch", "handling", "to_check", "soon", "overdue", "all")


def photos(worker: Worker) -> list[bytes]:
    """Two small real JPEG files of this person."""
    found = []
    for role in ("near", "far"):
        chance = random.Random(f"{worker.username} {role}")
        picture = Image.frombytes("RGB", (64, 48), chance.randbytes(64 * 48 * 3))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=60)
        found.append(file.getvalue())
    return found


def upload(port: int, workers: Sequence[Worker]) -> None:
    """Send everyone's photos, so that records name known contents."""
    client = Client(port)
    for worker in workers:
        for content in photos(worker):
            name = hashlib.sha256(content).hexdigest()
            head = (bearer(worker), ("Content-Type", "image/jpeg"))
            status, _, body = client.ask(Ask("PUT", f"/api/v1/attachments/{name}", head, content))
            if status not in (200, 201):
                raise RuntimeError(f"a photo is refused: {status} {body[:200]!r}")
    client.close()


def reports(land: Ground, worker: Worker, count: int, seed: int, path: str = "/api/v1/records/") -> list[Ask]:
    """New records of one phone."""
    chance = random.Random(seed)
    files = [
        {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "mime": "image/jpeg", "role": role}
        for content, role in zip(photos(worker), ("near", "far"), strict=True)
    ]
    codes = [code for _, code, kind, _ in land.categories if kind.value == "event"]
    asks = []
    for place in range(count):
        _, _, lon, lat = chance.choice(land.grids)
        captured = now() - timedelta(seconds=60 + place)
        body = {
            "type": "report",
            "captured_at": captured.isoformat(),
            "sent_at": now().isoformat(),
            "device": "bench",
            "body": {
                "category": chance.choice(codes),
                "description": "路面有暴露垃圾，约两平方米",
                "location": {"lon": lon, "lat": lat, "accuracy_m": 8.0},
                "address": f"测速路{place}号",
            },
            "attachments": files,
        }
        head = (bearer(worker), ("Content-Type", "application/json"))
        asks.append(Ask("PUT", f"{path}{uuid7()}", head, json.dumps(body).encode(), (201,)))
    return asks


def signed_in(port: int, worker: Worker) -> tuple[tuple[str, str], str]:
    """The cookie of a person's session, and its CSRF token."""
    client = Client(port)
    _, head, page = client.ask(Ask("GET", "/sign-in"))
    form = {"username": worker.username, "password": PASSWORD, "csrf_token": csrf(page)}
    body = urlencode(form).encode()
    status, head, page = client.ask(Ask("POST", "/sign-in", (_cookie(head), _FORM), body))
    if status != 302:
        raise RuntimeError(f"{worker.username} cannot sign in: {status}")
    cookie = _cookie(head)
    _, head, page = client.ask(Ask("GET", "/account", (cookie,)))
    client.close()
    return (_cookie(head) if b"et-Cookie: gridops=" in head else cookie), csrf(page)


def receipts(port: int, handlers: Sequence[Worker], cases: Sequence[tuple[str, int]], clients: int) -> list[list[Ask]]:
    """接收 of dispatched cases by handlers of their units, dealt out to so many clients."""
    sessions = {worker.unit_id: signed_in(port, worker) for worker in handlers}
    lists: list[list[Ask]] = [[] for _ in range(clients)]
    for place, (number, unit_id) in enumerate(cases):
        cookie, token = sessions[unit_id]
        body = urlencode({"csrf_token": token, "version": 3}).encode()
        lists[place % clients].append(Ask("POST", f"/desk/cases/{number}/receive", (cookie, _FORM), body, (302,)))
    return lists


def lists(land: Ground, count: int, seed: int) -> list[str]:
    """Addresses of lists: every filter and order offered, alone and mixed, at the beginning and deep inside."""
    chance = random.Random(seed)
    today = clock.local_date(now())
    classes = sorted({(kind.value, code[:2]) for _, code, kind, _ in land.categories})
    found = []
    for place in range(count):
        order = chance.choice(list(Sort))
        kind, code = chance.choice(classes)
        first, last = (today - timedelta(days=chance.randint(0, DAYS)) for _ in range(2))
        filters: list[dict[str, str]] = [
            {},
            {"group": chance.choice(GROUPS)},
            {"unit": chance.choice(land.units)},
            {"grid": chance.choice(land.area_ids)},
            {"class": f"{kind}/{code}"},
            {"source": chance.choice(("inspector", "public", "video"))},
            {"from": min(first, last).isoformat(), "to": max(first, last).isoformat()},
            {"state": chance.choice(("closed", "dispatched", "self_handled", "handled"))},
            {"due": "overdue"},
            {"q": f"测速路{chance.randint(1, 900)}号"},
            {"q": f"{today - timedelta(days=chance.randint(1, DAYS)):%Y%m%d}"},
        ]
        asked = {
            **filters[place % len(filters)],
            **(chance.choice(filters) if place % 3 == 0 else {}),
            "sort": order.value,
        }
        if place % 2:
            deep = Place(now() - timedelta(days=chance.uniform(0, DAYS)), chance.randint(1, 1000))
            asked["after"] = written(deep)
        found.append(f"/desk?{urlencode({'group': 'all', **asked})}")
    return found


def windows(count: int, seed: int) -> list[tuple[float, float, float, float]]:
    """Windows of the map from the whole street to a crossing, some of them partly outside."""
    west, south, east, north = territory.extent(
        territory.COMMUNITIES_ACROSS * territory.CELLS_ACROSS, territory.COMMUNITIES_UP * territory.CELLS_UP
    )
    chance = random.Random(seed)
    found = []
    for place in range(count):
        part = 1.2 / 2 ** (place % 8)
        wide, high = (east - west) * part, (north - south) * part
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        found.append((lon - wide / 2, lat - high / 2, lon + wide / 2, lat + high / 2))
    return found


def map_paths(count: int, seed: int) -> list[str]:
    """Addresses of windows of open cases, as the map of the desk asks for them."""
    boxes = (",".join(f"{edge:.6f}" for edge in box) for box in windows(count, seed))
    return [f"/desk/map/cases?{urlencode({'bbox': box, 'state': OPEN})}" for box in boxes]


def bearer(worker: Worker) -> tuple[str, str]:
    """The header that carries a person's token."""
    return ("Authorization", f"Bearer {worker.token}")


def _cookie(head: bytes) -> tuple[str, str]:
    found = re.findall(rb"\r\nSet-Cookie: ([^;]+)", head, re.IGNORECASE)
    return ("Cookie", "; ".join(part.decode() for part in found))


def csrf(page: bytes) -> str:
    """The CSRF token that a page carries; RuntimeError where it carries none."""
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("the page carries no CSRF token")
    return found[1].decode()
