"""Rules of points, problems from above with what they cost, our own open problems, marks and judgements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, literal, or_, select
from sqlalchemy.orm import Session

from gridops.assessment.models import AssessmentProblem, AssessmentRule, EarlyJudgement, EarlyReport
from gridops.assessment.rules import (
    HOLDS,
    OPEN,
    OWN,
    Cost,
    Kindred,
    Loss,
    Mark,
    Problem,
    Rule,
    Spot,
    at_risk,
    candidates,
    cost,
    holds_at,
    same_spot,
)
from gridops.cases.models import Case, CasePart
from gridops.cases.queries import lookups
from gridops.cases.queries.filters import sees
from gridops.cases.queries.splitting import origin_id, origins, part_of_case, seen_or_parts, split_into, working
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.rules.projection import project
from gridops.cases.rules.sources import Source
from gridops.catalogue.models import Category, CategoryList
from gridops.core import clock, money
from gridops.people.models import Unit, User
from gridops.people.queries import Scope, apply_scope
from gridops.supervision.queries import upheld_case_ids
from gridops.supervision.rules import Against, Assessor
from gridops.supervision.rules.appeals import marks_of

# So many of our own open problems are shown; those that cost most come first.
SHOWN = 200
_NONE = Decimal(0)
_AGAIN = frozenset({Move.CHECK_FAILED, Move.UNDO_CLOSING})


@dataclass(frozen=True, slots=True)
class Named:
    """A case with what lists say of it."""

    case: Case
    list_code: str
    category_code: str
    category: str
    unit: str | None

    @property
    def about(self) -> Kindred:
        """List, kind and code of its category."""
        return Kindred(self.list_code, self.case.kind, self.category_code)

    @property
    def spot(self) -> Spot:
        """Where and what it is."""
        return Spot(self.about, self.case.grid_id, self.case.lon, self.case.lat)


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark with the case it stands at and who made it; `seen`: whether that case is in sight of who asks."""

    row: EarlyReport
    case_number: str
    actor: str
    spot: Spot
    seen: bool

    @property
    def mark(self) -> Mark:
        """As the rules see it."""
        return Mark(self.row.id, self.row.case_id, self.row.assessor, self.row.at, self.spot)


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem from above: which level, what it costs and why, the mark that covers it, the marks that may.

    Split since, it is one problem still: `named` is the case that all was one before, `parts` are those in its stead,
    `at` the first of them in sight.
    """

    named: Named
    assessor: Assessor | None
    cost: Cost
    at: Case
    parts: tuple[Case, ...] = ()
    early: MarkRow | None = None
    judged: EarlyJudgement | None = None
    maybe: tuple[MarkRow, ...] = ()

    @property
    def unit_id(self) -> int | None:
        """The unit that has it; None where its parts lie with several."""
        units = {one.unit_id for one in self.parts or (self.named.case,)}
        return next(iter(units)) if len(units) == 1 else None


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An open problem of our own finding: what each level would take off, the mark that holds, whether it was found."""

    named: Named
    risk: Mapping[Assessor, Decimal]
    overdue: bool
    mark: MarkRow | None
    found_above: bool

    @property
    def most(self) -> Decimal:
        """The most that one level would take off."""
        return max(self.risk.values(), default=_NONE)


def rule_rows(session: Session, root_id: int) -> list[AssessmentRule]:
    """All rules of a jurisdiction, ended ones too."""
    asked = select(AssessmentRule).where(AssessmentRule.root_id == root_id)
    order = (AssessmentRule.assessor, AssessmentRule.list_code, AssessmentRule.kind, AssessmentRule.code)
    return list(session.scalars(asked.order_by(*order, AssessmentRule.valid_from, AssessmentRule.id)))


def rules_of(session: Session, root_id: int) -> list[Rule]:
    """The same as the rules see them."""
    return [as_rule(row) for row in rule_rows(session, root_id)]


def as_rule(row: AssessmentRule) -> Rule:
    """A row as the rules see it."""
    points = {
        Loss.FOUND: row.found_points,
        Loss.OVERDUE: row.overdue_points,
        Loss.REWORK: row.rework_points,
        Loss.RETURN: row.return_points,
    }
    about = Kindred(row.list_code, row.kind, row.code)
    return Rule(row.id, row.assessor, row.name, about, points, row.valid_from, row.valid_to)


def problems(session: Session, scope: Scope, start: datetime, end: datetime) -> list[ProblemRow]:
    """The problems from above in sight, filed in [start, end) and in force, with what they cost by now."""
    asked = _named().where(_from_above(), Case.filed_at >= start, Case.filed_at < end, seen_or_parts(scope))
    asked = asked.where(Case.id.not_in(select(CasePart.part_id)), Case.merged_at.is_(None))
    asked = asked.where(or_(Case.voided_at.is_(None), split_into(part_of_case.merged_at.is_(None))))
    return told(session, scope, _read(session, asked.order_by(Case.filed_at, Case.id)))


