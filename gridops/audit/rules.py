"""The seal of an entry (pure): a hash over the seal before it and the entry's canonical form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gridops.core.canonical import canonical


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold: its number, the entry found there, and what is wrong."""

    seal_no: int
    entry_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the chain found: entries sealed and sound, entries still unsealed, the first break."""

    sealed: int
    unsealed: int
    last_seal: str
    broken: Broken | None

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, taken out or put in since the sealing."""
        return self.broken is None


def seal_of(previous: str, entry: dict[str, Any]) -> str:
    """SHA-256 in hex over the previous seal (empty for the first) and the canonical JSON of an entry."""
    return hashlib.sha256(previous.encode("ascii") + canonical(entry)).hexdigest()


def told_at(instant: datetime) -> str:
    """The one spelling of an entry's time: UTC with microseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
