"""Problems from above in the database: their level, their cost, what was reported beforehand, and who judges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from gridops.assessment import queries, service
from gridops.assessment.forms import EarlyForm, JudgementForm, RuleForm
from gridops.assessment.models import AssessmentRule
from gridops.assessment.queries import ProblemRow
from gridops.assessment.rules import Kindred, Loss, Standing
from gridops.cases.forms import PartIn
from gridops.cases.models import Case
from gridops.cases.queries.splitting import parts_of
from gridops.cases.rules.moves import Move
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, NotAllowed, NotFound
from gridops.people.queries import scope_of
from gridops.supervision.models import Appeal
from gridops.supervision.rules import Against, Assessor
from tests.cases.world import MORNING, World, make_world
from tests.factories import at

START, END = at("2017-03-01 00:00"), at("2017-04-01 00:00")
POINTS = {
    Loss.FOUND: Decimal("1.00"),
    Loss.OVERDUE: Decimal("0.50"),
    Loss.REWORK: Decimal("0.20"),
    Loss.RETURN: Decimal(0),
}
RULE = RuleForm(Assessor.CITY, "市容环境", Kindred("B", Kind.EVENT, "0110"), POINTS)
REPORTED = EarlyForm(Assessor.CITY, "SJ-1")


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    with clock.set_to(MORNING):
        yield make_world(session)


def rule(world: World, form: RuleForm = RULE) -> int:
    return service.add_rule(world.session, world.root.id, form, actor_id=world.people["admin"].user_id).id


def above(world: World) -> Case:
    """A problem that the city sent down, filed."""
    case = world.report("assessment", "clerk", source_number="KH-1")
    case = world.move(case, Move.FILE, "leader", condition=world.condition.id)
    service.set_level(world.session, world.people["clerk"], case.id, Assessor.CITY)
    return case


def row_of(world: World, who: str = "leader") -> ProblemRow:
    (found,) = queries.problems(world.session, scope_of(world.session, world.people[who]), START, END)
    return found


def test_a_problem_costs_what_the_rule_of_its_day_says(world: World) -> None:
    case = above(world)
    assert row_of(world).cost.standing is Standing.NO_RULE
    rule(world)
    assert row_of(world).cost.points == Decimal("1.00")
    with clock.set_to(at("2017-03-20 09:00")):  # long overdue, and the rule has become dearer since
        rule(world, replace(RULE, points={**POINTS, Loss.FOUND: Decimal("9.00")}))
        assert row_of(world).cost.points == Decimal("1.50")
    assert queries.problems(world.session, scope_of(world.session, world.people["parks_handler"]), START, END) == []
    now = clock.now()
    appeal = Appeal(
        root_id=world.root.id, case_id=case.id, unit_id=world.units["cleaning"].id, against=Against.OVERDUE,
        marked_at=now, at=now, by_id=world.people["handler"].user_id, reason="x", due_at=now, recorded_at=now,
        upheld=True, decided_at=now,
    )  # fmt: skip
    world.session.add(appeal)
    world.session.flush()
    assert row_of(world).cost.standing is Standing.UPHELD


def test_what_was_reported_beforehand_costs_nothing_once_a_person_has_judged_it(world: World) -> None:
    rule(world)
    session, leader = world.session, world.people["leader"]
    ours = world.dispatched()
    (own,) = queries.own_open(session, scope_of(session, leader))
    assert (own.named.case.id, own.most, own.mark, own.found_above) == (ours.id, Decimal("1.00"), None, False)
    with pytest.raises(NotAllowed):
        service.report_early(session, world.people["handler"], ours.id, REPORTED)
    mark = service.report_early(session, leader, ours.id, REPORTED)
    assert queries.own_open(session, scope_of(session, leader))[0].mark is not None
    with pytest.raises(Conflict):  # the form sent twice
        service.report_early(session, leader, ours.id, REPORTED)
    with clock.set_to(at("2017-03-08 09:00")):
        theirs = above(world)
        assert [one.row.id for one in row_of(world).maybe] == [mark.id]
        assert row_of(world).cost.points == Decimal("1.00"), "nobody has judged it yet"
        word = JudgementForm(mark.id, same=True, words="同一处垃圾")
        with pytest.raises(NotAllowed):
            service.judge_early(session, world.people["clerk"], theirs.id, word)
        service.judge_early(session, leader, theirs.id, word)
        row = row_of(world)
        assert (row.cost.standing, row.cost.points) == (Standing.EARLY, Decimal("0.00"))
        assert row.early is not None
        assert row.early.case_number == ours.number
        service.judge_early(session, leader, theirs.id, replace(word, same=False))
        assert row_of(world).cost.standing is Standing.COUNTED
        service.judge_early(session, leader, theirs.id, word)
        wrong = EarlyForm(Assessor.CITY, "SJ-1", words="没有报", corrects=mark.id, withdrawn=True)
        withdrawn = service.report_early(session, leader, ours.id, wrong)
        assert service.report_early(session, leader, ours.id, wrong) is withdrawn, "the same form twice is one"
        with pytest.raises(Conflict):
            service.report_early(session, leader, ours.id, replace(wrong, words="报错了"))
        assert row_of(world).cost.standing is Standing.COUNTED, "what was withdrawn covers nothing"
        with pytest.raises(Closed):  # the city has found it: too late
            service.report_early(session, leader, ours.id, REPORTED)


def test_a_mark_of_a_case_out_of_sight_is_counted_and_not_shown(world: World) -> None:
    rule(world)
    session, leader = world.session, world.people["leader"]
    ours = world.dispatched("parks")
    mark = service.report_early(session, leader, ours.id, REPORTED)
    with clock.set_to(at("2017-03-08 09:00")):
        theirs = world.move(above(world), Move.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
        assert [one.row.id for one in row_of(world).maybe] == [mark.id]
        assert row_of(world, "handler").maybe == ()
        service.judge_early(session, leader, theirs.id, JudgementForm(mark.id, same=True, words="同一处垃圾"))
        row, their_row = row_of(world), row_of(world, "handler")
        assert row.early is not None
        assert row.early.seen
        assert their_row.early is not None
        assert not their_row.early.seen
        assert row.cost == their_row.cost


def test_what_is_no_find_of_ours_or_elsewhere_is_not_reported_beforehand(world: World) -> None:
    session, leader = world.session, world.people["leader"]
    rule(world)
    told = world.report("leader", "clerk")
    reported = world.report()
    for case in (told, reported):
        with pytest.raises(Closed):
            service.report_early(session, leader, case.id, REPORTED)
    assert queries.own_open(session, scope_of(session, leader)) == []
    with pytest.raises(NotFound):
        service.report_early(session, world.people["eastern_inspector"], world.filed().id, REPORTED)
    with pytest.raises(Conflict):
        service.set_level(session, leader, reported.id, Assessor.CITY)


def test_a_new_rule_ends_the_one_before_it(world: World) -> None:
    first = rule(world)
    with clock.set_to(at("2017-03-10 09:00")):
        second = rule(world)
        by_id = {row.id: row for row in queries.rule_rows(world.session, world.root.id)}
        assert by_id[first].valid_to == by_id[second].valid_from
        admin = world.people["admin"].user_id
        with pytest.raises(Conflict):
            service.end_rule(world.session, first, world.root.id, actor_id=admin)
        service.end_rule(world.session, second, world.root.id, actor_id=admin)


def test_a_planned_rule_is_replaced_only_by_a_person_who_ended_it(world: World) -> None:
    session, admin = world.session, world.people["admin"].user_id
    planned = replace(RULE, valid_from=date(2017, 4, 1))
    first = rule(world, planned)
    assert rule(world, planned) == first, "the same form twice"
    for form in (RULE, replace(RULE, valid_from=date(2017, 4, 1)), replace(RULE, valid_to=date(2017, 5, 1))):
        with pytest.raises(Conflict, match="2017-04-01"):
            rule(world, replace(form, name="另一条"))
    rule(world, replace(RULE, valid_to=date(2017, 4, 1)))  # up to it
    assert session.get_one(AssessmentRule, first).valid_to is None
    service.end_rule(session, first, world.root.id, actor_id=admin)
    rule(world, replace(RULE, name="另一条", valid_from=date(2017, 4, 1)))


def test_a_finding_that_was_split_keeps_its_level_and_costs_its_points_once(world: World) -> None:
    session, leader = world.session, world.people["leader"]
    rule(world)
    case = world.move(above(world), Move.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
    world.move(case, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    first, second = (session.get_one(Case, one) for one in parts_of(session, case.id))
    world.move(first, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)

    row = row_of(world)
    assert (row.named.case.id, row.assessor, len(row.parts)) == (case.id, Assessor.CITY, 2)
    assert (row.cost.points, row.unit_id) == (Decimal("1.00"), None)
    assert row_of(world, "parks_handler").at.id == first.id, "who sees a part sees what it costs"
    assert queries.problem_of(session, scope_of(session, leader), second.id).cost == row.cost
    service.set_level(session, world.people["clerk"], second.id, Assessor.CITY)
    with clock.set_to(at("2017-03-20 09:00")):
        assert row_of(world).cost.points == Decimal("1.50"), "late once, however many parts are"

    world.move(second, Move.VOID, "leader", reason="不属实")
    assert row_of(world).unit_id == world.units["parks"].id
    world.move(first, Move.VOID, "leader", reason="不属实")
    assert queries.problems(session, scope_of(session, leader), START, END) == []


def test_a_finding_put_together_again_counts_as_before(world: World) -> None:
    rule(world)
    case = above(world)
    before = row_of(world)
    world.move(case, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    world.move(case, Move.UNDO_SPLIT, "leader", reason="不必拆分")
    assert replace(row_of(world), named=before.named, at=before.at) == before


def test_what_was_reported_beforehand_stays_so_when_it_is_split(world: World) -> None:
    rule(world)
    session, leader = world.session, world.people["leader"]
    ours = world.dispatched()
    mark = service.report_early(session, leader, ours.id, REPORTED)
    world.move(ours, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    own = queries.own_open(session, scope_of(session, leader))
    assert [one.mark.row.id for one in own if one.mark] == [mark.id, mark.id]
    for part_id in parts_of(session, ours.id):
        with pytest.raises(Conflict):
            service.report_early(session, leader, part_id, REPORTED)


def test_a_mark_from_before_the_split_is_corrected_at_a_part(world: World) -> None:
    rule(world)
    session, leader = world.session, world.people["leader"]
    ours = world.dispatched()
    mark = service.report_early(session, leader, ours.id, REPORTED)
    with clock.set_to(at("2017-03-07 09:00")):
        world.move(ours, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
        right = replace(REPORTED, number="右号", at=mark.at, words="抄错编号", corrects=mark.id)
        made = service.report_early(session, leader, parts_of(session, ours.id)[0], right)
    assert (made.case_id, made.at) == (ours.id, mark.at)
