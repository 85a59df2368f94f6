"""`gridops import …`: all or nothing, twice without doubling, `--dry-run`, `--json`."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from config import Config
from gridops.cli import answers, base
from gridops.cli.answers import RolledBack
from gridops.core import db
from gridops.core.errors import GridopsError
from gridops.evidence.rules.types import Limits
from gridops.evidence.store import LocalStore
from gridops.grids import forms as grid_forms
from gridops.grids import queries as grids
from gridops.grids import service as grid_service
from gridops.intake import backup_file, backup_import, case_import, line_import
from gridops.intake.backup_file import Backup
from gridops.intake.backup_import import Done
from gridops.intake.case_map import CaseMap, read_map
from gridops.intake.case_rows import COLUMNS, DEFAULT_SOURCE_SYSTEM, REQUIRED, Reader
from gridops.intake.codes import Resolver
from gridops.intake.files import Counts, Line, RowError, Table
from gridops.intake.line_import import Kind
from gridops.intake.line_kinds import KINDS
from gridops.intake.staging import Staging
from gridops.tasks import app as tasks

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class _How:
    """How a case file is read: whether units are made, how far outside a point may lie (metres), its mapping."""

    create_units: bool
    nearest_m: float
    mapping: CaseMap | None

    def table(self, file: Path) -> tuple[Table, Iterator[Line]]:
        """The file, and its lines as ours."""
        if self.mapping is None:
            table = Table(file, COLUMNS, REQUIRED)
            return table, iter(table)
        table = self.mapping.table(file)
        return table, self.mapping.lines(table)


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(import_)


@click.group("import")
def import_() -> None:
    """Read files of others. Exit codes: 0 done, 2 refused (nothing changed), 1 fault of ours."""


@import_.command("grids")
@click.option("--code-field")
@click.option("--name-field")
@click.option("--parent-field")
@click.option("--level")
@click.option("--parent", help="code of the grid below which all of them lie")
@click.option("--code-from", help="this field is name and code at once")
@click.option("--make-parents", metavar="CODE_FIELD[:NAME_FIELD]", help="make the parents by union of their children")
@click.option("--crs")
@click.option("--repair", is_flag=True, help="mend rings, self-touching borders and slivers; each mend is told")
@click.option("--allow-overlaps", is_flag=True, help="siblings may overlap: a point there goes to the smaller grid")
@click.option("--correct", is_flag=True, help="what is known with another shape or parent was wrong")
@answers.common
def import_grids(file: Path, dry_run: bool, as_json: bool, **options: str | bool | None) -> None:
    """Take in a territory (GeoJSON, Shapefile, GeoPackage, KML)."""
    base.opened()
    counts = Counts()
    try:
        how = grid_forms.options(options)
        with db.transaction() as session:
            report = grid_service.import_file(session, file, how)
            if dry_run:
                raise RolledBack
    except RolledBack:
        pass
    except GridopsError as refused:
        answers.answer_refused(counts, refused, as_json)
        return
    told = report.as_dict()
    counts = Counts(*(told[name] for name in ("read", "new", "unchanged", "changed", "refused")))
    counts.errors = [_row_error(error) for error in told["errors"]]
    counts.notes = [answers.told(_row_error(warning)) for warning in told.get("warnings", [])]
    answers.answer(counts, as_json)


@import_.command("cases")
@click.option("--create-units", is_flag=True, help="make units that are not known, named by their code")
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), help="TOML: how their columns and values become ours"
)
@click.option("--source-system", default=DEFAULT_SOURCE_SYSTEM, show_default=True)
@answers.common
def import_cases(
    file: Path, dry_run: bool, as_json: bool, create_units: bool, mapping: Path | None, source_system: str
) -> None:
    """Take in cases (CSV or CSV.gz)."""
    settings = base.opened()
    tasks.configure(settings)
    counts = Counts()
    try:
        answers.check_source_system(source_system)
        how = _How(create_units, settings.nearest_grid_within_m, read_map(mapping) if mapping else None)
        _stage_and_swap(file, settings.data_dir, counts, how, source_system, dry_run)
    except GridopsError as refused:
        answers.answer_refused(counts, refused, as_json)
        return
    answers.answer(counts, as_json)


def _line_command(kind: Kind) -> click.Command:
    """The command of a kind of file whose lines a room takes."""

    def run(
        file: Path, dry_run: bool, as_json: bool, jurisdiction: str | None, source_system: str = DEFAULT_SOURCE_SYSTEM
    ) -> None:
        tasks.configure(base.opened())
        counts = Counts()
        try:
            answers.check_source_system(source_system)
            with contextlib.suppress(RolledBack), db.transaction() as session:
                counts = line_import.run(session, kind, answers.root(session, jurisdiction), source_system, file)
                if counts.errors or dry_run:
                    raise RolledBack
        except GridopsError as refused:
            answers.answer_refused(counts, refused, as_json)
            return
        if not counts.errors and not dry_run:
            tasks.wake("figures.drain")
        answers.answer(counts, as_json)

    command = answers.common(run)
    if kind.source_system:
        command = click.option("--source-system", default=DEFAULT_SOURCE_SYSTEM, show_default=True)(command)
    command = click.option("--jurisdiction", help="code of the root; required when there is more than one")(command)
    return click.command(kind.name, help=kind.told)(command)


for _kind in KINDS:
    import_.add_command(_line_command(_kind))


@import_.command("field-backup")
@click.option("--incomplete", is_flag=True, help="take what can be taken; what is refused or missing is told")
@click.option("--jurisdiction", help="code of the root; required when there is more than one")
@answers.common
def import_field_backup(file: Path, dry_run: bool, as_json: bool, incomplete: bool, jurisdiction: str | None) -> None:
    """Take in the raw backup of a phone (ZIP), in the name of the person it belongs to; doubles nothing.

    All or nothing: every record goes through the same gate as from the phone, all of them in one transaction. A
    damaged file, a record that the gate refuses, or a photo that is neither in the file nor on the server: nothing
    is taken. With --incomplete the others are taken, and a record without its photo waits for it, as when the phone
    had sent it. A record known with other content is kept as a second one, for a person to judge; it is no error.
    """
    settings = base.opened()
    tasks.configure(settings)
    limits = Limits(settings.photo_max_bytes, settings.photo_max_pixels)
    try:
        backup = backup_file.read(file, limits)
        done, stays = _take_backup(backup, settings, limits, jurisdiction, (dry_run, incomplete))
    except GridopsError as refused:
        answers.answer_refused(Counts(), refused, as_json)
        return
    if incomplete:
        done.counts.notes += [answers.told(error) for error in done.refused]
    else:
        done.counts.errors += done.refused
    if stays:
        tasks.wake("figures.drain")
        tasks.wake("evidence.derive")
    answers.answer(done.counts, as_json)


def _take_backup(
    backup: Backup, settings: Config, limits: Limits, jurisdiction: str | None, how: tuple[bool, bool]
) -> tuple[Done, bool]:
    """Rehearse, store the contents that are lacking, then take it for good: nobody waits while pictures are written.

    `how`: (dry run, incomplete). Returns what became of it, and whether that stays.
    """
    dry_run, incomplete = how
    folder = LocalStore(settings.evidence_dir)
    for rehearsal in (True, False):
        with contextlib.suppress(RolledBack), db.transaction() as session:
            root_id = answers.root(session, jurisdiction)
            done = backup_import.run(session, backup, root_id, limits, settings.nearest_grid_within_m)
            stays = not dry_run and (incomplete or not done.refused)
            if rehearsal or not stays:
                raise RolledBack
            backup_import.store(backup, folder, done.stored)  # what has come up since the rehearsal, if anything
        if not stays:
            break
        backup_import.store(backup, folder, done.stored)
    return done, stays


def _stage_and_swap(file: Path, folder: Path, counts: Counts, how: _How, source_system: str, dry_run: bool) -> None:
    """Check a case file in chunks into the staging area; swap it in when all of it is right."""
    _look_for_cycles_seldom()
    with Staging(folder) as staged:
        _check(file, staged, counts, how)
        case_import.renew_statistics()
        if counts.errors or dry_run:
            with db.reading() as session:
                case_import.compare(session, staged, source_system, counts)
            return
        with contextlib.suppress(RolledBack), db.transaction() as session:
            case_import.alone(session)
            case_import.swap(session, staged, source_system, Resolver(session, how.create_units), counts)
            if counts.errors:
                raise RolledBack
        case_import.renew_statistics()
    tasks.wake("figures.drain")


def _look_for_cycles_seldom() -> None:
    """Rows by the thousand hold no cycles; looking for them among everything loaded costs a third of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)


