"""Every room's models, imported once, for migrations and workers; and the way from an older database to today's."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from gridops.audit import models as audit
from gridops.bulletins import models as bulletins
from gridops.cases import models as cases
from gridops.catalogue import models as catalogue
from gridops.core import numbers, owed
from gridops.core.db import Base
from gridops.evidence import models as evidence
from gridops.figures import models as figures
from gridops.grids import models as grids
from gridops.intake import models as intake
from gridops.operations import models as operations
from gridops.people import models as people
from gridops.worktime import models as worktime

__all__ = [
    "Base",
    "audit",
    "bulletins",
    "cases",
    "catalogue",
    "evidence",
    "figures",
    "grids",
    "intake",
    "numbers",
    "operations",
    "owed",
    "people",
    "worktime",
]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database (an empty one too) to a revision of migrations/."""
    _migrate(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to a revision (`-1`: the one before)."""
    _migrate(engine, command.downgrade, revision)


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision."""
    with engine.connect() as connection:
        standing = MigrationContext.configure(connection).get_current_revision()
    return standing == ScriptDirectory.from_config(_settings()).get_current_head()


def _settings() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(__file__).resolve().parent.parent / "migrations"))
    return settings


def _migrate(engine: Engine, direction: object, revision: str) -> None:
    settings = _settings()
    with engine.connect() as connection:
        connection.info["writes"] = True
        with connection.begin():
            settings.attributes["connection"] = connection
            direction(settings, revision)  # type: ignore[operator]
        connection.info.pop("writes", None)
