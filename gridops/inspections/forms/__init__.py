"""What may be handed in about night rounds: raw data -> frozen dataclass, or Invalid.

Lines of files stand in modules named as the kinds of import: `forms.rounds`, `forms.visits`.
"""

from gridops.inspections.forms.desk import Correction, PlanIn, correction_form, plan_form
from gridops.inspections.forms.parts import Answered, FindingIn, OrderIn, PremisesRef, finding, people
from gridops.inspections.forms.records import (
    Action,
    CheckInIn,
    RoundIn,
    TrackIn,
    VisitIn,
    parse_check_in,
    parse_round,
    parse_track,
    parse_visit,
)

__all__ = [
    "Action",
    "Answered",
    "CheckInIn",
    "Correction",
    "FindingIn",
    "OrderIn",
    "PlanIn",
    "PremisesRef",
    "RoundIn",
    "TrackIn",
    "VisitIn",
    "correction_form",
    "finding",
    "parse_check_in",
    "parse_round",
    "parse_track",
    "parse_visit",
    "people",
    "plan_form",
]
