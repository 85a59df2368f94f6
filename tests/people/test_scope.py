from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.core import clock
from gridops.grids.models import GridVersion
from gridops.grids.rules import Level
from gridops.people import queries, service
from gridops.people.models import RoleHolding, User
from gridops.people.rules import Role
from tests.factories import at, make_grid, make_unit, make_user, square

Place = dict[str, int]


@pytest.fixture
def town(session: Session):
    """A street with two communities of two grids each, a second street; a bureau with a squad, and another bureau."""
    street = make_grid(session, "S")
    grids = {"S": street}
    for community in ("A", "B"):
        grids[community] = make_grid(session, community, parent=street, level=Level.COMMUNITY)
        for number in "12":
            code = community + number
            grids[code] = make_grid(session, code, parent=grids[community], level=Level.GRID)
    other = make_grid(session, "T")
    bureau = make_unit(session, street, "bureau")
    units = {
        "bureau": bureau,
        "squad": make_unit(session, street, "squad", parent=bureau),
        "other": make_unit(session, street, "other"),
        "foreign": make_unit(session, other, "foreign"),
    }
    grids["T"] = other
    return grids, units


ROWS = [
    ("A1", "squad", 0),
    ("A1", "other", 0),
    ("A2", None, 0),
    ("B1", "bureau", 0),
    ("B2", None, 1),
    ("T", "foreign", 0),
]


def seen(session: Session, town, user: User) -> set[int]:
    """Numbers of ROWS the user sees, by SQL over a table of literal rows and by `Scope.sees`, which must agree."""
    from sqlalchemy import Column, Integer, MetaData, Table

    grids, units = town
    table = Table("row", MetaData(), *(Column(name, Integer) for name in ("n", "root", "grid", "unit", "reporter")))
    table.create(session.connection())
    facts = []
    for number, (grid, unit, own) in enumerate(ROWS):
        place = grids[grid]
        facts.append(
            {
                "n": number,
                "root": place.root_id,
                "grid": place.id,
                "unit": units[unit].id if unit else None,
                "reporter": user.id if own else None,
            }
        )
    session.execute(table.insert(), facts)
    person = queries.load_person(session, user.id)
    assert person is not None
    scope = queries.scope_of(session, person)
    columns = table.c
    stmt = queries.apply_scope(
        select(columns.n), scope, root=columns.root, grid=columns.grid, unit=columns.unit, reporter=columns.reporter
    )
    by_sql = set(session.scalars(stmt))
    table.drop(session.connection())
    by_hand = {
        fact["n"]
        for fact in facts
        if scope.sees(root_id=fact["root"], grid_id=fact["grid"], unit_id=fact["unit"], reporter_id=fact["reporter"])
    }
    assert by_sql == by_hand
    return by_sql


TERRITORY = [role for role in Role if role not in {Role.HANDLER, Role.ADMIN}]


@pytest.mark.parametrize("role", TERRITORY)
@pytest.mark.parametrize(("held", "expected"), [("S", {0, 1, 2, 3, 4}), ("A", {0, 1, 2, 4}), ("A1", {0, 1, 4})])
def test_most_roles_see_their_territory_and_own_reports(session, town, role, held, expected):
    user = make_user(session, town[0]["S"], role, grid=town[0][held], unit=town[1]["other"])
    assert seen(session, town, user) == expected


@pytest.mark.parametrize(
    ("unit", "held", "expected"),
    [
        ("bureau", "S", {0, 3, 4}),
        ("squad", "S", {0, 4}),
        ("bureau", "A", {0, 4}),
        ("bureau", "B", {3, 4}),
        ("other", "A1", {1, 4}),
        ("other", "B", {4}),
    ],
)
def test_a_handler_sees_cases_of_the_units_held_within_the_territory(session, town, unit, held, expected):
    user = make_user(session, town[0]["S"], Role.HANDLER, grid=town[0][held], unit=town[1][unit])
    assert seen(session, town, user) == expected


