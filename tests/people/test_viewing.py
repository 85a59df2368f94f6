"""Who may see the product as whom, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridops.audit.models import AuditEntry
from gridops.core import clock
from gridops.core.errors import NotAllowed, NotFound
from gridops.grids.rules import Level
from gridops.people import queries, service
from gridops.people.models import RoleHolding, Viewing
from gridops.people.rules import Role
from gridops.people.rules.viewing import LASTS, Ended, goes_on
from tests.factories import at, make_grid, make_user

NOW = at("2017-03-05 09:00")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ended", "now", "on"),
    [
        (None, NOW, True),  # just begun
        (None, NOW + LASTS - SECOND, True),  # the last second of the half hour
        (None, NOW + LASTS, False),  # its time is up
        (NOW + SECOND, NOW + 2 * SECOND, False),  # ended by hand
    ],
)
def test_a_viewing_goes_on_until_it_is_ended_or_its_time_is_up(ended, now, on):
    assert goes_on(NOW + LASTS, ended, now) is on


def test_only_an_admin_of_the_whole_root_looks_and_only_at_people_within_it(session):
    street, other = make_grid(session, "S"), make_grid(session, "T")
    community = make_grid(session, "A", parent=street, level=Level.COMMUNITY)
    person = {
        "admin": make_user(session, street, Role.ADMIN),
        "small": make_user(session, street, Role.ADMIN, grid=community),
        "leader": make_user(session, street, Role.LEADER),
        "inspector": make_user(session, street, Role.INSPECTOR, grid=community),
        "wide": make_user(session, street, Role.INSPECTOR, grid=community),
        "foreign": make_user(session, other, Role.INSPECTOR),
    }
    wide = person["wide"]
    session.add(RoleHolding(user_id=wide.id, role=Role.LEADER, unit_id=wide.unit_id, grid_id=other.id))
    session.flush()

    def may(by, whom):
        seen = queries.load_person(session, person[by].id)
        return service.may_view(session, seen, person[whom].id, person[whom].root_id)

    # Whoever is admin of all may look at all people of the root, at an admin of a part of it too: not at themselves,
    # not at whoever has a role in another root as well, not at people of another root.
    assert {whom for whom in person if may("admin", whom)} == {"small", "leader", "inspector"}
    # An admin of a part looks at nobody, not even of that part; nor does anyone without the role.
    assert not [whom for by in ("small", "leader", "inspector") for whom in person if may(by, whom)]
    by = queries.load_person(session, person["admin"].id)
    with pytest.raises(NotFound):
        service.begin_viewing(session, by, person["foreign"].id, "x")
    person["leader"].active = False
    with pytest.raises(NotAllowed, match="停用"):
        service.begin_viewing(session, by, person["leader"].id, "x")


def test_it_is_on_record_from_beginning_to_end_and_ends_by_itself(session):
    street = make_grid(session, "S")
    by = queries.load_person(session, make_user(session, street, Role.ADMIN).id)
    seen = make_user(session, street, Role.LEADER)
    with clock.set_to(NOW):
        first = service.begin_viewing(session, by, seen.id, "反映看不到案件")
        second = service.begin_viewing(session, by, seen.id, "再看一次")
        service.note_page(session, first, "/desk")
        assert service.end_viewing(session, first.id, by) == service.end_viewing(session, first.id, by) == seen.id
        assert service.viewing_now(session, first.id, by) is None
        assert service.viewing_now(session, second.id, by).person.user_id == seen.id
        other = queries.load_person(session, make_user(session, street, Role.ADMIN).id)
        assert service.viewing_now(session, second.id, other) is None  # another admin's is not theirs
    with clock.set_to(NOW + LASTS):
        assert service.viewing_now(session, second.id, by) is None
        service.end_viewing(session, second.id, by, Ended.WITHDRAWN)
    assert list(session.scalars(select(Viewing.ended).order_by(Viewing.id))) == [Ended.BY_HAND, Ended.TIME_UP]
    told = session.execute(
        select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.details)
        .where(AuditEntry.act.startswith("viewing."), AuditEntry.subject_id == str(seen.id))
        .order_by(AuditEntry.id)
    ).all()
    assert [act for act, *_ in told] == ["viewing.begin", "viewing.begin", "viewing.page", "viewing.end", "viewing.end"]
    assert {actor for _, actor, _ in told} == {by.user_id}
    assert (told[0].details, told[2].details) == ({"reason": "反映看不到案件"}, {"page": "/desk"})
