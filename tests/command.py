"""The real command in a process of its own, with a data folder of its own.

The process is forked from one that has read the program's files already: the suite runs some four hundred commands,
and each would spend two seconds on reading them again. That the command also starts from nothing, as people start it,
is shown by test_run.py and test_scripts.py, and by every server that a test starts.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The files with the commands that tests run; the servers of `up` are started by their tests as people start them.
FILES = ("imports", "exports", "papers", "people", "archive", "upkeep")
# What they read only when a command wants it: a fifth of a second each time.
LATER = ("alembic.command", "gridops.documents.docx", "pyproj")

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([*(f"gridops.cli.{file}" for file in FILES), *LATER])


def spare_the_collector() -> None:
    """It walked all modules again and again, a fifth of the time; what stays for the life of a process is left out."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Answer]


def command_in(data_dir: Path, **settings: str) -> Command:
    """`gridops …` with a data folder and settings of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
    environment = {**inherited, "GRIDOPS_DATA_DIR": str(data_dir), **settings}

    def run(*arguments: str | Path, fine: bool = True) -> Answer:
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            child = _FORKS.Process(target=_command, args=([*map(str, arguments)], environment, out, err))
            child.start()
            child.join(600)
            if child.exitcode is None:
                child.kill()
                raise TimeoutError(f"gridops {' '.join(map(str, arguments))} still ran after 600 s")
            answer = Answer(child.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))
        assert not fine or answer.code == 0, answer
        return answer

    return run


def _command(arguments: list[str], environment: dict[str, str], out: Path, err: Path) -> None:
    """In the child: the surroundings a shell would have given it, then the command and its exit code."""
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gridops", *arguments]
    spare_the_collector()
    from gridops.cli import main

    sys.exit(main())


def programs_of(folder: Path) -> list[int]:
    """The living processes that run with this data folder, told by their environment.

    The embedded broker writes its title over that, but works in its folder.
    """
    mark, broker, found = f"GRIDOPS_DATA_DIR={folder}".encode(), folder.resolve() / "broker", []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0") or (entry / "cwd").readlink() == broker:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
