"""What is handed in about problems from above: a rule of points, a report made beforehand, a judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from gridops.assessment.rules import Kindred, Loss
from gridops.catalogue.rules import Kind
from gridops.core.fields import Reader, correction, day, flag, instant, member, row_id, text, yuan
from gridops.supervision.rules import Assessor

NAME, NUMBER, WORDS, MOST = 60, 80, 500, Decimal(100)


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as the admin types it; `valid_to`: the first day on which it no longer holds."""

    assessor: Assessor
    name: str
    about: Kindred
    points: Mapping[Loss, Decimal]
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class EarlyForm:
    """A report made beforehand: to whom, its number there, when (None: now); `corrects`: the mark that was wrong."""

    assessor: Assessor
    number: str
    at: datetime | None = None
    words: str = ""
    corrects: int | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class JudgementForm:
    """Whether a problem from above is the one of a mark, and why."""

    early_report_id: int
    same: bool
    words: str


def rule_form(raw: Mapping[str, object], list_code: str) -> RuleForm:
    """A rule of points for categories of a list. Raises Invalid."""
    read = Reader(raw)
    last = read("last_day", day)
    found = RuleForm(
        assessor=read("assessor", member(Assessor), required=True),
        name=read("name", text(NAME), required=True),
        about=read("about", lambda value: _about(value, list_code), required=True),
        points={loss: read(f"{loss.value}_points", yuan(Decimal(0), MOST)) or Decimal("0.00") for loss in Loss},
        valid_from=read("valid_from", day),
        valid_to=last + timedelta(days=1) if last and last < date(2199, 12, 31) else None,
    )
    read.done(others=True)
    return found


def early_form(raw: Mapping[str, object]) -> EarlyForm:
    """A report made beforehand. Raises Invalid; a correction says in words what was wrong."""
    read = Reader(raw)
    found = EarlyForm(
        assessor=read("assessor", member(Assessor), required=True),
        number=read("early_number", text(NUMBER), required=True),
        at=read("at", instant()),
        **correction(read, WORDS),
    )
    read.done(others=True)
    return found


def judgement_form(raw: Mapping[str, object]) -> JudgementForm:
    """A judgement. Raises Invalid."""
    read = Reader(raw)
    found = JudgementForm(
        read("early", row_id, required=True),
        read("same", flag, required=True),
        read("words", text(WORDS), required=True),
    )
    read.done(others=True)
    return found


def level_form(raw: Mapping[str, object]) -> Assessor:
    """Which level sent a problem down. Raises Invalid."""
    read = Reader(raw)
    found: Assessor = read("assessor", member(Assessor), required=True)
    read.done(others=True)
    return found


def _about(value: object, list_code: str) -> Kindred:
    kind, mark, code = str(value).partition("/")
    if not mark or kind not in (Kind.EVENT, Kind.COMPONENT) or len(code) > 30 or not (code.isalnum() or not code):
        raise ValueError("not a category")
    return Kindred(list_code, Kind(kind), code)
