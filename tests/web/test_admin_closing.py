"""Who may close, on the page of the administrators: set, refused by field, obeyed by the desk."""

from __future__ import annotations

import pytest

from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.factories import make_user
from tests.web.street import Street, hidden
from tests.webapp import PASSWORD_HASH, Browser

PAGE = "/admin/closing"


@pytest.fixture
def admin(street: Street) -> Browser:
    """A browser of the street's administrator."""
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_user(session, root, Role.ADMIN, username="admin", password_hash=PASSWORD_HASH)
    return street.browser("admin")


def checked(street: Street) -> Case:
    return street.move(street.checking(), Move.CHECK_PASSED, "inspector")


def test_what_the_administrator_sets_the_desk_obeys(street: Street, admin: Browser) -> None:
    case, desk = checked(street), street.browser("desk")
    assert "move-close" in desk.get(f"/desk/cases/{case.number}").text
    assert admin.edit(PAGE, {"originator": "yes", "recheck_percent": "100"}).status_code == 302
    assert "move-close" not in desk.get(f"/desk/cases/{case.number}").text
    street.move(case, Move.CLOSE, "inspector", closing_condition=street.condition_id)
    page = desk.get("/desk/spot-checks").text
    assert "上报人结案复核" in page
    assert case.number in page
    assert 'value="100"' in admin.get(PAGE).text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"recheck_percent": "10"}, "至少保留一类结案人"),
        ({"leader": "yes", "recheck_percent": "101"}, "复核比例为 0 至 100"),
        ({"leader": "yes", "recheck_percent": "x"}, "复核比例为 0 至 100"),
    ],
)
def test_what_cannot_be_set_is_said(admin: Browser, given: dict[str, str], told: str) -> None:
    refused = admin.edit(PAGE, given)
    assert refused.status_code == 422
    assert told in refused.text


def test_who_saves_after_another_is_told_and_nothing_is_overwritten(admin: Browser) -> None:
    form = admin.get(PAGE)
    seen = {"version": hidden(form, "version")}
    first = {"leader": "yes", "recheck_percent": "40"}
    assert admin.post(PAGE, {**seen, **first}).status_code == 302
    assert admin.post(PAGE, {**seen, **first}).status_code == 302  # the same form twice
    late = admin.post(PAGE, {**seen, "originator": "yes", "recheck_percent": "70"})
    assert late.status_code == 409
    told = ("他人已先作修改", '<td class="kept-text">40', 'value="70"')
    assert [words for words in told if words not in late.text] == []
    assert 'value="40"' in admin.get(PAGE).text
    again = {"version": hidden(late, "version")}
    assert admin.post(PAGE, {**again, "originator": "yes", "recheck_percent": "70"}).status_code == 302
    assert 'value="70"' in admin.get(PAGE).text
