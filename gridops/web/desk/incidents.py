"""/desk/incidents: what was seized, impounded, preserved, referred; what each still needs; receipt, answer, end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.evidence import queries as evidence
from gridops.intake.queries.outgoing import INCIDENTS
from gridops.operations import forms, queries, service
from gridops.operations.forms import desk as desk_forms
from gridops.operations.models import Incident
from gridops.operations.rules import COERCIVE, PLANNERS, TAKING, IncidentKind
from gridops.people import queries as people
from gridops.people.rules import Person
from gridops.squads.rules import Agency
from gridops.web import list_files, records
from gridops.web.desk.joint import READERS, place, raw_version, turning, words
from gridops.web.desk.penalties import arisen
from gridops.web.desk.trying import Tried, attempt
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.own_notices import count_unread

pages = Blueprint("desk_incidents", __name__, url_prefix="/desk/incidents")

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is noted about an incident later: kinds it is for, its verb, what is said once done."""

    kinds: frozenset[IncidentKind]
    act: Callable[[Session, Person, Incident, Mapping[str, str], int], None]
    said: str


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The incidents in sight, newest first; narrowed to a kind, or to those past their deadline."""
    kept, wanted = _asked()
    after = place(request.args.get("after"))
    with reading() as session:
        page = queries.incident_page(session, current_scope(), wanted, after=after)
        count_unread(session)
    return render_template(
        "desk/incidents.html",
        page=page,
        kept=kept,
        plans=not current_person().roles.isdisjoint(PLANNERS),
        csv_url=url_for(".export", **kept),
        **turning(kept, after, page.next),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*READERS)
def export() -> Answer:
    """The list as it is narrowed, as a file; people in it are masked."""
    kept, wanted = _asked()
    with reading() as session:
        page_of = partial(queries.incident_page, session, current_scope(), wanted)
        ids = [row.incident.id for row in list_files.all_rows(page_of)]
        return list_files.of_records(session, INCIDENTS, current_person().root_id, ids, kept)


def _asked() -> tuple[dict[str, Any], queries.IncidentsWanted]:
    """What the list is narrowed to: as an address keeps it, and for the query."""
    kept: dict[str, Any] = {name: value for name in ("kind", "late") if (value := request.args.get(name, "")[:20])}
    kind = kept.get("kind")
    known = IncidentKind(kind) if kind in set(IncidentKind) else None
    return kept, queries.IncidentsWanted(known, bool(kept.get("late")), clock.now())


@pages.get("/new")
@needs(*PLANNERS)
def new() -> Answer:
    """An empty form; with `instead`, filled with what a voided one said."""
    typed: dict[str, Any] = {"outing": request.args.get("outing", "")[:40], "kind": request.args.get("kind", "")[:20]}
    instead = request.args.get("instead", "")
    if instead.isascii() and instead.isdigit():
        with transaction() as session:
            row = queries.incident_in_sight(session, current_scope(), row_id(instead))
            # Filling the form shows the party in clear, which is a reading like any other.
            typed = _typed(row, service.read_party(session, current_person(), row.incident))
    return _form(typed, {})


@pages.post("/new")
@needs(*PLANNERS)
def record() -> Answer:
    """Record an incident at the desk, by the same musts as on the phone."""
    raw = request.form
    try:
        happened = desk_forms.instant_of(raw, "happened_at")
        body = forms.parse_incident(_body(raw), "")
        with transaction() as session:
            person = current_person()
            outing = queries.outing_in_sight(session, current_scope(), body.outing) if body.outing else None
            replaced = (
                queries.incident_in_sight(session, current_scope(), row_id(raw["instead"])).incident
                if raw.get("instead")
                else None
            )
            made = service.add_incident(session, person, body, outing, happened_at=happened, replaces=replaced).id
    except Invalid as wrong:
        return _form(raw, records.problems(wrong)), 422
    flash(_("事项已登记。"), "good")
    return redirect(url_for(".show", incident_id=made))


@pages.get("/<int:incident_id>")
@needs(*READERS)
def show(incident_id: int) -> Answer:
    """One incident; the party is masked."""
    return _page(incident_id, Tried())


@pages.post("/<int:incident_id>/read")
@needs(*READERS)
def read(incident_id: int) -> Answer:
    """The same with the party in clear; who read it is kept."""
    with transaction() as session:
        row = queries.incident_in_sight(session, current_scope(), incident_id)
        party = service.read_party(session, current_person(), row.incident)
    return _page(incident_id, Tried(), party)


@pages.post("/<int:incident_id>/<any(receipt, answer, decision, prolong, lift, void):step>")
@needs(*PLANNERS)
def note(incident_id: int, step: str) -> Answer:
    """Note what became of it."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        row = queries.incident_in_sight(session, current_scope(), incident_id)
        STEPS[step].act(session, current_person(), row.incident, raw, raw_version(raw))

    back = url_for(".show", incident_id=incident_id)
    return attempt(lambda tried: _page(incident_id, tried), step, act, _(STEPS[step].said), back)


