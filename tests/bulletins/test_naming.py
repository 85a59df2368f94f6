"""将列为通报问题: an issue of 督查通报 makes its problem items once, as rules and editors say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from gridops.bulletins import naming, queries, service
from gridops.bulletins.forms import ItemChange, NewItem, item_change, new_item
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.naming import named_by_tables, names_problems
from gridops.cases.service import NewCase, write_cases
from gridops.core import clock, db
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.figures.models import FrozenSet
from gridops.supervision.models import Problem
from tests.bulletins.test_service import Street, _walk, events_of, street
from tests.factories import at

__all__ = ["street"]
TYPED = NewItem("CG", "楼道堆物未清理", "盘龙苑", None, None, "实地督查发现", "", "")


@pytest.mark.parametrize(
    ("table", "row", "keys"),
    [
        # What the issue before named and is still late is named again; what was corrected or is in time is not.
        ("problems", {"key": "WT2017-0001", "label": "x", "state": "overdue"}, ["again:WT2017-0001"]),
        ("problems", {"key": "WT2017-0001", "label": "x", "state": "open"}, []),
        ("problems", {"key": "WT2017-0001", "label": "x", "state": "corrected"}, []),
        # A fact of a discipline check only where it was verified.
        ("discipline", {"key": "7", "label": "x", "verified": True}, ["look:7"]),
        ("discipline", {"key": "7", "label": "x", "verified": False}, []),
        # A unit with overdue cases; cases that nobody was given are nobody's problem item.
        ("by_unit", {"key": "CG", "overdue_open": 2}, ["overdue:CG"]),
        ("by_unit", {"key": "CG", "overdue_open": 0}, []),
        ("by_unit", {"key": "none", "overdue_open": 2}, []),
    ],
)
def test_what_the_tables_name(table: str, row: Mapping[str, Any], keys: list[str]) -> None:
    assert [item.key for item in named_by_tables({table: [row]})] == keys


@pytest.mark.parametrize(
    ("series", "correction", "named"),
    [("supervision", False, True), ("supervision", True, False), ("monthly", False, False), ("yearly", False, False)],
)
def test_only_an_issue_of_a_series_that_follows_up_names(series: str, correction: bool, named: bool) -> None:
    assert names_problems(series, correction=correction) is named


def _late_case(street: Street) -> None:
    """A case of March of which the unit's limit passed and that stays open."""
    times = {
        "reported_at": at("2017-03-10 08:00"), "filed_at": at("2017-03-10 08:30"),
        "dispatched_at": at("2017-03-10 09:00"), "due_at": at("2017-03-10 18:00"),
    }  # fmt: skip
    given = {
        "root_id": street.grid_id, "grid_id": street.grid_id, "grid_version_id": street.version_id,
        "kind": "event", "source": "inspector", "recorded_at": times["dispatched_at"],
    }  # fmt: skip
    with db.transaction() as session:
        write_cases(session, [NewCase(given, events_of(times, unit_id=street.unit_id, category_id=street.category_id))])


def _frozen(street: Street, period: str) -> int:
    with db.transaction() as session:
        bulletin_id = service.open_draft(session, street.code, period, "supervision").id
    _walk(street, bulletin_id, "freeze")
    return bulletin_id


def _listed(bulletin_id: int) -> list[tuple[str, str, int, bool]]:
    with db.reading() as session:
        found = naming.planned(session, session.get_one(Bulletin, bulletin_id))
    return [(item.key, item.fact, item.streak, item.out) for item in found]


def _problems(period: str | None = None) -> list[Problem]:
    with db.reading() as session:
        found = session.scalars(select(Problem).order_by(Problem.id)).all()
        session.expunge_all()
    return [each for each in found if period in (None, each.period)]


def _figure(bulletin_id: int, key: str) -> Any:
    with db.reading() as session:
        row = session.get_one(Bulletin, bulletin_id)
        return session.get_one(FrozenSet, row.frozen_set_id).figures[key]["value"]


