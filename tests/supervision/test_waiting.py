"""What waits for whom in the queues of the office, and why."""

from datetime import timedelta

import pytest

from gridops.core import clock
from gridops.people.queries import load_person, scope_of
from gridops.people.rules import Role
from gridops.supervision import queries, service
from gridops.supervision.forms import LineForm
from gridops.supervision.models import Matter
from gridops.supervision.rules import Light, ProblemState
from gridops.supervision.rules.matters import line_owed, weeks_silent
from gridops.supervision.rules.waiting import Why, matter_why, problem_why
from tests.factories import at, make_user, statements_of
from tests.supervision.office import NOW, make_office, named, opened, send

OPENED = at("2017-03-08 10:00")  # a Wednesday


@pytest.mark.parametrize(
    ("last", "now", "owed", "silent"),
    [
        (None, "2017-03-08 11:00", False, 0),  # the week of the opening owes none
        (None, "2017-03-12 23:59:59", False, 0),  # nor at its last second
        (None, "2017-03-13 00:00", True, 0),  # from Monday on the line of this week is owed
        (None, "2017-03-20 00:00", True, 1),  # a whole week went by without one
        ("2017-03-14 09:00", "2017-03-19 18:00", False, 0),  # told on Tuesday: nothing is owed before Monday
        ("2017-03-14 09:00", "2017-03-20 08:00", True, 0),  # the next one is
        ("2017-03-14 09:00", "2017-04-03 08:00", True, 2),  # two whole weeks without
    ],
)
def test_a_line_a_week_is_owed_from_monday_on(last, now, owed, silent):
    told = at(last) if last else None
    assert (line_owed(OPENED, told, at(now)), weeks_silent(OPENED, told, at(now))) == (owed, silent)


@pytest.mark.parametrize(
    ("leads", "office", "overdue", "light", "owed", "silent", "why"),
    [
        (True, False, False, None, True, 0, Why.LINE),  # the lead unit tells once a week
        (True, False, True, Light.RED, False, 0, None),  # and has told: being late is for the office
        (True, True, True, Light.RED, True, 1, Why.LINE),  # both: one's own line first
        (False, True, True, Light.RED, True, 1, Why.OVERDUE),  # past the deadline comes before a light
        (False, True, False, Light.RED, True, 1, Why.RED),
        (False, True, False, Light.GREEN, True, 1, Why.SILENT),
        (False, True, False, Light.YELLOW, True, 0, None),  # this week may still bring one
        (False, False, True, Light.RED, True, 3, None),  # who neither leads nor signs off only reads
    ],
)
def test_why_a_matter_waits(leads, office, overdue, light, owed, silent, why):
    found = matter_why(leads=leads, office=office, overdue=overdue, light=light, owed=owed, silent=silent)
    assert found is why


@pytest.mark.parametrize(
    ("state", "answers", "judges", "why"),
    [
        (ProblemState.OPEN, True, False, Why.ANSWER),
        (ProblemState.REFUSED, True, False, Why.ANSWER_AGAIN),
        (ProblemState.OPEN, False, True, None),  # nothing to judge yet
        (ProblemState.ANSWERED, True, False, None),  # the unit has done its part
        (ProblemState.ANSWERED, False, True, Why.JUDGE),
        (ProblemState.ACCEPTED, True, True, None),
    ],
)
def test_why_a_problem_item_waits(state, answers, judges, why):
    assert problem_why(state, answers=answers, judges=judges) is why


def counts(session, person):
    found = queries.waiting(session, person, clock.now())
    return found.appeals, found.matters, found.problems


def test_each_finds_what_they_are_to_do_and_nothing_of_another_units(session):
    office = make_office(session)
    with clock.set_to(NOW):
        item = named(session, office, office.village)
        matter = opened(session, office)
        # The community answers for its item; a matter owes nothing in its first week; the bureau has nothing here.
        assert counts(session, office.villager) == (0, 0, 1)
        assert counts(session, office.clerk) == counts(session, office.officer) == (0, 0, 0)
        assert queries.who_answers(session, [office.village.id]) == {office.village.id: [office.villager.name]}
    with clock.set_to(at("2017-03-14 09:00")):
        assert counts(session, office.villager) == (0, 1, 1)
        send(session, office.villager, "problem_answer", {"problem": item.number, "words": "已清理"}, clock.now())
        service.add_line(session, office.villager, matter.id, LineForm("已进场", Light.RED))
    with clock.set_to(at("2017-03-14 10:00")):
        assert counts(session, office.villager) == (0, 0, 0)
        ((row, why),) = queries.problems_waiting(session, office.officer, clock.now())
        assert (row.problem.id, why) == (item.id, Why.JUDGE)
        assert [why for _, why in queries.matters_waiting(session, office.leader, clock.now())] == [Why.RED]


