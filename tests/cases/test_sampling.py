"""Samples of closed cases: drawn the same by anyone, kept, looked at once by somebody who did not handle the case."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from gridops.cases.forms import Location
from gridops.cases.models import SpotCheckPopulation
from gridops.cases.queries import samples
from gridops.cases.queries.samples import Population
from gridops.cases.rules.moves import Move
from gridops.cases.rules.sampling import digest_of, draw, is_drawn, packed, unpacked
from gridops.cases.service import sampling
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.people.queries import scope_of
from tests.cases.world import MORNING, World

DAY = date(2017, 3, 6)
NUMBERS = [f"20170306-{n:06d}" for n in range(1000)]


def test_the_same_seed_and_population_give_the_same_sample_in_any_order():
    drawn = draw("42", NUMBERS, 20)
    assert drawn == draw("42", list(reversed(NUMBERS)), 20)
    assert len(set(drawn)) == 20
    assert drawn != draw("43", NUMBERS, 20)
    # a larger sample begins with the smaller one; no more than there are
    assert draw("42", NUMBERS, 25)[:20] == drawn
    assert sorted(draw("42", NUMBERS[:5], 20)) == NUMBERS[:5]
    assert digest_of(NUMBERS) == digest_of(reversed(NUMBERS)) != digest_of(NUMBERS[1:])


def test_a_population_is_kept_small_and_read_back_whole():
    assert unpacked(packed(reversed(NUMBERS))) == NUMBERS
    assert len(packed(NUMBERS)) < len("".join(NUMBERS)) / 4


def test_the_place_of_a_number_is_what_anyone_can_count_by_hand():
    # printf '1/20170306-000001' | sha256sum, and so on
    first, second, third = (f"20170306-00000{n}" for n in (1, 2, 3))
    assert draw("1", [first, second, third], 3) == [second, third, first]


def test_every_case_is_drawn_about_as_often_as_any_other():
    often = Counter(number for seed in range(400) for number in draw(str(seed), NUMBERS[:50], 10))
    assert len(often) == 50
    assert 45 < min(often.values()) <= max(often.values()) < 120


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (10, 70, 130), (100, 1000, 1000)])
def test_of_closings_without_a_population_so_many_in_a_hundred_are_drawn(percent: int, least: int, most: int):
    assert least <= sum(is_drawn("7", number, percent) for number in NUMBERS) <= most


def scope(world: World, who: str):
    return scope_of(world.session, world.people[who])


def drawn(world: World, size: int = 2, seed: str = "1", who: str = "leader", **more):
    wanted = replace(Population(DAY, DAY, world.root.id), **more)
    found = sampling.draw_sample(world.session, scope(world, who), wanted, size, seed)
    return sampling.keep_sample(world.session, world.people[who], found)


def test_a_sample_is_drawn_of_the_cases_closed_in_the_period_and_may_be_drawn_again(world: World):
    closed = [world.closed() for _ in range(4)]
    elsewhere = world.checking(location=Location(119.965, 31.855))
    world.dispatched()
    with clock.set_to(MORNING + timedelta(days=1)):
        late = world.closed()
    check = drawn(world)
    assert (check.population, check.size, check.digest) == (4, 2, digest_of(case.number for case in closed))
    found = [one.row.number for one in samples.drawn(world.session, scope(world, "leader"), check.id)]
    assert found == draw("1", [case.number for case in closed], 2)
    assert late.number not in found
    assert elsewhere.number not in found
    assert sampling.drawn_again(world.session, scope(world, "leader"), check)
    # whatever became of a case since, of the population that was kept the seed draws the same; of another it does not
    world.move(closed[0], Move.UNDO_CLOSING, "leader", reason="不属实")
    assert sampling.drawn_again(world.session, scope(world, "leader"), check)
    kept = world.session.get_one(SpotCheckPopulation, check.id)
    kept.numbers = packed([case.number for case in closed[1:]])
    world.session.flush()
    assert not sampling.drawn_again(world.session, scope(world, "leader"), check)
    assert drawn(world, seed="").seed != drawn(world, seed="").seed
    assert drawn(world, grid_id=world.west.id, unit_id=world.units["cleaning"].id).population == 3
    for wrong in ({"size": 0}, {"size": 501}, {"seed": "x" * 41}, {"unit_id": world.units["parks"].id},
                  {"first_day": DAY + timedelta(days=1)}):  # fmt: skip
        with pytest.raises(Invalid):
            drawn(world, **wrong)
    with pytest.raises(Invalid):
        drawn(world, who="handler")


def test_a_sample_is_seen_by_those_who_see_its_territory(world: World):
    world.closed()
    check = drawn(world)
    assert [one.check.id for one in samples.checks(world.session, scope(world, "leader"))] == [check.id]
    assert samples.checks(world.session, scope(world, "eastern_inspector")) == []
    with pytest.raises(NotFound):
        samples.check_in_sight(world.session, scope(world, "eastern_inspector"), check.id)


def test_what_was_found_is_kept_once_and_never_by_who_handled_or_closed_it(world: World):
    world.closed()
    check = drawn(world)
    (one,) = samples.drawn(world.session, scope(world, "desk"), check.id)

    def judge(who: str, passed: bool, words: str | None = None):
        return sampling.judge(world.session, world.people[who], one.entry.id, passed, words)

    for who in ("leader", "everything", "inspector"):
        with pytest.raises(NotAllowed):
            judge(who, True)
    with pytest.raises(NotFound):
        judge("eastern_inspector", True)
    with pytest.raises(Invalid):
        judge("desk", False)
    assert judge("desk", False, "垃圾仍在").passed is False
    with pytest.raises(Conflict):
        judge("desk", True)
    (done,) = samples.checks(world.session, scope(world, "desk"))
    assert (done.judged, done.failed) == (1, 1)
