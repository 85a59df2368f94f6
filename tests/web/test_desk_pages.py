"""The desk's pages through HTTP: queue, case with its moves, several at once, telephone reports, records to judge."""

import re

import pytest

from gridops.cases.queries import by_number
from gridops.cases.rules.moves import Move, State, moves_of
from gridops.cases.rules.names import MOVE_LETTERS, MOVE_NAMES
from gridops.core.db import reading
from gridops.people.rules import Role
from tests.evidence.pictures import picture
from tests.web.street import DESK, EAST_POINT, Street, file, hidden


def numbers(page) -> list[str]:
    """The numbers of the rows of a queue."""
    return re.findall(r'class="row-open" href="/desk/cases/([0-9-]+)[?"]', page.text)


def test_the_queue_has_tabs_with_counts_and_says_why_each_is_here(street: Street):
    reported, filed, at_unit = street.report(), street.filed(), street.dispatched()
    browser = street.browser("desk")
    assert numbers(browser.get("/desk")) == [reported.number]
    page = browser.get("/desk?group=to_dispatch")
    assert numbers(page) == [filed.number]
    assert "等待派遣" in page.text
    page = browser.get("/desk?group=handling")
    assert numbers(page) == [at_unit.number]
    assert "环卫所" in page.text
    assert set(numbers(browser.get("/desk?group=all"))) == {reported.number, filed.number, at_unit.number}


def test_who_sends_a_returned_case_reads_why_and_nobody_is_chosen_for_them(street: Street):
    case = street.move(street.dispatched(), Move.RETURN, "handler", reason="不归我所")
    browser = street.browser("desk")
    assert "单位退件，等待重新派遣" in browser.get("/desk?group=to_dispatch").text
    page = browser.get(f"/desk/cases/{case.number}").text
    form = page[page.index('id="move-dispatch"') :].partition("</details>")[0]
    assert "环卫所已退件：不归我所" in form
    assert " checked" not in form


def test_filters_stand_in_the_address_and_narrow_the_list(street: Street):
    west, east = street.report(address="飞龙路"), street.report("eastern", EAST_POINT, description="井盖缺失")
    phone = street.report("desk", source="hotline_12345", source_number="A-1")
    at_unit = street.dispatched()
    browser = street.browser("desk")
    with reading() as session:
        from gridops.grids import queries as grids

        grid_id = grids.tree(session).by_code[street.east].grid_id
    for query, wanted in (
        ("q=飞龙", {west}),
        ("q=井盖", {east}),
        (f"q={west.number}", {west}),
        (f"grid={grid_id}", {east}),
        ("source=hotline_12345", {phone}),
        (f"unit={street.unit_id}", {at_unit}),
        ("state=dispatched", {at_unit}),
        ("class=event/01", {west, east, phone, at_unit}),
        ("from=2099-01-01", set()),
        ("due=overdue", set()),
        ("mine=yes", {phone}),
    ):
        page = browser.get(f"/desk?group=all&{query}")
        assert set(numbers(page)) == {case.number for case in wanted}, query


# What the names of an address are called.
CALLED = {"group": "分组", "sort": "排序", "state": "状态", "unit": "处置单位", "grid": "网格", "class": "大类",
          "source": "来源", "from": "开始", "to": "结束", "due": "时限", "after": "页码"}  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["group=x", "sort=x", "state=x", "unit=x", "unit=-1", "grid=9999999999999999999999", "class=01", "class=x/01",
     "source=x", "from=yesterday", "to=9999-99-99", "due=x", "after=x", "after=" + "A" * 500],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused_by_name(street: Street, query):
    answer = street.browser("desk").get(f"/desk?{query}")
    assert answer.status_code == 422
    told = re.sub(r"<[^>]+>", "", answer.text)
    assert f"{CALLED[query.partition('=')[0]]}：" in told
    assert "<code>" not in answer.text


