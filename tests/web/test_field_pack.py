"""What the field app keeps on the phone: each part's content, whose it is, and that it is fetched once."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import Engine, select, update

from gridops.audit.models import AuditEntry
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid, GridVersion
from gridops.grids.rules import Level
from gridops.people.models import Unit, User
from gridops.people.queries import lately
from gridops.web.field.scripts import sentences_of
from tests.factories import at, make_grid, statements_of
from tests.house.case_things import make_link
from tests.web.street import EAST_POINT, WEST_POINT, Street
from tests.webapp import Browser


def part(browser: Browser, name: str) -> Any:
    answer = browser.get(f"/field/pack/{name}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_nobody_signed_in_is_told_so_in_json_and_sent_nowhere(app: Flask) -> None:
    answer = Browser(app).get("/field/pack/me")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == 401


def test_whose_work_is_not_in_the_street_gets_no_part(street: Street) -> None:
    answer = street.browser("editor").get("/field/pack/me")
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_an_unknown_part_is_not_found(street: Street) -> None:
    assert street.browser("inspector").get("/field/pack/everything").status_code == 404


def test_a_part_says_whose_it_is_and_by_which_clock_and_is_fetched_once(street: Street) -> None:
    inspector = street.browser("inspector")
    first = inspector.get("/field/pack/grids")
    assert first.headers["X-Gridops-User"] == str(street.people["inspector"])
    assert first.headers["X-Gridops-Now"].endswith("Z")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = inspector.get("/field/pack/grids", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    assert again.headers["X-Gridops-User"] == str(street.people["inspector"])
    assert again.headers["X-Gridops-Now"]


def test_me_stays_the_same_version_through_a_session_and_is_new_in_the_next(street: Street) -> None:
    inspector = street.browser("inspector")
    first = inspector.get("/field/pack/me")
    again = inspector.get("/field/pack/me", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    # The token of an ended session opens nothing any more: a new session is a new version of this part.
    other = street.browser("inspector").get("/field/pack/me", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_token_of_me_lets_a_record_in(street: Street) -> None:
    inspector = street.browser("inspector")
    token = part(inspector, "me")["csrf"]
    sent = inspector.client.put(
        "/api/v1/records/018f0000-0000-7000-8000-000000000001",
        json={"type": "report"},
        headers={**inspector.headers, "X-CSRFToken": token},
        environ_base=inspector.environ,
    )
    assert sent.status_code == 422


def test_me_says_who_i_am_where_i_work_and_what_i_may_do(street: Street) -> None:
    with transaction() as session:
        session.get_one(User, street.people["inspector"]).staff_no = "W-17"
    me = part(street.browser("inspector"), "me")
    assert (me["user_id"], me["username"], me["staff_no"]) == (street.people["inspector"], "inspector", "W-17")
    assert [grid["code"] for grid in me["grids"]] == [street.west]
    assert me["may"]["report"]
    assert me["may"]["inspect"]
    assert not me["may"]["handle"]
    assert me["root"]["code"] == "320411003"
    assert abs(me["root"]["lon"] - 119.96) < 1e-6
    assert me["limits"] == {
        "photo_max_bytes": 25_000_000,
        "film_max_bytes": 8_000_000,
        "attachments": 40,
    }
    assert (me["keep_days"], me["nearest_grid_within_m"]) == (7, 500.0)
    assert part(street.browser("handler"), "me")["staff_no"] == "handler"
    assert part(street.browser("handler"), "me")["may"]["handle"]


def test_grids_are_mine_and_those_around_with_borders_that_hold_a_point(street: Street) -> None:
    grids = {grid["code"]: grid for grid in part(street.browser("inspector"), "grids")["grids"]}
    assert {code: grid["mine"] for code, grid in grids.items()} == {street.west: True, street.east: False}
    assert grids[street.west]["geometry"]["type"] == "Polygon"
    assert grids[street.west]["path"] == "西社区"
    assert grids[street.west]["parent"] == "320411003"
    ring = grids[street.west]["geometry"]["coordinates"][0]
    assert [119.95, 31.85] in ring
    assert {grid["mine"] for grid in part(street.browser("desk"), "grids")["grids"]} == {True}


def test_grids_say_whether_they_are_all_there_are(street: Street) -> None:
    desk = street.browser("desk")

    def has(area_m2: float) -> None:
        with transaction() as session:
            session.execute(update(GridVersion).where(GridVersion.grid_id == street.root_id).values(area_m2=area_m2))

    has(2_010_000)  # two communities of a square kilometre each, and a strip that is neither's
    assert part(desk, "grids")["whole"] is False
    has(2_000_000)
    told = part(desk, "grids")
    assert (told["whole"], {grid["depth"] for grid in told["grids"]}) == (True, {1})
    with transaction() as session:
        root = session.get_one(Grid, street.root_id)
        make_grid(session, "320411003010", parent=root, level=Level.COMMUNITY, west=120.1)
    assert part(desk, "grids")["whole"] is True
    assert part(street.browser("inspector"), "grids")["whole"] is False  # it is far from hers


def test_categories_are_found_by_initials_and_say_what_is_usual_here_at_this_hour(street: Street) -> None:
    with clock.set_to(at("2026-11-20 21:40")):
        street.report("inspector", at=WEST_POINT)
    with clock.set_to(at("2026-11-21 22:10")):
        street.report("eastern", at=EAST_POINT, category="0111")
    with clock.set_to(at("2026-11-29 10:00")):
        found = part(street.browser("inspector"), "categories")
    known = {one["value"]: one for group in found["classes"] for one in group["categories"]}
    assert known["event/0111"]["initials"] == "jcljzt"
    assert known["event/0111"]["pinyin"] == "ji cun la ji zha tu"
    assert found["recent"] == ["event/0110"]
    assert found["usual"][21] == ["event/0110"]
    assert [hour for hour, values in enumerate(found["usual"]) if values] == [21]
    assert len(found["usual"]) == 24


def test_a_phone_of_somebody_else_gets_nothing(street: Street) -> None:
    inspector = street.browser("inspector")
    theirs = {"X-Gridops-User": str(street.people["eastern"])}
    assert inspector.get("/field/pack/grids", headers=theirs).status_code == 401


def test_words_are_the_sentences_of_the_scripts_in_english_and_none_in_chinese(app: Flask) -> None:
    browser = Browser(app)
    english = browser.get("/field/words/en.json")
    assert english.get_json()["全部已送达"] == "All delivered"
    assert "立案" not in english.get_json(), "only what the app says"
    again = browser.get("/field/words/en.json", headers={"If-None-Match": english.headers["ETag"]})
    assert again.status_code == 304
    assert browser.get("/field/words/zh.json").get_json() == {}
    assert browser.get("/field/words/fr.json").status_code == 404


def test_sentences_of_a_script_are_found_in_templates_within_templates_and_not_in_comments() -> None:
    script = """
    // t("注释里的")
    /* "也是注释" */
    const split = text.split(/["'`]/);  const half = total / 2 / "数";
    html`<p title=${t("外层")}>${ok ? html`<b>${t('里层', {n: `${"最里"}`})}</b>` : nothing}文字</p>${t("后面")}`;
    """
    assert list(sentences_of(script)) == ["数", "外层", "里层", "最里", "后面"]


def asked(engine: Engine, ask: Any) -> int:
    """How many statements an answer needs, that who asks is looked up included: it is kept for two seconds only."""
    lately.forget()
    return statements_of(engine, ask)


def test_tasks_say_what_waits_for_whom_with_pictures_words_and_whom_to_call(street: Street) -> None:
    with transaction() as session:
        session.get_one(User, street.people["desk"]).phone = "13800001234"
        session.get_one(Unit, street.unit_id).phone = "0519-85551234"
    with clock.set_to(at("2026-11-28 21:40")):
        seen = street.report("inspector")
    case = street.move(seen, Move.FILE, "desk", condition=street.condition_id)
    case = street.move(case, Move.DISPATCH, "desk", unit=street.unit_id, words="请今晚清理")
    with transaction() as session:
        make_link(
            session, LocalStore(street.app.config["GRIDOPS"].evidence_dir), street.root_id, (case.id, case.number), 1
        )
    (task,) = part(street.browser("handler"), "tasks")["tasks"]
    assert (task["kind"], task["number"], task["state"]) == ("handle", case.number, "dispatched")
    assert (task["category"], task["category_name"]) == ("event/0110", "暴露垃圾")
    assert (task["at_hour"], task["note"], task["words"]) == (21, "有垃圾", "请今晚清理")
    assert task["grid"]["path"] == "西社区"
    assert (task["unit"]["name"], task["unit"]["phone"]) == ("环卫所", "0519-85551234")
    assert task["leader"] == {"name": "desk", "phone": "13800001234"}
    assert task["due_at"].endswith("Z")
    assert task["may"] == ["receive", "feedback", "return", "ask_extension"]
    (photo,) = task["before"]
    assert street.browser("handler").get(photo["full"]).status_code == 200
    assert len(photo["sha256"]) == 64
    assert part(street.browser("inspector"), "tasks")["tasks"] == []


def test_the_inspector_of_a_community_sees_no_task_and_no_open_case_of_another(street: Street) -> None:
    mine, theirs = street.checking(), street.checking(who="eastern", at=EAST_POINT)
    for who, number in (("inspector", mine.number), ("eastern", theirs.number)):
        browser = street.browser(who)
        assert [task["number"] for task in part(browser, "tasks")["tasks"]] == [number]
        assert [case["number"] for case in part(browser, "cases")["cases"]] == [number]
    (check,) = part(street.browser("inspector"), "tasks")["tasks"]
    assert check["may"] == ["check_passed", "check_failed"]
    assert {case["number"] for case in part(street.browser("desk"), "cases")["cases"]} == {mine.number, theirs.number}
    assert part(street.browser("stranger"), "cases")["cases"] == []


def test_open_cases_are_told_for_the_hint_and_near_me(street: Street) -> None:
    case = street.filed()
    street.move(street.report(), Move.DECLINE, "desk", reason="重复")
    (told,) = part(street.browser("inspector"), "cases")["cases"]
    assert told["number"] == case.number
    assert (told["lon"], told["lat"], told["grid"]) == (*WEST_POINT, street.west)
    assert (told["mine"], told["thumb"], told["category_name"]) == (True, None, "暴露垃圾")


def test_phones_are_those_of_my_units_and_of_who_leads_here_and_the_trail_tells_who_has_them(street: Street) -> None:
    with transaction() as session:
        for name in ("desk", "eastern_desk", "leader", "eastern"):
            session.get_one(User, street.people[name]).phone = f"138{street.people[name]:08d}"
        session.get_one(Unit, street.unit_id).phone = "0519-85551234"
    browser = street.browser("handler")
    first = browser.get("/field/pack/phones")
    assert [(one["name"], one["role"]) for one in first.get_json()["people"]] == [
        ("desk", "shift_leader"),
        ("leader", "leader"),
    ]
    assert [(one["name"], one["why"]) for one in first.get_json()["units"]] == [("环卫所", "mine")]
    assert browser.get("/field/pack/phones", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with reading() as session:
        acts = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.act == "user.phones")).all()
    assert [int(one) for one in acts] == [street.people["handler"]], "once, not for what the phone had already"
    own = street.browser("desk").get("/field/pack/phones").get_json()["people"]
    assert "desk" not in {one["name"] for one in own}, "nobody needs their own number"


def test_the_number_of_questions_does_not_grow_with_what_waits(street: Street, database: Engine) -> None:
    street.checking()
    browser = street.browser("inspector")
    for name in ("tasks", "cases"):
        part(browser, name)  # what is kept of the territory and of the person is read now
    before = {name: asked(database, lambda name=name: part(browser, name)) for name in ("tasks", "cases")}
    for _case in range(4):
        street.checking()
    assert {name: asked(database, lambda name=name: part(browser, name)) for name in before} == before
