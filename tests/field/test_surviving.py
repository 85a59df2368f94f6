"""What else the field app survives: ended sign-ins, other people, portals, clocks, full phones, refusals, updates."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from gridops.core import clock
from tests.field.app import App, photo
from tests.field.fates import CAPTIVE, ELSEWHERE, Fate, Kind, answer
from tests.field.line import RECORDS, Line
from tests.field.server import Server
from tests.webapp import PASSWORD

pytestmark = pytest.mark.browser
# How far a new version has come in a tab, for a test that fails.
STANDS = """navigator.serviceWorker.getRegistration("/field").then(({ installing, waiting, active }) => ({
  versions: [installing, waiting, active].map((one) => one?.state), before: globalThis.before,
  engine: Boolean(globalThis.gridops?.engine), screen: globalThis.gridops?.at?.path,
  told: Boolean(globalThis.gridops?.banner),
  dialogs: [...document.querySelectorAll("dialog")].map((one) => one.outerHTML),
}))"""

# What a tab asks for without an end.
BUSY = """import("/static/field/sync/net.js").then(({ ask }) => {
  const on = () => ask("GET", "/static/mark.svg").then(() => setTimeout(on, 5));
  for (let n = 0; n < 4; n += 1) on();
})"""


def test_an_expired_sign_in_stops_the_queue_and_drops_nothing(app: App, line: Line, server: Server) -> None:
    line.down()
    records = [app.report(photo(20 + n)) for n in range(3)]
    app.phone.sign_out()
    line.up()
    app.wake()
    assert [app.state(one) for one in records] == ["queued"] * 3
    app.says("请重新登录 · 3 条待传")
    more = app.report()
    app.wake()
    assert app.state(more) == "queued"
    assert len(line.told(RECORDS + records[0].id)) <= 3, "a refused sign-in is not asked over and over"
    app.begin()
    app.delivers()
    assert {one.id for one in app.captured} <= set(server.held().records)


def test_who_looks_as_somebody_else_keeps_nothing_of_theirs_beyond_their_time(app: App, line: Line) -> None:
    app.phone.page.evaluate(
        """import("/static/field/lib/device.js").then(({ device }) =>
            device.set("user", { ...device.get("user"), viewing: "2000-01-01T00:00:00Z" }))"""
    )
    line.down()
    app.phone.page.reload()
    app.phone.page.get_by_text("请联网登录一次").wait_for()


def test_another_person_on_the_phone_sees_and_sends_nothing_of_the_first(app: App, line: Line, server: Server) -> None:
    line.down()
    record = app.report(photo(30))
    app.phone.sign_out()
    line.up()
    line.always("GET /field/pack/me", Fate(Kind.HOLD, seconds=1.0))
    other = App(app.phone, server.people["eastern"], "eastern")
    page, seen = other.phone.page, set[int]()
    other.phone.signed_in = other.name
    page.goto("/sign-in?next=/field")
    page.fill("#username", other.name)
    page.fill("#password", PASSWORD)
    page.click("#sign-in button[type=submit]")
    shown = "globalThis.gridops?.screen ? (gridops.me ?? gridops.store)?.[gridops.me ? 'user_id' : 'userId'] ?? 0 : 0"
    app.phone.wait_for(lambda: (seen.add(page.evaluate(shown)), other.who in seen)[1], lambda: seen)
    assert seen - {0} == {other.who}, "the first one's name was shown to the second"
    line.clear()
    assert other.records() == {}
    sent = other.report()
    other.delivers()
    app.phone.page.evaluate("gridops.engine.wake().then(() => null)")
    held = server.held()
    assert record.id not in held.records
    assert held.records[sent.id]["user_id"] == other.who
    assert app.state(record) == "queued", "it stays on the phone"
    packs = app.phone.stores(app.who)["packs"]
    assert packs == []

    app.phone.sign_out()
    app.begin()
    app.delivers(record)
    assert server.held().records[record.id]["user_id"] == app.who


@pytest.mark.parametrize("portal", [CAPTIVE, ELSEWHERE], ids=["page", "redirect"])
def test_a_captive_portal_is_never_taken_for_the_server(app: App, line: Line, server: Server, portal: Fate) -> None:
    app.installed().settled()
    app.phone.page.evaluate("gridops.refresh().then(() => null)")
    before = app.phone.stores(app.who)["packs"]
    assert before
    line.always("", portal)
    app.open()
    record = app.report(photo(40))
    app.wake()
    assert app.state(record) == "queued"
    app.says("1 条待传")
    app.phone.page.evaluate("gridops.refresh().then(() => null)")
    after = app.phone.stores(app.who)["packs"]
    assert [(one["part"], one.get("data")) for one in after] == [(one["part"], one.get("data")) for one in before]
    line.clear()
    app.delivers()
    assert record.id in server.held().records


@pytest.mark.parametrize("hours", [-3, 26])
def test_a_wrong_clock_is_told_by_the_server_and_both_times_are_kept(
    app: App, line: Line, server: Server, hours: int
) -> None:
    shift = "(ms) => { globalThis.gridopsClockShift = ms; }"
    line.down()
    app.phone.page.evaluate(shift, hours * 3_600_000)
    record = app.report()
    app.phone.until("!gridops.engine.running")  # the first try has failed
    app.phone.page.evaluate(shift, hours * 3_600_000 + 600_000)  # it waits for ten minutes
    line.up()
    app.delivers()
    held = server.held().records[record.id]
    off = -hours * 3600 - 600  # by this the clock runs behind when it is sent
    assert abs(held["clock_offset_s"] - off) <= 5
    assert held["captured_at"] == clock.parse_instant(record.captured_at)
    assert abs((held["received_at"] - held["happened_at"]).total_seconds() - 600) <= 10
    assert app.records()[record.id]["receipt"]["clock_offset_s"] == held["clock_offset_s"]
    told = app.phone.page.evaluate("import('/static/field/lib/when.js').then((when) => when.clockOff() / 1000)")
    assert abs(told - off) <= 5


def test_a_refused_record_is_kept_explained_edited_and_sent_again(app: App, server: Server) -> None:
    wrong = {"category": "0110", "address": "盘龙路口"}
    record = app.capture("report", wrong, [photo(60)])
    good = app.report()
    app.delivers(good)
    kept = app.records()[record.id]
    assert (kept["state"], kept["body"]) == ("refused", wrong)
    assert "位置" in kept["reason"]
    app.phone.page.evaluate(
        "([id, body]) => gridops.store.update(id, { body, state: 'queued' })",
        [record.id, {**wrong, "location": {"lon": 119.955, "lat": 31.855}}],
    )
    app.delivers()
    held = server.held()
    assert held.records[record.id]["body"]["location"]["lon"] == 119.955
    assert held.stored[record.files[0].sha256] == record.files[0].sha256


def test_two_contents_under_one_name_are_kept_on_both_sides(app: App, server: Server) -> None:
    record, late = app.report(photo(70)), photo(71)
    app.delivers()
    changed = {**record.body, "address": "另一处"}
    line_of = app.phone.page.evaluate(
        """async ([id, body, other]) => {
          const kept = await gridops.store.record(id);
          await gridops.store.db.delete("records", id);
          const blob = new Blob([Uint8Array.from(atob(other.base64), (l) => l.charCodeAt(0))], { type: other.mime });
          const files = [{ blob, mime: other.mime, role: "before" }];
          return (await gridops.capture({ id, type: "report", body, files, about: kept.about })).id;
        }""",
        [record.id, changed, late.given],
    )
    assert line_of == record.id
    app.wake()
    app.wake()
    kept = app.records()[record.id]
    assert (kept["state"], kept["body"]["address"]) == ("conflict", "另一处")
    app.says("1 条需要处理")
    held = server.held()
    assert held.records[record.id]["body"] == record.body
    assert [name for name, _ in held.disputed] == [record.id]
    assert held.stored[late.sha256] == late.sha256, "the pictures of the second go up too: a person judges by them"


def test_who_signs_in_on_a_bad_line_never_works_in_the_store_of_another(app: App, line: Line, server: Server) -> None:
    app.installed()
    page = app.phone.page
    app.phone.sign_in("eastern")  # and comes to the desk; the app has not heard of it
    line.down()
    app.phone.open()
    app.phone.until("document.querySelector('main')?.innerText.includes('请联网登录一次')")
    assert page.evaluate("gridops.store") is None
    line.up()
    app.try_again()
    app.phone.until(f"globalThis.gridops?.store?.userId === {server.people['eastern']}")
    app.begin()
    line.down()
    app.open()
    assert page.evaluate("gridops.store.userId") == app.who, "who signed in last works on without a network"
    line.up()


def test_the_path_of_one_is_never_sent_as_anothers(app: App, line: Line, server: Server) -> None:
    page = app.phone.page
    app.phone.until("gridops.track")
    page.evaluate("gridops.track.follow({ room: 'round', name: 'YC-1' }).then(() => null)")
    page.evaluate(
        """(gridops.track.piece = { began: Date.now() - 60000, started_at: "2026-11-29T20:00:00+08:00",
             points: [[0, 119.955, 31.855, 9], [20, 119.956, 31.856, 9]] }, null)"""
    )
    page.evaluate("gridops.store.saveDraft('track', { content: { work: gridops.track.work, ...gridops.track.piece } })")
    app.phone.sign_out()
    eastern = server.people["eastern"]
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("#username", "eastern")
    other.fill("#password", PASSWORD)
    other.click("#sign-in button[type=submit]")
    other.wait_for_url(lambda url: "/sign-in" not in url)
    other.close()
    app.phone.signed_in = "eastern"
    page.evaluate("gridops.engine.renew().then(() => null)")
    app.phone.until(f"gridops.store.userId === {eastern} && gridops.track.store?.userId !== {app.who}")
    page.evaluate("gridops.track.close().then(() => null)")
    assert page.evaluate("[gridops.track.work, gridops.track.piece]") == [None, None]
    assert [one for one in app.phone.stores(eastern)["records"] if one["type"] == "track"] == []
    assert [one["name"] for one in app.phone.stores(app.who)["drafts"]] == ["track"]
    app.begin()
    page.evaluate("gridops.track?.follow(null).then(() => null)")


def test_signing_out_stays_so_in_all_tabs_whatever_was_asked_before(app: App, line: Line, server: Server) -> None:
    first = app.phone.page
    second = app.phone.context.new_page()
    second.goto("/field")
    app.phone.wait_for(lambda: bool(second.evaluate("Boolean(globalThis.gridops?.store && gridops.screen)")))
    line.always("GET /field/pack/", Fate(Kind.HOLD, seconds=1.0))
    first.evaluate("(gridops.engine.renew(), gridops.refresh(), null)")
    second.evaluate("(gridops.engine.renew(), gridops.refresh(), null)")
    first.evaluate("(gridops.signOut(), null)")
    first.wait_for_url(lambda url: "/sign-in" in url)
    second.wait_for_url(lambda url: "/sign-in" in url)
    first.wait_for_timeout(1500)
    line.clear()
    assert app.phone.stores(app.who)["packs"] == []
    first.goto("/field")
    first.wait_for_url(lambda url: "/sign-in" in url)
    second.close()
    app.phone.signed_in = ""


def test_what_could_not_be_kept_or_opened_is_told(app: App, line: Line) -> None:
    page = app.phone.page
    with pytest.raises(PlaywrightError):
        page.evaluate("(gridops.store.db.close(), gridops.capture({ type: 'report', body: {} }))")
    assert "没有保存成功" in page.locator("#toasts").inner_text()
    app.open()
    page.evaluate("(gridops.store.records = () => Promise.reject(new Error('no such table')), null)")
    page.evaluate("gridops.go('#/ledger')")
    page.get_by_text("这一页出错了").wait_for()
    assert page.get_by_role("button", name="重新打开").is_visible()
    page.evaluate("location.hash = '#/report'")
    app.phone.until("gridops.at?.path === 'report'")


def test_a_phone_too_full_for_what_is_downloaded_works_on(app: App, line: Line) -> None:
    page = app.phone.page
    assert page.locator("#opening").count() == 0, "the frame's own word is gone once the app has one"
    assert 'id="opening"' in page.evaluate("fetch('/field').then((answer) => answer.text())")
    page.evaluate(
        """(IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }, null)"""
    )
    assert page.evaluate("gridops.engine.renew()") == app.who
    page.evaluate("gridops.refresh(['premises', 'rounds']).then(() => null)")
    device = "import('/static/field/lib/device.js').then(({ device }) => device"
    page.evaluate(f"{device}.set('tried', 7))")
    assert page.evaluate(f"{device}.get('tried'))") == 7


def test_signing_out_without_a_network_says_what_is_to_be_done(app: App, line: Line) -> None:
    page = app.phone.page
    line.down()
    page.evaluate("(gridops.signOut(), null)")
    app.phone.until("document.querySelector('main').innerText.includes('请联网登录一次')")
    assert app.phone.stores(app.who)["packs"] == []
    line.up()
    app.try_again()
    page.wait_for_url(lambda url: "/sign-in" in url)
    app.phone.signed_in = ""


def test_the_browser_is_asked_to_keep_what_was_captured_and_a_refusal_is_told(app: App, line: Line) -> None:
    page = app.phone.page
    device = "import('/static/field/lib/device.js').then(({ device }) => device"
    page.evaluate(f"{device}.set('persisted', undefined))")
    app.open()
    refuse = "StorageManager.prototype.persist = StorageManager.prototype.persisted = () => Promise.resolve(false)"
    page.evaluate(f"({refuse}, null)")
    assert page.evaluate(f"{device}.get('persisted')).then((said) => said ?? null)") is None, "nothing is captured yet"
    line.down()
    app.report()
    app.phone.until(f"{device}.get('persisted')).then((said) => said === false)")
    page.evaluate("gridops.redraw()")
    page.get_by_text("浏览器未答应长期保存").wait_for()
    line.up()
    app.delivers()
    app.phone.until("!document.querySelector('main').innerText.includes('浏览器未答应长期保存')")


# The last: the phone goes back to the version of the server whenever it next looks.
def test_a_new_version_of_the_app_takes_over_with_records_waiting(app: App, line: Line, server: Server) -> None:
    page = app.phone.page
    app.installed()
    app.open()  # under the worker's control
    line.always(RECORDS, answer(503))
    records = [app.report(photo(80 + n)) for n in range(3)]
    second = page.context.new_page()
    second.goto("/field")
    app.phone.wait_for(lambda: bool(second.evaluate("Boolean(globalThis.gridops?.engine && gridops.screen)")))
    second.evaluate("globalThis.before = true; document.body.append(document.createElement('dialog')); void 0")
    second.evaluate("document.querySelector('dialog').show()")
    path = "/static/field/lib/ids.js"
    changed = (Path(__file__).parents[2] / path.lstrip("/")).read_text("utf-8") + "\n// the next version\n"

    def next_worker(worker: bytes) -> bytes:
        told = re.sub(r'const VERSION = "\w+"', 'const VERSION = "next00000000"', worker.decode())
        return re.sub(rf'\["{path}","\w+"\]', f'["{path}","{sha256(changed.encode()).hexdigest()}"]', told).encode()

    line.change("GET /field/sw.js", next_worker)
    line.change("GET /field/files/.*/app.json", lambda texts: json.dumps({**json.loads(texts), path: changed}).encode())
    page.evaluate("globalThis.before = true; document.body.append(document.createElement('dialog')); void 0")
    page.evaluate("document.querySelector('dialog').show()")
    page.evaluate("navigator.serviceWorker.getRegistration('/field').then((found) => found.update()).then(() => null)")
    app.phone.until("navigator.serviceWorker.getRegistration('/field').then((found) => Boolean(found.waiting))")
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.before") is True, "a form is begun: the new version waits"
    assert len(page.evaluate("caches.keys()")) == 2
    for tab in (page, second):  # one request in that moment would let the old version live on for minutes
        tab.evaluate(BUSY)
    page.evaluate("document.querySelector('dialog').remove()")
    anew = "!globalThis.before && Boolean(globalThis.gridops?.engine)"
    app.phone.wait_for(lambda: _told(page, anew) is True, lambda: _told(page, STANDS), 40)
    second.get_by_text("新版本已在使用").wait_for()
    assert second.evaluate("globalThis.before") is True, "what is begun in another tab is not interrupted"
    second.evaluate("document.querySelector('dialog').remove()")
    second.wait_for_selector("html:not(:has(dialog))", state="attached")
    app.phone.wait_for(lambda: _told(second, "!globalThis.before") is True)
    second.close()
    assert page.evaluate("caches.keys()") == ["gridops-field-next00000000"]
    assert "the next version" in page.evaluate(f"fetch('{path}').then((found) => found.text())")
    assert [app.state(one) for one in records] == ["queued"] * 3
    line.clear()
    app.delivers()
    held = server.held()
    assert {one.id for one in records} <= set(held.records)


def _told(tab: Page, expression: str) -> object:
    """What a tab says; None while it is being replaced by the next version's."""
    try:
        return tab.evaluate(expression)
    except PlaywrightError:
        return None
