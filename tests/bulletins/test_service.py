"""The life of a bulletin on real databases: locked, approved by another, numbered, corrected, recounted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from gridops.bulletins import building, queries, service
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.life import Status
from gridops.cases.rules.imported import events_of
from gridops.cases.service.writing import NewCase, write_cases
from gridops.core import clock, db
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.evidence.store import LocalStore
from gridops.figures.models import KeptRow
from gridops.grids.models import GridVersion
from gridops.grids.queries import version_at
from gridops.people.queries import load_person
from gridops.people.rules import Person, Role
from tests.factories import at, make_category, make_grid, make_unit, make_user

APRIL = at("2017-04-01 09:00")


@dataclass
class Street:
    """A street with one category and unit, an editor and an approver."""

    code: str
    grid_id: int
    version_id: int
    category_id: int
    unit_id: int
    editor: Person
    approver: Person


@pytest.fixture
def street(database: Engine) -> Street:
    with db.transaction() as session:
        root = make_grid(session, "320411003", name="龙虎塘街道")
        unit = make_unit(session, root, "CG", name="城管中队")
        people = [make_user(session, root, role) for role in (Role.EDITOR, Role.APPROVER)]
        version = version_at(session, root.id)
        assert version is not None
        made = Street(
            root.code, root.id, version.id, make_category(session).id, unit.id,
            *(load_person(session, user.id) for user in people),  # type: ignore[arg-type]
        )  # fmt: skip
    _report(made, 3, "2017-03")
    return made


def _report(street: Street, count: int, month: str, *, recorded: str | None = None) -> None:
    """Cases of a month: reported, filed, dispatched, handled and closed within their deadline."""
    cases = []
    for day in range(1, count + 1):
        times = {
            "reported_at": at(f"{month}-{day:02d} 08:00"),
            "filed_at": at(f"{month}-{day:02d} 08:30"),
            "dispatched_at": at(f"{month}-{day:02d} 09:00"),
            "due_at": at(f"{month}-{day:02d} 18:00"),
            "handled_at": at(f"{month}-{day:02d} 11:00"),
            "closed_at": at(f"{month}-{day:02d} 12:00"),
        }
        given = {
            "root_id": street.grid_id, "grid_id": street.grid_id, "grid_version_id": street.version_id,
            "kind": "event", "source": "inspector", "recorded_at": at(recorded) if recorded else times["closed_at"],
        }  # fmt: skip
        cases.append(NewCase(given, events_of(times, unit_id=street.unit_id, category_id=street.category_id)))
    with db.transaction() as session:
        write_cases(session, cases)


def _draft(street: Street, period: str = "2017-03") -> int:
    with db.transaction() as session:
        return service.open_draft(session, street.code, period).id


def _walk(street: Street, bulletin_id: int, *steps: str) -> None:
    for step in steps:
        person = street.approver if step == "approve" else street.editor
        if step == "freeze":
            with db.transaction() as session:
                service.prepare_freeze(session, bulletin_id)
        with db.transaction(repeatable=step == "freeze") as session:
            getattr(service, step)(session, bulletin_id, person)


def _built(bulletin_id: int, folder: Path) -> dict[str, bytes]:
    store = LocalStore(folder)
    building.build_in_place(db.transaction, bulletin_id, building.Workshop(store))
    with db.reading() as session:
        return building.stored(session, store, bulletin_id)


def test_the_same_period_is_opened_once(street: Street) -> None:
    assert _draft(street) == _draft(street)


def test_a_period_that_has_not_begun_cannot_be_opened(street: Street) -> None:
    with clock.set_to(APRIL), pytest.raises(Invalid), db.transaction() as session:
        service.open_draft(session, street.code, "2017-05")


def test_a_running_month_is_a_draft_but_is_never_locked(street: Street, tmp_path: Path) -> None:
    with clock.set_to(at("2017-03-15 10:00")):
        bulletin_id = _draft(street)
        assert json.loads(_built(bulletin_id, tmp_path)["json"])["status"] == "draft"
        with pytest.raises(Invalid, match="尚未结束"):
            _walk(street, bulletin_id, "freeze")


def test_a_paper_is_locked_approved_by_another_and_numbered(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review")
        with pytest.raises(NotAllowed), db.transaction() as session:
            service.approve(session, bulletin_id, street.editor)
        _walk(street, bulletin_id, "approve", "issue")
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert (told["status"], told["issue_no"], told["total_no"]) == ("issued", 1, 1)
    assert told["figures"]["cases.reported"]["value"] == 3
    assert told["figures"]["cases.closing_rate"]["value"] == "100.00"
    assert told["digest"]


def test_numbers_follow_each_other_without_gaps(street: Street) -> None:
    _report(street, 1, "2017-02")
    with clock.set_to(APRIL):
        for period in ("2017-02", "2017-03"):
            _walk(street, _draft(street, period), "freeze", "review", "approve", "issue")
    with db.reading() as session:
        papers = [queries.bulletin(session, street.grid_id, "monthly", p) for p in ("2017-02", "2017-03")]
        assert [(p.issue_no, p.total_no) for p in papers if p] == [(1, 1), (2, 2)]


def test_what_is_locked_is_built_the_same_whatever_happens_after(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        first = _built(bulletin_id, tmp_path)
    _report(street, 5, "2017-03", recorded="2017-04-02 09:00")
    with clock.set_to(at("2017-05-02 09:00")):
        again = _built(bulletin_id, tmp_path)
    assert again == first
    with db.reading() as session:
        assert building.is_built(session, session.get_one(Bulletin, bulletin_id))


def test_records_that_come_after_the_lock_are_late_ones_of_the_next_paper(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        _walk(street, _draft(street), "freeze")
    _report(street, 2, "2017-03", recorded="2017-04-03 09:00")
    with clock.set_to(at("2017-05-01 09:00")):
        told = json.loads(_built(_draft(street, "2017-04"), tmp_path)["json"])
    assert told["figures"]["cases.reported"]["value"] == 0
    assert [(row["period"], row["reported"]) for row in told["late_records"]] == [("2017-03", 2)]
    assert "另补报3月份2件" in told["text"][0]["paragraphs"][0]


def test_a_correction_is_a_paper_of_its_own_linked_both_ways(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
    _report(street, 2, "2017-03", recorded="2017-04-03 09:00")
    with clock.set_to(at("2017-04-10 09:00")):
        with db.transaction() as session:
            correction_id = service.correct(session, bulletin_id, street.editor, "迟到的记录").id
        with pytest.raises(Conflict), db.transaction() as session:
            service.correct(session, bulletin_id, street.editor, "再来一次")
        _walk(street, correction_id, "freeze", "review", "approve", "issue")
        told = json.loads(_built(correction_id, tmp_path)["json"])
        original = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert any("上报数：原为3，更正为5。" in line for line in told["text"][0]["paragraphs"])
    assert original["status"] == "corrected"
    assert original["figures"]["cases.reported"]["value"] == 3
    assert original["corrections"][0]["issue_no"] == 1  # corrections have numbers of their own
    with db.reading() as session:
        found = session.get_one(Bulletin, bulletin_id)
        assert (found.status, found.corrected_by_id) == (Status.CORRECTED, correction_id)


def test_a_stale_edit_is_refused_and_a_typed_text_stays(street: Street, tmp_path: Path) -> None:
    typed = [{"level": 1, "heading": "总体情况", "paragraphs": ["三月平稳。"]}]
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        with db.transaction() as session:
            service.edit(session, bulletin_id, typed, street.editor, 1)
        with pytest.raises(Conflict), db.transaction() as session:
            service.edit(session, bulletin_id, [], street.editor, 1)
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert told["text"] == [{"level": 1, "heading": "一、总体情况", "paragraphs": ["三月平稳。"]}]


def test_a_recount_notices_a_changed_row(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze")
    with db.reading() as session:
        found = session.get_one(Bulletin, bulletin_id)
        assert service.verify(session, found).same
    with db.transaction() as session:
        session.execute(update(KeptRow).values(flags=0))
    with db.reading() as session:
        assert not service.verify(session, session.get_one(Bulletin, bulletin_id)).same


def test_someone_of_another_street_finds_no_bulletin(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        with db.transaction() as session:
            other = make_grid(session, west=121.0)
            stranger = load_person(session, make_user(session, other, Role.EDITOR).id)
        assert stranger is not None
        with pytest.raises(Exception, match="没有这份通报"), db.transaction() as session:
            service.freeze(session, bulletin_id, stranger)


def test_a_build_cut_off_by_a_freeze_ends_with_the_locked_figures(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        with db.transaction() as session:
            job_id = service.ask_build(session, bulletin_id).id
        with db.transaction() as session:
            assert building.begin(session, job_id)
        _walk(street, bulletin_id, "freeze")
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert told["status"] == "frozen"
    assert told["figures"]["cases.reported"]["value"] == 3


def test_shares_counted_long_ago_are_counted_anew(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        with db.transaction() as session:
            job_id = service.ask_build(session, bulletin_id).id
        with db.transaction() as session:
            for grid_id in building.begin(session, job_id):
                building.count_part(session, job_id, grid_id)
    _report(street, 2, "2017-03", recorded="2017-04-01 09:30")
    with clock.set_to(at("2017-04-01 10:00")):
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert told["figures"]["cases.reported"]["value"] == 5
    assert told["as_of"] == "2017-04-01T10:00:00+08:00"


def test_a_failing_build_names_its_error_and_ends(street: Street) -> None:
    with clock.set_to(APRIL), db.transaction() as session:
        job_id = service.ask_build(session, service.open_draft(session, street.code, "2017-03").id).id
        for _ in range(5):
            building.fail(session, job_id, "OSError: the disk is full", for_good=False)
        job = queries.job(session, job_id)
        assert job is not None
        assert (job.state, job.tries, job.error) == ("failed", 5, "OSError: the disk is full")


def test_a_build_is_woken_once_in_a_while(street: Street) -> None:
    with clock.set_to(APRIL), db.transaction() as session:
        job_id = service.ask_build(session, service.open_draft(session, street.code, "2017-03").id).id
    with clock.set_to(at("2017-04-01 09:01")), db.transaction() as session:
        assert building.woken(session, at("2017-04-01 09:00:30")) == [job_id]
        assert building.woken(session, at("2017-04-01 09:00:30")) == []


def test_a_street_that_has_ended_still_has_its_papers(street: Street, tmp_path: Path) -> None:
    with db.transaction() as session:
        session.execute(update(GridVersion).values(valid_to=date(2018, 1, 1), stamp=7))
    with clock.set_to(at("2019-01-01 09:00")):
        told = json.loads(_built(_draft(street), tmp_path)["json"])
    assert told["jurisdiction"] == {"code": "320411003", "name": "龙虎塘街道"}
    assert told["figures"]["grids.count"]["records"].endswith("/records/grids.count")
