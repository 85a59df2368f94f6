"""The map of the desk: its layers, and what a window shows."""

import pytest

from gridops.cases.rules.moves import Move
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
    assert sum(count for _, _, count in found["clusters"]) == 3


def test_closed_cases_are_points_of_the_map_too(street: Street):
    checked = street.move(street.checking(), Move.CHECK_PASSED, "inspector")
    closed = street.move(checked, Move.CLOSE, "desk", closing_condition=street.condition_id)
    found = street.browser("desk").get("/desk/map/cases?bbox=119,31,121,33&state=closed,reported").json
    assert [point["number"] for point in found["points"]] == [closed.number]
    assert found["counts"] == {"closed": 1}


@pytest.mark.parametrize("query", ["bbox=1,2,3", "bbox=nan,1,2,3", "bbox=9,1,2,3", "bbox=1,1,2,2&state=lost"])
def test_a_window_that_cannot_be_read_is_refused(street: Street, query: str):
    assert street.browser("desk").get(f"/desk/map/cases?{query}").status_code == 422
