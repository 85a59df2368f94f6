import json
from datetime import date

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.grids.rules import Level
from gridops.people import queries, service
from gridops.people.forms import NewUnit, NewUser, UnitChange, UserChange
from gridops.people.models import ApiToken, RoleHolding
from gridops.people.rules import Role, UnitKind, WorkLine
from tests.factories import at, make_grid, make_unit, make_user


@pytest.fixture
def street(session):
    return make_grid(session, "S")


@pytest.fixture
def unit(session, street):
    return make_unit(session, street, "hall")


def person_of(session, user):
    found = queries.load_person(session, user.id)
    assert found is not None
    return found


def test_a_person_is_made_without_password_and_found_under_any_spelling(session, street, unit):
    user = service.create_user(session, street.id, NewUser(" ＺhouMin ", "周敏", unit.id))
    assert (user.username, user.password_hash, user.active) == ("zhoumin", None, True)
    with pytest.raises(Invalid, match="username"):
        service.create_user(session, street.id, NewUser("ZHOUMIN", "周明", unit.id))


@pytest.mark.parametrize("username", ["", "a b", "x" * 61, "a;b", "../x"])
def test_odd_user_names_are_refused(session, street, unit, username):
    with pytest.raises(Invalid, match="username"):
        service.create_user(session, street.id, NewUser(username, "周敏", unit.id))


def test_a_unit_of_another_root_is_not_found(session, street):
    foreign = make_unit(session, make_grid(session, "T"))
    with pytest.raises(NotFound):
        service.create_user(session, street.id, NewUser("zhou", "周敏", foreign.id))


def test_every_act_is_audited_without_personal_data(session, street, unit):
    admin = person_of(session, make_user(session, street, Role.ADMIN))
    user = service.create_user(session, street.id, NewUser("zhoumin", "周敏", unit.id, certificate_no="苏D1"), by=admin)
    service.change_user(session, user.id, UserChange("周敏敏", unit.id, "LHT001", "苏D2", None), by=admin)
    shown = service.reset_password(session, user.id, by=admin)
    token = service.create_token(session, user.id, by=admin)
    service.grant_role(session, user.id, Role.EDITOR, by=admin)
    service.set_active(session, user.id, False, by=admin)
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.act for entry in entries] == [
        "user.create",
        "user.change",
        "password.reset",
        "token.create",
        "role.grant",
        "user.lock",
    ]
    assert {entry.actor_id for entry in entries} == {admin.user_id}
    kept = json.dumps([entry.details for entry in entries], ensure_ascii=False)
    for secret in ("zhoumin", "周敏", "苏D", "LHT001", shown, token):
        assert secret not in kept


def test_a_change_that_changes_nothing_leaves_no_trace(session, street, unit):
    user = make_user(session, street, unit=unit)
    service.change_user(session, user.id, UserChange(user.name, unit.id, None, None, None))
    assert session.scalars(select(AuditEntry)).all() == []


