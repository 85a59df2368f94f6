"""The real command in a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


START = "import sys; sys.argv[0] = 'gridops'; from gridops.cli import main; sys.exit(main())"


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
    environment = {**inherited, "GRIDOPS_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **settings}

    def run(*arguments: str | Path, fine: bool = True) -> Answer:
        told = subprocess.run(
            [sys.executable, "-c", START, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        answer = Answer(told.returncode, told.stdout, told.stderr)
        assert not fine or answer.code == 0, answer
        return answer

    return run