def told(session: Session, scope: Scope, found: Sequence[Named]) -> list[ProblemRow]:
    """Problems from above with their level, their cost and the marks of theirs; of marks that may be, those in sight.

    The mark that covers one counts wherever its case lies. One that was split since was found once: it costs once for
    that and for being late, and each rework and return of a part; a part with an upheld appeal adds nothing.
    """
    root_id, ids = scope.root_id, [one.case.id for one in found]
    levels = dict(
        session.execute(
            select(AssessmentProblem.case_id, AssessmentProblem.assessor).where(AssessmentProblem.case_id.in_(ids))
        ).all()
    )
    came = [one.case.reported_at for one in found]
    marks = marks_between(session, root_id, min(came) - HOLDS, max(came), scope) if came else []
    parts = working(session, [one.case.id for one in found if one.case.voided_at is not None])
    judged = judgements(session, ids)
    events = lookups.told(session, [*ids, *(part.id for each in parts.values() for part in each)])
    now = clock.now()
    upheld, rules = upheld_case_ids(session, root_id, now), rules_of(session, root_id)
    named = marks_of_ids(session, {j.early_report_id for j in judged.values()}, scope)
    by_id = {one.row.id: one for one in [*marks, *named]}
    rows = []
    for one in found:
        level, word = levels.get(one.case.id), judged.get(one.case.id)
        early = by_id.get(word.early_report_id) if word is not None and word.same else None
        mine = [part for part in parts.get(one.case.id, ()) if part.merged_at is None]
        at = next((case for case in (one.case, *mine) if sees(scope, case)), one.case)
        counted = [case for case in mine or [one.case] if case.id not in upheld]
        turns = [_turns(events[case.id], now) for case in ([one.case, *counted] if mine else counted)]
        problem = Problem(
            level,
            one.about,
            clock.local_date(one.case.filed_at or one.case.reported_at),
            any(is_overdue(case, now) for case in counted),
            sum(again for again, _ in turns),
            sum(back for _, back in turns),
            early is not None,
            one.case.id in upheld or not counted,
        )
        maybe = candidates([each.mark for each in marks if each.seen], level, one.spot, one.case.reported_at)
        near = tuple(by_id[mark.id] for mark in maybe)
        rows.append(ProblemRow(one, level, cost(problem, rules), at, tuple(mine), early, word, near))
    return rows


def problem_of(session: Session, scope: Scope, case_id: int) -> ProblemRow:
    """The problem from above that a case is, or is a part of."""
    (row,) = told(session, scope, [named_case(session, origin_id(session, case_id))])
    return row


def named_case(session: Session, case_id: int) -> Named:
    """One case with what lists say of it."""
    (found,) = _read(session, _named().where(Case.id == case_id))
    return found


def own_open(session: Session, scope: Scope, limit: int | None = SHOWN) -> list[OwnRow]:
    """Open problems of our own finding in sight that a level looks for, the costliest first; `limit` None: all."""
    now, rules = clock.now(), rules_of(session, scope.root_id)
    today = clock.local_date(now)
    held = [rule for rule in rules if rule.valid_from <= today and (rule.valid_to is None or today < rule.valid_to)]
    by_category = {
        row_id: tuple(max(at_risk(held, about, today, overdue=late).values(), default=_NONE) for late in (False, True))
        for row_id, about in _categories(session, scope.root_id)
        if any(rule.fits(rule.assessor, about, today) for rule in held)
    }
    if not by_category:
        return []
    asked = _named().where(Case.source.in_(OWN), Case.state.in_(OPEN), Case.category_id.in_(sorted(by_category)))
    late = and_(Case.closed_at.is_(None), Case.due_at < now, Case.suspended_at.is_(None))
    plain, overdue = (
        case({row_id: money.to_fen(risk[n]) for row_id, risk in by_category.items()}, value=Case.category_id)
        for n in (0, 1)
    )
    costliest = (case((late, overdue), else_=plain).desc(), Case.runs_out_at, Case.id)
    found = _read(session, _scoped(asked, scope).order_by(*costliest).limit(limit))
    risks = {one.case.id: at_risk(held, one.about, today, overdue=is_overdue(one.case, now)) for one in found}
    return _own_rows(session, scope.root_id, found, risks, now)


def own_case(session: Session, named: Named) -> OwnRow:
    """One case of our own finding as the list shows it."""
    now, root_id = clock.now(), named.case.root_id
    overdue = is_overdue(named.case, now)
    risk = at_risk(rules_of(session, root_id), named.about, clock.local_date(now), overdue=overdue)
    return _own_rows(session, root_id, [named], {named.case.id: risk}, now)[0]


def marks_of_case(session: Session, case_id: int) -> list[MarkRow]:
    """The marks of a case, or of the one it was split from, that stand, oldest first."""
    return _marks(session, EarlyReport.case_id == origin_id(session, case_id))


def corrections(session: Session, case_id: int) -> dict[int, int]:
    """Of the marks of a case, those that were corrected or withdrawn: id -> id of what was written in its place."""
    rows = session.execute(
        select(EarlyReport.supersedes_id, EarlyReport.id).where(
            EarlyReport.case_id == origin_id(session, case_id), EarlyReport.supersedes_id.is_not(None)
        )
    )
    return {before: after for before, after in rows if before is not None}


