"""What users of other products complain of, one test by name for each."""

from __future__ import annotations

import time
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.evidence.pictures import picture
from tests.field.app import App, File, photo
from tests.field.conftest import LARGEST
from tests.field.fates import LOSE_ANSWER, Fate, Kind, answer
from tests.field.line import FILES, RECORDS, Line
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser


def test_nothing_is_shown_as_sent_before_the_server_committed(app: App, line: Line, server: Server) -> None:
    line.once(RECORDS, Fate(Kind.HOLD, seconds=1.0))
    record = app.report()
    app.phone.wait_for(lambda: len(line.told(RECORDS + record.id)) == 1)
    assert record.id not in server.held().records
    assert app.state(record) == "queued"
    app.says("1 条待传")
    # An answer that says 201 and is no receipt of ours is none.
    line.always(RECORDS, answer(201))
    other = app.report()
    app.wake()
    assert app.state(other) == "queued"
    assert other.id not in server.held().records
    line.clear()
    app.delivers()
    app.says("全部已送达")
    assert {record.id, other.id} <= set(server.held().records)


def test_no_button_is_grey_while_the_data_of_a_day_waits(app: App, line: Line) -> None:
    line.down()
    waiting = [app.report() for _ in range(40)]
    assert {app.state(one) for one in waiting} == {"queued"}
    app.open()
    page = app.phone.page
    app.says("40 条待传")
    assert page.locator("button:disabled, [aria-disabled=true]").count() == 0
    begun = time.monotonic()
    more = app.report(photo(1))
    assert app.state(more) == "queued"
    assert time.monotonic() - begun < 3


def test_a_retry_makes_no_duplicate(app: App, line: Line, server: Server) -> None:
    line.once(RECORDS, LOSE_ANSWER, Fate(Kind.CUT_DOWN, after=300), Fate(Kind.CUT_DOWN, after=30))
    line.once(FILES, LOSE_ANSWER, LOSE_ANSWER)
    record = app.report(photo(2))
    app.delivers()
    held = server.held()
    first, *others = [one.status for one in line.told(RECORDS + record.id)]
    assert (first, set(others)) == (201, {200}), "stored once, and told the same again"
    assert (held.effects["case", record.id], held.doubled()) == (1, [])
    assert held.links[record.id, record.files[0].sha256, "before"] == 1


def test_five_parallel_sends_of_one_record_are_one_record(app: App, line: Line, server: Server) -> None:
    line.down()
    name = "018f0000-0000-7000-8000-00000000000" + "5"
    touched = [
        app.capture("report", {"category": "0110", "grid": "320411003001"}, [photo(3)], id=name) for _ in "12345"
    ]
    assert {one.id for one in touched} == {name}
    line.up()
    statuses = app.phone.page.evaluate(
        """async (id) => {
          const { ask } = await import("/static/field/sync/net.js");
          const { type, captured_at, body, device, attachments } = await gridops.store.record(id);
          const json = { type, captured_at, body, device, attachments, sent_at: captured_at };
          const all = await Promise.all([1, 2, 3, 4, 5].map(() => ask("PUT", "/api/v1/records/" + id, { json })));
          return all.map((one) => one.status).sort();
        }""",
        name,
    )
    assert set(statuses) <= {200, 201}
    # Five tabs of one phone, each with a sender of its own.
    tabs = [app.phone.context.new_page() for _ in range(4)]
    for tab in tabs:
        tab.goto("/field#/")
    app.delivers()
    for tab in tabs:
        tab.close()
    answered = [one.status for one in line.told(RECORDS + name) if one.status]
    assert (len(answered) >= 5, answered.count(201)) == (True, 1)
    held = server.held()
    assert (held.effects["case", name], held.doubled()) == (1, [])


def test_a_record_is_not_complete_while_a_photo_is_missing(app: App, line: Line, server: Server) -> None:
    first, second = photo(4), photo(5)
    line.always(FILES + second.sha256, answer(503))
    record = app.report(first, second)
    app.wake()
    app.wake()
    assert app.state(record) == "sent"
    app.says("1 条待传")
    assert app.photos() == {first.sha256: "confirmed", second.sha256: "queued"}
    line.clear()
    app.delivers()
    assert server.held().missing_of(record.id) == set()

    # The phone takes a photo for sent that the server has not: the receipt says so, and it is sent again.
    line.down()
    lost = photo(6)
    again = app.report(lost)
    app.phone.page.evaluate("(hash) => gridops.store.updatePhoto(hash, { state: 'confirmed' })", lost.sha256)
    line.up()
    app.delivers(again)
    held = server.held()
    assert held.stored[lost.sha256] == lost.sha256
    assert (held.missing_of(again.id), held.damaged()) == (set(), [])


def test_a_picture_from_the_gallery_goes_up_even_when_it_is_deleted_there(
    app: App, line: Line, server: Server, tmp_path: Path
) -> None:
    gallery, page = tmp_path / "IMG_2017.jpg", app.phone.page
    gallery.write_bytes(picture(size=(640, 480), seed=7))
    digest = sha256(gallery.read_bytes()).hexdigest()
    line.down()
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'gallery' }))"
    )
    page.set_input_files("#gallery", gallery)
    name = page.evaluate(
        """async (place) => {
          const [blob] = document.getElementById("gallery").files;
          const files = [{ blob, mime: blob.type, role: "before", album: true }];
          const body = { category: "0110", location: place };
          return (await gridops.capture({ type: "report", body, files, about: { title: "x" } })).id;
        }""",
        {"lon": 119.955, "lat": 31.855},
    )
    gallery.unlink()
    app.open()
    line.up()
    app.phone.wait_for(lambda: (app.wake(), app.state(name))[1] == "confirmed", lambda: app.records()[name])
    held = server.held()
    assert held.stored[digest] == digest
    assert held.records[name]["attachments"][0]["album"] is True


