"""What the law asks of seizures, impoundings and preservations: each rule on both sides of its limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gridops.operations.rules import (
    Facts,
    IncidentKind,
    Officer,
    Standing,
    faults,
    late,
    latest_end,
    open_points,
    prolonging_fault,
)
from gridops.squads.rules import Agency
from gridops.worktime.rules import Calendar, OfficeHours
from tests.factories import at

# The National Day holidays of 2021 as they were published; all other days are Monday to Friday.
HOLIDAYS = {date(2021, 10, day): False for day in range(1, 8)} | {date(2021, 9, 26): True, date(2021, 10, 9): True}
CALENDAR = Calendar(HOLIDAYS)
HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")

TWO = (Officer("a", True), Officer("b", True))
NIGHT = at("2017-03-10 22:00")
SEIZED = Facts(
    IncidentKind.SEIZED,
    Agency.URBAN_MANAGEMENT,
    NIGHT,
    basis="无证无照经营查处办法第十一条",
    approver="张队长",
    officers=TWO,
    items="三轮车1辆",
    deadline=at("2017-04-09 23:59:59"),
)
IMPOUNDED = replace(SEIZED, kind=IncidentKind.IMPOUNDED, agency=Agency.TRAFFIC_POLICE)
KEPT_2017 = replace(SEIZED, kind=IncidentKind.PRESERVED, deadline=at("2017-03-17 23:59:59"))
KEPT_2021 = replace(KEPT_2017, happened_at=at("2021-09-24 22:00"), deadline=at("2021-10-09 23:59:59"))
REFERRED = Facts(IncidentKind.REFERRED, Agency.URBAN_MANAGEMENT, NIGHT)


def told(facts: Facts, *, prolonged: bool = False) -> list[tuple[str, str]]:
    return [*faults(facts, CALENDAR, HOURS, prolonged=prolonged)]


@pytest.mark.parametrize(
    ("facts", "field", "article"),
    [
        pytest.param(SEIZED, None, "", id="a seizure with all the law asks"),
        pytest.param(replace(SEIZED, basis=""), "basis", "行政强制法第十条", id="on no basis"),
        pytest.param(replace(SEIZED, approver=""), "approver", "行政强制法第十八条第一项", id="approved by nobody"),
        pytest.param(replace(SEIZED, officers=TWO[:1]), "officers", "第十八条第二项", id="by one officer"),
        pytest.param(
            replace(SEIZED, officers=(TWO[0], TWO[0])), "officers", "第十八条第二项", id="one officer named twice"
        ),
        pytest.param(
            replace(SEIZED, officers=(TWO[0], Officer("b", False))),
            "officers",
            "第十七条第三款",
            id="an auxiliary signs",
        ),
        pytest.param(
            replace(SEIZED, officers=(TWO[0], Officer("b", None))),
            None,
            "",
            id="of another body, whose certificate we do not keep",
        ),
        pytest.param(replace(SEIZED, items=""), "items", "第二十四条", id="without a list"),
        pytest.param(replace(SEIZED, deadline=None), "deadline", "第二十四条第二款", id="for no time"),
        pytest.param(replace(SEIZED, deadline=at("2017-04-10 00:00")), "deadline", "第二十五条", id="for 31 days"),
        pytest.param(replace(SEIZED, deadline=NIGHT - timedelta(1)), "deadline", "不得早于", id="over before it began"),
        pytest.param(
            replace(SEIZED, approved_at=at("2017-03-11 22:00")), None, "", id="approved 24 hours after: urgent"
        ),
        pytest.param(
            replace(SEIZED, approved_at=at("2017-03-11 22:01")),
            "approved_at",
            "第十九条",
            id="approved a minute too late",
        ),
        pytest.param(IMPOUNDED, None, "", id="impounded by the traffic police"),
        pytest.param(
            replace(IMPOUNDED, agency=Agency.URBAN_MANAGEMENT), "agency", "道路交通安全法", id="impounded by others"
        ),
        pytest.param(
            replace(IMPOUNDED, deadline=None), "deadline", "第一百一十二条", id="no date to come and settle it"
        ),
        pytest.param(KEPT_2017, None, "", id="2017: seven calendar days"),
        pytest.param(
            replace(KEPT_2017, deadline=at("2017-03-18 00:00")), "deadline", "第三十七条", id="2017: the eighth day"
        ),
        pytest.param(KEPT_2021, None, "", id="2021: seven working days over the holidays"),
        pytest.param(
            replace(KEPT_2021, deadline=at("2021-10-10 00:00")),
            "deadline",
            "第八十五条",
            id="2021: the eighth working day",
        ),
        pytest.param(
            replace(KEPT_2021, approved_at=at("2021-09-24 22:01")),
            "approved_at",
            "第五十六条",
            id="kept before approved",
        ),
        pytest.param(replace(KEPT_2021, officers=()), "officers", "第四十二条", id="kept by nobody"),
        pytest.param(
            replace(KEPT_2017, officers=(TWO[0], Officer("b", False))),
            None,
            "",
            id="2017: two men, no word of certificates",
        ),
        pytest.param(
            replace(KEPT_2017, happened_at=at("2021-07-14 23:59"), deadline=at("2021-07-22 12:00")),
            "deadline",
            "2017年修正",
            id="the last night of the old law",
        ),
        pytest.param(
            replace(KEPT_2017, happened_at=at("2021-07-15 00:00"), deadline=at("2021-07-26 23:59:59")),
            None,
            "",
            id="the first night of the new law",
        ),
        pytest.param(REFERRED, None, "", id="a referral needs none of this"),
        pytest.param(
            replace(REFERRED, answered_at=NIGHT - timedelta(1)),
            "answered_at",
            "不得早于",
            id="answered before it was sent",
        ),
        pytest.param(replace(REFERRED, kind=IncidentKind.OTHER), None, "", id="another act"),
    ],
)
def test_each_must_of_the_law_on_both_sides(facts: Facts, field: str | None, article: str) -> None:
    found = told(facts)
    assert [name for name, _says in found] == ([field] if field else [])
    assert all(article in says for _name, says in found)


def test_a_bare_seizure_breaks_every_must_at_once() -> None:
    bare = Facts(IncidentKind.SEIZED, Agency.URBAN_MANAGEMENT, NIGHT)
    assert {name for name, _says in told(bare)} == {"basis", "approver", "officers", "items", "deadline"}
    assert all("法第" in says for _name, says in told(bare))


@pytest.mark.parametrize(
    ("day", "broken"),
    [("2017-05-09 23:59:59", []), ("2017-05-10 00:00", ["deadline"])],  # 30 + 30 days, and one second more
)
def test_a_file_may_tell_a_seizure_that_was_prolonged(day: str, broken: list[str]) -> None:
    assert [name for name, _says in told(replace(SEIZED, deadline=at(day)), prolonged=True)] == broken


@pytest.mark.parametrize(
    ("until", "approved", "field"),
    [
        ("2017-05-09 23:59:59", "2017-04-05 09:00", None),  # 30 days more, approved in time
        ("2017-05-10 00:00", "2017-04-05 09:00", "deadline"),  # more than that
        ("2017-05-01 00:00", "2017-04-10 00:00", "approved_at"),  # approved when it was over
        ("2017-04-09 23:59:59", "2017-04-05 09:00", "deadline"),  # no longer than before
    ],
)
def test_a_term_is_prolonged_once_in_time_and_by_thirty_days(until: str, approved: str, field: str | None) -> None:
    fault = prolonging_fault(SEIZED, at(until), at(approved), CALENDAR, HOURS)
    assert (fault[0] if fault else None) == field


def test_a_preservation_cannot_be_prolonged() -> None:
    assert prolonging_fault(KEPT_2021, at("2021-10-20 09:00"), at("2021-09-30 09:00"), CALENDAR, HOURS)


@pytest.mark.parametrize(
    ("kind", "happened", "end"),
    [
        (IncidentKind.SEIZED, "2017-03-10 22:00", "2017-04-09 23:59:59"),
        (IncidentKind.PRESERVED, "2017-03-10 22:00", "2017-03-17 23:59:59"),
        (IncidentKind.PRESERVED, "2021-09-24 22:00", "2021-10-09 23:59:59"),
        (IncidentKind.REFERRED, "2017-03-10 22:00", None),
    ],
)
def test_the_last_instant_is_the_end_of_a_day(kind: IncidentKind, happened: str, end: str | None) -> None:
    assert latest_end(kind, at(happened), CALENDAR, HOURS) == (at(end) if end else None)


DUE = at("2017-04-09 23:59:59")


@pytest.mark.parametrize(
    ("standing", "points", "over"),
    [
        (Standing(IncidentKind.SEIZED, DUE, decision_no="扣〔2017〕3号"), 0, False),
        (Standing(IncidentKind.SEIZED, DUE), 1, False),  # the decision has no number yet
        (Standing(IncidentKind.SEIZED, NIGHT, decision_no="扣〔2017〕3号"), 1, True),  # kept too long
        (Standing(IncidentKind.SEIZED, NIGHT, decision_no="3", lifted_at=NIGHT), 0, False),  # given back
        (Standing(IncidentKind.PRESERVED, NIGHT), 1, True),  # no decision within seven days
        (Standing(IncidentKind.REFERRED, DUE), 2, False),  # neither letter nor receipt
        (Standing(IncidentKind.REFERRED, NIGHT, letter_no="移1", received_at=NIGHT), 1, True),  # no answer in time
        (Standing(IncidentKind.REFERRED, NIGHT, letter_no="移1", received_at=NIGHT, answered_at=DUE), 0, False),
        (Standing(IncidentKind.SEIZED, NIGHT, voided_at=DUE), 0, False),  # a mistake asks for nothing
        (Standing(IncidentKind.OTHER, NIGHT), 0, False),
    ],
)
def test_what_is_still_asked_of_an_incident(standing: Standing, points: int, over: bool) -> None:
    now = at("2017-04-01 09:00")
    assert len(open_points(standing, now)) == points
    assert late(standing, now) is over
