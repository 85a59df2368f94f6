"""Signing in, throttled over rows, so that it holds over several processes.

A try is counted before the password is looked at, and taken back when it was right: many tries at once gain nothing.
The slow hash is checked by the door between two short transactions, so that nobody waits for it:

    with transaction() as session: attempt = begin_sign_in(session, username, address)
    right = attempt.locked_until is None and password_matches(attempt.password_hash, password)
    with transaction() as session: finish_sign_in(session, attempt, password if right else None)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.db import insert_or_skip
from gridops.people.models import EndedSession, SignInTry, User
from gridops.people.queries.keeping import newest_tries, token_digest, user_by_name
from gridops.people.rules.sign_in import (
    TRIES_KEPT_FOR,
    TRIES_PER_ADDRESS,
    TRIES_PER_NAME,
    address_key,
    locked_until,
    name_key,
    normal_username,
)
from gridops.people.service.passwords import hash_password, needs_rehash


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way. An unknown or locked account, or one without a password, has no `password_hash`."""

    user_id: int | None
    password_hash: str | None
    locked_until: datetime | None
    name_key: str
    address_try_id: int | None = None


def begin_sign_in(session: Session, username: str, address: str) -> Attempt:
    """Count the try for name and address, unless one of them is locked; then `locked_until` says until when."""
    name, place = name_key(username), address_key(address)
    # Tries at the same name queue behind its row; unknown names have nothing to guess.
    user = user_by_name(session, normal_username(username), lock=True)
    now = clock.now()
    session.execute(delete(SignInTry).where(SignInTry.at < now - TRIES_KEPT_FOR))
    ends = [
        end
        for who, limit in ((name, TRIES_PER_NAME), (place, TRIES_PER_ADDRESS))
        if (end := locked_until(newest_tries(session, who, limit), limit, now)) is not None
    ]
    if ends:
        return Attempt(None, None, max(ends), name)
    tries = [SignInTry(who=who, at=now) for who in (name, place)]
    session.add_all(tries)
    session.flush()
    alive = user is not None and user.active
    return Attempt(
        user_id=user.id if user is not None and alive else None,
        password_hash=user.password_hash if user is not None and alive else None,
        locked_until=None,
        name_key=name,
        address_try_id=tries[1].id,
    )


def end_session(session: Session, name: str, until: datetime) -> None:
    """Sign one session out, by the secret name in its cookie: a copy of the cookie opens nothing either.

    Kept until `until`, after which no cookie of that age is taken; twice is the same as once.
    """
    session.execute(delete(EndedSession).where(EndedSession.until < clock.now()))
    insert_or_skip(session, EndedSession, [{"name_hash": token_digest(name), "until": until}], ["name_hash"])


def finish_sign_in(session: Session, attempt: Attempt, password: str | None) -> User | None:
    """With the right password: take the tries back, renew an old hash, note it; returns the user.

    None: the password was wrong; its try stays, and is noted for a known account.
    """
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    if password is None or user is None or not user.active or user.password_hash != attempt.password_hash:
        if user is not None:
            audit.record(session, "sign_in.refused", "user", user.id, root_id=user.root_id)
        return None
    take_back(session, attempt)
    if needs_rehash(attempt.password_hash or ""):
        user.password_hash = hash_password(password)
    audit.record(session, "sign_in", "user", user.id, actor_id=user.id, root_id=user.root_id)
    return user


def take_back(session: Session, attempt: Attempt) -> None:
    """The password was right: its tries do not count."""
    session.execute(delete(SignInTry).where(SignInTry.who == attempt.name_key))
    if attempt.address_try_id is not None:
        session.execute(delete(SignInTry).where(SignInTry.id == attempt.address_try_id))
