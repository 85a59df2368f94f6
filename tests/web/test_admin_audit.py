"""The search of the audit trail: by time, person, act and subject; who may; and what a search itself leaves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from gridops.audit import service as audit
from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.grids.rules import Level
from gridops.people.rules import Role
from tests.factories import at, make_grid, make_user
from tests.web.bulletin_steps import signed_in
from tests.webapp import PASSWORD_HASH


@pytest.fixture(autouse=True)
def place(app: Flask) -> dict[str, int]:
    """A street with an admin, an auditor, an auditor of one community, and sixty entries of May 2017."""
    with transaction() as session:
        street = make_grid(session, "S", name="龙虎塘街道")
        community = make_grid(session, "A", parent=street, level=Level.COMMUNITY)
        other = make_grid(session, "T")
        people = {
            name: make_user(session, street, role, grid=grid, username=name, password_hash=PASSWORD_HASH).id
            for name, role, grid in (
                ("keeper", Role.ADMIN, street),
                ("auditor", Role.AUDITOR, street),
                ("small", Role.AUDITOR, community),
                ("clerk", Role.INTAKE_CLERK, street),
            )
        }
        for number in range(60):
            with clock.set_to(at("2017-05-01 09:00") + timedelta(hours=number)):
                audit.record(
                    session, "case.file", "case", 1000 + number, actor_id=people["clerk"], root_id=street.id, seq=number
                )
        with clock.set_to(at("2017-05-09 09:00")):
            audit.record(session, "unit.create", "unit", 7, actor_id=people["keeper"], root_id=street.id)
            audit.record(session, "case.close", "case", 4242, root_id=other.id)
        return people


def subjects(page: str) -> list[str]:
    return re.findall(r"[?&;]subject=([^\"&]+)", page)


def test_entries_are_found_by_time_person_act_and_subject(app: Flask) -> None:
    auditor = signed_in(app, "auditor")
    assert set(subjects(auditor.get("/admin/audit?act=unit.").text)) == {"7"}
    assert set(subjects(auditor.get("/admin/audit?kind=case&subject=1005").text)) == {"1005"}
    by_person = auditor.get("/admin/audit?username=clerk&since=2017-05-01&until=2017-05-01").text
    assert set(subjects(by_person)) == {str(1000 + number) for number in range(15)}
    assert subjects(auditor.get("/admin/audit?username=keeper&act=case.").text) == []


def test_pages_follow_each_other_without_a_gap(app: Flask) -> None:
    auditor = signed_in(app, "auditor")
    found: list[str] = []
    path: str | None = "/admin/audit?act=case.file"
    while path:
        page = auditor.get(path).text
        found += subjects(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else None
    assert found == [str(1000 + number) for number in reversed(range(60))]


def test_another_streets_entries_and_parts_of_the_street_stay_out(app: Flask) -> None:
    assert "4242" not in signed_in(app, "keeper").get("/admin/audit?kind=case").text
    for name, status in (("keeper", 200), ("auditor", 200), ("small", 403), ("clerk", 403)):
        browser = signed_in(app, name)
        assert browser.get("/admin/audit").status_code == status, name
        assert browser.post("/admin/audit/verify").status_code == status, name
    assert "/admin/audit" in signed_in(app, "keeper").get("/admin").text


def test_a_search_leaves_an_entry_of_its_own(app: Flask, place: dict[str, int]) -> None:
    signed_in(app, "auditor").get("/admin/audit?act=unit.&username=keeper")
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "audit.read")).one()
    assert entry.actor_id == place["auditor"]
    assert entry.details == {"asked": {"act": "unit.", "actor_id": place["keeper"]}}


def test_the_chain_is_walked_on_request_and_a_change_is_found(app: Flask) -> None:
    with transaction() as session:
        audit.seal(session)
    auditor = signed_in(app, "auditor")
    assert "封存至" in auditor.get("/admin/audit").text
    assert "封存链完好" in auditor.post("/admin/audit/verify").text
    with transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.subject_id == "1003").values(act="case.close"))
    assert "封存链已断" in auditor.post("/admin/audit/verify").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2017-02-30", "应为日期"),
        ("since=2017-03-02&until=2017-03-01", "早于起始日期"),
        ("username=nobody", "没有这个人员"),
    ],
)
def test_a_wrong_question_is_shown_again_with_its_reason(app: Flask, query: str, words: str) -> None:
    answer = signed_in(app, "auditor").get(f"/admin/audit?{query}")
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=99999999999999999999", "act=%00%27", "subject=%25"])
def test_hostile_questions_are_answered(app: Flask, query: str) -> None:
    assert signed_in(app, "auditor").get(f"/admin/audit?{query}").status_code in (200, 422)