@pytest.mark.parametrize("roles", [(), (Role.ADMIN,)])
def test_without_a_role_that_shows_cases_only_own_reports_are_seen(session, town, roles):
    assert seen(session, town, make_user(session, town[0]["S"], *roles)) == {4}


def test_roles_add_up(session, town):
    grids, units = town
    user = make_user(session, grids["S"], Role.HANDLER, unit=units["bureau"])
    session.add(RoleHolding(user_id=user.id, role=Role.INSPECTOR, unit_id=units["bureau"].id, grid_id=grids["A2"].id))
    session.flush()
    assert seen(session, town, user) == {0, 2, 3, 4}


def test_a_role_counts_in_its_time_only(session, town):
    grids, units = town
    user = make_user(session, grids["S"], unit=units["other"])
    service.grant_role(session, user.id, Role.LEADER, valid_from=date(2017, 3, 1), valid_to=date(2017, 4, 1))
    for moment, held in (
        ("2017-02-28 23:59:59", 0),
        ("2017-03-01 00:00", 1),
        ("2017-03-31 23:59", 1),
        ("2017-04-01 00:00", 0),
    ):
        with clock.set_to(at(moment)):
            person = queries.load_person(session, user.id)
            assert person is not None
            assert len(person.holdings) == held, moment


def test_scope_follows_the_tree_of_today_and_keeps_ended_grids(session, town):
    grids, units = town
    version = session.scalars(select(GridVersion).where(GridVersion.grid_id == grids["A1"].id)).one()
    version.valid_to = date(2017, 6, 1)
    session.add(
        GridVersion(
            grid_id=grids["A1"].id,
            parent_id=grids["B"].id,
            name="A1",
            level=Level.GRID,
            geometry=square(1, 1),
            area_m2=1.0,
            west=1,
            south=1,
            east=2,
            north=2,
            valid_from=date(2017, 6, 1),
        )
    )
    ended = session.scalars(select(GridVersion).where(GridVersion.grid_id == grids["A2"].id)).one()
    ended.valid_to = date(2017, 6, 1)
    session.flush()
    user = make_user(session, grids["S"], Role.INSPECTOR, grid=grids["A"], unit=units["other"])
    with clock.set_to(at("2017-05-31 12:00")):
        assert seen(session, town, user) == {0, 1, 2, 4}
        assert grids["A"].id in queries.grid_path(session, grids["A1"].id)
    with clock.set_to(at("2017-06-01 00:00")):
        assert seen(session, town, user) == {2, 4}, "A1 has moved to B; A2 ended where it was"
        assert queries.grid_path(session, grids["A1"].id) == {grids["A1"].id, grids["B"].id, grids["S"].id}


def test_may_at_asks_grid_and_unit(session, town):
    grids, units = town
    user = make_user(session, grids["S"], Role.HANDLER, grid=grids["A"], unit=units["bureau"])
    person = queries.load_person(session, user.id)
    assert person is not None
    assert queries.may_at(session, person, {Role.HANDLER}, grids["A1"].id, units["squad"].id)
    assert not queries.may_at(session, person, {Role.HANDLER}, grids["A1"].id, units["other"].id)
    assert not queries.may_at(session, person, {Role.HANDLER}, grids["B1"].id, units["squad"].id)
    assert not queries.may_at(session, person, {Role.INSPECTOR}, grids["A1"].id)


def test_the_condition_fits_the_table_of_cases(session, town):
    grids, units = town
    user = make_user(session, grids["S"], Role.HANDLER, grid=grids["A"], unit=units["bureau"])
    scope = queries.scope_of(session, queries.load_person(session, user.id))
    stmt = queries.apply_scope(
        select(Case.id), scope, root=Case.root_id, grid=Case.grid_id, unit=Case.unit_id, reporter=Case.reporter_id
    )
    assert session.scalars(stmt).all() == []
