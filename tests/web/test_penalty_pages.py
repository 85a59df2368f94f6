"""Penalties at the desk, from opening to the last payment; refusals name the article; persons are masked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from gridops.audit.models import AuditEntry
from gridops.catalogue.models import LegalBasis
from gridops.core.db import reading, transaction
from gridops.grids.models import Grid, GridVersion
from gridops.penalties import queries
from gridops.penalties.models import Penalty
from gridops.penalties.rules import Stage
from tests.penalties.world import Street, make_street, visit
from tests.web.test_english import Seen, chinese_in
from tests.webapp import PASSWORD_HASH, Browser
from tests.workbooks import in_both_forms


@dataclass
class Desk:
    """The street with a browser for each of its people."""

    app: Flask
    street: Street
    opened: dict[str, Browser] = field(default_factory=dict)

    def __getitem__(self, who: str) -> Browser:
        if who not in self.opened:
            self.opened[who] = Browser(self.app)
            assert self.opened[who].sign_in(getattr(self.street, who).username).status_code == 302
        return self.opened[who]

    def open(self, **other: str) -> int:
        form = {"party": "某餐饮店", "party_kind": "organisation", "opened_at": "2026-10-12T10:00"}
        form |= {"act_at": "2026-10-10T20:00", "basis_id": str(self.street.basis.id)} | other
        answer = self["officer"].post("/desk/penalties/new", form)
        assert answer.status_code == 302, answer.text
        return int(answer.location.rpartition("/")[2])

    def make(self, who: str, penalty_id: int, step: str, status: int = 302, **form: str | list[str]) -> str:
        """Send a form of the page as it stands now; the page that answers."""
        given = {"version": str(penalty(penalty_id).version), **form}
        answer = self[who].post(f"/desk/penalties/{penalty_id}/{step}", given)
        assert answer.status_code == status, (answer.status_code, answer.text[-2000:])
        return answer.text


@pytest.fixture
def desk(app: Flask) -> Desk:
    with transaction() as session:
        return Desk(app, make_street(session, PASSWORD_HASH))


def penalty(penalty_id: int) -> Penalty:
    with reading() as session:
        return queries.penalty(session, penalty_id)


DECISION: dict[str, Any] = {
    "at": "2026-10-26T10:00",
    "decided_by": "龙虎塘街道办事处",
    "decision_no": "常龙罚〔2026〕1号",
    "kinds": ["warning", "fine"],
    "fine": "2000",
    "surcharge_stated": "true",
}


def test_a_penalty_from_opening_to_its_end(desk: Desk) -> None:
    number = desk.open()
    page = desk["officer"].get(f"/desk/penalties/{number}").text
    assert "作出决定之前须告知" in page
    assert 'id="do-tell"' in page
    assert 'id="do-waive"' not in page  # the head's
    desk.make("officer", number, "tell", at="2026-10-13T10:00")
    officers = f"{desk.street.officer.username};{desk.street.second.username}"
    assert "第四十二条" in desk.make("head", number, "decide", 422, **DECISION)
    desk.make("officer", number, "decide", 403, **DECISION, officers=officers)
    desk.make("head", number, "decide", **DECISION, officers=officers)
    desk.make("officer", number, "serve", at="2026-10-27T10:00", how="直接送达")
    assert "超过尚欠" in desk.make("shift", number, "pay", 422, at="2026-10-30T10:00", amount="2000.01")
    desk.make("shift", number, "pay", at="2026-10-30T10:00", amount="500", receipt_no="0001")
    desk.make("shift", number, "pay", at="2026-10-30T10:00", amount="1500")
    page = desk["head"].get(f"/desk/penalties/{number}").text
    assert "2000.00" in page
    assert "直接送达" in page
    desk.make("head", number, "conclude", at="2026-11-01T10:00")
    assert queries.stage_of_row(penalty(number)) is Stage.CONCLUDED
    assert "常龙罚〔2026〕1号" in desk["reader"].get("/desk/penalties?stage=concluded&own=yes&kind=fine").text
    assert "没有行政处罚" in desk["reader"].get("/desk/penalties?own=no").text
    for asked, numbers in (("stage=concluded&own=yes&kind=fine", ["常龙罚〔2026〕1号"]), ("own=no", []), ("q=2号", [])):
        rows = in_both_forms(desk["reader"], f"/desk/penalties/list.csv?{asked}")
        assert [row[rows[0].index("decision_no")] for row in rows[1:-1]] == numbers, asked
    assert 'href="/desk/penalties/list.xlsx?own=no"' in desk["reader"].get("/desk/penalties?own=no").text
    assert desk["reader"].get("/desk/penalties?month=2026-13").status_code == 422


def test_annulled_and_decided_anew_leads_to_the_new_one(desk: Desk) -> None:
    number = desk.open()
    desk.make("officer", number, "tell", at="2026-10-13T10:00")
    officers = f"{desk.street.officer.username};{desk.street.second.username}"
    desk.make("head", number, "decide", **DECISION, officers=officers)
    anew = DECISION | {"at": "2026-11-02T10:00", "fine": "900", "decision_no": "常龙罚〔2026〕2号"}
    desk.make("head", number, "replace", **anew, officers=officers, reason="认定事实有误")
    page = desk["head"].get(f"/desk/penalties/{number}").text
    assert "已撤销并重新决定" in page
    assert "常龙罚〔2026〕2号" in page


def test_a_person_is_masked_and_reading_is_kept(desk: Desk) -> None:
    number = desk.open(party="张三丰", party_kind="person")
    for path in ("/desk/penalties", f"/desk/penalties/{number}"):
        page = desk["reader"].get(path).text
        assert "张三丰" not in page
        assert "张**" in page
    listed = str(in_both_forms(desk["reader"], "/desk/penalties/list.csv"))
    assert ("张**" in listed, "张三丰" in listed) == (True, False)
    assert "张三丰" in desk["officer"].post(f"/desk/penalties/{number}/read").text
    with reading() as session:
        acts = session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_kind == "penalty").order_by(AuditEntry.id)
        ).all()
    assert acts[-1] == "penalty.read"


def test_the_same_form_twice_opens_one_and_a_stale_one_changes_nothing(desk: Desk) -> None:
    once = re.findall(r'name="once" value="([0-9a-f-]{36})"', desk["officer"].get("/desk/penalties/new").text)[0]
    number = desk.open(once=once)
    assert desk.open(once=once) == number
    seen = str(penalty(number).version)
    desk.make("officer", number, "tell", at="2026-10-13T10:00")
    assert "有人先改动" in desk.make("officer", number, "tell", 409, at="2026-10-14T10:00", version=seen)
    desk.make("officer", number, "tell", 422, at="2026-10-14T10:00", version="")


def test_who_has_no_business_here_sees_nothing(desk: Desk) -> None:
    number = desk.open()
    for path in ("/desk/penalties", f"/desk/penalties/{number}", "/desk/penalties/new"):
        assert desk["inspector"].get(path).status_code == 403
    assert desk["head"].get("/desk/penalties/new").status_code == 403
    with transaction() as session:
        elsewhere = Desk(desk.app, make_street(session, PASSWORD_HASH))
    assert elsewhere["reader"].get(f"/desk/penalties/{number}").status_code == 404
    assert elsewhere["officer"].post(f"/desk/penalties/{number}/tell", {"version": "1"}).status_code == 404


def test_a_form_that_lacks_what_it_needs_comes_back_as_it_was_typed(desk: Desk) -> None:
    answer = desk["officer"].post(
        "/desk/penalties/new", {"party_kind": "organisation", "opened_at": "2026-10-12T10:00"}
    )
    assert answer.status_code == 422
    assert "须写明当事人的姓名或者名称" in answer.text
    answer = desk["officer"].post("/desk/penalties/new", {"party": "某店", "credit_code": "1", "party_kind": "x"})
    assert answer.status_code == 422
    assert 'value="某店"' in answer.text


def test_a_visit_leads_to_its_penalty_and_back(desk: Desk) -> None:
    with transaction() as session:
        seen = visit(session, desk.street).id
    page = desk["shift"].get(f"/desk/visits/{seen}").text
    assert f"/desk/penalties/new?visit_id={seen}" in page
    number = desk.open(visit_id=str(seen), party="", act_at="")
    assert desk.open(visit_id=str(seen), party="", act_at="") == number
    assert f"/desk/penalties/{number}" in desk["shift"].get(f"/desk/visits/{seen}").text
    assert f"/desk/visits/{seen}" in desk["shift"].get(f"/desk/penalties/{number}").text
    assert f"/desk/visits/{seen}" not in desk["officer"].get(f"/desk/penalties/{number}").text  # no page of theirs


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_pages_speak_english(desk: Desk) -> None:
    with transaction() as session:
        session.execute(update(GridVersion).values(name="latin"))
        session.execute(update(LegalBasis).values(law="Law", article="1", matter="matter"))
    with reading() as session:
        code = session.get_one(Grid, desk.street.root.id).code
    for who in ("officer", "head", "reader"):
        desk[who].post("/language", {"language": "en"})
    number = desk.open(party="Shop")
    late = desk.open(party="Late", opened_at="2026-08-01T10:00", act_at="2026-08-01T09:00")
    desk.make("officer", number, "tell", at="2026-10-13T10:00", hearing="true")
    officers = f"{desk.street.officer.username};{desk.street.second.username}"
    given = DECISION | {"decided_by": code, "decision_no": "No. 1"}
    refused = desk.make("head", number, "decide", 422, **(given | {"fine": "9999", "at": "2026-10-14T10:00"}))
    assert "The fine is above the highest" in refused
    desk.make("head", number, "decide", **given, officers=officers)
    desk.make("officer", number, "serve", at="2026-10-27T10:00")
    pages = [desk[who].get(f"/desk/penalties/{one}") for who in ("officer", "head", "reader") for one in (number, late)]
    pages += [desk["officer"].get(path) for path in ("/desk/penalties", "/desk/penalties/new")]
    found = sorted({words for page in pages for words in chinese_in(page)} | set(chinese(refused)))
    assert not found, "\n".join(found)
    assert "Pay within 15 days of receiving the decision" in pages[0].text


def chinese(text: str) -> list[str]:
    """The Chinese of a page at hand."""
    seen = Seen()
    seen.feed(text)
    return seen.found
