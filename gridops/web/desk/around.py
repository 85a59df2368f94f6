"""What the page of a case shows beside its own history: its pictures with time and place, and what else lies here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.queries import recurring
from gridops.cases.queries.around import Related, related
from gridops.cases.queries.merging import Absorbed
from gridops.cases.queries.pages import CaseFile
from gridops.cases.queries.recurring import Linked
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.likeness import JUDGES
from gridops.cases.rules.recurring import NOTHING_CAME_BACK, refusal
from gridops.cases.rules.sources import Source
from gridops.core.coordinates import metres_between
from gridops.core.errors import NotFound
from gridops.evidence.queries import Use
from gridops.inspections import queries as inspections
from gridops.people import queries as people
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.premises import queries as premises
from gridops.premises.models import Premises
from gridops.web.desk.joint import READERS
from gridops.web.field.common import pictures

PREMISES_WITHIN_M = 50.0
MOST_PREMISES = 3


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as the page shows it. `metres`: how far from the case's place; `own`: the place is from its EXIF.

    `origin`: the number of the merged case it came with.
    """

    use: Use
    at: datetime
    who: str | None
    metres: float | None
    own: bool
    origin: str | None


@dataclass(frozen=True, slots=True)
class Shots:
    """The pictures of a case before and after, and what is no picture."""

    before: list[Shot]
    after: list[Shot]
    other: list[Use]


@dataclass(frozen=True, slots=True)
class Nearby:
    """Premises the case hangs on (`metres` None), or that lie close to it."""

    premises: Premises
    metres: float | None


@dataclass(frozen=True, slots=True)
class CameBack:
    """The closed cases of which this one is a recurrence, and its own recurrences, as far as they are seen.

    `judges`: whether this person may say and take it back; `asks`: whether it may be said of this case as it stands;
    `offered`: the numbers of related cases of which it may be said.
    """

    before: list[Linked]
    after: list[Linked]
    judges: bool
    asks: bool
    offered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Around:
    """What else is known here: cases of its kind in 90 days, what came back of them, premises."""

    related: list[Related]
    came: CameBack
    premises: list[Nearby]


def shots(session: Session, case: Case, uses: list[Use], absorbed: Iterable[Absorbed] = ()) -> Shots:
    """The pictures of a case and of those merged into it, with who took them, when, and how far from its place."""
    parts = pictures(uses)
    origins = {one.id: one.number for one in absorbed}
    names = people.names_of_users(session, {use.linked_by for use in uses if use.linked_by is not None})

    def told(found: Sequence[Use]) -> list[Shot]:
        return [_shot(case, use, names, origins.get(use.subject_id)) for use in found]

    return Shots(told(parts.before), told(parts.after + parts.check), parts.other)


def around(session: Session, person: Person, scope: Scope, file: CaseFile, told: Collection[str] = ()) -> Around:
    """What else lies where a case lies, as far as the person sees it; `told`: cases that its page tells of already."""
    case, judges = file.case, not JUDGES.isdisjoint(file.standing.territory)
    before, after = recurring.before(session, scope, case), recurring.after(session, scope, case)
    told = {*told, *(one.number for one in (*before, *after))}
    others = [one for one in related(session, scope, case) if one.row.number not in told]
    asks = judges and case.state not in NOTHING_CAME_BACK
    offered = frozenset(one.row.number for one in others if asks and _may_recur(case, one.row))
    came = CameBack(before, after, judges, asks, offered)
    return Around(others, came, _premises(session, person, scope, case))


def _may_recur(case: Case, earlier: CaseRow) -> bool:
    """Whether a case may be said to be a recurrence of another."""
    return refusal(case.state, case.reported_at, earlier.state, earlier.closed_at) is None


def _shot(case: Case, use: Use, names: dict[int, str], origin: str | None) -> Shot:
    lon, lat, own = use.lon, use.lat, False
    if lon is None and use.exif and use.exif.get("lon") is not None:
        lon, lat, own = use.exif["lon"], use.exif["lat"], True
    known = lon is not None and lat is not None and case.lon is not None and case.lat is not None
    metres = metres_between(case.lon or 0.0, case.lat or 0.0, lon or 0.0, lat or 0.0) if known else None
    return Shot(use, use.taken_at or use.linked_at, names.get(use.linked_by or 0), metres, own, origin)


def _premises(session: Session, person: Person, scope: Scope, case: Case) -> list[Nearby]:
    if person.roles.isdisjoint(READERS):
        return []
    if case.source is Source.NIGHT_INSPECTION:
        found = []
        for premises_id in inspections.premises_of_case(session, case.id):
            try:
                found.append(Nearby(premises.in_sight(session, scope, premises_id), None))
            except NotFound:
                continue
        if found:
            return found
    if case.lon is None or case.lat is None:
        return []
    close = premises.near(session, scope, case.lon, case.lat, within_m=PREMISES_WITHIN_M, limit=MOST_PREMISES)
    return [Nearby(row, metres) for row, metres in close]
