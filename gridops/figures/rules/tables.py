"""Figures and tables in the shape of the contract (`bulletin.json`), from counts and the names of their dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gridops.cases.rules.names import SOURCE_NAMES
from gridops.core.percent import percent, printed
from gridops.figures.counts import COUNTS, KEYS, PREFIX, RATES, Count, Rate
from gridops.figures.rules.tally import SOURCES, Counted, Vector

TableRow = dict[str, Any]
DEFAULT_LIST = "B"
REST = "none"  # the key of the row of what belongs to none
_FILED = KEYS.index("filed")
_TOLD: tuple[Count | Rate, ...] = (*COUNTS, *RATES)
OF_CASES = {PREFIX + each.key: each for each in _TOLD}
KINDS = {"event": "事件", "component": "部件"}


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A category: its list, kind, code, name, and the class it belongs to."""

    list_code: str
    kind: str
    code: str
    name: str
    class_code: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Names:
    """Key and label of everything the counts are broken down by, by id as text.

    `grids` stand in the order of the table; those in `always` have a row without records too. `units` are rolled up to
    their 部门: several ids may share one key.
    """

    categories: Mapping[str, CategoryName]
    grids: Mapping[str, tuple[str, str]]
    units: Mapping[str, tuple[str, str]]
    campaigns: Mapping[str, tuple[str, str]]
    always: frozenset[str] = field(default_factory=frozenset)


def figures(counted: Counted) -> dict[str, dict[str, Any]]:
    """Every figure of cases by its key, without comparisons."""
    return {key: figure_of(key, counted) for key in OF_CASES}


def figure_of(key: str, counted: Counted) -> dict[str, Any]:
    """One figure of cases, a key of `OF_CASES`, without comparisons."""
    told = OF_CASES[key]
    if isinstance(told, Count):
        unit = "times" if told.moves else "count"
        return figure(counted.count(told.key), unit, told.definition, additive=not told.stock)
    above, below = counted.count(told.numerator), counted.count(told.denominator)
    made = figure(_rate(above, below), "percent", told.definition, additive=False)
    return {**made, "numerator": above, "denominator": below}


def figure(value: Any, unit: str, definition: str, *, additive: bool) -> dict[str, Any]:
    """A figure of the contract with its comparisons still empty."""
    return {
        "value": value,
        "numerator": None,
        "denominator": None,
        "unit": unit,
        "additive": additive,
        "previous": None,
        "change_pct": None,
        "change_pp": None,
        "last_year": None,
        "yoy_pct": None,
        "yoy_pp": None,
        "definition": definition,
        "records": None,
    }


def tables(counted: Counted, names: Names) -> dict[str, list[TableRow]]:
    """Every table of cases; a check that additive figures add up is `tally.check_sums`."""
    whole = counted.total
    of_events, of_components = (_by_category(counted, names, kind) for kind in KINDS)
    return {
        "by_source": _by_source(counted),
        "by_class": _by_class(counted, names),
        "top_events": of_events,
        "top_components": of_components,
        "by_grid": _by_grid(counted, names),
        "by_unit": _grouped(counted.by["unit"], names.units, whole, (REST, "无责任单位")),
        "by_campaign": _grouped(counted.by["campaign"], names.campaigns, whole, (REST, "非专项")),
    }


def row(key: str, label: str, vector: Vector, whole: Vector) -> TableRow:
    """One row: every count as a bare value, every rate and the share of filed as text or None."""
    values: TableRow = {"key": key, "label": label, **dict(zip(KEYS, vector, strict=True))}
    for rate in RATES:
        values[rate.key] = _rate(values[rate.numerator], values[rate.denominator])
    values["share"] = _rate(values["filed"], whole[_FILED])
    return values


def vector(told: TableRow) -> Vector:
    """The counts of a row; of one that was kept before an update, 0 for a count it lacks."""
    return [told.get(key, 0) for key in KEYS]


@lru_cache(maxsize=4096)
def _rate(above: int, below: int) -> str | None:
    """Printed percent; kept, since small counts come again row by row and exact fractions are slow."""
    return printed(percent(above, below))


