"""`gridops import …`: all or nothing, twice without doubling, `--dry-run`, `--json`."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from gridops.cli import base
from gridops.core import db
from gridops.core.errors import GridopsError, Invalid, NotFound
from gridops.grids import forms as grid_forms
from gridops.grids import queries as grids
from gridops.grids import service as grid_service
from gridops.intake import case_import, people_import
from gridops.intake.case_import import Counts
from gridops.intake.case_rows import COLUMNS, DEFAULT_SOURCE_SYSTEM, REQUIRED, Reader
from gridops.intake.codes import Resolver
from gridops.intake.files import Line, RowError, Table
from gridops.intake.staging import Staging
from gridops.tasks import app as tasks

CHUNK = 5000
F = TypeVar("F", bound=Callable[..., Any])


class _RolledBack(Exception):
    """Ends a transaction whose work shall not stay: a rehearsal, or a file that was refused."""


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(import_)


@click.group("import")
def import_() -> None:
    """Read files of others. Exit codes: 0 done, 2 refused (nothing changed), 1 fault of ours."""


def _common(command: F) -> F:
    for option in (
        click.option("--dry-run", is_flag=True, help="check everything, change nothing"),
        click.option("--json", "as_json", is_flag=True, help="print counts and errors as JSON"),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@import_.command("grids")
@click.option("--code-field")
@click.option("--name-field")
@click.option("--parent-field")
@click.option("--level")
@click.option("--parent", help="code of the grid below which all of them lie")
@click.option("--code-from", help="this field is name and code at once")
@click.option("--crs")
@_common
def import_grids(file: Path, dry_run: bool, as_json: bool, **options: str | None) -> None:
    """Take in a territory (GeoJSON)."""
    base.opened()
    counts = Counts()
    try:
        how = grid_forms.options(options)
        raw = _content(file)
        with db.transaction() as session:
            report = grid_service.import_grids(session, raw, how)
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        pass
    except GridopsError as refused:
        _answer_refused(counts, refused, as_json)
        return
    told = report.as_dict()
    counts = Counts(*(told[name] for name in ("read", "new", "unchanged", "changed", "refused")))
    counts.errors = [_row_error(error) for error in told["errors"]]
    counts.notes = [_told(_row_error(warning)) for warning in told.get("warnings", [])]
    _answer(counts, as_json)


@import_.command("people")
@click.option("--jurisdiction", help="code of the root; required when more than one exists")
@_common
def import_people(file: Path, dry_run: bool, as_json: bool, jurisdiction: str | None) -> None:
    """Take in people with their units and roles (CSV)."""
    base.opened()
    counts = Counts()
    try:
        with db.transaction() as session:
            counts = people_import.run(session, _root(session, jurisdiction), file)
            if counts.errors or dry_run:
                raise _RolledBack
    except _RolledBack:
        pass
    except GridopsError as refused:
        _answer_refused(counts, refused, as_json)
        return
    _answer(counts, as_json)


@import_.command("cases")
@click.option("--create-units", is_flag=True, help="make units that are not known, named by their code")
@click.option("--source-system", default=DEFAULT_SOURCE_SYSTEM, show_default=True)
@_common
def import_cases(file: Path, dry_run: bool, as_json: bool, create_units: bool, source_system: str) -> None:
    """Take in cases (CSV or CSV.gz)."""
    settings = base.opened()
    tasks.configure(settings)
    counts = Counts()
    try:
        if not (1 <= len(source_system) <= 40 and source_system.isprintable() and source_system.strip()):
            raise Invalid(("--source-system", "1 to 40 printable characters"))
        _stage_and_swap(
            file, settings.data_dir, counts, create_units, source_system, settings.nearest_grid_within_m, dry_run
        )
    except GridopsError as refused:
        _answer_refused(counts, refused, as_json)
        return
    _answer(counts, as_json)


def _stage_and_swap(
    file: Path, folder: Path, counts: Counts, create_units: bool, source_system: str, nearest_m: float, dry_run: bool
) -> None:
    """Check a case file in chunks into the staging area; swap it in when all of it is right."""
    _look_for_cycles_seldom()
    with Staging(folder) as staged:
        _check(file, staged, counts, create_units, nearest_m)
        case_import.renew_statistics()
        if counts.errors or dry_run:
            with db.reading() as session:
                case_import.compare(session, staged, source_system, counts)
            return
        with contextlib.suppress(_RolledBack), db.transaction() as session:
            case_import.alone(session)
            case_import.swap(session, staged, source_system, Resolver(session, create_units), counts)
            if counts.errors:
                raise _RolledBack
        case_import.renew_statistics()
    tasks.wake("figures.drain")


def _look_for_cycles_seldom() -> None:
    """Rows by the thousand hold no cycles; looking for them among everything loaded costs a third of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)


