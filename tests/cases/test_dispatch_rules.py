"""Rules kept version by version, what they say of real cases, and last month's cases under other rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.cases.forms import MoveFields, RuleForm
from gridops.cases.models import Case, CaseEvent, DispatchRuleRow
from gridops.cases.queries import dispatching
from gridops.cases.rules.dispatching import NO_RULE, Conditions, DayKind, Hours, try_on
from gridops.cases.rules.moves import Move
from gridops.cases.service import add_rule, change_rule, dispatch_many, end_rule, move, move_rule
from gridops.cases.service.dispatch_rules import standing, tried
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.grids.rules import Level
from gridops.people.models import Responsibility
from gridops.people.rules import WorkLine
from tests.cases.world import MORNING, World, told
from tests.factories import at, make_grid, statements_of

TODAY = date(2017, 3, 6)


def keep(world: World, name: str = "垃圾派环卫", unit: str | None = "cleaning", **more: Any) -> DispatchRuleRow:
    """A rule of the street."""
    asked = {one: more.pop(one) for one in ("categories", "grid_id", "sources", "hours", "days") if one in more}
    unit_id = world.units[unit].id if unit else None
    return add_rule(world.session, world.root.id, RuleForm(name, Conditions(**asked), unit_id, **more))


def form_of(row: DispatchRuleRow, **more: Any) -> RuleForm:
    given = {"name": row.name, "unit_id": row.unit_id, "line": row.line, "most": row.most, **more}
    return RuleForm(**given)


def proposed(world: World, case: Case) -> str | None:
    choice = dispatching.weighed(world.session, case, clock.now()).choice
    return None if choice is None else choice.rule.name


def of_dispatch(world: World, case: Case) -> Any:
    """What the last dispatch keeps of the rule."""
    entry = [each for each in told(world.session, case) if each.move is Move.DISPATCH][-1]
    return (entry.details or {}).get("dispatch_rule")


def test_a_changed_rule_ends_the_old_row_and_begins_a_new_one(world: World) -> None:
    root, actor = world.root.id, world.people["admin"].user_id
    first = keep(world)
    second = change_rule(world.session, first.id, root, form_of(first, name="改后"), actor_id=actor)
    assert (first.valid_to, second.valid_from, second.valid_to) == (TODAY, TODAY, None)
    assert (second.number, second.position, second.changed_by) == (first.number, first.position, actor)
    assert [rule.name for rule in dispatching.rules_on(world.session, root, TODAY)] == ["改后"]
    with pytest.raises(Conflict):
        change_rule(world.session, first.id, root, form_of(first))  # the old page was still open
    planned = change_rule(
        world.session, second.id, root, form_of(second, name="四月起", valid_from=date(2017, 4, 1), valid_to=None)
    )
    assert [rule.name for rule in dispatching.rules_on(world.session, root, date(2017, 3, 31))] == ["改后"]
    assert [rule.name for rule in dispatching.rules_on(world.session, root, date(2017, 4, 1))] == ["四月起"]
    end_rule(world.session, planned.id, root)
    assert dispatching.rules_on(world.session, root, date(2017, 4, 1)) == []
    assert standing(dispatching.rule_rows(world.session, root)) == []
    assert len(dispatching.rule_rows(world.session, root)) == 3  # nothing is deleted
    with pytest.raises(Conflict):
        end_rule(world.session, planned.id, root)
    acts = list(
        world.session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_kind == "dispatch_rule").order_by(AuditEntry.id)
        )
    )
    assert acts == ["dispatch_rule.add", "dispatch_rule.change", "dispatch_rule.change", "dispatch_rule.end"]


def test_a_rule_with_a_version_to_come_may_be_changed_before_it_and_the_version_too(world: World) -> None:
    def change(row: DispatchRuleRow, name: str, first: date | None = None, end: date | None = None) -> DispatchRuleRow:
        return change_rule(world.session, row.id, root, form_of(row, name=name, valid_from=first, valid_to=end))

    def names(*days: date) -> list[str]:
        return [rule.name for day in days for rule in dispatching.rules_on(world.session, root, day)]

    root, april, may = world.root.id, date(2017, 4, 1), date(2017, 5, 1)
    first = keep(world)
    planned = change(first, "四月起", april)
    with pytest.raises(Invalid, match="2017-04-01"):
        change(first, "今天起")  # it would do away with the plan
    now = change(first, "今天起", end=april)
    assert names(TODAY, date(2017, 3, 31), april) == ["今天起", "今天起", "四月起"]
    later = change(planned, "四月起另定")  # from its own first day on
    assert names(date(2017, 3, 31), april) == ["今天起", "四月起另定"]
    assert change(later, "五月起", may).valid_from == may
    assert names(april, date(2017, 4, 30), may) == ["四月起另定", "四月起另定", "五月起"]
    with pytest.raises(Conflict):
        change(planned, "旧页")
    end_rule(world.session, now.id, root)
    assert names(TODAY, april, may) == []


def test_rules_change_places_with_all_their_versions(world: World) -> None:
    root = world.root.id
    first, second, third = keep(world, "甲"), keep(world, "乙"), keep(world, "丙")
    move_rule(world.session, third.id, root, up=True)
    move_rule(world.session, first.id, root, up=True)  # at the top already
    newer = change_rule(world.session, third.id, root, form_of(third))
    move_rule(world.session, newer.id, root, up=True)
    assert [rule.name for rule in dispatching.rules_on(world.session, root, TODAY)] == ["丙", "甲", "乙"]
    assert third.position == newer.position
    move_rule(world.session, second.id, root, up=False)  # at the end already
    assert [rule.name for rule in dispatching.rules_on(world.session, root, TODAY)] == ["丙", "甲", "乙"]


def test_a_rule_names_only_what_is_of_its_street(world: World) -> None:
    abroad = make_grid(world.session, level=Level.STREET, west=110.0)
    for wrong, field in (
        (RuleForm("x", unit_id=987654), "unit_id"),
        (RuleForm("x", Conditions(grid_id=abroad.id), world.units["parks"].id), "grid_id"),
        (RuleForm("x", Conditions(categories=(987654,)), world.units["parks"].id), "categories"),
        (RuleForm("x", unit_id=world.units["parks"].id, valid_from=TODAY - timedelta(days=1)), "valid_from"),
        (RuleForm("x", unit_id=world.units["parks"].id, valid_to=TODAY), "last_day"),
    ):
        with pytest.raises(Invalid) as refused:
            add_rule(world.session, world.root.id, wrong)
        assert [error.field for error in refused.value.errors] == [field]
    row = keep(world)
    with pytest.raises(NotFound):
        change_rule(world.session, row.id, abroad.id, form_of(row))


def test_the_dispatch_keeps_which_rule_proposed_and_whether_it_was_followed(world: World) -> None:
    assert of_dispatch(world, world.dispatched()) is None  # no rules: nothing is said
    row = keep(world, categories=(world.category.id,))
    kept = {"id": row.id, "name": "垃圾派环卫", "unit_id": world.units["cleaning"].id}
    assert of_dispatch(world, world.dispatched("cleaning")) == {**kept, "followed": True}
    assert of_dispatch(world, world.dispatched("parks")) == {**kept, "followed": False}
    other = world.report(category=world.other_category.code)
    world.move(other, Move.FILE, "leader", condition=world.other_condition.id)
    world.move(other, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
    assert of_dispatch(world, other) is None  # no rule speaks of it


def test_time_days_and_place_are_those_of_the_dispatch(world: World) -> None:
    keep(world, "夜间", hours=Hours(18 * 60, 8 * 60))
    keep(world, "双休日", days=DayKind.REST)
    keep(world, "西片", grid_id=world.west.id)
    keep(world, "其余", "parks")
    case, east = world.filed(), world.filed(who="leader", location=None, grid=world.east.code)
    assert (proposed(world, case), proposed(world, east)) == ("西片", "其余")
    for time, name in (("2017-03-06 20:00", "夜间"), ("2017-03-11 10:00", "双休日"), ("2017-03-13 10:00", "西片")):
        with clock.set_to(at(time)):
            assert proposed(world, case) == name


def test_who_answers_for_the_line_nearest_to_the_case_is_proposed(world: World) -> None:
    keep(world, "长效管理", None, line=WorkLine.UPKEEP)
    case = world.filed()
    assert proposed(world, case) is None  # nobody answers
    for grid, unit in ((world.root, "parks"), (world.west, "cleaning")):
        world.session.add(Responsibility(grid_id=grid.id, line=WorkLine.UPKEEP, unit_id=world.units[unit].id))
        world.session.flush()
        choice = dispatching.weighed(world.session, case, clock.now()).choice
        assert choice is not None
        assert (choice.unit_id, choice.grid_id) == (world.units[unit].id, grid.id)


def test_a_unit_with_enough_in_hand_is_proposed_no_more_its_crews_counted_with_it(world: World) -> None:
    keep(world, "两件以内", most=2)
    keep(world, "其余", "parks")
    case = world.filed()
    world.dispatched("cleaning")
    assert proposed(world, case) == "两件以内"
    crew = world.dispatched("crew")  # below cleaning
    found = dispatching.weighed(world.session, case, clock.now())
    assert found.choice is not None
    assert (found.choice.rule.name, [one.rule.name for one in found.passed]) == ("其余", ["两件以内"])
    world.move(crew, Move.RETURN, "handler", reason="非本单位")
    assert proposed(world, case) == "两件以内"  # what was handed back is in hand no more
    held = world.dispatched("cleaning")
    assert proposed(world, held) == "其余"
    choice = dispatching.weighed(world.session, held, clock.now(), held=True).choice
    assert choice is not None
    assert choice.rule.name == "两件以内"  # its own case does not fill it


def test_many_are_dispatched_each_by_its_rule_and_those_without_stay(world: World) -> None:
    keep(world, "前两件", categories=(world.category.id,), most=2)
    keep(world, "第三件起", "parks", categories=(world.category.id,), most=1)
    cases = [world.filed() for _ in range(4)]
    waiting = world.report()
    outcomes = dispatch_many(
        world.session, [case.id for case in [*cases, waiting]], None, world.people["dispatcher"], "按规则"
    )
    assert [(one.rule, one.refused) for one in outcomes[:4]] == [
        ("前两件", None), ("前两件", None), ("第三件起", None), (None, NO_RULE),
    ]  # fmt: skip
    assert [case.unit_id for case in cases] == [
        world.units["cleaning"].id, world.units["cleaning"].id, world.units["parks"].id, None,
    ]  # fmt: skip
    assert not outcomes[4].done
    assert outcomes[4].refused != NO_RULE  # it waits for something else
    again = dispatch_many(world.session, [cases[0].id], None, world.people["dispatcher"])
    assert not again[0].done  # twice is as once


def test_who_does_not_see_a_case_learns_nothing_from_its_rule(world: World) -> None:
    case = world.filed()
    for person in ("community_handler", "eastern_inspector"):
        outcome = dispatch_many(world.session, [case.id], None, world.people[person])[0]
        assert not outcome.done
        assert outcome.refused != NO_RULE
    assert dispatch_many(world.session, [case.id], None, world.people["eastern_inspector"])[0].number is None


def test_last_months_cases_under_other_rules_are_what_each_alone_would_say(world: World) -> None:
    """A naive twin asks case by case, reading its events one by one."""
    cases = []
    for day in range(1, 8):
        with clock.set_to(at(f"2017-02-{day:02d} {day + 8:02d}:00")):
            case = world.filed(source="inspector" if day % 2 else "leader", who="inspector" if day % 2 else "leader")
            world.move(case, Move.DISPATCH, "dispatcher", unit=world.units["cleaning" if day < 5 else "parks"].id)
            cases.append(case)
    with clock.set_to(at("2017-02-20 09:00")):
        world.move(cases[0], Move.RETURN, "handler", reason="非本单位")
        world.move(cases[0], Move.DISPATCH, "desk", unit=world.units["parks"].id)  # sent elsewhere in the end
        to = {"category": world.other_category.id, "condition": world.other_condition.id}
        world.move(cases[1], Move.RECATEGORISE, "leader", **to)  # after it was sent
    with clock.set_to(at("2017-03-01 00:00")):
        world.dispatched()  # no longer last month
    keep(world, "上午", hours=Hours(8 * 60, 12 * 60), categories=(world.category.id,))
    rules = dispatching.rules_on(world.session, world.root.id, TODAY)
    since, until = at("2017-02-01 00:00"), at("2017-03-01 00:00")
    sent = dispatching.sent_between(world.session, world.root.id, since, until)
    assert {one.case_id for one in sent} == {case.id for case in cases}
    ground = dispatching.ground(world.session, world.root.id, rules)
    found = try_on(rules, sent, ground)
    same = other = none = 0
    for one in sent:
        entries = list(world.session.scalars(select(CaseEvent).where(CaseEvent.case_id == one.case_id)))
        last = [each for each in entries if each.move is Move.DISPATCH and since <= each.happened_at < until][-1]
        before = [each.category_id for each in entries if each.category_id and each.seq < last.seq][-1]
        hour = clock.local(last.happened_at).hour
        would = world.units["cleaning"].id if 8 <= hour < 12 and before == world.category.id else None
        none += would is None
        same += would is not None and would == last.unit_id
        other += would is not None and would != last.unit_id
    assert (found.same, found.other, found.none) == (same, other, none) == (2, 1, 4)
    assert [(one.sent.case_id, one.choice.rule.name) for one in found.differing] == [(cases[0].id, "上午")]


def test_a_trial_asks_the_database_no_more_for_more_cases(world: World) -> None:
    def asked() -> int:
        tomorrow = MORNING + timedelta(days=1)
        return statements_of(
            world.session, lambda: dispatching.sent_between(world.session, world.root.id, MORNING, tomorrow)
        )

    world.dispatched()
    few = asked()
    for _ in range(5):
        world.dispatched()
    assert asked() == few


def test_a_rule_is_tried_before_it_is_saved(world: World) -> None:
    row, case = keep(world, "旧"), world.filed()
    root = world.root.id
    edited = tried(world.session, row.id, root, form_of(row, name="新", unit_id=world.units["parks"].id))
    new = tried(world.session, None, root, form_of(row, name="再加一条"))
    assert [rule.name for rule in edited] == ["新"]
    assert [rule.name for rule in new] == ["旧", "再加一条"]
    assert proposed(world, case) == "旧"  # nothing was written
    assert [each.name for each in dispatching.rule_rows(world.session, root)] == ["旧"]


def test_a_case_sent_again_to_who_returned_it_still_asks_for_a_reason(world: World) -> None:
    keep(world)
    case = world.dispatched("cleaning")
    world.move(case, Move.RETURN, "handler", reason="非本单位")
    outcome = dispatch_many(world.session, [case.id], None, world.people["desk"])[0]
    assert outcome.refused == "重新派给退件单位须写明理由"
    move(world.session, case.id, Move.DISPATCH, world.people["desk"],
         MoveFields(unit=world.units["cleaning"].id, words="确属本单位"))  # fmt: skip
