"""Where a record belongs, whether or not it took effect: whoever judges it must hold their role for that place."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import ReportIn
from gridops.cases.queries import lookups
from gridops.cases.service.reporting import NEAREST_WITHIN_M
from gridops.core.coordinates import to_wgs84
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.intake.forms import AnswerIn, read_kept, reference
from gridops.intake.rules import RecordType


def grid_of_body(session: Session, root_id: int, kind: RecordType, body: dict[str, Any]) -> int:
    """The grid of the record's point or grid code, else of the case it names; the root where neither leads anywhere."""
    try:
        meaning, _files = read_kept(kind, body, [])
    except Invalid:
        return root_id
    said = _said(session, root_id, meaning) if isinstance(meaning, ReportIn) else None
    return said or _of_case(session, root_id, meaning) or root_id


def _said(session: Session, root_id: int, report: ReportIn) -> int | None:
    if report.location is not None:
        lon, lat = to_wgs84(report.location.lon, report.location.lat, report.location.crs)
        found = grids.index(session, None, root_id).locate(lon, lat, within_m=NEAREST_WITHIN_M)
        return found.grid_id if found else None
    grid = grids.by_code(session, report.grid) if report.grid else None
    return grid.id if grid is not None and grid.root_id == root_id else None


def _of_case(session: Session, root_id: int, meaning: ReportIn | AnswerIn) -> int | None:
    case = lookups.by_reference(session, reference(meaning) or "")
    return case.grid_id if case is not None and case.root_id == root_id else None
