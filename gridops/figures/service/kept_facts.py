"""The facts of a frozen set: kept as plain values, recounted by the same rules, and compared with those of today."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from gridops.core import clock, periods
from gridops.core.bulk import insert_rows
from gridops.core.errors import Conflict
from gridops.core.periods import Period
from gridops.figures import enforcement, money
from gridops.figures.models import FrozenSet, KeptFact
from gridops.figures.queries import facts as queries
from gridops.figures.queries.area import Area
from gridops.figures.queries.facts import Given
from gridops.figures.rules.facts import Bounds, Facts
from gridops.figures.service.counting import facts_of

Counted = dict[tuple[str, int], tuple[str, ...]]


def check_open(session: Session, area: Area, period: Period) -> None:
    """Stop with Conflict, naming it and who may end it, while a round or outing that began in the period is open."""
    for what, number, since, leader in queries.open_work(session, area, period):
        began, who = f"{clock.local(since):%Y-%m-%d %H:%M}", leader or "—"
        if what is queries.Work.ROUND:
            raise Conflict(
                f"夜查{number}（{began}开始）尚未结束，不能锁定数据；由带队人（{who}）结束，或者由值班负责人写明原因后结束"
            )
        raise Conflict(
            f"联合整治{number}（{began}开始）尚未结束，不能锁定数据；由带队人（{who}）结束，或者由派遣员写明原因后结束"
        )


def keep(session: Session, frozen: FrozenSet, facts: Facts) -> list[tuple[str, int, str]]:
    """Write the facts of a set that is being frozen; returns them as kept, in the order of the digest."""
    told = sorted((kind, fact.id, fact.to_json()) for kind, some in facts.items() for fact in some)
    insert_rows(session, KeptFact, ("set_id", "kind", "fact_id", "facts"), [(frozen.id, *each) for each in told])
    return told


def bounds_then(frozen: FrozenSet) -> Bounds:
    """The bounds within which a frozen set was told."""
    all_sources = bool(frozen.names.get("all_sources"))
    told = queries.bounds_of(periods.parse(frozen.period), frozen.as_of, all_sources=all_sources)
    # The series may have cut its months on another day than the label alone says.
    return replace(told, start=frozen.starts_at, end=frozen.ends_at, due_by=frozen.ends_at)


def today(session: Session, area: Area, period: Period, frozen: FrozenSet, given: Given) -> tuple[Facts, Bounds]:
    """The facts of a frozen period as they are today: what followed it counts up to the freeze, amounts as now."""
    given = replace(given, all_sources=bool(frozen.names.get("all_sources")))
    facts, bounds = facts_of(session, area, period, frozen.series, given, frozen.as_of)
    return facts, queries.lately(bounds, clock.now())


def unlike(
    session: Session, frozen: FrozenSet, facts: Facts, bounds: Bounds
) -> tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...]:
    """Facts that count otherwise than they were counted: kind, id, the figures then, the figures now.

    Of what is a figure today only what was one then.
    """
    then = counted_in(queries.read_back(queries.kept(session, frozen.id)), bounds_then(frozen))
    told = counted_in(facts, bounds)
    now = {each: had for each, keys in told.items() if (had := tuple(key for key in keys if key in frozen.figures))}
    ids = sorted(each for each in then.keys() | now.keys() if then.get(each) != now.get(each))
    return tuple((*each, then.get(each, ()), now.get(each, ())) for each in ids)


def counted_in(facts: Facts, bounds: Bounds) -> Counted:
    """(kind, id) of every fact that counts in anything -> the keys of the figures."""
    found = enforcement.TELLING.counted_in(facts, bounds)
    for each, keys in money.TELLING.counted_in(facts, bounds).items():
        found[each] = (*found.get(each, ()), *keys)
    return found
