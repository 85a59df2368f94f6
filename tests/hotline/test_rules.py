"""The clock of a 12345 order, what its steps say, and the three rates: tables of cases."""

from __future__ import annotations

import pytest

from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import State
from gridops.core.periods import parse
from gridops.hotline.rules import (
    Progress,
    Rates,
    Step,
    StepKind,
    Terms,
    Told,
    by_unit,
    counted,
    progress,
    rates,
    step_fault,
    unit_sees_contact,
)
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours
from tests.factories import at

C, A, R = StepKind.CONTACT, StepKind.ANSWER, StepKind.REVISIT
MARCH = parse("2017-03")
HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")


def step(number: int, kind: StepKind, when: str, reached: bool | None = True, **more: object) -> Step:
    return Step(number, kind, at(when), None if kind is A else reached, **more)  # type: ignore[arg-type]


def revisit(number: int, when: str, solved: bool, satisfied: bool, **more: object) -> Step:
    return step(number, R, when, solved=solved, satisfied=satisfied, **more)


@pytest.mark.parametrize(
    ("terms", "received", "contact", "answer"),
    [
        # Friday afternoon: the contact runs day and night, the answer ends with the fifth working day.
        (Terms(), "2017-03-03 16:00", "2017-03-04 16:00", "2017-03-10 23:59:59"),
        # The last second of a year.
        (Terms(), "2016-12-31 23:59:59", "2017-01-01 23:59:59", "2017-01-06 23:59:59"),
        # Two working hours asked for at a quarter to five are up the next morning.
        (Terms(2, LimitUnit.WORKING_HOUR, 1), "2017-03-06 16:45", "2017-03-07 09:45", "2017-03-07 23:59:59"),
    ],
)
def test_the_deadlines_of_an_order(terms: Terms, received: str, contact: str, answer: str) -> None:
    found = [limit.due(at(received), Calendar(), HOURS) for limit in terms.limits.values()]
    assert found == [at(contact), at(answer)]


TWO_TRIES = (step(1, C, "2017-03-01 10:00", False), step(2, C, "2017-03-01 15:00"))
ANSWERED = (*TWO_TRIES, step(3, A, "2017-03-03 09:00"))


@pytest.mark.parametrize(
    ("steps", "wanted", "comes_next"),
    [
        # Nothing was done: the contact is due.
        ((), Progress(), C),
        # Nobody answered the telephone: the try is kept, the contact is still due.
        (TWO_TRIES[:1], Progress(), C),
        # The second try reached the caller.
        (TWO_TRIES, Progress(at("2017-03-01 15:00")), A),
        # Answered by letter without a word before: nobody need be contacted any more.
        ((step(1, A, "2017-03-02 09:00"),), Progress(None, at("2017-03-02 09:00")), R),
        # A second answer does not make the first one late.
        ((*ANSWERED, step(4, A, "2017-03-09 09:00")), Progress(TWO_TRIES[1].at, at("2017-03-03 09:00")), R),
        # The last revisit says how it stands.
        (
            (*ANSWERED, revisit(4, "2017-03-04 09:00", False, False), revisit(5, "2017-03-08 09:00", True, True)),
            Progress(TWO_TRIES[1].at, ANSWERED[2].at, at("2017-03-08 09:00"), True, True),
            None,
        ),
        # A corrected step no longer counts; the correction does.
        (
            (*TWO_TRIES, step(3, C, "2017-03-01 16:00", False, supersedes=2)),
            Progress(),
            C,
        ),
        # Withdrawn: it never happened, and neither what it corrected.
        ((*ANSWERED, step(4, A, "2017-03-03 09:00", supersedes=3, withdrawn=True)), Progress(TWO_TRIES[1].at), A),
        # A correction of a correction: the last row holds.
        (
            (
                step(1, C, "2017-03-01 10:00"),
                step(2, C, "2017-03-01 11:00", False, supersedes=1),
                step(3, C, "2017-03-01 12:00", supersedes=2),
            ),
            Progress(at("2017-03-01 12:00")),
            A,
        ),
    ],
)
def test_what_the_steps_of_an_order_say(steps: tuple[Step, ...], wanted: Progress, comes_next: StepKind | None) -> None:
    assert progress(steps) == wanted
    assert progress(steps).next is comes_next


@pytest.mark.parametrize(
    ("stands", "wanted"),
    [
        # The contact comes first, unless the answer is due even sooner.
        (Progress(), "2017-03-02 09:00"),
        (Progress(at("2017-03-01 15:00")), "2017-03-08 23:59:59"),
        # After the answer nothing runs out.
        (Progress(None, at("2017-03-03 09:00")), None),
    ],
)
def test_the_clock_that_runs_now(stands: Progress, wanted: str | None) -> None:
    found = stands.runs_out_at(at("2017-03-02 09:00"), at("2017-03-08 23:59:59"))
    assert found == (FAR if wanted is None else at(wanted))


