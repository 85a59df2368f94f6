"""我的: the look and the language of the app, as people set them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from gridops.core import clock
from tests.field.app import App
from tests.field.hands import choose
from tests.field.line import Line
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser
SAID = "(n) => import('/static/field/lib/words.js').then(({ t }) => t('%(n)s 张', { n }))"
SPOKEN = """async (sentence) => {
  const { withTimes } = await import("/static/field/lib/ui.js");
  const { render } = await import("/static/field/lib/html.js");
  const place = document.createElement("p");
  render(withTimes(sentence), place);
  return place.textContent;
}"""
STATE = "gridops.store.pack('reports').then((kept) => kept.data.reports[0].state_name)"


def test_another_language_is_that_of_what_was_downloaded_too(app: App, server: Server) -> None:
    assert server.street is not None
    server.street.report()
    page = app.phone.page
    page.evaluate("gridops.refresh().then(() => 0)")
    chinese = page.evaluate(STATE)
    assert re.search("[一-鿿]", chinese)
    page.evaluate("gridops.go('#/settings')")
    choose(page, "语言", "English")
    page.get_by_role("heading", name="Display").wait_for()
    assert [page.evaluate(SAID, count) for count in (1, 2)] == ["1 photo", "2 photos"]
    app.phone.until(f"{STATE}.then((name) => !/[一-鿿]/.test(name))")
    choose(page, "Language", "中文")
    app.phone.until(f"{STATE}.then((name) => name === {chinese!r})")


def test_where_somebody_works_is_said_alike_and_room_in_gigabytes(app: App) -> None:
    page = app.phone.page
    areas = page.locator("section.card p.soft").first.inner_text()
    page.evaluate("gridops.go('#/settings')")
    expect(page.locator("dt:text-is('辖区') + dd")).to_have_text(areas)
    sizes = "import('/static/field/lib/checks.js').then(({ sizeOf }) => [820e6, 10_737e6].map(sizeOf))"
    assert page.evaluate(sizes) == ["820 MB", "10.7 GB"]


def test_a_time_in_a_sentence_of_the_server_is_said_as_the_app_says_times(app: App) -> None:
    whole = "2016-11-30 10:30"
    told = app.phone.page.evaluate(SPOKEN, f"时限 {whole}，之后 {whole}:07")
    assert told == "时限 2016年11月30日，之后 2016年11月30日"


def test_large_letters_and_the_dark_stay_through_the_phones_death_without_a_network(app: App, line: Line) -> None:
    app.installed()
    page = app.phone.page
    page.evaluate("gridops.go('#/settings')")
    page.get_by_label("大字模式").check()
    choose(page, "明暗", "深色")
    root = page.locator("html")
    expect(root).to_have_class(re.compile("big"))
    line.down()
    app.phone.reopen()
    app.open("#/settings")
    root = app.phone.page.locator("html")
    expect(root).to_have_class(re.compile("big"))
    expect(root).to_have_attribute("data-theme", "dark")
    line.up()
    app.phone.page.get_by_label("大字模式").uncheck()
    choose(app.phone.page, "明暗", "浅色")


def test_after_sunset_it_is_dark_from_the_first_start(
    playwright: Playwright, line: Line, server: Server, tmp_path: Path
) -> None:
    now = clock.local(clock.now())
    till_night = (now.replace(hour=23, minute=0) - now).total_seconds()
    with Phone(playwright, tmp_path / "own", line.address, clock_off_s=till_night) as phone:
        App(phone, server.people["inspector"], "inspector").begin("#/start")
        expect(phone.page.locator("html")).to_have_attribute("data-theme", "dark")
