"""What open lists ask each second: nothing where nothing is new, nothing of others, and no sign of life of a person."""

import re
from datetime import timedelta

from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.people.queries import lately
from tests.web.street import EAST_POINT, Street
from tests.webapp import Browser

UNASKED = {"X-Gridops-Unasked": "yes"}


def version(browser: Browser) -> str:
    """The version of the list a page shows."""
    return re.search(r'data-since="([0-9.]+)"', browser.get("/desk?group=all").text).group(1)


def test_a_list_is_told_what_changed_with_the_numbers_of_its_tabs(street: Street):
    case = street.report()
    browser = street.browser("desk")
    since = version(browser)
    same = browser.get(f"/desk/changes?since={since}", headers={"If-None-Match": f'"{since}"'})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", f'"{since}"')
    street.move(case, Move.ACCEPT, "desk")
    told = browser.get(f"/desk/changes?since={since}")
    found = told.get_json()
    assert (found["cases"], found["late"]) == ([case.id], 0)
    assert (found["tabs"]["to_accept"], found["tabs"]["to_file"]) == ("0", "1")
    assert told.headers["ETag"] == f'"{found["version"]}"'
    assert browser.get(f"/desk/changes?since={found['version']}").status_code == 304
    assert browser.get("/desk/changes").get_json()["version"] == found["version"]
    for wrong in ("?since=", "?since=1", "?since=x.y.z", "?since=1.1.99999"):
        assert browser.get(f"/desk/changes{wrong}").status_code == 422


def test_another_communitys_case_changes_nothing_for_a_supervisor(street: Street):
    case = street.report()
    browser = street.browser("eastern_desk")
    since = version(browser)
    street.move(case, Move.FILE, "desk", condition=street.condition_id)
    told = browser.get(f"/desk/changes?since={since}")
    assert (told.status_code, told.headers["ETag"]) == (304, f'"{since}"')
    own = street.report("eastern", EAST_POINT)
    found = browser.get(f"/desk/changes?since={since}").get_json()
    assert found["cases"] == [own.id]
    assert found["tabs"]["to_accept"] == "1"


def test_who_only_lets_the_page_ask_grows_idle(street: Street):
    start = clock.now()
    idle = street.app.config["IDLE_TIME"]
    with clock.set_to(start):
        asking, acting = street.browser("desk"), street.browser("desk")
        since = version(asking)
    with clock.set_to(start + idle - timedelta(minutes=1)):
        assert asking.get(f"/desk/changes?since={since}", headers=UNASKED).status_code == 304
        assert asking.get("/desk", headers=UNASKED).status_code == 200
        assert acting.get("/desk").status_code == 200
    with clock.set_to(start + idle + timedelta(minutes=1)):
        assert asking.get(f"/desk/changes?since={since}", headers=UNASKED).status_code == 302
        assert acting.get("/desk").status_code == 200


def test_who_helps_since_a_moment_is_told_whatever_their_process_kept_of_them(street: Street, monkeypatch):
    """Another process named the unit: this one still keeps the scope from before, and its clock stands."""
    led, own = street.dispatched(), street.dispatched()
    street.move(own, Move.JOIN, "desk", unit=street.other_unit_id, words="修剪树枝")
    browser = street.browser("gardener")
    since = version(browser)
    now = lately.time.monotonic()
    monkeypatch.setattr(lately.time, "monotonic", lambda: now)
    monkeypatch.setattr(lately, "forget", lambda: None)
    street.move(led, Move.JOIN, "desk", unit=street.other_unit_id, words="修剪树枝")
    street.move(own, Move.RECEIVE, "handler")
    found = browser.get(f"/desk/changes?since={since}").get_json()
    assert sorted(found["cases"]) == sorted((led.id, own.id))
    listed = browser.get("/desk?group=all").text
    assert led.number in listed
    assert own.number in listed
    assert browser.get(f"/desk/changes?since={found['version']}").status_code == 304
    street.move(led, Move.END_HELP, "desk", unit=street.other_unit_id, reason="不用了")
    assert browser.get(f"/desk/changes?since={found['version']}").get_json()["gone"] == [led.id]
