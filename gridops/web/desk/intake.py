"""/desk/report: a problem told by telephone, by 12345, by a leader; it goes through the same gate as all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.assessment import forms as assessment_forms
from gridops.assessment import service as assessment_service
from gridops.cases.queries import lookups
from gridops.cases.rules.names import SOURCE_NAMES
from gridops.cases.rules.sources import VERIFIED_SOURCES, Source
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.hotline import forms as hotline_forms
from gridops.hotline import queries as hotline
from gridops.hotline import service as hotline_service
from gridops.hotline.forms import OrderForm
from gridops.intake.rules import RecordType
from gridops.supervision.rules import ASSESSOR_NAMES, Assessor
from gridops.web import choices, photos, records
from gridops.web.desk import common
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import said

pages = Blueprint("desk_report", __name__, url_prefix="/desk/report")

Answer = str | Response | tuple[str, int]
_OF_ORDER = ("received_at", "contact_due_at", "answer_due_at", "caller", "phone")
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
        order, level, body = _order(typed), _level(typed), _body(typed)
        receipt = records.send(person, RecordType.REPORT, body, shots, device="desk")
        if order is not None and receipt.number is not None:
            _keep_order(receipt.number, order)
        if level is not None and receipt.number is not None:
            _set_level(receipt.number, level)
    except Invalid as wrong:
        return _page(typed, records.problems(wrong), shots), 422
    if receipt.number is None:
        flash(_("已收到，待人工判定：%(why)s", why=said(receipt.held_because)), "wait")
        return redirect(url_for("desk_records.index"))
    flash(_("已登记：%(number)s", number=receipt.number), "good")
    return redirect(url_for("desk_case.show", number=receipt.number))


def _order(typed: Mapping[str, str]) -> OrderForm | None:
    """The order of a 12345 report; None for other sources and without a number. Checked before anything is sent."""
    if typed.get("source") != Source.HOTLINE_12345:
        return None
    if not typed.get("source_number", "").strip():
        if any(typed.get(name, "").strip() for name in _OF_ORDER):
            raise Invalid(("source_number", "请填写 12345 工单号"))
        return None
    found = hotline_forms.order_form({**typed, "order_number": typed["source_number"]})
    with reading() as session:
        taken = hotline.case_of_number(session, current_person().root_id, found.number)
        known = lookups.by_record(session, typed.get("record_id", "")) if taken else None
    if taken is not None and (known is None or known.id != taken[0]):
        raise Invalid(("source_number", f"这个工单号已登记在案件{taken[1]}"))
    return found


def _keep_order(number: str, order: OrderForm) -> None:
    """Write the order beside its case: what is known of the caller never stands in the record of the report."""
    with transaction() as session:
        case = lookups.by_number(session, number)
        if case is not None:
            hotline_service.keep_order(session, current_person(), case.id, order)


def _level(typed: Mapping[str, str]) -> Assessor | None:
    """Which level sent a problem of an assessment down; None for other sources, and where nobody knows yet."""
    if typed.get("source") != Source.ASSESSMENT or not typed.get("assessor"):
        return None
    return assessment_forms.level_form(typed)


def _set_level(number: str, level: Assessor) -> None:
    with transaction() as session:
        case = lookups.by_number(session, number)
        if case is not None:
            assessment_service.set_level(session, current_person(), case.id, level)


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
        levels=[(level.value, _(name)) for level, name in ASSESSOR_NAMES.items()],
        sources=[(source.value, _(SOURCE_NAMES[source])) for source in SOURCES],
        verified=[source.value for source in VERIFIED_SOURCES],
        kind_names=choices.KIND_NAMES,
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **common.words(),
    )
