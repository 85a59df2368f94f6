"""What a person judges: held records, and two contents under one name."""

import re

from gridops.cases.queries.lookups import by_record
from gridops.cases.rules.moves import Move
from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.evidence.queries import links_for
from gridops.grids.models import Grid
from gridops.intake import queries as intake
from gridops.intake import service as gate
from gridops.intake.forms import parse_record
from gridops.people.rules import Role
from gridops.web.photos import Limits
from tests.evidence.pictures import picture
from tests.factories import make_user
from tests.web.street import Street, file
from tests.web.test_record_forms import FORM, form
from tests.webapp import PASSWORD_HASH, Browser


def held(street: Street) -> str:
    """A check that came too late: kept for a person."""
    case = street.checking()
    street.move(case, Move.CHECK_PASSED, "inspector")
    name = str(uuid7())
    now = "2026-01-01T00:00:00+08:00"
    payload = {
        "type": "check",
        "captured_at": now,
        "sent_at": now,
        "device": "phone",
        "body": {"case": case.number, "outcome": "passed", "words": "手机上说通过"},
        "attachments": [],
    }
    record = parse_record(payload, name, Limits(1, 1))
    with transaction() as session:
        gate.take(session, street.person("inspector"), name, record, payload)
    return name


def clerk(street: Street) -> Browser:
    """Somebody else at the desk: nobody judges what they sent themselves."""
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        street.people["clerk"] = make_user(
            session, root, Role.INTAKE_CLERK, username="clerk", password_hash=PASSWORD_HASH
        ).id
    return street.browser("clerk")


def test_a_held_record_is_judged_by_a_person(street: Street):
    name = held(street)
    browser = street.browser("desk")
    page = browser.get("/desk/records")
    assert "手机上说通过" in page.text
    assert "待判定记录" in browser.get("/desk").text
    assert browser.post(f"/desk/records/{name}/again").status_code == 302
    assert "仍不能生效" in browser.get("/desk/records").text
    assert browser.post(f"/desk/records/{name}/aside", {"reason": ""}).status_code == 422
    assert browser.post(f"/desk/records/{name}/aside", {"reason": "已有核查"}).status_code == 302
    assert "待判定记录" not in browser.get("/desk").text
    assert browser.post(f"/desk/records/{name}/aside", {"reason": "再来"}).status_code == 409
    assert street.browser("stranger").post(f"/desk/records/{name}/again").status_code == 404
    with reading() as session:
        assert not intake.any_to_judge(session, street.root_id)


def test_a_held_incident_is_read_with_persons_masked(street: Street):
    name, now = str(uuid7()), "2026-01-01T00:00:00+08:00"
    body = {"kind": "referred", "agency": "urban_management", "to_agency": "区市场监管局", "party": "钱多多"}
    body |= {"officers": ["李队@urban_management#苏D001"], "premises": {"name": "乙五金店"}, "deadline": None}
    payload = {"type": "incident", "captured_at": now, "sent_at": now, "device": "phone", "body": body}
    with transaction() as session:
        # A handler does not go out with the joint force: kept for a person.
        gate.take(session, street.person("handler"), name, parse_record(payload, name, Limits(1, 1)), payload)
    page = street.browser("desk").get("/desk/records").text
    for shown in ("执法措施", "钱**", "李*", "乙五金店", "区市场监管局"):
        assert shown in page
    for hidden_ in ("钱多多", "李队", "苏D001"):
        assert hidden_ not in page
    assert street.browser("desk").post(f"/desk/records/{name}/aside", {"reason": "重复"}).status_code == 302


def test_whoever_judges_holds_the_role_for_the_place(street: Street):
    name = held(street)
    phone = clerk(street)
    given = form(phone.get(FORM), lon="", lat="", grid=street.west)
    for words in ("第一份", "第二份"):
        phone.post(FORM, {**given, "description": words})
    dispute = re.search(r"/desk/records/disputes/([0-9]+)", street.browser("desk").get("/desk/records").text).group(0)
    east = street.browser("eastern_desk")
    page = east.get("/desk/records")
    assert "手机上说通过" not in page.text
    assert "第二份" not in page.text
    assert "待判定记录" not in east.get("/desk").text
    assert east.post(f"/desk/records/{name}/again").status_code == 404
    assert east.post(f"/desk/records/{name}/aside", {"reason": "x"}).status_code == 404
    assert east.post(dispute, {"verdict": "first_stands", "reason": "x"}).status_code == 404


def test_a_second_content_under_one_name_is_judged_by_a_person(street: Street):
    phone = clerk(street)
    given = form(phone.get(FORM), lon="", lat="", grid=street.west)
    assert phone.post(FORM, {**given, "description": "第一份"}).status_code == 302
    assert phone.post(FORM, {**given, "description": "第二份"}).status_code == 409
    browser = street.browser("desk")
    page = browser.get("/desk/records")
    assert "第二份" in page.text
    assert "第一份" in page.text, "nobody judges between two contents by seeing one"
    dispute = re.search(r"/desk/records/disputes/([0-9]+)", page.text).group(0)
    assert browser.post(dispute, {"verdict": "maybe", "reason": "x"}).status_code == 422
    assert browser.post(dispute, {"verdict": "both_stand", "reason": ""}).status_code == 422
    assert browser.post(dispute, {"verdict": "both_stand", "reason": "两处不同"}).status_code == 302
    assert "第二份" in "".join(browser.get(f"/desk?group=all&q={word}").text for word in ("第二份",))


def test_both_contents_are_shown_with_their_case_and_what_has_come(street: Street):
    phone = clerk(street)
    given = form(phone.get(FORM), lon="", lat="", grid=street.west)
    for words, shot in (("第一份", picture()), ("第二份", picture(size=(70, 50)))):
        phone.post(FORM, {**given, "description": words, "photo_before": file(shot)})
    with reading() as session:
        case = by_record(session, given["record_id"])
        assert case is not None
        (use,) = links_for(session, "case", case.id)
    page = street.browser("desk").get("/desk/records").text
    first, second = page[page.index("先到的一份") :].split("后到的一份")
    assert f"/desk/cases/{case.number}" in first
    assert f"/api/v1/evidence/{use.id}/" in first
    assert "第一份" in first
    assert "第二份" in second
    assert "image/jpeg" in second
