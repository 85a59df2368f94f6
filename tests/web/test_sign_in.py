import re
from datetime import timedelta

import pytest

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.people import queries, service
from gridops.people.rules import Role
from gridops.web.guards import safe_next
from tests.factories import at, make_grid, make_user
from tests.webapp import PASSWORD, PASSWORD_HASH, Browser


@pytest.fixture
def people(app):
    """username -> id of one person for each kind of first page."""
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道")
        made = {
            name: make_user(session, street, *roles, username=name, password_hash=PASSWORD_HASH)
            for name, roles in {
                "jd": [Role.INSPECTOR],
                "supervisor": [Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER],
                "editor": [Role.EDITOR],
                "leader": [Role.LEADER],
                "admin": [Role.ADMIN],
                "nobody": [],
            }.items()
        }
        return {name: user.id for name, user in made.items()}


@pytest.mark.parametrize(
    ("username", "first"),
    [
        ("jd", "/field"),
        ("supervisor", "/desk"),
        ("editor", "/bulletins"),
        ("leader", "/overview"),
        ("admin", "/admin"),
        ("nobody", "/account"),
    ],
)
def test_everyone_begins_where_their_work_is(browser, people, username, first):
    assert browser.sign_in(username).location == "/"
    assert browser.get("/").location == first


def test_a_wrong_password_says_no_more_than_that(browser, people):
    for name in ("admin", "no such name"):
        answer = browser.sign_in(name, "wrong")
        assert answer.status_code == 401
        assert "用户名或密码不正确" in answer.text
    assert browser.get("/admin").status_code == 302


def test_five_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(browser, people):
    with clock.set_to(at("2017-03-05 09:00")):
        for _ in range(5):
            assert browser.sign_in("admin", "wrong").status_code == 401
        locked = browser.sign_in("admin")
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 0
        assert "09:15" in locked.text
    with clock.set_to(at("2017-03-05 09:15")):
        assert browser.sign_in("admin").status_code == 302


def test_without_the_token_of_the_form_nothing_happens(browser, people):
    browser.get("/sign-in")
    browser.token = ""
    answer = browser.post("/sign-in", {"username": "admin", "password": PASSWORD})
    assert answer.status_code == 400
    assert "请刷新后再试" in answer.text
    assert browser.get("/admin").status_code == 302


def test_a_token_of_another_session_is_no_token(app, browser, people):
    other = Browser(app)
    other.get("/sign-in")
    browser.get("/sign-in")
    browser.token = other.token
    assert browser.post("/sign-in", {"username": "admin", "password": PASSWORD}).status_code == 400


def test_after_signing_in_one_is_where_one_wanted_to_be(browser, people):
    asked = browser.get("/admin/people?role=editor")
    assert asked.status_code == 302
    assert asked.location == "/sign-in?next=/admin/people?role%3Deditor"
    form = browser.get(asked.location)
    wanted = re.search(r'name="next" value="([^"]+)"', form.text).group(1)
    answer = browser.post("/sign-in", {"username": "admin", "password": PASSWORD, "next": wanted})
    assert answer.location == "/admin/people?role=editor"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%09/evil.example\t",
        "javascript:alert(1)",
        "",
        None,
        "desk",
        "/a\nb",
        "///evil",
        "http:/evil",
    ],
)
def test_next_leads_nowhere_else(browser, people, target):
    assert safe_next(target) is None
    answer = browser.sign_in("admin", next=target or "")
    assert answer.location == "/"


def test_next_keeps_paths_of_this_site():
    assert safe_next("/desk?state=filed&q=a:b") == "/desk?state=filed&q=a:b"


def test_signing_out_is_a_form_and_ends_the_session(browser, people):
    browser.sign_in("admin")
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/admin").status_code == 200
    out = browser.post("/sign-out")
    assert (out.location, out.headers["Clear-Site-Data"]) == ("/sign-in", '"cache"')
    assert browser.get("/admin").status_code == 302


def test_a_copy_of_the_cookie_of_a_session_signed_out_opens_nothing(app, browser, people):
    browser.sign_in("admin")
    other = Browser(app)
    other.sign_in("admin")
    copy = browser.client.get_cookie("gridops").value
    browser.post("/sign-out")
    browser.client.set_cookie("gridops", copy)
    assert browser.get("/admin").status_code == 302
    assert other.get("/admin").status_code == 200, "another device goes on"


def test_the_old_password_is_guessed_no_more_often_than_at_the_sign_in(browser, people):
    with clock.set_to(at("2017-03-05 09:00")):
        browser.sign_in("editor")
        browser.get("/account/password")
        new = "a new and long one"
        for _ in range(5):
            answer = browser.post("/account/password", {"old_password": "wrong", "password": new, "again": new})
            assert answer.status_code == 422
            assert "原密码不正确" in answer.text
        answer = browser.post("/account/password", {"old_password": PASSWORD, "password": new, "again": new})
        assert answer.status_code == 429
        assert "09:15" in answer.text
    with clock.set_to(at("2017-03-05 09:16")):
        answer = browser.post("/account/password", {"old_password": PASSWORD, "password": new, "again": new})
        assert answer.location == "/account"


