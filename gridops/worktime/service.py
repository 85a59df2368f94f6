"""Keeping the calendar: the shipped years, yearly uploads, local overrides, office hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from chinese_calendar import constants as shipped_days
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import owed
from gridops.core.db import insert_or_skip, upsert
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.worktime import models, queries
from gridops.worktime.forms import DayRow, HoursForm
from gridops.worktime.rules import Timetable
from gridops.worktime.rules.changes import ALL_ROOTS, Change, What
from gridops.worktime.rules.hours import days_from

# Owed with every change, to each room that keeps deadlines counted by the calendar as it was: to cases, and to 12345.
CHANGED, CHANGED_FOR_ORDERS = "calendar_changed", "calendar_changed_orders"
SHIPPED_FIRST, SHIPPED_LAST = date(2004, 1, 1), date(2026, 12, 31)
SHIPPED_SOURCE = "国务院办公厅放假通知（chinesecalendar）"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload did: days that are new, days that say something else now, days that said so already.

    `years`: those of the table; `changed_years`: those that say anything new.
    """

    new: int
    changed: int
    unchanged: int
    years: tuple[int, ...]
    changed_years: tuple[int, ...]


def seed(session: Session) -> int:
    """Bring in the shipped years 2004-2026 and default office hours for all roots; returns how many days are new.

    May be run on every start: rows that stand stay as they are, corrections by upload included.
    """
    known = queries.standing_days(session, None, range(SHIPPED_FIRST.year, SHIPPED_LAST.year + 1))
    rows = [_shipped(day) for day in days_from(SHIPPED_FIRST, SHIPPED_LAST) if day not in known]
    if rows:
        session.execute(insert(models.CalendarDay), rows)
    hours = queries.standing_hours(session, None, None)
    if hours is None:
        session.add(models.OfficeHours(root_id=None, valid_from=None, hours=queries.DEFAULT_HOURS))
        session.flush()
    if rows or hours is None:
        _new_edition(session, None)
    if known:
        # A newer edition of the shipped years: what was counted provisionally is counted anew.
        _owe_years(session, None, {row["day"].year for row in rows})
    return len(rows)


def upload(
    session: Session,
    root_id: int | None,
    rows: Sequence[DayRow],
    *,
    source: str,
    fill_years: bool = False,
    actor_id: int | None = None,
) -> Uploaded:
    """Write the days of a yearly table for one root (None: for all). The same table twice changes nothing.

    `fill_years`: the table names only holidays and worked weekends; every other day of its years counts Monday to
    Friday as worked, so that the year is no longer provisional. Audited; deadlines that it changes are owed (CHANGED).
    """
    _new_edition(session, root_id)  # also lets uploads of the same root wait for each other
    given = {row.day: row for row in rows}
    years = tuple(sorted({day.year for day in given}))
    standing = queries.standing_days(session, root_id, years)
    if fill_years:
        for day in (day for year in years for day in days_from(date(year, 1, 1), date(year, 12, 31))):
            given.setdefault(day, DayRow(day, day.weekday() < 5))
    new = [row for day, row in given.items() if day not in standing]
    changed = [row for day, row in given.items() if day in standing and standing[day] != (row.is_workday, row.name)]
    _write(session, root_id, [*new, *changed], source)
    changed_years = tuple(sorted({row.day.year for row in (*new, *changed)}))
    _owe_years(session, root_id, changed_years)
    result = Uploaded(len(new), len(changed), len(given) - len(new) - len(changed), years, changed_years)
    if new or changed:
        audit.record(
            session,
            "calendar.upload",
            "calendar",
            root_id or 0,
            actor_id=actor_id,
            root_id=root_id,
            years=list(years),
            new=result.new,
            changed=result.changed,
        )
    return result


def override_day(session: Session, root_id: int, row: DayRow, *, actor_id: int | None = None) -> None:
    """One root's own answer for one day (flood duty: a holiday is worked; a local festival: it is not). Audited."""
    upload(session, root_id, [row], source="本地调整", actor_id=actor_id)


