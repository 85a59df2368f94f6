"""What the law asks of a penalty: tables of cases, limits on both sides, the law of 2017 against the law of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gridops.penalties.rules import (
    HEADS,
    WORKERS,
    Act,
    Asks,
    Days,
    Decision,
    Event,
    Officer,
    PartyKind,
    PenaltyKind,
    Stage,
    State,
    Terms,
    Working,
    cash_fault,
    change_fault,
    faults,
    fold,
    heaviest,
    is_own,
    last_instant,
    limit,
    open_points,
    roles_for,
)
from gridops.people.rules import Role
from gridops.worktime.rules import Calendar, OfficeHours
from tests.factories import at

# National Day 2026: 1 to 7 October free, Saturday 10 October worked instead.
HOLIDAYS = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR, HOURS = Calendar(HOLIDAYS), OfficeHours.parse("08:30-12:00,13:30-17:30")
WORKING = Working(CALENDAR, HOURS)
OLD, NEW = date(2017, 3, 5), date(2026, 3, 5)
PERSON, BODY = PartyKind.PERSON, PartyKind.ORGANISATION
TWO = (Officer("user:1", True), Officer("user:2", True))
YUAN = Decimal


@pytest.mark.parametrize(
    ("asks", "party", "days", "amount", "article"),
    [
        # the day before the revised law came into force: a citizen at most 50 yuan on the spot
        (Asks.SIMPLE_FINE, PERSON, Days(date(2021, 7, 14)), "50", "第三十三条"),
        # that day itself: 200
        (Asks.SIMPLE_FINE, PERSON, Days(date(2021, 7, 15)), "200", "第五十一条"),
        (Asks.SIMPLE_FINE, BODY, Days(OLD), "1000", "第三十三条"),
        (Asks.SIMPLE_FINE, BODY, Days(NEW), "3000", "第五十一条"),
        # five years for grave acts only where the act itself falls under the revised law
        (Asks.GRAVE_TIME_BAR, BODY, Days(NEW, date(2021, 7, 14)), "2", "第二十九条第一款"),
        (Asks.GRAVE_TIME_BAR, BODY, Days(NEW, date(2021, 7, 15)), "5", "第三十六条第一款"),
        # without the day of the act, that of filing chooses
        (Asks.TIME_BAR, BODY, Days(NEW, None, OLD), "2", "第二十九条第一款"),
        (Asks.CASH, None, Days(NEW), "100", "第六十八条第一项"),
        (Asks.CASH, None, Days(OLD), "20", "第四十七条第一项"),
    ],
)
def test_amounts_follow_the_law_of_the_day(
    asks: Asks, party: PartyKind | None, days: Days, amount: str, article: str
) -> None:
    row = limit(asks, days, party)
    assert row is not None
    assert (row.amount, article in row.source) == (YUAN(amount), True)


@pytest.mark.parametrize(
    ("asks", "days"),
    [
        (Asks.STREET_POWER, Days(date(2021, 7, 14))),  # no street had power of its own
        (Asks.DECIDING, Days(NEW, filing=date(2021, 7, 14))),  # filed under the old law, which set no term
    ],
)
def test_what_the_old_law_did_not_know_binds_nobody(asks: Asks, days: Days) -> None:
    assert limit(asks, days) is None


@pytest.mark.parametrize(
    ("asks", "start", "last"),
    [
        # three days of the old law are calendar days: told on Friday, over on Monday
        (Asks.HEARING_REQUEST, "2017-03-03 10:00", "2017-03-06 23:59:59"),
        # five days of the revised law are working days: told on Wednesday before the holidays, the Saturday counts
        (Asks.HEARING_REQUEST, "2026-09-30 10:00", "2026-10-13 23:59:59"),
        # seven days to serve: working days now, calendar days then
        (Asks.SERVICE, "2026-09-30 10:00", "2026-10-15 23:59:59"),
        (Asks.SERVICE, "2017-09-30 10:00", "2017-10-07 23:59:59"),
        # fifteen days to pay and ninety to decide are calendar days, holidays or not
        (Asks.PAYING, "2026-09-30 10:00", "2026-10-15 23:59:59"),
        (Asks.DECIDING, "2026-09-30 10:00", "2026-12-29 23:59:59"),
        # ten days after a demand are working days by 行政强制法 art. 69
        (Asks.AFTER_DEMAND, "2026-09-30 10:00", "2026-10-20 23:59:59"),
        # thirty days of surcharge before the demand are calendar days by the same article
        (Asks.DEMAND, "2026-09-30 10:00", "2026-10-30 23:59:59"),
    ],
)
def test_days_are_worked_or_not_as_their_law_says(asks: Asks, start: str, last: str) -> None:
    begun = at(start)
    row = limit(asks, Days(begun.date()))
    assert row is not None
    assert last_instant(row, begun, CALENDAR, HOURS) == at(last)


def sound(**other: Any) -> Decision:
    """A decision with which nothing is wrong."""
    plain = Decision(
        decided_at=at("2026-03-20 10:00"),
        opened_at=at("2026-03-01 10:00"),
        own=True,
        party_kind=BODY,
        act_at=at("2026-02-20 10:00"),
        told_at=at("2026-03-10 10:00"),
        party="某餐饮店",
        decided_by="龙虎塘街道办事处",
        decision_no="常龙罚〔2026〕1号",
        kinds=(PenaltyKind.FINE,),
        fine=YUAN("5000.00"),
        officers=TWO,
        listed=True,
        most=YUAN("10000.00"),
    )
    return replace(plain, **other)


SPOT: dict[str, Any] = {"simple": True, "told_at": None}
IN_2017: dict[str, Any] = {
    "act_at": at("2017-02-20"),
    "opened_at": at("2017-03-01"),
    "told_at": at("2017-03-10 10:00"),
    "decided_at": at("2017-03-20"),
    "own": False,
    "decided_by": "新北区城市管理局",
}


@pytest.mark.parametrize(
    ("other", "field", "article"),
    [
        ({}, None, ""),  # nothing wrong
        ({"officers": TWO[:1]}, "officers", "第四十二条"),  # one officer
        ({"officers": (TWO[0], TWO[0])}, "officers", "第四十二条"),  # one officer named twice
        ({"officers": (TWO[0], Officer("user:2", False))}, "officers", "证件"),  # a certificate that ran out
        ({"listed": None}, "basis_id", "第三十八条"),  # no basis named
        ({"listed": False}, "basis_id", "第二十四条"),  # not in the published list on that day
        ({"in_force": False}, "basis_id", "第三十七条"),  # the clause came later and ended earlier
        ({"fine": YUAN("10000.00")}, None, ""),  # the highest fine of the clause
        ({"fine": YUAN("10000.01")}, "fine", "最高额"),  # a fen more
        (SPOT | {"fine": YUAN("3000.00")}, None, ""),  # on the spot, an organisation, the most there is
        (SPOT | {"fine": YUAN("3000.01")}, "simple", "第五十一条"),
        (SPOT | {"party_kind": PERSON, "fine": YUAN("200.00")}, None, ""),
        (SPOT | {"party_kind": PERSON, "fine": YUAN("200.01")}, "simple", "第五十一条"),
        (SPOT | {"fine": YUAN(0), "kinds": (PenaltyKind.WARNING,)}, None, ""),  # a warning on the spot
        (SPOT | {"fine": YUAN(0), "kinds": (PenaltyKind.CLOSURE,)}, "simple", "第五十一条"),  # nothing heavier
        ({"told_at": None}, "told_rights_at", "第四十四条"),  # nobody told the party
        ({"told_at": at("2026-03-20 10:01")}, "told_rights_at", "第四十四条"),  # told afterwards
        # a hearing may be asked for up to the fifth working day, Tuesday 17 March, to its last second
        ({"hearing": True, "decided_at": at("2026-03-17 23:59:59")}, "told_rights_at", "第六十四条"),
        ({"hearing": True, "decided_at": at("2026-03-18 00:00")}, None, ""),
        # closing a business is always such a case, said or not
        (
            {"kinds": (PenaltyKind.FINE, PenaltyKind.CLOSURE), "decided_at": at("2026-03-16 10:00")},
            "told_rights_at",
            "第六十四条",
        ),
        ({"decided_at": at("2026-05-30 23:59:59")}, None, ""),  # the ninetieth day after 1 March
        ({"decided_at": at("2026-05-31 00:00")}, "decided_at", "第六十条"),
        ({"decided_at": at("2026-05-31 00:00"), "late_ground": "案情复杂，经批准延长"}, None, ""),
        ({"act_at": None}, "act_at", "第三十六条"),  # nobody says when it was done
        ({"act_at": at("2024-03-01")}, None, ""),  # two years to the day
        ({"act_at": at("2024-02-29")}, "act_at", "第三十六条"),
        ({"act_at": at("2024-02-29"), "grave": True}, None, ""),  # five years where life or health was harmed
        ({"earlier_fine": True}, "fine", "第二十九条"),  # fined for the same act already
        ({"earlier_fine": True, "fine": YUAN(0), "kinds": (PenaltyKind.WARNING,)}, None, ""),  # a warning is no fine
        ({"decision_no": None}, "decision_no", "第五十九条"),
        ({"party": ""}, "party", "第五十九条"),
        ({"decided_by": ""}, "decided_by", "第五十九条"),
        ({"kinds": ()}, "kinds", "第九条"),
        ({"kinds": (PenaltyKind.WARNING,)}, "kinds", "第九条"),  # an amount, but no fine among the kinds
        ({"confiscated": YUAN("1.00")}, "kinds", "没收"),
        ({"opened_at": at("2026-03-21 10:00")}, "decided_at", "第五十四条"),  # decided before it was opened
        # the street itself in 2017: it had no power of its own
        (IN_2017 | {"own": True}, "decided_by", "第二十四条"),
        # a district department in 2017: its officers, list and papers are its own business
        (IN_2017 | {"officers": (), "listed": None, "told_at": None, "decision_no": None}, None, ""),
        (IN_2017 | {"kinds": ()}, "kinds", "第九条"),  # but a result there must be
    ],
)
def test_each_guard_names_its_field_and_article(other: dict[str, Any], field: str | None, article: str) -> None:
    found = faults(sound(**other), WORKING)
    assert [name for name, _says in found] == ([field] if field else [])
    assert all(article in says for _name, says in found)


def test_an_own_decision_of_2017_is_judged_by_the_law_of_2017() -> None:
    """Officers by art. 37, on the spot by art. 33: 1,000 yuan, not 3,000."""
    own = IN_2017 | {"own": True, "officers": (), "simple": True, "fine": YUAN("1000.01")}
    said = " ".join(says for _field, says in faults(sound(**own), WORKING))
    assert "第三十七条第一款" in said
    assert "1000元以下的罚款（行政处罚法（2017年修正）第三十三条）" in said
    below = {name for name, _says in faults(sound(**(own | {"fine": YUAN("1000.00")})), WORKING)}
    assert "simple" not in below


@pytest.mark.parametrize(
    ("amount", "fine", "simple", "day", "reason", "refused"),
    [
        ("100", "100", True, NEW, None, False),  # 100 yuan on the spot
        ("100.01", "100.01", True, NEW, None, True),
        ("50", "200", True, NEW, None, True),  # a part of a larger fine is not a small fine
        ("100", "100", False, NEW, None, True),  # not decided on the spot
        ("500", "500", True, NEW, "当事人无固定住所，事后难以执行", False),  # a reason
        ("20", "20", True, OLD, None, False),  # in 2017 twenty yuan
        ("20.01", "20.01", True, OLD, None, True),
    ],
)
def test_cash_is_taken_on_the_spot_for_small_fines_or_for_a_reason(
    amount: str, fine: str, simple: bool, day: date, reason: str | None, refused: bool
) -> None:
    assert (cash_fault(YUAN(amount), YUAN(fine), simple, day, reason) is not None) is refused


def test_a_change_never_makes_it_worse() -> None:
    assert change_fault(YUAN("100.00"), YUAN("100.00")) is None
    assert change_fault(YUAN("100.00"), YUAN("100.01")) is not None


def test_several_kinds_count_once_under_the_heaviest() -> None:
    assert heaviest([PenaltyKind.FINE, PenaltyKind.STOP_PRODUCTION, PenaltyKind.WARNING]) is PenaltyKind.STOP_PRODUCTION
    assert heaviest([PenaltyKind.CONFISCATION, PenaltyKind.FINE]) is PenaltyKind.CONFISCATION
    assert heaviest([]) is None


NAMES = ("320411", "龙虎塘街道", "LHT-CG", "综合行政执法局")


@pytest.mark.parametrize(
    ("decided_by", "own"),
    [
        ("龙虎塘街道", True),
        ("龙虎塘街道办事处", True),  # the office of the street
        ("常州市新北区龙虎塘街道办事处", True),  # in full
        ("常州市新北区人民政府龙虎塘街道办事处", True),
        (" 龙虎塘 街道 ", True),  # as somebody typed it
        ("LHT-CG", True),  # by code
        ("lht-cg", True),
        ("综合行政执法局", True),  # one of its units
        ("新北区综合行政执法局", False),  # the district has a body of that name too
        ("新北区环境保护局", False),  # a department of the district
        ("常州市公安局新北分局龙虎塘派出所", False),  # a station that bears the street's name
        ("新龙虎塘街道办事处", False),  # another street whose name ends alike
        ("", False),
    ],
)
def test_an_authority_is_the_street_itself_by_one_rule(decided_by: str, own: bool) -> None:
    assert is_own(decided_by, NAMES) is own


def test_officers_open_and_the_head_decides() -> None:
    assert roles_for(Act.OPEN, own=True) == {Role.OFFICER, Role.SHIFT_LEADER}
    assert roles_for(Act.DECIDE, own=True) == {Role.APPROVER}
    assert roles_for(Act.DECIDE, own=True, simple=True) == {Role.APPROVER, Role.OFFICER}
    assert roles_for(Act.DECIDE, own=False) == WORKERS | HEADS
    for act in (Act.WAIVE, Act.CHANGE, Act.REVOKE, Act.DEFER, Act.CONCLUDE, Act.REPLACE):
        assert roles_for(act, own=True) == {Role.APPROVER}
    for role in (Role.INSPECTOR, Role.HANDLER, Role.ADMIN, Role.AUDITOR, Role.LEADER):
        assert not any(
            role in roles_for(act, own=own) for act in Act if act is not Act.RESTATE for own in (True, False)
        )


def events(*told: tuple[Act, datetime, dict[str, Any]]) -> list[Event]:
    return [Event(act, when, seq, details) for seq, (act, when, details) in enumerate(told, 1)]


NOON = at("2026-03-01 12:00")
DAY = timedelta(days=1)


def test_a_row_is_the_fold_of_its_events() -> None:
    state = fold(
        events(
            (Act.OPEN, NOON, {"party": "某店", "party_kind": "organisation"}),
            (Act.TELL, NOON + DAY, {"hearing": True}),
            (Act.DECIDE, NOON + 9 * DAY, {"kinds": ["warning", "fine"], "fine": "300.00", "own": True}),
            (Act.SERVE, NOON + 10 * DAY, {"how": "直接送达"}),
            (Act.CHANGE, NOON + 20 * DAY, {"changed_fine": "100.00"}),
            (Act.SERVE, NOON + 11 * DAY, {}),  # noted again with another day
        )
    )
    assert (state.opened_at, state.told_rights_at, state.served_at) == (NOON, NOON + DAY, NOON + 11 * DAY)
    assert (state.fine, state.changed_fine, state.heaviest) == (YUAN("300.00"), YUAN("100.00"), "fine")
    assert (state.party, state.party_kind, state.hearing, state.own) == ("某店", BODY, True, True)


def test_what_a_file_told_before_holds_no_more_and_what_people_did_stays() -> None:
    state = fold(
        events(
            (Act.OPEN, NOON, {"party": "某店", "file": True}),
            (Act.REVOKE, NOON, {"file": True}),
            (Act.SERVE, NOON + 3 * DAY, {}),  # by a person
            (Act.RESTATE, NOON + 4 * DAY, {"file": True}),
            (Act.OPEN, NOON + DAY, {"party": "某店（更名）", "file": True}),
        )
    )
    assert (state.opened_at, state.party) == (NOON + DAY, "某店（更名）")
    assert (state.revoked_at, state.served_at) == (None, NOON + 3 * DAY)


def points(state: State, now: datetime, paid: str = "0") -> list[tuple[Act, bool]]:
    terms = Terms(
        state.fine,
        state.confiscated,
        state.decided_at,
        state.served_at,
        ended_at=state.revoked_at,
        surcharge_stated=state.surcharge_stated,
    )
    return [(one.act, one.late) for one in open_points(state, terms, YUAN(paid), now, WORKING, [])]


def test_open_points_say_what_is_next_and_what_is_late() -> None:
    opened = State(opened_at=NOON)
    assert points(opened, NOON + DAY) == [(Act.TELL, False), (Act.DECIDE, False)]
    assert points(opened, NOON + 91 * DAY) == [(Act.TELL, False), (Act.DECIDE, True)]
    decided = replace(opened, told_rights_at=NOON, decided_at=NOON, own=True, fine=YUAN("100.00"), decided_by="街道")
    # 1 March 2026 is a Sunday: the seventh working day is Tuesday the 10th
    assert points(decided, at("2026-03-10 23:59:59")) == [(Act.SERVE, False)]
    assert points(decided, at("2026-03-11 00:00")) == [(Act.SERVE, True)]
    served = replace(decided, served_at=NOON)
    assert points(served, at("2026-03-16 23:00")) == [(Act.PAY, False)]
    assert points(served, at("2026-03-17 00:00:01")) == [(Act.PAY, True)]
    # thirty days late: the demand; six months: enforcement, which can be asked for during three more
    assert len(points(served, at("2026-04-16 12:00"))) == 2
    assert points(served, at("2026-09-02 12:00")) == [(Act.PAY, True), (Act.PAY, False), (Act.PAY, False)]
    assert points(served, at("2026-12-02 12:00"))[-1] == (Act.PAY, True)
    assert points(served, at("2026-03-17 12:00"), paid="100") == [(Act.CONCLUDE, False)]
    revoked = replace(served, revoked_at=NOON + DAY)
    assert points(revoked, NOON + 2 * DAY, paid="100") == [(Act.CONCLUDE, False), (Act.CONCLUDE, False)]


def test_of_other_bodies_only_what_is_kept_is_asked() -> None:
    theirs = State(opened_at=NOON, decided_at=NOON, decided_by="区环保局", decision_no="常新环罚〔2017〕3号")
    assert points(theirs, NOON + 400 * DAY) == []
    assert points(replace(theirs, decision_no=None), NOON) == [(Act.DECIDE, False)]


def test_a_waiver_ends_with_teaching() -> None:
    assert points(State(opened_at=NOON, waived_at=NOON), NOON) == [(Act.CONCLUDE, False)]


def test_a_penalty_on_the_spot_is_handed_over_at_once_and_goes_to_reconsideration_first() -> None:
    state = State(opened_at=NOON, decided_at=NOON, own=True, simple=True, decided_by="街道")
    (point,) = open_points(state, Terms(), YUAN(0), NOON + DAY, WORKING, [])
    assert point.late
    assert "先申请行政复议" in point.says
    before = replace(state, opened_at=at("2023-12-31"), decided_at=at("2023-12-31"))
    (point,) = open_points(before, Terms(), YUAN(0), NOON, WORKING, [])
    assert "复议" not in point.says


def test_a_stage_is_the_latest_step() -> None:
    assert [stage.value for stage in Stage][-1] == "concluded"
