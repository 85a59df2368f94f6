"""A day at the desk in a real browser: by keys alone, several at once, and what others change meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from gridops.cases.rules.moves import Move, State
from gridops.core import clock
from gridops.core.db import transaction
from gridops.supervision.models import Appeal
from gridops.supervision.rules import Against
from tests.browser import DESK, PHONE, chromium, overflows, page_of, sign_in, violations
from tests.web.street import EAST_POINT, Street

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as opened:
        yield opened


def at_the_desk(browser: Chromium, address: str, path: str, who: str = "desk") -> tuple[Page, list[str]]:
    page, complaints = page_of(browser, address, DESK)
    sign_in(page, who)
    page.goto(path)
    ready(page)
    return page, complaints


def ready(page: Page) -> None:
    """Wait until the page takes keys."""
    expect(page.locator("[data-keys]")).to_be_visible()


def press(page: Page, *keys: str) -> None:
    page.wait_for_load_state()  # a page that is still loading takes no keys
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """The number of the row that has the focus."""
    return str(page.evaluate("document.activeElement.closest('.row-case')?.querySelector('.num').textContent ?? ''"))


def test_a_shift_leader_works_by_keys_alone(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    first, second, third = (street.filed() for _ in range(3))
    page, complaints = at_the_desk(browser, address, "/desk?group=to_dispatch&sort=oldest")
    press(page, "j")
    assert focused(page) == first.number
    press(page, "j", "ArrowDown", "j", "k")
    assert focused(page) == second.number
    # what is typed into a field is typed, and Esc leaves the field
    press(page, "/", "j", "x")
    assert page.locator("#q").input_value() == "jx"
    press(page, "Escape", "x")
    expect(page.locator("[name=case]:checked")).to_have_count(1)
    press(page, "j", "X")
    expect(page.locator("[data-count]")).to_have_text("已选 2 件")
    press(page, "a")
    expect(page.locator("[data-count]")).to_have_text("已选 3 件")
    press(page, "?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    assert violations(page) == []
    press(page, "j", "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "k", "Control+b", "o")
    expect(page.locator(".case-lead")).to_contain_text(second.number)
    ready(page)
    # a letter opens a form and sends nothing; a modifier sends what is filled in
    press(page, "v")
    expect(page.locator("#void-reason")).to_be_focused()
    press(page, "Escape", "p")
    expect(page.locator("#move-dispatch :focus")).to_be_visible()
    page.locator("#dispatch-unit").select_option(label="环卫所")
    press(page, "Control+Enter")
    expect(page.locator(".notice-good")).to_contain_text("已派遣")
    ready(page)
    press(page, "n")
    expect(page.locator(".case-lead")).to_contain_text(third.number)
    ready(page)
    press(page, "u")
    expect(page.locator(".row-case")).to_have_count(2)
    assert (street.now(second).state, street.now(third).state) == (State.DISPATCHED, State.FILED)
    assert complaints == []


def test_what_another_changes_shows_by_itself(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    first, second, third = (street.filed() for _ in range(3))
    page, complaints = at_the_desk(browser, address, "/desk?group=to_dispatch&sort=oldest")
    press(page, "j", "j")
    street.move(first, Move.DISPATCH, "desk", unit=street.unit_id)
    expect(page.locator(".row-case")).to_have_count(2)
    expect(page.locator("[data-tab=handling]")).to_have_text("1")
    # the row that had the focus keeps it
    assert focused(page) == second.number
    # where something is ticked the list stays as it is, and says how much is new
    press(page, "x")
    street.move(third, Move.DISPATCH, "desk", unit=street.unit_id)
    expect(page.locator(".changes")).to_contain_text("有 1 件变化，按 r 刷新")
    expect(page.locator("[data-tab=handling]")).to_have_text("2")
    expect(page.locator(".row-case")).to_have_count(2)
    assert violations(page) == []
    press(page, "r")
    expect(page.locator(".row-case")).to_have_count(1)
    expect(page.locator(".changes")).to_be_hidden()
    assert focused(page) == second.number
    # who is signed out elsewhere is told so, once, and nothing more is asked
    page.context.clear_cookies()
    expect(page.locator(".changes")).to_contain_text("登录已过期")
    assert complaints == []


def test_possible_duplicates_are_read_by_a_key_and_stay_when_the_list_renews_itself(
    browser: Chromium, place: tuple[str, Street]
):
    address, street = place
    first, second = street.filed(), street.filed()
    page, complaints = at_the_desk(browser, address, "/desk?group=to_dispatch&sort=oldest")
    expect(page.locator(".same")).to_have_count(2)
    press(page, "j", "=")
    chip = page.locator(".same[open]")
    expect(chip).to_contain_text(second.number)
    expect(chip).to_contain_text("同一小类")
    assert focused(page) == first.number
    press(page, "Escape")
    expect(chip).to_have_count(0)
    page.locator(".same").first.evaluate("chip => { chip.dataset.shown = 'yes'; }")
    street.filed(at=EAST_POINT)
    expect(page.locator(".row-case")).to_have_count(3)
    expect(page.locator(".same[data-shown]")).to_have_count(1)  # the very one that was there
    assert focused(page) == first.number
    press(page, "=")
    chip.locator("[data-apart]").click()
    expect(page.locator(".same")).to_have_count(0)
    assert focused(page) == first.number
    assert complaints == []


def test_who_returned_a_case_hears_no_more_of_it_when_another_unit_gets_it(
    browser: Chromium, place: tuple[str, Street]
):
    address, street = place
    returned = street.dispatched()
    street.move(returned, Move.RETURN, "handler", reason="不归我所")
    page, complaints = at_the_desk(browser, address, "/desk?group=handling", "handler")
    lists: list[str] = []
    page.on("request", lambda asked: lists.append(asked.url) if "/desk?" in asked.url else None)
    with page.expect_response(lambda answer: "/desk/changes" in answer.url and answer.status == 200) as told:
        street.move(returned, Move.DISPATCH, "desk", unit=street.other_unit_id, words="请接收")
    assert told.value.json()["gone"] == [returned.id]
    with page.expect_response(lambda answer: "/desk/changes" in answer.url and answer.status == 304):
        pass
    assert (lists, complaints) == ([], [])


def test_beside_the_list_one_works_through_case_after_case(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    first, second, third = (street.filed() for _ in range(3))
    page, complaints = at_the_desk(browser, address, "/desk?group=to_dispatch&sort=oldest")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/peek") else None)
    shown = page.locator(".peek")
    press(page, "j", "j", "j")
    expect(shown).to_have_attribute("data-number", third.number)
    assert len(asked) == 1  # who runs through the rows asks for the last one alone
    # a letter typed at once waits for the case it is meant for
    press(page, "k", "k", "p")
    expect(shown).to_have_attribute("data-number", first.number)
    expect(page.locator("#dispatch-unit")).to_be_focused()
    assert violations(page) == []
    page.locator("#dispatch-unit").select_option(label="环卫所")
    press(page, "Control+Enter")
    expect(page.locator("[data-said]")).to_contain_text(f"已派遣：{first.number}")
    expect(page.locator(".row-done")).to_contain_text(first.number)
    assert violations(page) == []
    expect(shown).to_have_attribute("data-number", second.number)
    assert focused(page) == second.number
    # what is refused stays, with what was written; nothing of the list moves
    page.locator("#dispatch-unit").select_option(label="园林所")
    street.move(second, Move.DISPATCH, "desk", unit=street.unit_id)
    page.locator("#move-dispatch button").click()
    expect(page.locator("[data-said]")).to_contain_text("案件已有新的办理，没有保存")
    expect(page.locator(".peek .moves")).to_contain_text("催办")
    assert street.now(first).unit_id == street.now(second).unit_id == street.unit_id
    page.locator(".peek h2 a").focus()
    press(page, "Escape")
    expect(page.locator("[data-pane]")).to_be_hidden()
    page.set_viewport_size({"width": 1100, "height": 800})
    press(page, "j")
    page.wait_for_timeout(300)
    expect(page.locator("[data-pane]")).to_be_hidden()
    assert [told for told in complaints if "409" not in told] == []


def test_a_merge_names_the_other_case_before_it_is_confirmed(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    lead, again = street.filed(), street.filed(at=EAST_POINT)
    page, complaints = at_the_desk(browser, address, f"/desk/cases/{again.number}")
    asked: list[str] = []

    def answer(yes: bool) -> None:
        page.once("dialog", lambda put: (asked.append(put.message), put.accept() if yes else put.dismiss()))

    press(page, "m")
    page.locator("#move-merge input:not([type=hidden])").last.fill(lead.number)
    answer(False)
    with page.expect_event("dialog"):
        page.locator("#move-merge button[type=submit]").click()
    assert street.now(again).state is State.FILED
    answer(True)
    press(page, "Control+Enter")
    expect(page.locator(".notice-good")).to_contain_text(f"已并案：{again.number}")
    assert len(asked) == 2
    assert f"确定将 {again.number} 并入 {lead.number}？" in asked[0]
    assert "相距 946 米" in asked[0]
    # Where nobody answers it is asked as before: a merge is never made unasked.
    other = street.filed()
    page.goto(f"/desk/cases/{other.number}")
    page.route("**/merge/into?*", lambda route: route.abort())
    page.locator("#move-merge summary").click()
    page.locator("#move-merge input[name=into]").first.check()
    answer(False)
    with page.expect_event("dialog"):
        page.locator("#move-merge button[type=submit]").click()
    assert (asked[2], street.now(other).state) == ("确定并案？", State.FILED)
    assert [told for told in complaints if "ERR_FAILED" not in told] == []


def test_longer_words_of_english_stay_apart_in_a_row(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    street.report()
    page, complaints = at_the_desk(browser, address, "/desk?group=to_accept")
    page.locator("form[action='/language'] button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    state, due = page.locator(".row-state .chip"), page.locator(".row-due .chip")
    due.evaluate("(chip) => { chip.lastChild.textContent = 'Overdue by 23 h 59 min'; }")
    left, right = state.bounding_box(), due.bounding_box()
    whole = page.locator(".row-case").bounding_box()
    assert left
    assert right
    assert whole
    assert left["x"] + left["width"] < right["x"]
    assert right["x"] + right["width"] < whole["x"] + whole["width"]
    assert complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_places_of_the_bar_never_lie_over_each_other(browser: Chromium, place: tuple[str, Street], language: str):
    address, _ = place
    page, _ = at_the_desk(browser, address, "/desk")
    if language == "en":
        page.locator("form[action='/language'] button").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    over = "(all) => all.some((one) => one.scrollWidth > one.clientWidth + 1)"
    hidden = "(bar) => bar.scrollWidth > bar.clientWidth"
    for width in (1440, 1401, 1200, 1081, 1000, 900):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.locator(".bar-places .bar-place").evaluate_all(over), width
        assert not page.locator(".bar-places").evaluate(hidden), width


def test_an_address_without_a_break_makes_no_page_wider(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    long = street.filed(address="A" * 200)
    page, _ = at_the_desk(browser, address, "/desk?group=to_dispatch")
    for path in ("/desk?group=to_dispatch", f"/desk/cases/{long.number}"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(path)
            assert not overflows(page), (path, width)


@pytest.mark.parametrize("dark", [False, True])
def test_the_table_of_moves_is_read_on_a_phone_without_scrolling_sideways(
    browser: Chromium, place: tuple[str, Street], dark: bool
):
    address, _ = place
    page, complaints = page_of(browser, address, PHONE, dark=dark)
    sign_in(page, "desk")
    page.goto("/desk/moves")
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll-x')].every((one) => one.scrollWidth <= one.clientWidth)"
    )
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="结案", exact=True))
    expect(row.get_by_role("cell")).to_have_count(5)  # it writes nothing to the case
    labels = "(cells) => cells.map((cell) => getComputedStyle(cell, '::before').content)"
    assert row.get_by_role("cell").evaluate_all(labels) == ['"办理前"', '"办理后"', '"由谁办理"', '"须填"', '"计时"']
    assert violations(page) == []
    assert complaints == []


def test_paper_as_narrow_as_a_phone_bears_no_buttons(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    page, _ = at_the_desk(browser, address, f"/desk/cases/{street.filed().number}")
    page.set_viewport_size({"width": 720, "height": 1000})
    expect(page.locator(".case-bar")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".case-bar")).to_be_hidden()


def test_on_a_phone_the_tab_of_a_list_is_in_sight(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    street.dispatched()
    page, complaints = page_of(browser, address, PHONE)
    sign_in(page, "desk")
    for group in ("soon", "overdue", "to_accept"):
        page.goto(f"/desk?group={group}")
        expect(page.locator(".side-tab[aria-current]")).to_be_in_viewport(ratio=1)
    assert complaints == []


def test_several_are_reminded_by_keys_and_each_is_answered(browser: Chromium, place: tuple[str, Street]):
    address, street = place
    cases = [street.dispatched() for _ in range(3)]
    page, complaints = at_the_desk(browser, address, "/desk?group=handling&sort=oldest")
    bulk = page.locator("[data-bulk]")
    expect(bulk).to_be_hidden()
    press(page, "j", "x", "j", "x")
    expect(page.locator("[data-count]")).to_have_text("已选 2 件")
    press(page, "B")
    expect(bulk.locator("[name=words]")).to_be_focused()
    page.keyboard.type("请今天处置完")
    press(page, "Control+Enter")
    expect(page.locator("h1")).to_have_text("批量催办结果")
    expect(page.locator(".result .chip-good")).to_have_count(2)
    expect(page.locator(".result-not")).to_have_count(0)
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator(".row-case")).to_have_count(len(cases))
    assert complaints == []


def test_appeals_are_decided_by_keys_and_what_was_refused_is_there_again(
    browser: Chromium, place: tuple[str, Street]
) -> None:
    address, street = place
    for _ in range(2):
        appealed(street)
    page, _complaints = at_the_desk(browser, address, "/desk/supervision/appeals")
    press(page, "j", "Enter")
    expect(page.locator("summary[aria-keyshortcuts=d]")).to_be_visible()
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    first = page.url
    press(page, "d", "Escape")
    page.fill("#decide-why", "系统日志可证")
    press(page, "Control+Enter")
    expect(page.locator(".refused")).to_be_visible()
    # Back to what was refused, and again: nothing is asked, and nothing typed is lost.
    page.goto("/desk")
    page.go_back()
    expect(page.locator("#decide-why")).to_have_value("系统日志可证")
    page.reload()
    expect(page.locator("#decide-why")).to_have_value("系统日志可证")
    assert page.url == first
    page.locator(".segment", has_text="申诉成立").first.click()
    page.locator("#do-decide button[type=submit]").click()
    expect(page.locator(".notice-good")).to_be_visible()
    expect(page.locator("a[aria-keyshortcuts=n]")).to_be_visible()
    press(page, "n")
    expect(page.locator("summary[aria-keyshortcuts=d]")).to_be_visible()
    assert page.url != first


def appealed(street: Street) -> None:
    """A case whose unit appeals against its being overdue."""
    case = street.dispatched()
    now = clock.now()
    with transaction() as session:
        session.add(
            Appeal(
                root_id=street.root_id, case_id=case.id, unit_id=street.unit_id, against=Against.OVERDUE,
                marked_at=now, at=now, by_id=street.people["handler"], reason="系统故障", due_at=now, recorded_at=now,
            )
        )  # fmt: skip
