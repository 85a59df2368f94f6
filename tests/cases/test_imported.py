"""What a file tells of a case becomes events; only the contradictions of the contract refuse a row."""

from __future__ import annotations

import pytest

from gridops.cases.rules.imported import contradictions, events_of
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.projection import project
from gridops.core.errors import Invalid
from tests.factories import at


def times(**told: str) -> dict[str, object]:
    """Times of March 2017 by day and hour (`05 09`), under names without `_at`."""
    return {f"{name}_at": at(f"2017-03-{text[:2]} {text[3:] or '00'}:00") for name, text in told.items()}


FILED = {"reported": "01 08", "filed": "01 09"}
REFUSED = [
    ({}, [("reported_at", "required")]),
    ({"reported": "02", "accepted": "01"}, [("accepted_at", "before reported_at")]),
    ({"reported": "01", "accepted": "03", "filed": "02"}, [("filed_at", "before accepted_at")]),
    ({"reported": "01", "filed": "03", "dispatched": "02"}, [("dispatched_at", "before filed_at")]),
    ({"reported": "01", "filed": "03", "handled": "02"}, [("handled_at", "before filed_at")]),
    ({"reported": "01", "filed": "03", "closed": "02"}, [("closed_at", "before filed_at")]),
    ({"reported": "01", "filed": "03", "due": "02"}, [("due_at", "before filed_at")]),
    ({"reported": "01", "filed": "03", "voided": "02"}, [("voided_at", "before filed_at")]),
    ({"reported": "01", "filed": "03", "merged": "02"}, [("merged_at", "before filed_at")]),
    ({**FILED, "handled": "05", "closed": "04"}, [("closed_at", "before handled_at")]),
    ({**FILED, "handled": "05", "closed": "04", "reopened": "06"}, [("closed_at", "before handled_at")]),
    *[
        ({"reported": "01", name: "02"}, [(f"{name}_at", "without filed_at")])
        for name in ("dispatched", "handled", "closed", "due", "reworked", "extended")
    ],
    ({**FILED, "not_filed": "02"}, [("not_filed_at", "together with filed_at")]),
    ({"reported": "01", "declined": "02", "self_handled": "02"}, [("self_handled_at", "together with declined_at")]),
    ({"reported": "01", "accepted": "02", "declined": "02"}, [("declined_at", "together with accepted_at")]),
    ({"reported": "01", "accepted": "02", "self_handled": "02"}, [("self_handled_at", "together with accepted_at")]),
    ({**FILED, "voided": "02", "merged": "03"}, [("merged_at", "together with voided_at")]),
]


@pytest.mark.parametrize(("told", "wrong"), REFUSED)
def test_a_contradiction_refuses_the_row(told: dict[str, str], wrong: list[tuple[str, str]]):
    assert contradictions(times(**told)) == wrong
    with pytest.raises(Invalid):
        events_of(times(**told))


PASSED = [
    {
        "reported": "01",
        "accepted": "01",
        "filed": "01",
        "dispatched": "01",
        "handled": "01",
        "closed": "01",
        "due": "01",
    },
    {**FILED, "closed": "05"},
    {"reported": "01", "not_filed": "02"},
    {"reported": "01", "voided": "02"},
    {**FILED, "closed": "05", "voided": "06"},
    {**FILED, "closed": "05", "reopened": "06", "handled": "07"},
]


@pytest.mark.parametrize("told", PASSED)
def test_equal_times_pass_and_no_step_between_is_required(told: dict[str, str]):
    assert contradictions(times(**told)) == []
    assert events_of(times(**told))


# what a file tells -> (state, deadline in force, deadline that counts for being on time) at the end
DEADLINES = [
    ({**FILED, "due": "10"}, "10", "10"),
    ({**FILED, "due_first": "10", "due": "20", "extended": "08"}, "20", "20"),
    ({**FILED, "due_first": "10", "due": "20", "extended": "12"}, "20", "10"),
    ({**FILED, "due": "20", "extended": "12"}, "20", "20"),
    ({**FILED, "due_first": "10", "due": "20", "suspended": "05", "resumed": "15"}, "20", "20"),
    # The limit "before the earlier deadline passed" is on extensions: a deadline moved by a suspension is in force.
    ({**FILED, "due_first": "10", "due": "20", "suspended": "11", "resumed": "15"}, "20", "20"),
    ({**FILED, "due_first": "10", "due": "20", "extended": "08", "suspended": "12", "resumed": "15"}, "20", "20"),
    ({**FILED, "due_first": "10", "due": "20", "resumed": "15"}, "20", "20"),
    ({**FILED, "due_first": "10", "due": "20", "extended": "01 08"}, "20", "20"),
    ({**FILED, "due_first": "10"}, "10", "10"),
    (FILED, None, None),
]


