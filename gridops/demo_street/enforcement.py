"""The year of the joint force and of the supervision office, planned: rounds, outings, penalties, checks, matters.

Pure and replayable. Each row is a line of the contract's files; `as_of` tells what was known of it by an instant, so
that the year is entered month by month and an issued paper holds what happened before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gridops.core.clock import LOCAL
from gridops.demo_street import wording
from gridops.demo_street.places import Spot, Street
from gridops.demo_street.plan import CAMPAIGNS
from gridops.premises.rules import check_character

_SEED = 20170107
YEAR = 2017
WOUND_UP = datetime(2018, 1, 20, 18, 0, tzinfo=LOCAL)
_WORKS = frozenset({"works", "shops", "market", "site"})

# Cells of a line by column; a datetime is a time that is told only once it has come.
Cells = dict[str, str | datetime]


@dataclass(frozen=True)
class Row:
    """A line to be entered: the kind of its file, when it was first known, its cells.

    `later`: cells that go with a time told later: they stay empty until that time has come. `at_last`: what holds once
    the year is wound up, so that the desk of today owes nothing of 2017.
    """

    kind: str
    at: datetime
    cells: Cells
    later: Mapping[str, str] | None = None
    at_last: Mapping[str, str] | None = None

    def as_of(self, instant: datetime) -> dict[str, str]:
        """The cells as they were known at an instant."""
        told: dict[str, str] = {}
        hidden = {
            name for name, time_name in (self.later or {}).items() if not _known(self.cells.get(time_name), instant)
        }
        for name, value in self.cells.items():
            if isinstance(value, datetime):
                told[name] = value.isoformat() if value <= instant else ""
            else:
                told[name] = "" if name in hidden else value
        return told | dict(self.at_last or {}) if instant >= WOUND_UP else told


def _known(value: str | datetime | None, instant: datetime) -> bool:
    return isinstance(value, datetime) and value <= instant


@dataclass(frozen=True)
class _Night:
    external_id: str
    at: datetime
    theme: wording.Theme
    inspection: bool
    premises: tuple[Mapping[str, str], ...]


def year(street: Street, officers: tuple[str, ...]) -> list[Row]:
    """Every row of the year, in order of kind as files depend on each other, then of time."""
    dice = random.Random(_SEED)
    places = list(_premises(street, dice))
    nights = list(_nights(places, dice))
    rounds = [_round(night, street, officers, dice) for night in nights]
    visits = [row for night in nights for row in _visits(night, dice)]
    return [
        *(Row("premises", datetime(YEAR, 1, 1, 0, 0, tzinfo=LOCAL), {**cells}) for cells in places),
        *rounds,
        *visits,
        *_outings(officers, dice),
        *_penalties(nights, visits, dice),
        *_supervision(dice),
        *_scores(dice),
    ]


def _premises(street: Street, dice: random.Random) -> Iterator[dict[str, str]]:
    """Made-up enterprises at the places where such stand; nobody real is meant."""
    spots = [spot for kind in sorted(_WORKS) for spot in street.by_kind.get(kind, ())]
    names = [f"{first}{trade}有限公司" for first in wording.FIRST for trade in wording.TRADES]
    dice.shuffle(names)
    for number, name in enumerate(names[:96], start=1):
        spot: Spot = dice.choice(spots)
        lon, lat = street.point(spot, dice)
        body = f"91320411MA1{number * 7919 % 1_000_000:06d}"
        yield {
            "external_id": f"P{number:03d}",
            "credit_code": body + check_character(body),
            "name": f"常州{name}",
            "kind": "market" if spot.kind == "market" else "site" if spot.kind == "site" else "enterprise",
            "address": f"{spot.road}{dice.randint(1, 180)}号",
            "lon": f"{lon:.6f}",
            "lat": f"{lat:.6f}",
            "responsible": dice.choice(wording.SURNAMES) + dice.choice(wording.GIVEN),
            "risk": dice.choices(["high", "medium", "low"], [2, 5, 6])[0],
        }


_MENDED_AT_LAST = datetime(2018, 1, 19, 10, 0, tzinfo=LOCAL).isoformat()
# Night rounds of each month, thirty in all; the last of March runs over midnight of the last day.
_ROUNDS = {1: 2, 2: 2, 3: 3, 4: 3, 5: 3, 6: 3, 7: 2, 8: 2, 9: 3, 10: 3, 11: 2, 12: 2}


def _nights(places: list[dict[str, str]], dice: random.Random) -> Iterator[_Night]:
    number = 0
    for month, count in _ROUNDS.items():
        days = sorted(dice.sample(range(3, 27), count))
        for place, day in enumerate(days):
            if (month, place) == (3, count - 1):
                day = 31
            number += 1
            theme = wording.THEMES[number * 3 % len(wording.THEMES)]
            late = 22 if day == 31 else dice.choice((19, 20, 21))
            at = datetime(YEAR, month, day, late, dice.choice((0, 15, 30)), tzinfo=LOCAL)
            chosen = dice.sample(places, dice.randint(5, 9))
            yield _Night(f"YC{number:02d}", at, theme, number % 8 != 0, tuple(chosen))


def _round(night: _Night, street: Street, officers: tuple[str, ...], dice: random.Random) -> Row:
    ended = night.at + timedelta(minutes=dice.randint(150, 235))
    grids = dice.sample(sorted(street.grids), dice.randint(3, 6))
    people = [*dice.sample(officers, 2), *_force(night.theme.agency, 2, dice), *_force("police_station", 1, dice)]
    people.append(f"{_name(dice)}@street")
    return Row(
        "rounds",
        night.at,
        {
            "external_id": night.external_id,
            "started_at": night.at,
            "ended_at": ended,
            "groups": str(dice.choice((1, 2, 2, 3))),
            "grid_codes": ";".join(grids),
            "people": ";".join(people),
            "theme": night.theme.name,
            "inspection": "yes" if night.inspection else "no",
        },
    )


def _visits(night: _Night, dice: random.Random) -> Iterator[Row]:
    """Each visit of a night, and the re-inspection of what was ordered; most things are mended in time."""
    for number, place in enumerate(night.premises, start=1):
        at = night.at + timedelta(minutes=15 + 18 * (number - 1) + dice.randint(0, 8))
        found = dice.choices([0, 1, 2, 3, 4], [42, 26, 18, 9, 5])[0]
        ordered = found >= 2 and night.inspection
        due = at + timedelta(days=dice.choice((7, 10, 15, 20)))
        mended = dice.choices([found, max(0, found - 1), 0], [84, 9, 7])[0]
        again = due + timedelta(days=dice.choice((-3, -1, 0, 0, 2)), hours=-dice.randint(6, 12))
        again = max(again, at + timedelta(days=2))
        cells: Cells = {
            "external_id": f"{night.external_id}-{number}",
            "round_id": night.external_id,
            "credit_code": place["credit_code"],
            "premises_name": place["name"],
            "visited_at": at,
            "complete": "yes" if dice.random() > 0.02 else "no",
            "findings": str(found),
        }
        if ordered:
            cells |= {"ordered": "yes", "order_due_at": f"{due:%Y-%m-%d}"}
        if mended:
            cells |= {"corrected": str(mended), "corrected_at": again}
        at_last = {"corrected": str(found), "corrected_at": _MENDED_AT_LAST} if ordered and mended < found else None
        yield Row("visits", at, cells, {"corrected": "corrected_at"}, at_last)
        if ordered:
            seen = {name: cells[name] for name in ("credit_code", "premises_name")}
            yield Row("visits", again, {"external_id": f"{night.external_id}-{number}F", **seen, "visited_at": again,
                                        "complete": "yes", "recheck": "yes"})  # fmt: skip


def _outings(officers: tuple[str, ...], dice: random.Random) -> Iterator[Row]:
    """Outings of the five campaigns, about two a week, by the agencies that each of them needs."""
    number, incident = 0, 0
    for code, name, _, first, last in CAMPAIGNS:
        kind = wording.CAMPAIGNS[code]
        day = first + timedelta(days=dice.randint(0, 2))
        while day <= last:
            number += 1
            at = datetime.combine(day, time(dice.choice(kind.hours), dice.choice((0, 20, 40))), LOCAL)
            ended = at + timedelta(minutes=dice.randint(80, 170))
            people = [dice.choice(officers)]
            for agency in kind.agencies:
                people += _force(agency, dice.randint(1, 3), dice)
            tallies = {column: str(dice.randint(*bounds)) for column, bounds in kind.tallies.items()}
            yield Row(
                "operations",
                at,
                {
                    "external_id": f"XD{number:02d}",
                    "campaign_code": code,
                    "campaign_name": name,
                    "started_at": at,
                    "ended_at": ended,
                    "agencies": ";".join(kind.agencies),
                    "people": ";".join(people),
                    **tallies,
                },
            )
            if dice.random() < kind.incidents:
                incident += 1
                yield _incident(f"SX{incident:02d}", f"XD{number:02d}", kind, at + timedelta(minutes=50), dice)
            day += timedelta(days=dice.choice((3, 4, 4, 5)))


def _incident(name: str, outing: str, kind: wording.Campaign, at: datetime, dice: random.Random) -> Row:
    act = dice.choice(kind.acts)
    cells: Cells = {
        "external_id": name,
        "operation_id": outing,
        "kind": act.kind,
        "agency": act.agency,
        "basis": act.basis,
        "approver": _name(dice),
        "officers": ";".join(_force(act.agency, 2, dice)),
        "happened_at": at,
        "party": f"{dice.choice(wording.SURNAMES)}某",
        "items": act.items,
        "deadline": (at + timedelta(days=act.days)).isoformat(),
    }
    if act.kind == "referred":
        if dice.random() < 0.8:
            cells["answered_at"] = at + timedelta(days=dice.randint(5, 18))
    else:
        cells["decision_no"] = f"{act.mark}〔{at.year}〕{int(name[2:])}号"
    return Row("incidents", at, cells)


def _penalties(nights: list[_Night], visits: list[Row], dice: random.Random) -> Iterator[Row]:
    """Seventeen decisions on fourteen enterprises by the district, after rounds that ordered something."""
    ordered = [row for row in visits if row.cells.get("ordered") == "yes" and row.at.month <= 10]
    by_code: dict[str, list[Row]] = {}
    for row in ordered:
        by_code.setdefault(str(row.cells["credit_code"]), []).append(row)
    often = [code for code, rows in by_code.items() if len(rows) > 1 and _apart(rows)]
    chosen = sorted(dice.sample(sorted(often), min(3, len(often))))
    rest = sorted(code for code in by_code if code not in chosen)
    chosen += dice.sample(rest, 14 - len(chosen))
    themes = {night.external_id: night.theme for night in nights}
    number = 0
    for code in chosen:
        rows = by_code[code]
        for row in rows[:2] if code in chosen[: min(3, len(often))] else rows[:1]:
            number += 1
            yield _penalty(f"CF{number:02d}", row, themes[str(row.cells["round_id"])], dice)


def _apart(rows: list[Row]) -> bool:
    return rows[0].at.month != rows[1].at.month


def _penalty(name: str, visit: Row, theme: wording.Theme, dice: random.Random) -> Row:
    opened = visit.at + timedelta(days=dice.randint(2, 6))
    decided = visit.at.replace(hour=15) + timedelta(days=dice.randint(18, 45))
    served = decided + timedelta(days=dice.randint(1, 5))
    fine = dice.choice((5_000, 10_000, 20_000, 30_000, 50_000))
    return Row(
        "penalties",
        opened,
        {
            "external_id": name,
            "opened_at": opened,
            "decided_by": theme.authority,
            "decided_at": decided,
            "kinds": "fine",
            "fine_yuan": f"{fine}.00",
            "credit_code": visit.cells["credit_code"],
            "party": visit.cells["premises_name"],
            "party_kind": "organisation",
            "round_id": visit.cells["round_id"],
            "act_at": visit.at,
            "served_at": served,
            "paid_at": served + timedelta(days=dice.randint(4, 14)),
            "paid_yuan": f"{fine}.00",
        },
        {"kinds": "decided_at", "fine_yuan": "decided_at", "paid_yuan": "paid_at"},
    )


def _supervision(dice: random.Random) -> Iterator[Row]:
    yield from _checks(dice)
    yield from _problems(dice)
    yield from _matters(dice)


def _checks(dice: random.Random) -> Iterator[Row]:
    """One or two checks a month of several units; a fact now and then."""
    number = 0
    for month in range(1, 13):
        for day in sorted(dice.sample(range(5, 27), dice.choice((1, 2, 2)))):
            at = datetime(YEAR, month, day, dice.choice((9, 10, 14, 15)), 20, tzinfo=LOCAL)
            for place, unit in enumerate(dice.sample(wording.UNITS, dice.randint(5, 9))):
                number += 1
                cells: Cells = {
                    "external_id": f"MC{number:03d}",
                    "kind": "discipline_check",
                    "at": at + timedelta(minutes=12 * place),
                    "unit_code": unit,
                    "source": f"{month}月{day}日明察暗访",
                }
                if dice.random() < 0.09:
                    fact, outcome = dice.choice(wording.FACTS)
                    cells |= {"fact": fact, "verified": "yes", "outcome": outcome}
                yield Row("supervision", at, cells)


def _problems(dice: random.Random) -> Iterator[Row]:
    """What each of the ten issues named: noted in its month, to be mended by the twentieth of the one after."""
    number = 0
    for month in range(1, 11):
        for _ in range(dice.randint(4, 8)):
            number += 1
            at = datetime(YEAR, month, dice.randint(4, 28), dice.randint(9, 17), 10, tzinfo=LOCAL)
            fact, units = dice.choice(wording.PROBLEMS)
            due = datetime(YEAR, month + 1, 20, 23, 59, 59, tzinfo=LOCAL)
            answered = due - timedelta(days=dice.randint(1, 9), hours=dice.randint(3, 9))
            cells: Cells = {
                "external_id": f"WT{number:03d}",
                "kind": "problem",
                "at": at,
                "unit_code": dice.choice(units),
                "fact": fact.format(place=dice.choice(wording.PLACES)),
                "due_at": due.isoformat(),
                "source": "实地督查",
            }
            if dice.random() < 0.9:
                cells |= {"answered_at": answered, "accepted_at": answered + timedelta(days=1, hours=2)}
            elif dice.random() < 0.6:
                late = due + timedelta(days=dice.randint(2, 15), hours=-9)
                cells |= {"answered_at": late, "accepted_at": late + timedelta(days=2)}
            yield Row("supervision", at, cells)


def _matters(dice: random.Random) -> Iterator[Row]:
    """Ten key projects with a report of progress, most of them signed off by the end of the year."""
    for number, (title, unit, month, due_month) in enumerate(wording.MATTERS, start=1):
        at = datetime(YEAR, month, 8 + number, 10, 0, tzinfo=LOCAL)
        due = datetime(YEAR, due_month, 25, 23, 59, 59, tzinfo=LOCAL)
        cells: Cells = {
            "external_id": f"DC{number:02d}",
            "kind": "matter",
            "at": at,
            "unit_code": unit,
            "fact": title,
            "due_at": due.isoformat(),
            "source": "年度重点工程",
            "answered_at": at + timedelta(days=40),
        }
        if number not in (4, 9):
            cells["accepted_at"] = due - timedelta(days=dice.randint(1, 12), hours=12)
        yield Row("supervision", at, cells)


def _scores(dice: random.Random) -> Iterator[Row]:
    """The district's score and place of each month among its nine streets, and some items of the city."""
    for month in range(1, 13):
        at = datetime.combine(date(YEAR + month // 12, month % 12 + 1, 1), time(0, 5), LOCAL)
        label = f"{YEAR}-{month:02d}"
        rank = dice.choices([1, 2, 3, 4, 5], [2, 4, 4, 2, 1])[0]
        yield Row("scores", at, {"month": label, "assessor": "district", "item": "总分", "full": "100",
                                 "score": f"{96 - rank - dice.random():.2f}", "rank": str(rank),
                                 "of": "9"})  # fmt: skip
        for item in wording.ITEMS:
            score = f"{dice.uniform(8.2, 9.9):.2f}"
            yield Row("scores", at, {"month": label, "assessor": "city", "item": item, "full": "10", "score": score})


def _force(agency: str, count: int, dice: random.Random) -> list[str]:
    """Officers of an agency with made-up names and numbers of certificates."""
    mark = wording.MARKS[agency]
    return [f"{_name(dice)}@{agency}#{mark}{dice.randrange(10_000, 99_999)}" for _ in range(count)]


def _name(dice: random.Random) -> str:
    return dice.choice(wording.SURNAMES) + dice.choice(wording.GIVEN)
