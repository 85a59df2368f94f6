"""Where those on running outings are: sensitive (个人信息保护法 art. 28), few see it, each look is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core import clock
from gridops.operations import queries
from gridops.operations.queries import OutingRow, Wanted
from gridops.operations.rules import PLANNERS, OutingState
from gridops.people.queries import may_at, scope_of
from gridops.people.rules import Person
from gridops.squads import queries as squads
from gridops.squads.rules import Fix, on_duty

# What nobody has ended is not watched for ever.
SHOWN_FOR = timedelta(hours=12)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Walker:
    """One of ours on an outing: from when to when on duty (`until` None: still), and where their phone was then."""

    user_id: int
    since: datetime
    until: datetime | None
    fixes: list[Fix]


@dataclass(frozen=True, slots=True)
class Out:
    """A running outing and those on it who have checked in."""

    row: OutingRow
    walkers: list[Walker]


def look_at_paths(session: Session, person: Person) -> list[Out]:
    """The running outings that the person may direct, with the paths of SHOWN_FOR; audited one by one."""
    since = clock.now() - SHOWN_FOR
    # Of what else they see there may be more than fits in.
    directing = replace(person, holdings=tuple(held for held in person.holdings if held.role in PLANNERS))
    page = queries.outing_page(
        session, scope_of(session, directing), Wanted(state=OutingState.OPEN, start=since), limit=_MOST
    )
    rows = [row for row in page.rows if _directs(session, person, row)]
    ids = [row.outing.squad_id for row in rows]
    members, tracks = squads.members_of(session, ids), squads.tracks_since(session, ids, since)
    found = []
    for row in rows:
        walkers = []
        for member in members[row.outing.squad_id]:
            if member.user_id is None or member.checked_in_at is None:
                continue
            begun = max(member.checked_in_at, row.outing.started_at or row.at, since)
            pieces = tracks.get((row.outing.squad_id, member.user_id), [])
            fixes = [fix for one in pieces for fix in on_duty(one.started_at, one.points, begun, member.left_at)]
            walkers.append(Walker(member.user_id, begun, member.left_at, sorted(fixes, key=lambda fix: fix.at)))
        found.append(Out(row, walkers))
        audit.record(
            session, "outing.paths", "outing", row.outing.id, actor_id=person.user_id, root_id=row.outing.root_id
        )
    return found


def _directs(session: Session, person: Person, row: OutingRow) -> bool:
    return may_at(session, person, PLANNERS, row.outing.grid_id or row.outing.root_id)
