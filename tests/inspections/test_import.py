"""Files of rounds and visits: once, twice, changed, and what is wrong with a line."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.outside import Told
from gridops.inspections import queries, service
from gridops.inspections.forms import rounds, visits
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import OrderKind, VisitKind
from gridops.squads import queries as squads
from tests.factories import at
from tests.inspections.world import World

PEOPLE = "甲@environment#A1;乙@environment#A2;丙@street"
ROUND = {
    "external_id": "R1",
    "started_at": "2017-03-31 21:00",
    "ended_at": "2017-04-01 01:00",
    "groups": "2",
    "people": PEOPLE,
    "theme": "涉气",
    "inspection": "yes",
}
VISIT = {
    "external_id": "V1",
    "round_id": "R1",
    "premises_name": "宏达喷涂厂",
    "visited_at": "2017-03-31 22:00",
    "complete": "yes",
    "findings": "5",
    "corrected": "3",
    "corrected_at": "2017-04-10 09:00",
    "ordered": "yes",
    "order_due_at": "2017-04-10",
}


def take_rounds(world: World, *lines: dict[str, str]) -> Told:
    read = [(n, rounds.line(cells)) for n, cells in enumerate(lines, 2)]
    return service.import_rounds(world.session, world.root.id, "旧系统", read)


def take_visits(world: World, *lines: dict[str, str]) -> Told:
    read = [(n, visits.line(cells)) for n, cells in enumerate(lines, 2)]
    return service.import_visits(world.session, world.root.id, "旧系统", read)


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def counts(told: Told) -> tuple[int, int, int, list[tuple[int, str]]]:
    return told.new, told.unchanged, told.changed, [(line, column) for line, column, *_ in told.errors]


def test_five_findings_three_of_them_mended_are_five_rows(world: World) -> None:
    grids = f"{world.west.code};{world.east.code}"
    assert counts(take_rounds(world, {**ROUND, "grid_codes": grids})) == (1, 0, 0, [])
    assert counts(take_visits(world, VISIT)) == (1, 0, 0, [])
    visit = world.session.scalars(select(Visit)).one()
    found = queries.findings_of(world.session, [visit.id])
    assert [row.corrected_at for row in found] == [at("2017-04-10 09:00")] * 3 + [None] * 2
    assert (visit.kind, visit.premises_id) == (VisitKind.INSPECTION, world.shop.id)
    paper = queries.orders_of(world.session, [visit.id])[visit.id]
    assert (paper.kind, paper.due_at) == (OrderKind.ORDER, at("2017-04-10 23:59:59"))
    night = world.session.scalars(select(Round)).one()
    turns = squads.turns(world.session, [night.squad_id])[night.squad_id]
    assert (turns.people, turns.officers) == (3, 2)
    seen = queries.seen(world.session, [night.id])[night.id]
    assert (seen.visits, seen.grids) == (1, 2)


def test_the_same_files_twice_double_nothing(world: World) -> None:
    take_rounds(world, ROUND)
    take_visits(world, VISIT)
    before = [count(world.session, model) for model in (Round, Visit, Finding, Order)]
    assert counts(take_rounds(world, ROUND)) == (0, 1, 0, [])
    assert counts(take_visits(world, VISIT)) == (0, 1, 0, [])
    assert [count(world.session, model) for model in (Round, Visit, Finding, Order)] == before == [1, 1, 5, 1]


def test_a_file_that_says_otherwise_changes_what_it_said(world: World) -> None:
    take_rounds(world, ROUND)
    take_visits(world, VISIT)
    assert counts(take_rounds(world, {**ROUND, "people": "甲@environment#A1;丁@fire"})) == (0, 0, 1, [])
    night = world.session.scalars(select(Round)).one()
    assert squads.turns(world.session, [night.squad_id])[night.squad_id].officers == 1
    visit = world.session.scalars(select(Visit)).one()
    # The line of the visit says nothing new, but its round could not inspect: the visit was a patrol.
    assert counts(take_visits(world, VISIT)) == (0, 1, 0, [])
    assert (visit.kind, queries.orders_of(world.session, [visit.id])[visit.id].kind) == (
        VisitKind.PATROL,
        OrderKind.HAZARD_NOTICE,
    )
    assert counts(take_visits(world, {**VISIT, "findings": "2", "corrected": "2"})) == (0, 0, 1, [])
    assert visit.version == 3
    assert len(queries.findings_of(world.session, [visit.id])) == 2
    assert count(world.session, Finding) == 5  # what the file no longer counts is taken back, not wiped out
    paper = queries.orders_of(world.session, [visit.id])[visit.id]
    # One officer is no inspection any more; and all that is left is mended.
    assert (visit.kind, paper.kind, paper.lifted_at) == (
        VisitKind.PATROL,
        OrderKind.HAZARD_NOTICE,
        at("2017-04-10 09:00"),
    )
    take_visits(world, VISIT)
    assert len(queries.findings_of(world.session, [visit.id])) == 5


@pytest.mark.parametrize(
    ("change", "lawful"),
    [
        ({}, True),  # approved, two officers of the environment office
        ({"inspection": "no"}, False),  # not approved as an inspection
        ({"people": "甲@environment#A1;丙@street"}, False),  # one officer
        ({"people": "甲@environment#A1;乙@fire#F1"}, False),  # one of each of two bodies
        ({"people": "甲@other#A1;乙@other#A2"}, False),  # no body that we know may enforce
    ],
)
def test_what_a_file_calls_ordered_is_an_order_only_where_the_visit_was_an_inspection(
    world: World, change: dict[str, str], lawful: bool
) -> None:
    take_rounds(world, {**ROUND, **change})
    take_visits(world, VISIT)
    paper = world.session.scalars(select(Order)).one()
    assert (paper.kind is OrderKind.ORDER) == lawful


def test_every_bad_line_is_named(world: World) -> None:
    told = take_rounds(
        world,
        ROUND,
        {**ROUND, "external_id": "R2", "people": "nobody"},
        {**ROUND, "external_id": "R3", "grid_codes": "?"},
    )
    assert counts(told)[3] == [(3, "people"), (4, "grid_codes")]
    told = take_visits(
        world,
        {**VISIT, "external_id": "V1", "round_id": "R9"},
        {**VISIT, "external_id": "V2", "visited_at": "2017-03-31 20:59"},
        {**VISIT, "external_id": "V3", "credit_code": "91320411MA1MXXXX00"},
    )
    assert counts(told)[3] == [(2, "round_id"), (3, "visited_at"), (4, "credit_code")]
    take_visits(world, VISIT)
    assert counts(take_visits(world, {**VISIT, "ordered": "no", "order_due_at": ""}))[3] == [(2, "ordered")]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"corrected": "6"}, "corrected"),  # more mended than found
        ({"corrected_at": ""}, "corrected_at"),
        ({"corrected_at": "2017-03-31 21:59"}, "corrected_at"),  # mended before it was seen
        ({"ordered": "no"}, "order_due_at"),
        ({"order_due_at": "2017-03-30"}, "order_due_at"),
        ({"premises_name": ""}, "premises_name"),
        ({"complete": "maybe"}, "complete"),
        ({"findings": "-1"}, "findings"),
        ({"visited_at": ""}, "visited_at"),
    ],
)
def test_a_line_of_visits_that_contradicts_itself_is_refused_by_column(change: dict[str, str], column: str) -> None:
    with pytest.raises(Invalid) as refused:
        visits.line({**VISIT, **change})
    assert [error.field for error in refused.value.errors] == [column]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"ended_at": "2017-03-31 20:00"}, "ended_at"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"groups": "0"}, "groups"),
        ({"people": "甲@nobody"}, "people"),
        ({"inspection": "ja"}, "inspection"),
    ],
)
def test_a_line_of_rounds_that_cannot_be_is_refused_by_column(change: dict[str, str], column: str) -> None:
    with pytest.raises(Invalid) as refused:
        rounds.line({**ROUND, **change})
    assert [error.field for error in refused.value.errors] == [column]


def test_a_re_inspection_of_a_file_is_done_with_a_paper_whose_findings_nobody_named(world: World) -> None:
    take_rounds(world, ROUND)
    bare = {**VISIT, "findings": "0", "corrected": "0", "corrected_at": ""}
    again = {**bare, "external_id": "V2", "round_id": "", "ordered": "no", "order_due_at": "", "recheck": "yes"}
    take_visits(world, bare, {**again, "visited_at": "2017-04-12 10:00"})
    assert world.session.scalars(select(Order.lifted_at)).one() == at("2017-04-12 10:00")


def test_a_round_still_open_in_the_file_has_seen_no_grid(world: World) -> None:
    take_rounds(world, {**ROUND, "ended_at": "", "grid_codes": world.west.code})
    night = world.session.scalars(select(Round)).one()
    assert queries.seen(world.session, [night.id])[night.id].total == 0
    take_rounds(world, {**ROUND, "grid_codes": world.west.code})
    assert queries.seen(world.session, [night.id])[night.id].grids == 1
