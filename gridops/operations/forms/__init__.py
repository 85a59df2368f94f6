"""What may be handed in about campaigns, outings and incidents: raw data -> frozen dataclass, or Invalid.

Lines of files stand in modules named as the kinds of import: `forms.operations`, `forms.incidents`.
"""

from gridops.operations.forms.desk import CampaignIn, PlanIn, Prolonging, campaign_form, plan_form, prolonging_form
from gridops.operations.forms.fields import PremisesRef, people
from gridops.operations.forms.records import (
    Action,
    CheckInIn,
    HandoverIn,
    IncidentIn,
    OutingIn,
    TallyIn,
    TrackIn,
    parse_check_in,
    parse_handover,
    parse_incident,
    parse_outing,
    parse_tally,
    parse_track,
)

__all__ = [
    "Action",
    "CampaignIn",
    "CheckInIn",
    "HandoverIn",
    "IncidentIn",
    "OutingIn",
    "PlanIn",
    "PremisesRef",
    "Prolonging",
    "TallyIn",
    "TrackIn",
    "campaign_form",
    "parse_check_in",
    "parse_handover",
    "parse_incident",
    "parse_outing",
    "parse_tally",
    "parse_track",
    "people",
    "plan_form",
    "prolonging_form",
]
