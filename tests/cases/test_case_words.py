"""Words of cases: what is kept of them, and that the index finds what looking through every row finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridops.cases.models import CaseWords
from gridops.cases.queries import queue, searching, words
from gridops.cases.queries.rows import CaseRow, Shape
from gridops.cases.rules.moves import Move
from gridops.cases.rules.queue import QueueFilter, Sort
from gridops.cases.rules.words import ids_of, kept, key_of, month, months_from, numbered, pairs
from gridops.cases.service.wording import index_words
from gridops.core import owed
from gridops.people.queries import scope_of
from tests.cases.world import MORNING, World, at


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("龙城大道1号", {"龙城", "城大", "大道", "道1", "1号"}),  # every two that follow each other
        ("大 道\n1", {"大道", "道1"}),  # blanks are no part of a word, wherever they are typed
        ("AbC", {"ab", "bc"}),  # in lower case, as it is looked for
        ("垃", set()),  # one character is no pair: such words are looked for row by row
        ("", set()),
    ],
)
def test_of_a_text_every_two_following_characters_are_kept(text: str, found: set[str]) -> None:
    assert pairs(text) == found


def test_address_and_description_do_not_run_into_each_other_and_a_number_is_kept_whole() -> None:
    assert kept(MORNING, "甲乙", "丙丁", "SQ 12") == "=SQ12 @201703 丙丁 甲乙"
    assert numbered("SQ12") == "=SQ12"


@pytest.mark.parametrize(
    ("moment", "falling", "months"),
    [
        ("2017-03-31 23:59:59", True, ["@201703", "@201702"]),  # a month ends at midnight in the street
        ("2017-04-01 00:00", True, ["@201704", "@201703"]),
        ("2017-01-01 00:00", True, ["@201701", "@201612"]),  # the one before is of another year
        ("2016-12-31 12:00", False, ["@201612", "@201701"]),
        ("2017-01-31 12:00", False, ["@201701", "@201702"]),  # the next one is the shortest
        ("2017-02-28 12:00", False, ["@201702", "@201703"]),
    ],
)
def test_a_list_begins_in_the_month_of_its_place_and_goes_on_in_the_next_one(
    moment: str, falling: bool, months: list[str]
) -> None:
    assert months_from(at(moment), falling=falling) == months
    assert month(at(moment)) == months[0]


@pytest.mark.parametrize(("first", "last", "key"), [(7, 7, "7"), (7, 2006, "7-2006")])
def test_a_key_names_its_cases(first: int, last: int, key: str) -> None:
    assert key_of(first, last) == key
    assert ids_of(key) == (first, last)


def listed(world: World, text: str) -> list[CaseRow]:
    scope = scope_of(world.session, world.people["desk"])
    return queue(world.session, scope, QueueFilter(text=text), sort=Sort.REPORTED, limit=3).rows


@pytest.mark.both
def test_a_case_is_found_by_its_words_before_and_after_they_are_indexed_and_by_new_ones_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [world.dispatched() for _ in range(5)]
    (case, *_others) = cases
    texts = [case.address[:2], case.address, case.description[-2:], case.address[:1], "没有的词", "%_"]
    waiting = {text: listed(world, text) for text in texts}
    while index_words(world.session):
        pass
    assert not owed.pending(world.session, words.CASE_WORDS)
    assert world.session.scalar(select(func.count()).select_from(CaseWords)) == 5
    indexed = {text: listed(world, text) for text in texts}
    with monkeypatch.context() as patch:
        patch.setattr(words, "MOST", -1)  # every row is looked through
        assert indexed == waiting == {text: listed(world, text) for text in texts}
    world.move(case, Move.RELOCATE, "desk", address="新桥 北路9号", words="报错了地址")
    assert [row.id for row in listed(world, "北路9号")] == [case.id]
    assert index_words(world.session) == 1
    assert [row.id for row in listed(world, "桥 北")] == [case.id]
    shape = Shape((), (), Sort.DUE, onward=False)
    held = list(words.candidates(world.session, "北路9号", shape, {"root_id": world.root.id}, 3))
    assert held == [words.Held([case.id], in_order=True, ahead=1) if on_postgresql(world) else None]


@pytest.mark.both
@pytest.mark.parametrize("text", ["Ａ座1101", "CAFÉ路", "İstanbul路", "abc路", "ABC路"])
def test_a_text_is_found_as_it_was_written_whatever_letters_the_database_makes_small(world: World, text: str) -> None:
    case = world.dispatched(address=f"新桥{text}东")
    assert [row.id for row in listed(world, text)] == [case.id]
    while index_words(world.session):
        pass
    assert [row.id for row in listed(world, text)] == [case.id]


@pytest.mark.both
def test_of_more_owed_than_is_read_the_index_does_not_answer_though_they_be_of_few_cases(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [world.dispatched() for _ in range(2)]
    while index_words(world.session):
        pass
    monkeypatch.setattr(words, "_MOST_OWED", 2)
    for _ in range(3):  # one case three times before the other: its row would not be read
        owed.owe(world.session, words.CASE_WORDS, [key_of(cases[0].id, cases[0].id)])
    world.move(cases[1], Move.RELOCATE, "desk", address="新桥北路9号", words="报错了地址")
    shape = Shape((), (), Sort.DUE, onward=False)
    assert list(words.candidates(world.session, "北路9号", shape, {"root_id": world.root.id}, 3)) == [None]


@pytest.mark.both
@pytest.mark.parametrize("sort", list(Sort))
def test_pages_of_words_are_the_same_however_many_places_the_index_names(
    world: World, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    """Reported in another order than written; every other one has all pairs of the words but not the words.

    Those with a unit have a clock that runs, in yet another order.
    """
    ended, first = world.closed(address="新桥北路"), world.dispatched(address="新桥北路")
    for place, hour in enumerate((5, 1, 7, 3, 6, 2, 4, 8, 0)):
        address = "新桥北路" if place % 2 else "新桥北，北路口"
        world.report(address=address, happened_at=MORNING + timedelta(hours=hour))
    last = world.dispatched(address="新桥北路")
    while index_words(world.session):
        pass
    monkeypatch.setattr(searching, "FIRST_WINDOW", 1)  # the index is asked
    monkeypatch.setattr(words, "FIRST", 6)
    indexed = paged(world, "新桥北路", sort)
    assert len(indexed) == 7
    assert sort is not Sort.DUE or [row.id for row in indexed][:3] == [first.id, last.id, ended.id]
    world.move(world.dispatched(address="新桥北路"), Move.RELOCATE, "desk", address="新桥北路9号", words="报错了地址")
    waiting = paged(world, "新桥北路", sort)  # one case is owed its words: it may lie anywhere
    monkeypatch.setattr(words, "MOST", -1)  # every row is looked through
    assert waiting == paged(world, "新桥北路", sort)
    assert [row for row in waiting if row.address != "新桥北路9号"] == indexed


@pytest.mark.both
@pytest.mark.parametrize(
    ("sort", "back", "order"), [(Sort.REPORTED, False, [1, 0]), (Sort.OLDEST, False, []), (Sort.REPORTED, True, [])]
)
def test_the_index_names_places_in_the_order_of_reports_and_only_those_beyond_a_place(
    world: World, sort: Sort, back: bool, order: list[int]
) -> None:
    cases = [world.report(address="新桥北路", happened_at=MORNING + timedelta(hours=hour)) for hour in (1, 2, 3)]
    while index_words(world.session):
        pass
    shape = Shape((), (), sort, onward=True, back=back)
    beyond = {"root_id": world.root.id, "after_key": cases[2].reported_at, "after_id": cases[2].id}
    held = list(words.candidates(world.session, "新桥北路", shape, beyond, 3))
    named = [cases[place].id for place in order]
    assert held == [words.Held(named, in_order=True) if on_postgresql(world) else None]


@pytest.mark.both
@pytest.mark.parametrize(("sort", "near"), [(Sort.REPORTED, [3, 2, 1]), (Sort.OLDEST, [0, 1, 2]), (Sort.DUE, None)])
def test_of_the_months_that_a_list_begins_in_those_are_asked_for_first_that_fill_its_page(
    world: World, sort: Sort, near: list[int] | None
) -> None:
    """One in January, two in February, one in March: two months always, as a list of reports begins in them."""
    days = ("2017-01-31 23:00", "2017-02-01 01:00", "2017-02-28 23:00", "2017-03-01 01:00")
    cases = [world.report(address="新桥北路", happened_at=at(day)) for day in days]
    while index_words(world.session):
        pass
    shape, root = Shape((), (), sort, onward=False), {"root_id": world.root.id}
    for limit, first in ((2, near), (3, None)):
        asked = list(words.candidates(world.session, "新桥北路", shape, root, limit))
        if not on_postgresql(world):
            assert asked == [None]
            continue
        *some, held = asked
        assert some == ([words.Held([cases[place].id for place in first], in_order=True)] if first else [])
        assert held is not None
        assert sorted(held.ids) == [case.id for case in cases]


def paged(world: World, text: str, sort: Sort) -> list[CaseRow]:
    """All rows, two a page."""
    scope, rows, after = scope_of(world.session, world.people["desk"]), list[CaseRow](), None
    for _ in range(20):
        page = queue(world.session, scope, QueueFilter(text=text), sort=sort, after=after, limit=2)
        rows += page.rows
        after = page.next
        if after is None:
            return rows
    raise AssertionError("the pages do not end")


def on_postgresql(world: World) -> bool:
    """Whether there is an index of words at all."""
    return world.session.get_bind().dialect.name == "postgresql"
