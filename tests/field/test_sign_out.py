"""Signing out: on a page or in the app, cut off wherever it may be, it leaves of a person only their records."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.field.app import READY, App, photo
from tests.field.fates import CAPTIVE, LOSE_ANSWER, Fate, Kind, answer
from tests.field.line import RECORDS, Line
from tests.field.phone import Phone
from tests.field.server import Server
from tests.webapp import PASSWORD

pytestmark = pytest.mark.browser

SIGN_OUT = "POST /sign-out"
LEAVING = "import('/static/field/lib/device.js').then(({ device }) => device.get('leaving') ?? 0)"
# What the app opens from now on never answers.
STUCK = """(() => {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...given) {
    const asked = open.apply(this, given);
    asked.addEventListener = () => {};
    return asked;
  };
})()"""


def with_names(app: App) -> str:
    """Once names were downloaded; the person's own."""
    app.installed()
    app.phone.page.evaluate("gridops.refresh().then(() => null)")
    assert app.phone.stores(app.who)["packs"]
    return str(app.phone.page.evaluate("gridops.me.name"))


def leave_on_the_account_page(page: Page, ended: bool = False) -> None:
    """`ended`: when the session has ended meanwhile, as it does by idleness."""
    page.goto("/account")
    if ended:
        page.context.clear_cookies(name="gridops")
    page.get_by_role("main").get_by_role("button", name="退出登录", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" in url)


def asks_for_a_network(app: App) -> None:
    app.phone.until("document.querySelector('main')?.innerText.includes('请联网登录一次')")
    assert app.phone.page.evaluate("gridops.store") is None


def stays_out(app: App) -> None:
    """The server knows nobody here, nothing of theirs is on the phone, and when they come back they stay."""
    page = app.phone.page
    page.wait_for_url(lambda url: "/sign-in" in url)
    assert app.phone.stores(app.who)["packs"] == []
    page.goto("/account")
    assert "/sign-in" in page.url
    app.begin()
    app.open()
    assert app.phone.page.evaluate("gridops.store.userId") == app.who


@pytest.mark.parametrize(
    ("network", "ended"), [(True, False), (False, False), (False, True)], ids=["network", "no network", "ended"]
)
def test_who_signs_out_on_a_page_leaves_only_their_records(
    app: App, line: Line, server: Server, network: bool, ended: bool
) -> None:
    name, page = with_names(app), app.phone.page
    line.always(RECORDS, answer(503))
    record = app.report(photo(90))
    leave_on_the_account_page(page, ended)
    if not network:
        line.down()
    app.phone.open()
    if network:
        page.wait_for_url(lambda url: "/sign-in" in url)
    else:
        asks_for_a_network(app)
    assert name not in page.inner_text("body")
    assert app.phone.stores(app.who)["packs"] == []
    assert app.state(record) == "queued"
    line.up()
    line.clear()
    app.begin()
    app.delivers(record)
    assert server.held().records[record.id]["user_id"] == app.who


def test_the_app_in_another_tab_closes_when_it_is_looked_at(app: App) -> None:
    with_names(app)
    page, other = app.phone.page, app.phone.context.new_page()
    leave_on_the_account_page(other)
    page.evaluate("(document.dispatchEvent(new Event('visibilitychange')), null)")
    page.wait_for_url(lambda url: "/sign-in" in url)
    assert app.phone.stores(app.who)["packs"] == []
    other.close()


def test_killed_before_anything_is_forgotten_they_are_signed_out(app: App) -> None:
    with_names(app)
    page = app.phone.page
    page.evaluate(f"{STUCK}, gridops.signOut(), null")
    app.phone.until(f"{LEAVING}.then((id) => id === {app.who})")
    app.phone.reopen()
    app.phone.open()
    stays_out(app)


def test_killed_before_the_server_heard_of_it_they_are_signed_out(app: App, line: Line) -> None:
    with_names(app)
    line.once(SIGN_OUT, Fate(Kind.HOLD, seconds=120))
    before = len(line.told(SIGN_OUT))
    app.phone.page.evaluate("(gridops.signOut(), null)")
    app.phone.wait_for(lambda: len(line.told(SIGN_OUT)) > before)
    app.phone.kill()
    line.down()
    app.phone.switch_on()
    app.phone.open()
    asks_for_a_network(app)
    assert app.phone.stores(app.who)["packs"] == []
    line.up()
    app.try_again()
    stays_out(app)


def test_who_has_just_signed_in_is_signed_out_all_the_same(app: App) -> None:
    page = app.phone.page
    leave_on_the_account_page(page)
    page.goto("/sign-in?next=/field")
    page.fill("#username", app.name)
    page.fill("#password", PASSWORD)
    page.click("#sign-in button[type=submit]")
    app.phone.until(READY)
    page.evaluate("(gridops.signOut(), null)")
    stays_out(app)


@pytest.mark.parametrize("fate", [answer(503), answer(400), CAPTIVE], ids=["503", "400", "portal"])
def test_what_something_on_the_way_answers_is_no_sign_out(app: App, line: Line, fate: Fate) -> None:
    with_names(app)
    line.once(SIGN_OUT, fate)
    app.phone.page.evaluate("(gridops.signOut(), null)")
    asks_for_a_network(app)
    assert app.phone.page.evaluate(LEAVING) == app.who
    assert app.phone.stores(app.who)["packs"] == []
    app.try_again()
    stays_out(app)
    assert line.told(SIGN_OUT)[-1].status == 302


def test_it_goes_on_by_itself_once_the_server_is_heard_again(app: App, line: Line) -> None:
    with_names(app)
    line.down()
    app.phone.page.evaluate("(gridops.signOut(), null)")
    asks_for_a_network(app)
    line.up()
    stays_out(app)


def test_a_server_that_takes_no_more_is_not_asked_for_everything_again(app: App, line: Line) -> None:
    with_names(app)
    line.down()
    app.phone.page.evaluate("(gridops.signOut(), null)")
    asks_for_a_network(app)
    app.phone.page.evaluate("(globalThis.stands = true, null)")
    line.always("GET /field/pack/me", answer(429))
    before = len(line.told("GET /field/pack/me"))
    line.up()
    app.phone.wait_for(lambda: len(line.told("GET /field/pack/me")) >= before + 2)
    assert app.phone.page.evaluate("globalThis.stands")
    line.clear()
    stays_out(app)


def test_what_is_still_on_its_way_does_not_hold_up_who_leaves(app: App, line: Line) -> None:
    with_names(app)
    others = "GET /field/pack/(?!me)"
    line.always(others, Fate(Kind.HOLD, seconds=60))
    before = len(line.told(others))
    # As many as a browser asks for at once.
    app.phone.page.evaluate("(Array.from({ length: 8 }, () => gridops.refresh(['supervision'])), null)")
    app.phone.wait_for(lambda: len(line.told(others)) >= before + 6)
    app.phone.page.evaluate("(gridops.signOut(), null)")
    app.phone.page.wait_for_url(lambda url: "/sign-in" in url)
    line.clear()
    stays_out(app)


def test_a_sign_out_whose_answer_was_lost_is_one(app: App, line: Line) -> None:
    with_names(app)
    line.once(SIGN_OUT, LOSE_ANSWER)
    app.phone.page.evaluate("(gridops.signOut(), null)")
    stays_out(app)


def test_a_phone_too_full_to_keep_the_wish_says_that_it_was_not_done(app: App, line: Line) -> None:
    page, before = app.phone.page, len(line.told(SIGN_OUT))
    page.evaluate(
        """(IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }, null)"""
    )
    page.evaluate("gridops.signOut().then(() => null)")
    assert "没有退出" in page.locator("#toasts").inner_text()
    assert len(line.told(SIGN_OUT)) == before
    app.open()
    assert page.evaluate("gridops.store.userId") == app.who


def test_before_anyone_ever_signed_in_nothing_is_asked_that_nobody_may_have(
    playwright: Playwright, line: Line, tmp_path: Path
) -> None:
    line.clear()
    line.up()
    with Phone(playwright, tmp_path / "new", line.address) as phone:
        refused: list[str] = []
        phone.page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
        phone.page.goto("/field#/outings")
        phone.page.wait_for_url(lambda url: "/sign-in?next=%2Ffield%23%2Foutings" in url)
        assert (refused, phone.faults) == ([], [])
