"""Files of rounds, outings, penalties, supervision: each comes in once and goes out again; both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.grids.models import Grid
from gridops.intake import line_import
from gridops.intake.files import Counts
from gridops.intake.line_kinds import KINDS
from gridops.intake.queries.outgoing import TABLES, Within
from gridops.people.queries.access import grids_below
from tests.factories import make_grid, make_unit

BY_NAME = {kind.name: kind for kind in KINDS}
PEOPLE = "李队@urban_management#苏D001;王五@urban_management#苏D002;周警官@police_station#警003"
FILES = {
    "premises": """external_id,credit_code,name,kind,lon,lat,grid_code,responsible,risk,note
P1,91320411MA1M8X9T4U,甲化工有限公司,enterprise,-70.395,-33.495,,赵六,high,x
P2,,乙五金店,shop,,,W1,,low,
""",
    "rounds": f"""external_id,started_at,ended_at,groups,grid_codes,people,theme,inspection,note
R1,2017-03-05T21:00:00,2017-03-05T23:30:00,2,W1,{PEOPLE},涉气,yes,
""",
    "visits": """external_id,round_id,credit_code,premises_name,visited_at,complete,recheck,findings,corrected,corrected_at,ordered,order_due_at,note
V1,R1,,甲化工有限公司,2017-03-05T21:30:00,yes,no,3,1,2017-03-09T10:00:00,no,,
V2,R1,,乙五金店,2017-03-05T22:30:00,yes,no,0,0,,no,,
""",  # noqa: E501
    "operations": f"""external_id,campaign_code,campaign_name,started_at,ended_at,agencies,people,persuaded,tidied,cleared,leaflets,note
O1,ZX1,非机动车乱停放整治,2017-03-06T09:00:00,2017-03-06T11:00:00,urban_management;police_station,{PEOPLE},5,12,0,30,
""",  # noqa: E501
    "incidents": """external_id,operation_id,kind,agency,basis,approver,officers,happened_at,party,decision_no,items,deadline,answered_at,note
I1,O1,referred,urban_management,行政处罚法第二十二条,孙局长,李队@urban_management#苏D001;王五@urban_management#苏D002,2017-03-06T10:00:00,钱七,,=材料一份,2017-03-20,,
""",  # noqa: E501
    "penalties": """external_id,opened_at,decided_by,decided_at,kinds,fine_yuan,party,party_kind,round_id,served_at,paid_at,paid_yuan,replaces,note
F1,2017-03-06T09:00:00,区环保局,2017-03-20T09:00:00,warning;fine,20000,甲化工有限公司,organisation,R1,2017-03-21,2017-03-30,5000,,
F2,2017-03-07T09:00:00,区环保局,2017-03-22T09:00:00,fine,300.50,钱七,person,,,,,F1,
""",  # noqa: E501
    "supervision": """external_id,kind,at,unit_code,person,fact,verified,outcome,due_at,answered_at,accepted_at,source,note
S1,discipline_check,2017-03-08T10:00:00,U,孙八,脱岗,yes,谈话提醒,,,,明察暗访,
S2,problem,2017-03-09T10:00:00,U,,垃圾未清,,,2017-03-20,2017-03-15,,,
S3,matter,2017-03-10T10:00:00,U,,河道整治,,,2017-12-31,,,区重点,
""",  # noqa: E501
    "scores": """month,assessor,item,score,full,rank,of,note
