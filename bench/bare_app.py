"""A bare Flask program, the floor under ours: an empty view, and one that takes a report with nothing around it."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import psycopg
import shapely
from flask import Flask, Response, request

from bench import seven
from gridops.intake.forms import ReportRecord

app = Flask(__name__)
_own = threading.local()
_address = os.environ["BENCH_FLOOR_DATABASE"]
_given: dict[str, Any] = json.loads(os.environ["BENCH_FLOOR_GIVEN"])

with psycopg.connect(_address) as _connection:
    _rows = _connection.execute(
        "SELECT v.grid_id, v.id, v.geometry FROM grid_version v JOIN grid g ON g.id = v.grid_id "
        "WHERE v.level = 'grid' AND g.root_id = %s ORDER BY v.id",
        (_given["root_id"],),
    ).fetchall()
_tree = shapely.STRtree(shapely.from_geojson([text for _, _, text in _rows]))


@app.get("/")
def empty() -> str:
    """F1."""
    return ""


@app.put("/records/<record_id>")
def take(record_id: str) -> Response:
    """F2b: validate, find the grid, write seven rows."""
    record = ReportRecord.model_validate_json(request.get_data(), strict=False)
    at = record.body.location
    assert at is not None
    found = _tree.query(shapely.Point(at.lon, at.lat), predicate="intersects")
    grid_id, version_id, _ = _rows[int(found[0])] if len(found) else _rows[0]
    near, far = (file.sha256 for file in record.attachments)
    report = seven.Report(
        record_id, _given["user_id"], _given["root_id"], grid_id, version_id, _given["category_id"], at.lon, at.lat,
        record.body.model_dump(mode="json", exclude_none=True), (near, far),
    )  # fmt: skip
    seven.write(_connected(), report)
    answer = {"id": record_id, "complete": True, "missing": [], "number": record_id}
    return Response(json.dumps(answer), 201, mimetype="application/json")


def _connected() -> Any:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(_address, autocommit=True)
    return _own.connection
