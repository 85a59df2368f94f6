"""Who asks is kept for two seconds: what changes elsewhere holds within them, what changes here holds at once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gridops.core import clock
from gridops.core.ceiling import Ceiling
from gridops.core.db import transaction
from gridops.people.models import ApiToken, User
from gridops.people.queries import lately
from gridops.people.service import set_helping
from tests.api.conftest import World


def test_a_person_locked_in_this_process_is_out_at_once(world: World) -> None:
    assert world.inspector.get("me").status_code == 200
    with transaction() as session:
        session.get_one(User, world.inspector.user_id).active = False
    assert world.inspector.get("me").status_code == 401


def test_many_locked_by_one_statement_in_this_process_are_out_at_once(world: World) -> None:
    assert world.inspector.get("me").status_code == 200
    with transaction() as session:
        session.execute(update(User).where(User.id == world.inspector.user_id).values(active=False))
    assert world.inspector.get("me").status_code == 401


def test_whoever_asks_before_a_lock_is_committed_is_out_after_it(world: World) -> None:
    """Two threads of one process: what one looks up while the other has not committed yet does not outlive that."""
    kept: lately.Lately[str] = lately.Lately()
    with transaction() as session:
        session.get_one(User, world.inspector.user_id).active = False
        session.flush()
        assert kept.get("name", lambda: "still active") == "still active"
    assert kept.get("name", lambda: "locked") == "locked"


def test_a_unit_that_helps_no_longer_has_the_case_out_of_sight_at_once(world: World) -> None:
    kept: lately.Lately[str] = lately.Lately()
    assert kept.get("scope", lambda: "helps") == "helps"
    with transaction() as session:
        set_helping(session, 1, {})
    assert kept.get("scope", lambda: "no more") == "no more"


def test_what_was_looked_up_during_a_change_is_not_kept(world: World) -> None:
    kept: lately.Lately[str] = lately.Lately()

    def look() -> str:
        lately.forget()
        return "before"

    assert kept.get("name", look) == "before"
    assert kept.get("name", lambda: "after") == "after"


def test_what_is_too_old_to_be_told_takes_no_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: lately.Lately[str] = lately.Lately()
    for number in range(3):
        kept.get(f"a page of person {number}", lambda: "drawn")
    assert len(kept) == 3
    later = lately.time.monotonic() + lately.KEPT_S
    monkeypatch.setattr(lately.time, "monotonic", lambda: later)
    assert kept.get("another page", lambda: "drawn") == "drawn"
    assert len(kept) == 1


def test_a_token_revoked_by_another_process_opens_nothing_after_two_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.inspector.get("me").status_code == 200
    now = lately.time.monotonic()
    # As another process does it: this one is not told.
    with transaction() as session:
        session.connection().execute(
            update(ApiToken.__table__)  # type: ignore[arg-type]
            .where(ApiToken.__table__.c.user_id == world.inspector.user_id)
            .values(revoked_at=clock.now())
        )
    assert lately.KEPT_S <= 5
    monkeypatch.setattr(lately.time, "monotonic", lambda: now + lately.KEPT_S + 0.01)
    assert world.inspector.get("me").status_code == 401


def test_requests_are_counted_by_name_up_to_the_ceiling_and_anew_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    ceiling = Ceiling("memory://")
    monkeypatch.setattr("gridops.core.ceiling.time.time", lambda: 60.0)
    assert [ceiling.count("one", 2) for _ in range(3)] == [True, True, False]
    assert ceiling.count("two", 2)
    monkeypatch.setattr("gridops.core.ceiling.time.time", lambda: 120.0)
    assert ceiling.count("one", 2)


def test_a_ceiling_whose_redis_is_away_counts_for_itself() -> None:
    ceiling = Ceiling("redis://127.0.0.1:1/0")
    assert [ceiling.count("one", 1) for _ in range(2)] == [True, False]
