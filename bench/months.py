"""A month counted, frozen and printed, each in a process of its own as a worker does it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from bench import territory
from bench.clients import Heard, in_processes
from bench.place import Place, now
from bench.table import Table
from gridops.bulletins import building
from gridops.bulletins import service as bulletins
from gridops.bulletins.building import Workshop
from gridops.cases.models import Case
from gridops.core import clock, periods
from gridops.core.db import reading, transaction
from gridops.core.periods import Period
from gridops.evidence.store import LocalStore
from gridops.figures import service as figures
from gridops.figures.models import FrozenSet
from gridops.grids import queries as grids
from gridops.people.models import User
from gridops.people.queries import load_person

# By months back, a series of its own for each scale: what a larger scale adds to a month that a smaller one froze would
# be late records by the hundred thousand, which no street has.
SERIES = {1: "monthly", 2: "special", 3: "supervision"}


def month(back: int) -> Period:
    """The month so many months ago."""
    today = clock.local_date(now())
    whole = today.year * 12 + today.month - 1 - back
    return periods.parse(f"{date(whole // 12, whole % 12 + 1, 1):%Y-%m}")


def month_figures(table: Table, scale: int, where: Place, back: int) -> bool:
    """Figures and all tables of a month with its two comparisons."""
    ((times, cases),) = in_processes(count, [(where, back, 3)])
    heard = Heard(times)
    notes = f"{cases:,} cases in {month(back).label}, compared with the month before"
    met = True
    return table.add("month_figures", scale, heard.ms(0.5) or 0, heard=heard, notes=notes, met=met)


def freeze_and_papers(table: Table, scale: int, where: Place, back: int) -> bool:
    """数据锁定, recount from the kept rows, and the paper in all forms."""
    ((steps, rows),) = in_processes(freeze, [(where, back)])
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items())
    return table.add("freeze_and_papers", scale, sum(steps.values()) * 1000, notes=f"{rows:,} kept rows: {told}")


def count(where: Place, back: int, times: int) -> tuple[list[float], int]:
    """Count a month so many times; returns seconds of each, and how many cases were reported in it."""
    where.bind()
    period = month(back)
    with reading() as session:
        root = grids.by_code(session, territory.ROOT_CODE)
        assert root is not None
        cases = session.scalar(
            select(func.count())
            .select_from(Case)
            .where(Case.reported_at >= period.start, Case.reported_at < period.end)
        )
    found = []
    for _ in range(times):
        begun = time.monotonic()
        with reading() as session:
            figures.figures_of(session, root.id, period, SERIES[back])
        found.append(time.monotonic() - begun)
    return found, int(cases or 0)


def freeze(where: Place, back: int) -> tuple[dict[str, float], int]:
    """Freeze, recount and print a month; returns seconds of each step, and how many rows were kept."""
    where.bind()
    steps: dict[str, float] = {}
    with transaction() as session:
        paper = bulletins.open_draft(session, territory.ROOT_CODE, month(back).label, SERIES[back]).id
        editor = load_person(session, session.scalars(select(User.id).where(User.username == "editor0")).one())
    assert editor is not None
    begun = time.monotonic()
    with transaction(repeatable=True) as session:
        locked = bulletins.freeze(session, paper, editor)
    steps["freeze"] = time.monotonic() - begun
    begun = time.monotonic()
    with reading() as session:
        recount = bulletins.verify(session, locked)
    if not recount.same:
        raise RuntimeError(f"the recount differs: {recount.differences[:3]}")
    steps["recount"] = time.monotonic() - begun
    begun = time.monotonic()
    building.build_in_place(transaction, paper, Workshop(LocalStore(Path(where.data_dir) / "evidence")))
    steps["papers"] = time.monotonic() - begun
    with reading() as session:
        rows = session.scalar(select(FrozenSet.rows).where(FrozenSet.id == locked.frozen_set_id))
    return steps, int(rows or 0)
