"""复发: a case reported in the period that somebody linked to one closed within 30 days before, both as they stood."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gridops.cases.models import Case, CaseRecurrence
from gridops.cases.rules.moves import Move
from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.figures import enforcement, judged, service, sheets
from gridops.figures.models import KeptFact
from gridops.figures.queries import watched
from gridops.figures.rules.telling import Telling
from tests.factories import at, make_category, make_unit, make_user
from tests.figures.street import Street
from tests.figures.test_enforcement import figures, street, tables
from tests.figures.test_freezing import APRIL, AS_OF, MARCH, YEAR, freeze, put, told

__all__ = ["street"]  # the fixture
pytestmark = pytest.mark.both

# Of the earlier case, closed on 10 March at ten; and of the new one.
Moves = Sequence[tuple[str, Move]]
CLOSED = "2017-03-10 10:00"
# why; what became of the earlier one, of the new one; reported, linked, taken back; in March, in April, in the year
ROWS: list[tuple[str, Moves, Moves, str, str | None, str | None, tuple[int, int, int]]] = [
    ("back after two days", (), (), "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 1)),
    ("like it, but nobody said so", (), (), "2017-03-12 09:00", None, None, (0, 0, 0)),
    ("reported before the closing", (), (), "2017-03-09 09:00", "2017-03-12 10:00", None, (0, 0, 0)),
    ("reported at the closing", (), (), CLOSED, "2017-03-12 10:00", None, (0, 0, 0)),
    ("a second after it", (), (), "2017-03-10 10:00:01", "2017-03-12 10:00", None, (1, 0, 1)),
    ("exactly 30 days after it, in the next month", (), (), "2017-04-09 10:00", "2017-04-09 11:00", None, (0, 1, 1)),
    ("30 days and a second after it", (), (), "2017-04-09 10:00:01", "2017-04-09 11:00", None, (0, 0, 0)),
    ("linked after the month, before it is told", (), (), "2017-03-31 09:00", "2017-04-01 11:00", None, (1, 0, 1)),
    ("linked after March is told: known to the year", (), (), "2017-03-31 09:00", "2017-04-01 13:00", None, (0, 0, 1)),
    ("taken back before it is told", (), (), "2017-03-12 09:00", "2017-03-12 10:00", "2017-04-01 11:00", (0, 0, 0)),
    ("taken back after March is told", (), (), "2017-03-12 09:00", "2017-03-12 10:00", "2017-04-01 13:00", (1, 0, 0)),
    (
        "the closing was undone before the month's end: the problem had never gone",
        [("2017-03-20 09:00", Move.UNDO_CLOSING)], (),
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "the earlier one voided in the month: nothing had been closed",
        [("2017-03-20 09:00", Move.VOID)], (),
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    ("linked before the month that a file tells of", (), (), "2017-04-01 00:10", "2017-03-31 23:55", None, (0, 1, 1)),
    (
        "undone in the next month: March stays as it was",
        [("2017-04-02 09:00", Move.UNDO_CLOSING)], (),
        "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 0),
    ),
    (
        "undone, and closed anew after the report",
        [("2017-03-13 09:00", Move.UNDO_CLOSING), ("2017-03-15 09:00", Move.CLOSE)], (),
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "undone before the report, closed anew before it too",
        [("2017-03-11 09:00", Move.UNDO_CLOSING), ("2017-03-12 08:00", Move.CLOSE)], (),
        "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 1),
    ),
    (
        "the new one voided in the month",
        (), [("2017-03-13 09:00", Move.FILE), ("2017-03-14 09:00", Move.VOID)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "voided in the next month",
        (), [("2017-03-13 09:00", Move.FILE), ("2017-04-14 09:00", Move.VOID)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 0),
    ),
    (
        "voided, and the voiding undone",
        (),
        [("2017-03-13 09:00", Move.FILE), ("2017-03-14 09:00", Move.VOID), ("2017-03-15 09:00", Move.UNDO_VOID)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 1),
    ),
    (
        "merged: the other report of the same tells of it",
        (), [("2017-03-13 09:00", Move.FILE), ("2017-03-14 09:00", Move.MERGE)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "split: the part that came back is to be linked",
        (), [("2017-03-13 09:00", Move.FILE), ("2017-03-14 09:00", Move.SPLIT)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "not filed, as a duplicate or for whatever reason",
        (), [("2017-03-13 09:00", Move.ACCEPT), ("2017-03-14 09:00", Move.NOT_FILE)],
        "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "declined",
        (), [("2017-03-13 09:00", Move.DECLINE)], "2017-03-12 09:00", "2017-03-12 10:00", None, (0, 0, 0),
    ),
    (
        "handled on the spot: it was back all the same",
        (), [("2017-03-12 09:05", Move.SELF_HANDLE)], "2017-03-12 09:00", "2017-03-12 10:00", None, (1, 0, 1),
    ),
]  # fmt: skip


def begin(street: Street, *pairs: tuple[Moves, Moves, str]) -> None:
    """Case 1 closed, case 2 reported, each with what became of it; 3 and 4 the next pair, and so on."""
    category, unit = make_category(street.session).id, make_unit(street.session, street.root, "LHT-HW").id
    first = [("2017-02-20 08:00", Move.REPORT), ("2017-02-20 09:00", Move.FILE), ("2017-02-20 10:00", Move.DISPATCH)]
    given = {"category": category, "unit": unit}
    histories = []
    for earlier, new, reported in pairs:
        histories.append(told(*first, (CLOSED, Move.CLOSE), *earlier, **given))
        histories.append(told((reported, Move.REPORT), *new, **given))
    put(street.session, street.root, *histories)


BACK: tuple[Moves, Moves, str] = ((), (), "2017-03-12 09:00")


def link(street: Street, when: str, undone: str | None = None, case: int = 2, earlier: int = 1) -> CaseRecurrence:
    user = make_user(street.session, street.root).id
    made = CaseRecurrence(
        root_id=street.root.id, case_id=case, earlier_id=earlier, linked_at=at(when), linked_by=user,
        undone_at=at(undone) if undone else None, undone_by=user if undone else None,
    )  # fmt: skip
    return street.put(made)


def test_what_counts_as_a_recurrence_and_where(street: Street):
    begin(street, *((earlier, new, reported) for _why, earlier, new, reported, *_rest in ROWS))
    wanted: dict[str, list[str]] = {period.label: [] for period in (MARCH, APRIL, YEAR)}
    for number, (why, _earlier, _new, _reported, linked, undone, counted) in enumerate(ROWS, start=1):
        if linked:
            link(street, linked, undone, 2 * number, 2 * number - 1)
        for told_of, times in zip(wanted.values(), counted, strict=True):
            told_of += [why] * times
    # March is told at noon of 1 April, the two others on the first of May and of the next year.
    asked = ((MARCH, "2017-04-01 12:00"), (APRIL, "2017-05-01 12:00"), (YEAR, "2018-01-01 12:00"))
    for period, as_of in asked:
        with clock.set_to(at(as_of)):
            page = service.fact_records(street.session, street.root.id, period, "m", "cases.recurred", limit=100)
        found = [ROWS[fact.id // 2 - 1][0] for fact in page.facts]
        assert (period.label, found) == (period.label, wanted[period.label])
        assert figures(street, period, as_of)["cases.recurred"] == len(found)


def test_a_case_that_is_two_closed_ones_come_back_counts_once_where_it_lies_and_for_its_unit(street: Street):
    begin(street, ((), [("2017-03-13 09:00", Move.FILE), ("2017-03-13 10:00", Move.DISPATCH)], "2017-03-12 09:00"))
    category = street.session.get_one(Case, 1).category_id
    moves = told(("2017-02-20 08:00", Move.REPORT), ("2017-03-11 09:00", Move.CLOSE), category=category)
    put(street.session, street.root, moves, first_id=3)
    for earlier in (1, 3):
        link(street, "2017-03-12 10:00", earlier=earlier)
    assert figures(street)["cases.recurred"] == 1
    rows = tables(street)
    assert [row["recurred"] for row in rows["by_unit"] if row["key"] == "LHT-HW"] == [1]
    assert sum(row["recurred"] for row in rows["by_grid"]) == 1
    assert {(row["faked"], row["recurred"]) for row in rows["by_unit"]} <= {(0, 1), (0, 0)}
    with clock.set_to(at("2017-04-01 12:00")):
        given = (street.session, street.root.id, MARCH, "monthly")
        assert service.fact_records(*given, "cases.recurred", table="by_unit", row="none").facts == ()
        for cell in ({}, {"table": "by_unit", "row": "LHT-HW"}, {"table": "by_grid", "row": street.root.code}):
            (fact,) = service.fact_records(*given, "cases.recurred", **cell).facts
            assert (fact.id, fact.label, fact.closed_at) == (2, "N2", at("2017-03-11 09:00"))
        lines = service.by_territory(*given, "cases.recurred").lines
        assert [line.figure["value"] for line in lines] == [1]
        with pytest.raises(Invalid):  # it stands in rows of grids and units alone
            service.fact_records(*given, "cases.recurred", table="by_source", row="inspector")


def test_what_was_frozen_recounts_to_the_same_whatever_is_said_later(street: Street):
    begin(street, BACK)
    row = link(street, "2017-03-12 10:00")
    frozen = freeze(street.session, street.root.id, MARCH, "monthly", AS_OF)
    assert frozen.figures["cases.recurred"]["value"] == 1
    assert [fact.id for fact in service.kept_fact_records(street.session, frozen, "cases.recurred").facts] == [2]
    row.undone_at = at("2017-04-05 09:00")
    street.session.flush()
    for later in (None, "2017-04-06 09:00"):
        if later:
            link(street, later)
        assert service.recount(street.session, frozen).same
        with clock.set_to(at("2017-04-07 09:00")):
            changes = service.changed_since(street.session, frozen)
        assert (changes.figures, changes.facts) == ((), ())
    kept = street.session.query(KeptFact).filter_by(kind="recurred").one()
    kept.facts = kept.facts.replace("2017-03-10", "2017-01-10")  # somebody makes the closing older
    street.session.flush()
    found = service.recount(street.session, frozen)
    assert "cases.recurred：锁定为1，复核为0" in found.differences


def test_an_issue_from_before_there_was_this_figure_recounts_as_it_did(street: Street, monkeypatch: pytest.MonkeyPatch):
    begin(street, BACK)
    link(street, "2017-03-12 10:00")
    with monkeypatch.context() as then:
        without = tuple(each for each in enforcement.TELLING.figures if each not in judged.FIGURES[1:])
        then.setattr(enforcement, "TELLING", Telling(without, enforcement.TELLING.rates))
        then.setattr(sheets, "OF_VERDICTS", {"faked": sheets.OF_VERDICTS["faked"]})
        then.setattr(watched.recurring, "facts_of", lambda *_given: ())
        frozen = freeze(street.session, street.root.id, MARCH, "monthly", AS_OF)
    assert "cases.recurred" not in frozen.figures
    assert "recurred" not in frozen.tables["by_grid"][0]
    assert service.recount(street.session, frozen).differences == ()
    changes = service.changed_since(street.session, frozen)
    assert (changes.figures, changes.facts) == ((), ())
