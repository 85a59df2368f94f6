"""Whether the database answers."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gridops.core import db


def database_answers() -> bool:
    """One trivial question to the bound database."""
    try:
        with db.reading() as session:
            return bool(session.scalar(text("SELECT 1")))
    except (SQLAlchemyError, RuntimeError):
        return False
