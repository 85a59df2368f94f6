"""The three rates of 12345 as figures of a period: counted, frozen, and listed by the numbers of the cases alone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.figures import service
from gridops.hotline.models import HotlineOrder, HotlineStep
from gridops.hotline.rules import StepKind
from tests.factories import at, make_category, make_grid, make_user
from tests.figures.street import Street, street_of
from tests.figures.test_freezing import MARCH, Move, put, told

KEYS = ("should_contact", "contacted", "revisited", "solved", "satisfied")


@pytest.fixture
def street(session: Session) -> Street:
    return street_of(session, make_grid(session))


def test_orders_are_counted_where_their_contact_fell_due_and_their_caller_was_asked(street: Street) -> None:
    category, clerk = make_category(street.session).id, make_user(street.session, street.root).id
    put(street.session, street.root, *[told(("2017-03-09 10:00", Move.REPORT), category=category) for _ in range(4)])
    dues = {1: "2017-03-10 10:00", 2: "2017-03-11 10:00", 3: "2017-02-11 10:00", 4: "2017-04-01 00:00"}
    for case_id, due in dues.items():
        order = HotlineOrder(
            root_id=street.root.id, case_id=case_id, number=f"GD-{case_id}", received_at=at("2017-02-01 09:00"),
            contact_due_at=at(due), answer_due_at=at(due), caller="张三丰", phone="13812345678",
            contacted_at=at("2017-03-10 09:00") if case_id == 1 else None, recorded_at=at(due), runs_out_at=at(due),
        )  # fmt: skip
        street.put(order)
        if case_id == 3:  # due in February, asked in March, and again in April
            for when, happy in (("2017-03-20 09:00", False), ("2017-04-02 09:00", True)):
                street.put(
                    HotlineStep(
                        order_id=order.id, kind=StepKind.REVISIT, at=at(when), reached=True, solved=True,
                        satisfied=happy, recorded_at=at(when), actor_id=clerk,
                    )
                )  # fmt: skip
    with clock.set_to(at("2017-04-05 12:00")):
        made = service.figures_of(street.session, street.root.id, MARCH, "monthly").figures
    assert [made[f"hotline.{key}"]["value"] for key in KEYS] == [2, 1, 1, 1, 0]
    rates = [made[f"hotline.{name}_rate"]["value"] for name in ("response", "solved", "satisfied")]
    assert rates == ["50.00", "100.00", "0.00"]
    with clock.set_to(at("2017-03-11 09:00")):  # while the month runs: only what has fallen due
        made = service.figures_of(street.session, street.root.id, MARCH, "monthly").figures
    assert made["hotline.should_contact"]["value"] == 1
