"""The map of the desk: its layers, and what a window shows."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import transaction
from gridops.figures.service import TERRITORIAL, lists_cases
from gridops.grids.models import Grid, GridVersion
from tests.factories import at
from tests.web.street import EAST_POINT, Street


def test_the_map_page_names_its_layers(street: Street):
    page = street.browser("desk").get("/desk/map")
    for words in ("图例", "待派遣", "超期"):
        assert words in page.text


def test_the_map_asks_for_what_its_window_shows(street: Street):
    reported, filed = street.report(address="飞龙路" * 20), street.filed()
    east = street.report("eastern", EAST_POINT)
    browser = street.browser("desk")

    def window(bbox: str, states: str) -> dict:
        return browser.get(f"/desk/map/cases?bbox={bbox}&state={states}").json

    whole = window("119,31,121,33", "reported,filed")
    assert {point["number"] for point in whole["points"]} == {reported.number, filed.number, east.number}
    assert whole["counts"] == {"reported": 2, "filed": 1}
    point = next(point for point in whole["points"] if point["number"] == reported.number)
    assert point["where"] == ("飞龙路" * 20)[:24]
    assert (point["state"], point["overdue"], point["unit"]) == ("reported", False, "")
    assert window("119,31,119.0001,31.0001", "reported,filed") == {"points": [], "clusters": [], "counts": {}}
    assert window("119,31,121,33", "closed")["points"] == []


def test_a_window_of_many_cases_is_clusters_and_stays_small(street: Street, monkeypatch):
    monkeypatch.setattr("gridops.web.desk.map._OPEN", 2)
    for _ in range(3):
        street.report()
    found = street.browser("desk").get("/desk/map/cases?bbox=119,31,121,33&state=reported").json
    assert (found["points"], found["counts"]) == ([], {"reported": 3})
    assert [some[2:] for some in found["clusters"]] == [[3, 0]]
    with clock.set_to(at("2017-03-06 09:30")):
        street.filed()
    found = street.browser("desk").get("/desk/map/cases?bbox=119,31,121,33&state=reported,filed").json
    assert [some[2:] for some in found["clusters"]] == [[4, 1]]


def test_closed_cases_are_points_of_the_map_too(street: Street):
    checked = street.move(street.checking(), Move.CHECK_PASSED, "inspector")
    closed = street.move(checked, Move.CLOSE, "desk", closing_condition=street.condition_id)
    found = street.browser("desk").get("/desk/map/cases?bbox=119,31,121,33&state=closed,reported").json
    assert [point["number"] for point in found["points"]] == [closed.number]
    assert found["counts"] == {"closed": 1}


@pytest.mark.parametrize("query", ["bbox=1,2,3", "bbox=nan,1,2,3", "bbox=9,1,2,3", "bbox=1,1,2,2&state=lost"])
def test_a_window_that_cannot_be_read_is_refused(street: Street, query: str):
    assert street.browser("desk").get(f"/desk/map/cases?{query}").status_code == 422


def test_a_figure_colours_the_grids_below_one_and_leads_to_its_cases(street: Street):
    street.report()
    filed = street.filed()
    desk = street.browser("desk")
    told = desk.get("/desk/map/figures").json
    assert (told["above"], told["figure"]["key"]) == (None, "cases.reported")
    assert sorted((row["value"], row["step"]) for row in told["rows"]) == [("0", 0), ("2", 2)]
    assert [one["text"] for one in told["classes"]] == ["没有数据", "0", "1", "2", "3", "4", "5"]
    rate = desk.get("/desk/map/figures?figure=cases.filing_rate").json
    row = next(row for row in rate["rows"] if row["denominator"])
    assert (row["value"], row["numerator"], row["denominator"], row["step"]) == ("100.00", 1, 1, 5)
    # Nothing below the line is no data, and not zero.
    others = [(each["value"], each["step"], each["list"]) for each in rate["rows"] if not each["denominator"]]
    assert others == [(None, None, None)]
    assert rate["figure"]["parts"] == ["立案数", "受理数"]
    page = desk.get(row["list"])
    assert page.text.count(f">{filed.number}<") == 1
    assert "受理数" in page.text
    below = desk.get(f"/desk/map/figures?at={row['code']}").json
    assert (below["above"], below["name"]) == (told["code"], row["name"])


def test_every_figure_offered_colours_the_map_at_each_level_and_none_is_of_penalties(street: Street):
    desk = street.browser("desk")
    keys = re.findall(r'<option value="([a-z]+\.[a-z0-9_]+)">', desk.get("/desk/map").text)
    assert sorted(keys) == sorted(TERRITORIAL)
    assert not [key for key in keys if key.startswith(("penalt", "premises."))]
    for key in keys:
        assert desk.get(f"/desk/map/figures?figure={key}&level=community").status_code == 200, key
    assert desk.get("/desk/map/figures?figure=penalties.decided").status_code == 422


def test_the_cases_behind_a_colour_are_those_of_grids_in_sight(street: Street):
    west, east = street.report(), street.report("eastern", EAST_POINT)
    where = f"/desk/map/figures/cases?at={street.west}&figure="
    listed = street.browser("desk").get(where + "cases.reported").text
    assert (west.number in listed, east.number in listed) == (True, False)
    assert street.browser("eastern_desk").get(where + "cases.reported").status_code == 404
    desk = street.browser("desk")
    for key in ("visits.made", "penalties.decided", "nothing"):
        assert desk.get(where + key).status_code == 404
    for key in filter(lists_cases, TERRITORIAL):
        for own in ("", "1"):
            assert desk.get(f"/desk/map/figures/cases?figure={key}&own={own}").status_code == 200, key


def test_who_sees_only_a_grid_that_has_ended_still_has_a_map(street: Street):
    with transaction() as session:
        session.execute(
            update(GridVersion)
            .where(GridVersion.grid_id == _id_of(session, street.east))
            .values(valid_to=date(2017, 1, 1))
        )
    own = street.browser("eastern_desk")
    assert own.get("/desk/map").status_code == 200
    assert own.get("/desk/map/figures").status_code == 404


def _id_of(session: Session, code: str) -> int:
    return session.scalars(select(Grid.id).where(Grid.code == code)).one()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("at=nowhere", 404),
        ("month=2017-13", 422),  # no month
        ("month=2017", 422),  # a year is none
        ("month=2999-01", 422),  # not begun yet
        ("month=2017-03", 200),
        ("level=village", 422),
        ("figure=matters.late", 422),  # of units
    ],
)
def test_what_is_not_there_is_not_coloured(street: Street, asked: str, status: int):
    assert street.browser("desk").get(f"/desk/map/figures?{asked}").status_code == status


def test_a_community_colours_its_own_grids_and_no_others(street: Street):
    own = street.browser("eastern_desk")
    told = own.get("/desk/map/figures").json
    assert (told["code"], told["above"]) == (street.east, None)
    for other in (street.west, told["code"][:-3] or "x"):
        assert own.get(f"/desk/map/figures?at={other}").status_code == 404
    assert street.browser("stranger").get(f"/desk/map/figures?at={street.west}").status_code == 404


def test_who_sees_no_grid_whole_is_offered_no_colours(street: Street):
    assert "按网格着色" in street.browser("desk").get("/desk/map").text
    assert "按网格着色" not in street.browser("handler").get("/desk/map").text


def test_an_area_drawn_on_the_map_is_a_list_a_filter_of_the_queue_and_a_file(street: Street):
    west, east = street.report(), street.report("eastern", EAST_POINT)
    area = "119.95_31.85~119.96_31.85~119.96_31.86~119.95_31.86"
    desk = street.browser("desk")
    found = desk.get(f"/desk/map/area?area={area}").json
    assert ([row["number"] for row in found["rows"]], found["count"]) == ([west.number], "1")
    for address in (found["list"], found["csv"]):
        text = desk.get(address).text
        assert west.number in text
        assert east.number not in text
    kept = desk.post("/desk/filters", {"name": "西片", "query": found["list"].partition("?")[2]})
    assert west.number in desk.get(kept.location).text
    assert street.browser("eastern_desk").get(f"/desk/map/area?area={area}").json["rows"] == []
    for wrong, status in (("", 404), ("1_2~3_4", 422), ("west", 422)):
        assert desk.get(f"/desk/map/area?area={wrong}").status_code == status


def test_cases_are_told_by_the_minute_of_their_report(street: Street):
    with clock.set_to(at("2017-03-06 23:59:59")):
        late = street.report()
    with clock.set_to(at("2017-03-07 00:00:00")):
        early = street.report("eastern", EAST_POINT)
    desk = street.browser("desk")

    def told(days: str, who=desk, bbox: str = "119,31,121,33") -> list[tuple[str, int]]:
        found = who.get(f"/desk/map/times?bbox={bbox}&{days}").json
        assert found["more"] is False
        return [(row[0], row[4]) for row in found["rows"]]

    # The last second of a day is of that day, its end of the next; minutes count from the first midnight.
    assert told("from=2017-03-06&to=2017-03-06") == [(late.number, 1439)]
    assert told("from=2017-03-06&to=2017-03-07") == [(early.number, 1440), (late.number, 1439)]
    assert told("from=2017-03-07&to=2017-03-31") == [(early.number, 0)]
    assert told("from=2017-03-06&to=2017-03-07", bbox="119,31,119.1,31.1") == []
    assert told("from=2017-03-06&to=2017-03-07", street.browser("eastern_desk")) == [(early.number, 1440)]
    for wrong in ("from=2017-13-01", "from=2017-03-07&to=2017-03-06", "from=2017-01-01&to=2017-04-03"):
        assert desk.get(f"/desk/map/times?{wrong}").status_code == 422


def test_more_cases_than_are_sent_are_said_to_be_more(street: Street, monkeypatch):
    monkeypatch.setattr("gridops.web.desk.times._MOST", 1)
    cases = [street.report() for _ in range(2)]
    found = street.browser("desk").get("/desk/map/times").json
    assert ([row[0] for row in found["rows"]], found["more"]) == ([cases[1].number], True)
