"""The table of moves against the words of the contract, glossary and standards.md 1.4."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridops.cases.rules.facts import Facts, Helper
from gridops.cases.rules.moves import ENDED, MOVES, STATE_CLOCKS, Bar, Clock, Move, State, Tie, clock_after, moves_of
from gridops.cases.rules.names import (
    BAR_NAMES,
    CLOCK_NAMES,
    FIELD_NAMES,
    MOVE_NAMES,
    SOURCE_NAMES,
    STATE_NAMES,
    TIE_NAMES,
    WRITTEN_NAMES,
    field_name,
)
from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.cases.rules.standing import Standing, Why, moves_for, refusal
from gridops.people.rules import Role

NOON = datetime(2017, 3, 6, 4, tzinfo=UTC)
S, M = State, Move
IN_UNIT = {S.DISPATCHED, S.RECEIVED}
FILED_ON = {S.FILED, S.DISPATCHED, S.RECEIVED, S.HANDLED, S.CHECKING}
BEFORE = {S.REPORTED, S.VERIFYING, S.ACCEPTED}

# Said once more, by hand: from which states each move may be made.
FROM: dict[Move, set[State]] = {
    M.REPORT: set(),
    M.SELF_HANDLE: {S.REPORTED},
    M.SEND_TO_VERIFY: {S.REPORTED},
    M.VERIFY: {S.VERIFYING},
    M.ACCEPT: {S.REPORTED},
    M.DECLINE: {S.REPORTED, S.VERIFYING},
    M.FILE: {S.REPORTED, S.ACCEPTED},
    M.NOT_FILE: {S.ACCEPTED},
    M.DISPATCH: {S.FILED},
    M.RECEIVE: {S.DISPATCHED},
    M.FEEDBACK: IN_UNIT,
    M.SEND_TO_CHECK: {S.HANDLED},
    M.CHECK_PASSED: {S.CHECKING},
    M.CHECK_FAILED: {S.CHECKING},
    M.CLOSE: {S.CHECKING},
    M.UNDO_CLOSING: {S.CLOSED},
    M.RETURN: IN_UNIT,
    M.ASK_EXTENSION: IN_UNIT,
    M.EXTEND: IN_UNIT,
    M.REFUSE_EXTENSION: IN_UNIT,
    M.REMIND: IN_UNIT,
    M.PRESS: IN_UNIT,
    M.ANSWER_PRESS: IN_UNIT | {S.HANDLED, S.CHECKING},
    M.SUSPEND: FILED_ON,
    M.RESUME: FILED_ON,
    M.VOID: FILED_ON | {S.CLOSED},
    M.UNDO_VOID: {S.VOIDED},
    M.MERGE: FILED_ON,
    M.UNDO_MERGE: {S.MERGED},
    M.SPLIT: FILED_ON,
    M.UNDO_SPLIT: {S.VOIDED},
    M.JOIN: IN_UNIT,
    M.HELP_DONE: FILED_ON,
    M.HELP_RETURN: FILED_ON,
    M.END_HELP: FILED_ON,
    M.RECATEGORISE: BEFORE | FILED_ON,
    M.RELOCATE: BEFORE | FILED_ON,
    M.ADD_EVIDENCE: set(State),
    M.RECOUNT: FILED_ON,
}

# What must be true of the case beside its state, so that only the state decides.
READY: dict[Move, Facts] = {
    M.CLOSE: Facts(checked_at=NOON),
    M.EXTEND: Facts(asked_at=NOON, due_at=NOON),
    M.REFUSE_EXTENSION: Facts(asked_at=NOON, due_at=NOON),
    M.ASK_EXTENSION: Facts(due_at=NOON),
    M.RESUME: Facts(suspended_at=NOON),
    M.UNDO_SPLIT: Facts(split=True),
    M.END_HELP: Facts(helpers=(Helper(7, NOON, 4),)),
    M.ANSWER_PRESS: Facts(pressed_at=NOON, press_due_at=NOON),
}

# Who is entitled, by the tie that makes him so.
WHO: dict[Move, set[tuple[Role | None, str]]] = {
    M.SELF_HANDLE: {(r, t) for r in (Role.INSPECTOR, Role.OFFICER) for t in ("territory", "reporter")},
    M.SEND_TO_VERIFY: {(Role.INTAKE_CLERK, "territory")},
    M.VERIFY: {(Role.INSPECTOR, "territory")},
    M.ACCEPT: {(Role.INTAKE_CLERK, "territory")},
    M.DECLINE: {(Role.INTAKE_CLERK, "territory")},
    M.DISPATCH: {(Role.DISPATCHER, "territory")},
    M.RECEIVE: {(Role.HANDLER, "unit")},
    M.FEEDBACK: {(Role.HANDLER, "unit")},
    M.RETURN: {(Role.HANDLER, "unit")},
    M.ASK_EXTENSION: {(Role.HANDLER, "unit")},
    M.SEND_TO_CHECK: {(Role.DISPATCHER, "territory"), (Role.INTAKE_CLERK, "territory")},
    M.CHECK_PASSED: {(Role.INSPECTOR, "territory")},
    M.CHECK_FAILED: {(Role.INSPECTOR, "territory")},
    M.CLOSE: {(Role.SHIFT_LEADER, "territory"), (None, "reporter"), (Role.HANDLER, "other_community")},
    M.RECATEGORISE: {(Role.INTAKE_CLERK, "territory"), (Role.SHIFT_LEADER, "territory")},
    M.RELOCATE: {(r, "territory") for r in (Role.SHIFT_LEADER, Role.DISPATCHER, Role.INTAKE_CLERK)},
    M.REMIND: {(r, "territory") for r in (Role.SHIFT_LEADER, Role.DISPATCHER, Role.INTAKE_CLERK)},
    M.PRESS: {(Role.SHIFT_LEADER, "territory"), (Role.LEADER, "territory")},
    M.ANSWER_PRESS: {(Role.HANDLER, "unit")},
    M.HELP_DONE: {(Role.HANDLER, "helper")},
    M.HELP_RETURN: {(Role.HANDLER, "helper")},
    M.JOIN: {(Role.DISPATCHER, "territory"), (Role.SHIFT_LEADER, "territory")},
    M.END_HELP: {(Role.DISPATCHER, "territory"), (Role.SHIFT_LEADER, "territory")},
    M.RECOUNT: set(),  # the calendar's own
    **{
        move: {(Role.SHIFT_LEADER, "territory")}
        for move in (
            M.FILE, M.NOT_FILE, M.UNDO_CLOSING, M.EXTEND, M.REFUSE_EXTENSION, M.SUSPEND, M.RESUME, M.VOID, M.UNDO_VOID,
            M.MERGE, M.UNDO_MERGE, M.SPLIT, M.UNDO_SPLIT,
        )
    },
}  # fmt: skip


def anyone() -> Standing:
    """Somebody who holds every role in every way, and is barred by nothing."""
    every = frozenset(Role)
    return Standing(every, every, every, every, every, reporter=True)


def whoever(move: Move) -> Standing | None:
    """Somebody who may make the move: nobody's is the calendar's."""
    return anyone() if MOVES[move].may else None


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", State)
def test_a_move_is_made_from_its_states_and_no_others(move: Move, state: State) -> None:
    facts = replace(READY.get(move, Facts()), state=state)
    refused = refusal(move, facts, Source.INSPECTOR, whoever(move))
    assert (refused is None) == (state in FROM[move])
    assert refused is None or (refused.why is Why.CASE and refused.words)


@pytest.mark.parametrize(("move", "role", "tie"), [(m, r, t) for m in WHO for r in Role for t in Tie])
def test_a_move_is_made_by_its_roles_and_no_others(move: Move, role: Role, tie: Tie) -> None:
    if tie is Tie.REPORTER:
        person = Standing(root=frozenset({role}), reporter=True)
    else:
        person = Standing(**{tie.value: frozenset({role})})
    facts = replace(READY.get(move, Facts()), state=min(FROM[move]))
    entitled = (role, tie.value) in WHO[move] or (None, tie.value) in WHO[move]
    refused = refusal(move, facts, Source.INSPECTOR, person)
    assert (refused is None) == entitled
    assert refused is None or refused.why is Why.PERSON


@pytest.mark.parametrize("move", [M.CHECK_PASSED, M.CHECK_FAILED, M.CLOSE])
def test_a_case_is_never_checked_or_closed_by_its_handler(move: Move) -> None:
    facts = replace(READY.get(move, Facts()), state=S.CHECKING)
    assert refusal(move, facts, Source.INSPECTOR, replace(anyone(), handler=True)).why is Why.PERSON  # type: ignore[union-attr]


def test_who_sends_out_a_returned_case_does_not_take_the_step_after_it() -> None:
    sender = replace(anyone(), resender=True)
    for move in (M.RECEIVE, M.FEEDBACK):
        assert refusal(move, Facts(state=S.DISPATCHED), Source.INSPECTOR, sender) is not None
    for move in (M.DISPATCH, M.RECATEGORISE):
        assert refusal(move, Facts(state=S.FILED), Source.INSPECTOR, sender) is None


def test_nobody_grants_an_extension_to_himself() -> None:
    asker = replace(anyone(), asker=True)
    facts = Facts(state=S.RECEIVED, asked_at=NOON, due_at=NOON)
    assert refusal(M.EXTEND, facts, Source.INSPECTOR, asker) is not None
    assert refusal(M.REFUSE_EXTENSION, facts, Source.INSPECTOR, asker) is not None


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("verified", [None, True, False])
def test_what_others_reported_is_verified_before_it_is_accepted_or_filed(source: Source, verified: bool | None) -> None:
    accept = refusal(M.ACCEPT, Facts(state=S.REPORTED, verified=verified), source, anyone())
    file = refusal(M.FILE, Facts(state=S.ACCEPTED, verified=verified), source, anyone())
    passes = verified is True or (verified is None and source not in VERIFIED_SOURCES)
    assert (accept is None, file is None) == (passes, passes)
    assert refusal(M.DECLINE, Facts(state=S.REPORTED, verified=verified), source, anyone()) is None


def test_a_patrols_report_is_filed_directly_and_a_callers_is_not() -> None:
    assert refusal(M.FILE, Facts(state=S.REPORTED), Source.INSPECTOR, anyone()) is None
    assert refusal(M.FILE, Facts(state=S.REPORTED), Source.LEADER, anyone()) is None
    assert refusal(M.FILE, Facts(state=S.REPORTED, verified=True), Source.HOTLINE_12345, anyone()) is not None


@pytest.mark.parametrize("move", Move)
def test_a_suspended_case_waits(move: Move) -> None:
    facts = replace(READY.get(move, Facts()), state=next(iter(FROM[move] or {S.REPORTED})), suspended_at=NOON)
    free = {M.RESUME, M.VOID, M.MERGE, M.RECATEGORISE, M.RELOCATE, M.ADD_EVIDENCE, M.RECOUNT, M.ANSWER_PRESS}
    free |= {M.SPLIT, M.HELP_DONE, M.HELP_RETURN, M.END_HELP}
    assert (refusal(move, facts, Source.INSPECTOR, whoever(move)) is None) == (move in free)


def test_one_request_for_an_extension_at_a_time() -> None:
    due = NOON + timedelta(days=1)
    assert refusal(M.ASK_EXTENSION, Facts(state=S.RECEIVED, due_at=due), Source.INSPECTOR, anyone()) is None
    assert refusal(M.ASK_EXTENSION, Facts(state=S.RECEIVED, due_at=due, asked_at=NOON), Source.INSPECTOR, anyone())
    assert refusal(M.ASK_EXTENSION, Facts(state=S.RECEIVED), Source.INSPECTOR, anyone())
    assert refusal(M.EXTEND, Facts(state=S.RECEIVED, due_at=due), Source.INSPECTOR, anyone())


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        (Facts(), {M.PRESS}),
        (Facts(pressed_at=NOON), {M.ANSWER_PRESS}),  # one at a time
        (Facts(pressed_at=NOON, press_answered_at=NOON), {M.PRESS}),  # again after an answer
    ],
)
def test_a_press_waits_for_its_answer_before_the_next(facts: Facts, may: set[Move]) -> None:
    facts = replace(facts, state=S.RECEIVED)
    pressing = (M.PRESS, M.ANSWER_PRESS)
    assert {move for move in pressing if refusal(move, facts, Source.INSPECTOR, anyone()) is None} == may


def test_a_case_is_closed_only_after_a_passed_check_and_checked_once() -> None:
    assert refusal(M.CLOSE, Facts(state=S.CHECKING), Source.INSPECTOR, anyone())
    assert refusal(M.CHECK_PASSED, Facts(state=S.CHECKING, checked_at=NOON), Source.INSPECTOR, anyone())


def test_allowed_moves_of_a_supervisor_on_a_fresh_report() -> None:
    desk = Standing(territory=frozenset({Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER}))
    corrected = [M.RECATEGORISE, M.RELOCATE]
    assert moves_for(Facts(state=S.REPORTED), Source.PUBLIC, desk) == [M.SEND_TO_VERIFY, M.DECLINE, *corrected]
    assert M.ACCEPT in moves_for(Facts(state=S.REPORTED), Source.INSPECTOR, desk)


def test_the_clock_is_the_units_only_while_the_unit_has_the_case() -> None:
    assert {state for state, clock in STATE_CLOCKS.items() if clock is Clock.UNIT} == IN_UNIT
    assert {state for state, clock in STATE_CLOCKS.items() if clock is Clock.STOPPED} == ENDED
    assert set(STATE_CLOCKS) == set(State)
    assert clock_after(S.RECEIVED, suspended=True) is Clock.STOPPED
    runs = {M.DISPATCH: Clock.UNIT, M.FEEDBACK: Clock.CENTRE, M.CHECK_FAILED: Clock.UNIT, M.UNDO_CLOSING: Clock.UNIT}
    runs |= {M.SUSPEND: Clock.STOPPED, M.CLOSE: Clock.STOPPED, M.RETURN: Clock.CENTRE, M.FILE: Clock.CENTRE}
    assert {move: MOVES[move].clock for move in runs} == runs


@pytest.mark.parametrize("move", [M.DECLINE, M.NOT_FILE, M.RETURN, M.CHECK_FAILED, M.UNDO_CLOSING, M.SUSPEND, M.VOID,
                                  M.UNDO_VOID, M.UNDO_MERGE, M.UNDO_SPLIT, M.ASK_EXTENSION,
                                  M.REFUSE_EXTENSION, M.HELP_RETURN, M.END_HELP])  # fmt: skip
def test_whoever_turns_something_back_says_why(move: Move) -> None:
    assert "reason" in MOVES[move].needs


@pytest.mark.parametrize(
    ("roles", "ever", "never"),
    [
        # who handles acts on what was sent to a unit, and sends nothing
        ({Role.HANDLER}, {M.RECEIVE, M.RETURN, M.CLOSE}, {M.DISPATCH, M.FILE, M.PRESS}),
        # who leads presses, and does nothing else with a case
        ({Role.LEADER}, {M.PRESS}, {M.CLOSE, M.DISPATCH, M.ADD_EVIDENCE}),
        # an officer closes what he reported himself
        ({Role.OFFICER}, {M.CLOSE, M.REPORT}, {M.DISPATCH, M.VOID}),
        ({Role.ADMIN}, set(), set(Move)),
    ],
)
def test_the_moves_of_roles_are_those_they_ever_make(roles: set[Role], ever: set[Move], never: set[Move]) -> None:
    found = moves_of(frozenset(roles))
    assert ever <= found
    assert not found & never


def test_everything_has_a_chinese_name() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(MOVE_NAMES) == set(Move) == set(MOVES)
    assert set(SOURCE_NAMES) == set(Source)
    assert set(CLOCK_NAMES) == set(Clock)
    assert set(FIELD_NAMES) == {field for rule in MOVES.values() for field in (*rule.needs, *rule.takes)}
    assert all(field_name(move, field) for move, rule in MOVES.items() for field in (*rule.needs, *rule.takes))
    assert {bar for rule in MOVES.values() for bar in rule.bars} == set(Bar) == set(BAR_NAMES)
    assert set(TIE_NAMES) == set(Tie)
    assert set(WRITTEN_NAMES) == {column for rule in MOVES.values() for column in rule.writes}
