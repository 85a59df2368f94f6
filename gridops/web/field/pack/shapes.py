"""How rows are written in the parts of the pack: times, words, photos, parts of the territory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from gridops.evidence.queries import Use
from gridops.grids.rules.tree import Node, Tree

Json = dict[str, Any]
_PLACES = 6


def instant(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def degrees(value: float | None) -> float | None:
    """Degrees to a decimetre."""
    return None if value is None else round(value, _PLACES)


def said(words: str | None) -> str | None:
    """A sentence of the house in the reader's language."""
    return str(_(words)) if words else None


def named(names: Mapping[Any, str], only: Iterable[Any] | None = None) -> list[Json]:
    """The words of an enum, with what they are called: `[{value, name}]`."""
    return [{"value": str(value), "name": said(names[value])} for value in (names if only is None else only)]


def value_of(word: StrEnum | None) -> str | None:
    """A word of the contract."""
    return word.value if word is not None else None


def path_of(tree: Tree, grid_id: int) -> str:
    """The names from below the root to a grid: `盘龙社区 盘龙01网格`."""
    path = tree.path(grid_id)
    return " ".join(tree.nodes[step].name for step in (path[1:] or path))


def grid(tree: Tree, grid_id: int | None) -> Json | None:
    """A part of the territory of today; None for none, or for one that has ended."""
    node = tree.nodes.get(grid_id) if grid_id is not None else None
    return grid_of(tree, node) if node else None


def grid_of(tree: Tree, node: Node) -> Json:
    """A part of the territory."""
    return {"id": node.grid_id, "code": node.code, "name": node.name, "path": path_of(tree, node.grid_id)}


def photo(use: Use) -> Json:
    """A picture, and where it is to be had: small for lists, large to lay over."""
    return {
        "id": use.id,
        "sha256": use.sha256,
        "mime": use.mime,
        "role": use.role,
        "taken_at": instant(use.taken_at),
        "thumb": f"/api/v1/evidence/{use.id}/320",
        "full": f"/api/v1/evidence/{use.id}/1280",
    }