def test_who_signs_off_for_a_part_is_asked_only_for_what_its_units_lead(session):
    office = make_office(session)
    made = make_user(session, office.root, Role.LEADER, grid=office.west)
    western = load_person(session, made.id)
    with clock.set_to(NOW):
        opened(session, office, lead=office.bureau.code, helpers=(office.village.code,), due_at=NOW + timedelta(days=1))
        opened(session, office, due_at=NOW + timedelta(days=2))
    later = NOW + timedelta(days=3)
    seen = queries.open_matters(session, scope_of(session, western), later)
    waits = queries.matters_waiting(session, western, later)
    assert (len(seen), [row.matter.lead_unit_id for row, _why in waits]) == (2, [office.village.id])


def test_the_weekly_report_tells_how_each_stood_at_the_end_of_its_week(session):
    office = make_office(session)
    scope = scope_of(session, office.leader)
    with clock.set_to(NOW):
        for title in ("甲", "乙"):
            opened(session, office, title=title)
        first, _second = session.query(Matter).order_by(Matter.id)
        service.add_line(session, office.villager, first.id, LineForm("已进场", Light.GREEN))
    with clock.set_to(at("2017-03-15 09:00")):
        service.sign_off(session, office.officer, first.id, "完成", first.version)
    weeks = {
        start: [(row.matter.title, row.state.value, row.line is not None) for row in rows]
        for start, end in (("2017-03-06", "2017-03-13"), ("2017-03-13", "2017-03-20"), ("2017-03-20", "2017-03-27"))
        for rows in [queries.matters_of_week(session, scope, at(f"{start} 00:00"), at(f"{end} 00:00"))]
    }
    assert weeks == {
        "2017-03-06": [("甲", "on_track", True), ("乙", "on_track", False)],
        "2017-03-13": [("甲", "done", True), ("乙", "on_track", False)],
        "2017-03-20": [("乙", "on_track", False)],  # what was done in an earlier week is left out
    }


def test_of_two_lines_at_one_instant_the_later_written_holds(session):
    office = make_office(session)
    with clock.set_to(NOW):
        matter = opened(session, office)
        for light in (Light.RED, Light.YELLOW, Light.GREEN):
            service.add_line(session, office.villager, matter.id, LineForm(light.value, light))
    later = NOW + timedelta(days=1)
    (row,) = queries.open_matters(session, scope_of(session, office.leader), later)
    assert (row.line.light, row.state.value) == (Light.GREEN, "on_track")
    assert queries.open_matters(session, scope_of(session, office.leader), NOW) == []


def test_the_weekly_report_is_no_longer_than_a_meeting_and_says_so(session):
    office = make_office(session)
    with clock.set_to(NOW):
        for title in "甲乙丙":
            opened(session, office, title=title)
    scope, end = scope_of(session, office.leader), NOW + timedelta(days=7)
    assert [row.matter.title for row in queries.matters_of_week(session, scope, NOW, end, limit=1)] == ["甲", "乙"]


def test_helpers_and_who_answers_are_asked_for_all_at_once(session):
    office = make_office(session)
    with clock.set_to(NOW):
        made = [opened(session, office, helpers=(office.bureau.code,)) for _ in range(3)]
    ids, units = [one.id for one in made], [office.bureau.id, office.village.id]
    assert queries.helpers_of(session, ids) == {one: [office.bureau.id] for one in ids}
    assert statements_of(session, lambda: queries.helpers_of(session, ids)) == 1
    assert statements_of(session, lambda: queries.who_answers(session, units)) == statements_of(
        session, lambda: queries.who_answers(session, units[:1])
    )
