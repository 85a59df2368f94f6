"""What a plan of a move looks at, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.forms import Location, MoveFields
from gridops.cases.models import Case
from gridops.cases.queries import terms
from gridops.cases.queries.lookups import History
from gridops.cases.rules import deadlines
from gridops.cases.rules.deadlines import Terms, WorkingClock
from gridops.cases.rules.dispatching import Weighed
from gridops.cases.rules.facts import Event, Facts
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.recounting import counted_under
from gridops.cases.rules.standing import NO_CONDITION
from gridops.cases.service.placing import NEAREST_WITHIN_M, placed
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.service import conditions_for
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.people.queries import may_at
from gridops.people.rules import Person
from gridops.worktime.queries import working_time


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan looks at. `person`: who acts; `into`: the locked case that the fields name to merge into;
    `pictures`: how many come with the move, by their roles; `weighed`: what the dispatch rules say of it, where that
    was asked already.
    """

    session: Session
    case: Case
    facts: Facts
    history: History
    fields: MoveFields
    at: datetime
    person: Person | None = None
    into: Case | None = None
    pictures: Mapping[str, int] = field(default_factory=dict)
    weighed: Weighed | None = None

    @property
    def day(self) -> date:
        """The local day on which it happens."""
        return clock.local_date(self.at)

    def working_clock(self) -> WorkingClock:
        """Calendar and office hours of the case's jurisdiction."""
        found = working_time(self.session, self.case.root_id)
        return WorkingClock(found.calendar, found.hours)

    def terms(self) -> Terms:
        """The limits of the condition the case was filed under: a corrected category leaves them."""
        return terms.of_case(self.session, self.case, counted_under(self.history.events))

    def condition(self) -> FilingCondition | None:
        """The condition the case stands under."""
        wanted = self.facts.condition_id
        return catalogue.condition(self.session, wanted, self.case.root_id) if wanted else None


def picked(name: str, wanted: int | None, offered: Sequence[FilingCondition]) -> FilingCondition | None:
    """The condition that was picked of those offered; None only where there is none to pick. Invalid names it."""
    if wanted is None and not offered:
        return None
    found = next((condition for condition in offered if condition.id == wanted), None)
    if found is None:
        reason = "required" if wanted is None else "不是该类别现行的条件"
        raise Invalid((name, reason))
    return found


def offered_by(s: Situation, category_id: int) -> list[FilingCondition]:
    """The conditions that a category offers to a filed case that becomes one of it.

    One without any cannot take over a case that has one: what is asked of the case would be that of another kind.
    """
    offered = conditions_for(s.session, category_id, s.case.root_id, s.day)
    if s.facts.condition_id is not None and not offered:
        raise Invalid(("category", NO_CONDITION))
    return offered


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: columns of the event, other details, and columns of the case that are not projected.

    `then`: what else is written once the event is, for the event.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    then: Callable[[Event], None] | None = None


def end_suspension(s: Situation) -> Plan:
    """The deadlines after a suspension that ends now; those in force where there is none."""
    due = deadlines.resumed(s.facts, s.at, s.terms(), s.working_clock())
    return Plan({"due_at": due.case, "handle_due_at": due.unit})


def point_within_reach(s: Situation, move: Move, lon: float, lat: float) -> dict[str, Any]:
    """A picked point with its grid, where both the case's jurisdiction and whoever makes the move there reach."""
    at = Location(lon, lat, picked=True)
    day = clock.local_date(s.case.reported_at)
    found = placed(grids.Snapshot(s.session), at, s.case.root_id, day, NEAREST_WITHIN_M)
    if found is None:
        raise Invalid(("lon", "新位置不在本辖区内"))
    if s.person is not None and not may_at(s.session, s.person, MOVES[move].roles, found["grid_id"]):
        raise Invalid(("lon", "新位置不在您的责任范围内"))
    return found
