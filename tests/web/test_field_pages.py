"""The street's pages through HTTP: reports and answers go through the gate of phone records, once, and lose nothing."""

import re

import pytest

from gridops.cases.rules.moves import Move, State
from gridops.core.db import reading
from gridops.evidence import queries as evidence
from gridops.intake import queries as intake
from gridops.web import hygiene, photos
from tests.evidence.pictures import picture
from tests.web.street import EAST_POINT, WEST_POINT, Street, file, hidden


def form(page, **more):
    """What the browser sends of an untouched report form, and what was filled in."""
    given = {
        "record_id": hidden(page, "record_id"),
        "captured_at": hidden(page, "captured_at"),
        "sent_at": "",
        "category": "event/0110",
        "lon": str(WEST_POINT[0]),
        "lat": str(WEST_POINT[1]),
        "accuracy_m": "12",
        "picked": "no",
        "description": "路边有垃圾",
    }
    return given | more


def number_of(receipt) -> str:
    """The number a receipt names."""
    found = re.search(r'receipt-number num">([0-9-]+)<', receipt.text)
    assert found, receipt.text
    return found.group(1)


def uses_of(case_id):
    with reading() as session:
        return evidence.links_for(session, "case", case_id)


def case_by(number):
    from gridops.cases.queries import by_number

    with reading() as session:
        return by_number(session, number)


