"""Alembic reads the tables of gridops.tables; the address comes from the caller or from the settings."""

from __future__ import annotations

import sqlalchemy as sa
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


def _plain_type(kind: str, item: object, _context: object) -> str | bool:
    """Migrations name the database's own types: they must run years after our classes have changed."""
    if kind == "type" and isinstance(item, db.Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, db.Yuan):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def _migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        render_item=_plain_type,
    )
    context.run_migrations()


run()
