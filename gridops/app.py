"""create_app(config): the only place where things are plugged together."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, g, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

import gridops.tables  # noqa: F401 - every room's models are known before the first query
from config import ROOT, Config, load
from gridops import web
from gridops.core import db
from gridops.core.ceiling import CEILING, Ceiling
from gridops.core.health import database_answers
from gridops.tasks import app as tasks
from gridops.tasks import broker
from gridops.web import (
    base_map,
    errors,
    guards,
    headers,
    hygiene,
    ids,
    language,
    observe,
    photos,
    qr,
    rendering,
    sessions,
    viewing,
)
from gridops.web.health import CHECKS

_REQUESTS_A_MINUTE = 600


def from_environment() -> Flask:
    """The web program with the settings of the environment: what the server of `gridops web` asks for by name."""
    # The server loads the program once and forks: a child must not share its parent's database connections.
    os.register_at_fork(after_in_child=lambda: db.engine().dispose(close=False))
    return create_app(load())


def create_app(config: Config) -> Flask:
    """The web program of one deployment: binds the database, registers the doors."""
    observe.set_up_logging(config.log_level)
    db.bind(config.database, pool_size=max(5, config.web_threads))
    tasks.configure(config)
    app = Flask(__name__, static_folder=str(ROOT / "static"), template_folder=str(ROOT / "gridops/web/templates"))
    app.config.update(_settings(config))
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    observe.set_up(app)
    hygiene.set_up(app)
    headers.set_up(app)
    base_map.set_up(app)
    qr.set_up(app)
    sessions.set_up(app)
    language.set_up(app)
    rendering.set_up(app)
    ids.set_up(app)
    app.extensions["gridops.csrf"] = CSRFProtect(app)  # the API exempts itself and asks where a cookie speaks
    app.extensions["gridops.csrf"].exempt("gridops.web.account.sign_out")  # asks itself, where somebody is signed in
    _set_up_limits(app, config)
    viewing.set_up(app)
    guards.stand_guard(app)
    errors.set_up(app)
    app.extensions[CHECKS] = {"database": database_answers, "broker": tasks.broker_answers}
    app.add_template_global(_asset_finder(), "asset")
    for name in web.BLUEPRINTS:
        module, _, attribute = name.partition(":")
        app.register_blueprint(getattr(importlib.import_module(module), attribute))
    importlib.import_module("gridops.api").register(app)
    return app


def _settings(config: Config) -> dict[str, object]:
    return {
        "GRIDOPS": config,
        "SECRET_KEY": config.secret_key,
        "SESSION_COOKIE_NAME": "__Host-gridops" if config.behind_tls else "gridops",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.behind_tls,
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if config.behind_tls else "http",
        "IDLE_TIME": timedelta(minutes=config.session_idle_minutes),
        "TRUSTED_PROXIES": config.trusted_proxies,
        "BEHIND_TLS": config.behind_tls,
        "MAX_CONTENT_LENGTH": photos.MOST * config.photo_max_bytes + hygiene.LARGEST_FORM_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # lives as long as the session
        "WTF_CSRF_SSL_STRICT": config.behind_tls,
        "JSON_AS_ASCII": False,
    }


def _set_up_limits(app: Flask, config: Config) -> None:
    """A ceiling for each person (or address); sign-in has its own, in the database, and the API counts for itself.

    Counted in Redis where one is configured; the embedded one may come and go, so each process counts for itself there.
    """
    ceiling = Ceiling(broker.limiter_url(config.redis_url) if config.redis_url else "memory://")
    app.extensions[CEILING] = ceiling

    def count() -> None:
        if request.endpoint == "static" or request.path.startswith("/api/"):
            return
        who = current_user.get_id() or request.remote_addr or ""
        if not ceiling.count(f"pages {who}", _REQUESTS_A_MINUTE):
            raise TooManyRequests

    app.before_request(count)


def _asset_finder() -> Callable[[str], str]:
    """`asset('app.css')`: the address of a static file with a digest, so that browsers may keep it for ever."""
    known: dict[str, tuple[float, str]] = {}

    def asset(name: str) -> str:
        asked: dict[str, str] = g.setdefault("assets", {})
        if name not in asked:  # a list names the same icons a hundred times
            asked[name] = found(name)
        return asked[name]

    def found(name: str) -> str:
        path = ROOT / "static" / name
        changed = path.stat().st_mtime if path.is_file() else 0.0
        kept = known.get(name)
        if kept is None or kept[0] != changed:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if changed else "missing"
            kept = known[name] = (changed, url_for("static", filename=name, v=digest))
        return kept[1]

    return asset
