"""申诉: within two working days, by the unit, decided by someone else; upheld leaves the evaluation, not the record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move
from gridops.catalogue.models import Category
from gridops.core import clock
from gridops.core.errors import Closed, Conflict, NotAllowed, NotFound
from gridops.people.queries import scope_of
from gridops.supervision import queries, service
from gridops.supervision.forms import AppealForm, appeal_form, written_mark
from gridops.supervision.models import Appeal
from gridops.supervision.rules import Against
from tests.factories import at, make_case, make_category, statements_of
from tests.supervision.office import Office, make_office

FILED, SENT, DUE = at("2017-03-01 09:00"), at("2017-03-01 10:00"), at("2017-03-06 17:00")
FAILED = at("2017-03-06 11:00")
SOON = at("2017-03-07 09:00")
REASON = "照片时间有误"


@pytest.fixture
def office(session: Session) -> Iterator[Office]:
    with clock.set_to(SOON):
        yield make_office(session)


@pytest.fixture
def case(session: Session, office: Office) -> Case:
    """With the bureau; a check failed by the shift leader on Monday, and overdue since that day's end."""
    category = make_category(session)
    told = (
        Event(Move.REPORT, FILED, 1, category_id=category.id),
        Event(Move.FILE, FILED, 2, due_at=DUE),
        Event(Move.DISPATCH, SENT, 3, unit_id=office.bureau.id),
        Event(Move.FEEDBACK, at("2017-03-06 09:00"), 4),
        Event(Move.SEND_TO_CHECK, at("2017-03-06 10:00"), 5),
        Event(Move.CHECK_FAILED, FAILED, 6),
    )
    made = make_case(session, office.west, category, *told)
    # The builder's events have nobody who acted: the check is the shift leader's.
    session.execute(
        Case.metadata.tables["case_event"]
        .update()
        .where(Case.metadata.tables["case_event"].c.seq == 6)
        .values(actor_id=office.shift.user_id)
    )
    session.expire_all()
    return made


REWORK = AppealForm(Against.REWORK, FAILED, REASON)


def test_the_unit_is_offered_the_marks_of_its_case_until_the_second_working_day(
    session: Session, office: Office, case: Case
) -> None:
    offered = queries.appealable(session, office.clerk, case)
    assert [(one.mark.against, one.last) for one in offered] == [
        (Against.REWORK, at("2017-03-08 23:59:59")),
        (Against.OVERDUE, at("2017-03-08 23:59:59")),
    ]
    assert offered[0].mark.judged_by == office.shift.user_id
    for person in (office.villager, office.officer, office.shift):
        assert queries.appealable(session, person, case) == []
    with clock.set_to(at("2017-03-09 00:00")):
        assert queries.appealable(session, office.clerk, case) == []
        with pytest.raises(Closed):
            service.appeal(session, office.clerk, case.id, REWORK)


def test_all_that_may_still_be_appealed_against_is_asked_for_together(
    session: Session, office: Office, case: Case
) -> None:
    offered = queries.still_appealable(session, office.clerk)
    assert [(one.id, mark) for one, mark in offered] == [
        (case.id, mark) for mark in queries.appealable(session, office.clerk, case)
    ]
    few = statements_of(session, lambda: queries.still_appealable(session, office.clerk))
    category = session.get_one(Category, case.category_id)
    for _ in range(3):
        make_case(session, office.west, category, *lookups.history(session, case.id).events)
    assert len(queries.still_appealable(session, office.clerk)) > len(offered)
    assert statements_of(session, lambda: queries.still_appealable(session, office.clerk)) == few
    newest = queries.still_appealable(session, office.clerk, limit=2)
    assert len({one.id for one, _ in newest}) == 2
    assert len({one.id for one, _ in queries.still_appealable(session, office.clerk, limit=None)}) == 4


