"""One version of the field app: its files, bundled so that a phone with two bars of signal asks once and not for each.

The version is the hash of everything in it, so that a change of any file is a new version, taken as a whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask import Flask, render_template

from gridops.web.field.pack.words import of_scripts
from gridops.web.headers import of_a_kept_page
from gridops.web.language import LANGUAGES

SHELL = "/field"
ICONS = "/field/icons.svg"
_EXTENSION = "gridops.field.edition"
_WORKER = "field/sw.js"
_FRAME = "field/app.html"
_SPRITE = "vendor/tabler/icons.svg"
_SYMBOL = re.compile(r'<symbol id="([^"]+)".*?</symbol>', re.DOTALL)
_OPENED = ("/static/field/app.js", "/static/field/screens/home.js")
_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+\.js)["'];""", re.MULTILINE)
_WORD = re.compile(r'"([a-z][a-z0-9-]*)"')
_LEVEL = 9


class Bundle(StrEnum):
    """What is needed to open and to work; what may come a little later (map, reader of QR codes, other languages)."""

    APP = "app"
    MORE = "more"


# What the app takes from elsewhere in static/.
_BORROWED = {
    Bundle.APP: ("mark.svg", "vendor/idb/idb.js"),
    Bundle.MORE: (
        "vendor/qr/index.js",
        "vendor/qr/decode.js",
        "vendor/leaflet/leaflet.css",
        "vendor/leaflet/leaflet.js",
    ),
}
# Of the app itself, what is asked for where it is used: the map, the drawing of codes, film, pictures for others.
_LATER = (
    "field/place/map.js",
    "field/place/picker.js",
    "field/place/viewer.js",
    "field/photo/code.js",
    "field/photo/film.js",
    "field/photo/clean.js",
    "field/photo/group_picture.js",
    "field/photo/hide_parts.js",
    "field/photo/watermark.js",
)
_BORROWED_FOLDERS = ("vendor/lit-html",)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version: texts by address in each bundle, SHA-256 by address, the frame of a first visit."""

    version: str
    texts: dict[Bundle, dict[str, str]]
    frame: str

    def packed(self, bundle: Bundle) -> bytes:
        """A bundle as gzip-compressed JSON of address -> text."""
        return gzip.compress(_json(self.texts[bundle]), _LEVEL, mtime=0)

    def listed(self, bundle: Bundle) -> list[tuple[str, str]]:
        """The addresses in a bundle, each with the hash of its text."""
        return [(path, _digest(text)) for path, text in self.texts[bundle].items()]


def edition(app: Flask) -> Edition:
    """The version that this process serves; made once."""
    known: Edition | None = app.extensions.get(_EXTENSION)
    if known is None:
        known = app.extensions[_EXTENSION] = _made(Path(app.static_folder or ""))
    return known


def worker_code(app: Flask) -> str:
    """The service worker, with the version and the files it keeps written before it."""
    made = edition(app)
    told = {
        "VERSION": made.version,
        "BUNDLES": {bundle: f"/field/files/{made.version}/{bundle}.json" for bundle in Bundle},
        "FILES": {bundle: made.listed(bundle) for bundle in Bundle},
        "FRAME_HEADERS": {**of_a_kept_page(), "Content-Type": "text/html; charset=utf-8"},
    }
    head = "".join(f"const {name} = {json.dumps(value, separators=(',', ':'))};\n" for name, value in told.items())
    return head + (Path(app.static_folder or "") / _WORKER).read_text(encoding="utf-8")


def files_of(static: Path) -> list[Path]:
    """The scripts and styles of the app itself; without its service worker and what the plain pages use."""
    found = (file for file in (static / "field").rglob("*") if file.suffix in {".js", ".css"})
    return sorted(file for file in found if file.name != "sw.js" and not file.name.startswith("plain"))


def _made(static: Path) -> Edition:
    own = {_address(static, file): _text(file) for file in files_of(static)}
    lent = sorted(file for folder in _BORROWED_FOLDERS for file in (static / folder).rglob("*.js"))
    texts: dict[Bundle, dict[str, str]] = {bundle: {} for bundle in Bundle}
    texts[Bundle.MORE] = {path: own.pop(path) for path in (_address(static, static / name) for name in _LATER)}
    texts[Bundle.APP] = own | {_address(static, file): _text(file) for file in lent}
    for bundle, names in _BORROWED.items():
        texts[bundle] |= {_address(static, static / name): _text(static / name) for name in names}
    texts[Bundle.APP][ICONS] = _icons(_text(static / _SPRITE), [*own.values(), *texts[Bundle.MORE].values()])
    for language in LANGUAGES:
        texts[Bundle.MORE][f"/field/words/{language}.json"] = words(static, language)
    styles = tuple(path for path in own if path.endswith(".css") and not path.endswith("/field.css"))
    kept = {"styles": styles, "modules": _opened(texts[Bundle.APP])}
    frame = render_template(_FRAME, version="", **kept)
    version = _digest(json.dumps([texts, _text(static / _WORKER), frame]))[:12]
    texts[Bundle.APP][SHELL] = render_template(_FRAME, version=version, **kept)
    return Edition(version, texts, render_template(_FRAME, version=version, styles=styles, modules=()))


def _opened(texts: dict[str, str]) -> list[str]:
    """The modules that home needs: named in the kept frame they are read at once, not one after another.

    At a first visit they come in one answer (static/field/boot.js), so that frame does not name them.
    """
    found = list(_OPENED)
    for path in found:
        wanted = (posixpath.normpath(posixpath.join(path, "..", name)) for name in _IMPORT.findall(texts[path]))
        found += [one for one in dict.fromkeys(wanted) if one not in found]
    return found


def words(static: Path, language: str) -> str:
    """The sentences of the app in a language, as JSON."""
    return _json(of_scripts(static / "field", language)).decode()


def _icons(sprite: str, scripts: Iterable[str]) -> str:
    """The sprite with those icons only that the app names."""
    named = {word for script in scripts for word in _WORD.findall(script)}
    kept = [found[0] for found in _SYMBOL.finditer(sprite) if found[1] in named]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(kept) + "\n</svg>\n"


def _address(static: Path, file: Path) -> str:
    return f"/static/{file.relative_to(static).as_posix()}"


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
