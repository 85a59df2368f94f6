"""/field: the frame of the offline app, its service worker, bundles and manifest: the same for everybody."""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote

from flask import Blueprint, current_app, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.core.errors import NotFound
from gridops.web.field.edition import ICONS, SHELL, Bundle, edition, worker_code
from gridops.web.guards import public

pages = Blueprint("field_app", __name__, url_prefix="/field")

_ASK_AGAIN = {"Cache-Control": "no-cache"}


@pages.get("")
@public
def shell() -> Response:
    """The frame in which the app draws itself."""
    return Response(edition(current_app).frame, mimetype="text/html", headers=_ASK_AGAIN)


@pages.get("/<path:inner>")
@public
def elsewhere(inner: str) -> Response:
    """What codes on walls and old links say: a screen of the app, which asks who is there."""
    asked = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return redirect(f"{SHELL}#/{quote(inner)}{asked}")


@pages.get("/sw.js")
@public
def worker() -> Response:
    """The service worker, with the files it keeps written before it."""
    headers = {**_ASK_AGAIN, "Service-Worker-Allowed": SHELL}
    return Response(worker_code(current_app), mimetype="text/javascript", headers=headers)


@pages.get("/files/<version>/<any(app, more):bundle>.json")
@public
def files(version: str, bundle: str) -> Response:
    """Files of this version in one answer, compressed; another version is not there (any more)."""
    made = edition(current_app)
    if version != made.version:
        raise NotFound("没有这个版本")
    packed = made.packed(Bundle(bundle))
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if not request.accept_encodings["gzip"]:
        return Response(gzip.decompress(packed), mimetype="application/json", headers=headers)
    return Response(packed, mimetype="application/json", headers={**headers, "Content-Encoding": "gzip"})


@pages.get("/icons.svg")
@public
def icons() -> Response:
    """The icons that the app names."""
    return Response(edition(current_app).texts[Bundle.APP][ICONS], mimetype="image/svg+xml", headers=_ASK_AGAIN)


@pages.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What the phone needs to know to install it."""
    icon = {"src": "/static/mark.svg", "sizes": "any", "type": "image/svg+xml"}
    told = {
        "id": SHELL,
        "name": _("gridops 现场"),
        "short_name": _("现场"),
        "lang": "zh-CN",
        "start_url": SHELL,
        "scope": SHELL,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f4f6f8",
        "theme_color": "#f4f6f8",
        "icons": [{**icon, "purpose": "any"}, {**icon, "purpose": "maskable"}],
    }
    body = json.dumps(told, ensure_ascii=False)
    return Response(body, mimetype="application/manifest+json", headers=_ASK_AGAIN)
