"""What may be handed in by the pages of the office: a draft to be opened, an edited text, reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.bulletins.rules.series import ANSWER_DAYS, REVIEW_DAYS, SERIES
from gridops.bulletins.rules.sheets import Answer
from gridops.core import clock, fields
from gridops.core.errors import FieldError, Invalid
from gridops.core.fields import Reader
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


@dataclass(frozen=True, slots=True)
class SeriesForm:
    """What a series is called, how it cuts time, and those of its settings that are not the shipped ones."""

    name: str
    month_day: int
    week_day: int
    settings: dict[str, Any]


# Longest of each name, so that a head fits its line and a foot its page.
LONGEST = {
    "name": 20, "body_name": 40, "body_short_name": 20, "office": 30, "head": 30, "subject": 20, "addressee": 80,
    "report_to": 120, "copy_to": 120, "send_to": 120,
}  # fmt: skip
_LAST_MONTH_DAY = 28
_MOST_DAYS = 90
_BLAME = "通报批评"


def series_form(raw: Mapping[str, str]) -> SeriesForm:
    """Read the settings of a series; what is left empty is the shipped value. Invalid names each field.

    Wording: a foot and an addressee without their marks, which the paper sets itself; a subject that fits
    关于…情况的通报; never 通报批评, which is itself a penalty (行政处罚法 art. 9).
    """
    errors: list[FieldError] = []
    told = {name: _line(raw.get(name, "")) for name in LONGEST}
    told["addressee"] = told["addressee"].rstrip("：:，,。；; ")
    for name, label in (("report_to", "报"), ("copy_to", "送"), ("send_to", "发")):
        told[name] = re.sub(rf"^{label}\s*[：:]\s*", "", told[name]).rstrip("。；;，, ")
    for name, text in told.items():
        if len(text) > LONGEST[name]:
            errors.append(FieldError(name, f"最多{LONGEST[name]}字"))
        elif _BLAME in text:
            errors.append(FieldError(name, "不得使用“通报批评”：这是行政处罚的种类，须另有处罚决定"))
        elif text and not any(mark.isalnum() for mark in text):
            errors.append(FieldError(name, "请填写文字"))
    if not told["name"]:
        errors.append(FieldError("name", "请填写系列名称"))
    if told["subject"].startswith("关于") or told["subject"].endswith(("情况", "通报")):
        errors.append(FieldError("subject", "标题为“关于……情况的通报”，此处只填中间的内容，例如“城市管理工作”"))
    settings: dict[str, Any] = {name: text for name, text in told.items() if text and name != "name"}
    settings |= _threshold(raw, errors)
    answer = _number(raw, "answer_days", 1, _MOST_DAYS, errors)
    review = _number(raw, "review_days", 1, _MOST_DAYS, errors)
    settings |= {name: days for name, days in (("answer_days", answer), ("review_days", review)) if days is not None}
    if raw.get("penalised_all_sources"):
        settings["penalised_all_sources"] = True
    if (review or REVIEW_DAYS) < (answer or ANSWER_DAYS):
        errors.append(FieldError("review_days", "回头看不能早于报送期限"))
    month_day = _number(raw, "month_day", 1, _LAST_MONTH_DAY, errors)
    week_day = _number(raw, "week_day", 1, 7, errors)
    if errors:
        raise Invalid(*errors)
    return SeriesForm(told["name"], month_day or 1, week_day or 1, settings)


def _threshold(raw: Mapping[str, str], errors: list[FieldError]) -> dict[str, str]:
    """The standing threshold in percent as typed, "87.5"; nothing where it is left empty."""
    text = _line(raw.get("standing_threshold", "")).rstrip("%％")
    if not text:
        return {}
    if not re.fullmatch(r"(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)", text):
        errors.append(FieldError("standing_threshold", "请填写0至100的数，最多两位小数"))
        return {}
    return {"standing_threshold": text}


def _number(raw: Mapping[str, str], name: str, least: int, most: int, errors: list[FieldError]) -> int | None:
    text = _line(raw.get(name, ""))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text) or not least <= int(text) <= most:
        errors.append(FieldError(name, f"请填写{least}至{most}的整数"))
        return None
    return int(text)


def reason(raw: Mapping[str, str]) -> str:
    """The reason said with a step; empty where none was given."""
    said = _line(raw.get("reason", ""))
    if len(said) > LONGEST_REASON:
        raise Invalid(("reason", f"理由最多{LONGEST_REASON}字"))
    return said


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """What a unit answers to its 核对单; a dispute says in words what is wrong."""

    answer: Answer
    words: str


def sheet_answer(raw: Mapping[str, str]) -> SheetAnswer:
    """The answer of a unit; Invalid names `answer` or `words`."""
    told, said = raw.get("answer", ""), sheet_words(raw)
    if told not in set(Answer):
        raise Invalid(("answer", "请选择“属实”或者“有异议”"))
    if told == Answer.DISPUTE and not said:
        raise Invalid(("words", "有异议的，请写明不符之处和依据"))
    return SheetAnswer(Answer(told), said)


def sheet_words(raw: Mapping[str, str]) -> str:
    """What is said with an answer or a settlement; empty where nothing was."""
    said = "\n".join(lines_of(raw.get("words", "")))
    if len(said) > LONGEST_REASON:
        raise Invalid(("words", f"最多{LONGEST_REASON}字"))
    return said


@dataclass(frozen=True, slots=True)
class NewItem:
    """A problem item that an editor adds; `sentence`: as it stands in the text where one was marked there."""

    unit: str
    fact: str
    place: str
    case: str | None
    due_on: date | None
    reason: str
    basis: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What an editor does to an item: takes it `out`, or words it (`fact` None: only puts it back), with a reason."""

    out: bool
    fact: str | None
    place: str
    due_on: date | None
    reason: str
    version: int


