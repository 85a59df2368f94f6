"""What is asked twice at once is made once: drafts, series, units, people; committed for real, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select

from gridops.bulletins import keeping, queries, service
from gridops.bulletins.forms import series_form
from gridops.bulletins.models import Bulletin
from gridops.core import clock, db
from gridops.core.errors import Conflict, Invalid
from gridops.people import service as people
from gridops.people.forms import NewUnit, NewUser
from gridops.people.models import Unit, User
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role, UnitKind
from tests.factories import at, make_grid, make_unit, make_user

SETTINGS = {"head": "龙虎塘街道专项通报", "standing_threshold": "80", "month_day": "1", "week_day": "1"}


def four_times(job: Callable[[int], str]) -> list[str]:
    """The answers of four who ask at once."""
    with ThreadPoolExecutor(4) as pool:
        return sorted(done.result(60) for done in [pool.submit(job, number) for number in range(4)])


def street() -> tuple[int, int, Person]:
    with db.transaction() as session:
        root = make_grid(session, "320411003", name="龙虎塘街道")
        unit = make_unit(session, root, "CG")
        editor = make_user(session, root, Role.EDITOR)
        ids = root.id, unit.id, editor.id
    with db.reading() as session:
        found = load_person(session, ids[2])
    assert found is not None
    return ids[0], ids[1], found


def test_a_draft_asked_for_by_four_is_one_draft(database: Engine) -> None:
    street()

    def ask(_number: int) -> str:
        with clock.set_to(at("2017-04-01 02:00")), db.transaction() as session:
            return str(service.open_draft(session, "320411003", "2017-03").id)

    assert len(set(four_times(ask))) == 1
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Bulletin)) == 1


def test_of_four_who_change_one_series_at_once_one_is_first(database: Engine) -> None:
    root_id, _, editor = street()

    def change(number: int) -> str:
        try:
            with db.transaction() as session:
                form = series_form({**SETTINGS, "name": f"专项通报{number}"})
                keeping.change_series(session, "special", form, editor, seen)
        except Conflict:
            return "stale"
        return "changed"

    with db.reading() as session:
        seen = keeping.seen_as(queries.series(session, root_id, "special"))
    assert four_times(change) == ["changed", "stale", "stale", "stale"]


def test_a_unit_and_a_name_are_taken_once(database: Engine) -> None:
    root_id, unit_id, _ = street()

    def take(make: Callable[[db.Session], object]) -> str:
        try:
            with db.transaction() as session:
                make(session)
        except Invalid:
            return "taken"
        return "made"

    unit = NewUnit("HB", "环保办", UnitKind.STREET)
    assert four_times(lambda _: take(lambda s: people.create_unit(s, root_id, unit))) == ["made", *["taken"] * 3]
    person = NewUser("zhoumin", "周敏", unit_id)
    assert four_times(lambda _: take(lambda s: people.create_user(s, root_id, person))) == ["made", *["taken"] * 3]
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Unit).where(Unit.code == "HB")) == 1
        assert session.scalar(select(func.count()).select_from(User).where(User.username == "zhoumin")) == 1