def test_each_issue_names_its_items_once_and_the_next_counts_and_follows_them(street: Street) -> None:
    _late_case(street)
    with clock.set_to(at("2017-04-05 10:00")):
        march = _frozen(street, "2017-03")
        assert _listed(march) == [("overdue:CG", "期末超期未结案1件", 1, False)]
        with db.transaction() as session:
            naming.put_in(session, march, street.editor, TYPED)
        _walk(street, march, "review", "approve", "issue")
        first, typed = _problems()
        assert [(each.fact, each.period, each.streak, each.source) for each in (first, typed)] == [
            ("期末超期未结案1件", "2017-03", 1, "存在问题"), ("楼道堆物未清理", "2017-03", 1, ""),
        ]  # fmt: skip
        # The answer day of the issue: twelve days after the period's end.
        assert {each.due_at for each in (first, typed)} == {at("2017-04-12 23:59:59")}
        # Issued twice, and corrected: nothing is named again.
        with pytest.raises(Conflict):
            _walk(street, march, "issue")
        with db.transaction() as session:
            naming.name_all(session, queries.locked(session, march), street.editor)  # type: ignore[arg-type]
            correction = service.correct(session, march, street.editor, "笔误").id
        _walk(street, correction, "freeze", "review", "approve", "issue")
        assert len(_problems()) == 2
    with clock.set_to(at("2017-05-05 10:00")):
        april = _frozen(street, "2017-04")
        assert (_figure(april, "problems.named"), _figure(april, "problems.overdue")) == (2, 2)
        # The unit's newer item of overdue cases stands for its older one; the typed one is named again.
        assert _listed(april) == [
            (f"again:{typed.number}", "楼道堆物未清理", 2, False), ("overdue:CG", "期末超期未结案1件", 2, False),
        ]  # fmt: skip
        _walk(street, april, "review", "approve", "issue")
        assert {(each.streak, each.follows_id) for each in _problems("2017-04")} == {(2, first.id), (2, typed.id)}


def test_editors_take_out_and_word_with_a_reason_and_the_paper_keeps_who(street: Street) -> None:
    _late_case(street)
    with clock.set_to(at("2017-04-05 10:00")):
        march = _frozen(street, "2017-03")
        out = ItemChange(True, None, "", None, "已另行督办", 0)
        for person, error in ((street.approver, NotAllowed),):
            with pytest.raises(error), db.transaction() as session:
                naming.change(session, march, "overdue:CG", person, out)
        with db.transaction() as session:
            naming.change(session, march, "overdue:CG", street.editor, out)
        assert _listed(march) == [("overdue:CG", "期末超期未结案1件", 1, True)]
        worded = ItemChange(False, "超期未结案1件，责任不清", "", date(2017, 4, 20), "应当列入", 1)
        with pytest.raises(Conflict), db.transaction() as session:
            naming.change(session, march, "overdue:CG", street.editor, out)  # made from an older page
        with pytest.raises(NotFound), db.transaction() as session:
            naming.change(session, march, "overdue:XX", street.editor, worded)
        with db.transaction() as session:
            naming.change(session, march, "overdue:CG", street.editor, worded)
        marked = NewItem("CG", "城管中队办理不力。", "", None, None, "须跟踪", "存在问题", "城管中队办理不力。")
        for _time in range(2):  # a sentence marked twice is one item
            with db.transaction() as session:
                naming.put_in(session, march, street.editor, marked)
        _walk(street, march, "review", "approve")
        with pytest.raises(Conflict), db.transaction() as session:
            naming.put_in(session, march, street.editor, TYPED)  # 签发 closes the list
        _walk(street, march, "issue")
    assert [(each.fact, each.due_at) for each in _problems()] == [
        ("超期未结案1件，责任不清", at("2017-04-20 23:59:59")), ("城管中队办理不力。", at("2017-04-12 23:59:59")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "raw", "field"),
    [
        (new_item, {"unit": "CG", "fact": "x"}, "reason"),  # every change has its reason
        (new_item, {"unit": "CG", "reason": "x"}, "fact"),
        (new_item, {"unit": "CG", "fact": "x", "reason": "x", "due_on": "2017-13-01"}, "due_on"),
        (item_change, {"do": "out", "version": "0"}, "reason"),
        (item_change, {"do": "edit", "reason": "x", "version": "0"}, "fact"),
    ],
)
def test_an_item_that_says_too_little_is_refused(read: Any, raw: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(raw)
    assert [error.field for error in refused.value.errors] == [field]
