"""What a condition asks of filing, feedback and check: pictures, who checks, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridops.cases.models import Case
from gridops.cases.rules.checking import barred, wrong_time
from gridops.cases.rules.moves import Move, State
from gridops.catalogue.rules import CheckRule
from gridops.core import clock
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.evidence import service as evidence
from gridops.evidence.forms import Arrival
from gridops.evidence.rules.types import Mime
from gridops.evidence.service import LinkIn
from tests.cases.world import World, make_world, monday
from tests.factories import at

MORNING = at("2017-03-06 09:10")


@pytest.mark.parametrize(
    ("rule", "reporter", "community", "may"),
    [
        (None, True, False, True),  # as usual: an inspector checks what he reported himself
        (CheckRule.ON_SITE, True, False, True),
        (CheckRule.OTHER_PERSON, True, True, False),
        (CheckRule.OTHER_PERSON, False, False, True),
        (CheckRule.COMMUNITY, True, True, True),
        (CheckRule.COMMUNITY, False, False, False),  # an inspector of the whole street
    ],
)
def test_who_may_check(rule: CheckRule | None, reporter: bool, community: bool, may: bool) -> None:
    assert (barred(rule, reporter=reporter, community=community) is None) is may


@pytest.mark.parametrize(
    ("when", "slot"),
    [
        ("2017-03-07 08:00", None),  # the first minute of the slot, the next day
        ("2017-03-07 09:59:59", None),  # its last second
        ("2017-03-07 10:00", (8, 10)),
        ("2017-03-07 07:59:59", (8, 10)),
    ],
)
def test_the_time_of_day_is_that_of_the_report(when: str, slot: tuple[int, int] | None) -> None:
    assert wrong_time(CheckRule.SAME_TIME, MORNING, at(when)) == slot
    assert wrong_time(CheckRule.ON_SITE, MORNING, at(when)) is None


@pytest.fixture
def street(_nine_oclock: None, session: Session) -> Iterator[World]:
    with clock.set_to(MORNING):
        yield make_world(session)


def attach(world: World, case: Case, role: str, name: str = "a") -> None:
    """A picture that has come, as intake leaves it."""
    user_id = world.people["handler"].user_id
    evidence.receive(world.session, Arrival(name * 64, 10, Mime.JPEG, 64, 48), user_id)
    use = [LinkIn(name * 64, role)]
    evidence.link(world.session, use, root_id=world.root.id, subject_kind="case", subject_id=case.id, user_id=user_id)
    world.session.flush()


def ask(world: World, rule: CheckRule | None = None, **photos: int) -> None:
    world.condition.photo_needs, world.condition.check_rule = photos, rule
    world.session.flush()


def reason(refused: pytest.ExceptionInfo[Any]) -> str:
    return str(refused.value.errors[0].reason)


def test_a_case_is_filed_only_with_the_pictures_of_its_report(street: World) -> None:
    ask(street, near=1)
    case = street.report()
    with pytest.raises(Invalid) as refused:
        street.move(case, Move.FILE, "leader", condition=street.condition.id)
    assert refused.value.errors[0].field == "condition"
    assert reason(refused) == "该立案条件要求近景照片 1 张，还缺 1 张"
    attach(street, case, "before")
    assert street.move(case, Move.FILE, "leader", condition=street.condition.id).state is State.FILED


def test_a_feedback_needs_its_pictures_and_rework_needs_new_ones(street: World) -> None:
    ask(street, after=1)
    case = street.dispatched()
    attach(street, case, "before")
    with pytest.raises(Invalid) as refused:
        street.move(case, Move.FEEDBACK, "handler", words="已清理")
    assert (refused.value.errors[0].field, reason(refused)) == ("photos", "该立案条件要求处置后照片 1 张，还缺 1 张")
    # Those that come with it count, whether their bytes are here or not.
    street.move(case, Move.FEEDBACK, "handler", words="已清理", pictures={"after": 1})
    street.move(case, Move.SEND_TO_CHECK, "dispatcher")
    attach(street, case, "after")
    with clock.set_to(monday("11:00")):
        street.move(case, Move.CHECK_FAILED, "inspector", reason="没有清理干净")
        with pytest.raises(Invalid):
            street.move(case, Move.FEEDBACK, "handler", words="又清理了")
        attach(street, case, "after", "b")
        assert street.move(case, Move.FEEDBACK, "handler", words="又清理了").state is State.HANDLED


def test_pictures_of_a_case_that_was_merged_into_it_count_as_long_as_it_is(street: World) -> None:
    lead, other = street.dispatched(), street.dispatched()
    ask(street, after=1)
    attach(street, other, "after")
    street.move(other, Move.MERGE, "leader", into=lead.number)
    street.move(other, Move.UNDO_MERGE, "leader", reason="不是同一件事")
    with pytest.raises(Invalid, match="处置后照片"):
        street.move(lead, Move.FEEDBACK, "handler", words="已清理")
    street.move(other, Move.MERGE, "leader", into=lead.number)
    assert street.move(lead, Move.FEEDBACK, "handler", words="已清理").state is State.HANDLED


def test_the_check_is_made_as_the_condition_wants_it(street: World) -> None:
    case = street.checking()
    ask(street, CheckRule.ON_SITE)
    with pytest.raises(Invalid, match="核查照片 1 张"):
        street.move(case, Move.CHECK_PASSED, "inspector")
    ask(street, CheckRule.OTHER_PERSON)
    with pytest.raises(NotAllowed, match="上报人以外"):
        street.move(case, Move.CHECK_FAILED, "inspector", reason="不合格")
    ask(street, CheckRule.AFTER_PICTURE)
    with pytest.raises(Invalid, match="处置后照片 1 张"):
        street.move(case, Move.CHECK_PASSED, "inspector")
    ask(street, CheckRule.SAME_TIME)
    with clock.set_to(monday("13:00")), pytest.raises(Conflict, match="8:00–10:00"):
        street.move(case, Move.CHECK_PASSED, "inspector")
    ask(street, CheckRule.COMMUNITY, check=1)
    street.move(case, Move.CHECK_PASSED, "inspector", pictures={"check": 1})
    assert case.checked_at == MORNING
