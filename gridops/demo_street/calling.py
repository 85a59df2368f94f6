"""Beside the cases of the demo street: rules of points, which level found a problem, the 12345 orders in hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from gridops.assessment import service as assessment
from gridops.assessment.forms import RuleForm
from gridops.assessment.rules import Kindred, Loss
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.demo_street.course import Act
from gridops.hotline import service as hotline
from gridops.hotline.forms import OrderForm, StepForm
from gridops.hotline.rules import StepKind
from gridops.people.rules import Person
from gridops.supervision.rules import Assessor

_SINCE = date(2017, 1, 1)
# Level, name, kind and class (empty: all of it), points for being found, overdue, reworked, returned.
_RULES = (
    (Assessor.CITY, "市级考核事件问题", Kind.EVENT, "", ("0.50", "0.30", "0.20", "0.10")),
    (Assessor.CITY, "市级考核市容环境问题", Kind.EVENT, "01", ("1.00", "0.50", "0.30", "0.10")),
    (Assessor.CITY, "市级考核部件问题", Kind.COMPONENT, "", ("0.50", "0.30", "0.20", "0.10")),
    (Assessor.DISTRICT, "区级考核事件问题", Kind.EVENT, "", ("0.20", "0.10", "0.10", "0.05")),
    (Assessor.DISTRICT, "区级考核部件问题", Kind.COMPONENT, "", ("0.20", "0.10", "0.10", "0.05")),
)
_CALLERS = ("王女士", "李先生", "张女士", "陈先生", "周女士", "吴先生")
# The last thing done with a case -> what was said to the caller by then.
_SAID: dict[Move, tuple[StepForm, ...]] = {
    Move.RECEIVE: (StepForm(StepKind.CONTACT, reached=True),),
    Move.SEND_TO_CHECK: (StepForm(StepKind.CONTACT, reached=True), StepForm(StepKind.ANSWER, words="已处置，正在核查")),
    Move.CLOSE: (
        StepForm(StepKind.CONTACT, reached=True),
        StepForm(StepKind.ANSWER, words="已处置完毕"),
        StepForm(StepKind.REVISIT, reached=True, solved=True, satisfied=True),
    ),
}


def keep_points(session: Session, root: int, actor_id: int) -> None:
    """The rules of points of city and district, from the first day of the year."""
    for assessor, name, kind, code, points in _RULES:
        lost = dict(zip(Loss, map(Decimal, points), strict=True))
        form = RuleForm(assessor, name, Kindred("B", kind, code), lost, _SINCE)
        assessment.add_rule(session, root, form, actor_id=actor_id)


def found_by(session: Session, clerk: Person, case_id: int, number: int) -> None:
    """Two of three findings are the city's."""
    level = Assessor.DISTRICT if number % 3 == 0 else Assessor.CITY
    assessment.set_level(session, clerk, case_id, level)


def keep_orders(
    session: Session, acts: Sequence[Act], people: dict[str, Person], case_id: Callable[[int], int]
) -> None:
    """An order for each 12345 case of some acts, with the steps that go with the last thing done."""
    courses: dict[int, list[Act]] = {}
    for act in acts:
        courses.setdefault(act.case, []).append(act)
    for number, own in courses.items():
        first, last = own[0], own[-1]
        if first.fields.get("source") is not Source.HOTLINE_12345:
            continue
        clerk = people[first.actor or ""]
        form = OrderForm(
            first.fields["source_number"],
            received_at=first.at - timedelta(minutes=12),
            caller=_CALLERS[number % len(_CALLERS)],
            phone=f"0519-0000{number % 10_000:04d}",
        )
        with clock.set_to(first.at):
            hotline.keep_order(session, clerk, case_id(number), form)
        for step, at in zip(_SAID.get(last.move, ()), _times(first.at, last.at), strict=False):
            with clock.set_to(at):
                hotline.record_step(session, clerk, case_id(number), step)


def _times(first: datetime, last: datetime) -> tuple[datetime, datetime, datetime]:
    """When one speaks to the caller: on the way, when it is done, and a while after."""
    return first + (last - first) / 3, last, last + timedelta(minutes=20)
