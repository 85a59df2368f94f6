"""Where somebody went: recorded in the open work that they checked in to, never after it, never twice."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.field.app import App, Captured
from tests.field.line import Line
from tests.field.server import CAMPAIGN, Server

pytestmark = pytest.mark.browser
_LOCATOR = "import('/static/field/place/fix.js').then(({ locator }) => locator()"
_FIX = f"{_LOCATOR}.current())"
_PIECE = "gridops.track.turn.then(() => gridops.track.piece?.points ?? [])"
_AT = """(lon) => gridops.track.turn.then(() => !gridops.track.work
    || Math.abs((gridops.track.piece?.points.at(-1)?.[1] ?? 0) - lon) < 1e-6)"""


def in_front(app: App) -> None:
    """Seen, as the app itself sees it: what is behind another tab records nothing."""
    app.phone.page.bring_to_front()
    app.phone.until("document.visibilityState === 'visible'")


def begun(app: App) -> Captured:
    """An outing that this phone began, its screen open, its place watched."""
    in_front(app)
    app.phone.stand_at(119.955, 31.855)  # where the test before it did not end
    app.phone.until(f"{_FIX}.then((fix) => fix?.lon === 119.955)")
    app.phone.until("gridops.track && gridops.store.pack('outings').then(Boolean)")
    outing = app.capture("outing", {"action": "start", "campaign": CAMPAIGN})
    app.phone.page.evaluate("(id) => gridops.go(`#/outings/${id}`)", outing.id)
    app.phone.until(f"gridops.track.work?.name === '{outing.id}'")
    return outing


def walk(app: App, step: int, page: Page | None = None) -> None:
    """Twenty seconds later and some fifty metres on."""
    page = page or app.phone.page
    app.phone.stand_at(119.955 + 0.0006 * step, 31.855)
    page.evaluate("(ms) => { globalThis.gridopsClockShift = ms; }", 20_000 * step)
    page.evaluate(f"{_LOCATOR}.again() ?? null)")
    app.phone.wait_for(lambda: bool(page.evaluate(_AT, 119.955 + 0.0006 * step)), lambda: page.evaluate(_PIECE))


def tracks(app: App) -> list[dict[str, Any]]:
    """The tracks that became records of this phone."""
    return [one for one in app.records().values() if one["type"] == "track"]


def longitudes(app: App) -> list[float]:
    """All points of all tracks."""
    return sorted(point[1] for one in tracks(app) for point in one["body"]["points"])


def test_an_outing_has_a_track_that_ends_with_it(app: App, line: Line, server: Server) -> None:
    outing = begun(app)
    for step in range(3):
        walk(app, step)
    assert "前台记录时长" in app.phone.page.locator("main").inner_text()
    # Ended on no screen at all: by a record.
    app.capture("outing", {"action": "end", "outing": outing.id, "summary": "结束"})
    app.delivers()  # before the clock is moved on: it is told by the clock of the capture
    walk(app, 3)
    assert app.phone.page.evaluate("gridops.track.work") is None
    assert longitudes(app) == [119.955, 119.9556, 119.9562], "nothing of afterwards"
    app.phone.wait_until_all_confirmed(app.who)
    assert server.held().rows["track"] == 1
    (track,) = tracks(app)
    assert track["body"]["outing"] == outing.id


def test_whoever_leaves_or_is_told_that_it_is_over_is_followed_no_more(app: App, line: Line) -> None:
    outing = begun(app)
    walk(app, 0)
    walk(app, 1)
    app.capture("check_in", {"outing": outing.id, "out": True})
    walk(app, 2)
    assert longitudes(app) == [119.955, 119.9556]
    # The app that is opened again after the list has forgotten the work follows nothing.
    page = app.phone.page
    page.evaluate("gridops.store.saveNote('work', { room: 'round', name: 'YC-nobody' }).then(() => null)")
    app.open()
    app.phone.until("gridops.track")
    assert page.evaluate("gridops.track.work") is None


def test_a_second_tab_sends_what_was_walked_once(app: App, line: Line) -> None:
    begun(app)
    first = app.phone.page
    for step in range(3):
        walk(app, step)
    tabs = [first.context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto("/field")
    for tab in tabs:
        app.phone.wait_for(lambda tab=tab: bool(tab.evaluate("Boolean(globalThis.gridops?.track?.work)")))  # type: ignore[misc]
    for tab in tabs:
        tab.close()
    in_front(app)
    for step in range(3, 6):
        walk(app, step)
    first.evaluate("gridops.track.follow(null).then(() => null)")
    assert longitudes(app) == [119.955, 119.9556, 119.9562, 119.9568, 119.9574, 119.958]
    assert app.phone.stores(app.who)["drafts"] == []
    app.delivers()


def test_the_time_in_front_goes_on_after_the_app_was_closed(app: App, line: Line) -> None:
    outing = begun(app)
    page = app.phone.page
    for seconds in (0, 20, 40):
        page.evaluate("(ms) => { globalThis.gridopsClockShift = ms; }", 1000 * seconds)
        page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    front = f"gridops.track?.turn.then(() => gridops.track.inFront('{outing.id}') / 1000)"
    before = page.evaluate(front)
    assert 40 <= before < 60
    app.open(f"#/outings/{outing.id}")
    app.phone.until(f"{front}.then((seconds) => seconds >= {before})")
    assert page.evaluate(front) < before + 30, "counted once"
