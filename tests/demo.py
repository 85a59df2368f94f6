"""The demo street, loaded once a run by the real command and copied for each test; also into PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Engine, text

from gridops import tables
from gridops.core import db
from gridops.core.bulk import insert_rows


def copy_folder(source: Path, target: Path) -> Path:
    """A data folder of the test's own. Nothing runs on the source, so its files are whole."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("broker", "*.lock", "*.turn"))
    return target


def copy_database(source: Engine, target: Engine) -> None:
    """Every row of one database into another that is empty, and its counters behind them."""
    tables.upgrade(target)
    db.use(target)
    with source.connect() as old, db.transaction() as session:
        session.execute(text("SET session_replication_role = replica"))  # rows refer to rows that come later
        for table in tables.Base.metadata.sorted_tables:
            names = [column.name for column in table.columns]
            insert_rows(session, table, names, old.execute(table.select()).all())
            if "id" in names and table.columns["id"].autoincrement is True:
                quoted = f'"{table.name}"'
                session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{quoted}', 'id'), "  # noqa: S608 - our own tables
                        f"coalesce((SELECT max(id) FROM {quoted}), 0) + 1, false)"
                    )
                )
        session.execute(text("SET session_replication_role = DEFAULT"))
