"""The forms of the desk, one for each act of a proceeding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.fields import Reader, T, day, flag, instant, member, members, row_id, text, yuan
from gridops.penalties.rules import PartyKind, PenaltyKind, in_order
from gridops.premises.rules import credit_code_fault
from gridops.squads.rules import Someone, parse_people

MAX_WORDS = 500
_NOTHING = Decimal("0.00")
_SKEW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class OpenIn:
    """Proceedings to open: against whom, for what act, by which clause, from which visit or incident."""

    opened_at: datetime
    party_kind: PartyKind
    party: str = ""
    credit_code: str | None = None
    act_at: datetime | None = None
    basis_id: int | None = None
    grid_id: int | None = None
    grave: bool = False
    simple: bool = False
    decided_by: str = ""
    visit_id: int | None = None
    incident_id: int | None = None
    once: str | None = None


@dataclass(frozen=True, slots=True)
class TellIn:
    """The party was told what is meant to be decided; `hearing`: also that it may ask for a hearing."""

    at: datetime
    hearing: bool = False


@dataclass(frozen=True, slots=True)
class DecideIn:
    """A decision. `officers` as `username` or `name@agency#certificate_no`; amounts in yuan."""

    at: datetime
    decided_by: str
    kinds: tuple[PenaltyKind, ...]
    decision_no: str | None = None
    fine: Decimal = _NOTHING
    confiscated: Decimal = _NOTHING
    simple: bool = False
    basis_id: int | None = None
    officers: tuple[Someone, ...] = ()
    surcharge_stated: bool = False
    late_ground: str | None = None


@dataclass(frozen=True, slots=True)
class WaiveIn:
    """No penalty, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ServeIn:
    """The decision reached the party; `how`: direct, by post, by notice …"""

    at: datetime
    how: str | None = None


@dataclass(frozen=True, slots=True)
class PayIn:
    """Money paid; `cash`: taken on the spot by the officers, for a `reason` where the amount is not small."""

    at: datetime
    amount: Decimal
    receipt_no: str | None = None
    cash: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnpayIn:
    """A payment that was booked by mistake."""

    payment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeIn:
    """Another fine since an instant, by whose paper."""

    at: datetime
    changed_fine: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class RevokeIn:
    """The decision holds no more since an instant."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RemedyIn:
    """Reconsideration or litigation from a time on, up to another once it is over."""

    remedy_from: datetime
    remedy_to: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DeferIn:
    """Payment deferred or by instalments up to and including a day, on the party's request."""

    at: datetime
    deferred_to: date
    reason: str


@dataclass(frozen=True, slots=True)
class ConcludeIn:
    """The proceeding is over; without a decision: why."""

    at: datetime
    reason: str | None = None


def open_form(raw: Mapping[str, object]) -> OpenIn:
    """Proceedings from a form."""
    return _read(raw, _open)


def tell_form(raw: Mapping[str, object]) -> TellIn:
    """A notice of rights from a form."""
    return _read(raw, lambda read: TellIn(_past(read), read("hearing", flag) or False))


def decide_form(raw: Mapping[str, object]) -> DecideIn:
    """A decision from a form."""
    return _read(raw, _decide)


def waive_form(raw: Mapping[str, object]) -> WaiveIn:
    """A waiver from a form."""
    return _read(raw, lambda read: WaiveIn(_past(read), _reason(read)))


def serve_form(raw: Mapping[str, object]) -> ServeIn:
    """Service from a form."""
    return _read(raw, lambda read: ServeIn(_past(read), read("how", text(60))))


def pay_form(raw: Mapping[str, object]) -> PayIn:
    """A payment from a form."""

    def made(read: Reader) -> PayIn:
        return PayIn(
            at=_past(read),
            amount=read("amount", yuan(Decimal("0.01")), required=True),
            receipt_no=read("receipt_no", text(80)),
            cash=read("cash", flag) or False,
            reason=read("reason", text(MAX_WORDS)),
        )

    return _read(raw, made)


