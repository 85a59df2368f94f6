"""States of a case and the table of allowed moves: who may, from where, what it needs and writes, which clock runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.people.rules import Role

__all__ = [
    "ENDED",
    "IF_ANY",
    "MOVES",
    "NEVER_FILED",
    "STATE_CLOCKS",
    "VERIFIED_SOURCES",
    "Bar",
    "Clock",
    "May",
    "Move",
    "MoveRule",
    "Source",
    "State",
    "Suspension",
    "Tie",
    "clock_after",
    "moves_of",
]


class State(StrEnum):
    """States of the contract; `suspended` is a flag beside them."""

    REPORTED = "reported"
    VERIFYING = "verifying"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SELF_HANDLED = "self_handled"
    FILED = "filed"
    NOT_FILED = "not_filed"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    HANDLED = "handled"
    CHECKING = "checking"
    CLOSED = "closed"
    VOIDED = "voided"
    MERGED = "merged"


class Move(StrEnum):
    """What may happen to a case."""

    REPORT = "report"
    SELF_HANDLE = "self_handle"
    SEND_TO_VERIFY = "send_to_verify"
    VERIFY = "verify"
    ACCEPT = "accept"
    DECLINE = "decline"
    FILE = "file"
    NOT_FILE = "not_file"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    FEEDBACK = "feedback"
    SEND_TO_CHECK = "send_to_check"
    CHECK_PASSED = "check_passed"
    CHECK_FAILED = "check_failed"
    CLOSE = "close"
    UNDO_CLOSING = "undo_closing"
    RETURN = "return"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    REFUSE_EXTENSION = "refuse_extension"
    REMIND = "remind"
    PRESS = "press"
    ANSWER_PRESS = "answer_press"
    SUSPEND = "suspend"
    RESUME = "resume"
    VOID = "void"
    UNDO_VOID = "undo_void"
    MERGE = "merge"
    UNDO_MERGE = "undo_merge"
    SPLIT = "split"
    UNDO_SPLIT = "undo_split"
    JOIN = "join"
    HELP_DONE = "help_done"
    HELP_RETURN = "help_return"
    END_HELP = "end_help"
    RECATEGORISE = "recategorise"
    RELOCATE = "relocate"
    ADD_EVIDENCE = "add_evidence"
    RECOUNT = "recount"


class Clock(StrEnum):
    """Which clock runs: the centre's (between feedback and check too, never the unit's), the unit's, or none."""

    CENTRE = "centre"
    UNIT = "unit"
    STOPPED = "stopped"


class Suspension(StrEnum):
    """The two reasons of a suspension: cause outside the unit (挂账), or to a set date (缓办)."""

    OUTSIDE = "outside"
    SET_DATE = "set_date"


class Tie(StrEnum):
    """How a role must be tied to the case before its holder may act.

    `root`: held anywhere in the jurisdiction. `territory`: held for the case's grid or one above. `unit`: held for the
    case's unit or one above, and its territory. `reporter`: the person reported the case (role None) or reported it
    and still holds the role. `other_community`: held for a community's office, which is not the case's own unit, and
    for its territory. `helper`: held for a unit that helps and has not told its result yet, or one above it; wherever
    the case lies, since that unit was named.
    """

    ROOT = "root"
    TERRITORY = "territory"
    UNIT = "unit"
    REPORTER = "reporter"
    OTHER_COMMUNITY = "other_community"
    HELPER = "helper"


class Bar(StrEnum):
    """Who may not, whatever the role.

    `handler`: who handles the case (holds that role for its unit or one that helps, or gave the feedback).
    `resender`: who sent out a case that had been returned; a receiver of a returned case may correct and send again,
    not take the step after it (standards.md 1.4). `asker`: who asked for the extension.
    """

    HANDLER = "handler"
    RESENDER = "resender"
    ASKER = "asker"


@dataclass(frozen=True, slots=True)
class May:
    """One way of being entitled: a role and its tie to the case."""

    role: Role | None
    tie: Tie = Tie.TERRITORY


