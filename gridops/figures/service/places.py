"""What each place counts: by grid version and span (`Area.child_of`), so that one count can be told of any level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridops.figures.counts import KEYS
from gridops.figures.queries.area import Area
from gridops.figures.queries.rows import Rows
from gridops.figures.rules import tally
from gridops.figures.rules.tables import vector
from gridops.figures.rules.tally import Vector


@dataclass(frozen=True, slots=True)
class Places:
    """The vectors of places as counted at an instant; `changes`: how often the territory had changed by then."""

    counted: Mapping[tuple[int, int], Vector]
    changes: int
    as_of: datetime

    @classmethod
    def of(cls, area: Area, rows: Rows, as_of: datetime) -> Places:
        """Those of counted records of an area."""
        wide = len(area.changes) + 1
        counted = tally.add_up(rows.lying(rows.grid_version_id * wide + rows.span)).by["grid"]
        return cls({divmod(int(place), wide): told for place, told in counted.items()}, wide - 1, as_of)

    def by_child(self, area: Area) -> dict[int, Vector]:
        """What each child of an area counts."""
        found: dict[int, Vector] = {}
        for (version_id, span), told in self.counted.items():
            if child := area.child_of(version_id, span):
                found[child] = [a + b for a, b in zip(found[child], told, strict=True)] if child in found else told
        return found

    def written(self) -> dict[str, Any]:
        """As kept: each place beside its counts, under their names, so that a later program reads it right."""
        places = [[*place, *told] for place, told in self.counted.items()]
        return {"changes": self.changes, "keys": list(KEYS), "places": places}

    @classmethod
    def read(cls, kept: Mapping[str, Any], as_of: datetime) -> Places:
        """What `written` wrote."""
        keys = kept["keys"]
        rows = ((row[0], row[1], dict(zip(keys, row[2:], strict=True))) for row in kept["places"])
        return cls({(version_id, span): vector(told) for version_id, span, told in rows}, kept["changes"], as_of)
