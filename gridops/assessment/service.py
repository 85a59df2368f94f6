"""The verbs of the assessment from above: rules of points kept, levels named, reports made beforehand and judged."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.assessment import queries
from gridops.assessment.forms import EarlyForm, JudgementForm, RuleForm
from gridops.assessment.models import AssessmentProblem, AssessmentRule, EarlyJudgement, EarlyReport
from gridops.assessment.rules import JUDGES, KEEPERS, OPEN, OWN, Loss, early_fault, holds_at
from gridops.audit import service as audit
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.splitting import origin_id
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.core.db import lock_names
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import may_at, scope_of
from gridops.people.rules import Person, Role
from gridops.supervision.rules import Assessor

MOST_RULES = 200


def add_rule(session: Session, root_id: int, form: RuleForm, *, actor_id: int) -> AssessmentRule:
    """A further rule; one for the same level and categories that held before ends where it begins.

    Problems are counted by the rule of the day on which they were filed. The same form twice is one rule. Raises
    Invalid; Conflict: too many, or one for the same begins within its days (it is ended first, by a person). Audited.
    """
    begins = form.valid_from or clock.local_date(clock.now())
    if form.valid_to is not None and form.valid_to <= begins:
        raise Invalid(("last_day", "不能早于生效日期"))
    if not any(form.points.values()):
        raise Invalid(("found_points", "至少填写一项扣分"))
    _lock_rules(session, root_id)
    rows = [row for row in queries.rule_rows(session, root_id) if _stands(row, begins)]
    like = [row for row in rows if (row.assessor, queries.as_rule(row).about) == (form.assessor, form.about)]
    for row in like:
        if (row.name, row.valid_from, row.valid_to, queries.as_rule(row).points) == (
            form.name, begins, form.valid_to, form.points,
        ):  # fmt: skip
            return row
        if begins <= row.valid_from and (form.valid_to is None or row.valid_from < form.valid_to):
            raise Conflict(f"同类规则“{row.name}”自{row.valid_from.isoformat()}起生效，请先终止它，或另定起止日期")
    if len(rows) >= MOST_RULES:
        raise Conflict(f"最多{MOST_RULES}条扣分规则")
    for row in like:
        row.valid_to = min(begins, row.valid_to or begins) if row.valid_from < begins else row.valid_to
    made = AssessmentRule(
        root_id=root_id,
        assessor=form.assessor,
        name=form.name,
        list_code=form.about.list_code,
        kind=form.about.kind,
        code=form.about.code,
        found_points=form.points[Loss.FOUND],
        overdue_points=form.points[Loss.OVERDUE],
        rework_points=form.points[Loss.REWORK],
        return_points=form.points[Loss.RETURN],
        valid_from=begins,
        valid_to=form.valid_to,
        changed_at=clock.now(),
        changed_by=actor_id,
    )
    session.add(made)
    session.flush()
    _tell_rule(session, "assessment_rule.add", made, actor_id)
    return made


def end_rule(session: Session, row_id: int, root_id: int, *, actor_id: int) -> None:
    """End a rule today; what was filed before is counted by it still. NotFound, Conflict. Audited."""
    _lock_rules(session, root_id)
    row = session.get(AssessmentRule, row_id, populate_existing=True)
    if row is None or row.root_id != root_id:
        raise NotFound("没有这条扣分规则")
    today = clock.local_date(clock.now())
    if not _stands(row, today):
        raise Conflict("这条扣分规则已经终止")
    row.valid_to = max(today, row.valid_from)
    row.changed_at, row.changed_by = clock.now(), actor_id
    session.flush()
    _tell_rule(session, "assessment_rule.end", row, actor_id)


def set_level(session: Session, person: Person, case_id: int, assessor: Assessor) -> None:
    """Say which level sent a problem down. NotFound, NotAllowed, Conflict: it did not come from an assessment."""
    case = _case(session, person, case_id, KEEPERS)
    if case.source is not Source.ASSESSMENT:
        raise Conflict("只有来源为考核的案件有考核层级")
    found_id = origin_id(session, case.id)
    row = session.get(AssessmentProblem, found_id) or AssessmentProblem(case_id=found_id, root_id=case.root_id)
    row.assessor, row.set_at, row.set_by = assessor, clock.now(), person.user_id
    session.add(row)
    session.flush()
    _tell(session, "assessment.level", case, person, assessor=assessor.value)


def report_early(session: Session, person: Person, case_id: int, form: EarlyForm) -> EarlyReport:
    """Keep that an open problem of ours was reported upward beforehand, or correct what was kept of it.

    The same correction twice is one. NotFound, NotAllowed, Invalid; Closed: none of ours, ended, or found above
    already; Conflict: corrected meanwhile, or reported to that level already.
    """
    case = _case(session, person, case_id, KEEPERS)
    found_id = origin_id(session, case.id)
    now = clock.now()
    filed_at = session.get_one(Case, found_id).filed_at
    marks = {row.row.id: row.row for row in queries.marks_of_case(session, case.id)}
    # What the form may mean by its minute: that of the mark it corrects, or that of the filing.
    known = [*(mark.at for mark in marks.values() if mark.id == form.corrects), *([filed_at] if filed_at else [])]
    at = clock.exactly(form.at, known) if form.at else now
    if at > now:
        raise Invalid(("at", "时间不能晚于现在"))
    if form.corrects is not None:
        if form.corrects not in marks:
            if (same := _same_correction(session, found_id, form, person)) is not None:
                return same
            raise Conflict("这条提前上报已被更正，请刷新后再试")
    else:
        row = queries.own_case(session, queries.named_case(session, case.id))
        fault = early_fault(
            own=case.source in OWN,
            is_open=case.state in OPEN,
            filed=case.filed_at is not None,
            found_above=row.found_above,
        )
        if fault is not None:
            raise Closed(fault)
        if form.assessor in {one.assessor for one in marks.values() if holds_at(one.at, now)}:
            raise Conflict("已向这一层级提前上报，请刷新后再试")
    if not form.withdrawn and (filed_at is None or at < filed_at):
        raise Invalid(("at", "时间不能早于立案"))
    made = EarlyReport(
        root_id=case.root_id,
        case_id=found_id,
        assessor=form.assessor,
        number=form.number,
        at=at,
        words=form.words,
        supersedes_id=form.corrects,
        withdrawn=form.withdrawn,
        recorded_at=now,
        actor_id=person.user_id,
    )
    session.add(made)
    session.flush()
    _tell(session, "early.correct" if form.corrects else "early.report", case, person, assessor=form.assessor.value)
    return made


def _same_correction(session: Session, case_id: int, form: EarlyForm, person: Person) -> EarlyReport | None:
    """What was written in the place of a mark, where the same person said the same."""
    asked = select(EarlyReport).where(EarlyReport.case_id == case_id, EarlyReport.supersedes_id == form.corrects)
    after = session.scalar(asked)
    if after is None or (form.at is not None and not clock.same_minute(form.at, after.at)):
        return None
    said = (after.assessor, after.number, after.words, after.withdrawn, after.actor_id)
    return after if said == (form.assessor, form.number, form.words, form.withdrawn, person.user_id) else None


def judge_early(session: Session, person: Person, case_id: int, form: JudgementForm) -> EarlyJudgement:
    """A person's word whether a problem from above is the one of a mark; the last word holds.

    NotFound, NotAllowed; Conflict: the mark is not of the same kind, place, level, and the seven days before.
    """
    case = _case(session, person, case_id, JUDGES)
    if case.source is not Source.ASSESSMENT:
        raise Conflict("只有来源为考核的案件有考核层级")
    found_id = origin_id(session, case.id)
    row = queries.problem_of(session, scope_of(session, person), found_id)
    last = row.judged
    if last is not None and (last.early_report_id, last.same, last.words, last.judged_by) == (
        form.early_report_id, form.same, form.words, person.user_id,
    ):  # fmt: skip
        return last  # the same form twice
    known = {one.row.id for one in (*row.maybe, *((row.early,) if row.early and row.early.seen else ()))}
    if form.early_report_id not in known:
        raise Conflict("这条提前上报与本案的类别、地点、层级或时间不符")
    made = EarlyJudgement(
        case_id=found_id,
        early_report_id=form.early_report_id,
        same=form.same,
        words=form.words,
        judged_at=clock.now(),
        judged_by=person.user_id,
    )
    session.add(made)
    session.flush()
    _tell(session, "early.judge", case, person, same=form.same)
    return made


def _lock_rules(session: Session, root_id: int) -> None:
    """Two rules must not come to hold for the same problem."""
    lock_names(session, [f"assessment rules:{root_id}"])


def _case(session: Session, person: Person, case_id: int, roles: tuple[Role, ...]) -> Case:
    """The case, held with the one that all was before a split: beside that the finding is kept.

    NotFound where the person does not see it, NotAllowed without one of the roles there.
    """
    case = lookups.locked(session, [case_id, origin_id(session, case_id)]).get(case_id)
    if case is None or not scope_of(session, person).sees(
        root_id=case.root_id, grid_id=case.grid_id, unit_id=case.unit_id, reporter_id=case.reporter_id
    ):
        raise NotFound("没有这个案件")
    if not may_at(session, person, roles, case.grid_id):
        raise NotAllowed("您的岗位或责任范围不能办理这件事")
    return case


def _stands(row: AssessmentRule, day: date) -> bool:
    """Whether a rule holds on a day or is still to come."""
    return row.valid_to is None or (row.valid_to > day and row.valid_to > row.valid_from)


def _tell_rule(session: Session, act: str, row: AssessmentRule, actor_id: int) -> None:
    audit.record(
        session, act, "assessment_rule", row.id, actor_id=actor_id, root_id=row.root_id, name=row.name,
        assessor=row.assessor.value, valid_from=row.valid_from.isoformat(),
    )  # fmt: skip


def _tell(session: Session, act: str, case: Case, person: Person, **details: Any) -> None:
    audit.record(session, act, "case", case.id, actor_id=person.user_id, root_id=case.root_id, **details)
