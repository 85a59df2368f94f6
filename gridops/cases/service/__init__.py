"""The verbs of cases.

findings   a finding of a night round becomes a case
reporting  a report begins a case, or adds evidence to one
moving     every other move, one at a time or many
planning   what each move writes, and the checks of its fields
noticing   who is told of a move by web hook
writing    the rows themselves, one or many
"""

from gridops.cases.service.findings import from_finding
from gridops.cases.service.moving import Outcome, dispatch_many, move, rebuild, resume_due
from gridops.cases.service.reporting import report
from gridops.cases.service.writing import NewCase, Said, write_cases

__all__ = [
    "NewCase",
    "Outcome",
    "Said",
    "dispatch_many",
    "from_finding",
    "move",
    "rebuild",
    "report",
    "resume_due",
    "write_cases",
]
