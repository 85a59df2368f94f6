"""Days by which a typed text wants something done, and that are over (pure): 于4月12日前报送 on the 15th of April."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gridops.bulletins.rules.said import WIDE

# 4月12日前, 2017年4月12日（星期三）18时之前, 4月底前, 报送截止时间为4月12日.
_DAY = r"(?:(?P<year>\d{4})\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?:(?P<day>\d{1,2})\s*[日号]|(?P<last>底|末))"
_HOUR = r"(?:\s*[（(][^（）()]{1,8}[）)])?\s*(?:(?:上午|下午|中午|晚上?)?\s*(?:\d{1,2}[时点:：]\d{0,2}分?)?|下班)"
_UNTIL = re.compile(
    rf"截止(?:日期|时间|期限)?\s*(?:为|到|至|是|[：:])?\s*{_DAY.replace('?P<', '?P<to_')}"
    rf"|(?<!\d){_DAY}{_HOUR}\s*(?:之前|以前|前|截止|为止|为限)"
)
# What a unit is told to do; a sentence without any tells what was, not what is wanted.
_WANTED = re.compile(r"请|报送|报告|上报|反馈|答复|回复|回头看|整改|完成|办结|办理|处置|落实|复查|销号|提交|改正")
# Told of what was to be done, or was done: 已于3月20日前完成.
_TOLD = re.compile(r"(?:已经?|曾|原定|原应|本应|均)[于在应]?\s*$")
_SENTENCE = re.compile(r"[^。；;！？!?\n]+")
# A day without a year lies in the year of the period's end, or in the next one where that would be long before it.
_LONG_BEFORE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Passed:
    """One day of a text that is over: its words, its sentence, the chapter it stands in."""

    heading: str
    sentence: str
    said: str
    day: date


def passed(text: Sequence[Mapping[str, Any]], last_day: date, today: date) -> list[Passed]:
    """The days by which a text wants something done that are over or run out `today`, in the order of the text.

    `last_day`: of the period that the paper reports on.
    """
    return [
        Passed(str(chapter.get("heading", "")), sentence.strip(), said, day)
        for chapter in text
        for line in chapter["paragraphs"]
        for sentence in _SENTENCE.findall(line)
        for said, day in _wanted_by(sentence, last_day)
        if day <= today
    ]


def _wanted_by(sentence: str, last_day: date) -> Iterator[tuple[str, date]]:
    plain = sentence.translate(WIDE)
    if not _WANTED.search(plain):
        return
    for match in _UNTIL.finditer(plain):
        told = {name.removeprefix("to_"): value for name, value in match.groupdict().items() if value}
        day = _day(told, last_day)
        if day and not _TOLD.search(plain[: match.start()]):
            yield sentence[match.start() : match.end()], day


def _day(told: Mapping[str, str], last_day: date) -> date | None:
    """The day that was typed; None where there is no such day."""
    month, year = int(told["month"]), int(told.get("year", last_day.year))
    if not (1 <= month <= 12 and date.min.year < year < date.max.year):
        return None
    number = calendar.monthrange(year, month)[1] if "last" in told else int(told["day"])
    try:
        found = date(year, month, number)
        if "year" not in told and found < last_day - _LONG_BEFORE:
            found = date(year + 1, month, number)
    except ValueError:  # 2月30日
        return None
    return found
