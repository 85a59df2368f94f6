"""Which cases of a file are known already, and which of them people have worked on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent


def has_imported(session: Session, root_id: int, source_system: str) -> bool:
    """Whether a root has any case of a source system."""
    return bool(session.scalar(select(exists().where(Case.root_id == root_id, Case.source_system == source_system))))


def imported_cases(
    session: Session, root_id: int, source_system: str, external_ids: Sequence[str]
) -> dict[str, tuple[int, str | None]]:
    """External id -> (case id, digest of what was told last), of those asked for that exist."""
    rows = session.execute(
        select(Case.external_id, Case.id, Case.import_digest).where(
            Case.root_id == root_id, Case.source_system == source_system, Case.external_id.in_(external_ids)
        )
    )
    return {external_id or "": (case_id, digest) for external_id, case_id, digest in rows}


def worked_on_here(session: Session, case_ids: Collection[int]) -> set[int]:
    """Those of some cases on which a person has acted; a file may no longer tell their history."""
    rows = session.scalars(
        select(CaseEvent.case_id)
        .where(CaseEvent.case_id.in_(case_ids), CaseEvent.actor_id.is_not(None), CaseEvent.superseded_at.is_(None))
        .distinct()
    )
    return set(rows)