def marks_between(
    session: Session, root_id: int, start: datetime, end: datetime, scope: Scope | None = None
) -> list[MarkRow]:
    """The marks of a jurisdiction that stand and were made in [start, end]."""
    within = and_(EarlyReport.root_id == root_id, EarlyReport.at >= start, EarlyReport.at <= end)
    return _marks(session, within, scope)


def marks_of_ids(session: Session, ids: Collection[int], scope: Scope) -> list[MarkRow]:
    """Some marks, as far as they still stand."""
    return _marks(session, EarlyReport.id.in_(sorted(ids)), scope) if ids else []


def judgements(session: Session, case_ids: Collection[int]) -> dict[int, EarlyJudgement]:
    """The last word on each problem from above."""
    rows = session.scalars(
        select(EarlyJudgement).where(EarlyJudgement.case_id.in_(sorted(case_ids))).order_by(EarlyJudgement.id)
    )
    return {row.case_id: row for row in rows}


def names_of_judges(session: Session, rows: Iterable[ProblemRow]) -> dict[int, str]:
    """User id -> name of those who judged."""
    ids = {row.judged.judged_by for row in rows if row.judged is not None}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(sorted(ids)))).all())


def found_above(session: Session, root_id: int, since: datetime) -> list[Named]:
    """Problems from above that have not ended, or were filed since an instant: what the levels have found already."""
    asked = _named().where(Case.root_id == root_id, _from_above(), Case.filed_at.is_not(None))
    return _read(session, asked.where(or_(Case.state.in_(OPEN), Case.filed_at >= since)))


def is_overdue(found: Case, now: datetime) -> bool:
    """Whether the whole-case deadline passed before the closing, or has passed by now; not while suspended."""
    if found.closed_at is not None:
        due = found.due_fair_at or found.due_at
        return due is not None and found.closed_at > due
    return found.due_at is not None and found.due_at < now and found.suspended_at is None


def _own_rows(
    session: Session,
    root_id: int,
    found: Sequence[Named],
    risks: Mapping[int, Mapping[Assessor, Decimal]],
    now: datetime,
) -> list[OwnRow]:
    above = [one.spot for one in found_above(session, root_id, now - HOLDS)]
    marks = marks_between(session, root_id, now - HOLDS, now)
    held = {one.row.case_id: one for one in marks if holds_at(one.row.at, now)}
    whole = origins(session, [one.case.id for one in found]) if held else {}
    return [
        OwnRow(
            one, risks[one.case.id], is_overdue(one.case, now), held.get(whole.get(one.case.id, one.case.id)),
            any(same_spot(one.spot, spot) for spot in above),
        )
        for one in found
    ]  # fmt: skip


def _turns(events: Sequence[Event], now: datetime) -> tuple[int, int]:
    """(times reworked, times returned without ground) by the events that are told."""
    again = sum(event.turns for event in events if event.move in _AGAIN)
    marks = marks_of([(event, None) for event in events], project(list(events)), now)
    return again, sum(1 for mark in marks if mark.against is Against.RETURN)


def _marks(session: Session, which: Any, scope: Scope | None = None) -> list[MarkRow]:
    later = select(EarlyReport.supersedes_id).where(EarlyReport.supersedes_id.is_not(None))
    rows = session.execute(
        select(EarlyReport, Case, CategoryList.code, Category.code, User.name)
        .join(Case, Case.id == EarlyReport.case_id)
        .join(Category, Category.id == Case.category_id)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .join(User, User.id == EarlyReport.actor_id)
        .where(which, ~EarlyReport.withdrawn, EarlyReport.id.not_in(later))
        .order_by(EarlyReport.at, EarlyReport.id)
    )
    return [
        MarkRow(
            row,
            found.number,
            actor,
            Spot(Kindred(listed, found.kind, code), found.grid_id, found.lon, found.lat),
            seen=scope is None or sees(scope, found),
        )
        for row, found, listed, code, actor in rows
    ]


def _from_above() -> Any:
    """Written out, so that the index of these few is known to serve."""
    return Case.source == literal(Source.ASSESSMENT, Case.source.type, literal_execute=True)


def _named() -> Any:
    return (
        select(Case, CategoryList.code, Category.code, Category.name_zh, Unit.name)
        .join(Category, Category.id == Case.category_id)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .outerjoin(Unit, Unit.id == Case.unit_id)
    )


def _read(session: Session, asked: Any) -> list[Named]:
    return [Named(*row) for row in session.execute(asked)]


def _scoped(asked: Any, scope: Scope) -> Any:
    return apply_scope(asked, scope, root=Case.root_id, grid=Case.grid_id, unit=Case.unit_id, reporter=Case.reporter_id)


def _categories(session: Session, root_id: int) -> list[tuple[int, Kindred]]:
    """The categories that cases of a jurisdiction may have."""
    rows = session.execute(
        select(Category.id, CategoryList.code, Category.kind, Category.code)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .where(Category.root_id.in_((0, root_id)), Category.level == 2)
    )
    return [(row_id, Kindred(listed, kind, code)) for row_id, listed, kind, code in rows]