def unpay_form(raw: Mapping[str, object]) -> UnpayIn:
    """The voiding of a payment from a form."""
    return _read(raw, lambda read: UnpayIn(read("payment_id", row_id, required=True), _reason(read)))


def change_form(raw: Mapping[str, object]) -> ChangeIn:
    """A change from a form."""
    return _read(raw, lambda read: ChangeIn(_past(read), read("changed_fine", yuan(), required=True), _reason(read)))


def revoke_form(raw: Mapping[str, object]) -> RevokeIn:
    """A revocation from a form."""
    return _read(raw, lambda read: RevokeIn(_past(read), _reason(read)))


def remedy_form(raw: Mapping[str, object]) -> RemedyIn:
    """A remedy from a form; it cannot end before it began."""

    def made(read: Reader) -> RemedyIn:
        found = RemedyIn(_past(read, "remedy_from"), _past(read, "remedy_to", required=False), read("note", text(200)))
        if not read.errors and found.remedy_to is not None and found.remedy_to < found.remedy_from:
            read.wrong("remedy_to", "结束时间不得早于开始时间")
        return found

    return _read(raw, made)


def defer_form(raw: Mapping[str, object]) -> DeferIn:
    """A deferral from a form."""
    return _read(raw, lambda read: DeferIn(_past(read), read("deferred_to", day, required=True), _reason(read)))


def conclude_form(raw: Mapping[str, object]) -> ConcludeIn:
    """The end of a proceeding from a form."""
    return _read(raw, lambda read: ConcludeIn(_past(read), read("reason", text(MAX_WORDS))))


def version_of(raw: Mapping[str, object]) -> int:
    """The version a form was shown at; Invalid without it: nobody knows what the person saw."""
    told = str(raw.get("version") or "")
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise Invalid(("version", "表单不完整，请刷新后再办理"))
    return int(told)


def _open(read: Reader) -> OpenIn:
    code = read("credit_code", text(18))
    fault = credit_code_fault(code.upper()) if code else None
    if fault:
        read.wrong("credit_code", fault)
    found = OpenIn(
        opened_at=_past(read, "opened_at"),
        party_kind=read("party_kind", member(PartyKind), required=True),
        party=read("party", text(200)) or "",
        credit_code=code.upper() if code else None,
        act_at=_past(read, "act_at", required=False),
        basis_id=read("basis_id", row_id),
        grid_id=read("grid_id", row_id),
        grave=read("grave", flag) or False,
        simple=read("simple", flag) or False,
        decided_by=read("decided_by", text(120)) or "",
        visit_id=read("visit_id", row_id),
        incident_id=read("incident_id", row_id),
        once=read("once", text(36)),
    )
    if not found.party and not (found.credit_code or found.visit_id or found.incident_id):
        read.wrong("party", "须写明当事人的姓名或者名称")
    return found


def _decide(read: Reader) -> DecideIn:
    return DecideIn(
        at=_past(read),
        decided_by=read("decided_by", text(120), required=True),
        kinds=in_order(read("kinds", members(PenaltyKind), required=True) or ()),
        decision_no=read("decision_no", text(80)),
        fine=read("fine", yuan()) or _NOTHING,
        confiscated=read("confiscated", yuan()) or _NOTHING,
        simple=read("simple", flag) or False,
        basis_id=read("basis_id", row_id),
        officers=read("officers", _people) or (),
        surcharge_stated=read("surcharge_stated", flag) or False,
        late_ground=read("late_ground", text(300)),
    )


def _people(value: object) -> tuple[Someone, ...]:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return parse_people(value)


def _past(read: Reader, name: str = "at", *, required: bool = True) -> datetime:
    """A time that has come: what is recorded has happened."""
    found: datetime = read(name, instant(), required=required)
    if found is not None and found > clock.now() + _SKEW:
        read.wrong(name, "不得晚于现在")
    return found


def _reason(read: Reader) -> str:
    found: str = read("reason", text(MAX_WORDS), required=True)
    return found


def _read(raw: Mapping[str, object], made: Callable[[Reader], T]) -> T:
    read = Reader(raw)
    found = made(read)
    read.done(others=True)
    return found
