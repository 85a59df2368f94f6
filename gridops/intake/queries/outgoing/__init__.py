"""Records of rounds, outings and penalties as tables for others."""

from gridops.intake.queries.outgoing.common import Outgoing as Outgoing
from gridops.intake.queries.outgoing.common import Within as Within
from gridops.intake.queries.outgoing.outings import INCIDENTS, OUTINGS, PENALTIES
from gridops.intake.queries.outgoing.rounds import PREMISES, ROUNDS, VISITS

TABLES: tuple[Outgoing, ...] = (PREMISES, ROUNDS, VISITS, OUTINGS, INCIDENTS, PENALTIES)
