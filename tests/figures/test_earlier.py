"""What a period tells of those before it: their late records, each once, and how its figures compare."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.moves import Move
from gridops.core import periods
from gridops.figures import service
from gridops.figures.queries import sets
from gridops.grids.models import Grid
from tests.factories import at, make_category, make_grid
from tests.figures.test_freezing import APRIL, AS_OF, MARCH, YEAR, freeze, put, told

MAY, JUNE = (periods.parse(label) for label in ("2017-05", "2017-06"))


@pytest.fixture
def street(session: Session) -> Grid:
    return make_grid(session)


def test_a_late_record_is_told_once_on_its_own_line_and_once_in_the_year(session: Session, street: Grid):
    category = make_category(session).id
    put(session, street, told(("2017-03-09 10:00", Move.REPORT), category=category), recorded="2017-03-09 10:01")
    march = freeze(session, street.id, MARCH, "monthly", AS_OF)
    own = told(("2017-03-20 10:00", Move.REPORT), ("2017-03-20 10:05", Move.SELF_HANDLE), category=category)
    put(session, street, own, recorded="2017-04-03 08:00", first_id=2)
    put(session, street, told(("2017-04-05 10:00", Move.REPORT), category=category), first_id=3)
    made = service.figures_of(session, street.id, APRIL, "monthly")
    assert made.figures["cases.reported"]["value"] == 1
    assert made.late_records == [{"period": "2017-03", "reported": 1, "self_handled": 1, "filed": 0}]
    assert service.records(session, street.id, APRIL, "monthly", "late_records").case_ids == (2,)
    april = freeze(session, street.id, APRIL, "monthly", at("2017-05-01 02:00"))
    assert april.late_records == made.late_records
    assert service.kept_records(session, april, "late_records").case_ids == (2,)
    assert service.recount(session, april).same
    assert service.recount(session, march).same
    may = service.figures_of(session, street.id, periods.parse("2017-05"), "monthly")
    assert may.late_records == []
    assert service.figures_of(session, street.id, YEAR, "yearly").figures["cases.reported"]["value"] == 3
    assert service.figures_of(session, street.id, APRIL, "special").late_records == []


@pytest.mark.parametrize("recorded", ["2017-03-31 23:00", "2017-04-03 08:00", "2017-05-20 08:00"])
@pytest.mark.parametrize("frozen_before", [1, 2])
def test_what_a_freeze_did_not_count_is_late_whenever_it_was_written(
    session: Session, street: Grid, recorded: str, frozen_before: int
):
    """Written while a freeze was reading: its time is from before the freeze, but it was not among what was read."""
    category = make_category(session).id
    for number, period in enumerate((MARCH, APRIL)[:frozen_before], start=1):
        day = f"2017-0{number + 2}-09 10:00"
        put(session, street, told((day, Move.REPORT), category=category), recorded=day, first_id=number)
        freeze(session, street.id, period, "monthly", period.end + timedelta(hours=2))
    put(session, street, told(("2017-03-20 10:00", Move.REPORT), category=category), recorded=recorded, first_id=9)
    telling, after = (APRIL, MAY) if frozen_before == 1 else (MAY, JUNE)
    for _ in range(2):  # as a draft, and as frozen
        made = service.figures_of(session, street.id, telling, "monthly")
        assert made.late_records == [{"period": "2017-03", "reported": 1, "self_handled": 0, "filed": 0}]
        assert service.records(session, street.id, telling, "monthly", "late_records").case_ids == (9,)
        if not sets.frozen_set(session, street.id, "monthly", telling.label):
            frozen = freeze(session, street.id, telling, "monthly", telling.end + timedelta(hours=2))
            assert service.kept_records(session, frozen, "late_records").case_ids == (9,)
            assert service.recount(session, frozen).same
    assert service.figures_of(session, street.id, after, "monthly").late_records == []


def test_a_case_that_a_newer_file_moved_into_a_frozen_period_is_late(session: Session, street: Grid):
    category = make_category(session).id
    put(session, street, told(("2017-02-20 10:00", Move.REPORT), category=category), recorded="2017-02-20 10:00")
    freeze(session, street.id, MARCH, "monthly", AS_OF)  # still waiting: kept, but not as reported in March
    session.execute(update(Case).values(reported_at=at("2017-03-20 10:00"), last_moved_at=at("2017-03-20 10:00")))
    session.execute(update(CaseEvent).values(happened_at=at("2017-03-20 10:00"), recorded_at=at("2017-04-09 10:00")))
    made = service.figures_of(session, street.id, APRIL, "monthly")
    assert [(line["period"], line["reported"]) for line in made.late_records] == [("2017-03", 1)]


def test_an_issued_period_without_any_record_before_it_compares_as_nothing(session: Session, street: Grid):
    service.mark_issued(session, freeze(session, street.id, MARCH, "monthly", AS_OF))
    category = make_category(session).id
    put(session, street, told(("2017-04-09 10:00", Move.REPORT), category=category))
    made = service.figures_of(session, street.id, APRIL, "monthly")
    assert (made.figures["cases.reported"]["value"], made.figures["cases.reported"]["previous"]) == (1, None)
    assert {row["previous"] for row in made.tables["by_source"]} == {None}


def test_comparisons_take_issued_figures_and_recount_others(session: Session, street: Grid):
    category = make_category(session).id
    for month, number in ((3, 3), (4, 2)):
        cases = [
            told(
                (f"2017-0{month}-0{day + 1} 10:00", Move.REPORT),
                (f"2017-0{month}-0{day + 1} 11:00", Move.FILE),
                category=category,
            )
            for day in range(number)
        ]
        put(session, street, *cases, first_id=month * 100)
    recounted = service.figures_of(session, street.id, APRIL, "monthly").figures["cases.filed"]
    assert (recounted["previous"], recounted["change_pct"], recounted["last_year"]) == (3, "-33.33", None)
    march = freeze(session, street.id, MARCH, "monthly", AS_OF)
    later = told(("2017-03-20 10:00", Move.REPORT), ("2017-03-20 11:00", Move.FILE), category=category)
    put(session, street, later, recorded="2017-04-02 00:00", first_id=900)

    def previous() -> object:
        return service.figures_of(session, street.id, APRIL, "monthly").figures["cases.filed"]["previous"]

    assert previous() == 4
    service.mark_issued(session, march)
    assert previous() == 3
    first = service.figures_of(session, street.id, MARCH, "monthly").figures["cases.filed"]
    assert (first["previous"], first["change_pct"]) == (None, None)
    quiet = service.figures_of(session, street.id, periods.parse("2017-06"), "monthly").figures["cases.filed"]
    assert (quiet["value"], quiet["previous"], quiet["change_pct"]) == (0, 0, None)
