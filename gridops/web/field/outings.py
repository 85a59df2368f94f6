"""/field/outings: begin or join an outing, count, seizures and referrals, hand-overs, the end with its summary.

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
from gridops.intake.rules import RecordType
from gridops.intake.service import Receipt
from gridops.operations import queries
from gridops.operations.models import Outing
from gridops.operations.rules import GOERS, IncidentKind, TallyKind, below_zero, state_of
from gridops.people.rules import Person
from gridops.squads import queries as squads
from gridops.squads.rules import Agency
from gridops.web import photos, records
from gridops.web.desk.joint import words
from gridops.web.field.sending import given, names, onward, send
from gridops.web.guards import current_person, needs

pages = Blueprint("field_outings", __name__, url_prefix="/field/outings")

Answer = str | Response | tuple[str, int]
# What is over is shown for a day, to put late counts in.
_SHOWN_AFTER = timedelta(days=1)
_SIGNED = ("signature", "photo")
_LAST = 5


@pages.get("")
@needs(*GOERS)
def index() -> Answer:
    """My outings; join one by the leader's code; begin one of a campaign."""
    return _index({}, {})


@pages.post("/start")
@needs(*GOERS)
def start() -> Answer:
    """Begin an outing of a campaign, or one that was planned (`number`)."""
    given = {name: request.form.get(name, "") for name in ("campaign", "number", "grid")}
    body = {"action": "start", **given, "agencies": request.form.getlist("agencies") or None}
    try:
        receipt = send(RecordType.OUTING, body)
    except Invalid as wrong:
        return _index(request.form, records.problems(wrong)), 422
    return _onward(receipt, _("行动已开始。"))


@pages.get("/<outing_number>")
@needs(*GOERS)
def show(outing_number: str) -> Answer:
    """The board of counts, the squad, and what was recorded."""
    return _page(outing_number, "", {}, {})


@pages.post("/<outing_number>/tally")
@needs(*GOERS)
def tally(outing_number: str) -> Answer:
    """One more, or taken back."""
    kind, amount = request.form.get("kind", ""), request.form.get("amount", "")
    try:
        number = int(amount) if amount.lstrip("-").isdigit() and len(amount) < 8 else 0
        receipt = send(RecordType.TALLY, {"outing": outing_number, "kind": kind, "amount": number})
    except Invalid as wrong:
        return _page(outing_number, "tally", request.form, records.problems(wrong)), 422
    return _onward(receipt, _("已撤回。") if number < 0 else _("已记录。"), outing_number)


@pages.post("/<outing_number>/member")
@needs(*GOERS)
def member(outing_number: str) -> Answer:
    """Somebody of another body checks in on this phone, by name and certificate."""
    body = {"outing": outing_number, **given(("name", "agency", "certificate_no"))}
    try:
        receipt = send(RecordType.CHECK_IN, body)
    except Invalid as wrong:
        return _page(outing_number, "member", request.form, records.problems(wrong)), 422
    return _onward(receipt, _("已签到。"), outing_number)


@pages.post("/<outing_number>/leave")
@needs(*GOERS)
def leave(outing_number: str) -> Answer:
    """I leave before the end."""
    return _onward(send(RecordType.CHECK_IN, {"outing": outing_number, "out": True}), _("已离开。"), outing_number)


@pages.post("/<outing_number>/<any(end, cancel):action>")
@needs(*GOERS)
def over(outing_number: str, action: str) -> Answer:
    """The leader ends it with a summary, or calls it off."""
    body = {"action": action, "outing": outing_number, **given(("summary", "reason"))}
    try:
        receipt = send(RecordType.OUTING, body)
    except Invalid as wrong:
        return _page(outing_number, action, request.form, records.problems(wrong)), 422
    return _onward(receipt, _("行动已结束。") if action == "end" else _("行动已取消。"), outing_number)


@pages.get("/<outing_number>/incident")
@needs(*GOERS)
def incident(outing_number: str) -> Answer:
    """A seizure, an impounding, a preservation, a referral: the form with what the law asks."""
    return _incident(outing_number, {}, {}, [])


@pages.post("/<outing_number>/incident")
@needs(*GOERS)
def record_incident(outing_number: str) -> Answer:
    """Record it; what breaks the law comes back with the article."""
    shots, bad = photos.received(current_person(), _SIGNED)
    if bad:
        return _incident(outing_number, request.form, bad, shots), 422
    fields = (
        *("kind", "agency", "to_agency", "basis", "approver", "approved_at", "party", "decision_no", "letter_no"),
        *("items", "deadline"),
    )
    body: dict[str, Any] = {"outing": outing_number, **given(fields)}
    body["officers"] = [one.strip() for one in _list(request.form.get("officers", "")) if one.strip()] or None
    premises = {"name": request.form.get("premises_name", ""), "credit_code": request.form.get("credit_code", "")}
    body["premises"] = {name: value.strip() for name, value in premises.items() if value.strip()} or None
    try:
        receipt = send(RecordType.INCIDENT, body, shots)
    except Invalid as wrong:
        return _incident(outing_number, request.form, records.problems(wrong), shots), 422
    return _onward(receipt, _("事项已登记。"), outing_number)


