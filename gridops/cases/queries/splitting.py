"""Which cases a case was split into, and which one it came from.

What is kept beside a case once (a 12345 order, the finding of an assessment) stays with the first of them, its
`origin`: a part may itself be split.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseEvent, CasePart
from gridops.cases.queries.merging import Linked, linked
from gridops.cases.rules.moves import Move
from gridops.people.queries import Scope, shown


def parts_of(session: Session, case_id: int, seq: int | None = None) -> list[int]:
    """The ids of the cases that a case was split into; by one event of its, if given."""
    stmt = select(CasePart.part_id).where(CasePart.parent_id == case_id).order_by(CasePart.part_id)
    return list(session.scalars(stmt if seq is None else stmt.where(CasePart.seq == seq)))


def whole_of(session: Session, case_id: int) -> int | None:
    """The id of the case that this one was split from; None where it is no part."""
    return session.scalar(select(CasePart.parent_id).where(CasePart.part_id == case_id))


def split_undone(session: Session, case_id: int) -> bool:
    """Whether a case is a part of one that was put together again."""
    later = (
        select(CaseEvent.id)
        .join(CasePart, CasePart.parent_id == CaseEvent.case_id)
        .where(CasePart.part_id == case_id, CaseEvent.move == Move.UNDO_SPLIT, CaseEvent.seq > CasePart.seq)
    )
    return session.scalar(later.limit(1)) is not None


def whole(session: Session, scope: Scope, case_id: int) -> Linked | None:
    """The case that this one was split from."""
    parent_id = whole_of(session, case_id)
    return None if parent_id is None else linked(scope, session.get_one(Case, parent_id))


def parts(session: Session, scope: Scope, case_id: int) -> tuple[Linked, ...]:
    """The cases that a case was split into, in the order they were begun."""
    ids = parts_of(session, case_id)
    rows = session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)) if ids else ()
    return tuple(linked(scope, row) for row in rows)


def origin_id(session: Session, case_id: int) -> int:
    """The id of the case that all was one before any split; of a case that is no part, its own."""
    return origins(session, [case_id]).get(case_id, case_id)


def origins(session: Session, case_ids: Collection[int]) -> dict[int, int]:
    """The same of several cases, of those that are parts."""
    first = select(CasePart.part_id.label("of_id"), CasePart.parent_id).where(CasePart.part_id.in_(sorted(case_ids)))
    line = first.cte("origins", recursive=True)
    line = line.union(select(line.c.of_id, CasePart.parent_id).join(line, line.c.parent_id == CasePart.part_id))
    # A part is younger than what it was split from.
    rows = session.execute(select(line.c.of_id, func.min(line.c.parent_id)).group_by(line.c.of_id))
    return {row[0]: row[1] for row in rows}


def _line() -> Select[tuple[int]]:
    line = select(cast(bindparam("case_id"), BigInteger).label("id")).cte("line", recursive=True)
    return select(line.union(select(CasePart.parent_id).join(line, line.c.id == CasePart.part_id)).c.id)


# The ids of a case (`case_id`) and of those it was split from; asked with every page of a case, so it is built once.
LINE = _line()


def working(session: Session, case_ids: Collection[int]) -> dict[int, list[Case]]:
    """Case id -> the parts that stand in its stead: not voided, nor split once more themselves; only of split cases.

    A split that was undone has none: its parts are voided.
    """
    first = select(CasePart.parent_id.label("top_id"), CasePart.part_id).where(CasePart.parent_id.in_(sorted(case_ids)))
    tree = first.cte("parts", recursive=True)
    tree = tree.union(select(tree.c.top_id, CasePart.part_id).join(CasePart, CasePart.parent_id == tree.c.part_id))
    rows = session.execute(
        select(tree.c.top_id, Case)
        .join(Case, Case.id == tree.c.part_id)
        .where(Case.voided_at.is_(None))
        .order_by(tree.c.top_id, Case.id)
    )
    found: dict[int, list[Case]] = {}
    for top_id, part in rows:
        found.setdefault(top_id, []).append(part)
    return found


def split_into(which: Any) -> ColumnElement[bool]:
    """Cases split, at once or by way of a part, into one in force for which a condition over `part_of_case` holds."""
    first = select(CasePart.parent_id).join(part_of_case, part_of_case.id == CasePart.part_id)
    first = first.where(part_of_case.voided_at.is_(None), which)
    above = first.cte(recursive=True)
    tree = above.union(select(CasePart.parent_id).join(above, above.c.parent_id == CasePart.part_id))
    return Case.id.in_(select(tree.c.parent_id))


# A part of a split case, as conditions name it beside the case itself.
part_of_case = aliased(Case, name="part_of_case")


def seen_or_parts(scope: Scope) -> ColumnElement[bool]:
    """Cases in sight, and split ones of which a part is: what is kept beside them is seen with the part."""
    if scope.grid_ids is None:
        return Case.root_id == scope.root_id
    own, parts = (
        shown(scope, grid=one.grid_id, unit=one.unit_id, reporter=one.reporter_id) for one in (Case, part_of_case)
    )
    return (Case.root_id == scope.root_id) & or_(own, split_into(parts))
