"""What lies below us: the same work with nothing of ours around it, measured in the same run."""

from __future__ import annotations

import hashlib
import json
import random
import time
from typing import Any

import numpy as np
import shapely

from bench import asks, place, seven, territory
from bench.clients import Ask, Heard, in_processes, together
from bench.data import Ground
from bench.people import Worker
from bench.place import Place
from bench.table import Table
from gridops.core.ids import uuid7

CLIENTS = 8
_GROUPED = """
SELECT date_trunc('month', reported_at), category_id, grid_id, count(*), count(filed_at), count(closed_at)
FROM "case" GROUP BY 1, 2, 3"""
_PAGE = """
SELECT id, number, state, version, kind, source, category_id, grid_id, grid_version_id, unit_id, address,
       substr(description, 1, 200), reported_at, due_at, runs_out_at, suspended_at, asked_at, checked_at, verified,
       closed_at, lon, lat
FROM "case" WHERE root_id = %s AND (reported_at, id) < (%s, %s) ORDER BY reported_at DESC, id DESC LIMIT 51"""


def web(table: Table, scale: int, where: Place, land: Ground, workers: list[Worker], seconds: float) -> None:
    """F1 and F2b: a bare Flask program under the same server."""
    given = {"root_id": land.root_id, "user_id": workers[0].user_id, "category_id": land.categories[0][0]}
    more = {"BENCH_FLOOR_DATABASE": place.libpq(where.database_url), "BENCH_FLOOR_GIVEN": json.dumps(given)}
    with place.web(where, "bench.bare_app:app", "/", **more) as server:
        empty = [[Ask("GET", "/")] * 20_000] * CLIENTS
        heard = together(server.port, empty, processes=CLIENTS, seconds=seconds / 2)
        table.add("f1", scale, heard.rate, heard=heard)
        lists = [asks.reports(land, workers[0], 4000, 900 + n, "/records/") for n in range(CLIENTS)]
        heard = together(server.port, lists, processes=CLIENTS, seconds=seconds)
        table.add("f2b", scale, heard.rate, heard=heard)


def rows(table: Table, scale: int, where: Place, land: Ground, worker: Worker, seconds: float) -> None:
    """F2: seven rows a commit on eight connections."""
    jobs = [(where.database_url, land, worker, seconds, seed) for seed in range(CLIENTS)]
    found = in_processes(_commits, jobs)
    heard = Heard([t for part in found for t in part], seconds=seconds)
    table.add("f2", scale, heard.rate, heard=heard)


def reads(table: Table, scale: int, where: Place, land: Ground) -> None:
    """F3 and F4: one GROUP BY over the table, and the raw query of a list page."""
    with place.connect(where.database_url) as connection:
        grouped = _timed(lambda: connection.execute(_GROUPED).fetchall(), 5)
        chance = random.Random(1)
        last = connection.execute('SELECT max(reported_at) FROM "case"').fetchone()
        assert last is not None

        def page() -> Any:
            then = last[0].timestamp() - chance.uniform(0, 200) * 86_400
            at = last[0].fromtimestamp(then, last[0].tzinfo)
            return connection.execute(_PAGE, (land.root_id, at, 1), prepare=True).fetchall()

        paged = _timed(page, 200)
    table.add("f3", scale, (grouped.ms(0.5) or 0), heard=grouped)
    table.add("f4", scale, (paged.ms(0.5) or 0), heard=paged)


def grids(table: Table, scale: int, points: int, across: int, up: int) -> None:
    """F5: shapely alone on the grids and points of `grid_batch`."""
    shapes = [cell for column in territory.cells(across, up) for cell in column]
    tree = shapely.STRtree(shapes)
    shapely.prepare(tree.geometries)
    lonlat = np.array(territory.points(points, across, up))
    heard = _timed(lambda: tree.query(shapely.points(lonlat), predicate="intersects"), 3)
    table.add("f5", scale, points / min(heard.times), notes=f"{points:,} points, {len(shapes):,} grids")


def _commits(url: str, land: Ground, worker: Worker, seconds: float, seed: int) -> list[float]:
    chance = random.Random(seed)
    names = [hashlib.sha256(content).hexdigest() for content in asks.photos(worker)]
    times = []
    with place.connect(url, autocommit=True) as connection:
        end = time.monotonic() + seconds
        while (begun := time.monotonic()) < end:
            grid_id, version_id, lon, lat = chance.choice(land.grids)
            body = {"category": "0101", "description": "floor", "location": {"lon": lon, "lat": lat}}
            report = seven.Report(
                str(uuid7()), worker.user_id, land.root_id, grid_id, version_id, land.categories[0][0], lon, lat, body,
                (names[0], names[1]),
            )  # fmt: skip
            seven.write(connection, report)
            times.append(time.monotonic() - begun)
    return times


def _timed(work: Any, times: int) -> Heard:
    heard = Heard()
    for _ in range(times):
        begun = time.monotonic()
        work()
        heard.times.append(time.monotonic() - begun)
    return heard
