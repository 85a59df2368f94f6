"""Whether a person may make a move now: the table of moves against the person's standing and the facts of the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gridops.cases.rules.closing import CLOSERS
from gridops.cases.rules.facts import Facts
from gridops.cases.rules.moves import ENDED, IF_ANY, MOVES, Bar, May, Move, MoveRule, State, Tie
from gridops.cases.rules.names import MOVE_NAMES, STATE_NAMES
from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.people.rules import Role

# Why a case that stands under a condition cannot go over to a category without any.
NO_CONDITION = "该类别没有现行的立案条件，已立案的案件不能改为该类别，请管理员先补充立案条件"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is to one case: roles held in the jurisdiction, over the case's grid, for its unit, for the office
    of a community other than its unit, for a unit that still has to help; whether they reported, handle, sent out
    again, or asked; and by which ties cases of the jurisdiction are closed (`rules.closing`).
    """

    root: frozenset[Role] = frozenset()
    territory: frozenset[Role] = frozenset()
    unit: frozenset[Role] = frozenset()
    other_community: frozenset[Role] = frozenset()
    helper: frozenset[Role] = frozenset()
    reporter: bool = False
    handler: bool = False
    resender: bool = False
    asker: bool = False
    closers: frozenset[Tie] = CLOSERS

    def meets(self, way: May) -> bool:
        """Whether one way of being entitled is met."""
        if way.tie is Tie.REPORTER:
            return self.reporter and (way.role is None or way.role in self.root)
        held: frozenset[Role] = getattr(self, way.tie.value)
        return way.role in held


class Why(StrEnum):
    """What a refusal is about: the person, or the state of the case."""

    PERSON = "person"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move is refused, in a sentence for the person."""

    why: Why
    words: str


def refusal(move: Move, facts: Facts, source: Source, standing: Standing | None) -> Refusal | None:
    """Why this person may not make this move on this case now; None when they may. Fields are judged elsewhere.

    `standing` None: the calendar acts, which no role binds.
    """
    rule = MOVES[move]
    if standing is not None and (words := person_refused(move, standing)):
        return Refusal(Why.PERSON, words)
    if facts.state not in rule.from_states:
        return Refusal(Why.CASE, f"案件{STATE_NAMES[facts.state]}，不能{MOVE_NAMES[move]}")
    if facts.suspended_at and not rule.suspended:
        return Refusal(Why.CASE, f"案件已挂账，恢复后才能{MOVE_NAMES[move]}")
    condition = _CONDITIONS.get(move)
    words = condition(facts, source) if condition else None
    return Refusal(Why.CASE, words) if words else None


def person_refused(move: Move, standing: Standing) -> str | None:
    """Why this person may not make this move on this case in any state."""
    rule = MOVES[move]
    if not any(standing.meets(way) for way in _ways(move, standing)):
        return f"您的岗位或责任范围不能{MOVE_NAMES[move]}此案件"
    bar = next((bar for bar in rule.bars if getattr(standing, bar.value)), None)
    return None if bar is None else _BARRED[bar]


def closes_as_reporter(standing: Standing) -> bool:
    """Whether nothing but having reported it entitles this person to close the case."""
    return {way.tie for way in _ways(Move.CLOSE, standing) if standing.meets(way)} == {Tie.REPORTER}


def _ways(move: Move, standing: Standing) -> tuple[May, ...]:
    """The entitlements of a move that count: who closes is data."""
    may = MOVES[move].may
    return tuple(way for way in may if way.tie in standing.closers) if move is Move.CLOSE else may


def moves_for(facts: Facts, source: Source, standing: Standing) -> list[Move]:
    """The moves this person may make now, in the order of the table."""
    return [move for move in MOVES if move is not Move.REPORT and refusal(move, facts, source, standing) is None]


def missing(rule: MoveRule, given: frozenset[str]) -> list[str]:
    """The fields that the move needs whatever the case, and that were not handed in."""
    return [field for field in rule.needs if field not in given and field not in IF_ANY]


_BARRED = {
    Bar.HANDLER: "核查、结案不能由本案处置人员进行",
    Bar.RESENDER: "重新派遣退件的人不能办理下一环节",
    Bar.ASKER: "申请延期的人不能审批自己的申请",
}


def _verified(facts: Facts, source: Source) -> str | None:
    if facts.verified is False:
        return "核实结果不属实，可不予受理"
    if facts.verified is None and source in VERIFIED_SOURCES:
        return "此来源的案件须先核实"
    return None


def _may_file(facts: Facts, source: Source) -> str | None:
    if facts.state is State.REPORTED and source in VERIFIED_SOURCES:
        return "此来源的案件须先核实、受理"
    return _verified(facts, source)


def _unchecked(facts: Facts, _source: Source) -> str | None:
    return "已核查通过，等待结案" if facts.checked_at else None


def _checked(facts: Facts, _source: Source) -> str | None:
    return None if facts.checked_at else "核查通过后才能结案"


def _may_ask(facts: Facts, _source: Source) -> str | None:
    if facts.due_at is None:
        return "案件没有时限，无须延期"
    return "已有一份延期申请待审批" if facts.asked_at else None


def _asked(facts: Facts, _source: Source) -> str | None:
    return None if facts.asked_at else "没有待审批的延期申请"


def _may_press(facts: Facts, _source: Source) -> str | None:
    return "已有一件督办待答复" if facts.press_open else None


def _pressed(facts: Facts, _source: Source) -> str | None:
    return None if facts.press_open else "没有待答复的督办"


def _suspended(facts: Facts, _source: Source) -> str | None:
    return None if facts.suspended_at else "案件没有挂账"


def _whole(facts: Facts, _source: Source) -> str | None:
    return "案件因拆分作废，请撤销拆分" if facts.split else None


def _in_parts(facts: Facts, _source: Source) -> str | None:
    return None if facts.split else "案件没有拆分"


def _helped(facts: Facts, _source: Source) -> str | None:
    return None if facts.helpers else "案件没有会办单位"


def may_be_merged_into(state: State) -> bool:
    """A case may be merged into one that is in hand; so no chain of merged cases ever closes into a ring."""
    return state not in ENDED and state not in (State.REPORTED, State.VERIFYING, State.ACCEPTED)


_CONDITIONS: dict[Move, Callable[[Facts, Source], str | None]] = {
    Move.ACCEPT: _verified,
    Move.FILE: _may_file,
    Move.CHECK_PASSED: _unchecked,
    Move.CHECK_FAILED: _unchecked,
    Move.CLOSE: _checked,
    Move.ASK_EXTENSION: _may_ask,
    Move.EXTEND: _asked,
    Move.REFUSE_EXTENSION: _asked,
    Move.PRESS: _may_press,
    Move.ANSWER_PRESS: _pressed,
    Move.RESUME: _suspended,
    Move.UNDO_VOID: _whole,
    Move.UNDO_SPLIT: _in_parts,
    Move.END_HELP: _helped,
}