2017-03,district,城市长效管理,92.50,100,3,8,
2017-03,city,城市长效管理,90,,,,
""",
}
DAMAGED = {
    "premises": ("P3,91320411MA1M8X9T4X,丙厂,enterprise,,,,,high,", "credit_code"),  # its check digit is wrong
    "rounds": ("R2,2017-03-05T21:00:00,2017-03-05T20:00:00,1,W1,,安全,no,", "ended_at"),
    "visits": ("V3,R9,,丙厂,2017-03-05T22:30:00,yes,no,0,0,,no,,", "round_id"),
    "operations": ("O2,ZX1,,2017-03-06T09:00:00,,urban_management,周@army,0,0,0,0,", "people"),
    "incidents": ("I2,O1,seized,urban_management,,,,2017-03-06T10:00:00,,,,,,", "basis"),
    "penalties": ("F3,2017-03-06T09:00:00,区环保局,2017-03-20T09:00:00,beating,1,,organisation,,,,,,", "kinds"),
    "supervision": ("S4,problem,2017-03-09T10:00:00,nowhere,,垃圾未清,,,,,,,", "unit_code"),
    "scores": ("2017-13,district,城市长效管理,92.50,100,3,8,", "month"),
}  # fmt: skip


@pytest.fixture
def street(session: Session) -> Grid:
    root = make_grid(session, "W", west=119.95, south=31.85)
    make_grid(session, "W1", parent=root, west=119.95, south=31.85)
    make_unit(session, root, "U")
    return root


def take(session: Session, root: Grid, folder: Path, kind: str, *more: str) -> Counts:
    path = folder / f"{kind}.csv"
    path.write_text(FILES[kind] + "\n".join(more) + "\n", "utf-8")
    with session.begin_nested() as work:
        counts = line_import.run(session, BY_NAME[kind], root.id, "theirs", path)
        if counts.errors:
            work.rollback()
    return counts


def table(session: Session, name: str, within: Within, *, clear: bool = False) -> list[dict[str, object]]:
    (found,) = (one for one in TABLES if one.name == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.written(session, within, clear=clear)]


def test_each_file_comes_in_once_and_of_a_damaged_one_nothing(session: Session, street: Grid, tmp_path: Path) -> None:
    for kind, content in FILES.items():
        bad, column = DAMAGED[kind]
        refused = take(session, street, tmp_path, kind, bad)
        assert {error.line for error in refused.errors} == {content.count("\n") + 1}, refused.errors
        assert column in {error.column for error in refused.errors}
        assert refused.refused == 1
        count = content.count("\n") - 1
        first, again = take(session, street, tmp_path, kind), take(session, street, tmp_path, kind)
        assert (first.read, first.new, first.errors) == (count, count, [])
        assert (again.read, again.new, again.unchanged, again.changed) == (count, 0, count, 0)


def test_what_came_in_goes_out(session: Session, street: Grid, tmp_path: Path) -> None:
    for kind in FILES:
        assert take(session, street, tmp_path, kind).errors == []
    everything = Within(street.id)
    assert [(row["round_id"], row["findings"], row["corrected"]) for row in table(session, "visits", everything)] == [
        ("R1", 3, 1),
        ("R1", 0, 0),
    ]
    (night,) = table(session, "rounds", everything)
    assert (night["grid_codes"], night["groups"], night["inspection"], night["visits"]) == ("W1", 2, "yes", 2)
    assert night["started_at"] == "2017-03-05T21:00:00+08:00"
    (outing,) = table(session, "outings", everything)
    assert (outing["campaign_name"], outing["tidied"], outing["persuaded"]) == ("非机动车乱停放整治", 12, 5)
    assert str(outing["people"]).startswith("李*@urban_management#*****;")
    (incident,) = table(session, "incidents", everything)
    assert (incident["operation_id"], incident["party"], incident["approver"]) == ("O1", "钱*", "孙**")
    assert "李*@" in str(incident["officers"])
    first, second = table(session, "premises", everything)
    assert (first["credit_code"], first["responsible"], second["grid_code"]) == ("91320411MA1M8X9T4U", "赵*", "W1")
    assert table(session, "premises", everything, clear=True)[0]["responsible"] == "赵六"
    assert table(session, "outings", everything, clear=True)[0]["people"] == PEOPLE
    first, second = table(session, "penalties", everything)
    assert (first["party"], first["kinds"], first["fine_yuan"], first["round_id"]) == (
        "甲化工有限公司",
        "warning;fine",
        "20000.00",
        "R1",
    )
    assert (first["paid_yuan"], second["party"], second["replaces"]) == ("5000.00", "钱*", "F1")


def test_only_the_days_and_grids_that_were_asked_for(session: Session, street: Grid, tmp_path: Path) -> None:
    for kind in FILES:
        take(session, street, tmp_path, kind)
    monday = clock.midnight(date(2017, 3, 6))
    for name, days, count in (
        ("rounds", 0, 0),
        ("outings", 0, 1),
        ("outings", 1, 0),
        ("visits", -1, 2),
        ("visits", 0, 0),
    ):
        start = monday + timedelta(days=days)
        assert len(table(session, name, Within(street.id, None, start, start + timedelta(days=1)))) == count, name
    elsewhere = make_grid(session, "W2", parent=street, west=119.95, south=31.85)
    # Premises whose grid is not known stand only where the whole root is asked for.
    for grid, rounds, premises in ((elsewhere, 0, 0), (street, 1, 1)):
        within = Within(street.id, grids_below(session, [grid.id]))
        assert (len(table(session, "rounds", within)), len(table(session, "premises", within))) == (rounds, premises)
    other = make_grid(session, "E", west=120.5, south=31.85)
    assert all(table(session, one.name, Within(other.id)) == [] for one in TABLES)
