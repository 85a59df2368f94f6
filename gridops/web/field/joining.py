"""/field/join: the address that the codes of leaders bore before the app read them itself; it leads there."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from gridops.web.guards import public

pages = Blueprint("field_join", __name__, url_prefix="/field/join")


@pages.get("")
@public
def show() -> Response:
    """Checking in is the app's: it works without a network, and asks before it does."""
    code = request.args.get("code", "").strip()[:40]
    return redirect("/field#/join" + (f"?code={quote(code, safe='')}" if code else ""))
