"""Hooks and notices in the room, on both databases: who is told, once, after a rest, or not any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.core import clock, owed
from gridops.core.errors import Invalid, NotFound
from gridops.grids.models import Grid
from gridops.notices import forms, queries, service
from gridops.notices.models import Hook, Notice
from gridops.notices.rules import HookKind, Occasion, Outcome, Said
from gridops.people.models import Unit
from tests.factories import at, make_grid, make_unit, statements_of

NOW = at("2026-11-29 21:40")
ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


class Office:
    """A street with a department and its section, told by a word of their keys."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.root: Grid = make_grid(session)
        self.hall = make_unit(session, self.root, name="街道办", level=1)
        self.department = make_unit(session, self.root, parent=self.hall, name="城管科")
        self.section = make_unit(session, self.root, parent=self.department, name="市容股")
        self.gone: set[str] = set()

    def hook(self, unit: Unit | None, kind: HookKind = HookKind.WECOM, end: str = "") -> Hook:
        form = forms.HookForm(unit.id if unit else None, kind, ADDRESS + end)
        return service.set_hook(self.session, self.root.id, form, actor_id=1)

    def owe(self, unit: Unit | None, word: str = "1") -> bool:
        key = f"word:{unit.id if unit else 0}:{word}"
        return service.owe(self.session, self.root.id, Occasion.DISPATCHED, key)

    def tell(self, _session: Session, keys: Collection[str], _now: datetime) -> dict[str, Said]:
        told = {key: key.split(":") for key in keys if key not in self.gone}
        return {
            key: Said(self.root.id, int(unit) or None, Occasion.DISPATCHED, word, f"/{word}")
            for key, (_, unit, word) in told.items()
        }

    def parcel(self) -> service.Parcel | None:
        return service.next_parcel(self.session, {"word": self.tell}, "https://grid.example.cn")

    def notice(self) -> Notice:
        self.session.flush()
        return self.session.scalars(select(Notice).execution_options(populate_existing=True)).one()

    def owed(self) -> int:
        return self.session.scalar(select(func.count()).select_from(owed.Owed)) or 0


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_where_nobody_is_told_anything_nothing_is_owed(office: Office) -> None:
    assert not office.owe(office.section)
    assert (office.owed(), office.parcel()) == (0, None)


def test_a_unit_is_told_where_it_or_the_nearest_above_has_a_hook_else_at_the_centre(office: Office) -> None:
    with clock.set_to(NOW):
        centre = office.hook(None)
        found = [queries.hook_for(office.session, office.root.id, unit.id) for unit in (office.section, office.hall)]
        assert found == [centre, centre]
        above = office.hook(office.department)
        own = office.hook(office.section)
    wanted = {office.hall: centre, office.department: above, office.section: own}
    assert {unit: queries.hook_for(office.session, office.root.id, unit.id) for unit in wanted} == wanted
    assert queries.hook_for(office.session, office.root.id, None) is centre
    assert queries.hook_for(office.session, make_grid(office.session, west=118.0).id, None) is None