def test_pages_lead_on_and_back(street: Street, monkeypatch):
    cases = [street.report() for _ in range(5)]
    from gridops.cases.queries import listing

    monkeypatch.setitem(listing.queue.__kwdefaults__, "limit", 2)
    browser = street.browser("desk")

    def link(page, rel):
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page.text)
        return found.group(1).replace("&amp;", "&") if found else None

    first = browser.get("/desk?group=all")
    second = browser.get(link(first, "next"))
    third = browser.get(link(second, "next"))
    shown = [numbers(page) for page in (first, second, third)]
    assert [number for page in shown for number in page] == [case.number for case in reversed(cases)]
    assert link(first, "prev") is None
    assert link(third, "next") is None
    assert numbers(browser.get(link(third, "prev"))) == shown[1]
    assert numbers(browser.get(link(second, "prev"))) == shown[0]


def test_after_a_move_one_stays_on_the_case_and_goes_on_to_the_next_of_the_list(street: Street):
    first, second, third = (street.filed(address="飞龙路") for _ in range(3))
    street.filed(address="晋陵路")
    browser = street.browser("desk")

    def links(page) -> dict[str, str]:
        return {
            rel: url.replace("&amp;", "&") for rel, url in re.findall(r'rel="(prev|next)" href="([^"]+)"', page.text)
        }

    rows = browser.get("/desk?group=to_dispatch&q=飞龙&sort=oldest")
    assert numbers(rows) == [first.number, second.number, third.number]
    opened = re.search(rf'href="(/desk/cases/{second.number}[^"]+)"', rows.text).group(1).replace("&amp;", "&")
    page = browser.get(opened)
    assert first.number in links(page)["prev"]
    assert third.number in links(page)["next"]
    action = re.search(r'action="([^"]+/dispatch[^"]*)"', page.text).group(1).replace("&amp;", "&")
    typed = {"version": hidden(page, "version"), "unit_other": str(street.unit_id)}
    moved = browser.get(browser.post(action, typed).headers["Location"])
    assert f"已派遣：{second.number}" in moved.text
    assert re.search(rf'notice-next" href="/desk/cases/{third.number}', moved.text)
    assert third.number in links(moved)["next"]
    assert "next" not in links(browser.get(links(moved)["next"]))
    assert not links(browser.get(f"/desk/cases/{second.number}"))


def test_what_no_clock_runs_for_says_how_long_it_waits_and_the_longest_comes_first(street: Street):
    old, new = street.report(), street.report()
    page = street.browser("desk").get("/desk?group=to_accept&sort=due")
    assert numbers(page) == [old.number, new.number]
    assert "待受理 不到 1 分" in page.text
    assert "等待最久" in page.text


def test_a_search_says_how_far_it_has_looked_and_goes_on(street: Street, monkeypatch):
    from gridops.cases.queries import searching, words

    monkeypatch.setattr(words, "MOST", -1)  # as where no index tells
    sought = street.report(address="飞龙路")
    for _ in range(3):
        street.report(address="晋陵路")
    monkeypatch.setattr(searching, "WINDOW", 2)
    monkeypatch.setattr(searching, "FIRST_WINDOW", 2)
    browser = street.browser("desk")
    page = browser.get("/desk?group=all&q=飞龙")
    assert numbers(page) == [sought.number]
    assert "还没有查" not in page.text
    monkeypatch.setattr(searching, "SEARCH_SECONDS", -1)
    page = browser.get("/desk?group=all&q=飞龙")
    assert numbers(page) == []
    assert "更早上报的还没有查" in page.text
    onward = re.search(r'rel="next" href="([^"]+)"[^>]*>继续查找', page.text).group(1).replace("&amp;", "&")
    assert numbers(browser.get(onward)) == [sought.number]
    assert numbers(browser.get(f"/desk?group=all&q={sought.number[-6:]}")) == [sought.number]


def test_a_handler_is_not_shown_tabs_that_are_not_his(street: Street):
    street.dispatched()
    page = street.browser("handler").get("/desk")
    assert "group=handling" in page.text
    assert "group=to_accept" not in page.text
    assert "group=to_accept" in street.browser("desk").get("/desk").text


