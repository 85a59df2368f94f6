"""Rounds from plan to end: who leads, joins, sees and ends them; draws; the month they belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.inspections import queries, service
from gridops.inspections.forms import PlanIn, Replan, parse_round
from gridops.inspections.models import Round
from gridops.inspections.rules import RoundState, VisitKind, draw, state_of
from gridops.people.queries import scope_of
from gridops.premises import service as premises
from gridops.premises.rules import Risk
from gridops.squads import queries as squads
from gridops.squads.rules import Agency, Someone, parse_people
from tests.factories import at, make_grid
from tests.inspections.world import AFTER_DUE, NIGHT, World, fields

APRIL = (at("2017-04-01 00:00"), at("2017-05-01 00:00"))
MARCH = (at("2017-03-01 00:00"), at("2017-04-01 00:00"))


def test_a_round_over_midnight_of_the_last_day_belongs_to_the_month_of_its_start(world: World) -> None:
    night = world.started()
    world.visit(night, at("2017-04-01 00:30"))
    assert [row.id for row in queries.open_rounds(world.session, world.root.id, *MARCH)] == [night.id]
    world.end(night, at("2017-04-01 02:00"))
    assert queries.open_rounds(world.session, world.root.id, *MARCH) == []
    assert [row.id for row in queries.rounds_of(world.session, world.root.id, *MARCH)] == [night.id]
    assert queries.rounds_of(world.session, world.root.id, *APRIL) == []
    assert queries.seen(world.session, [night.id])[night.id].visits == 1
    turns = squads.turns(world.session, [night.squad_id])[night.squad_id]
    assert (turns.people, turns.officers) == (2, 2)


def test_a_round_has_a_number_of_its_street_and_year(world: World) -> None:
    assert [world.started().number, world.started(at("2017-04-01 21:00")).number] == ["YC2017-0001", "YC2017-0002"]


def test_nothing_found_is_a_result_and_so_is_a_grid_that_was_seen(world: World) -> None:
    night = world.started(grids=[world.west.code])
    assert queries.seen(world.session, [night.id])[night.id].total == 0
    body = {"action": "grid_checked", "round": night.number, "grids": [world.west.code, world.east.code]}
    world.record("officer", body, NIGHT + timedelta(hours=1))
    world.record("officer", {**body, "grids": [world.west.code]}, NIGHT + timedelta(hours=2))  # the first time stands
    rows = queries.grids_of(world.session, night.id)
    assert [row.checked_at for row in rows] == [NIGHT + timedelta(hours=1)] * 2
    assert queries.seen(world.session, [night.id])[night.id].grids == 2


def test_the_duty_leader_ends_a_round_with_a_reason_and_nobody_else_does(world: World) -> None:
    night = world.started()
    end = at("2017-04-01 09:00")
    with pytest.raises(Invalid) as refused:
        service.end_round(world.session, world.people["duty"], night, end)
    assert fields(refused) == ["reason"]
    for who in ("dispatcher", "auxiliary", "second"):
        with pytest.raises(NotAllowed):
            service.end_round(world.session, world.people[who], night, end, reason="手机没电")
    service.end_round(world.session, world.people["duty"], night, end, reason="负责人手机没电", version=night.version)
    assert (night.ended_by, state_of(night)) == (world.people["duty"].user_id, RoundState.ENDED)
    with pytest.raises(Closed):
        service.end_round(world.session, world.people["duty"], night, end, reason="再次")


def test_a_stale_page_ends_nothing(world: World) -> None:
    night = world.started()
    with pytest.raises(Conflict):
        service.end_round(world.session, world.people["duty"], night, AFTER_DUE, reason="x", version=night.version - 1)


def test_a_round_with_records_is_ended_not_cancelled_and_a_cancelled_one_takes_none(world: World) -> None:
    night, other = world.started(), world.started(at("2017-04-02 21:00"))
    world.visit(night, NIGHT, complete=False)
    with pytest.raises(Conflict):
        service.cancel_round(world.session, world.people["duty"], night, "下雨")
    service.cancel_round(world.session, world.people["dispatcher"], other, "下雨")
    with pytest.raises(Closed):
        world.visit(other, at("2017-04-02 22:00"))


def test_a_round_started_on_two_phones_began_at_the_earlier_time(world: World) -> None:
    form = PlanIn(NIGHT, "安全", world.people["officer"].username, inspection=True, approval="王主任")
    night = service.plan_round(world.session, world.people["duty"], form)
    start = {"action": "start", "number": night.number}
    world.record("second", start, NIGHT + timedelta(minutes=5))
    world.record("officer", start, NIGHT)
    assert (night.started_at, night.leader_id) == (NIGHT, world.people["officer"].user_id)
    assert squads.turns(world.session, [night.squad_id])[night.squad_id].people == 2


def test_a_plan_keeps_seed_and_population_of_both_draws_so_that_they_can_be_repeated(world: World) -> None:
    for name, risk in (("甲厂", Risk.HIGH), ("乙厂", Risk.LOW), ("丙厂", Risk.MEDIUM)):
        premises.ensure(world.session, world.root.id, None, name, risk=risk, grid_id=world.west.id)
    form = PlanIn(
        NIGHT,
        "安全",
        world.people["officer"].username,
        groups=2,
        grids=(world.west.id,),
        people=(Someone("李四", Agency.FIRE, "消-9"),),
        by_risk=1,
        at_random=2,
        officers_at_random=1,
    )
    night = service.plan_round(world.session, world.people["western_desk"], form)
    plan = night.plan
    assert plan is not None
    assert len(plan["risk"]) == 1
    for kind, part in (("premises", plan["premises"]), ("officer", plan["officers"])):
        assert list(draw(kind, part["seed"], part["population"], len(part["drawn"])).drawn) == part["drawn"]
    assert len(plan["premises"]["population"]) == 3
    certified = {world.people[who].user_id for who in ("officer", "second")}
    assert set(plan["officers"]["population"]) == certified  # the third one's certificate ended the day before
    members = {row.user_id or row.name for row in squads.members(world.session, night.squad_id)}
    assert members == {world.people["officer"].user_id, "李四", *plan["officers"]["drawn"]}
    assert squads.turns(world.session, [night.squad_id])[night.squad_id].people == 0  # planned is not there


def test_a_plan_may_change_until_the_round_begins(world: World) -> None:
    form = PlanIn(NIGHT, "安全", world.people["officer"].username, people=parse_people("王强@police_station#320001"))
    night = service.plan_round(world.session, world.people["duty"], form)
    duty, version = world.people["duty"], night.version
    later = NIGHT + timedelta(days=1)
    new = Replan(later, "涉气", world.people["second"].username, "天气", 2, inspection=True, approval="王主任")
    with pytest.raises(NotAllowed):
        service.change_plan(world.session, world.people["officer"], night, new, version=version)
    service.change_plan(world.session, duty, night, new, version=version)
    assert (night.planned_for, night.theme, night.groups, night.inspection) == (later, "涉气", 2, True)
    assert night.leader_id == world.people["second"].user_id
    assert [(row.user_id, row.leads) for row in squads.members(world.session, night.squad_id)] == [
        (world.people["second"].user_id, True)
    ]
    with pytest.raises(Conflict):  # somebody else's page
        service.change_plan(world.session, duty, night, new, version=version)
    world.record("second", {"action": "start", "number": night.number}, later)
    with pytest.raises(Conflict, match="已经开始"):
        service.change_plan(world.session, duty, night, new, version=night.version)


def test_a_plan_that_cannot_be_is_refused_by_its_field(world: World) -> None:
    form = PlanIn(NIGHT, "安全", world.people["officer"].username)
    elsewhere = make_grid(world.session, west=118.0)
    for change, field in (
        ({"leader": "nobody"}, "leader"),
        ({"people": (Someone("nobody", username="nobody"),)}, "people"),
        ({"officers_at_random": 3}, "officers_at_random"),
    ):
        with pytest.raises(Invalid) as refused:
            service.plan_round(world.session, world.people["duty"], replace(form, **change))
        assert fields(refused) == [field]
    with pytest.raises(NotAllowed):
        service.plan_round(world.session, world.people["duty"], replace(form, grids=(elsewhere.id,)))
    with pytest.raises(NotAllowed):
        service.plan_round(world.session, world.people["western_desk"], form)
    with pytest.raises(NotAllowed):
        service.plan_round(world.session, world.people["officer"], form)


def test_who_may_record_and_how_one_joins(world: World) -> None:
    night = world.started()
    with pytest.raises(NotAllowed):
        world.visit(night, NIGHT, who="handler")
    with pytest.raises(NotAllowed):  # the code of no round
        world.record("eastern", {"round": night.number, "code": "x"}, NIGHT, "check_in")
    with pytest.raises(NotAllowed):  # neither code nor plan
        world.record("eastern", {"round": night.number}, NIGHT, "check_in")
    with pytest.raises(NotFound):
        world.record("eastern", {"code": "unknown"}, NIGHT, "check_in")
    world.record("eastern", {"code": world.code(night)}, NIGHT, "check_in")
    world.record("eastern", {"round": night.number, "code": world.code(night)}, NIGHT, "check_in")  # twice is once
    world.record("eastern", {"round": night.number, "out": True}, NIGHT + timedelta(hours=1), "check_in")
    turns = squads.turns(world.session, [night.squad_id])[night.squad_id]
    assert (turns.people, turns.officers) == (3, 2)


def test_a_round_is_seen_by_who_sees_one_of_its_grids(world: World) -> None:
    night = world.started(grids=[world.west.code])
    free = world.started(at("2017-04-02 21:00"))

    def seen(who: str) -> list[str]:
        scope = scope_of(world.session, world.people[who])
        return [row.round.number for row in queries.round_page(world.session, scope).rows]

    assert seen("duty") == [free.number, night.number]
    assert seen("western_desk") == [night.number]
    assert seen("eastern_desk") == []
    with pytest.raises(NotFound):
        queries.round_in_sight(world.session, scope_of(world.session, world.people["eastern_desk"]), night.number)
    visit = world.visit(night, NIGHT)
    assert queries.visits_of(world.session, night.id, scope_of(world.session, world.people["eastern_desk"])) == []
    rows = queries.visits_of(world.session, night.id, scope_of(world.session, world.people["western_desk"]))
    assert [row.visit.id for row in rows] == [visit.id]


def test_the_list_turns_pages_without_losing_a_round(world: World) -> None:
    numbers = [world.started(NIGHT + timedelta(days=n)).number for n in range(5)]
    scope = scope_of(world.session, world.people["duty"])
    seen, after = [], None
    while True:
        page = queries.round_page(world.session, scope, after=after, limit=2)
        seen += [row.round.number for row in page.rows]
        if (after := page.next) is None:
            break
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "start", "inspection": True}, "body.approval"),  # an inspection that nobody approved
        ({"action": "end"}, "body.round"),
        ({"action": "cancel", "round": "YC1"}, "body.reason"),
        ({"action": "grid_checked", "round": "YC1"}, "body.grids"),
        ({"action": "dance"}, "body.action"),
        ({"action": "start", "more": 1}, "body.more"),
    ],
)
def test_a_record_of_a_round_names_what_it_lacks(body: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_round(body)
    assert field in fields(refused)


def test_a_round_is_corrected_by_the_desk_alone(world: World) -> None:
    night = world.started()
    said = {"theme": "涉气二", "groups": 3, "approval": "李主任 4号", "reason": "笔误"}
    with pytest.raises(NotAllowed):
        service.correct_round(world.session, world.people["officer"], night, version=night.version, **said)  # type: ignore[arg-type]
    service.correct_round(world.session, world.people["duty"], night, version=night.version, **said)  # type: ignore[arg-type]
    assert (night.theme, night.groups, night.approval) == ("涉气二", 3, "李主任 4号")
    with pytest.raises(Conflict):
        service.correct_round(world.session, world.people["duty"], night, version=1, **said)  # type: ignore[arg-type]


def test_the_desk_notes_who_was_there(world: World) -> None:
    night = world.started(officers=1)
    named = (
        Someone("赵六", Agency.STREET),
        Someone(world.people["second"].username, username=world.people["second"].username),
    )
    assert service.add_people(world.session, world.people["duty"], night, named) == 2
    assert squads.turns(world.session, [night.squad_id])[night.squad_id].officers == 2
    assert world.visit(night, NIGHT).kind is VisitKind.INSPECTION


def test_my_rounds_are_those_i_am_on(world: World) -> None:
    night = world.started()
    mine = queries.rounds_of_person(world.session, world.root.id, world.people["second"].user_id, NIGHT)
    assert [row.round.id for row in mine] == [night.id]
    assert queries.rounds_of_person(world.session, world.root.id, world.people["expired"].user_id, NIGHT) == []
    assert isinstance(mine[0].round, Round)


@pytest.mark.parametrize(
    ("who", "may"), [("officer", True), ("duty", True), ("expired", False), ("auxiliary", False), ("eastern", False)]
)
def test_certified_officers_and_the_desk_begin_an_inspection(world: World, who: str, may: bool) -> None:
    body = {"action": "start", "inspection": True, "approval": "领导同意"}
    if may:
        assert world.session.get_one(Round, world.record(who, body, NIGHT)).inspection
        return
    with pytest.raises(Invalid) as refused:
        world.record(who, body, NIGHT)
    assert fields(refused) == ["body.inspection"]


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        (NIGHT - timedelta(hours=12), None),  # out before the leader pressed the button
        (NIGHT - timedelta(hours=12, seconds=1), "早于"),
        (at("2017-04-09 10:00"), None),  # gone back there, a week after the end
    ],
)
def test_a_visit_is_not_long_before_its_night(world: World, when: datetime, fault: str | None) -> None:
    night = world.end(world.started(), at("2017-04-01 01:00"))
    if fault is None:
        assert world.visit(night, when, kind="patrol").round_id == night.id
        return
    with pytest.raises(Invalid, match=fault):
        world.visit(night, when, kind="patrol")


def test_a_visit_on_a_planned_round_that_nobody_began_begins_it(world: World) -> None:
    form = PlanIn(NIGHT, "安全", world.people["officer"].username)
    night = service.plan_round(world.session, world.people["duty"], form)
    world.visit(night, NIGHT + timedelta(minutes=30), who="auxiliary", kind="patrol")
    assert night.started_at == NIGHT + timedelta(minutes=30)
    world.record("officer", {"action": "start", "number": night.number}, NIGHT)  # its phone had no network
    assert (night.started_at, night.leader_id) == (NIGHT, world.people["officer"].user_id)
    assert world.end(night, at("2017-04-01 01:00")).ended_at == at("2017-04-01 01:00")


def test_whoever_presses_start_on_a_running_round_does_not_lead_it(world: World) -> None:
    night = world.started(officers=1)
    world.record("auxiliary", {"action": "start", "number": night.number}, NIGHT + timedelta(minutes=5))
    with pytest.raises(NotAllowed):
        world.record("auxiliary", {"action": "end", "round": night.number}, NIGHT + timedelta(hours=1))
    world.end(night, NIGHT + timedelta(hours=2))
    with pytest.raises(Closed):
        world.record("second", {"action": "start", "number": night.number}, NIGHT - timedelta(days=40))
    assert night.started_at == NIGHT
    with pytest.raises(Invalid) as refused:
        world.visit(night, NIGHT - timedelta(days=30), kind="patrol")
    assert fields(refused) == ["round"]
