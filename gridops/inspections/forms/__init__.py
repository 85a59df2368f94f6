"""What may be handed in about night rounds: raw data -> frozen dataclass, or Invalid.

Lines of files stand in modules named as the kinds of import: `forms.rounds`, `forms.visits`.
"""

from gridops.inspections.forms.desk import Correction, PlanIn, Replan, correction_form, plan_form, replan_form
from gridops.inspections.forms.parts import Answered, FindingIn, OrderIn, finding
from gridops.inspections.forms.records import (
    Action,
    RoundIn,
    VisitIn,
    parse_round,
    parse_visit,
)

__all__ = [
    "Action",
    "Answered",
    "Correction",
    "FindingIn",
    "OrderIn",
    "PlanIn",
    "Replan",
    "RoundIn",
    "VisitIn",
    "correction_form",
    "finding",
    "parse_round",
    "parse_visit",
    "plan_form",
    "replan_form",
]
