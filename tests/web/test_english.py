"""English is complete: every sentence has its translation, and no page of any role shows Chinese but in data."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext
from sqlalchemy import update
from werkzeug.test import TestResponse

from gridops.bulletins import building, service
from gridops.cases.models import Case
from gridops.cases.rules.moves import Move
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.core import clock, db
from gridops.core.db import transaction
from gridops.evidence.store import LocalStore
from gridops.grids.models import GridVersion
from gridops.people.models import User
from gridops.people.queries import load_person
from gridops.people.rules import Role
from gridops.web.language import catalogue
from gridops.worktime import service as worktime
from tests.cases.world import MORNING, World, make_world
from tests.factories import at, make_user
from tests.webapp import PASSWORD_HASH, Browser

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3400-\u9fff]+")
PLACEHOLDER = re.compile(r"%\((\w+)\)[0-9.]*([a-z])|\{(\w+)\}")
VOID = frozenset(
    {*("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")}
)
# What a search for categories looks through, in both languages.
SEARCHED = "data-words=0"
# Attributes that carry what people typed, or are never shown.
NOT_SHOWN = frozenset({"value", "content", "href", "action", "class", "id", "name"})


@pytest.fixture(scope="module")
def sentences() -> ModuleType:
    """The program that renews the catalogue."""
    spec = importlib.util.spec_from_file_location("sentences", ROOT / ".ci" / "sentences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def placeholders(text: str) -> set[str]:
    """The names and kinds of what is filled in."""
    return {"".join(found) for found in PLACEHOLDER.findall(text)}


def test_every_sentence_is_in_english(sentences):
    kept = sentences.read()
    said = {message.id for message in sentences.gather() if message.id}
    missing = sorted(
        str(one) for one in said if not (found := kept.get(one)) or not all(sentences.strings(found.string))
    )
    assert not missing, "run .ci/sentences.py and translate:\n" + "\n".join(missing)


def test_english_is_english_and_fills_in_the_same(sentences):
    for message in sentences.read():
        if message.id:
            ids, told = sentences.strings(message.id), sentences.strings(message.string)
            for english in told:
                assert placeholders(ids[-1]) == placeholders(english), message.id
                assert not CHINESE.search(english), message.id


def test_the_file_is_as_the_program_writes_it(sentences):
    with sentences.ENGLISH.open("rb") as file:
        assert sentences.ENGLISH.read_bytes() == sentences.written(read_po(file, locale="en"))


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("密码至少10个字符", "The password must have at least 10 characters"),
        ("案件已结案，不能派遣", "Not possible now (case: Closed): Dispatch"),
        ("当前状态为“核稿”，不能修改", "Not possible now (state: Review): Change"),
        ("没有编码为100%的辖区", "There is no jurisdiction with the code 100%"),
        ("李明的备注", "李明的备注"),
        ("", ""),
    ],
)
def test_what_a_room_has_filled_in_is_said_in_english(said, english):
    assert catalogue("en").ugettext(said) == english


def test_one_is_said_otherwise_than_many_on_pages_and_on_the_phone(app: Flask) -> None:
    with app.test_request_context("/?", headers={"Accept-Language": "en"}):
        said = [str(gettext("%(n)s 张", n=count)) for count in (1, 2)]
    assert said == ["1 photo", "2 photos"]
    told = Browser(app).get("/field/words/en.json").get_json()
    assert told["%(n)s 张"] == ["%(n)s photo", "%(n)s photos"]
    assert (told["，"], told["（%(words)s）"]) == (", ", " (%(words)s)")


def test_english_has_no_mark_of_chinese(sentences):
    for message in sentences.read():
        for english in sentences.strings(message.string):
            assert not re.search("[\u3000-\u303f\uff01-\uff5e]", english), message.id


class Seen(HTMLParser):
    """What a reader of a page meets: texts and labels, without what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.depth or tag == "textarea" or (tag != "html" and given.get("lang", "").startswith("zh")):
            self.depth += tag not in VOID
            return
        for name, value in given.items():
            if name not in NOT_SHOWN and CHINESE.search(value):
                self.found.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if not self.depth and CHINESE.search(data):
            self.found.append(data.strip())


def chinese_in(answer: TestResponse) -> list[str]:
    """The Chinese that an English reader would meet."""
    seen = Seen()
    seen.feed(answer.text)
    return [words for words in seen.found if not words.startswith(SEARCHED)]


@dataclass
class Street:
    """Addresses of a street whose data say nothing in Chinese."""

    cases: list[str]
    bulletin: int
    frozen: int
    category: int
    person: int


