"""`gridops export …`: CSV, XLSX or GeoJSON with row count and filter inside, cells escaped, persons masked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.queries.export import EXPORT_COLUMNS, export_rows
from gridops.cases.rules.queue import QueueFilter
from gridops.cli import base
from gridops.core import clock, db
from gridops.core.errors import Invalid, NotFound
from gridops.core.tables_out import point_feature, write_csv, write_geojson, write_xlsx
from gridops.grids import queries as grids
from gridops.intake.queries.outgoing import TABLES, Outgoing, Within
from gridops.people.queries import Scope
from gridops.people.queries.access import grids_below
from gridops.people.queries.keeping import users_by_name

FORMATS = ("csv", "xlsx", "geojson")
F = TypeVar("F", bound=Callable[..., Any])


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(export)


@click.group()
def export() -> None:
    """Write tables for others."""


@dataclass(frozen=True, slots=True)
class _Out:
    """Where and how a table is written, and what its filter says."""

    path: Path | None
    format: str
    told: str

    def table(self, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        """Write rows; as GeoJSON each stands at its `lon`, `lat`."""
        if self.format == "geojson":
            self.features(point_feature(columns, row) for row in rows)
        elif self.format == "xlsx":
            self._binary(columns, rows)
        else:
            self._text(lambda out: write_csv(out, columns, rows, self.told), mark=True)

    def features(self, features: Iterable[dict[str, Any]]) -> None:
        """Write features as GeoJSON."""
        self._text(lambda out: write_geojson(out, features, self.told), mark=False)

    def _text(self, write: Callable[[Any], int], *, mark: bool) -> None:
        if self.path is None:
            write(sys.stdout)
            return
        # With a mark at the beginning, or Excel takes UTF-8 for GB 18030; GeoJSON must have none (RFC 8259).
        with _opened(self.path, "w", encoding="utf-8-sig" if mark else "utf-8", newline="") as file:
            self._done(write(file))

    def _binary(self, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
        if self.path is None:
            raise Invalid(("--out", "required with --format xlsx"))
        with _opened(self.path, "wb") as file:
            self._done(write_xlsx(file, columns, rows, self.told))

    def _done(self, count: int) -> None:
        click.echo(f"{self.path}: {count} rows", err=True)


def _opened(path: Path, mode: str, **how: Any) -> Any:
    try:
        return path.open(mode, **how)
    except OSError as wrong:
        raise Invalid(("--out", f"cannot be written: {wrong.strerror}")) from None


def _common(command: F) -> F:
    for option in (
        click.option("--jurisdiction", help="code of the root, or of a grid in it; required with more than one root"),
        click.option("--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True),
        click.option("--out", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def _days(command: F) -> F:
    for name, param, help_ in (("--to", "last", "on or before this local day"), ("--from", "first", "on or after it")):
        command = click.option(name, param, type=click.DateTime(["%Y-%m-%d"]), help=help_)(command)
    return command


@export.command("grids")
@_common
def export_grids(jurisdiction: str | None, format_: str, out: Path | None) -> None:
    """Every version of every grid; as GeoJSON the shapes of today."""
    base.opened()
    with db.reading() as session:
        within = _grid_id(session, jurisdiction)
        told = f"grids; jurisdiction {jurisdiction or 'all'}"
        if format_ == "geojson":
            today = grids.feature_collection(session, within=within)
            _Out(out, format_, f"{told}; on {grids.today()}").features(today["features"])
            return
        rows = ([row[name] for name in grids.EXPORT_COLUMNS] for row in grids.export_rows(session, within=within))
        _Out(out, format_, told).table(grids.EXPORT_COLUMNS, rows)


@export.command("cases")
@_common
@_days
def export_cases(
    jurisdiction: str | None, first: datetime | None, last: datetime | None, format_: str, out: Path | None
) -> None:
    """Cases by the day they were reported, with their times, `on_time` (yes, no, empty) and `overdue`."""
    base.opened()
    with db.reading() as session:
        root_id, grid_id = _place(session, jurisdiction)
        scope = Scope(root_id, 0, None if grid_id == root_id else grids_below(session, [grid_id]))
        wanted = QueueFilter(first_day=first.date() if first else None, last_day=last.date() if last else None)
        rows = ([row[name] for name in EXPORT_COLUMNS] for row in export_rows(session, scope, wanted))
        _Out(out, format_, _filter("cases", jurisdiction, first, last)).table(EXPORT_COLUMNS, rows)


def _command(table: Outgoing) -> click.Command:
    """The command of a table of rounds, outings or penalties."""

    def run(
        jurisdiction: str | None,
        format_: str,
        out: Path | None,
        clear_as: str | None = None,
        first: datetime | None = None,
        last: datetime | None = None,
    ) -> None:
        base.opened()
        if clear_as is not None:
            _note_clear(table, clear_as, jurisdiction)
        with db.reading() as session:
            root_id, grid_id = _place(session, jurisdiction)
            within = Within(
                root_id,
                None if grid_id == root_id else grids_below(session, [grid_id]),
                clock.midnight(first.date()) if first else None,
                clock.midnight(last.date() + timedelta(days=1)) if last else None,
            )
            rows = table.written(session, within, clear=clear_as is not None)
            told = _filter(table.name, jurisdiction, first, last) + ("" if clear_as else "; persons masked")
            _Out(out, format_, told).table(table.columns, rows)

    command = _common(run)
    if table.by_day:
        command = _days(command)
    if table.masked:
        said = "persons in clear, read by this user name (kept in the audit)"
        command = click.option("--clear-as", metavar="USERNAME", help=said)(command)
    return click.command(table.name, help=table.told)(command)


for _table in TABLES:
    export.add_command(_command(_table))


def _note_clear(table: Outgoing, username: str, jurisdiction: str | None) -> None:
    """Persons in clear: who reads them is kept before a row is written."""
    with db.transaction() as session:
        root_id, _ = _place(session, jurisdiction)
        user = users_by_name(session, [username]).get(username)
        if user is None or user.root_id != root_id or not user.active:
            raise NotFound(f"--clear-as: nobody of this jurisdiction signs in as {username}")
        audit.record(session, "export.read", table.name, root_id, actor_id=user.id, root_id=root_id)


def _filter(name: str, jurisdiction: str | None, first: datetime | None, last: datetime | None) -> str:
    days = (f"{word} {day:%Y-%m-%d}" for word, day in (("from", first), ("to", last)) if day)
    return "; ".join([name, f"jurisdiction {jurisdiction or 'all'}", *days])


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
