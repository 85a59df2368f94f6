"""One line of a file of penalties: a proceeding with its decision and what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gridops.core import clock
from gridops.core.fields import Reader, instant, member, members, text, yes_no, yuan
from gridops.penalties.rules import PartyKind, PenaltyKind, change_fault, in_order
from gridops.premises.rules import credit_code_fault

COLUMNS: tuple[str, ...] = (
    "external_id",
    "opened_at",
    "waived",
    "decided_by",
    "decided_at",
    "kinds",
    "fine_yuan",
    "confiscated_yuan",
    "credit_code",
    "party",
    "party_kind",
    "round_id",
    "act_at",
    "served_at",
    "paid_at",
    "paid_yuan",
    "changed_at",
    "changed_fine_yuan",
    "revoked_at",
    "remedy_from",
    "remedy_to",
    "replaces",
    "note",
)
REQUIRED: tuple[str, ...] = ("external_id",)
_NOTHING = Decimal("0.00")
# Nothing of these can be before the other; files mix days and times, so days are compared.
_ORDER: tuple[tuple[str, str], ...] = (
    ("decided_at", "opened_at"),
    ("decided_at", "act_at"),
    ("served_at", "decided_at"),
    ("paid_at", "decided_at"),
    ("changed_at", "decided_at"),
    ("revoked_at", "decided_at"),
    ("remedy_from", "decided_at"),
    ("remedy_to", "remedy_from"),
)
# What cannot be without the other.
_NEEDS: tuple[tuple[str, str], ...] = (
    ("served_at", "decided_at"),
    ("paid_at", "decided_at"),
    ("changed_at", "decided_at"),
    ("revoked_at", "decided_at"),
    ("remedy_from", "decided_at"),
    ("paid_at", "paid_yuan"),
    ("paid_yuan", "paid_at"),
    ("changed_fine_yuan", "changed_at"),
    ("remedy_to", "remedy_from"),
)


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """A penalty as a file tells it. Yuan; `round_id`, `replaces`: names in the same system; `waived`: 不予处罚."""

    external_id: str
    opened_at: datetime
    waived: bool
    decided_by: str
    decided_at: datetime | None
    kinds: tuple[PenaltyKind, ...]
    fine_yuan: Decimal
    confiscated_yuan: Decimal
    credit_code: str | None
    party: str
    party_kind: PartyKind
    round_id: str | None
    act_at: datetime | None
    served_at: datetime | None
    paid_at: datetime | None
    paid_yuan: Decimal | None
    changed_at: datetime | None
    changed_fine_yuan: Decimal | None
    revoked_at: datetime | None
    remedy_from: datetime | None
    remedy_to: datetime | None
    replaces: str | None


def line(cells: Mapping[str, str]) -> PenaltyLine:
    """A line from its cells by column; Invalid names every wrong column.

    Only contradictions are refused: what the law asks and a file does not tell is shown as an open point. Without
    `opened_at` the proceeding began when it was decided; without `kinds` the amounts tell them.
    """
    read = Reader(cells)
    code = read("credit_code", text(18))
    decided_at = read("decided_at", instant())
    fine, confiscated = read("fine_yuan", yuan()) or _NOTHING, read("confiscated_yuan", yuan()) or _NOTHING
    found = PenaltyLine(
        external_id=read("external_id", text(120), required=True),
        opened_at=read("opened_at", instant(), required=decided_at is None) or decided_at,
        waived=read("waived", yes_no) or False,
        decided_by=read("decided_by", text(120)) or "",
        decided_at=decided_at,
        kinds=in_order(read("kinds", members(PenaltyKind)) or _kinds(fine, confiscated)),
        fine_yuan=fine,
        confiscated_yuan=confiscated,
        credit_code=code.upper() if code else None,
        party=read("party", text(200)) or "",
        party_kind=read("party_kind", member(PartyKind), required=code is None) or PartyKind.ORGANISATION,
        round_id=read("round_id", text(120)),
        act_at=read("act_at", instant()),
        served_at=read("served_at", instant()),
        paid_at=read("paid_at", instant()),
        paid_yuan=read("paid_yuan", yuan(Decimal("0.01"))),
        changed_at=read("changed_at", instant()),
        changed_fine_yuan=read("changed_fine_yuan", yuan()),
        revoked_at=read("revoked_at", instant()),
        remedy_from=read("remedy_from", instant()),
        remedy_to=read("remedy_to", instant()),
        replaces=read("replaces", text(120)),
    )
    if not read.errors:
        _check(read, found)
    read.done(others=True)
    return found


def _kinds(fine: Decimal, confiscated: Decimal) -> tuple[PenaltyKind, ...]:
    told = ((fine, PenaltyKind.FINE), (confiscated, PenaltyKind.CONFISCATION))
    return tuple(kind for amount, kind in told if amount)


def _check(read: Reader, found: PenaltyLine) -> None:
    fault = credit_code_fault(found.credit_code) if found.credit_code else None
    if fault:
        read.wrong("credit_code", fault)
    if found.waived:
        _check_waived(read, found)
        return
    for name, other in _NEEDS:
        if getattr(found, name) is not None and getattr(found, other) is None:
            read.wrong(other, f"required with {name}")
    for name, other in _ORDER:
        later, earlier = getattr(found, name), getattr(found, other)
        if later is not None and earlier is not None and clock.local_date(later) < clock.local_date(earlier):
            read.wrong(name, f"before {other}")
    _check_decision(read, found)
    higher = change_fault(found.fine_yuan, found.changed_fine_yuan)
    if higher:
        read.wrong("changed_fine_yuan", higher[1])
    if found.replaces is not None and found.replaces == found.external_id:
        read.wrong("replaces", "the penalty itself")


def _check_waived(read: Reader, found: PenaltyLine) -> None:
    """Whoever is let off has nothing to pay; `decided_at` is then when that was decided."""
    for name in ("kinds", "fine_yuan", "confiscated_yuan", "served_at", "paid_at", "changed_at", "revoked_at"):
        if getattr(found, name):
            read.wrong(name, "cannot stand with waived")
    if found.decided_at is not None and clock.local_date(found.decided_at) < clock.local_date(found.opened_at):
        read.wrong("decided_at", "before opened_at")


def _check_decision(read: Reader, found: PenaltyLine) -> None:
    if found.decided_at is None:
        for name in ("kinds", "fine_yuan", "confiscated_yuan"):
            if str(read.raw.get(name) or "").strip() and getattr(found, name):
                read.wrong("decided_at", f"required with {name}")
        return
    if not found.decided_by:
        read.wrong("decided_by", "required with decided_at")
    if not found.kinds:
        read.wrong("kinds", "required with decided_at")
    for amount, kind, name in (
        (found.fine_yuan, PenaltyKind.FINE, "fine_yuan"),
        (found.confiscated_yuan, PenaltyKind.CONFISCATION, "confiscated_yuan"),
    ):
        if amount and found.kinds and kind not in found.kinds:
            read.wrong("kinds", f"{kind} is missing, {name} is {amount}")
