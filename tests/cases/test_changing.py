"""Returns, extensions, suspensions, endings and their undoing, on both databases."""

from datetime import datetime

import pytest

from gridops.cases.forms import Location
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import Move, State, Suspension
from gridops.cases.rules.projection import project
from gridops.cases.service import resume_due
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.core.owed import Owed
from gridops.people.queries import load_person
from gridops.people.rules import Role
from tests.cases.world import World, fields_of, monday, owed_days, told
from tests.factories import at, make_user

S, M = State, Move


def test_a_returned_case_may_be_corrected_and_sent_again_but_wins_no_time(world: World) -> None:
    world.condition.handle_limit = 2
    case = world.dispatched()
    assert case.handle_due_at == monday("11:00")
    with clock.set_to(monday("10:30")):
        world.move(case, M.RETURN, "handler", reason="不属于本单位职责")
        assert (case.state, case.unit_id) == (S.FILED, world.units["cleaning"].id)
        with pytest.raises(Invalid) as refused:
            world.move(case, M.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
        assert fields_of(refused) == ["words"]
        world.move(case, M.DISPATCH, "dispatcher", unit=world.units["cleaning"].id, words="经核属本单位")
        assert case.handle_due_at == monday("11:00")
        world.move(case, M.RETURN, "handler", reason="仍不属于")
        world.move(case, M.DISPATCH, "dispatcher", unit=world.units["parks"].id)
        assert case.handle_due_at == monday("14:00")  # the new unit has its own two hours
    assert case.dispatched_at == monday("09:00")
    world.holds(case)


def test_who_sends_a_returned_case_out_again_does_not_take_it_over(world: World) -> None:
    case = world.dispatched()
    world.move(case, M.RETURN, "handler", reason="不属于本单位职责")
    world.move(case, M.DISPATCH, "everything", unit=world.units["cleaning"].id, words="属本单位")
    with pytest.raises(NotAllowed, match="退件"):
        world.move(case, M.RECEIVE, "everything")
    assert world.move(case, M.RECEIVE, "handler").state is S.RECEIVED


def test_an_extension_is_asked_granted_and_never_shorter(world: World) -> None:
    case = world.dispatched()
    later = monday("16:00")
    with pytest.raises(Invalid) as refused:
        world.move(case, M.ASK_EXTENSION, "handler", reason="设备故障", due=monday("13:00"))
    assert fields_of(refused) == ["due"]
    world.move(case, M.ASK_EXTENSION, "handler", reason="设备故障", due=later)
    assert (case.asked_due_at, case.due_at) == (later, monday("14:30"))
    with pytest.raises(Conflict):
        world.move(case, M.ASK_EXTENSION, "handler", reason="再申请", due=later)
    with pytest.raises(Invalid) as refused:
        world.move(case, M.EXTEND, "leader", due=monday("14:30"))
    assert fields_of(refused) == ["due"]
    world.move(case, M.EXTEND, "leader")
    assert (case.due_at, case.due_fair_at, case.handle_due_at, case.asked_at) == (later, later, later, None)
    assert (case.due_first_at, case.extended_at) == (monday("14:30"), monday("09:00"))
    world.holds(case)


def test_an_extension_after_the_deadline_moves_it_but_counts_for_nothing(world: World) -> None:
    case = world.dispatched()
    with clock.set_to(monday("15:00")):
        world.move(case, M.ASK_EXTENSION, "handler", reason="设备故障", due=monday("17:00"))
        world.move(case, M.EXTEND, "leader")
    assert (case.due_at, case.due_fair_at, case.runs_out_at) == (monday("17:00"), monday("14:30"), monday("17:00"))


def test_a_refused_extension_leaves_everything_and_another_may_be_asked(world: World) -> None:
    case = world.dispatched()
    world.move(case, M.ASK_EXTENSION, "handler", reason="设备故障", due=monday("16:00"))
    world.move(case, M.REFUSE_EXTENSION, "leader", reason="可调用备用车")
    assert (case.asked_at, case.due_at) == (None, monday("14:30"))
    world.move(case, M.ASK_EXTENSION, "handler", reason="备用车也坏了", due=monday("16:00"))
    world.holds(case)


def test_a_reminder_changes_nothing_and_makes_no_form_stale(world: World) -> None:
    case = world.dispatched()
    before = (case.version, case.state, case.due_at, case.last_moved_at)
    world.move(case, M.REMIND, "dispatcher", words="群众又来电")
    world.move(case, M.REMIND, "leader")
    assert (case.version, case.state, case.due_at, case.last_moved_at) == before
    with pytest.raises(NotAllowed):
        world.move(case, M.REMIND, "handler")
    world.move(case, M.FEEDBACK, "handler", words="已清理", expected_version=before[0])
    with pytest.raises(Conflict):
        world.move(case, M.REMIND, "leader")
    world.holds(case)


def test_a_press_is_answered_by_the_unit_and_makes_no_form_stale(world: World) -> None:
    case = world.dispatched()
    before = (case.version, case.state, case.due_at, case.last_moved_at)
    for due in (monday("09:00"), monday("08:59")):
        with pytest.raises(Invalid) as refused:
            world.move(case, M.PRESS, "chief", words="今日办结", due=due)
        assert fields_of(refused) == ["due"]
    with pytest.raises(NotAllowed):
        world.move(case, M.PRESS, "dispatcher", words="今日办结", due=monday("12:00"))
    world.move(case, M.PRESS, "chief", words="今日办结", due=monday("12:00"))
    assert (case.version, case.state, case.due_at, case.last_moved_at) == before
    with pytest.raises(Conflict, match="待答复"):
        world.move(case, M.PRESS, "leader", words="再督办", due=monday("12:00"))
    with pytest.raises(NotAllowed):
        world.move(case, M.ANSWER_PRESS, "leader", words="代答")
    with clock.set_to(monday("11:00")):
        world.move(case, M.FEEDBACK, "handler", words="已清理", expected_version=before[0])
        assert pressed(world, case) == (monday("09:00"), monday("12:00"), None)
        # What a phone says of the time never puts the answer before what it answers.
        world.move(case, M.ANSWER_PRESS, "handler", words="已清理并加派人手", happened_at=monday("08:00"))
    assert pressed(world, case) == (monday("09:00"), monday("12:00"), monday("11:00"))
    with pytest.raises(Conflict, match="没有待答复"):
        world.move(case, M.ANSWER_PRESS, "handler", words="再答")
    assert (told(world.session, case)[-1].reason, case.version) == ("已清理并加派人手", before[0] + 1)
    world.holds(case)


def test_a_case_is_pressed_again_after_an_answer_and_its_end_ends_the_press(world: World) -> None:
    case = world.dispatched()
    world.move(case, M.PRESS, "leader", words="一", due=monday("10:00"))
    world.move(case, M.ANSWER_PRESS, "handler", words="答")
    world.move(case, M.PRESS, "leader", words="二", due=monday("11:00"))
    assert pressed(world, case)[1:] == (monday("11:00"), None)
    world.move(case, M.VOID, "leader", reason="误立")
    assert pressed(world, case) == (None, None, None)
    world.move(case, M.UNDO_VOID, "leader", reason="误作废")
    assert pressed(world, case) == (None, None, None)
    world.holds(case)


def pressed(world: World, case: Case) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the case was pressed last, when the answer is due, and when it came: from the events alone."""
    facts = project(lookups.history(world.session, case.id).events)
    return facts.pressed_at, facts.press_due_at, facts.press_answered_at


def test_a_suspension_stops_the_clock_and_gives_back_what_was_left(world: World) -> None:
    case = world.dispatched()
    with clock.set_to(monday("10:00")):
        world.move(case, M.SUSPEND, "leader", reason="等燃气公司", suspension=Suspension.OUTSIDE)
        assert (case.suspended_at, case.runs_out_at, case.state) == (monday("10:00"), FAR, S.DISPATCHED)
        with pytest.raises(Conflict, match="挂账"):
            world.move(case, M.FEEDBACK, "handler", words="x")
    with clock.set_to(monday("09:00", 8)):
        world.move(case, M.RESUME, "leader")
    assert (case.due_at, case.suspended_at) == (monday("12:00", 8), None)  # three hours were left
    world.holds(case)


def test_a_case_put_off_to_a_date_resumes_by_itself(world: World) -> None:
    from datetime import date

    case = world.dispatched()
    with pytest.raises(Invalid):
        world.move(case, M.SUSPEND, "leader", reason="x", suspension=Suspension.SET_DATE, resume_on=date(2017, 3, 6))
    world.move(
        case, M.SUSPEND, "leader", reason="活动后处理", suspension=Suspension.SET_DATE, resume_on=date(2017, 3, 10)
    )
    assert case.resume_at == monday("00:00", 10)
    assert resume_due(world.session) == 0
    with clock.set_to(monday("00:01", 10)):
        assert resume_due(world.session) == 1
        assert resume_due(world.session) == 0
    assert (case.suspended_at, case.due_at) == (None, monday("14:00", 10))  # four hours from 08:30 on
    assert told(world.session, case)[-1].actor_id is None
    assert case.last_moved_at == monday("00:00", 10)
    world.holds(case)


def test_an_undone_closing_reopens_on_the_old_deadline_and_is_rework(world: World) -> None:
    case = world.closed()
    due = case.due_at
    with clock.set_to(monday("10:00", 7)):
        world.move(case, M.UNDO_CLOSING, "leader", reason="结案不实")
    assert (case.state, case.closed_at, case.handled_at, case.due_at) == (S.DISPATCHED, None, None, due)
    assert (case.failed_at, case.last_undone_at) == (monday("10:00", 7), monday("10:00", 7))
    assert case.open_tile is not None
    world.holds(case)


def test_a_void_is_undone_into_the_state_it_was_in(world: World) -> None:
    case = world.checking()
    world.move(case, M.VOID, "leader", reason="误立")
    assert (case.state, case.voided_at is not None) == (S.VOIDED, True)
    world.move(case, M.UNDO_VOID, "leader", reason="误作废")
    assert (case.state, case.voided_at) == (S.CHECKING, None)
    world.holds(case)


def test_a_closed_case_may_be_voided_and_is_closed_again_when_that_was_wrong(world: World) -> None:
    case = world.closed()
    world.move(case, M.VOID, "leader", reason="重复")
    world.move(case, M.UNDO_VOID, "leader", reason="不重复")
    assert (case.state, case.closed_at is not None) == (S.CLOSED, True)


def test_a_suspended_case_that_is_voided_and_brought_back_has_its_time_left(world: World) -> None:
    case = world.dispatched()
    with clock.set_to(monday("10:00")):
        world.move(case, M.SUSPEND, "leader", reason="等", suspension=Suspension.OUTSIDE)
    with clock.set_to(monday("10:00", 7)):
        world.move(case, M.VOID, "leader", reason="误")
        world.move(case, M.UNDO_VOID, "leader", reason="误")
    assert (case.due_at, case.due_fair_at, case.suspended_at) == (at("2017-03-07 14:30"), at("2017-03-07 14:30"), None)
    world.holds(case)


def test_a_case_is_merged_into_another_in_hand_and_never_in_a_ring(world: World) -> None:
    one, two, third = world.filed(), world.filed(), world.filed()
    with pytest.raises(Invalid) as refused:
        world.move(one, M.MERGE, "leader", into=one.number)
    assert fields_of(refused) == ["into"]
    world.move(one, M.MERGE, "leader", into=two.number)
    assert (one.state, one.merged_into_id) == (S.MERGED, two.id)
    for wrong in (one.number, "20170306-777777", world.report().number):
        with pytest.raises(Invalid):
            world.move(two, M.MERGE, "leader", into=wrong)
    world.move(two, M.MERGE, "leader", into=third.number)
    world.move(one, M.UNDO_MERGE, "leader", reason="不是一处")
    assert (one.state, one.merged_into_id) == (S.FILED, None)
    for case in (one, two, third):
        world.holds(case)


def test_nobody_merges_into_a_case_out_of_sight(world: World) -> None:
    eastern = load_person(world.session, make_user(world.session, world.root, Role.SHIFT_LEADER, grid=world.east).id)
    assert eastern is not None
    world.people["eastern_leader"] = eastern
    west, east = world.filed(), world.filed(location=Location(119.965, 31.855))
    assert east.grid_id == world.east.id
    with pytest.raises(Invalid) as refused:
        world.move(east, M.MERGE, "eastern_leader", into=west.number)
    assert fields_of(refused) == ["into"]
    world.move(east, M.MERGE, "leader", into=west.number)
    assert east.state is S.MERGED


def test_a_wrong_category_is_corrected_and_all_days_of_the_case_are_owed(world: World) -> None:
    case = world.filed()
    due = case.due_at
    world.session.query(Owed).delete()
    with clock.set_to(monday("10:00", 8)):
        world.move(case, M.RECATEGORISE, "leader", category=world.other_category.id, condition=world.other_condition.id)
    assert (case.category_id, case.condition_id, case.due_at) == (
        world.other_category.id,
        world.other_condition.id,
        due,
    )
    assert owed_days(world.session) == {f"{world.west.id}:2017-03-06"}
    with pytest.raises(Invalid):
        world.move(case, M.RECATEGORISE, "leader", category=world.other_category.id)
    world.holds(case)


def test_the_first_dispatch_names_the_unit_on_all_days_of_the_case(world: World) -> None:
    case = world.report()
    with clock.set_to(monday("10:00", 7)):
        world.move(case, M.FILE, "leader", condition=world.condition.id)
    world.session.query(Owed).delete()
    with clock.set_to(monday("10:00", 8)):
        world.move(case, M.DISPATCH, "dispatcher", unit=world.units["parks"].id)
    assert owed_days(world.session) == {f"{world.west.id}:2017-03-{day:02d}" for day in (6, 7, 8)}
