"""A file of penalties: what it tells of each becomes events; told otherwise later, it is told anew. Twice is once.

Whether anything is kept is the caller's business: with errors it rolls back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.outside import Told, digest_of
from gridops.inspections.queries import rounds_from_file
from gridops.penalties import queries
from gridops.penalties.forms import PenaltyLine
from gridops.penalties.models import Payment, Penalty, PenaltyEvent
from gridops.penalties.rules import Act, PartyKind, fold, is_own
from gridops.penalties.service.base import append, as_event, new_row, project
from gridops.premises import service as premises

_CHUNK = 500
_PREMISES_COLUMNS = {"premises_name": "party"}
Lines = Sequence[tuple[int, PenaltyLine]]


@dataclass(frozen=True, slots=True)
class _Ids:
    """Our ids of what a line names."""

    round_id: int | None
    premises_id: int | None
    replaces_id: int | None


def import_penalties(
    session: Session, root_id: int, source_system: str, lines: Lines, actor_id: int | None = None
) -> Told:
    """Take penalties as a file tells them: new, told anew where the file now says otherwise, else left alone."""
    told = Told()
    standing = queries.from_file(session, root_id, source_system, _names(lines))
    fresh = _changed(lines, standing, told)
    rounds = rounds_from_file(session, root_id, source_system, [line.round_id for _n, line in fresh if line.round_id])
    for number, line in fresh:
        if line.round_id and line.round_id not in rounds:
            told.refuse(number, "round_id", line.round_id, "没有这次夜查，请先导入夜查")
    replaced = queries.replaced_in_files(session, root_id, source_system) if fresh else {}
    _check_replaced(fresh, standing, replaced, told)
    places = _premises(session, root_id, fresh, told)
    if told.errors:
        return told
    own_names = queries.own_names(session, root_id)
    rows = {
        line.external_id: standing.get(line.external_id) or _new(session, root_id, source_system, line)
        for _n, line in fresh
    }
    session.flush()
    everyone = {**standing, **rows}
    known = _events(session, [row.id for name, row in rows.items() if name in standing])
    payments = {
        line.external_id: _payment(session, rows[line.external_id], line, known.get(rows[line.external_id].id, []))
        for _n, line in fresh
    }
    session.flush()
    for _number, line in fresh:
        ids = _Ids(
            rounds[line.round_id].id if line.round_id else None,
            places.get(line.external_id),
            everyone[line.replaces].id if line.replaces else None,
        )
        row = rows[line.external_id]
        own = is_own(line.decided_by, own_names)
        _tell(session, row, line, ids, own, known.get(row.id, []), payments[line.external_id], actor_id)
    told.new = sum(name not in standing for name in rows)
    told.changed = len(rows) - told.new
    session.flush()
    if rows:
        counts = {"new": told.new, "changed": told.changed, "source": source_system}
        audit.record(session, "penalty.import", "root", root_id, actor_id=actor_id, root_id=root_id, **counts)
    return told


def _names(lines: Lines) -> Iterator[str]:
    for _number, line in lines:
        yield line.external_id
        if line.replaces:
            yield line.replaces


def _changed(lines: Lines, standing: Mapping[str, Penalty], told: Told) -> list[tuple[int, PenaltyLine]]:
    found = []
    for number, line in lines:
        row = standing.get(line.external_id)
        if row is not None and row.import_digest == _digest(line):
            told.unchanged += 1
        else:
            found.append((number, line))
    return found


def _digest(line: PenaltyLine) -> str:
    return digest_of(str(getattr(line, each.name)) for each in fields(line))


def _check_replaced(fresh: Lines, standing: Mapping[str, Penalty], before: Mapping[str, str], told: Told) -> None:
    """A penalty can only replace one that is known, and none can come to replace itself, over several files either."""
    replaces: dict[str, str | None] = {**before, **{line.external_id: line.replaces for _n, line in fresh}}
    for number, line in fresh:
        if line.replaces is None:
            continue
        if line.replaces not in replaces and line.replaces not in standing:
            told.refuse(number, "replaces", line.replaces, "没有这项处罚")
        seen, next_one = {line.external_id}, replaces.get(line.replaces)
        while next_one is not None and next_one not in seen:
            seen.add(next_one)
            next_one = replaces.get(next_one)
        if next_one == line.external_id:
            told.refuse(number, "replaces", line.replaces, "互相替代")


def _premises(session: Session, root_id: int, fresh: Lines, told: Told) -> dict[str, int]:
    """External id -> premises: by credit code, or an organisation by its name within the street."""
    found: dict[str, int] = {}
    known: dict[tuple[str | None, str], int] = {}
    for number, line in fresh:
        if not (line.credit_code or (line.party and line.party_kind is PartyKind.ORGANISATION)):
            continue
        key = (line.credit_code, line.party or line.credit_code or "")
        try:
            if key not in known:
                known[key] = premises.ensure(session, root_id, *key).id
        except Invalid as refused:
            for error in refused.errors:
                column = _PREMISES_COLUMNS.get(error.field, error.field)
                told.refuse(number, column, getattr(line, column, ""), error.reason)
            continue
        found[line.external_id] = known[key]
    return found


def _new(session: Session, root_id: int, source_system: str, line: PenaltyLine) -> Penalty:
    names = {"source_system": source_system, "external_id": line.external_id}
    made = new_row(root_id, line.party_kind, line.opened_at, **names)
    session.add(made)
    return made


def _events(session: Session, penalty_ids: list[int]) -> dict[int, list[PenaltyEvent]]:
    found: dict[int, list[PenaltyEvent]] = {}
    for first in range(0, len(penalty_ids), _CHUNK):
        for event in queries.events_of(session, penalty_ids[first : first + _CHUNK]):
            found.setdefault(event.penalty_id, []).append(event)
    return found


def _tell(
    session: Session,
    row: Penalty,
    line: PenaltyLine,
    ids: _Ids,
    own: bool,
    known: list[PenaltyEvent],
    payment: Payment | None,
    actor_id: int | None,
) -> None:
    """Append what the line tells, after a mark that what the file told before holds no more."""
    steps: list[tuple[Act, datetime, dict[str, Any]]] = [(Act.RESTATE, clock.now(), {})] if known else []
    steps += _steps(line, ids, own)
    if payment is not None:
        steps.append((Act.PAY, payment.paid_at, {"payment_id": payment.id, "amount": payment.amount}))
    made = [
        append(session, row, len(known) + place, act, at, actor_id=actor_id, file=True, **values)
        for place, (act, at, values) in enumerate(steps, start=1)
    ]
    project(row, fold(map(as_event, [*known, *made])))
    row.import_digest = _digest(line)
    row.version += 1


def _steps(line: PenaltyLine, ids: _Ids, own: bool) -> Iterator[tuple[Act, datetime, dict[str, Any]]]:
    opened = {
        "act_at": line.act_at,
        "party": line.party,
        "party_kind": line.party_kind,
        "round_id": ids.round_id,
        "premises_id": ids.premises_id,
        "replaces_id": ids.replaces_id,
        "decided_by": line.decided_by,
        "own": own,
    }
    yield Act.OPEN, line.opened_at, opened
    if line.waived:
        yield Act.WAIVE, line.decided_at or line.opened_at, {}
        return
    if line.decided_at is not None:
        decided = {"kinds": list(line.kinds), "fine": line.fine_yuan, "confiscated": line.confiscated_yuan}
        yield Act.DECIDE, line.decided_at, {**decided, "decided_by": line.decided_by, "own": own}
    if line.served_at is not None:
        yield Act.SERVE, line.served_at, {}
    if line.changed_at is not None:
        yield Act.CHANGE, line.changed_at, {"changed_fine": line.changed_fine_yuan}
    if line.remedy_from is not None:
        yield Act.REMEDY, line.remedy_from, {"remedy_from": line.remedy_from, "remedy_to": line.remedy_to}
    if line.revoked_at is not None:
        yield Act.REVOKE, line.revoked_at, {}


def _payment(session: Session, row: Penalty, line: PenaltyLine, known: list[PenaltyEvent]) -> Payment | None:
    """The file's payment: kept while it says the same, voided when it says otherwise, then booked anew."""
    of_file = {event.details.get("payment_id") for event in known if event.act == Act.PAY and event.details.get("file")}
    same: Payment | None = None
    for payment in queries.payments_of(session, row.id) if of_file else ():
        if payment.id not in of_file or payment.voided_at is not None:
            continue
        if (payment.paid_at, payment.amount) == (line.paid_at, line.paid_yuan):
            same = payment
        else:
            payment.voided_at = clock.now()
    if same is not None or line.paid_at is None or line.paid_yuan is None:
        return same
    made = Payment(penalty_id=row.id, paid_at=line.paid_at, amount=line.paid_yuan, recorded_at=clock.now())
    session.add(made)
    return made
