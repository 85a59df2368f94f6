"""/desk/visits/<id>: one visit of a night round: findings, paper, photos; corrections; a finding becomes a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.cases.queries import lookups
from gridops.cases.service import from_finding
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Invalid
from gridops.core.fields import row_id
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.inspections import forms, queries, service
from gridops.inspections.forms import desk as desk_forms
from gridops.inspections.models import Visit
from gridops.inspections.rules import PLANNERS, Severity, Signed
from gridops.people import queries as people
from gridops.premises import queries as premises
from gridops.tasks.waking import wake
from gridops.web import choices, records
from gridops.web.desk import night_versions
from gridops.web.desk.common import REGISTRARS
from gridops.web.desk.joint import READERS, raw_version
from gridops.web.desk.penalties import arisen
from gridops.web.desk.rounds import words
from gridops.web.desk.trying import Tried, attempt
from gridops.web.desk.visit_form import finding_of_role, visit_body
from gridops.web.desk.visit_form import witness as seen_by
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_visits", __name__, url_prefix="/desk")

Answer = str | Response | tuple[str, int]


@pages.get("/visits/<int:visit_id>")
@needs(*READERS)
def show(visit_id: int) -> Answer:
    """One visit."""
    return _page(visit_id, Tried())


@pages.post("/visits/<int:visit_id>/witness")
@needs(*READERS)
def witness(visit_id: int) -> Answer:
    """The witness in clear; reading it is logged."""
    with transaction() as session:
        visit = queries.visit_in_sight(session, current_scope(), visit_id).visit
        clear = service.read_witness(session, current_person(), visit)
    return _page(visit_id, Tried(), clear)


@pages.post("/visits/<int:visit_id>/correct")
@needs(*PLANNERS)
def correct(visit_id: int) -> Answer:
    """Put it right, with the reason."""

    def done(session: Session, visit: Visit, raw: Mapping[str, str]) -> None:
        form = forms.correction_form({**raw, "witness": seen_by(raw)})
        service.correct_visit(session, current_person(), visit, form, version=raw_version(raw))

    return _tried(visit_id, "correct", done, _("已更正。"))


@pages.post("/visits/<int:visit_id>/finding")
@needs(*PLANNERS)
def add(visit_id: int) -> Answer:
    """Add a finding that was forgotten."""

    def done(session: Session, visit: Visit, raw: Mapping[str, str]) -> None:
        found = forms.finding({"text": raw.get("text"), "severity": raw.get("severity")})
        reason = desk_forms.words(raw, "reason")
        service.add_findings(session, current_person(), visit, [found], reason=reason, version=raw_version(raw))

    return _tried(visit_id, "finding", done, _("已补登问题。"))


@pages.post("/visits/<int:visit_id>/take-back")
@needs(*PLANNERS)
def take_back(visit_id: int) -> Answer:
    """Take back a finding recorded by mistake."""

    def done(session: Session, visit: Visit, raw: Mapping[str, str]) -> None:
        finding_id = desk_forms.one(raw, "finding", row_id)
        reason = desk_forms.words(raw, "reason")
        service.void_finding(session, current_person(), visit, finding_id, reason=reason, version=raw_version(raw))

    return _tried(visit_id, "take-back", done, _("已撤回问题。"))


@pages.post("/visits/<int:visit_id>/void")
@needs(*PLANNERS)
def void(visit_id: int) -> Answer:
    """Void it: recorded by mistake."""

    def done(session: Session, visit: Visit, raw: Mapping[str, str]) -> None:
        reason = desk_forms.words(raw, "reason")
        service.void_visit(session, current_person(), visit, reason=reason, version=raw_version(raw))

    return _tried(visit_id, "void", done, _("已作废。"))


@pages.post("/visits/<int:visit_id>/case")
@needs(*REGISTRARS)
def case(visit_id: int) -> Answer:
    """A finding becomes a case."""
    found: list[str] = []

    def done(session: Session, visit: Visit, raw: Mapping[str, str]) -> None:
        finding_id = desk_forms.one(raw, "finding", row_id)
        if queries.finding(session, finding_id)[1].id != visit.id:
            raise Invalid(("finding", "没有这个问题"))
        choice = choices.find(choices.classes(session, visit.root_id), raw.get("category", ""))
        if choice is None:
            raise Invalid(("category", "请选择类别"))
        grid = raw.get("grid", "").strip()[:60] or None
        made = from_finding(session, current_person(), finding_id, choice.code, kind=choice.kind, grid=grid)
        found.append(made.number)

    answer = _tried(visit_id, "case", done, _("已转为案件。"))
    if not found:
        return answer
    wake("figures.drain")
    return redirect(url_for("desk_case.show", number=found[0]))


@pages.get("/rounds/<round_number>/visit")
@needs(*PLANNERS)
def late(round_number: str) -> Answer:
    """A visit that nobody recorded that night: the form."""
    return _late_page(round_number, {}, {})


@pages.post("/rounds/<round_number>/visit")
@needs(*PLANNERS)
def add_late(round_number: str) -> Answer:
    """Record it afterwards, at the time it took place."""
    raw = request.form
    try:
        at = desk_forms.instant_of(raw, "visited_at")
        body = forms.parse_visit({**visit_body(raw), "round": round_number})
        with transaction() as session:
            queries.round_in_sight(session, current_scope(), round_number)
            visit_id = service.add_visit(session, current_person(), body, visited_at=at).id
    except Invalid as wrong:
        return _late_page(round_number, raw, records.problems(wrong)), 422
    except Closed as over:
        return _late_page(round_number, raw, {"version": str(over)}), 409
    flash(_("已补登检查走访。"), "good")
    return redirect(url_for(".show", visit_id=visit_id))


def _tried(visit_id: int, name: str, done: Callable[[Session, Visit, Mapping[str, str]], None], said: str) -> Answer:
    """Do what a form of the page asks; refused, the page comes back with it."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        done(session, queries.visit_in_sight(session, current_scope(), visit_id).visit, raw)

    return attempt(lambda tried: _page(visit_id, tried), name, act, said, url_for(".show", visit_id=visit_id))


