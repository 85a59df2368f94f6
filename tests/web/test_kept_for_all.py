"""What stands beside the lists is kept for two seconds in each process: nobody is shown what was drawn for another."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.operations.models import Campaign
from gridops.people.queries import lately
from tests.factories import make_user
from tests.web.nights import Night, make_night
from tests.web.street import DESK, EAST_POINT, Street
from tests.web.test_desk_judging import held
from tests.webapp import PASSWORD_HASH

# The whole street, its eastern part, another street: each asks twice, in both orders.
PEOPLE = ("desk", "eastern_desk", "stranger")
BOTH_WAYS = (*PEOPLE, *reversed(PEOPLE))


@pytest.fixture(autouse=True)
def _one_moment(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing grows too old to be told."""
    lately.forget()
    now = lately.time.monotonic()
    monkeypatch.setattr(lately.time, "monotonic", lambda: now)


@pytest.fixture
def night(street: Street) -> Night:
    return make_night(street)


def options(page: str, name: str) -> list[str]:
    """What a filter offers."""
    (found,) = re.findall(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    return [said.strip("　") for said in re.findall(r"<option[^>]*>([^<]*)</option>", found)][1:]


def test_the_desk_shows_each_the_counts_grids_units_and_records_of_their_own(night: Night) -> None:
    street = night.street
    street.report()
    street.report()
    street.report(at=EAST_POINT)
    held(street)
    seen = {"desk": ("3", ["西社区", "东社区"], True), "eastern_desk": ("1", ["东社区"], False)}
    for who in BOTH_WAYS:
        page = night[who].get("/desk?group=all").text
        waits = re.findall(r'data-tab="to_accept">(\w+)<', page)
        told = waits[0], [name for name in options(page, "grid") if "社区" in name], "待判定记录" in page
        assert told == seen.get(who, ("0", [], False)), who
        assert ("环卫所" in options(page, "unit")) is (who != "stranger"), who


def test_of_as_many_changes_in_sight_each_is_shown_the_counts_of_their_own(street: Street) -> None:
    street.filed()
    for _ in range(2):
        street.report(at=EAST_POINT)
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        west = session.scalars(select(Grid).where(Grid.code == street.west)).one()
        make_user(session, root, *DESK, grid=west, username="western_desk", password_hash=PASSWORD_HASH)
    pages = {who: street.browser(who).get("/desk?group=all").text for who in ("western_desk", "eastern_desk")}
    assert len({re.findall(r'data-since="([^"]+)"', page)[0] for page in pages.values()}) == 1, (
        "nothing would be proved"
    )
    told = {who: re.findall(r'data-tab="to_(?:accept|dispatch)">(\w+)<', page) for who, page in pages.items()}
    assert told == {"western_desk": ["0", "1"], "eastern_desk": ["2", "0"]}


def test_a_report_is_counted_at_once(street: Street) -> None:
    desk = street.browser("desk")
    for many in range(3):
        assert f'data-tab="to_accept">{many}<' in desk.get("/desk").text
        street.report()


def test_the_list_of_rounds_shows_each_the_re_inspections_and_themes_of_their_own(night: Night) -> None:
    tomorrow = (clock.local_date(clock.now()) + timedelta(days=1)).isoformat()
    number = night.begun(theme="涉气")
    assert night.visit(number, findings=[{"text": "x"}], order={"kind": "order", "due_on": tomorrow}).status_code == 201
    seen = {"desk": (True, ["涉气"]), "eastern_desk": (False, ["涉气"]), "stranger": (False, [])}
    for who in BOTH_WAYS:
        page = night[who].get("/desk/rounds").text
        assert ("宏达喷涂厂" in page, options(page, "theme")) == seen[who], who


def test_the_lists_of_premises_and_outings_offer_each_the_grids_and_campaigns_of_their_own(night: Night) -> None:
    with transaction() as session:
        session.add(Campaign(root_id=night.street.root_id, code="FJDC", name="飞线整治"))
    seen = {"desk": (["西社区", "东社区"], ["飞线整治"]), "eastern_desk": (["东社区"], ["飞线整治"])}
    for who in BOTH_WAYS:
        grids = options(night[who].get("/desk/premises").text, "grid")
        campaigns = options(night[who].get("/desk/outings").text, "campaign")
        assert ([name for name in grids if "社区" in name], campaigns) == seen.get(who, ([], [])), who


def test_each_reads_it_in_their_language(night: Night) -> None:
    tomorrow = (clock.local_date(clock.now()) + timedelta(days=1)).isoformat()
    number = night.begun()
    assert night.visit(number, findings=[{"text": "x"}], order={"kind": "order", "due_on": tomorrow}).status_code == 201
    said = {
        "desk": ("待受理", "信息采集", "待复查"),
        "second_desk": ("Awaiting acceptance", "Inspector", "Re-inspections due"),
    }
    night["second_desk"].post("/language", {"language": "en"})
    for who in (*said, *reversed(said)):
        page, rounds = night[who].get("/desk").text, night[who].get("/desk/rounds").text
        state, source, due = said[who]
        assert (state in options(page, "state"), source in options(page, "source"), due in rounds) == (True,) * 3, who
        assert ("按键" in page or "快捷键" in page) is (who == "desk"), who
