"""The app on a phone, driven through its own modules: capture, what it keeps, what it shows as sent."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from gridops.core import clock
from gridops.intake import rules
from tests.browser import PATIENCE_S
from tests.evidence.pictures import picture
from tests.field.phone import Phone

_CAPTURE = """async ([what, files]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const given = files.map(({ base64, mime, ...claim }) => ({ ...claim, mime, blob: new Blob([bytes(base64)], { type: mime }) }));
  const begun = performance.now();
  const record = await gridops.capture({ ...what, files: given });
  return { id: record.id, state: record.state, captured_at: record.captured_at, device: record.device,
           attachments: record.attachments, ms: performance.now() - begun };
}"""  # noqa: E501
_BYTES = """async (name) => {
  const { blob } = await gridops.store.photo(name);
  return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
}"""
READY = "Boolean(globalThis.gridops?.store && gridops.engine && gridops.screen)"
PLACE = {"lon": 119.955, "lat": 31.855, "accuracy_m": 12.0}


@dataclass(frozen=True)
class File:
    """A file as it is captured."""

    content: bytes
    role: str = "before"
    mime: str = "image/jpeg"
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Its name, counted here and not by the phone."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def given(self) -> dict[str, Any]:
        """As `capture` takes it, the bytes as text."""
        return {"base64": base64.b64encode(self.content).decode(), "mime": self.mime, "role": self.role, **self.more}


def photo(seed: int, size: tuple[int, int] = (320, 240)) -> File:
    """A photo that is another one for each seed."""
    return File(picture(size=size, seed=seed))


@dataclass(frozen=True)
class Captured:
    """A record as the person captured it: what the database has to hold in the end."""

    id: str
    who: int
    type: str
    body: Mapping[str, Any]
    files: tuple[File, ...]
    captured_at: str
    attachments: tuple[Mapping[str, Any], ...]
    ms: float = 0.0

    @property
    def digest(self) -> str:
        """What the ledger must say of it, counted from what was captured."""
        claims = {
            (file.sha256, file.role): {
                "sha256": file.sha256,
                "size": len(file.content),
                "mime": file.mime,
                "role": file.role,
                **file.more,
            }
            for file in self.files
        }
        return rules.digest(self.type, clock.parse_instant(self.captured_at), self.body, [*claims.values()])


@dataclass
class App:
    """The app of one person on a phone."""

    phone: Phone
    who: int
    name: str
    captured: list[Captured] = field(default_factory=list)

    def begin(self, where: str = "#/") -> App:
        """Sign in where that is needed, open the app, wait until it can be used."""
        self.phone.sign_in(self.name)
        return self.open(where)

    def installed(self) -> App:
        """Once its service worker is there: it opens without a network from now on."""
        self.phone.until("navigator.serviceWorker.ready.then((found) => found.active.state === 'activated')")
        return self

    def open(self, where: str = "#/") -> App:
        """Open it, with or without a network."""
        self.phone.open(where)
        self.phone.until(READY)
        return self

    def settled(self) -> App:
        """Once all that its start asks for has come: the last part is of this start and not of an earlier one."""
        last = "gridops.store.pack('supervision').then((part) => Date.parse(part?.at) > performance.timeOrigin)"
        self.phone.until(f"gridops.track && {last}")
        return self

    def killed(self) -> Page:
        """Killed once what was typed is stored, and opened again where it was."""
        where = self.phone.page.url.split("/field")[1]
        self.phone.page.wait_for_timeout(400)
        self.phone.reopen()
        return self.open(where).phone.page

    def busy(self) -> bool:
        """Whether a new version has to wait for what the screen holds."""
        return bool(self.phone.page.evaluate("Boolean(gridops.screen.busy?.(gridops.state, gridops))"))

    def capture(self, type_: str, body: Mapping[str, Any], files: Iterable[File] = (), **more: Any) -> Captured:
        """Through the app's own capture; back when it is stored."""
        given = tuple(files)
        what = {"type": type_, "body": body, "about": {"title": type_}, **more}
        told = self.phone.page.evaluate(_CAPTURE, [what, [file.given for file in given]])
        captured = Captured(
            told["id"], self.who, type_, body, given, told["captured_at"], tuple(told["attachments"]), told["ms"]
        )
        if captured.id not in {one.id for one in self.captured}:
            self.captured.append(captured)
        return captured

    def report(self, *files: File, **body: Any) -> Captured:
        """A report of litter."""
        return self.capture("report", {"category": "0110", "location": PLACE, "address": "盘龙路口", **body}, files)

    def by_hand(self, make: Callable[[], None]) -> Captured:
        """The one record that hands make on the screens, with its files as the phone keeps them."""
        before = set(self.records())
        make()
        (name,) = set(self.records()) - before
        kept = self.records()[name]
        files = []
        for claim in kept["attachments"]:
            content = base64.b64decode(self.phone.page.evaluate(_BYTES, claim["sha256"]))
            more = {key: value for key, value in claim.items() if key not in ("sha256", "size", "mime", "role")}
            files.append(File(content, claim["role"], claim["mime"], more))
        captured = Captured(
            name, self.who, kept["type"], kept["body"], tuple(files), kept["captured_at"], tuple(kept["attachments"])
        )
        self.captured.append(captured)
        return captured

    def state(self, captured: Captured | str) -> str:
        """How far a record has come, as the phone has it."""
        name = captured if isinstance(captured, str) else captured.id
        return str(self.records()[name]["state"])

    def records(self) -> dict[str, dict[str, Any]]:
        """What the phone keeps."""
        return self.phone.records_in_store(self.who)

    def photos(self) -> dict[str, str]:
        """The state of each file by its hash."""
        return {one["sha256"]: one["state"] for one in self.phone.stores(self.who)["photos"]}

    def wake(self) -> None:
        """Send now and wait until this turn is over."""
        self.phone.page.evaluate("gridops.engine.wake().then(() => null)")

    def delivers(self, *wanted: Captured, seconds: float = PATIENCE_S) -> None:
        """Wake it again and again until these (or all) are confirmed."""
        names = {one.id for one in wanted or self.captured}

        def left() -> dict[str, Any]:
            kept = self.records()
            return {
                name: (kept[name]["state"], kept[name].get("reason"))
                for name in names
                if kept[name]["state"] != "confirmed"
            }

        def done() -> bool:
            if left():
                self.phone.until("globalThis.gridops?.engine?.wake().then(() => true)")
            return not left()

        self.phone.wait_for(done, left, seconds)

    def try_again(self) -> None:
        """By hand, where it has not gone on by itself meanwhile."""
        with contextlib.suppress(PlaywrightError):
            self.phone.page.get_by_role("button", name="重试").click(timeout=3_000)

    def says(self, words: str) -> None:
        """The top bar says this of sending, once it has drawn what changed."""
        pill = self.phone.page.locator("header .pill")
        self.phone.wait_for(lambda: pill.inner_text() == words, pill.inner_text)

    def empty(self) -> None:
        """Forget all records: the phone for the next test."""
        self.phone.page.evaluate(
            "Promise.all(['records', 'photos', 'bytes', 'drafts'].map((s) => gridops.store.db.clear(s))).then(() => 0)"
        )
        self.captured.clear()
