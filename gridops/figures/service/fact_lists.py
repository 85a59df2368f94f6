"""The list behind each figure of enforcement, supervision and penalties: exactly the facts counted, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.periods import Period
from gridops.figures import enforcement, money, sheets
from gridops.figures.models import FrozenSet
from gridops.figures.queries import facts as queries
from gridops.figures.queries import names as naming
from gridops.figures.queries.area import area_of
from gridops.figures.queries.facts import Given
from gridops.figures.rules.facts import Bounds, Facts
from gridops.figures.rules.tables import REST, Names, row_key
from gridops.figures.rules.tally import Counted
from gridops.figures.rules.telling import Figure
from gridops.figures.service.counting import facts_of
from gridops.figures.service.freezing import names_of
from gridops.figures.service.kept_facts import bounds_then
from gridops.grids.rules import Level

# Tables of cases in whose rows verdicts stand: several grids or units may share one.
_OF_CASES = frozenset({"by_grid", "by_unit"})
_TELLINGS = (enforcement.TELLING, money.TELLING)


@dataclass(frozen=True, slots=True)
class FactPage:
    """Facts of one kind in order of id, and the instant at which they were told; `after` asks for the next page."""

    figure: Figure
    facts: tuple[Any, ...]
    after: int | None
    bounds: Bounds


def lists_facts(key: str) -> bool:
    """Whether behind a figure stand facts instead of cases."""
    return any(telling.find(key) is not None for telling in _TELLINGS)


def parts_of_rates() -> dict[str, tuple[str, str]]:
    """Key of a rate of facts -> keys of its numerator and denominator."""
    return {rate.key: (rate.numerator, rate.denominator) for telling in _TELLINGS for rate in telling.rates}


def kept_fact_records(
    session: Session,
    frozen: FrozenSet,
    key: str,
    *,
    table: str | None = None,
    row: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> FactPage:
    """The facts behind a frozen figure, or behind it in one row of a table, exactly as counted; Invalid for no list."""
    facts = queries.read_back(queries.kept(session, frozen.id))
    return _page(key, facts, bounds_then(frozen), names_of(frozen), (table, row), after, limit)


def fact_records(
    session: Session,
    grid_id: int,
    period: Period,
    series: str,
    key: str,
    *,
    given: Given | None = None,
    table: str | None = None,
    row: str | None = None,
    level: Level | None = None,
    after: int = 0,
    limit: int = 50,
) -> FactPage:
    """The same for a draft, as known now; the frozen facts are not consulted. `level`: whose grids `by_grid` tells."""
    area = area_of(session, grid_id, level)
    facts, bounds = facts_of(session, area, period, series, given or Given())
    day, campaigns, units = period.end_day - timedelta(days=1), sheets.campaign_ids(facts), sheets.unit_ids(facts)
    names = naming.names_of(naming.known(session, area), area, day, Counted(), campaigns, units)
    return _page(key, facts, bounds, names, (table, row), after, limit)


def _page(
    key: str,
    facts: Facts,
    bounds: Bounds,
    names: Names,
    cell: tuple[str | None, str | None],
    after: int,
    limit: int,
) -> FactPage:
    figure = next((found for telling in _TELLINGS if (found := telling.find(key)) is not None), None)
    if figure is None:
        raise Invalid(("figure", f"no list behind {key[:80]!r}"))
    counted = _in_cell(figure, figure.counted(facts, bounds), names, *cell)
    left = [fact for fact in counted if fact.id > after]
    shown = tuple(left[:limit])
    return FactPage(figure, shown, shown[-1].id if len(left) > limit else None, bounds)


def _in_cell(figure: Figure, counted: Iterable[Any], names: Names, table: str | None, row: str | None) -> list[Any]:
    if table is None or row is None:
        return list(counted)
    group = sheets.GROUPS.get(table, {}).get(figure.kind)
    if group is None:
        raise Invalid(("row", f"no row {row[:80]!r} in {table[:40]!r}"))
    if table in _OF_CASES:
        return [fact for fact in counted if sheets.row_of(names, table, group(fact)) == row]
    wanted = _campaigns(names, row) if table == "by_campaign" else {row}
    return [fact for fact in counted if group(fact) in wanted]


def _campaigns(names: Names, row: str) -> set[str]:
    """The ids of the campaigns that a row joins."""
    if row == REST:
        return {"0"}
    return {key for key, (code, _) in names.campaigns.items() if row_key(code) == row}
