"""Whether the program is alive and can serve."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from flask_login import current_user

from gridops.people.rules import Role
from gridops.web import observe
from gridops.web.errors import page
from gridops.web.guards import public

pages = Blueprint("health", __name__)

# `create_app` puts a dict of name -> function() -> bool under this name.
CHECKS = "gridops.readiness"


@pages.get("/healthz")
@public
def alive() -> Response:
    """Alive, whatever lies behind it."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Whether database and broker answer; 503 names the one that does not."""
    found = {name: check() for name, check in current_app.extensions[CHECKS].items()}
    answer = jsonify({"ready": all(found.values()), **{name: "ok" if ok else "down" for name, ok in found.items()}})
    return answer, 200 if all(found.values()) else 503


@pages.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text, for this machine or a signed-in admin only."""
    admin = current_user.is_authenticated and Role.ADMIN in current_user.person.roles
    if not admin and not observe.asked_from_this_machine(current_app.config["TRUSTED_PROXIES"]):
        return page(403)
    return observe.exposition()
