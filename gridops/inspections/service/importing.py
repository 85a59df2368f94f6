"""Files of rounds and visits: all lines are looked at, what is wrong with each is told, twice changes nothing.

Whether anything is kept is the caller's business: with errors it rolls back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.outside import Told, digest_of
from gridops.grids import queries as grids
from gridops.inspections import queries
from gridops.inspections.forms.rounds import RoundLine
from gridops.inspections.forms.visits import VisitLine
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import OrderKind, Present, Signed, VisitKind, last_instant, lawful, visit_fault
from gridops.inspections.service import mending, people
from gridops.inspections.service.rounds import file_grids, new_round
from gridops.inspections.service.visits import ids_of
from gridops.premises import service as premises
from gridops.premises.models import Premises
from gridops.squads import queries as squad_queries
from gridops.squads import service as squads


def import_rounds(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, RoundLine]],
    actor_id: int | None = None,
) -> Told:
    """Take rounds as a file tells them: new, changed where the file now says otherwise, else left alone.

    The grids that a file names were seen when its round ended.
    """
    told = Told()
    known = squad_queries.named(session, root_id, (one for _n, line in lines for one in line.people))
    standing = queries.rounds_from_file(session, root_id, source_system, (line.external_id for _n, line in lines))
    codes = grids.by_codes(session, {code for _n, line in lines for code in line.grid_codes})
    for number, line in lines:
        members, wrong = squad_queries.resolved(line.people, known, "people")
        if wrong:
            told.refuse(number, wrong[0], ";".join(one.username or one.name for one in line.people), wrong[1])
        unknown = [code for code in line.grid_codes if code not in codes or codes[code].root_id != root_id]
        if unknown:
            told.refuse(number, "grid_codes", ";".join(unknown), "没有这个网格")
        if wrong or unknown:
            continue
        digest, night = digest_of(_round_values(line)), standing.get(line.external_id)
        if night is not None and night.import_digest == digest:
            told.unchanged += 1
            continue
        if night is None:
            night = new_round(session, root_id, line.started_at)
            night.source_system, night.external_id = source_system, line.external_id
            told.new += 1
        else:
            night.version += 1
            told.changed += 1
        night.started_at, night.ended_at, night.import_digest = line.started_at, line.ended_at, digest
        night.groups, night.theme, night.inspection = line.groups, line.theme, line.inspection
        file_grids(session, night, [codes[code].id for code in line.grid_codes], line.ended_at)
        squads.take_members(session, night.squad_id, members, line.started_at)
        _judge_again(session, night)
    _note(session, root_id, "round.import", source_system, told, actor_id)
    return told


def import_visits(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, VisitLine]],
    actor_id: int | None = None,
) -> Told:
    """Take visits as a file tells them. `ordered` is an order to correct only where the visit was an inspection.

    Its round must be approved as one and have two certified officers of one competent body; else the visit was a patrol
    and its paper a 隐患提示单 (国办发〔2024〕54号). Findings are told by their number alone.
    """
    told = Told()
    rounds = queries.rounds_from_file(session, root_id, source_system, (ln.round_id for _n, ln in lines if ln.round_id))
    standing = queries.visits_from_file(session, root_id, source_system, (ln.external_id for _n, ln in lines))
    papers = queries.orders_of(session, [visit.id for visit in standing.values()])
    there: dict[int, list[Present]] = {}
    for number, line in lines:
        night = rounds.get(line.round_id) if line.round_id else None
        digest, visit = digest_of(_visit_values(line)), standing.get(line.external_id)
        if visit is not None and visit.import_digest == digest:
            told.unchanged += 1
            continue
        paper = papers.get(visit.id) if visit else None
        place = _place(session, root_id, number, line, told)
        if _refused(told, number, line, night, paper) or place is None:
            continue
        kind, left = _what(session, line, night, there)
        if visit is None:
            visit = Visit(root_id=root_id, source_system=source_system, external_id=line.external_id)
            visit.recorded_at, visit.signed, visit.user_id = clock.now(), Signed.NOT_ASKED, actor_id
            told.new += 1
        else:
            visit.version += 1
            told.changed += 1
        visit.round_id, visit.premises_id, visit.import_digest = night.id if night else None, place.id, digest
        visit.visited_at, visit.kind, visit.note = line.visited_at, kind, line.note
        visit.complete, visit.recheck = line.complete, line.recheck
        session.add(visit)
        session.flush()
        _take_findings(session, visit, line)
        _take_paper(session, visit, line, left, paper)
        mending.lift(session, [visit.id])
        if line.recheck:
            mending.lift_empty(session, visit, ids_of(session, place))
    _note(session, root_id, "visit.import", source_system, told, actor_id)
    return told


def _place(session: Session, root_id: int, number: int, line: VisitLine, told: Told) -> Premises | None:
    try:
        return premises.ensure(session, root_id, line.credit_code, line.premises_name or line.credit_code or "")
    except Invalid as wrong:
        for error in wrong.errors:
            column = "credit_code" if error.field == "credit_code" else "premises_name"
            told.refuse(number, column, line.credit_code or line.premises_name, error.reason)
    return None


def _refused(told: Told, number: int, line: VisitLine, night: Round | None, paper: Order | None) -> bool:
    """Note what a line says that cannot be, given its round and what an earlier edition of the file said."""
    before = len(told.errors)
    if line.round_id and night is None:
        told.refuse(number, "round_id", line.round_id, "没有这次夜查，请先导入夜查")
    if night is not None and (fault := visit_fault(night, line.visited_at, early=timedelta(0))):
        told.refuse(number, "visited_at", clock.local(line.visited_at).isoformat(), fault)
    if paper is not None and not line.ordered:
        told.refuse(number, "ordered", "no", "此前的文件记有已送达的文书，不能改为没有")
    return len(told.errors) > before


def _what(
    session: Session, line: VisitLine, night: Round | None, there: dict[int, list[Present]]
) -> tuple[VisitKind, OrderKind]:
    """What the visit was and what its paper was; who was there is asked once a round."""
    if night is None:
        return VisitKind.PATROL, OrderKind.HAZARD_NOTICE
    if night.squad_id not in there:
        there[night.squad_id] = people.present(session, night.squad_id)
    return lawful(night.inspection, there[night.squad_id], line.visited_at)


def _judge_again(session: Session, night: Round) -> None:
    """A round that a file tells anew may be none that could inspect, or one that could: its imported visits follow."""
    rows = queries.visits_from_files(session, night.id)
    papers = queries.orders_of(session, [visit.id for visit in rows])
    there = people.present(session, night.squad_id) if rows else []
    for visit in rows:
        kind, left = lawful(night.inspection, there, visit.visited_at)
        paper = papers.get(visit.id)
        if visit.kind is not kind or (paper is not None and paper.kind is not left):
            visit.kind = kind
            visit.version += 1
            if paper is not None:
                paper.kind = left
    session.flush()


def _take_findings(session: Session, visit: Visit, line: VisitLine) -> None:
    """As many rows as the file counts, the first of them mended; those it no longer counts are taken back."""
    now = clock.now()
    rows = queries.all_findings(session, visit.id)
    for seq in range(len(rows) + 1, line.findings + 1):
        rows.append(Finding(visit_id=visit.id, seq=seq, recorded_at=now))
    for place, row in enumerate(rows):
        row.voided_at = None if place < line.findings else row.voided_at or now
        # What a re-inspection of ours saw stands, whatever the file says.
        if row.corrected_visit_id is None:
            row.corrected_at = line.corrected_at if place < line.corrected else None
    session.add_all(rows)
    session.flush()


def _take_paper(session: Session, visit: Visit, line: VisitLine, left: OrderKind, paper: Order | None) -> None:
    if not line.ordered:
        return
    if paper is None:
        paper = Order(visit_id=visit.id, recorded_at=clock.now())
    paper.kind, paper.served_at, paper.due_on = left, line.visited_at, line.order_due_on
    paper.due_at = last_instant(line.order_due_on) if line.order_due_on else None
    session.add(paper)
    session.flush()


def _round_values(line: RoundLine) -> tuple[object, ...]:
    return (
        line.started_at,
        line.ended_at,
        line.groups,
        line.grid_codes,
        [(one.username, one.name, one.agency and one.agency.value, one.certificate_no) for one in line.people],
        line.theme,
        line.inspection,
    )


def _visit_values(line: VisitLine) -> tuple[object, ...]:
    return (
        line.round_id,
        line.credit_code,
        line.premises_name,
        line.visited_at,
        line.complete,
        line.recheck,
        line.findings,
        line.corrected,
        line.corrected_at,
        line.ordered,
        line.order_due_on,
        line.note,
    )


def _note(session: Session, root_id: int, act: str, source_system: str, told: Told, actor_id: int | None) -> None:
    if told.new or told.changed:
        counts = {"new": told.new, "changed": told.changed}
        audit.record(session, act, "root", root_id, actor_id=actor_id, root_id=root_id, source=source_system, **counts)
