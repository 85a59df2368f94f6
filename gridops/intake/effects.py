"""What a record does once it may: a table type -> the verb of its room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups as cases
from gridops.cases.service import moving, reporting
from gridops.cases.service.placing import NEAREST_WITHIN_M
from gridops.cases.service.writing import NewCase, Numbers
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.grids import queries as grids
from gridops.inspections import queries as inspections_asked
from gridops.inspections import service as inspections
from gridops.intake import queries
from gridops.intake.forms import AnswerIn, WorkIn
from gridops.intake.models import Record
from gridops.intake.rules import RecordType
from gridops.operations import service as operations
from gridops.people.rules import Person
from gridops.supervision import service as supervision

# What evidence of records about cases is evidence for.
SUBJECT = "case"
# (session, person, what was said, when it happened, when we learnt of it, by which record) -> what it led to.
WorkVerb = Callable[..., tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Done:
    """The case and the event a record led to."""

    case: Case
    event_id: int


def apply(
    session: Session,
    person: Person,
    row: Record,
    meaning: ReportIn | AnswerIn,
    case_id: int | None,
    within_m: float = NEAREST_WITHIN_M,
) -> Done:
    """Let a record take effect in the name of its sender. Raises what the room raises."""
    case = _VERBS[row.type](session, person, row, meaning, case_id, within_m)
    found = cases.event_of_record(session, row.id)
    assert found is not None, "an effect leaves its event"
    return Done(case, found[2])


def work(session: Session, person: Person, row: Record, said: WorkIn) -> tuple[str, int]:
    """Let a record of rounds, outings or supervision take effect in the name of its sender.

    Returns kind and id of what it led to. Raises what the room raises.
    """
    return _WORK[said.type](
        session,
        person,
        said.said,
        happened_at=row.happened_at,
        # What takes effect late is known late: a frozen figure must be able to tell.
        recorded_at=clock.now(),
        record_id=row.id,
    )


def subject_of(row: Record) -> tuple[str, int]:
    """Kind and id of what a record led to."""
    if row.case_id is not None:
        return SUBJECT, row.case_id
    assert row.subject_kind is not None, "it took effect"
    assert row.subject_id is not None, "it took effect"
    return row.subject_kind, row.subject_id


def root_of(session: Session, row: Record) -> int:
    """The root of what a record led to; records of rounds and outings act in their sender's own."""
    if row.case_id is not None:
        return case_of(session, row.case_id).root_id
    return queries.roots_of(session, [row.user_id])[row.user_id]


def case_by_record(session: Session, record_id: str) -> int | None:
    """The case that began with a record."""
    found = cases.by_record(session, record_id)
    return found.id if found else None


def case_by_number(session: Session, number: str) -> int | None:
    """The case of a number."""
    found = cases.by_number(session, number)
    return found.id if found else None


def case_of(session: Session, case_id: int) -> Case:
    """The case a record led to."""
    case = cases.case(session, case_id)
    if case is None:
        raise NotFound("没有这个案件。")
    return case


def grid_of(ground: grids.Snapshot, case: Case) -> dict[str, str]:
    """Code, name and level of a case's grid, for the receipt."""
    # As the grid was when the case fell into it: a receipt does not change with the territory.
    version = ground.territory.versions[case.grid_version_id]
    return {"code": version.code, "name": version.name, "level": version.level.value}


def prepare_case(
    session: Session, person: Person, row: Record, report: ReportIn, ground: grids.Snapshot, within_m: float
) -> NewCase:
    """The case that a report begins, checked and not yet written. Raises what the room raises."""
    return reporting.prepare(session, report, person, ground, row.happened_at, clock.now(), row.id, within_m)


def begin_case(session: Session, new: NewCase, numbers: Numbers) -> Done:
    """Write a prepared case by plain inserts alone."""
    return Done(reporting.begin(session, new, numbers), numbers.event_ids[0])


def may_fit_later(session: Session, person: Person, row: Record, meaning: WorkIn) -> bool:
    """Whether what a room refuses may be right once others have checked in: their records are on other phones."""
    if row.type is not RecordType.VISIT:
        return False
    return inspections.awaits_officers(session, person, meaning.said, row.happened_at)


def _report(session: Session, person: Person, row: Record, meaning: Any, case_id: int | None, within_m: float) -> Case:
    if case_id is not None:
        # By its number: what the phone named may itself be a second sight of that case.
        meaning = replace(meaning, same_as=case_of(session, case_id).number)
    return reporting.report(
        session,
        meaning,
        person,
        happened_at=row.happened_at,
        # What takes effect late is known late: a frozen figure must be able to tell.
        recorded_at=clock.now(),
        record_id=row.id,
        within_m=within_m,
    )


def _answer(session: Session, person: Person, row: Record, meaning: Any, case_id: int | None, _within_m: float) -> Case:
    assert case_id is not None, "an answer names its case"
    return moving.move(
        session,
        case_id,
        meaning.move,
        person,
        meaning.fields,
        happened_at=row.happened_at,
        recorded_at=clock.now(),
        record_id=row.id,
        pictures=Counter(file["role"] for file in row.attachments if str(file.get("mime", "")).startswith("image/")),
    )


_VERBS: dict[RecordType, Callable[[Session, Person, Record, Any, int | None, float], Case]] = {
    RecordType.REPORT: _report,
    RecordType.VERIFICATION: _answer,
    RecordType.CHECK: _answer,
    RecordType.FEEDBACK: _answer,
}


def _by_room(of_round: WorkVerb, of_outing: WorkVerb) -> WorkVerb:
    """Some records belong to a round or to an outing: the room that is named, or whose code it is, takes them."""

    def take(session: Session, person: Person, said: Any, **when: Any) -> tuple[str, int]:
        night = said.round is not None
        if not night and said.outing is None:
            night = inspections_asked.round_by_code(session, person.root_id, said.code or "") is not None
        verb = of_round if night else of_outing
        return verb(session, person, said, **when)

    return take


_WORK: dict[RecordType, WorkVerb] = {
    RecordType.ROUND: inspections.record_round,
    RecordType.VISIT: inspections.record_visit,
    RecordType.OUTING: operations.record_outing,
    RecordType.CHECK_IN: _by_room(inspections.record_check_in, operations.record_check_in),
    RecordType.TALLY: operations.record_tally,
    RecordType.INCIDENT: operations.record_incident,
    RecordType.HANDOVER: operations.record_handover,
    RecordType.DISCIPLINE_CHECK: supervision.record_discipline_check,
    RecordType.PROBLEM_ANSWER: supervision.record_problem_answer,
    RecordType.TRACK: _by_room(inspections.record_track, operations.record_track),
}
