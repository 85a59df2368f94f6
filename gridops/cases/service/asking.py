"""What the condition of a case asks of a move: pictures that must be there, who checks, and at which time of day.

Each function raises what says so to whoever moves the case: Invalid where pictures are short, NotAllowed where it is
the wrong person, Conflict where it is the wrong time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import asking
from gridops.cases.queries.lookups import History
from gridops.cases.rules import checking
from gridops.cases.rules.moves import Move
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import PHOTO_NAMES, CheckRule, Photo, Stage, of_stage, short_of, with_rule
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.people.rules import Person

# Pictures of the work and of its check count from here on: those of work that was sent back show what was not done.
_WORK_BEGINS = (Move.DISPATCH, Move.CHECK_FAILED, Move.UNDO_CLOSING)


def report_pictures(session: Session, case: Case, condition: FilingCondition) -> None:
    """A case is filed under a condition only with the pictures of the report that it needs. Raises Invalid."""
    _enough(condition.photo_needs, Stage.REPORT, "condition", lambda: asking.pictures(session, case.id))


def feedback_pictures(
    session: Session, case: Case, history: History, condition: FilingCondition, given: Mapping[str, int]
) -> None:
    """A feedback comes with the pictures of the work that the condition needs. Raises Invalid."""
    _enough(condition.photo_needs, Stage.FEEDBACK, "photos", lambda: _since_work(session, case, history, given))


def check_pictures(
    session: Session, case: Case, history: History, condition: FilingCondition, given: Mapping[str, int]
) -> None:
    """A check is passed only with the pictures that it needs; where it is judged by the picture after, with that one.

    Raises Invalid.
    """
    rule = condition.check_rule
    needs = with_rule(condition.photo_needs, rule)
    _enough(needs, Stage.CHECK, "photos", lambda: _since_work(session, case, history, given))
    if rule is CheckRule.AFTER_PICTURE:
        after = {Photo.AFTER.value: 1}
        _enough(after, Stage.FEEDBACK, "photos", lambda: _since_work(session, case, history, given))


def right_checker(session: Session, case: Case, condition: FilingCondition, person: Person) -> None:
    """Whether this inspector is whom the condition wants. Raises NotAllowed."""
    if words := asking.check_barred(session, case, condition, person):
        raise NotAllowed(words)


def right_time(case: Case, condition: FilingCondition, at: datetime) -> None:
    """Whether it is the time of day at which the condition wants the check. Raises Conflict."""
    if slot := checking.wrong_time(condition.check_rule, case.reported_at, at):
        raise Conflict(f"该立案条件要求同时段核查，请在 {slot[0]}:00–{slot[1]}:00 核查")


def _since_work(session: Session, case: Case, history: History, given: Mapping[str, int]) -> Counter[str]:
    last = [acted.event.happened_at for acted in history.acted if acted.event.move in _WORK_BEGINS]
    return asking.pictures(session, case.id, max(last, default=None)) + Counter(given)


def _enough(needs: Mapping[str, int], stage: Stage, field: str, there: Callable[[], Mapping[str, int]]) -> None:
    if not of_stage(needs, stage):
        return
    short = short_of(needs, there(), stage)
    if short:
        raise Invalid(
            *(
                (field, f"该立案条件要求{PHOTO_NAMES[kind]} {needs[kind]} 张，还缺 {count} 张")
                for kind, count in short.items()
            )
        )