def test_the_list_is_exported_as_it_is_narrowed(street: Street):
    case, other = street.report(description="=1+1"), street.filed()
    answer = street.browser("desk").get("/desk/cases.csv?group=to_accept")
    assert answer.mimetype == "text/csv"
    assert case.number in answer.text
    assert other.number not in answer.text
    assert ",=1+1" not in answer.text


def test_a_case_goes_from_report_to_closing_on_its_page(street: Street):
    case = street.report()
    desk = street.browser("desk")

    def make(browser, move, **fields):
        page = browser.get(f"/desk/cases/{case.number}")
        answer = browser.post(f"/desk/cases/{case.number}/{move}", {"version": hidden(page, "version"), **fields})
        assert answer.status_code == 302, (move, answer.text)

    page = desk.get(f"/desk/cases/{case.number}")
    assert 'id="move-accept"' in page.text
    assert 'id="move-dispatch"' not in page.text
    make(desk, "accept")
    make(desk, "file", condition=str(street.condition_id))
    page = desk.get(f"/desk/cases/{case.number}")
    assert "4 工作时" in page.text
    assert "到期" in page.text
    make(desk, "dispatch", unit="", unit_other=str(street.unit_id))
    make(street.browser("handler"), "receive")
    street.move(case, Move.FEEDBACK, "handler", words="已清理")
    make(desk, "send_to_check")
    street.move(case, Move.CHECK_PASSED, "inspector")
    make(desk, "close", closing_condition=str(street.condition_id))
    page = desk.get(f"/desk/cases/{case.number}")
    assert street.now(case).state is State.CLOSED
    for words in ("上报", "受理", "立案", "派遣至 环卫所", "接收", "反馈", "送核查", "核查通过", "结案"):
        assert words in page.text


def test_a_form_without_what_it_needs_is_refused_at_its_field(street: Street):
    case = street.filed()
    browser = street.browser("desk")
    version = hidden(browser.get(f"/desk/cases/{case.number}"), "version")
    for move, fields in (
        ("dispatch", {"version": version}),
        ("dispatch", {"version": version, "unit": "999999"}),
        ("dispatch", {"unit": str(street.unit_id)}),
        ("suspend", {"version": version, "reason": "等苗木", "suspension": "set_date"}),
        ("suspend", {"version": version, "reason": "x", "suspension": "nothing"}),
        ("void", {"version": version, "reason": " "}),
        ("void", {"version": version, "reason": "字" * 501}),
        ("merge", {"version": version, "into": case.number}),
        ("merge", {"version": version, "into": "20170101-000001"}),
        ("recategorise", {"version": version, "category": "0"}),
    ):
        assert browser.post(f"/desk/cases/{case.number}/{move}", fields).status_code == 422, (move, fields)
    assert (
        browser.post(f"/desk/cases/{case.number}/close", {"version": version, "closing_condition": "1"}).status_code
        == 409
    )
    assert browser.post(f"/desk/cases/{case.number}/report", {"version": version}).status_code == 404
    assert browser.post(f"/desk/cases/{case.number}/nothing", {"version": version}).status_code == 404
    assert street.now(case).state is State.FILED


def test_who_may_not_is_told_and_who_does_not_see_finds_nothing(street: Street):
    case = street.filed()
    version = str(street.now(case).version)
    leader = street.browser("leader")
    page = leader.get(f"/desk/cases/{case.number}")
    assert page.status_code == 200
    assert 'id="move-' not in page.text
    sent = {"version": version, "unit": str(street.unit_id)}
    assert leader.post(f"/desk/cases/{case.number}/dispatch", sent).status_code == 403
    for who in ("stranger", "gardener"):
        browser = street.browser(who)
        assert browser.get(f"/desk/cases/{case.number}").status_code == 404
        assert browser.post(f"/desk/cases/{case.number}/dispatch", sent).status_code == 404
    assert street.browser("inspector").get(f"/desk/cases/{case.number}").status_code == 403


