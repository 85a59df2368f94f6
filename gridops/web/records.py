"""A form sent by a person in the street goes through the same gate as a phone's record: named once, counted once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask import request

from gridops.core import clock
from gridops.core.db import transaction
from gridops.core.errors import Conflict, Invalid
from gridops.core.ids import uuid7
from gridops.intake import forms, service
from gridops.intake.rules import RecordType
from gridops.intake.words import said as said
from gridops.people.rules import Person
from gridops.tasks.waking import wake
from gridops.web.photos import Photo, limits, settings

# What forms that a browser sends say of the device; the field app names its phone, the desk itself.
DEVICE = "web"


def new_name() -> str:
    """The name a form gives the record it will become, made when the form is shown."""
    return str(uuid7())


def name_in(form: Mapping[str, str]) -> str | None:
    """The name that a form carries for what it does: the same form twice is one. Raises Invalid for what is no name."""
    given = form.get("record_id")
    return forms.record_uuid(given) if given else None


def now_text() -> str:
    """This moment as a record says it."""
    return clock.local(clock.now()).isoformat(timespec="milliseconds")


def send(
    person: Person, kind: RecordType, body: Mapping[str, Any], photos: list[Photo], *, device: str
) -> service.Receipt:
    """Hand the form in as a record (fields `record_id`, `captured_at`, `sent_at`) and return its receipt.

    The same form again gives the same receipt. Raises Invalid with fields named as in the body, Conflict where the
    name was used for something else.
    """
    form = request.form
    name = forms.record_uuid(form.get("record_id", ""))
    captured = form.get("captured_at") or now_text()
    payload = {
        "type": kind.value,
        "captured_at": captured,
        # A phone says both times by its own clock; without scripts the form was opened by ours, and now is now.
        "sent_at": form.get("sent_at") or now_text(),
        "device": device,
        "body": {key: _typed(value) for key, value in body.items() if value not in (None, "")},
        "attachments": sorted((photo.attachment() for photo in photos), key=lambda a: (a["sha256"], a["role"])),
    }
    record = forms.parse_record(payload, name, limits())
    with transaction() as session:
        taken = service.take(session, person, name, record, payload, within_m=settings().nearest_grid_within_m)
    if taken.receipt is None:
        raise Conflict("这份表单已经提交过，内容与这次不同；两份都已保存，待人工判定。")
    wake("figures.drain")
    return taken.receipt


def place_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """Where it is: the phone's fix, a point picked by hand (then the fix beside it), or a grid by its code."""
    lon, lat = number(typed.get("lon"), 180), number(typed.get("lat"), 90)
    if lon is None or lat is None:
        return {"grid": typed["grid"]} if typed.get("grid") else {}
    location: dict[str, Any] = {"lon": lon, "lat": lat}
    accuracy = number(typed.get("accuracy_m"), 1_000_000)
    if typed.get("picked") != "no":
        location["picked"] = True
        fix = {"lon": number(typed.get("fix_lon"), 180), "lat": number(typed.get("fix_lat"), 90)}
        if None not in fix.values():
            fix_accuracy = number(typed.get("fix_accuracy_m"), 1_000_000)
            location["fix"] = {**fix, **({"accuracy_m": fix_accuracy} if fix_accuracy is not None else {})}
    elif accuracy is not None:
        location["accuracy_m"] = accuracy
    return {"location": location}


def number(text: str | None, most: float) -> float | None:
    """A finite number within ±most, or None."""
    try:
        found = float((text or "").strip()[:30])
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= most else None


def problems(wrong: Invalid) -> dict[str, str]:
    """Field -> sentence for the page, by the field's last name."""
    found: dict[str, str] = {}
    for error in wrong.errors:
        field = error.field.removeprefix("body.").partition(".")[0]
        found.setdefault(field, said(error.reason))
    return found


def _typed(value: Any) -> Any:
    """Browsers send an end of line as two characters where their `maxlength` counted one."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