@pages.get("/<outing_number>/handover")
@needs(*GOERS)
def handover(outing_number: str) -> Answer:
    """Something is handed over: what, to whom, signed on the glass or on paper."""
    return _handover(outing_number, {}, {}, [])


@pages.post("/<outing_number>/handover")
@needs(*GOERS)
def record_handover(outing_number: str) -> Answer:
    """Record the hand-over with its signature."""
    shots, bad = photos.received(current_person(), _SIGNED)
    if not bad and all(shot.role != "signature" for shot in shots):
        bad = {"photos": _("请接收人签名，或拍下签收单")}
    if bad:
        return _handover(outing_number, request.form, bad, shots), 422
    body = {"outing": outing_number, **given(("incident", "from_agency", "to_agency", "what", "receiver"))}
    try:
        receipt = send(RecordType.HANDOVER, body, shots)
    except Invalid as wrong:
        return _handover(outing_number, request.form, records.problems(wrong), shots), 422
    return _onward(receipt, _("移交已登记。"), outing_number)


def _onward(receipt: Receipt, done: str, number: str | None = None) -> Answer:
    return onward(receipt, done, "outings", number or receipt.number)


def _list(text: str) -> list[str]:
    return text.replace("；", ";").split(";")


def _index(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person, now = current_person(), clock.now()
    with reading() as session:
        rows = queries.outings_of_person(session, person.root_id, person.user_id, now - _SHOWN_AFTER)
        campaigns = queries.campaigns_on(session, person.root_id, clock.local_date(now))
    return render_template(
        "field/outings.html",
        rows=rows,
        campaigns=campaigns,
        typed=typed,
        chosen=request.form.getlist("agencies"),
        errors=errors,
        agencies=list(Agency),
        names=names(1 + 1 + len(rows)),
        opened_at=records.now_text(),
        **words(),
    )


def _page(outing_number: str, refused: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person = current_person()
    with reading() as session:
        outing = _mine(session, person, outing_number)
        campaign = queries.names(session, [outing.campaign_id])[outing.campaign_id]
        sums = queries.tally_sums(session, [outing.id]).get(outing.id, {})
        mine = [row for row in queries.additions(session, outing.id) if row.user_id == person.user_id]
        incidents = queries.incidents_of(session, [outing.id])
        handovers = queries.handovers_of(session, [outing.id])
        members = squads.members(session, outing.squad_id)
        leads = queries.leads(session, outing, person.user_id)
        squad = squads.squad(session, outing.squad_id)
    return render_template(
        "field/outing.html",
        outing=outing,
        state=state_of(outing),
        campaign=campaign,
        sums=sums,
        negative=below_zero(sums),
        last=mine[:_LAST],
        incidents=incidents,
        handovers=handovers,
        members=members,
        leads=leads,
        code=squad.code if squad else "",
        refused=refused,
        typed=typed,
        errors=errors,
        agencies=list(Agency),
        names=names(len(TallyKind) * 2 + _LAST + 5),
        opened_at=records.now_text(),
        **words(),
    )


def _incident(
    outing_number: str, typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]
) -> str:
    with reading() as session:
        outing = _mine(session, current_person(), outing_number)
    return render_template(
        "field/outing_incident.html",
        outing=outing,
        typed=typed,
        errors=errors,
        shots=shots,
        kinds=list(IncidentKind),
        agencies=list(Agency),
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **words(),
    )


def _handover(
    outing_number: str, typed: Mapping[str, str], errors: Mapping[str, str], shots: list[photos.Photo]
) -> str:
    with reading() as session:
        outing = _mine(session, current_person(), outing_number)
        incidents = [row for row in queries.incidents_of(session, [outing.id]) if row.incident.record_id]
    return render_template(
        "field/outing_handover.html",
        outing=outing,
        incidents=incidents,
        typed=typed,
        errors=errors,
        shots=shots,
        agencies=list(Agency),
        record_id=typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **words(),
    )


def _mine(session: Session, person: Person, outing_number: str) -> Outing:
    """An outing the person is on; to others it is not there."""
    outing = queries.outing_named(session, person.root_id, outing_number)
    if squads.of_user(session, outing.squad_id, person.user_id) is None and not queries.leads(
        session, outing, person.user_id
    ):
        raise NotFound("没有这次行动")
    return outing
