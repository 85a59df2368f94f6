"""Which records stand behind a figure or a cell of a table: the bit or turns it counts, and the ids its row joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridops.core.errors import Invalid
from gridops.figures.counts import BITS, PREFIX, RATES, TURNS
from gridops.figures.rules.tables import KINDS, REST, Names, category_keys, row_key
from gridops.figures.rules.tally import SOURCES

LATE = "late_records"
_DENOMINATORS = {rate.key: rate.denominator for rate in RATES}
# Table of the contract -> the dimension its rows join.
_TOP_KINDS = {"top_events": "event", "top_components": "component"}
_DIMENSIONS = {"by_grid": "grid", "by_unit": "unit", "by_campaign": "campaign"}


@dataclass(frozen=True, slots=True)
class Behind:
    """What to list: records with a bit set, or with turns in a column, or told of as late; and within which ids.

    `dimension` names the column of `rules.tally.DIMENSIONS`, None for the whole jurisdiction.
    """

    bit: int = 0
    turns: str | None = None
    late: bool = False
    dimension: str | None = None
    ids: frozenset[int] = frozenset()


def behind(key: str, names: Names, table: str | None = None, row: str | None = None) -> Behind:
    """What stands behind a figure (with or without prefix), or behind it in one row of a table.

    Behind a rate stand the records of its denominator. Invalid for a figure, table or row that is not counted here.
    """
    bare = key.removeprefix(PREFIX)
    bare = _DENOMINATORS.get(bare, bare)
    if bare not in BITS and bare not in TURNS and bare != LATE:
        raise Invalid(("figure", f"no list behind {key[:80]!r}"))
    what: dict[str, Any] = {"bit": BITS.get(bare, 0), "turns": bare if bare in TURNS else None, "late": bare == LATE}
    if table is None or row is None:
        return Behind(**what)
    dimension, ids = _ids(names, table, row)
    return Behind(**what, dimension=dimension, ids=ids)


def _ids(names: Names, table: str, row: str) -> tuple[str, frozenset[int]]:
    if table == "by_source" and row in set(SOURCES):
        return "source", frozenset({[str(source) for source in SOURCES].index(row)})
    if table in ("by_class", "top_events", "top_components"):
        return "category", _categories(names, table, row)
    if table in _DIMENSIONS:
        if row == REST and table != "by_grid":
            return _DIMENSIONS[table], frozenset({0})
        told: Mapping[str, tuple[str, str]] = getattr(names, f"{_DIMENSIONS[table]}s")
        key_of = str if table == "by_grid" else row_key
        if ids := frozenset(int(key) for key, (code, _) in told.items() if key_of(code) == row):
            return _DIMENSIONS[table], ids
    raise Invalid(("row", f"no row {row[:80]!r} in {table[:40]!r}"))


def _categories(names: Names, table: str, row: str) -> frozenset[int]:
    """The categories that a row of classes or of categories joins."""
    keys = category_keys(names.categories)
    found = set()
    for key, (class_key, code) in keys.items():
        kind = names.categories[key].kind
        shown = {"by_class": (kind, class_key), "top_events": (code,), "top_components": (code,)}[table]
        if row in shown and _TOP_KINDS.get(table, kind) == kind:
            found.add(int(key))
    if not found and row not in KINDS:
        raise Invalid(("row", f"no row {row[:80]!r} in {table}"))
    return frozenset(found)
