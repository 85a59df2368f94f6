"""Lines of a case file become staged rows: codes resolved, times read, contradictions named. A chunk at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np

from gridops.cases.rules.imported import TIMES, with_defaults
from gridops.cases.rules.sources import Source
from gridops.cases.rules.telling import Order, order_of, wrong_with
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.coordinates import Crs, to_wgs84
from gridops.core.errors import Invalid
from gridops.core.plain_rows import instant_text
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.intake.codes import Resolver
from gridops.intake.files import Line, RowError
from gridops.intake.staging import StagedCase

COLUMNS = (
    "external_id", "kind", "category_list", "category_code", "source", "source_number", "grid_code", "unit_code",
    "campaign_code", "lon", "lat", "crs", "address", "description", "note", *TIMES, "reworked_times", "returned_upheld",
    # What an export adds to them and is never read: it follows from the others.
    "number", "category", "state", "on_time", "overdue",
)  # fmt: skip
REQUIRED = ("external_id", "kind", "category_code", "reported_at")
DEFAULT_SOURCE_SYSTEM = "file"
DEFAULT_LIST = "B"
LONGEST = 2000
# Local years; what lies outside is a slip, and no calendar of working days reaches there.
YEARS = (1900, 2200)
UPHELD = {"": None, "yes": True, "no": False}
_FIRST, _END = clock.midnight(date(YEARS[0], 1, 1)), clock.midnight(date(YEARS[1] + 1, 1, 1))
_KINDS = (Kind.EVENT.value, Kind.COMPONENT.value)
_SOURCES = tuple(source.value for source in Source)
_CRS = tuple(crs.value for crs in Crs)
# Plain ASCII decimals: `float` would take underscores and full-width digits too.
_DEGREES = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{0,30})?|\.[0-9]{1,30})")
_REPORTED = TIMES.index("reported_at")
_place_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Reader:
    """Checks lines of one case file. What its resolver makes on the way is only rehearsed: the caller rolls it back.

    `nearest_m`: how far outside everything a point may lie (metres). `default_grid`: its code for lines that name
    none and whose place, if any, lies in none; `fallen_back`: how many there were.
    """

    land: grids.Snapshot
    codes: Resolver
    nearest_m: float = 0.0
    default_grid: str | None = None
    fallen_back: int = 0
    _trees: dict[date | None, Tree] = field(default_factory=dict)

    def read(self, lines: Sequence[Line]) -> tuple[list[StagedCase], list[list[RowError]]]:
        """The good lines as staged rows, and for each other line everything that is wrong with it."""
        rows = [_Row(line) for line in lines]
        for row in rows:
            self._check(row)
        self._locate([row for row in rows if row.place is not None and not row.cells.get("grid_code")])
        found = [(row, self._staged(row)) for row in rows]
        return [staged for _, staged in found if staged is not None], [row.errors for row, _ in found if row.errors]

    def _check(self, row: _Row) -> None:
        """What a line says of itself, and the grid it names."""
        row.read_times()
        row.text("external_id", 120, needed=True)
        row.one_of("kind", _KINDS)
        if row.cells.get("source"):
            row.one_of("source", _SOURCES)
        row.text("address", LONGEST)
        row.text("description", LONGEST)
        row.text("source_number", 80)
        # Without `reworked_at` the number has no time and counts nowhere; the contract refuses no such row.
        row.turns = row.whole("reworked_times")
        if row.cells.get("returned_upheld", "") not in UPHELD:
            row.wrong("returned_upheld", "not one of yes, no")
        row.point()
        code = row.cells.get("grid_code")
        if code:
            node = self._tree(row.day).by_code.get(code)
            if node is None:
                row.wrong("grid_code", "no such grid on that day")
            else:
                row.grid = node.root_id, node.grid_id, node.version_id
        elif row.place is None and not row.errors and not self._fall_back(row):
            row.wrong("grid_code", "required where lon and lat are empty")

    def _fall_back(self, row: _Row) -> bool:
        """Put a line into the default grid; False where there is none on that day."""
        node = self._tree(row.day).by_code.get(self.default_grid) if self.default_grid else None
        if node is None:
            return False
        row.grid = node.root_id, node.grid_id, node.version_id
        self.fallen_back += 1
        return True

    def _tree(self, day: date | None) -> Tree:
        if day not in self._trees:
            self._trees[day] = self.land.tree(day)
        return self._trees[day]

    def _locate(self, rows: Sequence[_Row]) -> None:
        """The grids of all points of a chunk, asked at once for days of the same territory."""
        together: dict[int, list[_Row]] = {}
        for row in rows:
            together.setdefault(id(self._tree(row.day)), []).append(row)
        for some in together.values():
            tree = self._tree(some[0].day)
            index = self.land.index(some[0].day)
            points = np.array([(row.lon, row.lat) for row in some], dtype=float)
            found = index.locate_many(points[:, 0], points[:, 1], within_m=self.nearest_m)
            for row, grid_id, version_id, nearest, distance in zip(
                some,
                found.grid_ids.tolist(),
                found.version_ids.tolist(),
                found.nearest.tolist(),
                found.distance_m.tolist(),
                strict=True,
            ):
                if not grid_id and index.locate(row.lat or 0.0, row.lon or 0.0):
                    row.wrong("lon", "lies in no grid, but would with lon and lat exchanged")
                    continue
                if not grid_id and self._fall_back(row):
                    continue
                if not grid_id:
                    row.wrong("lon", f"lies in no grid, nor within {self.nearest_m:.0f} m of one")
                    continue
                row.grid = tree.nodes[grid_id].root_id, grid_id, version_id
                # First to the millimetre, as a single point is told: the same row has the same digest either way.
                row.place = {**(row.place or {}), "nearest": nearest, "distance_m": round(round(distance, 3), 1)}

    def _staged(self, row: _Row) -> StagedCase | None:
        """A line that has been located, as it is staged; None where something is wrong with it."""
        if not row.errors:
            for name, reason in _contradictions(order_of(row.times)[0]):
                row.wrong(name, reason)
        if row.errors or row.grid is None:
            return None
        cells, (root_id, grid_id, version_id) = row.cells, row.grid
        listed, code = cells.get("category_list") or DEFAULT_LIST, cells.get("category_code", "")
        unit, campaign = self._unit(row, root_id), self._campaign(row, root_id)
        self._category(row, root_id, listed, code)
        if row.errors:
            return None
        told = (
            root_id,
            cells["external_id"],
            cells["kind"],
            listed,
            code,
            cells.get("source") or Source.OTHER.value,
            cells.get("source_number", ""),
            grid_id,
            version_id,
            unit,
            campaign,
            row.lon,
            row.lat,
            _place_text(row.place) if row.place else None,
            cells.get("address", ""),
            cells.get("description", ""),
            row.turns,
            UPHELD[cells.get("returned_upheld", "")],
            tuple(row.times),
        )
        same = (*told[:-1], with_defaults(row.times))
        return StagedCase(row.number, sha256(repr(same).encode()).hexdigest(), *told)

    def _unit(self, row: _Row, root_id: int) -> str | None:
        code = row.text("unit_code", 60)
        if code and len(code) <= 60 and self.codes.unit(root_id, code) is None:
            row.wrong("unit_code", "no such unit (import people first, or give --create-units)")
        return code or None

    def _campaign(self, row: _Row, root_id: int) -> str | None:
        code = row.text("campaign_code", 60)
        if code and not row.errors:
            self.codes.campaign(root_id, code)
        return code or None

    def _category(self, row: _Row, root_id: int, listed: str, code: str) -> None:
        try:
            self.codes.category(root_id, listed, Kind(row.cells["kind"]), code, row.day or grids.today())
        except Invalid as unknown:
            row.wrong(unknown.errors[0].field, unknown.errors[0].reason)


class _Row:
    """The cells of one line, what has been read of them, and what was found wrong with them."""

    __slots__ = ("cells", "day", "errors", "grid", "lat", "lon", "number", "place", "times", "turns")

    def __init__(self, line: Line) -> None:
        self.number = line.number
        self.cells = line.cells
        self.errors: list[RowError] = []
        self.times: list[str | None] = [None] * len(TIMES)
        self.day: date | None = None
        self.grid: tuple[int, int, int] | None = None
        self.lon: float | None = None
        self.lat: float | None = None
        self.place: dict[str, Any] | None = None
        self.turns: int | None = None

    def wrong(self, name: str, reason: str) -> None:
        self.errors.append(RowError(self.number, name, self.cells.get(name, "")[:200], reason))

    def read_times(self) -> None:
        cells = self.cells
        for place, name in enumerate(TIMES):
            text = cells.get(name)
            if text:
                self.times[place], reason = _instant(text)
                if reason:
                    self.wrong(name, reason)
        reported = self.times[_REPORTED]
        if reported is not None:
            self.day = _local_day(reported)

    def text(self, name: str, longest: int, *, needed: bool = False) -> str:
        value = self.cells.get(name, "")
        if needed and not value:
            self.wrong(name, "required")
        elif len(value) > longest:
            self.wrong(name, f"longer than {longest} characters")
        elif not value.isprintable() and any(ord(c) < 32 and c not in "\n\r\t" for c in value):
            self.wrong(name, "contains control characters")
        return value

    def one_of(self, name: str, allowed: Sequence[str]) -> None:
        value = self.cells.get(name, "")
        if value not in allowed:
            self.wrong(name, f"not one of {', '.join(allowed)}" if value else "required")

    def whole(self, name: str) -> int | None:
        text = self.cells.get(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) > 1000:
            self.wrong(name, "not a whole number from 0 to 1000")
            return None
        return int(text)

    def point(self) -> None:
        """lon, lat in WGS-84 and what was sent; nothing where both are empty or something is wrong."""
        lon_text, lat_text, crs = (self.cells.get(name, "") for name in ("lon", "lat", "crs"))
        if not lon_text and not lat_text:
            return
        crs = crs or Crs.WGS84.value
        numbers = []
        for name, text, most in (("lon", lon_text, 180.0), ("lat", lat_text, 90.0)):
            number = float(text) if _DEGREES.fullmatch(text) else float("nan")
            if not -most <= number <= most:
                self.wrong(name, f"not degrees within ±{most:.0f}" if text else "required with the other")
            numbers.append(number)
        if crs not in _CRS:
            self.wrong("crs", f"not one of {', '.join(_CRS)}")
        if not self.errors:
            self.lon, self.lat = to_wgs84(numbers[0], numbers[1], Crs(crs))
            self.place = {"crs": crs, "lon": lon_text, "lat": lat_text}


@lru_cache(maxsize=20_000)
def _instant(text: str) -> tuple[str | None, str | None]:
    """A time of a file as `instant_text`, or what is wrong with it."""
    try:
        time = clock.parse_instant(text)
    except ValueError:
        return None, "not an ISO 8601 time"
    if not _FIRST <= time < _END:
        return None, f"outside {YEARS[0]} to {YEARS[1]}"
    return instant_text(time), None


@lru_cache(maxsize=20_000)
def _local_day(text: str) -> date:
    return clock.local_date(datetime.fromisoformat(f"{text}+00:00"))


@lru_cache(maxsize=10_000)
def _contradictions(order: Order) -> list[tuple[str, str]]:
    return wrong_with(order)
