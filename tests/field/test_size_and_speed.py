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
# How long each frame takes while the list is scrolled from end to end.
_SCROLL = """async () => {
  const times = [];
  let last = performance.now();
  const end = document.documentElement.scrollHeight;
  for (let at = 0; at < 60; at += 1) {
    scrollTo(0, end * at / 60);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  times.sort((a, b) => a - b);
  return {rows: document.querySelectorAll(".rows > li").length, median: times[30], worst: times.at(-1)};
}"""


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
            page.wait_for_function(f"() => document.querySelectorAll('.rows > li').length === {shown}")
            earlier.click()
        page.wait_for_function("() => document.querySelectorAll('.rows > li').length > 1000")
        scrolled = page.evaluate(_SCROLL)
        tell(
            capsys,
            f"processor {SLOW}x slower, no network: opened in {opened:.0f} ms; capture to queued "
            f"{captured[len(captured) // 2]:.0f} ms (worst {captured[-1]:.0f}); {scrolled['rows']} rows scrolled at "
            f"{scrolled['median']:.0f} ms a frame (worst {scrolled['worst']:.0f})",
        )
        assert scrolled["rows"] >= 1000
