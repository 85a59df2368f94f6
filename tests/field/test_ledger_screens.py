"""同步台账: what waits or is stuck is found however old, records are told in words, pictures are stamped on a copy."""

from __future__ import annotations

import base64
import io
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from gridops.core import clock
from gridops.core.db import reading
from gridops.intake.forms import RECORDS
from gridops.people.models import Unit
from tests.browser import overflows, violations
from tests.field.app import PLACE, App, File, photo
from tests.field.fates import answer
from tests.field.hands import dressed
from tests.field.line import RECORDS as PUT
from tests.field.line import Line
from tests.field.photos.pictures import jpeg
from tests.field.photos.pictures import street as busy_picture
from tests.field.server import Server

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("GRIDOPS_TEST_SHOTS")
SAYING = "import('/static/field/lib/saying.js').then(async (saying) => "
# More than one page of the ledger shows, all newer than what is looked for; each with a photo.
OLDER_THAN = """async (count) => {
  gridops.engine.stop();
  const at = "2026-11-29T21:00:00.000+08:00";
  for (let n = 0; n < count; n += 1) {
    const sha256 = String(n).padStart(64, "0");
    await gridops.store.db.put("photos", { sha256, size: 9, mime: "image/jpeg", state: "queued", created_at: at });
    await gridops.store.db.put("bytes", new Blob(["123456789"]), sha256);
    await gridops.store.db.put("records", {
      id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`, seq: 1000 + n, type: "tally", state: "parted",
      body: { amount: 1 }, attachments: [{ sha256, role: "photo" }], about: { title: `计数 ${n}` }, captured_at: at,
      created_at: at, device: "field", receipt: { number: null, missing: [], complete: true } });
  }
}"""
READS = """() => {
  globalThis.reads = { photos: 0, bytes: 0, transactions: 0 };
  for (const name of ["get", "getAll", "openCursor"]) {
    const real = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...given) {
      if (this.name in globalThis.reads) globalThis.reads[this.name] += 1;
      return real.apply(this, given);
    };
  }
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    if ([].concat(given[0]).includes("photos")) globalThis.reads.transactions += 1;
    return begin.apply(this, given);
  };
}"""


def ledger(app: App, where: str = "#/ledger") -> Page:
    """The ledger or one of its entries, opened."""
    app.phone.page.evaluate("(where) => gridops.go(where)", where)
    app.phone.until(f"location.hash === '{where}' && gridops.at?.hash === '{where}'")
    return app.phone.page


def shot(app: App, name: str) -> None:
    """Pictures for people, where somebody asks for them: light, dark, in 大字."""
    if not SHOTS:
        return
    for look, chosen in (("dark", {"dark": True}), ("big", {"big": True}), ("light", {})):
        dressed(app.phone.page, **chosen)
        app.phone.page.wait_for_timeout(200)
        app.phone.page.screenshot(path=f"{SHOTS}/{name}_{look}.png", full_page=name != "delete")


def test_what_waits_or_is_stuck_is_found_however_old_and_no_photo_is_read(app: App, line: Line) -> None:
    line.always(PUT, answer(410))
    gone = app.report(photo(1), address="很早的一条")
    app.wake()
    line.clear()
    line.down()
    waiting = app.report(photo(2))
    page = app.phone.page
    page.evaluate(OLDER_THAN, 80)
    page.evaluate(READS)
    ledger(app)
    expect(page.locator(".rows > li[aria-setsize='60']").first).to_be_visible()
    assert page.locator(f"a[href='#/ledger/{gone.id}']").count() == 0
    reads = page.evaluate("reads")
    assert reads["bytes"] == 0
    assert reads["photos"] <= 65
    assert reads["transactions"] <= 6
    for kind, there in (("待传", waiting), ("需处理", gone)):
        page.get_by_role("radio", name=kind, exact=True).check()
        expect(page.locator(f"a[href='#/ledger/{there.id}']")).to_be_visible()
        expect(page.locator(".rows > li")).to_have_count(1)
    assert page.evaluate("reads.bytes") == 0
    page.get_by_role("radio", name="全部", exact=True).check()
    page.get_by_role("button", name="显示更早的").click()
    page.locator(".rows > li[aria-setsize='82']").first.wait_for()
    app.phone.until(f"(scrollTo(0, 99999), document.querySelector(\"a[href='#/ledger/{gone.id}']\") !== null)")
    assert violations(page) == []


