"""Ids in addresses: whole numbers a database row may have."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

LARGEST = 2**63 - 1


class RowId(IntegerConverter):
    """`<int:…>` of every address: a number no row can have is simply not found, on every page alike."""

    def to_python(self, value: str) -> int:
        """The number; ValidationError (the router then finds no page) for one that no database takes."""
        number: int = super().to_python(value[:40])
        if number > LARGEST:
            raise ValidationError
        return number


def set_up(app: Flask) -> None:
    """Let every address with a number take only such numbers."""
    app.url_map.converters["int"] = RowId
