"""Reading the calendar and the office hours of a root jurisdiction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from gridops.worktime import models
from gridops.worktime.rules import Calendar, OfficeHours, Timetable

DEFAULT_HOURS = "08:30-12:00,13:30-17:30"


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Calendar and office hours of one root: all that clock arithmetic needs."""

    calendar: Calendar
    hours: Timetable


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day of the calendar page: `own` a root's override, `provisional` nobody has published it."""

    day: date
    is_workday: bool
    name: str
    source: str
    own: bool
    provisional: bool


def working_time(session: Session, root_id: int | None) -> WorkingTime:
    """Calendar and office hours of a root, kept in the process until someone changes them (two key look-ups)."""
    stamps = _stamps(session, root_id)
    if stamps[0] is not None:
        with _lock:
            kept = _kept.get(root_id)
        if kept and kept[0] == stamps:
            return kept[1]
    found = WorkingTime(_read_calendar(session, root_id), _read_hours(session, root_id))
    if stamps[0] is not None:
        with _lock:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[root_id] = (stamps, found)
    return found


def calendar_for(session: Session, root_id: int | None) -> Calendar:
    """The working-day calendar of a root: its own rows over the common ones (None: the common ones alone)."""
    return working_time(session, root_id).calendar


def office_hours_for(session: Session, root_id: int | None) -> Timetable:
    """The office hours of a root in time: its own from their first day on, the common ones before; else the default."""
    return working_time(session, root_id).hours


def provisional_years(session: Session, root_id: int | None, years: Iterable[int]) -> list[int]:
    """Of these years, those with a day nobody has published: deadlines into them are provisional."""
    calendar = calendar_for(session, root_id)
    return [year for year in years if calendar.provisional_between(date(year, 1, 1), date(year, 12, 31))]


def year_of_days(session: Session, root_id: int | None, year: int) -> list[ShownDay]:
    """Every day of a year as the calendar page shows it, in order."""
    rows = session.scalars(
        select(models.CalendarDay).where(
            _common_or(models.CalendarDay, root_id),
            models.CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    found: dict[date, models.CalendarDay] = {}
    for row in sorted(rows, key=lambda row: row.root_id is not None):
        found[row.day] = row
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return [_shown(date.fromordinal(number), found) for number in range(first, last + 1)]


def hours_rows(session: Session, root_id: int | None) -> list[models.OfficeHours]:
    """The office hours of a root and the common ones, in the order in which they came into force."""
    rows = session.scalars(select(models.OfficeHours).where(_common_or(models.OfficeHours, root_id)))
    return sorted(rows, key=lambda row: (row.root_id is not None, row.valid_from or date.min, row.id))


def standing_days(
    session: Session, root_id: int | None, years: Iterable[int] | None = None
) -> dict[date, tuple[bool, str]]:
    """A root's own rows (None: the common rows) of some years (None: of all): day -> (is_workday, name)."""
    days = models.CalendarDay
    own = select(days.day, days.is_workday, days.name).where(days.root_id.is_not_distinct_from(root_id))
    within = () if years is None else (days.day.between(date(year, 1, 1), date(year, 12, 31)) for year in years)
    asked = [own] if years is None else [own.where(one) for one in within]
    return {day: (is_workday, name) for one in asked for day, is_workday, name in session.execute(one)}


def standing_hours(session: Session, root_id: int | None, valid_from: date | None) -> models.OfficeHours | None:
    """The row of a root (None: for all) that begins exactly on a day."""
    table = models.OfficeHours
    return session.scalar(
        select(table).where(
            table.root_id.is_not_distinct_from(root_id), table.valid_from.is_not_distinct_from(valid_from)
        )
    )


_MOST_KEPT = 64
_kept: dict[int | None, tuple[tuple[str | None, str | None], WorkingTime]] = {}
_lock = Lock()


# Asked with every deadline, so it is built once.
_STAMPS = select(models.CalendarEdition.root_id, models.CalendarEdition.stamp).where(
    models.CalendarEdition.root_id.in_((0, bindparam("root_id")))
)


def _stamps(session: Session, root_id: int | None) -> tuple[str | None, str | None]:
    found = {edition.root_id: edition.stamp for edition in session.execute(_STAMPS, {"root_id": root_id or 0})}
    return found.get(0), found.get(root_id) if root_id else None


def _read_calendar(session: Session, root_id: int | None) -> Calendar:
    rows = session.execute(
        select(
            models.CalendarDay.day, models.CalendarDay.is_workday, models.CalendarDay.name, models.CalendarDay.root_id
        ).where(_common_or(models.CalendarDay, root_id))
    ).all()
    days: dict[date, bool] = {}
    names: dict[date, str] = {}
    for day, is_workday, name, _ in sorted(rows, key=lambda row: row.root_id is not None):
        days[day], names[day] = is_workday, name
    return Calendar(days, {day: name for day, name in names.items() if name})


def _read_hours(session: Session, root_id: int | None) -> Timetable:
    common: list[tuple[date | None, OfficeHours]] = [(None, OfficeHours.parse(DEFAULT_HOURS))]
    own: list[tuple[date | None, OfficeHours]] = []
    for row in hours_rows(session, root_id):
        (common if row.root_id is None else own).append((row.valid_from, OfficeHours.parse(row.hours)))
    first_own = own[0][0] if own else None
    before = [change for change in common if not own or (first_own and (change[0] is None or change[0] < first_own))]
    return Timetable((*before, *own))


def _shown(day: date, found: dict[date, models.CalendarDay]) -> ShownDay:
    row = found.get(day)
    if row is None:
        return ShownDay(day, day.weekday() < 5, "", "", own=False, provisional=True)
    return ShownDay(day, row.is_workday, row.name, row.source, own=row.root_id is not None, provisional=False)


def _common_or(table: type[models.CalendarDay] | type[models.OfficeHours], root_id: int | None) -> ColumnElement[bool]:
    if root_id is None:
        return table.root_id.is_(None)
    return or_(table.root_id.is_(None), table.root_id == root_id)
