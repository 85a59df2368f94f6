"""The verbs of 督查事项: open, weekly line, sign off, void; and withdrawing a score from above."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.core.errors import Closed, Invalid, NotAllowed, NotFound
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.supervision import queries
from gridops.supervision.forms import LineForm, MatterForm
from gridops.supervision.models import Matter, MatterHelper, MatterLine, MatterUndoing, Score
from gridops.supervision.queries.matters import NO_MATTER
from gridops.supervision.rules import ANSWERERS, KEEPERS, SIGNERS, Light
from gridops.supervision.rules.matters import signing_fault, undoing_fault
from gridops.supervision.service.common import NO_UNIT, changed, demand, locked, next_number, told, unit_id_of

_KIND = "matter"


def open_matter(session: Session, person: Person, form: MatterForm) -> Matter:
    """Put a matter under supervision. NotAllowed; Invalid names fields."""
    lead = unit_id_of(session, person.root_id, form.lead, "lead")
    demand(session, person, KEEPERS, lead, "只有督查人员可以立项")
    now = clock.now()
    if form.due_at is not None and form.due_at <= now:
        raise Invalid(("due_on", "办结期限须在今天或以后"))
    helpers = queries.unit_ids(session, person.root_id, form.helpers)
    if unknown := [code for code in form.helpers if code not in helpers]:
        raise Invalid(("helpers", f"{NO_UNIT}：{'、'.join(unknown)}"))
    found = Matter(
        root_id=person.root_id,
        number=next_number(session, person.root_id, _KIND, "DC", now),
        title=form.title,
        source=form.source,
        lead_unit_id=lead,
        opened_at=now,
        due_at=form.due_at,
        recorded_at=now,
    )
    session.add(found)
    session.flush()
    session.add_all(MatterHelper(matter_id=found.id, unit_id=unit_id) for unit_id in sorted(set(helpers.values())))
    session.flush()
    told(session, "matter.open", _KIND, found, person, number=found.number, unit_id=lead)
    return found


def add_line(session: Session, person: Person, matter_id: int, form: LineForm) -> MatterLine:
    """Add the weekly line of progress with its light; the same line twice on one day is one.

    By the office, or by a handler of the lead unit or of a helping one; a helper's line keeps the light that holds.
    NotAllowed, NotFound, Closed.
    """
    matter = session.get(Matter, matter_id, with_for_update=True, populate_existing=True)
    if matter is None or matter.root_id != person.root_id:
        raise NotFound(NO_MATTER)
    if not may_tell(session, person, matter):
        raise NotAllowed("只有督查人员、牵头单位和会办单位可以填报进展")
    if fault := signing_fault(matter.done_at, matter.voided_at):
        raise Closed(fault)
    now = clock.now()
    lines = queries.lines_of(session, matter.id)
    last = lines[-1] if lines else None
    light = form.light
    if not may_light(session, person, matter):
        light = last.light if last is not None else Light.GREEN
    if last is not None and (last.text, last.light) == (form.text, light):
        if clock.local_date(last.at) == clock.local_date(now):
            return last
    line = MatterLine(matter_id=matter.id, at=now, text=form.text, light=light, user_id=person.user_id, recorded_at=now)
    session.add(line)
    session.flush()
    told(session, "matter.line", _KIND, matter, person, light=light.value)
    return line


def may_tell(session: Session, person: Person, matter: Matter) -> bool:
    """Whether a person tells how a matter goes on: the office, the lead unit, a helping one."""
    if matter.root_id != person.root_id:
        return False
    return may_light(session, person, matter) or any(
        may_at(session, person, ANSWERERS, queries.place_of_unit(session, person.root_id, unit_id), unit_id)
        for unit_id in queries.helpers_of(session, [matter.id])[matter.id]
    )


def may_light(session: Session, person: Person, matter: Matter) -> bool:
    """Whether a person says how a matter stands (红黄绿): the office or the lead unit."""
    place = queries.place_of_unit(session, person.root_id, matter.lead_unit_id)
    return matter.root_id == person.root_id and may_at(
        session, person, (*ANSWERERS, *KEEPERS), place, matter.lead_unit_id
    )


def sign_off(session: Session, person: Person, matter_id: int, outcome: str, version: int) -> Matter:
    """销号: the matter is done. NotAllowed, NotFound, Conflict, Closed."""
    found = _open(session, person, matter_id, version)
    found.done_at, found.done_by, found.outcome = clock.now(), person.user_id, outcome
    changed(session, "matter.sign_off", _KIND, found, person)
    return found


def undo_sign_off(session: Session, person: Person, matter_id: int, reason: str, version: int) -> Matter:
    """销号撤销: the matter is open again on its old deadline; figures of before keep it as done.

    NotAllowed, NotFound, Conflict, Closed.
    """
    found: Matter = locked(session, Matter, person, matter_id, version, NO_MATTER)
    demand(session, person, SIGNERS, found.lead_unit_id, "只有督查人员和领导可以办理")
    if fault := undoing_fault(found.done_at, found.voided_at):
        raise Closed(fault)
    assert found.done_at is not None, "asked above"
    session.add(
        MatterUndoing(
            matter_id=found.id, done_at=found.done_at, done_by=found.done_by, outcome=found.outcome,
            undone_at=clock.now(), undone_by=person.user_id, reason=reason,
        )
    )  # fmt: skip
    found.done_at = found.done_by = found.outcome = None
    changed(session, "matter.undo", _KIND, found, person, reason=reason)
    return found


def void_matter(session: Session, person: Person, matter_id: int, reason: str, version: int) -> None:
    """Void a matter opened by mistake; it stays to be seen with the reason. NotAllowed, NotFound, Conflict, Closed."""
    found = _open(session, person, matter_id, version)
    found.voided_at, found.void_reason = clock.now(), reason
    changed(session, "matter.void", _KIND, found, person)


def withdraw_score(session: Session, person: Person, score_id: int, reason: str) -> None:
    """End the validity of a score from above that was wrong; a later file may bring it anew. NotAllowed, NotFound."""
    found = session.get(Score, score_id, with_for_update=True)
    if found is None or found.root_id != person.root_id:
        raise NotFound("没有这个得分")
    if not may_at(session, person, KEEPERS, person.root_id):
        raise NotAllowed("只有督查人员可以撤下得分")
    if found.valid_to is not None:
        return
    found.valid_to = clock.local_date(clock.now())
    session.flush()
    audit.record(
        session, "score.withdraw", "score", found.id, actor_id=person.user_id, root_id=found.root_id, reason=reason
    )


def _open(session: Session, person: Person, matter_id: int, version: int) -> Matter:
    found: Matter = locked(session, Matter, person, matter_id, version, NO_MATTER)
    demand(session, person, SIGNERS, found.lead_unit_id, "只有督查人员和领导可以办理")
    if fault := signing_fault(found.done_at, found.voided_at):
        raise Closed(fault)
    return found