def fields() -> dict[str, dict[str, Any]]:
    """Every field of every type of record that phones may send, with a value of its kind."""
    found: dict[str, dict[str, Any]] = {}
    for kind, record in RECORDS.items():
        names = record.model_fields["body"].annotation.model_fields
        found[str(kind)] = {name: _VALUES.get(name, f"值 {name}") for name in names}
    found["verification"]["outcome"] = True
    found["discipline_check"]["outcome"] = "已整改"
    return found


_UUID = "018f0000-0000-7000-8000-0000000000aa"
_VALUES: dict[str, Any] = {
    **dict.fromkeys(("same_as", "case", "round", "outing", "incident"), _UUID),
    **dict.fromkeys(("self_handled", "inspection", "recheck", "complete", "out"), True),
    **{name: ["police_station", "李四@police_station#1"] for name in ("grids", "agencies", "officers")},
    **dict.fromkeys(("approved_at", "started_at", "ended_at"), "2026-11-29T21:00:00+08:00"),
    "location": {"lon": 119.95512, "lat": 31.85534, "picked": True,
                 "fix": {"lon": 119.9, "lat": 31.8, "accuracy_m": 9}},
    "groups": 2, "amount": 3, "checklist": 7, "corrected": [1, 2], "points": [[0, 119.9, 31.8, 9]], "outcome": "passed",
    "premises": {"id": 5}, "order": {"kind": "order", "number": "12号", "due_on": "2026-12-01"},
    "answers": {"1": {"ok": True}, "2": {"ok": False, "note": "通道堵塞"}}, "action": "start", "source": "inspector",
    "findings": [{"text": "灭火器过期", "severity": "serious"}, {"item": 3}],
}  # fmt: skip


def test_every_field_of_every_record_is_told_in_words(app: App) -> None:
    said = app.phone.page.evaluate(
        f"""(all) => {SAYING} {{
          const found = {{}};
          for (const [type, body] of Object.entries(all)) {{
            const record = {{ type, body: {{ ...body, strange: {{ a: 1 }} }} }};
            found[type] = saying.saidOf(record, await saying.namesFor(gridops.store, record));
          }}
          return found;
        }})""",
        fields(),
    )
    for kind, told in said.items():
        assert [name for name, _ in told["others"]] == ["strange"], kind
        assert len(told["known"]) == len(fields()[kind]), kind
        for label, lines in told["known"]:
            assert not re.search("[a-z_]{3,}", label), (kind, label)
            assert lines, (kind, label)
            assert not re.search(r"[{}\[\]\"]|[0-9a-f]{8}-|object|undefined", "".join(lines)), (kind, label, lines)
    report, visit = dict(said["report"]["known"]), dict(said["visit"]["known"])
    assert report["自行处置"] == ["是"]
    assert report["位置"] == ["31.85534, 119.95512（手动选点）", "手机定位 31.80000, 119.90000 ±9\u00a0m"]
    assert visit["检查项"][1].endswith("：不符合，通道堵塞")
    assert visit["发现的问题"][0].startswith("灭火器过期")


def test_only_words_and_numbers_of_the_record_itself_are_put_right_by_hand(app: App) -> None:
    texts = {kind: dict.fromkeys(body, "文字") for kind, body in fields().items()}
    given = app.phone.page.evaluate(
        f"""(all) => {SAYING} Object.fromEntries(Object.entries(all).map(([type, body]) =>
          [type, saying.editable({{ type, body }}).map(([name]) => name)])))""",
        texts,
    )
    tied = {"outing", "round", "case", "incident", "problem", "premises", "same_as"}
    codes = {"category", "category_list", "grid", "grids", "campaign", "unit", "code", "kind", "number", "checklist"}
    for kind, names in given.items():
        assert not set(names) & (tied | codes), kind
    assert set(given["report"]) == {"description", "address", "source_number"}
    assert set(given["tally"]) == {"amount"}
    assert "outcome" not in given["check"]
    assert "outcome" in given["discipline_check"]
    asked = app.phone.page.evaluate(
        f"{SAYING} saying.editable({{ type: 'feedback', body: {{ case: '1' }}, errors: [{{ field: 'body.words' }}] }}))"
    )
    assert asked == [["words", "处置情况", ""]]