def _check(file: Path, staged: Staging, counts: Counts, create_units: bool, nearest_m: float) -> None:
    """Stage every good line of a file, and name what is wrong with the others."""
    table = Table(file, COLUMNS, REQUIRED)
    lines = iter(table)
    codes: Resolver | None = None
    while chunk := list(islice(lines, CHUNK)):
        codes = _stage(staged, chunk, counts, codes, create_units, nearest_m)
    for error in table.errors:
        counts.read += 1
        counts.refuse([error])
    for line, external_id, first in staged.doubled():
        counts.refuse([RowError(line, "external_id", external_id, f"stands already in line {first}")])


def _stage(
    staged: Staging, chunk: list[Line], counts: Counts, known: Resolver | None, create_units: bool, nearest_m: float
) -> Resolver:
    """Check a chunk; what checking makes (units, local categories) is rolled back, only staged rows are kept.

    `known`: the codes that earlier chunks have resolved; returns it with those of this one.
    """
    with contextlib.suppress(_RolledBack), db.transaction() as session:
        case_import.alone(session)
        codes = known.on(session) if known else Resolver(session, create_units)
        good, refused = Reader(grids.Snapshot(session), codes, nearest_m).read(chunk)
        raise _RolledBack
    counts.read += len(chunk)
    for errors in refused:
        counts.refuse(errors)
    counts.notes = sorted({*counts.notes, *(f"local category {code}" for code in codes.local_categories)})
    staged.add(good)
    return codes


def _root(session: Session, jurisdiction: str | None) -> int:
    """The root named, or the only one there is. Raises NotFound, or Invalid (field `--jurisdiction`)."""
    if jurisdiction:
        found = grids.by_code(session, jurisdiction)
        if found is None or found.root_id != found.id:
            raise NotFound(f"--jurisdiction: no root with the code {jurisdiction}")
        return found.id
    roots = grids.roots(session)
    if len(roots) != 1:
        raise Invalid(("--jurisdiction", "required when there is not exactly one root"))
    return roots[0].grid_id


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as lost:
        raise Invalid(("file", f"cannot be read: {lost.strerror}")) from None


def _row_error(finding: Any) -> RowError:
    return RowError(int(finding["line"] or 0), finding["column"], str(finding["value"] or ""), finding["reason"])


def _told(error: RowError) -> str:
    where = f"line {error.line}, " if error.line else ""
    value = f" {error.value!r}" if error.value else ""
    return f"{where}{error.column}{value}: {error.reason}"


def _answer_refused(counts: Counts, refused: GridopsError, as_json: bool) -> None:
    """A file that is refused as a whole answers in the same form as refused lines."""
    if isinstance(refused, Invalid):
        counts.errors += [RowError(0, error.field, "", error.reason) for error in refused.errors]
    else:
        counts.errors.append(RowError(0, "", "", str(refused)))
    _answer(counts, as_json)


def _answer(counts: Counts, as_json: bool) -> None:
    if counts.errors:
        counts.new = counts.changed = 0
    if as_json:
        told = {name: getattr(counts, name) for name in ("read", "new", "unchanged", "changed", "refused")}
        errors = [dataclasses.asdict(error) for error in counts.errors]
        click.echo(json.dumps({**told, "errors": errors, "notes": counts.notes}, ensure_ascii=False))
    else:
        for error in counts.errors[:200]:
            click.echo(_told(error), err=True)
        if len(counts.errors) > 200:
            click.echo(f"… {len(counts.errors) - 200} more (--json shows all)", err=True)
        for note in counts.notes:
            click.echo(note, err=True)
        click.echo(
            f"read {counts.read}, new {counts.new}, unchanged {counts.unchanged}, "
            f"changed {counts.changed}, refused {counts.refused}"
        )
    if counts.errors:
        raise click.exceptions.Exit(2)
