from datetime import date

import pytest

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.grids.rules import Level
from gridops.people import queries, service
from gridops.people.forms import PersonLine, RoleLine, person_line
from gridops.people.rules import Role, UnitKind
from tests.factories import at, make_grid, make_user


def line(**values: str) -> dict[str, str]:
    return {"username": "zhou", "name": "周敏", "unit_path": "龙虎塘街道/综合执法局/一中队", **values}


def test_a_line_is_read():
    read = person_line(
        line(
            username=" ZHOU ",
            unit_code="K1",
            roles="inspector@G1; editor ;inspector@G1",
            certificate_valid_to="2018-01-31",
            note="x",
        )
    )
    assert read == PersonLine(
        username="zhou",
        name="周敏",
        unit_code="K1",
        unit_path=("龙虎塘街道", "综合执法局", "一中队"),
        roles=(RoleLine(Role.INSPECTOR, "G1"), RoleLine(Role.EDITOR, None)),
        certificate_no=None,
        certificate_valid_to=date(2018, 1, 31),
    )


def test_a_missing_column_of_roles_is_not_an_empty_one():
    assert person_line(line()).roles is None
    assert person_line(line(roles="")).roles == ()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"unit_path": ""}, "unit_code"),
        ({"unit_path": "a/b/c/d"}, "unit_path"),
        ({"unit_path": "a//c"}, "unit_path"),
        ({"unit_path": "x" * 121}, "unit_path"),
        ({"roles": "king@G1"}, "roles"),
        ({"certificate_valid_to": "31.1.2018"}, "certificate_valid_to"),
    ],
)
def test_a_wrong_line_names_its_column(values, field):
    with pytest.raises(Invalid) as refused:
        person_line(line(**values))
    assert [error.field for error in refused.value.errors] == [field]


def test_all_faults_of_a_line_are_named_at_once():
    with pytest.raises(Invalid) as refused:
        person_line({"username": "", "name": "", "unit_code": "", "unit_path": "", "roles": "x"})
    assert {error.field for error in refused.value.errors} == {"username", "name", "unit_code", "roles"}


@pytest.fixture
def street(session):
    street = make_grid(session, "S")
    make_grid(session, "G1", parent=street, level=Level.GRID)
    make_grid(session, "G2", parent=street, level=Level.GRID)
    return street


def bring(session, street, *lines: dict[str, str]):
    return service.import_people(
        session, street.id, [(number, person_line(one)) for number, one in enumerate(lines, 2)]
    )


def counted(result) -> tuple[int, int, int, int, int]:
    return (result.read, result.new, result.unchanged, result.changed, result.refused)


def test_people_units_and_roles_come_in_once(session, street):
    lines = [
        line(username="a", unit_code="K1", roles="inspector@G1"),
        line(username="b", roles="shift_leader;dispatcher"),
        line(username="c", unit_path="新桥派出所", roles=""),
    ]
    assert counted(bring(session, street, *lines)) == (3, 3, 0, 0, 0)
    assert counted(bring(session, street, *lines)) == (3, 0, 3, 0, 0)
    units = {row.name: row for row in queries.unit_rows(session, street.id)}
    assert [units[name].level for name in ("龙虎塘街道", "综合执法局", "一中队")] == [1, 2, 3]
    assert units["一中队"].code == "K1"
    assert units["新桥派出所"].kind is UnitKind.POLICE_STATION
    rows, _ = queries.people_page(session, street.id, queries.PeopleFilter())
    assert [(row.username, row.has_password) for row in rows] == [("a", False), ("b", False), ("c", False)]
    assert [(held.role, held.grid_code) for held in rows[0].roles] == [(Role.INSPECTOR, "G1")]
    assert {(held.role, held.grid_code) for held in rows[1].roles} == {
        (Role.SHIFT_LEADER, "S"),
        (Role.DISPATCHER, "S"),
    }


def test_a_second_file_changes_people_in_place(session, street):
    with clock.set_to(at("2017-03-01 09:00")):
        bring(session, street, line(roles="inspector@G1;editor", certificate_no="A"))
    with clock.set_to(at("2017-04-01 09:00")):
        changed = line(roles="inspector@G2;editor", certificate_no="B", unit_path="龙虎塘街道/综合执法局/一中队")
        assert counted(bring(session, street, changed)) == (1, 0, 0, 1, 0)
        assert counted(bring(session, street, changed)) == (1, 0, 1, 0, 0)
        rows, _ = queries.people_page(session, street.id, queries.PeopleFilter())
        assert rows[0].certificate_no == "B"
        today = date(2017, 4, 1)
        assert {(h.role, h.grid_code) for h in rows[0].roles if h.holds_on(today)} == {
            (Role.INSPECTOR, "G2"),
            (Role.EDITOR, "S"),
        }
        assert any(h.grid_code == "G1" and h.valid_to == today for h in rows[0].roles)


def test_a_refused_line_keeps_everything_out_and_says_why(session, street):
    make_user(session, make_grid(session, "T"), username="taken")
    result = bring(
        session,
        street,
        line(username="fine"),
        line(username="fine"),
        line(username="taken"),
        line(username="d", roles="inspector@G9"),
        line(username="e", unit_path="", unit_code="nowhere"),
    )
    assert counted(result) == (5, 0, 0, 0, 4)
    assert [(error.line, error.column, error.value) for error in result.errors] == [
        (3, "username", "fine"),
        (4, "username", "taken"),
        (5, "roles", "G9"),
        (6, "unit_code", "nowhere"),
    ]
    assert queries.people_page(session, street.id, queries.PeopleFilter())[0] == []
    assert queries.unit_rows(session, street.id) == []


def test_a_unit_is_at_one_place(session, street):
    bring(session, street, line(unit_code="K1"))
    assert bring(session, street, line(unit_code="K1", unit_path="龙虎塘街道/别处")).errors[0].column == "unit_code"
    assert bring(session, street, line(unit_code="K2")).errors[0].reason.endswith("'K1'")
    assert counted(bring(session, street, line(unit_path="", unit_code="K1"))) == (1, 0, 1, 0, 0)
