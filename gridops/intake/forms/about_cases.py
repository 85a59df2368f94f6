"""Shapes of the records that are about cases: 上报, 核实, 核查, 反馈."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gridops.cases.forms import MAX_ADDRESS, MAX_DESCRIPTION, MAX_WORDS
from gridops.cases.rules.sources import Source
from gridops.intake.forms.shapes import Envelope, Location, Shape, one_of

CaseReference = Annotated[
    str,
    Field(min_length=1, max_length=40, description="UUID of the report that began the case, or the case's number"),
]
SourceName = Annotated[str, AfterValidator(one_of(Source)), Field(json_schema_extra={"enum": list(Source)})]
Words = Annotated[str, Field(max_length=MAX_DESCRIPTION)]


class ReportBody(Shape):
    """Something seen in the street. With `same_as` it adds evidence to that case and begins no new one."""

    category: Annotated[str, Field(min_length=1, max_length=30, description="code of the category in its list")]
    category_list: Annotated[str, Field(min_length=1, max_length=20, description="default B")] | None = None
    kind: Literal["event", "component"] | None = None
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] | None = None
    location: Location | None = Field(default=None, description="required unless `grid` is given")
    grid: Annotated[str, Field(max_length=60, description="code of the grid, where there is no place")] | None = None
    address: Annotated[str, Field(max_length=MAX_ADDRESS)] | None = None
    source: SourceName | None = Field(default=None, description="default inspector")
    source_number: Annotated[str, Field(max_length=80, description="the number it bears there")] | None = None
    self_handled: bool | None = Field(default=None, description="put right on the spot by the reporter")
    same_as: CaseReference | None = Field(default=None, description="the case seen nearby that this shows again")
    campaign: Annotated[str, Field(max_length=60, description="code of the campaign (联合执法)")] | None = None


class VerificationBody(Shape):
    """核实: is it true? Answered on site before filing."""

    case: CaseReference
    outcome: Annotated[bool, Field(description="whether it is true")]
    words: Words | None = None


class CheckBody(Shape):
    """核查: is it fixed? Answered on site before closing; a failed one says why in `words`."""

    case: CaseReference
    outcome: Literal["passed", "failed"]
    words: Annotated[str, Field(max_length=MAX_WORDS)] | None = None


class FeedbackBody(Shape):
    """反馈: what the unit in charge has done."""

    case: CaseReference
    words: Annotated[str, Field(min_length=1, max_length=MAX_DESCRIPTION)]


class ReportRecord(Envelope):
    """上报."""

    type: Literal["report"]
    body: ReportBody


class VerificationRecord(Envelope):
    """核实."""

    type: Literal["verification"]
    body: VerificationBody


class CheckRecord(Envelope):
    """核查."""

    type: Literal["check"]
    body: CheckBody


class FeedbackRecord(Envelope):
    """反馈."""

    type: Literal["feedback"]
    body: FeedbackBody
