"""What the phone keeps where room is short, which files it lets go, and the raw backup with what it could not read."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import missing
from tests.evidence.pictures import picture
from tests.field.app import App, File, photo
from tests.field.line import FILES, RECORDS, Line
from tests.field.phone import Phone
from tests.field.server import GRIDOPS, Server

pytestmark = pytest.mark.browser
ROOM = "import('/static/field/lib/room.js').then((room) => room"
DEVICE = "import('/static/field/lib/device.js').then(({ device }) => device"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 MB: the only way to a real lack of room, as Chromium asks the disk and not an override."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        missing("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# Another app on the phone: what it holds is none of ours.
FILL = """(least) => new Promise((good, bad) => {
  const opening = indexedDB.open("filler", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("blobs", { autoIncrement: true });
  opening.onerror = bad;
  opening.onsuccess = () => {
    const fill = (size) => {
      if (size < least) { opening.result.close(); return good(); }
      const change = opening.result.transaction("blobs", "readwrite");
      change.objectStore("blobs").put(new Blob([crypto.getRandomValues(new Uint8Array(65_536)), new Uint8Array(size)]));
      change.oncomplete = () => fill(size);
      change.onabort = () => fill(size / 2);
    };
    fill(16_000_000);
  };
})"""
EMPTY = """() => new Promise((good) => { indexedDB.deleteDatabase("filler").onsuccess = () => good(); })"""


def large(seed: int) -> File:
    """A photo as large as a street has them."""
    return File(picture(size=(640, 480), seed=seed) + os.urandom(200_000))


def level(page: Page) -> str:
    """How much room the app says there is."""
    return str(page.evaluate(f"{ROOM}.roomLevel())"))


def test_a_full_phone_warns_in_time_and_breaks_nothing(
    playwright: Playwright, line: Line, server: Server, small_disk: Path
) -> None:
    line.clear()
    with Phone(playwright, small_disk / "own", line.address) as phone:
        app = App(phone, server.people["eastern"], "eastern").begin().installed()
        page = phone.page
        assert page.evaluate("navigator.storage.estimate().then(({ quota, usage }) => quota - usage)") > 200_000_000
        assert page.evaluate(f"{ROOM}.lookForRoom())") == "enough"
        line.down()
        app.report(large(50))
        page.evaluate(FILL, 50_000)
        # The first write that fails is the warning: it goes through all the same, and there is room for many more.
        app.report(large(51))
        assert level(page) == "little"
        page.get_by_text("手机存储快满了").wait_for()
        for seed in range(52, 60):
            app.report(large(seed))
        page.evaluate(FILL, 50_000)
        kept = set(app.records())
        with pytest.raises(PlaywrightError, match="手机存储已满"):
            app.report(large(60))
        assert (set(app.records()), level(page)) == (kept, "least")
        # What is small goes on, and is told before the camera opens that a photo may not be kept.
        page.evaluate(FILL, 2_000)
        small = [app.report(address=f"{number} 号") for number in range(40)]
        page.evaluate("gridops.go('#/report')")
        page.get_by_role("dialog", name="手机存储已满").wait_for()
        assert page.locator("dialog.camera").count() == 0
        page.get_by_role("button", name="先不拍").click()
        page.get_by_text("不带照片的记录仍可保存").first.wait_for()
        phone.reopen()
        app.open()
        kept |= {one.id for one in small}
        assert set(app.records()) == kept
        line.up()
        app.delivers(seconds=60)
        page = phone.page
        held = server.held()
        assert (kept <= set(held.records), held.missing_of(*kept), held.doubled()) == (True, set(), [])
        page.evaluate("gridops.go('#/ledger')")
        page.get_by_role("button", name="清理已送达的照片").click()
        expect(page.locator("#toasts")).to_contain_text("已清理")
        assert (app.photos(), set(app.records())) == ({}, kept)
        page.evaluate(EMPTY)
        assert page.evaluate(f"{ROOM}.lookForRoom())") == "enough"
        last = large(61)
        app.report(last)
        app.delivers()
    assert server.held().stored[last.sha256] == last.sha256


def test_where_not_even_the_outcome_can_be_stored_it_is_said_and_nothing_is_lost_or_doubled(
    app: App, line: Line, server: Server
) -> None:
    page = app.phone.page
    line.down()
    record = app.report(photo(65))
    sent = RECORDS + record.id
    page.evaluate(
        """(gridops.store.write = () => {
             gridops.engine.wake(); // as whoever looks at the app again
             return Promise.reject(new DOMException("full", "QuotaExceededError"));
           }, null)"""
    )
    line.up()
    app.phone.wait_for(lambda: (page.evaluate("(gridops.engine.wake(), null)"), line.told(sent))[1] != [])
    app.phone.until("gridops.engine.stopped === 'phone'")
    page.evaluate("gridops.go('#/ledger')")
    page.get_by_text("发送的结果没有存下").wait_for()
    began, before = time.monotonic(), len(line.told(sent))
    page.wait_for_timeout(1200)
    # It is tried again after seconds (1.5 at the least), not at once and for ever.
    assert len(line.told(sent)) - before <= 1 + (time.monotonic() - began) / 1.5
    app.phone.wait_for(lambda: record.id in server.held().records)
    assert app.state(record) == "queued"
    page.evaluate("delete gridops.store.write")
    app.delivers()
    held = server.held()
    assert (held.effects["case", record.id], held.doubled()) == (1, [])


def test_where_the_browser_tells_the_truth_it_is_believed(app: App) -> None:
    page = app.phone.page
    for left, said in ((150_000_000, "little"), (15_000_000, "least"), (900_000_000, "enough")):
        page.evaluate("(left) => { navigator.storage.estimate = async () => ({ quota: left, usage: 0 }); }", left)
        assert page.evaluate(f"{ROOM}.lookForRoom())") == said


# What holds a file, what is done, and whether the file is there afterwards, in which state.
BEGUN, RECORD, OTHER = "a form", "a record", "another record"
NEEDED: dict[str, tuple[tuple[str, ...], str, str | None]] = {
    "a record is given up": ((RECORD,), "remove", None),
    "one of two records is given up": ((RECORD, OTHER), "remove", "queued"),
    "a record is given up whose photo a form uses": ((RECORD, BEGUN), "remove", "draft"),
    "an old record is tidied away": ((RECORD,), "tidy", None),
    "an old record is tidied away whose photo a form uses": ((RECORD, BEGUN), "tidy", "draft"),
    "an old record is tidied away, a newer one is there": ((RECORD, OTHER), "tidy", "queued"),
    "a record is put right without the photo": ((RECORD,), "revise", None),
    "a record is put right without a photo that a form uses": ((RECORD, BEGUN), "revise", "draft"),
    "a form takes its photo back": ((), "dropFile", None),
    "a form takes back what another form uses": ((BEGUN,), "dropFile", "draft"),
    "a form takes back what a record sends": ((RECORD,), "dropFile", "queued"),
    "a form is thrown away": ((BEGUN,), "dropDraft", None),
    "a form is thrown away whose photo a record sends": ((BEGUN, RECORD), "dropDraft", "queued"),
    "delivered photos are cleared": ((RECORD,), "clearDelivered", None),
    "delivered photos are cleared, a form uses one": ((RECORD, BEGUN), "clearDelivered", "draft"),
    "delivered photos are cleared, another record waits": ((RECORD, OTHER), "clearDelivered", "queued"),
    "a day has passed over a form": ((BEGUN,), "tidy", "draft"),
    "a day has passed over a file of no form": ((), "tidy", None),
}
DONE = """async ([holds, deed, id, other, hash]) => {
  const { store } = gridops;
  const file = { sha256: hash, size: 3, mime: "image/jpeg" };
  const old = "2026-01-01T00:00:00.000+08:00";
  await store.keepFile({ ...file, blob: new Blob(["abc"]) });
  if (holds.includes("a record")) await store.add(record(id), [{ ...file, blob: new Blob(["abc"]), state: "queued" }]);
  if (holds.includes("another record")) await store.add(record(other), [{ ...file, state: "queued" }]);
  if (holds.includes("a form")) await store.saveDraft("form", { content: { photos: { items: [{ sha256: hash }] } } });
  await store.db.put("photos", { ...(await store.db.get("photos", hash)), created_at: old });
  const done = ["tidy", "clearDelivered"].includes(deed);
  await store.update(id, { state: done ? "confirmed" : "refused", confirmed_at: old });
  await {
    remove: () => store.remove(id), tidy: () => store.tidy(1, new Date()), clearDelivered: () => store.clearDelivered(),
    revise: () => store.revise(id, { attachments: [], state: "queued" }, []),
    dropFile: () => store.dropFile(hash), dropDraft: () => store.dropDraft("form"),
  }[deed]();
  const [told, bytes] = [await store.db.get("photos", hash), await store.db.get("bytes", hash)];
  if (Boolean(told) !== Boolean(bytes)) return "half of it";
  return told?.state ?? null;
  function record(name) {
    return { id: name, type: "report", body: {}, attachments: [{ ...file, role: "before" }], about: {}, state: "queued",
             captured_at: old, created_at: old, device: "field" };
  }
}"""


@pytest.mark.parametrize("case", NEEDED)
def test_a_file_stays_as_long_as_something_needs_it(app: App, line: Line, case: str) -> None:
    holds, deed, there = NEEDED[case]
    line.down()
    app.phone.page.evaluate("gridops.engine.stop()")
    names = [f"018f0000-0000-7000-8000-00000000000{number}" for number in (1, 2)]
    assert app.phone.page.evaluate(DONE, [list(holds), deed, *names, "ab" * 32]) == there
    app.open()


def exported(page: Page, folder: Path) -> Path:
    """The raw backup, as the ledger gives it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="导出原始备份").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def imported(server: Server, file: Path) -> dict[str, Any]:
    """What `gridops import field-backup` says of it, beside the running program."""
    settings = {
        "GRIDOPS_DATA_DIR": str(server.folder),
        "GRIDOPS_DATABASE_URL": server.database_url,
        "PATH": os.environ["PATH"],
    }
    command = [
        str(GRIDOPS),
        "import",
        "field-backup",
        str(file),
        "--incomplete",
        "--json",
        "--jurisdiction",
        "320411003",
    ]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    return dict(json.loads(done.stdout))


