"""What a paper says beside its figures: typed numbers mended or confirmed, settings kept, bytes never changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridops.bulletins import building, keeping, queries, service
from gridops.bulletins.composing import document_of
from gridops.bulletins.forms import series_form
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.life import Status
from gridops.bulletins.settling import Unsettled, checked
from gridops.core import clock, db
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.evidence.store import LocalStore
from gridops.grids.models import Grid
from gridops.grids.rules import Level
from gridops.people.queries import load_person
from gridops.people.rules import Role
from tests.bulletins.test_service import APRIL, Street, _built, _draft, _report, _walk, street
from tests.factories import at, make_grid, make_user

__all__ = ["street"]
TYPED = "3月份共上报问题3件，立案3件。"


def _type(street: Street, bulletin_id: int, *lines: str) -> None:
    text = [{"level": 1, "heading": "总体情况", "paragraphs": list(lines)}]
    with db.transaction() as session:
        version = session.get_one(Bulletin, bulletin_id).version
        service.edit(session, bulletin_id, text, street.editor, version)


def _open(bulletin_id: int) -> list[Any]:
    with db.reading() as session:
        found = session.get_one(Bulletin, bulletin_id)
        return [each.found for each in checked(found, document_of(session, found, None)) if not each.confirmed]


def _confirm(street: Street, bulletin_id: int, key: str, reason: str = "以人工台账为准") -> None:
    with db.transaction() as session:
        service.confirm_number(session, bulletin_id, key, reason, street.editor)


def test_numbers_typed_before_the_freeze_that_the_figures_left_behind_stop_it(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _type(street, bulletin_id, TYPED)
    _report(street, 2, "2017-03", recorded="2017-04-01 08:30")
    with clock.set_to(APRIL):
        with pytest.raises(Unsettled) as refused:
            _walk(street, bulletin_id, "freeze")
        assert [(d.said, d.locked) for d in refused.value.differences] == [
            ("3月份共上报问题3件", ("5件",)),
            ("立案3件", ("5件",)),
        ]
        with db.reading() as session:
            found = session.get_one(Bulletin, bulletin_id)
            assert (found.status, found.frozen_set_id, found.wording) == (Status.DRAFT, None, None)
        _type(street, bulletin_id, TYPED.replace("3件", "5件"))
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")


def test_a_text_that_says_the_figures_passes_and_one_never_edited_is_not_asked(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _type(street, bulletin_id, TYPED, "请各社区4月12日前报送。")
        _walk(street, bulletin_id, "freeze", "review", "approve")


def test_a_confirmed_number_stays_with_its_reason_and_who_said_so(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _built(bulletin_id, tmp_path)
        _type(street, bulletin_id, "立案9件。")
        with pytest.raises(Unsettled):
            _walk(street, bulletin_id, "freeze")
        (difference,) = _open(bulletin_id)
        with pytest.raises(Invalid), db.transaction() as session:
            service.confirm_number(session, bulletin_id, difference.key, "  ", street.editor)
        with pytest.raises(NotAllowed), db.transaction() as session:
            service.confirm_number(session, bulletin_id, difference.key, "我看可以", street.approver)
        _confirm(street, bulletin_id, difference.key)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
    assert told["text"][0]["paragraphs"] == ["立案9件。"]
    with db.reading() as session:
        found = session.get_one(Bulletin, bulletin_id)
        (row,) = found.confirmed or []
        assert (row["said"], row["locked"], row["reason"]) == ("立案9件", ["3件"], "以人工台账为准")
        assert row["by"] == street.editor.user_id
        notes = [step.note for step in queries.steps(session, bulletin_id) if step.step == "confirm"]
        assert notes == ["立案9件（数据为3件）：以人工台账为准"]


def test_a_confirmation_holds_for_that_sentence_and_that_figure_only(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _built(bulletin_id, tmp_path)
        _type(street, bulletin_id, "立案9件。")
        _confirm(street, bulletin_id, _open(bulletin_id)[0].key)
        assert _open(bulletin_id) == []
        _type(street, bulletin_id, "立案9件，均已派遣。")
        assert len(_open(bulletin_id)) == 1
        _type(street, bulletin_id, "立案9件。")
    _report(street, 1, "2017-03", recorded="2017-04-01 08:30")
    with clock.set_to(APRIL), pytest.raises(Unsettled):
        _walk(street, bulletin_id, "freeze")
    with pytest.raises(Conflict), db.transaction() as session:
        service.confirm_number(session, bulletin_id, "0" * 24, "没有这个数字", street.editor)


def test_an_edit_after_the_lock_is_asked_at_the_review(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze")
        _type(street, bulletin_id, "立案30件。")
        with pytest.raises(Unsettled):
            _walk(street, bulletin_id, "review")
        _confirm(street, bulletin_id, _open(bulletin_id)[0].key)
        _walk(street, bulletin_id, "review", "approve")


def test_a_text_changed_behind_the_review_is_asked_at_the_approval(street: Street) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review")
        with db.transaction() as session:
            found = session.get_one(Bulletin, bulletin_id)
            found.text, found.edited = [{"level": 1, "heading": "", "paragraphs": ["立案30件。"]}], True
        with pytest.raises(Unsettled):
            _walk(street, bulletin_id, "approve")


def test_the_sentence_of_today_takes_the_place_of_a_typed_one(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _built(bulletin_id, tmp_path)
        _type(street, bulletin_id, "本月平稳。", "3月份共上报问题30件，立案3件。")
        with db.transaction() as session:
            version = session.get_one(Bulletin, bulletin_id).version
            service.take_composed(session, bulletin_id, 0, 1, street.editor, version)
        with pytest.raises(Conflict), db.transaction() as session:
            service.take_composed(session, bulletin_id, 0, 1, street.editor, version)
        with pytest.raises(Invalid), db.transaction() as session:
            service.take_composed(session, bulletin_id, 0, 0, street.editor, version + 1)
    with db.reading() as session:
        lines = session.get_one(Bulletin, bulletin_id).text[0]["paragraphs"]  # type: ignore[index]
    assert lines[0] == "本月平稳。"
    assert lines[1].startswith("3月份共上报问题3件；受理3件，立案3件")


SETTINGS = {
    "name": "月度通报",
    "head": "龙虎塘街道城市管理月度通报",
    "office": "综合指挥中心",
    "addressee": "各社区：",
    "report_to": "报：区城管委。",
    "copy_to": "区城管局",
    "standing_threshold": "80",
    "month_day": "26",
}


def _set(street: Street, **form: str) -> list[int]:
    with db.transaction() as session:
        seen = keeping.seen_as(queries.series(session, street.grid_id, "monthly"))
        return keeping.change_series(session, "monthly", series_form(form), street.editor, seen)


def test_settings_changed_after_the_issue_change_no_byte_of_the_paper(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        first = _built(bulletin_id, tmp_path)
    with clock.set_to(at("2017-05-02 09:00")):
        assert _set(street, **SETTINGS) == []
        assert _built(bulletin_id, tmp_path) == first
        with db.transaction() as session:
            # Even what a later composer would write otherwise, and without the kept wording.
            found = session.get_one(Bulletin, bulletin_id)
            found.wording = {**(found.wording or {}), "head": "另一个红头"}
            found.version += 1
        assert _built(bulletin_id, tmp_path) == first
    with db.reading() as session:
        found = session.get_one(Bulletin, bulletin_id)
        assert all(paper.version == found.version for paper in queries.papers(session, bulletin_id).values())


def test_a_paper_issued_without_a_worker_has_the_settings_of_its_freeze(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        _set(street, **SETTINGS)
        told = json.loads(_built(bulletin_id, tmp_path)["json"])
        html = _built(bulletin_id, tmp_path)["html"].decode()
    assert told["series"]["name"] == "城市管理月报"
    assert told["period"]["start"] == "2017-03-01T00:00:00+08:00"
    assert "龙虎塘街道城市管理月报" in html
    assert "综合指挥中心" not in html


def test_drafts_follow_the_settings_and_are_counted_anew(street: Street, tmp_path: Path) -> None:
    with clock.set_to(at("2017-05-02 09:00")):
        bulletin_id = _draft(street, "2017-04")
        _built(bulletin_id, tmp_path)
        assert len(_set(street, **SETTINGS)) == 1
        built = _built(bulletin_id, tmp_path)
    told = json.loads(built["json"])
    assert (told["series"]["name"], told["period"]["start"]) == ("月度通报", "2017-03-26T00:00:00+08:00")
    assert "综合指挥中心" in built["html"].decode()
    assert "各社区：" in built["html"].decode()
    assert "区城管委" in built["html"].decode()
    with db.reading() as session:
        assert session.get_one(Bulletin, bulletin_id).starts_at == at("2017-03-26 00:00")


def test_a_correction_tells_the_period_of_the_paper_it_corrects(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        first = _built(bulletin_id, tmp_path)
        _set(street, **SETTINGS)
        with db.transaction() as session:
            correction_id = service.correct(session, bulletin_id, street.editor, "文字有误").id
        _walk(street, correction_id, "freeze", "review", "approve", "issue")
        told = json.loads(_built(correction_id, tmp_path)["json"])
        again = _built(bulletin_id, tmp_path)
    assert told["period"]["start"] == "2017-03-01T00:00:00+08:00"
    assert {kind: again[kind] for kind in ("pdf", "docx", "html")} == {
        kind: first[kind] for kind in ("pdf", "docx", "html")
    }
    before, after = json.loads(first["json"]), json.loads(again["json"])
    assert (after.pop("status"), len(after.pop("corrections"))) == ("corrected", 1)
    assert (before.pop("status"), before.pop("corrections")) == ("issued", [])
    assert before == after


def test_a_lost_file_of_an_issued_paper_is_named_and_never_made_anew(street: Street, tmp_path: Path) -> None:
    with clock.set_to(APRIL):
        bulletin_id = _draft(street)
        _walk(street, bulletin_id, "freeze", "review", "approve", "issue")
        _built(bulletin_id, tmp_path)
        with db.reading() as session:
            LocalStore(tmp_path).delete(queries.papers(session, bulletin_id)["pdf"].sha256)
        with pytest.raises(Exception, match="请从备份恢复"):
            _built(bulletin_id, tmp_path)


def test_settings_are_kept_by_those_who_may_and_a_stale_form_is_refused(street: Street) -> None:
    with db.transaction() as session:
        root = session.get_one(Grid, street.grid_id)
        part = make_grid(session, "P1", parent=root, level=Level.COMMUNITY)
        small = load_person(session, make_user(session, root, Role.EDITOR, grid=part).id)
    assert small is not None
    for person in (small, street.approver):
        with pytest.raises(NotAllowed), db.transaction() as session:
            keeping.change_series(session, "monthly", series_form(SETTINGS), person, keeping.seen_as(None))
    _set(street, **SETTINGS)
    with pytest.raises(Conflict), db.transaction() as session:
        keeping.change_series(session, "monthly", series_form(SETTINGS), street.editor, keeping.seen_as(None))


def test_whether_premises_count_whatever_brought_the_penalty_about_is_a_setting() -> None:
    ticked = series_form({**SETTINGS, "penalised_all_sources": "yes"}).settings
    assert ticked == {**series_form(SETTINGS).settings, "penalised_all_sources": True}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "月" * 21),
        ("head", "通报批评"),
        ("subject", "关于城市管理"),
        ("subject", "城市管理情况"),
        ("office", "——"),
        ("standing_threshold", "101"),
        ("standing_threshold", "九十"),
        ("answer_days", "0"),
        ("review_days", "5"),
        ("month_day", "29"),
        ("week_day", "8"),
    ],
)
def test_a_setting_no_paper_could_print_is_refused_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        series_form({"name": "月报", field: value})
    assert [error.field for error in refused.value.errors] == [field]


class SavesMeanwhile(list[Path]):
    """Folders of fonts: asked for as the rendering begins, they let an editor save on another connection."""

    def __init__(self, save: Callable[[], None]) -> None:
        super().__init__()
        self.save = save

    def __iter__(self) -> Iterator[Path]:
        saving = threading.Thread(target=self.save)
        saving.start()
        saving.join()
        return super().__iter__()


def test_a_text_saved_while_the_paper_is_rendered_is_kept_and_gets_its_own_papers(
    street: Street, database: Engine, tmp_path: Path
) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time: the editor waits for the build")
    bulletin_id = _draft(street)
    fonts = SavesMeanwhile(lambda: _type(street, bulletin_id, "本期无新增问题。"))
    store = LocalStore(tmp_path)
    building.build_in_place(db.transaction, bulletin_id, building.Workshop(store, fonts))
    with db.transaction() as session:
        assert _typed(session, bulletin_id) == ["本期无新增问题。"]
        job = queries.newest_job(session, bulletin_id)
        assert job is not None
        assert job.state == "owed"
        assert building.join(session, job.id, building.Workshop(store))
        assert _typed(session, bulletin_id) == ["本期无新增问题。"]


def _typed(session: Session, bulletin_id: int) -> list[str]:
    text = session.get_one(Bulletin, bulletin_id).text
    return text[0]["paragraphs"] if text else []
