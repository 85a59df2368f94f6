"""The phone of these tests is one: what it stored outlives its death, its clock may be wrong, its network may go."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Playwright

from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser

STORE = """(id) => new Promise((good, bad) => {
  const opening = indexedDB.open("gridops-field-" + id, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("records", {keyPath: "id"});
    opening.result.createObjectStore("photos", {keyPath: "sha256"});
  };
  opening.onerror = bad;
  opening.onsuccess = () => {
    const change = opening.result.transaction(["records", "photos"], "readwrite");
    change.objectStore("records").put({id: "r1", state: "queued", at: new Date(0)});
    change.objectStore("photos").put({sha256: "p1", blob: new Blob(["x".repeat(100000)], {type: "image/jpeg"})});
    change.oncomplete = () => { opening.result.close(); good(); };
  };
})"""


def test_what_a_phone_stored_is_there_after_its_death_and_the_person_is_signed_in(
    playwright: Playwright, server: Server, tmp_path: Path
) -> None:
    with Line(server.port) as line, Phone(playwright, tmp_path / "p", line.address) as phone:
        phone.sign_in("inspector")
        phone.page.goto("/account")
        phone.page.evaluate(STORE, 7)
        phone.reopen()
        phone.page.goto("/account")
        assert "/sign-in" not in phone.page.url
        assert phone.records_in_store(7) == {"r1": {"id": "r1", "state": "queued", "at": "1970-01-01T00:00:00.000Z"}}
        assert phone.stores(7)["photos"] == [{"sha256": "p1", "blob": {"blob": 100_000, "type": "image/jpeg"}}]
        assert phone.records_in_store(8) == {}


def test_its_clock_may_be_wrong_and_its_network_may_go(playwright: Playwright, server: Server, tmp_path: Path) -> None:
    with Line(server.port) as line, Phone(playwright, tmp_path / "p", line.address, clock_off_s=-7200) as phone:
        phone.page.goto("/sign-in")
        right = phone.page.evaluate("performance.timeOrigin + performance.now()")
        assert abs(phone.page.evaluate("Date.now()") - right + 7_200_000) < 1000
        assert abs(phone.page.evaluate("new Date().getTime()") - right + 7_200_000) < 1000
        assert phone.page.evaluate("new Date(5).getTime()") == 5

        asked = "fetch('/healthz').then((a) => a.status, () => 0)"
        assert phone.page.evaluate(asked) == 200
        phone.airplane(True)
        assert phone.page.evaluate(asked) == 0
        assert not phone.page.evaluate("navigator.onLine")
        phone.airplane(False)
        line.down()
        assert phone.page.evaluate(asked) == 0
        line.up()
        assert phone.page.evaluate(asked) == 200
        server.kill()
        assert phone.page.evaluate(asked) == 0
        server.start()
        assert phone.page.evaluate(asked) == 200


def test_it_has_a_place_a_camera_and_workers(playwright: Playwright, server: Server, tmp_path: Path) -> None:
    with Line(server.port) as line, Phone(playwright, tmp_path / "p", line.address) as phone:
        phone.page.goto("/sign-in")
        place = phone.page.evaluate(
            "new Promise((good) => navigator.geolocation.getCurrentPosition((p) => good(p.coords.longitude)))"
        )
        assert place == 119.955
        tracks = phone.page.evaluate(
            "navigator.mediaDevices.getUserMedia({video: true}).then((s) => s.getTracks().length)"
        )
        assert tracks == 1
        assert phone.page.evaluate("isSecureContext && 'serviceWorker' in navigator")
        with pytest.raises(PlaywrightError):
            phone.page.evaluate("fetch('http://127.0.0.1:1/').then((a) => a.status)")
