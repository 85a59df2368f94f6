"""The verbs of the 拟通报事项核对单: ask the units that a text names, answer for a unit, settle a dispute."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.bulletins import queries
from gridops.bulletins.composing import document_of
from gridops.bulletins.forms import SheetAnswer
from gridops.bulletins.models import Bulletin, FactSheet
from gridops.bulletins.rules import sheets as rules
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import grid_path, unit_path
from gridops.people.rules import Person, Role, may
from gridops.worktime.queries import working_time


def ask(session: Session, bulletin_id: int, person: Person) -> list[FactSheet]:
    """Ask every unit that the text names; returns the sheets asked now, none where all were asked already.

    A sheet whose facts changed is asked again and loses its answer; a unit no longer named keeps a sheet without facts.
    NotFound, NotAllowed; Conflict unless the figures are locked and the paper not yet approved.
    """
    bulletin = _edited(session, bulletin_id, person)
    if bulletin.status not in rules.ASKING:
        raise Conflict("数据锁定以后、签发以前才能发出核对单")
    now, worktime = clock.now(), working_time(session, bulletin.root_id)
    names = queries.units_named(session, bulletin.root_id, clock.local_date(now))
    named = rules.facts_of_units(document_of(session, bulletin, None).text, names)
    kept = {sheet.unit_id: sheet for sheet in queries.fact_sheets(session, bulletin.id)}
    asked = []
    for unit_id in sorted({*named, *kept}):
        facts, sheet = named.get(unit_id, []), kept.get(unit_id)
        if sheet is not None and sheet.facts == facts:
            continue
        if sheet is None:
            sheet = FactSheet(bulletin_id=bulletin.id, unit_id=unit_id, version=0)
            session.add(sheet)
        sheet.facts, sheet.asked_at, sheet.asked_by = facts, now, person.user_id
        sheet.due_at = rules.due_at(now, worktime.calendar, worktime.hours)
        sheet.answer = sheet.words = sheet.answered_at = sheet.answered_by = None
        sheet.settled = sheet.settled_at = sheet.settled_by = None
        sheet.version += 1
        session.flush()
        _note(session, "fact_sheet.ask" if facts else "fact_sheet.drop", sheet, bulletin, person)
        if facts:
            asked.append(sheet)
    return asked


def may_answer(session: Session, person: Person, sheet: FactSheet, bulletin: Bulletin) -> bool:
    """Whether a person is a handler of the unit asked or of one above it."""
    if bulletin.root_id != person.root_id:
        return False
    place = queries.place_of_unit(session, sheet.unit_id) or bulletin.root_id
    return may(person, (Role.HANDLER,), grid_path(session, place), unit_path(session, sheet.unit_id))


def to_answer(session: Session, person: Person) -> list[tuple[FactSheet, Bulletin]]:
    """The sheets that wait for a person's answer, by deadline."""
    units = {held.unit_id for held in person.holdings if held.role is Role.HANDLER}
    return [
        (sheet, bulletin)
        for sheet, bulletin in queries.unanswered_sheets(session, person.root_id, units)
        if sheet.facts and may_answer(session, person, sheet, bulletin)
    ]


def answer(session: Session, sheet_id: int, person: Person, said: SheetAnswer, expected_version: int) -> FactSheet:
    """属实 or 有异议 for a unit, once. NotFound, NotAllowed, Conflict where the facts changed meanwhile, Closed."""
    sheet, bulletin = _locked(session, sheet_id, person)
    if not may_answer(session, person, sheet, bulletin):
        raise NotAllowed("只有被核对单位的处置人员可以答复")
    _same(sheet, expected_version)
    if fault := rules.answer_fault(sheet, bulletin.status):
        raise Closed(fault)
    sheet.answer, sheet.words = said.answer.value, said.words or None
    sheet.answered_at, sheet.answered_by = clock.now(), person.user_id
    sheet.version += 1
    _note(session, "fact_sheet.answer", sheet, bulletin, person, answer=said.answer.value)
    return sheet


def settle(session: Session, sheet_id: int, person: Person, words: str, expected_version: int) -> FactSheet:
    """Settle a dispute with words: what was found and done. NotFound, NotAllowed, Conflict, Closed, Invalid."""
    sheet, bulletin = _locked(session, sheet_id, person)
    _demand_editor(session, bulletin, person)
    _same(sheet, expected_version)
    if fault := rules.settle_fault(sheet, bulletin.status):
        raise Closed(fault)
    if not words.strip():
        raise Invalid(("words", "请写明核实和处理的情况"))
    sheet.settled, sheet.settled_at, sheet.settled_by = words.strip(), clock.now(), person.user_id
    sheet.version += 1
    _note(session, "fact_sheet.settle", sheet, bulletin, person)
    return sheet


def may_edit(session: Session, bulletin: Bulletin, person: Person) -> bool:
    """Whether a person is an editor of the area of a bulletin: asks, and settles disputes."""
    return may(person, (Role.EDITOR,), grid_path(session, bulletin.grid_id))


def _edited(session: Session, bulletin_id: int, person: Person) -> Bulletin:
    # Asked twice at once: the second waits, and then finds the sheets of the first.
    found = queries.locked(session, bulletin_id)
    if found is None or found.root_id != person.root_id:
        raise NotFound("没有这份通报")
    _demand_editor(session, found, person)
    return found


def _demand_editor(session: Session, bulletin: Bulletin, person: Person) -> None:
    if not may_edit(session, bulletin, person):
        raise NotAllowed("只有本辖区的编辑可以办理核对单")


def _locked(session: Session, sheet_id: int, person: Person) -> tuple[FactSheet, Bulletin]:
    """A sheet and its bulletin, both held: first the bulletin, as the asking does."""
    bulletin_id = queries.bulletin_of_sheet(session, sheet_id)
    bulletin = queries.locked(session, bulletin_id) if bulletin_id is not None else None
    sheet = queries.fact_sheet(session, sheet_id)
    if sheet is None or bulletin is None or bulletin.root_id != person.root_id:
        raise NotFound("没有这份核对单")
    return sheet, bulletin


def _same(sheet: FactSheet, expected_version: int) -> None:
    if sheet.version != expected_version:
        raise Conflict("核对单已有变动，请刷新后再试")


def _note(session: Session, act: str, sheet: FactSheet, bulletin: Bulletin, person: Person, **details: str) -> None:
    audit.record(
        session, act, "fact_sheet", sheet.id, actor_id=person.user_id, root_id=bulletin.root_id,
        bulletin=bulletin.id, unit=sheet.unit_id, **details,
    )  # fmt: skip