@pytest.mark.parametrize(
    ("tried", "field"),
    [
        (step(9, C, "2017-03-05 10:00"), None),
        (step(9, C, "2017-03-05 10:00", None), "reached"),  # a try says whether anybody answered
        (step(9, C, "2017-02-28 10:00"), "at"),  # before the hotline took the call
        (step(9, C, "2017-03-06 10:00"), "at"),  # tomorrow
        (step(9, A, "2017-03-05 10:00"), None),
        (revisit(9, "2017-03-02 10:00", True, True), "at"),  # before the answer there is nothing to ask about
        (step(9, R, "2017-03-04 10:00"), "solved"),  # reached, and nothing said
        (step(9, R, "2017-03-04 10:00", False), None),  # not reached: nothing is to be said
        (revisit(9, "2017-03-04 10:00", False, True), None),
    ],
)
def test_what_a_step_must_say(tried: Step, field: str | None) -> None:
    wrong = step_fault(tried, ANSWERED, at("2017-03-01 09:00"), at("2017-03-05 12:00"))
    assert (wrong[0] if wrong else None) == field


def told(due: str, contacted: str | None, *revisits: Step, unit: int | None = 1) -> Told:
    return Told(1, unit, at(due), at(contacted) if contacted else None, revisits)


NO = revisit(1, "2017-03-02 09:00", False, False)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        # Due in March, reached in time; in the very last second too.
        (told("2017-03-05 12:00", "2017-03-05 11:00"), Rates(1, 1)),
        (told("2017-03-05 12:00", "2017-03-05 12:00"), Rates(1, 1)),
        # Reached a second too late, or never: below the line only.
        (told("2017-03-05 12:00", "2017-03-05 12:00:01"), Rates(1, 0)),
        (told("2017-03-05 12:00", None), Rates(1, 0)),
        # Due in April, though reached in March: April's.
        (told("2017-04-01 00:00", "2017-03-31 20:00"), Rates()),
        (told("2017-03-31 23:59:59", "2017-03-31 20:00"), Rates(1, 1)),
        # Due in February and revisited in March: only the revisit is March's.
        (told("2017-02-05 12:00", None, revisit(1, "2017-03-01 00:00", True, False)), Rates(0, 0, 1, 1, 0)),
        # Revisited twice in March: one order, and the last word.
        (
            told("2017-02-05 12:00", None, NO, revisit(2, "2017-03-09 09:00", True, True)),
            Rates(0, 0, 1, 1, 1),
        ),
        # Asked again in April: March keeps what was said in March.
        (
            told("2017-02-05 12:00", None, NO, revisit(2, "2017-04-01 00:00", True, True)),
            Rates(0, 0, 1, 0, 0),
        ),
    ],
)  # fmt: skip
def test_what_an_order_adds_to_the_counts_of_march(order: Told, wanted: Rates) -> None:
    assert counted(order, MARCH.start, MARCH.end) == wanted


def test_the_rates_of_a_month_that_runs_ask_only_for_what_has_fallen_due() -> None:
    start, end = MARCH.told_at(at("2017-03-10 09:00"))
    orders = [told("2017-03-09 12:00", "2017-03-09 11:00"), told("2017-03-10 12:00", None)]
    assert rates(orders, start, end) == Rates(1, 1)


def test_units_add_up_to_the_whole() -> None:
    orders = [
        told("2017-03-05 12:00", "2017-03-05 11:00", revisit(1, "2017-03-09 09:00", True, False)),
        told("2017-03-05 12:00", None, unit=2),
        told("2017-03-05 12:00", None, unit=None),
        told("2017-05-05 12:00", None, unit=3),
    ]
    found: dict[int | None, Rates] = by_unit(orders, MARCH.start, MARCH.end)
    assert found == {1: Rates(1, 1, 1, 1, 0), 2: Rates(1), None: Rates(1)}
    assert sum(found.values(), Rates()) == rates(orders, MARCH.start, MARCH.end)
    assert Rates(3, 1, 1, 1, 0).parts == {"response": (1, 3), "solving": (1, 1), "satisfaction": (0, 1)}


@pytest.mark.parametrize("state", State)
def test_a_unit_sees_who_called_only_while_the_case_lies_with_it(state: State) -> None:
    held = state in (State.DISPATCHED, State.RECEIVED)
    assert unit_sees_contact(state, True) is held
    assert not unit_sees_contact(state, False)
