"""`gridops export …`: CSV with row count and filter inside, cells escaped."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from gridops.cases.queries.export import EXPORT_COLUMNS, export_rows
from gridops.cases.rules.queue import QueueFilter
from gridops.cli import base
from gridops.core import db
from gridops.core.errors import Invalid, NotFound
from gridops.core.tables_out import write_csv
from gridops.grids import queries as grids
from gridops.people.queries import Scope
from gridops.people.queries.access import grids_below


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(export)


@click.group()
def export() -> None:
    """Write tables for others."""


def _write(out: Path | None, columns: Sequence[str], rows: Iterator[Sequence[Any]], told: str) -> None:
    if out is None:
        write_csv(sys.stdout, columns, rows, told)
        return
    try:
        # With a mark at the beginning, or Excel takes UTF-8 for GB 18030.
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            count = write_csv(file, columns, rows, told)
    except OSError as wrong:
        raise Invalid(("--out", f"cannot be written: {wrong.strerror}")) from None
    click.echo(f"{out}: {count} rows", err=True)


@export.command("grids")
@click.option("--jurisdiction", help="only this grid and all below it")
@click.option("--format", "_format", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path))
def export_grids(jurisdiction: str | None, _format: str, out: Path | None) -> None:
    """Every version of every grid."""
    base.opened()
    with db.reading() as session:
        within = _grid_id(session, jurisdiction)
        rows = ([row[name] for name in grids.EXPORT_COLUMNS] for row in grids.export_rows(session, within=within))
        _write(out, grids.EXPORT_COLUMNS, rows, f"grids; jurisdiction {jurisdiction or 'all'}")


@export.command("cases")
@click.option("--jurisdiction", help="code of the root, or of a grid in it; required when there is more than one root")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="reported on or after this local day")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="reported on or before this local day")
@click.option("--format", "_format", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path))
def export_cases(
    jurisdiction: str | None, first: datetime | None, last: datetime | None, _format: str, out: Path | None
) -> None:
    """Cases with their times, `on_time` (yes, no, empty) and `overdue`."""
    base.opened()
    with db.reading() as session:
        root_id, grid_id = _place(session, jurisdiction)
        scope = Scope(root_id, 0, None if grid_id == root_id else grids_below(session, [grid_id]))
        wanted = QueueFilter(first_day=first.date() if first else None, last_day=last.date() if last else None)
        rows = ([row[name] for name in EXPORT_COLUMNS] for row in export_rows(session, scope, wanted))
        days = "; ".join(f"{word} {day:%Y-%m-%d}" for word, day in (("from", first), ("to", last)) if day)
        _write(
            out, EXPORT_COLUMNS, rows, "; ".join(filter(None, [f"cases; jurisdiction {jurisdiction or 'all'}", days]))
        )


def _place(session: Session, code: str | None) -> tuple[int, int]:
    """(root, grid) of a code; without one, of the only root there is."""
    if code is None:
        roots = grids.roots(session)
        if len(roots) != 1:
            raise Invalid(("--jurisdiction", "required when there is not exactly one root"))
        return roots[0].grid_id, roots[0].grid_id
    found = grids.by_code(session, code)
    if found is None or found.root_id is None:
        raise NotFound(f"no grid with the code {code}")
    return found.root_id, found.id


def _grid_id(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = grids.by_code(session, code)
    if found is None:
        raise NotFound(f"no grid with the code {code}")
    return found.id
