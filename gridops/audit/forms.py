"""What is asked of the audit trail, as a search form says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gridops.audit.queries import Wanted
from gridops.core import clock
from gridops.core.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Search:
    """The filter of the search page. `wanted`: all but who acted, whom the people's room finds by `username`."""

    wanted: Wanted
    username: str
    before: int | None


def parse_search(form: Mapping[str, str]) -> Search:
    """Read `since`, `until` (both days included), `username`, `act`, `kind`, `subject`, `before`; Invalid by field."""
    errors: list[FieldError] = []
    since, until = _day(form, "since", errors), _day(form, "until", errors)
    if since and until and until < since:
        errors.append(FieldError("until", "早于起始日期"))
    before = _text(form, "before", 19)
    if before and not (before.isascii() and before.isdecimal()):
        errors.append(FieldError("before", "应为编号"))
    if errors:
        raise Invalid(*errors)
    wanted = Wanted(
        act=_text(form, "act", 60),
        subject_kind=_text(form, "kind", 40),
        subject_id=_text(form, "subject", 80),
        since=clock.midnight(since) if since else None,
        until=clock.midnight(until + timedelta(days=1)) if until else None,
    )
    return Search(wanted, _text(form, "username", 60), min(int(before), 2**63 - 1) if before else None)


def _text(form: Mapping[str, str], name: str, most: int) -> str:
    return (form.get(name) or "").replace("\x00", "").strip()[:most]


def _day(form: Mapping[str, str], name: str, errors: list[FieldError]) -> date | None:
    text = _text(form, name, 10)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not 1990 <= day.year <= 2200:
        errors.append(FieldError(name, "应为日期，如2027-02-10"))
        return None
    return day
