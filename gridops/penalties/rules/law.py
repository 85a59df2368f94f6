"""Limits by the law of the day (standards.md §3, §11.2): rows with validity, each naming its law and article.

The revised 行政处罚法 is in force since 2021-07-15; before, that of 1996 as amended in 2017. Working days: under the
revised law "two, three, five, seven days" (art. 85), under 行政强制法 every limit of ten days or less (art. 69). All
others are calendar days, and so is every day of the old law, which says nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from gridops.core import clock
from gridops.penalties.rules.kinds import PartyKind
from gridops.worktime.rules import Calendar, Hours, LimitUnit
from gridops.worktime.rules import deadline as end_of

NEW_LAW = date(2021, 7, 15)


class Asks(StrEnum):
    """What a limit is of."""

    SIMPLE_FINE = "simple_fine"
    CASH = "cash"
    OFFICERS = "officers"
    STREET_POWER = "street_power"
    TIME_BAR = "time_bar"
    GRAVE_TIME_BAR = "grave_time_bar"
    TELLING = "telling"
    HEARING_REQUEST = "hearing_request"
    DECIDING = "deciding"
    SERVICE = "service"
    PAYING = "paying"
    SURCHARGE = "surcharge"
    DEMAND = "demand"
    AFTER_DEMAND = "after_demand"
    ONE_FINE = "one_fine"


class By(StrEnum):
    """Which day chooses the row: of the act, of filing, or of the step itself (decision, notice, service)."""

    ACT = "act"
    FILING = "filing"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as a law sets it: an amount (yuan, people, years, or share a day) or a number of days.

    `source`: law and article. It holds for days from `valid_from` up to, not including, `valid_to`; `party` None: for
    every party.
    """

    asks: Asks
    source: str
    amount: Decimal = Decimal(0)
    days: int = 0
    unit: LimitUnit = LimitUnit.CALENDAR_DAY
    party: PartyKind | None = None
    by: By = By.STEP
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def counted(self) -> str:
        """What its days are: `个工作日` or `日`."""
        return DAY_NAMES[self.unit]


DAY_NAMES: dict[LimitUnit, str] = {LimitUnit.WORKING_DAY: "个工作日", LimitUnit.CALENDAR_DAY: "日"}
_WORKING = LimitUnit.WORKING_DAY
_PERSON, _ORGANISATION = PartyKind.PERSON, PartyKind.ORGANISATION


def _old(asks: Asks, source: str, amount: str = "0", days: int = 0, **more: Any) -> Limit:
    return Limit(asks, source, Decimal(amount), days, valid_to=NEW_LAW, **more)


def _new(asks: Asks, source: str, amount: str = "0", days: int = 0, **more: Any) -> Limit:
    return Limit(asks, source, Decimal(amount), days, valid_from=NEW_LAW, **more)


LIMITS: tuple[Limit, ...] = (
    _old(Asks.SIMPLE_FINE, "行政处罚法（2017年修正）第三十三条", "50", party=_PERSON),
    _old(Asks.SIMPLE_FINE, "行政处罚法（2017年修正）第三十三条", "1000", party=_ORGANISATION),
    _new(Asks.SIMPLE_FINE, "行政处罚法第五十一条", "200", party=_PERSON),
    _new(Asks.SIMPLE_FINE, "行政处罚法第五十一条", "3000", party=_ORGANISATION),
    _old(Asks.CASH, "行政处罚法（2017年修正）第四十七条第一项", "20"),
    _new(Asks.CASH, "行政处罚法第六十八条第一项", "100"),
    _old(Asks.OFFICERS, "行政处罚法（2017年修正）第三十七条第一款", "2"),
    _new(Asks.OFFICERS, "行政处罚法第四十二条第一款", "2"),
    _new(Asks.STREET_POWER, "行政处罚法第二十四条第一款"),
    _old(Asks.TIME_BAR, "行政处罚法（2017年修正）第二十九条第一款", "2", by=By.ACT),
    _new(Asks.TIME_BAR, "行政处罚法第三十六条第一款", "2", by=By.ACT),
    _old(Asks.GRAVE_TIME_BAR, "行政处罚法（2017年修正）第二十九条第一款", "2", by=By.ACT),
    _new(Asks.GRAVE_TIME_BAR, "行政处罚法第三十六条第一款", "5", by=By.ACT),
    _old(Asks.TELLING, "行政处罚法（2017年修正）第三十一条"),
    _new(Asks.TELLING, "行政处罚法第四十四条"),
    _old(Asks.HEARING_REQUEST, "行政处罚法（2017年修正）第四十二条第一款第一项", days=3),
    _new(Asks.HEARING_REQUEST, "行政处罚法第六十四条第一项、第八十五条", days=5, unit=_WORKING),
    # The old law set no term from filing to decision.
    _new(Asks.DECIDING, "行政处罚法第六十条", days=90, by=By.FILING),
    _old(Asks.SERVICE, "行政处罚法（2017年修正）第四十条", days=7),
    _new(Asks.SERVICE, "行政处罚法第六十一条第一款、第八十五条", days=7, unit=_WORKING),
    _old(Asks.PAYING, "行政处罚法（2017年修正）第四十六条第三款", days=15),
    _new(Asks.PAYING, "行政处罚法第六十七条第三款", days=15),
    _old(Asks.SURCHARGE, "行政处罚法（2017年修正）第五十一条第一项", "0.03"),
    _new(Asks.SURCHARGE, "行政处罚法第七十二条第一款第一项", "0.03"),
    _old(Asks.ONE_FINE, "行政处罚法（2017年修正）第二十四条"),
    _new(Asks.ONE_FINE, "行政处罚法第二十九条"),
    Limit(Asks.DEMAND, "行政强制法第四十六条第一款", days=30),
    Limit(Asks.AFTER_DEMAND, "行政强制法第五十四条、第六十九条", days=10, unit=_WORKING),
)


@dataclass(frozen=True, slots=True)
class Days:
    """The local days that choose the law; empty ones fall back on the next known: act, else filing, else the step."""

    step: date
    act: date | None = None
    filing: date | None = None

    def of(self, by: By) -> date:
        """The day a limit is chosen by."""
        filed = self.filing or self.step
        return {By.STEP: self.step, By.FILING: filed, By.ACT: self.act or filed}[by]


@lru_cache(maxsize=4096)
def limit(asks: Asks, days: Days, party: PartyKind | None = None) -> Limit | None:
    """The limit in force; None where the law of the day sets none (no term to decide, no power of streets before)."""
    for row in LIMITS:
        day = days.of(row.by)
        if row.asks is not asks or (row.party is not None and row.party is not party):
            continue
        if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day < row.valid_to):
            return row
    return None


def known(asks: Asks, days: Days, party: PartyKind | None = None) -> Limit:
    """A limit that every law sets; LookupError where it does not."""
    found = limit(asks, days, party)
    if found is None:
        raise LookupError(f"no law sets {asks} on {days}")
    return found


def last_instant(row: Limit, start: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The last second in which a limit of days is kept that starts at an instant; the day of the start counts not."""
    return end_of(start, row.days, row.unit, calendar, hours).at


def after_years(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day_to_pay(served_at: datetime) -> date:
    """The fifteenth calendar day after the day of service (行政处罚法 art. 67; before 2021-07-15 art. 46)."""
    return _last_day_to_pay(clock.local_date(served_at))


@lru_cache(maxsize=4096)
def _last_day_to_pay(served_on: date) -> date:
    """Asked for of many decisions of one day."""
    return served_on + timedelta(days=known(Asks.PAYING, Days(served_on)).days)
