"""The street of tests/inspections, on the last evening of a month."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from gridops.core import clock
from tests.inspections.world import NIGHT, World, make_world


@pytest.fixture(autouse=True)
def _nine_in_the_evening() -> Iterator[None]:
    with clock.set_to(NIGHT):
        yield


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)
