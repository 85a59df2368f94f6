"""./run and .ci/acceptance touch nothing that is not theirs, whatever the shell is set up for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT


def script(name: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / name), *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_starting_over_is_refused_where_the_rows_lie_elsewhere(tmp_path: Path) -> None:
    kept = tmp_path / "evidence" / "photo"
    kept.parent.mkdir()
    kept.touch()
    told = script(
        "run", "--fresh", GRIDOPS_DATA_DIR=str(tmp_path), GRIDOPS_DATABASE_URL=f"sqlite:///{tmp_path / 'rows.db'}"
    )
    assert (told.returncode, kept.exists()) == (1, True)
    assert "GRIDOPS_DATABASE_URL" in told.stderr


def test_comparing_nothing_is_no_agreement(tmp_path: Path) -> None:
    told = script(".ci/acceptance", str(tmp_path))
    assert told.returncode == 1
    assert "nothing to compare" in told.stderr


@pytest.mark.thorough
def test_a_command_that_fails_in_the_comparison_is_shown_and_no_database_from_outside_is_touched(
    tmp_path: Path,
) -> None:
    case = tmp_path / "one"
    case.mkdir()
    (case / "expected.json").write_text('{"jurisdiction": "S", "period": "2017-03"}', encoding="ascii")
    (case / "grids.geojson").write_text("no territory", encoding="ascii")
    outside = tmp_path / "outside.db"
    told = script(".ci/acceptance", str(tmp_path), GRIDOPS_DATABASE_URL=f"sqlite:///{outside}")
    assert told.returncode == 1
    assert "failed:" in told.stderr
    assert "import grids" in told.stderr
    assert len(told.stderr.splitlines()) > 1
    assert not outside.exists()
