"""核对单: units named in a text are asked, answer once, are asked again when it changes; disputes are settled."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.bulletins import queries, service, sheets
from gridops.bulletins.forms import SheetAnswer, sheet_answer
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.sheets import Answer, open_points
from gridops.core import clock, db
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.grids.models import Grid
from gridops.people.models import Unit
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.bulletins.test_service import APRIL, Street, _draft, _walk, street
from tests.factories import make_grid, make_unit, make_user

__all__ = ["street"]
AGREE, DISPUTE = SheetAnswer(Answer.AGREE, ""), SheetAnswer(Answer.DISPUTE, "实为2件")
NAMED = "城管中队办理情况较好。"


def _type(street: Street, bulletin_id: int, *lines: str) -> None:
    text = [{"level": 1, "heading": "总体情况", "paragraphs": list(lines)}]
    with db.transaction() as session:
        version = session.get_one(Bulletin, bulletin_id).version
        service.edit(session, bulletin_id, text, street.editor, version)


def _frozen(street: Street, *lines: str) -> int:
    bulletin_id = _draft(street)
    _type(street, bulletin_id, *(lines or (NAMED,)))
    _walk(street, bulletin_id, "freeze")
    return bulletin_id


def _ask(street: Street, bulletin_id: int) -> list[int]:
    with db.transaction() as session:
        return [sheet.unit_id for sheet in sheets.ask(session, bulletin_id, street.editor)]


def _only(bulletin_id: int) -> Any:
    with db.reading() as session:
        (found,) = queries.fact_sheets(session, bulletin_id)
        session.expunge(found)
        return found


def _answer(bulletin_id: int, person: Person, said: SheetAnswer = AGREE) -> None:
    sheet = _only(bulletin_id)
    with db.transaction() as session:
        sheets.answer(session, sheet.id, person, said, sheet.version)


def _handler(street: Street, *, above: bool = False, other: bool = False) -> Person:
    with db.transaction() as session:
        root = session.get_one(Grid, street.grid_id)
        unit = session.get_one(Unit, street.unit_id)
        if above:
            boss = make_unit(session, root, name="城管局")
            unit.parent_id, unit = boss.id, boss
        if other:
            unit = make_unit(session, root, name="安监所")
        person = load_person(session, make_user(session, root, Role.HANDLER, unit=unit).id)
        assert person is not None
        return person


def test_asked_twice_a_unit_is_asked_once(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _frozen(street)
        assert _ask(street, bulletin_id) == [street.unit_id]
        assert _ask(street, bulletin_id) == []
    sheet = _only(bulletin_id)
    assert (sheet.facts, sheet.version) == ([{"heading": "总体情况", "text": NAMED}], 1)
    with db.reading() as session:
        acts = session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_kind == "fact_sheet").order_by(AuditEntry.id)
        ).all()
    assert acts == ["fact_sheet.ask"]


def test_a_draft_and_an_approved_paper_ask_nobody(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        with pytest.raises(Conflict):
            _ask(street, bulletin_id)
        _walk(street, bulletin_id, "freeze", "review", "approve")
        with pytest.raises(Conflict):
            _ask(street, bulletin_id)


def test_only_editors_of_the_street_ask(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _frozen(street)
        with pytest.raises(NotAllowed), db.transaction() as session:
            sheets.ask(session, bulletin_id, street.approver)
        with db.transaction() as session:
            other = load_person(session, make_user(session, make_grid(session, "X"), Role.EDITOR).id)
        assert other is not None
        with pytest.raises(NotFound), db.transaction() as session:
            sheets.ask(session, bulletin_id, other)


@pytest.mark.parametrize("above", [False, True])
def test_a_handler_of_the_unit_or_of_one_above_it_answers_once(street: Street, above: bool) -> None:
    with clock.set_to(APRIL):
        bulletin_id, person = _frozen(street), _handler(street, above=above)
        _ask(street, bulletin_id)
        with db.reading() as session:
            assert [sheet.unit_id for sheet, _ in sheets.to_answer(session, person)] == [street.unit_id]
        _answer(bulletin_id, person)
        with db.reading() as session:
            assert sheets.to_answer(session, person) == []
        with pytest.raises(Closed):
            _answer(bulletin_id, person)
    assert (_only(bulletin_id).answer, _only(bulletin_id).answered_by) == ("agree", person.user_id)


def test_nobody_else_answers_nor_sees_it_waiting(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id, other = _frozen(street), _handler(street, other=True)
        _ask(street, bulletin_id)
        for person in (other, street.editor):
            with pytest.raises(NotAllowed):
                _answer(bulletin_id, person)
            with db.reading() as session:
                assert sheets.to_answer(session, person) == []


def test_an_answer_to_what_has_changed_meanwhile_is_refused(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id, person = _frozen(street), _handler(street)
        _ask(street, bulletin_id)
        seen = _only(bulletin_id)
        _type(street, bulletin_id, "城管中队办理不力。")
        _ask(street, bulletin_id)
        with pytest.raises(Conflict), db.transaction() as session:
            sheets.answer(session, seen.id, person, AGREE, seen.version)


def test_changed_facts_are_asked_again_and_those_gone_are_open_no_more(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id, person = _frozen(street), _handler(street)
        _ask(street, bulletin_id)
        _answer(bulletin_id, person, DISPUTE)
        _type(street, bulletin_id, NAMED, "总体平稳。")
        assert _ask(street, bulletin_id) == []  # what is said of the unit stayed: so does its answer
        assert _only(bulletin_id).answer == "dispute"
        _type(street, bulletin_id, "城管中队办理情况一般。")
        assert _ask(street, bulletin_id) == [street.unit_id]
        assert (_only(bulletin_id).answer, _only(bulletin_id).words) == (None, None)
        _type(street, bulletin_id, "总体平稳。")
        assert _ask(street, bulletin_id) == []
    sheet = _only(bulletin_id)
    assert (sheet.facts, bool(open_points([sheet]))) == ([], False)


def test_a_dispute_is_settled_by_an_editor_with_words(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id, person = _frozen(street), _handler(street)
        _ask(street, bulletin_id)
        _answer(bulletin_id, person, DISPUTE)
        sheet = _only(bulletin_id)
        for who, words, version, error in (
            (person, "已核实", sheet.version, NotAllowed),
            (street.editor, " ", sheet.version, Invalid),
            (street.editor, "已核实", sheet.version - 1, Conflict),
        ):
            with pytest.raises(error), db.transaction() as session:
                sheets.settle(session, sheet.id, who, words, version)
        with db.transaction() as session:
            sheets.settle(session, sheet.id, street.editor, "已核实，文稿不改", sheet.version)
    assert (_only(bulletin_id).settled, _only(bulletin_id).answer) == ("已核实，文稿不改", "dispute")


def test_after_the_approval_no_answer_is_taken(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id, person = _frozen(street), _handler(street)
        _ask(street, bulletin_id)
        _walk(street, bulletin_id, "review", "approve")
        with pytest.raises(Closed):
            _answer(bulletin_id, person)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "answer"),  # nothing chosen
        ({"answer": "perhaps"}, "answer"),  # no such answer
        ({"answer": "dispute", "words": "  "}, "words"),  # a dispute says what is wrong
        ({"answer": "agree", "words": "字" * 1001}, "words"),  # too long
    ],
)
def test_an_answer_that_says_nothing_is_refused(raw: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        sheet_answer(raw)
    assert refused.value.errors[0].field == field