def test_a_session_ends_when_nobody_uses_it(browser, people):
    start = at("2017-03-05 09:00")
    with clock.set_to(start):
        browser.sign_in("admin")
    for minute in (20, 40, 65):
        with clock.set_to(start + timedelta(minutes=minute)):
            assert browser.get("/admin").status_code == 200, minute
    with clock.set_to(start + timedelta(minutes=96)):
        assert browser.get("/admin").status_code == 302


def test_a_session_ends_after_half_a_day_however_busy(browser, people):
    start = at("2017-03-05 09:00")
    with clock.set_to(start):
        browser.sign_in("admin")
    for minute in range(20, 12 * 60 + 1, 20):
        with clock.set_to(start + timedelta(minutes=minute)):
            assert browser.get("/account").status_code == 200, minute
    with clock.set_to(start + timedelta(hours=12, minutes=1)):
        assert browser.get("/account").status_code == 302


@pytest.mark.parametrize("how", ["lock", "password", "sessions"])
def test_sessions_end_with_the_stamp_of_the_account(browser, people, how):
    browser.sign_in("editor")
    assert browser.get("/account").status_code == 200
    with transaction() as session:
        if how == "lock":
            service.set_active(session, people["editor"], False)
        elif how == "password":
            service.reset_password(session, people["editor"])
        else:
            person = queries.load_person(session, people["editor"])
            service.end_sessions(session, people["editor"], by=person)
    assert browser.get("/account").status_code == 302


def test_a_role_that_ends_closes_its_pages_at_once(browser, people):
    browser.sign_in("admin")
    assert browser.get("/admin").status_code == 200
    with transaction() as session:
        (held,) = queries.held_roles(session, [people["admin"]])
        service.end_role(session, held.id)
    assert browser.get("/admin").status_code == 403


def test_a_stolen_cookie_in_another_browser_is_worth_nothing(app, browser, people):
    browser.sign_in("admin")
    cookie = browser.client.get_cookie("gridops")
    thief = Browser(app, name="another browser")
    thief.client.set_cookie("gridops", cookie.value)
    assert thief.get("/admin").status_code == 302
    same = Browser(app, address="198.51.100.9")
    same.client.set_cookie("gridops", cookie.value)
    assert same.get("/admin").status_code == 200, "a phone changes its address with every mast"


def test_a_one_time_password_opens_only_the_page_to_change_it(browser, people):
    with transaction() as session:
        shown = service.reset_password(session, people["admin"])
    browser.sign_in("admin", shown)
    for path in ("/admin", "/", "/account"):
        assert browser.get(path).location == "/account/password"
    browser.get("/account/password")
    new = "a new and long one"
    wrong = {"old_password": shown, "password": new, "again": "another one, long"}
    assert browser.post("/account/password", wrong).status_code == 422
    assert browser.post("/account/password", {**wrong, "again": new}).location == "/account"
    assert browser.get("/admin").status_code == 200


def test_changing_the_password_ends_the_other_sessions_only(app, browser, people):
    other = Browser(app)
    other.sign_in("editor")
    browser.sign_in("editor")
    browser.get("/account/password")
    new = "a new and long one"
    browser.post("/account/password", {"old_password": PASSWORD, "password": new, "again": new})
    assert browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_signing_out_everywhere(app, browser, people):
    other = Browser(app)
    other.sign_in("editor")
    browser.sign_in("editor")
    assert browser.post("/account/end-sessions").location == "/sign-in"
    assert other.get("/account").status_code == 302


def test_the_session_begins_anew_with_the_sign_in(browser, people):
    browser.get("/sign-in")
    before = browser.token
    browser.sign_in("admin")
    browser.token = before
    assert browser.post("/sign-out").status_code == 400


def test_demo_accounts_are_offered_only_where_they_are(browser, people):
    page = browser.get("/sign-in").text
    assert "data-fill" not in page
    assert "演示账号只在载入演示数据" in page
    with transaction() as session:
        queries.account(session, people["jd"]).demo = True
    page = browser.get("/sign-in").text
    assert 'data-fill="jd"' in page
    assert "网格监督员" in page
    assert 'data-fill="admin"' not in page
    assert PASSWORD not in page


def test_the_language_is_chosen_by_browser_cookie_and_account(app, browser, people):
    assert '<html lang="zh-CN"' in browser.get("/sign-in").text
    assert '<html lang="en"' in browser.get("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert browser.post("/language", {"language": "en", "next": "/sign-in"}).location == "/sign-in"
    assert '<html lang="en"' in browser.get("/sign-in").text
    assert browser.post("/language", {"language": "xx"}).status_code == 422
    browser.sign_in("editor")
    browser.post("/language", {"language": "en"})
    with reading() as session:
        assert queries.account(session, people["editor"]).language == "en"
    elsewhere = Browser(app)
    elsewhere.sign_in("editor")
    assert '<html lang="en"' in elsewhere.get("/account").text


@pytest.mark.parametrize("name", ["", "x" * 5000, "' OR 1=1 --", "\ud800", "名" * 100])
def test_hostile_names_are_only_wrong(browser, people, name):
    data = {"username": name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "password": "x" * 2000}
    browser.get("/sign-in")
    assert browser.post("/sign-in", data).status_code == 401


def test_a_nul_character_is_refused_by_name(browser, people):
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"username": "a\x00b", "password": "x"})
    assert answer.status_code == 422
    assert "用户名" in answer.text
