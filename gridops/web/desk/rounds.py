"""/desk/rounds: night rounds as a list and a calendar, re-inspections due; plan one; one round and what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock, masking
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.core.fields import text, whole
from gridops.core.periods import Period
from gridops.inspections import forms, queries, service
from gridops.inspections.forms import desk as desk_forms
from gridops.inspections.forms.records import MAX_GROUPS
from gridops.inspections.models import Finding, Order, Round, Visit
from gridops.inspections.rules import (
    DUTY_LEADERS,
    ORDER_NAMES,
    PLANNERS,
    ROUND_STATE_NAMES,
    SEVERITY_NAMES,
    SIGNED_NAMES,
    VISIT_NAMES,
    RoundState,
    held,
    overdue,
    state_of,
)
from gridops.intake.queries.outgoing import ROUNDS
from gridops.people import queries as people
from gridops.people.queries import Scope
from gridops.people.queries.lately import Lately, reads_from
from gridops.people.rules import Person, Role
from gridops.premises.models import Premises
from gridops.premises.rules import KIND_NAMES, RISK_NAMES
from gridops.squads import queries as squads
from gridops.squads.forms import people as named_people
from gridops.squads.rules import AGENCY_NAMES, FILMED
from gridops.web import choices, list_files, records
from gridops.web.desk import columns, night_versions
from gridops.web.desk.joint import READERS, place, raw_version, turning, written
from gridops.web.desk.months import narrowed, weeks
from gridops.web.desk.trying import Tried, attempt
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.language import chosen_language
from gridops.web.own_notices import count_unread

pages = Blueprint("desk_rounds", __name__, url_prefix="/desk/rounds")

Answer = str | Response | tuple[str, int]
_PAGE = 50
_BY_DAY = 400
# Re-inspections shown above the list, and as far as they are counted.
_FIRST_DUE, _MOST_DUE = 10, 500
_FILTERS = ("state", "theme", "month", "view")
# Re-inspections are shown this long before they are owed.
SOON = timedelta(days=3)


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The rounds in sight, newest first; with `view=calendar` those of a month by day."""
    scope, root_id = current_scope(), current_person().root_id
    kept, month, wanted = _asked()
    by_day = kept.get("view") == "calendar"
    after = place(request.args.get("after"))
    with reading() as session:
        page = queries.round_page(session, scope, wanted, after=after, limit=_BY_DAY if by_day else _PAGE)
        seen = queries.seen(session, [row.round.id for row in page.rows])
        heads = squads.heads(session, [row.round.squad_id for row in page.rows])
        due = None if after else _due.get(f"{scope.sight} {chosen_language()}", lambda: _first_due(session, scope))
        themes = _themes.get(str(root_id), lambda: queries.themes(session, root_id))
        count_unread(session)
    return render_template(
        "desk/rounds.html",
        page=page,
        seen=seen,
        heads=heads,
        due=due,
        themes=themes,
        kept=kept,
        month=month,
        weeks=weeks(month, page.rows) if by_day and month else None,
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
    kept, _month, wanted = _asked()
    with reading() as session:
        page_of = partial(queries.round_page, session, current_scope(), wanted)
        ids = [row.round.id for row in list_files.all_rows(page_of)]
        return list_files.of_records(session, ROUNDS, current_person().root_id, ids, kept)


def _asked() -> tuple[dict[str, Any], Period | None, queries.Wanted]:
    """What the list is narrowed to: as an address keeps it, its month, and for the query."""
    kept, month = narrowed(_FILTERS)
    state = kept.get("state")
    wanted = queries.Wanted(
        RoundState(state) if state in set(RoundState) else None,
        kept.get("theme", ""),
        month.start if month else None,
        month.end if month else None,
    )
    return kept, month, wanted


@pages.get("/rechecks")
@needs(*READERS)
def rechecks() -> Answer:
    """All re-inspections owed, or soon to be, the earliest deadline first."""
    after = place(request.args.get("after"))
    with reading() as session:
        due, following = _owed(session, after=after, limit=_PAGE)
    return render_template(
        "desk/rechecks.html",
        due=due,
        csv_url=url_for(".rechecks_file"),
        next_url=url_for(".rechecks", after=written(following)) if following else None,
        first_url=url_for(".rechecks") if after else None,
        **words(),
    )


@pages.get("/rechecks.csv")
@pages.get("/rechecks.xlsx", endpoint="rechecks_workbook")
@needs(*READERS)
def rechecks_file() -> Answer:
    """All re-inspections owed, or soon to be, as a file."""
    with reading() as session:
        found = list_files.all_rows(partial(_owed, session))
        return list_files.of_rows("rechecks", columns.RECHECKS, found, {})


def _owed(
    session: Session, *, after: tuple[datetime, int] | None, limit: int
) -> tuple[list[queries.Recheck], tuple[datetime, int] | None]:
    """A page of re-inspections owed, or soon to be, and where the next begins."""
    until = clock.now() + SOON
    root_id, scope = current_person().root_id, current_scope()
    found = queries.rechecks(session, root_id, until, scope=scope, after=after, limit=limit + 1)
    last = found[limit - 1].order if len(found) > limit else None
    return found[:limit], (last.due_at, last.id) if last and last.due_at else None


@pages.get("/new")
@needs(*PLANNERS)
def new() -> Answer:
    """An empty plan."""
    return _plan_page({"groups": "1"}, {})


@pages.post("/new")
@needs(*PLANNERS)
def plan() -> Answer:
    """Plan a round: premises by risk and by draw, officers by draw."""
    raw = {**request.form.to_dict(), "grids": request.form.getlist("grids")}
    try:
        form = forms.plan_form(raw)
        with transaction() as session:
            number = service.plan_round(session, current_person(), form).number
    except Invalid as wrong:
        return _plan_page(request.form, records.problems(wrong)), 422
    flash(_("已计划：%(number)s", number=number), "good")
    return redirect(url_for(".show", round_number=number))


@pages.get("/<round_number>")
@needs(*READERS)
def show(round_number: str) -> Answer:
    """One round."""
    return _page(round_number, Tried())


@pages.post("/<round_number>/end")
@needs(*READERS)
def end(round_number: str) -> Answer:
    """End it, with the reason where its leader did not."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        reason = raw.get("reason", "").strip()[:500] or None
        at = _at(raw, "ended_at")
        service.end_round(session, current_person(), night, at, reason=reason, version=raw_version(raw))

    return _tried(round_number, "end", done, _("夜查已结束。"))


@pages.post("/<round_number>/cancel")
@needs(*READERS)
def cancel(round_number: str) -> Answer:
    """Call it off."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        reason = desk_forms.words(raw, "reason")
        service.cancel_round(session, current_person(), night, reason, version=raw_version(raw))

    return _tried(round_number, "cancel", done, _("夜查已取消。"))


@pages.post("/<round_number>/correct")
@needs(*PLANNERS)
def correct(round_number: str) -> Answer:
    """Put its theme, groups or approval right."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        service.correct_round(
            session,
            current_person(),
            night,
            theme=desk_forms.one(raw, "theme", text(60)),
            groups=desk_forms.one(raw, "groups", whole(1, MAX_GROUPS)),
            approval=raw.get("approval", "").strip()[:200] or None,
            reason=desk_forms.words(raw, "reason"),
            version=raw_version(raw),
        )

    return _tried(round_number, "correct", done, _("已更正。"))


@pages.post("/<round_number>/plan")
@needs(*PLANNERS)
def replan(round_number: str) -> Answer:
    """Change the plan before the round begins."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        service.change_plan(session, current_person(), night, forms.replan_form(raw), version=raw_version(raw))

    return _tried(round_number, "plan", done, _("计划已更改。"))


@pages.post("/<round_number>/people")
@needs(*PLANNERS)
def check_in(round_number: str) -> Answer:
    """Note people who were there and had not checked in."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        service.add_people(session, current_person(), night, desk_forms.one(raw, "people", named_people))

    return _tried(round_number, "people", done, _("人员已补登。"))


@pages.post("/<round_number>/grids")
@needs(*PLANNERS)
def grids_seen(round_number: str) -> Answer:
    """Note grids that were seen and had not been told."""

    def done(session: Session, night: Round, raw: Mapping[str, str]) -> None:
        codes = request.form.getlist("grids")[:200]
        if not codes:
            raise Invalid(("grids", "请选择网格"))
        service.grids_checked(session, current_person(), night, codes, _at(raw, "checked_at"))

    return _tried(round_number, "grids", done, _("已登记查过的网格。"))


# What stands beside the list, not looked up for each page (see `people.queries.lately`).
_due: Lately[Markup] = Lately()
_themes: Lately[list[str]] = Lately()
reads_from(Round, Visit, Finding, Order, Premises)


def _first_due(session: Session, scope: Scope) -> Markup:
    """The first re-inspections owed, or soon to be, drawn; and how many there are."""
    until = clock.now() + SOON
    due = queries.rechecks(session, scope.root_id, until, scope=scope, limit=_FIRST_DUE)
    owed = len(due)
    if owed == _FIRST_DUE:
        owed = queries.rechecks_owed(session, scope.root_id, until, scope, _MOST_DUE + 1)
    said = f"{_MOST_DUE}+" if owed > _MOST_DUE else owed
    return Markup(render_template("desk/_due.html", due=due, owed=said, more=owed > len(due), **words()))  # noqa: S704


def words() -> dict[str, Any]:
    """What the pages of night rounds say by name."""
    return {
        "state_names": ROUND_STATE_NAMES,
        "visit_names": VISIT_NAMES,
        "order_names": ORDER_NAMES,
        "signed_names": SIGNED_NAMES,
        "filmed": FILMED,
        "severity_names": SEVERITY_NAMES,
        "agency_names": AGENCY_NAMES,
        "kind_names": KIND_NAMES,
        "risk_names": RISK_NAMES,
        "overdue": overdue,
        "masked": masking.name,
        "masked_number": masking.number,
        "local_input": lambda at: f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else "",
    }


def _tried(
    round_number: str, name: str, done: Callable[[Session, Round, Mapping[str, str]], None], said: str
) -> Answer:
    """Do what a form of the page asks; refused, the page comes back with it."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        done(session, queries.round_in_sight(session, current_scope(), round_number), raw)

    back = url_for(".show", round_number=round_number)
    return attempt(lambda tried: _page(round_number, tried), name, act, said, back)


def _page(round_number: str, tried: Tried) -> str:
    person, scope, now = current_person(), current_scope(), clock.now()
    with reading() as session:
        night = queries.round_in_sight(session, scope, round_number)
        visits = queries.visits_of(session, night.id, scope)
        ids = [row.visit.id for row in visits]
        seen = queries.seen(session, [night.id])[night.id]
        drawn = (night.plan or {}).get("premises", {})
        planned = [*(night.plan or {}).get("risk", ()), *drawn.get("population", ())]
        officers = (night.plan or {}).get("officers", {})
        plans = _may(session, person, PLANNERS, night)
        users = {night.leader_id, night.ended_by, *officers.get("population", ())} - {None}
        context = {
            "visits": visits,
            "findings": _by_visit(queries.findings_of(session, ids)),
            "papers": queries.orders_of(session, ids),
            "due": queries.rechecks(session, person.root_id, now + SOON, scope=scope, round_id=night.id),
            "seen": seen,
            "held": held(night, seen.total, night.started_at or now, now + timedelta(seconds=1)),
            "members": squads.members(session, night.squad_id),
            "turns": squads.turns(session, [night.squad_id])[night.squad_id],
            "code": queries.squad_code(session, night.squad_id),
            "planned_people": (named := squads.as_typed(session, night.squad_id, besides=officers.get("drawn", ()))),
            # Who may not change the plan is shown no more of it than the page shows.
            "both": night_versions.of_round(tried, night, named) if plans else [],
            "names": people.names_of_users(session, [one for one in users if one]),
            "planned": queries.premises_named(session, planned),
            "drawn": drawn,
            "officers": officers,
            "risky": (night.plan or {}).get("risk", ()),
            "grids": [
                (choices.path_of(session, row.grid_id), row.checked_at) for row in queries.grids_of(session, night.id)
            ],
            "plans": plans,
            "ends": _may(session, person, DUTY_LEADERS, night) or queries.leads(session, night, person.user_id),
            "areas": choices.grids_below(session, person, PLANNERS),
        }
    return render_template(
        "desk/round.html", round=night, state=state_of(night), tried=tried, now_at=now, **context, **words()
    )


def _may(session: Session, person: Person, roles: tuple[Role, ...], night: Round) -> bool:
    ids = [row.grid_id for row in queries.grids_of(session, night.id)] or [night.root_id]
    return all(people.may_at(session, person, roles, one) for one in ids)


def _by_visit(found: list[Any]) -> dict[int, list[Any]]:
    by_visit: dict[int, list[Any]] = {}
    for row in found:
        by_visit.setdefault(row.visit_id, []).append(row)
    return by_visit


def _plan_page(typed: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    person = current_person()
    with reading() as session:
        picked = people.pick_people(session, person.root_id)
        areas = choices.areas(session, person, PLANNERS)
        themes = queries.themes(session, person.root_id)
    return render_template(
        "desk/round_new.html",
        typed=typed,
        chosen=request.form.getlist("grids"),
        errors=errors,
        people=picked,
        areas=[node for node in areas if node.grid_id != person.root_id],
        themes=themes,
        **words(),
    )


def _at(raw: Mapping[str, str], name: str) -> datetime:
    """A time from a form, now where it names none."""
    if not raw.get(name, "").strip():
        return clock.now()
    return desk_forms.instant_of(raw, name)