@pytest.fixture
def street(app: Flask, tmp_path: Path) -> Street:
    with clock.set_to(MORNING), transaction() as session:
        worktime.seed(session)
        world = make_world(session)
        for table, column in (
            (GridVersion, GridVersion.name),
            (CategoryList, CategoryList.name),
            (FilingCondition, FilingCondition.condition),
            (FilingCondition, FilingCondition.closing_condition),
            (Category, Category.name_en),
        ):
            session.execute(update(table).values({column: "latin"}))
        late = world.dispatched()
        cases = [
            world.report(), world.filed(), late, _closed(world),
            world.move(world.dispatched(), Move.FEEDBACK, "handler", words="cleared"),
        ]  # fmt: skip
        world.move(world.dispatched(), Move.RETURN, "handler", reason="not ours")
        for name, role in (("editor", Role.EDITOR), ("approver", Role.APPROVER), ("auditor", Role.AUDITOR)):
            user = make_user(session, world.root, role)
            found = load_person(session, user.id)
            assert found
            world.people[name] = found
        for name, person in world.people.items():
            session.execute(
                update(User).where(User.id == person.user_id).values(
                    username=name, name=name, password_hash=PASSWORD_HASH
                )
            )  # fmt: skip
        numbers = [case.number for case in cases]
        code, editor, category = world.root.code, world.people["editor"], world.category.id
        person = world.people["inspector"].user_id
    with clock.set_to(at("2017-04-01 09:00")):
        made = []
        for period in ("2017-03", "2017-W10"):
            with transaction() as session:
                made.append(service.open_draft(session, code, period).id)
            building.build_in_place(db.transaction, made[-1], building.Workshop(LocalStore(tmp_path)))
        with transaction(repeatable=True) as session:
            service.prepare_freeze(session, made[1])
            service.freeze(session, made[1], editor)
    return Street(numbers, made[0], made[1], category, person)


def _closed(world: World) -> Case:
    case = world.move(world.dispatched(), Move.FEEDBACK, "handler", words="cleared")
    for step, who in ((Move.SEND_TO_CHECK, "dispatcher"), (Move.CHECK_PASSED, "inspector")):
        world.move(case, step, who)
    return world.move(case, Move.CLOSE, "leader", closing_condition=world.condition.id)


def english(app: Flask, name: str) -> Browser:
    """Someone who reads English."""
    browser = Browser(app)
    browser.sign_in(name)
    browser.post("/language", {"language": "en"})
    return browser


def paths_of(app: Flask, street: Street) -> list[str]:
    """The pages without an argument, and those of one thing each."""
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    ]
    cases = [f"/desk/cases/{number}" for number in street.cases]
    papers = [
        f"/bulletins/{bulletin}{part}"
        for bulletin in (street.bulletin, street.frozen)
        for part in ("", "/text", "/records/cases.filed", "/records/cases.closing_rate", "/tables/by_unit", "/changes")
    ]
    kept = [f"/admin/people/{street.person}", f"/admin/categories/{street.category}"]
    kept += [f"/admin/categories/{street.category}/conditions/new", "/admin/units?at=1", "/nowhere"]
    kept += ["/admin/calendar?year=2017&day=2017-01-27", "/admin/calendar?day=2026-10-01"]
    return [*plain, *cases, *papers, *kept, "/desk?group=all"]


PEOPLE = ("inspector", "clerk", "leader", "handler", "editor", "approver", "admin")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_in_english_shows_chinese(app, street):
    found, opened = [], set()
    for name in PEOPLE:
        browser = english(app, name)
        for path in paths_of(app, street):
            answer = browser.get(path)
            if answer.mimetype == "text/html" and answer.status_code != 302:
                opened |= {path} if answer.status_code == 200 else set()
                found += [f"{name} {path} {answer.status_code}: {words}" for words in chinese_in(answer)]
    assert {"/desk", "/field", "/bulletins", "/admin/people", f"/desk/cases/{street.cases[0]}"} <= opened
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_refused_forms_say_why_in_english(app, street):
    one = street.cases[0]
    forms = {
        "admin": ["/admin/people/new", "/admin/units", "/admin/calendar/days", "/admin/calendar/hours",
                  "/admin/calendar/upload", f"/admin/categories/{street.category}/conditions/new",
                  f"/admin/people/{street.person}/roles", "/account/password"],
        "editor": ["/bulletins", f"/bulletins/{street.bulletin}/text", f"/bulletins/{street.bulletin}/steps/approve",
                   f"/bulletins/{street.bulletin}/steps/freeze", f"/bulletins/{street.frozen}/steps/freeze"],
        "leader": [f"/desk/cases/{one}/{move}" for move in ("file", "close", "suspend", "void", "dispatch")],
        "inspector": [f"/field/pack/case/{one}/{step}" for step in ("return", "receive", "close")],
        "clerk": ["/desk/report"],
    }  # fmt: skip
    found, refused = [], 0
    for name, paths in forms.items():
        browser = english(app, name)
        for path in paths:
            answer = browser.post(path, {"period": "2017-13", "name": "x" * 300, "username": "å"})
            refused += answer.status_code in (403, 409, 422)
            found += [f"{path} {answer.status_code}: {words}" for words in chinese_in(answer)]
    assert not found, "\n".join(sorted(set(found)))
    assert refused > 15
