"""What every command begins with: settings, and a database that is there."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

import config
from gridops import tables
from gridops.catalogue import service as catalogue
from gridops.core import db
from gridops.core.errors import Closed
from gridops.worktime import service as worktime


def opened(*, upgrade: bool = False) -> config.Config:
    """Load the settings and bind the database; the embedded one is created or upgraded on the way.

    Another one only by `upgrade` (`gridops init`): Closed, saying so, where it is not at today's tables.
    """
    # Standard output belongs to the answer, which may be JSON.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = config.load()
    config.make_data_dir(settings.data_dir)
    db.bind(settings.database)
    if tables.is_current(db.engine()):
        return settings
    if not settings.embedded_database and not upgrade:
        raise Closed("the database is not at today's tables: run `gridops init`")
    prepare(settings)
    return settings


def prepare(settings: config.Config) -> None:
    """Bring the database to today's tables and shipped lists; safe to run twice and side by side."""
    with _alone(settings):
        tables.upgrade(db.engine())
        with db.transaction() as session:
            worktime.seed(session)
            catalogue.seed(session)


@contextmanager
def _alone(settings: config.Config) -> Iterator[None]:
    with (settings.data_dir / "init.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
