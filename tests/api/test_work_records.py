"""Records of outings through the door: receipts, waiting, evidence, and what the description says of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from gridops.core.db import reading, transaction
from gridops.core.ids import uuid7
from gridops.evidence.models import EvidenceLink
from gridops.intake.rules import RecordType
from gridops.operations.service import ensure_campaign
from tests.api.conftest import World, hand_in
from tests.api.conftest import record as cases_record
from tests.evidence.pictures import picture


def record(type_: str, files: tuple[bytes, ...] = (), /, **body: Any) -> dict[str, Any]:
    return cases_record("other", files) | {"type": type_, "body": body}


def begin(world: World, name: str, **more: Any) -> dict[str, Any]:
    with transaction() as session:
        ensure_campaign(session, world.root.id, "ZX1", "非机动车乱停放整治")
    return hand_in(world.inspector, record("outing", action="start", campaign="ZX1", **more), name)


def test_a_tally_before_its_outing_waits_and_then_bears_its_number(world: World) -> None:
    first, early = str(uuid7()), str(uuid7())
    tally = record("tally", outing=first, kind="tidied", amount=12)
    waiting = hand_in(world.inspector, tally, early)
    assert (waiting["state"], waiting["waiting_for"], waiting["number"], waiting["grid"]) == (
        "waiting",
        first,
        None,
        None,
    )
    begun = begin(world, first, grid=world.communities[0].code)
    assert begun["grid"] == {"code": "320411003001", "name": "西社区", "level": "community"}
    found = world.inspector.get(f"records/{early}").get_json()
    assert (found["state"], found["number"]) == ("applied", begun["number"])
    assert world.inspector.put(f"records/{early}", json=tally).status_code == 200
    assert (
        world.inspector.put(f"records/{early}", json=tally | {"body": tally["body"] | {"amount": 13}}).status_code
        == 409
    )
    assert world.desk.get(f"records/{early}").status_code == 404, "a receipt is for whoever sent the record"


def test_what_is_wrong_with_a_body_is_named(world: World) -> None:
    for body, field in (
        ({"kind": "tidied", "amount": 1}, "body.outing"),
        ({"outing": "XD2017-0001", "kind": "tidied", "amount": "1"}, "body.amount"),
        ({"outing": "XD2017-0001", "kind": "tidied", "amount": 1}, "body.outing"),
        ({"outing": "x" * 41, "kind": "tidied", "amount": 1}, "body.outing"),
        ({"outing": "1", "kind": "tidied", "amount": 1, "score": 3}, "body.score"),
    ):
        answer = world.inspector.put(f"records/{uuid7()}", json=record("tally", **body))
        assert answer.status_code == 422
        assert field in [error["field"] for error in answer.get_json()["errors"]]


def test_evidence_of_an_outing_is_seen_where_the_outing_is(world: World) -> None:
    photo = picture(seed=21)
    world.inspector.upload(photo)
    here = begin(world, str(uuid7()), grid=world.communities[0].code)
    handed = {"from_agency": "urban_management", "to_agency": "traffic_police", "what": "三轮车", "receiver": "周警官"}
    assert hand_in(world.inspector, record("handover", (photo,), outing=here["number"], **handed))["complete"]
    with reading() as session:
        link = session.scalars(select(EvidenceLink.id)).one()
    seen = {
        name: getattr(world, name).get(f"evidence/{link}/original").status_code
        for name in ("inspector", "desk", "other_inspector", "handler", "stranger")
    }
    assert seen == {"inspector": 200, "desk": 200, "other_inspector": 404, "handler": 404, "stranger": 404}


def test_the_description_has_a_shape_for_every_type(world: World) -> None:
    told = world.inspector.get("openapi.json").get_json()
    schema = told["paths"]["/api/v1/records/{record_id}"]["put"]["requestBody"]["content"]["application/json"]["schema"]
    names = [option["$ref"].rpartition("/")[2] for option in schema["oneOf"]]
    types = [told["components"]["schemas"][name]["properties"]["type"]["const"] for name in names]
    assert sorted(types) == sorted(RecordType)
