"""The published bulletins and the edges agree with expected.json in every figure, counted whole and by parts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.core import periods
from gridops.figures import service
from gridops.figures.rules.tally import Counted
from tests.conftest import shared
from tests.figures.loading import put_folder

pytestmark = pytest.mark.acceptance

FOLDERS = ("edges", "tianmen-2016-12")  # the largest is counted through the commands (tests/cli/test_acceptance.py)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_published_figure_agrees(session: Session, name: str):
    folder = put_folder(session, shared("acceptance", name))
    period = periods.parse(str(folder.expected["period"]))
    made = service.figures_of(session, folder.root.id, period, "monthly")
    blocks: dict[str, Any] = {
        **folder.expected["expect"],
        **{k: v for k, v in folder.expected.items() if k[:3] == "by_"},
    }
    wrong = [(key, got, wanted) for key, got, wanted in _told(made, blocks) if str(got) != str(wanted)]
    assert wrong == []


@pytest.mark.parametrize("name", ["edges", "tianmen-2016-12"])
def test_parts_counted_apart_join_to_the_whole(session: Session, name: str):
    folder = put_folder(session, shared("acceptance", name))
    period = periods.parse(str(folder.expected["period"]))
    apart = [
        service.count(session, folder.root.id, period, part=[p]) for p in service.parts(session, folder.root.id, period)
    ]
    joined = service.merge(Counted.from_json(part.to_json()) for part in apart)
    assert joined == service.count(session, folder.root.id, period)


def _told(made: service.FigureSet, blocks: dict[str, Any]) -> Any:
    for name, wanted in blocks.items():
        if name.startswith("cases."):
            yield name, made.figures[name]["value"], wanted
        elif name.startswith("top_"):
            rows = [[row["key"], row["filed"]] for row in made.tables[name]]
            yield name, rows[: len(wanted)], wanted
        else:
            rows = {row["key"]: row for row in made.tables[name]}
            for key, columns in wanted.items():
                for column, value in columns.items():
                    yield f"{name}[{key}].{column}", rows[key][column], value
