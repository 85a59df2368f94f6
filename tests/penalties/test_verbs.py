"""The verbs of penalties on both databases: each with its guards, roles, events, audit, and twice as once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, Invalid, NotAllowed, NotFound
from gridops.penalties import forms, queries, service
from gridops.penalties.models import Penalty
from gridops.penalties.rules import Act, Stage, columns, fold
from gridops.penalties.service.base import as_event
from gridops.people.queries import scope_of
from gridops.people.rules import Person
from gridops.premises.models import Premises
from tests.factories import at
from tests.penalties.world import (
    DECIDED,
    NOW,
    OPENED,
    SERVED,
    Street,
    decided,
    deciding,
    make_street,
    opened,
    opening,
    served,
    told,
    visit,
)


@pytest.fixture
def street(session: Session) -> Iterator[Street]:
    with clock.set_to(NOW):
        yield make_street(session)


def acts(session: Session, row: Penalty) -> list[str]:
    query = select(AuditEntry.act).where(AuditEntry.subject_kind == "penalty", AuditEntry.subject_id == str(row.id))
    return list(session.scalars(query.order_by(AuditEntry.id)))


def pay(session: Session, street: Street, row: Penalty, amount: str, **other: Any) -> None:
    form = forms.pay_form({"at": at("2026-11-05 10:00").isoformat(), "amount": amount} | other)
    service.pay(session, street.shift, row, form, row.version)


def test_a_penalty_goes_from_opening_to_its_end(session: Session, street: Street) -> None:
    row = served(session, street)
    found = service.look(session, row, NOW)
    assert (row.own, row.heaviest, queries.stage_of_row(row)) == (True, "fine", Stage.SERVED)
    assert (found.due, found.days_late, found.surcharge) == (date(2026, 11, 11), 9, Decimal("540.00"))
    assert [point.late for point in found.points] == [True]
    pay(session, street, row, "500.00")
    pay(session, street, row, "1500.00", receipt_no="0001")
    paid = service.look(session, row, NOW)
    assert (paid.balance.outstanding, paid.surcharge) == (Decimal("0.00"), Decimal("0.00"))
    service.conclude(session, street.head, row, forms.ConcludeIn(NOW), row.version)
    assert service.look(session, row, NOW).points == []
    assert acts(session, row) == [
        f"penalty.{act}" for act in ("open", "tell", "decide", "serve", "pay", "pay", "conclude")
    ]


def test_every_row_is_the_fold_of_its_events(session: Session, street: Street) -> None:
    row = served(session, street)
    remedy = forms.RemedyIn(at("2026-11-01 09:00"), at("2026-11-09 09:00"))
    service.remedy(session, street.officer, row, remedy, row.version)
    change = forms.ChangeIn(at("2026-11-09 09:00"), Decimal("800.00"), "复议变更")
    service.change(session, street.head, row, change, row.version)
    defer = forms.DeferIn(at("2026-11-10 09:00"), date(2026, 12, 31), "经济困难")
    service.defer(session, street.head, row, defer, row.version)
    session.flush()
    session.expire(row)
    kept = columns(fold(map(as_event, queries.events_of(session, [row.id]))))
    assert {name: getattr(row, name) for name in kept} == kept
    assert (row.changed_fine, row.deferred_to) == (Decimal("800.00"), date(2026, 12, 31))


def test_a_form_sent_twice_opens_once(session: Session, street: Street) -> None:
    once = "0192f000-0000-7000-8000-000000000001"
    assert opened(session, street, once=once).id == opened(session, street, once=once).id
    assert opened(session, street).id != opened(session, street).id


def test_proceedings_from_a_visit_know_round_premises_and_party(session: Session, street: Street) -> None:
    seen = visit(session, street)
    row = opened(session, street, visit_id=seen.id, party="", act_at="")
    assert (row.round_id, row.premises_id, row.party) == (seen.round_id, seen.premises_id, "某餐饮店")
    assert row.act_at == seen.visited_at
    assert opened(session, street, visit_id=seen.id, party="").id == row.id
    assert [found.penalty_id for found in queries.of_premises(session, [seen.premises_id])] == [row.id]
    assert [found.id for found in queries.of_visits(session, [seen.id])] == [row.id]


def test_the_same_act_is_fined_once(session: Session, street: Street) -> None:
    seen = visit(session, street)
    first = told(session, street, opened(session, street, visit_id=seen.id))
    service.decide(session, street.head, first, deciding(street), first.version)
    second = told(session, street, opened(session, street, visit_id=seen.id))
    assert second.id != first.id
    with pytest.raises(Invalid, match="第二十九条"):
        service.decide(session, street.head, second, deciding(street), second.version)


def test_nobody_opens_from_what_is_elsewhere_or_void(session: Session, street: Street) -> None:
    seen = visit(session, street)
    seen.voided_at = NOW
    session.flush()
    for source in ({"visit_id": seen.id}, {"incident_id": 999_999}):
        with pytest.raises(NotFound):
            opened(session, street, **source)


@pytest.mark.parametrize("who", ["shift", "officer", "reader", "inspector"])
def test_only_the_head_decides_for_the_street(session: Session, street: Street, who: str) -> None:
    row = told(session, street, opened(session, street))
    with pytest.raises(NotAllowed):
        service.decide(session, getattr(street, who), row, deciding(street), row.version)


@pytest.mark.parametrize("who", ["reader", "inspector", "head"])
def test_only_officers_and_the_shift_leader_open(session: Session, street: Street, who: str) -> None:
    with pytest.raises(NotAllowed):
        service.open_proceedings(session, getattr(street, who), opening(street))


def test_officers_decide_on_the_spot(session: Session, street: Street) -> None:
    row = opened(session, street, simple="true")
    form = deciding(street, simple="true", fine="3000.00")
    service.decide(session, street.officer, row, form, row.version)
    assert (row.simple, row.own, row.decided_at) == (True, True, DECIDED)


def test_what_a_district_department_decided_is_only_noted(session: Session, street: Street) -> None:
    row = opened(session, street)
    form = deciding(street, decided_by="新北区环境保护局", officers="", decision_no="", fine="30000.00")
    service.decide(session, street.shift, row, form, row.version)
    assert (row.own, row.decided_by, row.fine) == (False, "新北区环境保护局", Decimal("30000.00"))
    assert [point.says for point in service.look(session, row, NOW).points] == ["未登记决定书文号"]


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"officers": ""}, "officers"),  # nobody signs
        ({"officers": "王某@urban_management#苏D009"}, "officers"),  # one alone
        ({"officers": "nobody"}, "officers"),  # a user name nobody bears
        ({"fine": "5000.01"}, "fine"),  # above the clause
        ({"at": "2026-10-11T10:00"}, "decided_at"),  # before it was opened
        ({"decision_no": ""}, "decision_no"),
        ({"kinds": "warning"}, "kinds"),
        ({"basis_id": 999_999}, "basis_id"),
    ],
)
def test_a_decision_that_breaks_the_law_is_refused_with_its_field(
    session: Session, street: Street, other: dict[str, Any], field: str
) -> None:
    row = told(session, street, opened(session, street))
    with pytest.raises(Invalid) as refused:
        service.decide(session, street.head, row, deciding(street, **other), row.version)
    named = {error.field for error in refused.value.errors}
    assert ("at" if field == "decided_at" else field) in named


def test_an_officer_whose_certificate_ran_out_cannot_sign(session: Session, street: Street) -> None:
    from gridops.people.models import User

    session.get_one(User, street.second.user_id).certificate_valid_to = date(2026, 10, 25)
    session.flush()
    row = told(session, street, opened(session, street))
    with pytest.raises(Invalid, match="执法证件"):
        service.decide(session, street.head, row, deciding(street), row.version)


def test_stale_forms_and_wrong_stages_change_nothing(session: Session, street: Street) -> None:
    row = opened(session, street)
    seen = row.version
    told(session, street, row)
    with pytest.raises(Conflict):
        service.tell(session, street.officer, row, forms.TellIn(OPENED), seen)
    with pytest.raises(Conflict):
        service.serve(session, street.officer, row, forms.ServeIn(NOW), row.version)
    service.conclude(session, street.head, row, forms.ConcludeIn(NOW, "违法事实不成立"), row.version)
    with pytest.raises(Closed):
        service.tell(session, street.officer, row, forms.TellIn(NOW), row.version)


def test_ending_without_a_decision_or_with_money_owed_needs_a_reason(session: Session, street: Street) -> None:
    row = opened(session, street)
    with pytest.raises(Invalid, match="未作出决定"):
        service.conclude(session, street.head, row, forms.ConcludeIn(NOW), row.version)
    owed = served(session, street)
    with pytest.raises(Invalid, match=r"尚欠2000\.00元"):
        service.conclude(session, street.head, owed, forms.ConcludeIn(NOW), owed.version)


def test_a_waiver_has_a_reason_and_nothing_to_pay(session: Session, street: Street) -> None:
    row = opened(session, street)
    service.waive(session, street.head, row, forms.WaiveIn(NOW, "初次违法且后果轻微并及时改正"), row.version)
    assert queries.stage_of_row(row) is Stage.WAIVED
    with pytest.raises(Conflict):
        service.decide(session, street.head, row, deciding(street), row.version)


def test_nobody_pays_more_than_is_owed_and_a_wrong_booking_is_voided(session: Session, street: Street) -> None:
    row = served(session, street)
    with pytest.raises(Invalid, match="超过尚欠"):
        pay(session, street, row, "2000.01")
    pay(session, street, row, "2000.00")
    (booked,) = queries.payments_of(session, row.id)
    service.unpay(session, street.shift, row, forms.UnpayIn(booked.id, "登记错误"), row.version)
    assert service.look(session, row, NOW).balance.outstanding == Decimal("2000.00")
    with pytest.raises(Closed):
        service.unpay(session, street.shift, row, forms.UnpayIn(booked.id, "登记错误"), row.version)
    with pytest.raises(Invalid, match="当场收缴"):
        pay(session, street, row, "100.00", cash="true")


def test_a_change_writes_off_the_rest(session: Session, street: Street) -> None:
    row = served(session, street)
    pay(session, street, row, "1500.00")
    when = at("2026-11-10 09:00")
    with pytest.raises(Invalid, match="不得高于"):
        service.change(session, street.head, row, forms.ChangeIn(when, Decimal("2000.01"), "更正"), row.version)
    service.change(session, street.head, row, forms.ChangeIn(when, Decimal("1000.00"), "复议变更"), row.version)
    found = service.look(session, row, NOW).balance
    assert (found.outstanding, found.written_off, found.refund) == (
        Decimal("0.00"),
        Decimal("1000.00"),
        Decimal("500.00"),
    )
    before = service.look(session, row, at("2026-11-09 09:00")).balance
    assert before.in_force == Decimal("2000.00")


def test_annulled_and_decided_anew_the_old_leaves_and_the_new_counts_at_its_date(
    session: Session, street: Street
) -> None:
    row = served(session, street)
    when = at("2026-11-12 10:00")
    form = deciding(street, at=when.isoformat(), fine="900.00", decision_no="常龙罚〔2026〕9号")
    anew = service.replace(session, street.head, row, form, "认定事实有误", row.version)
    assert (anew.replaces_id, anew.fine, row.revoked_at) == (row.id, Decimal("900.00"), when)
    in_force = [found.id for found in queries.effective(session, street.root.id, at("2026-11-01"))]
    assert in_force == [row.id]
    assert [found.id for found in queries.effective(session, street.root.id, NOW)] == [anew.id]
    assert queries.replaced_at(session, [row.id]) == {row.id: when}
    with pytest.raises(Invalid, match="已经重新"):
        service.replace(session, street.head, row, form, "再次", row.version)


def test_a_revoked_penalty_is_not_in_force(session: Session, street: Street) -> None:
    row = decided(session, street)
    service.revoke(session, street.head, row, forms.RevokeIn(NOW, "程序违法"), row.version)
    assert queries.effective(session, street.root.id, NOW) == []
    assert len(queries.effective(session, street.root.id, DECIDED)) == 1


def test_one_act_bears_one_fine_however_its_party_is_written(session: Session, street: Street) -> None:
    first = decided(session, street)
    again = told(session, street, opened(session, street, party="某餐饮店（分店）"))
    service.decide(session, street.head, again, deciding(street, fine="0", kinds="warning"), again.version)
    third = told(session, street, opened(session, street, party="某餐饮"))
    duplicate = session.get_one(Premises, third.premises_id)
    duplicate.merged_into_id = first.premises_id  # another name, the same enterprise
    session.flush()
    with pytest.raises(Invalid, match="第二十九条"):
        service.decide(session, street.head, third, deciding(street), third.version)


def test_an_officer_named_twice_is_one(session: Session, street: Street) -> None:
    row = told(session, street, opened(session, street))
    by_number = f"{street.officer.username};某某@urban_management#苏d001"
    with pytest.raises(Invalid, match="不得少于两人"):
        service.decide(session, street.head, row, deciding(street, officers=by_number), row.version)


def test_the_list_is_narrowed_paged_and_obeys_scope(session: Session, street: Street) -> None:
    scope = scope_of(session, street.reader)
    another = "2026-10-11 20:00"
    rows = [opened(session, street), decided(session, street), served(session, street, act=another)]
    stages = {
        stage: [row.penalty.id for row in queries.penalty_page(session, scope, queries.Wanted(stage=stage)).rows]
        for stage in Stage
    }
    assert (stages[Stage.OPEN], stages[Stage.DECIDED], stages[Stage.SERVED]) == (
        [rows[0].id],
        [rows[1].id],
        [rows[2].id],
    )
    assert sum(map(len, stages.values())) == 3
    first = queries.penalty_page(session, scope, limit=2)
    second = queries.penalty_page(session, scope, limit=2, after=first.next)
    assert [row.penalty.id for row in (*first.rows, *second.rows)] == [row.id for row in reversed(rows)]
    assert second.next is None
    assert len(queries.penalty_page(session, scope, queries.Wanted(own=True)).rows) == 3
    assert queries.penalty_page(session, scope, queries.Wanted(text="常龙罚")).rows
    elsewhere = make_street(session)
    assert queries.penalty_page(session, scope_of(session, elsewhere.reader)).rows == []
    with pytest.raises(NotFound):
        queries.penalty_in_sight(session, scope_of(session, elsewhere.reader), rows[0].id)


def test_a_person_in_clear_is_read_with_a_line_in_the_trail(session: Session, street: Street) -> None:
    row = opened(session, street, party="张三丰", party_kind="person")
    assert row.premises_id is None
    assert service.read_party(session, street.officer, row) == "张三丰"
    assert acts(session, row)[-1] == "penalty.read"


def test_every_verb_asks_for_its_roles(session: Session, street: Street) -> None:
    row = served(session, street)
    tries: list[tuple[Person, Any, Any]] = [
        (street.head, service.serve, forms.ServeIn(SERVED)),
        (street.reader, service.pay, forms.PayIn(NOW, Decimal(1))),
        (street.officer, service.change, forms.ChangeIn(NOW, Decimal(1), "无")),
        (street.shift, service.revoke, forms.RevokeIn(NOW, "无")),
        (street.inspector, service.remedy, forms.RemedyIn(NOW)),
        (street.officer, service.defer, forms.DeferIn(NOW, date(2026, 12, 1), "无")),
        (street.officer, service.conclude, forms.ConcludeIn(NOW)),
    ]
    for person, verb, form in tries:
        with pytest.raises(NotAllowed):
            verb(session, person, row, form, row.version)


def test_acts_of_the_trail_are_the_acts_of_the_rules() -> None:
    assert {act.value for act in Act} >= {"open", "waive", "decide", "serve", "pay", "change", "revoke", "conclude"}
