"""A phone: a real Chromium with a profile of its own, killed and opened again, on a line of its own.

The clock: `wrong_clock` moves `Date` in pages (the app reads the time in its page only, through `lib/when.js`);
it does not reach workers, where no playwright clock does either.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser import PATIENCE_S, PHONE
from tests.conftest import missing
from tests.webapp import PASSWORD

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
_MOVED_CLOCK = """(() => {
  const Real = Date, off = %d;
  globalThis.Date = class Date extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
    static now() { return Real.now() + off; }
  };
})()"""
# All rows of all stores of the app's databases; of a blob only its size and type.
_READ_STORES = """async (name) => {
  const known = (await indexedDB.databases()).some((found) => found.name === name);
  if (!known) return null;
  const asked = (request) => new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
  const base = await asked(indexedDB.open(name));
  const plain = (value) => value instanceof Blob ? {blob: value.size, type: value.type}
    : value instanceof ArrayBuffer ? {blob: value.byteLength, type: ""}
    : value instanceof Uint8Array ? {blob: value.byteLength, type: ""}
    : Array.isArray(value) ? value.map(plain)
    : value instanceof Date ? value.toISOString()
    : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
    : value;
  const found = {};
  for (const store of base.objectStoreNames) {
    found[store] = plain(await asked(base.transaction(store).objectStore(store).getAll()));
  }
  base.close();
  return found;
}"""

# What there is to see of the app from outside; a browser that answers no more is not waited for.
_STANDS = """(() => {
  const { me, leaving, signedOut, store } = globalThis.gridops ?? {};
  const fetched = ({ name, startTime, duration, responseStatus }) => [name, startTime, duration, responseStatus];
  const known = Promise.all([indexedDB.databases(), navigator.serviceWorker.getRegistrations()]);
  const told = ([bases, workers]) => JSON.stringify({
    words: document.body.innerText.slice(0, 400), cookies: document.cookie, me: me?.user_id, leaving, signedOut,
    store: Boolean(store), bases, controlled: Boolean(navigator.serviceWorker.controller),
    workers: workers.flatMap((one) => [one.installing, one.waiting, one.active].map((worker) => worker?.state)),
    fetched: performance.getEntriesByType("resource").slice(-40).map(fetched),
  });
  const patience = new Promise((done) => { setTimeout(done, 5000, [["does not answer"], []]); });
  return Promise.race([known, patience]).then(told);
})()"""


def browser_program() -> str:
    """The Chromium of this machine; the test is skipped where there is none."""
    found = os.environ.get("GRIDOPS_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        missing("no Chromium is installed: the browser tests are skipped")
    assert found is not None
    return found


@dataclass
class Phone:
    """One phone. `address` is that of its line; the profile survives `kill`; `faults`: what scripts left uncaught."""

    playwright: Playwright
    profile: Path
    address: str
    at: tuple[float, float] | None = (119.955, 31.855)
    accuracy_m: float = 12
    slower: float = 1
    dark: bool = False
    clock_off_s: float = 0
    arguments: tuple[str, ...] = ()
    complaints: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    signed_in: str = ""
    line_told: Callable[[], str] = str
    _context: BrowserContext | None = None
    _page: Page | None = None
    _cookies: list[Any] = field(default_factory=list)

    def __enter__(self) -> Phone:
        return self.switch_on()

    def __exit__(self, *_: object) -> None:
        self.switch_off()

    @property
    def page(self) -> Page:
        """The page in front."""
        assert self._page is not None, "the phone is off"
        return self._page

    @property
    def context(self) -> BrowserContext:
        """Its browser."""
        assert self._context is not None, "the phone is off"
        return self._context

    def switch_on(self) -> Phone:
        """Start its browser with the profile it has."""
        width, height = PHONE
        self._context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=browser_program(),
            args=[*_ARGUMENTS, *self.arguments],
            base_url=self.address,
            viewport={"width": width, "height": height},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if self.dark else "light",
            service_workers="allow",
            permissions=["camera", "microphone", *(["geolocation"] if self.at else [])],
        )
        self.context.set_default_timeout(1000 * PATIENCE_S)
        if self._cookies:
            self.context.add_cookies(self._cookies)
        if self.at:
            self.stand_at(*self.at, self.accuracy_m)
        if self.clock_off_s:
            self.context.add_init_script(_MOVED_CLOCK % (self.clock_off_s * 1000))
        self._take(self.context.pages[0] if self.context.pages else self.context.new_page())
        return self

    def switch_off(self) -> None:
        """Close it properly."""
        if self._context is not None:
            with contextlib.suppress(PlaywrightError):
                self._context.close()
        self._context = self._page = None

    def kill(self) -> None:
        """SIGKILL to the browser and all its processes: taken out of the memory, or the battery fell out."""
        # Chromium writes cookies every 30 s, and on a desk never those of a session; a phone has long written them.
        self._cookies = list(self.context.cookies()) if self._context is not None else self._cookies
        mark, deadline = f"--user-data-dir={self.profile}", time.monotonic() + 10
        while pids := _processes(mark):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert time.monotonic() < deadline, f"still alive: {pids}"
            time.sleep(0.02)
        self.switch_off()

    def reopen(self) -> Phone:
        """Kill it and start it again with the same profile."""
        self.kill()
        return self.switch_on()

    def new_page(self) -> Page:
        """Another tab of the same phone, in front from now on."""
        self._take(self.context.new_page())
        return self.page

    def stand_at(self, lon: float, lat: float, accuracy_m: float = 12) -> None:
        """Where its place is from now on."""
        self.at, self.accuracy_m = (lon, lat), accuracy_m
        self.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy_m})

    def airplane(self, on: bool) -> None:
        """Airplane mode: the browser itself says that it is offline."""
        self.context.set_offline(on)

    def slow_down(self, times: float) -> None:
        """A processor so many times slower."""
        self.slower = times
        session = self.context.new_cdp_session(self.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def sign_in(self, who: str) -> None:
        """Through the form; whoever else was signed in is not any more."""
        page = self.page
        if self.signed_in == who and self.context.request.get("/account", max_redirects=0).status == 200:
            return
        if self.signed_in not in ("", who):
            self.sign_out()
        self.signed_in = who
        # What is not answered is tried once more, as people do: the machine may be busy with another test's servers.
        for last in (False, True):
            page.goto("/sign-in")
            if page.locator("#username").count() == 0:
                return
            page.fill("#username", who)
            page.fill("#password", PASSWORD)
            page.click("#sign-in button[type=submit]")
            try:
                page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="commit")
            except PlaywrightError:
                if last:
                    raise
            else:
                page.wait_for_load_state()
                return

    def sign_out(self) -> None:
        """Forget the session as if it had ended on its own."""
        self.context.clear_cookies()

    def open(self, where: str = "") -> Page:
        """The app, at a hash route (`#/report`)."""
        if "/field" in self.page.url:
            # Only another hash would open nothing anew.
            self.page.goto("about:blank")
        self.page.goto(f"/field{where}")
        return self.page

    def stores(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """All that the app keeps of one person, as plain data; needs a page of the app's origin."""
        found: Any = ...
        while found is ...:
            found = self._evaluated(_READ_STORES, f"gridops-field-{user_id}")
        return found or {"records": [], "photos": []}

    def records_in_store(self, user_id: int) -> dict[str, dict[str, Any]]:
        """The person's records on this phone by their name."""
        return {one["id"]: one for one in self.stores(user_id)["records"]}

    def wait_for(self, what: Callable[[], bool], told: Callable[[], Any] = str, seconds: float = PATIENCE_S) -> None:
        """Until something is so; looks every tenth of a second while the page goes on."""
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, f"not so after {seconds} s: {told()}"
            self.page.wait_for_timeout(100)

    def until(self, expression: str, seconds: float = PATIENCE_S) -> None:
        """Until JavaScript says so. (Playwright's own waiting evaluates text in the page, which our policy forbids.)"""
        self.wait_for(
            lambda: self._evaluated(expression) not in (..., None, False, 0, ""),
            lambda: f"{expression}\n{self.stands()}",
            seconds,
        )

    def stands(self) -> str:
        """What there is to see of it, for a test that fails: address, words, complaints, the last requests."""
        said = self._evaluated(_STANDS)
        return "\n".join([self.page.url, str(said), *self.faults, *self.complaints[-20:], self.line_told()])

    def wait_until_all_confirmed(self, user_id: int, seconds: float = PATIENCE_S) -> None:
        """Until every record of the person is confirmed."""

        def waiting() -> dict[str, str]:
            kept = self.records_in_store(user_id)
            return {name: one["state"] for name, one in kept.items() if one["state"] != "confirmed"}

        self.wait_for(lambda: not waiting(), waiting, seconds)

    def _evaluated(self, expression: str, given: Any = None) -> Any:
        """What JavaScript says; `...` while the page is being replaced by the next one."""
        try:
            return self.page.evaluate(expression, given)
        except PlaywrightError as fault:
            if "context" in str(fault) or "navigat" in str(fault):
                return ...
            raise

    def _take(self, page: Page) -> None:
        self._page = page
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        if self.slower > 1:
            self.slow_down(self.slower)


def _processes(mark: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "cmdline").read_bytes().replace(b"\0", b" "):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]
