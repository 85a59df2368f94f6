"""首页: the big 上报 under the thumb, whom to call with one tap, what a screen reader is told of the place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gridops.core.db import transaction
from gridops.people.models import Unit, User
from tests.browser import PHONE
from tests.field.app import App
from tests.field.phone import Phone
from tests.field.server import Server

pytestmark = pytest.mark.browser
_INSIDE = "Object.defineProperty(navigator, 'userAgent', { get: () => 'Mozilla/5.0 MicroMessenger/8.0.50' })"
SMALL = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def numbers(server: Server) -> dict[str, str]:
    """Telephones of who leads, of the desk's unit and of the inspector's colleagues."""
    assert server.street is not None
    told = {name: f"138{server.people[name]:08d}" for name in ("desk", "leader", "eastern", "stranger")}
    with transaction() as session:
        for name, phone in told.items():
            session.get_one(User, server.people[name]).phone = phone
        session.get_one(User, server.people["desk"]).unit_id = server.street.other_unit_id
        session.get_one(Unit, server.street.other_unit_id).phone = "0519-85551234"
    return told


def big(page: Page, on: bool) -> None:
    """大字 or not."""
    page.evaluate(
        """(on) => import("/static/field/lib/device.js").then(async ({ device }) => {
          await device.set("big", on);
          (await import("/static/field/lib/theme.js")).paintTheme();
        })""",
        on,
    )


@pytest.mark.parametrize("where", ["#/", "#/report"])
def test_a_word_lies_over_no_big_button(app: App, where: str) -> None:
    page = app.phone.open(where)
    expect(page.locator(".thumb")).to_be_visible()
    if page.locator("dialog.camera").count():
        page.locator("dialog.camera .icon-button").first.click()
        page.locator("dialog").wait_for(state="detached")
    page.evaluate("gridops.toast('已保存', { seconds: 60 })")
    for far in (0, 99_999):
        page.evaluate("(far) => scrollTo(0, far)", far)
        page.wait_for_timeout(100)
        words, button = page.locator(".toast").bounding_box(), page.locator(".thumb .button").bounding_box()
        assert words is not None
        assert button is not None
        assert words["y"] + words["height"] <= button["y"]


def test_the_report_button_is_big_and_lies_under_the_thumb(app: App) -> None:
    page = app.phone.page
    button = page.locator("main").get_by_role("link", name="上报", exact=True)
    bar = page.get_by_role("navigation", name="主导航")

    def lies(height: int) -> None:
        box, below = button.bounding_box(), bar.bounding_box()
        assert box is not None
        assert below is not None
        assert box["height"] >= 64
        assert box["y"] >= height / 2
        assert box["y"] + box["height"] <= below["y"]

    lies(PHONE[1])
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the page ends above the bar"
    page.set_viewport_size(SMALL)
    big(page, True)
    lies(SMALL["height"])
    big(page, False)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    button.click()
    app.phone.until("gridops.at?.path === 'report'")


def test_who_leads_and_the_desks_unit_are_one_tap_away(app: App, numbers: dict[str, str]) -> None:
    page = app.phone.page
    app.phone.until("gridops.engine.running === null")
    page.evaluate("gridops.refresh(['phones']).then(() => 0)")
    calls = page.get_by_role("navigation", name="一键呼叫").get_by_role("link")
    expect(calls).to_have_count(3)
    found = [calls.nth(one).get_attribute("href") for one in range(3)]
    assert found == [f"tel:{numbers['desk']}", f"tel:{numbers['leader']}", "tel:0519-85551234"]
    expect(calls.nth(2)).to_contain_text("园林所")
    assert min(box["height"] for one in range(3) if (box := calls.nth(one).bounding_box())) >= 44
    page.evaluate("gridops.go('#/tasks')")
    app.phone.until("gridops.at?.path === 'tasks'")
    expect(calls).to_have_count(3)


def test_my_own_unit_is_called_before_another(app: App, server: Server, numbers: dict[str, str]) -> None:
    assert numbers
    with transaction() as session:
        mine = session.get_one(User, server.people["inspector"]).unit_id
        session.get_one(Unit, mine).phone = "0519-85550000"
    page = app.phone.page
    page.evaluate("gridops.refresh(['phones']).then(() => 0)")
    own = page.get_by_role("navigation", name="一键呼叫").get_by_role("link").nth(2)
    expect(own).to_contain_text("本单位")
    expect(own).to_have_attribute("href", "tel:0519-85550000")
    with transaction() as session:
        session.get_one(Unit, mine).phone = None


def fixed(phone: Phone, lon: float, lat: float, accuracy_m: int, shown: str) -> None:
    """The phone stands there, and home says so."""
    phone.stand_at(lon, lat, accuracy_m)
    expect(phone.page.locator("main .card").first).to_contain_text(shown)


def test_a_screen_reader_hears_of_another_grid_and_another_kind_of_fix_only(app: App) -> None:
    phone, page = app.phone, app.phone.page
    fixed(phone, 119.955, 31.855, 12, "误差约 12 米")
    heard = page.locator("main .card [role=status]")
    expect(heard).to_have_text("在我的网格里，西社区，定位准确")
    page.evaluate(
        """() => {
          globalThis.heard = [];
          const told = document.querySelector("main .card [role=status]");
          const note = () => heard.push(told.textContent);
          new MutationObserver(note).observe(told, { subtree: true, childList: true, characterData: true });
        }"""
    )
    for step, accuracy in enumerate((11, 9, 7, 6)):
        fixed(phone, 119.955 + step * 1e-5, 31.855, accuracy, f"误差约 {accuracy} 米")
    assert page.evaluate("heard") == []
    assert page.locator("main .card [role=status]").count() == 1, "what is seen is not read out as well"
    fixed(phone, 119.958, 31.857, 60, "误差约 60 米")
    expect(heard).to_have_text("在我的网格里，西社区，定位一般")
    fixed(phone, 119.965, 31.855, 50, "误差约 50 米")
    expect(heard).to_have_text("东社区，不是我的网格，定位一般")
    assert page.evaluate("heard.length") == 2
    phone.stand_at(119.955, 31.855)


def test_who_scans_a_code_with_another_app_is_told_to_open_the_browser_whatever_the_screen(app: App) -> None:
    said = "在微信、钉钉里不能可靠保存"
    assert said not in app.phone.page.locator("main").inner_text()
    page = app.phone.context.new_page()
    page.add_init_script(_INSIDE)
    for where in ("#/join/round/YC-1/abcdefgh", "#/report", "#/start"):
        page.goto("about:blank")
        page.goto(f"/field{where}")
        expect(page.locator("main .notice", has_text="请在浏览器打开")).to_contain_text(said)
    page.close()


def test_the_nearest_grid_is_as_near_as_the_server_is_set(app: App) -> None:
    app.phone.until("gridops.store.pack('grids').then(Boolean)")
    found = app.phone.page.evaluate(
        """async () => {
          const [{ device }, { territoryOf }] = await Promise.all(
            ["device", "ground"].map((name) => import(`/static/field/lib/${name}.js`)));
          const { data, at } = await gridops.store.pack("grids");
          const whole = { userId: 1, pack: async () => ({ at, data: { ...data, whole: true } }) };
          const me = device.get("user");
          const located = async (within) => {
            await device.set("user", { ...me, nearest_grid_within_m: within });
            const territory = await territoryOf(whole);
            const [west, south] = territory.bbox;
            return territory.locate(west + 0.002, south - 0.0027).grid !== null; // some 300 m outside
          };
          const said = [await located(me.nearest_grid_within_m), await located(200), await located(400)];
          await device.set("user", me);
          return said;
        }"""
    )
    assert found == [True, False, True]
