"""上报: photo, category, place, send. Every step works without scripts; scripts find the place and show the photos."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.cases.queries import pages as case_pages
from gridops.cases.queries import places
from gridops.cases.rules.names import STATE_NAMES
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.evidence import queries as evidence
from gridops.intake.rules import RecordType
from gridops.people.rules import Role
from gridops.web import choices, photos, records
from gridops.web.field import common
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("field_report", __name__, url_prefix="/field")

Answer = str | Response | tuple[str, int]
DEVICE = "web"
NEAR_M = 100.0
_ROLES = ("before", "after")
# Who may put a thing right on the spot.
_ON_THE_SPOT = frozenset({Role.INSPECTOR, Role.OFFICER})


@pages.get("/report")
@needs(*common.REPORTERS)
def form() -> Answer:
    """An empty form."""
    return _page({}, {}, [])


@pages.post("/report")
@needs(*common.REPORTERS)
def send() -> Answer:
    """Take a report; with a fault, the form comes back with everything typed and every photo kept."""
    person, typed = current_person(), request.form
    shots, bad = photos.received(person, _ROLES)
    if bad:
        return _page(typed, bad, shots), 422
    try:
        body = _body(typed, shots)
        receipt = records.send(person, RecordType.REPORT, body, shots, device=DEVICE)
    except Invalid as wrong:
        return _page(typed, records.problems(wrong), shots), 422
    return redirect(url_for("field.receipt", record_id=receipt.id))


@pages.get("/place")
@needs(*common.READERS)
def place() -> Answer:
    """Which grid a point lies in, in words: a piece of the form, asked for while it is filled in."""
    lon, lat = _point()
    accuracy = _number(request.args.get("accuracy_m"), 1_000_000) or 0.0
    person = current_person()
    with reading() as session:
        found = choices.near(session, person.root_id, lon, lat, accuracy, photos.settings().nearest_grid_within_m)
        named = [(spot, choices.path_of(session, spot.grid_id)) for spot in found[:3]]
    return render_template("field/_place.html", named=named, accuracy=accuracy)


@pages.get("/nearby")
@needs(*common.REPORTERS)
def nearby() -> Answer:
    """Open cases of the same kind close by, nearest first: a piece of the form."""
    lon, lat = _point()
    person = current_person()
    with reading() as session:
        chosen = choices.find(choices.classes(session, person.root_id), request.args.get("category", ""))
        found = (
            places.nearby(session, current_scope(), lon, lat, category_id=chosen.id, metres=NEAR_M, limit=4)
            if chosen
            else []
        )
        uses = evidence.links_for(session, "case", [near.row.id for near in found]) if found else []
    first = {use.subject_id: use for use in reversed(uses) if use.picture and common.shows(use)}
    return render_template("field/_nearby.html", found=found, first=first, state_names=STATE_NAMES)


def _body(typed: Mapping[str, str], shots: list[photos.Photo]) -> dict[str, Any]:
    """The body of the record; Invalid naming what is missing."""
    wrong: list[tuple[str, str]] = []
    with reading() as session:
        chosen = choices.find(choices.classes(session, current_person().root_id), typed.get("category", ""))
    same_as = typed.get("same_as") or None
    self_handled = typed.get("self_handled") == "yes" and not same_as
    if chosen is None:
        wrong.append(("category", _("请选择类别")))
    where = place_of(typed)
    if not where:
        wrong.append(("location", _("请定位，或在地图上选点，或选择网格")))
    # Photos are asked for only where the category says so.
    if chosen is not None and chosen.photos_required and not shots:
        wrong.append(("photos", _("这类问题须有现场照片")))
    elif chosen is not None and chosen.photos_required and self_handled and all(p.role != "after" for p in shots):
        wrong.append(("photos", _("这类问题自行处置后须有处置后的照片")))
    elif chosen is None and not shots:
        # Of a form that comes back anyway: which category it will be, and whether it needs one, is not known yet.
        wrong.append(("photos", _("还没有现场照片：建议先拍照，类别要求照片的必须有")))
    if wrong or chosen is None:
        raise Invalid(*wrong)
    return {
        "category": chosen.code,
        "category_list": choices.LIST,
        "kind": chosen.kind.value,
        "description": typed.get("description", "").strip() or None,
        "address": typed.get("address", "").strip() or None,
        "self_handled": True if self_handled else None,
        "same_as": same_as,
        **where,
    }


def place_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """Where it is: the phone's fix, a point picked by hand (then the fix beside it), or a grid by its code."""
    lon, lat = _number(typed.get("lon"), 180), _number(typed.get("lat"), 90)
    if lon is None or lat is None:
        return {"grid": typed["grid"]} if typed.get("grid") else {}
    location: dict[str, Any] = {"lon": lon, "lat": lat}
    accuracy = _number(typed.get("accuracy_m"), 1_000_000)
    if typed.get("picked") != "no":
        location["picked"] = True
        fix = {"lon": _number(typed.get("fix_lon"), 180), "lat": _number(typed.get("fix_lat"), 90)}
        if None not in fix.values():
            fix_accuracy = _number(typed.get("fix_accuracy_m"), 1_000_000)
            location["fix"] = {**fix, **({"accuracy_m": fix_accuracy} if fix_accuracy is not None else {})}
    elif accuracy is not None:
        location["accuracy_m"] = accuracy
    return {"location": location}


def _page(typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]) -> str:
    person = current_person()
    with reading() as session:
        offered = choices.classes(session, person.root_id)
        recent = choices.recent(session, current_scope(), offered)
        mine = choices.grids_below(session, person, common.REPORTERS)
        total = len(case_pages.tasks_of(session, person))
    return render_template(
        "field/report.html",
        typed=typed,
        errors=errors,
        shots=shots,
        classes=offered,
        recent=recent,
        chosen=choices.find(offered, typed.get("category", "")),
        grids=mine,
        may_self_handle=not _ON_THE_SPOT.isdisjoint(person.roles),
        # A form that was refused was not taken: it may keep its name.
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        kind_names=choices.KIND_NAMES,
        total=total,
    )


def _point() -> tuple[float, float]:
    """The point asked about, in degrees: NotFound where none is, Invalid where it is none."""
    if "lon" not in request.args and "lat" not in request.args:
        raise NotFound("没有给出位置")
    return _degrees("lon", 180), _degrees("lat", 90)


def _degrees(name: str, most: float) -> float:
    found = _number(request.args.get(name), most)
    if found is None:
        raise Invalid((name, "须为度数"))
    return found


def _number(text: str | None, most: float) -> float | None:
    """A finite number within ±most, or None."""
    try:
        found = float((text or "").strip()[:30])
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= most else None