@pytest.mark.parametrize(("told", "due", "fair"), DEADLINES)
def test_a_deadline_holds_from_what_moved_it(told: dict[str, str], due: str | None, fair: str | None):
    facts = project(events_of(times(**told)))
    assert facts.due_at == (at(f"2017-03-{due}") if due else None)
    assert facts.due_fair_at == (at(f"2017-03-{fair}") if fair else None)


# what a file tells -> (first deadline, deadline in force at the end)
FIRST_DEADLINES = [
    ({**FILED, "due": "10"}, "10", "10"),
    ({**FILED, "due_first": "10"}, "10", "10"),
    ({**FILED, "due_first": "10", "due": "20"}, "10", "20"),
    ({**FILED, "due_first": "20", "due": "10"}, "20", "10"),
    ({**FILED, "due_first": "10", "due": "20", "extended": "08"}, "10", "20"),
    ({**FILED, "due_first": "10", "due": "20", "suspended": "05"}, "10", "20"),
    ({**FILED, "due_first": "10", "due": "20", "suspended": "05", "resumed": "15"}, "10", "20"),
    (FILED, None, None),
]


@pytest.mark.parametrize(("told", "first", "due"), FIRST_DEADLINES)
def test_the_first_deadline_is_kept_whatever_moved_it(told: dict[str, str], first: str | None, due: str | None):
    facts = project(events_of(times(**told)))
    assert facts.due_first_at == (at(f"2017-03-{first}") if first else None)
    assert facts.due_at == (at(f"2017-03-{due}") if due else None)


def test_with_nothing_that_moved_it_the_last_deadline_holds_from_filing():
    told = times(**FILED, due_first="02", due="20", closed="10")
    facts = project(events_of(told), before=at("2017-03-05 00:00"))
    assert (facts.due_at, facts.due_fair_at, facts.handle_due_at) == (at("2017-03-20"),) * 3


CLOSINGS = [
    ({**FILED, "closed": "05"}, State.CLOSED, "05", []),
    ({**FILED, "closed": "05", "reopened": "06"}, State.FILED, None, [("05", "06")]),
    ({**FILED, "first_closed": "05", "reopened": "06", "closed": "07"}, State.CLOSED, "07", [("05", "06")]),
    ({**FILED, "first_closed": "05", "reopened": "06"}, State.FILED, None, [("05", "06")]),
    ({**FILED, "first_closed": "05", "closed": "05"}, State.CLOSED, "05", []),
    ({**FILED, "first_closed": "05", "closed": "07"}, State.CLOSED, "07", [("05", "07")]),
    (
        {**FILED, "first_closed": "05", "closed": "07", "reopened": "08"},
        State.FILED,
        None,
        [("05", "07"), ("07", "08")],
    ),
    ({**FILED, "first_closed": "05"}, State.FILED, None, [("05", "05")]),
    ({**FILED, "reopened": "06", "closed": "07"}, State.CLOSED, "07", []),
]


@pytest.mark.parametrize(("told", "state", "closed", "undone"), CLOSINGS)
def test_an_undone_closing_is_told_by_its_times(
    told: dict[str, str], state: State, closed: str | None, undone: list[tuple[str, str]]
):
    facts = project(events_of(times(**told)))
    assert (facts.state, facts.closed_at) == (state, at(f"2017-03-{closed}") if closed else None)
    assert facts.undone == tuple((at(f"2017-03-{a}"), at(f"2017-03-{b}")) for a, b in undone)


def test_failed_checks_keep_their_number_and_the_unit_stands_from_the_dispatch():
    told = times(**FILED, dispatched="02", reworked="05", handled="06")
    events = events_of(told, reworked_times=3, unit_id=7, category_id=9)
    assert [(event.move, event.seq) for event in events] == [
        (Move.REPORT, 1),
        (Move.FILE, 2),
        (Move.DISPATCH, 3),
        (Move.CHECK_FAILED, 4),
        (Move.FEEDBACK, 5),
    ]
    assert events[3].turns == 3
    facts = project(events)
    assert (facts.unit_id, facts.category_id, facts.state) == (7, 9, State.HANDLED)
    assert project(events_of(times(**FILED), unit_id=7)).unit_id is None


@pytest.mark.parametrize("upheld", [True, False, None])
def test_whether_a_return_was_found_right_stands_with_it(upheld: bool | None):
    events = events_of(times(**FILED, dispatched="02", returned="03"), returned_upheld=upheld)
    assert [event.outcome for event in events if event.move is Move.RETURN] == [upheld]
    assert all(event.move is not Move.RETURN for event in events_of(times(**FILED), returned_upheld=upheld))


def test_a_deadline_of_the_unit_without_filing_refuses_nothing():
    told = {**times(reported="01"), "handle_due_at": at("2017-03-02")}
    assert contradictions(told) == []
    assert project(events_of(told)).handle_due_at is None
