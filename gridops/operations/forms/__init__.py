"""What may be handed in about campaigns, outings and incidents: raw data -> frozen dataclass, or Invalid.

Lines of files stand in modules named as the kinds of import: `forms.operations`, `forms.incidents`.
"""

from gridops.operations.forms.desk import CampaignIn, PlanIn, Prolonging, campaign_form, plan_form, prolonging_form
from gridops.operations.forms.records import (
    Action,
    HandoverIn,
    IncidentIn,
    OutingIn,
    TallyIn,
    parse_handover,
    parse_incident,
    parse_outing,
    parse_tally,
)

__all__ = [
    "Action",
    "CampaignIn",
    "HandoverIn",
    "IncidentIn",
    "OutingIn",
    "PlanIn",
    "Prolonging",
    "TallyIn",
    "campaign_form",
    "parse_handover",
    "parse_incident",
    "parse_outing",
    "parse_tally",
    "plan_form",
    "prolonging_form",
]