def test_a_report_with_a_photo_gets_a_receipt_with_number_and_grid(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    answer = browser.post("/field/report", form(page, photo_before=file(picture(seed=1))))
    assert answer.status_code == 302
    receipt = browser.get(answer.location)
    assert "西社区" in receipt.text
    case = case_by(number_of(receipt))
    assert (case.state, case.description, case.place["accuracy_m"]) == (State.REPORTED, "路边有垃圾", 12)
    (use,) = uses_of(case.id)
    assert (use.role, use.album, use.linked_by) == ("before", False, street.people["inspector"])


def test_a_photo_from_the_album_is_marked(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    answer = browser.post("/field/report", form(page, album_before=file(picture(seed=2))))
    case = case_by(number_of(browser.get(answer.location)))
    assert [use.album for use in uses_of(case.id)] == [True]


def test_the_same_form_sent_twice_counts_once(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    sent = [browser.post("/field/report", form(page, photo_before=file(picture(seed=3)))) for _ in range(3)]
    assert len({answer.location for answer in sent}) == 1
    assert len(browser.get("/field/reports").text.split('class="job"')) == 2


def test_another_content_under_the_same_name_is_kept_for_a_person(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    assert browser.post("/field/report", form(page)).status_code == 302
    again = browser.post("/field/report", form(page, description="别的内容"))
    assert again.status_code == 409
    with reading() as session:
        assert intake.any_to_judge(session, street.root_id)


def test_without_scripts_a_grid_picked_by_hand_is_enough(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    given = form(page, lon="", lat="", accuracy_m="", picked="", grid=street.west)
    case = case_by(number_of(browser.get(browser.post("/field/report", given).location)))
    assert case.lon is None
    assert case.state is State.REPORTED


def test_a_point_picked_by_hand_keeps_the_fix_beside_it(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    given = form(page, picked="yes", fix_lon="119.9501", fix_lat="31.8501", fix_accuracy_m="80")
    case = case_by(number_of(browser.get(browser.post("/field/report", given).location)))
    assert case.place["picked"] is True
    assert case.place["fix"]["accuracy_m"] == 80


def test_a_faulty_form_comes_back_with_words_and_photos_kept(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    refused = browser.post("/field/report", form(page, category="", photo_before=file(picture(seed=4))))
    assert refused.status_code == 422
    assert "路边有垃圾" in refused.text
    assert "请选择类别" in refused.text
    kept = hidden(refused, "kept")
    answer = browser.post("/field/report", form(refused, kept=kept))
    case = case_by(number_of(browser.get(answer.location)))
    assert [use.sha256 for use in uses_of(case.id)] == [kept.partition("/")[0]]


def test_a_kept_photo_of_someone_else_is_not_taken(street: Street):
    browser, other = street.browser("inspector"), street.browser("eastern")
    page = browser.get("/field/report")
    refused = browser.post("/field/report", form(page, category="", photo_before=file(picture(seed=5))))
    page = other.get("/field/report")
    given = form(page, kept=hidden(refused, "kept"), lon=str(EAST_POINT[0]))
    case = case_by(number_of(other.get(other.post("/field/report", given).location)))
    assert uses_of(case.id) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"not a photo at all", "不是完好的照片"), (b"%PDF-1.7 a paper", "只收照片"), (b"", "请选择类别")],
)
def test_a_file_that_is_no_photo_is_refused_in_words(street: Street, content, told):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    category = "" if not content else "event/0110"
    # An empty file is what a browser sends for a photo that went away; it is no photo either.
    given = form(page, category=category, photo_before=file(content, "photo.jpg" if content else ""))
    refused = browser.post("/field/report", given)
    assert refused.status_code == 422
    assert told in refused.text


def test_a_point_outside_the_street_is_refused_where_the_place_is_asked(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    refused = browser.post("/field/report", form(page, lon="121.5", lat="31.2"))
    assert refused.status_code == 422
    assert "不在本辖区内" in refused.text


def test_the_place_is_named_before_sending(street: Street):
    browser = street.browser("inspector")
    assert "西社区" in browser.get("/field/place?lon=119.955&lat=31.855&accuracy_m=10").text
    near_border = browser.get("/field/place?lon=119.9599&lat=31.855&accuracy_m=50").text
    assert "西社区" in near_border
    assert "东社区" in near_border
    assert "不在本辖区内" in browser.get("/field/place?lon=0&lat=0").text
    for bad in ("lon=nan&lat=31", "lon=500&lat=31", "lat=31", "lon=1e999&lat=1"):
        assert browser.get(f"/field/place?{bad}").status_code == 422


def test_the_same_problem_close_by_is_offered_and_takes_the_photo(street: Street):
    first = street.report()
    browser = street.browser("inspector")
    near = browser.get(f"/field/nearby?lon={WEST_POINT[0]}&lat={WEST_POINT[1]}&category=event/0110")
    assert first.number in near.text
    other = browser.get(f"/field/nearby?lon={WEST_POINT[0]}&lat={WEST_POINT[1]}&category=event/0111")
    assert first.number not in other.text
    page = browser.get("/field/report")
    sent = form(page, same_as=first.number, self_handled="yes", photo_before=file(picture(seed=6)))
    receipt = browser.get(browser.post("/field/report", sent).location)
    assert first.number in receipt.text
    assert "补充证据" in receipt.text
    assert len(uses_of(first.id)) == 1


def test_self_handled_on_the_spot_ends_there(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    sent = form(page, self_handled="yes", photo_before=file(picture(seed=7)), photo_after=file(picture(seed=8)))
    case = case_by(number_of(browser.get(browser.post("/field/report", sent).location)))
    assert case.state is State.SELF_HANDLED
    assert sorted(use.role for use in uses_of(case.id)) == ["after", "before"]


def test_an_inspector_verifies_and_checks_what_lies_in_the_grid(street: Street):
    told = street.move(street.report("desk", source="hotline_12345"), Move.SEND_TO_VERIFY, "desk")
    checking = street.checking()
    browser = street.browser("inspector")
    home = browser.get("/field/plain")
    assert told.number in home.text
    assert checking.number in home.text
    page = browser.get(f"/field/cases/{told.number}")
    envelope = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")}
    bare = browser.post(f"/field/cases/{told.number}/verify", envelope)
    assert (bare.status_code, "请选择结果" in bare.text) == (422, True)
    true = {**envelope, "outcome": "true", "words": "属实", "photo_near": file(picture(seed=9))}
    receipt = browser.post(f"/field/cases/{told.number}/verify", true)
    assert receipt.status_code == 302
    assert street.now(told).verified is True
    page = browser.get(f"/field/cases/{checking.number}")
    envelope = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")}
    assert browser.post(f"/field/cases/{checking.number}/check", {**envelope, "outcome": "failed"}).status_code == 422
    failed = {**envelope, "outcome": "failed", "words": "还有残留", "photo_check": file(picture(seed=10))}
    assert browser.post(f"/field/cases/{checking.number}/check", failed).status_code == 302
    assert street.now(checking).state in (State.DISPATCHED, State.RECEIVED)
    assert [use.role for use in uses_of(checking.id)] == ["check"]


def test_a_handler_receives_feeds_back_asks_for_more_time_and_returns(street: Street):
    case, other = street.dispatched(), street.dispatched()
    browser = street.browser("handler")
    page = browser.get(f"/field/cases/{case.number}")
    version = hidden(page, "version")
    assert browser.post(f"/field/cases/{case.number}/receive", {"version": version}).status_code == 302
    stale = browser.post(
        f"/field/cases/{case.number}/return", {"version": version, "reason": "不属于本单位，写了很多字"}
    )
    assert stale.status_code == 409
    assert "不属于本单位，写了很多字" in stale.text
    page = browser.get(f"/field/cases/{case.number}")
    feedback = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")}
    nothing = browser.post(f"/field/cases/{case.number}/feedback", {**feedback, "photo_after": file(picture(seed=11))})
    assert nothing.status_code == 422
    done = {**feedback, "words": "已清理干净", "kept": hidden(nothing, "kept")}
    assert browser.post(f"/field/cases/{case.number}/feedback", done).status_code == 302
    assert street.now(case).state is State.HANDLED
    assert [use.role for use in uses_of(case.id)] == ["after"]
    page = browser.get(f"/field/cases/{other.number}")
    asked = {"version": hidden(page, "version"), "due": "2099-01-01T10:00", "reason": "需要设备"}
    assert browser.post(f"/field/cases/{other.number}/extension", asked).status_code == 302
    assert street.now(other).asked_due_at is not None
    page = browser.get(f"/field/cases/{other.number}")
    back = {"version": hidden(page, "version"), "reason": "属园林所"}
    assert browser.post(f"/field/cases/{other.number}/return", back).status_code == 302
    assert street.now(other).state is State.FILED


def test_an_answer_that_comes_too_late_is_held_and_says_so(street: Street):
    case = street.checking()
    browser = street.browser("inspector")
    page = browser.get(f"/field/cases/{case.number}")
    envelope = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")}
    street.move(case, Move.CHECK_PASSED, "inspector")
    answer = browser.post(f"/field/cases/{case.number}/check", {**envelope, "outcome": "passed"})
    assert "待人工判定" in browser.get(answer.location).text


def test_nobody_answers_a_case_out_of_sight(street: Street):
    case = street.checking()
    for who in ("eastern", "gardener", "stranger"):
        browser = street.browser(who)
        assert browser.get(f"/field/cases/{case.number}").status_code == 404
        envelope = {"record_id": "018f0000-0000-7000-8000-000000000000", "outcome": "passed"}
        assert browser.post(f"/field/cases/{case.number}/check", envelope).status_code == 404
    assert street.browser("inspector").post(f"/field/cases/{case.number}/nothing").status_code == 404


def test_a_receipt_is_its_senders_alone(street: Street):
    browser = street.browser("inspector")
    answer = browser.post("/field/report", form(browser.get("/field/report")))
    assert street.browser("eastern").get(answer.location).status_code == 404
    assert street.browser("desk").get(answer.location).status_code == 404


def test_hostile_forms_are_refused_and_store_nothing(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    for wrong in (
        {"record_id": "x"},
        {"record_id": ""},
        {"captured_at": "yesterday"},
        {"captured_at": "2999-01-01T00:00:00+08:00", "sent_at": "2000-01-01T00:00:00+08:00"},
        {"description": "长" * 2001},
        {"category": "event/9999"},
        {"category": "x" * 500},
        {"lon": "NaN"},
        {"grid": "nowhere", "lon": "", "lat": ""},
        {"same_as": "no such case"},
    ):
        answer = browser.post("/field/report", form(page, **wrong))
        assert answer.status_code == 422, (wrong, answer.status_code)
    assert "还没有上报" in browser.get("/field/reports").text


def test_who_reported_a_case_may_close_it_once_it_is_checked(street: Street):
    case = street.checking()
    street.move(case, Move.CHECK_PASSED, "inspector")
    browser = street.browser("inspector")
    page = browser.get(f"/field/cases/{case.number}")
    sent = {"version": hidden(page, "version")}
    assert browser.post(f"/field/cases/{case.number}/close", sent).status_code == 422
    sent["closing_condition"] = str(street.condition_id)
    assert browser.post(f"/field/cases/{case.number}/close", sent).status_code == 302
    assert street.now(case).state is State.CLOSED
    assert 'id="close"' not in street.browser("handler").get(f"/field/cases/{case.number}").text


def test_ends_of_lines_count_once_as_the_browser_counts_them(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    answer = browser.post("/field/report", form(page, description="字\r\n" * 999 + "字"))
    case = case_by(number_of(browser.get(answer.location)))
    assert case.description == "字\n" * 999 + "字"
    page = browser.get("/field/report")
    answer = browser.post("/field/report", form(page, description="字\r\n" * 1001))
    assert answer.status_code == 422
    assert "太长了" in answer.text


def test_words_that_are_too_long_are_told_so_in_the_readers_language(street: Street):
    case = street.dispatched()
    browser = street.browser("handler")
    page = browser.get(f"/field/cases/{case.number}")
    given = {name: hidden(page, name) for name in ("record_id", "captured_at")} | {"sent_at": ""}
    answer = browser.post(f"/field/cases/{case.number}/feedback", {**given, "words": "字" * 2001})
    assert answer.status_code == 422
    assert "太长了" in answer.text
    assert "should have" not in answer.text


def test_a_form_may_carry_as_many_full_photos_as_it_takes(app):
    most = photos.MOST * app.config["GRIDOPS"].photo_max_bytes
    assert app.config["MAX_CONTENT_LENGTH"] == most + hygiene.LARGEST_FORM_BYTES
