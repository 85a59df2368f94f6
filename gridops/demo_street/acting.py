"""Carries out the acts of a plan through the verbs of the cases, with the clock set to each instant."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gridops.cases import service as cases
from gridops.cases.forms import Location, MoveFields, ReportIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.deadlines import Terms, WorkingClock
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sources import Source
from gridops.catalogue import service as catalogue
from gridops.catalogue.rules import Kind
from gridops.core import clock
from gridops.demo_street import queries
from gridops.demo_street.calling import found_by
from gridops.demo_street.course import Act, TermsOf
from gridops.demo_street.plan import SEED
from gridops.demo_street.problems import problems
from gridops.people.queries import load_person
from gridops.people.queries.keeping import units_of_root, users_by_name
from gridops.people.rules import Person
from gridops.worktime.queries import working_time


def terms(session: Session, root: int, at: datetime) -> TermsOf:
    """The limits of the filing conditions of every problem of the street, by its key and position."""
    day = clock.local_date(at)
    found: dict[tuple[str, int], Terms] = {}
    for problem in problems():
        category = catalogue.find_category(session, "B", problem.kind, problem.code, root, day)
        for row in catalogue.conditions_for(session, category.id, root, day):
            found[problem.key, row.position] = Terms(row.limit, row.limit_unit, row.handle_limit)
    return found


def working_clock(session: Session, root: int) -> WorkingClock:
    """Calendar and office hours of the street."""
    found = working_time(session, root)
    return WorkingClock(found.calendar, found.hours)


def record_id(number: int, reported_at: datetime) -> str:
    """The name a phone gives to a report: a UUID of version 7, the same at every load."""
    bits = random.Random(f"{SEED}/{number}/{reported_at.isoformat()}").getrandbits(80)
    value = int(reported_at.timestamp() * 1000) << 80 | bits
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


class Actors:
    """Who acts, and what the plan's names mean in the database. Cases are found again after an interruption."""

    def __init__(self, session: Session, root: int, usernames: Iterable[str], reports: Iterable[Act]) -> None:
        self._root = root
        self._units = {unit.code: unit.id for unit in units_of_root(session, root)}
        self.people: dict[str, Person] = {}
        for username, user in users_by_name(session, list(usernames)).items():
            person = load_person(session, user.id)
            if person is not None:
                self.people[username] = person
        self._under: dict[int, tuple[int, int | None]] = {}
        self._categories: dict[tuple[Kind, str], int] = {}
        self._conditions: dict[tuple[int, int, int], int | None] = {}
        self._cases = queries.case_ids(session, {record_id(act.case, act.at): act.case for act in reports})

    def case_id(self, number: int) -> int:
        """The id of a case of the plan."""
        return self._cases[number]

    def act(self, session: Session, act: Act) -> None:
        """Do one act at its instant."""
        with clock.set_to(act.at):
            if act.move is Move.REPORT:
                self._report(session, act)
            else:
                person = self.people[act.actor] if act.actor else None
                at = act.at if person is None else None
                moved = cases.move(
                    session, self.case_id(act.case), act.move, person, self._fields(session, act), happened_at=at
                )
                if act.move in (Move.FILE, Move.RECATEGORISE):
                    self._kept(act.case, moved)

    def _report(self, session: Session, act: Act) -> None:
        told = act.fields
        same_as = None
        if "same_as" in told:
            same = lookups.case(session, self.case_id(told["same_as"]))
            same_as = same.number if same else None
        taken = cases.report(
            session,
            ReportIn(
                category=told["category"],
                kind=told["kind"],
                description=told["description"],
                location=Location(told["lon"], told["lat"], accuracy_m=told["accuracy_m"]),
                address=told["address"],
                source=told["source"],
                source_number=told.get("source_number"),
                self_handled=told["self_handled"],
                campaign=told.get("campaign"),
                same_as=same_as,
            ),
            self.people[act.actor or ""],
            happened_at=told["happened_at"],
            record_id=record_id(act.case, act.at),
        )
        self._cases[act.case] = taken.id
        if taken.source is Source.ASSESSMENT:
            found_by(session, self.people[act.actor or ""], taken.id, act.case)
        self._kept(act.case, taken)

    def _kept(self, number: int, case: Case) -> None:
        """Keep category and condition of a case, so that its next moves need not ask."""
        self._under[number] = (case.category_id, case.condition_id)

    def _of(self, session: Session, number: int) -> tuple[int, int | None]:
        if number not in self._under:
            case = lookups.case(session, self.case_id(number))
            assert case is not None
            self._kept(number, case)
        return self._under[number]

    def _fields(self, session: Session, act: Act) -> MoveFields:
        told = dict(act.fields)
        for name in ("condition", "closing_condition"):
            if name in told:
                told[name] = self._condition(session, act, told[name])
        if "unit" in told:
            told["unit"] = self._units[told["unit"]]
        if "category" in told:
            told["category"] = self._category(session, told["category"], act.at)
        if "into" in told:
            into = lookups.case(session, self.case_id(told["into"]))
            told["into"] = into.number if into else None
        return MoveFields(**told)

    def _category(self, session: Session, named: tuple[Kind, str], at: datetime) -> int:
        kind, code = named
        if (kind, code) not in self._categories:
            found = catalogue.find_category(session, "B", kind, code, self._root, clock.local_date(at))
            self._categories[kind, code] = found.id
        return self._categories[kind, code]

    def _condition(self, session: Session, act: Act, position: int) -> int | None:
        """The condition at a position of the case's category: in closing, the one it was filed under."""
        category_id, filed_under = self._of(session, act.case)
        if act.move is Move.CLOSE:
            return filed_under
        key = (category_id, position, act.at.year)
        if key not in self._conditions:
            rows = catalogue.conditions_for(session, category_id, self._root, clock.local_date(act.at))
            chosen = next((row for row in rows if row.position == position), rows[0] if rows else None)
            self._conditions[key] = chosen.id if chosen else None
        return self._conditions[key]
