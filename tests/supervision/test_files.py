"""Files of supervision and of scores: every bad line named, the same twice changes nothing, changes are seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.errors import Invalid
from gridops.core.outside import Told
from gridops.people.queries import scope_of
from gridops.supervision import queries, service
from gridops.supervision.forms import scores, supervision
from gridops.supervision.models import DisciplineCheck, Matter, Problem, Score
from gridops.supervision.rules import Assessor, Light, MatterState, ProblemState
from gridops.supervision.rules.problems import state_at
from tests.factories import at
from tests.supervision.office import NOW, Office, make_office

CHECK = {
    "external_id": "C1", "kind": "discipline_check", "at": "2017-03-02T09:00", "unit_code": "LHT-CG",
    "person": "张三", "fact": "脱岗", "verified": "yes", "outcome": "谈话提醒", "source": "工作纪律",
}  # fmt: skip
PROBLEM = {
    "external_id": "P1", "kind": "problem", "at": "2017-03-02T10:00", "unit_code": "LHT-PL", "fact": "楼道堆物",
    "due_at": "2017-03-15T23:59:59",
}  # fmt: skip
MATTER = {
    "external_id": "M1", "kind": "matter", "at": "2017-03-02T11:00", "unit_code": "LHT-CG", "fact": "长虹路整治",
    "due_at": "2017-06-30", "answered_at": "2017-03-10T09:00", "outcome": "已进场", "source": "重点项目",
}  # fmt: skip
SCORE = {
    "month": "2017-03", "assessor": "district", "item": "河道", "score": "92.5", "full": "100", "rank": "3", "of": "13",
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Iterator[Office]:
    with clock.set_to(NOW):
        yield make_office(session)


def take(session: Session, office: Office, *lines: Mapping[str, str], system: str = "file") -> Told:
    read = [(number, supervision.line(cells)) for number, cells in enumerate(lines, 2)]
    return service.import_supervision(session, office.root.id, system, read)


def counts(told: Told) -> tuple[int, int, int]:
    return told.new, told.unchanged, told.changed


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ({"kind": "visit"}, {"kind"}),
        ({"kind": ""}, {"kind"}),
        ({"external_id": " "}, {"external_id"}),
        ({"at": "yesterday"}, {"at"}),
        ({"at": "2017-02-30T09:00"}, {"at"}),
        ({"unit_code": ""}, {"unit_code"}),
        ({"verified": "maybe"}, {"verified"}),
        ({"due_at": "2017-04-01"}, {"due_at"}),  # a look has no deadline
        ({"at": "", "verified": "1"}, {"at", "verified"}),  # everything wrong is told at once
        ({"kind": "problem", "person": "", "fact": ""}, {"fact"}),
        ({"kind": "problem"}, {"person"}),  # nobody is named by an item
        ({"kind": "problem", "person": "", "due_at": "2017-03-01"}, {"due_at"}),
        (
            {"kind": "matter", "person": "", "answered_at": "2017-03-05", "accepted_at": "2017-03-04"},
            {"accepted_at"},
        ),
    ],
)
def test_bad_cells_of_a_line_are_named_by_column(change: dict[str, str], columns: set[str]) -> None:
    with pytest.raises(Invalid) as wrong:
        supervision.line({**CHECK, **change})
    assert {error.field for error in wrong.value.errors} == columns


def test_a_look_that_found_nothing_needs_no_fact() -> None:
    assert supervision.line({**CHECK, "fact": "", "person": "", "verified": "no"}).fact == ""


def test_one_file_brings_all_three_kinds_and_a_second_time_nothing(session: Session, office: Office) -> None:
    assert counts(take(session, office, CHECK, PROBLEM, MATTER)) == (3, 0, 0)
    assert counts(take(session, office, CHECK, PROBLEM, MATTER)) == (0, 3, 0)
    look, item, matter = (session.scalars(select(model)).one() for model in (DisciplineCheck, Problem, Matter))
    assert (look.verified, look.verified_at, look.person, look.naming_approved_by) == (True, None, "张三", None)
    assert (item.number, item.series, item.unit_id) == ("WT2017-0001", "supervision", office.village.id)
    assert (matter.number, matter.title, matter.source) == ("DC2017-0001", "长虹路整治", "重点项目")
    row = queries.matter_in_sight(session, scope_of(session, office.officer), matter.number, at("2017-04-01 00:00"))
    assert row.line is not None
    assert (row.state, row.line.text, row.line.light) == (MatterState.ON_TRACK, "已进场", Light.GREEN)


def test_a_file_that_now_says_otherwise_changes_what_it_brought(session: Session, office: Office) -> None:
    take(session, office, {**CHECK, "verified": "no"}, PROBLEM, MATTER)
    answered = {**PROBLEM, "answered_at": "2017-03-10T09:00", "outcome": "已清理", "accepted_at": "2017-03-12T09:00"}
    told = take(session, office, CHECK, answered, {**MATTER, "accepted_at": "2017-05-01"})
    assert counts(told) == (0, 0, 3)
    look, item, matter = (session.scalars(select(model)).one() for model in (DisciplineCheck, Problem, Matter))
    assert look.verified_at == NOW  # found true from now on
    assert state_at(item, at("2017-03-12 09:01")) is ProblemState.ACCEPTED
    assert [step.state for step in queries.steps_of(session, item.id)] == [ProblemState.ANSWERED, ProblemState.ACCEPTED]
    assert (matter.done_at, look.version, item.version) == (at("2017-05-01 00:00"), 2, 2)
    assert len(queries.lines_of(session, matter.id)) == 1


def test_what_the_desk_noted_stands_where_a_file_is_silent(session: Session, office: Office) -> None:
    take(session, office, PROBLEM)
    item = session.scalars(select(Problem)).one()
    service.answer_problem(session, office.villager, item, "已清理", at=NOW)
    take(session, office, {**PROBLEM, "fact": "楼道堆物两处"})
    assert (item.fact, item.answer, item.answered_at) == ("楼道堆物两处", "已清理", NOW)


def test_bad_lines_are_named_and_the_others_still_looked_at(session: Session, office: Office) -> None:
    take(session, office, PROBLEM)
    told = take(
        session,
        office,
        {**CHECK, "unit_code": "NOPE"},
        {**MATTER, "external_id": "P1"},  # was a problem item before
        {**PROBLEM, "external_id": "P2"},
    )
    assert [(line, column, value) for line, column, value, _why in told.errors] == [
        (2, "unit_code", "NOPE"),
        (3, "kind", "matter"),
    ]
    assert (told.new, told.refused_lines) == (1, {2, 3})


def test_the_same_name_in_another_system_is_another_thing(session: Session, office: Office) -> None:
    assert counts(take(session, office, PROBLEM)) == (1, 0, 0)
    assert counts(take(session, office, PROBLEM, system="other")) == (1, 0, 0)


# -- scores


def take_scores(session: Session, office: Office, *lines: Mapping[str, str]) -> Told:
    read = [(number, scores.line(cells)) for number, cells in enumerate(lines, 2)]
    return service.import_scores(session, office.root.id, "file", read)


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ({"month": "2017-13"}, {"month"}),
        ({"month": "2017-3"}, {"month"}),
        ({"assessor": "country"}, {"assessor"}),
        ({"item": ""}, {"item"}),
        ({"score": "92.555"}, {"score"}),
        ({"score": "NaN"}, {"score"}),
        ({"score": "1e3"}, {"score"}),
        ({"score": "101"}, {"score"}),  # more than full marks
        ({"rank": "14"}, {"rank"}),  # of 13
        ({"rank": "0"}, {"rank"}),
        ({"rank": "2.5", "full": "x"}, {"rank", "full"}),
    ],
)
def test_bad_scores_are_named_by_column(change: dict[str, str], columns: set[str]) -> None:
    with pytest.raises(Invalid) as wrong:
        scores.line({**SCORE, **change})
    assert {error.field for error in wrong.value.errors} == columns


def test_scores_are_kept_by_month_assessor_and_item(session: Session, office: Office) -> None:
    other = {**SCORE, "item": "菜市场", "score": "-0.5", "full": "", "rank": "", "of": ""}
    assert counts(take_scores(session, office, SCORE, other)) == (2, 0, 0)
    assert counts(take_scores(session, office, SCORE, other)) == (0, 2, 0)
    assert counts(take_scores(session, office, {**SCORE, "score": "93"}, other)) == (0, 1, 1)
    scope = scope_of(session, office.leader)
    kept = {row.item: (row.score, row.rank) for row in queries.scores(session, scope, assessor=Assessor.DISTRICT)}
    assert kept == {"河道": (Decimal("93.00"), 3), "菜市场": (Decimal("-0.50"), None)}
    assert queries.score_months(session, scope) == ["2017-03"]
    assert queries.scores(session, scope_of(session, office.villager)) == []


def test_a_score_that_was_withdrawn_comes_back_with_a_file_that_has_it(session: Session, office: Office) -> None:
    take_scores(session, office, SCORE)
    row = session.scalars(select(Score)).one()
    service.withdraw_score(session, office.officer, row.id, "录错")
    assert queries.scores(session, scope_of(session, office.leader)) == []
    assert counts(take_scores(session, office, SCORE)) == (0, 0, 1)
    assert len(queries.scores(session, scope_of(session, office.leader))) == 1