def drop_override(session: Session, root_id: int, day: date, *, actor_id: int | None = None) -> None:
    """Let the common answer hold again for a day; NotFound where the root has none of its own. Audited."""
    days = models.CalendarDay
    gone = session.execute(delete(days).where(days.root_id == root_id, days.day == day))
    if not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound(f"{day}没有本地调整")
    audit.record(
        session, "calendar.drop_override", "calendar", root_id, actor_id=actor_id, root_id=root_id, day=str(day)
    )
    _new_edition(session, root_id)
    _owe_years(session, root_id, [day.year])


def set_hours(session: Session, root_id: int, form: HoursForm, *, actor_id: int | None = None) -> None:
    """Office hours of one root from a day on; the same day again replaces them. Audited.

    With a last day (flood duty: longer hours on some days) those that held before hold again on the day after it;
    Invalid where others begin in between.
    """
    before = queries.office_hours_for(session, root_id)
    _new_edition(session, root_id)
    if form.valid_from is not None and form.last_day is not None:
        _back_after(session, root_id, before, form.valid_from, form.last_day)
    standing = queries.standing_hours(session, root_id, form.valid_from)
    if standing and standing.hours == form.hours:
        raise Conflict("与现行办公时间相同")
    if standing:
        standing.hours = form.hours
    else:
        session.add(models.OfficeHours(root_id=root_id, valid_from=form.valid_from, hours=form.hours))
    session.flush()
    first = form.valid_from or date.min
    _owe(session, [Change(root_id, What.HOURS, first, form.last_day or date.max)])
    since = str(form.valid_from) if form.valid_from else None
    audit.record(
        session,
        "calendar.hours",
        "calendar",
        root_id,
        actor_id=actor_id,
        root_id=root_id,
        hours=form.hours,
        since=since,
        **({"last_day": str(form.last_day)} if form.last_day else {}),
    )


def _back_after(session: Session, root_id: int, before: Timetable, first: date, last: date) -> None:
    """Let the hours that held before hold again after the last day of some others."""
    begun = [row.valid_from for row in queries.hours_rows(session, root_id) if row.root_id is not None]
    if any(day is not None and first < day <= last for day in begun):
        raise Invalid(("last_day", "这几天之内另有办公时间开始，请分段填写"))
    after = last + timedelta(days=1)
    if after not in begun:
        session.add(models.OfficeHours(root_id=root_id, valid_from=after, hours=str(before.on(after))))
        session.flush()


def _shipped(day: date) -> dict[str, Any]:
    # The library's own answer reads all its days for every day asked: a third of a second for the 23 years.
    name = shipped_days.workdays.get(day) or shipped_days.holidays.get(day)
    free = day not in shipped_days.workdays and (day in shipped_days.holidays or day.weekday() > 4)
    word = _HOLIDAYS.get(name, "") if name else ""
    if word and not free:
        word = f"{word}调休上班"
    return {"root_id": None, "day": day, "is_workday": not free, "name": word, "source": SHIPPED_SOURCE}


_HOLIDAYS: dict[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


def _write(session: Session, root_id: int | None, rows: list[DayRow], source: str) -> None:
    if not rows:
        return
    days = models.CalendarDay
    session.execute(
        delete(days).where(days.root_id.is_not_distinct_from(root_id), days.day.in_([row.day for row in rows]))
    )
    session.execute(
        insert(days),
        [
            {"root_id": root_id, "day": row.day, "is_workday": row.is_workday, "name": row.name, "source": source[:80]}
            for row in rows
        ],
    )


def _owe_years(session: Session, root_id: int | None, years: Iterable[int]) -> None:
    _owe(session, [Change(root_id or ALL_ROOTS, What.DAYS, date(year, 1, 1), date(year, 12, 31)) for year in years])


def _owe(session: Session, changes: Iterable[Change]) -> None:
    owed.owe_each(session, [(kind, change.key) for change in changes for kind in (CHANGED, CHANGED_FOR_ORDERS)])


def _new_edition(session: Session, root_id: int | None) -> None:
    """Renew the stamp by which processes see that their kept calendar is old (the common one is always stamped)."""
    upsert(session, models.CalendarEdition, [{"root_id": root_id or 0, "stamp": uuid4().hex}], ["root_id"])
    insert_or_skip(session, models.CalendarEdition, [{"root_id": 0, "stamp": uuid4().hex}], ["root_id"])
