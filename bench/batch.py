"""Many at once: the import command on a file, and a million points among five thousand grids."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench import territory
from bench.clients import in_processes
from bench.data import DAYS, Ground
from bench.place import Place, now
from bench.table import Table
from config import ROOT
from gridops.grids.rules import Level
from gridops.grids.rules.points import Index
from gridops.grids.rules.tree import Node

ACROSS, UP = 100, 50
_COLUMNS = (
    "external_id", "kind", "category_code", "source", "grid_code", "unit_code", "lon", "lat", "address", "description",
    "reported_at", "self_handled_at", "accepted_at", "filed_at", "dispatched_at", "due_at", "handled_at", "closed_at",
)  # fmt: skip


def import_cases(table: Table, scale: int, where: Place, land: Ground) -> bool:
    """The real command on a file of so many rows, into a database that has the territory and its units."""
    file = Path(where.data_dir) / f"cases-{scale}.csv"
    write_file(file, land, scale)
    seconds, mib = run_import(where, file)
    file.unlink()
    return table.add(
        "import_cases",
        scale,
        scale / seconds,
        notes=f"{seconds:.0f} s, at most {mib:.0f} MiB in memory",
        memory_mib=mib,
    )


def run_import(where: Place, file: Path) -> tuple[float, float]:
    """Seconds and largest resident memory (MiB) of one import; RuntimeError where rows are refused."""
    begun = time.monotonic()
    with (file.with_suffix(".out")).open("w") as out:
        process = subprocess.Popen(
            where.gridops("import", "cases", "--json", str(file)), env=where.environment, cwd=ROOT, stdout=out
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    told = json.loads(file.with_suffix(".out").read_text() or "{}")
    if process.returncode or told.get("refused"):
        raise RuntimeError(f"the import ended with {process.returncode}: {str(told.get('errors'))[:500]}")
    return seconds, used.ru_maxrss / 1024


def write_file(file: Path, land: Ground, count: int) -> None:
    """A file of cases as other systems write them: half put right on the spot, half filed and most of them closed."""
    chance = random.Random(count)
    begin = now() - timedelta(days=DAYS)
    step = timedelta(days=DAYS - 1) / count
    with file.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(_COLUMNS)
        for place in range(count):
            at = begin + step * place
            _, _, lon, lat = chance.choice(land.grids)
            _, code, kind, _ = chance.choice(land.categories)
            filed = chance.random() < 0.5
            hours = [at + timedelta(hours=after) for after in (0.3, 0.5, 0.8, 24, chance.uniform(1, 30))]
            times = [moment.isoformat(timespec="seconds") for moment in (at, *hours)]
            unit = chance.choice(land.unit_codes) if filed else ""
            closed = filed and chance.random() < 0.95
            lines.writerow(
                [
                    f"{count}-{place}", kind.value, code, "inspector", "", unit,
                    f"{lon:.6f}", f"{lat:.6f}", f"测速路{place % 900}号", "路面有暴露垃圾", times[0],
                    "" if filed else times[1], times[1] if filed else "", times[2] if filed else "",
                    times[3] if filed else "", times[4] if filed else "", times[5] if closed else "",
                    times[5] if closed else "",
                ]
            )  # fmt: skip


def grid_batch(table: Table, scale: int, points: int) -> bool:
    """`Index.locate_many` on points spread over 5,000 grids."""
    ((rate, found),) = in_processes(locate, [(points,)])
    notes = f"{points:,} points, {ACROSS * UP:,} grids, {found:,} found; best of 3"
    return table.add("grid_batch", scale, rate, notes=notes)


def locate(points: int, times: int = 3) -> tuple[float, int]:
    """Points a second (best of some times), and how many found a grid."""
    shapes = [cell for column in territory.cells(ACROSS, UP) for cell in column]
    nodes = [
        Node(place + 1, place + 1, 1, None, f"{place:06d}", f"{place}", Level.GRID, 1.0, 0)
        for place in range(len(shapes))
    ]
    index = Index(nodes, shapes)
    lonlat = np.array(territory.points(points, ACROSS, UP))
    best, found = float("inf"), 0
    for _ in range(times):
        begun = time.monotonic()
        places = index.locate_many(lonlat[:, 0], lonlat[:, 1])
        best = min(best, time.monotonic() - begun)
        found = int((places.grid_ids > 0).sum())
    return points / best, found
