"""What the desk hands in: problem items, supervised matters and their weekly lines, appeals, judgements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.fields import Reader, day, member, row_id, text, texts
from gridops.core.periods import parse as parse_period
from gridops.supervision.forms.fields import MAX_CODE, MAX_FACT, MAX_REASON, MAX_SOURCE
from gridops.supervision.rules import Against, Light

DEFAULT_SERIES = "supervision"


@dataclass(frozen=True, slots=True)
class ProblemForm:
    """A problem item as an issue names it: series, period of the issue, unit by code, fact, place, last instant.

    `follows`: the number of the item of the issue before that it follows.
    """

    unit: str
    fact: str
    series: str = DEFAULT_SERIES
    period: str | None = None
    place: str = ""
    case: str | None = None
    source: str = ""
    due_at: datetime | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class MatterForm:
    """A supervised matter: title, source (会议, 领导批示, 重点项目), lead and helping units by code, last instant."""

    title: str
    lead: str
    source: str = ""
    helpers: tuple[str, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineForm:
    """A weekly line of progress and its light."""

    text: str
    light: Light


@dataclass(frozen=True, slots=True)
class AppealForm:
    """An appeal of a unit against a mark of a case, with its reason."""

    against: Against
    marked_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision: yes or no, and why."""

    yes: bool
    why: str | None


def problem_form(raw: Mapping[str, object]) -> ProblemForm:
    """A problem item from a form; the deadline is a day and ends with it."""
    read = Reader(raw)
    found = ProblemForm(
        unit=read("unit", text(MAX_CODE), required=True),
        fact=read("fact", text(MAX_FACT), required=True),
        series=read("series", text(40)) or DEFAULT_SERIES,
        period=read("period", _period),
        place=read("place", text(200)) or "",
        case=read("case", text(40)),
        source=read("source", text(MAX_SOURCE)) or "",
        due_at=_end_of(read("due_on", day)),
        follows=read("follows", text(40)),
    )
    read.done(others=True)
    return found


def matter_form(raw: Mapping[str, object]) -> MatterForm:
    """A supervised matter from a form; the lead is no helper."""
    read = Reader(raw)
    lead = read("lead", text(MAX_CODE), required=True)
    found = MatterForm(
        title=read("title", text(MAX_FACT), required=True),
        lead=lead,
        source=read("source", text(MAX_SOURCE)) or "",
        helpers=tuple(code for code in read("helpers", texts(MAX_CODE)) or () if code != lead),
        due_at=_end_of(read("due_on", day)),
    )
    read.done(others=True)
    return found


def line_form(raw: Mapping[str, object]) -> LineForm:
    """A weekly line from a form."""
    read = Reader(raw)
    found = LineForm(read("text", text(MAX_FACT), required=True), read("light", member(Light), required=True))
    read.done(others=True)
    return found


def appeal_form(raw: Mapping[str, object]) -> AppealForm:
    """An appeal from a form: `mark` names what it is against and since when, as the page offered it."""
    read = Reader(raw)
    mark = read("mark", _mark, required=True)
    reason = read("reason", text(MAX_FACT), required=True)
    read.done(others=True)
    return AppealForm(mark[0], mark[1], reason)


def written_mark(against: Against, at: datetime) -> str:
    """A mark as a form sends it back."""
    return f"{against.value}~{at.isoformat()}"


def judged_form(raw: Mapping[str, object], *, why: bool | None = None) -> Judged:
    """A decision from a form (`yes`: yes or no). `why` True: always needed, None: only with a no."""
    read = Reader(raw)
    yes = read("yes", text(3), required=True)
    said = read("why", text(MAX_FACT), required=bool(why))
    if yes not in (None, "yes", "no"):
        read.wrong("yes", "not one of yes, no")
    if yes == "no" and said is None and why is None:
        read.wrong("why", "required")
    read.done(others=True)
    return Judged(yes == "yes", said)


def words(raw: Mapping[str, object], name: str, longest: int = MAX_REASON) -> str:
    """One text that must be given; Invalid names it."""
    read = Reader(raw)
    found: str = read(name, text(longest), required=True)
    read.done(others=True)
    return found


def version_of(raw: Mapping[str, object]) -> int:
    """The version a form was made for; 0, which is nobody's, where it names none."""
    read = Reader(raw)
    found: int | None = read("version", row_id)
    return found or 0


def _period(value: object) -> str:
    try:
        return parse_period(str(value).strip()[:20]).label
    except (ValueError, Invalid):
        raise ValueError("无法识别的统计时段") from None


def _mark(value: object) -> tuple[Against, datetime]:
    against, _tilde, at = str(value)[:80].partition("~")
    try:
        return Against(against), clock.parse_instant(at)
    except ValueError:
        raise ValueError("无法识别的申诉对象") from None


def _end_of(last: date | None) -> datetime | None:
    """The last second of a day: what is done on that day is in time."""
    return None if last is None else clock.midnight(last + timedelta(days=1)) - timedelta(seconds=1)
