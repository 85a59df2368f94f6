"""What becomes of requests on a bad line, as data: the n-th request meets the n-th fate.

A night is played again from its seed, or from the list that was printed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What may become of a request."""

    PASS = "pass"
    REFUSE = "refuse"  # the connection breaks before anything has gone up
    CUT_UP = "cut_up"  # … after some bytes of the body have gone up
    CUT_DOWN = "cut_down"  # the server has answered (and committed); the answer breaks after some bytes, or before any
    HOLD = "hold"  # nothing moves for some seconds, then it passes
    SLOW = "slow"  # some bytes a second, both ways
    ANSWER = "answer"  # something on the way answers with a status; the server never hears of it
    PORTAL = "portal"  # a captive portal answers 200 with its page
    PORTAL_REDIRECT = "portal_redirect"  # … or sends elsewhere


@dataclass(frozen=True)
class Fate:
    """One fate; `after` in bytes, `seconds` of holding, `rate` in bytes a second."""

    kind: Kind = Kind.PASS
    after: int = 0
    seconds: float = 0.0
    rate: int = 0
    status: int = 0


PASS = Fate()
REFUSE = Fate(Kind.REFUSE)
LOSE_ANSWER = Fate(Kind.CUT_DOWN)
CAPTIVE = Fate(Kind.PORTAL)
ELSEWHERE = Fate(Kind.PORTAL_REDIRECT)


def answer(status: int) -> Fate:
    """Somebody on the way answers with a status."""
    return Fate(Kind.ANSWER, status=status)


STATUSES = (502, 503, 504, 429)

# How often each fate is drawn on a bad night. 404, 410, 413 and 401 are for tests that say what they mean.
NIGHT = {
    Kind.PASS: 50,
    Kind.REFUSE: 10,
    Kind.CUT_UP: 12,
    Kind.CUT_DOWN: 14,
    Kind.HOLD: 3,
    Kind.SLOW: 2,
    Kind.ANSWER: 5,
    Kind.PORTAL: 3,
    Kind.PORTAL_REDIRECT: 1,
}


class Plan:
    """Fates in their order; when they are used up everything passes. `only`: which requests it is about."""

    def __init__(self, fates: Iterable[Fate] = (), *, only: str = "", seed: int | None = None) -> None:
        self.fates, self.only, self.seed = tuple(fates), re.compile(only), seed

    @classmethod
    def seeded(cls, seed: int, length: int, odds: Mapping[Kind, int] = NIGHT, *, only: str = "") -> Plan:
        """The plan of a seed."""
        rng = random.Random(seed)
        kinds = rng.choices([*odds], [*odds.values()], k=length)
        return cls([_drawn(rng, kind) for kind in kinds], only=only, seed=seed)

    @classmethod
    def read(cls, text: str) -> Plan:
        """A plan that was written down."""
        kept = json.loads(text)
        fates = [Fate(**{**one, "kind": Kind(one["kind"])}) for one in kept["fates"]]
        return cls(fates, only=kept["only"], seed=kept["seed"])

    def written(self) -> str:
        """The plan as text."""
        return json.dumps({"seed": self.seed, "only": self.only.pattern, "fates": [asdict(f) for f in self.fates]})


def _drawn(rng: random.Random, kind: Kind) -> Fate:
    match kind:
        case Kind.CUT_UP:
            return Fate(kind, after=rng.choice([0, 1, rng.randrange(400), rng.randrange(60_000)]))
        case Kind.CUT_DOWN:
            return Fate(kind, after=rng.choice([0, rng.randrange(1, 200), rng.randrange(200, 1500)]))
        case Kind.HOLD:
            return Fate(kind, seconds=round(rng.uniform(0.05, 0.8), 2))
        case Kind.SLOW:
            return Fate(kind, rate=rng.randrange(20_000, 200_000))
        case Kind.ANSWER:
            return Fate(kind, status=rng.choice(STATUSES))
    return Fate(kind)
