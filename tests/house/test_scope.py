"""Route by route, role by role, territory by territory: what each answers follows from one table and two rules.

The rules: a page is opened by the roles of its mark, and a thing by who sees it (`people.rules.SCOPE`). A thing out of
sight is not found (404), a page out of one's roles is not allowed (403); whoever may, gets it (200).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, update
from werkzeug.routing import AnyConverter, Rule

from gridops.core.db import transaction
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.people.models import User
from gridops.people.rules import SCOPE, Role, Sees
from gridops.people.service import passwords
from gridops.web.guards import guard_of
from tests.conftest import empty
from tests.factories import make_user
from tests.house import joint_things, kept_things, night_things, penalty_things, premises_things
from tests.house.all_things import HELD, make_things
from tests.webapp import CHEAP, PASSWORD_HASH, Browser, web_program
from tests.workbooks import text_of

# Where a thing lies, seen from the people of the test.
WITHIN = {"west": {"west"}, "street": {"west", "east", "street"}}

# Every GET route that names one thing: endpoint -> which thing. `text` is told by its mark alone: editors.
THINGS = {
    "desk_case.show": "case",
    "desk_peek.show": "case",
    "desk_split.show": "case",
    "desk_merge.question": "case",
    "desk_recategorise.conditions": "case",
    "desk_split.conditions": "case",
    "desk_hotline.show": "case",
    "desk_assessment.show": "case",
    "field_case.show": "case",
    "api.get_evidence": "evidence",
    "bulletin.show": "bulletin",
    "bulletin.progress": "bulletin",
    "bulletin.changes": "bulletin",
    "bulletin.paper": "bulletin",
    "bulletin_records.records": "bulletin",
    "bulletin_records.table": "bulletin",
    "bulletin_text.edit": "bulletin",
    "bulletin_sheets.index": "bulletin",
    "bulletin_items.index": "bulletin",
    "api.get_record": "record",
    "desk_samples.show": "sample",
    "desk_samples.cases": "sample",
    "desk_samples.cases_workbook": "sample",
    **joint_things.THINGS,
    **penalty_things.THINGS,
    **kept_things.THINGS,
    **night_things.THINGS,
    **premises_things.THINGS,
}
# Kept by administrators of the jurisdiction as a whole; tests/web/test_admin_pages.py asks whose they are.
# The address of a move or an answer leads to the page of its case, seen or not, and that page is asked.
# What the field app keeps on the phone is asked part by part in tests/web/test_field_pack.py.
# The figures of /overview name no thing of their own; what they list is asked with the lists.
ELSEWHERE = re.compile(
    r"admin_|static$|api\.head_attachment$|bulletin_series\.show$|overview\.(records|export|workbook)$"
    r"|desk_(case|many|duplicates|recurring)\.back$"
    r"|desk_campaigns\.edit$|field_pack\.(part|words)$|field_app\.(files|elsewhere)$"
)
FIXED = {"size": "original", "kind": "html", "key": "cases.filed", "name": "by_grid"}
ARGUMENTS = {"number": "case", "link_id": "evidence", "bulletin_id": "bulletin", "record_id": "record"}
ARGUMENTS["sample_id"] = "sample"
ARGUMENTS |= joint_things.ARGUMENTS | kept_things.ARGUMENTS | night_things.ARGUMENTS | penalty_things.ARGUMENTS
ARGUMENTS |= premises_things.ARGUMENTS

# Lists, and how the numbers of the cases in them are read.
LISTS = {
    "/desk?group=all": r'class="row-open" href="/desk/cases/([0-9-]+)[?"]',
    "/desk/hotline?waits=all": r'href="/desk/cases/([0-9-]+)#hotline"',
    "/desk/cases.csv?group=all": r"(?m)^([0-9]{8}-[0-9]{6}),",
    "/desk/cases.xlsx?group=all": r"(?m)^([0-9]{8}-[0-9]{6}),",
    "/desk/map/cases?bbox=119,31,121,33&state=reported,filed,dispatched": r'"number":"([0-9-]+)"',
    "/desk/map/area?area=119_31~121_31~121_33~119_33": r'"number":"([0-9-]+)"',
    "/desk/map/times?from=2017-03-01&to=2017-03-31": r'\["([0-9]{8}-[0-9]{6})",',
    "/overview/records/reported?month=2017-03": r'href="/desk/cases/([0-9-]+)"',
    "/api/v1/cases": r'"number":"([0-9-]+)"',
    "/field/pack/cases": r'"number":"([0-9-]+)"',
    "/api/v1/cases.geojson": r'"number":"([0-9-]+)"',
}


# What names a thing in the text of any page: cases, outings, rounds, problem items, matters, records.
NAMED_KINDS = ("case", "outing", "round", "problem", "matter", "record")
NAMED = re.compile(r"\b(?:[0-9]{8}-[0-9]{6}|[A-Z]+-?[A-Z0-9-]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
# How lists are asked that show nothing by themselves, by their routes.
ASKED = {
    "desk.index": "?group=all",
    "desk.export": "?group=all",
    "desk.workbook": "?group=all",
    "desk_duplicates.index": "?case=1&case=2&case=3&case=4",
    "desk_map.cases": "?state=reported,filed,dispatched",
    "desk_areas.inside": "?area=119_31~121_31~121_33~119_33",
    "desk_times.times": "?from=2017-03-01&to=2017-03-31",
    "overview.index": "?month=2017-03",
    "desk_problems.export": "?view=all",
    "desk_problems.workbook": "?view=all",
    "desk_matters.export": "?view=all",
    "desk_matters.workbook": "?view=all",
    "desk_appeals.export": "?view=all",
    "desk_appeals.workbook": "?view=all",
    "desk_shades.shades": "?month=2017-03",
    "desk_shades.records": "?month=2017-03",
    "desk_shades.export": "?month=2017-03",
    "desk_shades.workbook": "?month=2017-03",
    "desk_hotline.behind": "?of=should_contact&month=2017-03",
    "desk_hotline.behind_file": "?of=should_contact&month=2017-03",
    "desk_hotline.behind_workbook": "?of=should_contact&month=2017-03",
    "desk_places.place": "?lon=119.955&lat=31.855",
}
# Where a handler sees no grid whole there is no figure; an appeal is against something; no base map is kept here; what
# a change did to running cases is asked of a change.
PARTLY = {
    "desk_shades.shades": (404,),
    "desk_shades.records": (404,),
    "desk_shades.export": (404,),
    "desk_shades.workbook": (404,),
    "desk_appeals.new": (404, 422),
    "desk_ground.file": (404,),
    "admin_running.index": (404,),
    "admin_running.export": (404,),
    "admin_running.workbook": (404,),
}
# A thing that is not there.
NOTHING: dict[type, Any] = {int: 999_999, str: "018f0000-0000-7000-8000-000000000000"}
# Who asks for the whole street too; of the others those of a part alone, from whom more is hidden.
WHOLE = (Role.SHIFT_LEADER, Role.HANDLER, Role.ADMIN)
# Whom the street told what is kept for its admin as a whole, by numbers alone (`needs_for_all`).
OF_THE_WHOLE = dict.fromkeys(("admin_notices.told", "admin_notices.told_file", "admin_notices.told_workbook"), "abroad")


@dataclass(frozen=True)
class House:
    """The program, and the things by place: case numbers, ids of evidence and bulletins, names of records."""

    app: Flask
    things: dict[str, dict[str, Any]]
    numbers: dict[str, str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The program with all things, on each database in turn."""
    folder = tmp_path_factory.mktemp("scope")
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    with pytest.MonkeyPatch.context() as patch, web_program(engine, folder) as app:
        patch.setattr(passwords, "_hasher", CHEAP)
        patch.setattr(passwords, "_nobody", None)
        things = make_things(LocalStore(folder / "evidence"))
        yield House(app, things, things["case"])
    empty(engine)


