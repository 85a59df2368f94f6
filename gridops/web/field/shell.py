"""/field: the frame of the offline app, its service worker and manifest: the same for everybody, nothing personal.

The version is the hash of all files of the app, so that a change of any of them is a new version, taken as a whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, render_template
from flask_babel import gettext as _

from gridops.web.guards import public

pages = Blueprint("field_app", __name__, url_prefix="/field")

_EXTENSION = "gridops.field.edition"
_WORKER = "field/sw.js"
# What the app takes from elsewhere in static/; the map is fetched with the rest, so that it is there in the basement.
_BORROWED = (
    "mark.svg",
    "vendor/tabler/icons.svg",
    "vendor/idb/idb.js",
    "vendor/leaflet/leaflet.css",
    "vendor/leaflet/leaflet.js",
)
_BORROWED_FOLDERS = ("vendor/lit-html", "vendor/qr")


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the app: its files as the browser asks for them, each with its SHA-256."""

    version: str
    files: tuple[tuple[str, str], ...]
    styles: tuple[str, ...]


def files_of(static: Path) -> list[Path]:
    """The files of the app below `static/`, by name; without its service worker and the plain pages' scripts."""
    own = [file for file in (static / "field").rglob("*") if file.suffix in {".js", ".css"}]
    lent = [file for folder in _BORROWED_FOLDERS for file in (static / folder).rglob("*.js")]
    found = [*own, *lent, *(static / name for name in _BORROWED)]
    return sorted(file for file in found if file.name != "sw.js" and not file.name.startswith("plain"))


def edition(app: Flask) -> Edition:
    """The version that this process serves; made once."""
    known: Edition | None = app.extensions.get(_EXTENSION)
    if known is None:
        known = app.extensions[_EXTENSION] = _made(app)
    return known


@pages.get("")
@public
def shell() -> Response:
    """The frame in which the app draws itself."""
    made = edition(current_app)
    return Response(_shell(made.version, made.styles), mimetype="text/html", headers={"Cache-Control": "no-cache"})


@pages.get("/sw.js")
@public
def worker() -> Response:
    """The service worker, with the files it keeps written before it."""
    made = edition(current_app)
    shell_hash = hashlib.sha256(_shell(made.version, made.styles).encode()).hexdigest()
    files = json.dumps([*made.files, ("/field", shell_hash)], separators=(",", ":"))
    code = (Path(current_app.static_folder or "") / _WORKER).read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(made.version)};\nconst FILES = {files};\n"
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/field"}
    return Response(head + code, mimetype="text/javascript", headers=headers)


@pages.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What the phone needs to know to install it."""
    icon = {"src": "/static/mark.svg", "sizes": "any", "type": "image/svg+xml"}
    told = {
        "id": "/field",
        "name": _("gridops 现场"),
        "short_name": _("现场"),
        "lang": "zh-CN",
        "start_url": "/field",
        "scope": "/field",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f4f6f8",
        "theme_color": "#f4f6f8",
        "icons": [{**icon, "purpose": "any"}, {**icon, "purpose": "maskable"}],
    }
    body = json.dumps(told, ensure_ascii=False)
    return Response(body, mimetype="application/manifest+json", headers={"Cache-Control": "no-cache"})


def _made(app: Flask) -> Edition:
    static = Path(app.static_folder or "")
    listed = [(f"/static/{file.relative_to(static).as_posix()}", _digest(file)) for file in files_of(static)]
    parts = [*listed, ("sw", _digest(static / _WORKER)), ("frame", render_template("field/app.html"))]
    whole = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    styles = tuple(path for path, _hash in listed if path.startswith("/static/field/") and path.endswith(".css"))
    return Edition(whole[:12], tuple(listed), tuple(path for path in styles if not path.endswith("/field.css")))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _shell(version: str, styles: tuple[str, ...]) -> str:
    return render_template("field/app.html", version=version, styles=styles)
