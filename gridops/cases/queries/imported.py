"""Which cases of a file are known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case


def imported_cases(
    session: Session, source_system: str, external_ids: Mapping[int, Sequence[str]]
) -> dict[tuple[int, str], tuple[int, str | None]]:
    """(root, external id) -> (case id, digest of what was told last), of those asked for by root that exist."""
    found: dict[tuple[int, str], tuple[int, str | None]] = {}
    for root_id, wanted in external_ids.items():
        rows = session.execute(
            select(Case.external_id, Case.id, Case.import_digest).where(
                Case.root_id == root_id, Case.source_system == source_system, Case.external_id.in_(wanted)
            )
        )
        found |= {(root_id, external_id or ""): (case_id, digest) for external_id, case_id, digest in rows}
    return found
