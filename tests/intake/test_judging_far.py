"""Held and second records reach as far outside the grids as the deployment says, and say why in words for people."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from gridops.core.errors import Invalid
from gridops.core.ids import uuid7
from gridops.intake import judging, queries, words
from gridops.intake.rules import RecordState, Verdict
from gridops.people.models import RoleHolding
from gridops.people.rules import Role
from tests.intake.test_take import LIMITS, Street

FAR = {"lon": 119.92, "lat": 31.855}  # some three kilometres west of the street
REACHES = 10_000.0


def held_far_out(street: Street) -> str:
    """A report from outside the grids, held because its sender walked no grid then."""
    street.take(street.handler, name := str(uuid7()), street.payload(location=FAR))
    street.session.add(
        RoleHolding(user_id=street.handler.user_id, role=Role.INSPECTOR, unit_id=street.unit.id, grid_id=street.root.id)
    )
    street.session.flush()
    return name


def test_a_held_record_reaches_as_far_as_the_deployment_says(session: Session) -> None:
    street = Street(session)
    name = held_far_out(street)
    near = judging.try_held_again(session, street.desk, name)
    assert near.state is RecordState.HELD
    assert near.held_because == "“位置”有误：这个位置不在本辖区内，请在地图上重新选择。"
    assert judging.try_held_again(session, street.desk, name, REACHES).state is RecordState.APPLIED


def test_a_second_content_reaches_as_far_as_the_deployment_says(session: Session) -> None:
    street = Street(session)
    street.report(name := str(uuid7()))
    street.take(street.inspector, name, street.payload(location=FAR))
    (item,) = queries.to_judge(session, street.root.id)
    assert item.dispute_id is not None
    entered = judging.judge_dispute(
        session, street.desk, item.dispute_id, Verdict.BOTH_STAND, "两处", LIMITS, within_m=REACHES
    )
    assert entered is not None
    second = queries.record(session, entered)
    assert second is not None
    assert second.state is RecordState.APPLIED


@pytest.mark.parametrize(
    ("field", "reason", "sentence"),
    [
        ("grid", "no such grid in this jurisdiction on that day", "“网格”有误：没有这个网格。"),
        ("body.location.lon", "required", "“位置”有误：请填写。"),
        ("into", "没有这个案件", "“填写内容”有误：没有这个案件。"),
        ("kind", "none of event, component", "“种类”有误：不在可选的范围内。"),
    ],
)
def test_what_is_wrong_is_told_in_words_of_people(field: str, reason: str, sentence: str) -> None:
    assert words.told(Invalid((field, reason))) == sentence
