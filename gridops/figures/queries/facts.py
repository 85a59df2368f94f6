"""The facts of a period, table by table: nothing is asked once per round, outing or penalty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gridops.core.periods import Period, PeriodKind
from gridops.figures import money
from gridops.figures.models import KeptFact
from gridops.figures.money_columns import with_columns
from gridops.figures.queries import called, late_work, outings, penalties, penalty_columns, rounds, sets, watched
from gridops.figures.queries.area import Area
from gridops.figures.queries.where import Here
from gridops.figures.rules.facts import KINDS, Bounds, Fact, Facts, Paper, by_kind
from gridops.figures.rules.late import late_windows
from gridops.inspections.models import Round
from gridops.operations.models import Outing
from gridops.premises.queries import survivors

_KINDS = {**KINDS, **money.KINDS}


@dataclass(frozen=True, slots=True)
class Given:
    """What the room of papers tells of a jurisdiction: its issued papers by series, and a setting of the series.

    `papers` None: nobody asked it; then the number of issues is no figure.
    """

    papers: dict[str, list[Paper]] | None = None
    all_sources: bool = False


def bounds_of(period: Period, as_of: datetime, *, all_sources: bool = False) -> Bounds:
    """What is told of a period as of an instant."""
    yearly = period.kind in (PeriodKind.YEAR, PeriodKind.YTD)
    return Bounds(period.start, period.end, min(period.end, as_of), as_of, as_of, yearly, all_sources)


def facts_of(
    session: Session, area: Area, period: Period, series: str, given: Given, as_of: datetime, *, listed: bool = True
) -> tuple[Facts, Bounds]:
    """All facts of a period of a jurisdiction, by kind, and the bounds they are told within.

    Not `listed`: of penalties and payments, which are many, only columns: they can be counted and not shown.
    """
    here = Here(area)
    bounds = bounds_of(period, as_of, all_sources=given.all_sources)
    merged = survivors(session, area.root_id)
    found = [
        *rounds.facts_of(session, here, period, merged),
        *outings.facts_of(session, here, period),
        *watched.facts_of(session, here, period, series, bounds),
        *called.facts_of(session, here, period, bounds),
        *(given.papers or {}).get(watched.followed(series, period), ()),
        *(penalties.facts_of(session, here, period, bounds, merged) if listed else ()),
        *penalties.corrections(session, here, period, series, bounds),
        *_late(session, here, period, series, merged, as_of),
    ]
    told = with_columns(by_kind(found))
    if not listed:
        told |= penalty_columns.columns_of(session, here, period, bounds, merged)
    return told, bounds


# What figures of a territory are told from, by the readers that give it: penalties are none of it.
PLACED: Mapping[str, frozenset[str]] = {
    "rounds": frozenset({"round", "visit", "finding", "order"}),
    "outings": frozenset({"outing", "tally", "incident"}),
    "of_cases": frozenset({"assessed", "upheld", "faked", "recurred"}),
    "called": frozenset({"called"}),
}


def placed(session: Session, area: Area, period: Period, kind: str, as_of: datetime) -> tuple[Facts, Bounds]:
    """The facts of a period that are read together with those of one of the kinds of `PLACED`, and their bounds."""
    here, bounds = Here(area), bounds_of(period, as_of)
    if kind in PLACED["rounds"]:
        found = rounds.facts_of(session, here, period, survivors(session, area.root_id))
    elif kind in PLACED["outings"]:
        found = outings.facts_of(session, here, period)
    elif kind in PLACED["of_cases"]:
        found = watched.of_cases(session, here, period, bounds)
    else:
        found = called.facts_of(session, here, period, bounds)
    return by_kind(found), bounds


def _late(
    session: Session, here: Here, period: Period, series: str, merged: Mapping[int, int], as_of: datetime
) -> Iterable[Fact]:
    """What the period tells of as late: once frozen, what it told of then; what comes later belongs to a later one."""
    frozen = sets.frozen_ids(session, here.area.grid_id, series)
    if period.label not in frozen:
        return late_work.facts_of(session, here, late_windows(period, frozen), merged, as_of)
    told = [each for each in kept(session, frozen[period.label]) if each[0] in late_work.LATE_KINDS]
    return [fact for of_kind in read_back(told).values() for fact in of_kind]


class Work(StrEnum):
    """What may still be open."""

    ROUND = "round"
    OUTING = "outing"


def open_work(session: Session, area: Area, period: Period) -> list[tuple[Work, str, datetime, str | None]]:
    """Rounds and outings that began in a period and are still open: what it is, number, start, leader's name."""
    here = Here(area)
    return [
        *((Work.ROUND, *each) for each in rounds.open_ones(session, here, period)),
        *((Work.OUTING, *each) for each in outings.open_ones(session, here, period)),
    ]


def any_before(session: Session, area: Area, period: Period) -> bool:
    """Whether a round, an outing or a proceeding of the root is on record before a period's end."""
    asked = (
        select(exists().where(table.root_id == area.root_id, table.started_at < period.end))
        for table in (Round, Outing)
    )
    return any(session.scalar(each) for each in asked) or penalties.any_before(session, area.root_id, period)


def kept(session: Session, set_id: int) -> list[tuple[str, int, str]]:
    """The kept facts of a frozen set in the order of the digest: kind, id, text."""
    rows = session.execute(
        select(KeptFact.kind, KeptFact.fact_id, KeptFact.facts)
        .where(KeptFact.set_id == set_id)
        .order_by(KeptFact.kind, KeptFact.fact_id)
    )
    return [(row.kind, row.fact_id, row.facts) for row in rows]


def read_back(rows: Iterable[tuple[str, int, str]]) -> Facts:
    """Kept facts as they were counted; ValueError, KeyError or TypeError where a text is none of ours."""
    found = []
    for kind, fact_id, text in rows:
        fact = _KINDS[kind].from_json(text)
        if fact.id != fact_id:
            raise ValueError(f"{kind} {fact_id}")
        found.append(fact)
    return with_columns(by_kind(found))


def lately(bounds: Bounds, now: datetime) -> Bounds:
    """The bounds of a frozen period for telling what would differ today: follow-ups stay as of the freeze."""
    return replace(bounds, in_force_at=max(now, bounds.in_force_at))
