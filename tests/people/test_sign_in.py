from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from sqlalchemy import func, select

from gridops.core import clock
from gridops.core.db import transaction
from gridops.core.errors import Conflict, Invalid
from gridops.people import queries, service
from gridops.people.models import EndedSession, SignInTry
from gridops.people.rules import Role
from gridops.people.service.passwords import one_time_password
from tests.factories import at, make_grid, make_user
from tests.webapp import PASSWORD, PASSWORD_HASH

NOW = at("2017-03-05 09:00")


@pytest.fixture
def user(session):
    return make_user(session, make_grid(session, "S"), Role.EDITOR, username="zhou", password_hash=PASSWORD_HASH)


def attempt(session, name="zhou", password=PASSWORD, address="192.0.2.1", minute=0):
    """One try as the door makes it; the user, the time a lock ends, or None for a wrong password."""
    with clock.set_to(NOW + timedelta(minutes=minute)):
        begun = service.begin_sign_in(session, name, address)
        if begun.locked_until is not None:
            return begun.locked_until
        right = service.password_matches(begun.password_hash, password)
        return service.finish_sign_in(session, begun, password if right else None)


def wrong(session, times, name="zhou", address="192.0.2.1"):
    """So many wrong passwords (none is hashed: a refusal does not depend on it); `{n}` spreads them."""
    for number in range(times):
        with clock.set_to(NOW):
            begun = service.begin_sign_in(session, name.format(n=number), address.format(n=number))
            assert begun.locked_until is None
            assert service.finish_sign_in(session, begun, None) is None


def test_the_right_password_signs_in_and_leaves_no_try(session, user):
    assert attempt(session) is user
    assert attempt(session, name=" ZHOU ") is user
    assert session.scalar(select(func.count()).select_from(SignInTry)) == 0


def test_wrong_names_wrong_passwords_locked_accounts_and_missing_passwords_look_the_same(session, user):
    assert attempt(session, password="wrong") is None
    assert attempt(session, name="nobody") is None
    user.active = False
    assert attempt(session) is None
    user.active, user.password_hash = True, None
    assert attempt(session) is None


def test_after_five_failures_the_right_password_waits_a_quarter_of_an_hour(session, user):
    wrong(session, 5, address="192.0.2.{n}")
    until = attempt(session, address="198.51.100.1", minute=1)
    assert until == NOW + timedelta(minutes=15)
    assert attempt(session, minute=14) == until
    assert attempt(session, minute=15) is user


def test_tries_while_locked_do_not_make_the_lock_longer(session, user):
    wrong(session, 5)
    for minute in range(1, 15):
        attempt(session, password="wrong", minute=minute)
    assert attempt(session, minute=15) is user


def test_four_failures_are_forgiven_by_a_success(session, user):
    wrong(session, 4)
    assert attempt(session) is user
    wrong(session, 4)
    assert attempt(session) is user


def test_an_unknown_name_is_locked_like_a_known_one(session, user):
    wrong(session, 5, name="nobody", address="192.0.2.{n}")
    assert attempt(session, name="nobody", minute=1) == NOW + timedelta(minutes=15)


def test_thirty_failures_from_an_address_lock_it_for_every_name(session, user):
    wrong(session, 30, name="name{n}")
    assert attempt(session, minute=1) == NOW + timedelta(minutes=15)
    assert attempt(session, address="192.0.2.2", minute=1) is user
    assert attempt(session, minute=15) is user


def test_a_success_does_not_wash_the_address_clean(session, user):
    wrong(session, 29, name="name{n}")
    assert attempt(session) is user
    wrong(session, 1, name="another")
    assert attempt(session) == NOW + timedelta(minutes=15)


def test_old_tries_are_forgotten(session, user):
    wrong(session, 3)
    attempt(session, minute=60 * 25)
    assert session.scalar(select(func.count()).select_from(SignInTry)) == 0


def test_an_old_hash_is_renewed(session, user):
    before = user.password_hash
    assert attempt(session) is user
    assert user.password_hash != before
    assert service.password_matches(user.password_hash, PASSWORD)


def test_a_password_changed_in_between_does_not_let_the_old_one_in(session, user):
    begun = service.begin_sign_in(session, "zhou", "192.0.2.1")
    service.reset_password(session, user.id)
    assert service.finish_sign_in(session, begun, PASSWORD) is None


def test_one_time_passwords_end_sessions_and_must_be_changed(session, user):
    stamp = user.session_stamp
    shown = service.reset_password(session, user.id)
    assert user.session_stamp != stamp
    assert user.must_change_password
    person = queries.load_person(session, user.id)
    assert attempt(session, password=shown) is user
    for new in ("short", shown, "zhou-zhou-1234"):
        with pytest.raises(Invalid):
            service.refuse_new_password(person, shown, new)
    service.refuse_new_password(person, shown, "a new and long one")
    begun = service.begin_sign_in(session, "zhou", "192.0.2.1")
    service.change_own_password(session, person, begun, service.hash_password("a new and long one"))
    assert session.scalar(select(func.count()).select_from(SignInTry)) == 0
    with pytest.raises(Conflict):
        service.change_own_password(session, person, begun, service.hash_password("another and long one"))
    assert not user.must_change_password
    assert attempt(session, password="a new and long one") is user


def test_a_session_signed_out_is_kept_until_its_cookie_is_too_old(session, user):
    with clock.set_to(NOW):
        for _ in range(2):
            service.end_session(session, "a secret name", NOW + timedelta(hours=12))
        assert queries.account(session, user.id, "a secret name") is None
        assert queries.account(session, user.id, "another name") is user
    with clock.set_to(NOW + timedelta(hours=13)):
        service.end_session(session, "another name", NOW + timedelta(hours=25))
    kept = session.scalars(select(EndedSession.name_hash)).all()
    assert len(kept) == 1
    assert "another name" not in kept


def test_one_time_passwords_are_readable_and_never_the_same():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(word) == 19 and not set(word) & set("ilo01") for word in made)


def test_a_kept_value_that_is_no_hash_matches_nothing():
    assert not service.password_matches("plain", "plain")
    assert not service.password_matches(None, "")


def test_a_kept_hash_costs_an_attacker_something():
    parameters = extract_parameters(service.hash_password(PASSWORD))
    assert parameters.type is Type.ID
    assert parameters.memory_cost * parameters.time_cost >= 3 * 64 * 1024


def test_many_tries_at_once_gain_nothing(database):
    """Each process counts a try before it looks at the password: of twenty at the same moment five are looked at."""
    with transaction() as session:
        make_user(session, make_grid(session, "S"), Role.EDITOR, username="zhou", password_hash=PASSWORD_HASH)

    def begin(number: int) -> bool:
        with transaction() as session:
            return service.begin_sign_in(session, "zhou", f"198.51.100.{number}").locked_until is None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(20))) == 5
