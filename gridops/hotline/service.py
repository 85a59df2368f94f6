"""The verbs of 12345 orders: kept beside a case, stepped on, corrected, read, and their terms set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.splitting import origin_id
from gridops.cases.rules.moves import ENDED
from gridops.cases.rules.sources import Source
from gridops.cases.service.recounting import MANY, Keeper, Recounted, each_by_itself, portion
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.hotline import queries
from gridops.hotline.forms import OrderForm, StepForm, fault
from gridops.hotline.models import HotlineOrder, HotlineRecount, HotlineStep, HotlineTerms
from gridops.hotline.rules import (
    Due,
    Limit,
    Step,
    StepKind,
    Terms,
    progress,
    recounted,
    settled,
    standing,
    step_fault,
)
from gridops.people.queries import scope_of
from gridops.people.rules import Person
from gridops.worktime.queries import WorkingTime, working_time
from gridops.worktime.rules.changes import Change
from gridops.worktime.rules.clock import checked_limit
from gridops.worktime.service import CHANGED_FOR_ORDERS

_ACTS = {StepKind.CONTACT: "hotline.contact", StepKind.ANSWER: "hotline.answer", StepKind.REVISIT: "hotline.revisit"}
# What the form of an order says.
_KEPT = ("number", "received_at", "dues", "caller", "phone")
CHANGED_MEANWHILE = "工单已被他人修改，请刷新后再试"


def open_owed(session: Session, key: str) -> bool:
    """Give a 12345 case in hand that has none its order, by what the case itself says; whether one was made.

    `key`: as `cases` owes it: the case's id, and the number it bore before a newer file told it anew. An order under
    that number then bears the new one. Repeatable. A case told of as ended gets none: nothing is known of what was
    said to the caller.
    """
    case_id, _, was = key.partition(" ")
    case = lookups.case(session, int(case_id))
    number = (case.source_number or "").strip() if case is not None else ""
    if case is None or case.source is not Source.HOTLINE_12345 or not number:
        return False
    _lock(session, case.root_id)
    row = queries.order_of(session, case.id, lock=True)
    if queries.case_of_number(session, case.root_id, number) or (row is None and case.state in ENDED):
        return False
    if row is None:
        _write(session, case, OrderForm(number), None)
    elif row.number == was:
        row.number, row.version = number, row.version + 1
        audit.record(session, "hotline.change", "case", case.id, root_id=case.root_id)
    return row is None


def keep_order(session: Session, person: Person, case_id: int, form: OrderForm) -> HotlineOrder:
    """Write an order beside its case, or change the one there is.

    NotFound, NotAllowed; Conflict: no 12345 case, or changed meanwhile; Invalid: the number belongs to another case.
    """
    case = _case(session, person, case_id)
    if not queries.rights_of(session, person, case).keeps:
        raise NotAllowed("只有受理员和值班长可以登记 12345 工单")
    if case.source is not Source.HOTLINE_12345:
        raise Conflict("只有来源为 12345 热线的案件有工单")
    _lock(session, case.root_id)
    row = queries.order_of(session, case.id, lock=True)
    if row is None:
        _not_taken(session, case.root_id, form.number, case.id)
        return _write(session, case, form, person.user_id)
    wanted = (form.number, *_times(session, case, form, row), form.caller, form.phone)
    if wanted == tuple(getattr(row, name) for name in _KEPT):
        return row  # the same form twice
    if form.version is not None and form.version != row.version and not (form.version == 0 and _untouched(row)):
        raise Conflict(CHANGED_MEANWHILE)
    _not_taken(session, case.root_id, form.number, row.case_id)
    before = _dues(row)
    row.number, row.received_at, dues, row.caller, row.phone = wanted
    _set_dues(row, dues)
    row.version += 1
    _project(session, row)
    _tell(session, "hotline.change", case, person, changed={"dues": [before, _dues(row)]})
    return row


def record_step(session: Session, person: Person, case_id: int, form: StepForm) -> HotlineStep:
    """Append a step, or a correction of one that still holds; the same form twice is one step.

    The caller of a split case is answered once, when its parts are done. NotFound, NotAllowed, Invalid, Conflict.
    """
    case = _case(session, person, case_id)
    row = queries.order_of(session, case.id, lock=True)
    if row is None:
        raise NotFound("这个案件还没有 12345 工单")
    if form.kind not in queries.rights_of(session, person, case).steps:
        raise NotAllowed("您的岗位现在不能登记这一步")
    now, spoken = clock.now(), form.kind is StepKind.REVISIT and form.reached
    steps = queries.steps_of(session, row.id)
    made = HotlineStep(
        order_id=row.id,
        kind=form.kind,
        at=clock.exactly(form.at, _known(steps, form, row)) if form.at else now,
        reached=None if form.kind is StepKind.ANSWER else form.reached,
        solved=form.solved if spoken else None,
        satisfied=form.satisfied if spoken else None,
        words=form.words,
        supersedes_id=form.corrects,
        withdrawn=form.withdrawn,
        recorded_at=now,
        actor_id=person.user_id,
    )
    if form.seen is not None:
        same = queries.same_step(session, made, form.seen, timed=form.at is not None)
        if same is not None:
            return same
    others = _corrected(steps, form)
    step = Step(0, form.kind, made.at, form.reached, form.solved, form.satisfied, withdrawn=form.withdrawn)
    if (wrong := step_fault(step, others, row.received_at, now)) is not None:
        raise fault(*wrong)
    if form.kind is StepKind.ANSWER and form.corrects is None:
        left = queries.unfinished(session, row, case.id)
        if left:
            raise Conflict(f"案件已拆分，还有{left}件没有办完，办完后一并答复")
    session.add(made)
    session.flush()
    _project(session, row)
    if form.corrects is not None:  # a deadline that runs again has missed what changed meanwhile
        _recount(session, row, None)
    _tell(session, "hotline.correct" if form.corrects else _ACTS[form.kind], case, person)
    return made


def read_contact(session: Session, person: Person, case_id: int) -> tuple[str, str]:
    """(name, telephone) of who called, in clear, and a line in the audit trail. NotFound, NotAllowed."""
    case = _case(session, person, case_id)
    row = queries.order_of(session, case.id)
    if row is None:
        raise NotFound("这个案件还没有 12345 工单")
    if not queries.rights_of(session, person, case).sees_contact:
        raise NotAllowed("来电人信息只对受理人员和正在办理的处置单位开放")
    _tell(session, "hotline.read", case, person)
    return row.caller or "", row.phone or ""


def set_terms(session: Session, root_id: int, terms: Terms, *, actor_id: int) -> None:
    """How long callers may wait from now on; orders there are keep their deadlines. Raises Invalid. Audited."""
    for limit in (terms.contact_limit, terms.answer_limit):
        checked_limit(limit)
    row = session.get(HotlineTerms, root_id) or HotlineTerms(root_id=root_id)
    row.contact_limit, row.contact_unit = terms.contact_limit, terms.contact_unit
    row.answer_limit, row.answer_unit = terms.answer_limit, terms.answer_unit
    row.changed_at, row.changed_by = clock.now(), actor_id
    session.add(row)
    session.flush()
    audit.record(
        session, "hotline.terms", "grid", root_id, actor_id=actor_id, root_id=root_id,
        contact_within=f"{terms.contact_limit} {terms.contact_unit.value}",
        answer_within=f"{terms.answer_limit} {terms.answer_unit.value}",
    )  # fmt: skip


def recount_owed(session: Session, limit: int = MANY) -> Recounted | None:
    """One portion for the orders of the oldest change of a calendar; None when none is owed. Safe to run twice."""
    return portion(session, ORDERS, limit)


def recount(session: Session, order_ids: Sequence[int], change: Change) -> Recounted:
    """Count the deadlines of orders by the calendar of now: only counted ones whose step is still to come. Repeatable.

    Who has the form of such an order open is told that it changed, as after anybody's change.
    """

    def tell(row: HotlineOrder, error: str) -> None:
        audit.record(session, "hotline.recount_failed", "case", row.case_id, root_id=row.root_id, error=error)

    orders = queries.locked(session, order_ids)
    return each_by_itself(session, orders, lambda row: _recount(session, row, change), tell)


def _recount(session: Session, row: HotlineOrder, change: Change | None) -> bool:
    stands, time = row.dues, working_time(session, row.root_id)
    running = progress(queries.steps_of(session, row.id)).running
    moved = recounted(stands, running, lambda limit: _count(limit, row.received_at, time))
    if not moved:
        return False
    before, why = _dues(row), {"changed": change.what, "first": change.first} if change else {}
    for kind, due in moved.items():
        told = {"before": stands[kind].at, "after": due.at, "recorded_at": clock.now(), **why}
        session.add(HotlineRecount(order_id=row.id, kind=kind, **told))
    _set_dues(row, {**stands, **moved})
    row.version += 1
    _project(session, row)
    audit.record(
        session, "hotline.recount", "case", row.case_id, root_id=row.root_id, changed={"dues": [before, _dues(row)]}
    )
    return True


ORDERS = Keeper(CHANGED_FOR_ORDERS, queries.open_across, recount)


def _case(session: Session, person: Person, case_id: int) -> Case:
    """The case, if the person sees it; NotFound otherwise."""
    case = lookups.case(session, case_id)
    if case is None or not scope_of(session, person).sees(
        root_id=case.root_id, grid_id=case.grid_id, unit_id=case.unit_id, reporter_id=case.reporter_id
    ):
        raise NotFound("没有这个案件")
    return case


def _untouched(row: HotlineOrder) -> bool:
    """An order that the program opened by what the case says, in which nobody has typed anything."""
    return row.recorded_by is None and row.version == 1


def _not_taken(session: Session, root_id: int, number: str, case_id: int) -> None:
    """Invalid where the number belongs to another case."""
    taken = queries.case_of_number(session, root_id, number)
    if taken is not None and taken[0] != case_id:
        raise Invalid(("order_number", f"这个工单号已登记在案件{taken[1]}"))


def _lock(session: Session, root_id: int) -> None:
    """Two people must not give one number to two cases."""
    lock_names(session, [f"hotline orders:{root_id}"])


def _write(session: Session, case: Case, form: OrderForm, actor_id: int | None) -> HotlineOrder:
    """The order stands beside the case that all was one before it was split: answered and counted once."""
    case = session.get_one(Case, origin_id(session, case.id))
    received, dues = _times(session, case, form, None)
    row = HotlineOrder(
        root_id=case.root_id,
        case_id=case.id,
        number=form.number,
        received_at=received,
        caller=form.caller,
        phone=form.phone,
        recorded_at=clock.now(),
        recorded_by=actor_id,
        runs_out_at=dues[StepKind.CONTACT].at,
    )
    _set_dues(row, dues)
    session.add(row)
    session.flush()
    _project(session, row)
    if actor_id is not None:
        audit.record(session, "hotline.open", "case", case.id, actor_id=actor_id, root_id=case.root_id)
    return row


def _times(
    session: Session, case: Case, form: OrderForm, row: HotlineOrder | None
) -> tuple[datetime, dict[StepKind, Due]]:
    """(received, deadlines): as `rules.settled` says. Raises Invalid."""
    received = form.received_at or (row.received_at if row else case.reported_at)
    if form.received_at is not None and received > clock.now():
        raise Invalid(("received_at", "时间不能晚于现在"))
    if row is not None and clock.same_minute(received, row.received_at):
        received = row.received_at
    time = working_time(session, case.root_id)
    typed = {StepKind.CONTACT: form.contact_due_at, StepKind.ANSWER: form.answer_due_at}
    dues = {
        kind: settled(
            typed[kind],
            row.dues[kind] if row else None,
            limit,
            lambda limit: _count(limit, received, time),
            seen=bool(form.version),
            begins_anew=row is not None and received != row.received_at,
        )
        for kind, limit in queries.terms_of(session, case.root_id).limits.items()
    }
    for kind, due in dues.items():
        if due.at < received:
            raise Invalid((f"{kind}_due_at", "时限不能早于热线受理时间"))
    return received, dues


def _count(limit: Limit, received_at: datetime, time: WorkingTime) -> datetime:
    return limit.due(received_at, time.calendar, time.hours)


def _set_dues(row: HotlineOrder, dues: dict[StepKind, Due]) -> None:
    contact, answer = dues[StepKind.CONTACT], dues[StepKind.ANSWER]
    row.contact_due_at, row.answer_due_at = contact.at, answer.at
    row.contact_limit, row.contact_unit = (contact.limit.count, contact.limit.unit) if contact.limit else (None, None)
    row.answer_limit, row.answer_unit = (answer.limit.count, answer.limit.unit) if answer.limit else (None, None)


def _known(steps: list[Step], form: StepForm, row: HotlineOrder) -> list[datetime]:
    """What a step may fall into the minute of: the one it corrects, for a revisit the answer, and the receipt."""
    answered = progress(steps).answered_at if form.kind is StepKind.REVISIT else None
    return [
        *(step.at for step in steps if step.id == form.corrects),
        *([answered] if answered else []),
        row.received_at,
    ]


def _corrected(before: list[Step], form: StepForm) -> list[Step]:
    """The steps that stand beside the one being written. Invalid, Conflict."""
    if form.corrects is None:
        return before
    known = {step.id: step for step in before}
    wrong = known.get(form.corrects)
    if wrong is None or wrong.kind is not form.kind:
        raise Invalid(("corrects", "没有这一步"))
    if any(step.supersedes == wrong.id for step in before):
        raise Conflict("这一步已被更正，请刷新后再试")
    return [step for step in standing(before) if step.id != wrong.id]


def _project(session: Session, row: HotlineOrder) -> None:
    """Set the columns that follow from the steps."""
    now = progress(queries.steps_of(session, row.id))
    row.contacted_at, row.answered_at, row.revisited_at = now.contacted_at, now.answered_at, now.revisited_at
    row.solved, row.satisfied = now.solved, now.satisfied
    row.runs_out_at = now.runs_out_at(row.contact_due_at, row.answer_due_at)
    session.flush()


def _dues(row: HotlineOrder) -> str:
    return f"{clock.local(row.contact_due_at):%Y-%m-%d %H:%M} / {clock.local(row.answer_due_at):%Y-%m-%d %H:%M}"


def _tell(session: Session, act: str, case: Case, person: Person, **details: Any) -> None:
    """The trail names case and person, never the caller."""
    audit.record(session, act, "case", case.id, actor_id=person.user_id, root_id=case.root_id, **details)
