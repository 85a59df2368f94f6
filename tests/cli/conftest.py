"""The command on each database in turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Command, command_in


@pytest.fixture(params=["sqlite", "postgresql"])
def gridops(request: pytest.FixtureRequest, tmp_path: Path) -> Command:
    """The command in an empty data folder, on each database in turn."""
    if request.param == "sqlite":
        return command_in(tmp_path / "data")
    run = command_in(tmp_path / "data", GRIDOPS_DATABASE_URL=request.getfixturevalue("own_postgresql"))
    run("init")
    return run
