"""/field/rounds: tonight's plan or a free round; check in; grids seen; visits; the end with its summary.

Every form is a record of the phone's gate: named once, so that a wet double touch counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.core.ids import row_id
from gridops.core.periods import PeriodKind, containing
from gridops.grids import queries as grids
from gridops.inspections import queries, service
from gridops.inspections.models import Round
from gridops.inspections.rules import GOERS, inspection_fault, state_of
from gridops.intake.rules import RecordType
from gridops.intake.service import Receipt
from gridops.people.rules import Person
from gridops.premises import queries as premises
from gridops.premises.models import Premises
from gridops.squads import queries as squads
from gridops.squads.rules import Agency
from gridops.web import choices, photos, records
from gridops.web.desk.rounds import SOON, words
from gridops.web.field.sending import given, names, onward, send
from gridops.web.field.visit_form import FINDING_ROLES, FINDINGS, photos_of_findings, visit_body
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("field_rounds", __name__, url_prefix="/field/rounds")

Answer = str | Response | tuple[str, int]
# What is over is shown for a day, to put late visits in.
_SHOWN_AFTER = timedelta(days=1)
_ROLES = ("finding", *FINDING_ROLES, "signature")
_OFFERED = 20
# So far around the phone premises are offered.
_NEAR_M = 1000


@pages.get("")
@needs(*GOERS)
def index() -> Answer:
    """My rounds and the re-inspections owed to me; join one by the leader's code; begin a free one."""
    return _index({}, {})


@pages.post("/start")
@needs(*GOERS)
def start() -> Answer:
    """Begin a round that was planned (`number`), or a free one."""
    body: dict[str, Any] = {"action": "start", **given(("number", "theme", "approval"))}
    body["grids"] = request.form.getlist("grids")[:200] or None
    if request.form.get("inspection") == "yes":
        body["inspection"] = True
    if (groups := request.form.get("groups", "")).isdigit() and len(groups) < 4:
        body["groups"] = int(groups)
    try:
        receipt = send(RecordType.ROUND, body)
    except Invalid as wrong:
        return _index(request.form, records.problems(wrong)), 422
    return _onward(receipt, _("夜查已开始。"))


@pages.get("/<round_number>")
@needs(*GOERS)
def show(round_number: str) -> Answer:
    """The round: what is planned, grids, visits, people, the end."""
    return _page(round_number, "", {}, {})


@pages.post("/<round_number>/member")
@needs(*GOERS)
def member(round_number: str) -> Answer:
    """Somebody of another body checks in on this phone, by name and certificate; or I, who am planned."""
    body = {"round": round_number, **given(("name", "agency", "certificate_no"))}
    return _tried(round_number, "member", RecordType.CHECK_IN, body, _("已签到。"))


@pages.post("/<round_number>/leave")
@needs(*GOERS)
def leave(round_number: str) -> Answer:
    """I leave before the end."""
    return _tried(round_number, "leave", RecordType.CHECK_IN, {"round": round_number, "out": True}, _("已离开。"))


@pages.post("/<round_number>/grid")
@needs(*GOERS)
def grid(round_number: str) -> Answer:
    """A grid was seen; nothing found is a result."""
    body = {"action": "grid_checked", "round": round_number, "grids": request.form.getlist("grids")[:200]}
    return _tried(round_number, "grid", RecordType.ROUND, body, _("已登记查过的网格。"))


@pages.post("/<round_number>/<any(end, cancel):action>")
@needs(*GOERS)
def over(round_number: str, action: str) -> Answer:
    """The leader ends it, or calls it off."""
    body = {"action": action, "round": round_number, **given(("reason",))}
    done = _("夜查已结束。") if action == "end" else _("夜查已取消。")
    return _tried(round_number, action, RecordType.ROUND, body, done)


@pages.get("/<round_number>/visit")
@needs(*GOERS)
def visit(round_number: str) -> Answer:
    """Which premises (`q`: name or credit code), then the form of the visit."""
    return _visit(round_number, request.args, {}, [])


@pages.post("/<round_number>/visit")
@needs(*GOERS)
def record_visit(round_number: str) -> Answer:
    """Record the visit; what the law does not allow comes back with its source."""
    raw = request.form
    shots, bad = photos.received(current_person(), _ROLES)
    if bad:
        return _visit(round_number, raw, bad, shots), 422
    body = {**visit_body(raw, raw.getlist("corrected")), "round": round_number}
    try:
        receipt = send(RecordType.VISIT, body, photos_of_findings(raw, shots))
    except Invalid as wrong:
        return _visit(round_number, raw, records.problems(wrong), shots), 422
    return _onward(receipt, _("检查走访已登记。"), round_number)


def _tried(round_number: str, name: str, kind: RecordType, body: Mapping[str, Any], done: str) -> Answer:
    try:
        receipt = send(kind, body)
    except Invalid as wrong:
        return _page(round_number, name, request.form, records.problems(wrong)), 422
    return _onward(receipt, done, round_number)


def _onward(receipt: Receipt, done: str, number: str | None = None) -> Answer:
    return onward(receipt, done, "rounds", number or receipt.number)


