"""Premises: credit codes, names that are the same, one row for one body, merges that are followed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from gridops.premises import forms, queries, rules, service
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk, id_of_label, label_of
from tests.factories import make_grid, make_user

CODE = "91350100M000100Y43"  # the example of the standard
OTHER = "91320411MA1000000" + rules.check_character("91320411MA1000000")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (CODE, None),
        (OTHER, None),
        (CODE[:-1], "not 18 characters"),
        (CODE.replace("Y", "I"), "contains I"),  # a letter that is never used
        (CODE[:-1] + "4", "check character"),
        ("91350100M000100Y34", "check character"),  # two characters changed places
        ("9135010XM000100Y43", "characters 3 to 8"),
        (CODE.lower(), "contains"),  # `credit_code` makes capitals first
    ],
)
def test_a_credit_code_is_checked_to_its_last_character(code: str, fault: str | None) -> None:
    found = rules.credit_code_fault(code)
    assert (found is None) if fault is None else (fault in (found or ""))
    assert rules.credit_code(" 91350100m000100y43 ") == CODE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("常州天合（龙虎塘）有限公司", "常州天合(龙虎塘)有限公司", True),  # full-width brackets
        ("常州 天合 ", "常州天合", True),
        ("ABC电子", "ＡＢＣ电子", True),
        ("常州天合", "常州天台", False),
    ],
)
def test_names_are_the_same_however_they_are_typed(one: str, other: str, same: bool) -> None:
    assert (rules.name_key(one) == rules.name_key(other)) is same


@pytest.fixture
def officer(session: Session) -> Person:
    street = make_grid(session, "S")
    made = load_person(session, make_user(session, street, Role.SUPERVISION_OFFICER).id)
    assert made is not None
    return made


def test_one_body_has_one_row_by_code_or_by_name(session: Session, officer: Person) -> None:
    first = service.ensure(session, officer.root_id, None, "天合电子")
    assert service.ensure(session, officer.root_id, CODE, "天合电子").id == first.id  # its code is learnt later
    assert service.ensure(session, officer.root_id, CODE, "天合电子有限公司").id == first.id  # another name, one code
    assert service.ensure(session, officer.root_id, OTHER, "天合电子").id != first.id  # one name, another body
    assert service.ensure(session, officer.root_id, None, "天合电子").id == first.id
    for code, name in (("123", "甲"), (None, " "), (None, "长" * 201)):
        with pytest.raises(Invalid):
            service.ensure(session, officer.root_id, code, name)


def test_merges_are_followed_and_never_run_in_a_circle(session: Session, officer: Person) -> None:
    one, two, three = (service.ensure(session, officer.root_id, None, name) for name in ("甲厂", "乙厂", "丙厂"))
    service.merge(session, officer, one.id, two.id, "同一家")
    service.merge(session, officer, one.id, two.id, "同一家")  # twice is once
    service.merge(session, officer, two.id, three.id, "同一家")
    assert queries.survivors(session, officer.root_id) == {one.id: three.id, two.id: three.id}
    assert service.ensure(session, officer.root_id, None, "甲厂").id == three.id
    for merged, into, error in ((three, one, Invalid), (one, three, None), (three, three, Invalid)):
        if error is None:
            assert service.merge(session, officer, merged.id, into.id, "同一家").id == three.id
        else:
            with pytest.raises(error):
                service.merge(session, officer, merged.id, into.id, "同一家")
    fourth = service.ensure(session, officer.root_id, None, "丁厂")
    with pytest.raises(Conflict):
        service.merge(session, officer, one.id, fourth.id, "别家")
    with pytest.raises(NotFound):
        service.merge(session, officer, 999, fourth.id, "别家")
    with pytest.raises(Invalid):
        service.merge(session, officer, fourth.id, three.id, " ")


def test_the_code_of_a_duplicate_goes_to_the_survivor(session: Session, officer: Person) -> None:
    one = service.ensure(session, officer.root_id, CODE, "天合电子有限公司")
    two = service.ensure(session, officer.root_id, None, "天合")
    service.merge(session, officer, one.id, two.id, "同一家")
    assert two.credit_code == CODE
    assert service.ensure(session, officer.root_id, CODE, "随便").id == two.id


def test_a_stale_form_changes_nothing(session: Session, officer: Person) -> None:
    row = service.ensure(session, officer.root_id, None, "天合")
    given = forms.form({"name": "天合光能", "risk": "high", "version": "1"})
    service.change(session, officer, row.id, given)
    assert (row.name, row.risk, row.version) == ("天合光能", Risk.HIGH, 2)
    with pytest.raises(Conflict):
        service.change(session, officer, row.id, given)
    service.ensure(session, officer.root_id, CODE, "别家")
    with pytest.raises(Invalid):
        service.change(session, officer, row.id, forms.form({"name": "天合", "credit_code": CODE, "version": "2"}))


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"external_id": "1", "name": "甲"}, set()),
        ({"external_id": "", "name": ""}, {"external_id", "name"}),
        ({"external_id": "1", "name": "甲", "credit_code": CODE[:-1] + "9"}, {"credit_code"}),
        ({"external_id": "1", "name": "甲", "kind": "castle", "risk": "none"}, {"kind", "risk"}),
        ({"external_id": "1", "name": "甲", "lon": "119.9"}, {"lat"}),
        ({"external_id": "1", "name": "甲", "lon": "1e9", "lat": "x"}, {"lon", "lat"}),
    ],
)
def test_a_line_names_every_column_that_is_wrong(cells: dict[str, str], wrong: set[str]) -> None:
    found = set()
    try:
        forms.line(cells)
    except Invalid as refused:
        found = {error.field for error in refused.errors}
    assert found == wrong


def _told(session: Session, root_id: int, *cells: dict[str, Any]) -> tuple[int, int, int, list[str]]:
    lines = [(place, forms.line(each)) for place, each in enumerate(cells, start=2)]
    told = service.import_premises(session, root_id, "file", lines)
    return told.new, told.unchanged, told.changed, [column for _, column, _, _ in told.errors]


def test_a_file_may_come_again_and_changes_what_it_tells_otherwise(session: Session, officer: Person) -> None:
    one = {
        "external_id": "1",
        "name": "天合",
        "kind": "enterprise",
        "credit_code": CODE,
        "lon": "119.95",
        "lat": "31.85",
    }
    two = {"external_id": "2", "name": "菜场", "kind": "market", "grid_code": "S"}
    assert _told(session, officer.root_id, one, two) == (2, 0, 0, [])
    assert _told(session, officer.root_id, one, two) == (0, 2, 0, [])
    assert _told(session, officer.root_id, {**one, "risk": "high"}, two) == (0, 1, 1, [])
    assert _told(session, officer.root_id, {**two, "external_id": "3", "name": "别处", "grid_code": "X"})[3] == [
        "grid_code"
    ]
    assert _told(session, officer.root_id, {**two, "external_id": "2", "credit_code": CODE})[3] == ["credit_code"]
    rows = session.scalars(select(Premises).order_by(Premises.id)).all()
    assert [(row.kind, row.grid_id) for row in rows[:2]] == [
        (PremisesKind.ENTERPRISE, officer.root_id),
        (PremisesKind.MARKET, officer.root_id),
    ]
    assert session.scalar(select(func.count()).select_from(Premises)) == 2


def test_one_body_named_by_two_systems_or_twice_in_one_is_one_and_each_file_may_come_again(
    session: Session, officer: Person
) -> None:
    root_id = officer.root_id
    city = {"external_id": "C1", "name": "天合电子", "credit_code": CODE, "risk": "high"}
    other = {"external_id": "K9", "name": "天合电子有限公司", "credit_code": CODE, "risk": "low"}
    assert _told(session, root_id, city) == (1, 0, 0, [])
    lines = [(2, forms.line(other)), (3, forms.line({**other, "external_id": "K10"}))]
    first, again = (service.import_premises(session, root_id, "county", lines) for _time in range(2))
    assert (first.new, first.errors, again.unchanged) == (2, [], 2)
    assert queries.count(session, root_id) == 1
    kept = service.ensure(session, root_id, CODE, "随便")
    assert (kept.name, kept.risk) == ("天合电子", Risk.HIGH)  # who named it first keeps the word
    assert set(queries.survivors(session, root_id).values()) == {kept.id}


def test_a_line_of_what_was_merged_since_is_no_error(session: Session, officer: Person) -> None:
    one = {"external_id": "1", "name": "天合", "credit_code": CODE}
    two = {"external_id": "2", "name": "天合老厂"}
    assert _told(session, officer.root_id, one, two) == (2, 0, 0, [])
    rows = queries.by_external_ids(session, officer.root_id, "file", ["1", "2"])
    service.merge(session, officer, rows["2"].id, rows["1"].id, "同一家")
    assert _told(session, officer.root_id, one, {**two, "credit_code": CODE}) == (0, 1, 1, [])
    assert rows["1"].name == "天合"
    assert queries.survivors(session, officer.root_id) == {rows["2"].id: rows["1"].id}


@pytest.mark.parametrize(
    ("typed", "premises_id"),
    [("CS000012", 12), ("ｃｓ 000012", 12), ("CS12", 12), ("cs1234567", 1234567), ("CS", None), ("宏达CS12", None)],
)
def test_a_label_leads_back_to_its_premises_however_it_is_typed(typed: str, premises_id: int | None) -> None:
    assert id_of_label(typed) == premises_id
    assert premises_id is None or id_of_label(label_of(premises_id)) == premises_id
