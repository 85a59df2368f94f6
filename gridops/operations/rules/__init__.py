"""What a joint force does on an outing: what it tallies, and what is never a tally."""

from gridops.operations.rules.asks import Asked, Asks, asks
from gridops.operations.rules.incidents import (
    COERCIVE,
    TAKING,
    Facts,
    IncidentKind,
    Officer,
    Standing,
    late,
    open_points,
)
from gridops.operations.rules.musts import faults, latest_end, prolonging_fault, term_of
from gridops.operations.rules.names import INCIDENT_NAMES, STATE_NAMES
from gridops.operations.rules.outings import (
    GOERS,
    PLANNERS,
    OutingState,
    check_cancel,
    check_end,
    check_joining,
    check_record,
    check_start,
    state_of,
)
from gridops.operations.rules.tallies import MEASURES, Measure, TallyKind, below_zero

__all__ = [
    "COERCIVE",
    "GOERS",
    "INCIDENT_NAMES",
    "MEASURES",
    "PLANNERS",
    "STATE_NAMES",
    "TAKING",
    "Asked",
    "Asks",
    "Facts",
    "IncidentKind",
    "Measure",
    "Officer",
    "OutingState",
    "Standing",
    "TallyKind",
    "asks",
    "below_zero",
    "check_cancel",
    "check_end",
    "check_joining",
    "check_record",
    "check_start",
    "faults",
    "late",
    "latest_end",
    "open_points",
    "prolonging_fault",
    "state_of",
    "term_of",
]
