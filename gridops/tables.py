"""Every room's models, imported once, for migrations and workers; and the way from an older database to today's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from gridops.assessment import models as assessment
from gridops.audit import models as audit
from gridops.bulletins import models as bulletins
from gridops.cases import models as cases
from gridops.catalogue import models as catalogue
from gridops.core import db, numbers, owed
from gridops.core.db import Base
from gridops.evidence import models as evidence
from gridops.figures import models as figures
from gridops.grids import models as grids
from gridops.hotline import models as hotline
from gridops.inspections import models as inspections
from gridops.intake import models as intake
from gridops.notices import models as notices
from gridops.operations import models as operations
from gridops.penalties import models as penalties
from gridops.people import models as people
from gridops.premises import models as premises
from gridops.squads import models as squads
from gridops.supervision import models as supervision
from gridops.worktime import models as worktime

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

__all__ = [
    "Base",
    "assessment",
    "audit",
    "bulletins",
    "cases",
    "catalogue",
    "evidence",
    "figures",
    "grids",
    "hotline",
    "inspections",
    "intake",
    "notices",
    "numbers",
    "operations",
    "owed",
    "penalties",
    "people",
    "premises",
    "squads",
    "supervision",
    "worktime",
]


_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database (an empty one too) to a revision of migrations/."""
    from alembic import command

    with _migrating(engine) as settings:
        command.upgrade(settings, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same in the transaction of the caller."""
    from alembic import command

    command.upgrade(_settings(connection), revision)


def revisions() -> set[str]:
    """All revisions of migrations/."""
    return {path.name.split("_", 1)[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def newest() -> str:
    """The newest revision of migrations/."""
    return max(revisions())


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to a revision (`-1`: the one before)."""
    from alembic import command

    with _migrating(engine) as settings:
        command.downgrade(settings, revision)


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest revision; asked at each start, so without loading Alembic."""
    if not inspect(engine).has_table("alembic_version"):
        return False
    with engine.connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()


@contextlib.contextmanager
def _migrating(engine: Engine) -> Iterator[AlembicConfig]:
    with engine.connect() as connection:
        connection.info["writes"] = True
        with db.replacing_tables(connection):
            yield _settings(connection)
        connection.info.pop("writes", None)


def _settings(connection: Connection) -> AlembicConfig:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings
