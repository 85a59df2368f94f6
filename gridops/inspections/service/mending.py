"""What a re-inspection saw mended, and when a paper is done with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.inspections import queries
from gridops.inspections.models import Finding, Visit
from gridops.inspections.rules import lifted


def seen_mended(
    session: Session, visit: Visit, own: Sequence[Finding], named: Collection[int], premises_ids: Collection[int]
) -> None:
    """Mark the findings that a visit names as mended at its time, and lift the papers with nothing left open.

    On a re-inspection ids of earlier open findings of these premises; on another visit the numbers of its `own`
    findings, mended on the spot. Invalid (`corrected`) for others.
    """
    if not named:
        return
    by_name = {one.seq: one for one in own}
    if visit.recheck:
        rows = queries.open_findings(session, premises_ids)
        by_name = {row.finding.id: row.finding for row in rows if row.visit.id != visit.id}
    unknown = [str(one) for one in named if one not in by_name]
    if unknown:
        raise Invalid(("corrected", f"没有这些未整改的问题：{'、'.join(unknown[:5])}"))
    mended = [by_name[one] for one in named]
    for finding in mended:
        finding.corrected_at, finding.corrected_visit_id = visit.visited_at, visit.id
    session.flush()
    lift(session, (finding.visit_id for finding in mended))


def unsee(session: Session, visit: Visit) -> None:
    """What a visit saw mended is open again: the visit is void."""
    mended = queries.mended_on(session, visit.id)
    for finding in mended:
        finding.corrected_at = finding.corrected_visit_id = None
    session.flush()
    lift(session, (finding.visit_id for finding in mended))


def lift(session: Session, visit_ids: Iterable[int]) -> None:
    """Write anew when the papers of visits were done with, from their findings."""
    wanted = sorted(set(visit_ids))
    times: dict[int, list[datetime | None]] = {}
    for finding in queries.findings_of(session, wanted):
        times.setdefault(finding.visit_id, []).append(finding.corrected_at)
    for visit_id, paper in queries.orders_of(session, wanted).items():
        paper.lifted_at = lifted(times.get(visit_id, []))
    session.flush()


def lift_empty(session: Session, visit: Visit, premises_ids: Collection[int]) -> None:
    """A complete re-inspection is done with papers of these premises whose findings nobody named (files)."""
    if visit.recheck and visit.complete:
        for paper in queries.papers_without_findings(session, premises_ids, visit.visited_at):
            paper.lifted_at = visit.visited_at
