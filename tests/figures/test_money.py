"""Penalties by decision date, own ones only, amounts in force; what is owed; what an issued paper is corrected by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.bulletins.rules.page import late_work
from gridops.core import clock, periods
from gridops.figures import money, service
from gridops.figures.models import FrozenSet
from gridops.figures.queries.facts import bounds_of
from gridops.penalties.models import PenaltyEvent
from gridops.penalties.rules import Act, PartyKind
from tests.factories import at, make_grid
from tests.figures.street import Street, street_of
from tests.figures.test_enforcement import NOON, figures, tables
from tests.figures.test_freezing import APRIL, AS_OF, MARCH, YEAR, freeze

MAY = periods.parse("2017-05")


@pytest.fixture
def street(session: Session) -> Street:
    return street_of(session, make_grid(session))


def issue(street: Street, period: periods.Period, as_of: str) -> FrozenSet:
    with clock.set_to(at(as_of)):
        frozen = freeze(street.session, street.root.id, period, "monthly", at(as_of))
        service.mark_issued(street.session, frozen)
    return frozen


def money_of(made: dict[str, Any], *keys: str) -> list[Any]:
    return [made[f"penalties.{key}"] for key in keys]


def test_a_decision_counts_once_on_its_day_under_its_heaviest_kind(street: Street):
    street.penalty("2017-03-01 00:00", 1000, kinds=("warning", "fine"))
    street.penalty("2017-03-31 23:59", 500, kinds=("stop_production", "fine"), confiscated=Decimal("300.50"))
    street.penalty("2017-04-01 00:00", 9000)
    street.penalty("2017-03-10 09:00", 7000, own=False, by="区环保局")
    street.penalty(None, waived_at=at("2017-03-10 09:00"), kinds=())
    street.penalty(None, own=False, by=" ".strip(), kinds=())  # opened and not decided: nobody else's yet
    made = figures(street)
    assert money_of(made, "decided", "waived", "others_decided") == [2, 1, 1]
    assert money_of(made, "fined_yuan", "confiscated_yuan") == ["1500.00", "300.50"]
    rows = tables(street)["penalties_by_kind"]
    assert [(row["key"], row["decided"], row["fined_yuan"], row["others_decided"]) for row in rows] == [
        ("fine", 1, "1000.00", 0), ("stop_production", 1, "500.00", 0), ("by:区环保局", 0, "0.00", 1),
    ]  # fmt: skip


def test_proceedings_are_opened_by_the_street_and_parties_are_told_apart(street: Street):
    premises = street.premises()
    street.penalty("2017-03-10 09:00", 100, premises=premises, opened_at=at("2017-02-20 09:00"))
    street.penalty("2017-03-11 09:00", 100, premises=street.premises(into=premises))
    street.penalty("2017-03-12 09:00", 100, party="张三", party_kind=PartyKind.PERSON)
    street.penalty("2017-03-13 09:00", 100, party="张三 ", party_kind=PartyKind.PERSON)
    street.penalty("2017-03-14 09:00", 100, party="李四", party_kind=PartyKind.PERSON)
    street.penalty("2017-03-14 09:00", 100, own=False, party="王五", party_kind=PartyKind.PERSON)
    made = figures(street)
    assert money_of(made, "opened", "parties", "parties_organisations", "parties_persons") == [4, 3, 1, 2]


def test_no_name_of_a_party_is_kept_with_a_frozen_paper(street: Street):
    street.penalty("2017-03-12 09:00", 100, party="张三", party_kind=PartyKind.PERSON)
    with clock.set_to(AS_OF):
        frozen = freeze(street.session, street.root.id, MARCH, "monthly", AS_OF)
    kept = service.freezing.told_facts.kept(street.session, frozen.id)
    assert [kind for kind, *_ in kept] == ["penalty"]
    assert "张三" not in kept[0][2]


def test_premises_penalised_arise_from_rounds_whoever_decided(street: Street):
    march, february = street.round("2017-03-10 20:00"), street.round("2017-02-10 20:00")
    first, second, third = street.premises(), street.premises(), street.premises()
    visit = street.visit(march, third)
    street.penalty("2017-03-20 09:00", 100, own=False, premises=first, round_id=march.id)
    street.penalty("2017-03-21 09:00", 100, own=False, by="区安监局", premises=first, round_id=february.id)
    street.penalty("2017-03-22 09:00", 100, premises=second)  # by day, no round
    street.penalty("2017-04-01 09:00", 100, own=False, visit_id=visit.id)  # a round of March, decided in April
    street.penalty("2017-04-02 09:00", 100, own=False, premises=second, round_id=march.id)  # after the paper
    street.penalty(
        "2017-03-23 09:00", 100, own=False, premises=second, round_id=march.id, revoked_at=at("2017-03-30 09:00")
    )
    made = figures(street)
    assert (made["premises.penalised"], made["rounds.premises_penalised"]) == (1, 2)
    assert figures(street, given=service.Given(all_sources=True))["premises.penalised"] == 2
    year = {row["label"]: row for row in tables(street, YEAR, "2018-01-05 09:00")["penalties_by_kind"]}
    assert (year["区环保局"]["premises"], year["区环保局"]["premises_by_month"]) == (3, 3)


# What is in force when the paper is made: (words, columns of the decision, fined, how many)
IN_FORCE: list[tuple[str, dict[str, Any], str, int]] = [
    ("as decided", {}, "2000.00", 1),
    ("reduced before the paper", {"changed_at": at("2017-04-01 09:00"), "changed_fine": Decimal(1500)}, "1500.00", 1),
    ("reduced after the paper", {"changed_at": at("2017-04-02 09:00"), "changed_fine": Decimal(1500)}, "2000.00", 1),
    ("revoked before the paper", {"revoked_at": at("2017-04-01 09:00")}, "0.00", 0),
    ("revoked after the paper", {"revoked_at": at("2017-04-02 09:00")}, "2000.00", 1),
]


@pytest.mark.parametrize(("words", "more", "fined", "number"), IN_FORCE, ids=[words for words, *_ in IN_FORCE])
def test_sums_use_the_amount_in_force_when_they_are_taken(
    street: Street, words: str, more: dict[str, Any], fined: str, number: int
):
    street.penalty("2017-03-10 09:00", 2000, **more)
    assert money_of(figures(street), "fined_yuan", "decided") == [fined, number]


def test_annulled_and_decided_anew_never_counts_twice(street: Street):
    old = street.penalty("2017-03-10 09:00", 2000)
    street.penalty("2017-03-25 09:00", 1200, replaces_id=old.id)
    assert money_of(figures(street), "fined_yuan", "decided", "outstanding_yuan") == ["1200.00", 1, "1200.00"]


def test_what_was_paid_counts_on_its_day_and_what_is_owed_at_the_end(street: Street):
    street.penalty(
        "2017-02-10 09:00", 1000, paid={"2017-03-01 00:00": 400, "2017-03-31 23:59": 100, "2017-04-01 00:00": 500}
    )
    booked_wrong = street.penalty("2017-03-10 09:00", 300)
    street.pay(booked_wrong, "2017-03-11 09:00", 300, voided_at=at("2017-03-12 09:00"))
    street.penalty("2017-03-10 09:00", 800, own=False, paid={"2017-03-11 09:00": 800})
    street.penalty("2017-03-10 09:00", 700, revoked_at=at("2017-03-31 09:00"))
    street.penalty("2017-03-10 09:00", 600, revoked_at=at("2017-04-01 00:00"))  # at E it still stood
    street.penalty("2017-03-10 09:00", 900, paid={"2017-03-11 09:00": 900})
    made = figures(street)
    assert money_of(made, "paid_yuan", "outstanding_yuan") == ["1400.00", "1400.00"]
    assert money_of(figures(street, APRIL, "2017-05-01 12:00"), "paid_yuan", "revoked") == ["500.00", 1]


# Days late at the end of March: served 2017-03-10, due 2017-03-25, so six days on the 31st.
SURCHARGES: list[tuple[str, dict[str, Any], int, str]] = [
    ("six days at three percent", {}, 1, "180.00"),
    ("the last day is in time", {"served_at": at("2017-03-16 09:00")}, 0, "0.00"),
    ("one day late", {"served_at": at("2017-03-15 23:59")}, 1, "30.00"),
    ("never more than the fine", {"served_at": at("2016-12-01 09:00"), "decided": "2016-12-01 08:00"}, 1, "1000.00"),
    ("not served: nothing is due", {"served_at": None}, 0, "0.00"),
    ("not stated in the decision", {"surcharge_stated": False}, 1, "0.00"),
    (
        "two days of reconsideration",
        {"pauses": ["remedy 2017-03-28 2017-03-29"]},
        1,
        "120.00",
    ),
    ("reconsideration goes on", {"pauses": ["remedy 2017-03-20 -"]}, 1, "0.00"),
    (
        "reconsideration that ended in time",
        {"pauses": ["remedy 2017-03-12 2017-03-20"]},
        1,
        "180.00",
    ),
    (
        "two remedies one after the other",
        {"pauses": ["remedy 2017-03-26 2017-03-27", "remedy 2017-03-30 -"]},
        1,
        "60.00",
    ),
    ("put off to the 29th", {"pauses": ["deferral 2017-03-20 2017-03-29"]}, 1, "60.00"),
    ("put off when late, from the 28th to the 29th", {"pauses": ["deferral 2017-03-28 2017-03-29"]}, 1, "120.00"),
    ("put off beyond the end", {"pauses": ["deferral 2017-03-28 2017-04-20"]}, 0, "0.00"),
    (
        "the fine is paid, what was confiscated is not",
        {"confiscated": Decimal(500), "paid": {"2017-03-12 09:00": 1000}},
        1,
        "0.00",
    ),
    ("paid in full", {"paid": {"2017-03-30 09:00": 1000}}, 0, "0.00"),
]


@pytest.mark.parametrize(("words", "more", "overdue", "yuan"), SURCHARGES, ids=[words for words, *_ in SURCHARGES])
def test_what_is_overdue_and_what_may_be_imposed(
    street: Street, words: str, more: dict[str, Any], overdue: int, yuan: str
):
    street.penalty(**({"decided": "2017-03-10 08:00", "fine": 1000, "served_at": at("2017-03-10 09:00")} | more))
    assert money_of(figures(street), "overdue", "surcharge_estimate_yuan") == [overdue, yuan]


def test_a_reduced_fine_bears_less_surcharge():
    told = money.Penalty(
        id=1, own=True, party_kind="person", opened_at=at("2017-03-01 09:00"), decided_at=at("2017-03-05 09:00"),
        served_at=at("2017-03-10 09:00"), fine_yuan=Decimal(1000), changed_at=at("2017-03-20 09:00"),
        changed_fine_yuan=Decimal("33.33"),
    )  # fmt: skip
    assert money.surcharge_estimate(told, bounds_of(MARCH, at(NOON))) == Decimal("6.00")


def test_an_issued_paper_stays_and_the_next_one_corrects_it_once(street: Street):
    reduced, revoked, unchanged = (street.penalty(f"2017-03-{day} 09:00", 2000) for day in (10, 11, 12))
    march = issue(street, MARCH, "2017-04-01 12:00")
    reduced.changed_at, reduced.changed_fine = at("2017-04-10 09:00"), Decimal(1500)
    revoked.revoked_at = at("2017-04-11 09:00")
    unchanged.served_at = at("2017-04-12 09:00")
    street.session.flush()
    assert march.figures["penalties.fined_yuan"]["value"] == "6000.00"
    with clock.set_to(at("2017-04-20 09:00")):
        changes = service.changed_since(street.session, march)
    assert ("penalties.fined_yuan", "6000.00", "3500.00") in changes.figures
    assert ("penalty", revoked.id) in [(kind, fact_id) for kind, fact_id, *_ in changes.facts]
    rows = tables(street, APRIL, "2017-05-01 12:00")["corrections"]
    assert [(row["period"], row["was_yuan"], row["now_yuan"]) for row in rows] == [
        ("2017-03", "2000.00", "1500.00"), ("2017-03", "2000.00", None),
    ]  # fmt: skip
    april = issue(street, APRIL, "2017-05-01 12:00")
    assert april.tables["corrections"] == rows
    assert april.figures["penalties.fined_yuan"]["previous"] == "6000.00"  # as issued
    assert tables(street, MAY, "2017-06-01 12:00")["corrections"] == []
    reduced.changed_at, reduced.changed_fine = at("2017-05-10 09:00"), Decimal(1200)
    street.session.flush()
    rows = tables(street, MAY, "2017-06-01 12:00")["corrections"]
    assert [(row["was_yuan"], row["now_yuan"]) for row in rows] == [("1500.00", "1200.00")]
    for frozen in (march, april):
        found = service.recount(street.session, frozen)
        assert (found.same, found.differences) == (True, ())


def test_what_a_file_tells_anew_after_the_paper_is_corrected_too(street: Street):
    told = street.penalty("2017-03-10 09:00", 2000)
    issue(street, MARCH, "2017-04-01 12:00")
    told.fine = Decimal(1800)
    now = at("2017-04-10 09:00")
    street.put(PenaltyEvent(penalty_id=told.id, seq=1, act=Act.RESTATE, happened_at=now, recorded_at=now, details={}))
    rows = tables(street, APRIL, "2017-05-01 12:00")["corrections"]
    assert [(row["was_yuan"], row["now_yuan"]) for row in rows] == [("2000.00", "1800.00")]


def test_what_arrives_after_the_freeze_is_told_once_on_a_line_of_its_own(street: Street):
    opened = street.penalty(None, opened_at=at("2017-03-02 09:00"))  # in hand at the freeze, its decision came later
    counted = street.penalty("2017-03-10 09:00", 900)
    march = issue(street, MARCH, "2017-04-01 12:00")
    night = street.round("2017-03-31 23:00")  # a phone without a network until the fifth of April
    street.visit(night, street.premises())
    street.visit(night, street.premises(), complete=False)
    street.outing("2017-03-30 09:00")
    street.penalty("2017-03-20 09:00", 5000, own=False)
    opened.decided_at, opened.fine = at("2017-03-25 09:00"), Decimal(700)
    street.pay(counted, "2017-03-31 09:00", 900)
    street.session.flush()
    told = {
        "key": "2017-03", "period": "2017-03", "rounds": 1, "visits": 1, "outings": 1, "decided": 1,
        "others_decided": 1, "fined_yuan": "700.00", "paid_yuan": "900.00",
    }  # fmt: skip
    assert tables(street, APRIL, "2017-05-01 12:00")["late_work"] == [told]
    april = issue(street, APRIL, "2017-05-01 12:00")
    assert april.tables["late_work"] == [told]
    assert april.figures["penalties.decided"]["value"] == april.figures["rounds.held"]["value"] == 0  # never its own
    assert tables(street, MAY, "2017-06-01 12:00")["late_work"] == []
    assert tables(street, MARCH, "2017-06-01 12:00")["late_work"] == []  # a frozen period tells of nothing more
    year = figures(street, YEAR, "2018-01-05 09:00")
    assert (year["rounds.held"], year["penalties.decided"], year["penalties.paid_yuan"]) == (1, 2, "900.00")
    for frozen in (march, april):
        assert service.recount(street.session, frozen).same
    (line,) = late_work(APRIL, [told])
    assert "夜查1次、检查1家次、联合整治1次" in line
    assert "罚款700.00元、缴纳罚没款900.00元" in line


def test_a_table_that_is_younger_than_a_frozen_set_is_no_difference_of_it(street: Street):
    street.penalty("2017-03-10 09:00", 2000)
    frozen = issue(street, MARCH, "2017-04-01 12:00")
    then = frozen.tables
    frozen.tables = {name: rows for name, rows in then.items() if name != "late_work"}
    (only,) = service.recount(street.session, frozen).differences
    assert "校验值" in only  # taken away here, and so the digest says; nothing else is told
    frozen.tables = {**then, "penalties_by_kind": []}
    assert any("penalties_by_kind" in each for each in service.recount(street.session, frozen).differences)


def test_the_year_takes_what_is_in_force_and_counts_each_decision_once(street: Street):
    street.penalty("2017-03-10 09:00", 2000, changed_at=at("2017-06-10 09:00"), changed_fine=Decimal(500))
    issue(street, MARCH, "2017-04-01 12:00")
    made = figures(street, YEAR, "2018-01-05 09:00")
    assert money_of(made, "fined_yuan", "changed", "decided") == ["500.00", 1, 1]
