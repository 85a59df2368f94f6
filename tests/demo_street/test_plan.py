"""The made-up year is plausible, whole, and always the same."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from gridops.cases.rules.deadlines import WorkingClock
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import ENDED, MOVES, Move
from gridops.cases.rules.projection import project
from gridops.cases.rules.sources import Source
from gridops.catalogue.rules import Kind
from gridops.core.clock import local
from gridops.demo_street import enforcement, fresh, papers, plan, run, wording, words
from gridops.demo_street.course import Act, World
from gridops.demo_street.places import Street, street
from gridops.demo_street.problems import SNOW, problems
from gridops.demo_street.staff import UNITS, staff
from gridops.people.rules import Role, UnitKind, WorkLine
from tests.demo_street.world import shipped_calendar, shipped_terms


@pytest.fixture(scope="module")
def ground() -> Street:
    return street()


@pytest.fixture(scope="module")
def world(ground: Street) -> World:
    return World(shipped_terms(), WorkingClock(*shipped_calendar()), staff(tuple(ground.grids)))


@pytest.fixture(scope="module")
def acts(world: World, ground: Street) -> list[Act]:
    return plan.year(world, ground)


def reports(acts: list[Act]) -> list[Act]:
    return [act for act in acts if act.move is Move.REPORT]


def by_case(acts: list[Act]) -> dict[int, list[Act]]:
    found: dict[int, list[Act]] = {}
    for act in acts:
        found.setdefault(act.case, []).append(act)
    return found


def test_the_year_has_its_size_most_is_put_right_at_once_and_some_thousand_are_filed(acts: list[Act]) -> None:
    moves = Counter(act.move for act in acts)
    at_once = sum(act.fields["self_handled"] for act in reports(acts))
    assert 12_000 <= moves[Move.REPORT] <= 15_000
    assert 0.55 <= at_once / moves[Move.REPORT] <= 0.66
    assert 4_000 <= moves[Move.FILE] <= 5_500


def test_every_kind_of_move_occurs(acts: list[Act]) -> None:
    # By way of reports, by the calendar, or not at all.
    never = {Move.SELF_HANDLE, Move.ADD_EVIDENCE, Move.RECOUNT, Move.UNDO_VOID, Move.UNDO_MERGE}
    never |= {Move.REMIND, Move.PRESS, Move.ANSWER_PRESS, Move.RELOCATE, Move.SPLIT, Move.UNDO_SPLIT}
    never |= {Move.JOIN, Move.HELP_DONE, Move.HELP_RETURN, Move.END_HELP}
    assert {act.move for act in acts} == set(Move) - never
    assert any(act.fields["self_handled"] for act in reports(acts))
    assert any("same_as" in act.fields for act in reports(acts))


def test_every_case_moves_as_the_table_allows_and_comes_to_an_end(acts: list[Act]) -> None:
    for number, own in by_case(acts).items():
        events: list[Event] = []
        for place, act in enumerate(own):
            if act.move is not Move.REPORT:
                assert project(events).state in MOVES[act.move].from_states, (number, act)
            events.append(Event(act.move, act.at, place, outcome=act.fields.get("outcome"), unit_id=1))
            assert place == 0 or own[place - 1].at <= act.at
        told = own[0].fields
        assert told["self_handled"] or "same_as" in told or project(events).state in ENDED, number


def test_every_grid_has_cases_and_every_place_lies_in_a_grid(acts: list[Act], ground: Street) -> None:
    import shapely

    seen = Counter(act.actor for act in reports(acts))
    inspectors = staff(tuple(ground.grids)).inspectors
    assert len(ground.grids) == 60
    assert all(seen[username] > 20 for username in inspectors.values())
    land = shapely.union_all(list(ground.shapes.values())).buffer(1e-9)
    assert all(land.contains(shapely.Point(act.fields["lon"], act.fields["lat"])) for act in reports(acts)[::37])


def test_the_rhythm_of_the_year_is_that_of_a_street(acts: list[Act]) -> None:
    days = Counter(local(act.at).date() for act in reports(acts))
    weekdays = Counter(day.weekday() for day in days.elements())
    assert weekdays[6] < weekdays[5] < weekdays[2]
    festival = sum(days[date(2017, 1, 27) + timedelta(n)] for n in range(7))
    assert festival < 0.4 * sum(days[date(2017, 3, 6) + timedelta(n)] for n in range(7))

    def months(code: str) -> Counter[int]:
        return Counter(local(act.at).month for act in seen(code))

    def seen(code: str) -> list[Act]:
        return [act for act in reports(acts) if (act.fields["kind"], act.fields["category"]) == (Kind.EVENT, code)]

    assert months("0129")[7] > 10 * months("0129")[1]  # barbecues in summer
    assert months("0201")[1] + months("0201")[12] > months("0201")[7] + months("0201")[8]  # small ads in winter
    assert months("0120")[11] > 3 * months("0120")[7]  # leaves burn in autumn
    ice = {local(act.at).date() for act in seen("0507")}
    assert ice
    assert ice <= SNOW | {day + timedelta(1) for day in SNOW}


def test_non_motor_vehicles_stand_about_at_market_hours(acts: list[Act]) -> None:
    hours = Counter(local(act.at).hour for act in reports(acts) if act.fields["category"] == "0410")
    assert hours[7] + hours[8] + hours[16] + hours[17] > 0.5 * hours.total()


def test_the_same_seed_gives_the_same_plan(world: World, acts: list[Act]) -> None:
    first = [act for act in acts if act.case <= 300]
    again = [act for act in plan.year(world, street(), last=date(2017, 1, 31)) if act.case <= 300]
    assert first == again


def test_words_are_said_out_and_never_twice_the_same_pattern(acts: list[Act]) -> None:
    said = [act.fields["description"] for act in reports(acts)]
    said += [text for act in acts for name in ("words", "reason") if (text := act.fields.get(name))]
    assert not [text for text in said if any(mark in text for mark in "[]{}|") or "，。" in text]
    assert len(set(said)) > 8_000


def test_every_problem_has_words_for_each_of_its_conditions() -> None:
    known = words.patterns()
    for problem in problems():
        for position, _ in problem.conditions:
            assert (problem.key, str(position)) in known
            assert (problem.key, f"d{position}") in known or (problem.key, "d") in known
        assert problem.self_share == 0 or (problem.key, "s") in known


def test_units_stand_in_three_levels_with_four_agencies() -> None:
    parents = {unit.code: unit.parent for unit in UNITS}
    depth = {code: 1 if not up else 2 if not parents[up] else 3 for code, up in parents.items()}
    assert set(depth.values()) == {1, 2, 3}
    tops = {unit.kind for unit in UNITS if not unit.parent}
    assert {UnitKind.URBAN_MANAGEMENT, UnitKind.POLICE_STATION, UnitKind.TRAFFIC_POLICE} <= tops
    assert UnitKind.TRANSPORT_ADMINISTRATION in tops


def test_sixty_inspectors_every_role_and_the_five_lines_of_work(ground: Street) -> None:
    everyone = staff(tuple(ground.grids))
    assert len(everyone.inspectors) == 60
    assert len({person.name for person in everyone.people}) == len(everyone.people)
    assert {held.role for person in everyone.people for held in person.roles} == set(Role)
    supervisor = next(person for person in everyone.people if person.username == "supervisor")
    assert {held.role for held in supervisor.roles} == {Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER}
    lines = {(duty.grid, duty.line) for duty in everyone.duties}
    assert lines == {(grid, line) for grid in ground.grids for line in WorkLine}


def test_papers_are_locked_on_the_first_and_issued_on_a_working_day_about_the_fifth(world: World) -> None:
    steps = papers.steps(world.clock.calendar)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    issued = [step for step in steps if step.step is papers.Step.ISSUE]
    for series, last in (("monthly", 11), ("supervision", 10)):
        periods = [step.period for step in issued if step.series == series]
        assert periods == [f"2017-{month:02d}" for month in range(1, last + 1)]
    for step in issued:
        assert world.clock.calendar.is_workday(step.at.date())
        assert 4 <= step.at.day <= 12
    assert all(step.at.day == 1 and step.at.hour < 10 for step in steps if step.step is papers.Step.FREEZE)


def test_what_is_locked_holds_only_what_happened_before(acts: list[Act], world: World) -> None:
    done: datetime | None = None
    for stage in run.stages(acts, papers.steps(world.clock.calendar)):
        first, last = (stage[0].at, stage[-1].at) if isinstance(stage, list) else (stage.at, stage.at)
        assert done is None or done <= first
        done = last


@pytest.mark.parametrize("now", ["2026-03-01T03:10", "2026-07-15T11:00", "2027-01-01T23:50"])
def test_the_current_days_show_every_state_and_nothing_that_is_yet_to_come(
    now: str, world: World, ground: Street
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = fresh.fresh(world, ground, at)
    assert all(act.at <= at for act in found)
    assert at - min(act.at for act in found) < timedelta(days=12)
    last = Counter(own[-1].move for own in by_case(found).values())
    assert {Move.SEND_TO_VERIFY, Move.ACCEPT, Move.FILE, Move.DISPATCH, Move.RECEIVE, Move.FEEDBACK} <= last.keys()
    assert {Move.SEND_TO_CHECK, Move.CLOSE, Move.SUSPEND, Move.ASK_EXTENSION, Move.RETURN} <= last.keys()
    assert 40 <= len(by_case(found)) <= 70
    sources = Counter(act.fields["source"] for act in found if act.move is Move.REPORT)
    assert (sources[Source.HOTLINE_12345] >= 8, sources[Source.ASSESSMENT]) == (True, 2)
    assert {"wg001"} <= {act.actor for act in found if act.move is Move.REPORT}
    assert found == fresh.fresh(world, ground, at)


def test_the_year_of_the_joint_force_holds_what_its_summary_says(ground: Street, world: World) -> None:
    rows = enforcement.year(ground, world.staff.officers)
    assert rows == enforcement.year(ground, world.staff.officers)
    count = Counter(row.kind for row in rows)
    assert count["rounds"] == 30
    penalised = [row for row in rows if row.kind == "penalties"]
    months = {(row.cells["credit_code"], f"{row.cells['decided_at']:%Y-%m}") for row in penalised}
    assert (len({row.cells["credit_code"] for row in penalised}), len(months)) == (14, 17)
    assert len({row.cells["decided_by"] for row in penalised}) >= 2
    assert {row.cells["campaign_code"] for row in rows if row.kind == "operations"} == set(wording.CAMPAIGNS)
    assert sum(row.cells["kind"] == "matter" for row in rows if row.kind == "supervision") == 10
    units = {unit.code for unit in UNITS}
    assert {row.cells["unit_code"] for row in rows if row.kind == "supervision"} <= units
    over_midnight = [row for row in rows if row.kind == "rounds" and row.at.day == 31]
    assert over_midnight[0].cells["ended_at"].day == 1


def test_nothing_of_the_year_is_owed_at_last(ground: Street, world: World) -> None:
    visits = [row for row in enforcement.year(ground, world.staff.officers) if row.kind == "visits"]
    ordered = [row.as_of(enforcement.WOUND_UP) for row in visits if row.cells.get("ordered") == "yes"]
    assert len(ordered) > 30
    assert all(told["corrected"] == told["findings"] for told in ordered)
    before = [row.as_of(datetime(2018, 1, 1, tzinfo=UTC)) for row in visits if row.cells.get("ordered") == "yes"]
    assert any(told.get("corrected", "") != told["findings"] for told in before)


def test_what_has_not_come_is_not_told(ground: Street, world: World) -> None:
    rows = enforcement.year(ground, world.staff.officers)
    row = next(row for row in rows if row.kind == "penalties")
    opened, paid = row.at, row.cells["paid_at"]
    told = row.as_of(opened)
    assert (told["opened_at"], told["decided_at"], told["fine_yuan"], told["paid_yuan"]) == (
        opened.isoformat(),
        "",
        "",
        "",
    )
    assert row.as_of(paid)["paid_yuan"] == row.cells["fine_yuan"]