def test_an_admin_of_a_part_cannot_touch_who_is_more_than_that(session, street, unit):
    community = make_grid(session, "A", parent=street, level=Level.COMMUNITY)
    small = person_of(session, make_user(session, street, Role.ADMIN, grid=community, unit=unit))
    chief = make_user(session, street, Role.ADMIN, unit=unit)
    own = make_user(session, street, Role.INSPECTOR, grid=community, unit=unit)
    service.reset_password(session, own.id, by=small)
    service.grant_role(session, own.id, Role.DISPATCHER, grid_id=community.id, by=small)
    for refused in (
        lambda: service.reset_password(session, chief.id, by=small),
        lambda: service.set_active(session, chief.id, False, by=small),
        lambda: service.create_token(session, chief.id, by=small),
        lambda: service.grant_role(session, own.id, Role.ADMIN, by=small),
        lambda: service.create_unit(session, street.id, NewUnit("x", "x", UnitKind.STREET), by=small),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_an_account_without_roles_is_managed_for_the_whole_root_only(session, street, unit):
    community = make_grid(session, "A", parent=street, level=Level.COMMUNITY)
    small = person_of(session, make_user(session, street, Role.ADMIN, grid=community, unit=unit))
    chief = person_of(session, make_user(session, street, Role.ADMIN, unit=unit))
    bare = make_user(session, street, unit=unit)
    with pytest.raises(NotAllowed):
        service.reset_password(session, bare.id, by=small)
    service.reset_password(session, bare.id, by=chief)


@pytest.mark.parametrize("how", ["reset", "set", "end"])
def test_tokens_end_with_the_sessions(session, street, unit, how):
    user = make_user(session, street, Role.INSPECTOR, unit=unit)
    token = service.create_token(session, user.id)
    assert queries.person_by_token(session, token)
    if how == "reset":
        service.reset_password(session, user.id)
    elif how == "set":
        service.set_password(session, user.id, "a new and long one")
    else:
        service.end_sessions(session, user.id, by=person_of(session, user))
    assert queries.person_by_token(session, token) is None


def test_people_of_another_root_do_not_exist_for_an_admin(session, street, unit):
    admin = person_of(session, make_user(session, street, Role.ADMIN, unit=unit))
    other = make_grid(session, "T")
    foreign = make_user(session, other, Role.INSPECTOR)
    with pytest.raises(NotFound):
        service.reset_password(session, foreign.id, by=admin)
    with pytest.raises(NotFound):
        queries.person_details(session, street.id, foreign.id)
    with pytest.raises(Invalid, match="grid_id"):
        service.grant_role(session, make_user(session, street, unit=unit).id, Role.EDITOR, grid_id=other.id, by=admin)


def test_nobody_gives_roles_to_themselves_or_locks_themselves_out(session, street, unit):
    admin = person_of(session, make_user(session, street, Role.ADMIN, unit=unit))
    held = session.scalars(select(RoleHolding).where(RoleHolding.user_id == admin.user_id)).one()
    with pytest.raises(NotAllowed):
        service.grant_role(session, admin.user_id, Role.SHIFT_LEADER, by=admin)
    with pytest.raises(NotAllowed):
        service.end_role(session, held.id, by=admin)
    with pytest.raises(NotAllowed):
        service.set_active(session, admin.user_id, False, by=admin)


def test_times_of_a_role_that_touch_become_one(session, street, unit):
    user = make_user(session, street, unit=unit)
    days = [date(2017, month, 1) for month in range(1, 13)]
    service.grant_role(session, user.id, Role.EDITOR, valid_from=days[0], valid_to=days[1])
    service.grant_role(session, user.id, Role.EDITOR, valid_from=days[2], valid_to=days[3])
    service.grant_role(session, user.id, Role.EDITOR, valid_from=days[2], valid_to=days[3])
    assert len(queries.held_roles(session, [user.id])) == 2
    service.grant_role(session, user.id, Role.EDITOR, valid_from=days[1], valid_to=days[2])
    (only,) = queries.held_roles(session, [user.id])
    assert (only.valid_from, only.valid_to) == (days[0], days[3])
    service.grant_role(session, user.id, Role.EDITOR, valid_from=days[1])
    (only,) = queries.held_roles(session, [user.id])
    assert (only.valid_from, only.valid_to) == (days[0], None)
    with pytest.raises(Invalid, match="valid_to"):
        service.grant_role(session, user.id, Role.EDITOR, valid_from=days[2], valid_to=days[2])


def test_a_role_ends_today_and_one_that_had_not_begun_never_does(session, street, unit):
    user = make_user(session, street, unit=unit)
    with clock.set_to(at("2017-03-10 09:00")):
        running = service.grant_role(session, user.id, Role.EDITOR, valid_from=date(2017, 1, 1))
        future = service.grant_role(session, user.id, Role.LEADER, valid_from=date(2017, 5, 1))
        service.end_role(session, running.id)
        service.end_role(session, future.id)
        service.end_role(session, running.id)
        assert running.valid_to == date(2017, 3, 10)
        assert future.valid_to == future.valid_from
        assert person_of(session, user).holdings == ()
    with clock.set_to(at("2017-05-10 09:00")):
        assert person_of(session, user).holdings == ()


def test_units_of_three_levels_with_unique_codes(session, street):
    top = service.create_unit(session, street.id, NewUnit("s", "龙虎塘街道", UnitKind.STREET))
    mid = service.create_unit(session, street.id, NewUnit("d", "综合执法局", UnitKind.URBAN_MANAGEMENT, top.id))
    low = service.create_unit(session, street.id, NewUnit("k", "一中队", UnitKind.SECTION, mid.id))
    assert [top.level, mid.level, low.level] == [1, 2, 3]
    for bad, field in (
        (NewUnit("k2", "x", UnitKind.SECTION, low.id), "parent_id"),
        (NewUnit("k2", "x", UnitKind.DEPARTMENT, mid.id), "kind"),
        (NewUnit("k", "x", UnitKind.SECTION, mid.id), "code"),
        (NewUnit("", "x", UnitKind.STREET), "code"),
        (NewUnit("n", " ", UnitKind.STREET), "name"),
    ):
        with pytest.raises(Invalid, match=field):
            service.create_unit(session, street.id, bad)
    with pytest.raises(Invalid, match="kind"):
        service.change_unit(session, mid.id, UnitChange("综合执法局", UnitKind.SECTION))
    assert [row.code for row in queries.unit_rows(session, street.id)] == ["s", "d", "k"]
    assert queries.units_below(session, [top.id]) == {top.id, mid.id, low.id}
    assert queries.unit_path(session, low.id) == {top.id, mid.id, low.id}
    assert service.ensure_unit(session, street.id, "d").id == mid.id
    assert service.ensure_unit(session, street.id, "new").level == 1


def test_coverage_counts_grids_with_someone_on_every_line(session, street, unit):
    grids = [
        make_grid(session, f"G{number}", parent=street, level=Level.GRID, valid_from=date(2017, 1, 1))
        for number in range(3)
    ]
    user = make_user(session, street, unit=unit)
    for line in WorkLine:
        service.assign(session, grids[0].id, line, user_id=user.id, valid_from=date(2017, 2, 1))
        if line is not WorkLine.VISITS:
            service.assign(session, grids[1].id, line, unit_id=unit.id)
    february, january, before = date(2017, 2, 1), date(2017, 1, 31), date(2016, 12, 31)
    assert queries.staffed_grid_ids(session, street.id, february) == {grids[0].id}
    assert queries.staffed_grid_ids(session, street.id, january) == frozenset()
    service.assign(session, grids[1].id, WorkLine.VISITS, unit_id=unit.id, valid_to=date(2017, 2, 1))
    assert queries.staffed_grid_ids(session, street.id, january) == {grids[1].id}
    found = queries.coverage(session, street.id, february)
    assert (found.count, str(found.area_km2), found.staffed) == (3, "3.00", 1)
    assert (found.by_line[WorkLine.VISITS], found.by_line[WorkLine.UPKEEP]) == (1, 2)
    assert queries.coverage(session, street.id, before).count == 0


def test_the_same_responsibility_is_not_held_twice_at_a_time(session, street, unit):
    grid = make_grid(session, "G", parent=street, level=Level.GRID)
    user = make_user(session, street, unit=unit)
    first = service.assign(session, grid.id, WorkLine.VISITS, user_id=user.id, valid_from=date(2017, 1, 1))
    with pytest.raises(Conflict):
        service.assign(session, grid.id, WorkLine.VISITS, user_id=user.id, valid_from=date(2018, 1, 1))
    service.assign(session, grid.id, WorkLine.VISITS, user_id=user.id, valid_to=date(2017, 1, 1))
    service.assign(session, grid.id, WorkLine.VISITS, unit_id=unit.id)
    service.assign(session, grid.id, WorkLine.UPKEEP, user_id=user.id)
    with clock.set_to(at("2017-03-10 09:00")):
        service.end_duty(session, first.id)
    service.assign(session, grid.id, WorkLine.VISITS, user_id=user.id, valid_from=date(2017, 3, 10))
    for both in ({}, {"user_id": user.id, "unit_id": unit.id}):
        with pytest.raises(Invalid, match="user_id"):
            service.assign(session, grid.id, WorkLine.CIVILITY, **both)


def test_a_token_is_shown_once_and_dies_with_its_account(session, street):
    user = make_user(session, street, Role.EDITOR)
    token = service.create_token(session, user.id)
    kept = session.scalars(select(ApiToken)).one()
    assert token not in (kept.token_hash, str(kept.id))
    found = queries.person_by_token(session, token)
    assert found is not None
    assert (found.user_id, found.roles) == (user.id, {Role.EDITOR})
    assert queries.person_by_token(session, token + "x") is None
    assert queries.person_by_token(session, "\ud800") is None
    service.note_token_use(session, token)
    assert kept.last_used_at is not None
    user.active = False
    session.flush()
    assert queries.person_by_token(session, token) is None
    user.active = True
    service.revoke_token(session, kept.id)
    service.revoke_token(session, kept.id)
    assert queries.person_by_token(session, token) is None


def test_people_are_listed_by_pages_and_filters(session, street, unit):
    section = make_unit(session, street, "section", parent=unit)
    for number in range(7):
        make_user(session, street, Role.INSPECTOR, unit=section, username=f"jd{number}")
    make_user(session, street, Role.EDITOR, unit=unit, username="editor_1")
    make_user(session, make_grid(session, "T"), Role.EDITOR, username="foreign")
    seen: list[str] = []
    after = None
    while True:
        rows, after = queries.people_page(session, street.id, queries.PeopleFilter(), after=after, size=3)
        seen += [row.username for row in rows]
        if after is None:
            break
    assert seen == ["editor_1", *(f"jd{number}" for number in range(7))]

    def names(**wanted):
        return [row.username for row in queries.people_page(session, street.id, queries.PeopleFilter(**wanted))[0]]

    assert names(role=Role.EDITOR) == ["editor_1"]
    assert len(names(unit_id=unit.id)) == 8
    assert len(names(unit_id=section.id)) == 7
    assert names(text="R_1") == ["editor_1"]
    assert names(text="%") == []
    assert names(active=False) == []


def test_demo_accounts_are_offered_one_for_each_role(session, street, unit):
    assert queries.demo_people(session) == []
    for name, roles in (("b", [Role.INSPECTOR]), ("a", [Role.INSPECTOR]), ("s", [Role.SHIFT_LEADER, Role.DISPATCHER])):
        make_user(session, street, *roles, unit=unit, username=name).demo = True
    make_user(session, street, Role.ADMIN, unit=unit, username="real")
    session.flush()
    assert [(name, role) for name, _, role in queries.demo_people(session)] == [
        ("a", Role.INSPECTOR),
        ("s", Role.SHIFT_LEADER),
        ("s", Role.DISPATCHER),
    ]
