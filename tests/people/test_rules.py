from datetime import UTC, datetime, timedelta

import pytest

from gridops.people.rules import (
    ROLE_NAMES,
    SCOPE,
    UNIT_KIND_NAMES,
    WORK_LINE_NAMES,
    Holding,
    Person,
    Role,
    Sees,
    UnitKind,
    WorkLine,
    may,
    roles_of,
)
from gridops.people.rules.sign_in import address_key, locked_until, name_key, refused_password
from gridops.people.rules.units import kind_by_name, refused_level

STREET, COMMUNITY, GRID, OTHER_COMMUNITY = 1, 2, 3, 4
PATH = (GRID, COMMUNITY, STREET)
HALL, BUREAU, SQUAD, OTHER_BUREAU = 10, 11, 12, 13


def someone(*held: tuple[Role, int, int]) -> Person:
    return Person(7, STREET, HALL, tuple(Holding(*one) for one in held))


@pytest.mark.parametrize(
    ("held", "asked", "allowed"),
    [
        ([(Role.SHIFT_LEADER, HALL, STREET)], {Role.SHIFT_LEADER}, True),
        ([(Role.SHIFT_LEADER, HALL, COMMUNITY)], {Role.SHIFT_LEADER}, True),
        ([(Role.SHIFT_LEADER, HALL, GRID)], {Role.SHIFT_LEADER, Role.DISPATCHER}, True),
        ([(Role.SHIFT_LEADER, HALL, OTHER_COMMUNITY)], {Role.SHIFT_LEADER}, False),
        ([(Role.DISPATCHER, HALL, STREET)], {Role.SHIFT_LEADER}, False),
        ([], {Role.SHIFT_LEADER}, False),
        ([(Role.INSPECTOR, HALL, OTHER_COMMUNITY), (Role.INSPECTOR, HALL, GRID)], {Role.INSPECTOR}, True),
    ],
)
def test_a_role_counts_where_it_is_held_and_below(held, asked, allowed):
    assert may(someone(*held), asked, PATH) is allowed


@pytest.mark.parametrize(
    ("held_for", "unit_path", "allowed"),
    [
        (BUREAU, (SQUAD, BUREAU), True),
        (SQUAD, (SQUAD, BUREAU), True),
        (OTHER_BUREAU, (SQUAD, BUREAU), False),
        (OTHER_BUREAU, None, True),
    ],
)
def test_a_handler_acts_for_the_units_held_only(held_for, unit_path, allowed):
    assert may(someone((Role.HANDLER, held_for, STREET)), {Role.HANDLER}, PATH, unit_path) is allowed


def test_other_roles_do_not_ask_for_the_unit_of_a_case():
    assert may(someone((Role.DISPATCHER, OTHER_BUREAU, STREET)), {Role.DISPATCHER}, PATH, (SQUAD, BUREAU))


def test_roles_at_a_place():
    person = someone((Role.EDITOR, HALL, STREET), (Role.LEADER, HALL, OTHER_COMMUNITY))
    assert roles_of(person, PATH) == {Role.EDITOR}


def test_every_role_has_a_scope_and_everything_has_a_chinese_name():
    assert set(SCOPE) == set(Role) == set(ROLE_NAMES)
    assert set(UNIT_KIND_NAMES) == set(UnitKind)
    assert list(WORK_LINE_NAMES.values()) == ["大走访", "长效管理", "文明创建", "治安维稳", "环境与安全"]
    assert set(WORK_LINE_NAMES) == set(WorkLine)


def test_an_admin_sees_no_cases_and_a_handler_those_of_their_units():
    assert SCOPE[Role.ADMIN] is Sees.NOTHING
    assert [role for role in Role if SCOPE[role] is Sees.UNITS] == [Role.HANDLER]


START = datetime(2017, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "now", "ends"),
    [
        ([], 0, None),
        ([0, 1, 2, 3], 4, None),
        ([0, 1, 2, 3, 4], 5, 19),
        ([0, 1, 2, 3, 14], 15, 29),
        ([0, 1, 2, 3, 14], 29, None),
        ([0, 1, 2, 3, 16], 17, None),
        ([-60, 0, 1, 2, 3, 4], 5, 19),
        ([-60, -59, 0, 1, 2], 3, None),
    ],
)
def test_five_failures_in_a_quarter_lock_for_a_quarter(minutes, now, ends):
    tries = [START + timedelta(minutes=minute) for minute in minutes]
    expected = None if ends is None else START + timedelta(minutes=ends)
    assert locked_until(tries, 5, START + timedelta(minutes=now)) == expected


def test_names_and_addresses_are_kept_as_hashes_of_what_they_mean():
    assert name_key(" Ｚhou ") == name_key("zhou") != name_key("zhu")
    assert "zhou" not in name_key("zhou")
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key("unix") != address_key("")
    assert address_key("\ud800")
    assert name_key("\ud800")


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("short", False),
        ("x" * 201, False),
        ("password123", False),
        ("aaaaaaaaaaaa", False),
        ("my-zhoumin-1", False),
        ("correct horse", True),
        ("网格工作每天都要走一走", True),
    ],
)
def test_what_a_password_must_be(password, fine):
    assert (refused_password(password, "ZhouMin") is None) is fine


@pytest.mark.parametrize(
    ("level", "parent", "kind", "fine"),
    [
        (1, None, UnitKind.STREET, True),
        (1, None, UnitKind.POLICE_STATION, True),
        (1, None, UnitKind.SECTION, False),
        (1, 1, UnitKind.STREET, False),
        (2, 1, UnitKind.DEPARTMENT, True),
        (2, 1, UnitKind.URBAN_MANAGEMENT, True),
        (2, None, UnitKind.DEPARTMENT, False),
        (2, 1, UnitKind.STREET, False),
        (3, 2, UnitKind.SECTION, True),
        (3, 2, UnitKind.DEPARTMENT, False),
        (3, 1, UnitKind.SECTION, False),
        (4, 3, UnitKind.SECTION, False),
    ],
)
def test_units_stand_in_three_levels(level, parent, kind, fine):
    assert (refused_level(level, parent, kind) is None) is fine


@pytest.mark.parametrize(
    ("level", "name", "kind"),
    [
        (1, "龙虎塘街道", UnitKind.STREET),
        (1, "龙虎塘派出所", UnitKind.POLICE_STATION),
        (1, "新北交警大队二中队", UnitKind.TRAFFIC_POLICE),
        (1, "运管所", UnitKind.TRANSPORT_ADMINISTRATION),
        (1, "某公司", UnitKind.OTHER_AGENCY),
        (2, "综合执法局", UnitKind.URBAN_MANAGEMENT),
        (2, "盘龙社区", UnitKind.COMMUNITY),
        (2, "党政办公室", UnitKind.DEPARTMENT),
        (3, "城管一中队", UnitKind.SECTION),
    ],
)
def test_the_kind_of_a_unit_known_by_name(level, name, kind):
    assert kind_by_name(level, name) is kind
    assert refused_level(level, level - 1 or None, kind) is None
