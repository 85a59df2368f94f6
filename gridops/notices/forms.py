"""A web hook as an administrator hands it in, and how a person wants to be told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gridops.core.errors import FieldError, Invalid
from gridops.core.ids import row_id
from gridops.core.posting import parse_address
from gridops.notices.rules import HookKind, Occasion
from gridops.notices.rules.personal import FIRST_HOUR, HOURS, Choice, DigestHours, Mail

# Enough to find slips of the finger; whether mail arrives there only a mail tells.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class HookForm:
    """A hook to be kept; no unit: of the centre."""

    unit_id: int | None
    kind: HookKind
    address: str


def parse_hook(values: Mapping[str, str]) -> HookForm:
    """Read a form. Raises Invalid naming every wrong field."""
    errors: list[FieldError] = []
    unit_id, kind = None, HookKind.WECOM
    try:
        unit_id = row_id(values["unit_id"]) if values.get("unit_id", "").strip() else None
    except ValueError:
        errors.append(FieldError("unit_id", "没有这个单位"))
    try:
        kind = HookKind(values.get("kind", ""))
    except ValueError:
        errors.append(FieldError("kind", "请选择类型"))
    address = values.get("address", "").strip()
    try:
        parse_address(address)
    except ValueError as wrong:
        errors.append(FieldError("address", str(wrong) if address else "必填"))
    if errors:
        raise Invalid(*errors)
    return HookForm(unit_id, kind, address)


@dataclass(frozen=True, slots=True)
class ChoicesForm:
    """How a person wants each occasion, when the daily mail comes, and where to."""

    chosen: Mapping[Occasion, Choice]
    hours: DigestHours
    email: str | None


def parse_choices(values: Mapping[str, str], offered: Collection[Occasion]) -> ChoicesForm:
    """Read a person's form; nothing but what is offered to them is looked at. Raises Invalid."""
    errors: list[FieldError] = []
    chosen: dict[Occasion, Choice] = {}
    hour, email = FIRST_HOUR, values.get("email", "").strip()
    for occasion in offered:
        try:
            chosen[occasion] = Choice(bool(values.get(f"bell-{occasion}")), Mail(values.get(f"mail-{occasion}", "")))
        except ValueError:
            errors.append(FieldError(f"mail-{occasion}", "请选择邮件方式"))
    try:
        hour = HOURS[HOURS.index(int(values.get("hour", "")[:2]))]
    except ValueError:
        errors.append(FieldError("hour", "请选择时间"))
    if email and (len(email) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(email)):
        errors.append(FieldError("email", "不是有效的邮箱地址"))
    elif not email and any(one.mail is not Mail.NONE for one in chosen.values()):
        errors.append(FieldError("email", "要收邮件，请填写邮箱"))
    if errors:
        raise Invalid(*errors)
    return ChoicesForm(chosen, DigestHours(hour, bool(values.get("workdays_only"))), email or None)
