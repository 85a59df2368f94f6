"""Checklists and legal bases: shipped, edited by ending one version and beginning the next, the law of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.catalogue import forms, queries, service
from gridops.catalogue.forms import BasisForm, ChecklistForm, ItemForm
from gridops.catalogue.rules import versions_on
from gridops.core import clock
from gridops.core.clock import parse_instant
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound

ROOT, OTHER = 7, 8


@pytest.fixture
def seeded(session: Session) -> Session:
    service.seed(session)
    return session


def basis_on(session: Session, code: str, on: date, root_id: int = ROOT) -> Any:
    return {row.code: row for row in versions_on(queries.basis_rows(session, root_id), on)}.get(code)


def list_on(session: Session, code: str, on: date, root_id: int = ROOT) -> Any:
    return {row.code: row for row in versions_on(queries.checklist_rows(session, root_id), on)}.get(code)


def asked(name: str = "涉气企业", *items: str) -> ChecklistForm:
    return ChecklistForm(name, tuple(ItemForm(text, "serious", "N101") for text in items or ("设施运行",)))


def says(article: str) -> BasisForm:
    return BasisForm("安全生产法", article, "未采取措施消除事故隐患", max_fine_organisation=Decimal(50000))


@pytest.mark.parametrize(
    ("code", "on", "article", "fine"),
    [
        ("AQ-YH", date(2017, 3, 8), "第九十九条", 500_000),  # the law as amended in 2014
        ("AQ-YH", date(2021, 8, 31), "第九十九条", 500_000),  # its last day
        ("AQ-YH", date(2021, 9, 1), "第一百零二条", 50_000),  # the first day of the amendment of 2021
        ("GF-WF", date(2020, 8, 31), "第七十五条", 200_000),
        ("GF-WF", date(2020, 9, 1), "第一百一十二条", 1_000_000),
        ("DQ-YY", date(2017, 3, 8), "第一百一十八条第一款", 50_000),
        ("DQ-YY", date(2026, 8, 14), "第一百一十八条第一款", 50_000),
    ],
)
def test_the_clause_is_that_of_the_day(seeded: Session, code: str, on: date, article: str, fine: int) -> None:
    row = basis_on(seeded, code, on)
    assert (row.article, row.max_fine_organisation) == (article, Decimal(fine))


def test_the_environmental_code_stands_in_for_what_it_repealed(seeded: Session) -> None:
    assert basis_on(seeded, "DQ-YY", date(2026, 8, 15)) is None
    assert basis_on(seeded, "FD-DQ", date(2026, 8, 14)) is None
    assert "待核" in basis_on(seeded, "FD-DQ", date(2026, 8, 15)).article


def test_no_shipped_clause_is_in_the_list_of_a_street_and_each_says_how_sure_it_is(seeded: Session) -> None:
    rows = queries.basis_rows(seeded, ROOT)
    assert all(row.listed_from is None and row.source for row in rows)
    # two versions of a code never hold on the same day
    for row in rows:
        same = [other for other in rows if other.code == row.code and other is not row]
        assert all(other.valid_to is not None or row.valid_to is not None for other in same)


def test_every_kind_of_premises_of_a_night_has_a_checklist(seeded: Session) -> None:
    rows = versions_on(queries.checklist_rows(seeded, ROOT), date(2017, 3, 8))
    assert {"enterprise", "shop", "site", "market", None} == {row.premises_kind for row in rows}
    assert {"环保", "安全生产", "消防", "餐饮油烟", "工地扬尘"} <= {row.theme for row in rows}
    items = queries.items_of(seeded, [row.id for row in rows])
    assert all(len(each) >= 5 and [item.position for item in each] == list(range(1, len(each) + 1))
               for each in items.values())  # fmt: skip


def test_a_shipped_checklist_edited_becomes_the_roots_own(seeded: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: parse_instant("2017-03-08T10:00"))
    shipped = list_on(seeded, "SQ-QY", date(2017, 3, 8))
    own = service.edit_checklist(seeded, shipped.id, ROOT, asked("本街道涉气企业", "一", "二"), actor_id=None)
    assert list_on(seeded, "SQ-QY", date(2017, 3, 8)).id == own.id
    assert list_on(seeded, "SQ-QY", date(2017, 3, 7)).id == shipped.id  # before, the shipped one held
    assert list_on(seeded, "SQ-QY", date(2017, 3, 8), OTHER).id == shipped.id
    assert [item.text for item in queries.items_of(seeded, [own.id])[own.id]] == ["一", "二"]
    with pytest.raises(Conflict):  # the page of the shipped one was still open
        service.edit_checklist(seeded, shipped.id, ROOT, asked())
    again = service.edit_checklist(seeded, own.id, ROOT, asked("第二版"))
    assert (own.edition, again.edition) == ("2017-03-08", "2017-03-08-2")
    assert list_on(seeded, "SQ-QY", date(2017, 3, 8)).name == "第二版"
    service.end_checklist(seeded, again.id, ROOT)
    assert list_on(seeded, "SQ-QY", date(2017, 3, 8)).id == shipped.id
    acts = [
        act for act in seeded.scalars(select(AuditEntry.act).order_by(AuditEntry.id)) if act.startswith("checklist")
    ]
    assert acts == ["checklist.edit", "checklist.edit", "checklist.end"]


def test_a_legal_basis_edited_holds_from_its_day_and_decisions_before_keep_theirs(
    seeded: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: parse_instant("2022-01-10T10:00"))
    shipped = basis_on(seeded, "AQ-YH", date(2022, 1, 10))
    own = service.edit_basis(seeded, shipped.id, ROOT, says("第一百零二条"), actor_id=None)
    later = BasisForm("安全生产法", "第一百零三条", "甲", valid_from=date(2022, 2, 1), listed_from=date(2021, 7, 15))
    service.edit_basis(seeded, own.id, ROOT, later)
    assert basis_on(seeded, "AQ-YH", date(2022, 1, 31)).id == own.id
    assert basis_on(seeded, "AQ-YH", date(2022, 2, 1)).article == "第一百零三条"
    with pytest.raises(Invalid) as early:  # not before today
        service.edit_basis(
            seeded, basis_on(seeded, "AQ-YH", date(2022, 2, 1)).id, ROOT,
            BasisForm("法", "条", "事", valid_from=date(2022, 1, 9)),
        )  # fmt: skip
    assert "valid_from" in {error.field for error in early.value.errors}


@pytest.mark.parametrize(
    ("act", "refused"),
    [
        (lambda session, row: service.end_basis(session, row.id, ROOT), NotAllowed),  # shipped for all
        (lambda session, row: service.end_basis(session, 10**9, ROOT), NotFound),
        (lambda session, row: service.add_basis(session, ROOT, BasisForm("法", "条", "事", code="AQ-YH")), Invalid),
        (lambda session, row: service.add_checklist(session, ROOT, ChecklistForm("甲", (), code="SQ-QY")), Invalid),
    ],
)
def test_what_is_not_ones_own_stays(
    seeded: Session, act: Callable[[Session, Any], object], refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        act(seeded, basis_on(seeded, "AQ-YH", date(2022, 1, 1)))


def test_a_checklist_of_ones_own_names_only_findings_that_exist(seeded: Session) -> None:
    form = ChecklistForm("托管机构", (ItemForm("门禁"), ItemForm("线路", "serious", "N999")), code="TG")
    with pytest.raises(Invalid) as wrong:
        service.add_checklist(seeded, ROOT, form)
    assert [error.field for error in wrong.value.errors] == ["items.1.category"]


def test_what_the_admin_hands_in_is_read_with_names_of_fields() -> None:
    items = [("设施运行", "major", "N101"), ("  ", "general", ""), ("门窗关闭", "", "")]
    form = forms.parse_checklist({"name": "甲", "code": "X", "valid_from": "2027-01-01"}, items, new=True)
    assert form.items == (ItemForm("设施运行", "major", "N101"), ItemForm("门窗关闭"))
    with pytest.raises(Invalid) as wrong:
        forms.parse_checklist({"name": ""}, [("甲", "bad", "")], new=True)
    assert {error.field for error in wrong.value.errors} == {"name", "code", "items.0.severity"}
    raw = {"law": "法", "article": "条", "matter": "事", "listed_from": "2022-01-01", "listed_to": "2021-01-01"}
    with pytest.raises(Invalid) as late:
        forms.parse_basis(raw, new=False)
    assert {error.field for error in late.value.errors} == {"listed_to"}
