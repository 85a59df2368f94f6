"""Files of supervision and of scores: all lines are looked at, what is wrong with each is told, twice changes nothing.

Whether anything is kept is the caller's business: with errors it rolls back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.outside import Told, digest_of
from gridops.supervision import queries
from gridops.supervision.forms.desk import DEFAULT_SERIES
from gridops.supervision.forms.scores import ScoreLine
from gridops.supervision.forms.supervision import Kept, SupervisionLine
from gridops.supervision.models import DisciplineCheck, Matter, MatterLine, Problem, ProblemStep, Score
from gridops.supervision.rules import Light, ProblemState
from gridops.supervision.service.common import NO_UNIT, next_number

_MODELS: dict[Kept, Any] = {Kept.CHECK: DisciplineCheck, Kept.PROBLEM: Problem, Kept.MATTER: Matter}
# A progress report that a file brings carries no light: nothing was said against it.
_REPORTED = "已报送进展"


def import_supervision(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, SupervisionLine]],
    actor_id: int | None = None,
) -> Told:
    """Take looks, problem items and matters as a file tells them: new, changed where it now says otherwise."""
    told = Told()
    units = queries.unit_ids(session, root_id, [line.unit_code for _n, line in lines])
    standing = queries.from_file(session, root_id, source_system, (line.external_id for _n, line in lines))
    for number, line in lines:
        row = standing.get(line.external_id)
        if row is not None and not isinstance(row, _MODELS[line.kind]):
            told.refuse(number, "kind", line.kind.value, "这个编号以前导入为另一种类")
        if line.unit_code not in units:
            told.refuse(number, "unit_code", line.unit_code, NO_UNIT)
        if number in told.refused_lines:
            continue
        digest = digest_of(_values(line))
        if row is not None and row.import_digest == digest:
            told.unchanged += 1
            continue
        new = row is None
        if row is None:
            row = _MODELS[line.kind](
                root_id=root_id, source_system=source_system, external_id=line.external_id, recorded_at=clock.now()
            )
            told.new += 1
        else:
            row.version += 1
            told.changed += 1
        row.import_digest = digest
        _WRITERS[line.kind](session, row, line, units[line.unit_code], new)
    session.flush()
    _note(session, root_id, "supervision.import", source_system, told, actor_id)
    return told


def import_scores(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, ScoreLine]],
    actor_id: int | None = None,
) -> Told:
    """Take scores from above by month, assessor and item; one that was withdrawn comes back with a file that has it."""
    told = Told()
    standing = queries.scores_by_key(session, root_id, (line.month for _n, line in lines))
    for _number, line in lines:
        digest = digest_of((*map(str, line.key), line.score, line.full, line.rank, line.of))
        row = standing.get(line.key)
        if row is not None and row.import_digest == digest and row.valid_to is None:
            told.unchanged += 1
            continue
        if row is None:
            month, assessor, item = line.key
            row = Score(root_id=root_id, month=month, assessor=assessor, item=item)
            standing[line.key] = row
            session.add(row)
            told.new += 1
        else:
            told.changed += 1
        row.score, row.full, row.rank, row.of = line.score, line.full, line.rank, line.of
        row.import_digest, row.recorded_at, row.valid_to = digest, clock.now(), None
    session.flush()
    _note(session, root_id, "score.import", source_system, told, actor_id)
    return told


def _write_check(session: Session, row: DisciplineCheck, line: SupervisionLine, unit_id: int, new: bool) -> None:
    row.unit_id, row.at, row.source, row.fact = unit_id, line.at, line.source, line.fact
    # What a file calls verified from the first is verified since always; a change is known from now on.
    row.verified_at = clock.now() if line.verified and not new and not row.verified else row.verified_at
    row.verified_at = row.verified_at if line.verified else None
    if not line.verified or row.person != line.person:
        row.naming_approved_by = row.naming_approval = None
    row.verified, row.person, row.outcome = line.verified, line.person, line.outcome
    session.add(row)


def _write_problem(session: Session, row: Problem, line: SupervisionLine, unit_id: int, new: bool) -> None:
    if new:
        row.number = next_number(session, row.root_id, "problem", "WT", line.at)
        row.series = DEFAULT_SERIES
    row.unit_id, row.at, row.fact, row.source, row.due_at = unit_id, line.at, line.fact, line.source, line.due_at
    before = row.answered_at, row.accepted_at
    # What the desk has noted meanwhile stands where the file is silent.
    row.answered_at, row.accepted_at = line.answered_at or row.answered_at, line.accepted_at or row.accepted_at
    row.answer = line.outcome or row.answer
    session.add(row)
    session.flush()
    now, after = clock.now(), (line.answered_at, line.accepted_at)
    for state, was, at in zip((ProblemState.ANSWERED, ProblemState.ACCEPTED), before, after, strict=True):
        if at is not None and at != was:
            said = line.outcome if state is ProblemState.ANSWERED else None
            session.add(ProblemStep(problem_id=row.id, state=state, at=at, words=said, recorded_at=now))


def _write_matter(session: Session, row: Matter, line: SupervisionLine, unit_id: int, new: bool) -> None:
    if new:
        row.number = next_number(session, row.root_id, "matter", "DC", line.at)
    row.lead_unit_id, row.title, row.source = unit_id, line.fact, line.source
    row.opened_at, row.due_at = line.at, line.due_at
    row.done_at, row.outcome = line.accepted_at or row.done_at, line.outcome or row.outcome
    session.add(row)
    session.flush()
    if line.answered_at is None or any(told.at == line.answered_at for told in queries.lines_of(session, row.id)):
        return
    said = line.outcome or _REPORTED
    session.add(
        MatterLine(matter_id=row.id, at=line.answered_at, text=said, light=Light.GREEN, recorded_at=clock.now())
    )


_WRITERS: dict[Kept, Any] = {
    Kept.CHECK: _write_check,
    Kept.PROBLEM: _write_problem,
    Kept.MATTER: _write_matter,
}


def _values(line: SupervisionLine) -> tuple[object, ...]:
    return (
        line.kind.value,
        line.at,
        line.unit_code,
        line.person,
        line.fact,
        line.verified,
        line.outcome,
        line.due_at,
        line.answered_at,
        line.accepted_at,
        line.source,
    )


def _note(session: Session, root_id: int, act: str, source_system: str, told: Told, actor_id: int | None) -> None:
    if told.new or told.changed:
        counts = {"new": told.new, "changed": told.changed}
        audit.record(session, act, "root", root_id, actor_id=actor_id, root_id=root_id, source=source_system, **counts)
