"""Where facts lie: in the whole root, or in a jurisdiction below it by the tree of the fact's own day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from gridops.core import clock
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
        day = clock.local_date(instant)
        span = self.area.territory.span(day)
        if span not in self._inside:
            below = self.area.territory.tree(day).descendants(self.area.grid_id)
            self._inside[span] = frozenset({self.area.grid_id, *below})
        return grid_id in self._inside[span]

    def any_of(self, grid_ids: Iterable[int | None], instant: datetime) -> bool:
        """Whether one of some grids did."""
        return self.whole or any(self.holds(grid_id, instant) for grid_id in grid_ids)
