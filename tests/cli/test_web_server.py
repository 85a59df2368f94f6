"""How `gridops web` starts gunicorn: the program is loaded once, and is then no work for the collector of garbage."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gridops.cli.servers import serving

_AS_GUNICORN = """
import gc, runpy, sys
settings = runpy.run_path(sys.argv[1])
loading = gc.isenabled()
settings["when_ready"](None)
frozen = gc.get_freeze_count()
settings["post_fork"](None, None)
print(settings["preload_app"], loading, frozen > 1000, gc.isenabled())
"""


def test_the_program_is_loaded_once_and_set_aside_before_processes_are_forked() -> None:
    command = serving("127.0.0.1", 8017, 2, 8)
    settings = Path(command[command.index("--config") + 1])
    done = subprocess.run(
        [sys.executable, "-c", _AS_GUNICORN, str(settings)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False", "True", "True"]
