"""What may be handed in by the pages of the office: a draft to be opened, an edited text, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridops.bulletins.rules.series import SERIES
from gridops.core import clock
from gridops.core.errors import FieldError, Invalid
from gridops.documents.rules.wording import lines_of

LONGEST_HEADING = 80
LONGEST_TEXT = 10_000
MOST_CHAPTERS = 60
LONGEST_REASON = 1000
LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class DraftForm:
    """A draft to be opened: code of the jurisdiction, label of the period, key of the series (None: by the period)."""

    jurisdiction: str
    period: str
    series: str | None


def draft_form(raw: Mapping[str, str]) -> DraftForm:
    """Read the form; `other` is a label typed instead of one of the offered periods. Invalid names the field."""
    period = _line(raw.get("other", "")) or _line(raw.get("period", ""))
    series, jurisdiction = _line(raw.get("series", "")), _line(raw.get("jurisdiction", ""))
    errors = []
    if not period:
        errors.append(FieldError("other", "请选择或填写时段"))
    elif len(period) > 20:
        errors.append(FieldError("other", "时段写法有误，例如 2017-03、2017-W10、2017-Q1"))
    if series and series not in SERIES:
        errors.append(FieldError("series", "没有这个系列"))
    if not jurisdiction:
        errors.append(FieldError("jurisdiction", "请选择辖区"))
    if errors:
        raise Invalid(*errors)
    return DraftForm(jurisdiction[:60], period, series or None)


def text_form(headings: Sequence[str], levels: Sequence[str], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Chapters as typed, [{level, heading, paragraphs}]: a line is a paragraph, an empty chapter is dropped.

    Invalid names the field with its place (`heading-0`, `text-2`), or `text` where there is nothing at all.
    """
    if not len(headings) == len(levels) == len(texts):
        raise Invalid(("text", "提交的文稿不完整，请重试"))
    if len(headings) > MOST_CHAPTERS:
        raise Invalid(("text", f"最多{MOST_CHAPTERS}章"))
    errors: list[FieldError] = []
    chapters = []
    for place, (heading, level, text) in enumerate(zip(headings, levels, texts, strict=True)):
        title, paragraphs = _line(heading), lines_of(text)
        if not title and not paragraphs:
            continue
        if len(title) > LONGEST_HEADING:
            errors.append(FieldError(f"heading-{place}", f"标题最多{LONGEST_HEADING}字"))
        if len(text) > LONGEST_TEXT:
            errors.append(FieldError(f"text-{place}", f"一章最多{LONGEST_TEXT}字"))
        number = int(level) if level in {str(known) for known in LEVELS} else 1
        chapters.append({"level": number, "heading": title, "paragraphs": paragraphs})
    if errors:
        raise Invalid(*errors)
    if not any(chapter["paragraphs"] for chapter in chapters):
        raise Invalid(("text", "文稿不能为空"))
    return chapters


def reason(raw: Mapping[str, str]) -> str:
    """The reason said with a step; empty where none was given."""
    said = _line(raw.get("reason", ""))
    if len(said) > LONGEST_REASON:
        raise Invalid(("reason", f"理由最多{LONGEST_REASON}字"))
    return said


def version(raw: Mapping[str, str]) -> int:
    """The version the form was made from; Invalid where it is missing."""
    told = raw.get("version", "")
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise Invalid(("version", "页面已失效，请刷新后再试"))
    return int(told)


def mark(text: str | None) -> tuple[datetime, int] | None:
    """Where a page of the list begins (`2017-03-01T00:00:00Z~12`); None for the first page or for nonsense."""
    starts, _, last = (text or "").partition("~")
    if not (last.isascii() and last.isdigit() and len(last) < 19):
        return None
    try:
        return clock.parse_instant(starts), int(last)
    except ValueError:
        return None


def _line(text: str) -> str:
    """One line without characters that no paper can carry."""
    return " ".join(lines_of(text))
