"""One line of a case file becomes one staged row: codes resolved, times read, contradictions named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gridops.cases.rules.imported import TIMES, contradictions
from gridops.cases.rules.sources import Source
from gridops.catalogue import service as catalogue
from gridops.catalogue.rules import Kind, in_force
from gridops.core import clock
from gridops.core.coordinates import Crs, to_wgs84
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.intake.files import Line, RowError
from gridops.operations import service as operations
from gridops.people.queries import listing as people
from gridops.people.service import units

TEXTS = ("address", "description", "source_number")
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


class _Meaning(NamedTuple):
    """A category, and the local days on which its code may be used."""

    id: int
    valid_from: date | None
    valid_to: date | None


@dataclass(slots=True)
class Resolver:
    """From codes of a file to ids, made where missing and allowed; each asked of the database once."""

    session: Session
    create_units: bool = False
    local_categories: set[str] = field(default_factory=set)
    _made: set[tuple[Any, ...]] = field(default_factory=set)
    _editions: dict[tuple[str, date], int] = field(default_factory=dict)
    _categories: dict[tuple[Any, ...], _Meaning] = field(default_factory=dict)
    _refused: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict)
    _units: dict[tuple[int, str], int | None] = field(default_factory=dict)
    _campaigns: dict[tuple[int, str], int] = field(default_factory=dict)

    def on(self, session: Session) -> Resolver:
        """The same knowledge for another session, without what was made in one that is rolled back."""
        return replace(
            self,
            session=session,
            _made=set(),
            _categories=_without(self._categories, self._made),
            _units=_without(self._units, self._made),
            _campaigns=_without(self._campaigns, self._made),
        )

    def unit(self, root_id: int, code: str) -> int | None:
        """The id of a unit; None where it is unknown and may not be made."""
        key = (root_id, code)
        if key not in self._units:
            found = people.unit_by_code(self.session, root_id, code)
            if found is None and self.create_units:
                self._units[key] = units.ensure_unit(self.session, root_id, code).id
                self._made.add(key)
            else:
                self._units[key] = found.id if found else None
        return self._units[key]

    def campaign(self, root_id: int, code: str) -> int:
        """The id of a campaign, opened where it is new."""
        if (root_id, code) not in self._campaigns:
            self._campaigns[root_id, code] = operations.ensure_campaign(self.session, root_id, code).id
            self._made.add((root_id, code))
        return self._campaigns[root_id, code]

    def category(self, root_id: int, listed: str, kind: Kind, code: str, on: date) -> int:
        """The id of a category, a local extension made where its code is one. Raises Invalid naming the field."""
        refused = (root_id, listed, kind, code, on)
        if refused in self._refused:
            raise Invalid(self._refused[refused])
        try:
            return self._meaning(root_id, listed, kind, code, on).id
        except Invalid as unknown:
            self._refused[refused] = (unknown.errors[0].field, unknown.errors[0].reason)
            raise

    def _meaning(self, root_id: int, listed: str, kind: Kind, code: str, on: date) -> _Meaning:
        """What a code means on a local day: by the edition of that day, asked again where the known one has ended."""
        if (listed, on) not in self._editions:
            self._editions[listed, on] = catalogue.list_on(self.session, listed, on).id
        key = (root_id, self._editions[listed, on], kind, code)
        known = self._categories.get(key)
        if known is None or not in_force(known, on):
            found, new = catalogue.find_or_extend(self.session, listed, kind, code, root_id, on)
            known = self._categories[key] = _Meaning(found.id, found.valid_from, found.valid_to)
            if new:
                self._made.add(key)
                self.local_categories.add(f"{listed} {kind.value} {code}")
        return known


def _without(known: Mapping[Any, Any], made: set[tuple[Any, ...]]) -> dict[Any, Any]:
    return {key: value for key, value in known.items() if key not in made}


@dataclass(slots=True)
class Reader:
    """Checks lines of one case file. What its resolver makes on the way is only rehearsed: the caller rolls it back.

    `nearest_m`: how far outside everything a point may lie (metres).
    """

    land: grids.Snapshot
    codes: Resolver
    nearest_m: float = 0.0

    def read(self, line: Line) -> tuple[str, str, dict[str, Any]] | list[RowError]:
        """(key, digest, data) of a good line, or everything that is wrong with it."""
        row = _Row(line)
        times = self._read_times(row)
        external_id = row.text("external_id", 120, needed=True)
        kind = row.one_of("kind", Kind, (Kind.EVENT, Kind.COMPONENT))
        source = row.one_of("source", Source, tuple(Source)) if line.cells.get("source") else Source.OTHER
        texts = {name: row.text(name, 80 if name == "source_number" else LONGEST) for name in TEXTS}
        # Without `reworked_at` the number has no time and counts nowhere; the contract refuses no such row.
        again = row.whole("reworked_times")
        upheld = row.cell("returned_upheld")
        if upheld not in UPHELD:
            row.wrong("returned_upheld", "not one of yes, no")
        place = self._place(row, times.get("reported_at"))
        if not row.errors:
            row.errors += [
                RowError(line.number, name, row.cell(name), reason) for name, reason in contradictions(times)
            ]
        if row.errors or place is None or kind is None or source is None:
            return row.errors
        root_id, grid_id, version_id, where = place
        data: dict[str, Any] = {
            "external_id": external_id,
            "root_id": root_id,
            "grid_id": grid_id,
            "grid_version_id": version_id,
            "kind": kind.value,
            "source": source.value,
            "unit_code": self._unit(row, root_id),
            "campaign_code": self._campaign(row, root_id),
            "category": self._category(row, kind, root_id, times["reported_at"]),
            "times": {name: time.isoformat() for name, time in times.items() if time is not None},
            "turns": again,
            **where,
            **texts,
        }
        if upheld:
            data["upheld"] = upheld
        if row.errors:
            return row.errors
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"{root_id}:{external_id}", sha256(text.encode()).hexdigest(), data

    def _read_times(self, row: _Row) -> dict[str, datetime | None]:
        times: dict[str, datetime | None] = {}
        for name in TIMES:
            text = row.cell(name)
            if not text:
                continue
            try:
                times[name] = time = clock.parse_instant(text)
            except ValueError:
                row.wrong(name, "not an ISO 8601 time")
                continue
            if not YEARS[0] <= clock.local(time).year <= YEARS[1]:
                row.wrong(name, f"outside {YEARS[0]} to {YEARS[1]}")
                times[name] = None
        return times

    def _place(self, row: _Row, at: datetime | None) -> tuple[int, int, int, dict[str, Any]] | None:
        """The root, grid and version a line lies in, and what is kept of its place."""
        day = clock.local_date(at) if at else None
        point = row.point()
        code = row.cell("grid_code")
        where: dict[str, Any] = {"lon": None, "lat": None, "place": None}
        if point is not None:
            lon, lat, crs = point
            where = {
                "lon": lon,
                "lat": lat,
                "place": {"crs": crs.value, "lon": row.cell("lon"), "lat": row.cell("lat")},
            }
        if code:
            node = self.land.tree(day).by_code.get(code)
            if node is None:
                row.wrong("grid_code", "no such grid on that day")
                return None
            return node.root_id, node.grid_id, node.version_id, where
        if point is None:
            if not row.errors:
                row.wrong("grid_code", "required where lon and lat are empty")
            return None
        return self._located(row, day, where)

    def _located(
        self, row: _Row, day: date | None, where: dict[str, Any]
    ) -> tuple[int, int, int, dict[str, Any]] | None:
        found = self.land.index(day).locate(where["lon"], where["lat"], within_m=self.nearest_m)
        if found is None:
            row.wrong("lon", f"lies in no grid, nor within {self.nearest_m:.0f} m of one")
            return None
        where["place"] = {**where["place"], "nearest": found.nearest, "distance_m": round(found.distance_m, 1)}
        root_id = self.land.tree(day).nodes[found.grid_id].root_id
        return root_id, found.grid_id, found.version_id, where

    def _unit(self, row: _Row, root_id: int) -> str | None:
        code = row.text("unit_code", 60)
        if code and self.codes.unit(root_id, code) is None:
            row.wrong("unit_code", "no such unit (import people first, or give --create-units)")
        return code or None

    def _campaign(self, row: _Row, root_id: int) -> str | None:
        code = row.text("campaign_code", 60)
        if code and not row.errors:
            self.codes.campaign(root_id, code)
        return code or None

    def _category(self, row: _Row, kind: Kind, root_id: int, at: datetime | None) -> tuple[str, str]:
        listed, code = row.cell("category_list") or DEFAULT_LIST, row.cell("category_code")
        try:
            self.codes.category(root_id, listed, kind, code, clock.local_date(at or clock.now()))
        except Invalid as unknown:
            row.wrong(unknown.errors[0].field, unknown.errors[0].reason)
        return listed, code


class _Row:
    """The cells of one line, and what was found wrong with them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.errors: list[RowError] = []

    def cell(self, name: str) -> str:
        return self.line.cells.get(name, "")

    def wrong(self, name: str, reason: str) -> None:
        self.errors.append(RowError(self.line.number, name, self.cell(name)[:200], reason))

    def text(self, name: str, longest: int, *, needed: bool = False) -> str:
        value = self.cell(name)
        if needed and not value:
            self.wrong(name, "required")
        elif len(value) > longest:
            self.wrong(name, f"longer than {longest} characters")
        elif not value.isprintable() and any(ord(c) < 32 and c not in "\n\r\t" for c in value):
            self.wrong(name, "contains control characters")
        return value

    def one_of(self, name: str, kind: Any, allowed: tuple[Any, ...]) -> Any:
        try:
            value = kind(self.cell(name))
        except ValueError:
            value = None
        if value not in allowed:
            self.wrong(name, "required" if not self.cell(name) else f"not one of {', '.join(allowed)}")
            return None
        return value

    def whole(self, name: str) -> int | None:
        text = self.cell(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) > 1000:
            self.wrong(name, "not a whole number from 0 to 1000")
            return None
        return int(text)

    def point(self) -> tuple[float, float, Crs] | None:
        """(lon, lat) in WGS-84 with the system they came in; None where both are empty or something is wrong."""
        lon_text, lat_text, crs_text = self.cell("lon"), self.cell("lat"), self.cell("crs") or "wgs84"
        if not lon_text and not lat_text:
            return None
        numbers = []
        for name, text, most in (("lon", lon_text, 180.0), ("lat", lat_text, 90.0)):
            try:
                number = float(text)
            except ValueError:
                number = float("nan")
            if not -most <= number <= most:
                self.wrong(name, "required with the other" if not text else f"not degrees within ±{most:.0f}")
            numbers.append(number)
        if crs_text not in tuple(Crs):
            self.wrong("crs", f"not one of {', '.join(Crs)}")
        if self.errors:
            return None
        crs = Crs(crs_text)
        lon, lat = to_wgs84(numbers[0], numbers[1], crs)
        return lon, lat, crs


def times_of(data: Mapping[str, Any]) -> dict[str, datetime | None]:
    """The times of a staged row, as instants again."""
    return {name: datetime.fromisoformat(text) for name, text in data["times"].items()}
