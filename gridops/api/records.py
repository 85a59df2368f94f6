"""Records named by a phone: taken once, receipted the same as often as they come."""

from __future__ import annotations

from typing import Any

from flask import Response

from gridops.api.description import Answer, Body, Parameter, operation
from gridops.api.guard import limits, person, settings
from gridops.api.problems import in_asked, problem
from gridops.api.reading import json_answer, json_body
from gridops.api.shapes import ReceiptOut
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import FieldError
from gridops.intake import forms, receipts, service
from gridops.tasks.waking import wake

_NAME = Parameter("record_id", {"type": "string", "format": "uuid"}, "the name the phone gave the record", "path")


@operation(
    "PUT",
    "/records/<record_id>",
    "Hand in a record",
    tag="records",
    parameters=[_NAME],
    body=Body(tuple(forms.RECORDS.values())),
    answers={
        201: Answer("Taken for the first time", ReceiptOut),
        200: Answer("The same content was taken before", ReceiptOut),
    },
    refuses=(409, 413, 415, 422),
    description=(
        "The same content is the same SHA-256 of the canonical JSON (RFC 8785) of type, captured_at as an instant "
        "(UTC with six decimals: 2017-03-01T01:30:00.000000+00:00), body, and attachments sorted by hash. Other "
        "content under a name in use, or the name of another person's record, answers 409 and is kept as well, for a "
        "person to judge. A record naming one not yet received waits for it; one that does not fit (any more) is "
        "held for a person; neither is refused. Refused (422) are malformed records and times more than 10 minutes "
        "ahead or before 2000."
    ),
)
def put_record(record_id: str) -> Response:
    """Take one record."""
    name = forms.record_uuid(record_id)
    payload = json_body()
    record = forms.parse_record(payload, name, limits())
    with transaction() as session:
        taken = service.take(session, person(), name, record, payload, within_m=settings().nearest_grid_within_m)
    if taken.receipt is None:
        told = "此编号已由另一内容或另一人使用；两份都已保存，待人工判定。"
        return problem(
            409, "conflict", told, (FieldError("record_id", "in use for other content or by another person"),)
        )
    wake("figures.drain")
    return json_answer(_shown(taken.receipt), taken.status)


@operation(
    "GET",
    "/records/<record_id>",
    "The receipt of a record, as of now",
    tag="records",
    parameters=[_NAME],
    answers={200: Answer("The receipt, for whoever sent the record", ReceiptOut)},
    refuses=(404, 422),
)
def get_record(record_id: str) -> Response:
    """Show a receipt again."""
    name = forms.record_uuid(record_id)
    with reading() as session:
        return json_answer(_shown(receipts.receipt_of(session, person(), name)))


def _shown(receipt: receipts.Receipt) -> dict[str, Any]:
    shown = {
        "id": receipt.id,
        "received_at": clock.local(receipt.received_at).isoformat(timespec="microseconds"),
        "digest": receipt.digest,
        "complete": receipt.complete,
        "missing": list(receipt.missing),
        "number": receipt.number,
        "grid": receipt.grid,
        "clock_offset_s": receipt.clock_offset_s,
        "state": receipt.state.value,
    }
    if receipt.waiting_for:
        shown["waiting_for"] = receipt.waiting_for
    if receipt.held_because:
        shown["held_because"] = in_asked(receipt.held_because)
    return shown
