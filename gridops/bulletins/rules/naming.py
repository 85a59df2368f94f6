"""将列为通报问题: which problem items the tables of an issue name by themselves (bulletin.md, 二, 八 and 九)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridops.bulletins.rules.series import FOLLOWING

Rows = Sequence[Mapping[str, Any]]
HAND, TEXT = "hand", "text"


@dataclass(frozen=True, slots=True)
class Named:
    """A problem item that a table names: `key` tells it again in the next issue, `basis` which chapter it is of.

    Its unit: that of the row `unit_key` of `by_unit`, of the problem item `again` of the issue before, or of the
    discipline check `look`.
    """

    key: str
    basis: str
    fact: str
    unit_key: str | None = None
    again: str | None = None
    look: int | None = None
    place: str = ""


def names_problems(series: str, *, correction: bool) -> bool:
    """Whether an issue makes problem items: of a series that follows them up, and never a 更正说明."""
    return series in FOLLOWING and not correction


def named_by_tables(tables: Mapping[str, Rows]) -> list[Named]:
    """The items in the order of the chapters: still late of the issue before, verified facts, units with overdue cases.

    A unit that the issue before named for overdue cases, and that has some again, is one item: the newer.
    """
    found = [
        Named(f"again:{row['key']}", "上期通报问题整改", str(row["label"]), again=str(row["key"]),
              place=str(row.get("place") or ""))
        for row in tables.get("problems", ())
        if row.get("state") == "overdue"
    ]  # fmt: skip
    found += [
        Named(f"look:{row['key']}", "作风纪律", str(row["label"]), look=int(row["key"]))
        for row in tables.get("discipline", ())
        if row.get("verified")
    ]
    found += [
        Named(f"overdue:{row['key']}", "存在问题", f"期末超期未结案{row['overdue_open']}件", str(row["key"]))
        for row in tables.get("by_unit", ())
        if row.get("overdue_open") and row["key"] != "none"
    ]
    return found


def text_key(unit_id: int, sentence: str) -> str:
    """The key of a sentence that an editor marks: the same sentence about the same unit is one item."""
    return f"{TEXT}:{unit_id}:{hashlib.sha256(sentence.encode()).hexdigest()[:16]}"
