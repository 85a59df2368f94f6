"""A figure by territory is that of each grid's own paper: whatever it is, at any level, and never one of penalties."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from gridops.cases.rules.moves import Move, Source
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.figures import service
from gridops.figures.rules.tables import OF_CASES
from gridops.figures.service import TERRITORIAL, by_territory, territories
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.inspections.rules import OrderKind
from gridops.operations.rules import TallyKind
from tests.factories import at, make_category, make_grid, make_unit
from tests.figures.histories import PERIOD
from tests.figures.loading import Put, put_cases
from tests.figures.street import Street, street_of
from tests.figures.test_freezing import told

pytestmark = pytest.mark.both
NOW = at("2017-04-02 09:00")


@pytest.fixture
def places(session: Session) -> dict[str, Grid]:
    root = make_grid(session)
    east, west = (make_grid(session, parent=root, level=Level.COMMUNITY, west=w) for w in (119.951, 119.955))
    return {
        "root": root,
        "east": east,
        "west": west,
        "e1": make_grid(session, parent=east, level=Level.GRID, west=119.952),
        "w1": make_grid(session, parent=west, level=Level.GRID, west=119.956),
    }


@pytest.fixture
def street(session: Session, places: dict[str, Grid]) -> Street:
    """A month with something of everything: in both grids, on a community itself, on the street itself."""
    made = street_of(session, places["root"])
    at_e1, at_w1, nowhere = (made.premises(grid=places[name]) if name else made.premises() for name in ("e1", "w1", ""))
    both = made.round("2017-03-03 21:00", grid=places["w1"], checked=True)
    made.visit(both, at_e1, findings=3, corrected=(at("2017-03-20 09:00"),), order=OrderKind.ORDER, due="2017-03-15")
    made.visit(both, nowhere, findings=1)
    made.visit(made.round("2017-03-09 21:00"), at_w1)
    made.outing("2017-03-05 09:00", grid=places["e1"], tallies=((TallyKind.PERSUADED, 7), (TallyKind.TIDIED, 2)))
    made.outing("2017-03-06 09:00", tallies=((TallyKind.PERSUADED, 5),))
    made.penalty("2017-03-19 10:00", 100, premises=at_e1)
    category, unit = make_category(session).id, make_unit(session, places["root"], "LHT-HW").id
    late = told(
        ("2017-03-01 08:00", Move.REPORT), ("2017-03-01 09:00", Move.ACCEPT), ("2017-03-01 09:30", Move.FILE),
        ("2017-03-01 10:00", Move.DISPATCH), category=category, unit=unit, due="2017-03-03 09:00",
    )  # fmt: skip
    versions = {row.grid_id: row.id for row in session.query(GridVersion)}
    where = [places[name] for name in ("e1", "e1", "w1", "west", "root")]
    put_cases(
        session,
        places["root"].id,
        (Put(versions[grid.id], grid.id, 0, late, source=Source.ASSESSMENT) for grid in where),
    )
    return made


@pytest.mark.parametrize("level", [None, Level.COMMUNITY, Level.GRID])
def test_every_figure_of_every_grid_is_that_of_its_own_paper(
    session: Session, street: Street, places: dict[str, Grid], level: Level | None
):
    told_alike, other = ("value", "numerator", "denominator", "unit", "definition"), []
    with clock.set_to(NOW):
        own = {grid.id: service.figures_of(session, grid.id, PERIOD, "monthly").figures for grid in places.values()}
        seen = set()
        for key in TERRITORIAL:
            for line in by_territory(session, street.root.id, PERIOD, "monthly", key, level).lines:
                if line.grid_id == street.root.id:
                    continue  # 本级: a part of the street's own figure
                seen.add(line.grid_id)
                other += [
                    (key, line.code, name, line.figure[name], own[line.grid_id][key][name])
                    for name in told_alike
                    if line.figure[name] != own[line.grid_id][key][name]
                ]
    assert other == []
    names = ("e1", "w1") if level is Level.GRID else ("east", "west")
    assert seen == {places[name].id for name in names}


def test_what_is_said_to_add_up_does(session: Session, street: Street):
    with clock.set_to(NOW):
        whole = service.figures_of(session, street.root.id, PERIOD, "monthly").figures
        more = set()
        for key in (key for key in TERRITORIAL if whole[key]["unit"] != "percent"):
            for level in (None, Level.GRID):
                lines = by_territory(session, street.root.id, PERIOD, "monthly", key, level).lines
                total = sum(Decimal(line.figure["value"]) for line in lines)
                if service.adds_up(key):
                    assert total == Decimal(whole[key]["value"]), key
                elif total != whole[key]["value"]:
                    more.add(key)
    assert more == {"rounds.held", "rounds.people_turns", "rounds.officer_turns"}


def test_what_lies_on_the_street_itself_has_a_line_of_its_own(session: Session, street: Street):
    with clock.set_to(NOW):
        for level in (None, Level.GRID):
            for key in ("cases.filed", "cases.overdue_open", "tallies.persuaded", "visits.made"):
                lines = by_territory(session, street.root.id, PERIOD, "monthly", key, level).lines
                assert lines[-1].grid_id == street.root.id
                assert lines[-1].figure["value"]


@pytest.mark.parametrize("level", [None, Level.GRID])
@pytest.mark.parametrize("key", ["cases.filed", "cases.closing_rate", "assessment.problems"])
def test_behind_what_lies_on_the_street_itself_stand_exactly_its_cases(
    session: Session, street: Street, key: str, level: Level | None
):
    own = {"table": "by_grid", "row": street.root.code, "level": level}
    with clock.set_to(NOW):
        last = by_territory(session, street.root.id, PERIOD, "monthly", key, level).lines[-1]
        if service.lists_facts(key):
            facts = service.fact_records(session, street.root.id, PERIOD, "monthly", key, **own).facts
            listed = [fact.id for fact in facts]
        else:
            listed = list(service.records(session, street.root.id, PERIOD, "monthly", key, **own).case_ids)
    # The fourth lies on a community: in none of the grids.
    assert listed == ([4, 5] if level else [5])
    assert len(listed) == (last.figure["denominator"] or last.figure["value"])


def test_a_month_before_anything_was_on_record_has_no_value_and_not_zero(session: Session, street: Street):
    january = PERIOD.previous().previous()
    with clock.set_to(NOW):
        for key in ("cases.reported", "visits.made", "cases.filing_rate"):
            assert {
                line.figure["value"] for line in by_territory(session, street.root.id, january, "m", key).lines
            } == {None}
        march = by_territory(session, street.root.id, PERIOD, "m", "cases.self_handled").lines
        assert {line.figure["value"] for line in march} == {0}


def test_penalties_are_never_told_by_territory(session: Session, street: Street):
    assert not [key for key in TERRITORIAL if key.startswith(("penalties.", "premises."))]
    assert OF_CASES.keys() <= set(TERRITORIAL)
    for key in ("penalties.decided", "penalties.fined_yuan", "rounds.premises_penalised", "matters.late", "nothing"):
        with pytest.raises(Invalid):
            by_territory(session, street.root.id, PERIOD, "monthly", key)


def test_another_figure_of_the_same_month_counts_no_case_again(session: Session, street: Street, monkeypatch):
    asked = []
    counted_rows = territories.counting.counted_rows
    monkeypatch.setattr(territories.counting, "counted_rows", lambda *given: asked.append(1) or counted_rows(*given))

    def told(grid: int, key: str, level: Level | None = None) -> service.ByTerritory:
        return by_territory(session, grid, PERIOD, "monthly", key, level)

    with clock.set_to(NOW):
        first = told(street.root.id, "cases.filed")
        told(street.root.id, "cases.closing_rate", Level.GRID)
        told(first.lines[0].grid_id, "cases.filed")
    assert (len(asked), first.as_of) == (1, NOW)
    with clock.set_to(NOW + timedelta(minutes=2)):
        assert told(street.root.id, "cases.filed").as_of > NOW
    assert len(asked) == 2


def test_the_running_month_is_told_as_it_was_kept_last(session: Session, street: Street):
    now = at("2017-03-20 09:00")
    with clock.set_to(now - timedelta(minutes=2)):
        kept = service.count_now(session, street.root.id, PERIOD, "monthly")
        service.keep(session, street.root.id, PERIOD, "monthly", kept)
    east = kept.figures.tables["by_grid"][0]["key"]
    below = next(grid.id for grid in session.query(Grid) if grid.code == east)
    with clock.set_to(now):
        for grid_id, level in ((street.root.id, None), (street.root.id, Level.GRID), (below, None)):
            found, other = (
                by_territory(session, grid_id, PERIOD, series, "cases.overdue_open", level)
                for series in ("monthly", "special")
            )
            assert (found.as_of, other.as_of) == (kept.as_of, now)
            told = [(line.code, line.figure["value"]) for line in found.lines]
            assert told == [(line.code, line.figure["value"]) for line in other.lines]
            assert sum(value for _, value in told) > 0
    assert kept.figures.figures["cases.overdue_open"]["value"] == 5
