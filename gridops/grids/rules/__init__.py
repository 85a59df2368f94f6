"""Rules of the territory (pure).

shapes     geometry: areas, distances, what counts as the same outline
checks     what a territory file must satisfy, feature by feature
mending    what `--repair` mends; parents made of their children
points     which grid holds this point
tree       the territory as it was on a day; the direct child a record belongs to
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Levels of area; 片区 and 专属网格 are `special`."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    SPECIAL = "special"
    GRID = "grid"
    CELL = "cell"
