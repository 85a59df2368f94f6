"""What the desk hands in about a 12345 order: the order itself, a step, how long callers may wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridops.core.errors import Invalid
from gridops.core.fields import Reader, correction, flag, instant, member, text, whole
from gridops.hotline.rules import StepKind, Terms
from gridops.worktime.rules import LimitUnit
from gridops.worktime.rules.clock import MAX_LIMIT

NUMBER, CALLER, PHONE, WORDS = 80, 80, 40, 500
MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class OrderForm:
    """An order as the desk types it; without deadlines of its own those of the jurisdiction's terms.

    `version`: of the order that was shown with the form, 0 where it said that there is none; None: the form was filled
    in without seeing whether there is one.
    """

    number: str
    received_at: datetime | None = None
    contact_due_at: datetime | None = None
    answer_due_at: datetime | None = None
    caller: str | None = None
    phone: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step as it is typed; without `at`: now. `corrects`: the id of the step it corrects.

    `seen`: the last step when the form was shown (0: there was none), by which a form sent twice is known.
    """

    kind: StepKind
    at: datetime | None = None
    reached: bool | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    words: str = ""
    corrects: int | None = None
    withdrawn: bool = False
    seen: int | None = None


def order_form(raw: Mapping[str, object]) -> OrderForm:
    """An order. Raises Invalid."""
    read = Reader(raw)
    found = OrderForm(
        number=read("order_number", text(NUMBER), required=True),
        received_at=read("received_at", instant()),
        contact_due_at=read("contact_due_at", instant()),
        answer_due_at=read("answer_due_at", instant()),
        caller=read("caller", text(CALLER)),
        phone=read("phone", text(PHONE)),
        version=read("version", whole(0)),
    )
    read.done(others=True)
    return found


def step_form(raw: Mapping[str, object]) -> StepForm:
    """A step. Raises Invalid; a correction says in words what was wrong."""
    read = Reader(raw)
    found = StepForm(
        kind=read("kind", member(StepKind), required=True),
        at=read("at", instant()),
        reached=read("reached", flag),
        solved=read("solved", flag),
        satisfied=read("satisfied", flag),
        **correction(read, WORDS),
        seen=read("seen", whole(0, MOST_ID)),
    )
    read.done(others=True)
    return found


def terms_form(raw: Mapping[str, object]) -> Terms:
    """How long callers may wait. Raises Invalid."""
    read = Reader(raw)
    given = (
        read("contact_limit", whole(1, MAX_LIMIT), required=True),
        read("contact_unit", member(LimitUnit), required=True),
        read("answer_limit", whole(1, MAX_LIMIT), required=True),
        read("answer_unit", member(LimitUnit), required=True),
    )
    read.done(others=True)
    return Terms(*given)


def fault(field: str, why: str) -> Invalid:
    """One field is wrong."""
    return Invalid((field, why))
