"""Names on the small map of a case: where two would be written over each other one is left out."""

from __future__ import annotations

import pytest

from gridops.web.smallmap import Area, readable


def named(name: str, x: float, y: float, own: bool = False) -> Area:
    return Area("M0 0Z", own, name, x, y)


@pytest.mark.parametrize(
    ("areas", "written"),
    [
        # side by side, and one below the other
        ([named("祥龙第八网格", 100, 50), named("祥龙第九网格", 180, 50), named("祥龙第十网格", 100, 70)], 3),
        ([named("祥龙第九网格", 400, 90), named("祥龙第十网格", 450, 86)], 1),  # over each other
        # one that is left out leaves room for the next
        ([named("甲甲甲甲", 100, 50), named("乙乙乙乙", 130, 50), named("丙丙丙丙", 160, 50)], 2),
        (
            [named("", 100, 50), named("祥龙第八网格", 100, 50)],
            1,
        ),  # one without room for its name
    ],
)
def test_no_name_is_written_over_another(areas: list[Area], written: int) -> None:
    assert sum(bool(area.name) for area in readable(areas)) == written


def test_the_name_of_the_own_grid_always_stands_and_is_drawn_last() -> None:
    found = readable([named("祥龙第九网格", 400, 90), named("祥龙第八网格", 410, 90, own=True)])
    assert [area.name for area in found] == ["", "祥龙第八网格"]
