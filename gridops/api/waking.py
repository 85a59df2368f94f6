"""Waking a worker early, beside the request: a few messages a second at most, since one drains all that is owed."""

from __future__ import annotations

import threading
import time

from gridops.tasks import app as tasks

_SECONDS_BETWEEN = 0.5
_last: dict[str, float] = {}
_busy: dict[str, threading.Lock] = {}


def wake(task: str) -> None:
    """Send a message unless one went out just now; the calendar drains what is owed in any case.

    A broker that is away keeps a thread waiting, never the phone.
    """
    now = time.monotonic()
    if now - _last.get(task, -_SECONDS_BETWEEN) < _SECONDS_BETWEEN:
        return
    _last[task] = now
    threading.Thread(target=_send, args=(task,), daemon=True, name=f"wake {task}").start()


def _send(task: str) -> None:
    lock = _busy.setdefault(task, threading.Lock())
    if lock.acquire(blocking=False):
        try:
            tasks.wake(task)
        finally:
            lock.release()
