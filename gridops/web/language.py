"""zh-CN first, English complete; times are Asia/Shanghai whatever the language.

Sentences are written in Chinese and are the keys of translations/en/LC_MESSAGES/messages.po, which is read into memory
when the first English page is asked for: no compiled file has to be kept beside it.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale, gettext, refresh
from flask_login import current_user

from gridops.catalogue.queries import english_names
from gridops.core.db import reading

LANGUAGES = {"zh": "中文", "en": "English"}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_CATALOGUES = Path(__file__).parent / "translations"


class OurBabel(Babel):
    """Flask-Babel with our catalogue."""

    @property
    def domain_instance(self) -> Domain:
        return _sentences


class Sentences(Domain):
    """Looks sentences up in the .po files themselves."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language in use; Chinese needs none. Found once a request: a list says 350 sentences."""
        try:
            # Where Flask-Babel itself forgets it when the language changes (`refresh`, `force_locale`).
            found: NullTranslations | None = g._flask_babel.babel_translations
        except (AttributeError, RuntimeError):  # not asked yet, or outside of the program
            found = None
        if found is None:
            locale = get_locale()
            found = catalogue(locale.language if locale else "zh")
            if locale:
                g._flask_babel.babel_translations = found
        return found

    def gettext(self, string: str, **variables: Any) -> str:
        """The sentence with what is filled in; where it counts (`n`), in the form for so many."""
        return _say(self.get_translations(), string, **variables)


_sentences = Sentences()
# Straight from the catalogue, without the detour by Flask-Babel: a list says five hundred sentences.
say = _sentences.gettext


class Filled(Translations):
    """Sentences of a language, also those that a room has filled in before they come here (`密码至少10个字符`).

    Their keys number what is filled in: `密码至少%(1)s个字符`.
    """

    def __init__(self, compiled: io.BytesIO, keys: Iterable[str]) -> None:
        super().__init__(compiled)
        numbered = sorted((key for key in keys if "%(1)s" in key), key=len, reverse=True)
        self._shapes = [(re.compile(_shape(key), re.DOTALL), key) for key in numbered]

    def ugettext(self, message: str) -> str:
        """The sentence in this language; what is filled in is looked up too."""
        look = super().ugettext
        found = str(look(message))
        if not message:  # the key of the file's own header
            return message
        if found != message or not _CHINESE.search(message):
            return found
        for shape, key in self._shapes:
            if filled := shape.fullmatch(message):
                words = {str(at): look(word) for at, word in enumerate(filled.groups(), 1)}
                return str(look(key)) % words
        return message


def speaker() -> Callable[..., str]:
    """`say` for the page that is drawn now: which language it is in is found once, not for each sentence."""
    return functools.partial(_say, _sentences.get_translations())


def _say(kept: NullTranslations, string: str, /, **variables: Any) -> str:
    if not variables:
        return str(kept.ugettext(string))
    count = variables.get("n")
    found = counted(kept, string, count) if isinstance(count, int) else str(kept.ugettext(string))
    return found % variables


def counted(kept: NullTranslations, sentence: str, count: int) -> str:
    """How a sentence is said of so many: of one otherwise than of several, where the catalogue has both forms."""
    found = str(kept.ungettext(sentence, sentence, count))
    return found if found != sentence else str(kept.ugettext(sentence))


def _shape(key: str) -> str:
    return "(.{1,60}?)".join(re.escape(part.replace("%%", "%")) for part in re.split(r"%\(\d\)s", key))


@functools.lru_cache(maxsize=4)
def catalogue(language: str) -> NullTranslations:
    """The sentences of a language; those that are missing stay Chinese."""
    path = _CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        kept = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, kept)
    compiled.seek(0)
    return Filled(compiled, (message.id for message in kept if isinstance(message.id, str)))


def chosen_language() -> str:
    """What this request asked for, else what the person chose, else what the browser asks for, else Chinese."""
    if not has_request_context():
        return "zh"
    wanted = g.get("spoken") or session.get("language") or getattr(current_user, "language", None)
    if wanted in LANGUAGES:
        return str(wanted)
    return request.accept_languages.best_match([*LANGUAGES, "zh-CN", "zh-Hans"], "zh").partition("-")[0]


def speak(language: str | None) -> None:
    """Answer this request in a language, where it is one of ours: the phone's may be another than the account's."""
    if language in LANGUAGES:
        g.spoken = language
        g.pop("category_names", None)
        refresh()


def category_names() -> dict[str, str]:
    """Categories in the reader's language by their Chinese names; one that is not in it stays as it is."""
    if "category_names" not in g:
        g.category_names = {}
        if chosen_language() != "zh":
            with reading() as opened:
                g.category_names = english_names(opened)
    found: dict[str, str] = g.category_names
    return found


def category_name(name: str) -> str:
    """A category in the reader's language."""
    return category_names().get(name, name)


def said(sentence: str | None) -> str:
    """What a room said, in the reader's language."""
    return str(gettext(sentence)) if sentence else ""


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
    app.jinja_env.install_gettext_callables(say, _sentences.ngettext, newstyle=False)  # type: ignore[attr-defined]
    # Jinja's own `_` asks the page for `gettext` each time, and within a loop copies all that the page knows for it.
    app.jinja_env.globals["_"] = say
    app.jinja_env.filters["category_name"] = category_name
    app.jinja_env.globals["languages"] = LANGUAGES
    app.jinja_env.globals["language"] = chosen_language
