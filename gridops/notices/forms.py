"""A web hook as an administrator hands it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridops.core.errors import FieldError, Invalid
from gridops.core.ids import row_id
from gridops.core.posting import parse_address
from gridops.notices.rules import HookKind


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
