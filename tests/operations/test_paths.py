"""Where those on running outings are: only then, only for who directs them, and each look is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.operations import service
from gridops.operations.service import paths
from gridops.people.models import RoleHolding
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.factories import make_unit, make_user
from tests.operations.force import ELEVEN, NINE, TEN, Force, begun, make_force, send

TRACK = {
    "started_at": "2017-03-05T20:59:00+08:00",  # a minute before the outing began
    "ended_at": "2017-03-05T21:20:00+08:00",
    "points": [[0, 119.95, 31.85, 8], [60, 119.951, 31.85, 8], [600, 119.952, 31.85, 8]],
}


def looked(session: Session, person: Person) -> list[tuple[str, list[list[str]]]]:
    """The outings that a person is shown, with the local minutes of the fixes of each walker."""
    found = service.look_at_paths(session, person)
    return [
        (
            one.row.outing.number,
            [[f"{clock.local(fix.at):%H:%M}" for fix in walker.fixes] for walker in one.walkers],
        )
        for one in found
    ]


def test_what_others_direct_takes_no_place_from_ones_own(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader sees the whole street and directs the west alone: there is one, and a newer one of the street."""
    monkeypatch.setattr(paths, "_MOST", 1)
    force: Force = make_force(session)
    both = make_user(session, force.root, Role.LEADER, username="both")
    held = {"user_id": both.id, "unit_id": both.unit_id, "grid_id": force.west.id}
    session.add(RoleHolding(role=Role.SHIFT_LEADER, **held))
    session.flush()
    person = load_person(session, both.id)
    assert person is not None
    with clock.set_to(NINE):
        own = begun(session, force)
        own.grid_id = force.west.id
    with clock.set_to(TEN):
        begun(session, force, TEN)
        assert [number for number, _ in looked(session, person)] == [own.number]


def test_tracks_are_shown_while_the_outing_runs_to_who_directs_it(session: Session) -> None:
    force: Force = make_force(session)
    unit = make_unit(session, force.root, "W-U")
    other = make_user(session, force.root, Role.SHIFT_LEADER, unit=unit, grid=force.west, username="western")
    western = load_person(session, other.id)
    assert western is not None
    with clock.set_to(NINE):
        outing = begun(session, force)
    with clock.set_to(TEN):
        send(session, force.leader, "track", {"outing": outing.number, **TRACK}, TEN)
        assert looked(session, force.desk) == [(outing.number, [["21:00", "21:09"]])]
        for person in (western, force.leader, force.inspector):
            assert looked(session, person) == []
    kept = select(func.count()).where(AuditEntry.act == "outing.paths", AuditEntry.actor_id == force.desk.user_id)
    assert session.scalar(kept) == 1
    # Nobody ended it: it is not watched for ever.
    with clock.set_to(NINE + service.SHOWN_FOR + timedelta(minutes=1)):
        assert looked(session, force.desk) == []
    with clock.set_to(ELEVEN):
        service.end_outing(session, force.leader, outing, ELEVEN, summary="收队")
        assert looked(session, force.desk) == []
