"""What the app weighs and how quick it is on a slow phone: measured and printed (`-s`), never asserted as time."""

from __future__ import annotations

import gzip
import json
import re
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.conftest import ROOT
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser

MOST_KB = 200
SLOW = 4
# What the first page asks for before its worker has brought the bundle.
_SINGLY = ("/static/field/boot.js", "/static/field/field.css", "/static/mark.svg", "/field/manifest.webmanifest")

_CAPTURE = """async () => {
  const blob = new Blob([crypto.getRandomValues(new Uint8Array(60000))], {type: "image/jpeg"});
  const began = performance.now();
  await gridops.capture({type: "tally", body: {outing: "nobody", kind: "persuaded", amount: 1},
    files: [{blob, role: "photo"}], about: {title: "计数"}});
  return performance.now() - began;
}"""
_FILL = """async () => {
  gridops.engine.stop();
  for (let n = 0; n < 1000; n += 1) {
    const id = `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
    await gridops.store.db.put("records", {id, seq: 1000 + n, type: "tally", state: "confirmed", body: {amount: 1},
      attachments: [], about: {title: `计数 ${n}`}, captured_at: "2026-11-29T21:00:00.000+08:00",
      created_at: "2026-11-29T21:00:00.000+08:00", device: "field", confirmed_at: new Date().toISOString(),
      receipt: {number: null, missing: [], complete: true}});
  }
}"""
# A thumb's fastest fling over the list and one that outruns it: how long each frame takes, and that no screen is bare.
_SCROLL = """async (speed) => {
  const frames = [], list = document.querySelector(".rows.long");
  let bare = 0, most = 0;
  scrollTo(0, 0);
  await new Promise(requestAnimationFrame);
  const began = performance.now();
  for (let last = began; last - began < 3000;) {
    scrollTo(0, (last - began) / 1000 * speed);
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
    const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    if (middle?.matches(".room")) bare += 1;
    most = Math.max(most, list.children.length);
  }
  frames.sort((a, b) => a - b);
  return {of: list.querySelector("[aria-setsize]").ariaSetSize, most, bare, frames: frames.length,
    median: frames[frames.length >> 1], late: frames[Math.floor(frames.length * 0.95)], worst: frames.at(-1)};
}"""
_FLINGS = (8_000, 25_000)  # px/s


def fetched(server: Server, path: str, *, gzipped: bool = False) -> bytes:
    asked = urllib.request.Request(f"{server.address}{path}")  # noqa: S310 - our own
    if gzipped:
        asked.add_header("Accept-Encoding", "gzip")
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own
        assert ("Content-Encoding" in answer.headers) == gzipped
        return bytes(answer.read())


def listed(server: Server) -> dict[str, set[str]]:
    """The addresses that the worker keeps, by bundle."""
    found = re.search(r"^const FILES = (.*);$", fetched(server, "/field/sw.js").decode(), re.MULTILINE)
    assert found
    return {bundle: {path for path, _hash in files} for bundle, files in json.loads(found[1]).items()}


def tell(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """Measured figures stand in the output of the run."""
    with capsys.disabled():
        sys.stdout.write(f"\n{words}\n")


def told(scrolled: dict[str, float]) -> str:
    """How a list went by."""
    return (
        f"{scrolled['median']:.0f} ms a frame (95 %: {scrolled['late']:.0f}, worst {scrolled['worst']:.0f}; "
        f"{scrolled['bare']} of {scrolled['frames']} frames bare)"
    )


def test_the_first_load_is_small_enough_without_the_map(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    version = re.search(r'^const VERSION = "(.*)";$', fetched(server, "/field/sw.js").decode(), re.MULTILINE)
    assert version
    sizes = {
        name: len(fetched(server, f"/field/files/{version[1]}/{name}.json", gzipped=True)) for name in ("app", "more")
    }
    around = sum(len(gzip.compress(fetched(server, path))) for path in ("/field", "/field/sw.js", *_SINGLY))
    first, later = sizes["app"] + around, sizes["more"]
    tell(capsys, f"first load {first / 1024:.0f} KB; map, QR reader and English {later / 1024:.0f} KB later (gzip)")
    assert first <= MOST_KB * 1024


def test_the_files_of_the_app_are_all_kept_by_its_worker(server: Server) -> None:
    """A module that another imports and the worker does not keep would be missing in the basement."""
    kept = set().union(*listed(server).values())
    assert {"/field", "/static/field/boot.js", "/field/icons.svg", "/field/words/en.json"} <= kept
    imports = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+\.js)["']""")
    for file in (ROOT / "static/field").rglob("*.js"):
        if file.name.startswith("plain"):
            continue
        for name in imports.findall(file.read_text("utf-8")):
            wanted = "/" + (file.parent / name).resolve().relative_to(ROOT.resolve()).as_posix()
            assert wanted in kept, (file.name, name)


def test_the_kept_frame_names_what_home_needs_and_that_of_a_first_visit_does_not(server: Server) -> None:
    """At a first visit all comes in one answer: a hundred single ones on two bars of signal are a minute."""
    version = re.search(r'^const VERSION = "(.*)";$', fetched(server, "/field/sw.js").decode(), re.MULTILINE)
    assert version
    texts = json.loads(gzip.decompress(fetched(server, f"/field/files/{version[1]}/app.json", gzipped=True)))
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', texts["/field"])
    assert {"/static/field/app.js", "/static/field/screens/home.js", "/static/field/sync/engine.js"} <= set(named)
    assert set(named) <= set(texts), "each is kept"
    assert "/static/field/screens/ledger.js" not in named
    assert b"modulepreload" not in fetched(server, "/field")


@pytest.mark.thorough
def test_it_opens_captures_and_scrolls_on_a_slow_phone(
    server: Server, playwright: Playwright, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.street is not None
    with Phone(playwright, tmp_path / "phone", server.address, slower=SLOW) as phone:
        phone.sign_in("inspector")
        page = phone.open()
        page.wait_for_function("() => navigator.serviceWorker.controller && globalThis.gridops?.store")
        page.wait_for_selector("h1")
        page.evaluate("() => gridops.go('#/')")
        page.wait_for_timeout(1500)
        phone.airplane(True)
        page = phone.open()
        page.wait_for_selector("nav.bottom")
        opened = page.evaluate("() => performance.now()")
        captured = sorted(page.evaluate(_CAPTURE) for _time in range(9))
        page.evaluate(_FILL)
        page.evaluate("() => gridops.go('#/ledger')")
        earlier = page.get_by_role("button", name="显示更早的")
        for shown in (60, 460, 860):
            page.wait_for_selector(f".rows > li[aria-setsize='{shown}']")
            earlier.scroll_into_view_if_needed()
            page.wait_for_timeout(700)  # as a thumb does: the rows come to rest, then it is touched
            earlier.click()
        page.wait_for_selector(".rows > li[aria-setsize='1009']")
        slowly, fast = (page.evaluate(_SCROLL, speed) for speed in _FLINGS)
        tell(
            capsys,
            f"processor {SLOW}x slower, no network: opened in {opened:.0f} ms; capture to queued "
            f"{captured[len(captured) // 2]:.0f} ms (worst {captured[-1]:.0f}); {slowly['of']} rows flung at "
            f"{_FLINGS[0]} px/s {told(slowly)}, at {_FLINGS[1]} px/s {told(fast)}",
        )
        assert max(slowly["most"], fast["most"]) < 120, "what is far from the screen is not in the page"
