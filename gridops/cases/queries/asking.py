"""What the condition of a case asks: the pictures there are, and whether a person may check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries.merging import absorbed_ids, uses_with_merged
from gridops.cases.rules.checking import barred
from gridops.catalogue.models import FilingCondition
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.people.rules import Person, Role

# Who is inspector of one of these watches a whole street, not a community.
_WIDE = frozenset({Level.CITY, Level.DISTRICT, Level.STREET})


def pictures(session: Session, case_id: int, since: datetime | None = None) -> Counter[str]:
    """How many pictures of a case and of those merged into it have come, by their roles; only those linked since an
    instant, if given.
    """
    uses = uses_with_merged(session, case_id, absorbed_ids(session, case_id))
    return Counter(use.role for use in uses if use.picture and (since is None or use.linked_at >= since))


def check_barred(session: Session, case: Case, condition: FilingCondition, person: Person) -> str | None:
    """Why an inspector may not check a case under its condition, in a sentence; None: may."""
    if condition.check_rule is None:
        return None
    tree = grids.tree(session)
    path = set(tree.path(case.grid_id)) if case.grid_id in tree else {case.grid_id}
    held = (one.grid_id for one in person.holdings if one.role is Role.INSPECTOR and one.grid_id in path)
    near = any(grid_id in tree and tree.nodes[grid_id].level not in _WIDE for grid_id in held)
    return barred(condition.check_rule, reporter=case.reporter_id == person.user_id, community=near)


def conditions_of(session: Session, case_ids: Collection[int]) -> dict[int, FilingCondition]:
    """Case id -> the condition it stands under; cases without one are left out."""
    rows = session.execute(
        select(Case.id, FilingCondition)
        .join(FilingCondition, FilingCondition.id == Case.condition_id)
        .where(Case.id.in_(sorted(set(case_ids))))
    )
    return {row[0]: row[1] for row in rows}
