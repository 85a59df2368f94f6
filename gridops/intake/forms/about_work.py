"""Shapes of the records of night rounds, joint outings and supervision, and which room reads each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gridops.inspections import forms as inspections
from gridops.inspections.rules import OrderKind, Signed, VisitKind
from gridops.intake.forms.shapes import Day, Envelope, Instant, Shape, one_of
from gridops.intake.rules import RecordType
from gridops.operations import forms as operations
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.squads import forms as squads
from gridops.squads.rules import Agency
from gridops.supervision import forms as supervision

MOST_POINTS = 5000
MOST_FINDINGS = 200
MOST_GRIDS = 200

RoundReference = Annotated[
    str, Field(min_length=1, max_length=40, description="UUID of the record that began the round, or its number")
]
OutingReference = Annotated[
    str, Field(min_length=1, max_length=40, description="UUID of the record that began the outing, or its number")
]
IncidentReference = Annotated[
    str, Field(min_length=1, max_length=40, description="UUID of the incident's record, or its id")
]
ProblemReference = Annotated[str, Field(min_length=1, max_length=40, description="number of the problem item")]
AgencyName = Annotated[str, AfterValidator(one_of(Agency)), Field(json_schema_extra={"enum": list(Agency)})]
VisitKindName = Annotated[str, AfterValidator(one_of(VisitKind)), Field(json_schema_extra={"enum": list(VisitKind)})]
OrderKindName = Annotated[str, AfterValidator(one_of(OrderKind)), Field(json_schema_extra={"enum": list(OrderKind)})]
SignedName = Annotated[str, AfterValidator(one_of(Signed)), Field(json_schema_extra={"enum": list(Signed)})]
TallyKindName = Annotated[str, AfterValidator(one_of(TallyKind)), Field(json_schema_extra={"enum": list(TallyKind)})]
IncidentKindName = Annotated[
    str, AfterValidator(one_of(IncidentKind)), Field(json_schema_extra={"enum": list(IncidentKind)})
]
OwnCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{16,40}$",
        description="by which others join what a phone begins without a network; made by it, not to be guessed; "
        "case and hyphens do not count",
    ),
]
GridCode = Annotated[str, Field(min_length=1, max_length=60, description="code of a grid")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Person = Annotated[str, Field(min_length=1, max_length=200, description="`username`, or `name@agency#certificate_no`")]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[str, Field(max_length=2000)]


class RoundBody(Shape):
    """夜查: a round begins (a planned one by its `number`), ends, is cancelled, or a grid of it has been seen."""

    action: Literal["start", "end", "cancel", "grid_checked"]
    number: Annotated[str, Field(max_length=40, description="of a planned round that begins")] | None = None
    round: RoundReference | None = Field(default=None, description="the round, for all but its start")
    theme: Annotated[str, Field(max_length=60)] | None = None
    groups: Annotated[int, Field(ge=1, le=50)] | None = None
    grids: Annotated[list[GridCode], Field(max_length=MOST_GRIDS)] | None = None
    inspection: bool | None = Field(default=None, description="approved as an administrative inspection (行政检查)")
    approval: Annotated[str, Field(max_length=200, description="by whom, under which number")] | None = None
    code: OwnCode | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None


class PremisesRef(Shape):
    """Premises by credit code (统一社会信用代码), by our id, or by name within the street."""

    credit_code: Annotated[str, Field(max_length=18)] | None = None
    name: Annotated[str, Field(max_length=200)] | None = None
    id: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None


class FindingIn(Shape):
    """One thing found: in words, how severe; the item of the checklist or the category it falls under."""

    text: Annotated[str, Field(max_length=1000)] | None = Field(default=None, description="required without `item`")
    severity: Annotated[str, Field(max_length=20)] | None = None
    item: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    category: Annotated[str, Field(max_length=30)] | None = None


class OrderIn(Shape):
    """责令改正 (only after an inspection) or 隐患提示单; `due_on`: the last day allowed."""

    kind: OrderKindName
    number: Annotated[str, Field(max_length=60)] | None = None
    due_on: Day | None = None


class VisitBody(Shape):
    """检查, 巡查 or 走访 of premises; `corrected`: findings of earlier visits that were seen mended."""

    round: RoundReference | None = None
    premises: PremisesRef
    kind: VisitKindName
    recheck: bool | None = None
    complete: bool
    checklist: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    answers: Annotated[dict[str, Any], Field(max_length=500)] | None = None
    findings: Annotated[list[FindingIn], Field(max_length=MOST_FINDINGS)] | None = None
    corrected: Annotated[list[Annotated[int, Field(ge=1, le=2**53 - 1)]], Field(max_length=MOST_FINDINGS)] | None = None
    order: OrderIn | None = None
    signed: SignedName
    witness: Annotated[str, Field(max_length=120)] | None = None
    note: Words | None = None


class CheckInBody(Shape):
    """到岗: somebody joins a round or an outing, by the leader's QR code or by name and certificate; `out`: leaves."""

    round: RoundReference | None = None
    outing: OutingReference | None = None
    code: Annotated[str, Field(max_length=40, description="what the leader's QR code says")] | None = None
    name: Name | None = None
    agency: AgencyName | None = None
    certificate_no: Annotated[str, Field(max_length=60)] | None = None
    out: bool | None = None


