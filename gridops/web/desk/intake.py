"""/desk/report: a problem told by telephone, by 12345, by a leader; it goes through the same gate as all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases.rules.names import SOURCE_NAMES
from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.intake.rules import RecordType
from gridops.web import choices, photos, records
from gridops.web.desk import common
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import said

pages = Blueprint("desk_report", __name__, url_prefix="/desk/report")

Answer = str | Response | tuple[str, int]
# What others told; patrols report for themselves.
SOURCES = tuple(
    source for source in Source if source not in (Source.INSPECTOR, Source.JOINT_ENFORCEMENT, Source.NIGHT_INSPECTION)
)


@pages.get("")
@needs(*common.REGISTRARS)
def form() -> Answer:
    """An empty form."""
    return _page({"source": Source.HOTLINE_12345.value}, {}, [])


@pages.post("")
@needs(*common.REGISTRARS)
def send() -> Answer:
    """Take the report; with a fault, the form comes back with everything typed."""
    person, typed = current_person(), request.form
    shots, bad = photos.received(person, ("before",))
    if bad:
        return _page(typed, bad, shots), 422
    try:
        receipt = records.send(person, RecordType.REPORT, _body(typed), shots, device="desk")
    except Invalid as wrong:
        return _page(typed, records.problems(wrong), shots), 422
    if receipt.number is None:
        flash(_("已收到，待人工判定：%(why)s", why=said(receipt.held_because)), "wait")
        return redirect(url_for("desk_records.index"))
    flash(_("已登记：%(number)s", number=receipt.number), "good")
    return redirect(url_for("desk_case.show", number=receipt.number))


def _body(typed: Mapping[str, str]) -> dict[str, Any]:
    wrong: list[tuple[str, str]] = []
    with reading() as session:
        chosen = choices.find(choices.classes(session, current_person().root_id), typed.get("category", ""))
    source = typed.get("source", "")
    where = records.place_of(typed)
    if source not in SOURCES:
        wrong.append(("source", _("请选择来源")))
    if chosen is None:
        wrong.append(("category", _("请选择类别")))
    if not where:
        wrong.append(("location", _("请在地图上选点，或选择网格")))
    if not typed.get("description", "").strip():
        wrong.append(("description", _("请写明反映的情况")))
    if wrong or chosen is None:
        raise Invalid(*wrong)
    return {
        "category": chosen.code,
        "category_list": choices.LIST,
        "kind": chosen.kind.value,
        "source": source,
        "source_number": typed.get("source_number", "").strip() or None,
        "description": typed.get("description", "").strip(),
        "address": typed.get("address", "").strip() or None,
        **where,
    }


def _page(typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]) -> str:
    person = current_person()
    with reading() as session:
        offered = choices.classes(session, person.root_id)
        recent = choices.recent(session, current_scope(), offered)
        mine = choices.grids_below(session, person, common.REGISTRARS)
    return render_template(
        "desk/report.html",
        typed=typed,
        errors=errors,
        shots=shots,
        classes=offered,
        recent=recent,
        chosen=choices.find(offered, typed.get("category", "")),
        grids=mine,
        sources=[(source.value, _(SOURCE_NAMES[source])) for source in SOURCES],
        verified=[source.value for source in VERIFIED_SOURCES],
        kind_names=choices.KIND_NAMES,
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **common.words(),
    )
