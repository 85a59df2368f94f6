"""Columns tell what facts tell: whatever was drawn, asked one by one or all at once, of the whole street or a part."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from gridops.core import clock, columns
from gridops.core.arrays import read_columns
from gridops.core.columns import NEVER
from gridops.figures import money, sheets
from gridops.figures.money_columns import Penalties
from gridops.figures.queries.area import area_of
from gridops.figures.queries.facts import Given, bounds_of
from gridops.figures.rules.facts import Bounds
from gridops.figures.rules.many import ColumnBounds
from gridops.figures.service.counting import facts_of
from gridops.grids.models import GridVersion
from gridops.grids.rules import Level
from gridops.penalties.models import Payment, Penalty
from gridops.penalties.rules import PartyKind
from tests.factories import at, make_grid
from tests.figures import nights as twin
from tests.figures.nights import AS_OF, PERIOD, Drawn, E, S
from tests.figures.street import street_of
from tests.figures.test_nights_twin import _put

pytestmark = pytest.mark.both

RULES = (
    money.effective, money.decided, money.fine, money.outstanding, money.overdue, money.surcharge_estimate,
    money.penalised, money.penalised_of_rounds,
    *(figure.counts for figure in money.TELLING.figures if figure.kind == money.Penalty.kind),
)  # fmt: skip
instants = st.one_of(st.none(), twin.instants)
days = st.integers(-40, 70).map(lambda number: S.date() + timedelta(days=number))


remedies = st.builds(
    lambda first, more: f"remedy {first} {first + more if more else '-'}",
    days,
    st.sampled_from([None, timedelta(0), timedelta(days=9), timedelta(days=30)]),
)
deferrals = st.builds(lambda first, more: f"deferral {first} {first + timedelta(days=more)}", days, st.integers(0, 30))
pauses = st.lists(st.one_of(remedies, deferrals), max_size=2).map(tuple)
amounts = st.one_of(st.just(Decimal(0)), twin.yuan)
penalties = st.builds(
    money.Penalty,
    id=st.integers(1, 10**9),
    own=st.booleans(),
    decided_by=st.sampled_from(["", "市应急局"]),
    heaviest=st.sampled_from([None, "fine", "warning"]),
    party=st.sampled_from(["1", "2", "甲"]),
    party_kind=st.sampled_from(["person", "organisation"]),
    premises_id=st.one_of(st.none(), st.integers(1, 3)),
    round_began_at=instants,
    opened_at=twin.instants,
    waived_at=instants,
    decided_at=instants,
    served_at=instants,
    ended_at=instants,
    revoked_at=instants,
    changed_at=instants,
    fine_yuan=amounts,
    changed_fine_yuan=st.one_of(st.none(), amounts),
    confiscated_yuan=amounts,
    paid_yuan=amounts,
    pauses=pauses,
    surcharge_stated=st.sampled_from([True, True, False]),
)


@settings(max_examples=150, phases=[Phase.generate], deadline=None)
@given(
    st.lists(penalties, max_size=12),
    st.sampled_from([AS_OF, E, S + timedelta(days=10), E + timedelta(days=40)]),
    st.booleans(),
)
def test_every_rule_answers_for_many_as_for_each(facts: list[money.Penalty], as_of: Any, all_sources: bool):
    bounds = bounds_of(PERIOD, as_of, all_sources=all_sources)
    many = Penalties.of(facts)
    for rule in RULES:
        told = [rule(fact, bounds) for fact in facts]
        found = many.ask(rule, bounds).tolist()
        assert found == [int(each * 100) if isinstance(each, Decimal) else each for each in told]
    one_by_one, all_at_once = {"penalty": facts}, {"penalty": many}
    assert money.TELLING.laid_out(all_at_once, bounds) == money.TELLING.laid_out(one_by_one, bounds)
    assert sheets.tables(all_at_once, bounds) == sheets.tables(one_by_one, bounds)
    assert money.TELLING.counted_in(all_at_once, bounds) == money.TELLING.counted_in(one_by_one, bounds)


@settings(
    max_examples=15,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(twin.drawn)
def test_columns_of_the_database_tell_what_its_facts_tell(session: Session, drawn: Drawn):
    root = make_grid(session)
    with clock.set_to(AS_OF):
        street = street_of(session, root)
        _put(street, drawn)
        area = area_of(session, root.id)
        listed, bounds = facts_of(session, area, PERIOD, "monthly", Given())
        counted, same = facts_of(session, area, PERIOD, "monthly", Given(), listed=False)
        assert same == bounds
        assert sheets.figures(counted, bounds) == sheets.figures(listed, bounds)
        assert sheets.tables(counted, bounds) == sheets.tables(listed, bounds)


def test_a_part_of_the_street_is_told_of_its_own_by_the_tree_of_the_day(session: Session):
    root = make_grid(session)
    east, west = (make_grid(session, parent=root, level=Level.COMMUNITY, west=w) for w in (119.951, 119.955))
    moved = make_grid(session, parent=west, level=Level.GRID, west=119.956, valid_to=date(2017, 3, 15))
    old = session.scalars(select(GridVersion).where(GridVersion.grid_id == moved.id)).one()
    same = {column.name: getattr(old, column.name) for column in GridVersion.__table__.columns if column.name != "id"}
    session.add(GridVersion(**{**same, "parent_id": east.id, "valid_from": old.valid_to, "valid_to": None}))
    session.flush()
    street = street_of(session, root)
    at_moved = street.premises(grid=moved)
    paid = {"2017-03-11 09:00": 40, "2017-03-16 09:00": 2}
    street.penalty("2017-03-19 23:59", 100, premises=at_moved, paid=paid)  # opened on the last day in the west
    street.penalty("2017-03-20 00:00", 1000, grid_id=moved.id)
    street.penalty("2017-03-12 09:00", 10_000)
    told = {}
    with clock.set_to(AS_OF):
        for name, grid in (("root", root), ("west", west), ("east", east), ("moved", moved)):
            for listed in (True, False):
                facts, bounds = facts_of(session, area_of(session, grid.id), PERIOD, "monthly", Given(), listed=listed)
                figures = sheets.figures(facts, bounds)
                told[name, listed] = [figures[f"penalties.{key}"]["value"] for key in ("fined_yuan", "paid_yuan")]
    for listed in (True, False):
        assert told["root", listed] == ["11100.00", "42.00"]
        assert told["west", listed] == ["100.00", "40.00"]
        assert told["east", listed] == ["1000.00", "2.00"]
        assert told["moved", listed] == ["1100.00", "42.00"]


def test_rows_of_the_table_by_kind_are_told_alike_by_columns(session: Session):
    street = street_of(session, make_grid(session))
    here, there = street.premises(), street.premises()
    visit = street.visit(street.round("2017-03-05 20:00"), there)
    for more in (
        {"heaviest": "fine", "premises": here},
        {"heaviest": "warning", "party": "甲 ", "party_kind": PartyKind.PERSON},
        {"heaviest": "warning", "party": "甲", "party_kind": PartyKind.PERSON},
        {"heaviest": "warning", "party": "甲"},
        {"heaviest": "fine", "visit_id": visit.id, "party": "乙"},
        {"heaviest": "fine"},
        {"heaviest": "fine"},
        {"own": False, "by": "区环保局", "heaviest": "fine", "premises": here},
        {"own": False, "by": "市应急局", "heaviest": "fine", "party": "丙"},
        {"kinds": ()},
    ):
        street.penalty("2017-03-10 09:00", 100, **more)  # type: ignore[arg-type]
    with clock.set_to(AS_OF):
        area = area_of(session, street.root.id)
        listed, bounds = facts_of(session, area, PERIOD, "monthly", Given(all_sources=True))
        counted, _ = facts_of(session, area, PERIOD, "monthly", Given(all_sources=True), listed=False)
    rows = sheets.tables(counted, bounds)["penalties_by_kind"]
    assert rows == sheets.tables(listed, bounds)["penalties_by_kind"]
    assert [(row["key"], row["decided"], row["others_decided"], row["premises"]) for row in rows] == [
        ("warning", 3, 0, 0), ("fine", 4, 0, 2), ("other", 1, 0, 0), ("by:区环保局", 0, 1, 1), ("by:市应急局", 0, 1, 0),
    ]  # fmt: skip
    figures = sheets.figures(counted, bounds)
    assert figures == sheets.figures(listed, bounds)
    parties = [figures[f"penalties.parties{suffix}"]["value"] for suffix in ("", "_organisations", "_persons")]
    assert parties == [7, 6, 1]


def test_facts_that_were_only_counted_cannot_be_shown(session: Session):
    street = street_of(session, make_grid(session))
    street.penalty("2017-03-10 09:00", 100)
    with clock.set_to(AS_OF):
        facts, bounds = facts_of(session, area_of(session, street.root.id), PERIOD, "monthly", Given(), listed=False)
    figure = money.TELLING.find("penalties.decided")
    assert figure is not None
    counted = figure.counted(facts, bounds)
    assert len(counted) == 1
    with pytest.raises(LookupError):
        list(counted)


def test_columns_are_read_as_they_stand_on_both_databases(session: Session):
    street = street_of(session, make_grid(session))
    late, early = "2017-03-31 23:59:59.123456", "1999-12-31 23:59"
    made = street.penalty(late, Decimal("12.34"), own=False)
    street.pay(made, early, Decimal("0.05"))
    asked = (
        select(
            Penalty.id, Penalty.decided_at, Penalty.served_at, Penalty.own, Penalty.surcharge_stated,
            Penalty.fine, Penalty.changed_fine, Penalty.premises_id, Payment.paid_at,
            func.coalesce(literal("100%"), "").like("1%0%").label("percent"),
        )
        .join(Payment, Payment.penalty_id == Penalty.id)
    )  # fmt: skip
    found = {
        name: column.tolist() for name, column in read_columns(session, asked.where(Penalty.id == made.id)).items()
    }
    assert found == {
        "id": [made.id], "decided_at": [columns.micros(at(late))], "served_at": [NEVER], "own": [False],
        "surcharge_stated": [True], "fine": [1234], "changed_fine": [0], "premises_id": [0],
        "paid_at": [columns.micros(at(early))], "percent": [True],
    }  # fmt: skip
    nothing = read_columns(session, asked.where(Penalty.id == 0))
    assert {len(column) for column in nothing.values()} == {0}
    with pytest.raises(TypeError):
        read_columns(session, select(Penalty.party))


def test_the_local_day_of_a_column_is_that_of_each_instant():
    told = [at("2017-03-01 00:00"), at("2017-02-28 23:59:59"), at("1988-07-01 00:30"), None]
    found = columns.local_days(columns.instants(told)).tolist()
    assert found == [clock.local_date(each).toordinal() if each else 0 for each in told]
    assert columns.instant(NEVER) is None
    assert columns.instant(columns.micros(told[0])) == told[0]


def test_bounds_are_compared_with_columns_as_with_instants():
    bounds: Bounds = bounds_of(PERIOD, AS_OF)
    own = ColumnBounds.of(bounds)
    told = [S, E, S - timedelta(microseconds=1), E - timedelta(microseconds=1), AS_OF, None]
    column = columns.instants(told)
    for ask in ("within", "before_end", "known", "stands", "overdue"):
        assert np.asarray(getattr(own, ask)(column)).tolist() == [getattr(bounds, ask)(each) for each in told]
