"""What the door answers, as models: the description is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gridops.cases.rules.moves import State

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldProblem(_Shape):
    """One refused field and why."""

    field: str
    reason: str


class Problem(_Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]


class Place(_Shape):
    """A grid by code, name and level."""

    code: str
    name: str
    level: str


class ReceiptOut(_Shape):
    """The answer to a record. `id`, `received_at`, `digest` never change, the rest is as of now.

    Delete nothing on the phone before `complete`.
    """

    id: Annotated[str, Field(json_schema_extra={"format": "uuid"})]
    received_at: Time
    digest: Annotated[Sha256, Field(description="SHA-256 of the content, as described at PUT /records")]
    complete: Annotated[bool, Field(description="every attachment has come")]
    missing: Annotated[list[Sha256], Field(description="hashes of the attachments that have not come from this person")]
    number: Annotated[
        str | None, Field(description="of the case, round, outing or item it is about, once it took effect")
    ]
    grid: Place | None
    clock_offset_s: Annotated[int, Field(description="seconds by which the phone's clock was behind")]
    state: Annotated[
        Literal["applied", "waiting", "held", "dismissed"],
        Field(description="took effect; waits for another record; kept for a person to judge; set aside by one"),
    ]
    waiting_for: Annotated[str | None, Field(description="the record it names and that has not come")] = None
    held_because: Annotated[str | None, Field(description="why a person has to judge it, in a sentence")] = None


class ContentOut(_Shape):
    """A content that has come."""

    sha256: Sha256
    size: int
    mime: str
    received: Annotated[int, Field(description="bytes that have come: all of them")]
    complete: Literal[True]


class PartOut(_Shape):
    """How many bytes of a content have come."""

    received: int


class RoleOut(_Shape):
    """A role held today, for a unit and a part of the territory."""

    role: str
    unit: Annotated[str, Field(description="the unit's name")]
    grid: Place


class MeOut(_Shape):
    """Who asks."""

    username: str
    name: str
    jurisdiction: Place
    roles: list[RoleOut]


class CategoryOut(_Shape):
    """A category that may be reported."""

    kind: Literal["event", "component", "finding"]
    code: str
    parent_code: str | None
    name_zh: str
    name_en: str
    photos_required: bool


class CategoryListOut(_Shape):
    """One list with the categories in force."""

    code: str
    version: str
    name: str
    categories: list[CategoryOut]


class CategoriesOut(_Shape):
    """Every list in force."""

    lists: list[CategoryListOut]


class CaseOut(_Shape):
    """A case as listed; category, grid and unit by name."""

    number: str
    state: Annotated[str, Field(json_schema_extra={"enum": list(State)})]
    suspended: bool
    overdue: Annotated[bool, Field(description="the clock that runs has run out")]
    version: int
    kind: Literal["event", "component", "finding"]
    source: str
    category: str
    grid: str
    unit: str | None
    address: str
    description: str
    reported_at: Time
    due_at: Time | None
    closed_at: Time | None
    lon: float | None
    lat: float | None


class CasesOut(_Shape):
    """One page of the queue; `next` is the address of the following one, null on the last.

    `short`: words were looked for only so far; go on with `next`.
    """

    cases: list[CaseOut]
    next: str | None
    short: bool


class Feature(_Shape):
    """RFC 7946."""

    type: Literal["Feature"]
    id: str
    geometry: Annotated[
        dict[str, Any] | None, Field(description="Point, Polygon or MultiPolygon in WGS-84 degrees, or null")
    ]
    properties: dict[str, Any]
    bbox: list[float] | None = None


class FeatureCollection(_Shape):
    """RFC 7946, at most 5,000 features; `next` is the address of the following ones, absent on the last page."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[Feature], Field(max_length=5000)]
    bbox: list[float] | None = None
    next: str | None = None
