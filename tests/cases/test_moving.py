"""The way of a case and the fields of its moves, on both databases."""

import pytest
from sqlalchemy import func, select

from gridops.audit.models import AuditEntry
from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import CaseEvent
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import Move, State
from gridops.cases.service import dispatch_many, move, move_many, rebuild, report
from gridops.cases.service.writing import EVENT_COLUMNS
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.world import World, fields_of, monday, told
from tests.factories import make_grid, make_user

S, M = State, Move


def test_a_case_from_the_street_to_its_closing(world: World) -> None:
    case = world.report("public", "clerk")
    world.move(case, M.SEND_TO_VERIFY, "clerk")
    world.move(case, M.VERIFY, "inspector", outcome=True, words="属实")
    world.move(case, M.ACCEPT, "clerk")
    world.move(case, M.FILE, "leader", condition=world.condition.id)
    assert case.due_at == monday("14:30")  # 4 working hours from 09:00 with a pause from 12:00 to 13:30
    assert (case.due_first_at, case.runs_out_at, case.condition_id) == (case.due_at, case.due_at, world.condition.id)
    world.move(case, M.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
    world.move(case, M.RECEIVE, "handler")
    world.move(case, M.FEEDBACK, "handler", words="已清理")
    world.move(case, M.SEND_TO_CHECK, "clerk")
    world.move(case, M.CHECK_PASSED, "inspector", words="干净")
    world.move(case, M.CLOSE, "leader", closing_condition=world.condition.id)
    assert (case.state, case.version, case.runs_out_at, case.open_tile) == (S.CLOSED, 11, FAR, None)
    assert (case.handled_at, case.closed_at) == (monday("09:00"), monday("09:00"))
    last = told(world.session, case)[-1]
    assert last.details == {"closing_condition_id": world.condition.id, "closing_condition": "问题已消除"}
    assert (
        world.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.subject_kind == "case"))
        == 11
    )
    world.holds(case)


def test_an_untrue_report_is_declined(world: World) -> None:
    case = world.report("public", "clerk")
    world.move(case, M.SEND_TO_VERIFY, "clerk")
    world.move(case, M.VERIFY, "inspector", outcome=False, words="现场无此问题")
    with pytest.raises(Conflict, match="不属实"):
        world.move(case, M.ACCEPT, "clerk")
    world.move(case, M.DECLINE, "clerk", reason="核实不属实")
    assert (case.state, case.declined_at is not None, case.verified) == (S.DECLINED, True, False)
    world.holds(case)


def test_a_failed_check_goes_back_to_the_unit_and_the_clock_continues(world: World) -> None:
    case = world.checking()
    due = case.due_at
    world.move(case, M.CHECK_FAILED, "inspector", reason="仍有残留")
    assert (case.state, case.handled_at, case.due_at) == (S.DISPATCHED, None, due)
    assert case.failed_at is not None
    world.move(case, M.FEEDBACK, "handler", words="再次清理")
    assert case.state is S.HANDLED
    world.holds(case)


def test_a_handler_never_checks_whatever_else_he_is(world: World) -> None:
    case = world.checking()
    for what in (M.CHECK_PASSED, M.CHECK_FAILED, M.CLOSE):
        with pytest.raises(NotAllowed, match="处置人员"):
            world.move(case, what, "everything", reason="x")


def test_who_may_close(world: World) -> None:
    for who in ("leader", "inspector", "community_handler"):  # shift leader, originator, another community's handler
        case = world.move(world.checking(), M.CHECK_PASSED, "inspector")
        assert world.move(case, M.CLOSE, who, closing_condition=world.condition.id).state is S.CLOSED
    for who in ("dispatcher", "eastern_inspector", "parks_handler"):
        case = world.move(world.checking(), M.CHECK_PASSED, "inspector")
        with pytest.raises((NotAllowed, NotFound)):
            world.move(case, M.CLOSE, who, closing_condition=world.condition.id)


def test_the_communitys_own_case_is_closed_by_another(world: World) -> None:
    case = world.dispatched("community")
    world.move(case, M.FEEDBACK, "community_handler", words="好了")
    world.move(case, M.SEND_TO_CHECK, "dispatcher")
    world.move(case, M.CHECK_PASSED, "inspector")
    with pytest.raises(NotAllowed):
        world.move(case, M.CLOSE, "community_handler", closing_condition=world.condition.id)


def test_a_handler_acts_for_his_unit_and_those_below_only(world: World) -> None:
    case = world.dispatched("crew")
    with pytest.raises(NotFound):  # out of sight of the other unit altogether
        world.move(case, M.RECEIVE, "parks_handler")
    assert world.move(case, M.RECEIVE, "handler").state is S.RECEIVED


def test_an_inspector_acts_in_his_own_territory_only(world: World) -> None:
    case = world.checking()
    with pytest.raises(NotFound):
        world.move(case, M.CHECK_PASSED, "eastern_inspector")
    with pytest.raises(NotAllowed):
        world.move(case, M.CHECK_PASSED, "leader")


def test_people_of_another_jurisdiction_do_not_even_learn_of_it(world: World) -> None:
    from gridops.people.queries import load_person
    from gridops.people.rules import Role

    elsewhere = make_grid(world.session, west=120.5)
    stranger = load_person(world.session, make_user(world.session, elsewhere, Role.SHIFT_LEADER).id)
    with pytest.raises(NotFound):
        move(world.session, world.report().id, M.ACCEPT, stranger)