def test_a_damaged_photo_is_shown_as_stuck_and_the_rest_goes_on(app: App, line: Line, server: Server) -> None:
    line.down()
    good, bad, later = photo(8), photo(9), photo(10)
    record, other = app.report(good, bad), app.report(later)
    app.phone.page.evaluate(
        """(hash) => gridops.store.db.put("bytes", new Blob(["x"]), hash)
            .then(() => gridops.store.updatePhoto(hash, { size: 1 }))""",
        bad.sha256,
    )
    line.up()
    app.delivers(other)
    assert app.photos() == {good.sha256: "confirmed", bad.sha256: "stuck", later.sha256: "confirmed"}
    assert app.state(record) == "sent"
    assert bad.sha256 not in server.held().stored


def test_a_file_too_large_is_shown_as_stuck_and_the_person_can_let_it_go(app: App, line: Line, server: Server) -> None:
    good, large = photo(14), File(picture(seed=15) + b"\0" * LARGEST)
    record, other = app.report(good, large), app.report(photo(16))
    app.delivers(other)
    app.wake()
    assert app.state(record) == "sent"
    app.says("1 条需要处理")
    assert app.photos()[large.sha256] == "stuck"
    held = server.held()
    assert [one["sha256"] for one in held.records[record.id]["attachments"]] == [good.sha256]
    assert held.stored[good.sha256] == good.sha256

    page = app.phone.page
    app.open(f"#/ledger/{record.id}")
    page.get_by_text("文件太大，服务器不接收").wait_for()
    assert page.get_by_role("button", name="再试一次").count() == 0, "the record was taken without it"
    assert page.get_by_role("button", name="存到手机").count() == 1
    page.get_by_role("button", name="不再发送").click()
    page.locator("dialog").get_by_role("button", name="不再发送").click()
    app.phone.wait_for(lambda: app.state(record) == "parted")
    page.get_by_text("记录已到，缺 1 个文件").wait_for()
    app.says("记录已全部送达")
    page.evaluate("gridops.go('#/ledger')")
    page.get_by_text("全部已送达，1 个文件已不再发送").wait_for()
    assert page.get_by_text("每一个文件").count() == 0


@pytest.mark.parametrize("status", [404, 410])
def test_404_and_410_are_never_shown_as_success(app: App, line: Line, server: Server, status: int) -> None:
    line.once(RECORDS, answer(status))
    record, picked = app.report(), photo(status)
    app.wake()
    assert app.state(record) == "gone"
    app.says("1 条需要处理")
    assert record.id not in server.held().records
    line.always(FILES, answer(status))
    other = app.report(picked)
    app.wake()
    assert (app.state(other), app.photos()[picked.sha256]) == ("sent", "stuck")
    line.clear()
    line.always("GET /api/v1/records/", answer(status))
    app.phone.page.evaluate("(hash) => gridops.store.updatePhoto(hash, { state: 'queued' })", picked.sha256)
    app.wake()
    assert (app.photos()[picked.sha256], app.state(other)) == ("confirmed", "queued"), "lost there: sent again"
    line.clear()
    app.phone.page.evaluate("(id) => gridops.store.update(id, { state: 'queued' })", record.id)
    app.delivers()


@pytest.mark.parametrize("status", [410, 422, 500, 502])
def test_sending_never_waits_for_ever_behind_one_record(app: App, line: Line, server: Server, status: int) -> None:
    line.down()
    first, second, third = app.report(), app.report(), app.report(photo(600 + status))
    line.always(RECORDS + second.id, answer(status))
    line.up()
    app.delivers(first, third)
    assert app.state(second) in ("gone", "refused", "queued")
    assert second.id not in server.held().records


def test_airplane_mode_and_a_restart_and_then_it_sends_by_itself(
    playwright: Playwright, line: Line, server: Server, tmp_path: Path
) -> None:
    line.clear()
    with Phone(playwright, tmp_path / "own", line.address) as phone:
        app = App(phone, server.people["eastern"], "eastern").begin().installed()
        phone.airplane(True)
        app.open()
        app.report(photo(11))
        phone.kill()
        phone.switch_on()
        phone.airplane(True)
        app.open()
        app.report(photo(12), photo(13))
        app.says("2 条待传")
        phone.airplane(False)
        phone.wait_until_all_confirmed(app.who)
    held = server.held()
    names = {one.id for one in app.captured}
    assert names <= set(held.records)
    assert (held.missing_of(*names), held.damaged()) == (set(), [])


def test_records_go_before_photos_and_the_newest_photo_is_not_behind_all_the_old(app: App, line: Line) -> None:
    line.down()
    records = [app.report(photo(100 + n)) for n in range(8)]
    app.wake()
    line.up()
    seen = len(line.told())
    app.delivers()
    told = [f"{one.method} {one.path}" for one in line.told()[seen:] if one.method == "PUT"]
    assert [one.rpartition("/")[2] for one in told[:8]] == [one.id for one in records]
    newest = records[-1].files[0].sha256
    assert newest in {one.rpartition("/")[2] for one in told[8:10]}