def test_a_file_that_cannot_be_read_does_not_hold_up_the_raw_backup(
    app: App, line: Line, server: Server, tmp_path: Path
) -> None:
    page = app.phone.page
    line.down()
    good, damaged, lost, stuck = (photo(70 + number) for number in range(4))
    records = [app.report(one) for one in (good, damaged, lost, stuck)]
    page.evaluate("(hash) => gridops.store.db.put('bytes', new Blob(['x']), hash)", damaged.sha256)
    page.evaluate("(hash) => gridops.store.db.delete('bytes', hash)", lost.sha256)
    page.evaluate(
        """(size) => {
          const read = Blob.prototype.arrayBuffer;
          const fails = () => Promise.reject(new DOMException("", "NotReadableError"));
          globalThis.largest = 0;
          Blob.prototype.arrayBuffer = function () {
            globalThis.largest = Math.max(globalThis.largest, this.size);
            return this.size === size ? fails() : read.call(this);
          };
        }""",
        len(stuck.content),
    )
    page.evaluate("gridops.go('#/ledger')")
    file = exported(page, tmp_path)
    page.get_by_text("有 3 个文件没有进入备份").wait_for()
    # Files are only pointed at: never is more than one of them in memory.
    assert page.evaluate("largest") < 1_000_000
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"backup.json", f"files/{good.sha256}"}
        head = json.loads(archive.read("backup.json"))
    assert [one["id"] for one in head["records"]] == [one.id for one in records]
    assert {one["sha256"]: one["reason"] for one in head["missing"]} == {
        damaged.sha256: "damaged on this phone",
        lost.sha256: "not on this phone any more",
        stuck.sha256: "cannot be read on this phone",
    }
    told = imported(server, file)
    assert (told["read"], told["new"], told["refused"]) == (4, 4, 0), told
    held = server.held()
    assert {one.id for one in records} <= set(held.records)
    assert held.stored[good.sha256] == good.sha256
    assert held.missing_of(*(one.id for one in records)) == {damaged.sha256, lost.sha256, stuck.sha256}


def test_photos_sound_and_films_wait_for_wifi_where_traffic_is_saved(app: App, line: Line, server: Server) -> None:
    page = app.phone.page
    page.evaluate(f"{DEVICE}.set('saver', true))")
    shot, note = photo(80), File(b"\x1aE\xdf\xa3" + os.urandom(3000), role="sound", mime="audio/webm")
    film = File(b"\x1aE\xdf\xa3" + os.urandom(3000), role="film", mime="video/webm")
    record = app.report(shot, note, film)
    app.wake()
    assert (app.state(record), set(app.photos().values())) == ("sent", {"queued"})
    assert record.id in server.held().records
    assert [line.told(FILES + one.sha256) for one in (note, film)] == [[], []]
    page.evaluate("gridops.go('#/ledger')")
    page.get_by_text("省流量：照片、录音、录像等 Wi-Fi，3 个").wait_for()
    page.get_by_role("button", name="立即发送照片、录音、录像").click()
    app.phone.wait_for(lambda: app.photos()[shot.sha256] == "confirmed", app.photos)
    app.phone.wait_for(lambda: all(line.told(FILES + one.sha256) for one in (note, film)))
    page.evaluate(f"{DEVICE}.set('saver', false))")
