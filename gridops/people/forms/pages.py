"""The forms of the admin pages: raw text by field -> a frozen dataclass, or Invalid with every wrong field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from gridops.core.errors import FieldError, Invalid
from gridops.core.ids import row_id
from gridops.people.queries import PeopleFilter
from gridops.people.rules import Role, UnitKind, WorkLine
from gridops.people.rules.viewing import REASON_AT_MOST

_Kind = TypeVar("_Kind", bound=StrEnum)
_PHONE = re.compile(r"\+?[0-9][0-9 -]{1,28}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be made. `password_hash` (from `service.hash_password`) may be given by the demo and tests only."""

    username: str
    name: str
    unit_id: int
    staff_no: str | None = None
    certificate_no: str | None = None
    certificate_valid_to: date | None = None
    password_hash: str | None = None
    demo: bool = False
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class UserChange:
    """What an admin may change; the user name stays. `phone`: None leaves it, an empty text takes it away."""

    name: str
    unit_id: int
    staff_no: str | None
    certificate_no: str | None
    certificate_valid_to: date | None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be made; its level is one below its parent's, or 1."""

    code: str
    name: str
    kind: UnitKind
    parent_id: int | None = None
    grid_id: int | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What an admin may change of a unit; code, level and parent stay. `phone` as in UserChange."""

    name: str
    kind: UnitKind
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role to grant; no unit: the person's own; no grid: the whole root; the last day counts in, as people say it."""

    role: Role
    unit_id: int | None
    grid_code: str | None
    valid_from: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class DutyForm:
    """A responsibility to assign: a person by user name, or a unit."""

    line: WorkLine
    username: str | None
    unit_id: int | None
    valid_from: date | None
    last_day: date | None


class _Reader:
    """Reads fields one by one and keeps what is wrong, so that a form is answered once for all its faults."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.errors: list[FieldError] = []

    def text(self, name: str, longest: int, *, required: bool = False) -> str:
        text = self.values.get(name, "").strip()
        if required and not text:
            self.refuse(name, "必填")
        elif len(text) > longest or "\x00" in text:
            self.refuse(name, f"最多 {longest} 个字符")
        return text

    def phone(self) -> str:
        text = self.text("phone", 30)
        if text and not _PHONE.fullmatch(text):
            self.refuse("phone", "请填写电话号码，如 0519-85551234 或 13800001234")
        return text

    def number(self, name: str, *, required: bool = False) -> int | None:
        text = self.values.get(name, "").strip()
        if not text:
            if required:
                self.refuse(name, "必填")
            return None
        try:
            return row_id(text)
        except ValueError:
            self.refuse(name, "请从列表中选择")
            return None

    def day(self, name: str) -> date | None:
        text = self.values.get(name, "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(name, "请按 2017-03-05 的格式填写日期")
            return None

    def one_of(self, name: str, kind: type[_Kind], default: _Kind) -> _Kind:
        try:
            return kind(self.values.get(name, "").strip())
        except ValueError:
            self.refuse(name, "请从列表中选择")
            return default

    def refuse(self, name: str, reason: str) -> None:
        self.errors.append(FieldError(name, reason))

    def done(self) -> None:
        if self.errors:
            raise Invalid(*self.errors)


def new_user(values: Mapping[str, str]) -> NewUser:
    """`username, name, unit_id, staff_no, phone, certificate_no, certificate_valid_to`."""
    read = _Reader(values)
    username = read.text("username", 60, required=True)
    change = _user(read)
    read.done()
    return NewUser(
        username,
        change.name,
        change.unit_id,
        change.staff_no,
        change.certificate_no,
        change.certificate_valid_to,
        phone=change.phone,
    )


def user_change(values: Mapping[str, str]) -> UserChange:
    """`name, unit_id, staff_no, phone (empty: as it is), no_phone, certificate_no, certificate_valid_to`."""
    read = _Reader(values)
    change = _user(read)
    read.done()
    return change


def new_unit(values: Mapping[str, str]) -> NewUnit:
    """`code, name, kind, phone, parent_id` (empty: level 1)."""
    read = _Reader(values)
    unit = NewUnit(
        code=read.text("code", 60, required=True),
        name=read.text("name", 120, required=True),
        kind=read.one_of("kind", UnitKind, UnitKind.DEPARTMENT),
        parent_id=read.number("parent_id"),
        phone=read.phone() or None,
    )
    read.done()
    return unit


def unit_change(values: Mapping[str, str]) -> UnitChange:
    """`name, kind, phone`."""
    read = _Reader(values)
    change = UnitChange(
        read.text("name", 120, required=True), read.one_of("kind", UnitKind, UnitKind.DEPARTMENT), read.phone()
    )
    read.done()
    return change


def role_form(values: Mapping[str, str]) -> RoleForm:
    """`role, unit_id, grid_code, valid_from, last_day`."""
    read = _Reader(values)
    form = RoleForm(
        role=read.one_of("role", Role, Role.INSPECTOR),
        unit_id=read.number("unit_id"),
        grid_code=read.text("grid_code", 60).split(" ")[0] or None,
        valid_from=read.day("valid_from"),
        last_day=read.day("last_day"),
    )
    _check_days(read, form.valid_from, form.last_day)
    read.done()
    return form


def duty_form(values: Mapping[str, str]) -> DutyForm:
    """`line, username or unit_id, valid_from, last_day`."""
    read = _Reader(values)
    form = DutyForm(
        line=read.one_of("line", WorkLine, WorkLine.VISITS),
        username=read.text("username", 60).split(" ")[0] or None,
        unit_id=read.number("unit_id"),
        valid_from=read.day("valid_from"),
        last_day=read.day("last_day"),
    )
    if (form.username is None) == (form.unit_id is None):
        read.refuse("username", "责任人与责任单位须且只能填一项")
    _check_days(read, form.valid_from, form.last_day)
    read.done()
    return form


def viewing_reason(values: Mapping[str, str]) -> str:
    """`reason`: why an admin looks at what somebody else sees, in a few words."""
    read = _Reader(values)
    reason = read.text("reason", REASON_AT_MOST, required=True)
    read.done()
    return reason


def people_filter(values: Mapping[str, str]) -> PeopleFilter:
    """`q, role, unit, active` of the list's address; what cannot be read narrows nothing."""
    role, unit, active = values.get("role", ""), values.get("unit", ""), values.get("active", "")
    return PeopleFilter(
        text=values.get("q", "").strip()[:60].replace("\x00", ""),
        role=Role(role) if role in set(Role) else None,
        unit_id=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 19 else None,
        active={"yes": True, "no": False}.get(active),
    )


def _user(read: _Reader) -> UserChange:
    return UserChange(
        name=read.text("name", 60, required=True),
        unit_id=read.number("unit_id", required=True) or 0,
        staff_no=read.text("staff_no", 40) or None,
        certificate_no=read.text("certificate_no", 60) or None,
        certificate_valid_to=read.day("certificate_valid_to"),
        # What is kept is shown masked only, so an empty field says nothing.
        phone="" if read.values.get("no_phone") == "yes" else read.phone() or None,
    )


def _check_days(read: _Reader, first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        read.refuse("last_day", "截止日期不能早于起始日期")
