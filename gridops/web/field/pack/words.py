"""The sentences of the field app in a language: those of its scripts, from the one catalogue of all pages."""

from __future__ import annotations

import functools
from pathlib import Path

from gridops.web.field.scripts import sentences_below
from gridops.web.language import catalogue, counted


@functools.lru_cache(maxsize=4)
def of_scripts(folder: Path, language: str) -> dict[str, str | list[str]]:
    """Sentence -> how it is said in a language, of one and of many where that differs. Chinese needs none."""
    if language == "zh":
        return {}
    kept, found = catalogue(language), dict[str, str | list[str]]()
    for sentence in sorted(set(sentences_below(folder))):
        one, many = (counted(kept, sentence, count) for count in (1, 2))
        if many != sentence:
            found[sentence] = many if one == many else [one, many]
    return found
