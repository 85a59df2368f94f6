"""How Chinese words are spelt (pypinyin), for finding them by their initials.

Its dictionaries of phrases fill 60 MB: a child process reads them and ends, this one keeps the few words it was asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable

import structlog

log = structlog.get_logger()

_CHILD = (
    "import json, sys; from pypinyin import lazy_pinyin; "
    "json.dump({word: lazy_pinyin(word) for word in json.load(sys.stdin)}, sys.stdout)"
)
_LONGEST_S = 30
_MOST_KEPT = 5000
_kept: dict[str, tuple[str, ...]] = {}
_lock = threading.Lock()


def syllables(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Word -> its syllables without tones (`暴露垃圾`: bao lu la ji); other letters stand as they are, marks fall out.

    Where no child can be started the words that are not known yet have none: they are still found as they are written.
    """
    wanted = list(dict.fromkeys(words))
    with _lock:
        if unknown := [word for word in wanted if word not in _kept]:
            found = _asked(unknown)
            if len(_kept) + len(found) > _MOST_KEPT:
                _kept.clear()
            _kept.update(found)
            return {word: found.get(word) or _kept.get(word, ()) for word in wanted}
        return {word: _kept[word] for word in wanted}


def initials(spelt: Iterable[str]) -> str:
    """The first letters of some syllables: bllj."""
    return "".join(part[0] for part in spelt)


def _asked(words: list[str]) -> dict[str, tuple[str, ...]]:
    try:
        child = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=json.dumps(words),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LONGEST_S,
            check=True,
        )
        told: dict[str, list[str]] = json.loads(child.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        log.exception("pinyin")
        return {}
    return {word: tuple(filter(None, map(_plain, spelt))) for word, spelt in told.items()}


def _plain(part: str) -> str:
    return "".join(letter for letter in part.lower() if letter.isalnum())
