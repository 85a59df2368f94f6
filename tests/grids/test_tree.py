from __future__ import annotations

from datetime import date

import pytest

from gridops.grids.rules import Level
from gridops.grids.rules.tree import Territory, Version

BEFORE, CHANGE, AFTER = date(2017, 3, 31), date(2017, 4, 1), date(2017, 4, 2)


def version(
    version_id: int, grid_id: int, parent: int | None, start: date | None = None, end: date | None = None
) -> Version:
    code = "ABCDEF"[grid_id - 1]
    return Version(version_id, grid_id, 1, parent, code, code.lower(), Level.GRID, 10.0, start, end)


@pytest.fixture
def territory() -> Territory:
    """A over B and C; D lies in B until the end of March and in C from April; E is below D; F came in April below A."""
    return Territory(
        [
            version(11, 1, None),
            version(12, 2, 1),
            version(13, 3, 1),
            version(14, 4, 2, None, CHANGE),
            version(24, 4, 3, CHANGE),
            version(15, 5, 4),
            version(16, 6, 1, CHANGE),
        ]
    )


def test_the_tree_of_a_day(territory: Territory) -> None:
    before, after = territory.tree(BEFORE), territory.tree(CHANGE)
    assert (before.children(1), after.children(1)) == ((2, 3), (2, 3, 6))
    assert (before.path(5), after.path(5)) == ((1, 2, 4, 5), (1, 3, 4, 5))
    assert before.descendants(2) == {2, 4, 5}
    assert after.descendants(2) == {2}
    assert before.descendants(6) == frozenset()
    assert before.path(6) == ()
    assert after.by_code["F"].grid_id == 6
    assert [after.nodes[i].depth for i in (1, 2, 4, 5)] == [0, 1, 2, 3]
    assert (after.roots(), after.root(5), before.root(6)) == ((1,), 1, None)


def test_days_without_a_change_share_one_tree(territory: Territory) -> None:
    assert territory.tree(CHANGE) is territory.tree(AFTER)
    assert territory.tree(BEFORE) is territory.tree(date(1999, 1, 1))
    assert territory.tree(BEFORE) is not territory.tree(CHANGE)


def test_the_direct_child_that_holds_a_grid(territory: Territory) -> None:
    tree = territory.tree(BEFORE)
    assert [tree.child_of(1, grid) for grid in (1, 2, 4, 5)] == [1, 2, 2, 2]
    assert tree.child_of(3, 5) is None
    assert tree.child_of(1, 99) is None


def test_a_record_counts_where_it_lay_on_its_day(territory: Territory) -> None:
    assert territory.rollup(1, 14) == 2  # D as it was in March
    assert territory.rollup(1, 24) == 3
    assert territory.rollup(1, 15, BEFORE) == 2
    assert territory.rollup(1, 15, AFTER) == 3
    assert territory.rollup(1, 15) == 3  # E's version is still valid: the tree as it stands
    assert territory.rollup(1, 11) == 1  # 本级
    assert territory.rollup(2, 12) == 2
    assert territory.rollup(2, 24) is None
    assert territory.rollup(1, 999) is None


def test_a_tree_with_a_circle_does_not_hang() -> None:
    territory = Territory([version(11, 1, 2), version(12, 2, 1)])
    assert territory.tree(BEFORE).path(1) == (2, 1)
    assert territory.tree(BEFORE).descendants(1) >= {1, 2}
