"""A search finds page by page what a plain look through all rows finds: every order, tab and sight, index or none."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from gridops.cases.forms import Location
from gridops.cases.models import Case
from gridops.cases.queries import queue, searching, words
from gridops.cases.queries.listing import neighbours
from gridops.cases.queries.rows import CaseRow, place_of
from gridops.cases.rules.moves import Move, State, Suspension
from gridops.cases.rules.queue import Group, QueueFilter, Sort
from gridops.cases.rules.sources import Source
from gridops.cases.service.wording import index_words
from gridops.core import db
from gridops.people.queries import Scope, scope_of
from tests.cases.world import MORNING, World

TEXTS = ("龙城大道", "垃圾 成堆", "Ab路口", "Ａ座", "100%_x/")
ASKED = ("龙城", "AB", "圾 成", "Ａ座", "%_x", "没有的词")
# Of the words asked for some are everywhere, some in a tenth of all cases, as PostgreSQL may have counted.
COUNTED = {"龙城": 0.9, "ab": 0.1, "圾成": 0.01}
# The same of marks: with some known, those near the beginning are read first beside a filter too.
MARKED = {"@spublic": 0.3, "@sinspector": 0.4, "@g1": 0.4, "@g2": 0.4, "@g3": 0.4, "@m201701": 0.3, "@m201702": 0.1}


@pytest.fixture
def town(world: World) -> World:
    """Thirty cases of twelve minutes on four days in four months, far apart in state and place, told in few words."""
    db.use(world.session.connection().engine)
    rng = random.Random(20170306)
    for _ in range(30):
        said = {"address": rng.choice(TEXTS) + rng.choice(TEXTS), "description": rng.choice(TEXTS)}
        at = MORNING - timedelta(days=rng.choice((0, 0, 7, 35, 70)), minutes=rng.randrange(12))
        if rng.random() < 0.3:
            world.report(happened_at=at, location=Location(119.965, 31.855), **said)
            continue
        make = rng.choice((world.report, world.filed, world.dispatched, world.closed))
        case = make(happened_at=at, **said)
        if case.state is State.DISPATCHED and rng.random() < 0.5:
            world.move(case, Move.SUSPEND, "leader", reason="等", suspension=Suspension.OUTSIDE)
    return world


def pages(town: World, scope: Scope, wanted: QueueFilter, sort: Sort, limit: int) -> list[CaseRow]:
    """All rows of a list, read as a person turns its pages."""
    page = queue(town.session, scope, wanted, sort=sort, limit=limit)
    found = page.rows
    while page.next is not None:
        page = queue(town.session, scope, wanted, sort=sort, limit=limit, after=page.next)
        found = found + page.rows
    return found


def holds_everywhere(town: World) -> None:
    """Whatever is asked, the rows are those that hold it, in the order of the whole list; so are their neighbours."""
    texts = {row.id: f"{row.address}\n{row.description}".lower() for row in town.session.scalars(select(Case))}
    for who, sort, group in product(("desk", "inspector"), Sort, (Group.ALL, Group.HANDLING)):
        scope = scope_of(town.session, town.people[who])
        whole = queue(town.session, scope, QueueFilter(group=group), sort=sort).rows
        for text in ASKED:
            wanted = QueueFilter(group=group, text=text)
            held = [row for row in whole if text.lower() in texts[row.id]]
            assert pages(town, scope, wanted, sort, 2) == held, (who, sort, group, text)
            for at, row in [*enumerate(held)][::3] if group is Group.ALL else []:
                beside = neighbours(town.session, scope, wanted, sort, place_of(row, sort))
                assert beside == ([None, *held][at], [*held, None][at + 1]), (who, sort, group, text)


def holds_with_filters(town: World) -> None:
    """Words beside another condition: what is known of cases beside their words leaves none out."""
    scope = scope_of(town.session, town.people["desk"])
    asked: list[dict[str, Any]] = [
        {"source": Source.PUBLIC}, {"source": Source.INSPECTOR}, {"grid_id": town.east.id}, {"states": (State.CLOSED,)},
        {"category_id": town.category.id, "overdue": True}, {"group": Group.OVERDUE}, {"states": (State.DISPATCHED,)},
        {"first_day": MORNING.date() - timedelta(days=40), "last_day": MORNING.date() - timedelta(days=30)},
        {"first_day": MORNING.date() - timedelta(days=70), "last_day": MORNING.date() - timedelta(days=7)},
    ]  # fmt: skip
    for given, sort in product(asked, Sort):
        whole = queue(town.session, scope, QueueFilter(**given), sort=sort).rows
        texts = {row.id: f"{row.address}\n{row.description}".lower() for row in whole}
        for text in ASKED[:4]:
            held = [row for row in whole if text.lower() in texts[row.id]]
            assert pages(town, scope, QueueFilter(**given, text=text), sort, 2) == held, (given, sort, text)


@pytest.mark.both
def test_a_search_finds_what_a_look_through_all_rows_finds(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SEARCH_SECONDS", 60)  # a busy machine finds the same
    monkeypatch.setattr(searching, "WINDOW", 5)
    monkeypatch.setattr(searching, "FIRST_WINDOW", 3)
    holds_everywhere(town)  # no words are in the index yet
    if town.session.get_bind().dialect.name != "postgresql":
        return  # there is no index
    while index_words(town.session):
        pass
    monkeypatch.setattr(words, "_parts", lambda _session: COUNTED)
    for first in (2, 5):
        monkeypatch.setattr(words, "FIRST", first)
        holds_everywhere(town)
    holds_with_filters(town)
    monkeypatch.setattr(words, "_parts", lambda _session: COUNTED | MARKED)
    holds_with_filters(town)
    filed = select(Case).where(Case.state == State.FILED).limit(2)
    for case in town.session.scalars(filed).all():
        town.move(case, Move.RELOCATE, "desk", address=f"龙城 搬来的{case.address}", words="报错了地址")
    for case in town.session.scalars(select(Case).where(Case.state == State.CLOSED).limit(2)).all():
        town.move(case, Move.UNDO_CLOSING, "leader", reason="没有清理")
    holds_everywhere(town)  # some wait for their words anew
    holds_with_filters(town)
