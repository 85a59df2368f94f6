"""The sender and files: one that cannot go holds up nothing, and what is said of it is what is known."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from gridops.core.db import transaction
from gridops.evidence import service as evidence
from gridops.evidence.parts import PartFolder
from gridops.evidence.rules.types import Limits
from tests.evidence.pictures import picture
from tests.field.app import App, Captured, File, photo
from tests.field.fates import answer
from tests.field.line import FILES, Line
from tests.field.server import Server

pytestmark = pytest.mark.browser


def give_up(app: App, record: Captured) -> None:
    """不再发送, on the page of the record."""
    page = app.phone.page
    page.evaluate("(id) => gridops.go(`#/ledger/${id}`)", record.id)
    page.get_by_role("button", name="不再发送").click()
    page.locator("dialog").get_by_role("button", name="不再发送").click()
    page.get_by_role("button", name="不再发送").wait_for(state="detached")


def test_a_file_given_up_while_another_waits_leaves_nothing_open(app: App, line: Line, server: Server) -> None:
    waiting, bad = photo(200), photo(201)
    line.always(FILES + waiting.sha256, answer(503))
    line.always(FILES + bad.sha256, answer(422))
    record = app.report(waiting, bad)
    app.wake()
    give_up(app, record)
    assert app.photos() == {waiting.sha256: "queued", bad.sha256: "dropped"}
    assert app.state(record) == "sent"
    line.clear()
    app.wake()
    assert app.photos() == {waiting.sha256: "confirmed", bad.sha256: "dropped"}
    assert app.state(record) == "parted"
    app.says("记录已全部送达")
    assert server.held().missing_of(record.id) == {bad.sha256}

    # Tried again after all: another record brings the same file.
    again = app.report(bad)
    app.delivers(record, again)
    assert server.held().missing_of(record.id, again.id) == set()


def test_the_last_file_is_given_up_without_a_network(app: App, line: Line) -> None:
    good, bad = photo(202), photo(203)
    line.always(FILES + bad.sha256, answer(422))
    record, other = app.report(good, bad), app.report(bad, photo(204))
    app.wake()
    assert (app.state(record), app.state(other)) == ("sent", "sent")
    line.down()
    give_up(app, record)
    assert (app.state(record), app.state(other)) == ("parted", "parted"), "both lack the same file"
    app.says("记录已全部送达")
    page = app.phone.page
    page.get_by_role("button", name="再试一次").click()
    app.phone.wait_for(lambda: (app.state(record), app.state(other)) == ("sent", "sent"))
    app.says("2 条待传")
    line.clear()
    line.up()
    app.delivers()


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(app: App, line: Line, server: Server) -> None:
    line.down()
    lost, none = File(picture(size=(640, 480), seed=205)), photo(206)
    record, other, last = app.report(lost), app.report(none, photo(207)), app.report(photo(208))
    (kept,) = [one for one in app.phone.profile.rglob("*") if one.is_file() and _holds(one, lost)]
    kept.unlink()  # as a phone that cleaned up, or a card that died
    app.phone.page.evaluate("(hash) => gridops.store.db.delete('bytes', hash)", none.sha256)
    line.up()
    app.delivers(last)
    app.phone.wait_for(lambda: "queued" not in app.photos().values(), app.photos)
    states = app.photos()
    assert [states[one.sha256] for one in (lost, none, other.files[1])] == ["stuck", "stuck", "confirmed"]
    app.phone.page.evaluate("(id) => gridops.go(`#/ledger/${id}`)", other.id)
    app.phone.page.get_by_text("已损坏，读不出来").wait_for()
    app.says("2 条需要处理")
    # The same picture, chosen anew, is whole.
    app.report(lost)
    app.delivers(record)
    assert server.held().stored[lost.sha256] == lost.sha256


def _holds(path: Path, file: File) -> bool:
    return path.stat().st_size == len(file.content) and path.read_bytes() == file.content


def test_a_file_that_came_whole_and_was_not_put_together_is_put_together(app: App, line: Line, server: Server) -> None:
    content = picture(size=(640, 480), seed=209)
    file = File(content + b"\0" * (290_000 - len(content)))
    folder, size = PartFolder(server.folder / "evidence"), len(file.content)
    with transaction() as session:  # the plug was pulled after the last part
        part = evidence.Part(file.sha256, 0, size, size)
        limits = Limits(300_000, 10_000_000)
        assert evidence.take_part(session, folder, part, io.BytesIO(file.content), app.who, limits) == size
    app.report(file)
    app.delivers()
    assert server.held().stored[file.sha256] == file.sha256


def test_what_a_server_set_back_to_yesterday_has_lost_comes_again(
    app: App, line: Line, server: Server, tmp_path: Path
) -> None:
    server.kill()
    for file in server.folder.glob("gridops.db*"):
        shutil.copy(file, tmp_path)
    server.start()
    picked = photo(212)
    line.always(FILES, answer(503))
    record = app.report(picked)
    app.wake()
    assert app.state(record) == "sent"
    server.kill()
    server.engine.dispose()
    for file in server.folder.glob("gridops.db*"):
        file.unlink()
    for file in tmp_path.iterdir():
        shutil.copy(file, server.folder)
    server.start()
    assert record.id not in server.held().records
    line.clear()
    app.delivers()
    assert server.held().missing_of(record.id) == set()
    assert record.id in server.held().records


def test_a_receipt_that_is_none_confirms_and_holds_up_nothing(app: App, line: Line) -> None:
    record = app.report(photo(210))
    line.change(f"GET /api/v1/records/{record.id}", lambda told: told.replace(b'"missing"', b'"mixing"'))
    app.wake()
    app.wake()
    assert app.state(record) == "sent"
    other = app.report(photo(211))
    app.delivers(other)
    line.clear()
    app.delivers()
