"""The sender's turns: one record aside holds up no other and costs nothing, two tabs, clocks, slow answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from gridops.core import clock
from tests.field.app import App, photo
from tests.field.fates import Fate, Kind, answer
from tests.field.line import RECORDS, Line
from tests.field.phone import Phone
from tests.field.server import CAMPAIGN, Server

pytestmark = pytest.mark.browser
MANY = 60
# Counts how many whole records the page reads from its store.
COUNT = """(() => {
  globalThis.rows = 0;
  for (const kind of [IDBObjectStore, IDBIndex]) {
    for (const name of ["get", "getAll"]) {
      const real = kind.prototype[name];
      kind.prototype[name] = function (...given) {
        const request = real.apply(this, given);
        const store = this.objectStore ?? this;
        if (store.name === "records") request.addEventListener("success", () => {
          globalThis.rows += Array.isArray(request.result) ? request.result.length : 1;
        });
        return request;
      };
    }
  }
})()"""
CAPTURE = """async (many) => {
  const body = { category: "0110", location: { lon: 119.955, lat: 31.855 }, address: "盘龙路口" };
  const ids = [];
  const { capture } = await import("/static/field/sync/capture.js");
  for (let n = 0; n < many; n += 1) ids.push((await capture(gridops.store, { type: "report", body, about: { title: "x" } })).id);
  return ids;
}"""  # noqa: E501


def capture_many(app: App, many: int) -> list[str]:
    """Records without the screens that follow each change."""
    return list(app.phone.page.evaluate(CAPTURE, many))


def test_one_record_aside_costs_the_others_nothing(app: App, line: Line, server: Server) -> None:
    line.down()
    page = app.phone.page
    names = capture_many(app, MANY)
    line.always(RECORDS + names[0], answer(503))
    line.up()
    app.open("#/settings")  # a screen that reads no records
    page.evaluate("gridops.engine.wake().then(() => null)")
    app.phone.wait_for(lambda: set(names[1:]) <= set(server.held().records), seconds=60)
    page.evaluate("gridops.engine.wake().then(() => null)")
    capture_many(app, MANY)
    page.evaluate(f"({COUNT}, null)")
    page.evaluate("gridops.engine.wake().then(() => null)")
    # Each is read to be sent and to be settled; the one that is aside a few times more.
    rows = page.evaluate("globalThis.rows")
    assert rows <= 4 * MANY, rows
    assert app.state(names[0]) == "queued"
    line.clear()
    app.phone.wait_until_all_confirmed(app.who)


def test_what_did_not_get_through_is_not_called_a_lack_of_network(app: App, line: Line) -> None:
    line.down()
    first, second = app.report(), app.report()
    line.always(RECORDS + first.id, answer(503))
    app.wake()
    app.open("#/ledger")
    app.wake()
    page = app.phone.page
    page.get_by_text("暂时连不上服务器").wait_for()
    line.up()
    app.delivers(second)
    page.get_by_text("有 1 条这次没有送达").wait_for()
    assert page.get_by_text("连不上").count() == 0
    app.says("1 条待传")
    line.clear()
    app.delivers()
    page.get_by_text("每一个文件").wait_for()


def test_a_second_tab_looks_again_and_tells_no_old_reason(app: App, line: Line) -> None:
    first = app.phone.page
    second = app.phone.context.new_page()
    second.goto("/field#/ledger")
    opened(app, second)
    line.down()
    record = app.report()
    for tab in (first, second):
        tab.evaluate("gridops.engine.wake().then(() => null)")
    assert second.evaluate("gridops.engine.stopped") == "again"
    line.once(RECORDS, Fate(Kind.HOLD, seconds=30))
    line.up()
    seen = len(line.told(RECORDS + record.id))
    first.evaluate("(gridops.engine.wake(), null)")
    app.phone.wait_for(lambda: len(line.told(RECORDS + record.id)) > seen)
    second.evaluate("gridops.engine.wake().then(() => null)")
    assert second.evaluate("gridops.engine.stopped") == "", "the other one sends"
    app.phone._take(second)
    first.close()
    # By itself.
    app.phone.wait_until_all_confirmed(app.who, 20)


def opened(app: App, tab: Page) -> None:
    """Until the app in that tab can be used."""
    app.phone.wait_for(lambda: bool(tab.evaluate("Boolean(globalThis.gridops?.engine && gridops.screen)")))


def test_an_answer_that_takes_too_long_is_cut_off_on_old_browsers_too(app: App, line: Line) -> None:
    line.always("GET /field/pack/phones", Fate(Kind.HOLD, seconds=20))
    told = app.phone.page.evaluate(
        """async () => {
          delete AbortSignal.timeout;
          const { ask } = await import("/static/field/sync/net.js");
          const began = performance.now();
          const cut = await ask("GET", "/field/pack/phones", { timeout: 300 });
          const took = performance.now() - began;
          return { cut: cut.kind, took, well: (await ask("GET", "/field/pack/me", { timeout: 9000 })).kind };
        }"""
    )
    assert (told["cut"], told["well"], told["took"] < 5000) == ("again", "ok", True)


OFF = "import('/static/field/lib/when.js').then((when) => Math.round(when.clockOff() / 60000))"


def test_only_quick_answers_tell_of_the_clock_and_it_is_known_after_a_restart(
    playwright: Playwright, line: Line, server: Server, tmp_path: Any
) -> None:
    line.clear()
    line.up()
    with Phone(playwright, tmp_path / "own", line.address, clock_off_s=-7200) as phone:
        app = App(phone, server.people["eastern"], "eastern").begin().installed()
        page = phone.page
        phone.until(f"{OFF}.then((minutes) => minutes === 120)")
        # Up for four seconds, down at once: half of that is not the clock's.
        line.always("", Fate(Kind.HOLD, seconds=4.0))
        page.evaluate("globalThis.gridopsClockShift = 60000")
        app.report()
        app.wake()
        assert page.evaluate(OFF) == 120
        line.clear()
        page.evaluate("gridops.engine.renew().then(() => null)")
        assert page.evaluate(OFF) == 119, "the clock was set: a quick answer says so"
        line.down()
        phone.reopen()
        app.open()
        assert phone.page.evaluate(OFF) == 119
        line.up()


def test_what_something_on_the_way_says_sets_no_clock_and_is_no_list(app: App) -> None:
    """A router that was just switched on; and a list that came to be kept all the same keeps nobody out."""
    page = app.settled().phone.page
    told = page.evaluate(
        """async () => {
          const [{ ask }, { fetchPart }, { clockOff }] = await Promise.all(
            ["sync/net", "sync/pack", "lib/when"].map((name) => import(`/static/field/${name}.js`)));
          const [real, before] = [globalThis.fetch, clockOff()];
          const headers = { "Content-Type": "application/json", Date: "Thu, 01 Jan 1970 00:00:00 GMT" };
          globalThis.fetch = async () => new Response("{}", { headers });
          try {
            const { kind } = await ask("GET", "/field/pack/me");
            return { kind, moved: clockOff() - before, list: (await fetchPart(gridops.store, "tasks")).kind };
          } finally {
            globalThis.fetch = real;
          }
        }"""
    )
    assert told == {"kind": "ok", "moved": 0, "list": "portal"}
    page.evaluate("gridops.store.savePack({ part: 'tasks', etag: null, at: new Date(0).toISOString(), data: {} })")
    app.open().settled()
    app.phone.until("gridops.store.pack('tasks').then(({ data }) => Array.isArray(data.tasks))")


def test_without_a_service_worker_it_says_that_it_sends_only_while_open(
    playwright: Playwright, line: Line, server: Server, tmp_path: Any
) -> None:
    line.clear()
    line.up()
    address = f"http://phone.test:{line.port}"  # no https: no worker, no locks
    rules = ("--host-resolver-rules=MAP phone.test 127.0.0.1",)
    with Phone(playwright, tmp_path / "own", address, arguments=rules) as phone:
        app = App(phone, server.people["eastern"], "eastern").begin()
        assert phone.page.evaluate("[isSecureContext, Boolean(navigator.locks)]") == [False, False]
        line.always(RECORDS, answer(503))
        app.report(photo(230))
        app.open("#/ledger")
        phone.page.get_by_text("本页打开时才发送").wait_for()
        line.clear()
        app.delivers()
        phone.page.get_by_text("全部已送达").first.wait_for()
        assert phone.page.get_by_text("本页打开时才发送").count() == 0


def test_a_list_that_was_on_its_way_takes_nothing_away_that_was_sent_meanwhile(app: App, line: Line) -> None:
    page, pack = app.phone.page, "GET /field/pack/outings"
    app.settled()
    page.evaluate("gridops.store.db.delete('packs', 'outings')")
    line.once(pack, Fate(Kind.SLOW, rate=800))
    seen = len(line.told(pack))
    page.evaluate("(globalThis.coming = gridops.refresh(['outings']), null)")
    app.phone.wait_for(lambda: any(one.status for one in line.told(pack)[seen:]))
    outing = app.capture("outing", {"action": "start", "campaign": CAMPAIGN})
    app.delivers()
    page.evaluate("globalThis.coming.then(() => null)")
    line.down()
    page.evaluate("(id) => gridops.go(`#/outings/${id}`)", outing.id)
    page.get_by_role("button", name="确认并结束").wait_for()
    line.up()


def test_an_answer_that_a_person_must_judge_is_not_shown_as_delivered(app: App, line: Line) -> None:
    app.settled()  # no list of its own comes over the one that is put there
    line.down()
    task = {
        "number": "20261129-000001", "record": None, "kind": "check", "category": "0110", "category_name": "乱倒垃圾",
        "category_name_en": "Litter", "address": "盘龙路", "grid": None, "due_at": None, "before": [], "after": [],
        "may": [], "at_hour": None,
    }  # fmt: skip
    page = app.phone.page
    record = app.capture("check", {"case": task["number"], "outcome": "passed"})
    held = {"state": "held", "held_because": "已由别人核查。", "missing": [], "complete": True}

    def shown(state: str, pack_at: str, receipt: str) -> str:
        page.evaluate(
            """async ([task, id, state, at, receipt]) => {
              const pack = await gridops.store.pack("tasks");
              await gridops.store.savePack({ ...pack, at, data: { ...pack.data, tasks: [task], rechecks: [] } });
              const said = { state, confirmed_at: new Date().toISOString(), receipt: JSON.parse(receipt) };
              await gridops.store.update(id, said);
            }""",
            [task, record.id, state, pack_at, receipt],
        )
        page.evaluate("gridops.go('#/'), gridops.go('#/tasks')")
        row = page.locator("main .row", has_text=task["number"])
        row.wait_for()
        page.wait_for_timeout(300)
        return row.inner_text()

    before, after = ((clock.now() + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    assert "已答复，待人工判定" in shown("confirmed", before, json.dumps(held))
    # The list asks again although the server has it.
    assert "上次的答复待人工判定" in shown("confirmed", after, json.dumps(held))
    assert "上次的答复未采用" in shown("confirmed", before, json.dumps({**held, "state": "dismissed"}))
    assert "已答复，已送达" in shown("confirmed", before, json.dumps({**held, "state": "applied"}))
    app.empty()
    line.up()
