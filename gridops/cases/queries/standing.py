"""What a person is to a case: roles held for its place and unit, and what he did to it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.closing import closing_of
from gridops.cases.queries.lookups import Acted, History
from gridops.cases.rules.closing import CLOSERS
from gridops.cases.rules.facts import Helper
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import project
from gridops.cases.rules.standing import Standing, refusal
from gridops.core.errors import NotFound
from gridops.people.models import Unit
from gridops.people.queries import grid_path, unit_path
from gridops.people.rules import Holding, Person, Role, UnitKind


def standing_of(session: Session, person: Person, case: Case, history: History) -> Standing:
    """The standing of a person of the same jurisdiction towards a case (`rules.standing`)."""
    if person.root_id != case.root_id:
        return Standing()
    path = _path(session, person, case)
    here = [held for held in person.holdings if held.grid_id in path]
    handling = [held for held in here if held.role is Role.HANDLER]
    units = _units(session, case.unit_id, here) if case.unit_id and handling else frozenset()
    gave = history.last(Move.FEEDBACK)
    still, helps = _helping(session, person, history)
    return Standing(
        root=person.roles,
        territory=frozenset(held.role for held in here),
        unit=frozenset(held.role for held in here if held.unit_id in units),
        other_community=frozenset({Role.HANDLER}) if _speaks_for_community(session, handling, units) else frozenset(),
        helper=frozenset({Role.HANDLER}) if still else frozenset(),
        reporter=case.reporter_id == person.user_id,
        handler=helps or any(held.unit_id in units for held in handling) or _by(person, gave),
        resender=_resent_by(person, history),
        asker=_by(person, history.last(Move.ASK_EXTENSION)),
        # No other state asks for it, and moves are many.
        closers=closing_of(session, case.root_id).ties if case.state is State.CHECKING else CLOSERS,
    )


def why_not(session: Session, person: Person, case_id: int, move: Move) -> str | None:
    """Why a person may not make a move on a case now, in a sentence; None when they may. NotFound."""
    if (case := lookups.case(session, case_id)) is None:
        raise NotFound("没有这个案件")
    history = lookups.history(session, case_id)
    standing = standing_of(session, person, case, history)
    found = refusal(move, project(history.events), case.source, standing)
    return found.words if found else None


def _path(session: Session, person: Person, case: Case) -> frozenset[int]:
    """The grids above and with the case's; roles held for the whole jurisdiction need no look at the tree."""
    held = {holding.grid_id for holding in person.holdings}
    if held <= {case.root_id, case.grid_id}:
        return frozenset({case.root_id, case.grid_id})
    return grid_path(session, case.grid_id)


def _units(session: Session, unit_id: int, here: list[Holding]) -> frozenset[int]:
    """The case's unit and those above it; who holds roles for this very unit only needs no look at the others."""
    own = frozenset({unit_id})
    return own if own.issuperset(held.unit_id for held in here) else unit_path(session, unit_id)


def _speaks_for_community(session: Session, handling: list[Holding], units: frozenset[int]) -> bool:
    others = {held.unit_id for held in handling} - units
    if not others:
        return False
    found = select(Unit.id).where(Unit.id.in_(sorted(others)), Unit.kind == UnitKind.COMMUNITY).limit(1)
    return session.scalar(found) is not None


def _helping(session: Session, person: Person, history: History) -> tuple[bool, bool]:
    """Whether this person handles for a unit that still has to help, and for any that helps at all."""
    found = helpers_of_person(session, person, history)
    return any(one.open for one in found), bool(found)


def helpers_of_person(session: Session, person: Person, history: History) -> list[Helper]:
    """The units that help with a case and for which, or for one above, this person handles."""
    own = {held.unit_id for held in person.holdings if held.role is Role.HANDLER}
    if not own or history.last(Move.JOIN) is None:
        return []
    return [one for one in project(history.events).helpers if own & unit_path(session, one.unit_id)]


def _by(person: Person, acted: Acted | None) -> bool:
    return acted is not None and acted.actor_id == person.user_id


def _resent_by(person: Person, history: History) -> bool:
    """Whether this person sent out the case after it had been returned, and nobody has since."""
    sent, returned = history.last(Move.DISPATCH), history.last(Move.RETURN)
    if sent is None or returned is None or sent.event.seq < returned.event.seq:
        return False
    return sent.actor_id == person.user_id
