"""`gridops backup` and `gridops restore`: one archive of database and evidence; verified before it replaces."""

from __future__ import annotations

from pathlib import Path

import click

import config
from gridops import tables
from gridops.cli import base
from gridops.core import archive, db
from gridops.core.errors import Invalid
from gridops.evidence.store import LocalStore, is_name


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(backup)
    group.add_command(restore)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write database and evidence into one consistent archive (overwritten where it exists)."""
    settings = base.opened()
    store = LocalStore(settings.evidence_dir)
    if not file.parent.is_dir():
        raise Invalid(("file", f"no folder {file.parent}"))
    with db.reading() as session:
        made = archive.write(session.connection(), file, store.files)
    rows = sum(told["rows"] - 1 for told in made.tables.values())
    click.echo(
        f"已备份 / saved: {len(made.tables)} tables, {rows} rows, {made.files} files, {made.bytes} bytes → {file}"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """Put an archive in the place of what is there: verified whole first, then replaced in one transaction.

    Contents of the evidence store are added, never removed. Works from one database to another.
    """
    settings = _bound()
    made = archive.verified(file, _digest_of)
    if made.revision not in tables.revisions():
        raise Invalid(("file", f"made by a newer gridops (tables {made.revision[:20]}, here {tables.newest()})"))
    store = LocalStore(settings.evidence_dir)
    for name, source in archive.files_of(file):
        if not store.exists(name):
            store.put(name, source)
    with db.replacing() as connection:
        archive.empty(connection)
        tables.upgrade_within(connection, made.revision)
        archive.load(connection, file, made)
        tables.upgrade_within(connection)
    base.prepare(settings)
    rows = sum(told["rows"] - 1 for told in made.tables.values())
    click.echo(f"已恢复 / restored: {len(made.tables)} tables, {rows} rows, {made.files} files, as of {made.made_at}")


def _bound() -> config.Config:
    """The settings, with the database bound as it is: what stands in it will be replaced, whatever its tables."""
    settings = config.load()
    config.make_data_dir(settings.data_dir)
    db.bind(settings.database)
    return settings


def _digest_of(name: str) -> str | None:
    """Contents bear their digest as their name; what was made from them (`<digest>.320`) does not."""
    if not is_name(name):
        raise Invalid(("file", f"{name[:80]!r} is no name of a content"))
    return name if "." not in name else None