@pytest.fixture(scope="module")
def browsers(house: House) -> dict[tuple[Role, str], Browser]:
    """One signed-in browser for each role and territory."""
    opened = {}
    for role in Role:
        for held in HELD:
            browser = Browser(house.app)
            assert browser.sign_in(f"{role}-{held}").status_code == 302, (role, held)
            opened[role, held] = browser
    return opened


def sees(role: Role, held: str, thing: str, place: str) -> bool:
    """Whether someone with this role for this territory sees a thing there: the rule in one line each."""
    within = place in WITHIN[held]
    if thing == "record":
        return False  # a receipt is its sender's alone
    if thing == "bulletin":
        return SCOPE[role] is Sees.TERRITORY and within
    # Every case of the street is with the unit for which the handlers of the test hold their role.
    return SCOPE[role] is not Sees.NOTHING and within


def expected(rule: Rule, app: Flask, role: Role, held: str, thing: str, place: str) -> int:
    """The status that the mark and the scope lead to."""
    mark = guard_of(app.view_functions[rule.endpoint])
    if isinstance(mark, frozenset) and role not in mark:
        return 403
    return 200 if sees(role, held, thing, place) else 404


def naming(app: Flask) -> list[Rule]:
    """The GET routes that name one thing."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.arguments and "GET" in (rule.methods or ()) and not ELSEWHERE.match(rule.endpoint)
    ]


def address(rule: Rule, thing: str, value: Any) -> str:
    """The address of a thing by a route."""
    given = {name: value if ARGUMENTS.get(name) == thing else FIXED[name] for name in rule.arguments}
    built = rule.build(given, append_unknown=False)
    assert built is not None
    return built[1]


def test_every_route_that_names_a_thing_stands_in_the_table(house: House) -> None:
    assert {rule.endpoint for rule in naming(house.app)} == set(THINGS)


@pytest.mark.parametrize("endpoint", THINGS)
def test_what_a_route_answers_follows_from_mark_and_scope(
    house: House, browsers: dict[tuple[Role, str], Browser], endpoint: str
) -> None:
    thing = THINGS[endpoint]
    (rule,) = (rule for rule in naming(house.app) if rule.endpoint == endpoint)
    wrong = []
    for (role, held), browser in browsers.items():
        for place, value in house.things[thing].items():
            answer = browser.get(address(rule, thing, value))
            wanted = expected(rule, house.app, role, held, thing, place)
            if answer.status_code != wanted:
                wrong.append(f"{role} for {held}, {thing} in {place}: {answer.status_code} instead of {wanted}")
            answer.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", LISTS)
def test_lists_show_what_is_in_sight_and_nothing_else(
    house: House, browsers: dict[tuple[Role, str], Browser], path: str
) -> None:
    wrong = []
    for (role, held), browser in browsers.items():
        answer = browser.get(path)
        if answer.status_code == 403:
            continue
        shown = set(re.findall(LISTS[path], text_of(answer)))
        seen = {number for place, number in house.numbers.items() if sees(role, held, "case", place)}
        if shown != seen:
            wrong.append(f"{role} for {held}: {sorted(shown)} instead of {sorted(seen)}")
    assert not wrong, "\n".join(wrong)


def test_no_page_list_map_count_export_or_answer_names_what_is_out_of_sight(
    house: House, browsers: dict[tuple[Role, str], Browser]
) -> None:
    """Every GET route that names no thing, whatever it shows: those of things are asked thing by thing above."""
    wrong, asking = [], {at: one for at, one in browsers.items() if at[1] == "west" or at[0] in WHOLE}
    for rule in house.app.url_map.iter_rules():
        mark = guard_of(house.app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or rule.arguments or mark == "public":
            continue
        for (role, held), browser in asking.items():
            if isinstance(mark, frozenset) and role not in mark:
                continue
            answer = browser.get(rule.rule + ASKED.get(rule.endpoint, ""))
            unseen = hidden_from(house, role, held, OF_THE_WHOLE.get(rule.endpoint))
            found = sorted(unseen & set(NAMED.findall(text_of(answer))))
            if found or answer.status_code not in (200, 302, 403, *PARTLY.get(rule.endpoint, ())):
                wrong.append(f"{role} for {held}, {rule.rule}: {answer.status_code} {found}")
            answer.close()
    assert not wrong, "\n".join(wrong)


def hidden_from(house: House, role: Role, held: str, only: str | None) -> set[str]:
    """The names of all things that someone with this role does not see; `only`: of those in one place."""
    places = {place for place in house.numbers if not sees(role, held, "case", place) and only in (None, place)}
    return {str(house.things[kind][place]) for kind in NAMED_KINDS for place in places}


def test_to_a_form_a_thing_out_of_sight_is_one_that_is_not_there(
    house: House, browsers: dict[tuple[Role, str], Browser]
) -> None:
    """Every POST route of a thing, by those whom it names, for the west: what lies elsewhere it does not know."""
    wrong = []
    for rule in house.app.url_map.iter_rules():
        mark = guard_of(house.app.view_functions[rule.endpoint])
        kinds = [ARGUMENTS[name] for name in rule.arguments if name in ARGUMENTS]
        if "POST" not in (rule.methods or ()) or not kinds or mark == "public" or rule.endpoint.startswith("admin_"):
            continue
        named = mark if isinstance(mark, frozenset) else frozenset(Role)
        asking = [one for (role, held), one in browsers.items() if held == "west" and role in named]
        for browser in asking:
            for place in ("east", "abroad"):
                value = house.things[kinds[0]][place]
                for path, nothing in zip(addresses(rule, value), addresses(rule, NOTHING[type(value)]), strict=True):
                    answer = browser.post(path, {"version": "1"}).status_code
                    if answer not in (403, 404) and answer != browser.post(nothing, {"version": "1"}).status_code:
                        wrong.append(f"{path} in {place}: {answer}")
    assert not wrong, "\n".join(wrong)


def addresses(rule: Rule, value: Any) -> list[str]:
    """The addresses of a form of a thing: each of several words it may be sent with."""
    chosen = [sorted(kind.items) for kind in rule._converters.values() if isinstance(kind, AnyConverter)]
    found = []
    for word in chosen[0] if chosen else ["accept"]:
        other = {name: "1" if name.endswith("_id") else word for name in rule.arguments}
        built = rule.build({**other, **{name: value for name in rule.arguments if name in ARGUMENTS}})
        assert built is not None
        found.append(built[1])
    return found


def test_no_search_finds_what_is_out_of_sight(house: House, browsers: dict[tuple[Role, str], Browser]) -> None:
    for (role, held), browser in browsers.items():
        for place, number in house.numbers.items():
            answer = browser.get(f"/desk?group=all&q={number[-6:]}")
            if answer.status_code == 200:
                found = number in re.findall(LISTS["/desk?group=all"], answer.text)
                assert found is sees(role, held, "case", place), (role, held, place)


def test_counts_and_live_updates_are_of_what_is_in_sight(
    house: House, browsers: dict[tuple[Role, str], Browser]
) -> None:
    wrong = []
    for (role, held), browser in browsers.items():
        answer = browser.get("/desk/changes?since=0.0.0")
        if answer.status_code == 403:
            continue
        told = answer.get_json() if answer.status_code == 200 else {"cases": [], "tabs": {"handling": "0"}}
        seen = [place for place in house.numbers if sees(role, held, "case", place)]
        ids = {int(house.numbers[place].partition("-")[2]) for place in seen}
        shown = browser.get("/desk/map/cases?state=dispatched").get_json()["counts"].get("dispatched", 0)
        if (set(told["cases"]), told["tabs"]["handling"], shown) != (ids, str(len(ids)), len(ids)):
            wrong.append(f"{role} for {held}: {told}, {shown} on the map")
    assert not wrong, "\n".join(wrong)


def test_grids_of_others_are_not_drawn(house: House, browsers: dict[tuple[Role, str], Browser]) -> None:
    for (role, held), browser in browsers.items():
        found = json.loads(browser.get("/api/v1/grids.geojson").text)
        shown = {grid["properties"]["code"] for grid in found["features"]}
        assert shown == ({"W"} if held == "west" else {"S", "W", "E"}), (role, held)


def test_papers_of_others_are_not_listed(house: House, browsers: dict[tuple[Role, str], Browser]) -> None:
    for (role, held), browser in browsers.items():
        answer = browser.get("/bulletins")
        if answer.status_code == 403:
            continue
        shown = {int(found) for found in re.findall(r'href="/bulletins/([0-9]+)"', answer.text)}
        seen = {value for place, value in house.things["bulletin"].items() if sees(role, held, "bulletin", place)}
        assert shown == seen, (role, held)


def test_a_locked_account_opens_nothing_from_the_next_request_on(house: House) -> None:
    with transaction() as session:
        root = session.query(Grid).filter_by(code="S").one()
        make_user(session, root, Role.SHIFT_LEADER, username="going", password_hash=PASSWORD_HASH)
    browser = Browser(house.app)
    browser.sign_in("going")
    page = f"/desk/cases/{house.numbers['west']}"
    assert browser.get(page).status_code == 200
    with transaction() as session:
        session.execute(update(User).where(User.username == "going").values(active=False))
    assert browser.get(page).status_code == 302


# Where a person decides about records. What is judged or waits for another record is closed to a decision (409), so
# that every person of the test may ask in turn.
JUDGING = {
    "/desk/records/{}/again": "record",
    "/desk/records/{}/aside": "record",
    "/desk/records/disputes/{}": "dispute",
}


@pytest.mark.parametrize("path", JUDGING)
def test_records_are_judged_by_clerks_and_shift_leaders_of_their_place_alone(
    house: House, browsers: dict[tuple[Role, str], Browser], path: str
) -> None:
    wrong = []
    for (role, held), browser in browsers.items():
        for place, value in house.things[JUDGING[path]].items():
            answer = browser.post(path.format(value), {"reason": "x", "verdict": "first_stands"})
            wanted = 409 if place in WITHIN[held] else 404
            wanted = wanted if role in (Role.INTAKE_CLERK, Role.SHIFT_LEADER) else 403
            if answer.status_code != wanted:
                wrong.append(f"{role} for {held}, {place}: {answer.status_code} instead of {wanted}")
    assert not wrong, "\n".join(wrong)
