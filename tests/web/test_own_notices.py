"""The bell, the page of my notices, and how I want to be told."""

from __future__ import annotations

import re

from gridops.cases.rules.moves import Move
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.notices import service as hooks
from gridops.notices.forms import HookForm
from gridops.notices.queries import people as queries
from gridops.notices.rules import HookKind, Occasion
from gridops.notices.rules.personal import Choice, DigestHours, Mail
from gridops.notices.service import people as service
from gridops.people.rules import Role
from gridops.tasks import jobs
from tests.factories import make_grid, make_user
from tests.web.street import Street
from tests.webapp import PASSWORD_HASH


def bell(page: str) -> str:
    found = re.search(r'data-bell="(\d+)"', page)
    assert found
    return found.group(1)


def test_the_bell_counts_what_was_not_read_and_a_notice_leads_to_its_case(street: Street) -> None:
    first, second = street.dispatched(), street.dispatched()
    jobs.tell_people()
    handler = street.browser("handler")
    assert bell(handler.get("/desk").text) == "2"
    page = handler.get("/notices").text
    assert page.index(second.number) < page.index(first.number), "the newest first"
    ids = re.findall(r"/notices/(\d+)/read", page)
    opened = handler.post(f"/notices/{ids[0]}/read", {"open": "yes"})
    assert opened.headers["Location"] == f"/desk/cases/{second.number}"
    assert bell(handler.get("/desk").text) == "1"
    away = handler.post(f"/notices/{ids[-1]}/read", {"back": "//elsewhere.cn"})
    assert away.headers["Location"] == "/notices"
    street.move(first, Move.REMIND, "desk")
    jobs.tell_people()
    handler.post("/notices/read")
    page = handler.get("/notices").text
    assert (bell(page), page.count("told-new")) == ("0", 0)


def test_nobody_reads_or_counts_the_notices_of_others(street: Street) -> None:
    case = street.dispatched()
    jobs.tell_people()
    (notice_id, *_) = re.findall(r"/notices/(\d+)/read", street.browser("handler").get("/notices").text)
    for who in ("gardener", "eastern_desk", "stranger"):
        other = street.browser(who)
        page = other.get("/notices").text
        assert (bell(page), case.number in page) == ("0", False), who
        assert other.post(f"/notices/{notice_id}/read").status_code == 404


def test_of_a_case_that_went_to_others_its_old_reader_is_told_no_more_than_that(street: Street) -> None:
    case = street.dispatched(address="盘龙路17号")
    jobs.tell_people()
    handler = street.browser("handler")
    assert case.number in handler.get("/notices").text
    street.move(case, Move.RETURN, "handler", reason="不归我所")
    street.move(case, Move.DISPATCH, "desk", unit=street.other_unit_id)
    page = handler.get("/notices").text
    row = page.partition('class="told-row')[2].partition("</li>")[0]
    assert "案件已不在您的范围内" in row
    assert not [word for word in (case.number, "西社区", "暴露垃圾", 'name="open"') if word in row]
    (notice_id,) = set(re.findall(r"/notices/(\d+)/read", page))
    assert handler.post(f"/notices/{notice_id}/read", {"open": "yes"}).headers["Location"] == "/notices"
    assert bell(handler.get("/notices").text) == "0"


def test_a_reporter_in_the_street_is_led_to_the_app(street: Street) -> None:
    case = street.dispatched()
    street.move(case, Move.VOID, "desk", reason="重复上报")
    jobs.tell_people()
    inspector = street.browser("inspector")
    (notice_id, *_) = re.findall(r"/notices/(\d+)/read", inspector.get("/notices").text)
    opened = inspector.post(f"/notices/{notice_id}/read", {"open": "yes"})
    assert opened.headers["Location"] == f"/field#/tasks/{case.number}"


def test_each_person_chooses_for_each_kind(street: Street) -> None:
    handler = street.browser("handler")
    page = handler.get("/account").text
    assert 'name="bell-dispatched" value="yes"' in page
    assert 'name="bell-returned"' not in page, "of that only dispatchers are told"
    kinds = re.findall(r'name="mail-(\w+)"', page)
    form = {f"mail-{kind}": "none" for kind in kinds} | {"hour": "7", "email": "", "mail-dispatched": "digest"}
    refused = handler.post("/account/notices", form)
    assert (refused.status_code, "要收邮件，请填写邮箱" in refused.text) == (422, True)
    assert handler.post("/account/notices", {**form, "email": "wang@@x"}).status_code == 422
    kept = handler.post("/account/notices", {**form, "email": "wang@example.cn", "workdays_only": "yes"})
    assert kept.status_code == 302
    user_id = street.people["handler"]
    with transaction() as session:
        assert queries.choices_of(session, user_id, [Occasion.DISPATCHED]) == {
            Occasion.DISPATCHED: Choice(False, Mail.DIGEST)
        }
        assert queries.hours_of(session, user_id) == DigestHours(7, True)
    assert "wang@example.cn" in handler.get("/account").text
    street.dispatched()
    jobs.tell_people()
    assert bell(handler.get("/desk").text) == "0"


def test_an_admin_finds_who_was_told_what_and_when_by_the_number_of_the_case(street: Street) -> None:
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        for name, where in (("admin", root), ("far", make_grid(session, "T", west=110.0))):
            make_user(session, where, Role.ADMIN, username=name, password_hash=PASSWORD_HASH)
        hooks.set_hook(session, root.id, HookForm(None, HookKind.JSON, "https://localhost:1/x"), actor_id=1)
        by_mail = {Occasion.DISPATCHED: Choice(True, Mail.DIGEST)}
        service.set_choices(session, street.person("handler"), by_mail, DigestHours(), "wang@example.cn")
    case, other = street.dispatched(), street.dispatched()
    jobs.tell_people()
    page = street.browser("admin").get(f"/admin/notices/told?number={case.number}").text
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if "新派遣" in row]
    words = [re.sub(r"<[^>]*>|\s+", " ", row) for row in rows]
    ways = [next(way for way in ("群消息", "站内提醒", "邮件") if way in row) for row in words]
    assert sorted(ways) == sorted(["群消息", "站内提醒", "邮件"])
    assert [("handler" in row, "未读" in row, "待发送" in row) for row in words if "站内提醒" in row] == [
        (True, True, False)
    ]
    assert "wang@example.cn" not in page
    assert other.number in street.browser("admin").get("/admin/notices/told").text
    assert case.number not in street.browser("far").get("/admin/notices/told").text
    found = street.browser("far").get(f"/admin/notices/told?number={case.number}").text
    assert "新派遣" not in found
    assert street.browser("desk").get("/admin/notices/told").status_code == 403