def test_a_notice_is_told_once_and_what_was_told_is_kept(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(office.department)
        assert office.owe(office.section)
        assert not office.owe(office.section), "the same key again"
        parcel = office.parcel()
        assert parcel is not None
        assert parcel.payload["text"]["content"] == "【新派遣】1\nhttps://grid.example.cn/1"
        assert office.parcel() is None, "while it is being posted nobody else gets it"
        service.sent(office.session, parcel)
        assert (office.owed(), office.parcel()) == (0, None)
        assert not office.owe(office.section)
    told = office.notice()
    assert (told.outcome, told.sent_at, told.tries, told.unit_id) == (Outcome.SENT, NOW, 1, office.department.id)
    assert told.content == "【新派遣】1\nhttps://grid.example.cn/1"


def test_what_was_posted_by_a_worker_that_died_comes_again_after_the_lease(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        office.owe(office.section)
        assert office.parcel() is not None
    with clock.set_to(NOW + timedelta(minutes=1)):
        assert office.parcel() is None
    with clock.set_to(NOW + timedelta(minutes=3)):
        assert office.parcel() is not None


def test_who_comes_back_after_the_lease_notes_nothing_over_what_another_did_meanwhile(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        office.owe(office.section)
        slow = office.parcel()
    with clock.set_to(NOW + timedelta(minutes=3)):
        quick = office.parcel()
        assert slow is not None
        assert quick is not None
        service.not_sent(office.session, slow, "HTTP 504")
        assert office.notice().error is None
        assert queries.hook(office.session, office.root.id, slow.hook_id).failures == 0, "it need not rest"
        service.sent(office.session, quick)
        service.not_sent(office.session, slow, "HTTP 504")
    told = office.notice()
    assert (told.outcome, told.error, told.tries) == (Outcome.SENT, None, 2)


def test_a_hook_that_fails_rests_and_its_notices_wait_for_it(office: Office) -> None:
    with clock.set_to(NOW):
        bad, fine = office.hook(office.department), office.hook(None)
        office.owe(office.section)
        parcel = office.parcel()
        assert parcel is not None
        service.not_sent(office.session, parcel, "HTTP 500")
        office.owe(office.section, "2")
        office.owe(office.hall, "3")
        other = office.parcel()
        assert other is not None, "the others need not wait"
        assert (other.hook_id, other.keys) == (fine.id, (f"word:{office.hall.id}:3",))
        service.sent(office.session, other)
        assert office.parcel() is None
    office.session.flush()
    assert (bad.failures, bad.last_error, bad.rest_until) == (1, "HTTP 500", NOW + timedelta(seconds=30))
    with clock.set_to(NOW + timedelta(minutes=3)):
        again = office.parcel()
        assert again is not None
        assert len(again.keys) == 2, "both go together"
        service.sent(office.session, again)
    assert (bad.failures, bad.last_error) == (0, None)
    assert office.owed() == 0


def test_several_notices_to_one_group_go_together_as_far_as_they_fit(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        for number in range(23):
            office.owe(office.section, f"n{number:02d}")
        sizes = []
        while (parcel := office.parcel()) is not None:
            sizes.append(len(parcel.keys))
            service.sent(office.session, parcel)
    assert sizes == [10, 10, 3]


def test_of_a_burst_a_group_gets_one_message(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        for number in range(177):
            office.owe(office.section, f"n{number:03d}")
        parcel = office.parcel()
        assert parcel is not None
        assert len(parcel.keys) == 177
        text = parcel.payload["text"]["content"]
        assert text.startswith("【新派遣】共 177 件\n另有 168 件未列出，见 https://grid.example.cn/desk")
        assert len(text.encode()) <= 2048
        service.sent(office.session, parcel)
        assert office.parcel() is None
    # Each stands in the record, those that were only counted say so.
    told = [row.content or "" for row in queries.notice_rows(office.session, office.root.id, 200)]
    assert (len(told), sum("未逐条列出" in one for one in told)) == (177, 168)


def test_of_a_burst_a_program_gets_each_and_the_record_says_so(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None, HookKind.JSON)
        for number in range(40):
            office.owe(office.section, f"n{number:03d}")
        parcel = office.parcel()
    assert parcel is not None
    assert len(parcel.payload["notices"]) == 40
    told = [row.content or "" for row in queries.notice_rows(office.session, office.root.id, 50)]
    assert (len(told), sum("未逐条列出" in one for one in told)) == (40, 0)


def test_what_is_not_so_any_more_or_too_old_is_dropped(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        office.owe(office.section)
        office.gone.add(f"word:{office.section.id}:1")
        assert office.parcel() is None
    assert (office.notice().outcome, office.owed()) == (Outcome.DROPPED, 0)
    office.session.delete(office.notice())
    with clock.set_to(NOW):
        office.owe(office.section, "2")
    with clock.set_to(NOW + timedelta(days=4)):
        assert office.parcel() is None
    assert office.notice().outcome is Outcome.DROPPED


def test_another_address_takes_the_place_of_the_one_before_and_is_tried_at_once(office: Office) -> None:
    with clock.set_to(NOW):
        first = office.hook(office.section)
        first.failures, first.rest_until = 9, NOW + timedelta(hours=1)
        second = office.hook(office.section, HookKind.JSON, "x")
    assert (first is second, second.kind, second.failures, second.rest_until) == (True, HookKind.JSON, 0, None)
    assert len(queries.hook_rows(office.session, office.root.id)) == 1


def test_a_test_goes_to_its_own_hook_though_it_rests(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(None)
        hook = office.hook(office.section)
        hook.rest_until = NOW + timedelta(hours=1)
        service.owe_test(office.session, office.root.id, hook.id)
        parcel = office.parcel()
        assert parcel is not None
        assert parcel.hook_id == hook.id
        assert parcel.payload["text"]["content"].startswith("【测试】")
        service.owe_test(office.session, office.root.id, hook.id)
        service.remove_hook(office.session, office.root.id, hook.id, actor_id=1)
        assert office.parcel() is None


def test_a_hook_of_another_root_is_not_found(office: Office) -> None:
    other = make_grid(office.session, west=118.0)
    stranger = make_unit(office.session, other)
    with clock.set_to(NOW):
        hook = office.hook(None)
        with pytest.raises(NotFound):
            service.owe_test(office.session, other.id, hook.id)
        with pytest.raises(NotFound):
            service.remove_hook(office.session, other.id, hook.id, actor_id=1)
        with pytest.raises(NotFound):
            office.hook(stranger)


def test_the_secret_stands_in_no_list_no_audit_and_no_log(office: Office) -> None:
    with clock.set_to(NOW):
        office.hook(office.section)
        office.owe(office.section)
        parcel = office.parcel()
    rows = queries.hook_rows(office.session, office.root.id)
    entries = office.session.scalars(select(AuditEntry)).all()
    told = f"{rows} {[entry.details for entry in entries]} {parcel!r}"
    assert [row.shown for row in rows] == ["qyapi.weixin.qq.com …5aaa"]
    assert "693a91f6" not in told
    assert {entry.act for entry in entries} >= {"notices.set_hook"}


def test_a_form_names_what_is_wrong_with_it() -> None:
    with pytest.raises(Invalid) as refused:
        forms.parse_hook({"unit_id": "x", "kind": "smoke", "address": "http://a.cn"})
    assert [error.field for error in refused.value.errors] == ["unit_id", "kind", "address"]
    read = forms.parse_hook({"unit_id": "", "kind": "json", "address": " https://a.cn/x "})
    assert read == forms.HookForm(None, HookKind.JSON, "https://a.cn/x")


def test_what_a_hundred_notices_say_and_where_they_go_is_asked_once(office: Office) -> None:
    def statements(many: int) -> int:
        for number in range(many):
            office.owe((office.section, office.department, office.hall)[number % 3], f"{many} {number}")
            office.owe(office.section, f"gone {many} {number}")
            office.gone.add(f"word:{office.section.id}:gone {many} {number}")
        office.session.flush()
        taken: list[service.Parcel | None] = []
        found = statements_of(office.session, lambda: taken.append(office.parcel()))
        (parcel,) = taken
        assert parcel is not None
        assert len(parcel.keys) == many
        service.sent(office.session, parcel)
        return found - many  # each of them is taken by a statement of its own: another worker may be quicker

    with clock.set_to(NOW):
        office.hook(None)
        assert statements(100) == statements(60)