def _check(file: Path, staged: Staging, counts: Counts, how: _How) -> None:
    """Stage every good line of a file, and name what is wrong with the others."""
    table, lines = how.table(file)
    codes: Resolver | None = None
    while chunk := list(islice(lines, CHUNK)):
        codes = _stage(staged, chunk, counts, codes, how)
    for error in table.errors:
        counts.read += 1
        counts.refuse([error])
    for line, external_id, first in staged.doubled():
        counts.refuse([RowError(line, "external_id", external_id, f"stands already in line {first}")])
    counts.notes += how.mapping.notes() if how.mapping else []


def _stage(staged: Staging, chunk: list[Line], counts: Counts, known: Resolver | None, how: _How) -> Resolver:
    """Check a chunk; what checking makes (units, local categories) is rolled back, only staged rows are kept.

    `known`: the codes that earlier chunks have resolved; returns it with those of this one.
    """
    with contextlib.suppress(RolledBack), db.transaction() as session:
        case_import.alone(session)
        codes = known.on(session) if known else Resolver(session, how.create_units)
        reader = Reader(
            grids.Snapshot(session), codes, how.nearest_m, how.mapping.default_grid if how.mapping else None
        )
        good, refused = reader.read(chunk)
        raise RolledBack
    if how.mapping and reader.fallen_back:
        how.mapping.used["default_grid"] += reader.fallen_back
    counts.read += len(chunk)
    for errors in refused:
        counts.refuse(errors)
    counts.notes = sorted({*counts.notes, *(f"local category {code}" for code in codes.local_categories)})
    staged.add(good)
    return codes


def _row_error(finding: Any) -> RowError:
    return RowError(int(finding["line"] or 0), finding["column"], str(finding["value"] or ""), finding["reason"])
