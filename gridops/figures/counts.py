"""What each count of cases means (statistics.md §2): every condition once, as plain data. Pure; knows nothing of money.

S and E are the first instant of the period and the first after it. Facts are those that hold at E: the columns of
`case` as `cases.rules.projection` folds them from the events before E.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridops.cases.rules.moves import Move
from gridops.figures.rules.conditions import (
    All,
    AtStart,
    Before,
    BeforeEnd,
    BeforeStart,
    Condition,
    Known,
    Not,
    NotAfter,
    Some,
    UndoneWithin,
    Within,
    compiled,
    empty,
)

PREFIX = "cases."


@dataclass(frozen=True, slots=True)
class Count:
    """One count: the cases for which `when` holds, or, where `moves` are given, how often these happened in P.

    `stock`: told of a state at S or E, or holding what was overdue at E, so months do not add up to a year (不可加).
    `definition`: one sentence for readers.
    """

    key: str
    name: str
    definition: str
    when: Condition | None = None
    moves: tuple[Move, ...] = ()
    stock: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in percent: two counts by their keys."""

    key: str
    name: str
    numerator: str
    denominator: str
    definition: str


ACTIVE = All(Known("filed_at"), empty("voided_at"), empty("merged_at"))
IN_HAND = All(ACTIVE, empty("closed_at"))
PENDING = All(Known("reported_at"), empty("accepted_at"), empty("self_handled_at"), empty("declined_at"))
TIMED = Known("due_at")
CLOSED = All(ACTIVE, TIMED, Within("closed_at"))
# A suspension granted before the deadline shields the case; one granted later leaves it overdue.
OVERDUE_OPEN = All(IN_HAND, BeforeEnd("due_at"), Not(Before("suspended_at", "due_at")))
SHOULD_CLOSE = Some(CLOSED, OVERDUE_OPEN)
# The same with the unit's own clock: from the first dispatch, feedback instead of closing, its own deadline.
WITH_UNIT = All(ACTIVE, TIMED, Known("dispatched_at"))
HANDLED = All(WITH_UNIT, Within("handled_at"))
OVERDUE_UNHANDLED = All(
    WITH_UNIT, empty("handled_at"), BeforeEnd("handle_due_at"), Not(Before("suspended_at", "handle_due_at"))
)
SHOULD_HANDLE = Some(HANDLED, OVERDUE_UNHANDLED)
# Filed and out of hand at S, and brought back by an undoing in P. One made and undone within P is only a rework.
REOPENED = All(AtStart(Known("filed_at")), Not(AtStart(IN_HAND)), UndoneWithin())
# A case closed before S and voided later is a correction of the issue that had counted it, so it is none of these.
HELD_IN_PERIOD = Some(AtStart(IN_HAND), Within("filed_at"), REOPENED)

