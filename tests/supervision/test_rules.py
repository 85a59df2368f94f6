"""Rules of the supervision office, as tables of cases: what is one check, who is named, how things stand at E."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.cases.rules.projection import project
from gridops.supervision.rules import Against, Light, MatterState, ProblemState
from gridops.supervision.rules.appeals import Mark, appeal_fault, judge_fault, last_instant, marks_of
from gridops.supervision.rules.checks import checks_of, may_be_named, naming_fault
from gridops.supervision.rules.matters import signing_fault
from gridops.supervision.rules.matters import state_at as matter_at
from gridops.supervision.rules.problems import answer_fault, judging_fault, overdue_at, state_at, streak_after
from gridops.worktime.rules import Calendar, OfficeHours
from tests.factories import at

E = at("2017-04-01 00:00")


@dataclass
class Look:
    at: datetime
    source: str
    unit_id: int
    verified: bool = False


@dataclass
class Item:
    due_at: datetime | None = None
    answered_at: datetime | None = None
    refused_at: datetime | None = None
    accepted_at: datetime | None = None


def test_looks_of_one_day_and_occasion_are_one_check_however_many_units() -> None:
    looks = [
        Look(at("2017-03-05 09:00"), "工作纪律", 1),
        Look(at("2017-03-05 10:00"), "工作纪律", 2, verified=True),
        Look(at("2017-03-05 23:59"), " 工作纪律 ", 1),  # the same words, the same day
        Look(at("2017-03-05 10:30"), "节前检查", 1),  # another occasion on that day
        Look(at("2017-03-06 00:00"), "工作纪律", 1),  # after midnight by local time
    ]
    found = {(one.day, one.source): (one.looks, one.unit_ids, one.verified) for one in checks_of(looks)}
    assert found == {
        (date(2017, 3, 5), "工作纪律"): (3, frozenset({1, 2}), 1),
        (date(2017, 3, 5), "节前检查"): (1, frozenset({1}), 0),
        (date(2017, 3, 6), "工作纪律"): (1, frozenset({1}), 0),
    }
    assert checks_of([]) == []


@pytest.mark.parametrize(
    ("verified", "approved", "named"),
    [
        (True, True, True),  # found true, and the discipline office agrees
        (True, False, False),  # true alone is not enough
        (False, True, False),  # an approval does not make it true
        (False, False, False),
    ],
)
def test_a_person_is_named_only_when_verified_and_approved(verified: bool, approved: bool, named: bool) -> None:
    assert may_be_named(verified=verified, approved=approved) is named


@pytest.mark.parametrize(
    ("person", "verified", "recorded_by", "approver", "fault"),
    [
        ("张三", True, 1, 2, None),
        ("张三", True, None, 2, None),  # of a file: nobody of ours recorded it
        (None, True, 1, 2, "这次检查没有记录人员"),
        ("", True, 1, 2, "这次检查没有记录人员"),
        ("张三", False, 1, 2, "事实未查实，不得点名"),
        ("张三", True, 2, 2, "记录人不能批准点名"),
    ],
)
def test_what_an_approval_of_a_name_needs(
    person: str | None, verified: bool, recorded_by: int | None, approver: int, fault: str | None
) -> None:
    assert naming_fault(person=person, verified=verified, recorded_by=recorded_by, approver=approver) == fault


BEFORE, EDGE, AFTER = at("2017-03-31 23:59"), E, at("2017-04-01 00:01")
EARLY = at("2017-03-20 09:00")


@pytest.mark.parametrize(
    ("item", "state", "overdue"),
    [
        (Item(), ProblemState.OPEN, False),  # nobody said by when
        (Item(due_at=AFTER), ProblemState.OPEN, False),  # still time
        (Item(due_at=EDGE), ProblemState.OPEN, False),  # due at E itself belongs to the next period
        (Item(due_at=BEFORE), ProblemState.OPEN, True),
        (Item(due_at=BEFORE, answered_at=EARLY), ProblemState.ANSWERED, True),  # an answer alone mends nothing
        (Item(due_at=BEFORE, answered_at=EARLY, accepted_at=BEFORE), ProblemState.ACCEPTED, False),
        (Item(due_at=BEFORE, answered_at=EARLY, accepted_at=EDGE), ProblemState.ANSWERED, True),  # accepted at E: later
        (Item(due_at=BEFORE, accepted_at=EARLY), ProblemState.ACCEPTED, False),  # of a file, without an answer
        (Item(answered_at=EARLY, refused_at=BEFORE), ProblemState.REFUSED, False),
        (Item(answered_at=BEFORE, refused_at=EARLY), ProblemState.ANSWERED, False),  # answered anew after a refusal
        (Item(answered_at=EARLY, refused_at=AFTER), ProblemState.ANSWERED, False),  # refused only after E
        (Item(answered_at=AFTER), ProblemState.OPEN, False),  # answered only after E
    ],
)
def test_a_problem_item_stands_as_it_did_at_the_end(item: Item, state: ProblemState, overdue: bool) -> None:
    assert (state_at(item, E), overdue_at(item, E)) == (state, overdue)


@pytest.mark.parametrize(
    ("previous", "last", "streak"),
    [
        (None, "2017-02", 1),  # follows nothing
        (("2017-02", 1), "2017-02", 2),  # named in the issue just before
        (("2017-02", 4), "2017-02", 5),
        (("2017-01", 4), "2017-02", 1),  # the issue between did not name it
        ((None, 4), "2017-02", 1),  # of a file that told no issue
        (("2017-02", 1), None, 1),  # no issue before
    ],
)
def test_a_streak_goes_on_from_issue_to_issue(
    previous: tuple[str | None, int] | None, last: str | None, streak: int
) -> None:
    assert streak_after(previous, last) == streak


def test_an_answer_is_taken_until_one_is_accepted() -> None:
    assert answer_fault(Item(), None) is None
    assert answer_fault(Item(answered_at=EARLY), None) is None  # a second answer is one too
    assert answer_fault(Item(answered_at=EARLY, accepted_at=BEFORE), None) == "这项通报问题已认定整改到位"
    assert answer_fault(Item(), BEFORE) == "这项通报问题已作废"


@pytest.mark.parametrize(
    ("item", "answered_by", "fault"),
    [
        (Item(answered_at=EARLY), 1, None),
        (Item(answered_at=EARLY), None, None),  # of a file
        (Item(answered_at=EARLY), 2, "反馈人不能认定自己的整改"),
        (Item(), None, "还没有新的整改反馈"),
        (Item(answered_at=EARLY, refused_at=BEFORE), 1, "还没有新的整改反馈"),
        (Item(answered_at=BEFORE, refused_at=EARLY), 1, None),
        (Item(answered_at=EARLY, accepted_at=BEFORE), 1, "这项通报问题已认定整改到位"),
    ],
)
def test_who_may_judge_which_answer(item: Item, answered_by: int | None, fault: str | None) -> None:
    assert judging_fault(item, answered_by, 2) == fault


@pytest.mark.parametrize(
    ("opened", "due", "done", "light", "state"),
    [
        (EDGE, None, None, None, None),  # opened at E: not yet there
        (EARLY, None, None, None, MatterState.ON_TRACK),
        (EARLY, AFTER, None, Light.GREEN, MatterState.ON_TRACK),
        (EARLY, AFTER, None, Light.YELLOW, MatterState.ON_TRACK),  # yellow warns, it is not late
        (EARLY, AFTER, None, Light.RED, MatterState.LATE),
        (EARLY, EDGE, None, Light.GREEN, MatterState.ON_TRACK),  # due at E itself
        (EARLY, BEFORE, None, Light.GREEN, MatterState.LATE),  # overdue whatever the light
        (EARLY, BEFORE, BEFORE, Light.RED, MatterState.DONE),  # done is done
        (EARLY, BEFORE, EDGE, Light.GREEN, MatterState.LATE),  # signed off at E: the next period's
        (EARLY, AFTER, AFTER, Light.GREEN, MatterState.ON_TRACK),
    ],
)
def test_a_matter_is_on_track_late_or_done_at_the_end(
    opened: datetime, due: datetime | None, done: datetime | None, light: Light | None, state: MatterState | None
) -> None:
    assert matter_at(E, opened_at=opened, due_at=due, done_at=done, light=light) is state


def test_a_matter_that_is_done_or_void_takes_nothing_more() -> None:
    assert signing_fault(None, None) is None
    assert signing_fault(EARLY, None) == "这个督查事项已销号"
    assert signing_fault(None, EARLY) == "这个督查事项已作废"


# -- appeals

FILED, SENT, DUE = at("2017-03-01 09:00"), at("2017-03-01 10:00"), at("2017-03-03 17:00")
NOW = at("2017-03-10 09:00")
BEGIN = [(Event(Move.REPORT, FILED, 1), 1), (Event(Move.FILE, FILED, 2, due_at=DUE), 2)]


def events(*more: tuple[Move, str, int | None, dict[str, object]]) -> list[tuple[Event, int | None]]:
    told: list[tuple[Event, int | None]] = [*BEGIN, (Event(Move.DISPATCH, SENT, 3, unit_id=7), 3)]
    for seq, (move, when, actor, fields) in enumerate(more, 4):
        told.append((Event(move, at(when), seq, **fields), actor))  # type: ignore[arg-type]
    return told


def found(told: Sequence[tuple[Event, int | None]]) -> list[Mark]:
    return marks_of(told, project([event for event, _ in told]), NOW)


IN_TIME = (Move.FEEDBACK, "2017-03-03 16:00", 7, {})
CHECKING = (Move.SEND_TO_CHECK, "2017-03-03 16:30", 2, {})
RETURNED = (Move.RETURN, "2017-03-01 11:00", 7, {})
SENT_BACK = (Move.DISPATCH, "2017-03-01 14:00", 5, {"unit_id": 7})
SENT_ON = (Move.DISPATCH, "2017-03-01 14:00", 5, {"unit_id": 8})
FAILED, AGAIN = (Move.CHECK_FAILED, "2017-03-03 16:45", 9, {}), (Move.FEEDBACK, "2017-03-03 16:50", 7, {})


@pytest.mark.parametrize(
    ("told", "marks"),
    [
        (BEGIN, []),  # never sent to anybody: nobody's mark, however late
        (events(IN_TIME), []),  # in time, the rest is the centre's
        (events(), [Mark(Against.OVERDUE, DUE, 7)]),  # nothing happened
        (events((Move.FEEDBACK, "2017-03-03 17:00", 7, {})), []),  # at the last instant
        (events((Move.FEEDBACK, "2017-03-03 17:01", 7, {})), [Mark(Against.OVERDUE, DUE, 7)]),
        (
            events(IN_TIME, CHECKING, FAILED, AGAIN),
            [Mark(Against.REWORK, at("2017-03-03 16:45"), 7, 9)],  # reworked, and still in time
        ),
        (
            # Sent back to the same unit: the return was not right, and who sent it has judged so.
            events(RETURNED, SENT_BACK, IN_TIME),
            [Mark(Against.RETURN, at("2017-03-01 14:00"), 7, 5)],
        ),
        (events(RETURNED, SENT_ON, IN_TIME), []),  # it was right
        (
            events((Move.RETURN, "2017-03-01 11:00", 7, {"outcome": True}), SENT_ON, IN_TIME),
            [],  # a file calls it right
        ),
        (
            events((Move.RETURN, "2017-03-01 11:00", None, {"outcome": False}), SENT_ON, IN_TIME),
            [Mark(Against.RETURN, at("2017-03-01 11:00"), 7)],  # a file calls it unfounded
        ),
    ],
)  # fmt: skip
def test_marks_of_a_case(told: list[tuple[Event, int | None]], marks: list[Mark]) -> None:
    assert found(told) == marks


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("2017-03-06 09:00", "2017-03-08 23:59:59"),  # Monday: Tuesday, Wednesday
        ("2017-03-09 23:59", "2017-03-13 23:59:59"),  # Thursday night: Friday, Monday
        ("2017-03-11 10:00", "2017-03-14 23:59:59"),  # Saturday: Monday, Tuesday
        ("2017-03-31 10:00", "2017-04-05 23:59:59"),  # 清明: 1 April is worked, 2 to 4 are free
    ],
)
def test_two_working_days_to_appeal(marked: str, last: str) -> None:
    days = {date(2017, 3, day): date(2017, 3, day).weekday() < 5 for day in range(1, 32)}
    days |= {date(2017, 4, day): day not in (2, 3, 4, 8, 9) for day in range(1, 15)}
    mark = Mark(Against.REWORK, at(marked), 7)
    assert last_instant(mark, Calendar(days), OfficeHours.parse("08:30-12:00,13:30-17:30")) == at(last)


@pytest.mark.parametrize(
    ("when", "appealed", "fault"),
    [
        ("2017-03-08 23:59:59", False, None),  # the last second
        ("2017-03-09 00:00:00", False, "已超过两个工作日的申诉期限"),
        ("2017-03-08 10:00:00", True, "对这一认定已经提出过申诉"),
    ],
)
def test_an_appeal_is_taken_in_time_and_once(when: str, appealed: bool, fault: str | None) -> None:
    assert appeal_fault(at(when), at("2017-03-08 23:59:59"), appealed=appealed) == fault


@pytest.mark.parametrize(
    ("decided", "judge", "first", "appellant", "fault"),
    [
        (False, 3, 2, 1, None),
        (False, 3, None, 1, None),  # the calendar gave the mark
        (False, 2, 2, 1, "须由原认定人以外的人作出决定"),
        (False, 1, 2, 1, "申诉人不能决定自己的申诉"),
        (True, 3, 2, 1, "这件申诉已有结论"),
    ],
)
def test_an_appeal_is_decided_once_by_someone_else(
    decided: bool, judge: int, first: int | None, appellant: int, fault: str | None
) -> None:
    assert judge_fault(decided=decided, judge=judge, first_judge=first, appellant=appellant) == fault
