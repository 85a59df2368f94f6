"""Writing the audit trail, and sealing it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock


def record(
    session: Session,
    act: str,
    subject_kind: str,
    subject_id: str | int,
    *,
    actor_id: int | None = None,
    root_id: int | None = None,
    **details: Any,
) -> None:
    """Append one entry in the caller's transaction; `details` must be JSON and free of personal data."""
    session.add(
        AuditEntry(
            at=clock.now(),
            root_id=root_id,
            actor_id=actor_id,
            act=act,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            details=details,
        )
    )
