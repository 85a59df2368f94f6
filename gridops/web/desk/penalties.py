"""/desk/penalties: the list, proceedings to open, and one penalty step by step with what the law still asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock, masking
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid
from gridops.core.ids import uuid7
from gridops.core.periods import Period, PeriodKind, parse
from gridops.inspections import queries as inspections
from gridops.intake.queries.outgoing import PENALTIES
from gridops.operations import queries as operations
from gridops.penalties import forms, queries, service
from gridops.penalties.forms.desk import version_of
from gridops.penalties.models import Penalty
from gridops.penalties.rules import (
    ACT_NAMES,
    KIND_NAMES,
    PARTY_NAMES,
    READERS,
    STAGE_NAMES,
    WORKERS,
    Act,
    PartyKind,
    PenaltyKind,
    Stage,
    balance,
    days_late,
    due,
)
from gridops.people import queries as people
from gridops.people.rules import Person, Role
from gridops.web import choices, list_files, records
from gridops.web.desk.joint import READERS as AT_DESK
from gridops.web.desk.joint import place, turning
from gridops.web.desk.trying import Tried
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.own_notices import count_unread

pages = Blueprint("desk_penalties", __name__, url_prefix="/desk/penalties")

Answer = str | Response | tuple[str, int]
_OPENERS = tuple(sorted(WORKERS))
_MAKERS = (*_OPENERS, Role.APPROVER)


@dataclass(frozen=True, slots=True)
class Step:
    """An act of the page: its form, and the verb it goes to."""

    form: Callable[[Mapping[str, object]], Any]
    verb: Callable[[Session, Person, Penalty, Any, int], Any]


STEPS: dict[Act, Step] = {
    Act.TELL: Step(forms.tell_form, service.tell),
    Act.WAIVE: Step(forms.waive_form, service.waive),
    Act.DECIDE: Step(forms.decide_form, service.decide),
    Act.SERVE: Step(forms.serve_form, service.serve),
    Act.PAY: Step(forms.pay_form, service.pay),
    Act.UNPAY: Step(forms.unpay_form, service.unpay),
    Act.CHANGE: Step(forms.change_form, service.change),
    Act.REVOKE: Step(forms.revoke_form, service.revoke),
    Act.REMEDY: Step(forms.remedy_form, service.remedy),
    Act.DEFER: Step(forms.defer_form, service.defer),
    Act.CONCLUDE: Step(forms.conclude_form, service.conclude),
}


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The penalties in sight, newest first."""
    kept, month, wanted = _asked()
    after = place(request.args.get("after"))
    with reading() as session:
        page = queries.penalty_page(session, current_scope(), wanted, after=after)
        count_unread(session)
    return render_template(
        "desk/penalties.html",
        page=page,
        kept=kept,
        month=month,
        opens=not current_person().roles.isdisjoint(_OPENERS),
        csv_url=url_for(".export", **kept),
        **turning(kept, after, page.next),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*READERS)
def export() -> Answer:
    """The list as it is narrowed, as a file; people in it are masked."""
    kept, _month_of, wanted = _asked()
    with reading() as session:
        page_of = partial(queries.penalty_page, session, current_scope(), wanted)
        ids = [row.penalty.id for row in list_files.all_rows(page_of)]
        return list_files.of_records(session, PENALTIES, current_person().root_id, ids, kept)


def _asked() -> tuple[dict[str, Any], Period | None, queries.Wanted]:
    """What the list is narrowed to: as an address keeps it, its month, and for the query."""
    kept: dict[str, Any] = {
        name: text for name in ("stage", "own", "kind", "month", "q") if (text := request.args.get(name, "")[:60])
    }
    month = _month(kept.get("month"))
    wanted = queries.Wanted(
        stage=Stage(kept["stage"]) if kept.get("stage") in set(Stage) else None,
        own={"yes": True, "no": False}.get(kept.get("own", "")),
        kind=PenaltyKind(kept["kind"]) if kept.get("kind") in set(PenaltyKind) else None,
        since=month.start if month else None,
        until=month.end if month else None,
        text=kept.get("q", "").strip(),
    )
    return kept, month, wanted


@pages.get("/new")
@needs(*_OPENERS)
def new() -> Answer:
    """An empty form; with `visit` or `incident`, for what was found there."""
    return _new_page({name: request.args.get(name, "")[:20] for name in ("visit_id", "incident_id")}, {})


@pages.post("/new")
@needs(*_OPENERS)
def open_one() -> Answer:
    """Open proceedings."""
    try:
        form = forms.open_form(request.form)
        with transaction() as session:
            if form.visit_id is not None:
                inspections.visit_in_sight(session, current_scope(), form.visit_id)
            if form.incident_id is not None:
                operations.incident_in_sight(session, current_scope(), form.incident_id)
            made = service.open_proceedings(session, current_person(), form).id
    except Invalid as wrong:
        return _new_page(request.form, records.problems(wrong)), 422
    flash(_("已立案查处。"), "good")
    return redirect(url_for(".show", penalty_id=made))


@pages.get("/<int:penalty_id>")
@needs(*READERS)
def show(penalty_id: int) -> Answer:
    """One penalty; a natural person is masked."""
    return _page(penalty_id, Tried())


@pages.post("/<int:penalty_id>/read")
@needs(*READERS)
def read(penalty_id: int) -> Answer:
    """The same with the person in clear; who read it is kept."""
    with transaction() as session:
        row = queries.penalty_in_sight(session, current_scope(), penalty_id)
        party = service.read_party(session, current_person(), row.penalty)
    return _page(penalty_id, Tried(), party)


