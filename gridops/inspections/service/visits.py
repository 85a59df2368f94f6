"""The verbs of visits: record one with findings and paper, add to it, correct it, void it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue.models import Category, ChecklistItem
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.inspections import queries
from gridops.inspections.forms import Correction, FindingIn, OrderIn, VisitIn
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import (
    GOERS,
    PLANNERS,
    OrderKind,
    Severity,
    VisitKind,
    check_record,
    inspection_fault,
    last_instant,
    paper_fault,
    visit_fault,
)
from gridops.inspections.service import mending, people
from gridops.inspections.service.rounds import CHANGED_MEANWHILE, begin_by_record, round_for
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.premises import queries as premises_queries
from gridops.premises import service as premises
from gridops.premises.models import Premises


@dataclass(frozen=True, slots=True)
class Grounds:
    """What findings may name: the questions of the checklist by id, the categories of the night list by code."""

    items: dict[int, ChecklistItem]
    categories: dict[str, Category]


def add_visit(
    session: Session,
    person: Person,
    body: VisitIn,
    *,
    visited_at: datetime,
    recorded_at: datetime | None = None,
    record_id: str | None = None,
) -> Visit:
    """Take a visit with what it found, saw mended and left behind; also long after the round has ended (补登).

    Again with one `record_id`: the same.

    NotAllowed for who goes on no rounds, NotFound, Closed (round cancelled), Invalid: an inspection without approval or
    two certified officers (国办发〔2024〕54号), an order to correct without an inspection, unknown names.
    """
    if person.roles.isdisjoint((*GOERS, *PLANNERS)):
        raise NotAllowed("只有执法人员、监督员和值班人员可以记录检查走访")
    if record_id is not None and (known := queries.visit_of_record(session, record_id)) is not None:
        return known
    night = round_for(session, person, body.round) if body.round else None
    if night is not None:
        check_record(night)
        if fault := visit_fault(night, visited_at):
            raise Invalid(("round", fault))
        begin_by_record(session, person, night, visited_at)
    _check_law(session, body, night, visited_at)
    place = premises.meant(session, person.root_id, body.premises)
    grounds = _grounds(session, person.root_id, body)
    recorded = recorded_at or clock.now()
    visit = Visit(
        root_id=person.root_id,
        round_id=night.id if night else None,
        premises_id=place.id,
        visited_at=visited_at,
        kind=body.kind,
        complete=body.complete,
        recheck=body.recheck,
        checklist_id=body.checklist,
        answers={str(item): asdict(answer) for item, answer in body.answers.items()} or None,
        signed=body.signed,
        witness=body.witness,
        note=body.note,
        user_id=person.user_id,
        record_id=record_id,
        recorded_at=recorded,
    )
    session.add(visit)
    session.flush()
    found = _write_findings(session, visit, [*body.findings, *_bad_answers(body, grounds)], grounds, recorded)
    if body.order is not None:
        _write_order(session, visit, body.order, found, recorded)
    every_id = ids_of(session, place)
    mending.seen_mended(session, visit, found, body.corrected, every_id)
    mending.lift_empty(session, visit, every_id)
    told = {"kind": visit.kind.value, "findings": len(found), "late": bool(night and night.ended_at)}
    _told(session, "visit.record", visit, person, **told)
    return visit


def add_findings(
    session: Session, person: Person, visit: Visit, found: Sequence[FindingIn], *, reason: str, version: int
) -> list[Finding]:
    """Add to a visit what was forgotten, at the desk. NotAllowed, Conflict (stale or void), Invalid."""
    _check_change(session, person, visit, version)
    grounds = _grounds(session, visit.root_id, None, visit.checklist_id)
    rows = _write_findings(session, visit, found, grounds, clock.now())
    mending.lift(session, [visit.id])
    visit.version += 1
    _told(session, "visit.add_findings", visit, person, findings=len(rows), reason=reason)
    return rows


def void_finding(session: Session, person: Person, visit: Visit, finding_id: int, *, reason: str, version: int) -> None:
    """Take back a finding that was recorded by mistake; it stays in the record. NotAllowed, NotFound, Conflict."""
    _check_change(session, person, visit, version)
    finding, of_visit, _premises = queries.finding(session, finding_id)
    if of_visit.id != visit.id:
        raise Conflict(CHANGED_MEANWHILE)
    if finding.case_id is not None:
        raise Conflict("这个问题已转为案件，请在案件中办理")
    finding.voided_at = clock.now()
    session.flush()
    mending.lift(session, [visit.id])
    visit.version += 1
    _told(session, "visit.void_finding", visit, person, finding=finding.id, reason=reason)


def correct_visit(session: Session, person: Person, visit: Visit, form: Correction, *, version: int) -> None:
    """Put a visit right; what changed and why stand in the audit trail. NotAllowed, Conflict, Invalid (`due_on`)."""
    _check_change(session, person, visit, version)
    said = {"complete": form.complete, "signed": form.signed, "witness": form.witness, "note": form.note}
    changed = sorted(name for name, value in said.items() if value is not None and getattr(visit, name) != value)
    for name in changed:
        setattr(visit, name, said[name])
    paper = queries.orders_of(session, [visit.id]).get(visit.id)
    for name, value in (("number", form.number), ("due_on", form.due_on)):
        if value is None or (paper is not None and getattr(paper, name) == value):
            continue
        if paper is None:
            raise Invalid((name, "这次检查走访没有留下文书"))
        setattr(paper, name, value)
        changed.append(name)
    if paper is not None and form.due_on is not None:
        paper.due_at = _due_at(form.due_on, visit, "due_on")
    visit.version += bool(changed)
    _told(session, "visit.correct", visit, person, changed=changed, reason=form.reason)


def void_visit(session: Session, person: Person, visit: Visit, *, reason: str, version: int) -> None:
    """Void a visit recorded by mistake: nothing of it counts, what it saw mended is open again."""
    _check_change(session, person, visit, version)
    visit.voided_at, visit.void_reason = clock.now(), reason
    mending.unsee(session, visit)
    visit.version += 1
    _told(session, "visit.void", visit, person)


def read_witness(session: Session, person: Person, visit: Visit) -> str | None:
    """The witness in clear, for who sees the visit; each reading is logged (个人信息保护法 art. 6)."""
    _told(session, "visit.read", visit, person)
    return visit.witness


def mark_case(session: Session, finding: Finding, case_id: int) -> None:
    """Remember which case a finding became; said by the room of cases."""
    finding.case_id = case_id
    session.flush()


def awaits_officers(session: Session, person: Person, body: VisitIn, at: datetime) -> bool:
    """Whether all that an inspection lacks is officers there: they may be, and their phones without a network."""
    if body.kind is not VisitKind.INSPECTION or body.round is None:
        return False
    night = round_for(session, person, body.round)
    there = people.present(session, night.squad_id)
    return night.inspection and inspection_fault(True, there, at) is not None


def ids_of(session: Session, place: Premises) -> list[int]:
    """The ids of premises and of all that were merged into them: what hangs on those counts here."""
    merged = premises_queries.survivors(session, place.root_id)
    return [place.id, *(old for old, survivor in merged.items() if survivor == place.id)]


def _check_law(session: Session, body: VisitIn, night: Round | None, at: datetime) -> None:
    """Who may inspect, and which paper a visit may leave (standards.md §11.6)."""
    if body.kind is VisitKind.INSPECTION:
        there = people.present(session, night.squad_id) if night else []
        if fault := inspection_fault(bool(night and night.inspection), there, at):
            raise Invalid(("kind", fault))
    if body.order is not None and (fault := paper_fault(body.kind, body.order.kind)):
        raise Invalid(("order.kind", fault))


def _grounds(session: Session, root_id: int, body: VisitIn | None, checklist_id: int | None = None) -> Grounds:
    """What the findings of a visit may name; Invalid for an unknown checklist or question."""
    wanted = body.checklist if body else checklist_id
    if wanted is not None and queries.checklist(session, root_id, wanted) is None:
        raise Invalid(("checklist", "没有这份检查表"))
    items = {item.id: item for item in queries.items_of(session, wanted)} if wanted is not None else {}
    if body is not None and (unknown := [str(item) for item in body.answers if item not in items]):
        raise Invalid(("answers", f"检查表中没有这些项目：{'、'.join(unknown[:5])}"))
    return Grounds(items, queries.finding_categories(session, root_id))


def _bad_answers(body: VisitIn, grounds: Grounds) -> list[FindingIn]:
    """A bad answer to a question of the checklist is a finding, unless a finding says it in other words."""
    named = {one.item for one in body.findings}
    return [
        FindingIn(answer.note or f"不符合：{grounds.items[item].text}", item=item)
        for item, answer in body.answers.items()
        if not answer.ok and item not in named
    ]


def _write_findings(
    session: Session, visit: Visit, found: Iterable[FindingIn], grounds: Grounds, recorded: datetime
) -> list[Finding]:
    seq = max((row.seq for row in queries.all_findings(session, visit.id)), default=0)
    rows, wrong = [], []
    for place, one in enumerate(found):
        item = grounds.items.get(one.item) if one.item is not None else None
        category = grounds.categories.get(one.category) if one.category is not None else None
        if one.item is not None and item is None:
            wrong.append((f"findings.{place}.item", "检查表中没有这个项目"))
        if one.category is not None and category is None:
            wrong.append((f"findings.{place}.category", "夜查问题清单中没有这个类别"))
        severity = one.severity or (Severity(item.severity) if item else Severity.GENERAL)
        rows.append(
            Finding(
                visit_id=visit.id,
                seq=seq + place + 1,
                item_id=one.item,
                category_id=category.id if category else item.category_id if item else None,
                text=one.text or (item.text if item else ""),
                severity=severity.value,
                recorded_at=recorded,
            )
        )
    if wrong:
        raise Invalid(*wrong)
    session.add_all(rows)
    session.flush()
    return rows


def _write_order(session: Session, visit: Visit, said: OrderIn, found: Sequence[Finding], recorded: datetime) -> None:
    if not found:
        raise Invalid(
            ("order", f"没有发现问题，不能留下{'责令改正' if said.kind is OrderKind.ORDER else '隐患提示单'}")
        )
    session.add(
        Order(
            visit_id=visit.id,
            kind=said.kind,
            number=said.number,
            served_at=visit.visited_at,
            due_on=said.due_on,
            due_at=_due_at(said.due_on, visit, "order.due_on") if said.due_on else None,
            recorded_at=recorded,
        )
    )
    session.flush()


def _due_at(due_on: date, visit: Visit, field: str) -> datetime:
    if due_on < clock.local_date(visit.visited_at):
        raise Invalid((field, "整改期限不得早于检查当日"))
    return last_instant(due_on)


def _check_change(session: Session, person: Person, visit: Visit, version: int) -> None:
    """Who corrects a visit: those who plan rounds where the premises are; nobody touches a void one."""
    if visit.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    place = queries.premises_of_root(session, person.root_id, visit.premises_id)
    if place is None or not may_at(session, person, PLANNERS, place.grid_id or place.root_id):
        raise NotAllowed("只有值班长和派遣员可以更正检查走访记录")
    if visit.voided_at is not None:
        raise Conflict("这条检查走访记录已作废")


def _told(session: Session, act: str, visit: Visit, person: Person, **details: object) -> None:
    session.flush()
    audit.record(session, act, "visit", visit.id, actor_id=person.user_id, root_id=visit.root_id, **details)
