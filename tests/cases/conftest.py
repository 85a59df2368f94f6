"""The street of tests/cases, at nine o'clock on a Monday."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from gridops.core import clock
from tests.cases.world import MORNING, World, make_world


@pytest.fixture(autouse=True)
def _nine_oclock() -> Iterator[None]:
    with clock.set_to(MORNING):
        yield


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)
