"""`/`: everyone begins where their work is."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from gridops.web.guards import current_person, signed_in
from gridops.web.navigation import first_page

pages = Blueprint("home", __name__)


@pages.get("/")
@signed_in
def index() -> Response:
    """On to the first page of the person's roles."""
    return redirect(first_page(current_person().roles))
