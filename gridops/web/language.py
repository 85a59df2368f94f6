"""zh-CN first, English complete; times are Asia/Shanghai whatever the language.

Sentences are written in Chinese and are the keys of translations/en/LC_MESSAGES/messages.po, which is read into memory
when the first English page is asked for: no compiled file has to be kept beside it.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale, gettext, ngettext
from flask_login import current_user

from gridops.catalogue.queries import english_names
from gridops.core.db import reading

LANGUAGES = {"zh": "中文", "en": "English"}
_CATALOGUES = Path(__file__).parent / "translations"


class OurBabel(Babel):
    """Flask-Babel with our catalogue."""

    @property
    def domain_instance(self) -> Domain:
        return _sentences


class Sentences(Domain):
    """Looks sentences up in the .po files themselves."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language in use; Chinese needs none."""
        locale = get_locale()
        return catalogue(locale.language if locale else "zh")


_sentences = Sentences()


@functools.lru_cache(maxsize=4)
def catalogue(language: str) -> NullTranslations:
    """The sentences of a language; those that are missing stay Chinese."""
    path = _CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def chosen_language() -> str:
    """What the person chose, else this browser, else what the browser asks for, else Chinese."""
    if not has_request_context():
        return "zh"
    wanted = session.get("language") or getattr(current_user, "language", None)
    if wanted in LANGUAGES:
        return str(wanted)
    return request.accept_languages.best_match([*LANGUAGES, "zh-CN", "zh-Hans"], "zh").partition("-")[0]


def category_name(name: str) -> str:
    """A category in the reader's language; one without an English name stays as it is."""
    if chosen_language() == "zh":
        return name
    if "category_names" not in g:
        with reading() as opened:
            g.category_names = english_names(opened)
    return str(g.category_names.get(name, name))


def set_up(app: Flask) -> None:
    """Plug Flask-Babel in."""
    OurBabel(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        locale_selector=chosen_language,
        timezone_selector=lambda: "Asia/Shanghai",
    )
    # Flask-Babel's own callables take every sentence for safe HTML and for a format string. What comes here may name
    # what someone typed: these format only where variables are given, and leave escaping to the template.
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.filters["category_name"] = category_name
    app.jinja_env.globals["languages"] = LANGUAGES
    app.jinja_env.globals["language"] = chosen_language
