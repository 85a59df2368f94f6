"""Waking a worker early, beside the request: a few messages a second at most, since one drains all that is owed."""

from __future__ import annotations

import threading
import time

from gridops.tasks import app as tasks

_SECONDS_BETWEEN = 0.5
_guard = threading.Lock()
_waiting: dict[str, bool] = {}
_last: dict[str, float] = {}
_busy: dict[str, threading.Lock] = {}


def wake(task: str) -> None:
    """Send a message after this moment, together with all that are asked for before it goes out.

    A broker that is away keeps two threads waiting, never the person.
    """
    with _guard:
        if _waiting.get(task):
            return
        _waiting[task] = True
        busy = _busy.setdefault(task, threading.Lock())
    threading.Thread(target=_send, args=(task, busy), daemon=True, name=f"wake {task}").start()


def _send(task: str, busy: threading.Lock) -> None:
    with busy:
        time.sleep(max(0.0, _last.get(task, 0.0) + _SECONDS_BETWEEN - time.monotonic()))
        with _guard:
            _waiting[task] = False  # what is owed from here on asks for a message of its own
        _last[task] = time.monotonic()
        tasks.wake(task)
