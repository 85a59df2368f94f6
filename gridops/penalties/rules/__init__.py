"""What the law asks of a penalty (pure).

`kinds`: what may be decided, in the order of 行政处罚法 art. 9; `law`: limits by the law of the day; `guards`: the
checks of a decision; `points`: what is still asked; `money` of one penalty, `pauses` in its delay; `acts`: who may do
what when; `projection`: the row as the fold of its events; `own`: which authority is the street itself.
"""

from gridops.penalties.rules.acts import (
    ACT_NAMES,
    HEADS,
    READERS,
    RULES,
    STAGE_NAMES,
    WORKERS,
    Act,
    Stage,
    roles_for,
    stage_of,
)
from gridops.penalties.rules.guards import Decision, Officer, Working, cash_fault, change_fault, faults
from gridops.penalties.rules.kinds import (
    KIND_NAMES,
    PARTY_NAMES,
    PartyKind,
    PenaltyKind,
    heaviest,
    in_order,
)
from gridops.penalties.rules.law import Asks, Days, Limit, last_day_to_pay, last_instant, limit
from gridops.penalties.rules.money import Balance, Terms, balance, days_late, due, fine_in_force, overdue, surcharge
from gridops.penalties.rules.own import OWN_UNITS, is_own
from gridops.penalties.rules.pauses import Pause
from gridops.penalties.rules.points import Point, open_points
from gridops.penalties.rules.projection import Event, State, columns, fold, said

__all__ = [
    "ACT_NAMES",
    "HEADS",
    "KIND_NAMES",
    "OWN_UNITS",
    "PARTY_NAMES",
    "READERS",
    "RULES",
    "STAGE_NAMES",
    "WORKERS",
    "Act",
    "Asks",
    "Balance",
    "Days",
    "Decision",
    "Event",
    "Limit",
    "Officer",
    "PartyKind",
    "Pause",
    "PenaltyKind",
    "Point",
    "Stage",
    "State",
    "Terms",
    "Working",
    "balance",
    "cash_fault",
    "change_fault",
    "columns",
    "days_late",
    "due",
    "faults",
    "fine_in_force",
    "fold",
    "heaviest",
    "in_order",
    "is_own",
    "last_day_to_pay",
    "last_instant",
    "limit",
    "open_points",
    "overdue",
    "roles_for",
    "said",
    "stage_of",
    "surcharge",
]
