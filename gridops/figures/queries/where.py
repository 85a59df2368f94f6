"""Where facts lie: in the whole root, or in a jurisdiction below it by the tree of the fact's own day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from gridops.core import clock, columns
from gridops.figures.queries.area import Area


@dataclass
class Here:
    """Whether grids lie in an area. What lies in no grid belongs to the root alone."""

    area: Area
    _inside: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether the area is a root: everything of it counts."""
        return self.area.grid_id == self.area.root_id

    def holds(self, grid_id: int | None, instant: datetime) -> bool:
        """Whether a grid lay in the area on the local day of an instant."""
        if self.whole:
            return True
        return grid_id in self._grids_on(clock.local_date(instant))

    def child(self, grid_id: int | None, instant: datetime) -> int:
        """The direct child in which a grid lay on that day, the area itself for 本级; 0 where `holds` does not hold."""
        found = 0 if grid_id is None else self.area.child_on(grid_id, clock.local_date(instant))
        return found or (self.area.grid_id if self.whole else 0)

    def children(self, grid_ids: Iterable[int | None], instant: datetime) -> tuple[int, ...]:
        """The same of several grids, each child once; empty where `any_of` does not hold."""
        found = {self.child(grid_id, instant) for grid_id in grid_ids if grid_id is not None} - {0}
        return tuple(sorted(found)) or ((self.area.grid_id,) if self.whole else ())

    def among(self, grid_ids: Any, instants: Any) -> Any:
        """The same of columns (`core.columns`): one answer for each."""
        if self.whole:
            return np.ones(len(grid_ids), dtype=bool)
        begins = np.array([columns.micros(clock.midnight(day)) for day in self.area.changes], dtype=np.int64)
        spans = np.searchsorted(begins, instants, side="right")
        found = np.zeros(len(grid_ids), dtype=bool)
        for span in np.unique(spans).tolist():
            inside = self._grids_on(self.area.changes[span - 1] if span else date.min)
            found |= (spans == span) & np.isin(grid_ids, sorted(inside))
        return found

    def any_of(self, grid_ids: Iterable[int | None], instant: datetime) -> bool:
        """Whether one of some grids did."""
        return self.whole or any(self.holds(grid_id, instant) for grid_id in grid_ids)

    def _grids_on(self, day: date) -> frozenset[int]:
        span = self.area.territory.span(day)
        if span not in self._inside:
            below = self.area.territory.tree(day).descendants(self.area.grid_id)
            self._inside[span] = frozenset({self.area.grid_id, *below})
        return self._inside[span]
