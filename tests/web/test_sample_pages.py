"""Spot checks of closed cases through HTTP: drawn, printed, drawn again, judged by somebody else."""

from __future__ import annotations

import re

import pytest

from gridops.cases.models import Case, SpotCheckCase
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import transaction
from gridops.grids.models import Grid
from gridops.people.rules import Role
from tests.factories import make_user
from tests.web.street import Street
from tests.webapp import PASSWORD_HASH

LIST = "/desk/spot-checks"


@pytest.fixture
def town(street: Street) -> Street:
    """The street with an auditor, who closes nothing."""
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        user = make_user(session, root, Role.AUDITOR, username="auditor", password_hash=PASSWORD_HASH)
        street.people["auditor"] = user.id
    return street


def closed(street: Street) -> Case:
    case = street.move(street.checking(), Move.CHECK_PASSED, "inspector")
    return street.move(case, Move.CLOSE, "desk", closing_condition=street.condition_id)


def form(**more: str) -> dict[str, str]:
    today = clock.local_date(clock.now()).isoformat()
    return {"first_day": today, "last_day": today, "size": "2", "seed": "7", **more}


def test_a_sample_is_drawn_shown_with_its_seed_and_judged_once(town: Street) -> None:
    numbers = {closed(town).number for _ in range(3)}
    auditor = town.browser("auditor")
    assert 'href="/desk/spot-checks"' in auditor.get("/desk").text
    drawn = auditor.post(LIST, form())
    page = auditor.get(drawn.headers["Location"]).text
    shown = set(re.findall(r'href="/desk/cases/([0-9-]+)"', page))
    assert len(shown) == 2
    assert shown < numbers
    for told in ("<code>7</code>", "已结案 3 件", "抽出 2 件", "data-print"):
        assert told in page
    assert "重抽结果相同" in auditor.get(f"{drawn.headers['Location']}?again=1").text
    entry = re.findall(rf'action="({LIST}/cases/\d+)"', page)[0]
    assert auditor.post(entry, {"result": "failed"}).status_code == 422
    assert auditor.post(entry, {"result": "perhaps"}).status_code == 422
    assert town.browser("desk").post(entry, {"result": "passed"}).status_code == 403
    assert auditor.post(entry, {"result": "failed", "words": "现场仍有垃圾"}).status_code == 302
    assert auditor.post(entry, {"result": "passed"}).status_code == 409
    assert "现场仍有垃圾" in auditor.get(drawn.headers["Location"]).text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"first_day": "x"}, "请填写日期"),
        ({"last_day": "9999-12-31"}, "请填写日期"),  # it has no end
        ({"size": "0"}, "抽查件数为 1 至 500 件"),
        ({"size": "two"}, "请填写抽查件数"),
        ({"first_day": "2001-01-01", "last_day": "2001-01-02"}, "没有符合条件的已结案件"),
        ({"first_day": "2999-01-01"}, "结束日期不能早于开始日期"),
        ({"grid": "x"}, "请选择网格"),
    ],
)
def test_what_cannot_be_drawn_is_said_at_its_field(town: Street, given: dict[str, str], told: str) -> None:
    refused = town.browser("auditor").post(LIST, form(**given))
    assert refused.status_code == 422
    assert told in refused.text


def test_who_sees_one_community_draws_of_it_alone(town: Street) -> None:
    closed(town)
    eastern = town.browser("eastern_desk")
    assert eastern.post(LIST, form()).status_code == 422
    page = town.browser("auditor").post(LIST, form()).headers["Location"]
    assert eastern.get(page).status_code == 404
    assert page not in eastern.get(LIST).text
    assert town.browser("handler").get(LIST).status_code == 403


def test_of_a_second_look_that_is_refused_nothing_typed_is_lost(town: Street) -> None:
    case = closed(town)
    with transaction() as session:
        session.add(SpotCheckCase(root_id=town.root_id, case_id=case.id, position=1, drawn_at=clock.now()))
    auditor = town.browser("auditor")
    (entry,) = re.findall(rf'action="({LIST}/cases/\d+)"', auditor.get(LIST).text)
    refused = auditor.post(entry, {"words": "现场仍有垃圾"})
    assert (refused.status_code, "请选择抽查结果" in refused.text, "现场仍有垃圾" in refused.text) == (422, True, True)
    assert auditor.post(entry, {"result": "passed"}).status_code == 302
    late = auditor.post(entry, {"result": "failed", "words": "还有一处"})
    assert (late.status_code, "还有一处" in late.text) == (409, True)
