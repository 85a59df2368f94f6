"""A case split into others, on both databases: one instant, one deadline, counted once, put together again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.forms import PartIn, parse_move
from gridops.cases.models import Case, CasePart
from gridops.cases.queries import lookups
from gridops.cases.queries.pages import case_file
from gridops.cases.rules.deadlines import Cause
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.recounting import counted_under
from gridops.cases.rules.standing import NO_CONDITION
from gridops.core import clock, periods
from gridops.core.errors import Conflict, Invalid
from gridops.evidence.models import Content, EvidenceLink
from gridops.figures import service as figures
from gridops.figures.counts import KEYS
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.tally import add_up, check_equations
from gridops.figures.service import freezing
from gridops.worktime.rules import LimitUnit
from tests.cases.world import World, fields_of, make_world, monday, owed_days
from tests.factories import make_category, make_condition

M, S = Move, State
NAME = "0190d7e2-0000-7000-8000-000000000002"
MARCH = periods.parse("2017-03")


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def parts_of(world: World, case: Case) -> list[Case]:
    rows = select(Case).join(CasePart, CasePart.part_id == Case.id).where(CasePart.parent_id == case.id)
    return list(world.session.scalars(rows.order_by(Case.id)))


def photo(world: World, case: Case, name: str) -> int:
    sha256 = name * 64
    world.session.add(Content(sha256=sha256, size=1, mime="image/jpeg", received_at=clock.now(), derived="owed"))
    use = EvidenceLink(sha256=sha256, root_id=case.root_id, subject_kind="case", subject_id=case.id, role="before")
    use.album, use.linked_at, use.linked_by = False, clock.now(), world.people["inspector"].user_id
    world.session.add(use)
    world.session.flush()
    return use.id


def figures_of_march(world: World) -> dict[str, int]:
    """What the month counts; its equations hold, and the daily totals agree with the rows."""
    area = area_of(world.session, world.root.id)
    rows = counted_rows(world.session, area, MARCH)
    found = add_up(rows)
    check_equations(found)
    figures.rebuild_days(world.session, owed_days(world.session))
    freezing._check_days(world.session, area, MARCH, rows)
    return dict(zip(KEYS, found.total, strict=True))


def test_parts_are_filed_at_that_instant_with_the_deadline_of_the_whole(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
        one, two = photo(world, case, "a"), photo(world, case, "b")
    given = (
        PartIn("占道", evidence=(two,), lon=119.965, lat=31.855, address="东路口"),
        PartIn("积存垃圾", category=world.other_category.id),
    )
    with clock.set_to(monday("10:00")):
        for _ in range(2):  # the same form twice
            world.move(case, M.SPLIT, "leader", parts=given, record_id=NAME)
    first, second = parts_of(world, case)
    assert (case.state, case.voided_at) == (S.VOIDED, monday("10:00"))
    for part in (first, second):
        world.holds(part)
        assert (part.state, part.filed_at, part.reported_at) == (S.FILED, monday("10:00"), monday("10:00"))
        assert part.due_at == case.due_at
        assert (part.reporter_id, part.source) == (case.reporter_id, case.source)
    assert (first.grid_id, first.address, first.category_id) == (world.east.id, "东路口", case.category_id)
    assert (second.grid_id, second.category_id) == (case.grid_id, world.other_category.id)
    assert (first.condition_id, second.condition_id) == (case.condition_id, world.other_condition.id)
    uses = {
        part.id: set(world.session.scalars(select(EvidenceLink.sha256).where(EvidenceLink.subject_id == part.id)))
        for part in (first, second)
    }
    assert uses == {first.id: {"b" * 64}, second.id: {"a" * 64, "b" * 64}}
    assert one != two
    file = case_file(world.session, world.people["desk"], case.number)
    assert [part.number for part in file.parts] == [first.number, second.number]
    whole = case_file(world.session, world.people["desk"], first.number).whole
    assert whole is not None
    assert whole.number == case.number


def test_a_part_of_another_category_stands_under_its_condition_and_is_counted_by_that_of_the_whole(
    world: World,
) -> None:
    """Of several it is asked for, the only one is taken; the unit's clock is no looser than that of the whole."""
    session, other = world.session, world.other_category
    world.condition.handle_limit = 3
    further = make_condition(session, other, 9, LimitUnit.CALENDAR_DAY)
    further.position, further.handle_limit = 2, 8
    bare = make_category(session, "0112", name="道路不洁")
    session.flush()
    with clock.set_to(monday("09:00")):
        case = world.filed()
        for part, wrong in (
            (PartIn("x", category=other.id), ("parts.0.condition", "required")),
            (
                PartIn("x", category=other.id, condition=world.condition.id),
                ("parts.0.condition", "不是该类别现行的条件"),
            ),
            (PartIn("x", category=bare.id), ("parts.0.category", NO_CONDITION)),
        ):
            with pytest.raises(Invalid) as refused:
                world.move(case, M.SPLIT, "leader", parts=(part, PartIn("y")))
            assert [(one.field, one.reason) for one in refused.value.errors] == [wrong]
    parts = (PartIn("x", category=other.id, condition=further.id), PartIn("y", condition=further.id))
    with clock.set_to(monday("09:30")):
        world.move(case, M.SPLIT, "leader", parts=parts)
    one, same = parts_of(world, case)
    assert (one.condition_id, same.condition_id) == (further.id, world.condition.id)
    for part in (one, same):
        world.holds(part)
        assert part.due_at == case.due_at == monday("14:30")
        file = case_file(session, world.people["desk"], part.number)
        assert [step.cause for step in file.why_due.steps] == [Cause.GIVEN]
    with clock.set_to(monday("10:00")):
        for part in (one, same):
            world.move(part, M.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)
            assert part.handle_due_at == monday("14:30")
    # Its parts in turn are counted by the first condition too, and stand under its own.
    with clock.set_to(monday("11:00")):
        world.move(one, M.SPLIT, "leader", parts=(PartIn("x"), PartIn("y")))
        third = parts_of(world, one)[0]
        assert (third.category_id, third.condition_id, third.due_at) == (other.id, further.id, case.due_at)
        assert counted_under(lookups.history(session, third.id).events) == world.condition.id
        world.move(one, M.UNDO_SPLIT, "leader", reason="是一个问题")
    assert (one.state, third.state) == (S.DISPATCHED, S.VOIDED)


