"""A real browser on a real server of the program, for tests of what people see and do."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import ROOT, missing
from tests.webapp import PASSWORD

DESK, PHONE = (1440, 900), (390, 844)
# How long something may take on a machine that runs other tests beside this one; what is so at once waits for nothing.
PATIENCE_S = 40
expect.set_options(timeout=1000 * PATIENCE_S)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Those that `page_of` opened, each with its browser.
_windows: list[tuple[Chromium, BrowserContext]] = []
_AXE = ROOT / "static/vendor/axe-core/axe.min.js"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The program on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(timeout=10)


@contextmanager
def chromium(args: Sequence[str] = ()) -> Iterator[Chromium]:
    """The browser of this machine, without a window; `args` go to its command line."""
    program = os.environ.get("GRIDOPS_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        missing("no Chromium is installed: the browser tests are skipped")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *args])
        yield opened
        close_windows(opened)
        opened.close()


def close_windows(of: Chromium | None = None) -> None:
    """Of one browser or of all: a desk left open asks each second for what is new, of a program that is no more."""
    for browser, context in [*_windows]:
        if of in (None, browser):
            _windows.remove((browser, context))
            context.close()


def page_of(
    browser: Chromium, address: str, size: tuple[int, int] = DESK, *, dark: bool = False
) -> tuple[Page, list[str]]:
    """A page of a fresh browser, and what it complains about: faults of scripts, refusals of the policy."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=size == PHONE,
    )
    _windows.append((browser, context))
    page, complaints = context.new_page(), []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    return page, complaints


def sign_in(page: Page, username: str) -> None:
    """Sign in through the form."""
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("#sign-in button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def violations(page: Page, *rules: str) -> list[str]:
    """What axe holds against a page (WCAG 2.2 A and AA), each with the place it was found in; `rules`: only those."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    only = [*rules] or tags
    found = page.evaluate(f"axe.run(document, {{runOnly: {only}}}).then((r) => r.violations)")
    return [
        f"{rule['id']} ({rule['impact']}): {node['target'][0]}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


def overflows(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
