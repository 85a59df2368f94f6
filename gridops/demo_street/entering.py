"""Enters what the joint force and the supervision office did, month by month, by the verbs that take files of lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.core.errors import Conflict
from gridops.demo_street.enforcement import Row
from gridops.inspections import service as inspections
from gridops.inspections.forms import rounds, visits
from gridops.operations import service as operations
from gridops.operations.forms import incidents as incident_lines
from gridops.operations.forms import operations as operation_lines
from gridops.penalties import forms as penalty_forms
from gridops.penalties import service as penalties
from gridops.premises import forms as premises_forms
from gridops.premises import service as premises
from gridops.supervision import service as supervision
from gridops.supervision.forms import scores
from gridops.supervision.forms import supervision as supervision_lines

SYSTEM = "demo"
Reader = Callable[[dict[str, str]], Any]

# In the order in which one names the other.
_KINDS: tuple[tuple[str, Reader, Callable[..., Any]], ...] = (
    ("premises", premises_forms.line, premises.import_premises),
    ("rounds", rounds.line, inspections.import_rounds),
    ("visits", visits.line, inspections.import_visits),
    ("operations", operation_lines.line, operations.import_operations),
    ("incidents", incident_lines.line, operations.import_incidents),
    ("penalties", penalty_forms.line, penalties.import_penalties),
    ("supervision", supervision_lines.line, supervision.import_supervision),
    ("scores", scores.line, supervision.import_scores),
)


def enter(session: Session, root_id: int, rows: Sequence[Row], until: datetime, actor_id: int) -> int:
    """Enter all that was known by an instant; what was entered before and has not changed is left alone.

    Returns how many rows were new or changed. Conflict where a room refuses a row of ours: then the demo is wrong.
    """
    written = 0
    for kind, read, take in _KINDS:
        known = [row.as_of(until) for row in rows if row.kind == kind and row.at <= until]
        told = take(session, root_id, SYSTEM, [(n, read(cells)) for n, cells in enumerate(known, start=2)], actor_id)
        if told.errors:
            line, column, value, reason = told.errors[0]
            raise Conflict(f"the demo's {kind} are refused: line {line}, {column} {value!r}: {reason}")
        written += told.new + told.changed
    return written
