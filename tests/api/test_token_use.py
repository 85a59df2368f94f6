"""When a token was last used is kept to the hour: a reading request need not write each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gridops.core import clock
from gridops.core.db import reading
from gridops.people.models import ApiToken
from tests.api.conftest import World


def last_used(user_id: int) -> datetime | None:
    with reading() as session:
        return session.scalars(select(ApiToken.last_used_at).where(ApiToken.user_id == user_id)).one()


def test_the_use_of_a_token_is_kept_at_most_once_an_hour(world: World) -> None:
    begin = clock.now()
    assert last_used(world.inspector.user_id) is None
    for later, kept in ((0, 0), (30, 0), (61, 61)):
        with clock.set_to(begin + timedelta(minutes=later)):
            assert world.inspector.get("me").status_code == 200
        assert last_used(world.inspector.user_id) == begin + timedelta(minutes=kept)
    assert last_used(world.desk.user_id) is None