def _receipt(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    receipt, letter = desk_forms.words(raw, "receipt", longest=200), raw.get("letter_no", "").strip()[:80]
    service.note_receipt(session, person, row, receipt, letter or None, _at(raw), version)


def _answer(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    service.note_answer(session, person, row, desk_forms.words(raw, "answer", longest=2000), _at(raw), version)


def _decision(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    service.note_decision_no(session, person, row, desk_forms.words(raw, "decision_no", longest=80), version)


def _prolong(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    service.prolong(session, person, row, forms.prolonging_form(raw), version)


def _lift(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    service.lift(session, person, row, desk_forms.words(raw, "lift_note"), _at(raw), version)


def _void(session: Session, person: Person, row: Incident, raw: Mapping[str, str], version: int) -> None:
    service.void_incident(session, person, row, desk_forms.words(raw, "reason"), version)


STEPS = {
    "receipt": Step(frozenset({IncidentKind.REFERRED}), _receipt, "回执已登记。"),
    "answer": Step(frozenset({IncidentKind.REFERRED}), _answer, "反馈已登记。"),
    "decision": Step(COERCIVE, _decision, "决定书文号已登记。"),
    "prolong": Step(COERCIVE, _prolong, "期限已延长。"),
    "lift": Step(TAKING, _lift, "已登记解除。"),
    "void": Step(frozenset(IncidentKind), _void, "事项已作废。"),
}


def _page(incident_id: int, tried: Tried, party: str | None = None) -> str:
    person = current_person()
    with reading() as session:
        row = queries.incident_in_sight(session, current_scope(), incident_id)
        plans = people.may_at(session, person, PLANNERS, queries.grid_of(session, row.incident))
        handovers = queries.handovers_of_incident(session, incident_id)
        uses = evidence.links_for(session, "incident", incident_id)
        names = people.names_of_users(session, [user for user in (row.incident.user_id,) if user])
        penal = arisen(session, person, incident_id=incident_id)
    return render_template(
        "desk/incident.html",
        row=row,
        incident=row.incident,
        plans=plans,
        steps=[name for name, step in STEPS.items() if plans and _open(row.incident, name, step)],
        handovers=handovers,
        uses=uses,
        shows=shows,
        names=names,
        tried=tried,
        party=party,
        **penal,
        **words(),
    )


def _open(incident: Incident, name: str, step: Step) -> bool:
    """Whether a step is still to be made."""
    done = {
        "receipt": incident.received_at is not None,
        "answer": incident.answered_at is not None,
        "decision": bool(incident.decision_no),
        "prolong": incident.prolonged_at is not None or incident.lifted_at is not None,
        "lift": incident.lifted_at is not None,
        "void": False,
    }
    return incident.voided_at is None and incident.kind in step.kinds and not done[name]


def _form(typed: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    return render_template(
        "desk/incident_new.html", typed=typed, errors=errors, kinds=list(IncidentKind), agencies=list(Agency), **words()
    )


def _body(raw: Mapping[str, str]) -> dict[str, Any]:
    """The form as the body of a record."""
    own = {"csrf_token", "happened_at", "premises_name", "credit_code", "instead"}
    body: dict[str, Any] = {name: value for name, value in raw.items() if name not in own and value.strip()}
    premises = {"name": raw.get("premises_name", ""), "credit_code": raw.get("credit_code", "")}
    if any(value.strip() for value in premises.values()):
        body["premises"] = premises
    return body


def _typed(row: queries.IncidentRow, party: str) -> dict[str, Any]:
    """What an incident says, as the form has it."""
    incident = row.incident
    given = (
        "kind",
        "agency",
        "to_agency",
        "basis",
        "approver",
        "decision_no",
        "letter_no",
        "items",
        "signed",
        "witness",
    )
    officers = ";".join(
        f"{kept['name']}@{kept['agency']}#{kept['certificate_no'] or ''}".rstrip("#") for kept in incident.officers
    )
    times = ("happened_at", "approved_at", "deadline")
    return {
        **{name: getattr(incident, name) or "" for name in given},
        **{name: _local(getattr(incident, name)) for name in times},
        "officers": officers,
        "party": party,
        "outing": row.outing_number or "",
        "premises_name": row.premises or "",
        "instead": incident.id,
    }


def _local(at: datetime | None) -> str:
    return f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else ""


def _at(raw: Mapping[str, str]) -> datetime:
    """When it was, now where nothing is said."""
    return desk_forms.instant_of(raw, "at") if raw.get("at", "").strip() else clock.now()
