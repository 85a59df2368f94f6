"""Cases of an acceptance folder as events, read without the import room."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridops.cases.rules.facts import Event
from gridops.cases.rules.imported import TIMES, events_of
from gridops.core import clock


@dataclass(frozen=True)
class Told:
    """One line of a case file."""

    external_id: str
    kind: str
    category_code: str
    source: str
    grid_code: str
    unit_code: str
    events: list[Event]


def read_cases(path: Path, units: dict[str, int], categories: dict[tuple[str, str], int]) -> Iterator[Told]:
    """Every line; unit and category codes become ids of the given tables, which grow as codes appear."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    for line in csv.DictReader(io.StringIO(text)):
        times = {name: clock.parse_instant(line[name]) if line.get(name) else None for name in TIMES}
        unit = line["unit_code"]
        category = (line["kind"], line["category_code"])
        yield Told(
            line["external_id"],
            line["kind"],
            line["category_code"],
            line["source"],
            line["grid_code"],
            unit,
            events_of(
                times,
                reworked_times=int(line["reworked_times"]) if line.get("reworked_times") else None,
                unit_id=units.setdefault(unit, len(units) + 1) if unit else None,
                category_id=categories.setdefault(category, len(categories) + 1),
            ),
        )
