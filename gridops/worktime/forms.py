"""The yearly upload (date, is_workday, name), one day's override, and office hours."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridops.core.errors import FieldError, Invalid
from gridops.worktime.rules import OfficeHours

MAX_ROWS = 4_000
MAX_BYTES = 1_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2200
_COLUMNS = ("date", "is_workday", "name")
_YES = frozenset({"1", "true", "yes", "y", "是", "班", "上班", "工作日"})
_NO = frozenset({"0", "false", "no", "n", "否", "休", "放假", "休息日"})


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day handed in: worked or not, and why (国庆节; 国庆节调休上班)."""

    day: date
    is_workday: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class HoursForm:
    """Office hours from a day on (None: since always), up to and with `last_day` (None: until others begin)."""

    hours: str
    valid_from: date | None
    last_day: date | None = None


def parse_days(content: bytes) -> tuple[DayRow, ...]:
    """Read a CSV (UTF-8, or GB18030 as Excel writes it) with the columns date, is_workday, name.

    Dates as 2027-02-10 or 2027/2/10. Invalid names every wrong cell as `<line>.<column>`; nothing is taken by half.
    """
    reader = csv.DictReader(io.StringIO(_text(content)), strict=True)
    days: dict[date, DayRow] = {}
    errors: list[FieldError] = []
    try:
        missing = [name for name in _COLUMNS[:2] if name not in (reader.fieldnames or ())]
        if missing:
            raise Invalid(*((name, "首行缺少该列") for name in missing))
        for cells in reader:
            _take(reader.line_num, cells, days, errors)
            if len(days) > MAX_ROWS:
                raise Invalid(("file", f"超过{MAX_ROWS}行"))
    except csv.Error:
        raise Invalid((f"{reader.line_num + 1}", "不是有效的CSV")) from None
    if errors:
        raise Invalid(*errors[:200])
    if not days:
        raise Invalid(("file", "没有数据行"))
    return tuple(days[day] for day in sorted(days))


def parse_day(form: Mapping[str, str]) -> DayRow:
    """Read one day's override: `date`, `is_workday`, `name` (say why: 防汛值守)."""
    errors: list[FieldError] = []
    row = _row("", form, errors)
    if row is None:
        raise Invalid(*errors)
    return row


def parse_hours(form: Mapping[str, str]) -> HoursForm:
    """Read office hours: `hours` as 08:30-12:00,13:30-17:30, `valid_from` and `last_day` dates or empty."""
    hours = OfficeHours.parse((form.get("hours") or "")[:400])
    if len(str(hours)) > 120:
        raise Invalid(("hours", "时段过多"))
    text = (form.get("valid_from") or "").strip()
    errors: list[FieldError] = []
    valid_from = _date(text, "valid_from", errors) if text else None
    text = (form.get("last_day") or "").strip()
    last_day = _date(text, "last_day", errors) if text else None
    if last_day and (valid_from is None or last_day < valid_from):
        errors.append(FieldError("last_day", "须填写开始日期，且不早于开始日期"))
    if errors:
        raise Invalid(*errors)
    return HoursForm(str(hours), valid_from, last_day)


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Invalid(("file", "文件超过1 MB"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(("file", "不是UTF-8或GB18030编码的文本"))


def _take(line: int, cells: Mapping[str, str | None], days: dict[date, DayRow], errors: list[FieldError]) -> None:
    row = _row(f"{line}.", cells, errors)
    if row is None:
        return
    if row.day in days:
        errors.append(FieldError(f"{line}.date", "日期重复"))
    days[row.day] = row


def _row(prefix: str, cells: Mapping[str, str | None], errors: list[FieldError]) -> DayRow | None:
    before = len(errors)
    day = _date((cells.get("date") or "").strip(), f"{prefix}date", errors)
    answer = (cells.get("is_workday") or "").strip().lower()
    if answer not in _YES | _NO:
        errors.append(FieldError(f"{prefix}is_workday", "应为1（上班）或0（休息）"))
    name = " ".join((cells.get("name") or "").split())
    if len(name) > 60:
        errors.append(FieldError(f"{prefix}name", "超过60个字符"))
    if not name.isprintable():
        errors.append(FieldError(f"{prefix}name", "含有不能保存的字符"))
    if day is None or len(errors) > before:
        return None
    return DayRow(day, answer in _YES, name)


def _date(text: str, field: str, errors: list[FieldError]) -> date | None:
    found = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        errors.append(FieldError(field, "应为日期，如2027-02-10"))
        return None
    return day
