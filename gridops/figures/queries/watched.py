"""Facts the supervision office keeps: checks, problem items, matters, what came from above, appeals, judgements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseFlag
from gridops.cases.rules.faking import Verdict
from gridops.cases.rules.moves import ENDED, Source, State
from gridops.core import clock, periods
from gridops.core.periods import Period, PeriodKind
from gridops.figures.counts import BITS
from gridops.figures.models import FrozenSet
from gridops.figures.queries import recurring
from gridops.figures.queries.plain import span_of
from gridops.figures.queries.rows import facts_of as case_facts
from gridops.figures.queries.where import Here
from gridops.figures.rules import facts
from gridops.figures.rules.facts import Bounds
from gridops.figures.rules.rows import flags_of
from gridops.people.models import Unit
from gridops.supervision.models import Appeal, DisciplineCheck, Matter, MatterLine, Problem, Score
from gridops.supervision.queries import undoings
from gridops.supervision.rules.checks import unnamed
from gridops.supervision.rules.matters import done_before

_WORDS = 200
_YEARLY = frozenset({PeriodKind.YEAR, PeriodKind.YTD})
# The series whose papers and problem items a yearly summary tells of, unless it is of a series that names some itself.
_FOLLOWED = "supervision"
_NAMING = frozenset({"supervision", "monthly", "weekly"})


def followed(series: str, period: Period) -> str:
    """The series whose issues and problem items a period tells of: a yearly summary follows 督查通报."""
    return series if period.kind not in _YEARLY or series in _NAMING else _FOLLOWED


def facts_of(session: Session, here: Here, period: Period, series: str, bounds: Bounds) -> Iterator[facts.Fact]:
    """Everything the office keeps that a period tells of."""
    yield from _looks(session, here, period)
    yield from _problems(session, here, period, series)
    yield from _matters(session, here, bounds)
    if here.whole:
        yield from _scores(session, here, period)
    yield from of_cases(session, here, period, bounds)


def of_cases(session: Session, here: Here, period: Period, bounds: Bounds) -> Iterator[facts.Fact]:
    """What the office keeps of single cases: those sent down from above, appeals upheld, verdicts, recurrences."""
    yield from _assessed(session, here, period)
    yield from _upheld(session, here, bounds)
    yield from _faked(session, here, bounds)
    yield from recurring.facts_of(session, here, bounds)


def _looks(session: Session, here: Here, period: Period) -> Iterator[facts.Look]:
    asked = (
        select(DisciplineCheck, Unit.name, Unit.grid_id)
        .join(Unit, Unit.id == DisciplineCheck.unit_id)
        .where(
            DisciplineCheck.root_id == here.area.root_id,
            DisciplineCheck.at >= period.start,
            DisciplineCheck.at < period.end,
            DisciplineCheck.voided_at.is_(None),
        )
        .order_by(DisciplineCheck.id)
    )
    for it, unit, grid_id in session.execute(asked):
        if here.holds(grid_id, it.at):
            yield facts.Look(
                id=it.id,
                label=unit,
                at=it.at,
                unit_id=it.unit_id,
                source=it.source,
                verified=it.verified,
                verified_at=it.verified_at,
                fact=unnamed(it.fact, it.person)[:_WORDS] if it.verified else "",
                outcome=unnamed(it.outcome or "", it.person)[:_WORDS] if it.verified else "",
            )


def _problems(session: Session, here: Here, period: Period, series: str) -> Iterator[facts.Problem]:
    """Items of the previous issue of the series; for a year those of all issues of its periods.

    An item that names no period (of a file) belongs to the one in which it was noted.
    """
    key = followed(series, period)
    own = Problem.grid_id == here.area.grid_id
    asked = (
        select(Problem, Unit.name)
        .join(Unit, Unit.id == Problem.unit_id)
        .where(
            Problem.root_id == here.area.root_id,
            or_(own, Problem.grid_id.is_(None)) if here.whole else own,
            Problem.series == key,
            Problem.voided_at.is_(None),
        )
        .order_by(Problem.id)
    )
    if period.kind in _YEARLY:
        # What an issue names was noted by the days in which it was written: a year and the quarter after it hold all.
        rows = session.execute(asked.where(Problem.at < clock.midnight(period.end_day) + (period.end - period.start)))
        wanted = [(it, unit) for it, unit in rows if _names_within(it, period)]
    else:
        before = _previous_issue(session, here, key, period)
        if before is None:
            return
        unnamed = and_(Problem.period.is_(None), Problem.at >= before.start, Problem.at < before.end)
        wanted = [(it, unit) for it, unit in session.execute(asked.where(or_(Problem.period == before.label, unnamed)))]
    for it, unit in wanted:
        yield facts.Problem(
            id=it.id,
            label=it.fact[:_WORDS],
            number=it.number,
            unit=unit,
            place=it.place,
            streak=it.streak,
            due_at=it.due_at,
            answered_at=it.answered_at,
            refused_at=it.refused_at,
            accepted_at=it.accepted_at,
        )


def _names_within(it: Problem, period: Period) -> bool:
    if it.period is None:
        return it.at in period
    try:
        of = periods.parse(it.period, period.cut)
    except ValueError:
        return False
    return period.start <= of.start and of.end <= period.end


def _previous_issue(session: Session, here: Here, series: str, period: Period) -> Period | None:
    """The period of the last issue of a series before a period; the one just before where none was issued."""
    newest = session.scalar(
        select(FrozenSet.period)
        .where(
            FrozenSet.grid_id == here.area.grid_id,
            FrozenSet.series == series,
            FrozenSet.state == "issued",
            FrozenSet.starts_at < period.start,
        )
        .order_by(FrozenSet.starts_at.desc())
        .limit(1)
    )
    return periods.parse(newest, period.cut) if newest else period.previous()


def _matters(session: Session, here: Here, bounds: Bounds) -> Iterator[facts.Matter]:
    asked = (
        select(Matter, Unit.grid_id)
        .join(Unit, Unit.id == Matter.lead_unit_id)
        .where(Matter.root_id == here.area.root_id, Matter.opened_at < bounds.end, Matter.voided_at.is_(None))
        .order_by(Matter.id)
    )
    rows = session.execute(asked).all()
    lights = _lights(session, here, bounds) if rows else {}
    undone = undoings(session, [it.id for it, _grid_id in rows])
    for it, grid_id in rows:
        if here.holds(grid_id, it.opened_at):
            yield facts.Matter(
                id=it.id,
                label=f"{it.number} {it.title[:_WORDS]}",
                number=it.number,
                opened_at=it.opened_at,
                due_at=it.due_at,
                done_at=done_before(it.done_at, ((u.done_at, u.undone_at) for u in undone.get(it.id, ())), bounds.end),
                light=lights.get(it.id),
            )


def _lights(session: Session, here: Here, bounds: Bounds) -> dict[int, str]:
    """Matter id -> the light of its last line before E."""
    told = (
        select(MatterLine.matter_id, func.max(MatterLine.at).label("last"))
        .join(Matter, Matter.id == MatterLine.matter_id)
        .where(Matter.root_id == here.area.root_id, MatterLine.at < bounds.end)
        .group_by(MatterLine.matter_id)
        .subquery()
    )
    lines = (
        select(MatterLine.matter_id, MatterLine.light)
        .join(told, and_(told.c.matter_id == MatterLine.matter_id, told.c["last"] == MatterLine.at))
        .order_by(MatterLine.id)
    )
    return {matter_id: str(light) for matter_id, light in session.execute(lines)}


def _assessed(session: Session, here: Here, period: Period) -> Iterator[facts.Assessed]:
    asked = (
        select(Case.id, Case.number, Case.filed_at, Case.closed_at, Case.grid_version_id, span_of(here.area.changes))
        .where(
            Case.root_id == here.area.root_id,
            # Written out, so that the index of these few is known to serve.
            Case.source == literal(Source.ASSESSMENT, Case.source.type, literal_execute=True),
            Case.filed_at >= period.start,
            Case.filed_at < period.end,
        )
        .order_by(Case.id)
    )
    for case_id, number, filed_at, closed_at, version_id, span in session.execute(asked):
        if filed_at is not None and (child := here.area.child_of(version_id, span)):
            yield facts.Assessed(id=case_id, label=number, filed_at=filed_at, closed_at=closed_at, child_id=child)


def _scores(session: Session, here: Here, period: Period) -> Iterator[facts.Score]:
    months = _months(period)
    asked = select(Score).where(Score.root_id == here.area.root_id, Score.month.in_(months), Score.valid_to.is_(None))
    for it in session.scalars(asked.order_by(Score.id)) if months else ():
        yield facts.Score(
            id=it.id,
            label=it.item,
            month=it.month,
            assessor=str(it.assessor),
            score=f"{it.score:.2f}",
            full=None if it.full is None else f"{it.full:.2f}",
            rank=it.rank,
            of=it.of,
        )


def _months(period: Period) -> list[str]:
    """The labels of the months of a period; a week has none."""
    if period.kind is PeriodKind.WEEK:
        return []
    each: Period | None = periods.containing(PeriodKind.MONTH, period.first_day, period.cut)
    found = []
    while each is not None and each.end <= period.end:
        found.append(each.label)
        each = each.next()
    return found


def _upheld(session: Session, here: Here, bounds: Bounds) -> Iterator[facts.Upheld]:
    """Cases with an upheld appeal that may count among those to handle: moved since S, or not ended."""
    asked = (
        select(Case.id, Case.number, Case.grid_version_id, span_of(here.area.changes), func.min(Appeal.decided_at))
        .join(Appeal, Appeal.case_id == Case.id)
        .where(
            Appeal.root_id == here.area.root_id,
            Appeal.upheld.is_(True),
            Appeal.decided_at <= bounds.as_of,
            or_(Case.last_moved_at >= bounds.start, Case.state.in_([s for s in State if s not in ENDED])),
        )
        .group_by(Case.id, Case.number, Case.grid_version_id, Case.reported_at)
        .order_by(Case.id)
    )
    rows: dict[int, Any] = {row[0]: row for row in session.execute(asked)}
    inside = {case_id: child for case_id, row in rows.items() if (child := here.area.child_of(row[2], row[3]))}
    for case_id, at_start, at_end in case_facts(session, list(inside), bounds.start, bounds.end):
        flags = flags_of(bounds.start, bounds.end, at_start, at_end) if at_end.reported_at else 0
        decided_at: datetime = rows[case_id][4]
        yield facts.Upheld(
            id=case_id,
            label=rows[case_id].number,
            unit_id=at_end.unit_id or 0,
            decided_at=decided_at,
            should_handle=bool(flags & BITS["should_handle"]),
            on_time=bool(flags & BITS["handled_on_time"]),
            child_id=inside[case_id],
        )


def _faked(session: Session, here: Here, bounds: Bounds) -> Iterator[facts.Faked]:
    """Cases judged faked in P, each once, with the unit that had them at E."""
    asked = (
        select(Case.id, Case.number, Case.grid_version_id, span_of(here.area.changes), func.min(CaseFlag.judged_at))
        .join(CaseFlag, CaseFlag.case_id == Case.id)
        .where(
            CaseFlag.root_id == here.area.root_id,
            CaseFlag.verdict == Verdict.FAKED,
            CaseFlag.judged_at >= bounds.start,
            CaseFlag.judged_at < bounds.end,
        )
        .group_by(Case.id, Case.number, Case.grid_version_id, Case.reported_at)
        .order_by(Case.id)
    )
    rows: dict[int, Any] = {row[0]: row for row in session.execute(asked)}
    inside = {case_id: child for case_id, row in rows.items() if (child := here.area.child_of(row[2], row[3]))}
    for case_id, _, at_end in case_facts(session, list(inside), bounds.start, bounds.end):
        yield facts.Faked(
            id=case_id,
            label=rows[case_id].number,
            child_id=inside[case_id],
            unit_id=at_end.unit_id or 0,
            judged_at=rows[case_id][4],
        )