def test_an_appeal_is_made_once_for_each_mark_and_by_the_unit(session: Session, office: Office, case: Case) -> None:
    for person in (office.villager, office.officer):
        with pytest.raises(NotAllowed):
            service.appeal(session, person, case.id, REWORK)
    with pytest.raises(NotFound):  # no such mark
        service.appeal(session, office.clerk, case.id, AppealForm(Against.RETURN, FAILED, REASON))
    with pytest.raises(NotFound):
        service.appeal(session, office.clerk, case.id + 99, REWORK)
    made = service.appeal(session, office.clerk, case.id, REWORK)
    assert (made.unit_id, made.judged_by, made.due_at) == (
        office.bureau.id,
        office.shift.user_id,
        at("2017-03-08 23:59:59"),
    )
    with pytest.raises(Conflict):
        service.appeal(session, office.clerk, case.id, REWORK)
    assert service.appeal(session, office.clerk, case.id, AppealForm(Against.OVERDUE, DUE, REASON)).judged_by is None
    assert len(session.scalars(select(Appeal)).all()) == 2
    assert "照片" not in str([entry.details for entry in session.scalars(select(AuditEntry))])


def test_someone_else_decides_and_only_once(session: Session, office: Office, case: Case) -> None:
    made = service.appeal(session, office.clerk, case.id, REWORK)
    with pytest.raises(NotAllowed):  # the first judge
        service.decide(session, office.shift, made.id, upheld=False, why="维持")
    for person in (office.clerk, office.villager, office.approver):
        with pytest.raises(NotAllowed):
            service.decide(session, person, made.id, upheld=True, why="成立")
    service.decide(session, office.officer, made.id, upheld=True, why="核实成立")
    with pytest.raises(Closed):
        service.decide(session, office.leader, made.id, upheld=False, why="不同意")
    assert (made.upheld, made.decided_by) == (True, office.officer.user_id)


def test_an_upheld_appeal_leaves_the_evaluation_from_its_decision_on_and_stays_in_the_record(
    session: Session, office: Office, case: Case
) -> None:
    rework = service.appeal(session, office.clerk, case.id, REWORK)
    overdue = service.appeal(session, office.clerk, case.id, AppealForm(Against.OVERDUE, DUE, REASON))
    with clock.set_to(at("2017-03-10 10:00")):
        service.decide(session, office.officer, rework.id, upheld=True, why="成立")
    with clock.set_to(at("2017-03-11 10:00")):
        service.decide(session, office.officer, overdue.id, upheld=False, why="不成立")

    def left_out(until: str) -> dict[int, set[Against]]:
        return queries.upheld_case_ids(session, office.root.id, at(until))

    assert left_out("2017-03-10 09:59") == {}
    assert left_out("2017-03-10 10:00") == {case.id: {Against.REWORK}}
    assert left_out("2017-04-01 00:00") == {case.id: {Against.REWORK}}
    assert queries.upheld_case_ids(session, office.root.id + 1, at("2017-04-01 00:00")) == {}
    assert [row.appeal.upheld for row in queries.of_case(session, case.id)] == [True, False]
    assert case.failed_at == FAILED


def test_appeals_are_listed_for_their_unit_and_where_the_case_is_seen(
    session: Session, office: Office, case: Case
) -> None:
    made = service.appeal(session, office.clerk, case.id, REWORK)
    for person, seen in ((office.clerk, 1), (office.villager, 0), (office.officer, 1), (office.shift, 1)):
        assert len(queries.appeal_page(session, scope_of(session, person)).rows) == seen
    scope = scope_of(session, office.officer)
    assert queries.appeal_page(session, scope, decided=True).rows == []
    assert queries.appeal_page(session, scope, decided=False, against=Against.REWORK).rows[0].number == case.number
    with pytest.raises(NotFound):
        queries.appeal_in_sight(session, scope_of(session, office.villager), made.id)


def test_a_form_names_the_mark_it_was_offered() -> None:
    written = written_mark(Against.REWORK, FAILED)
    assert appeal_form({"mark": written, "reason": REASON}) == REWORK
