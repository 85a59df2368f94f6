"""What happened at premises, of every room that knows of them, in one list: newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import lookups as cases
from gridops.cases.rules.names import STATE_NAMES
from gridops.inspections import queries as inspections
from gridops.inspections.rules import ORDER_NAMES, VISIT_NAMES
from gridops.operations import queries as operations
from gridops.operations.rules import INCIDENT_NAMES
from gridops.penalties import queries as penalties
from gridops.penalties.rules import KIND_NAMES, READERS, STAGE_NAMES, PenaltyKind
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.premises import queries as premises
from gridops.squads.rules import AGENCY_NAMES, Agency
from gridops.supervision import queries as supervision


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing: when, what, told in words, and the page that tells more; `void`: recorded by mistake."""

    at: datetime
    what: str
    icon: str
    told: str
    url: str
    void: bool = False


def at_premises(session: Session, person: Person, ids: Collection[int], grid_id: int) -> list[Happened]:
    """Everything at these premises: visits with papers, what was found there and became a case or a problem item,
    incidents, merges, and penalties for who reads them there (`grid_id`).
    """
    found = [*_visits(session, ids), *_cases(session, ids), *_incidents(session, ids), *_merges(session, ids)]
    if may_at(session, person, READERS, grid_id):
        found += _penalties(session, ids)
    return sorted(found, key=lambda one: one.at, reverse=True)


def open_findings(session: Session, ids: Collection[int]) -> list[inspections.FindingRow]:
    """The findings there that nobody has seen mended."""
    return inspections.open_findings(session, ids)


def _visits(session: Session, ids: Collection[int]) -> list[Happened]:
    rows = inspections.of_premises(session, ids)
    papers = inspections.orders_of(session, [row.visit.id for row in rows])
    found = []
    for row in rows:
        visit, paper = row.visit, papers.get(row.visit.id)
        url = url_for("desk_visits.show", visit_id=visit.id)
        told = " ".join(part for part in (row.round_number, _("复查") if visit.recheck else "") if part)
        found.append(Happened(visit.visited_at, _(VISIT_NAMES[visit.kind]), "eye-check", told, url,
                              visit.voided_at is not None))  # fmt: skip
        if paper is not None:
            told = " ".join(part for part in (paper.number, str(paper.due_on or "")) if part)
            lifted = _("已整改") if paper.lifted_at else ""
            found.append(Happened(paper.served_at, _(ORDER_NAMES[paper.kind]), "file-text", f"{told} {lifted}".strip(),
                                  url, visit.voided_at is not None))  # fmt: skip
    return found


def _cases(session: Session, ids: Collection[int]) -> list[Happened]:
    """Cases that findings there became, and the problem items of bulletins that name these cases."""
    visits = [row.visit.id for row in inspections.of_premises(session, ids)]
    case_ids = {one.case_id for one in inspections.findings_of(session, visits) if one.case_id is not None}
    found = [
        Happened(
            case.reported_at,
            _("案件"),
            "clipboard-list",
            f"{case.number} {_(STATE_NAMES[case.state])}",
            url_for("desk_case.show", number=case.number),
        )
        for case in cases.of_ids(session, case_ids)
    ]
    return found + [
        Happened(
            item.at,
            _("通报问题"),
            "alert-triangle",
            f"{item.number} {item.fact}",
            url_for("desk_problems.show", problem_number=item.number),
        )
        for item in supervision.of_cases(session, case_ids)
    ]


def _incidents(session: Session, ids: Collection[int]) -> list[Happened]:
    return [
        Happened(
            row.happened_at,
            _(INCIDENT_NAMES[row.kind]),
            "lock",
            " ".join(
                part for part in (_(AGENCY_NAMES[Agency(row.agency)]), row.decision_no, row.outing_number) if part
            ),
            url_for("desk_incidents.show", incident_id=row.incident_id),
        )
        for row in operations.of_premises(session, ids)
    ]


def _merges(session: Session, ids: Collection[int]) -> list[Happened]:
    """Duplicates that became part of these premises, and when."""
    return [
        Happened(row.merged_at, _("并入"), "git-merge", row.name, url_for("desk_premises.show", premises_id=row.id))
        for one in ids
        for row in premises.merged_into(session, one)
        if row.merged_at is not None
    ]


def _penalties(session: Session, ids: Collection[int]) -> list[Happened]:
    found = []
    for row in penalties.of_premises(session, ids):
        heaviest = _(KIND_NAMES[PenaltyKind(row.heaviest)]) if row.heaviest else ""
        told = " ".join(part for part in (row.decided_by, row.decision_no, heaviest, _(STAGE_NAMES[row.stage])) if part)
        url = url_for("desk_penalties.show", penalty_id=row.penalty_id)
        found.append(Happened(row.decided_at or row.opened_at, _("行政处罚"), "gavel", told, url))
    return found
