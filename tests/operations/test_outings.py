"""Campaigns and outings: planned, begun, joined, counted, ended, called off."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.operations import forms, queries, service
from gridops.operations.forms import CampaignIn, PlanIn
from gridops.operations.models import Outing
from gridops.operations.rules import OutingState, TallyKind, state_of
from gridops.people.queries import load_person, scope_of
from gridops.people.rules import Role
from gridops.squads import forms as squad_forms
from gridops.squads import queries as squads
from gridops.squads.models import Squad
from gridops.squads.rules import Agency
from tests.factories import at, make_user
from tests.operations.force import ELEVEN, NINE, TEN, Force, begun, make_force, send


@pytest.fixture
def force(session: Session) -> Force:
    return make_force(session)


def sums(session: Session, outing: Outing) -> dict[TallyKind, int]:
    return queries.tally_sums(session, [outing.id]).get(outing.id, {})


def acts(session: Session, kind: str) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).where(AuditEntry.subject_kind == kind).order_by(AuditEntry.id)))


def test_whoever_begins_an_outing_leads_it_and_is_checked_in(session: Session, force: Force) -> None:
    outing = begun(session, force)
    assert (outing.number, state_of(outing), outing.leader_id) == (
        "XD2017-0001",
        OutingState.OPEN,
        force.leader.user_id,
    )
    (member,) = squads.members(session, outing.squad_id)
    assert (member.leads, member.agency, member.checked_in_at) == (True, Agency.URBAN_MANAGEMENT, NINE)
    assert begun(session, force).number == "XD2017-0002"


def test_two_phones_that_begin_a_planned_outing_begin_one(session: Session, force: Force) -> None:
    plan = PlanIn("FJDC", NINE, (Agency.URBAN_MANAGEMENT, Agency.POLICE_STATION), leader="leader")
    outing = service.plan_outing(session, force.desk, plan)
    assert state_of(outing) is OutingState.PLANNED
    for person, when in ((force.leader, TEN), (force.policeman, NINE)):
        send(session, person, "outing", {"action": "start", "number": outing.number}, when)
    assert (outing.started_at, outing.leader_id) == (NINE, force.leader.user_id)
    turns = squads.turns(session, [outing.squad_id])[outing.squad_id]
    assert turns.by_agency == {Agency.URBAN_MANAGEMENT: 1, Agency.POLICE_STATION: 1}


def test_one_joins_by_the_code_of_the_leader_and_by_no_other(session: Session, force: Force) -> None:
    outing = begun(session, force)
    code = session.get_one(Squad, outing.squad_id).code
    for wrong in ({}, {"code": "nothing"}):
        with pytest.raises(NotAllowed):
            send(session, force.policeman, "check_in", {"outing": outing.number, **wrong}, TEN)
    for _time in range(2):  # pressed twice, counted once
        send(session, force.policeman, "check_in", {"outing": outing.number, "code": code}, TEN)
    send(session, force.inspector, "check_in", {"code": code}, TEN)
    turns = squads.turns(session, [outing.squad_id])[outing.squad_id]
    assert (turns.people, turns.officers) == (3, 2)  # the inspector holds no certificate


def test_people_of_other_bodies_join_by_name_and_certificate_on_a_members_phone(session: Session, force: Force) -> None:
    outing = begun(session, force)
    body = {"outing": outing.number, "name": "王五", "agency": "transport_administration", "certificate_no": "YG-7"}
    with pytest.raises(NotAllowed):
        send(session, force.inspector, "check_in", body, TEN)
    kind, _id = send(session, force.leader, "check_in", body, TEN)
    assert kind == "squad_member"
    assert squads.turns(session, [outing.squad_id])[outing.squad_id].officers == 2


def test_tallies_are_additions_and_an_undo_is_one_too(session: Session, force: Force) -> None:
    outing = begun(session, force)
    for amount in (1, 1, -1, 5):
        send(session, force.leader, "tally", {"outing": outing.number, "kind": "tidied", "amount": amount}, TEN)
    send(session, force.policeman, "tally", {"outing": outing.number, "kind": "persuaded", "amount": 3}, TEN)
    assert sums(session, outing) == {TallyKind.TIDIED: 6, TallyKind.PERSUADED: 3}


def test_an_undo_that_arrives_before_what_it_undoes_is_taken(session: Session, force: Force) -> None:
    outing = begun(session, force)
    send(session, force.leader, "tally", {"outing": outing.number, "kind": "cleared", "amount": -2}, TEN)
    assert sums(session, outing) == {TallyKind.CLEARED: -2}
    send(session, force.leader, "tally", {"outing": outing.number, "kind": "cleared", "amount": 2}, NINE)
    assert sums(session, outing) == {TallyKind.CLEARED: 0}


def test_a_tally_told_after_the_end_still_counts_but_not_one_of_an_outing_called_off(
    session: Session, force: Force
) -> None:
    outing, other = begun(session, force), begun(session, force)
    send(session, force.leader, "outing", {"action": "end", "outing": outing.number, "summary": "整治完毕"}, ELEVEN)
    tally = {"kind": "leaflets", "amount": 9}
    send(session, force.leader, "tally", {"outing": outing.number, **tally}, TEN)
    assert (outing.summary, sums(session, outing)) == ("整治完毕", {TallyKind.LEAFLETS: 9})
    send(session, force.leader, "outing", {"action": "cancel", "outing": other.number, "reason": "大雨"}, TEN)
    with pytest.raises(Closed):
        send(session, force.leader, "tally", {"outing": other.number, **tally}, TEN)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outing": "x", "kind": "tidied", "amount": 0}, "body.amount"),  # nothing
        ({"outing": "x", "kind": "seized", "amount": 1}, "body.kind"),  # a seizure is never a bare tally
        ({"outing": "x", "kind": "impounded", "amount": 1}, "body.kind"),
        ({"outing": "x", "kind": "preserved", "amount": 1}, "body.kind"),
        ({"kind": "tidied", "amount": 1}, "body.outing"),  # of no outing
        ({"outing": "x", "kind": "tidied", "amount": 1, "total": 9}, "body.total"),  # totals do not exist
    ],
)
def test_what_is_no_tally(body: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        forms.parse_tally(body)
    assert [error.field for error in refused.value.errors] == [field]


def test_leaders_end_an_outing_and_the_desk_only_with_a_reason(session: Session, force: Force) -> None:
    first, second = begun(session, force), begun(session, force)
    with pytest.raises(NotAllowed):
        service.end_outing(session, force.policeman, first, ELEVEN)
    with pytest.raises(Invalid, match="reason"):
        service.end_outing(session, force.desk, first, ELEVEN)
    service.end_outing(session, force.desk, first, ELEVEN, reason="负责人手机没电")
    service.end_outing(session, force.leader, second, ELEVEN)
    assert (first.end_reason, first.ended_by, second.end_reason) == ("负责人手机没电", force.desk.user_id, None)
    with pytest.raises(Closed):
        service.end_outing(session, force.leader, second, ELEVEN)


def test_a_page_that_is_no_longer_true_changes_nothing(session: Session, force: Force) -> None:
    outing = begun(session, force)
    with pytest.raises(Conflict):
        service.end_outing(session, force.leader, outing, ELEVEN, version=outing.version - 1)
    service.end_outing(session, force.leader, outing, ELEVEN, version=outing.version)


def test_an_outing_with_records_is_not_called_off(session: Session, force: Force) -> None:
    outing = begun(session, force)
    service.add_tally(session, outing, TallyKind.TIDIED, 1, at=TEN, user_id=None)
    with pytest.raises(Conflict):
        service.cancel_outing(session, force.leader, outing, "大雨")


def test_counts_are_put_right_at_the_desk_with_a_reason(session: Session, force: Force) -> None:
    outing = begun(session, force)
    service.correct_tally(session, force.desk, outing, TallyKind.TIDIED, 12, "补记")
    with pytest.raises(NotAllowed):
        service.correct_tally(session, force.policeman, outing, TallyKind.TIDIED, 12, "补记")
    (tally,) = queries.additions(session, outing.id)
    assert (tally.reason, tally.amount) == ("补记", 12)
    assert "outing.correct_tally" in acts(session, "outing")


def test_outings_of_a_period_belong_to_it_by_their_start(session: Session, force: Force) -> None:
    march = begun(session, force, at("2017-03-31 23:59"))
    begun(session, force, at("2017-04-01 00:00"))
    off = begun(session, force, at("2017-03-10 20:00"))
    service.cancel_outing(session, force.leader, off, "大雨")
    service.end_outing(session, force.leader, march, at("2017-04-01 01:00"))
    span = (at("2017-03-01 00:00"), at("2017-04-01 00:00"))
    assert queries.outings_of(session, force.root.id, *span) == [march]
    assert queries.open_outings(session, force.root.id, *span) == []
    late = begun(session, force, at("2017-03-31 22:00"))
    assert queries.open_outings(session, force.root.id, *span) == [late]


def test_the_list_shows_what_is_in_sight_page_by_page(session: Session, force: Force) -> None:
    in_west = make_user(session, force.root, Role.SHIFT_LEADER, grid=force.west)
    person = load_person(session, in_west.id)
    assert person is not None
    kept = []
    for day, grid in ((1, "W"), (2, "E"), (3, None)):
        body = {"action": "start", "campaign": "FJDC", **({"grid": grid} if grid else {})}
        _kind, outing_id = send(session, force.leader, "outing", body, at(f"2017-03-0{day} 21:00"))
        kept.append(outing_id)
    seen = queries.outing_page(session, scope_of(session, person)).rows
    assert [row.outing.id for row in seen] == kept[:1]
    whole = scope_of(session, force.desk)
    first = queries.outing_page(session, whole, limit=2)
    rest = queries.outing_page(session, whole, after=first.next, limit=2)
    assert [row.outing.id for row in (*first.rows, *rest.rows)] == kept[::-1]
    assert rest.next is None
    narrowed = queries.Wanted(force.campaign.id, OutingState.OPEN, at("2017-03-02 00:00"), at("2017-03-03 00:00"))
    assert [row.outing.id for row in queries.outing_page(session, whole, narrowed).rows] == kept[1:2]
    with pytest.raises(NotFound):
        queries.outing_in_sight(session, scope_of(session, person), "XD2017-0002")


PLAN = CampaignIn(
    "ZX-1",
    "篷车专项整治",
    aim="消除隐患",
    first_day=date(2017, 3, 1),
    last_day=date(2017, 6, 30),
    agencies=(Agency.TRAFFIC_POLICE, Agency.URBAN_MANAGEMENT),
)


def test_phones_that_tell_in_any_order_tell_the_same(session: Session, force: Force) -> None:
    told = [
        (person, "tally", {"kind": kind, "amount": amount})
        for person in (force.leader, force.policeman)
        for kind, amount in (("tidied", 3), ("tidied", -1), ("persuaded", 2), ("cleared", -4), ("cleared", 4))
    ]
    told += [(force.policeman, "check_in", {}), (force.inspector, "check_in", {})] * 2
    seen = set()
    for seed in range(5):
        outing = begun(session, force)
        code = session.get_one(Squad, outing.squad_id).code
        for person, kind, body in random.Random(seed).sample(told, len(told)):
            more = {"code": code} if kind == "check_in" else {}
            send(session, person, kind, {"outing": outing.number, **body, **more}, TEN)
        turns = squads.turns(session, [outing.squad_id])[outing.squad_id]
        seen.add((tuple(sorted(sums(session, outing).items())), turns.people, turns.officers))
    assert seen == {(((TallyKind.CLEARED, 0), (TallyKind.PERSUADED, 4), (TallyKind.TIDIED, 4)), 3, 2)}


def test_an_outing_is_known_since_it_began_and_not_since_it_was_planned(session: Session, force: Force) -> None:
    with clock.set_to(at("2017-02-20 09:00")):
        outing = service.plan_outing(session, force.desk, PlanIn("FJDC", NINE, leader="leader"))
    with clock.set_to(at("2017-04-02 09:00")):
        send(session, force.leader, "outing", {"action": "start", "number": outing.number}, NINE)
    assert (outing.started_at, outing.recorded_at) == (NINE, at("2017-04-02 09:00"))


def test_a_campaign_is_made_and_changed_by_who_may_with_a_trail(session: Session, force: Force) -> None:
    with pytest.raises(NotAllowed):
        service.save_campaign(session, force.leader, PLAN)
    made = service.save_campaign(session, force.desk, replace(PLAN, grid_id=force.west.id))
    assert (made.agencies, made.valid_to) == (["traffic_police", "urban_management"], date(2017, 7, 1))
    with pytest.raises(Invalid, match="code"):
        service.save_campaign(session, force.desk, PLAN)
    changed = replace(PLAN, name="篷车整治")
    service.save_campaign(session, force.desk, changed, campaign_id=made.id, version=1)
    assert (made.name, made.grid_id, made.version) == ("篷车整治", None, 2)
    with pytest.raises(Conflict):
        service.save_campaign(session, force.desk, PLAN, campaign_id=made.id, version=1)
    assert acts(session, "campaign")[-2:] == ["campaign.open", "campaign.change"]
    on = {day: [one.code for one in queries.campaigns_on(session, force.root.id, day)] for day in
          (date(2017, 2, 28), date(2017, 6, 30), date(2017, 7, 1))}  # fmt: skip
    assert on == {date(2017, 2, 28): ["FJDC"], date(2017, 6, 30): ["FJDC", "ZX-1"], date(2017, 7, 1): ["FJDC"]}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lead": ""}, "lead"),  # led by nobody
        ({"last_day": "2017-02-01"}, "last_day"),  # over before it begins
        ({"code": "x" * 61}, "code"),
        ({"members": ["army"]}, "members"),
    ],
)
def test_a_campaign_that_cannot_be(more: dict[str, object], field: str) -> None:
    raw = {"code": "Z", "name": "整治", "lead": "urban_management", "first_day": "2017-03-01", **more}
    with pytest.raises(Invalid) as refused:
        forms.campaign_form(raw)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_track_hangs_on_the_squad(session: Session, force: Force) -> None:
    outing = begun(session, force)
    points = [[0, 119.95, 31.85, 12], [30, 119.951, 31.851]]
    body = {"outing": outing.number, "started_at": "2017-03-05T21:00", "ended_at": "2017-03-05T21:30", "points": points}
    assert send(session, force.leader, "track", body, TEN)[0] == "track"
    with pytest.raises(Invalid) as refused:
        squad_forms.parse_track({**body, "points": [[0, 119.95]], "ended_at": "2017-03-05T20:00"})
    assert {error.field for error in refused.value.errors} == {"body.points"}