def test_a_refusal_is_told_in_the_words_of_the_form_put_right_and_sent_once(app: App, server: Server) -> None:
    assert server.street is not None
    with reading() as session:
        unit = session.get_one(Unit, server.street.unit_id).code
    record = app.capture("discipline_check", {"unit": unit}, [photo(10)], about={"title": "明察暗访"})
    app.wake()
    assert app.state(record) == "refused"
    page = ledger(app)
    row = page.locator(f"a[href='#/ledger/{record.id}']")
    expect(row).to_contain_text("情况：请填写")
    ledger(app, f"#/ledger/{record.id}")
    assert "fact" not in page.locator("main").inner_text()
    page.get_by_role("button", name="修改", exact=True).click()
    field = page.get_by_label("情况", exact=True)
    expect(field).to_have_attribute("aria-describedby", "edit-fact-fault")
    assert page.locator("main input, main textarea").count() == 1, "the unit is a tie, not for the hand"
    shot(app, "entry_refused")
    field.fill("已到岗")
    page.wait_for_timeout(400)  # until it is stored
    app.open(f"#/ledger/{record.id}")
    expect(field).to_have_value("已到岗")
    page.get_by_role("button", name="再发一次").dblclick()
    app.delivers()
    app.phone.until(f"gridops.store.draft('entry {record.id}').then((kept) => !kept)")
    held = server.held()
    assert held.records[record.id]["body"] == {"unit": unit, "fact": "已到岗"}
    assert (held.doubled(), [name for name, _ in held.disputed if name == record.id]) == ([], [])


def test_what_the_server_has_taken_meanwhile_is_not_sent_again(app: App, line: Line, server: Server) -> None:
    line.once(PUT, answer(410))
    record = app.report()
    app.wake()
    page = ledger(app, f"#/ledger/{record.id}")
    again = page.get_by_role("button", name="再发一次")
    shown = again.element_handle()
    # Another tab was quicker; this screen has not heard of it, or hears of it just as it is touched.
    page.evaluate("gridops.store.told.clear()")
    page.evaluate("(id) => gridops.store.update(id, { state: 'queued' }).then(() => gridops.engine.wake())", record.id)
    app.phone.wait_for(lambda: app.state(record) == "confirmed")
    shown.evaluate("(button) => button.click()")
    page.wait_for_timeout(700)
    app.wake()
    assert app.state(record) == "confirmed"
    assert [one.status for one in line.told(PUT + record.id)] == [410, 201]
    app.open()


STATES = {
    "refused": "服务器没有接收它",
    "gone": "它没有送达服务器",
    "conflict": "服务器上有同一编号、内容不同的一条",
}


@pytest.mark.parametrize("state", STATES)
def test_what_deleting_means_is_true_of_each_state(app: App, line: Line, state: str) -> None:
    line.down()
    record = app.report(photo(20))
    page = app.phone.page
    page.evaluate("([id, state]) => gridops.store.update(id, { state })", [record.id, state])
    ledger(app, f"#/ledger/{record.id}")
    page.get_by_role("button", name="从本机删除").click()
    dialog = page.get_by_role("dialog")
    shot(app, "delete")
    dressed(page, big=True)
    assert not overflows(page)
    dressed(page)
    expect(dialog).to_contain_text(STATES[state])
    assert ("无法恢复" in dialog.inner_text()) == (state != "conflict")
    assert ("还有文件没有传完" in dialog.inner_text()) == (state == "conflict")
    dialog.get_by_role("button", name="删除").click()
    app.phone.wait_for(lambda: record.id not in app.records())
    assert app.photos() == {}


