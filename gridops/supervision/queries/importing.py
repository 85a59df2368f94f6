"""What files of supervision brought before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.supervision.models import DisciplineCheck, Matter, Problem

Kept = DisciplineCheck | Problem | Matter


def from_file(session: Session, root_id: int, source_system: str, external_ids: Iterable[str]) -> dict[str, Kept]:
    """What a system's files brought before, by their names there, whatever kind it is."""
    wanted = sorted(set(external_ids))
    models: tuple[Any, ...] = (DisciplineCheck, Problem, Matter)
    found: dict[str, Kept] = {}
    for model in models:
        for row in session.scalars(
            select(model).where(
                model.root_id == root_id, model.source_system == source_system, model.external_id.in_(wanted)
            )
        ):
            found[str(row.external_id)] = row
    return found