class OutingBody(Shape):
    """联合整治: an outing of a campaign begins, ends or is cancelled."""

    action: Literal["start", "end", "cancel"]
    number: Annotated[str, Field(max_length=40, description="of a planned outing that begins")] | None = None
    campaign: Annotated[str, Field(max_length=60, description="code of the campaign")] | None = None
    outing: OutingReference | None = Field(default=None, description="the outing, for all but its start")
    agencies: Annotated[list[AgencyName], Field(max_length=20)] | None = None
    grid: GridCode | None = None
    code: OwnCode | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None
    summary: Words | None = None


class TallyBody(Shape):
    """One addition to what an outing counts; a negative amount takes back."""

    outing: OutingReference
    kind: TallyKindName
    amount: Annotated[int, Field(ge=-100_000, le=100_000)]


class IncidentBody(Shape):
    """扣押, 交警扣留, 先行登记保存, 移送 …: agency, basis, approver, two officers, list and deadline."""

    outing: OutingReference | None = None
    kind: IncidentKindName
    agency: AgencyName
    to_agency: Annotated[str, Field(max_length=120)] | None = None
    basis: Annotated[str, Field(max_length=300)] | None = None
    approver: Annotated[str, Field(max_length=80)] | None = None
    approved_at: Instant | None = None
    officers: Annotated[list[Person], Field(max_length=20)] | None = None
    party: Annotated[str, Field(max_length=200)] | None = None
    premises: PremisesRef | None = None
    decision_no: Annotated[str, Field(max_length=80)] | None = None
    letter_no: Annotated[str, Field(max_length=80)] | None = None
    items: Words | None = None
    deadline: Annotated[str, Field(max_length=40, description="a time, or a day, which then ends it")] | None = None
    signed: SignedName | None = Field(default=None, description="whether the party signed for the list of things")
    witness: Annotated[str, Field(max_length=120, description="who saw that it was refused")] | None = None


class HandoverBody(Shape):
    """现场移交: something goes from one agency to another, with a receipt signed on the glass."""

    outing: OutingReference | None = None
    incident: IncidentReference | None = None
    from_agency: AgencyName
    to_agency: AgencyName
    what: Annotated[str, Field(min_length=1, max_length=2000)]
    receiver: Name


class TrackBody(Shape):
    """轨迹, recorded while the page was open. Points: seconds since `started_at`, lon, lat, accuracy in metres."""

    round: RoundReference | None = None
    outing: OutingReference | None = None
    started_at: Instant
    ended_at: Instant
    points: Annotated[
        list[Annotated[list[float], Field(min_length=3, max_length=4)]],
        Field(max_length=MOST_POINTS),
    ]


class DisciplineCheckBody(Shape):
    """明察暗访: a look at a unit, and the fact."""

    unit: Annotated[str, Field(min_length=1, max_length=60, description="code of the unit")]
    fact: Annotated[str, Field(min_length=1, max_length=2000)]
    person: Annotated[str, Field(max_length=80)] | None = None
    outcome: Words | None = None


class ProblemAnswerBody(Shape):
    """整改反馈: what the unit did about a problem item of a bulletin."""

    problem: ProblemReference
    words: Annotated[str, Field(min_length=1, max_length=2000)]


class RoundRecord(Envelope):
    """夜查."""

    type: Literal["round"]
    body: RoundBody


class VisitRecord(Envelope):
    """检查、巡查、走访."""

    type: Literal["visit"]
    body: VisitBody


class CheckInRecord(Envelope):
    """到岗."""

    type: Literal["check_in"]
    body: CheckInBody


class OutingRecord(Envelope):
    """联合整治."""

    type: Literal["outing"]
    body: OutingBody


class TallyRecord(Envelope):
    """计数."""

    type: Literal["tally"]
    body: TallyBody


class IncidentRecord(Envelope):
    """扣押、扣留、保存、移送."""

    type: Literal["incident"]
    body: IncidentBody


class HandoverRecord(Envelope):
    """现场移交."""

    type: Literal["handover"]
    body: HandoverBody


class TrackRecord(Envelope):
    """轨迹."""

    type: Literal["track"]
    body: TrackBody


class DisciplineCheckRecord(Envelope):
    """明察暗访."""

    type: Literal["discipline_check"]
    body: DisciplineCheckBody


class ProblemAnswerRecord(Envelope):
    """整改反馈."""

    type: Literal["problem_answer"]
    body: ProblemAnswerBody


@dataclass(frozen=True, slots=True)
class Work:
    """A type of record that is not about a case: its shape, and the reader of the room it belongs to."""

    shape: type[Any]
    read: Callable[[Mapping[str, Any]], Any]


WORK: dict[RecordType, Work] = {
    RecordType.ROUND: Work(RoundRecord, inspections.parse_round),
    RecordType.VISIT: Work(VisitRecord, inspections.parse_visit),
    RecordType.OUTING: Work(OutingRecord, operations.parse_outing),
    RecordType.CHECK_IN: Work(CheckInRecord, squads.parse_check_in),
    RecordType.TALLY: Work(TallyRecord, operations.parse_tally),
    RecordType.INCIDENT: Work(IncidentRecord, operations.parse_incident),
    RecordType.HANDOVER: Work(HandoverRecord, operations.parse_handover),
    RecordType.DISCIPLINE_CHECK: Work(DisciplineCheckRecord, supervision.parse_discipline_check),
    RecordType.PROBLEM_ANSWER: Work(ProblemAnswerRecord, supervision.parse_problem_answer),
    RecordType.TRACK: Work(TrackRecord, squads.parse_track),
}
