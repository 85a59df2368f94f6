"""What the law asks of an incident is told beforehand as the musts will judge it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gridops.operations.rules import Facts, IncidentKind, Officer, asks, faults
from gridops.squads.rules import Agency
from gridops.worktime.rules import Calendar, OfficeHours
from tests.factories import at

NOW = at("2026-11-29 21:00")


def test_each_kind_asks_for_what_the_musts_ask() -> None:
    told = {kind: {one.field for one in asks(kind, NOW).fields if one.required} for kind in IncidentKind}
    coercive = {"basis", "approver", "officers", "items", "deadline"}
    assert told[IncidentKind.SEIZED] == told[IncidentKind.IMPOUNDED] == told[IncidentKind.PRESERVED] == coercive
    assert told[IncidentKind.REFERRED] == {"to_agency"}
    assert told[IncidentKind.OTHER] == set()
    assert asks(IncidentKind.IMPOUNDED, NOW).agencies == (Agency.TRAFFIC_POLICE,)
    assert [asks(kind, NOW).officers for kind in IncidentKind] == [2, 2, 2, 0, 0]
    (officers,) = [one for one in asks(IncidentKind.SEIZED, NOW).fields if one.field == "officers"]
    assert "两名" in officers.says[0]
    assert "执法证件" in officers.says[-1]


@pytest.mark.parametrize("kind", [IncidentKind.SEIZED, IncidentKind.IMPOUNDED, IncidentKind.PRESERVED])
def test_an_incident_with_all_that_is_asked_breaks_nothing_and_without_one_of_it_its_sentence_is_said(
    kind: IncidentKind,
) -> None:
    asked = asks(kind, NOW)
    agency = (asked.agencies or (Agency.URBAN_MANAGEMENT,))[0]
    officers = tuple(Officer(str(number), True) for number in range(asked.officers))
    whole = Facts(kind, agency, NOW, "法", "队长", None, officers, "车1辆", NOW + timedelta(days=5))
    calendar, hours = Calendar({}), OfficeHours.parse("08:30-12:00,13:30-17:30")
    assert faults(whole, calendar, hours) == ()
    empty = {"basis": "", "approver": "", "officers": (), "items": "", "deadline": None}
    for one in asked.fields:
        if one.required:
            broken = faults(replace(whole, **{one.field: empty[one.field]}), calendar, hours)  # type: ignore[arg-type]
            assert broken == ((one.field, one.says[0]),)
