"""Records of rounds, outings and penalties as tables for others."""

from gridops.intake.queries.outgoing.common import Outgoing as Outgoing
from gridops.intake.queries.outgoing.common import Within as Within
from gridops.intake.queries.outgoing.outings import INCIDENTS as INCIDENTS
from gridops.intake.queries.outgoing.outings import OUTINGS as OUTINGS
from gridops.intake.queries.outgoing.outings import PENALTIES as PENALTIES
from gridops.intake.queries.outgoing.rounds import PREMISES, VISITS
from gridops.intake.queries.outgoing.rounds import ROUNDS as ROUNDS

TABLES: tuple[Outgoing, ...] = (PREMISES, ROUNDS, VISITS, OUTINGS, INCIDENTS, PENALTIES)