def _pictures(uses: list[Use]) -> dict[str, Any]:
    """Pictures by the number of the finding they show, and all other uses."""
    shown: dict[int, list[Use]] = {}
    for use in uses:
        if use.picture and (number := finding_of_role(use.role)):
            shown.setdefault(number, []).append(use)
    beside = {use.id for each in shown.values() for use in each}
    return {"shown": shown, "others": [use for use in uses if use.id not in beside]}


def _page(visit_id: int, tried: Tried, witness: str | None = None) -> str:
    person = current_person()
    with reading() as session:
        row = queries.visit_in_sight(session, current_scope(), visit_id)
        visit = row.visit
        found = queries.all_findings(session, visit.id)
        place = premises.premises(session, visit.premises_id)
        assert place is not None, "a visit has its premises"
        numbers = {
            one.case_id: case.number for one in found if one.case_id and (case := lookups.case(session, one.case_id))
        }
        context = {
            "found": found,
            "paper": (paper := queries.orders_of(session, [visit.id]).get(visit.id)),
            "both": night_versions.of_visit(tried, visit, paper),
            "items": queries.items_of(session, visit.checklist_id) if visit.checklist_id else [],
            "mended": queries.mended_on(session, visit.id),
            "place": place,
            **_pictures(evidence.links_for(session, "visit", visit.id)),
            "who": people.names_of_users(session, [visit.user_id] if visit.user_id else []),
            "plans": people.may_at(session, person, PLANNERS, place.grid_id or place.root_id),
            "registers": not person.roles.isdisjoint(REGISTRARS),
            **arisen(session, person, visit_id=visit.id),
            "classes": choices.classes(session, person.root_id),
            "areas": choices.areas(session, person, REGISTRARS) if place.grid_id is None else [],
        }
    return render_template(
        "desk/visit.html",
        row=row,
        visit=visit,
        numbers=numbers,
        witness=witness,
        tried=tried,
        shows=shows,
        now_at=clock.now(),
        severities=list(Severity),
        signatures=list(Signed),
        **context,
        **words(),
    )


def _late_page(round_number: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        night = queries.round_in_sight(session, current_scope(), round_number)
    return render_template("desk/visit_new.html", round=night, typed=typed, errors=errors, **words())
