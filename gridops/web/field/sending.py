"""What the forms of rounds and outings do alike on the phone: become records, go on to where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.intake.rules import RecordType
from gridops.intake.service import Receipt
from gridops.web import photos, records
from gridops.web.guards import current_person
from gridops.web.language import said


def send(kind: RecordType, body: Mapping[str, Any], shots: list[photos.Photo] | None = None) -> Receipt:
    """Hand the form in as a record; raises as `records.send` does."""
    return records.send(current_person(), kind, body, shots or [], device=records.DEVICE)


def given(names: Iterable[str]) -> dict[str, str]:
    """Fields of the form that were filled."""
    return {name: value for name in names if (value := request.form.get(name, "").strip())}


def names(count: int) -> list[str]:
    """Names for the records that the forms of a page may become, one each."""
    return [records.new_name() for _one in range(count)]


def onward(receipt: Receipt, done: str, room: str, number: str | None) -> Response:
    """To the page of the round or outing (`room`: rounds, outings); a record that a person must judge says why."""
    if receipt.held_because:
        flash(_("已收到，待人工判定：%(why)s", why=said(receipt.held_because)), "wait")
    else:
        flash(done, "good")
    named: dict[str, Any] = {f"{room.removesuffix('s')}_number": number}
    return redirect(url_for(f"field_{room}.show", **named) if number else url_for(f"field_{room}.index"))
