"""Areas drawn on the map: which points lie in one, and how one stands in an address; the database says the same."""

import pytest

from gridops.cases.forms import Location
from gridops.cases.queries import listing
from gridops.cases.queries.export import export_rows
from gridops.cases.rules.areas import bounds, holds, parse_area, written_area
from gridops.cases.rules.moves import State
from gridops.cases.rules.queue import QueueFilter, Sort
from gridops.people.queries import scope_of
from tests.cases.world import World

SQUARE = ((119.0, 31.0), (120.0, 31.0), (120.0, 32.0), (119.0, 32.0))
# An L: its notch is in the north-east.
CORNER = ((119.0, 31.0), (120.0, 31.0), (120.0, 31.5), (119.5, 31.5), (119.5, 32.0), (119.0, 32.0))
# A line that crosses itself: the two triangles count, what lies between them does not.
BOW = ((119.0, 31.0), (120.0, 32.0), (120.0, 31.0), (119.0, 32.0))


@pytest.mark.parametrize(
    ("area", "lon", "lat", "inside"),
    [
        (SQUARE, 119.5, 31.5, True),  # the middle
        (SQUARE, 118.9, 31.5, False),  # west of it
        (SQUARE, 120.1, 31.5, False),  # east of it
        (SQUARE, 119.5, 32.5, False),  # north of it
        (SQUARE, 119.0, 31.0, True),  # the south-west corner belongs to it,
        (SQUARE, 120.0, 32.0, False),  # the north-east one to the next, so that tiles of squares hold each point once
        (tuple(reversed(SQUARE)), 119.5, 31.5, True),  # drawn the other way round
        (CORNER, 119.75, 31.75, False),  # in the notch
        (CORNER, 119.25, 31.75, True),  # beside the notch
        (BOW, 119.2, 31.5, True),  # the western triangle
        (BOW, 119.5, 31.9, False),  # above the crossing
        (((119.0, 31.0), (120.0, 31.0), (119.5, 31.0)), 119.5, 31.0, False),  # a line holds nothing
    ],
)
def test_a_point_lies_in_an_area_or_not(area, lon: float, lat: float, inside: bool):
    assert holds(area, lon, lat) is inside


def test_an_area_is_read_as_it_was_written():
    assert parse_area(written_area(CORNER)) == CORNER
    assert bounds(CORNER) == (119.0, 31.0, 120.0, 32.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "119_31",
        "119_31~120_31",
        "1_2~3_4~5",
        "nan_1~2_3~4_5",
        "181_0~1_1~2_2",
        "1_2~３_4~5_6",
        "~".join(["1_2"] * 41),
    ],
)
def test_what_is_no_area_is_refused(text: str):
    with pytest.raises(ValueError):
        parse_area(text)


def test_lists_counts_and_files_hold_what_lies_in_an_area(world: World):
    """Open cases by the index of their tiles, the others in windows of rows; with words and without a place too."""
    inside = [(119.9551, 31.8553), (119.9561, 31.8568)]
    for n, (lon, lat) in enumerate([*inside, (119.9559, 31.8551), (119.9651, 31.8551)]):
        world.report(location=Location(lon, lat), address=f"路{n}号")
    world.closed(location=Location(*inside[0]), address="路9号")
    world.report(location=None, grid=world.east.code)
    # A triangle whose southern side the third point lies below: in its box and not in it.
    area = ((119.955, 31.855), (119.957, 31.857), (119.955, 31.857))
    scope = scope_of(world.session, world.people["desk"])

    def found(sort: Sort = Sort.REPORTED, **more) -> set[tuple[str, State]]:
        rows = listing.queue(world.session, scope, QueueFilter(area=area, **more), sort=sort, limit=2)
        again = listing.queue(world.session, scope, QueueFilter(area=area, **more), sort=sort, after=rows.next)
        return {(row.address, row.state) for row in [*rows.rows, *(again.rows if rows.next else [])]}

    still = {("路0号", State.REPORTED), ("路1号", State.REPORTED)}
    for sort in Sort:
        assert found(sort) == still | {("路9号", State.CLOSED)}
        assert found(sort, states=(State.REPORTED,)) == still
    assert found(text="路1") == {("路1号", State.REPORTED)}
    assert listing.count_up_to(world.session, scope, QueueFilter(area=area)) == 3
    assert {row["address"] for row in export_rows(world.session, scope, QueueFilter(area=area))} == {
        "路0号",
        "路1号",
        "路9号",
    }
