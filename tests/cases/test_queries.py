"""Queue, page, tasks, map and export, on both databases; the queue against a plain Python twin."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gridops.cases.forms import Location
from gridops.cases.queries import (
    EXPORT_COLUMNS,
    CaseRow,
    TaskKind,
    Window,
    case_file,
    count_up_to,
    export_rows,
    features,
    group_counts,
    map_window,
    queue,
    tasks_of,
)
from gridops.cases.queries.listing import neighbours
from gridops.cases.queries.rows import place_of
from gridops.cases.rules import queue as rules
from gridops.cases.rules.moves import Clock, Move, State, Suspension
from gridops.cases.rules.queue import SOON, Group, Place, QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.core import clock, db
from gridops.core.errors import NotFound
from gridops.people.queries import Scope, scope_of
from tests.cases.world import World, monday
from tests.factories import at

M, S = Move, State


@pytest.fixture
def town(world: World) -> World:
    """Cases in many states, reported minute by minute."""
    db.use(world.session.connection().engine)

    def at_minute(number: int) -> dict:
        return {"happened_at": monday("09:00").replace(minute=number)}

    world.report(**at_minute(0), description="垃圾", address="龙城大道1号")
    world.report("public", "clerk", **at_minute(1), description="渣土 50%_x")
    world.move(world.report("public", "clerk", **at_minute(2)), M.SEND_TO_VERIFY, "clerk")
    world.filed(**at_minute(3))
    world.dispatched(**at_minute(4))
    world.dispatched("parks", **at_minute(5), location=Location(119.965, 31.855))
    world.checking(**at_minute(6))
    world.closed(**at_minute(7))
    suspended = world.dispatched("crew", **at_minute(8))
    world.move(suspended, M.SUSPEND, "leader", reason="等", suspension=Suspension.OUTSIDE)
    world.report(**at_minute(9), self_handled=True, location=None, grid=world.east.code)
    world.report(**at_minute(9), category="0111")
    return world


def all_pages(world: World, scope: Scope, wanted: QueueFilter, sort: Sort, limit: int = 2) -> list[CaseRow]:
    rows, after = [], None
    while True:
        page = queue(world.session, scope, wanted, sort=sort, after=after, limit=limit)
        rows += page.rows
        if page.next is None:
            return rows
        after = rules.read(rules.written(page.next))


def scope(world: World, who: str) -> Scope:
    return scope_of(world.session, world.people[who])


@pytest.mark.parametrize("who", ["desk", "inspector", "handler"])
def test_pages_together_are_the_whole_queue_in_order(town: World, who: str) -> None:
    seen = scope(town, who)
    for sort, group in itertools.product(Sort, Group):
        rows = all_pages(town, seen, QueueFilter(group=group), sort)
        assert len({row.id for row in rows}) == len(rows)
        keys = [(row.runs_out_at if sort is Sort.DUE else row.reported_at, row.id) for row in rows]
        assert keys == sorted(keys, reverse=sort is Sort.REPORTED)
        whole = all_pages(town, seen, QueueFilter(group=group), sort, limit=100)
        assert [row.id for row in whole] == [row.id for row in rows]
        assert count_up_to(town.session, seen, QueueFilter(group=group)) == len(rows)


def test_everyone_sees_what_is_his(town: World) -> None:
    expected = {"desk": 11, "inspector": 11, "eastern_inspector": 2, "handler": 4, "community_handler": 0, "admin": 0}
    for who, count in expected.items():
        assert len(all_pages(town, scope(town, who), QueueFilter(), Sort.REPORTED)) == count, who


FILTERS = {
    "unit": (lambda w: QueueFilter(unit_id=w.units["cleaning"].id), lambda w, r: r.unit in ("cleaning", "crew")),
    "grid": (lambda w: QueueFilter(grid_id=w.east.id), lambda w, r: r.grid_id == w.east.id),
    "whole street": (lambda w: QueueFilter(grid_id=w.root.id), lambda w, r: True),
    "category": (lambda w: QueueFilter(category_id=w.other_category.id), lambda w, r: r.category == "积存垃圾渣土"),
    "class": (lambda w: QueueFilter(class_code="01"), lambda w, r: True),
    "no such class": (lambda w: QueueFilter(class_code="77"), lambda w, r: False),
    "source": (lambda w: QueueFilter(source=Source.PUBLIC), lambda w, r: r.source is Source.PUBLIC),
    "states": (lambda w: QueueFilter(states=(S.CLOSED, S.FILED)), lambda w, r: r.state in (S.CLOSED, S.FILED)),
    "days": (lambda w: QueueFilter(first_day=date(2017, 3, 6), last_day=date(2017, 3, 6)), lambda w, r: True),
    "later days": (lambda w: QueueFilter(first_day=date(2017, 3, 7)), lambda w, r: False),
    "number": (lambda w: QueueFilter(text="20170306-"), lambda w, r: True),
    "words": (lambda w: QueueFilter(text="大道1"), lambda w, r: "大道1" in r.address),
    "signs": (lambda w: QueueFilter(text="%_X"), lambda w, r: "%_x" in r.description),
    "group and source": (
        lambda w: QueueFilter(group=Group.TO_ACCEPT, source=Source.PUBLIC),
        lambda w, r: r.source is Source.PUBLIC and r.state in (S.REPORTED, S.VERIFYING),
    ),
}


@pytest.mark.parametrize("sort", Sort)
def test_a_filter_leaves_what_it_says(town: World, sort: Sort) -> None:
    every = all_pages(town, scope(town, "desk"), QueueFilter(), sort)
    for name, (make, keep) in FILTERS.items():
        found = all_pages(town, scope(town, "desk"), make(town), sort)
        assert [row.id for row in found] == [row.id for row in every if keep(town, row)], name


def test_own_reports_and_one_number(town: World) -> None:
    mine = all_pages(town, scope(town, "clerk"), QueueFilter(mine=True), Sort.REPORTED)
    assert {row.source for row in mine} == {Source.PUBLIC}
    wanted = mine[0].number
    assert [row.number for row in all_pages(town, scope(town, "desk"), QueueFilter(text=wanted), Sort.DUE)] == [wanted]


def test_what_is_due_today_and_what_is_overdue(town: World) -> None:
    desk = scope(town, "desk")
    due = all_pages(town, desk, QueueFilter(due_today=True), Sort.DUE)
    assert {row.state for row in due} == {S.FILED, S.DISPATCHED, S.CHECKING}
    assert not any(row.suspended_at for row in due)
    with clock.set_to(monday("09:00", 7)):
        late = all_pages(town, desk, QueueFilter(group=Group.OVERDUE), Sort.REPORTED)
        assert sorted(row.id for row in late) == sorted(row.id for row in due)
        assert all(row.overdue(clock.now()) for row in late)
        counts = group_counts(town.session, desk)
    assert [counts[group] for group in Group if group is not Group.ALL] == [4, 0, 1, 3, 1, 0, 4]


def test_what_is_due_soon(town: World) -> None:
    desk = scope(town, "desk")
    due = all_pages(town, desk, QueueFilter(due_today=True), Sort.DUE)
    last = max(row.runs_out_at for row in due)
    second = timedelta(seconds=1)
    # Up to its very moment, and no more once it is overdue.
    for before, soon in ((SOON, 0), (SOON - second, 1), (second, 1), (timedelta(), 1), (-second, 0)):
        with clock.set_to(last - before):
            found = all_pages(town, desk, QueueFilter(group=Group.SOON), Sort.DUE)
            assert [row.runs_out_at for row in found].count(last) == soon, before
            assert group_counts(town.session, desk)[Group.SOON] == len(found)
    with clock.set_to(last - SOON / 2):
        both = all_pages(town, desk, QueueFilter(group=Group.SOON, due_today=True), Sort.OLDEST)
        assert last in [row.runs_out_at for row in both]


def test_words_are_looked_for_window_by_window_and_nothing_is_missed(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridops.cases.queries.searching.WINDOW", 3)
    monkeypatch.setattr("gridops.cases.queries.searching.FIRST_WINDOW", 3)
    monkeypatch.setattr("gridops.cases.queries.words.MOST", -1)  # every word is a frequent one
    desk, wanted = scope(town, "desk"), QueueFilter(text="垃圾")
    page = queue(town.session, desk, wanted, sort=Sort.REPORTED)
    assert ([row.description for row in page.rows], page.next, page.short) == (["垃圾"], None, False)
    monkeypatch.setattr("gridops.cases.queries.searching.SEARCH_SECONDS", -1)
    page = queue(town.session, desk, wanted, sort=Sort.REPORTED)
    assert (page.rows, page.short, page.looked) == ([], True, 3)
    assert page.next is not None
    assert [row.description for row in all_pages(town, desk, wanted, Sort.REPORTED)] == ["垃圾"]


def test_a_search_that_has_looked_everywhere_promises_no_more(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridops.cases.queries.searching.FIRST_WINDOW", 11)  # all there are
    monkeypatch.setattr("gridops.cases.queries.words.MOST", -1)
    monkeypatch.setattr("gridops.cases.queries.searching.SEARCH_SECONDS", -1)
    page = queue(town.session, scope(town, "desk"), QueueFilter(text="没有的词"), sort=Sort.REPORTED)
    assert (page.rows, page.next, page.short) == ([], None, False)


def test_a_number_is_found_by_its_last_digits(town: World) -> None:
    desk = scope(town, "desk")
    row = queue(town.session, desk, QueueFilter()).rows[0]
    for digits in (4, 6):
        rows = all_pages(town, desk, QueueFilter(text=row.number[-digits:]), Sort.REPORTED)
        assert row.id in {one.id for one in rows}
        assert all(one.number.endswith(row.number[-digits:]) for one in rows)
    assert len(all_pages(town, desk, QueueFilter(text="201703"), Sort.REPORTED)) == 11  # no tail: the beginning
    exported = list(export_rows(town.session, desk, QueueFilter(text=row.number[-6:])))
    assert [one["number"] for one in exported] == [row.number]


@pytest.mark.parametrize("sort", list(Sort))
def test_every_case_of_a_list_knows_the_one_before_and_the_one_after(town: World, sort: Sort) -> None:
    desk = scope(town, "desk")
    rows = queue(town.session, desk, QueueFilter(), sort=sort).rows
    ids = [None, *(row.id for row in rows), None]
    for number, row in enumerate(rows):
        found = neighbours(town.session, desk, QueueFilter(), sort, place_of(row, sort))
        assert [one.id if one else None for one in found] == [ids[number], ids[number + 2]]


@pytest.mark.parametrize(
    ("sort", "place", "found"),
    [
        (Sort.REPORTED, "2017-03-08 12:00", 3),  # later than all days asked for: all of them follow
        (Sort.REPORTED, "2017-03-08 00:00", 3),
        (Sort.REPORTED, "2017-03-07 12:00", 2),
        (Sort.REPORTED, "2017-03-05 12:00", 0),
        (Sort.OLDEST, "2017-03-05 23:59", 3),  # earlier
        (Sort.OLDEST, "2017-03-06 12:00", 2),
        (Sort.OLDEST, "2017-03-08 12:00", 0),
        (Sort.DUE, "2017-03-01 00:00", 3),  # an order by deadlines knows no days of reports
    ],
)
def test_a_list_of_some_days_goes_on_from_a_place_outside_of_them(
    world: World, sort: Sort, place: str, found: int
) -> None:
    days = ("2017-03-05 09:00", "2017-03-06 09:00", "2017-03-07 09:00", "2017-03-07 15:00", "2017-03-08 09:00")
    for day in days:
        world.report(happened_at=at(day))
    wanted = QueueFilter(first_day=date(2017, 3, 6), last_day=date(2017, 3, 7))
    scope = scope_of(world.session, world.people["desk"])
    assert len(queue(world.session, scope, wanted, sort=sort, after=Place(at(place), 1)).rows) == found


@pytest.mark.parametrize("text", ["", "x", "2017|1", "MjAxN3wx", "=" * 40, "é", "MjAxNy0wMy0wNnwx"])
def test_a_place_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        rules.read(text)
    place = Place(monday("09:00"), 5)
    assert rules.read(rules.written(place)) == place


def test_the_page_of_a_case(world: World) -> None:
    case = world.dispatched(description="垃圾")
    page = case_file(world.session, world.people["handler"], case.number)
    assert (page.category, page.category_list, page.category_code) == ("暴露垃圾", "B", "0110")
    assert (page.grid_code, page.unit, page.reporter) == (world.west.code, "cleaning", world.people["inspector"].name)
    assert [(entry.move, entry.unit) for entry in page.timeline] == [
        (M.REPORT, None), (M.FILE, None), (M.DISPATCH, "cleaning"),
    ]  # fmt: skip
    assert page.clock is Clock.UNIT
    assert page.moves == (M.RECEIVE, M.FEEDBACK, M.RETURN, M.ASK_EXTENSION, M.ADD_EVIDENCE)
    assert page.why_due.counted is not None
    assert page.why_due.due_at == monday("14:30")
    with pytest.raises(NotFound):
        case_file(world.session, world.people["parks_handler"], case.number)
    with pytest.raises(NotFound):
        case_file(world.session, world.people["desk"], "20170306-999999")


def test_merged_cases_name_each_other(world: World) -> None:
    one, two = world.filed(), world.filed()
    world.move(one, M.MERGE, "leader", into=two.number)
    desk = world.people["desk"]
    lead = case_file(world.session, desk, one.number).lead
    assert lead is not None
    assert (lead.number, lead.state, lead.seen) == (two.number, S.FILED, True)
    assert [each.number for each in case_file(world.session, desk, two.number).absorbed] == [one.number]
    assert case_file(world.session, desk, one.number).timeline[-1].into == two.number


def test_tasks_wait_for_those_who_may_do_them(town: World) -> None:
    def kinds(who: str) -> list[TaskKind]:
        return sorted(task.kind for task in tasks_of(town.session, town.people[who]))

    assert kinds("inspector") == [TaskKind.CHECK, TaskKind.VERIFY]
    assert kinds("eastern_inspector") == []
    assert kinds("handler") == [TaskKind.HANDLE]  # the suspended one waits
    assert kinds("parks_handler") == [TaskKind.HANDLE]
    assert kinds("everything") == [TaskKind.HANDLE, TaskKind.VERIFY]  # never checks what his own unit did
    assert kinds("desk") == []


def test_a_passed_check_is_no_task_any_more(world: World) -> None:
    case = world.checking()
    assert [task.row.id for task in tasks_of(world.session, world.people["inspector"])] == [case.id]
    world.move(case, M.CHECK_PASSED, "inspector")
    assert tasks_of(world.session, world.people["inspector"]) == []


STREET = Window(119.94, 31.84, 119.98, 31.88)


def test_a_window_shows_open_cases_as_points_and_many_as_clusters(town: World) -> None:
    desk = scope(town, "desk")
    shown = map_window(town.session, desk, STREET)
    assert len(shown.points) == 9
    assert shown.clusters == []
    assert S.CLOSED not in {point.state for point in shown.points}
    few = map_window(town.session, desk, STREET, most=3)
    assert few.points == []
    assert sum(cluster.count for cluster in few.clusters) == 9
    assert all(119.94 < cluster.lon < 119.98 and 31.84 < cluster.lat < 31.88 for cluster in few.clusters)
    east = map_window(town.session, desk, Window(119.96, 31.84, 119.98, 31.88))
    assert [point.state for point in east.points] == [S.DISPATCHED]
    assert map_window(town.session, scope(town, "eastern_inspector"), STREET).points == east.points
    assert len(map_window(town.session, desk, STREET, QueueFilter(source=Source.PUBLIC)).points) == 2


def test_features_go_on_where_they_stopped(town: World) -> None:
    desk = scope(town, "desk")
    rows, after = features(town.session, desk, QueueFilter(), STREET, limit=4)
    more, end = features(town.session, desk, QueueFilter(), STREET, after=after, limit=100)
    assert len(rows) == 4
    assert end is None
    assert len({row.id for row in rows + more}) == 10  # all but the one without a point
    closed, _ = features(town.session, desk, QueueFilter(states=(S.CLOSED,)), STREET)
    filed, _ = features(town.session, desk, QueueFilter(states=(S.FILED,)), STREET)
    assert ([row.state for row in closed], [row.state for row in filed]) == ([S.CLOSED], [S.FILED])


def test_an_export_has_every_case_in_sight_with_its_codes_and_times(town: World) -> None:
    with clock.set_to(monday("09:00", 7)):
        rows = list(export_rows(town.session, scope(town, "desk")))
    assert len(rows) == 11
    assert all(tuple(row) == EXPORT_COLUMNS for row in rows)
    closed = next(row for row in rows if row["state"] == "closed")
    assert (closed["on_time"], closed["overdue"], closed["unit_code"]) == ("yes", "no", town.units["cleaning"].code)
    assert closed["closed_at"] == "2017-03-06T09:07:00+08:00"
    assert sum(row["overdue"] == "yes" for row in rows) == 4
    assert {row["on_time"] for row in rows if row["state"] != "closed"} == {""}
    assert len(list(export_rows(town.session, scope(town, "eastern_inspector")))) == 2
    words = QueueFilter(text="垃圾")
    assert [row["description"] for row in export_rows(town.session, scope(town, "desk"), words)] == ["垃圾"]


def test_an_export_tells_reworks_and_undone_closings(world: World) -> None:
    case = world.checking()
    world.move(case, M.CHECK_FAILED, "inspector", reason="x")
    world.move(case, M.FEEDBACK, "handler", words="x")
    world.move(case, M.SEND_TO_CHECK, "dispatcher")
    world.move(case, M.CHECK_PASSED, "inspector")
    world.move(case, M.CLOSE, "leader", closing_condition=world.condition.id)
    with clock.set_to(monday("09:00", 8)):
        world.move(case, M.UNDO_CLOSING, "leader", reason="x")
    (row,) = export_rows(world.session, scope(world, "desk"))
    assert (row["reworked_times"], row["first_closed_at"], row["closed_at"]) == (1, "", "2017-03-06T09:00:00+08:00")
    assert row["reopened_at"] == "2017-03-08T09:00:00+08:00"


def test_scopes_are_not_widened_by_filters(town: World) -> None:
    east = scope(town, "eastern_inspector")
    for wanted in (QueueFilter(grid_id=town.west.id), QueueFilter(unit_id=town.units["cleaning"].id)):
        assert all_pages(town, east, wanted, Sort.REPORTED) == []
    assert all_pages(town, replace(east, root_id=east.root_id + 999), QueueFilter(), Sort.DUE) == []