@dataclass(frozen=True, slots=True)
class MoveRule:
    """One row of the table.

    `to` None leaves the state, or lets the projection find it (`undo_*`, `check_failed`). `needs` must be handed in,
    `takes` may be; of these `once_filed` must be once the case is filed, and is not asked for before. `writes` are the
    columns of the event that the move fills beside who, when and words.
    `clock`: the clock that runs afterwards; None leaves it as the state and suspension say (`clock_after`).
    `suspended`: allowed while the case is suspended. `changes`: whether it counts as a move of the case at all.
    """

    from_states: frozenset[State]
    to: State | None
    may: tuple[May, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    once_filed: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    clock: Clock | None = None
    bars: tuple[Bar, ...] = ()
    suspended: bool = False
    changes: bool = True

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that some entitlement names."""
        return frozenset(way.role for way in self.may if way.role is not None)

    def needed(self, *, filed: bool) -> tuple[str, ...]:
        """What must be handed in for a case that is filed, or is not yet."""
        return (*self.needs, *(self.once_filed if filed else ()))

    def may_take(self) -> tuple[str, ...]:
        """What may be handed in whether the case is filed or not, and need not be."""
        return tuple(name for name in self.takes if name not in self.once_filed)


_S = State
_IN_UNIT = (_S.DISPATCHED, _S.RECEIVED)
_FILED_ON = (_S.FILED, _S.DISPATCHED, _S.RECEIVED, _S.HANDLED, _S.CHECKING)
_BEFORE_FILING = (_S.REPORTED, _S.VERIFYING, _S.ACCEPTED)
NEVER_FILED = frozenset({_S.DECLINED, _S.SELF_HANDLED, _S.NOT_FILED})
ENDED = NEVER_FILED | {_S.CLOSED, _S.VOIDED, _S.MERGED}

# Needed only where the category has conditions to choose from: a local extension may have none, and no limit then.
IF_ANY = frozenset({"condition", "closing_condition"})

# The clock of each state; a suspension stops any of them.
STATE_CLOCKS: dict[State, Clock] = {
    **dict.fromkeys((*_BEFORE_FILING, _S.FILED, _S.HANDLED, _S.CHECKING), Clock.CENTRE),
    **dict.fromkeys(_IN_UNIT, Clock.UNIT),
    **dict.fromkeys(ENDED, Clock.STOPPED),
}

_CLERK, _LEADER, _SENDER = (May(role) for role in (Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER))
_INSPECTOR = May(Role.INSPECTOR)
_HANDLER = May(Role.HANDLER, Tie.UNIT)
_HELPER = May(Role.HANDLER, Tie.HELPER)
_REPORTERS = (Role.INSPECTOR, Role.OFFICER, Role.INTAKE_CLERK, Role.SHIFT_LEADER)
_ANYONE_REPORTING = tuple(May(role, Tie.ROOT) for role in _REPORTERS)


def _row(
    states: tuple[State, ...], to: State | None, *may: May, clock: Clock | None = None, **more: object
) -> MoveRule:
    runs = clock or (STATE_CLOCKS[to] if to else None)
    return MoveRule(frozenset(states), to, may, clock=runs, **more)  # type: ignore[arg-type]


# The one table. A report begins a case, so it starts from nothing.
MOVES: dict[Move, MoveRule] = {
    Move.REPORT: _row((), _S.REPORTED, *_ANYONE_REPORTING, writes=("category_id",)),
    # On the spot, by whoever reported it or walks there (自行处置); photos only where the category asks for them.
    Move.SELF_HANDLE: _row(
        (_S.REPORTED,),
        _S.SELF_HANDLED,
        _INSPECTOR,
        May(Role.OFFICER),
        May(Role.INSPECTOR, Tie.REPORTER),
        May(Role.OFFICER, Tie.REPORTER),
        takes=("words",),
    ),
    Move.SEND_TO_VERIFY: _row((_S.REPORTED,), _S.VERIFYING, _CLERK, takes=("words",)),
    # Back to the clerk with the outcome: true opens acceptance, untrue lets the clerk decline.
    Move.VERIFY: _row(
        (_S.VERIFYING,), _S.REPORTED, _INSPECTOR, needs=("outcome",), takes=("words",), writes=("outcome",)
    ),
    Move.ACCEPT: _row((_S.REPORTED,), _S.ACCEPTED, _CLERK, takes=("words",)),
    Move.DECLINE: _row((_S.REPORTED, _S.VERIFYING), _S.DECLINED, _CLERK, needs=("reason",)),
    # A patrol's report and a superior's instruction may be filed directly; others by way of acceptance (1.4).
    Move.FILE: _row(
        (_S.REPORTED, _S.ACCEPTED),
        _S.FILED,
        _LEADER,
        needs=("condition",),
        takes=("words",),
        writes=("condition_id", "due_at"),
    ),
    Move.NOT_FILE: _row((_S.ACCEPTED,), _S.NOT_FILED, _LEADER, needs=("reason",)),
    # The unit's own clock begins with a unit's first dispatch; a unit that returned a case gets no new one.
    Move.DISPATCH: _row(
        (_S.FILED,), _S.DISPATCHED, _SENDER, needs=("unit",), takes=("words",), writes=("unit_id", "handle_due_at")
    ),
    Move.RECEIVE: _row((_S.DISPATCHED,), _S.RECEIVED, _HANDLER, bars=(Bar.RESENDER,)),
    Move.FEEDBACK: _row(_IN_UNIT, _S.HANDLED, _HANDLER, needs=("words",), bars=(Bar.RESENDER,)),
    Move.SEND_TO_CHECK: _row((_S.HANDLED,), _S.CHECKING, _SENDER, _CLERK, takes=("words",)),
    # 核查 is done by an inspector, never by the handler. A failed check is rework: the clock continues.
    Move.CHECK_PASSED: _row(
        (_S.CHECKING,), None, _INSPECTOR, takes=("words",), bars=(Bar.HANDLER,), clock=Clock.CENTRE
    ),
    Move.CHECK_FAILED: _row((_S.CHECKING,), None, _INSPECTOR, needs=("reason",), bars=(Bar.HANDLER,), clock=Clock.UNIT),
    Move.CLOSE: _row(
        (_S.CHECKING,),
        _S.CLOSED,
        _LEADER,
        May(None, Tie.REPORTER),
        May(Role.HANDLER, Tie.OTHER_COMMUNITY),
        needs=("closing_condition",),
        takes=("words",),
        bars=(Bar.HANDLER,),
    ),
    Move.UNDO_CLOSING: _row((_S.CLOSED,), None, _LEADER, needs=("reason",), clock=Clock.UNIT),
    Move.RETURN: _row(_IN_UNIT, _S.FILED, _HANDLER, needs=("reason",)),
    Move.ASK_EXTENSION: _row(_IN_UNIT, None, _HANDLER, needs=("reason", "due"), writes=("until_at",)),
    Move.EXTEND: _row(
        _IN_UNIT, None, _LEADER, takes=("due", "words"), writes=("due_at", "handle_due_at"), bars=(Bar.ASKER,)
    ),
    Move.REFUSE_EXTENSION: _row(_IN_UNIT, None, _LEADER, needs=("reason",), bars=(Bar.ASKER,)),
    # 催办: whoever has the case is told again. It changes nothing and makes no form stale.
    Move.REMIND: _row(_IN_UNIT, None, _LEADER, _SENDER, _CLERK, takes=("words",), changes=False),
    # 督办: a leader presses whoever has the case, with an answer due. Like a reminder it changes nothing; it stays open
    # until the unit has answered or the case has ended, whatever else happens meanwhile.
    Move.PRESS: _row(
        _IN_UNIT, None, _LEADER, May(Role.LEADER), needs=("words", "due"), writes=("until_at",), changes=False
    ),
    Move.ANSWER_PRESS: _row(
        (*_IN_UNIT, _S.HANDLED, _S.CHECKING), None, _HANDLER, needs=("words",), suspended=True, changes=False
    ),
    Move.SUSPEND: _row(
        _FILED_ON,
        None,
        _LEADER,
        needs=("reason", "suspension"),
        takes=("resume_on",),
        writes=("until_at",),
        clock=Clock.STOPPED,
    ),
    Move.RESUME: _row(_FILED_ON, None, _LEADER, takes=("words",), writes=("due_at", "handle_due_at"), suspended=True),
    # A closed case may be voided too: a correction of the issue that had counted it (statistics.md §2).
    Move.VOID: _row(
        (*_FILED_ON, _S.CLOSED),
        _S.VOIDED,
        _LEADER,
        needs=("reason",),
        writes=("due_at", "handle_due_at"),
        suspended=True,
    ),
    Move.UNDO_VOID: _row((_S.VOIDED,), None, _LEADER, needs=("reason",)),
    Move.MERGE: _row(
        _FILED_ON,
        _S.MERGED,
        _LEADER,
        needs=("into",),
        takes=("words",),
        writes=("into_id", "due_at", "handle_due_at"),
        suspended=True,
    ),
    Move.UNDO_MERGE: _row((_S.MERGED,), None, _LEADER, needs=("reason",)),
    # Several problems in one: it counts as voided, its parts as filed at that instant, each with its deadline and
    # condition (statistics.md §2). Undone while nobody has touched a part; the parts are then voided.
    Move.SPLIT: _row(
        _FILED_ON,
        _S.VOIDED,
        _LEADER,
        needs=("parts",),
        takes=("words",),
        writes=("due_at", "handle_due_at", "details"),
        suspended=True,
    ),
    Move.UNDO_SPLIT: _row((_S.VOIDED,), None, _LEADER, needs=("reason",)),
    # 会办: the unit that has the case leads and answers for it; others help, each with its task. No clock follows them,
    # no figure counts them. A unit named again has another task or another date.
    Move.JOIN: _row(
        _IN_UNIT,
        None,
        _SENDER,
        _LEADER,
        needs=("unit", "words"),
        takes=("due",),
        writes=("unit_id", "until_at"),
        changes=False,
    ),
    Move.HELP_DONE: _row(
        _FILED_ON, None, _HELPER, needs=("words",), writes=("unit_id",), suspended=True, changes=False
    ),
    Move.HELP_RETURN: _row(
        _FILED_ON, None, _HELPER, needs=("reason",), writes=("unit_id",), suspended=True, changes=False
    ),
    Move.END_HELP: _row(
        _FILED_ON, None, _SENDER, _LEADER, needs=("unit", "reason"), writes=("unit_id",), suspended=True, changes=False
    ),
    # Corrects the kind of problem; a filed case stands under a condition of its new kind from then on, the deadline it
    # was filed under stays.
    Move.RECATEGORISE: _row(
        (*_BEFORE_FILING, *_FILED_ON),
        None,
        _CLERK,
        _LEADER,
        needs=("category",),
        takes=("condition", "words"),
        once_filed=("condition",),
        writes=("category_id", "condition_id"),
        suspended=True,
    ),
    # Corrects where it is. Nothing is sent anew: the unit that has it keeps it until a person dispatches it again.
    Move.RELOCATE: _row(
        (*_BEFORE_FILING, *_FILED_ON),
        None,
        _CLERK,
        _SENDER,
        _LEADER,
        takes=("address", "lon", "lat", "words"),
        writes=("details",),
        suspended=True,
    ),
    # Someone saw it too. Whatever has become of the case meanwhile, what was seen is kept.
    Move.ADD_EVIDENCE: _row(
        tuple(State), None, *_ANYONE_REPORTING, _HANDLER, _HELPER, takes=("words",), suspended=True, changes=False
    ),
    # The calendar by which a deadline was counted is another now: nobody's act, and no form grows stale by it. Or the
    # admin asked that changed settings hold for cases that run: then it names the condition.
    Move.RECOUNT: _row(
        _FILED_ON, None, writes=("condition_id", "due_at", "handle_due_at"), suspended=True, changes=False
    ),
}


def clock_after(state: State, *, suspended: bool) -> Clock:
    """The clock that runs in a state: none while suspended."""
    return Clock.STOPPED if suspended else STATE_CLOCKS[state]


def moves_of(roles: frozenset[Role]) -> frozenset[Move]:
    """The moves that someone with these roles may ever make; as who reported a case: those who may report."""
    reports = roles & MOVES[Move.REPORT].roles
    return frozenset(
        move
        for move, rule in MOVES.items()
        if roles & rule.roles or (reports and any(way.role is None for way in rule.may))
    )
