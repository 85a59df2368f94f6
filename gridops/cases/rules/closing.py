"""Who may close a case as far as it is data: which of the table's entitlements a jurisdiction lets count (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from gridops.cases.rules.moves import MOVES, Move, Tie
from gridops.cases.rules.sampling import PERCENT


@dataclass(frozen=True, slots=True)
class Closing:
    """Which of shift leader, originator and community's office may close; `recheck_percent`: how many in a hundred of
    what originators close are looked at again. The handler never may: that is a bar of the table itself.
    """

    leader: bool = True
    originator: bool = True
    community: bool = True
    recheck_percent: int = PERCENT

    @property
    def ties(self) -> frozenset[Tie]:
        """The ties whose entitlements count."""
        chosen = {Tie.TERRITORY: self.leader, Tie.REPORTER: self.originator, Tie.OTHER_COMMUNITY: self.community}
        return frozenset(tie for tie, counts in chosen.items() if counts)


EVERYBODY = Closing()
CLOSERS = frozenset(way.tie for way in MOVES[Move.CLOSE].may)
