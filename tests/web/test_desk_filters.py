"""Filters of the queue kept under a name: one's own, with what they find now, and no more than fit."""

import re

from gridops.cases.service.keeping import MOST_KEPT
from tests.web.street import EAST_POINT, Street


def kept(page) -> dict[str, str]:
    """Name -> id of the filters above a list."""
    found = re.findall(r'<span>([^<]+)</span><span class="num side-count" data-kept="(\d+)">', page.text)
    return dict(found)


def test_a_filter_is_kept_counted_opened_and_dropped(street: Street):
    street.dispatched()
    street.report("eastern", EAST_POINT)
    browser = street.browser("desk")
    answer = browser.post("/desk/filters", {"name": " 在途 ", "query": "group=handling&sort=due&nonsense=1"})
    assert answer.headers["Location"] == "/desk?group=handling&sort=due"
    browser.post("/desk/filters", {"name": "飞龙路", "query": "group=all&q=飞龙"})
    browser.post("/desk/filters", {"name": "上报", "query": "group=all"})
    page = browser.get("/desk?group=handling&sort=due")
    assert list(kept(page)) == ["在途", "飞龙路", "上报"]
    assert re.search(r'href="/desk\?group=handling&amp;sort=due" aria-current="page"', page.text)
    ids = kept(page)
    # words are looked for, not counted
    assert browser.get("/desk/filters/counts").get_json() == {ids["在途"]: "1", ids["上报"]: "2"}
    # the same name is the same filter
    browser.post("/desk/filters", {"name": "上报", "query": "group=to_accept"})
    assert browser.get("/desk/filters/counts").get_json()[ids["上报"]] == "1"
    dropped = browser.post(f"/desk/filters/{ids['上报']}/delete", {"query": "group=to_accept"})
    assert dropped.headers["Location"] == "/desk?group=to_accept"
    assert list(kept(browser.get("/desk"))) == ["在途", "飞龙路"]


def test_nobody_sees_or_drops_the_filters_of_another(street: Street):
    own, other = street.browser("desk"), street.browser("eastern_desk")
    own.post("/desk/filters", {"name": "甲", "query": "group=all"})
    (filter_id,) = kept(own.get("/desk")).values()
    assert kept(other.get("/desk")) == {}
    assert other.get("/desk/filters/counts").get_json() == {}
    assert other.post(f"/desk/filters/{filter_id}/delete").status_code == 404
    street.report()
    other.post("/desk/filters", {"name": "甲", "query": "group=all"})
    assert list(other.get("/desk/filters/counts").get_json().values()) == ["0"]
    assert list(own.get("/desk/filters/counts").get_json().values()) == ["1"]


def test_what_cannot_be_kept_is_refused(street: Street):
    browser = street.browser("desk")
    for name, query in (("", "group=all"), ("长" * 31, "group=all"), ("甲", "group=x"), ("甲", "unit=x")):
        assert browser.post("/desk/filters", {"name": name, "query": query}).status_code == 422
    for n in range(MOST_KEPT):
        assert browser.post("/desk/filters", {"name": f"第 {n}", "query": "group=all"}).status_code == 302
    assert browser.post("/desk/filters", {"name": "再一个", "query": "group=all"}).status_code == 409
    assert browser.post("/desk/filters", {"name": "第 0", "query": "group=overdue"}).status_code == 302
    assert len(kept(browser.get("/desk"))) == MOST_KEPT
