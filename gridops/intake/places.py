"""Where a record belongs, whether or not it took effect: whoever judges it must hold their role for that place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import ReportIn
from gridops.cases.queries import lookups
from gridops.cases.service.placing import NEAREST_WITHIN_M
from gridops.core.coordinates import to_wgs84
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.intake.forms import Meaning, WorkIn, read_kept, references
from gridops.intake.queries import subjects
from gridops.intake.rules import RecordType


def grid_of_body(session: Session, root_id: int, kind: RecordType, body: dict[str, Any]) -> int:
    """The grid of the record's point or grid code, else of what it names; the root where neither leads anywhere."""
    try:
        meaning, _files = read_kept(kind, body, [])
    except Invalid:
        return root_id
    if isinstance(meaning, ReportIn) and (said := _said(session, root_id, meaning)):
        return said
    if isinstance(meaning, WorkIn):
        return _coded(session, root_id, meaning.body) or _of_named(session, root_id, meaning) or root_id
    return _of_case(session, root_id, meaning) or root_id


def _said(session: Session, root_id: int, report: ReportIn) -> int | None:
    if report.location is not None:
        lon, lat = to_wgs84(report.location.lon, report.location.lat, report.location.crs)
        found = grids.index(session, None, root_id).locate(lon, lat, within_m=NEAREST_WITHIN_M)
        return found.grid_id if found else None
    return _coded(session, root_id, {"grid": report.grid})


def _coded(session: Session, root_id: int, body: Mapping[str, Any]) -> int | None:
    """By the code of a grid; where several are named, they may lie anywhere in the root."""
    code = body.get("grid")
    grid = grids.by_code(session, code) if code else None
    return grid.id if grid is not None and grid.root_id == root_id else None


def _of_case(session: Session, root_id: int, meaning: Meaning) -> int | None:
    for named in references(meaning):
        case = lookups.by_reference(session, named.name)
        if case is not None and case.root_id == root_id:
            return case.grid_id
    return None


def _of_named(session: Session, root_id: int, work: WorkIn) -> int | None:
    for named in references(work):
        by_record = subjects.by_record(session, named.kind, named.record) if named.record else None
        found = by_record or subjects.by_number(session, root_id, named.kind, named.name)
        subject = subjects.subject(session, named.kind, found) if found else None
        if subject is not None and subject.root_id == root_id and subject.grid_id:
            return subject.grid_id
    return None
