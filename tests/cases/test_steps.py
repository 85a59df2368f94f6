"""Limits of single steps: which step a case is in, from when, and whether it takes too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from gridops.cases.forms import Location
from gridops.cases.models import Case
from gridops.cases.queries import steps as queries
from gridops.cases.queries.listing import queue
from gridops.cases.queries.load import late_in_step
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.deadlines import WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move, Suspension
from gridops.cases.rules.queue import Group, QueueFilter
from gridops.cases.rules.steps import BEGINS, ENDS, UNDOES, Visit, how_many_late, limited, visits
from gridops.catalogue import queries as catalogue
from gridops.catalogue import service
from gridops.catalogue.forms import AreaForm, StepForm, parse_step
from gridops.catalogue.rules import Area, Step, step_limit
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid
from gridops.people.queries import scope_of
from gridops.worktime.rules import Calendar, LimitUnit, OfficeHours
from tests.cases.world import World, monday

CLOCK = WorkingClock(Calendar(), OfficeHours.parse("08:30-12:00,13:30-17:30"))


@dataclass(frozen=True)
class Row:
    limit: int = 1
    limit_unit: LimitUnit = LimitUnit.WORKING_HOUR
    id: int = 1
    step: Step = Step.DISPATCH
    category_id: int | None = None
    area: Area | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def told(*moves: tuple[Move, str]) -> list[Event]:
    """Events of Monday 6 March at some times of the day (`7 09:00`: of the 7th)."""
    found = []
    for seq, (move, when) in enumerate(moves, 1):
        day, _space, time = when.rpartition(" ")
        found.append(Event(move, monday(time, int(day or 6)), seq))
    return found


FILED = ((Move.REPORT, "09:00"), (Move.FILE, "09:10"))


@pytest.mark.parametrize(
    ("more", "steps"),
    [
        ((), "accept dispatch"),  # a patrol's report is filed without being accepted first
        (((Move.DISPATCH, "09:20"), (Move.RETURN, "09:30")), "accept dispatch receive dispatch"),  # returned: once more
        (((Move.DISPATCH, "09:20"), (Move.FEEDBACK, "09:30")), "accept dispatch receive send_to_check"),  # not received
        (
            ((Move.DISPATCH, "09:20"), (Move.RECEIVE, "09:30"), (Move.EXTEND, "09:40")),
            "accept dispatch receive handle",  # an extension begins no step
        ),
        (((Move.VOID, "09:20"), (Move.UNDO_VOID, "09:30")), "accept dispatch dispatch"),  # what is undone begins anew
        (((Move.REMIND, "09:20"), (Move.RELOCATE, "09:30")), "accept dispatch"),
    ],
)
def test_the_steps_of_a_case(more: tuple[tuple[Move, str], ...], steps: str) -> None:
    assert [visit.step.value for visit in visits(told(*FILED, *more))] == steps.split()


def test_a_verification_is_a_step_of_its_own() -> None:
    calls = (Move.REPORT, "09:00"), (Move.SEND_TO_VERIFY, "09:10"), (Move.VERIFY, "09:40"), (Move.ACCEPT, "09:50")
    assert [visit.step.value for visit in visits(told(*calls))] == ["accept", "verify", "accept", "file"]


@pytest.mark.parametrize(
    ("more", "now", "late"),
    [
        ((), "10:10", False),  # at the very minute
        ((), "10:11", True),
        (((Move.DISPATCH, "10:10"),), "17:00", False),  # done at the very minute
        (((Move.DISPATCH, "10:11"),), "17:00", True),
        (((Move.SUSPEND, "09:40"),), "7 17:00", False),  # the clock stands still
        (((Move.SUSPEND, "10:30"),), "7 17:00", True),  # suspended when it was late already
        (((Move.SUSPEND, "09:40"), (Move.RESUME, "7 09:00"), (Move.DISPATCH, "7 09:30")), "7 17:00", False),
        (((Move.SUSPEND, "09:40"), (Move.RESUME, "7 09:00"), (Move.DISPATCH, "7 09:31")), "7 17:00", True),
        (((Move.VOID, "09:20"),), "7 17:00", False),  # nothing is to be done any more
    ],
)
def test_a_step_is_late_after_its_limit(more: tuple[tuple[Move, str], ...], now: str, late: bool) -> None:
    day, _space, time = now.rpartition(" ")
    found = limited(visits(told(*FILED, *more)), lambda step, _on: Row() if step is Step.DISPATCH else None, CLOCK)
    dispatch = next(visit for visit in found if visit.step is Step.DISPATCH)
    assert dispatch.late(monday(time, int(day or 6))) is late


def test_every_move_is_known_to_begin_end_or_leave_a_step() -> None:
    assert not (BEGINS.keys() & ENDS)
    assert not (BEGINS.keys() & UNDOES)
    assert not (ENDS & UNDOES)
    assert set(BEGINS.values()) == set(Step)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], None),
        ([Row(id=1), Row(id=2, category_id=7)], 2),  # the category's own before the general one
        ([Row(id=1), Row(id=2, category_id=8)], 1),  # another category's
        ([Row(id=1), Row(id=2, area=Area.A)], 2),  # that of the class of area before that of every area
        ([Row(id=1, area=Area.A), Row(id=2)], 1),  # whichever was set later
        ([Row(id=1), Row(id=2, area=Area.B)], 1),  # another class
        ([Row(id=1, area=Area.B)], None),
        ([Row(id=1, area=Area.A), Row(id=2, category_id=7)], 2),  # the category's own first, as it is longer work
        ([Row(id=1, area=Area.A), Row(id=2, category_id=7), Row(id=3, category_id=7, area=Area.A)], 3),
        ([Row(id=1), Row(id=2, area=Area.A, valid_to=date(2017, 3, 6))], 1),
        ([Row(id=1, valid_to=date(2017, 3, 6))], None),  # ended this morning
        ([Row(id=1, valid_from=date(2017, 3, 7))], None),  # begins tomorrow
        ([Row(id=1, step=Step.CHECK)], None),
    ],
)
def test_the_limit_of_a_step_on_a_day(rows: list[Row], found: int | None) -> None:
    row = step_limit(rows, Step.DISPATCH, 7, Area.A, date(2017, 3, 6))
    assert (row.id if row else None) == found


@pytest.mark.parametrize("unit", list(LimitUnit))
def test_of_those_that_began_at_many_times_as_many_are_late_as_one_by_one(unit: LimitUnit) -> None:
    row = Row(3, unit)  # the 6th is a Monday; a month with weekends, nights and noons
    begun = [monday("00:00") + timedelta(minutes=97 * place) for place in range(24 * 31 * 60 // 97)]
    for now in begun[::29]:
        alone = [limited([Visit(Step.DISPATCH, at)], lambda _step, _on: row, CLOCK)[0].late(now) for at in begun]
        assert how_many_late(begun, row, CLOCK, now) == sum(alone)
        assert alone == sorted(alone, reverse=True)  # the first ones


def test_a_limit_is_set_shown_and_counted_for_who_has_the_case(world: World) -> None:
    session, root = world.session, world.root.id
    case, scope = world.dispatched(), scope_of(world.session, world.people["desk"])
    assert case_file(session, world.people["desk"], case.number).steps == ()
    assert late_in_step(session, scope) is None
    hour = StepForm(Step.RECEIVE, None, 1, LimitUnit.WORKING_HOUR)
    service.set_step(session, root, hour)
    with pytest.raises(Conflict):
        service.set_step(session, root, hour)
    due = monday("10:00")
    assert _now(session, world, case.number).due_at == due
    assert late_in_step(session, scope) == {}
    with clock.set_to(monday("10:01")):
        assert queries.present(session, root, where(case))[case.id].late(clock.now())
        assert late_in_step(session, scope) == {(case.unit_id, None): 1}
        # Ended from today on: the step that began today has none.
        service.set_step(session, root, StepForm(Step.RECEIVE, None, None, None))
        assert late_in_step(session, scope) == {}
    assert [row.valid_to for row in catalogue.step_rows(session, root)] == [date(2017, 3, 6)]
    assert case.due_at == monday("14:30")


def test_a_limit_for_a_class_of_area_holds_in_its_grids_alone_in_lists_pages_and_load(world: World) -> None:
    """Also where the class is that of the grid above, and where a suspension makes all events be read."""
    session, root = world.session, world.root.id
    west, east, moved = world.dispatched(), world.dispatched(location=Location(119.965, 31.855)), world.dispatched()
    scope, desk = scope_of(session, world.people["desk"]), world.people["desk"]
    assert west.grid_id != east.grid_id
    service.set_area(session, root, AreaForm(root, Area.B))
    service.set_area(session, root, AreaForm(west.grid_id, Area.A))
    service.set_step(session, root, StepForm(Step.RECEIVE, None, 4, LimitUnit.URGENT_HOUR))
    service.set_step(session, root, StepForm(Step.RECEIVE, None, 1, LimitUnit.URGENT_HOUR, None, Area.A))
    with pytest.raises(Conflict):
        service.set_step(session, root, StepForm(Step.RECEIVE, None, 1, LimitUnit.URGENT_HOUR, None, Area.A))
    world.move(moved, Move.SUSPEND, "desk", reason="修路", suspension=Suspension.OUTSIDE)
    with clock.set_to(monday("09:30")):
        world.move(moved, Move.RESUME, "desk")
    for now, late in (("11:01", {west.id, moved.id}), ("14:01", {west.id, moved.id, east.id})):
        with clock.set_to(monday(now)):
            listed = {row.id for row in queue(session, scope, QueueFilter(late_step=True)).rows}
            beside = queries.present(session, root, where(west, east, moved))
            pages = {one.id: case_file(session, desk, one.number).steps[-1] for one in (west, east, moved)}
            assert listed == late
            assert {case_id for case_id, visit in beside.items() if visit.late(clock.now())} == late
            assert {case_id for case_id, visit in pages.items() if visit.late(clock.now())} == late
            assert sum((late_in_step(session, scope) or {}).values()) == len(late)
    # Its own limit taken back, that of every area holds; and of B none was ever set.
    service.set_step(session, root, StepForm(Step.RECEIVE, None, None, None, None, Area.A))
    with clock.set_to(monday("12:00")):
        assert late_in_step(session, scope) == {}


def test_of_a_setting_that_is_to_end_another_may_take_the_place_before(world: World) -> None:
    """Two rows never hold on the same day, and withdrawing the later one leaves one."""
    session, root, grid = world.session, world.root.id, world.west.id
    end, sooner = date(2017, 3, 20), date(2017, 3, 15)

    def hour(limit: int | None, begins: date | None) -> StepForm:
        return StepForm(Step.RECEIVE, None, limit, LimitUnit.WORKING_HOUR if limit else None, begins)

    service.set_step(session, root, hour(1, None))
    service.set_area(session, root, AreaForm(grid, Area.A))
    for begins in (end, sooner):
        service.set_step(session, root, hour(None, begins))
        service.set_area(session, root, AreaForm(grid, None, begins))
    with pytest.raises(Conflict):
        service.set_step(session, root, hour(None, sooner))
    with pytest.raises(Conflict):
        service.set_area(session, root, AreaForm(grid, None, sooner))
    service.set_step(session, root, hour(2, date(2017, 3, 10)))
    service.set_area(session, root, AreaForm(grid, Area.B, date(2017, 3, 10)))
    days = [(date(2017, 3, 6), date(2017, 3, 10)), (date(2017, 3, 10), None)]
    assert [(row.valid_from, row.valid_to) for row in catalogue.step_rows(session, root)] == days
    assert [(row.valid_from, row.valid_to) for row in catalogue.area_rows(session, root)] == days


def test_a_wrong_limit_of_a_step_names_its_fields(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        parse_step({"step": "sleep", "category": "x", "limit": "0", "limit_unit": "year", "valid_from": "soon"})
    assert {error.field for error in refused.value.errors} == {"step", "category", "limit", "limit_unit", "valid_from"}
    for wrong in (
        StepForm(Step.FILE, 10**9, 1, LimitUnit.WORKING_HOUR),
        StepForm(Step.FILE, None, 1, LimitUnit.WORKING_HOUR, date(2017, 3, 5)),
    ):
        with pytest.raises(Invalid):
            service.set_step(world.session, world.root.id, wrong)


def test_a_list_of_what_is_late_in_its_step_holds_each_open_case_whose_row_says_so(world: World) -> None:
    """Also those that wait for the centre; the load of units is of what they have in hand alone."""
    session, root = world.session, world.root.id
    for step in Step:
        service.set_step(session, root, StepForm(step, None, 1, LimitUnit.URGENT_HOUR))
    call = world.report("public", "clerk")
    waits = [world.report(), world.move(call, Move.SEND_TO_VERIFY, "clerk"), world.filed(), world.checking()]
    handled, ended = world.dispatched(), world.closed()
    scope = scope_of(session, world.people["desk"])
    with clock.set_to(monday("23:00")):
        late = {row.id for row in queue(session, scope, QueueFilter(late_step=True)).rows}
        assert late == {case.id for case in (*waits, handled)}
        assert late == set(queries.present(session, root, where(*waits, handled)))
        assert ended.id not in late
        groups = (Group.TO_ACCEPT, Group.TO_ACCEPT, Group.TO_DISPATCH, Group.TO_CHECK)
        for case, group in zip(waits, groups, strict=True):
            assert case.id in {row.id for row in queue(session, scope, QueueFilter(group, late_step=True)).rows}
        assert late_in_step(session, scope) == {(handled.unit_id, None): 1}


def where(*cases: Case) -> dict[int, queries.Where]:
    """The cases with what their limits hang on."""
    return {case.id: (case.category_id, case.grid_id) for case in cases}


def _now(session: Session, world: World, number: str) -> Visit:
    return case_file(session, world.people["desk"], number).steps[-1]


def test_more_cases_may_be_late_than_a_statement_takes_values(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case, desk = world.dispatched(), scope_of(world.session, world.people["desk"])
    monkeypatch.setattr(queries, "late_ids", lambda *_: list(range(1, 70_000)))
    assert late_in_step(world.session, desk) == {(case.unit_id, None): 1}
    assert [row.id for row in queue(world.session, desk, QueueFilter(late_step=True)).rows] == [case.id]