@pages.post("/<int:penalty_id>/replace")
@needs(*_MAKERS)
def replace(penalty_id: int) -> Answer:
    """Annul a decision and decide anew; the new one opens."""
    made: list[int] = []

    def done(session: Session, row: Penalty) -> None:
        raw = _raw()
        reason = forms.waive_form(raw).reason
        anew = service.replace(session, current_person(), row, forms.decide_form(raw), reason, version_of(raw))
        made.append(anew.id)

    return _tried(penalty_id, Act.REPLACE, done) or redirect(url_for(".show", penalty_id=made[0]))


@pages.post(f"/<int:penalty_id>/<any({', '.join(STEPS)}):step>")
@needs(*_MAKERS)
def make(penalty_id: int, step: str) -> Answer:
    """Make one of the acts."""

    def done(session: Session, row: Penalty) -> None:
        raw, act = _raw(), STEPS[Act(step)]
        act.verb(session, current_person(), row, act.form(raw), version_of(raw))

    return _tried(penalty_id, Act(step), done) or redirect(url_for(".show", penalty_id=penalty_id))


def arisen(session: Session, person: Person, *, visit_id: int = 0, incident_id: int = 0) -> dict[str, Any]:
    """For the page of a visit or incident: the penalties from it, for who reads them, and whether to offer opening."""
    if person.roles.isdisjoint(READERS):
        return {"penalties": [], "penalises": False}
    found = queries.of_visits(session, [visit_id]) if visit_id else queries.of_incidents(session, [incident_id])
    return {"penalties": found, "penalises": not person.roles.isdisjoint(_OPENERS)}


def words() -> dict[str, Any]:
    """What the pages of penalties say by name."""
    return {
        "act_names": ACT_NAMES,
        "stage_names": STAGE_NAMES,
        "kind_names": KIND_NAMES,
        "party_names": PARTY_NAMES,
        "party_of": _party_of,
        "balance": balance,
        "days_late": days_late,
        "due": due,
        "masked_number": masking.number,
        "local_input": lambda at: f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else "",
    }


def _party_of(row: Penalty) -> str:
    """A party as pages show it: a natural person is masked."""
    return masking.name(row.party) if row.party_kind is PartyKind.PERSON else row.party


def _raw() -> dict[str, object]:
    """What was sent, the kinds as a list."""
    return {**request.form.to_dict(), "kinds": request.form.getlist("kinds")}


def _tried(penalty_id: int, act: Act, done: Callable[[Session, Penalty], None]) -> Answer | None:
    """Do what a form asks; refused, the page comes back with it."""
    try:
        with transaction() as session:
            done(session, queries.penalty_in_sight(session, current_scope(), penalty_id).penalty)
    except Invalid as wrong:
        return _page(penalty_id, Tried(act, request.form, records.problems(wrong))), 422
    except (Conflict, Closed) as refused:
        return _page(penalty_id, Tried(act, request.form, {"version": str(refused)})), 409
    flash(_("已办理：%(act)s", act=_(ACT_NAMES[act])), "good")
    return None


def _page(penalty_id: int, tried: Tried, party: str | None = None) -> str:
    person, now = current_person(), clock.now()
    with reading() as session:
        row = queries.penalty_in_sight(session, current_scope(), penalty_id)
        found = service.look(session, row.penalty, now)
        offered = service.offered(session, person, row.penalty)
        users = {event.actor_id for event in found.events if event.actor_id is not None}
        names = people.names_of_users(session, users)
        grid = choices.path_of(session, row.penalty.grid_id) if row.penalty.grid_id else ""
        bases = (
            queries.bases(session, person.root_id, clock.local_date(now))
            if {Act.DECIDE, Act.REPLACE} & {*offered}
            else []
        )
        anew = queries.replacing(session, penalty_id)
    return render_template(
        "desk/penalty.html",
        row=row,
        penalty=row.penalty,
        found=found,
        offered=offered,
        chosen=request.form.getlist("kinds"),
        names=names,
        grid=grid,
        bases=bases,
        anew=anew,
        at_desk=not person.roles.isdisjoint(AT_DESK),
        tried=tried,
        party=party,
        steps=_steps(row, found),
        **words(),
    )


def _steps(row: queries.PenaltyRow, found: service.Look) -> list[tuple[str, Any]]:
    """The stepper: (word, when it was done or None). On the spot nobody is told apart; a waiver ends it."""
    it = row.penalty
    if it.waived_at is not None:
        return [("立案查处", it.opened_at), ("不予处罚", it.waived_at), ("处罚结案", it.concluded_at)]
    told = [] if it.simple else [("告知", it.told_rights_at)]
    payments = [one.paid_at for one in found.payments if one.voided_at is None]
    done = it.served_at is not None and found.balance.outstanding == 0
    return [
        ("立案查处", it.opened_at),
        *told,
        ("决定", it.decided_at),
        ("送达", it.served_at),
        ("履行", max(payments, default=it.served_at) if done else None),
        ("处罚结案", it.concluded_at),
    ]


def _new_page(typed: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    person = current_person()
    with reading() as session:
        bases = queries.bases(session, person.root_id, clock.local_date(clock.now()))
        grids = choices.areas(session, person, _OPENERS)
    return render_template(
        "desk/penalty_new.html",
        typed=typed,
        errors=errors,
        bases=bases,
        grids=grids,
        parties=list(PartyKind),
        once=typed.get("once") or str(uuid7()),
        now_input=f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}",
        **words(),
    )


def _month(label: str | None) -> Period | None:
    """The month of an address; Invalid for what is none."""
    if not label:
        return None
    try:
        found = parse(label)
    except (ValueError, Invalid):
        raise Invalid(("month", "无法识别的月份")) from None
    if found.kind is not PeriodKind.MONTH:
        raise Invalid(("month", "无法识别的月份"))
    return found
