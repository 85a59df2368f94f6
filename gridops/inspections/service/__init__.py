"""The verbs of night rounds.

rounds     plan, start, end, cancel, grids seen, corrections
visits     record a visit with findings and paper, add to it, correct it, void it
records    what the phone's records do
importing  files of rounds and visits
"""

from gridops.inspections.service.importing import import_rounds, import_visits
from gridops.inspections.service.people import as_present, present
from gridops.inspections.service.records import record_check_in, record_round, record_track, record_visit
from gridops.inspections.service.rounds import (
    add_people,
    cancel_round,
    change_plan,
    correct_round,
    end_round,
    grids_checked,
    new_round,
    plan_grids,
    plan_round,
    round_for,
    start_round,
)
from gridops.inspections.service.visits import (
    add_findings,
    add_visit,
    awaits_officers,
    correct_visit,
    ids_of,
    mark_case,
    read_witness,
    void_finding,
    void_visit,
)

__all__ = [
    "add_findings",
    "add_people",
    "add_visit",
    "as_present",
    "awaits_officers",
    "cancel_round",
    "change_plan",
    "correct_round",
    "correct_visit",
    "end_round",
    "grids_checked",
    "ids_of",
    "import_rounds",
    "import_visits",
    "mark_case",
    "new_round",
    "plan_grids",
    "plan_round",
    "present",
    "read_witness",
    "record_check_in",
    "record_round",
    "record_track",
    "record_visit",
    "round_for",
    "start_round",
    "void_finding",
    "void_visit",
]
