"""What lies below /api, known or not, answers programs; no page, and no page of redirection."""

from __future__ import annotations

import pytest

from tests.api.conftest import World


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2", "/api/v1//me", "/api//v1/me"])
def test_an_unknown_address_is_a_problem(world: World, path: str) -> None:
    answer = world.inspector.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), answer.text
