"""What may be handed in of premises: a line of the file of the contract, and the form of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridops.core.coordinates import Crs, to_wgs84
from gridops.core.fields import Reader, member, number, row_id, text
from gridops.premises.rules import PremisesKind, Risk, credit_code, credit_code_fault

COLUMNS = (
    "external_id", "credit_code", "name", "kind", "address", "lon", "lat", "grid_code", "responsible", "risk",
)  # fmt: skip
REQUIRED = ("external_id", "name")


@dataclass(frozen=True, slots=True)
class PremisesRef:
    """Premises by credit code, by name within the street, or by our id."""

    credit_code: str | None = None
    name: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class PremisesLine:
    """One line of a file; lon/lat WGS-84 degrees."""

    external_id: str
    name: str
    credit_code: str | None = None
    kind: PremisesKind = PremisesKind.ENTERPRISE
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    grid_code: str | None = None
    responsible: str | None = None
    risk: Risk = Risk.UNKNOWN


@dataclass(frozen=True, slots=True)
class PremisesIn:
    """What the desk says of premises; `version` is what it saw. Without a point the one that is kept stands."""

    name: str
    credit_code: str | None = None
    kind: PremisesKind = PremisesKind.ENTERPRISE
    risk: Risk = Risk.UNKNOWN
    address: str = ""
    grid_code: str | None = None
    responsible: str | None = None
    phone: str | None = None
    lon: float | None = None
    lat: float | None = None
    version: int = 0


def reference(value: object) -> PremisesRef:
    """`{credit_code | name | id}`: at least one of them."""
    read = Reader(value)
    found = PremisesRef(read("credit_code", text(18)), read("name", text(200)), read("id", row_id))
    if found == PremisesRef() and not read.errors:
        read.wrong("name", "required (or credit_code, or id)")
    read.done()
    return found


def line(cells: Mapping[str, str]) -> PremisesLine:
    """A line of a file of premises. Raises Invalid naming columns."""
    read = Reader(cells)
    given = _shared(read)
    given |= {
        "external_id": read("external_id", text(120), required=True),
    }
    read.done(others=True)
    return PremisesLine(**_given(given))


def form(raw: Mapping[str, Any]) -> PremisesIn:
    """The form of the desk. Raises Invalid naming fields."""
    read = Reader(raw)
    given = _shared(read)
    given |= {"phone": read("phone", text(40)), "version": read("version", number(0, 2**31))}
    read.done(others=True)
    if given["version"] is not None:
        given["version"] = int(given["version"])
    return PremisesIn(**_given(given))


def place(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """A place as it is kept: WGS-84 degrees."""
    return to_wgs84(lon, lat, crs)


def _shared(read: Reader) -> dict[str, Any]:
    lon, lat = read("lon", number(-180, 180)), read("lat", number(-90, 90))
    if (lon is None) != (lat is None) and not read.errors:
        read.wrong("lat", "lon and lat belong together")
    return {
        "lon": lon,
        "lat": lat,
        "name": read("name", text(200), required=True),
        "credit_code": read("credit_code", _credit_code),
        "kind": read("kind", member(PremisesKind)),
        "risk": read("risk", member(Risk)),
        "address": read("address", text(500)),
        "grid_code": read("grid_code", text(60)),
        "responsible": read("responsible", text(120)),
    }


def _credit_code(value: object) -> str:
    found = credit_code(text(40)(value))
    if fault := credit_code_fault(found):
        raise ValueError(fault)
    return found


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was given; everything else has its default."""
    return {name: value for name, value in values.items() if value is not None}
