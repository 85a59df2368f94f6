"""Photos of the work done that look wrong: of one case, and those a person has to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, not_, or_, select, true
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent, CaseFlag
from gridops.cases.queries.filters import visible
from gridops.cases.queries.lookups import History
from gridops.cases.queries.lookups import history as history_of
from gridops.cases.queries.merging import absorbed_ids, leads
from gridops.cases.queries.splitting import parts_of, whole_of
from gridops.cases.queries.standing import standing_of
from gridops.cases.rules.faking import told
from gridops.cases.rules.moves import Move
from gridops.people.models import User
from gridops.people.queries import Scope, scope_of
from gridops.people.rules import Person, Role

LIST = 50


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag with its case, the other case where it is in sight, and who judged."""

    flag: CaseFlag
    case: Case
    other: Case | None
    judge: str | None


def of_case(session: Session, scope: Scope, person: Person, case_id: int) -> list[FlagRow]:
    """The flags of a case in sight that this person is told of, oldest first."""
    rows = _rows(session, scope, _FLAGS.where(CaseFlag.case_id == case_id).order_by(CaseFlag.id))
    if not rows:
        return []
    case = rows[0].case
    history = history_of(session, case.id)
    standing = standing_of(session, person, case, history)
    handles = standing.handler or gave_feedback(history, person)
    return [row for row in rows if told(handles=handles, here=standing.territory, judged=row.flag.verdict is not None)]


def gave_feedback(history: History, person: Person) -> bool:
    """Whether a person ever said that the work on a case was done."""
    return any(one.event.move is Move.FEEDBACK and one.actor_id == person.user_id for one in history.acted)


def to_judge(session: Session, scope: Scope, person: Person, *, after: int = 0, limit: int = LIST) -> list[FlagRow]:
    """What waits for a verdict in sight, oldest first, but for what this person handled or handles."""
    stmt = _FLAGS.where(CaseFlag.root_id == scope.root_id, CaseFlag.verdict.is_(None), CaseFlag.id > after)
    stmt = stmt.where(*_not_handled_by(session, person))
    return _rows(session, scope, stmt.order_by(CaseFlag.id).limit(limit))


def any_to_judge(session: Session, scope: Scope, person: Person) -> bool:
    """Whether anything waits for a verdict in sight."""
    return bool(to_judge(session, scope, person, limit=1))


def judged(session: Session, scope: Scope, limit: int = LIST) -> list[FlagRow]:
    """What was judged in sight, the latest first."""
    stmt = _FLAGS.where(CaseFlag.root_id == scope.root_id, CaseFlag.verdict.is_not(None))
    return _rows(session, scope, stmt.order_by(CaseFlag.judged_at.desc(), CaseFlag.id.desc()).limit(limit))


def locked(session: Session, flag_id: int) -> CaseFlag | None:
    """A flag that whoever else wants to judge waits for."""
    stmt = select(CaseFlag).where(CaseFlag.id == flag_id).with_for_update()
    return session.scalar(stmt.execution_options(populate_existing=True))


def merged_with(session: Session, case: Case) -> frozenset[int]:
    """A case, those merged or split with it: their photos are its own."""
    into = leads(session, case)
    top = into[-1].id if into else case.id
    split_from = whole_of(session, case.id)
    family = {split_from, *parts_of(session, split_from)} if split_from else set()
    return frozenset({case.id, *(one.id for one in into), *absorbed_ids(session, top), *family})


_FLAGS = select(CaseFlag, Case, User.name).join(Case, Case.id == CaseFlag.case_id)
_FLAGS = _FLAGS.outerjoin(User, User.id == CaseFlag.judged_by)


def _rows(session: Session, scope: Scope, stmt: object) -> list[FlagRow]:
    found = session.execute(visible(stmt, scope)).all()
    others = _others(session, scope, [flag.other_case_id for flag, _case, _name in found if flag.other_case_id])
    return [FlagRow(flag, case, others.get(flag.other_case_id or 0), name) for flag, case, name in found]


def _not_handled_by(session: Session, person: Person) -> list[ColumnElement[bool]]:
    gave = select(CaseEvent.case_id).where(
        CaseEvent.case_id == Case.id, CaseEvent.move == Move.FEEDBACK, CaseEvent.actor_id == person.user_id
    )
    handling = tuple(held for held in person.holdings if held.role is Role.HANDLER)
    own = scope_of(session, replace(person, holdings=handling)).units if handling else ()
    with_them = [and_(Case.unit_id.in_(sorted(part.unit_ids)), _lies_in(part.grid_ids)) for part in own]
    return [~gave.exists(), *(or_(Case.unit_id.is_(None), not_(one)) for one in with_them)]


def _lies_in(grid_ids: frozenset[int] | None) -> ColumnElement[bool]:
    return true() if grid_ids is None else Case.grid_id.in_(sorted(grid_ids))


def _others(session: Session, scope: Scope, ids: Sequence[int]) -> dict[int, Case]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(visible(select(Case).where(Case.id.in_(sorted(set(ids)))), scope))}
