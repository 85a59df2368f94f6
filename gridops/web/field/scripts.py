"""The sentences of the field app's scripts: their Chinese literals, which are keys of the catalogue.

A reader of our own, since Babel's does not look into the templates within templates of which screens are made. It
tells strings, templates, comments and regular expressions apart; nothing more of the language is needed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

# Marks too: what stands between two pieces is another in English.
_CHINESE = re.compile(r"[\u3001\u3002\u3400-\u9fff\uff08-\uff1b]")
# Languages are named in themselves.
LANGUAGES = frozenset({"中文"})
# A row of characters to look for, as those of number plates: nobody writes so many without a mark.
_ROW = re.compile(r"[\u3400-\u9fff]{25,}")
# What may stand before a regular expression; after anything else a slash divides.
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%<>~^\n") | {""}
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/")
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def sentences_below(folder: Path) -> Iterator[str]:
    """The sentences of every script below a folder; those of the plain pages have none."""
    for path in sorted(folder.rglob("*.js")):
        yield from sentences_of(path.read_text(encoding="utf-8"))


def sentences_of(script: str) -> Iterator[str]:
    """The Chinese literals of a script, in their order: in its code, and in the code within its templates."""
    at, last = 0, ""
    # One entry for each template we are within: how many braces are open in the code inside it; None: its text.
    within: list[int | None] = []
    while at < len(script):
        if within and within[-1] is None:
            at, more = _text(script, at, within)
            last = more or last
            continue
        if found := _COMMENT.match(script, at):
            at = found.end()
            continue
        if found := _STRING.match(script, at):
            if _CHINESE.search(found[0]) and _is_sentence(said := str(ast.literal_eval(found[0]))):
                yield said
            at, last = found.end(), "x"
            continue
        if script[at] == "/" and last in _BEFORE_REGEX and (found := _REGEX.match(script, at)):
            at, last = found.end(), "x"
            continue
        _code(script[at], within)
        last = last if script[at] in " \t\r" else script[at]
        at += 1


def _is_sentence(said: str) -> bool:
    return said not in LANGUAGES and not _ROW.fullmatch(said)


def _text(script: str, at: int, within: list[int | None]) -> tuple[int, str]:
    """One step in the text of a template: past a letter, to its end, or into the code inside it."""
    if script[at] == "\\":
        return at + 2, ""
    if script[at] == "`":
        within.pop()
        return at + 1, "x"
    if script.startswith("${", at):
        within[-1] = 0
        return at + 2, "{"
    return at + 1, ""


def _code(letter: str, within: list[int | None]) -> None:
    """What a letter of code begins or ends: a template, or a brace of the code inside one."""
    if letter == "`":
        within.append(None)
    elif within and letter == "{":
        within[-1] = (within[-1] or 0) + 1
    elif within and letter == "}":
        within[-1] = (within[-1] or 0) - 1 if within[-1] else None
