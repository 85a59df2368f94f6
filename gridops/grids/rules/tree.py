"""Territory in time: the tree as it was on a day, and the direct child of a jurisdiction that a record belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from gridops.grids.rules import Level


@dataclass(frozen=True, slots=True)
class Version:
    """A grid as it was from `valid_from` (None: since always) up to, not including, `valid_to` (None: still)."""

    version_id: int
    grid_id: int
    root_id: int
    parent_id: int | None
    code: str
    name: str
    level: Level
    area_m2: float
    valid_from: date | None
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Whether this is how the grid was on a local day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Node:
    """A grid in the tree of a day; `depth` is the number of its ancestors."""

    grid_id: int
    version_id: int
    root_id: int
    parent_id: int | None
    code: str
    name: str
    level: Level
    area_m2: float
    depth: int


@dataclass(frozen=True)
class Tree:
    """The territory on one day: every grid valid then, by id. Grids of several roots may stand side by side."""

    nodes: dict[int, Node] = field(default_factory=dict)

    @cached_property
    def by_code(self) -> dict[str, Node]:
        """Every grid by its code."""
        return {node.code: node for node in self.nodes.values()}

    @cached_property
    def _children(self) -> dict[int | None, tuple[int, ...]]:
        found: dict[int | None, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.parent_id, []).append(node)
        return {parent: tuple(n.grid_id for n in sorted(kids, key=lambda n: n.code)) for parent, kids in found.items()}

    def __contains__(self, grid_id: object) -> bool:
        return grid_id in self.nodes

    def roots(self) -> tuple[int, ...]:
        """The ids of all grids without a parent, in code order."""
        return self._children.get(None, ())

    def children(self, grid_id: int) -> tuple[int, ...]:
        """The ids of the direct children, in code order."""
        return self._children.get(grid_id, ())

    def descendants(self, grid_id: int) -> frozenset[int]:
        """The ids of the grid itself and of everything below it; empty when it did not exist that day."""
        found: set[int] = set()
        waiting = [grid_id] if grid_id in self.nodes else []
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.children(here))
        return frozenset(found)

    def path(self, grid_id: int) -> tuple[int, ...]:
        """The ids from the root down to the grid itself; empty when it did not exist that day."""
        found: list[int] = []
        here: int | None = grid_id
        while here is not None and here in self.nodes and here not in found:
            found.append(here)
            here = self.nodes[here].parent_id
        return tuple(reversed(found))

    def root(self, grid_id: int) -> int | None:
        """The root jurisdiction of a grid; None when it did not exist that day."""
        return self.nodes[grid_id].root_id if grid_id in self.nodes else None

    def child_of(self, ancestor_id: int, grid_id: int) -> int | None:
        """The direct child of `ancestor_id` that is or holds the grid; the ancestor itself for itself; else None."""
        path = self.path(grid_id)
        if ancestor_id not in path:
            return None
        below = path[path.index(ancestor_id) + 1 :]
        return below[0] if below else ancestor_id


class Territory:
    """All versions of all grids; gives the tree of any day and knows on which days it changed."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions = {version.version_id: version for version in versions}
        days = {day for v in self.versions.values() for day in (v.valid_from, v.valid_to) if day is not None}
        self.changes = tuple(sorted(days))
        self._trees: dict[int, Tree] = {}

    @cached_property
    def newest(self) -> dict[str, Version]:
        """The newest version of every grid, by code."""
        ordered = sorted(self.versions.values(), key=lambda version: version.valid_from or date.min)
        return {version.code: version for version in ordered}

    def span(self, day: date) -> int:
        """The number of changes up to a day: days of the same span have the same tree."""
        return sum(1 for change in self.changes if change <= day)

    def tree(self, day: date) -> Tree:
        """The tree as it was on a local day. Nodes whose parent was not valid that day stand as tops without depth."""
        span = self.span(day)
        if span not in self._trees:
            self._trees[span] = _planted([v for v in self.versions.values() if v.valid_on(day)])
        return self._trees[span]

    def rollup(self, jurisdiction_id: int, version_id: int, day: date | None = None) -> int | None:
        """The direct child of a jurisdiction that a record belongs to which fell in a grid version.

        The jurisdiction itself (本级) when the record lies directly on it; None when it lies elsewhere. The tree is
        that of `day` (the record's local day); by default of the last day on which the version was valid.
        """
        version = self.versions.get(version_id)
        if version is None:
            return None
        if version.grid_id == jurisdiction_id:
            return jurisdiction_id
        if day is None:
            day = version.valid_to - timedelta(days=1) if version.valid_to else date.max
        tree = self.tree(day)
        if version.parent_id == jurisdiction_id:
            return version.grid_id
        return None if version.parent_id is None else tree.child_of(jurisdiction_id, version.parent_id)


def _planted(versions: list[Version]) -> Tree:
    parents = {version.grid_id: version.parent_id for version in versions}
    nodes = {}
    for v in versions:
        depth, here, seen = 0, v.parent_id, {v.grid_id}
        while here is not None and here in parents and here not in seen:
            seen.add(here)
            depth, here = depth + 1, parents[here]
        nodes[v.grid_id] = Node(
            v.grid_id, v.version_id, v.root_id, v.parent_id, v.code, v.name, v.level, v.area_m2, depth
        )
    return Tree(nodes)
