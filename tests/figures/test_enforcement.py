"""Rounds, outings, supervision: which period each belongs to, once or twice, and what is a figure at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move, Source
from gridops.core import clock, periods
from gridops.core.errors import Conflict
from gridops.figures import service
from gridops.figures.queries.facts import Given
from gridops.figures.rules.facts import Paper
from gridops.figures.rules.ranks import rank
from gridops.grids.rules import Level
from gridops.inspections.rules import OrderKind, VisitKind
from gridops.operations.rules import IncidentKind, TallyKind
from gridops.supervision.models import Appeal
from gridops.supervision.rules import Against, Light
from tests.factories import at, make_category, make_grid, make_unit, make_user
from tests.figures.street import Street, street_of
from tests.figures.test_freezing import APRIL, AS_OF, MARCH, YEAR, freeze, put, told

NOON = "2017-04-01 12:00"


@pytest.fixture
def street(session: Session) -> Street:
    return street_of(session, make_grid(session))


def figures(street: Street, period: periods.Period = MARCH, as_of: str = NOON, **more: Any) -> dict[str, Any]:
    series = more.pop("series", "monthly")
    with clock.set_to(at(as_of)):
        made = service.figures_of(street.session, street.root.id, period, series, **more)
    return {key: figure["value"] for key, figure in made.figures.items()}


def tables(street: Street, period: periods.Period = MARCH, as_of: str = NOON) -> dict[str, Any]:
    with clock.set_to(at(as_of)):
        return service.figures_of(street.session, street.root.id, period, "monthly").tables


Night = Callable[[Street], Any]


def a_night(began: str, ended: str | None = "", **more: Any) -> Night:
    return lambda street: street.visit(street.round(began, ended, **more), street.premises())


ROUNDS: list[tuple[str, Night, int]] = [
    ("a night in the middle of the month", a_night("2017-03-10 20:00"), 1),
    ("from its first instant", a_night("2017-03-01 00:00"), 1),
    ("begun on the last evening, ended in the next month", a_night("2017-03-31 23:00", "2017-04-01 02:00"), 1),
    ("begun on the last evening of the month before", a_night("2017-02-28 23:00", "2017-03-01 02:00"), 0),
    ("begun with the next month", a_night("2017-04-01 00:00"), 0),
    ("still out", a_night("2017-03-31 23:00", None), 0),
    ("called off", a_night("2017-03-10 20:00", cancelled_at=at("2017-03-10 21:00")), 0),
    ("nothing seen", lambda street: street.round("2017-03-10 20:00"), 0),
    ("a grid checked, nothing found: a result too", lambda street: street.round("2017-03-10 20:00", checked=True), 1),
    ("a grid only planned", lambda street: street.round("2017-03-10 20:00", grid=street.root), 0),
    (
        "a visit not finished",
        lambda street: street.visit(street.round("2017-03-10 20:00"), street.premises(), complete=False),
        0,
    ),
]


@pytest.mark.parametrize(("what", "night", "held"), ROUNDS, ids=[words for words, *_ in ROUNDS])
def test_a_round_is_held_once_it_ended_and_saw_something(street: Street, what: str, night: Night, held: int):
    night(street)
    made = figures(street)
    assert (made["rounds.held"], made["rounds.people_turns"], made["rounds.officer_turns"]) == (
        held,
        4 * held,
        2 * held,
    )


def test_everything_of_a_round_over_midnight_belongs_to_its_start(street: Street):
    night = street.round("2017-03-31 23:00", "2017-04-01 02:00", planned=3)
    street.visit(
        night, street.premises(), "2017-04-01 00:30", findings=2, order=OrderKind.ORDER, due="2017-04-10 00:00"
    )
    march, april = figures(street), figures(street, APRIL, "2017-05-01 12:00")
    keys = ("rounds.held", "rounds.people_turns", "visits.made", "findings.found", "orders.to_correct")
    assert [march[key] for key in keys] == [1, 4, 1, 2, 1]
    assert [april[key] for key in keys] == [0, 0, 0, 0, 0]
    assert figures(street, YEAR)["findings.found"] == 2


def test_premises_visited_twice_or_merged_are_one(street: Street):
    kept = street.premises("老字号")
    twice, other = street.premises("老字号（曾用名）", into=kept), street.premises()
    again = street.premises("又一个旧名", into=twice)
    for day, premises in ((5, kept), (6, twice), (7, again), (8, kept), (9, other)):
        night = street.round(f"2017-03-0{day} 20:00")
        street.visit(night, premises, order=OrderKind.ORDER, due="2017-03-20 00:00")
    made = figures(street)
    assert (made["visits.made"], made["visits.premises"], made["orders.to_correct"]) == (5, 2, 2)


ORDERS: list[tuple[str, dict[str, Any], dict[str, Any], int]] = [
    ("an inspection by two certified officers", {}, {}, 1),
    ("a patrol leaves a notice, whatever it is called", {}, {"kind": VisitKind.PATROL}, 0),
    ("a call", {}, {"kind": VisitKind.CALL}, 0),
    ("a hazard notice of an inspection", {}, {"order": OrderKind.HAZARD_NOTICE}, 0),
    ("one officer alone", {"officers": 1}, {}, 0),
    ("a record that was voided", {}, {"voided_at": at("2017-03-12 09:00")}, 0),
    ("a record not finished", {}, {"complete": False}, 0),
]


@pytest.mark.parametrize(("what", "night", "visit", "orders"), ORDERS, ids=[words for words, *_ in ORDERS])
def test_only_an_inspection_orders_to_correct(
    street: Street, what: str, night: dict[str, Any], visit: dict[str, Any], orders: int
):
    street.visit(street.round("2017-03-10 20:00", **night), street.premises(), **({"order": OrderKind.ORDER} | visit))
    assert figures(street)["orders.to_correct"] == orders


def test_findings_are_mended_by_as_of_and_overdue_at_the_end(street: Street):
    night = street.round("2017-03-10 20:00")
    due = {"order": OrderKind.ORDER, "due": "2017-03-20 00:00"}
    # mended in time; mended after the deadline and before the paper; mended after the paper; never
    mended = (at("2017-03-15 10:00"), at("2017-04-01 09:00"), at("2017-04-02 09:00"), None)
    street.visit(night, street.premises(), findings=4, corrected=mended, **due)
    street.visit(night, street.premises(), findings=1, order=OrderKind.ORDER, due="2017-04-01 00:00")  # due at E
    made = figures(street)
    assert (made["findings.found"], made["findings.corrected"], made["findings.overdue"]) == (5, 2, 2)
    assert made["findings.correction_rate"] == "40.00"
    early = figures(street, as_of="2017-03-18 09:00")  # a draft knows no deadline still ahead
    assert (early["findings.corrected"], early["findings.overdue"]) == (1, 0)


def test_rechecks_stand_apart_with_or_without_a_round(street: Street):
    premises = street.premises()
    street.visit(street.round("2017-03-10 20:00"), premises)
    street.visit(street.round("2017-03-12 20:00"), premises, recheck=True)
    street.visit(None, premises, "2017-03-20 10:00", recheck=True)
    street.visit(None, premises, "2017-03-21 10:00")  # by day, by itself: no night round
    made = figures(street)
    assert (made["visits.made"], made["visits.rechecks"], made["visits.premises"]) == (1, 2, 1)


def test_outings_tell_their_people_agencies_and_additions_by_campaign(street: Street):
    tallies = ((TallyKind.PERSUADED, 10), (TallyKind.PERSUADED, 5), (TallyKind.PERSUADED, -2), (TallyKind.TIDIED, 40))
    street.outing("2017-03-31 23:30", "2017-04-01 01:00", tallies=tallies)
    street.outing("2017-03-05 09:00", campaign="C2", tallies=((TallyKind.LEAFLETS, 7),))
    street.outing("2017-03-06 09:00", None, campaign="C2", tallies=((TallyKind.CLEARED, 3),))  # still out
    street.outing("2017-03-07 09:00", cancelled_at=at("2017-03-07 10:00"), tallies=((TallyKind.CLEARED, 99),))
    made, rows = figures(street), {row["key"]: row for row in tables(street)["by_campaign"]}
    assert (made["operations.held"], made["operations.people_turns"]) == (2, 12)
    assert [made[f"tallies.{kind}"] for kind in ("persuaded", "tidied", "cleared", "leaflets")] == [13, 40, 3, 7]
    assert list(rows) == ["C1", "C2", "none"]
    assert (rows["C1"]["outings"], rows["C1"]["persuaded"], rows["C1"]["agencies"]) == (1, 13, ["城管", "交警"])
    assert (rows["C2"]["outings"], rows["C2"]["leaflets"], rows["C2"]["filed"]) == (1, 7, 0)
    assert rows["none"]["outings"] == 0


LAWFUL: list[tuple[str, dict[str, Any], int]] = [
    ("with everything the law asks", {}, 1),
    ("without its basis", {"basis": " "}, 0),
    ("without an approver", {"approver": ""}, 0),
    ("one officer", {"officers": ["甲"]}, 0),
    ("the same officer twice", {"officers": ["甲", "甲"]}, 0),
    ("without a list", {"items": ""}, 0),
    ("without a deadline", {"deadline": None}, 0),
    ("recorded by mistake", {"voided_at": at("2017-03-12 09:00")}, 0),
]


@pytest.mark.parametrize(("what", "more", "counted"), LAWFUL, ids=[words for words, *_ in LAWFUL])
def test_a_seizure_counts_only_with_what_the_law_asks(street: Street, what: str, more: dict[str, Any], counted: int):
    for kind in (IncidentKind.SEIZED, IncidentKind.IMPOUNDED, IncidentKind.PRESERVED):
        street.incident(kind, "2017-03-10 10:00", **more)
    made = figures(street)
    assert [made[f"incidents.{kind}"] for kind in ("seized", "impounded", "preserved")] == [counted] * 3


def test_an_incident_belongs_to_its_outing_and_a_referral_to_the_day_it_was_sent(street: Street):
    night = street.outing("2017-03-31 23:30", "2017-04-01 02:00")
    street.incident(IncidentKind.SEIZED, "2017-04-01 01:00", night)
    street.incident(IncidentKind.REFERRED, "2017-04-01 10:00", night, answered_at=at("2017-04-20 10:00"))
    street.incident(IncidentKind.REFERRED, "2017-03-20 10:00", answered_at=at("2017-04-01 10:00"))
    street.incident(IncidentKind.REFERRED, "2017-03-21 10:00", answered_at=at("2017-04-02 10:00"))
    march = figures(street)
    assert (march["incidents.seized"], march["referrals.sent"], march["referrals.answered"]) == (1, 2, 1)
    april = figures(street, APRIL, "2017-05-01 12:00")
    assert (april["incidents.seized"], april["referrals.sent"], april["referrals.answered"]) == (0, 1, 1)


def test_problem_items_are_those_of_the_issue_before_as_they_stand_at_the_end(street: Street):
    street.problem("2017-02", accepted_at=at("2017-03-20 09:00"))
    street.problem("2017-02", due_at=at("2017-03-25 00:00"), accepted_at=at("2017-04-01 00:00"))
    street.problem("2017-02", due_at=at("2017-04-25 00:00"))
    street.problem("2017-02", voided_at=at("2017-03-05 00:00"))
    street.problem("2017-01")
    street.problem("2017-02", series="supervision")
    street.problem(None, when="2017-02-20 09:00")  # of a file: it belongs to the month in which it was noted
    made = figures(street)
    assert [made[f"problems.{key}"] for key in ("named", "corrected", "overdue")] == [4, 1, 1]
    assert made["problems.correction_rate"] == "25.00"
    assert [row["state"] for row in tables(street)["problems"]] == ["corrected", "overdue", "open", "open"]
    year = figures(street, YEAR, "2018-01-05 09:00", series="yearly")
    assert year["problems.named"] == 1  # a yearly summary follows 督查通报


def test_looks_of_one_day_and_source_are_one_check(street: Street):
    other = make_unit(street.session, street.root)
    street.look("2017-03-10 09:00")
    street.look(
        "2017-03-10 10:00",
        unit=other,
        verified=True,
        verified_at=at("2017-03-11 10:00"),
        fact="张三、李四工作时间脱岗",
        person="张三、李四",
        outcome="已对张三谈话提醒",
    )
    street.look("2017-03-10 10:00", source="区纪委", verified=True, verified_at=at("2017-05-01 00:00"))
    street.look("2017-03-20 09:00")
    street.look("2017-03-21 09:00", voided_at=at("2017-03-21 10:00"))
    made = figures(street)
    assert [made[f"discipline.{key}"] for key in ("checks", "units", "verified")] == [3, 2, 1]
    (row,) = tables(street)["discipline"]  # no name reaches a paper or what is kept of it
    assert (row["label"], row["outcome"]) == ("工作人员、工作人员工作时间脱岗", "已对工作人员谈话提醒")


def test_matters_stand_as_they_do_at_the_end(street: Street):
    street.matter("2017-01-05 09:00", Light.GREEN)
    street.matter("2017-01-05 09:00", Light.RED)  # behind by its light
    street.matter("2017-01-05 09:00", due_at=at("2017-03-31 00:00"))  # behind by its date
    street.matter("2017-01-05 09:00", due_at=at("2017-03-31 00:00"), done_at=at("2017-03-30 00:00"))
    street.matter("2017-01-05 09:00", done_at=at("2017-04-01 00:00"))  # signed off after E
    street.matter("2017-04-01 00:00")  # begun after E
    made = figures(street)
    assert [made[f"matters.{key}"] for key in ("total", "on_track", "late", "done")] == [5, 2, 2, 1]


def test_the_papers_of_the_series_are_counted_by_the_room_that_keeps_them(street: Street):
    paper = [
        Paper(id=n, starts_at=of.start, ends_at=of.end, issued_at=at(day))
        for n, of, day in (
            (1, periods.parse("2017-01"), "2017-02-07 00:00"),
            (2, periods.parse("2017-02"), "2017-03-07 00:00"),
            (3, periods.parse("2017-12"), "2018-01-09 00:00"),
        )
    ]
    given = Given({"supervision": paper})
    assert figures(street, series="supervision", given=given)["bulletins.issued"] == 1
    assert "bulletins.issued" not in figures(street)
    year = {"series": "yearly", "given": given}
    assert figures(street, YEAR, "2018-01-05 09:00", **year)["bulletins.issued"] == 2
    assert figures(street, YEAR, "2018-01-10 09:00", **year)["bulletins.issued"] == 3


def test_cases_from_above_count_by_filing_and_are_mended_by_as_of(street: Street):
    category = make_category(street.session).id

    def case(closed: str | None) -> Any:
        moves = [("2017-03-09 10:00", Move.REPORT), ("2017-03-09 11:00", Move.FILE)]
        return told(*moves, *([(closed, Move.CLOSE)] if closed else []), category=category)

    put(
        street.session,
        street.root,
        case("2017-03-10 09:00"),
        case("2017-04-01 09:00"),
        case("2017-04-05 09:00"),
        case(None),
    )
    street.session.execute(update(Case).values(source=Source.ASSESSMENT))
    made = figures(street)
    assert (made["assessment.problems"], made["assessment.corrected"]) == (4, 2)


def test_an_upheld_appeal_leaves_the_ranks_and_no_figure(street: Street):
    category, unit = make_category(street.session).id, make_unit(street.session, street.root, "U7").id
    histories = [
        told(
            ("2017-03-01 08:00", Move.REPORT), ("2017-03-01 09:00", Move.FILE), ("2017-03-01 10:00", Move.DISPATCH),
            ("2017-03-04 10:00", Move.FEEDBACK), category=category, unit=unit, due="2017-03-03 09:00",
        )
        for _ in range(12)
    ]  # fmt: skip
    put(street.session, street.root, *histories)
    clerk = make_user(street.session, street.root)
    for case_id, decided, upheld in ((1, "2017-03-20 09:00", True), (2, "2017-03-20 09:00", False), (3, NOON, True)):
        street.put(
            Appeal(
                root_id=street.root.id, case_id=case_id, unit_id=unit, against=Against.OVERDUE,
                marked_at=at("2017-03-03 09:00"),
                at=at("2017-03-05 09:00"), by_id=clerk.id, reason="堵车", due_at=at("2017-03-25 09:00"), upheld=upheld,
                decided_at=at(decided), recorded_at=at("2017-03-05 09:00"),
            )
        )  # fmt: skip
    made = figures(street)
    assert (made["appeals.upheld"], made["cases.should_handle"], made["cases.handled_on_time"]) == (2, 12, 0)
    row = next(row for row in tables(street)["by_unit"] if row["key"] == "U7")
    assert (row["should_handle"], row["upheld"], row["upheld_on_time"]) == (12, 2, 0)
    late = {**row, "key": "U8", "upheld": 0, "handled_on_time": 2}
    assert [place.row["key"] for place in rank([row, late]).places] == ["U8", "U7"]
    assert rank([{**row, "upheld": 3}, late]).apart[0]["key"] == "U7"  # nine are left: too few to be ranked


def test_a_community_counts_only_what_lies_in_its_grids(session: Session, street: Street):
    east, west = (make_grid(session, parent=street.root, level=Level.COMMUNITY, west=w) for w in (119.951, 119.955))
    night = street.round("2017-03-10 20:00", grid=west)
    seen = street.visit(night, street.premises(grid=west), findings=2)
    street.visit(night, street.premises(grid=east), findings=1)
    street.visit(night, street.premises(), findings=4)  # nobody knows where
    street.round("2017-03-11 20:00", grid=east, checked=True)
    street.outing("2017-03-10 09:00", grid=east)
    # Told of the visit only, so it lies where the visited premises lie, and so does what is paid on it.
    street.penalty("2017-03-20 09:00", 500, visit_id=seen.id, paid={"2017-03-21 09:00": 200})
    found = {grid.id: figures(Street(session, grid, street.unit)) for grid in (street.root, east, west)}
    keys = (
        "rounds.held", "visits.made", "findings.found", "operations.held",
        "penalties.fined_yuan", "penalties.paid_yuan", "penalties.outstanding_yuan",
    )  # fmt: skip
    assert [found[street.root.id][key] for key in keys] == [2, 3, 7, 1, "500.00", "200.00", "300.00"]
    assert [found[east.id][key] for key in keys] == [2, 1, 1, 1, "0.00", "0.00", "0.00"]
    assert [found[west.id][key] for key in keys] == [1, 1, 2, 0, "500.00", "200.00", "300.00"]


def test_an_open_round_stops_the_freeze_of_a_community_it_visited(session: Session, street: Street):
    east, west = (make_grid(session, parent=street.root, level=Level.COMMUNITY, west=w) for w in (119.951, 119.955))
    night = street.round("2017-03-31 23:00", None, grid=east)
    street.visit(night, street.premises(grid=west))
    far = make_grid(session, parent=street.root, level=Level.COMMUNITY, west=119.959)
    with clock.set_to(AS_OF):
        for grid in (east, west):
            with pytest.raises(Conflict, match=night.number):
                freeze(session, grid.id, MARCH, "monthly", AS_OF)
        assert freeze(session, far.id, MARCH, "monthly", AS_OF).figures["rounds.held"]["value"] == 0


def test_no_period_is_frozen_while_a_round_or_outing_of_it_is_open(street: Street):
    leader = make_user(street.session, street.root)
    street.round("2017-04-01 00:00", None)  # of the next month: no matter
    night = street.round("2017-03-31 23:00", None, leader_id=leader.id)
    with clock.set_to(AS_OF), pytest.raises(Conflict, match=rf"{night.number}.*{leader.name}"):
        freeze(street.session, street.root.id, MARCH, "monthly", AS_OF)
    night.ended_at, night.end_reason = at("2017-04-01 01:00"), "带队人手机没电"
    out = street.outing("2017-03-31 20:00", None)
    with clock.set_to(AS_OF), pytest.raises(Conflict, match=out.number):
        freeze(street.session, street.root.id, MARCH, "monthly", AS_OF)
    out.cancelled_at = at("2017-04-01 00:30")
    with clock.set_to(AS_OF):
        assert freeze(street.session, street.root.id, MARCH, "monthly", AS_OF).figures["rounds.held"]["value"] == 0