def _nothing() -> Vector:
    return [0] * len(KEYS)


def _sum(vectors: Iterable[Vector]) -> Vector:
    return [sum(column) for column in zip(_nothing(), *vectors, strict=True)]


def _by_source(counted: Counted) -> list[TableRow]:
    table = counted.by["source"]
    rows = [row(str(s), SOURCE_NAMES[s], table[s], counted.total) for s in SOURCES if any(table.get(s, ()))]
    return sorted(rows, key=lambda r: -r["filed"])


def category_keys(categories: Mapping[str, CategoryName]) -> dict[str, tuple[str, str]]:
    """Category id -> the keys of its class row (`event/01`) and of its own row (`0110`).

    The lists use the same codes for different things: where several were used for a kind, codes of another than the
    default one say which.
    """
    lists: dict[str, set[str]] = {}
    for name in categories.values():
        lists.setdefault(name.kind, set()).add(name.list_code)
    found = {}
    for key, name in categories.items():
        other = len(lists[name.kind]) > 1 and name.list_code != DEFAULT_LIST
        mark = f"{name.list_code}:" if other else ""
        found[key] = (f"{name.kind}/{mark}{name.class_code}", f"{mark}{name.code}")
    return found


def _by_class(counted: Counted, names: Names) -> list[TableRow]:
    used = _used(counted, names)
    keys = category_keys(used)
    vectors = counted.by["category"]
    found = []
    for kind, label in KINDS.items():
        of_kind = [key for key, name in used.items() if name.kind == kind]
        found.append({**row(kind, label, _sum(vectors[key] for key in of_kind), counted.total), "level": 0})
        classes = _joined((keys[key][0], used[key].class_name, vectors[key]) for key in of_kind)
        found += [{**row(*its, counted.total), "level": 1} for its in classes]
    return found


def _by_category(counted: Counted, names: Names, kind: str) -> list[TableRow]:
    used = _used(counted, names)
    keys = category_keys(used)
    vectors = counted.by["category"]
    joined = _joined((keys[key][1], name.name, vectors[key]) for key, name in used.items() if name.kind == kind)
    rows = [row(*its, counted.total) for its in joined]
    return sorted(rows, key=lambda r: (-r["filed"], r["key"]))


def _used(counted: Counted, names: Names) -> dict[str, CategoryName]:
    """The categories that count in anything, the newest last: of several editions, its words are shown."""
    used = [key for key, vector in counted.by["category"].items() if any(vector)]
    return {key: names.categories[key] for key in sorted(used, key=int)}


def _by_grid(counted: Counted, names: Names) -> list[TableRow]:
    table = counted.by["grid"]
    shown = [key for key in names.grids if key in names.always or any(table.get(key, ()))]
    return [row(*names.grids[key], table.get(key, _nothing()), counted.total) for key in shown]


def _grouped(
    table: Mapping[str, Vector], names: Mapping[str, tuple[str, str]], whole: Vector, none: tuple[str, str]
) -> list[TableRow]:
    """Rows by key, in key order, the rest row last: what belongs to none."""
    used = [key for key in sorted(table, key=int) if key != "0" and any(table[key])]
    joined = _joined((row_key(names[key][0]), names[key][1], table[key]) for key in used)
    return [row(*its, whole) for its in joined] + [row(*none, table.get("0", _nothing()), whole)]


def _joined(rows: Iterable[tuple[str, str, Vector]]) -> list[tuple[str, str, Vector]]:
    """One row per key in key order, under its last label: a key never stands in a table twice."""
    labels: dict[str, str] = {}
    vectors: dict[str, list[Vector]] = {}
    for key, label, vector in rows:
        labels[key] = label
        vectors.setdefault(key, []).append(vector)
    return [(key, labels[key], _sum(some)) for key, some in sorted(vectors.items())]


def row_key(code: str) -> str:
    """The key of the row of a unit or campaign: its code, told apart where it is the one of the rest row."""
    return f"{code}#" if code.rstrip("#") == REST else code
