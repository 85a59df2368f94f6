"""Rules of the territory (pure)."""

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
