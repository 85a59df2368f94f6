"""What a phone may hand in: the envelope and the body of each type. The API's description is made from these models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gridops.cases.forms import MAX_ADDRESS, MAX_DESCRIPTION, MAX_WORDS, MoveFields, ReportIn, parse_report
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.core import clock
from gridops.core.coordinates import Crs
from gridops.core.errors import FieldError, Invalid
from gridops.evidence.rules.types import Limits, claimable
from gridops.intake import rules
from gridops.intake.rules import RecordType

MOST_ATTACHMENTS = 40
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def parse_time(text: Any) -> datetime:
    """ISO 8601 date and time; without an offset Asia/Shanghai. Returns UTC; ValueError says what is wrong."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise ValueError("an ISO 8601 date and time, like 2017-03-05T21:40:00+08:00")
    return clock.parse_instant(text)


def _one_of(names: Iterable[str]) -> Callable[[str], str]:
    known = tuple(names)

    def check(text: str) -> str:
        if text not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return text

    return check


def _media_type(text: str) -> str:
    if not claimable(text):
        raise ValueError("none of the media types taken")
    return text


Instant = Annotated[
    datetime, BeforeValidator(parse_time), Field(json_schema_extra={"type": "string", "format": "date-time"})
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="degrees")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="degrees")]
CaseReference = Annotated[
    str,
    Field(min_length=1, max_length=40, description="UUID of the report that began the case, or the case's number"),
]
CrsName = Annotated[str, AfterValidator(_one_of(Crs)), Field(json_schema_extra={"enum": list(Crs)})]
SourceName = Annotated[str, AfterValidator(_one_of(Source)), Field(json_schema_extra={"enum": list(Source)})]
Words = Annotated[str, Field(max_length=MAX_DESCRIPTION)]
Metres = Annotated[float, Field(ge=0, le=1_000_000)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Fix(_Shape):
    """Where the phone itself saw its place."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    crs: CrsName | None = None
    at: Instant | None = Field(default=None, description="when the fix was taken")


class Location(_Shape):
    """Where it is. `picked`: placed on the map by hand; `fix` then says where the phone saw itself. Default wgs84."""

    lon: Longitude
    lat: Latitude
    accuracy_m: Metres | None = None
    crs: CrsName | None = None
    picked: bool | None = None
    fix: Fix | None = None


class ReportBody(_Shape):
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


class VerificationBody(_Shape):
    """核实: is it true? Answered on site before filing."""

    case: CaseReference
    outcome: Annotated[bool, Field(description="whether it is true")]
    words: Words | None = None


class CheckBody(_Shape):
    """核查: is it fixed? Answered on site before closing; a failed one says why in `words`."""

    case: CaseReference
    outcome: Literal["passed", "failed"]
    words: Annotated[str, Field(max_length=MAX_WORDS)] | None = None


class FeedbackBody(_Shape):
    """反馈: what the unit in charge has done."""

    case: CaseReference
    words: Annotated[str, Field(min_length=1, max_length=MAX_DESCRIPTION)]


class Attachment(_Shape):
    """A content that belongs to the record; its bytes come by `PUT /attachments/{sha256}`, before or after."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=2**53 - 1, description="bytes")]
    mime: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_media_type)]
    role: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z_]{0,19}$",
            description="`before`, `after`, `near` (近景), `far` (远景), `reference` (参照物), `sound`, `other`, …",
        ),
    ]
    album: bool = Field(default=False, description="chosen from the album, not taken with the camera")
    taken_at: Instant | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None


class Envelope(_Shape):
    """A record named by the phone. Times are the phone's own; its clock is corrected by `sent_at`."""

    captured_at: Instant
    sent_at: Instant
    device: Annotated[str, Field(max_length=120)] = ""
    attachments: Annotated[list[Attachment], Field(max_length=MOST_ATTACHMENTS)] = []


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


RECORDS: dict[RecordType, type[Any]] = {
    RecordType.REPORT: ReportRecord,
    RecordType.VERIFICATION: VerificationRecord,
    RecordType.CHECK: CheckRecord,
    RecordType.FEEDBACK: FeedbackRecord,
}


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """What a phone answers about a case (核实, 核查, 反馈): which case (UUID of its report, or number) and the move."""

    case: str
    move: Move
    fields: MoveFields


@dataclass(frozen=True, slots=True)
class RecordIn:
    """A record that has the right shape. `body` and `attachments` as sent, `meaning` and `files` as read."""

    type: RecordType
    captured_at: datetime
    sent_at: datetime
    device: str
    body: dict[str, Any]
    attachments: tuple[dict[str, Any], ...]
    meaning: ReportIn | AnswerIn
    files: tuple[Attachment, ...]

    @property
    def digest(self) -> str:
        """What tells the same content from another."""
        return rules.digest(self.type, self.captured_at, self.body, self.attachments)

    @property
    def names(self) -> str | None:
        """The case this record is about: the UUID of its report or its number; None for a report of its own."""
        return reference(self.meaning)


