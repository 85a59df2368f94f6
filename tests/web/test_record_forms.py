"""Forms that become records, by the one that registers a problem at the desk: once, whole, and nothing lost."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from gridops.cases.models import Case
from gridops.cases.rules.moves import State
from gridops.core.db import reading
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.intake import queries as intake
from gridops.web import hygiene, photos
from tests.evidence.pictures import picture
from tests.web.street import EAST_POINT, WEST_POINT, Street, file, hidden
from tests.webapp import Browser

FORM = "/desk/report"


def form(page: TestResponse, **more: Any) -> dict[str, Any]:
    """What the browser sends of an untouched form, and what was filled in."""
    given = {
        "record_id": hidden(page, "record_id"),
        "captured_at": hidden(page, "captured_at"),
        "sent_at": "",
        "source": "leader",
        "category": "event/0110",
        "lon": str(WEST_POINT[0]),
        "lat": str(WEST_POINT[1]),
        "picked": "yes",
        "description": "路边有垃圾",
    }
    return given | more


def sent(browser: Browser, **more: Any) -> TestResponse:
    """A form opened, filled in and sent."""
    return browser.post(FORM, form(browser.get(FORM), **more))


def case_of(answer: TestResponse) -> Case:
    """The case that an accepted form began."""
    assert answer.status_code == 302, answer.text
    with reading() as session:
        found = session.scalar(select(Case).where(Case.number == answer.location.rsplit("/", 1)[1]))
    assert found is not None
    return found


def uses_of(case: Case) -> list[Use]:
    with reading() as session:
        return evidence.links_for(session, "case", case.id)


def test_a_photo_belongs_to_its_case_and_one_from_the_album_is_marked(street: Street) -> None:
    browser = street.browser("desk")
    case = case_of(sent(browser, photo_before=file(picture(seed=1))))
    (use,) = uses_of(case)
    assert (case.state, use.role, use.album, use.linked_by) == (
        State.REPORTED,
        "before",
        False,
        street.people["desk"],
    )
    assert [use.album for use in uses_of(case_of(sent(browser, album_before=file(picture(seed=2)))))] == [True]


def test_the_same_form_sent_twice_counts_once(street: Street) -> None:
    browser = street.browser("desk")
    page = browser.get(FORM)
    answers = [browser.post(FORM, form(page, photo_before=file(picture(seed=3)))) for _ in range(3)]
    assert len({answer.location for answer in answers}) == 1
    with reading() as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_another_content_under_the_same_name_is_kept_for_a_person(street: Street) -> None:
    browser = street.browser("desk")
    page = browser.get(FORM)
    assert browser.post(FORM, form(page)).status_code == 302
    assert browser.post(FORM, form(page, description="别的内容")).status_code == 409
    with reading() as session:
        assert intake.any_to_judge(session, street.root_id)


def test_a_grid_picked_by_hand_is_enough(street: Street) -> None:
    case = case_of(sent(street.browser("desk"), lon="", lat="", picked="", grid=street.west))
    assert (case.lon, case.state) == (None, State.REPORTED)


def test_a_faulty_form_comes_back_with_words_and_photos_kept(street: Street) -> None:
    browser = street.browser("desk")
    refused = sent(browser, category="", photo_before=file(picture(seed=4)))
    assert refused.status_code == 422
    assert "路边有垃圾" in refused.text
    assert "请选择类别" in refused.text
    kept = hidden(refused, "kept")
    case = case_of(browser.post(FORM, form(refused, kept=kept)))
    assert [use.sha256 for use in uses_of(case)] == [kept.partition("/")[0]]


def test_a_kept_photo_of_someone_else_is_not_taken(street: Street) -> None:
    refused = sent(street.browser("desk"), category="", photo_before=file(picture(seed=5)))
    given = {"kept": hidden(refused, "kept"), "lon": str(EAST_POINT[0])}
    assert uses_of(case_of(sent(street.browser("eastern_desk"), **given))) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"not a photo at all", "不是完好的照片"), (b"%PDF-1.7 a paper", "只收照片"), (b"", "请选择类别")],
)
def test_a_file_that_is_no_photo_is_refused_in_words(street: Street, content: bytes, told: str) -> None:
    category = "" if not content else "event/0110"
    # An empty file is what a browser sends for a photo that went away; it is no photo either.
    photo = file(content, "photo.jpg" if content else "")
    refused = sent(street.browser("desk"), category=category, photo_before=photo)
    assert refused.status_code == 422
    assert told in refused.text


def test_the_place_is_named_before_sending(street: Street) -> None:
    browser = street.browser("desk")
    assert "西社区" in browser.get("/desk/place?lon=119.955&lat=31.855&accuracy_m=10").text
    near_border = browser.get("/desk/place?lon=119.9599&lat=31.855&accuracy_m=50").text
    assert "西社区" in near_border
    assert "东社区" in near_border
    assert "不在本辖区内" in browser.get("/desk/place?lon=0&lat=0").text
    assert browser.get("/desk/place").status_code == 404
    for bad in ("lon=nan&lat=31", "lon=500&lat=31", "lat=31", "lon=1e999&lat=1"):
        assert browser.get(f"/desk/place?{bad}").status_code == 422


def test_hostile_forms_are_refused_and_store_nothing(street: Street) -> None:
    browser = street.browser("desk")
    page = browser.get(FORM)
    for wrong in (
        {"record_id": "x"},
        {"record_id": ""},
        {"captured_at": "yesterday"},
        {"captured_at": "2999-01-01T00:00:00+08:00", "sent_at": "2000-01-01T00:00:00+08:00"},
        {"description": "长" * 2001},
        {"category": "event/9999"},
        {"category": "x" * 500},
        {"lon": "NaN"},
        {"lon": "121.5", "lat": "31.2"},
        {"grid": "nowhere", "lon": "", "lat": ""},
    ):
        answer = browser.post(FORM, form(page, **wrong))
        assert answer.status_code == 422, (wrong, answer.status_code)
    with reading() as session:
        assert session.scalars(select(Case)).all() == []


def test_ends_of_lines_count_once_as_the_browser_counts_them(street: Street) -> None:
    browser = street.browser("desk")
    assert case_of(sent(browser, description="字\r\n" * 999 + "字")).description == "字\n" * 999 + "字"
    refused = sent(browser, description="字\r\n" * 1001)
    assert refused.status_code == 422
    assert re.search("太长了", refused.text)
    assert "should have" not in refused.text


def test_a_form_may_carry_as_many_full_photos_as_it_takes(app: Flask) -> None:
    most = photos.MOST * app.config["GRIDOPS"].photo_max_bytes
    assert app.config["MAX_CONTENT_LENGTH"] == most + hygiene.LARGEST_FORM_BYTES
