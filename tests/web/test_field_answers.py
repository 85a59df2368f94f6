"""Answers on the phone: the clock of who has the case in hand, and what a refused form says."""

import re
from datetime import timedelta

from sqlalchemy import update

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import transaction
from tests.evidence.pictures import picture
from tests.web.street import Street, file, hidden
from tests.web.test_field_pages import form


def in_hand(street: Street, hours: float):
    """A case with the unit that it is to have handled so many hours from now, well before the case itself is due."""
    case = street.dispatched()
    with transaction() as session:
        due = clock.now() + timedelta(hours=hours, minutes=30)
        session.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(handle_due_at=due, due_at=due + timedelta(days=9), runs_out_at=due + timedelta(days=9))
        )
    return case


def clocks(street: Street, case: Case) -> list[str]:
    """The clocks that the head of the case names at the desk."""
    page = street.browser("desk").get(f"/desk/cases/{case.number}").text
    return re.findall(r"</svg>((?:处置)?时限) ", page.split('class="case-lead"')[1].split("</p>")[0])


def test_a_handlers_tasks_count_down_to_his_own_deadline_and_stand_in_its_order(street: Street):
    later, sooner, late = in_hand(street, 6), in_hand(street, 3), in_hand(street, -2)
    browser = street.browser("handler")
    for path in ("/field/plain", "/field/tasks"):
        page = browser.get(path).text
        assert re.findall(r'href="/field/cases/([0-9-]+)"', page)[:3] == [late.number, sooner.number, later.number]
        assert re.findall(r"</svg>(处置时限 [^<]+)</span>", page)[0].startswith("处置时限 超")
    for path in ("/field/cases/", "/desk/cases/"):
        assert re.search(r"chip-late[^>]*>.{0,200}处置时限 超", browser.get(path + late.number).text, re.S), path
    # The desk sees both clocks, a case out of the unit's hands the whole deadline alone.
    head = (
        street.browser("desk").get(f"/desk/cases/{sooner.number}").text.split('class="case-lead"')[1].split("</p>")[0]
    )
    assert re.findall(r"</svg>((?:处置)?时限) ", head) == ["处置时限", "时限"]
    street.move(sooner, Move.FEEDBACK, "handler", words="已清理")
    head = (
        street.browser("desk").get(f"/desk/cases/{sooner.number}").text.split('class="case-lead"')[1].split("</p>")[0]
    )
    assert re.findall(r"</svg>((?:处置)?时限) ", head) == ["时限"]


def summary(page) -> list[str]:
    """The fields that the head of a refused page leads to, each of them there."""
    head = page.text.split('role="alert" tabindex="-1" autofocus>')[1].split("</ul>")[0]
    found = re.findall(r'href="#([a-z_]+)-problem"', head)
    assert all(page.text.count(f'id="{name}-problem"') == 1 for name in found), found
    return found


def test_a_refused_form_says_so_at_its_head_and_leads_to_each_fault(street: Street):
    checking, in_unit = street.checking(), street.dispatched()
    browser, handler = street.browser("inspector"), street.browser("handler")
    page = browser.get(f"/field/cases/{checking.number}")
    assert "autofocus" not in page.text
    given = {name: hidden(page, name) for name in ("record_id", "captured_at", "sent_at")}
    refused = browser.post(f"/field/cases/{checking.number}/check", {**given, "outcome": "failed"})
    assert summary(refused) == ["words"]
    assert refused.text.index("autofocus") < refused.text.index("case-state")
    # Two forms of the page ask for a reason: the one that was sent is told.
    refused = handler.post(f"/field/cases/{in_unit.number}/return", {"version": str(in_unit.version), "reason": ""})
    assert summary(refused) == ["reason"]
    refused = browser.post("/field/report", form(browser.get("/field/report"), category="", lon="", lat=""))
    assert summary(refused) == ["category", "location", "photos"]


def test_an_empty_report_asks_in_words_for_the_photo_and_one_that_needs_none_is_taken_without(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    empty = {"category": "", "lon": "", "lat": "", "description": ""}
    refused = browser.post("/field/report", form(page, **empty))
    assert summary(refused) == ["category", "location", "photos"]
    head, _, below = refused.text.partition("</ul>")
    assert "还没有现场照片：建议先拍照，类别要求照片的必须有" in head
    # What is led to stands above what is to be pressed.
    assert (
        below.index('id="photos-problem"') < below.index('name="photo_before"') < below.index('id="category-problem"')
    )
    browser.post("/language", {"language": "en"})
    refused = browser.post("/field/report", form(browser.get("/field/report"), **empty))
    assert "There is no photo yet" in refused.text.partition("</ul>")[0]
    with_photo = form(browser.get("/field/report"), photo_before=file(picture(seed=5)), **empty)
    assert summary(browser.post("/field/report", with_photo)) == ["category", "location"]
    assert browser.post("/field/report", form(browser.get("/field/report"))).status_code == 302


def test_a_receipt_without_photos_says_so(street: Street):
    browser = street.browser("inspector")
    page = browser.get("/field/report")
    assert '现场照片<span class="advised">（建议拍摄）' in page.text
    without = browser.get(browser.post("/field/report", form(page)).location).text
    assert "没有照片" in without
    assert "0 张" not in without
    sent = form(browser.get("/field/report"), photo_before=file(picture(seed=21)))
    assert "1 张，已送达" in browser.get(browser.post("/field/report", sent).location).text


def test_the_address_of_an_answer_leads_to_its_case(street: Street):
    case = street.dispatched()
    browser, desk = street.browser("handler"), street.browser("desk")
    assert browser.get(f"/field/cases/{case.number}/feedback").location == f"/field/cases/{case.number}"
    opened = desk.get(f"/desk/cases/{case.number}/dispatch?group=filed&number=x")
    assert opened.location == f"/desk/cases/{case.number}?group=filed&number=x"
    assert desk.get(opened.location).status_code == 200
    assert desk.get("/desk/dispatch").location == "/desk"