def reference(meaning: ReportIn | AnswerIn) -> str | None:
    """The case a body names, a UUID in its one spelling."""
    name = meaning.same_as if isinstance(meaning, ReportIn) else meaning.case
    return name and (rules.as_uuid(name) or name)


def parse_record(payload: Any, record_id: str, limits: Limits) -> RecordIn:
    """Read a record of the contract from checked JSON. Raises Invalid naming every wrong field, dotted."""
    if not isinstance(payload, Mapping):
        raise Invalid(("body", "a JSON object is expected"))
    kind = _kind(payload.get("type"))
    read = _read(RECORDS[kind], payload)
    meaning = _meaning(kind, payload["body"])
    wrong = [*_attachment_faults(read.attachments, limits), *_meaning_faults(meaning, record_id)]
    if wrong:
        raise Invalid(*wrong)
    return RecordIn(
        kind,
        read.captured_at,
        read.sent_at,
        read.device,
        dict(payload["body"]),
        tuple(dict(item) for item in payload.get("attachments", ())),
        meaning,
        tuple(read.attachments),
    )


def read_kept(
    kind: RecordType, body: dict[str, Any], attachments: list[Any]
) -> tuple[ReportIn | AnswerIn, tuple[Attachment, ...]]:
    """The body and attachments of a record kept in the ledger, as read when it came."""
    return _meaning(kind, body), tuple(_read(Attachment, item) for item in attachments)


def record_uuid(text: str) -> str:
    """The name of a record as the phone gives it in the address. Raises Invalid (field `id`)."""
    found = rules.as_uuid(text)
    if found is None:
        raise Invalid(("id", "a UUID"))
    return found


def _kind(name: Any) -> RecordType:
    try:
        return RecordType(name)
    except ValueError:
        raise Invalid(("type", f"one of {', '.join(RecordType)}")) from None


def _meaning(kind: RecordType, body: Any) -> ReportIn | AnswerIn:
    if kind is RecordType.REPORT:
        return parse_report(body)
    shape = _read(RECORDS[kind].model_fields["body"].annotation, body, "body.")
    words = (shape.words or "").strip() or None
    if kind is RecordType.VERIFICATION:
        return AnswerIn(shape.case, Move.VERIFY, MoveFields(outcome=shape.outcome, words=words))
    if kind is RecordType.CHECK and shape.outcome == "passed":
        return AnswerIn(shape.case, Move.CHECK_PASSED, MoveFields(words=words))
    if words is None:
        raise Invalid(("body.words", "says why it failed" if kind is RecordType.CHECK else "says nothing"))
    if kind is RecordType.CHECK:
        return AnswerIn(shape.case, Move.CHECK_FAILED, MoveFields(reason=words))
    return AnswerIn(shape.case, Move.FEEDBACK, MoveFields(words=words))


def _read(model: Any, value: Any, prefix: str = "") -> Any:
    try:
        return model.model_validate(value)
    except ValidationError as wrong:
        raise Invalid(*faults(wrong, prefix)) from None


def faults(wrong: ValidationError, prefix: str = "") -> list[FieldError]:
    """pydantic's errors as dotted fields and short reasons, without echoing what was sent."""
    found = wrong.errors(include_url=False, include_input=False, include_context=False)
    return [FieldError(prefix + _dotted(error["loc"]), error["msg"].removeprefix("Value error, ")) for error in found]


def _dotted(place: tuple[int | str, ...]) -> str:
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return dotted.removeprefix(".")[:200]


def _attachment_faults(files: list[Attachment], limits: Limits) -> list[FieldError]:
    wrong: list[FieldError] = []
    seen: dict[tuple[str, str], int] = {}
    for place, file in enumerate(files):
        if file.size > limits.max_bytes:
            wrong.append(FieldError(f"attachments[{place}].size", f"more than the {limits.max_bytes} bytes allowed"))
        if (file.lon is None) != (file.lat is None):
            wrong.append(FieldError(f"attachments[{place}].lat", "lon and lat belong together"))
        first = seen.setdefault((file.sha256, file.role), place)
        if first != place:
            wrong.append(FieldError(f"attachments[{place}].sha256", f"the same as attachments[{first}]"))
    return wrong


def _meaning_faults(meaning: ReportIn | AnswerIn, record_id: str) -> list[FieldError]:
    wrong: list[FieldError] = []
    if reference(meaning) == record_id:
        name = "body.same_as" if isinstance(meaning, ReportIn) else "body.case"
        wrong.append(FieldError(name, "a record cannot name itself"))
    if isinstance(meaning, ReportIn) and meaning.same_as and meaning.self_handled:
        wrong.append(FieldError("body.self_handled", "a case seen again is not handled by the one who saw it"))
    return wrong