def test_a_picture_is_stamped_on_a_copy_and_the_original_stays_clean(app: App, server: Server, tmp_path: Path) -> None:
    page = app.phone.page
    content = jpeg(busy_picture(960, 720))
    taken = "2026-11-29T21:40:05.000+08:00"
    clean = File(content, more={"taken_at": taken, "lon": 119.955, "lat": 31.855})
    page.evaluate("(ms) => { globalThis.gridopsClockShift = ms; }", -2 * 3_600_000)  # this phone is two hours slow
    record = app.report(clean)
    app.delivers()
    page.evaluate(
        """() => {
          globalThis.written = [];
          const real = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
            globalThis.written.push(text);
            return real.call(this, text, ...at);
          };
        }"""
    )
    ledger(app, f"#/ledger/{record.id}")
    shot(app, "entry_delivered")
    page.evaluate("gridops.me.name = '王小明'")
    with page.expect_download() as download:
        page.get_by_role("button", name="存水印照片").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    expect(page.locator("#toasts")).to_contain_text("原照片不变")
    number = app.records()[record.id]["receipt"]["number"]
    assert path.name == f"{number}-{clean.sha256[:8]}.jpg"
    stamped, before = Image.open(path).convert("RGB"), Image.open(io.BytesIO(content)).convert("RGB")
    assert stamped.size == before.size
    changed = ImageChops.difference(stamped, before)
    width, height = before.size
    assert ImageStat.Stat(changed.crop((0, height * 9 // 10, width, height))).mean[0] > 30, "a band below"
    assert ImageStat.Stat(changed.crop((0, 0, width, height // 2))).mean[0] < 6, "nothing else"
    words = " ".join(page.evaluate("written"))
    right = clock.parse_instant(taken) + timedelta(seconds=app.records()[record.id]["receipt"]["clock_offset_s"])
    assert clock.local(right).strftime("%Y-%m-%d %H:%M:%S") in words, "by the server's clock"
    staff = page.evaluate("gridops.me.staff_no")
    for said in ("盘龙路口", number, staff, clean.sha256[:8]):
        assert said in words
    assert "王小明" not in words
    kept = base64.b64decode(
        page.evaluate(
            """async (hash) => {
              const { blob } = await gridops.store.photo(hash);
              const bytes = new Uint8Array(await blob.arrayBuffer());
              return btoa(bytes.reduce((text, one) => text + String.fromCharCode(one), ""));
            }""",
            clean.sha256,
        )
    )
    assert kept == content
    assert server.held().stored[clean.sha256] == clean.sha256
    page.evaluate("globalThis.gridopsClockShift = 0")


def test_a_report_goes_to_the_group_with_what_the_system_knows_once_its_person_has_looked(app: App) -> None:
    page = app.phone.page
    page.evaluate("gridops.refresh(['categories', 'grids']).then(() => 0)")
    record = app.capture(
        "report",
        {"kind": "event", "category": "0110", "location": PLACE, "address": "王五家门口", "description": "找李四"},
        [File(jpeg(busy_picture(640, 480)))],
    )
    app.delivers()
    page.evaluate(
        """() => {
          globalThis.written = [];
          const real = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
            globalThis.written.push(text);
            return real.call(this, text, ...at);
          };
        }"""
    )
    ledger(app, f"#/ledger/{record.id}")
    page.get_by_role("button", name="发到工作群").click()
    expect(page.locator("#hide-hint")).to_have_text("用手指在照片上划出要遮住的部分。")  # of no keys, which it has not
    page.get_by_role("button", name="没有要遮的，继续").click()
    sheet = page.get_by_role("dialog", name="发到工作群")
    expect(sheet).to_contain_text("请确认图片里没有人脸、姓名、车牌和电话")
    out = sheet.get_by_role("button", name="发出")
    expect(out).to_be_disabled()
    assert violations(page) == []
    shot(app, "to_group")
    sheet.get_by_role("checkbox").check()
    with page.expect_download():
        out.click()
    words = " ".join(page.evaluate("written"))
    assert app.records()[record.id]["receipt"]["number"] in words
    assert "暴露垃圾" in words
    for free in ("王五", "李四"):
        assert free not in words


def test_what_comes_after_the_app_and_is_not_here_yet_is_told(app: App, line: Line) -> None:
    app.installed()
    app.open()
    page = app.phone.page
    page.evaluate(
        """async () => {
          for (const name of await caches.keys()) {
            const kept = await caches.open(name);
            for (const file of ["watermark", "hide_parts"]) await kept.delete(`/static/field/photo/${file}.js`);
          }
        }"""
    )
    line.down()
    record = app.report(photo(40))
    ledger(app, f"#/ledger/{record.id}")
    for button, said in (("存水印照片", "加水印的功能还没有下载完"), ("发到工作群", "“发到工作群”还没有下载完")):
        page.get_by_role("button", name=button).click()
        expect(page.locator("#toasts")).to_contain_text(said)


def test_the_ledger_and_its_entries_fit_the_phone(app: App, line: Line) -> None:
    line.always(PUT, answer(422))
    app.report(photo(30))
    app.wake()
    line.clear()
    app.report(photo(31))
    app.delivers(app.captured[-1])
    line.down()
    waiting = app.report(photo(32), File(b"\x1aE\xdf\xa3" + os.urandom(900), role="sound", mime="audio/webm"))
    page = ledger(app)
    expect(page.locator(".rows > li")).to_have_count(3)
    shot(app, "ledger")
    assert (violations(page), overflows(page)) == ([], False)
    ledger(app, f"#/ledger/{waiting.id}")
    page.get_by_text("记录内容").click()
    shot(app, "entry_waiting")
    assert (violations(page), overflows(page)) == ([], False)


def test_every_address_of_the_app_has_its_screen(app: App) -> None:
    read = "import('/static/field/lib/router.js').then(({ read }) => read('%s').screen)"
    assert app.phone.page.evaluate(read % "#/share") == "home"
    assert app.phone.page.evaluate(read % "#/ledger/abc") == "entry"
