"""States of a case and the table of allowed moves: who may, from where, what it needs, where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gridops.people.rules import Role


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


class Source(StrEnum):
    """Where a report came from."""

    INSPECTOR = "inspector"
    JOINT_ENFORCEMENT = "joint_enforcement"
    NIGHT_INSPECTION = "night_inspection"
    HOTLINE_12345 = "hotline_12345"
    PUBLIC = "public"
    WECHAT_APP = "wechat_app"
    VIDEO = "video"
    LEADER = "leader"
    PLATFORM_TRANSFER = "platform_transfer"
    ASSESSMENT = "assessment"
    PETITION = "petition"
    MEDIA = "media"
    THIRD_PARTY = "third_party"
    SENSOR = "sensor"
    OTHER = "other"


# Reports by others are verified on site before filing; a patrol's, a superior's or a check's are not (standards.md 1.4).
VERIFIED_SOURCES = frozenset(
    {Source.HOTLINE_12345, Source.PUBLIC, Source.WECHAT_APP, Source.PETITION, Source.MEDIA, Source.SENSOR}
)


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
    SUSPEND = "suspend"
    RESUME = "resume"
    VOID = "void"
    UNDO_VOID = "undo_void"
    MERGE = "merge"
    UNDO_MERGE = "undo_merge"
    RECATEGORISE = "recategorise"
    ADD_EVIDENCE = "add_evidence"


@dataclass(frozen=True, slots=True)
class MoveRule:
    """One row of the table: `to` None leaves the state; `needs` names what must be handed in."""

    from_states: frozenset[State]
    to: State | None
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()


_IN_UNIT = (State.DISPATCHED, State.RECEIVED)
_FILED_ON = (State.FILED, State.DISPATCHED, State.RECEIVED, State.HANDLED, State.CHECKING)
_BEFORE_FILING = (State.REPORTED, State.VERIFYING, State.ACCEPTED)
_REPORTERS = (Role.INSPECTOR, Role.OFFICER, Role.INTAKE_CLERK, Role.SHIFT_LEADER)


def _row(states: tuple[State, ...], to: State | None, roles: tuple[Role, ...], *needs: str) -> MoveRule:
    return MoveRule(frozenset(states), to, frozenset(roles), needs)


# The one table. A report and a self-handling begin a case, so they start from nothing.
MOVES: dict[Move, MoveRule] = {
    Move.REPORT: _row((), State.REPORTED, _REPORTERS),
    Move.SELF_HANDLE: _row((State.REPORTED,), State.SELF_HANDLED, (Role.INSPECTOR, Role.OFFICER)),
    Move.SEND_TO_VERIFY: _row((State.REPORTED,), State.VERIFYING, (Role.INTAKE_CLERK,)),
    Move.VERIFY: _row((State.VERIFYING,), State.REPORTED, (Role.INSPECTOR,), "outcome"),
    Move.ACCEPT: _row((State.REPORTED,), State.ACCEPTED, (Role.INTAKE_CLERK,)),
    Move.DECLINE: _row((State.REPORTED,), State.DECLINED, (Role.INTAKE_CLERK,), "reason"),
    Move.FILE: _row((State.ACCEPTED,), State.FILED, (Role.SHIFT_LEADER,), "condition"),
    Move.NOT_FILE: _row((State.ACCEPTED,), State.NOT_FILED, (Role.SHIFT_LEADER,), "reason"),
    Move.DISPATCH: _row((State.FILED,), State.DISPATCHED, (Role.DISPATCHER,), "unit"),
    Move.RECEIVE: _row((State.DISPATCHED,), State.RECEIVED, (Role.HANDLER,)),
    Move.FEEDBACK: _row(_IN_UNIT, State.HANDLED, (Role.HANDLER,), "words"),
    Move.SEND_TO_CHECK: _row((State.HANDLED,), State.CHECKING, (Role.DISPATCHER,)),
    Move.CHECK_PASSED: _row((State.CHECKING,), None, (Role.INSPECTOR,), "outcome"),
    Move.CHECK_FAILED: _row((State.CHECKING,), State.DISPATCHED, (Role.INSPECTOR,), "outcome", "reason"),
    Move.CLOSE: _row((State.CHECKING,), State.CLOSED, (Role.SHIFT_LEADER,), "closing_condition"),
    Move.UNDO_CLOSING: _row((State.CLOSED,), State.DISPATCHED, (Role.SHIFT_LEADER,), "reason"),
    Move.RETURN: _row(_IN_UNIT, State.FILED, (Role.HANDLER,), "reason"),
    Move.ASK_EXTENSION: _row(_IN_UNIT, None, (Role.HANDLER,), "reason", "due"),
    Move.EXTEND: _row(_IN_UNIT, None, (Role.SHIFT_LEADER,), "due"),
    Move.REFUSE_EXTENSION: _row(_IN_UNIT, None, (Role.SHIFT_LEADER,), "reason"),
    Move.SUSPEND: _row(_FILED_ON, None, (Role.SHIFT_LEADER,), "reason", "suspension"),
    Move.RESUME: _row(_FILED_ON, None, (Role.SHIFT_LEADER,)),
    Move.VOID: _row(_FILED_ON, State.VOIDED, (Role.SHIFT_LEADER,), "reason"),
    Move.UNDO_VOID: _row((State.VOIDED,), State.FILED, (Role.SHIFT_LEADER,), "reason"),
    Move.MERGE: _row(_FILED_ON, State.MERGED, (Role.SHIFT_LEADER,), "into"),
    Move.UNDO_MERGE: _row((State.MERGED,), State.FILED, (Role.SHIFT_LEADER,), "reason"),
    Move.RECATEGORISE: _row((*_BEFORE_FILING, *_FILED_ON), None, (Role.INTAKE_CLERK, Role.SHIFT_LEADER), "category"),
    Move.ADD_EVIDENCE: _row((*_BEFORE_FILING, *_FILED_ON), None, (*_REPORTERS, Role.HANDLER)),
}
