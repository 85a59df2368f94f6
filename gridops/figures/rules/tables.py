"""Figures and tables in the shape of the contract (`bulletin.json`), from counts and the names of their dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gridops.cases.rules.names import SOURCE_NAMES
from gridops.core.percent import percent, printed
from gridops.figures.counts import COUNTS, KEYS, PREFIX, RATES
from gridops.figures.rules.tally import SOURCES, Counted, Vector

TableRow = dict[str, Any]
DEFAULT_LIST = "B"
KINDS = {"event": "事件", "component": "部件"}
ADDED_UP = ("by_source", "by_class", "by_grid", "by_unit", "by_campaign")


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
    found: dict[str, dict[str, Any]] = {}
    for count in COUNTS:
        unit = "times" if count.moves else "count"
        found[PREFIX + count.key] = figure(counted.count(count.key), unit, count.definition, additive=not count.stock)
    for rate in RATES:
        above, below = counted.count(rate.numerator), counted.count(rate.denominator)
        value = printed(percent(above, below))
        made = figure(value, "percent", rate.definition, additive=False)
        found[PREFIX + rate.key] = {**made, "numerator": above, "denominator": below}
    return found


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
        "by_unit": _grouped(counted.by["unit"], names.units, whole, ("none", "无责任单位")),
        "by_campaign": _grouped(counted.by["campaign"], names.campaigns, whole, ("none", "非专项")),
    }


def row(key: str, label: str, vector: Vector, whole: Vector) -> TableRow:
    """One row: every count as a bare value, every rate and the share of filed as text or None."""
    values: TableRow = {"key": key, "label": label, **dict(zip(KEYS, vector, strict=True))}
    for rate in RATES:
        values[rate.key] = printed(percent(values[rate.numerator], values[rate.denominator]))
    values["share"] = printed(percent(values["filed"], whole[KEYS.index("filed")]))
    return values


def _nothing() -> Vector:
    return [0] * len(KEYS)


def _sum(vectors: Iterable[Vector]) -> Vector:
    return [sum(column) for column in zip(_nothing(), *vectors, strict=True)]


def _by_source(counted: Counted) -> list[TableRow]:
    rows = [
        row(key, SOURCE_NAMES[s], counted.by["source"][key], counted.total)
        for s in SOURCES
        if (key := str(s)) in counted.by["source"]
    ]
    return sorted(rows, key=lambda r: -r["filed"])


def _by_class(counted: Counted, names: Names) -> list[TableRow]:
    found = []
    for kind, label in KINDS.items():
        of_kind = _of_kind(counted, names, kind)
        found.append({**row(kind, label, _sum(vector for _, vector in of_kind), counted.total), "level": 0})
        mixed = len({name.list_code for name, _ in of_kind}) > 1
        classes: dict[tuple[str, str], list[Vector]] = {}
        for name, vector in of_kind:
            classes.setdefault((_code(name.class_code, name, mixed=mixed), name.class_name), []).append(vector)
        found += [
            {**row(f"{kind}/{code}", label, _sum(vectors), counted.total), "level": 1}
            for (code, label), vectors in sorted(classes.items())
        ]
    return found


def _by_category(counted: Counted, names: Names, kind: str) -> list[TableRow]:
    of_kind = _of_kind(counted, names, kind)
    mixed = len({name.list_code for name, _ in of_kind}) > 1
    grouped: dict[tuple[str, str], list[Vector]] = {}
    for name, vector in of_kind:
        grouped.setdefault((_code(name.code, name, mixed=mixed), name.name), []).append(vector)
    rows = [row(code, label, _sum(vectors), counted.total) for (code, label), vectors in grouped.items()]
    return sorted(rows, key=lambda r: (-r["filed"], r["key"]))


def _of_kind(counted: Counted, names: Names, kind: str) -> list[tuple[CategoryName, Vector]]:
    told = ((names.categories[key], vector) for key, vector in counted.by["category"].items())
    return [(name, vector) for name, vector in told if name.kind == kind and any(vector)]


def _code(code: str, name: CategoryName, *, mixed: bool) -> str:
    # The two lists use the same codes for different things: where both were used, codes of the other one say so.
    return f"{name.list_code}:{code}" if mixed and name.list_code != DEFAULT_LIST else code


def _by_grid(counted: Counted, names: Names) -> list[TableRow]:
    table = counted.by["grid"]
    shown = [key for key in names.grids if key in names.always or any(table.get(key, ()))]
    return [row(*names.grids[key], table.get(key, _nothing()), counted.total) for key in shown]


def _grouped(
    table: Mapping[str, Vector], names: Mapping[str, tuple[str, str]], whole: Vector, none: tuple[str, str]
) -> list[TableRow]:
    """Rows by key, in key order, the rest row last: what belongs to none."""
    groups: dict[tuple[str, str], list[Vector]] = {}
    for key, vector in table.items():
        groups.setdefault(none if key == "0" else names[key], []).append(vector)
    rest = row(*none, _sum(groups.pop(none, [])), whole)
    return [row(*group, _sum(vectors), whole) for group, vectors in sorted(groups.items())] + [rest]
