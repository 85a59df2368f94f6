"""`./run` on a loaded street: all of it starts, says where it is and who may sign in; Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT, command_in, free_port, programs_of
from tests.demo import copy_folder

UP = "Ctrl-C"


@pytest.fixture
def data(demo_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the demo's folder; whatever still runs with it afterwards is killed."""
    folder = copy_folder(demo_folder, tmp_path / "data")
    yield folder
    for pid in programs_of(folder):
        os.kill(pid, signal.SIGKILL)


def run(folder: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """Start `./run` as a terminal would; returns it with what it said until it was up, or until its end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
    process = subprocess.Popen(
        [str(ROOT / "run")],
        env={**inherited, "GRIDOPS_DATA_DIR": str(folder), "GRIDOPS_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if UP in line:
            break
    return process, said


def ready(port: int) -> bool:
    """Whether the web can serve, asked for at most a minute."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.25)
    return False


def press_ctrl_c(process: subprocess.Popen[str], times: int = 1) -> None:
    """As the terminal does: to everything in its session's foreground."""
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.3)
    process.wait(60)


def test_one_command_starts_everything_and_ctrl_c_stops_it(data: Path) -> None:
    cases = command_in(data)("export", "cases", "--jurisdiction", "320411003").out
    port = free_port()
    process, said = run(data, port)
    assert f"http://127.0.0.1:{port}/" in said, said
    assert "password: " in said
    assert "wg001" in said
    assert ready(port)

    _, refused = run(data, free_port())
    assert "already runs" in refused

    press_ctrl_c(process)
    assert programs_of(data) == []

    # Again: the same street, and an impatient second Ctrl-C still leaves nothing.
    process, said = run(data, port)
    assert ready(port), said
    press_ctrl_c(process, times=2)
    assert programs_of(data) == []
    assert command_in(data)("export", "cases", "--jurisdiction", "320411003").out == cases