def test_a_split_counts_as_a_void_and_as_many_filings_and_undone_as_if_it_had_not_been(world: World) -> None:
    with clock.set_to(monday("09:00")):
        case = world.dispatched()
    with clock.set_to(monday("09:30")):
        before = figures_of_march(world)
    with clock.set_to(monday("10:00")):
        world.move(case, M.SPLIT, "leader", parts=(PartIn("x"), PartIn("y"), PartIn("z")))
    with clock.set_to(monday("11:00")):
        after = figures_of_march(world)
        assert {key: after[key] - before[key] for key in ("filed", "voided", "in_hand_end")} == {
            "filed": 3, "voided": 1, "in_hand_end": 2,
        }  # fmt: skip
        world.move(case, M.UNDO_SPLIT, "leader", reason="是一个问题")
        assert (case.state, {part.state for part in parts_of(world, case)}) == (S.DISPATCHED, {S.VOIDED})
        world.holds(case)
        with pytest.raises(Conflict, match="撤销拆分"):  # else the whole and its part would both be in hand
            world.move(parts_of(world, case)[0], M.UNDO_VOID, "leader", reason="x")
    with clock.set_to(monday("12:00")):
        undone = figures_of_march(world)
    assert (undone["in_hand_end"], undone["voided"]) == (before["in_hand_end"], 3)


def test_a_split_is_not_undone_once_somebody_has_touched_a_part(world: World) -> None:
    case = world.filed()
    world.move(case, M.SPLIT, "leader", parts=(PartIn("x"), PartIn("y")))
    part = parts_of(world, case)[1]
    with pytest.raises(Conflict, match="拆分"):
        world.move(case, M.UNDO_VOID, "leader", reason="x")
    world.move(part, M.ADD_EVIDENCE, "inspector", words="又见", happened_at=clock.now() + timedelta(minutes=1))
    with pytest.raises(Conflict, match=part.number):
        world.move(case, M.UNDO_SPLIT, "leader", reason="x")
    assert (case.state, part.state) == (S.VOIDED, S.FILED)


def test_what_is_wrong_with_a_part_is_named_and_nothing_is_written(world: World) -> None:
    case = world.filed()
    with pytest.raises(Invalid) as refused:
        parse_move(M.SPLIT, {"parts": [{"words": "x"}, {"words": " "}]})
    assert fields_of(refused) == ["parts.1.words"]
    with pytest.raises(Invalid) as refused:
        parse_move(M.SPLIT, {"parts": [{"words": "x"}]})
    assert fields_of(refused) == ["parts"]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.SPLIT, "leader", parts=(PartIn("x", category=0), PartIn("y", evidence=(1,), lon=1.0)))
    assert fields_of(refused) == ["parts.0.category", "parts.1.lat"]
    with pytest.raises(Invalid) as refused:
        world.move(case, M.SPLIT, "leader", parts=(PartIn("x"), PartIn("y", evidence=(1,))))
    assert [(one.field, one.reason) for one in refused.value.errors] == [
        ("parts.1.evidence", "所选照片或附件不属于本案")
    ]
    assert (case.state, parts_of(world, case)) == (S.FILED, [])
