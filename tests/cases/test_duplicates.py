"""Open cases that look like one problem reported twice, on both databases: found in two statements, in sight alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from gridops.audit.models import AuditEntry
from gridops.cases.forms import Location, PartIn
from gridops.cases.models import Case, CaseApart
from gridops.cases.queries.duplicates import Other, alike, suspected, told_apart
from gridops.cases.rules.likeness import Ground, Verdict
from gridops.cases.rules.moves import Move
from gridops.cases.service.duplicates import take_back, tell_apart
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.people.queries import Scope, load_person, scope_of
from gridops.people.rules import Role
from tests.cases.world import MORNING, World
from tests.factories import make_user

M = Move
HERE = (119.955, 31.855)
# The border between the two grids of the street.
BORDER = (119.96, 31.855)
METRE = 1 / 111_320


def away(metres: float, at: tuple[float, float] = HERE, accuracy: float | None = None) -> Location:
    return Location(at[0], at[1] + metres * METRE, accuracy_m=accuracy)


def scope(world: World, who: str = "desk") -> Scope:
    return scope_of(world.session, world.people[who])


def told(world: World, case: Case, metres: float = 10.0, hours: float = 1.0, **more) -> Case:
    """A call about the same thing, so far away and so much earlier."""
    given = {"location": away(metres), "happened_at": MORNING - timedelta(hours=hours), **more}
    return world.report("hotline_12345", "clerk", **given)


def found(world: World, *cases: Case, who: str = "desk") -> dict[int, list[int]]:
    """Case -> those it is suspected to be a duplicate of, in order."""
    rows = suspected(world.session, scope(world, who), [case.id for case in cases])
    return {row.id: [other.id for other in row.others] for row in rows}


def test_a_page_of_cases_is_told_its_duplicates_in_two_statements(world: World) -> None:
    case, alone = world.filed(), world.report(location=Location(119.952, 31.852))
    far, near = told(world, case, 40), told(world, case, 10)
    spoil = told(world, case, 5, category="0111")
    nowhere = world.report(location=None, grid=world.west.code)
    page, said = [alone, case, nowhere, near], []
    count = lambda _c, _x, statement, *_: said.append(statement)  # noqa: E731
    event.listen(world.session.get_bind(), "before_cursor_execute", count)
    seen, street = [one.id for one in page], scope(world)
    said.clear()
    rows = suspected(world.session, street, seen)
    event.remove(world.session.get_bind(), "before_cursor_execute", count)
    assert len(said) == 2
    assert [(row.id, [other.id for other in row.others]) for row in rows] == [
        (case.id, [near.id, far.id, spoil.id]),
        (near.id, [case.id, far.id, spoil.id]),
    ]
    first: Other = rows[0].others[0]
    assert (first.number, first.state, first.category) == (near.number, near.state, "暴露垃圾")
    assert [reason.ground for reason in first.likeness.reasons] == [Ground.DISTANCE, Ground.TIME, Ground.CATEGORY]


def test_what_has_ended_lies_far_or_is_long_past_is_no_duplicate(world: World) -> None:
    case = world.filed()
    declined = told(world, case)
    world.move(declined, M.DECLINE, "clerk", reason="重复")
    merged = world.move(world.filed(location=away(8)), M.MERGE, "leader", into=case.number)
    told(world, case, 60)
    told(world, case, hours=24 * 8)
    assert found(world, case, declined, merged) == {}


def test_the_accuracy_of_both_places_counts(world: World) -> None:
    case = world.report(location=away(0, accuracy=15))
    sure, unsure = told(world, case, 70), told(world, case, 70, location=away(70, accuracy=20))
    assert found(world, case) == {case.id: [unsure.id]}
    assert found(world, sure, unsure) == {sure.id: [unsure.id], unsure.id: [sure.id, case.id]}


def test_parts_of_a_case_are_no_duplicates_of_each_other(world: World) -> None:
    case = world.filed()
    parts = (PartIn("占道"), PartIn("垃圾"))
    world.move(case, M.SPLIT, "leader", parts=parts)
    ids = select(Case.id).where(Case.id != case.id).order_by(Case.id)
    first = world.session.get_one(Case, world.session.scalars(ids).first())
    world.move(first, M.SPLIT, "leader", parts=parts)  # nor those of one of them of the other
    assert suspected(world.session, scope(world), list(world.session.scalars(ids))) == []


def test_a_community_never_learns_of_a_case_of_another_one(world: World) -> None:
    west, east = (told(world, Case(), location=Location(BORDER[0] + side * METRE, BORDER[1])) for side in (-5, 5))
    assert (west.grid_id, east.grid_id) == (world.west.id, world.east.id)
    user = make_user(world.session, world.root, Role.SHIFT_LEADER, grid=world.west)
    leader = load_person(world.session, user.id)
    assert leader is not None
    own = scope_of(world.session, leader)
    assert found(world, west, east) == {west.id: [east.id], east.id: [west.id]}
    assert suspected(world.session, own, [west.id, east.id]) == []
    assert alike(world.session, own, west.id) == ()
    with pytest.raises(NotFound):
        tell_apart(world.session, own, west.id, east.number, leader)
    tell_apart(world.session, scope(world), west.id, east.number, world.people["desk"])
    assert told_apart(world.session, own, west.id) == []


def test_the_form_offers_those_suspected_first_and_then_what_is_near(world: World) -> None:
    case = world.filed()
    near, likely = told(world, case, 150, hours=24 * 60), told(world, case, 20)
    told(world, case, 230)
    shown = [(one.id, one.likeness.verdict) for one in alike(world.session, scope(world), case.id)]
    assert shown == [(likely.id, Verdict.LIKELY), (near.id, Verdict.NEAR)]


def test_two_cases_told_apart_are_not_suspected_again_and_who_said_so_is_kept(world: World) -> None:
    case = world.filed()
    other, third = told(world, case), told(world, case, 20)
    for one, second in ((case, other), (other, case)):  # twice, from either side
        tell_apart(world.session, scope(world), one.id, second.number, world.people["leader"])
    assert found(world, case, other) == {case.id: [third.id], other.id: [third.id]}
    assert [one.id for one in alike(world.session, scope(world), case.id)] == [third.id]
    (row,) = world.session.scalars(select(CaseApart))
    assert (row.low_id, row.high_id, row.said_by) == (case.id, other.id, world.people["leader"].user_id)
    (entry,) = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "case.told_apart"))
    assert (entry.subject_id, entry.details) == (str(case.id), {"other": other.number})
    assert [one.number for one in told_apart(world.session, scope(world), other.id)] == [case.number]


def test_what_was_said_of_two_is_taken_back_and_both_stay_in_the_trail(world: World) -> None:
    one, other = world.filed(), world.filed()
    leader, seen = world.people["leader"], scope(world)
    take_back(world.session, seen, one.id, other.number, leader)  # nobody had said so
    tell_apart(world.session, seen, one.id, other.number, leader)
    with pytest.raises(NotAllowed):
        take_back(world.session, seen, one.id, other.number, world.people["dispatcher"])
    assert suspected(world.session, seen, [one.id]) == []
    for _ in range(2):
        take_back(world.session, seen, other.id, one.number, leader)
    assert [row.id for row in suspected(world.session, seen, [one.id])] == [one.id]
    assert told_apart(world.session, seen, one.id) == []
    asked = select(AuditEntry.act, AuditEntry.details).where(AuditEntry.act.like("case.told_apart%"))
    acts = [(act, details["other"]) for act, details in world.session.execute(asked.order_by(AuditEntry.id))]
    assert acts == [("case.told_apart", other.number), ("case.told_apart_undone", one.number)]


def test_who_neither_files_nor_accepts_does_not_say_so_nor_of_a_case_itself(world: World) -> None:
    case = world.filed()
    other = told(world, case)
    with pytest.raises(NotAllowed):
        tell_apart(world.session, scope(world), case.id, other.number, world.people["dispatcher"])
    with pytest.raises(Invalid):
        tell_apart(world.session, scope(world), case.id, case.number, world.people["leader"])
