"""One version of the field app: its files, bundled so that a phone with two bars of signal asks once and not for each.

The version is the hash of everything in it, so that a change of any file is a new version, taken as a whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
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
_SPRITE = "vendor/tabler/icons.svg"
_SYMBOL = re.compile(r'<symbol id="([^"]+)".*?</symbol>', re.DOTALL)
_WORD = re.compile(r'"([a-z][a-z0-9-]*)"')
_LEVEL = 9


class Bundle(StrEnum):
    """What is needed to open and to work; what may come a little later (map, reader of QR codes, other languages)."""

    APP = "app"
    MORE = "more"


# What the app takes from elsewhere in static/.
_BORROWED = {
    Bundle.APP: ("mark.svg", "vendor/idb/idb.js", "vendor/qr/index.js"),
    Bundle.MORE: ("vendor/qr/decode.js", "vendor/leaflet/leaflet.css", "vendor/leaflet/leaflet.js"),
}
_BORROWED_FOLDERS = ("vendor/lit-html",)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version: texts by address in each bundle, SHA-256 by address, the style sheets of its frame, icons."""

    version: str
    texts: dict[Bundle, dict[str, str]]
    styles: tuple[str, ...]

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
    texts[Bundle.APP] = own | {_address(static, file): _text(file) for file in lent}
    for bundle, names in _BORROWED.items():
        texts[bundle] |= {_address(static, static / name): _text(static / name) for name in names}
    texts[Bundle.APP][ICONS] = _icons(_text(static / _SPRITE), own.values())
    for language in LANGUAGES:
        texts[Bundle.MORE][f"/field/words/{language}.json"] = words(static, language)
    styles = tuple(path for path in own if path.endswith(".css") and not path.endswith("/field.css"))
    frame = render_template("field/app.html", version="", styles=styles)
    version = _digest(json.dumps([texts, _text(static / _WORKER), frame]))[:12]
    texts[Bundle.APP][SHELL] = render_template("field/app.html", version=version, styles=styles)
    return Edition(version, texts, styles)


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
