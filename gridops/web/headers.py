"""Security headers of every answer, and our clock, by one after_request of ours."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

from gridops.core import clock
from gridops.web import base_map
from gridops.web.field.pack.shapes import instant

_POLICY = (
    ("default-src", "'self'"),
    ("script-src", "'self' 'nonce-{nonce}'"),
    ("style-src", "'self'"),
    ("img-src", "'self' blob: data:"),
    ("media-src", "'self' blob:"),  # spoken notes are heard on the phone before they are sent
    ("connect-src", "'self'"),
    ("worker-src", "'self' blob:"),
    ("object-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'none'"),
)
_ALWAYS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
}
_VERSIONED = "public, max-age=31536000, immutable"


def nonce() -> str:
    """What inline scripts of this answer carry in their attribute `nonce`."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    kept: str = g.nonce
    return kept


def set_up(app: Flask) -> None:
    """Put the headers on every answer; `nonce()` is known to all templates."""
    app.add_template_global(nonce)
    app.after_request(_put_on)


def of_a_kept_page() -> dict[str, str]:
    """The headers of a page that a service worker keeps: without a nonce, as it has no inline script."""
    return {**_ALWAYS, "Content-Security-Policy": _policy().replace(" 'nonce-{nonce}'", "")}


def _policy() -> str:
    return "; ".join(f"{name} {value}" for name, value in _POLICY)


def _put_on(answer: Response) -> Response:
    policy = _policy().format(nonce=nonce())
    wanted = dict(_ALWAYS)
    if more := base_map.opened():
        for name in ("img-src", "connect-src"):
            policy = policy.replace(f"{name} 'self'", f"{name} 'self' {more}")
        # Keys of 天地图 are bound to the address of the site that asks.
        wanted["Referrer-Policy"] = "strict-origin-when-cross-origin"
    wanted["Content-Security-Policy"] = policy
    # Not for a trial by a certificate of our own: for a year it would keep browsers from http://localhost.
    if request.is_secure and not current_app.config["GRIDOPS"].trial_tls:
        wanted["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        if "v" in request.args:
            answer.headers["Cache-Control"] = _VERSIONED
    else:
        answer.headers["X-Gridops-Now"] = instant(clock.now()) or ""  # phones set theirs by it
        wanted["Cache-Control"] = "no-store"  # pages name people and places
    # Looked for once: each `setdefault` would go through all that stand there.
    given = {name.lower() for name in answer.headers.keys()}  # noqa: SIM118  of headers the pairs are iterated
    answer.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in given])
    return answer