COUNTS: tuple[Count, ...] = (
    Count("reported", "上报数", "统计时段内首次上报的问题。", Within("reported_at")),
    Count(
        "self_handled",
        "自行处置数",
        "统计时段内由监督员当场自行处置的问题，只计上报，不计受理和立案。",
        Within("self_handled_at"),
    ),
    Count("declined", "不予受理数", "统计时段内决定不予受理的问题。", Within("declined_at")),
    Count("accepted", "受理数", "统计时段内首次受理的问题。", Within("accepted_at")),
    Count("not_filed", "不予立案数", "统计时段内决定不予立案的问题。", Within("not_filed_at")),
    Count("filed", "立案数", "统计时段内首次立案的案件。", Within("filed_at")),
    Count("dispatched", "派遣数", "统计时段内首次派遣的案件。", Within("dispatched_at")),
    Count(
        "should_handle",
        "应处置数",
        "期末前已派遣的有效有时限案件中，统计时段内已处置的，加上处置时限在期末前届满仍未处置且未挂账的。",
        SHOULD_HANDLE,
        stock=True,
    ),
    Count("handled", "处置数", "应处置案件中，统计时段内处置单位已反馈且反馈仍有效的。", HANDLED),
    Count(
        "handled_on_time",
        "按期处置数",
        "处置数中，反馈不晚于当时有效处置时限的；逾期后批准的延期不计。",
        All(HANDLED, NotAfter("handled_at", "handle_due_fair_at")),
    ),
    Count(
        "should_close",
        "应结案数",
        "有效有时限案件中，统计时段内已结案的，加上期末前到期而超期未结案的；分为上期结转、本期到期、提前结案三部分。",
        SHOULD_CLOSE,
        stock=True,
    ),
    Count("closed", "结案数", "有效有时限案件中，统计时段内结案且期末前未被撤销结案的。", CLOSED),
    Count(
        "closed_on_time",
        "按期结案数",
        "结案数中，结案不晚于当时有效时限的；逾期后批准的延期不计。",
        All(CLOSED, NotAfter("closed_at", "due_fair_at")),
    ),
    Count(
        "overdue_open",
        "超期未结案数",
        "时限在期末前届满、期末仍未结案且未在到期前挂账的有效案件。",
        OVERDUE_OPEN,
        stock=True,
    ),
    Count(
        "carried_in",
        "上期结转数",
        "应结案案件中，时限在统计时段开始前届满的。",
        All(SHOULD_CLOSE, BeforeStart("due_at")),
        stock=True,
    ),
    Count(
        "due_in",
        "本期到期数",
        "应结案案件中，时限在统计时段内届满的。",
        All(SHOULD_CLOSE, Not(BeforeStart("due_at")), BeforeEnd("due_at")),
    ),
    Count(
        "closed_early",
        "提前结案数",
        "应结案案件中，时限在期末以后届满的。",
        All(SHOULD_CLOSE, Not(BeforeEnd("due_at"))),
    ),
    Count(
        "rework",
        "返工数",
        "应结案案件中，立案后、期末前曾核查不通过或被撤销结案的。",
        All(SHOULD_CLOSE, Known("failed_at")),
        stock=True,
    ),
    Count(
        "extended",
        "延期数",
        "应结案案件中，期末前曾批准延期的。",
        All(SHOULD_CLOSE, Known("extended_at")),
        stock=True,
    ),
    Count(
        "suspended",
        "挂账数",
        "期末处于挂账或缓办状态的在办案件。",
        All(IN_HAND, Known("suspended_at")),
        stock=True,
    ),
    Count(
        "voided",
        "作废数",
        "期初在办、本期立案或本期重开的案件中，统计时段内作废的。",
        All(Within("voided_at"), HELD_IN_PERIOD),
    ),
    Count(
        "merged",
        "并案数",
        "期初在办、本期立案或本期重开的案件中，统计时段内并入其他案件的。",
        All(Within("merged_at"), HELD_IN_PERIOD),
    ),
    Count(
        "reopened",
        "重开数",
        "统计时段开始前已结案、作废或并案，在统计时段内被撤销而重新在办的案件。",
        REOPENED,
    ),
    Count(
        "no_deadline",
        "无时限立案数",
        "统计时段内立案而没有办理时限的案件，不计入应处置和应结案。",
        All(Within("filed_at"), Not(TIMED)),
    ),
    Count(
        "closed_no_deadline",
        "无时限结案数",
        "没有办理时限的有效案件中，统计时段内结案的。",
        All(ACTIVE, Not(TIMED), Within("closed_at")),
    ),
    Count(
        "pending_start",
        "期初待受理数",
        "期初已上报而未受理、未自行处置、未决定不予受理的问题。",
        AtStart(PENDING),
        stock=True,
    ),
    Count("pending_end", "期末待受理数", "期末已上报而未受理、未自行处置、未决定不予受理的问题。", PENDING, stock=True),
    Count("in_hand_start", "期初在办数", "期初有效而未结案的案件，含挂账。", AtStart(IN_HAND), stock=True),
    Count("in_hand_end", "期末在办数", "期末有效而未结案的案件，含挂账。", IN_HAND, stock=True),
    Count(
        "rework_turns",
        "返工次数",
        "统计时段内核查不通过和撤销结案的次数。",
        moves=(Move.CHECK_FAILED, Move.UNDO_CLOSING),
    ),
    Count("extension_turns", "延期次数", "统计时段内批准延期的次数。", moves=(Move.EXTEND,)),
    Count("returned", "退件数", "统计时段内处置单位退件的次数。", moves=(Move.RETURN,)),
)

RATES: tuple[Rate, ...] = (
    Rate("filing_rate", "立案率", "filed", "accepted", "立案数与受理数之比；两者并非同一批案件，可能超过100%。"),
    Rate("dispatch_rate", "派遣率", "dispatched", "filed", "派遣数与立案数之比；两者并非同一批案件，可能超过100%。"),
    Rate("closing_rate", "结案率", "closed", "should_close", "结案数与应结案数之比。"),
    Rate("on_time_rate", "按期结案率", "closed_on_time", "should_close", "按期结案数与应结案数之比。"),
    Rate("handling_rate", "处置率", "handled", "should_handle", "处置数与应处置数之比。"),
    Rate(
        "on_time_handling_rate",
        "按期处置率",
        "handled_on_time",
        "should_handle",
        "按期处置数与应处置数之比；反馈至核查之间的等待不计入单位用时。",
    ),
    Rate("rework_rate", "返工率", "rework", "should_close", "返工数与应结案数之比。"),
    Rate("extension_rate", "延期率", "extended", "should_close", "延期数与应结案数之比。"),
    Rate("return_rate", "退件率", "returned", "dispatched", "退件数与派遣数之比；两者并非同一批案件。"),
)

FLAGS: dict[str, Condition] = {count.key: count.when for count in COUNTS if count.when is not None}
TURNS: dict[str, tuple[Move, ...]] = {count.key: count.moves for count in COUNTS if count.moves}
KEYS: tuple[str, ...] = (*FLAGS, *TURNS)
BITS: dict[str, int] = {key: 1 << place for place, key in enumerate(FLAGS)}
PROGRAM = compiled(FLAGS)
ATOMS: tuple[Condition, ...] = PROGRAM.atoms

# Each must hold, or the build stops and names the difference: the sum of the left counts is that of the right ones.
EQUATIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("pending_start", "reported"), ("accepted", "self_handled", "declined", "pending_end")),
    (
        ("in_hand_start", "filed", "reopened"),
        ("closed", "closed_no_deadline", "voided", "merged", "in_hand_end"),
    ),
    (("should_close",), ("closed", "overdue_open")),
    (("should_close",), ("carried_in", "due_in", "closed_early")),
)
