"""Phones of one night arrive in any order: a code made without a network, people who join, and what they recorded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.ids import uuid7
from gridops.inspections import queries as inspections
from gridops.inspections.models import Round, Visit
from gridops.intake import queries, service
from gridops.intake.models import Record
from gridops.intake.rules import RecordState
from gridops.operations import queries as operations
from gridops.operations import service as operations_service
from gridops.operations.models import Outing
from gridops.operations.rules import TallyKind
from gridops.people.models import User
from gridops.people.rules import Person, Role, UnitKind
from gridops.squads import queries as squads
from gridops.squads.models import SquadMember
from tests.factories import make_unit
from tests.intake.test_take import Street

Step = Callable[[], service.Receipt]


class Force(Street):
    """A leader and a second officer, both certified, an inspector who comes along, a campaign."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        operations_service.ensure_campaign(session, self.root.id, "ZX1", "非机动车乱停放整治")
        unit = make_unit(session, self.root, kind=UnitKind.URBAN_MANAGEMENT)
        self.leader, self.second = (self.person(Role.OFFICER, unit=unit) for _one in range(2))
        for number, person in enumerate((self.leader, self.second)):
            session.get_one(User, person.user_id).certificate_no = f"苏D-{number}"
        self.member = self.person(Role.INSPECTOR)

    def hand(self, person: Person, type_: str, name: str | None = None, /, **body: Any) -> service.Receipt:
        taken = self.take(person, name or str(uuid7()), self.payload(type_) | {"body": body})
        assert taken.receipt is not None
        return taken.receipt

    def state(self, name: str) -> RecordState:
        row = queries.record(self.session, name)
        assert row is not None
        return row.state

    def there(self, squad_id: int) -> dict[str, tuple[bool, bool]]:
        """Name of a member -> whether they came, whether they left."""
        return {
            row.name: (row.checked_in_at is not None, row.checked_out_at is not None)
            for row in squads.members(self.session, squad_id)
        }

    def unsettled(self) -> list[tuple[str, str | None]]:
        rows = self.session.scalars(select(Record).where(Record.state != RecordState.APPLIED))
        return [(row.type.value, row.held_because) for row in rows]


@pytest.fixture
def force(session: Session) -> Force:
    return Force(session)


BEGUN = {"outing": {"campaign": "ZX1"}, "round": {"theme": "涉气"}}


def made_code() -> str:
    return uuid7().hex[:20]


def squad_of(session: Session, name: str) -> int:
    found = session.scalar(select(Outing.squad_id).where(Outing.record_id == name))
    found = found or session.scalar(select(Round.squad_id).where(Round.record_id == name))
    assert found is not None
    return found


@pytest.mark.parametrize("room", BEGUN)
def test_whoever_scanned_the_code_of_a_phone_is_there_in_whatever_order_the_records_arrive(
    force: Force, room: str
) -> None:
    def steps(name: str, code: str) -> list[Step]:
        def work() -> service.Receipt:
            if room == "outing":
                return force.hand(force.member, "tally", outing=name, kind="persuaded", amount=1)
            place = {"premises": {"name": f"店 {name}"}, "kind": "patrol", "complete": True, "signed": "not_asked"}
            return force.hand(force.member, "visit", round=name, **place)

        return [
            lambda: force.hand(force.leader, room, name, action="start", code=code, **BEGUN[room]),
            lambda: force.hand(force.member, "check_in", **{room: name}, code=code),
            lambda: force.hand(force.member, "check_in", **{room: name}, name="王警官", agency="police_station"),
            lambda: force.hand(force.member, "check_in", **{room: name}, out=True),
            work,
        ]

    for order in permutations(range(4)):
        name, code = str(uuid7()), made_code()
        given = steps(name, code)
        places = [*order[:2], 4, *order[2:]]
        for place in places:
            given[place]()
        squad_id = squad_of(force.session, name)
        leader, member = (force.session.get_one(User, one.user_id).name for one in (force.leader, force.member))
        assert force.there(squad_id) == {leader: (True, False), member: (True, True), "王警官": (True, False)}, places
        assert squads.codes(force.session, [squad_id])[squad_id] == code
        if room == "outing":
            outing = operations.outing_named(force.session, force.root.id, name)
            assert operations.tally_sums(force.session, [outing.id])[outing.id] == {TallyKind.PERSUADED: 1}
        else:
            night = inspections.round_named(force.session, force.root.id, name)
            assert len(inspections.visits_of(force.session, night.id)) == 1
    assert force.unsettled() == []


@pytest.mark.parametrize("room", BEGUN)
def test_who_typed_the_code_is_there_once_its_phone_has_told(force: Force, room: str) -> None:
    code, name, joined = made_code(), str(uuid7()), str(uuid7())
    typed = " ".join(code[at : at + 4] for at in range(0, len(code), 4)).upper()
    early = force.hand(force.member, "check_in", joined, code=typed)
    assert early.state is RecordState.HELD
    force.hand(force.leader, room, name, action="start", code=code, **BEGUN[room])
    assert force.state(joined) is RecordState.APPLIED


@pytest.mark.parametrize("room", BEGUN)
def test_a_wrong_code_is_held_with_its_reason_and_never_refused(force: Force, room: str) -> None:
    name, other = str(uuid7()), str(uuid7())
    begun = {"action": "start", **BEGUN[room]}
    early = str(uuid7())
    assert force.hand(force.member, "check_in", early, **{room: name}, code=made_code()).state is RecordState.WAITING
    force.hand(force.leader, room, name, code=made_code(), **begun)
    stolen = made_code()
    force.hand(force.leader, room, other, code=stolen, **begun)
    late = force.hand(force.member, "check_in", **{room: name}, code=stolen)
    assert (late.state, late.held_because) == (RecordState.HELD, "这不是本队的签到码")
    assert force.state(early) is RecordState.HELD
    assert len(force.there(squad_of(force.session, name))) == 1


