"""One figure by territory: of the grids right below one, or of all grids of a level; each told as that grid's own."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.periods import Cut, Period
from gridops.figures.enforcement import TELLING
from gridops.figures.queries import facts as told_facts
from gridops.figures.queries import names as naming
from gridops.figures.queries import rows as counting
from gridops.figures.queries.area import Area, area_of
from gridops.figures.queries.facts import PLACED
from gridops.figures.rules import tables
from gridops.figures.rules.facts import Facts, Round
from gridops.figures.rules.tally import Counted, Vector
from gridops.figures.service.counting import GRID_FIGURES, existed, grid_figures
from gridops.figures.service.places import Places
from gridops.figures.service.running import fresh, fresh_places
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.people import queries as people

_PLACED = frozenset().union(*PLACED.values())
_OF_FACTS = tuple(each.key for each in TELLING.figures if each.kind in _PLACED)
# What lies somewhere. The rest belongs to units, to a jurisdiction or to its papers (督查事项, 明察暗访, 通报问题,
# 印发期数), and penalties are compared nowhere (行政处罚法 art. 74).
TERRITORIAL: tuple[str, ...] = (
    *tables.OF_CASES,
    *_OF_FACTS,
    *(rate.key for rate in TELLING.rates if rate.numerator in _OF_FACTS),
    *GRID_FIGURES,
)
# Kinds of facts that are cases, by the same ids.
_CASES = PLACED["of_cases"]
# Kinds of facts that may lie in several territories.
_THROUGH = frozenset({Round.kind})


@dataclass(frozen=True, slots=True)
class Line:
    """A territory and its figure in the shape of the contract (`value` None: nothing to tell)."""

    grid_id: int
    code: str
    label: str
    figure: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ByTerritory:
    """The lines of one figure, in code order, 本级 last where anything lies there; `as_of`: when it was counted."""

    lines: list[Line]
    as_of: datetime


def by_territory(
    session: Session, grid_id: int, period: Period, series: str, key: str, level: Level | None = None
) -> ByTerritory:
    """A figure of a period as known now, by the grids right below one, or by those of a level.

    Where nothing was on record yet at the period's end there is no value. Raises Invalid for a figure that belongs to
    no territory, NotFound for an unknown grid.
    """
    if key not in TERRITORIAL:
        raise Invalid(("figure", "这项数据不能按网格分列"))
    area, now = area_of(session, grid_id, level), clock.now()
    day = period.last_day_told_at(now)
    always = set(area.children_on(day))
    as_of = now
    if key in GRID_FIGURES:
        of = _of_grids(session, area, period, key)
    elif key in tables.OF_CASES:
        vectors, as_of = _vectors(session, area, period, series)
        of = _of_cases(vectors, key)
    else:
        of = _of_facts(session, area, period, key, now)
    lines = [
        Line(int(child), code, label, figure)
        for child, (code, label) in naming.grids_of(area, day).items()
        for figure in (of(int(child)),)
        if int(child) in always or _tells(figure)
    ]
    if key not in GRID_FIGURES and not existed(session, area, period):
        lines = [Line(it.grid_id, it.code, it.label, {**it.figure, **_NOTHING}) for it in lines]
    return ByTerritory(lines, as_of)


def lists_cases(key: str) -> bool:
    """Whether behind a figure of a territory stand cases: `records`, or `fact_records` where the ids are theirs."""
    found = TELLING.find(key)
    return key in tables.OF_CASES or (found is not None and found.kind in _CASES)


def adds_up(key: str) -> bool:
    """Whether what territories tell of a count comes to what the whole tells; of stocks too, unlike of months.

    Not where distinct things are counted, nor of rounds: one counts in each territory it went through.
    """
    found = TELLING.find(key)
    return found is None or (found.of is None and found.kind not in _THROUGH)


# Another figure or level of the same month is asked for a moment later: in each process one count serves them all.
_KEPT_FOR = timedelta(minutes=1)
_MOST_KEPT = 12
_kept: OrderedDict[tuple[str, int, str, Cut], Places] = OrderedDict()
_lock = Lock()
_NOTHING = dict.fromkeys(("value", "numerator", "denominator"))
Of = Callable[[int], Mapping[str, Any]]


def _tells(figure: Mapping[str, Any]) -> bool:
    return figure["value"] not in (None, 0, "0.00") or bool(figure["denominator"])


def _vectors(session: Session, area: Area, period: Period, series: str) -> tuple[dict[int, Vector], datetime]:
    """What each child counts: as kept of the running period where that is fresh, else counted now."""
    kept = fresh(session, area.grid_id, period, series) if area.level is None else None
    if kept is None:
        places = _places(session, area, period, series)
        return places.by_child(area), places.as_of
    ids = {code: int(child) for child, (code, _) in naming.grids_of(area, period.last_day_told_at(kept.as_of)).items()}
    rows = kept.figures.tables["by_grid"]
    return {ids[row["key"]]: tables.vector(row) for row in rows if row["key"] in ids}, kept.as_of


def _places(session: Session, area: Area, period: Period, series: str) -> Places:
    """Those of the root an area lies in, as kept of the running period or counted lately; else of the area, now."""
    kept = fresh_places(session, area, period, series)
    if kept is not None:
        return kept
    mark, now = grids.stamp(session), clock.now()
    keys = [(mark, grid_id, period.label, period.cut) for grid_id in (area.root_id, area.grid_id)]
    with _lock:
        young = (_kept[key] for key in keys if key in _kept and timedelta(0) <= now - _kept[key].as_of < _KEPT_FOR)
        kept = next(young, None)
    if kept is not None:
        return kept
    made = Places.of(area, counting.counted_rows(session, area, period), now)
    with _lock:
        _kept[keys[-1]] = made
        _kept.move_to_end(keys[-1])
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _of_cases(vectors: Mapping[int, Vector], key: str) -> Of:
    return lambda child: tables.figure_of(key, Counted(vectors[child]) if child in vectors else Counted())


def _of_facts(session: Session, area: Area, period: Period, key: str, as_of: datetime) -> Of:
    part = TELLING.only(key)
    found, bounds = told_facts.placed(session, area, period, part.figures[0].kind, as_of)
    its: dict[int, dict[str, list[Any]]] = {}
    for kind, some in found.items():
        for fact in some:
            for child in fact.lies_in:
                its.setdefault(child, {}).setdefault(kind, []).append(fact)
    nothing: Facts = {}
    return lambda child: part.laid_out(its.get(child, nothing), bounds)[key]


def _of_grids(session: Session, area: Area, period: Period, key: str) -> Of:
    day = period.last_day_told_at(clock.now())
    tree, staffed = area.territory.tree(day), people.staffed_grid_ids(session, area.root_id, day)
    # 本级 is no territory of its own: its grids are those of its children.
    return lambda child: grid_figures(tree, staffed, child if child != area.grid_id else 0)[key]
