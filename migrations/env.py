"""Alembic reads the tables of gridops.tables; the address comes from the caller or from the settings."""

from __future__ import annotations

from alembic import context

import config
from gridops.core import db
from gridops.tables import Base


def run() -> None:
    """Upgrade over the connection handed in (`gridops init`, tests), else over one from the settings."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    with db.open_engine(config.load().database).connect() as opened:
        opened.info["writes"] = True
        with opened.begin():
            _migrate(opened)


def _migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    context.run_migrations()


run()
