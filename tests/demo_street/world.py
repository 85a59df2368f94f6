"""The world of the plan without a database: shipped conditions and calendar."""

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar

from gridops import catalogue
from gridops.cases.rules.deadlines import Terms
from gridops.demo_street.problems import problems
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours


def shipped_terms() -> dict[tuple[str, int], Terms]:
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    with (Path(catalogue.__file__).parent / "conditions.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["list"] == "B":
                rows.setdefault((line["kind"], line["code"]), []).append(line)
    found = {}
    for problem in problems():
        own = rows.get((problem.kind.value, problem.code)) or rows[problem.kind.value, problem.code[:2]]
        for line in own:
            terms = Terms(int(line["limit"]), LimitUnit(line["limit_unit"]), int(line["handle_limit"]))
            found[problem.key, int(line["position"])] = terms
    return found


def shipped_calendar() -> tuple[Calendar, OfficeHours]:
    first = date(2016, 1, 1)
    days = {day: chinese_calendar.is_workday(day) for day in (first + timedelta(n) for n in range(4018))}
    return Calendar(days), OfficeHours.parse("08:30-12:00,13:30-17:30")
