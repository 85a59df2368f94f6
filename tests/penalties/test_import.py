"""Files of penalties: read, refused, taken once, told anew."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.outside import Told
from gridops.inspections.models import Round
from gridops.penalties import forms, queries, service
from gridops.penalties.models import Payment, Penalty, PenaltyEvent
from gridops.penalties.rules import PartyKind, Stage
from gridops.premises.models import Premises
from gridops.squads import service as squads
from tests.factories import at
from tests.penalties.world import NOW, Street, make_street

BODY = {
    "external_id": "P1",
    "opened_at": "2017-03-01T09:00",
    "decided_by": "新北区环境保护局",
    "decided_at": "2017-03-20",
    "kinds": "fine",
    "fine_yuan": "30000",
    "party": "常州某涂装厂",
    "party_kind": "organisation",
}


@pytest.fixture
def street(session: Session) -> Iterator[Street]:
    with clock.set_to(NOW):
        yield make_street(session)


def take(session: Session, street: Street, *cells: dict[str, str]) -> Told:
    lines = [(number, forms.line(each)) for number, each in enumerate(cells, start=2)]
    return service.import_penalties(session, street.root.id, "file", lines)


def kept(session: Session, street: Street, name: str = "P1") -> Penalty:
    return queries.from_file(session, street.root.id, "file", [name])[name]


@pytest.mark.parametrize(
    ("other", "columns"),
    [
        ({}, set()),
        ({"opened_at": ""}, set()),  # it began when it was decided
        ({"opened_at": "", "decided_at": "", "kinds": "", "fine_yuan": "", "decided_by": ""}, {"opened_at"}),
        ({"decided_at": ""}, {"decided_at"}),  # a fine without a decision
        ({"decided_by": ""}, {"decided_by"}),
        ({"kinds": "", "fine_yuan": "500.00"}, set()),  # the amount tells the kind
        ({"kinds": "", "fine_yuan": ""}, {"kinds"}),
        ({"kinds": "warning"}, {"kinds"}),  # an amount, but no fine
        ({"kinds": "fine;order_to_correct"}, {"kinds"}),  # 责令改正 is no penalty
        ({"fine_yuan": "1.005"}, {"fine_yuan"}),
        ({"fine_yuan": "-1"}, {"fine_yuan"}),
        ({"confiscated_yuan": "100", "kinds": "fine;confiscation"}, set()),
        ({"party_kind": ""}, {"party_kind"}),
        ({"party_kind": "", "credit_code": "91320400MA1MKYBG4A"}, {"credit_code"}),  # wrong check character
        ({"decided_at": "2017-02-28"}, {"decided_at"}),  # before it was opened
        ({"decided_at": "2017-03-01"}, set()),  # on the same day, however the file tells the time
        ({"served_at": "2017-03-19"}, {"served_at"}),
        ({"paid_at": "2017-03-25"}, {"paid_yuan"}),  # how much?
        ({"paid_yuan": "100"}, {"paid_at"}),
        ({"paid_at": "2017-03-25", "paid_yuan": "30000"}, set()),
        ({"changed_fine_yuan": "100"}, {"changed_at"}),
        ({"changed_at": "2017-04-02", "changed_fine_yuan": "30000"}, set()),
        ({"changed_at": "2017-04-02", "changed_fine_yuan": "30000.01"}, {"changed_fine_yuan"}),  # never a higher one
        ({"revoked_at": "2017-03-01"}, {"revoked_at"}),
        ({"remedy_to": "2017-04-01"}, {"remedy_from"}),
        ({"remedy_from": "2017-04-02", "remedy_to": "2017-04-01"}, {"remedy_to"}),
        ({"waived": "yes"}, {"kinds", "fine_yuan"}),  # let off, and fined?
        ({"waived": "yes", "kinds": "", "fine_yuan": ""}, set()),
        ({"waived": "maybe"}, {"waived"}),
        ({"replaces": "P1"}, {"replaces"}),
        ({"act_at": "2017-03-21"}, {"decided_at"}),  # done after it was decided
    ],
)
def test_only_contradictions_refuse_a_line(other: dict[str, str], columns: set[str]) -> None:
    try:
        forms.line(BODY | other)
        found = set()
    except Invalid as refused:
        found = {error.field for error in refused.errors}
    assert found == columns


def test_columns_are_those_of_the_contract() -> None:
    assert forms.COLUMNS[0] == "external_id"
    assert set(forms.REQUIRED) <= set(forms.COLUMNS)
    assert {"fine_yuan", "confiscated_yuan", "paid_yuan", "changed_fine_yuan", "replaces", "note"} <= set(forms.COLUMNS)


def test_a_file_is_taken_once(session: Session, street: Street) -> None:
    more = BODY | {"served_at": "2017-03-22", "paid_at": "2017-03-30", "paid_yuan": "30000"}
    assert take(session, street, more) == Told(new=1)
    assert take(session, street, more) == Told(unchanged=1)
    row = kept(session, street)
    assert (row.own, row.fine, row.heaviest) == (False, Decimal("30000.00"), "fine")
    assert queries.stage_of_row(row) is Stage.SERVED
    assert queries.paid_on(session, [row.id]) == {row.id: Decimal("30000.00")}
    assert session.scalar(select(func.count()).select_from(PenaltyEvent)) == 4
    assert session.scalars(select(Premises.name)).all() == ["常州某涂装厂"]


def test_told_otherwise_later_the_file_holds_and_what_people_did_stays(session: Session, street: Street) -> None:
    take(session, street, BODY | {"served_at": "2017-03-22", "paid_at": "2017-03-30", "paid_yuan": "300"})
    row = kept(session, street)
    defer = forms.RemedyIn(at("2017-04-01"), at("2017-05-01"))
    service.remedy(session, street.officer, row, defer, row.version)
    changed = BODY | {"fine_yuan": "3000", "paid_at": "2017-03-30", "paid_yuan": "3000"}
    assert take(session, street, changed) == Told(changed=1)
    assert (row.fine, row.served_at, row.remedy_to) == (Decimal("3000.00"), None, at("2017-05-01"))
    assert queries.paid_on(session, [row.id]) == {row.id: Decimal("3000.00")}
    amounts = session.execute(select(Payment.amount, Payment.voided_at.is_(None)).order_by(Payment.id)).all()
    assert [tuple(row) for row in amounts] == [(Decimal("300.00"), False), (Decimal("3000.00"), True)]


def test_the_streets_own_decisions_are_known_by_their_authority(session: Session, street: Street) -> None:
    own = BODY | {"decided_by": "龙虎塘街道办事处", "decided_at": "2026-03-20", "opened_at": "2026-03-01"}
    take(session, street, own)
    row = kept(session, street)
    said = " ".join(point.says for point in service.look(session, row, NOW).points)
    assert row.own
    assert "第四十二条" in said  # a file names no officers: the page says what is missing
    assert "第三十八条" in said


def test_an_own_decision_of_2017_shows_that_no_street_had_the_power(session: Session, street: Street) -> None:
    take(session, street, BODY | {"decided_by": "龙虎塘街道"})
    said = " ".join(point.says for point in service.look(session, kept(session, street), NOW).points)
    assert "2021年7月15日" in said


def test_a_penalty_after_a_round_names_it(session: Session, street: Street) -> None:
    named = BODY | {"round_id": "R1"}
    refused = take(session, street, named)
    assert [(line, column, value) for line, column, value, _why in refused.errors] == [(2, "round_id", "R1")]
    squad = squads.open_squad(session, street.root.id, at("2017-03-01").date())
    night = Round(
        root_id=street.root.id,
        number="YC1",
        squad_id=squad.id,
        recorded_at=NOW,
        source_system="file",
        external_id="R1",
    )
    session.add(night)
    session.flush()
    assert take(session, street, named) == Told(new=1)
    assert kept(session, street).round_id == night.id


def test_decided_anew_the_old_leaves_in_whatever_order_the_file_names_them(session: Session, street: Street) -> None:
    new = BODY | {"external_id": "P2", "replaces": "P1", "decided_at": "2017-04-10", "fine_yuan": "100"}
    assert take(session, street, new, BODY) == Told(new=2)
    old, anew = kept(session, street), kept(session, street, "P2")
    assert anew.replaces_id == old.id
    assert [row.id for row in queries.effective(session, street.root.id, at("2017-04-09"))] == [old.id]
    assert [row.id for row in queries.effective(session, street.root.id, at("2017-04-11"))] == [anew.id]
    assert take(session, street, new, BODY) == Told(unchanged=2)


def test_what_replaces_nothing_known_or_itself_is_refused(session: Session, street: Street) -> None:
    told = take(session, street, BODY | {"replaces": "P9"})
    assert [error[:3] for error in told.errors] == [(2, "replaces", "P9")]
    circle = take(session, street, BODY | {"replaces": "P2"}, BODY | {"external_id": "P2", "replaces": "P1"})
    assert circle.refused_lines == {2, 3}
    second = {"external_id": "P2", "decided_at": "2017-04-10"}
    assert take(session, street, BODY, BODY | second | {"replaces": "P1"}) == Told(new=2)
    closing = take(session, street, BODY | {"replaces": "P2"})  # the circle closed by a second file
    assert [error[:3] for error in closing.errors] == [(2, "replaces", "P2")]


def test_a_person_is_no_premises_and_a_waiver_no_decision(session: Session, street: Street) -> None:
    person = BODY | {"party": "张三", "party_kind": "person", "waived": "yes", "kinds": "", "fine_yuan": ""}
    assert take(session, street, person) == Told(new=1)
    row = kept(session, street)
    assert (row.party_kind, row.premises_id, row.decided_at) == (PartyKind.PERSON, None, None)
    assert row.waived_at == at("2017-03-20")


def test_a_fine_reduced_after_its_month_is_in_force_since_that_day(session: Session, street: Street) -> None:
    reduced = BODY | {"served_at": "2017-03-22", "changed_at": "2017-05-02", "changed_fine_yuan": "10000"}
    take(session, street, reduced)
    row = kept(session, street)
    march, may = (service.look(session, row, at(day)).balance for day in ("2017-04-01", "2017-05-03"))
    assert (march.in_force, march.written_off) == (Decimal("30000.00"), Decimal("0.00"))
    assert (may.in_force, may.written_off, may.outstanding) == (
        Decimal("10000.00"),
        Decimal("20000.00"),
        Decimal("10000.00"),
    )
