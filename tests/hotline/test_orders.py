"""12345 orders in the database: opened beside their case, stepped on, corrected, and who sees the caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.audit.models import AuditEntry
from gridops.cases.forms import PartIn
from gridops.cases.models import Case
from gridops.cases.queries import lookups
from gridops.cases.queries.splitting import parts_of
from gridops.cases.rules.moves import Move
from gridops.cases.service.importing import retell
from gridops.cases.service.writing import HOTLINE_ORDER
from gridops.core import clock, owed
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.hotline import queries, service
from gridops.hotline.forms import OrderForm, StepForm
from gridops.hotline.models import HotlineStep
from gridops.hotline.queries import Waits
from gridops.hotline.rules import Rates, StepKind, Terms, rates
from gridops.people.queries import scope_of
from gridops.worktime.rules import LimitUnit
from tests.cases.world import MORNING, World, make_world
from tests.factories import at

LATER = at("2017-03-07 15:00")
C, A, R = StepKind.CONTACT, StepKind.ANSWER, StepKind.REVISIT
FORM = OrderForm("GD-7", received_at=at("2017-03-06 08:30"), caller="张三丰", phone="13812345678")


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    with clock.set_to(MORNING):
        yield make_world(session)


def told(world: World, number: str = "GD-7") -> Case:
    """A case that came from 12345, with the cleaning unit."""
    case = world.report("hotline_12345", "clerk", source_number=number)
    world.move(case, Move.SEND_TO_VERIFY, "clerk")
    world.move(case, Move.VERIFY, "inspector", outcome=True)
    world.move(case, Move.ACCEPT, "clerk")
    world.move(case, Move.FILE, "leader", condition=world.condition.id)
    return world.move(case, Move.DISPATCH, "dispatcher", unit=world.units["cleaning"].id)


def test_a_report_of_the_hotline_is_owed_its_order_and_gets_it_once(world: World) -> None:
    case = world.report("hotline_12345", "clerk", source_number="GD-1")
    world.report("hotline_12345", "clerk")  # told without a number: nothing to open
    world.report("inspector")
    (work,) = owed.pending(world.session, HOTLINE_ORDER)
    assert work.key == str(case.id)
    assert service.open_owed(world.session, str(case.id))
    assert not service.open_owed(world.session, str(case.id))
    ended = world.report("hotline_12345", "clerk", source_number="GD-2")
    world.move(ended, Move.DECLINE, "clerk", reason="重复")
    assert not service.open_owed(world.session, str(ended.id)), "nobody waits for a call about what has ended"
    order = queries.order_of(world.session, case.id)
    assert order is not None
    assert (order.number, order.received_at, order.contact_due_at) == ("GD-1", MORNING, at("2017-03-07 09:00"))
    assert order.runs_out_at == order.contact_due_at
    twin = world.report("hotline_12345", "clerk", source_number="GD-1")
    assert not service.open_owed(world.session, str(twin.id)), "one number stands for one case"
    with pytest.raises(Invalid):
        service.keep_order(world.session, world.people["clerk"], twin.id, OrderForm("GD-1"))


def test_steps_are_appended_and_a_correction_is_a_further_row(world: World) -> None:
    case, clerk = told(world), world.people["clerk"]
    service.keep_order(world.session, clerk, case.id, FORM)
    with pytest.raises(Invalid):
        service.record_step(world.session, clerk, case.id, StepForm(R, reached=True, solved=True, satisfied=True))
    with clock.set_to(LATER):
        service.record_step(world.session, clerk, case.id, StepForm(C, at("2017-03-06 10:00"), reached=False))
        reached = service.record_step(world.session, clerk, case.id, StepForm(C, at("2017-03-06 11:00"), reached=True))
        service.record_step(world.session, clerk, case.id, StepForm(A, at("2017-03-07 10:00"), words="已清理"))
        asked = service.record_step(
            world.session, clerk, case.id, StepForm(R, reached=True, solved=True, satisfied=False)
        )
        order = queries.order_of(world.session, case.id)
        assert order is not None
        assert (order.contacted_at, order.solved, order.satisfied) == (at("2017-03-06 11:00"), True, False)
        late = StepForm(C, at("2017-03-07 11:00"), reached=True, words="时间记错", corrects=reached.id)
        service.record_step(world.session, clerk, case.id, late)
        with pytest.raises(Conflict):
            service.record_step(world.session, clerk, case.id, late)
        start, end = at("2017-03-01 00:00"), at("2017-04-01 00:00")
        found = queries.told(world.session, scope_of(world.session, clerk), start, end)
        assert rates(found, start, end) == Rates(1, 0, 1, 1, 0)
        never = StepForm(R, words="没有回访", corrects=asked.id, withdrawn=True)
        service.record_step(world.session, clerk, case.id, never)
        assert order.revisited_at is None
    assert len(world.session.scalars(select(HotlineStep)).all()) == 6
    acts = world.session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("hotline.%"))).all()
    assert acts.count("hotline.correct") == 2


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        # Only the words are corrected: the form says the minute it was, and the step stays at its second.
        ("2017-03-06 08:31", "2017-03-06 08:31:20"),
        # In truth at once: within the minute of the receipt no form can say a later second.
        ("2017-03-06 08:30", "2017-03-06 08:30:40"),
        ("2017-03-06 08:29", None),  # nobody calls back before the call
    ],
)
def test_a_correction_within_the_minute_of_the_receipt_is_taken(world: World, typed: str, wanted: str | None) -> None:
    case, clerk = told(world), world.people["clerk"]
    service.keep_order(world.session, clerk, case.id, replace(FORM, received_at=at("2017-03-06 08:30:40")))
    with clock.set_to(LATER):
        step = StepForm(C, at("2017-03-06 08:31:20"), reached=True)
        made = service.record_step(world.session, clerk, case.id, step)
        anew = StepForm(C, at(typed), reached=True, words="来电人在线", corrects=made.id, seen=made.id)
        if wanted is None:
            with pytest.raises(Invalid, match="时间不能早于热线受理时间"):
                service.record_step(world.session, clerk, case.id, anew)
            return
        corrected = service.record_step(world.session, clerk, case.id, anew)
        assert corrected.at == at(wanted)
        assert service.record_step(world.session, clerk, case.id, anew) is corrected, "the same form twice is one step"
        order = queries.order_of(world.session, case.id)
        assert order is not None
        assert order.contacted_at == at(wanted)


def test_a_revisit_within_the_minute_of_receipt_and_answer_is_after_the_answer(world: World) -> None:
    case, clerk = told(world), world.people["clerk"]
    service.keep_order(world.session, clerk, case.id, replace(FORM, received_at=at("2017-03-06 08:30:10")))
    with clock.set_to(LATER):
        # Nothing but a step itself says seconds: the answer was given at once.
        service.record_step(world.session, clerk, case.id, StepForm(A, at("2017-03-06 08:30:40"), words="已清理"))
        asked = StepForm(R, at("2017-03-06 08:30"), reached=True, solved=True, satisfied=True)
        assert service.record_step(world.session, clerk, case.id, asked).at == at("2017-03-06 08:30:40")


def test_the_unit_sees_who_called_and_speaks_to_them_only_while_it_holds_the_case(world: World) -> None:
    case = told(world)
    service.keep_order(world.session, world.people["clerk"], case.id, FORM)
    handler = world.people["handler"]
    assert service.read_contact(world.session, handler, case.id) == ("张三丰", "13812345678")
    service.record_step(world.session, handler, case.id, StepForm(C, reached=True))
    with pytest.raises(NotAllowed):  # who did the work does not ask whether it was done well
        service.record_step(world.session, handler, case.id, StepForm(R, reached=False))
    with pytest.raises(NotFound):  # another unit does not even see the case
        service.read_contact(world.session, world.people["parks_handler"], case.id)
    for who in ("dispatcher", "inspector", "chief"):
        with pytest.raises(NotAllowed):
            service.read_contact(world.session, world.people[who], case.id)
    world.move(case, Move.FEEDBACK, "handler", words="已清理")
    with pytest.raises(NotAllowed):
        service.read_contact(world.session, handler, case.id)
    with pytest.raises(NotAllowed):
        service.record_step(world.session, handler, case.id, StepForm(A))
    assert service.read_contact(world.session, world.people["leader"], case.id)[0] == "张三丰"
    read = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "hotline.read")).all()
    assert {entry.actor_id for entry in read} == {handler.user_id, world.people["leader"].user_id}
    assert not any("138" in str(entry.details) or "张" in str(entry.details) for entry in read)


def test_new_terms_leave_orders_alone_and_lists_follow_the_scope(world: World) -> None:
    case, clerk = told(world), world.people["clerk"]
    first = service.keep_order(world.session, clerk, case.id, FORM).contact_due_at
    service.set_terms(
        world.session, world.root.id, Terms(2, LimitUnit.URGENT_HOUR, 1), actor_id=world.people["admin"].user_id
    )
    other = world.report("hotline_12345", "clerk", source_number="GD-8")
    second = service.keep_order(world.session, clerk, other.id, OrderForm("GD-8"))
    assert (first, second.contact_due_at) == (at("2017-03-07 08:30"), at("2017-03-06 11:00"))

    def seen(who: str, waits: Waits) -> list[str]:
        rows = queries.page(world.session, scope_of(world.session, world.people[who]), waits)
        return [row.order.number for row in rows]

    assert seen("clerk", Waits.CONTACT) == ["GD-8", "GD-7"], "the most urgent first"
    assert seen("handler", Waits.ALL) == ["GD-7"]
    assert seen("eastern_inspector", Waits.ALL) == []
    assert queries.waiting(world.session, scope_of(world.session, clerk), 99)[Waits.CONTACT] == 2
    with pytest.raises(Conflict):
        service.keep_order(world.session, clerk, case.id, OrderForm("GD-7", version=9))
    with pytest.raises(Conflict):
        service.keep_order(world.session, clerk, world.report().id, OrderForm("GD-9"))


def test_a_split_case_keeps_one_order_that_its_parts_answer_once(world: World) -> None:
    session, clerk, parks = world.session, world.people["clerk"], world.people["parks_handler"]
    case = told(world)
    service.keep_order(session, clerk, case.id, FORM)
    world.move(case, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    first, second = (session.get_one(Case, one) for one in parts_of(session, case.id))
    world.move(first, Move.DISPATCH, "dispatcher", unit=world.units["parks"].id)
    assert not service.open_owed(session, str(first.id)), "the number stays with the whole"
    order = queries.order_of(session, first.id)
    assert order is not None
    assert order is queries.order_of(session, second.id) is queries.order_of(session, case.id)

    # The unit of a part sees who called and calls; its list shows the part, not the whole out of its sight.
    assert service.read_contact(session, parks, first.id) == ("张三丰", "13812345678")
    service.record_step(session, parks, first.id, StepForm(C, reached=True))
    (row,) = queries.page(session, scope_of(session, parks), Waits.ANSWER)
    assert (row.order.id, [one.case_number for one in row.parts]) == (order.id, [first.number])
    assert queries.page(session, scope_of(session, world.people["eastern_inspector"]), Waits.ALL) == []

    # Answered once, when no other part is in hand.
    for person, at_case in ((parks, first), (clerk, case), (clerk, second)):
        with pytest.raises(Conflict, match="一并答复"):
            service.record_step(session, person, at_case.id, StepForm(A))
    world.move(first, Move.FEEDBACK, "parks_handler", words="已清理")
    service.record_step(session, clerk, second.id, StepForm(A))
    with clock.set_to(LATER):
        service.record_step(session, clerk, case.id, StepForm(R, reached=True, solved=True, satisfied=True))
        start, end = at("2017-03-01 00:00"), at("2017-04-01 00:00")
        counted_ones = queries.told(session, scope_of(session, clerk), start, end)
        assert rates(counted_ones, start, end) == Rates(1, 1, 1, 1, 1)
        assert counted_ones[0].unit_id is None, "two parts, one of them with nobody"


def test_an_undone_split_leaves_the_order_with_the_whole(world: World) -> None:
    session, clerk = world.session, world.people["clerk"]
    case = told(world)
    service.keep_order(session, clerk, case.id, FORM)
    world.move(case, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    service.record_step(session, clerk, parts_of(session, case.id)[0], StepForm(C, reached=True))
    world.move(case, Move.UNDO_SPLIT, "leader", reason="不必拆分")
    service.record_step(session, world.people["handler"], case.id, StepForm(A))
    (row,) = queries.page(session, scope_of(session, world.people["handler"]), Waits.REVISIT)
    assert (row.case_number, row.parts, row.unit) == (case.number, (), world.units["cleaning"].name)


def test_an_order_opened_for_a_part_stands_beside_the_whole(world: World) -> None:
    case = told(world)
    world.move(case, Move.SPLIT, "leader", parts=(PartIn("占道"), PartIn("积存垃圾")))
    first, second = parts_of(world.session, case.id)
    assert service.open_owed(world.session, str(first))
    assert not service.open_owed(world.session, str(second))
    order = queries.order_of(world.session, second)
    assert order is not None
    assert (order.case_id, order.received_at) == (case.id, case.reported_at)


@pytest.mark.parametrize("form", [StepForm(C, reached=False), StepForm(C, at("2017-03-06 09:00"), reached=True)])
def test_the_form_of_a_step_sent_twice_is_one_step(world: World, form: StepForm) -> None:
    case, clerk = told(world), world.people["clerk"]
    service.keep_order(world.session, clerk, case.id, FORM)
    service.keep_order(world.session, clerk, case.id, replace(FORM, version=1))
    order = queries.order_of(world.session, case.id)
    assert order is not None
    assert order.version == 1, "the form of the order, twice"
    sent = replace(form, seen=0)
    first = service.record_step(world.session, clerk, case.id, sent)
    with clock.set_to(at("2017-03-06 09:10")):
        assert service.record_step(world.session, clerk, case.id, sent) is first
        # Who saw the first one and tries again means another; so does another person.
        service.record_step(world.session, clerk, case.id, replace(form, seen=first.id))
        service.record_step(world.session, world.people["leader"], case.id, sent)
    assert len(queries.steps_of(world.session, order.id)) == 3


def test_an_order_bears_the_number_that_a_newer_file_tells(world: World) -> None:
    session = world.session
    case = world.report("hotline_12345", "clerk", source_number="GD-1")
    service.open_owed(session, str(case.id))
    for number in ("GD-2", "GD-3"):
        retell(session, case, {"source_number": number}, lookups.history(session, case.id).events)
    for work in owed.pending(session, HOTLINE_ORDER):
        service.open_owed(session, work.key)
    order = queries.order_of(session, case.id)
    assert order is not None
    assert order.number == "GD-3"
    service.keep_order(session, world.people["clerk"], case.id, OrderForm("GD-9"))
    retell(session, case, {"source_number": "GD-4"}, lookups.history(session, case.id).events)
    for work in owed.pending(session, HOTLINE_ORDER):
        service.open_owed(session, work.key)
    assert order.number == "GD-9", "what a person wrote stays"
