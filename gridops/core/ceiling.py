"""How many requests a minute anyone may make, counted per name in windows of a minute."""

from __future__ import annotations

import time
from threading import Lock

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

# Under this name the web program keeps its ceiling for all doors.
CEILING = "gridops.ceiling"
_TRY_AGAIN_AFTER_S = 30.0


class Ceiling:
    """Counts requests where `storage` says: in this process (`memory://`) or in Redis, for all processes together.

    While Redis is away each process counts for itself and asks again after half a minute.
    """

    def __init__(self, storage: str) -> None:
        self._lock = Lock()
        self._minute, self._counted = 0, dict[str, int]()
        shared = None if storage.startswith("memory:") else storage_from_string(storage, wrap_exceptions=True)
        self._shared = FixedWindowRateLimiter(shared) if shared is not None else None
        self._away_until = 0.0

    def count(self, name: str, most: int) -> bool:
        """Count one request of a name; False when it is one more than `most` in this minute."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return self._shared.hit(RateLimitItemPerMinute(most), name)
            except StorageError:
                self._away_until = time.monotonic() + _TRY_AGAIN_AFTER_S
        return self._count_here(name) <= most

    def _count_here(self, name: str) -> int:
        # A dictionary for each minute: a storage of `limits` in memory starts a thread with almost every request.
        minute = int(time.time() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counted = minute, {}
            self._counted[name] = self._counted.get(name, 0) + 1
            return self._counted[name]
