"""What no browser of ours sends is refused by a sentence, on either database, never by a fault."""

import base64

import pytest

from gridops.core.db import transaction
from gridops.people.rules import Role
from tests.factories import make_grid, make_unit, make_user
from tests.webapp import PASSWORD_HASH

HUGE = "9" * 30
# A number that the first digits hide, one of the first beyond 64 bits, one that Python itself refuses to read.
NUMBERS = (HUGE, str(2**63), "0" * 25 + "1", "9" * 5000, "٣")


@pytest.fixture
def everybody(app, browser):
    """Someone with every role; returns the id."""
    with transaction() as session:
        street = make_grid(session, "S")
        unit = make_unit(session, street)
        found = make_user(session, street, *Role, unit=unit, username="all", password_hash=PASSWORD_HASH).id
    assert browser.sign_in("all").status_code == 302
    return found


@pytest.mark.parametrize(
    "path", ["/desk/cases/%00", "/field/pack/case/%00", "/bulletins/%00", "/api/v1/cases/%00", "/%00"]
)
def test_no_address_holds_a_nul(browser, everybody, path):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_no_row_has(browser, everybody, number):
    for name in ("unit", "grid"):
        assert browser.get(f"/desk?group=all&{name}={number[:300]}").status_code in {200, 422}
    assert browser.get(f"/desk?group=all&unit={HUGE}").status_code == 422
    for path in ("/admin/duties?below=", "/admin/units?at=", "/admin/people?unit="):
        assert browser.get(path + number).status_code in {200, 404}, path
    assert browser.post(f"/admin/people/{everybody}", {"name": "某", "unit_id": number}).status_code == 422
    assert browser.post("/admin/units", {"name": "某", "parent_id": number}).status_code in {404, 405, 422}


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59+00:00"])
def test_places_in_a_list_that_no_calendar_has(browser, everybody, time):
    place = base64.urlsafe_b64encode(f"{time}|1".encode()).decode()
    for group in ("all", "all&q=路口", "handling&sort=due"):
        assert browser.get(f"/desk?group={group}&after={place}").status_code == 422, group
