"""Files of operations and incidents: new, again, changed; what is wrong is named by line, column and article."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.outside import Told
from gridops.operations import queries, service
from gridops.operations.forms import incidents, operations
from gridops.operations.rules import TallyKind
from gridops.squads import queries as squads
from gridops.squads.rules import Agency
from tests.factories import at
from tests.operations.force import Force, make_force

OPERATION = {
    "external_id": "OP-1",
    "campaign_code": "PCZZ",
    "campaign_name": "篷车专项整治",
    "started_at": "2017-03-05 21:00",
    "ended_at": "2017-03-05 23:30",
    "agencies": "urban_management;traffic_police",
    "people": "leader;policeman;王五@traffic_police#JJ-1",
    "persuaded": "12",
    "tidied": "40",
    "cleared": "",
    "leaflets": "0",
    "note": "晴",
}
INCIDENT = {
    "external_id": "IN-1",
    "operation_id": "OP-1",
    "kind": "seized",
    "agency": "urban_management",
    "basis": "无证无照经营查处办法第十一条",
    "approver": "张队长",
    "officers": "leader;policeman",
    "happened_at": "2017-03-05 22:00",
    "party": "李四",
    "decision_no": "扣〔2017〕3号",
    "items": "三轮车1辆",
    "deadline": "2017-04-04",
    "answered_at": "",
    "note": "",
}


@pytest.fixture
def force(session: Session) -> Force:
    return make_force(session)


def take(session: Session, force: Force, kind: str, *lines: dict[str, str]) -> Told:
    reader = {"operations": operations, "incidents": incidents}[kind].line
    verb = getattr(service, f"import_{kind}")
    told: Told = verb(session, force.root.id, "xlsx", [(n, reader(cells)) for n, cells in enumerate(lines, 2)])
    return told


def counts(told: Told) -> tuple[int, int, int, int]:
    return told.new, told.unchanged, told.changed, len(told.errors)


def test_an_operation_brings_its_campaign_its_squad_and_its_tallies(session: Session, force: Force) -> None:
    assert counts(take(session, force, "operations", OPERATION)) == (1, 0, 0, 0)
    (outing,) = queries.outings_of(session, force.root.id, at("2017-03-01 00:00"), at("2017-04-01 00:00"))
    assert queries.names(session, [outing.campaign_id])[outing.campaign_id] == ("PCZZ", "篷车专项整治")
    turns = squads.turns(session, [outing.squad_id])[outing.squad_id]
    assert (turns.people, turns.officers, turns.by_agency[Agency.TRAFFIC_POLICE]) == (3, 3, 1)
    assert queries.tally_sums(session, [outing.id])[outing.id] == {TallyKind.PERSUADED: 12, TallyKind.TIDIED: 40}


def test_the_same_file_twice_changes_nothing_and_another_edition_what_it_says(session: Session, force: Force) -> None:
    take(session, force, "operations", OPERATION)
    assert counts(take(session, force, "operations", OPERATION)) == (0, 1, 0, 0)
    second = {**OPERATION, "tidied": "41", "persuaded": "", "people": "leader"}
    assert counts(take(session, force, "operations", second, {**OPERATION, "external_id": "OP-2"})) == (1, 0, 1, 0)
    outing = queries.from_file(session, force.root.id, "xlsx", ["OP-1"])["OP-1"]
    assert queries.tally_sums(session, [outing.id])[outing.id] == {TallyKind.TIDIED: 41}
    assert squads.turns(session, [outing.squad_id])[outing.squad_id].people == 1
    assert counts(take(session, force, "operations", OPERATION)) == (0, 0, 1, 0)
    assert queries.tally_sums(session, [outing.id])[outing.id] == {TallyKind.PERSUADED: 12, TallyKind.TIDIED: 40}
    assert squads.turns(session, [outing.squad_id])[outing.squad_id].people == 3


def test_an_operation_without_an_end_is_still_open(session: Session, force: Force) -> None:
    take(session, force, "operations", {**OPERATION, "ended_at": ""})
    span = (at("2017-03-01 00:00"), at("2017-04-01 00:00"))
    assert [row.external_id for row in queries.open_outings(session, force.root.id, *span)] == ["OP-1"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"external_id": ""}, "external_id"),
        ({"campaign_code": " "}, "campaign_code"),
        ({"started_at": "gestern"}, "started_at"),
        ({"ended_at": "2017-03-05 20:59"}, "ended_at"),  # before it began
        ({"agencies": "urban_management;army"}, "agencies"),
        ({"people": "王五@army#1"}, "people"),
        ({"tidied": "-1"}, "tidied"),  # a total is never negative
        ({"leaflets": "1.5"}, "leaflets"),
    ],
)
def test_a_line_of_operations_names_the_wrong_column(cells: dict[str, str], column: str) -> None:
    with pytest.raises(Invalid) as refused:
        operations.line({**OPERATION, **cells})
    assert [error.field for error in refused.value.errors] == [column]


def test_a_user_name_nobody_bears_is_named(session: Session, force: Force) -> None:
    told = take(
        session, force, "operations", OPERATION, {**OPERATION, "external_id": "OP-2", "people": "leader;nobody"}
    )
    assert [(line, column, "nobody" in reason) for line, column, _value, reason in told.errors] == [(3, "people", True)]


def test_an_incident_of_a_file_hangs_on_its_operation(session: Session, force: Force) -> None:
    take(session, force, "operations", OPERATION)
    assert counts(take(session, force, "incidents", INCIDENT)) == (1, 0, 0, 0)
    assert counts(take(session, force, "incidents", INCIDENT)) == (0, 1, 0, 0)
    assert counts(take(session, force, "incidents", {**INCIDENT, "items": "三轮车2辆"})) == (0, 0, 1, 0)
    outing = queries.from_file(session, force.root.id, "xlsx", ["OP-1"])["OP-1"]
    ((row,)) = queries.incidents_of(session, [outing.id])
    assert (row.incident.items, row.incident.deadline) == ("三轮车2辆", at("2017-04-04 23:59:59"))


@pytest.mark.parametrize(
    ("cells", "column", "article"),
    [
        ({"basis": ""}, "basis", "行政强制法第十条"),
        ({"approver": ""}, "approver", "行政强制法第十八条第一项"),
        ({"officers": "leader"}, "officers", "行政强制法第十八条第二项"),
        ({"officers": "leader;inspector"}, "officers", "行政强制法第十七条第三款"),  # without a certificate
        ({"items": ""}, "items", "行政强制法第二十四条"),
        ({"deadline": ""}, "deadline", "行政强制法第二十四条"),
        ({"deadline": "2017-05-05"}, "deadline", "行政强制法第二十五条"),  # 61 days
        ({"kind": "impounded"}, "agency", "道路交通安全法"),
        ({"kind": "preserved", "deadline": "2017-03-13"}, "deadline", "行政处罚法第三十七条"),  # eight days in 2017
        ({"operation_id": "OP-9"}, "operation_id", "没有这次行动"),
    ],
)
def test_an_incident_that_breaks_the_law_is_refused_by_column_and_article(
    session: Session, force: Force, cells: dict[str, str], column: str, article: str
) -> None:
    take(session, force, "operations", OPERATION)
    told = take(session, force, "incidents", {**INCIDENT, **cells})
    assert [(line, name, article in reason) for line, name, _value, reason in told.errors] == [(2, column, True)]


@pytest.mark.parametrize(
    "cells",
    [
        {
            "kind": "referred",
            "basis": "",
            "approver": "",
            "officers": "",
            "items": "",
            "answered_at": "2017-03-20 09:00",
        },
        {"kind": "other", "basis": "", "approver": "", "officers": "", "items": "", "deadline": ""},
        {"operation_id": ""},
        {"officers": "王五@urban_management#苏D9;赵六"},  # officers of another body, as papers name them
    ],
)
def test_what_the_law_does_not_ask_is_not_asked(session: Session, force: Force, cells: dict[str, str]) -> None:
    take(session, force, "operations", OPERATION)
    assert counts(take(session, force, "incidents", {**INCIDENT, **cells})) == (1, 0, 0, 0)


def test_what_the_desk_noted_outlives_the_next_edition_of_a_file(session: Session, force: Force) -> None:
    take(session, force, "operations", OPERATION)
    take(session, force, "incidents", {**INCIDENT, "kind": "referred"})
    row = queries.incidents_from_file(session, force.root.id, "xlsx", ["IN-1"])["IN-1"]
    service.note_answer(session, force.desk, row, "已立案", at("2017-03-18 10:00"), row.version)
    take(session, force, "incidents", {**INCIDENT, "kind": "referred", "items": "线索1条"})
    assert (row.answer, row.answered_at, row.items) == ("已立案", at("2017-03-18 10:00"), "线索1条")