def test_several_are_dispatched_at_once_each_answered_by_itself(street: Street):
    first, second, third = street.filed(), street.filed(), street.report()
    browser = street.browser("desk")
    browser.get("/desk?group=to_dispatch")
    sent = {"case": [*street.ticks(first, second, third), "999999.1"], "unit": str(street.unit_id)}
    answer = browser.post("/desk/dispatch", sent)
    assert answer.status_code == 200
    assert [street.now(case).state for case in (first, second, third)] == [
        State.DISPATCHED,
        State.DISPATCHED,
        State.REPORTED,
    ]
    assert answer.text.count("未派遣") == 2
    assert "不能派遣" in answer.text
    assert browser.post("/desk/dispatch", {"unit": str(street.unit_id)}).status_code == 422
    assert browser.post("/desk/dispatch", {"case": street.ticks(third)}).status_code == 422
    assert street.browser("handler").post("/desk/dispatch", sent).status_code == 403


def test_the_answer_to_many_names_each_case_its_place_and_its_unit(street: Street):
    gone, taken = street.filed(address="盘龙路口"), street.dispatched(address="飞龙路东侧")
    browser = street.browser("desk")
    browser.get("/desk?group=to_dispatch")
    sent = {"case": [*street.ticks(gone, taken), "999999.1"], "unit": str(street.other_unit_id)}
    answer = browser.post("/desk/dispatch", sent)
    first, second, third = re.findall(r'<li class="result.*?</li>', answer.text, re.DOTALL)
    for told, case, words in (
        (first, gone, ("盘龙路口", "已派遣", "派往：园林所")),
        (second, taken, ("飞龙路东侧", "未派遣", "案件已派遣，不能派遣", "现在：环卫所")),
    ):
        assert f'href="/desk/cases/{case.number}"' in told
        assert [word for word in ("暴露垃圾", *words) if word not in told] == []
    assert "不在您的管辖范围内" in third
    assert "<a " not in third


def test_a_problem_told_by_telephone_is_registered_once(street: Street):
    browser = street.browser("desk")
    page = browser.get("/desk/report")
    given = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")} | {
        "source": "hotline_12345",
        "source_number": "CZ-2017-1",
        "category": "event/0110",
        "grid": street.east,
        "description": "群众来电反映垃圾",
        "photo_before": file(picture(seed=20)),
    }
    missing = browser.post("/desk/report", {**given, "description": "", "category": "", "source": "inspector"})
    assert missing.status_code == 422
    assert "CZ-2017-1" in missing.text
    given |= {"photo_before": file(picture(seed=20))}
    answer = browser.post("/desk/report", given)
    given |= {"photo_before": file(picture(seed=20))}
    again = browser.post("/desk/report", given)
    assert answer.status_code == again.status_code == 302
    assert answer.location == again.location
    with reading() as session:
        case = by_number(session, answer.location.rpartition("/")[2])
    assert (case.source, case.source_number, case.state) == ("hotline_12345", "CZ-2017-1", State.REPORTED)
    page = browser.get(answer.location)
    assert 'id="move-send_to_verify"' in page.text
    assert 'id="move-accept"' not in page.text
    assert street.browser("handler").get("/desk/report").status_code == 403


def test_the_help_names_the_key_of_every_move_that_the_person_ever_has(street: Street):
    for who, roles in (("desk", DESK), ("handler", (Role.HANDLER,))):
        page = street.browser(who).get("/desk").text
        told = dict(re.findall(r"<dt><kbd>([^<]+)</kbd></dt><dd>([^<]+)</dd>", page[page.index('id="keys"') :]))
        own = moves_of(frozenset(roles))
        for move, letter in MOVE_LETTERS.items():
            assert (MOVE_NAMES[move] in told.get(letter, "").split("、")) is (move in own), (who, move, letter)
