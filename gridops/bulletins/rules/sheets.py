"""拟通报事项核对单: which units a text names and where, by when they answer, which points stay open (bulletin.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from gridops.bulletins.rules.life import Status
from gridops.worktime.rules import Calendar, Hours, LimitUnit, deadline

# Working days a unit has for its answer, the day of the asking not counted.
ANSWER_WITHIN = 2
# Before the figures are locked a text still changes under the unit; after 签发 an answer comes too late.
ASKING = frozenset({Status.FROZEN, Status.REVIEWED})
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")

Fact = dict[str, Any]


class Answer(StrEnum):
    """What a unit says to what a paper is about to say of it: 属实, 有异议."""

    AGREE = "agree"
    DISPUTE = "dispute"


ANSWER_ZH = {Answer.AGREE: "属实", Answer.DISPUTE: "有异议"}


class State(StrEnum):
    """How a sheet stands: nobody answered yet, nor in time; 属实; 有异议; the dispute settled by the editors."""

    WAITING = "waiting"
    LATE = "late"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"


STATE_ZH = {
    State.WAITING: "待答复",
    State.LATE: "逾期未答复",
    State.AGREED: "属实",
    State.DISPUTED: "有异议",
    State.SETTLED: "异议已处理",
}


class Sheet(Protocol):
    """What the rules read of a sheet."""

    @property
    def facts(self) -> list[Any]:
        """The sentences that name the unit; none: it is no longer named."""

    @property
    def due_at(self) -> datetime:
        """By when an answer is due."""

    @property
    def answer(self) -> str | None:
        """Agree, dispute, or nothing yet."""

    @property
    def settled_at(self) -> datetime | None:
        """When the editors settled a dispute."""


@dataclass(frozen=True, slots=True)
class OpenPoints:
    """What an approver is told before 签发: how many units have not answered, how many dispute."""

    unanswered: int
    disputed: int

    def __bool__(self) -> bool:
        """Whether anything is open."""
        return bool(self.unanswered or self.disputed)


def facts_of_units(text: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> dict[int, list[Fact]]:
    """Unit id -> the sentences of a text that name it, [{heading, text}] in their order; `names` of all units by id.

    Longest names first: where 城管中队市容组 stands, 城管中队 is not named. Units of one name are all asked.
    """
    ids: dict[str, list[int]] = {}
    for unit_id, name in names.items():
        if name.strip():
            ids.setdefault(name.strip(), []).append(unit_id)
    if not ids:
        return {}
    named = re.compile("|".join(re.escape(name) for name in sorted(ids, key=lambda name: (-len(name), name))))
    found: dict[int, list[Fact]] = {}
    for chapter in text:
        for paragraph in chapter["paragraphs"]:
            for sentence in _SENTENCE.findall(paragraph):
                fact = {"heading": chapter["heading"], "text": sentence.strip()}
                for name in dict.fromkeys(named.findall(sentence)):
                    for unit_id in ids[name]:
                        found.setdefault(unit_id, []).append(fact)
    return found


def due_at(asked_at: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The end of the second working day after the asking."""
    return deadline(asked_at, ANSWER_WITHIN, LimitUnit.WORKING_DAY, calendar, hours).at


def state_at(sheet: Sheet, now: datetime) -> State:
    """How a sheet stands now."""
    if sheet.answer == Answer.AGREE:
        return State.AGREED
    if sheet.answer == Answer.DISPUTE:
        return State.SETTLED if sheet.settled_at else State.DISPUTED
    return State.LATE if now > sheet.due_at else State.WAITING


def open_points(sheets: Sequence[Sheet]) -> OpenPoints:
    """Unanswered and disputed sheets, of units that the text still names."""
    told = [sheet for sheet in sheets if sheet.facts]
    return OpenPoints(
        sum(sheet.answer is None for sheet in told),
        sum(sheet.answer == Answer.DISPUTE and sheet.settled_at is None for sheet in told),
    )


def answer_fault(sheet: Sheet, status: Status) -> str | None:
    """Why a sheet takes no answer now; None where it does. A late answer is taken until 签发."""
    if status not in ASKING:
        return "通报已签发或者尚未锁定数据，核对单不再接受答复"
    if not sheet.facts:
        return "文稿不再涉及本单位，无需答复"
    return "核对单已经答复" if sheet.answer is not None else None


def settle_fault(sheet: Sheet, status: Status) -> str | None:
    """Why there is no dispute to settle now; None where there is."""
    if status not in ASKING:
        return "通报已签发或者尚未锁定数据，不能处理异议"
    return None if sheet.answer == Answer.DISPUTE and sheet.settled_at is None else "没有待处理的异议"
