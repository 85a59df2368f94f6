"""A whole night: two phones on bad lines, a server whose plug is pulled, phones that die; everything from one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gridops.core import clock
from tests.evidence.pictures import picture
from tests.field import hands
from tests.field.app import PLACE, App, Captured, File
from tests.field.fates import Plan
from tests.field.line import Line
from tests.field.server import CAMPAIGN, Server

PLACE_OF_BOTH = (119.955, 31.855)
ON_THE_LINE = r"/api/v1/|/field/pack/"


@dataclass(frozen=True)
class Size:
    """How long a night is: records and photos of each phone; a photo has up to so many bytes, some more than a part."""

    records: int
    photos: int
    phone_kills: int
    photo_bytes: int
    patience_s: float
    server_kills: int = 3


SHORT = Size(records=12, photos=20, phone_kills=1, photo_bytes=60_000, patience_s=60)
LONG = Size(records=300, photos=600, phone_kills=8, photo_bytes=150_000, patience_s=1800)


@dataclass
class Officer:
    """One officer with a phone on a line of its own."""

    app: App
    line: Line
    outing: str = ""
    round: str = ""
    waits: int = 0  # steps for which the network stays away

    @property
    def phone(self) -> Any:
        return self.app.phone


@dataclass
class Night:
    """The story; `told` says what happened, for the eye and for a test that fails."""

    server: Server
    officers: tuple[Officer, Officer]
    size: Size
    seed: int
    told: Counter[str] = field(default_factory=Counter)
    slowest_ms: float = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.serial = 0

    @property
    def captured(self) -> list[Captured]:
        """All that both captured."""
        return [one for officer in self.officers for one in officer.app.captured]

    def go_out(self) -> None:
        """Both begin while the line is good; then it is bad, each in its own way."""
        for number, officer in enumerate(self.officers):
            officer.app.begin().installed()
            officer.phone.until("gridops.store.pack('supervision').then(Boolean)")  # all has come
            length = 20 * (self.size.records + self.size.photos)
            officer.line.take(Plan.seeded(self.seed * 2 + number, length, only=ON_THE_LINE))

    def work(self) -> None:
        """Record after record, first one phone, then the other, and what goes wrong meanwhile."""
        steps = [officer for _ in range(self.size.records) for officer in self.officers]
        falls = {len(steps) * (2 * n + 1) // (2 * self.size.server_kills) for n in range(self.size.server_kills)}
        deaths = set(self.rng.sample(range(3, len(steps)), 2 * self.size.phone_kills))
        work = {id(officer): self._records(officer) for officer in self.officers}
        for step, officer in enumerate(steps):
            if step in falls:
                self.server.kill()
                self.told["server killed"] += 1
            self._network(officer)
            self._capture(officer, *next(work[id(officer)]))
            if step in deaths:
                officer.phone.reopen()
                officer.app.open()
                self.told["phone killed"] += 1
            if step - 1 in falls:
                self.server.start(wait=False)

    def come_home(self) -> None:
        """The server is up, the line is still bad; then it is good. Everything has to arrive."""
        self.server.wait()
        for officer in self.officers:
            officer.phone.airplane(False)
            officer.line.up()
            officer.app.wake()
        for officer in self.officers:
            officer.line.clear()
            officer.app.delivers(seconds=self.size.patience_s)
            officer.app.says("全部已送达")

    def _network(self, officer: Officer) -> None:
        if officer.waits:
            officer.waits -= 1
            if not officer.waits:
                officer.line.up()
                officer.phone.airplane(False)
            return
        chance = self.rng.random()
        if chance < 0.12:
            officer.line.down()
            self.told["line down"] += 1
        elif chance < 0.2:
            officer.phone.airplane(True)
            self.told["airplane mode"] += 1
        else:
            return
        officer.waits = self.rng.randrange(1, 4)

    def _capture(self, officer: Officer, kind: str, body: dict[str, Any], photos: int) -> None:
        if kind == "by hand":
            officer.phone.stand_at(*PLACE_OF_BOTH)  # the browser's own fix breaks off while others open pages
            done = officer.app.by_hand(lambda: hands.report(officer.phone.page))
            self.told["report by hand"] += 1
            self.told["photos by hand"] += len(done.files)
            return
        files = [self._photo() for _ in range(photos)]
        if kind == "report" and body.get("self_handled"):
            files = [File(one.content, "after" if place % 2 else "before") for place, one in enumerate(files)]
        done = officer.app.capture(kind, body, files)
        self.slowest_ms = max(self.slowest_ms, done.ms)
        self.told[kind] += 1
        self.told["photos"] += len(files)
        if kind in ("outing", "round") and body["action"] == "start":
            setattr(officer, kind, done.id)

    def _photo(self) -> File:
        # Every tenth picture is one that was taken before: the same content belongs to several records.
        self.serial += 1
        seed = self.serial - (self.serial % 10 == 0)
        length = 400_000 if seed % 16 == 1 else random.Random(seed).randrange(5_000, self.size.photo_bytes)
        return File(picture(size=(320, 240), seed=seed) + random.Random(seed).randbytes(length))

    def _records(self, officer: Officer) -> Iterator[tuple[str, dict[str, Any], int]]:
        photos, records = self.size.photos, self.size.records
        kinds = [*self._kinds(), *("end of round", "end of outing")]
        proving = sum(kind not in _BARE for kind in kinds)
        assert len(kinds) == records
        for kind in kinds:
            count = 0
            if kind not in _BARE:
                count = photos // proving + (self.rng.random() < 0.5 and photos > proving)
                count = photos if proving == 1 else min(count, photos)
                photos, proving = photos - count, proving - 1
            yield *((kind, {}) if kind == "by hand" else self._said(kind, officer)), count

    def _kinds(self) -> list[str]:
        free = ["report", "visit", "tally", "handled", "handover", "incident", "check_in", "track"]
        middle = self.size.records - 4
        # Every fifth report is made on the screens, with the camera.
        free = ["by hand", *free[1:], *free * 4]
        return ["outing", "round", *(free[place % len(free)] for place in range(middle))]

    def _said(self, kind: str, officer: Officer) -> tuple[str, dict[str, Any]]:
        number, rng = len(officer.app.captured), self.rng
        leader = self.officers[0]
        assert self.server.night is not None
        now = clock.local(clock.now())
        report = {"category": "0110", "location": PLACE, "address": f"盘龙路 {number} 号"}
        match kind:
            case "outing":
                return kind, {"action": "start", "campaign": CAMPAIGN}
            case "round":
                return kind, {"action": "start", "theme": "涉气", "groups": 2}
            case "handled":
                return "report", {**report, "self_handled": True}
            case "visit":
                found = [{"text": f"第 {number} 处无遮挡", "severity": "general"}]
                premises = {"id": self.server.night.shop}
                done = {"kind": "patrol", "complete": True, "signed": "not_asked", "findings": found}
                return kind, {"round": officer.round, "premises": premises, **done}
            case "tally":
                # Both count on the leader's outing, which may not have arrived yet.
                tidied = rng.choice(["tidied", "persuaded", "cleared", "leaflets"])
                return kind, {"outing": leader.outing, "kind": tidied, "amount": rng.randrange(1, 9)}
            case "incident":
                items = {"items": f"占道物品 {number} 件", "agency": "urban_management", "kind": "other"}
                return kind, {"outing": officer.outing, **items}
            case "handover":
                ways = {"from_agency": "urban_management", "to_agency": "traffic_police", "receiver": "周警官"}
                return kind, {"outing": officer.outing, "what": f"三轮车 {number}", **ways}
            case "check_in":
                return kind, {"outing": officer.outing, "name": f"周警官{number}", "agency": "police_station"}
            case "track":
                begun = now - timedelta(minutes=5)
                points = [[float(s), 119.955, 31.855 + s / 1e6, 8.0] for s in range(0, 300, 10)]
                times = {"started_at": begun.isoformat(), "ended_at": now.isoformat()}
                return kind, {"outing": officer.outing, **times, "points": points}
            case "end of round":
                return "round", {"action": "end", "round": officer.round}
            case "end of outing":
                return "outing", {"action": "end", "outing": officer.outing, "summary": "收队"}
        return "report", report


_BARE = ("by hand", "tally", "check_in", "track", "end of round", "end of outing")
