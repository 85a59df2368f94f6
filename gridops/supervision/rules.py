"""Words of the supervision office: assessors, lights, what an appeal may be against."""

from __future__ import annotations

from enum import StrEnum


class Assessor(StrEnum):
    """Who gives a score from above."""

    CITY = "city"
    DISTRICT = "district"
    THIRD_PARTY = "third_party"


class Light(StrEnum):
    """红黄绿: how a supervised matter stands."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Against(StrEnum):
    """What an appeal (申诉) is against."""

    OVERDUE = "overdue"
    REWORK = "rework"
    RETURN = "return"
