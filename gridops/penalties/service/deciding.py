"""Up to the decision: open proceedings, tell the party, waive or decide; annul and decide anew."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.core.db import lock_names
from gridops.core.errors import Invalid
from gridops.penalties import queries
from gridops.penalties.forms import DecideIn, OpenIn, TellIn, WaiveIn
from gridops.penalties.models import Penalty, PenaltyOfficer
from gridops.penalties.queries import Source
from gridops.penalties.rules import Act, PartyKind, faults, is_own
from gridops.penalties.service.base import begin, check_role, new_row, not_before, write
from gridops.penalties.service.looking import decision_of, working_of
from gridops.people.queries import grids_below
from gridops.people.rules import Person
from gridops.premises import queries as premises_asked
from gridops.premises import service as premises
from gridops.squads.rules import Someone


def open_proceedings(session: Session, person: Person, form: OpenIn) -> Penalty:
    """Open proceedings (立案查处), by themselves or from a visit or an incident.

    The same form sent twice, and the same visit or incident against the same party while it is in hand, is one.
    Raises NotAllowed, NotFound (source), Invalid.
    """
    # A form sent twice at once, or by two people from one visit, waits for its turn.
    lock_names(session, [f"penalty {person.root_id} {form.visit_id} {form.incident_id} {form.once}"])
    known = queries.penalty_of_record(session, form.once) if form.once else None
    if known is not None and known.root_id == person.root_id:
        return known
    source = _source(session, person.root_id, form)
    row = new_row(person.root_id, form.party_kind, form.opened_at, record_id=form.once)
    premises_id, party = _party(session, person.root_id, form, source)
    grid_id = form.grid_id or source.grid_id
    if grid_id is not None and grid_id not in grids_below(session, [person.root_id]):
        raise Invalid(("grid_id", "没有这个网格"))
    again = queries.of_source(session, visit_id=form.visit_id, incident_id=form.incident_id, party=party)
    if again is not None:
        return again
    if form.basis_id and queries.basis(session, person.root_id, form.basis_id) is None:
        raise Invalid(("basis_id", "没有这项处罚依据"))
    not_before("opened_at", form.opened_at, form.act_at, "立案日期不得早于违法行为发生之日")
    own = is_own(form.decided_by, queries.own_names(session, person.root_id))
    row.grid_id, row.premises_id = grid_id, premises_id
    session.add(row)
    session.flush()
    check_role(session, person, Act.OPEN, queries.grid_of(session, row), own=True)
    write(
        session,
        row,
        Act.OPEN,
        form.opened_at,
        actor_id=person.user_id,
        act_at=form.act_at or (source.at if form.visit_id or form.incident_id else None),
        party=party,
        party_kind=form.party_kind,
        round_id=source.round_id,
        visit_id=form.visit_id,
        incident_id=form.incident_id,
        premises_id=premises_id,
        grid_id=grid_id,
        basis_id=form.basis_id,
        grave=form.grave,
        simple=form.simple,
        decided_by=form.decided_by,
        own=own,
    )
    return row


def tell(session: Session, person: Person, row: Penalty, form: TellIn, version: int) -> None:
    """Note that the party was told of the intended penalty and its rights (行政处罚法 art. 44, 63)."""
    begin(session, person, row, Act.TELL, version)
    not_before("at", form.at, row.opened_at, "不得早于立案日期")
    write(session, row, Act.TELL, form.at, actor_id=person.user_id, hearing=form.hearing)


def waive(session: Session, person: Person, row: Penalty, form: WaiveIn, version: int) -> None:
    """No penalty (不予处罚), with the reason (行政处罚法 art. 30, 31, 33, 57)."""
    begin(session, person, row, Act.WAIVE, version)
    not_before("at", form.at, row.opened_at, "不得早于立案日期")
    write(session, row, Act.WAIVE, form.at, actor_id=person.user_id, reason=form.reason)


def decide(session: Session, person: Person, row: Penalty, form: DecideIn, version: int) -> None:
    """Record a decision. Invalid names every guard of the law that it breaks, with the article.

    The street's own is made by its head, on the spot by its officers; what another body decided is only noted.
    """
    own = is_own(form.decided_by, queries.own_names(session, row.root_id))
    begin(session, person, row, Act.DECIDE, version, own=own, simple=form.simple)
    _write_decision(session, person, row, form, own)


def replace(session: Session, person: Person, row: Penalty, form: DecideIn, reason: str, version: int) -> Penalty:
    """Annul a decision and decide anew: the old one leaves, the new one counts at its own date, never both.

    What was annulled before (by a court, say) keeps its date. Returns the new penalty.
    """
    own = is_own(form.decided_by, queries.own_names(session, row.root_id))
    begin(session, person, row, Act.REPLACE, version, own=own or row.own)
    if queries.replacing(session, row.id) is not None:
        raise Invalid(("decided_at", "已经重新作出决定"))
    not_before("decided_at", form.at, row.decided_at, "不得早于原决定日期")
    if row.revoked_at is None:
        write(session, row, Act.REVOKE, form.at, actor_id=person.user_id, reason=reason)
    anew = _opened_again(session, person, row)
    write(session, row, Act.REPLACE, form.at, actor_id=person.user_id, reason=reason, by_id=anew.id)
    if row.told_rights_at is not None:
        write(session, anew, Act.TELL, row.told_rights_at, actor_id=person.user_id, hearing=row.hearing)
    _write_decision(session, person, anew, form, own)
    return anew


def _opened_again(session: Session, person: Person, row: Penalty) -> Penalty:
    """The proceedings go on under a new row, opened when the old decision fell: its 90 days begin then."""
    fell = row.revoked_at or row.opened_at
    anew = new_row(row.root_id, row.party_kind, fell)
    session.add(anew)
    session.flush()
    kept = (
        "act_at",
        "party",
        "party_kind",
        "round_id",
        "visit_id",
        "incident_id",
        "premises_id",
        "grid_id",
        "basis_id",
    )
    values = {name: getattr(row, name) for name in (*kept, "grave")}
    write(session, anew, Act.OPEN, fell, actor_id=person.user_id, replaces_id=row.id, **values)
    return anew


def _write_decision(session: Session, person: Person, row: Penalty, form: DecideIn, own: bool) -> None:
    # Two decisions on one act wait for each other: the second one sees the fine of the first.
    lock_names(session, [f"penalty decided {row.root_id}"])
    basis_id = form.basis_id or row.basis_id
    basis = queries.basis(session, row.root_id, basis_id) if basis_id else None
    if basis_id and basis is None:
        raise Invalid(("basis_id", "没有这项处罚依据"))
    officers = _officers(session, row, form.officers)
    write(
        session,
        row,
        Act.DECIDE,
        form.at,
        actor_id=person.user_id,
        decided_by=form.decided_by,
        own=own,
        decision_no=form.decision_no,
        simple=form.simple,
        kinds=list(form.kinds),
        fine=form.fine,
        confiscated=form.confiscated,
        surcharge_stated=form.surcharge_stated,
        basis_id=basis_id,
        late_ground=form.late_ground,
    )
    decided = decision_of(session, row, officers, basis)
    assert decided is not None
    broken = faults(decided, working_of(session, row.root_id))
    if broken:
        raise Invalid(*(("at" if field == "decided_at" else field, says) for field, says in broken))


def _officers(session: Session, row: Penalty, named: tuple[Someone, ...]) -> list[PenaltyOfficer]:
    """Keep who signs, ours with the certificate they hold; Invalid for a user name that nobody bears."""
    known = queries.users_named(session, row.root_id, [one.username for one in named if one.username])
    made = []
    for seq, one in enumerate(named, start=1):
        user = known.get(one.username) if one.username else None
        if one.username and user is None:
            raise Invalid(("officers", f"没有这个人员：{one.username}"))
        made.append(
            PenaltyOfficer(
                penalty_id=row.id,
                seq=seq,
                user_id=user.id if user else None,
                name=user.name if user else one.name,
                certificate_no=(user.certificate_no if user else one.certificate_no) or "",
                certificate_valid_to=user.certificate_valid_to if user else None,
            )
        )
    session.add_all(made)
    session.flush()
    return made


def _source(session: Session, root_id: int, form: OpenIn) -> Source:
    if form.visit_id is not None:
        return queries.source_of_visit(session, root_id, form.visit_id)
    if form.incident_id is not None:
        return queries.source_of_incident(session, root_id, form.incident_id)
    return Source(root_id, form.opened_at)


def _party(session: Session, root_id: int, form: OpenIn, source: Source) -> tuple[int | None, str]:
    """The premises and the party's name; an organisation is the premises of its code or name."""
    party = form.party or source.party
    if form.credit_code or (party and source.premises_id is None and form.party_kind is PartyKind.ORGANISATION):
        found = premises.ensure(session, root_id, form.credit_code, party or form.credit_code or "")
        return found.id, party or found.name
    if source.premises_id is None:
        return None, party
    there = premises_asked.premises(session, source.premises_id)
    assert there is not None
    found = premises.survivor(session, there)
    if not party and form.party_kind is PartyKind.PERSON:
        raise Invalid(("party", "须写明当事人的姓名或者名称"))
    return found.id, party or found.name
