"""The verbs of campaigns, outings, incidents and hand-overs."""

from gridops.operations.service.campaigns import ensure_campaign, save_campaign
from gridops.operations.service.importing import import_incidents, import_operations
from gridops.operations.service.incidents import (
    add_handover,
    add_incident,
    lift,
    note_answer,
    note_decision_no,
    note_receipt,
    prolong,
    read_party,
    void_handover,
    void_incident,
)
from gridops.operations.service.outings import (
    add_people,
    add_tally,
    cancel_outing,
    correct_tally,
    end_outing,
    new_outing,
    plan_outing,
    start_outing,
)
from gridops.operations.service.paths import SHOWN_FOR, Out, Walker, look_at_paths
from gridops.operations.service.records import (
    record_check_in,
    record_handover,
    record_incident,
    record_outing,
    record_tally,
    record_track,
)

__all__ = [
    "SHOWN_FOR",
    "Out",
    "Walker",
    "add_handover",
    "add_incident",
    "add_people",
    "add_tally",
    "cancel_outing",
    "correct_tally",
    "end_outing",
    "ensure_campaign",
    "import_incidents",
    "import_operations",
    "lift",
    "look_at_paths",
    "new_outing",
    "note_answer",
    "note_decision_no",
    "note_receipt",
    "plan_outing",
    "prolong",
    "read_party",
    "record_check_in",
    "record_handover",
    "record_incident",
    "record_outing",
    "record_tally",
    "record_track",
    "save_campaign",
    "start_outing",
    "void_handover",
    "void_incident",
]
