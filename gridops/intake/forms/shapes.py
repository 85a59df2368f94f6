"""The parts from which shapes of records are made: what the API describes and what is read are the same models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gridops.core import clock, fields
from gridops.core.coordinates import Crs
from gridops.evidence.rules.types import claimable

MOST_ATTACHMENTS = 40
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def parse_time(text: Any) -> datetime:
    """ISO 8601 date and time; without an offset Asia/Shanghai. Returns UTC; ValueError says what is wrong."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError("an ISO 8601 date and time, like 2017-03-05T21:40:00+08:00")
    return clock.parse_instant(text)


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """What takes one of some words; the others are named in its ValueError."""
    known = tuple(names)

    def check(text: str) -> str:
        if text not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return text

    return check


def _day(text: str) -> str:
    fields.day(text)
    return text


def _media_type(text: str) -> str:
    if not claimable(text):
        raise ValueError("none of the media types taken")
    return text


Instant = Annotated[
    datetime, BeforeValidator(parse_time), Field(json_schema_extra={"type": "string", "format": "date-time"})
]
Day = Annotated[
    str, AfterValidator(_day), Field(json_schema_extra={"format": "date"}, description="a day like 2017-03-05")
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="degrees")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="degrees")]
CrsName = Annotated[str, AfterValidator(one_of(Crs)), Field(json_schema_extra={"enum": list(Crs)})]
Metres = Annotated[float, Field(ge=0, le=1_000_000)]


class Shape(BaseModel):
    """What every part of a record is: nothing beside the named fields, nothing made to fit."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Fix(Shape):
    """Where the phone itself saw its place."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    crs: CrsName | None = None
    at: Instant | None = Field(default=None, description="when the fix was taken")


class Location(Shape):
    """Where it is. `picked`: placed on the map by hand; `fix` then says where the phone saw itself. Default wgs84."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    crs: CrsName | None = None
    picked: bool | None = None
    fix: Fix | None = None


class Attachment(Shape):
    """A content that belongs to the record; its bytes come by `PUT /attachments/{sha256}`, before or after."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=2**53 - 1, description="bytes")]
    mime: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_media_type)]
    role: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z_]{0,19}$",
            description="`before`, `after`, `near` (近景), `far` (远景), `reference` (参照物), `sound`, `film`, …",
        ),
    ]
    album: bool = Field(default=False, description="chosen from the album, not taken with the camera")
    taken_at: Instant | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None


class Envelope(Shape):
    """A record named by the phone. Times are the phone's own; its clock is corrected by `sent_at`."""

    captured_at: Instant
    sent_at: Instant
    device: Annotated[str, Field(max_length=120)] = ""
    attachments: Annotated[list[Attachment], Field(max_length=MOST_ATTACHMENTS)] = []
