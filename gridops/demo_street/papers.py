"""The papers of the demo year: 城市管理月报 of January to November, 督查通报 of January to October.

Each is locked on the first of the month after, and issued some working days later. What 督查通报 names by its rules is
answered and accepted on the day by which it asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from gridops.bulletins import queries, service
from gridops.bulletins.building import Workshop, build_in_place
from gridops.bulletins.rules.series import ANSWER_DAYS, FOLLOWING
from gridops.core import clock, db
from gridops.core.clock import LOCAL
from gridops.demo_street.setup import ROOT_CODE
from gridops.demo_street.staff import APPROVER, EDITOR, SUPERVISION, SUPERVISION_CLERK
from gridops.evidence.store import LocalStore
from gridops.grids import queries as grids
from gridops.people.rules import Person
from gridops.supervision import service as supervision
from gridops.worktime.rules import Calendar

YEAR = 2017
LAST_MONTH = 11
# Series, its last month, and by how many hours its steps follow those of the monthly paper.
SERIES: tuple[tuple[str, int, int], ...] = (("monthly", LAST_MONTH, 0), ("supervision", 10, 1))


class Step(StrEnum):
    """What is done to a paper, in this order."""

    OPEN = "open"
    FREEZE = "freeze"
    REVIEW = "review"
    APPROVE = "approve"
    ISSUE = "issue"
    ANSWER = "answer"
    ACCEPT = "accept"


@dataclass(frozen=True)
class PaperStep:
    """One step of a month's paper of a series at an instant."""

    at: datetime
    period: str
    step: Step
    series: str = "monthly"


def steps(calendar: Calendar, last_month: int = LAST_MONTH) -> list[PaperStep]:
    """Every step of every paper of the year up to a month, in order."""
    found = [
        step
        for series, last, hours in SERIES
        for step in _steps(calendar, series, min(last, last_month), timedelta(hours=hours))
    ]
    return sorted(found, key=lambda step: (step.at, step.period, step.series))


def _steps(calendar: Calendar, series: str, last_month: int, after: timedelta) -> list[PaperStep]:
    found = []
    for month in range(1, last_month + 1):
        period = f"{YEAR}-{month:02d}"
        first = date(YEAR, month + 1, 1)
        worked = _workdays(first, 4, calendar)
        for day, hour, minute, step in (
            (first, 2, 0, Step.OPEN),
            (first, 8, 40 + month % 7, Step.FREEZE),
            (worked[0], 15, 5 + month, Step.REVIEW),
            (worked[2], 10, 20 + month, Step.APPROVE),
            (worked[2 if worked[2].day >= 5 else 3], 15, 2 * month, Step.ISSUE),
        ):
            at = datetime.combine(day, time(hour, minute), LOCAL) + after
            found.append(PaperStep(at, period, step, series))
        if series in FOLLOWING:
            last = datetime.combine(date(YEAR, month + 1, ANSWER_DAYS), time(9, 30), LOCAL)
            found.append(PaperStep(last, period, Step.ANSWER, series))
            found.append(PaperStep(last + timedelta(hours=7), period, Step.ACCEPT, series))
    return found


def take(step: PaperStep, people: dict[str, Person], store: Path, font_dirs: tuple[Path, ...]) -> None:
    """Take a step at its instant, in transactions of its own; taken twice it is taken once."""
    with clock.set_to(step.at):
        if step.step is Step.OPEN:
            with db.transaction() as session:
                service.open_draft(session, ROOT_CODE, step.period, step.series)
            return
        with db.reading() as session:
            street = grids.by_code(session, ROOT_CODE)
            found = queries.bulletin(session, street.id if street else 0, step.series, step.period)
            assert found is not None, "a paper is opened first"
            bulletin_id, done = found.id, {taken.step for taken in queries.steps(session, found.id)}
        if step.step in (Step.ANSWER, Step.ACCEPT):
            with db.transaction() as session:
                _follow_up(session, bulletin_id, step.step, people)
            return
        if step.step.value not in done:
            person = people[APPROVER if step.step is Step.APPROVE else EDITOR]
            verb = getattr(service, step.step.value)
            if step.step is Step.FREEZE:
                with db.transaction() as session:
                    service.prepare_freeze(session, bulletin_id)
            with db.transaction(repeatable=step.step is Step.FREEZE) as session:
                verb(session, bulletin_id, person)
        if step.step is Step.ISSUE:
            build_in_place(db.transaction, bulletin_id, Workshop(LocalStore(store), font_dirs))


def _follow_up(session: Session, bulletin_id: int, step: Step, people: dict[str, Person]) -> None:
    """The office enters what the units answered on paper, and somebody else of it accepts that, each once."""
    for problem in queries.problems_by_key(session, bulletin_id).values():
        if step is Step.ANSWER and problem.answered_at is None:
            supervision.answer_problem(session, people[SUPERVISION_CLERK], problem, "已逐项整改到位。", at=clock.now())
        elif step is Step.ACCEPT and problem.accepted_at is None:
            officer = people[SUPERVISION]
            supervision.judge_answer(session, officer, problem.id, accepted=True, why=None, version=problem.version)


def _workdays(first: date, count: int, calendar: Calendar) -> list[date]:
    """The first worked days from a day on."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if calendar.is_workday(day):
            found.append(day)
        day += timedelta(days=1)
    return found
