"""The 12345 order of a case as its page and its own page show it: what is due next, the steps, who called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.sources import Source
from gridops.core import clock, masking
from gridops.hotline import queries
from gridops.hotline.models import HotlineOrder
from gridops.hotline.queries import Rights, StepRow
from gridops.hotline.rules import STEP_NAMES, WAITING_NAMES, Progress, StepKind, late_by_then
from gridops.hotline.rules import Due as Kept
from gridops.people.rules import Person
from gridops.web.desk.trying import Tried
from gridops.web.explain import recounted_words
from gridops.web.language import chosen_language
from gridops.web.language import say as _
from gridops.worktime.queries import WorkingTime, working_time
from gridops.worktime.rules import explain, explained_en, explained_zh, limit_en, limit_zh


@dataclass(frozen=True, slots=True)
class Due:
    """One of the two limits of an order: until when, when it was done, whether it is or came late."""

    kind: StepKind
    at: datetime
    done_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """An order (None: not written down yet) with its limits, its steps and what this person may do.

    `left`: how many other parts of a split case are still in hand; the caller is answered when there are none.
    """

    number: str
    source_number: str
    order: HotlineOrder | None
    rights: Rights
    dues: tuple[Due, ...] = ()
    next: StepKind | None = None
    steps: tuple[StepRow, ...] = ()
    left: int = 0

    @property
    def last(self) -> int:
        """The last step there is (0: none), by which a form that was sent twice is known."""
        return max((row.step.id for row in self.steps), default=0)

    @property
    def offered(self) -> tuple[StepKind, ...]:
        """The steps that this person may take now, in their order."""
        later = {StepKind.REVISIT} if self.order is None or self.order.answered_at is None else set()
        later |= {StepKind.ANSWER} if self.left else set()
        return tuple(kind for kind in StepKind if kind in self.rights.steps and kind not in later)

    @property
    def given(self) -> dict[StepKind, datetime]:
        """The deadlines that were given as a date, not counted."""
        return {kind: due.at for kind, due in self.order.dues.items() if due.limit is None} if self.order else {}

    @property
    def caller(self) -> tuple[str, str]:
        """Who called, masked."""
        row = self.order
        return (masking.name(row.caller), masking.number(row.phone)) if row else ("", "")


def of_case(session: Session, person: Person, case: Case) -> Panel | None:
    """The panel of a 12345 case; None for every other."""
    order = queries.order_of(session, case.id)
    if order is None and case.source is not Source.HOTLINE_12345:
        return None
    rights = queries.rights_of(session, person, case)
    panel = Panel(case.number, case.source_number or "", order, rights)
    if order is None:
        return panel
    now = clock.now()
    dues = tuple(
        Due(kind, at, done, late_by_then(at, done, now))
        for kind, at, done in (
            (StepKind.CONTACT, order.contact_due_at, order.contacted_at),
            (StepKind.ANSWER, order.answer_due_at, order.answered_at),
        )
        # Who has been answered need not be contacted any more: the limit of the contact then tells nothing.
        if done is not None or kind is StepKind.ANSWER or order.answered_at is None or at < order.answered_at
    )
    stands = Progress(order.contacted_at, order.answered_at, order.revisited_at)
    steps = tuple(queries.step_rows(session, order.id))
    left = queries.unfinished(session, order, case.id) if stands.answered_at is None else 0
    return Panel(case.number, panel.source_number, order, rights, dues, stands.next, steps, left)


def why_due(session: Session, order: HotlineOrder) -> dict[StepKind, list[str]]:
    """Why each deadline of an order is when it is: given or counted, then what moved it."""
    time = working_time(session, order.root_id)
    said = {kind: [_reason(due, order.received_at, time)] for kind, due in order.dues.items()}
    for row in queries.recounts_of(session, order.id):
        said[row.kind].append(recounted_words(row.recorded_at, row.after))
    return said


def _reason(due: Kept, received_at: datetime, time: WorkingTime) -> str:
    if due.limit is None:
        return _("以登记的时间为准，不随工作日历变动")
    count, unit, english = due.limit.count, due.limit.unit, chosen_language() == "en"
    found = explain(received_at, count, unit, time.calendar, time.hours)
    if found.due == due.at:
        return explained_en(found) if english else explained_zh(found)
    # The step was taken by an earlier calendar: what was kept or missed then is not judged anew.
    return _("%(limit)s，按当时的工作日历计算", limit=limit_en(count, unit) if english else limit_zh(count, unit))


def words() -> dict[str, Any]:
    """What every page with an order says by name."""
    return {
        "hotline_names": STEP_NAMES,
        "hotline_waits": WAITING_NAMES,
        "hotline_tried": Tried(),
    }
