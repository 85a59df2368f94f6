"""Files of operations and incidents: all lines are looked at, what is wrong with each is told, twice changes nothing.

Whether anything is kept is the caller's business: with errors it rolls back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.outside import Told, digest_of
from gridops.operations import queries
from gridops.operations.forms.incidents import IncidentLine
from gridops.operations.forms.operations import OperationLine
from gridops.operations.models import Campaign, Incident, Outing, Tally
from gridops.operations.rules import Facts, TallyKind
from gridops.operations.service import officers
from gridops.operations.service.campaigns import ensure_campaign
from gridops.operations.service.incidents import check_musts
from gridops.operations.service.outings import new_outing
from gridops.squads import queries as squads_asked
from gridops.squads import service as squads
from gridops.squads.queries import Named
from gridops.squads.rules import Someone


def import_operations(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, OperationLine]],
    actor_id: int | None = None,
) -> Told:
    """Take outings as a file tells them: new, changed where the file now says otherwise, else left alone."""
    told = Told()
    known = squads_asked.named(session, root_id, (one for _n, line in lines for one in line.people))
    standing = queries.from_file(session, root_id, source_system, (line.external_id for _n, line in lines))
    campaigns: dict[str, Campaign] = {}
    for number, line in lines:
        people, wrong = squads_asked.resolved(line.people, known, "people")
        if wrong:
            told.refuse(number, wrong[0], "; ".join(str(one) for one in line.people), wrong[1])
            continue
        digest = digest_of(_operation_values(line))
        outing = standing.get(line.external_id)
        if outing is not None and outing.import_digest == digest:
            told.unchanged += 1
            continue
        campaign = _campaign(session, root_id, campaigns, line)
        if outing is None:
            outing = new_outing(session, campaign, line.started_at)
            outing.source_system, outing.external_id = source_system, line.external_id
            told.new += 1
        else:
            outing.version += 1
            told.changed += 1
        _write_operation(session, outing, campaign, line, people, digest)
    if told.new or told.changed:
        _note(session, root_id, "outing.import", source_system, told, actor_id)
    return told


def import_incidents(
    session: Session,
    root_id: int,
    source_system: str,
    lines: Sequence[tuple[int, IncidentLine]],
    actor_id: int | None = None,
) -> Told:
    """Take incidents as a file tells them. What breaks a must of the law is refused: column, reason with article."""
    told = Told()
    known = officers.officers_named(session, root_id, (one for _n, line in lines for one in line.officers))
    operations = (line.operation_id for _n, line in lines if line.operation_id)
    outings = queries.from_file(session, root_id, source_system, operations)
    standing = queries.incidents_from_file(session, root_id, source_system, (line.external_id for _n, line in lines))
    for number, line in lines:
        outing = outings.get(line.operation_id) if line.operation_id else None
        if line.operation_id and outing is None:
            told.refuse(number, "operation_id", line.operation_id, "没有这次行动，请先导入行动")
        digest = digest_of(_incident_values(line))
        incident = standing.get(line.external_id)
        if incident is not None and incident.import_digest == digest:
            told.unchanged += 1
            continue
        people = [known[one] for one in line.officers]
        try:
            check_musts(session, root_id, _facts(line, people), prolonged=True)
        except Invalid as refused:
            for error in refused.errors:
                told.refuse(number, error.field, _shown(line, error.field), error.reason)
            continue
        if incident is None:
            incident = Incident(
                root_id=root_id,
                source_system=source_system,
                external_id=line.external_id,
                recorded_at=clock.now(),
                user_id=actor_id,
            )
            told.new += 1
        else:
            incident.version += 1
            told.changed += 1
        _write_incident(session, incident, line, outing, people, digest)
    session.flush()
    if told.new or told.changed:
        _note(session, root_id, "incident.import", source_system, told, actor_id)
    return told


def _write_operation(
    session: Session, outing: Outing, campaign: Campaign, line: OperationLine, people: list[Named], digest: str
) -> None:
    outing.campaign_id = campaign.id
    outing.started_at, outing.ended_at = line.started_at, line.ended_at
    outing.agencies = [agency.value for agency in line.agencies] or list(campaign.agencies or ())
    outing.import_digest = digest
    squads.take_members(session, outing.squad_id, people, line.started_at)
    _take_tallies(session, outing, line.tallies, line.started_at)
    session.flush()


def _take_tallies(session: Session, outing: Outing, totals: Mapping[TallyKind, int], at: datetime) -> None:
    """A total of a file is one addition; when the file says otherwise, another stands in its place from now on."""
    kept = queries.file_tallies(session, outing.id)
    now = clock.now()
    for kind, total in totals.items():
        before = kept.get(kind)
        if before is not None and before.amount == total and before.at == at:
            continue
        if before is not None:
            before.superseded_at = now
        if total:
            session.add(Tally(outing_id=outing.id, kind=kind, amount=total, at=at, recorded_at=now))


def _write_incident(
    session: Session, incident: Incident, line: IncidentLine, outing: Outing | None, people: list[Named], digest: str
) -> None:
    incident.outing_id = outing.id if outing else None
    incident.kind, incident.agency = line.kind, line.agency
    incident.basis, incident.approver = line.basis, line.approver
    incident.officers = officers.as_kept(people, line.agency)
    incident.happened_at, incident.party = line.happened_at, line.party
    incident.decision_no, incident.items = line.decision_no, line.items
    incident.deadline, incident.answered_at = line.deadline, line.answered_at or incident.answered_at
    incident.import_digest = digest
    session.add(incident)


def _campaign(session: Session, root_id: int, known: dict[str, Campaign], line: OperationLine) -> Campaign:
    """The campaign of a line; one that is made by a file is called as the file calls it, or by its code."""
    if line.campaign_code not in known:
        known[line.campaign_code] = ensure_campaign(session, root_id, line.campaign_code, line.campaign_name)
    return known[line.campaign_code]


def _facts(line: IncidentLine, people: Sequence[Named]) -> Facts:
    return Facts(
        line.kind,
        line.agency,
        line.happened_at,
        line.basis,
        line.approver,
        None,
        officers.as_officers(people, officers.day_of(line.happened_at)),
        line.items,
        line.deadline,
        line.answered_at,
    )


def _shown(line: IncidentLine, column: str) -> str:
    value = getattr(line, column, None)
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, tuple):
        return ";".join(_name(one) for one in value)
    return str(value or "")


def _name(one: Someone) -> str:
    return one.username or one.name


def _operation_values(line: OperationLine) -> tuple[object, ...]:
    tallies = [(kind.value, line.tallies.get(kind, 0)) for kind in TallyKind]
    return (
        line.campaign_code,
        line.campaign_name,
        line.started_at,
        line.ended_at,
        [agency.value for agency in line.agencies],
        [repr(one) for one in line.people],
        tallies,
    )


def _incident_values(line: IncidentLine) -> tuple[object, ...]:
    return (
        line.operation_id,
        line.kind.value,
        line.agency.value,
        line.basis,
        line.approver,
        [repr(one) for one in line.officers],
        line.happened_at,
        line.party,
        line.decision_no,
        line.items,
        line.deadline,
        line.answered_at,
    )


def _note(session: Session, root_id: int, act: str, source_system: str, told: Told, actor_id: int | None) -> None:
    counts = {"new": told.new, "changed": told.changed}
    audit.record(session, act, "root", root_id, actor_id=actor_id, root_id=root_id, source=source_system, **counts)
