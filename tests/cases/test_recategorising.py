"""改类 of a filed case: it stands under a condition of its new category, and its deadline stays, on both databases."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.deadlines import Cause, Due
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import MOVES, Move, Suspension
from gridops.cases.rules.projection import project
from gridops.cases.rules.recounting import counted_under, recounted
from gridops.cases.rules.renewing import Wish
from gridops.cases.rules.standing import NO_CONDITION
from gridops.cases.service import recounting, renewing
from gridops.catalogue import service as catalogue_service
from gridops.catalogue.forms import AreaForm, ConditionForm
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import Area
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.worktime.rules import LimitUnit
from gridops.worktime.rules.changes import Change, What
from tests.cases.test_renewing import CLOCK, FOUR_HOURS, TERMS, events
from tests.cases.world import World, monday, told
from tests.factories import make_category, make_condition

pytestmark = pytest.mark.both

M = Move
NOT_OF_IT = "不是该类别现行的条件"


def ended(world: World) -> FilingCondition:
    """A condition of the other category that is no longer in force."""
    row = make_condition(world.session, world.other_category)
    row.position, row.valid_to = 2, date(2017, 3, 6)
    world.session.flush()
    return row


def recategorised(world: World, case: Case) -> Case:
    return world.move(
        case, M.RECATEGORISE, "leader", category=world.other_category.id, condition=world.other_condition.id
    )


@pytest.mark.parametrize(
    ("filed", "to", "condition", "wrong"),
    [
        (True, "other", None, ("condition", "required")),
        (True, "other", "old", ("condition", NOT_OF_IT)),
        (True, "other", "ended", ("condition", NOT_OF_IT)),
        (True, "other", "new", None),
        (True, "bare", None, ("category", NO_CONDITION)),
        (True, "bare", "new", ("category", NO_CONDITION)),
        (False, "other", None, None),
        (False, "other", "new", ("condition", "案件尚未立案，立案条件在立案时选择")),
        (False, "bare", None, None),
    ],
)
def test_a_filed_case_goes_over_with_a_condition_of_its_new_category(
    world: World, filed: bool, to: str, condition: str | None, wrong: tuple[str, str] | None
) -> None:
    bare = make_category(world.session, "0112", name="道路不洁")
    picked = {"old": world.condition, "new": world.other_condition, "ended": ended(world)}
    case = world.filed() if filed else world.report()
    before = (case.category_id, case.condition_id, case.due_at, case.version)
    category = {"other": world.other_category, "bare": bare}[to]
    chosen = picked[condition].id if condition else None
    if wrong:
        with pytest.raises(Invalid) as refused:
            world.move(case, M.RECATEGORISE, "leader", category=category.id, condition=chosen)
        assert [(error.field, error.reason) for error in refused.value.errors] == [wrong]
        assert (case.category_id, case.condition_id, case.due_at, case.version) == before
        return
    world.move(case, M.RECATEGORISE, "leader", category=category.id, condition=chosen)
    assert (case.category_id, case.condition_id, case.due_at) == (category.id, chosen, before[2])
    event = told(world.session, case)[-1]
    assert (event.category_id, event.condition_id, event.due_at) == (category.id, chosen, None)
    world.holds(case)


def test_without_a_condition_a_case_goes_where_there_is_none_and_takes_one_where_there_is(world: World) -> None:
    here, there = (make_category(world.session, code, name=code) for code in ("0112", "0113"))
    case = world.move(world.report(category=here.code), M.FILE, "leader")
    world.move(case, M.RECATEGORISE, "leader", category=there.id)
    assert (case.category_id, case.condition_id, case.due_at) == (there.id, None, None)
    with pytest.raises(Invalid):
        world.move(case, M.RECATEGORISE, "leader", category=world.category.id)
    world.move(case, M.RECATEGORISE, "leader", category=world.category.id, condition=world.condition.id)
    assert (case.condition_id, case.due_at) == (world.condition.id, None)  # no limit was set, none is made up
    world.holds(case)


def test_what_is_asked_of_the_case_is_what_its_new_condition_asks(world: World) -> None:
    world.other_condition.photo_needs = {"after": 1}
    world.other_condition.handle_limit, world.condition.handle_limit = 1, 2
    world.session.flush()
    case = recategorised(world, world.filed())
    world.move(case, M.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
    assert case.handle_due_at == monday("11:00")  # the limits are those of the filing, the unit's own too
    with pytest.raises(Invalid):
        world.move(case, M.FEEDBACK, "handler", words="已清理")
    world.move(case, M.FEEDBACK, "handler", words="已清理", pictures={"after": 1})
    world.move(case, M.SEND_TO_CHECK, "dispatcher")
    world.move(case, M.CHECK_PASSED, "inspector")
    with pytest.raises(Invalid):
        world.move(case, M.CLOSE, "leader", closing_condition=world.condition.id)
    world.move(case, M.CLOSE, "leader", closing_condition=world.other_condition.id)
    assert (case.due_at, case.due_fair_at) == (monday("14:30"), monday("14:30"))
    world.holds(case)


def test_why_it_is_due_is_still_told_by_the_condition_it_was_filed_under(world: World) -> None:
    case = recategorised(world, world.filed())
    file = case_file(world.session, world.people["desk"], case.number)
    assert file.condition == world.other_condition
    assert file.counted_by == world.condition
    counted = file.why_due.counted
    assert counted is not None
    assert (counted.limit, counted.unit, counted.due) == (4, LimitUnit.WORKING_HOUR, monday("14:30"))
    assert [step.cause for step in file.why_due.steps] == [Cause.FILED]
    kept = case_file(world.session, world.people["desk"], world.filed().number)
    assert (kept.condition, kept.counted_by) == (world.condition, None)


def test_what_was_left_of_the_deadline_runs_again_on_the_clock_it_was_counted_by(world: World) -> None:
    world.other_condition.limit_unit = LimitUnit.URGENT_HOUR
    world.session.flush()
    case = recategorised(world, world.filed())
    with clock.set_to(monday("10:00")):
        world.move(case, M.SUSPEND, "leader", reason="等苗木", suspension=Suspension.OUTSIDE)
    with clock.set_to(monday("17:00", 7)):
        world.move(case, M.RESUME, "leader")
    assert case.due_at == monday("11:00", 8)  # three working hours were left, not the night
    change = Change(world.root.id, What.DAYS, date(2017, 3, 1), date(2017, 3, 31))
    assert recounting.recount(world.session, [case.id], change).changed == 0
    world.holds(case)


def test_settings_of_the_new_condition_leave_the_deadline_that_the_class_of_the_area_set(world: World) -> None:
    world.condition.class_limits = {"A": [1, None]}
    catalogue_service.set_area(world.session, world.root.id, AreaForm(world.west.id, Area.A))
    case = recategorised(world, world.filed())
    names = asdict(ConditionForm("", "", None, None, None))
    said = {name: getattr(world.other_condition, name) for name in names} | {"valid_from": None, "limit": 5}
    now = catalogue_service.edit_condition(
        world.session, world.other_condition.id, world.root.id, ConditionForm(**said)
    )
    world.session.flush()
    wish = Wish(world.root.id, world.people["admin"].user_id, condition_id=now.id)
    assert renewing.renew(world.session, wish).changed == 1
    assert (case.condition_id, case.due_at) == (now.id, monday("10:00"))
    why = case_file(world.session, world.people["desk"], case.number).why_due
    assert (why.area, why.counted and why.counted.limit) == (Area.A, 1)
    world.holds(case)


@pytest.mark.parametrize(
    ("more", "under"),
    [
        ((), 1),
        (((M.RECOUNT, 2),), 2),  # replaced
        (((M.RECATEGORISE, 3),), 1),  # another kind of problem, the same deadline
        (((M.RECATEGORISE, 3), (M.RECOUNT, 2)), 1),  # what replaced the new one sets no deadline
        (((M.RECOUNT, 2), (M.RECATEGORISE, 3)), 2),
    ],
)
def test_the_condition_a_deadline_is_counted_by(more: tuple[tuple[Move, int | None], ...], under: int) -> None:
    assert counted_under(events(*more)) == under


def test_a_suspension_after_a_change_of_category_is_recounted_as_it_was_counted() -> None:
    said = events((M.RECATEGORISE, 3))
    said += [Event(M.SUSPEND, monday("10:00"), 8), Event(M.RESUME, monday("11:00"), 9, due_at=monday("15:30"))]
    said = [replace(event, happened_at=monday("09:30")) if event.move is M.RECATEGORISE else event for event in said]
    assert project(said).due_at == monday("15:30") > FOUR_HOURS
    assert recounted(said, lambda cid: TERMS[cid or 1], CLOCK) == Due()


def test_the_table_says_what_a_filed_case_must_be_given() -> None:
    rule = MOVES[M.RECATEGORISE]
    assert (rule.needed(filed=True), rule.needed(filed=False)) == (("category", "condition"), ("category",))
    assert rule.may_take() == ("words",)
    for move, row in MOVES.items():
        assert set(row.once_filed) <= set(row.takes), move


def test_the_history_reads_the_condition_from_the_event(world: World) -> None:
    case = recategorised(world, world.filed())
    kept = [event.condition_id for event in lookups.history(world.session, case.id).events]
    assert kept == [None, world.condition.id, world.other_condition.id]
    assert told(world.session, case)[-1].details == {"condition": world.other_condition.condition}
