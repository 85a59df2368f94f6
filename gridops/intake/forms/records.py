"""A record of the contract: checked JSON -> what it means, or Invalid naming every wrong field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from gridops.cases.forms import MoveFields, ReportIn, parse_report
from gridops.cases.rules.moves import Move
from gridops.core.errors import FieldError, Invalid
from gridops.evidence.rules.types import Limits
from gridops.intake import rules
from gridops.intake.forms import about_cases, about_work
from gridops.intake.forms.shapes import Attachment
from gridops.intake.rules import RecordType

# Shape of each type; the API's description is made from them.
RECORDS: dict[RecordType, type[Any]] = {
    RecordType.REPORT: about_cases.ReportRecord,
    RecordType.VERIFICATION: about_cases.VerificationRecord,
    RecordType.CHECK: about_cases.CheckRecord,
    RecordType.FEEDBACK: about_cases.FeedbackRecord,
    **{kind: work.shape for kind, work in about_work.WORK.items()},
}


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """What a phone answers about a case (核实, 核查, 反馈): which case (UUID of its report, or number) and the move."""

    case: str
    move: Move
    fields: MoveFields


@dataclass(frozen=True, slots=True)
class WorkIn:
    """A record of rounds, outings and supervision: its body as sent, and as its room reads it."""

    type: RecordType
    body: dict[str, Any]
    said: Any


Meaning = ReportIn | AnswerIn | WorkIn


@dataclass(frozen=True, slots=True)
class Reference:
    """What a body names: by which field, what kind of thing, by which name (a UUID in its one spelling, or number)."""

    field: str
    kind: str
    name: str

    @property
    def record(self) -> str | None:
        """The record it names; None where it names a number."""
        return self.name if rules.is_uuid(self.name) else None


@dataclass(frozen=True, slots=True)
class RecordIn:
    """A record that has the right shape. `body` and `attachments` as sent, `meaning` and `files` as read."""

    type: RecordType
    captured_at: datetime
    sent_at: datetime
    device: str
    body: dict[str, Any]
    attachments: tuple[dict[str, Any], ...]
    meaning: Meaning
    files: tuple[Attachment, ...]

    @property
    def digest(self) -> str:
        """What tells the same content from another."""
        return rules.digest(self.type, self.captured_at, self.body, self.attachments)

    @property
    def awaits(self) -> tuple[str, ...]:
        """The records that this one names."""
        return tuple(named.record for named in references(self.meaning) if named.record)


def references(meaning: Meaning) -> tuple[Reference, ...]:
    """What a body names, in the order in which it has to be there."""
    if isinstance(meaning, ReportIn):
        return (_reference("same_as", "case", meaning.same_as),) if meaning.same_as else ()
    if isinstance(meaning, AnswerIn):
        return (_reference("case", "case", meaning.case),)
    given = ((field, meaning.body.get(field)) for field in rules.NAMING)
    return tuple(_reference(field, rules.NAMING[field], name) for field, name in given if name)


def work_meaning(kind: RecordType, body: Mapping[str, Any]) -> WorkIn:
    """A body as its room reads it. Raises Invalid with fields named below `body`."""
    given = {name: value for name, value in body.items() if value is not None}
    try:
        said = about_work.WORK[kind].read(given)
    except Invalid as wrong:
        raise Invalid(*(FieldError(_below_body(error.field), error.reason) for error in wrong.errors)) from None
    return WorkIn(kind, given, said)


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


def read_kept(kind: RecordType, body: dict[str, Any], attachments: list[Any]) -> tuple[Meaning, tuple[Attachment, ...]]:
    """The body and attachments of a record kept in the ledger, as read when it came."""
    return _meaning(kind, body), tuple(_read(Attachment, item) for item in attachments)


def record_uuid(text: str) -> str:
    """The name of a record as the phone gives it in the address. Raises Invalid (field `id`)."""
    found = rules.as_uuid(text)
    if found is None:
        raise Invalid(("id", "a UUID"))
    return found


def _kind(name: Any) -> RecordType:
    if name not in tuple(RECORDS):
        raise Invalid(("type", f"one of {', '.join(RECORDS)}"))
    return RecordType(name)


def _meaning(kind: RecordType, body: Any) -> Meaning:
    if kind is RecordType.REPORT:
        return parse_report(body)
    if kind in about_work.WORK:
        return work_meaning(kind, body)
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
        if file.size > (most := limits.bytes_of(file.mime)):
            wrong.append(FieldError(f"attachments[{place}].size", f"more than the {most} bytes allowed"))
        if (file.lon is None) != (file.lat is None):
            wrong.append(FieldError(f"attachments[{place}].lat", "lon and lat belong together"))
        first = seen.setdefault((file.sha256, file.role), place)
        if first != place:
            wrong.append(FieldError(f"attachments[{place}].sha256", f"the same as attachments[{first}]"))
    return wrong


def _meaning_faults(meaning: Meaning, record_id: str) -> list[FieldError]:
    own = (named for named in references(meaning) if named.name == record_id)
    wrong = [FieldError(f"body.{named.field}", "a record cannot name itself") for named in own]
    if isinstance(meaning, ReportIn) and meaning.same_as and meaning.self_handled:
        wrong.append(FieldError("body.self_handled", "a case seen again is not handled by the one who saw it"))
    return wrong


def _reference(field: str, kind: str, name: str) -> Reference:
    return Reference(field, kind, rules.as_uuid(name) or name)


def _below_body(field: str) -> str:
    return field if field == "body" or field.startswith("body.") else f"body.{field}"