def new_item(raw: Mapping[str, str]) -> NewItem:
    """An item to be added; Invalid names each field."""
    read = Reader(raw)
    found = NewItem(
        unit=read("unit", fields.text(60), required=True),
        fact=read("fact", fields.text(LONGEST_REASON), required=True),
        place=read("place", fields.text(200)) or "",
        case=read("case", fields.text(40)),
        due_on=read("due_on", fields.day),
        reason=read("reason", fields.text(LONGEST_REASON), required=True),
        basis=read("basis", fields.text(80)) or "",
        sentence=read("sentence", fields.text(LONGEST_TEXT)) or "",
    )
    read.done(others=True)
    return found


def item_change(raw: Mapping[str, str]) -> ItemChange:
    """What is done to an item; Invalid names each field."""
    read = Reader(raw)
    out = raw.get("do") == "out"
    found = ItemChange(
        out=out,
        fact=read("fact", fields.text(LONGEST_REASON), required=raw.get("do") == "edit"),
        place=read("place", fields.text(200)) or "",
        due_on=read("due_on", fields.day),
        reason=read("reason", fields.text(LONGEST_REASON), required=True),
        version=version({"version": raw.get("version", "")}),
    )
    read.done(others=True)
    return found


def version(raw: Mapping[str, str]) -> int:
    """The version the form was made from; Invalid where it is missing."""
    told = raw.get("version", "")
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise Invalid(("version", "页面已失效，请刷新后再试"))
    return int(told)


def place(raw: Mapping[str, str]) -> tuple[int, int]:
    """Chapter and paragraph that are meant, counted from 0; Invalid for nonsense."""
    told = [raw.get(name, "") for name in ("chapter", "paragraph")]
    if not all(text.isascii() and text.isdigit() and len(text) < 6 for text in told):
        raise Invalid(("text", "页面已失效，请刷新后再试"))
    return int(told[0]), int(told[1])


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
