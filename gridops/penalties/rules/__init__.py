"""What the law asks of a penalty (pure). `kinds`: what may be decided, in the order of 行政处罚法 art. 9."""

from gridops.penalties.rules.kinds import PartyKind, PenaltyKind

__all__ = ["PartyKind", "PenaltyKind"]
