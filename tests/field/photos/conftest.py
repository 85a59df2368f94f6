"""An empty page of the running program, on a phone whose camera sees a QR code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route
from sqlalchemy import Engine

from tests.browser import PHONE, chromium, page_of, served
from tests.field.photos import pictures
from tests.webapp import web_program

# Bytes of a blob as text; what the modules give.
HELP = """
const bytesOf = async (blob) => {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};
const photo = async (name) => (await fetch(`/pictures/${name}`)).blob();
"""
BODY = """<!doctype html><html lang="zh-CN" data-theme="light"><title>photos</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/field/field.css"><link rel="stylesheet" href="/static/field/photo.css">
<main><h1>photos</h1><div id="here"></div></main>"""


@pytest.fixture(scope="module")
def photo_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser with a camera and a microphone that are made up."""
    film = tmp_path_factory.mktemp("film") / "qr.mjpeg"
    film.write_bytes(pictures.film(pictures.QR))
    with chromium([
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}", "--autoplay-policy=no-user-gesture-required",
    ]) as opened:  # fmt: skip
        yield opened


@pytest.fixture(scope="module")
def photo_address(sqlite_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The program, running."""
    with web_program(sqlite_engine, tmp_path_factory.mktemp("photos")) as app, served(app) as found:
        yield found


@pytest.fixture
def files() -> dict[str, bytes]:
    """What /pictures/… answers."""
    return {}


@pytest.fixture
def page(photo_browser: Chromium, photo_address: str, files: dict[str, bytes]) -> Iterator[Page]:
    """An empty page with the policy of the program; at the end it has complained about nothing."""
    opened, complaints = page_of(photo_browser, photo_address, PHONE)
    policy = opened.request.get("/field").headers["content-security-policy"]
    headers = {"Content-Security-Policy": policy}
    opened.route("**/empty", lambda route: route.fulfill(body=BODY, content_type="text/html", headers=headers))

    def give(route: Route) -> None:
        route.fulfill(body=files[route.request.url.rpartition("/")[2]], content_type="image/jpeg")

    opened.route("**/pictures/*", give)
    opened.goto("/empty")
    yield opened
    assert complaints == []
    opened.context.close()


def run(page: Page, code: str, given: Any = None) -> Any:
    """Run a function in the page; it may use what HELP has."""
    return page.evaluate(f"async (given) => {{ {HELP} return ({code})(given); }}", given)


def start(page: Page, code: str, given: Any = None) -> None:
    """Begin something that ends by what the person does; the end is in `window.done`."""
    page.evaluate(
        f"async (given) => {{ const begin = {code}; window.done = undefined;"
        " window.end = begin(given).then((told) => { window.done = told; return told; }); }",
        given,
    )


def told(page: Page) -> Any:
    """What it ended with."""
    return page.evaluate("window.end")