def _index(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person, now = current_person(), clock.now()
    with reading() as session:
        rows = queries.rounds_of_person(session, person.root_id, person.user_id, now - _SHOWN_AFTER)
        due = queries.rechecks(session, person.root_id, now + SOON, leader_id=person.user_id)
        areas = choices.areas(session, person, GOERS)
    return render_template(
        "field/rounds.html",
        rows=rows,
        due=due,
        areas=areas,
        typed=typed,
        chosen=request.form.getlist("grids"),
        errors=errors,
        names=names(2 + len(rows)),
        opened_at=records.now_text(),
        **words(),
    )


def _page(round_number: str, refused: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person = current_person()
    with reading() as session:
        night = _mine(session, person, round_number)
        visits = queries.visits_of(session, night.id)
        ids = [row.visit.id for row in visits]
        plan, tree = night.plan or {}, grids.tree(session)
        planned = [*plan.get("risk", ()), *plan.get("premises", {}).get("drawn", ())]
        context = {
            "visits": visits,
            "found": len(queries.findings_of(session, [row.visit.id for row in visits if not row.visit.voided_at])),
            "papers": queries.orders_of(session, ids),
            "seen": queries.seen(session, [night.id])[night.id],
            "planned": list(queries.premises_named(session, planned).values()),
            "visited": {row.visit.premises_id for row in visits if not row.visit.voided_at},
            "grids": [(tree.nodes[row.grid_id].code, choices.path_of(session, row.grid_id), row.checked_at)
                      for row in queries.grids_of(session, night.id) if row.grid_id in tree],
            "areas": choices.areas(session, person, GOERS),
            "members": squads.members(session, night.squad_id),
            "me": squads.of_user(session, night.squad_id, person.user_id),
            "leads": queries.leads(session, night, person.user_id),
            "code": queries.squad_code(session, night.squad_id),
            "fault": inspection_fault(night.inspection, service.present(session, night.squad_id), clock.now()),
        }  # fmt: skip
    return render_template(
        "field/round.html",
        round=night,
        state=state_of(night),
        refused=refused,
        typed=typed,
        errors=errors,
        agencies=list(Agency),
        names=names(8),
        opened_at=records.now_text(),
        **context,
        **words(),
    )


def _visit(round_number: str, typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]) -> str:
    person, asked = current_person(), typed.get("q", "").strip()[:100]
    with reading() as session:
        night = _mine(session, person, round_number)
        place = _place(session, person, typed.get("premises_id", ""))
        name = typed.get("premises_name", "").strip()[:200]
        context: dict[str, Any] = {
            "place": place,
            "name": name,
            "hits": [],
            "near": None,
            "checklists": [],
            "items": [],
            "open": [],
        }
        if place is None and not name:
            context |= _offered(session, asked, typed)
        if place is not None:
            every_id = service.ids_of(session, place)
            year = containing(PeriodKind.YEAR, clock.local_date(clock.now()))
            context["open"] = queries.open_findings(session, every_id)
            context["times"] = queries.inspections_between(session, every_id, year.start, year.end)
        if place is not None or name:
            kind, day = place.kind if place else None, clock.local_date(clock.now())
            context["checklists"] = queries.checklists(session, person.root_id, day, kind)
            chosen = next((one for one in context["checklists"] if str(one.id) == typed.get("checklist")), None)
            context["chosen"] = chosen or next(iter(context["checklists"]), None)
            context["items"] = queries.items_of(session, context["chosen"].id) if context["chosen"] else []
        fault = inspection_fault(night.inspection, service.present(session, night.squad_id), clock.now())
    return render_template(
        "field/round_visit.html",
        round=night,
        fault=fault,
        asked=asked,
        typed=typed,
        errors=errors,
        shots=shots,
        count=FINDINGS,
        roles=FINDING_ROLES,
        mended=request.form.getlist("corrected"),
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **context,
        **words(),
    )


def _offered(session: Session, asked: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Premises by name or code (`hits`), or around the phone (`near`: None where it told no place)."""
    here = records.place_of(typed)
    if asked:
        wanted = premises.PremisesFilter(text=asked)
        return {"hits": [(row, None) for row in premises.page(session, current_scope(), wanted, limit=_OFFERED)[0]]}
    if "location" not in here:
        return {}
    at = here["location"]
    found = premises.near(session, current_scope(), at["lon"], at["lat"], within_m=_NEAR_M, limit=_OFFERED)
    return {"near": _NEAR_M, "hits": found}


def _place(session: Session, person: Person, given: str) -> Premises | None:
    """Premises of the person's jurisdiction by id, or those they were merged into; NotFound for others."""
    if not given:
        return None
    try:
        wanted = row_id(given)
    except ValueError:
        raise NotFound("没有这个场所") from None
    wanted = premises.survivors(session, person.root_id).get(wanted, wanted)
    found = queries.premises_of_root(session, person.root_id, wanted)
    if found is None:
        raise NotFound("没有这个场所")
    return found


def _mine(session: Session, person: Person, round_number: str) -> Round:
    """A round the person is on; to others it is not there."""
    night = queries.round_named(session, person.root_id, round_number)
    if not queries.is_member(session, night, person.user_id) and not queries.leads(session, night, person.user_id):
        raise NotFound("没有这次夜查")
    return night
