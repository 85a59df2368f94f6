"""The verbs of cases.

duplicates what a person says of two cases that look alike
recurring  what a person says of a closed one that came back
findings   a finding of a night round becomes a case
reporting  a report begins a case, or adds evidence to one
dispatch_rules  the rules that propose a unit are kept
moving     every other move, one at a time or many
planning   what each move writes, and the checks of its fields
keeping    filters of the queue, kept by a person
helping    units that help with a case that another leads
situation  what a plan looks at, and what it says
splitting  the parts of a case that is split
placing    the grid that holds a place
noticing   who is told of a move by web hook
telling    which people are told of it
writing    the rows themselves, one or many
"""

from gridops.cases.service.dispatch_rules import add_rule, change_rule, end_rule, move_rule
from gridops.cases.service.findings import from_finding
from gridops.cases.service.keeping import drop_filter, keep_filter
from gridops.cases.service.moving import Outcome, dispatch_many, move, move_in_sight, move_many, rebuild, resume_due
from gridops.cases.service.reporting import report
from gridops.cases.service.writing import NewCase, Said, write_cases

__all__ = [
    "NewCase",
    "Outcome",
    "Said",
    "add_rule",
    "change_rule",
    "dispatch_many",
    "drop_filter",
    "end_rule",
    "from_finding",
    "keep_filter",
    "move",
    "move_in_sight",
    "move_many",
    "move_rule",
    "rebuild",
    "report",
    "resume_due",
    "write_cases",
]
