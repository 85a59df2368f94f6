"""Three ways to one answer: a naive twin from the sentences, the conditions in Python, the conditions in SQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.cases.models import Case, CaseEvent
from gridops.cases.rules.facts import Event
from gridops.cases.rules.projection import project
from gridops.figures import service
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.queries.times import facts_texts
from gridops.figures.rules.kept import flags_from
from gridops.figures.rules.rows import TURN_KEYS, flags_of, keys_of, turns_of
from gridops.figures.rules.tally import add_up, check_equations, check_sums
from gridops.figures.service import freezing
from gridops.grids.models import GridVersion
from tests.factories import make_category, make_grid, make_unit
from tests.figures import twin
from tests.figures.histories import PERIOD, E, S, histories
from tests.figures.loading import Put, put_cases

pytestmark = pytest.mark.both


def by_rules(events: list[Event]) -> dict[str, int]:
    facts = project(events, before=E)
    flags = flags_of(S, E, project(events, before=S), facts) if facts.reported_at else 0
    return {
        **dict.fromkeys(keys_of(flags), 1),
        **{key: n for key, n in zip(TURN_KEYS, turns_of(S, E, events), strict=True) if n},
    }


def by_twin(events: list[Event]) -> dict[str, int]:
    return {key: number for key, number in twin.counts(events, S, E).items() if number}


@settings(max_examples=400, deadline=None)
@given(histories)
def test_the_conditions_say_what_the_sentences_say(events: list[Event]):
    assert by_rules(events) == by_twin(events)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(histories, min_size=1, max_size=12))
def test_the_database_counts_every_history_like_the_twin(session: Session, cases: list[list[Event]]):
    root = session.info.get("root") or _territory(session)
    session.execute(delete(CaseEvent))
    session.execute(delete(Case))
    put = put_cases(session, root, (Put(*session.info["grid"], 0, _named(session, events)) for events in cases))
    area = area_of(session, root)
    rows = counted_rows(session, area, PERIOD)
    counted = {
        row.case_id: {
            **dict.fromkeys(keys_of(row.flags), 1),
            **{key: getattr(row, key) for key in TURN_KEYS if getattr(row, key)},
        }
        for row in rows.each()
    }
    assert counted == {case_id: found for case_id, case in put.items() if (found := by_twin(list(case.events)))}
    for row in rows.each():
        then = twin.Known(list(put[row.case_id].events), E)
        assert (row.unit_id, row.category_id) == (then.unit_id, then.category_id)
    texts = facts_texts(session, area, PERIOD, rows)
    again = flags_from([texts[case_id] for case_id in rows.case_id.tolist()], S, E)
    assert again.tolist() == rows.flags.tolist()
    service.rebuild_days(session, [f"{root}:2017-03-{day:02d}" for day in range(1, 32)])
    freezing._check_days(session, area, PERIOD, rows)
    whole = add_up(rows)
    check_equations(whole)
    check_sums(whole)


def _territory(session: Session) -> int:
    root = make_grid(session)
    version = session.query(GridVersion).filter_by(grid_id=root.id).one()
    session.info["root"] = root.id
    session.info["grid"] = (version.id, root.id)
    session.info["units"] = {n: make_unit(session, root).id for n in (1, 2, 3)}
    session.info["categories"] = {n: make_category(session, f"010{n}").id for n in (1, 2)}
    return root.id


def _named(session: Session, events: list[Event]) -> list[Event]:
    units, categories = session.info["units"], session.info["categories"]
    return [
        replace(e, unit_id=units.get(e.unit_id), category_id=categories.get(e.category_id) if e.category_id else None)
        for e in events
    ]
