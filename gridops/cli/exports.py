"""`gridops export …`: CSV with row count and filter inside, cells escaped."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from gridops.cases.queries import export as cases
from gridops.cli import base
from gridops.core import db
from gridops.core.errors import NotFound
from gridops.core.tables_out import write_csv
from gridops.grids import queries as grids


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
    # With a mark at the beginning, or Excel takes UTF-8 for GB 18030.
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        count = write_csv(file, columns, rows, told)
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
@click.option("--jurisdiction", help="only cases in this grid and all below it")
@click.option("--from", "first", help="reported on or after this local day, 2017-03-01")
@click.option("--to", "last", help="reported before this local day")
@click.option("--format", "_format", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path))
def export_cases(jurisdiction: str | None, first: str | None, last: str | None, _format: str, out: Path | None) -> None:
    """Cases with their times, `on_time` (yes, no, empty) and `overdue`."""
    base.opened()
    with db.reading() as session:
        rows = cases.rows(session, within=_grid_id(session, jurisdiction), first=first, last=last)
        told = f"cases; jurisdiction {jurisdiction or 'all'}; from {first or 'ever'}; to {last or 'now'}"
        _write(out, cases.COLUMNS, rows, told)


def _grid_id(session: Any, code: str | None) -> int | None:
    if code is None:
        return None
    found = grids.by_code(session, code)
    if found is None:
        raise NotFound(f"no grid with the code {code}")
    return found.id
