"""Each row of acceptance/edges is one sharp corner of statistics.md: it counts in exactly the figures told."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from gridops.cases.rules.projection import project
from gridops.core import periods
from gridops.figures.queries.area import area_of
from gridops.figures.queries.rows import counted_rows
from gridops.figures.rules.rows import TURN_KEYS, flags_of, keys_of, turns_of
from tests.conftest import shared
from tests.figures.files import read_cases
from tests.figures.loading import put_folder

pytestmark = pytest.mark.acceptance


def test_every_sharp_corner_counts_exactly_where_it_should():
    expected = json.loads(shared("acceptance", "edges", "expected.json").read_text("utf-8"))
    period = periods.parse(expected["period"])
    counted = {}
    for told in read_cases(shared("acceptance", "edges", "cases.csv"), {}, {}):
        at_start, at_end = project(told.events, period.start), project(told.events, period.end)
        keys = keys_of(flags_of(period.start, period.end, at_start, at_end)) if at_end.reported_at else []
        turns = dict(zip(TURN_KEYS, turns_of(period.start, period.end, told.events), strict=True))
        counted[told.external_id] = sorted([*keys, *(key for key, number in turns.items() if number)])
    told_rows = {key: [k for k in keys if k not in ("pending_start", "pending_end")] for key, keys in counted.items()}
    assert told_rows == expected["rows"]


def test_the_database_counts_every_sharp_corner_as_the_rules_do(session: Session):
    folder = put_folder(session, shared("acceptance", "edges"))
    period = periods.parse(str(folder.expected["period"]))
    rows = counted_rows(session, area_of(session, folder.root.id), period)
    counted: dict[str, list[str]] = {name: [] for name in folder.numbers.values()}
    for row in rows.each():
        turns = [key for key in TURN_KEYS if getattr(row, key)]
        keys = [key for key in keys_of(row.flags) if key not in ("pending_start", "pending_end")]
        counted[folder.numbers[row.case_id]] = sorted([*keys, *turns])
    assert counted == folder.expected["rows"]