def test_what_is_needed_is_asked_for_by_name(world: World) -> None:
    case = world.report()
    with pytest.raises(Invalid) as refused:
        world.move(case, M.DECLINE, "clerk")
    assert fields_of(refused) == ["reason"]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.FILE, "leader")
    assert fields_of(refused) == ["condition"]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.FILE, "leader", condition=world.other_condition.id)
    assert fields_of(refused) == ["condition"]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.ACCEPT, "clerk", unit=1)
    assert fields_of(refused) == ["unit"]
    assert (case.version, len(told(world.session, case))) == (1, 1)


def test_a_local_category_without_conditions_is_filed_without_a_limit(world: World) -> None:
    from tests.factories import make_category

    make_category(world.session, "0199", name="本地扩展")
    case = world.report(category="0199")
    world.move(case, M.FILE, "leader")
    assert (case.state, case.due_at, case.runs_out_at) == (S.FILED, None, FAR)


def test_a_unit_of_another_street_is_no_unit(world: World) -> None:
    from tests.factories import make_unit

    other = make_unit(world.session, make_grid(world.session, west=120.5))
    with pytest.raises(Invalid) as refused:
        world.move(world.filed(), M.DISPATCH, "dispatcher", unit=other.id)
    assert fields_of(refused) == ["unit"]


def test_a_stale_form_is_refused(world: World) -> None:
    case = world.report()
    world.move(case, M.ACCEPT, "clerk", expected_version=1)
    with pytest.raises(Conflict, match="刷新"):
        world.move(case, M.FILE, "leader", condition=world.condition.id, expected_version=1)
    assert case.state is S.ACCEPTED


def test_evidence_of_others_makes_no_form_stale(world: World) -> None:
    case = world.report()
    world.report(who="eastern_inspector", same_as=case.number)
    assert world.move(case, M.ACCEPT, "clerk", expected_version=1).version == 2


def test_a_move_sent_twice_happens_once(world: World) -> None:
    case = world.dispatched()
    for _ in range(2):
        assert world.move(case, M.FEEDBACK, "handler", words="好了", record_id="0190-f").state is S.HANDLED
    assert [event.move for event in told(world.session, case)].count(M.FEEDBACK) == 1


def test_a_move_never_happens_before_the_one_before_it(world: World) -> None:
    case = world.dispatched()
    world.move(case, M.FEEDBACK, "handler", words="好了", happened_at=monday("08:00"))
    last = told(world.session, case)[-1]
    assert last.happened_at == monday("09:00")
    assert last.details == {"said_at": monday("08:00").isoformat()}


def test_many_are_dispatched_at_once_each_by_its_own_right(world: World) -> None:
    good, also, not_filed = world.filed(), world.filed(), world.report()
    wanted = [not_filed.id, good.id, 987654, also.id, good.id]
    outcomes = dispatch_many(world.session, wanted, world.units["parks"].id, world.people["dispatcher"])
    assert [(o.case_id, o.done) for o in outcomes] == [
        (not_filed.id, False), (good.id, True), (987654, False), (also.id, True),
    ]  # fmt: skip
    assert outcomes[0].refused == "案件待受理，不能派遣"
    assert (good.state, also.state, not_filed.state) == (S.DISPATCHED, S.DISPATCHED, S.REPORTED)
    with pytest.raises(Invalid):
        dispatch_many(world.session, [], world.units["parks"].id, world.people["dispatcher"])


def test_a_damaged_row_is_rebuilt_from_its_events(world: World) -> None:
    case = world.closed()
    case.state, case.due_at = S.FILED, None
    world.session.flush()
    assert rebuild(world.session, [case.id]) == [case.id]
    assert rebuild(world.session, [case.id]) == []
    assert case.state is S.CLOSED
    world.holds(case)


def test_columns_of_events_are_all_written() -> None:
    assert {*EVENT_COLUMNS, "id", "superseded_at"} == {column.name for column in CaseEvent.__table__.columns}


def test_a_report_in_two_steps_is_the_same_as_in_one(world: World) -> None:
    direct = report(
        world.session, ReportIn(category="0110", location=Location(119.955, 31.855), self_handled=True),
        world.people["inspector"],
    )  # fmt: skip
    later = world.report()
    move(world.session, later.id, M.SELF_HANDLE, world.people["inspector"], MoveFields(words="已清理"))
    assert (later.state, later.version, later.self_handled_at) == (direct.state, direct.version, direct.self_handled_at)


def test_one_move_is_made_of_many_each_by_its_own_right_and_the_same_form_twice_is_once(world: World) -> None:
    here, also, not_sent = world.dispatched(), world.dispatched(), world.filed()
    form, fields = "018f0000-0000-7000-8000-000000000001", MoveFields(words="请尽快")
    ids = [here.id, not_sent.id, 987654, also.id]
    for _ in range(2):
        outcomes = move_many(world.session, ids, M.REMIND, world.people["dispatcher"], fields, form)
        assert [outcome.done for outcome in outcomes] == [True, False, False, True]
        assert outcomes[2].number is None
    for case in (here, also):
        assert [event.move for event in told(world.session, case)].count(M.REMIND) == 1
    assert not any(o.done for o in move_many(world.session, ids, M.REMIND, world.people["inspector"], fields))
    for what, cases in ((M.VOID, ids), (M.REMIND, [])):
        with pytest.raises(Invalid):
            move_many(world.session, cases, what, world.people["leader"])