@pytest.mark.parametrize("room", BEGUN)
def test_a_code_is_as_phones_make_it_and_comes_with_the_start_alone(force: Force, room: str) -> None:
    begun = {"action": "start", **BEGUN[room]}
    for wrong in ("short", "x" * 41, "no spaces in a code", "代码代码代码代码代码代码代码代码"):
        with pytest.raises(Invalid, match="code"):
            force.hand(force.leader, room, code=wrong, **begun)
    name = str(uuid7())
    force.hand(force.leader, room, name, **begun)
    with pytest.raises(Invalid, match="only where it begins"):
        force.hand(force.leader, room, action="end", code=made_code(), **{room: name})
    made = squads.codes(force.session, [squad_of(force.session, name)])
    assert all(len(code) == 20 for code in made.values()), "made here where the phone made none"


@pytest.mark.parametrize("room", BEGUN)
def test_a_code_that_another_squad_bears_is_held(force: Force, room: str) -> None:
    code, begun = made_code(), {"action": "start", **BEGUN[room]}
    force.hand(force.leader, room, code=code, **begun)
    again = force.hand(force.second, room, code=code, **begun)
    assert (again.state, again.held_because) == (RecordState.HELD, "这个签到码已用于另一支队伍")


def test_two_phones_that_begin_one_planned_outing_are_both_joined_by_their_codes(force: Force) -> None:
    number = force.hand(force.leader, "outing", action="start", campaign="ZX1").number
    force.session.get_one(
        Outing, operations.outing_named(force.session, force.root.id, number or "").id
    ).record_id = None
    codes = [made_code(), made_code()]
    waits = force.hand(force.member, "check_in", outing=number, code=codes[0])
    assert waits.state is RecordState.HELD, "nobody has told of this code yet"
    for person, code in zip((force.leader, force.second), codes, strict=True):
        force.hand(person, "outing", action="start", number=number, code=code)
    late = force.person(Role.INSPECTOR)
    assert force.hand(late, "check_in", outing=number, code=codes[1]).state is RecordState.APPLIED
    assert force.unsettled() == []
    squad_id = operations.outing_named(force.session, force.root.id, number or "").squad_id
    assert len(force.there(squad_id)) == 4


def test_an_inspection_waits_for_the_check_in_of_the_second_officer(force: Force) -> None:
    name, code, visit = str(uuid7()), made_code(), str(uuid7())
    looked = {"premises": {"name": "宏达喷涂厂"}, "kind": "inspection", "complete": True, "signed": "received"}
    assert force.hand(force.leader, "visit", visit, round=name, **looked).state is RecordState.WAITING
    begun = {"action": "start", "inspection": True, "approval": "王主任 3号"}
    force.hand(force.leader, "round", name, code=code, **begun)
    row = queries.record(force.session, visit)
    assert row is not None
    assert row.state is RecordState.HELD
    assert "两名以上持证执法人员" in (row.held_because or "")
    assert "现有1名" in (row.held_because or "")
    force.hand(force.second, "check_in", round=name, code=code)
    assert force.state(visit) is RecordState.APPLIED
    assert len(force.session.scalars(select(Visit)).all()) == 1


def test_an_inspection_on_a_round_that_nobody_approved_is_refused_as_ever(force: Force) -> None:
    name = str(uuid7())
    force.hand(force.leader, "round", name, action="start")
    looked = {"premises": {"name": "宏达喷涂厂"}, "kind": "inspection", "complete": True, "signed": "received"}
    with pytest.raises(Invalid, match="没有经批准"):
        force.hand(force.leader, "visit", round=name, **looked)


def test_what_one_who_never_checked_in_recorded_counts_and_is_not_lost(force: Force) -> None:
    name = str(uuid7())
    tally = force.hand(force.member, "tally", outing=name, kind="tidied", amount=3)
    given = {"from_agency": "street", "to_agency": "police_station", "what": "三轮车", "receiver": "王警官"}
    handed = force.hand(force.member, "handover", outing=name, **given)
    assert {tally.state, handed.state} == {RecordState.WAITING}
    force.hand(force.leader, "outing", name, action="start", campaign="ZX1", code=made_code())
    assert force.state(tally.id) is force.state(handed.id) is RecordState.APPLIED


def test_what_was_counted_on_an_outing_called_off_meanwhile_is_held(force: Force) -> None:
    name = str(uuid7())
    force.hand(force.leader, "outing", name, action="start", campaign="ZX1")
    force.hand(force.leader, "outing", action="cancel", outing=name, reason="下雨")
    late = force.hand(force.member, "tally", outing=name, kind="tidied", amount=3)
    assert (late.state, late.held_because) == (RecordState.HELD, "这次行动已取消，不能再记录")


def test_the_end_may_arrive_before_the_start_and_before_who_joined(force: Force) -> None:
    for room, begun in BEGUN.items():
        name, code = str(uuid7()), made_code()
        end = force.hand(force.leader, room, action="end", **{room: name})
        joined = force.hand(force.member, "check_in", **{room: name}, code=code)
        force.hand(force.leader, room, name, action="start", code=code, **begun)
        assert force.state(end.id) is force.state(joined.id) is RecordState.APPLIED
    assert len(force.session.scalars(select(SquadMember.id)).all()) == 4
