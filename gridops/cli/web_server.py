"""Settings of gunicorn for the web program (`gunicorn --config`): load once, fork, and spare the garbage collector.

The program is half a million objects that stay. Looking through them for rubbish took a fifth of the start, 0.1 s of a
request now and then, and wrote to the pages that the processes share. So nothing is collected while it loads, and
then all of it is set aside (as the documentation of `gc.freeze` advises).
"""

from __future__ import annotations

import gc
from typing import Any

worker_class = "gthread"
preload_app = True
timeout = 60
graceful_timeout = 15
keepalive = 15
errorlog = "-"
loglevel = "warning"
# gunicorn would take from a proxy on this machine, hence from whoever asks it, below which path the program stands:
# addresses that are written out once for all (`app.asset`) would lead there.
forwarder_headers = ""

gc.disable()  # gunicorn reads this file first, the program after it


def when_ready(_server: Any) -> None:
    """The program is loaded, no process is forked yet."""
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """A process that serves: what requests leave behind is collected."""
    gc.enable()
