"""The seven rows of one report, written by raw pipelined SQL: what taking a report costs at least."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FAR = datetime(9999, 12, 31, tzinfo=UTC)
_CASE = "currval(pg_get_serial_sequence('\"case\"', 'id'))"

_RECORD = """
INSERT INTO record (id, type, digest, user_id, device, captured_at, sent_at, received_at, happened_at, clock_offset_s,
                    body, attachments, state)
VALUES (%s, 'report', %s, %s, 'floor', %s, %s, %s, %s, 0, %s, %s, 'applied')"""
_CASE_ROW = """
INSERT INTO "case" (root_id, number, record_id, kind, source, grid_id, grid_version_id, reporter_id, lon, lat, place,
                    address, description, recorded_at, version, state, category_id, reported_at, last_moved_at,
                    runs_out_at)
VALUES (%s, %s, %s, 'event', 'inspector', %s, %s, %s, %s, %s, %s, '', %s, %s, 1, 'reported', %s, %s, %s, %s)"""
_EVENT = f"""
INSERT INTO case_event (case_id, seq, move, happened_at, recorded_at, actor_id, record_id, category_id, turns)
VALUES ({_CASE}, 1, 'report', %s, %s, %s, %s, %s, 1)"""  # noqa: S608  a constant
_OWED = "INSERT INTO owed (kind, key, since, tries) VALUES ('day_total', %s, %s, 0)"
_AUDIT = f"""
INSERT INTO audit_entry (at, root_id, actor_id, act, subject_kind, subject_id, details)
VALUES (%s, %s, %s, 'case.report', 'case', {_CASE}::text, '{{}}')"""  # noqa: S608  a constant
_LINK = f"""
INSERT INTO evidence_link (sha256, root_id, subject_kind, subject_id, role, album, linked_at, linked_by, record_id)
VALUES (%s, %s, 'case', {_CASE}, %s, false, %s, %s, %s)"""  # noqa: S608  a constant


@dataclass(frozen=True)
class Report:
    """What the rows say."""

    record_id: str
    user_id: int
    root_id: int
    grid_id: int
    version_id: int
    category_id: int
    lon: float
    lat: float
    body: dict[str, Any]
    contents: tuple[str, str]


def write(connection: Any, report: Report) -> None:
    """Write and commit them in one round trip."""
    now = datetime.now(UTC)
    r, body = report, json.dumps(report.body)
    with connection.pipeline(), connection.transaction(), connection.cursor() as cursor:
        files = json.dumps([{"sha256": sha256} for sha256 in r.contents])
        cursor.execute(
            _RECORD, (r.record_id, r.record_id.replace("-", "") * 2, r.user_id, now, now, now, now, body, files)
        )
        cursor.execute(
            _CASE_ROW,
            (
                r.root_id, r.record_id, r.record_id, r.grid_id, r.version_id, r.user_id, r.lon, r.lat, body,
                "floor", now, r.category_id, now, now, FAR,
            ),
        )  # fmt: skip
        cursor.execute(_EVENT, (now, now, r.user_id, r.record_id, r.category_id))
        cursor.execute(_OWED, (f"{r.grid_id}:{now:%Y-%m-%d}", now))
        cursor.execute(_AUDIT, (now, r.root_id, r.user_id))
        for sha256, role in zip(r.contents, ("near", "far"), strict=True):
            cursor.execute(_LINK, (sha256, r.root_id, role, now, r.user_id, r.record_id))
