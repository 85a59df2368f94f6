"""Photos that look wrong, through HTTP: found by the job, shown with both pictures, judged by a person, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from gridops.cases.service import faking
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.owed import pending
from gridops.tasks import jobs
from tests.evidence.pictures import picture
from tests.web.shots import attach
from tests.web.street import WEST_POINT, Street

AWAY = (WEST_POINT[0], WEST_POINT[1] + 400 / 111_320)


@pytest.fixture
def doubted(street: Street) -> tuple[Street, str, str]:
    """Two cases: the second one's photo is the first one's, taken 400 m away; the numbers of both."""
    first, second = street.checking(), street.checking()
    attach(street, first, "after", "handler", seed=7)
    attach(street, second, "after", "handler", seed=7, at=clock.now(), place=AWAY)
    with transaction() as session:
        faking.owe_comparison(session, second.id)
    jobs.compare_photos()
    with reading() as session:
        assert pending(session, faking.COMPARE) == []
    return street, first.number, second.number


def flags(page: str) -> list[str]:
    return re.findall(r'action="(/desk/flags/\d+)"', page)


def test_a_photo_that_looks_wrong_is_shown_before_the_check_and_judged_once(doubted: tuple[Street, str, str]) -> None:
    street, first, second = doubted
    desk = street.browser("desk")
    page = desk.get(f"/desk/cases/{second}").text
    assert "同一张照片曾用于其他案件" in page
    assert f"与 {first} 的照片是同一文件" in page
    assert "拍摄位置距案件位置 400 米" in page
    assert 'href="/desk/flags"' in desk.get("/desk").text
    same, away = flags(desk.get("/desk/flags").text)
    assert desk.post(same, {"verdict": "faked", "words": ""}).status_code == 422
    assert desk.post(same, {"verdict": "maybe"}).status_code == 422
    assert desk.post(same, {"verdict": "faked", "words": "与前案照片相同"}).status_code == 302
    assert desk.post(same, {"verdict": "genuine"}).status_code == 409
    assert flags(desk.get("/desk/flags").text) == [away]
    page = desk.get(f"/desk/cases/{second}").text
    assert "与前案照片相同" in page
    assert "照片疑点" not in desk.get(f"/desk/cases/{first}").text
    # Now it counts as faked, once, with its case behind the figure and behind its cell of the table.
    leader = street.browser("leader")
    assert "虚假整改数" in leader.get("/overview").text
    for row in ("", f"?row={street.west}"):
        assert re.findall(r"/desk/cases/([\d-]+)", leader.get(f"/overview/records/faked{row}").text) == [second]
    assert "/desk/cases/" not in leader.get(f"/overview/records/faked?row={street.east}").text


def test_who_handled_it_is_not_told_and_judges_nothing(doubted: tuple[Street, str, str]) -> None:
    street, _first, second = doubted
    handler = street.browser("handler")
    assert "照片疑点" not in handler.get(f"/desk/cases/{second}").text
    assert handler.get("/desk/flags").status_code == 403
    eastern = street.browser("eastern_desk")
    one = flags(street.browser("desk").get("/desk/flags").text)[0]
    assert flags(eastern.get("/desk/flags").text) == []
    assert eastern.post(one, {"verdict": "genuine"}).status_code == 404


def test_a_picture_whose_thumbnails_are_not_made_is_asked_for_again_later(street: Street) -> None:
    case = street.checking()
    attach(street, case, "after", "handler", seed=8, made=False)
    with transaction() as session:
        faking.owe_comparison(session, case.id)
    jobs.compare_photos()
    with reading() as session:
        assert pending(session, faking.COMPARE, until=clock.now()) == []
        assert [work.key for work in pending(session, faking.COMPARE)] == [str(case.id)]
    jobs.derive_pictures()
    with clock.set_to(clock.now() + timedelta(minutes=1)):
        jobs.compare_photos()
    with reading() as session:
        assert pending(session, faking.COMPARE) == []


def test_feedback_with_photos_from_the_phone_is_compared_and_a_stolen_picture_found(street: Street) -> None:
    photo = picture(size=(640, 480), seed=9)
    cases = [street.dispatched() for _ in range(2)]
    handler = street.browser("handler")
    for case in cases:
        sent = handler.record("feedback", {"case": case.number, "words": "已清理"}, photos={"after": photo})
        assert sent.status_code == 201, sent.text
    jobs.derive_pictures()
    jobs.compare_photos()
    desk = street.browser("desk")
    assert len(flags(desk.get("/desk/flags").text)) == 1
    assert f"与 {cases[0].number} 的照片是同一文件" in desk.get(f"/desk/cases/{cases[1].number}").text
