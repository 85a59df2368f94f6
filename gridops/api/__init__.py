"""DOOR: JSON and GeoJSON for phones and other systems under `/api/v1`; turns errors of the house into answers.

Each operation is written once (`description.operation`): the route, and its entry in `GET /api/v1/openapi.json`.
"""

from __future__ import annotations

from flask import Flask

from gridops.api import attachments, cases, evidence, guard, lists, problems, records, territory
from gridops.api.description import DOOR

# The operations register themselves on DOOR when their modules are imported.
DOOR.before_request(guard.admit)
PARTS = (records, attachments, evidence, territory, cases, lists)


def register(app: Flask) -> None:
    """Open this door on the web program: operations, guard, limits, and answers in problem+json below `/api/`."""
    problems.set_up(app)
    guard.set_up(app, DOOR)
    app.register_blueprint(DOOR)
