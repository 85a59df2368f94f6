"""The sentences of the field app in a language: those of its scripts, from the one catalogue of all pages."""

from __future__ import annotations

import functools
from pathlib import Path

from gridops.web.field.scripts import sentences_below
from gridops.web.language import catalogue


@functools.lru_cache(maxsize=4)
def of_scripts(folder: Path, language: str) -> dict[str, str]:
    """Sentence -> how it is said in a language, read once a process. Chinese needs none."""
    if language == "zh":
        return {}
    said = catalogue(language).ugettext
    found = {sentence: str(said(sentence)) for sentence in sorted(set(sentences_below(folder)))}
    return {sentence: words for sentence, words in found.items() if words != sentence}
