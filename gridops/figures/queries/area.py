"""A jurisdiction and what lies in it: which child territory a record belongs to, by the tree of the record's day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core.errors import NotFound
from gridops.grids import queries as grids
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.grids.rules.tree import Territory, Tree


@dataclass
class Area:
    """A jurisdiction: a root, or any grid below one. `changes`: local days on which the territory changed.

    `level`: what is called a child below is not the next one down, but the grid of that level.
    """

    grid_id: int
    root_id: int
    territory: Territory
    level: Level | None = None
    _known: dict[tuple[int, int], int] = field(default_factory=dict)
    _placed: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[date, ...]:
        """Days that begin another tree."""
        return self.territory.changes

    def child_of(self, version_id: int, span: int) -> int:
        """The direct child in which a record lies, the area itself (本级) for one directly on it, 0 for one outside."""
        key = (version_id, span)
        if key not in self._known:
            self._known[key] = self._child_of(version_id, self._day_of(span))
        return self._known[key]

    def child_on(self, grid_id: int, day: date) -> int:
        """The same of a grid on a local day: 0 for one that lay outside."""
        key = (grid_id, self.territory.span(day))
        if key not in self._placed:
            self._placed[key] = self._on_path(self.territory.tree(day), grid_id)
        return self._placed[key]

    def children_of(self, version_ids: Any, spans: Any) -> Any:
        """The same for whole columns."""
        if not len(version_ids):
            return np.zeros(0, dtype=np.int64)
        wide = len(self.changes) + 1
        pairs, places = np.unique(version_ids * wide + spans, return_inverse=True)
        children = np.array([self.child_of(*divmod(int(pair), wide)) for pair in pairs], dtype=np.int64)
        return children[places]

    def version_ids(self, part: Iterable[int] | None = None) -> list[int] | None:
        """Every version that may lie in the area, or in some of its children; None for the whole of a root."""
        if part is None and self.grid_id == self.root_id:
            return None
        wanted = None if part is None else set(part)
        found = []
        for version in self.territory.versions.values():
            if version.root_id != self.root_id:
                continue
            children = {self.child_of(version.version_id, span) for span in range(len(self.changes) + 1)} - {0}
            if children if wanted is None else children & wanted:
                found.append(version.version_id)
        return found

    def parts(self, day: date) -> list[int]:
        """The children on a day and at any other time, and the area itself: every record lies in one of them."""
        now = self.children_on(day)
        versions = self.territory.versions.values()
        if self.level is None:
            ever = {v.grid_id for v in versions if v.parent_id == self.grid_id}
        else:
            ever = {v.grid_id for v in versions if v.level is self.level and self._rolled(v.version_id)}
        return [self.grid_id, *now, *sorted(ever - {*now, self.grid_id})]

    def children_on(self, day: date) -> tuple[int, ...]:
        """The children of a day, in code order."""
        tree = self.territory.tree(day)
        if self.level is None:
            return tree.children(self.grid_id)
        below = (tree.nodes[grid_id] for grid_id in tree.descendants(self.grid_id) - {self.grid_id})
        return tuple(node.grid_id for node in sorted(below, key=lambda n: n.code) if node.level is self.level)

    def grid_ids(self) -> set[int]:
        """Grids that lie in the area at all times of theirs, the area included."""
        inside: dict[int, bool] = {}
        for version in self.territory.versions.values():
            if version.root_id == self.root_id:
                always = all(self.child_of(version.version_id, s) for s in range(len(self.changes) + 1))
                inside[version.grid_id] = inside.get(version.grid_id, True) and always
        return {grid_id for grid_id, always in inside.items() if always}

    def _day_of(self, span: int) -> date:
        if not self.changes:
            return date.max
        return self.changes[span - 1] if span else self.changes[0] - timedelta(days=1)

    def _child_of(self, version_id: int, day: date) -> int:
        found = self._rolled(version_id, day)
        if found is None and self.territory.rollup(self.root_id, version_id, day) is None:
            # The tree of that day does not hold the version: the last tree that did stands in.
            found = self._rolled(version_id)
            if found is None and self.grid_id == self.root_id:
                return self.grid_id
        return found or 0

    def _rolled(self, version_id: int, day: date | None = None) -> int | None:
        """`Territory.rollup`, to the children of `level`."""
        found = self.territory.rollup(self.grid_id, version_id, day)
        if self.level is None or found is None or found == self.grid_id:
            return found
        version = self.territory.versions[version_id]
        if version.level is self.level or version.parent_id is None:
            return version.grid_id
        last = version.valid_to - timedelta(days=1) if version.valid_to else date.max
        return self._on_path(self.territory.tree(day or last), version.parent_id) or self.grid_id

    def _on_path(self, tree: Tree, grid_id: int) -> int:
        """The first child on the way down to a grid; the area itself where there is none, 0 outside."""
        path = tree.path(grid_id)
        if self.grid_id not in path:
            return self.grid_id if grid_id == self.grid_id else 0
        below = path[path.index(self.grid_id) + 1 :]
        wanted = (i for i in below if self.level is None or tree.nodes[i].level is self.level)
        return next(wanted, self.grid_id)


def area_of(session: Session, grid_id: int, level: Level | None = None) -> Area:
    """The area of a grid, told by its children or by all grids of a level; NotFound when there is no such grid."""
    root_id = session.execute(select(Grid.root_id).where(Grid.id == grid_id)).scalar_one_or_none()
    if root_id is None:
        raise NotFound("没有这个区域")
    return Area(grid_id, root_id, grids.territory(session), level)
