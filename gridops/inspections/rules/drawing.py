"""双随机: whom to visit by risk, and a random draw that anyone can repeat from its seed and population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from gridops.premises.rules import Risk

# How the draw is made, kept beside its result: the smallest of SHA-256("seed/kind/id") come first.
METHOD = "sha256(seed/kind/id)"
_RANKS = {Risk.HIGH: 0, Risk.MEDIUM: 1, Risk.UNKNOWN: 2, Risk.LOW: 3}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Premises that may be visited: their risk, and when they were last visited (None: never)."""

    id: int
    risk: Risk
    last_visited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw as kept and shown: from whom (`population`, ids in order), how many, by which seed, and who it was."""

    kind: str
    seed: str
    population: tuple[int, ...]
    drawn: tuple[int, ...]
    method: str = METHOD

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The premises of a plan: those by risk, and the draw from the others."""

    by_risk: tuple[int, ...] = ()
    draw: Draw = field(default_factory=lambda: Draw("premises", "", (), ()))


def draw(kind: str, seed: str, population: Iterable[int], size: int) -> Draw:
    """Draw `size` of a population (all, where it is smaller). The same seed and population draw the same."""
    members = tuple(sorted(set(population)))
    first = sorted(members, key=lambda one: sha256(f"{seed}/{kind}/{one}".encode()).digest())
    return Draw(kind, seed, members, tuple(first[:size]))


def choose(candidates: Sequence[Candidate], by_risk: int, at_random: int, seed: str) -> Chosen:
    """The `by_risk` riskiest premises, the longest unvisited first, and `at_random` drawn from all the others."""
    ordered = sorted(candidates, key=_urgency)
    risky = tuple(one.id for one in ordered[:by_risk])
    return Chosen(risky, draw("premises", seed, (one.id for one in ordered[by_risk:]), at_random))


def _urgency(one: Candidate) -> tuple[int, bool, float, int]:
    seen = one.last_visited_at
    return _RANKS[one.risk], seen is not None, seen.timestamp() if seen else 0.0, one.id
