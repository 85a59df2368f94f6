"""Every route is guarded: it carries exactly one mark, and without a sign-in nothing but public pages opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from gridops.core import db
from gridops.core.db import transaction
from gridops.people.rules import Role
from gridops.tables import Base
from gridops.web.guards import guard_of, speaks_json
from tests.factories import make_grid, make_user
from tests.webapp import PASSWORD_HASH, Browser, web_program

# Whoever adds to these says why a page needs nobody.
PUBLIC = {
    "account.sign_in",
    "account.sign_in_post",
    "account.language",
    "account.sign_out",  # also where the sign-in has ended: the phone is told that its person left
    "field_app.shell",  # the frame of the app: the same for everybody, nothing of anybody's
    "field_app.worker",
    "field_app.files",
    "field_app.icons",
    "field_app.manifest",
    "field_app.elsewhere",  # leads from the address of a code to the app, which asks who is there
    "health.alive",
    "health.ready",
    "field_pack.words",  # the app speaks before anyone signs in; sentences are nobody's
    "trial.authority",  # a phone fetches it before it can trust the sign-in; a certificate is no secret
    "health.metrics",  # asks for this machine or an admin itself
}
OPEN_API = {"/api/v1/openapi.json"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("routes")
    engine = db.open_engine(f"sqlite:///{folder / 'gridops.db'}")
    Base.metadata.create_all(engine)
    with web_program(engine, folder) as opened:
        yield opened
    engine.dispose()


def rules(app: Flask, *, api: bool) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and rule.rule.startswith("/api/") is api
    ]


def filled(rule: Rule) -> str:
    """The rule's address with something in every argument."""
    values: dict[str, str] = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, UUIDConverter):
            values[name] = "018f0000-0000-7000-8000-000000000000"
        else:
            values[name] = min(converter.items) if isinstance(converter, AnyConverter) else "1"
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule.rule
    return built[1]


def test_every_page_carries_one_mark(app: Flask) -> None:
    unmarked = [rule.endpoint for rule in rules(app, api=False) if guard_of(app.view_functions[rule.endpoint]) is None]
    assert not unmarked, "mark them @public, @signed_in or @needs(Role.X): " + ", ".join(unmarked)


def test_only_what_is_named_here_is_public(app: Flask) -> None:
    found = {rule.endpoint for rule in rules(app, api=False) if guard_of(app.view_functions[rule.endpoint]) == "public"}
    assert found == PUBLIC


def test_marks_name_roles_of_the_contract(app: Flask) -> None:
    for rule in rules(app, api=False):
        mark = guard_of(app.view_functions[rule.endpoint])
        assert mark in ("public", "signed_in") or (mark and set(mark) <= set(Role)), rule.endpoint


def test_without_a_sign_in_every_other_page_leads_to_it(app: Flask) -> None:
    # A form without its token is refused before anyone asks who sends it, so the tokens are not asked for here.
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for rule in rules(app, api=False):
            if rule.endpoint in PUBLIC:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                answer = app.test_client().open(filled(rule), method=method)
                if speaks_json(rule.rule):
                    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), rule.rule
                    continue
                assert answer.status_code == 302, (rule.rule, method)
                assert answer.location.startswith("/sign-in"), (rule.rule, method)
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def test_every_form_asks_for_its_token(app: Flask) -> None:
    for rule in rules(app, api=False):
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            assert app.test_client().open(filled(rule), method=method).status_code == 400, (rule.rule, method)


def test_without_a_sign_in_the_api_says_401(app: Flask) -> None:
    browser = Browser(app)
    found = rules(app, api=True)
    assert found, "the API has no routes"
    for rule in found:
        if rule.rule in OPEN_API:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = browser.client.open(filled(rule), method=method)
            assert answer.status_code == 401, (rule.rule, method, answer.status_code)
            assert answer.mimetype == "application/problem+json"


def test_an_unknown_token_is_no_sign_in(app: Flask) -> None:
    for rule in rules(app, api=True):
        if rule.rule not in OPEN_API and "GET" in (rule.methods or ()):
            answer = app.test_client().get(filled(rule), headers={"Authorization": "Bearer gridops_nothing"})
            assert answer.status_code == 401, rule.rule


@pytest.fixture(scope="module")
def holders(app: Flask) -> dict[Role, Browser]:
    """A browser for each role, signed in by someone who holds just that role for the whole street."""
    with transaction() as session:
        street = make_grid(session, "S")
        for role in Role:
            make_user(session, street, role, username=role.value, password_hash=PASSWORD_HASH)
    found = {role: Browser(app) for role in Role}
    for role, browser in found.items():
        assert browser.sign_in(role.value).status_code == 302
    return found


@pytest.mark.parametrize("role", Role)
def test_a_page_opens_for_the_roles_it_names_and_for_no_other(
    app: Flask, holders: dict[Role, Browser], role: Role
) -> None:
    for rule in rules(app, api=False):
        mark = guard_of(app.view_functions[rule.endpoint])
        if mark == "public" or "GET" not in (rule.methods or ()):
            continue
        status = holders[role].get(filled(rule)).status_code
        if isinstance(mark, frozenset) and role not in mark:
            assert status == 403, (rule.rule, status)
        else:
            assert status < 500, (rule.rule, status)
            # With nothing loaded a list may not exist yet; what is there opens.
            assert rule.arguments or status in {200, 302, 404}, (rule.rule, status)


@pytest.mark.parametrize("role", Role)
def test_a_form_is_taken_from_the_roles_it_names_and_from_no_other(
    app: Flask, holders: dict[Role, Browser], role: Role
) -> None:
    for rule in rules(app, api=False):
        mark = guard_of(app.view_functions[rule.endpoint])
        if isinstance(mark, frozenset) and role not in mark and "POST" in (rule.methods or ()):
            assert holders[role].post(filled(rule)).status_code == 403, rule.rule


def test_the_first_page_of_every_role_opens_for_it(app: Flask, holders: dict[Role, Browser]) -> None:
    for role, browser in holders.items():
        first = browser.get("/").location
        assert browser.get(first).status_code == 200, (role, first)
