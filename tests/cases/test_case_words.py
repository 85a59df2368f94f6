"""Words of cases: what is kept of them, and that the index finds what looking through every row finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from gridops.cases.models import CaseWords
from gridops.cases.queries import queue, searching, words
from gridops.cases.queries.rows import CaseRow, Shape
from gridops.cases.rules import words as rules
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.queue import QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.cases.rules.words import (
    ids_of,
    kept,
    key_of,
    marks,
    month,
    months_between,
    months_from,
    numbered,
    pairs,
)
from gridops.cases.service.wording import index_words, owe_ended
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


@dataclass
class Told:
    """A case with the fewest things told of it."""

    id: int = 50_001
    reported_at: datetime = MORNING
    grid_id: int = 12
    category_id: int = 48
    source: Source = Source.VIDEO
    state: State = State.CLOSED
    address: str = "甲乙"
    description: str = "丙丁"
    source_number: str | None = None


@pytest.mark.parametrize(
    ("told", "entries"),
    [
        # what was written, and what else is known; the words of address and description do not run into each other
        ({}, "@b1 @c48 @g12 @m201703 @svideo 丙丁 甲乙"),
        ({"source_number": "SQ 12"}, "=SQ12 @b1 @c48 @g12 @m201703 @svideo 丙丁 甲乙"),  # a number is kept whole
        ({"state": State.RECEIVED}, "@b1 @c48 @g12 @m201703 @open @svideo 丙丁 甲乙"),
        ({"state": State.DECLINED, "id": 49_999}, "@b0 @c48 @g12 @m201703 @svideo 丙丁 甲乙"),
    ],
)
def test_what_is_kept_of_a_case(told: dict[str, Any], entries: str) -> None:
    assert kept(Told(**told)) == entries


def test_a_number_is_looked_for_whole_and_no_pair_is_as_long_as_a_mark() -> None:
    assert numbered("SQ 12") == "=SQ12"
    assert min(len(one) for one in marks(Told(id=1))) > 2


@pytest.mark.parametrize(
    ("moment", "falling", "months"),
    [
        ("2017-03-31 23:59:59", True, ["@m201703", "@m201702"]),  # a month ends at midnight in the street
        ("2017-04-01 00:00", True, ["@m201704", "@m201703"]),
        ("2017-01-01 00:00", True, ["@m201701", "@m201612"]),  # the one before is of another year
        ("2016-12-31 12:00", False, ["@m201612", "@m201701"]),
        ("2017-01-31 12:00", False, ["@m201701", "@m201702"]),  # the next one is the shortest
        ("2017-02-28 12:00", False, ["@m201702", "@m201703"]),
    ],
)
def test_a_list_begins_in_the_month_of_its_place_and_goes_on_in_the_next_one(
    moment: str, falling: bool, months: list[str]
) -> None:
    assert months_from(at(moment), falling=falling) == months
    assert month(at(moment)) == months[0]


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2016-12-31 00:00", "2017-02-01 00:00", ["@m201612", "@m201701", "@m201702"]),  # the end may lie in it
        ("2017-03-01 00:00", "2017-03-02 00:00", ["@m201703"]),
        ("2017-03-02 00:00", "2017-03-01 00:00", ["@m201703"]),  # nothing is looked for in the month
        ("2017-04-01 00:00", "2017-03-01 00:00", []),
    ],
)
def test_the_months_of_a_range(since: str, until: str, months: list[str]) -> None:
    assert months_between(at(since), at(until)) == months


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
    assert held == [words.Held([case.id], in_order=True, ahead=1, by_due=True) if on_postgresql(world) else None]


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
@pytest.mark.parametrize(
    ("sort", "near", "ahead", "whole"),
    [(Sort.REPORTED, [3, 2, 1], 0, 4), (Sort.OLDEST, [0, 1, 2], 0, 4), (Sort.DUE, [3, 1], 1, 3)],
)
def test_of_a_list_its_beginning_is_asked_for_first_where_it_fills_the_page(
    world: World, monkeypatch: pytest.MonkeyPatch, sort: Sort, near: list[int], ahead: int, whole: int
) -> None:
    """One in January, two in February, one in March, the last of which is open: two months.

    By deadlines, behind the first: what is open, and the first two blocks, as each case stands alone in its own.
    """
    monkeypatch.setattr(rules, "BLOCK", 1)
    monkeypatch.setattr(words, "BLOCK", 1)
    days = ("2017-01-31 23:00", "2017-02-01 01:00", "2017-02-28 23:00", "2017-03-01 01:00")
    cases = [world.closed(address="新桥北路", happened_at=at(day)) for day in days[:3]]
    cases.append(world.report(address="新桥北路", happened_at=at(days[3])))
    while index_words(world.session):
        pass
    before = {"after_key": FAR, "after_id": cases[0].id} if sort is Sort.DUE else {}
    shape, given = Shape((), (), sort, onward=bool(before)), {"root_id": world.root.id, **before}
    for limit, first in ((len(near) - 1, near), (len(near), None)):
        asked = list(words.candidates(world.session, "新桥北路", shape, given, limit))
        if not on_postgresql(world):
            assert asked == [None]
            continue
        *some, held = asked
        assert some == (
            [words.Held([cases[place].id for place in first], True, ahead, sort is Sort.DUE)] if first else []
        )
        assert held is not None
        assert sorted(held.ids) == [case.id for case in cases[-whole:]]


@pytest.mark.both
def test_a_filter_reads_only_the_cases_with_its_marks(world: World) -> None:
    """Of four with the words: one filed by its public reporter, one in another grid, one closed."""
    cases = [world.dispatched(address="新桥北路") for _ in range(2)]
    cases.append(world.closed(address="新桥北路"))
    cases.append(world.report("public", "clerk", address="新桥北路"))
    while index_words(world.session):
        pass

    def named(names: tuple[str, ...], states: tuple[State, ...] = (), **values: Any) -> list[int] | None:
        shape = Shape(names, states, Sort.REPORTED, onward=False)
        (*_, held) = words.candidates(world.session, "新桥北路", shape, {"root_id": world.root.id, **values}, 50)
        return None if held is None else sorted([case.id for case in cases].index(each) for each in held.ids)

    asked = {
        "all": named(()),
        "source": named(("source",), source=Source.PUBLIC),
        "open": named((), (State.DISPATCHED, State.RECEIVED)),
        "overdue": named(("late_at",), late_at=MORNING),
        "ended": named((), (State.CLOSED, State.VOIDED)),
        "grid": named(("grid_ids",), grid_ids=[cases[0].grid_id]),
        "elsewhere": named(("grid_ids",), grid_ids=[-1]),
        "category": named(("category_ids",), category_ids=[-1, cases[0].category_id]),
        "month": named(("since",), since=MORNING),
        "before": named(("since", "until"), since=MORNING - timedelta(days=90), until=MORNING - timedelta(days=40)),
        "unit": named(("unit_ids",), unit_ids=[cases[0].unit_id]),  # it changes with every dispatch: none is left out
    }
    everyone = [0, 1, 2, 3]
    wanted = {
        "all": everyone, "source": [3], "open": [0, 1, 3], "overdue": [0, 1, 3], "ended": everyone, "grid": everyone,
        "elsewhere": [], "category": everyone, "month": everyone, "before": [], "unit": everyone,
    }  # fmt: skip
    assert asked == (wanted if on_postgresql(world) else dict.fromkeys(wanted))


@pytest.mark.both
def test_a_case_that_has_ended_loses_its_mark_by_and_by_and_one_that_is_open_again_has_it_at_once(world: World) -> None:
    case, other = world.closed(), world.dispatched()
    while index_words(world.session):
        pass
    assert open_marks(world) == {other.id}
    world.move(case, Move.UNDO_CLOSING, "leader", reason="没有清理")
    assert [work.key for work in owed.pending(world.session, words.CASE_WORDS)] == [str(case.id)]
    while index_words(world.session):
        pass
    assert open_marks(world) == {case.id, other.id}
    world.move(other, Move.VOID, "leader", reason="误报")
    assert not owed.pending(world.session, words.CASE_WORDS)  # it is found as one that may be open
    assert owe_ended(world.session) == on_postgresql(world)
    while index_words(world.session):
        pass
    assert open_marks(world) == ({case.id} if on_postgresql(world) else {case.id, other.id})
    assert owe_ended(world.session) == 0


def open_marks(world: World) -> set[int]:
    """The cases that are marked open."""
    found = world.session.execute(select(CaseWords.case_id, CaseWords.words)).all()
    return {row.case_id for row in found if rules.OPEN in row.words.split(" ")}


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
