"""/desk/outings: joint enforcement as a list and a calendar; plan an outing; one outing and what was done on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from gridops.core.fields import member, whole
from gridops.core.periods import Period
from gridops.evidence import queries as evidence
from gridops.intake.queries.outgoing import OUTINGS
from gridops.operations import forms, queries, service
from gridops.operations.forms import desk as desk_forms
from gridops.operations.models import Campaign, Outing
from gridops.operations.rules import (
    PLANNERS,
    OutingState,
    TallyKind,
    below_zero,
    state_of,
)
from gridops.people import queries as people
from gridops.people.queries.lately import Lately, reads_from
from gridops.squads import queries as squads
from gridops.squads.forms import people as named_people
from gridops.squads.rules import Agency
from gridops.web import choices, list_files, records
from gridops.web.desk.joint import READERS, place, raw_version, turning, words
from gridops.web.desk.months import narrowed, weeks
from gridops.web.desk.trying import Tried, attempt
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs
from gridops.web.own_notices import count_unread

pages = Blueprint("desk_outings", __name__, url_prefix="/desk/outings")

Answer = str | Response | tuple[str, int]
_PAGE = 50
_BY_DAY = 400
_FILTERS = ("campaign", "state", "month", "view")
# What the list may be narrowed to (see `people.queries.lately`).
_campaigns: Lately[list[Campaign]] = Lately()
reads_from(Campaign)


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """The outings in sight, newest first; with `view=calendar` those of a month by day."""
    scope, root_id = current_scope(), current_person().root_id
    after = place(request.args.get("after"))
    with reading() as session:
        campaigns = _campaigns.get(str(root_id), lambda: queries.campaigns(session, root_id)) or []
        kept, month, wanted = _asked(campaigns)
        by_day = kept.get("view") == "calendar"
        page = queries.outing_page(session, scope, wanted, after=after, limit=_BY_DAY if by_day else _PAGE)
        ids = [row.outing.id for row in page.rows]
        sums = queries.tally_sums(session, ids)
        heads = squads.heads(session, [row.outing.squad_id for row in page.rows])
        count_unread(session)
    return render_template(
        "desk/outings.html",
        page=page,
        sums=sums,
        heads=heads,
        campaigns=campaigns,
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
    scope, root_id = current_scope(), current_person().root_id
    with reading() as session:
        kept, _month, wanted = _asked(queries.campaigns(session, root_id))
        page_of = partial(queries.outing_page, session, scope, wanted)
        ids = [row.outing.id for row in list_files.all_rows(page_of)]
        return list_files.of_records(session, OUTINGS, root_id, ids, kept)


def _asked(campaigns: Iterable[Campaign]) -> tuple[dict[str, Any], Period | None, queries.Wanted]:
    """What the list is narrowed to: as an address keeps it, its month, and for the query."""
    kept, month = narrowed(_FILTERS)
    wanted = queries.Wanted(
        next((one.id for one in campaigns if one.code == kept.get("campaign")), None),
        OutingState(kept["state"]) if kept.get("state") in set(OutingState) else None,
        month.start if month else None,
        month.end if month else None,
    )
    return kept, month, wanted


@pages.get("/new")
@needs(*PLANNERS)
def new() -> Answer:
    """An empty plan."""
    return _plan_page({"campaign": request.args.get("campaign", "")}, {})


@pages.post("/new")
@needs(*PLANNERS)
def plan() -> Answer:
    """Plan an outing."""
    raw = {**request.form.to_dict(), "agencies": request.form.getlist("agencies")}
    try:
        form = forms.plan_form(raw)
        with transaction() as session:
            number = service.plan_outing(session, current_person(), form).number
    except Invalid as wrong:
        return _plan_page(request.form, records.problems(wrong)), 422
    flash(_("已计划：%(number)s", number=number), "good")
    return redirect(url_for(".show", outing_number=number))


@pages.get("/<outing_number>")
@needs(*READERS)
def show(outing_number: str) -> Answer:
    """One outing."""
    return _page(outing_number, Tried())


@pages.post("/<outing_number>/end")
@needs(*READERS)
def end(outing_number: str) -> Answer:
    """End it, with the reason where its leaders did not."""

    def done(session: Session, outing: Outing, raw: Mapping[str, str]) -> None:
        service.end_outing(
            session,
            current_person(),
            outing,
            _at(raw, "ended_at"),
            summary=raw.get("summary", "").strip()[:2000] or None,
            reason=raw.get("reason", "").strip()[:500] or None,
            version=raw_version(raw),
        )

    return _tried(outing_number, "end", done, _("行动已结束。"))


@pages.post("/<outing_number>/cancel")
@needs(*READERS)
def cancel(outing_number: str) -> Answer:
    """Call it off."""

    def done(session: Session, outing: Outing, raw: Mapping[str, str]) -> None:
        reason = desk_forms.words(raw, "reason")
        service.cancel_outing(session, current_person(), outing, reason, version=raw_version(raw))

    return _tried(outing_number, "cancel", done, _("行动已取消。"))


@pages.post("/<outing_number>/tally")
@needs(*PLANNERS)
def tally(outing_number: str) -> Answer:
    """Put a count right by an addition; negative to take back."""

    def done(session: Session, outing: Outing, raw: Mapping[str, str]) -> None:
        kind = desk_forms.one(raw, "kind", member(TallyKind))
        amount = desk_forms.one(raw, "amount", whole(-100_000, 100_000))
        reason = desk_forms.words(raw, "reason")
        service.correct_tally(session, current_person(), outing, kind, amount, reason)

    return _tried(outing_number, "tally", done, _("已更正计数。"))


@pages.post("/<outing_number>/people")
@needs(*PLANNERS)
def check_in(outing_number: str) -> Answer:
    """Note people who were there and had not checked in."""

    def done(session: Session, outing: Outing, raw: Mapping[str, str]) -> None:
        named = desk_forms.one(raw, "people", named_people)
        service.add_people(session, current_person(), outing, named)

    return _tried(outing_number, "people", done, _("人员已补登。"))


@pages.post("/handovers/<int:handover_id>/void")
@needs(*PLANNERS)
def void_handover(handover_id: int) -> Answer:
    """Void a hand-over recorded by mistake."""
    reason = request.form.get("reason", "")
    with transaction() as session:
        handover, grid_id = queries.handover_in_sight(session, current_scope(), handover_id)
        service.void_handover(
            session, current_person(), handover, grid_id, desk_forms.words({"reason": reason}, "reason")
        )
    flash(_("移交记录已作废。"), "good")
    back = request.form.get("back", "")
    return redirect(back if back.startswith("/desk/") else url_for(".index"))


def _tried(
    outing_number: str, name: str, done: Callable[[Session, Outing, Mapping[str, str]], None], said: str
) -> Answer:
    """Do what a form of the page asks; refused, the page comes back with it."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        done(session, queries.outing_in_sight(session, current_scope(), outing_number), raw)

    back = url_for(".show", outing_number=outing_number)
    return attempt(lambda tried: _page(outing_number, tried), name, act, said, back)


def _page(outing_number: str, tried: Tried) -> str:
    person, scope = current_person(), current_scope()
    with reading() as session:
        outing = queries.outing_in_sight(session, scope, outing_number)
        campaign = queries.names(session, [outing.campaign_id])[outing.campaign_id]
        incidents = queries.incidents_of(session, [outing.id])
        handovers = queries.handovers_of(session, [outing.id])
        sums = queries.tally_sums(session, [outing.id]).get(outing.id, {})
        additions = queries.additions(session, outing.id)
        members = squads.members(session, outing.squad_id)
        turns = squads.turns(session, [outing.squad_id], {outing.squad_id: outing.ended_at})[outing.squad_id]
        signed = evidence.links_for(session, "handover", [row.id for row in handovers]) if handovers else []
        users = {outing.leader_id, outing.ended_by, *(row.user_id for row in additions)} - {None}
        names = people.names_of_users(session, [user for user in users if user])
        grid = choices.path_of(session, outing.grid_id) if outing.grid_id else ""
        plans = people.may_at(session, person, PLANNERS, outing.grid_id or outing.root_id)
        ends = plans or queries.leads(session, outing, person.user_id)
        squad = squads.squad(session, outing.squad_id)
    return render_template(
        "desk/outing.html",
        outing=outing,
        state=state_of(outing),
        campaign=campaign,
        grid=grid,
        incidents=incidents,
        referrals=[row for row in incidents if row.incident.kind == "referred"],
        handovers=handovers,
        signatures={use.subject_id: use for use in signed},
        shows=shows,
        sums=sums,
        negative=below_zero(sums),
        additions=additions,
        members=members,
        turns=turns,
        names=names,
        plans=plans,
        ends=ends,
        code=squad.code if squad else "",
        tried=tried,
        **words(),
    )


def _plan_page(typed: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    person = current_person()
    with reading() as session:
        campaigns = queries.campaigns(session, person.root_id)
        picked = people.pick_people(session, person.root_id)
        grids = choices.areas(session, person, PLANNERS)
    return render_template(
        "desk/outing_new.html",
        typed=typed,
        chosen=request.form.getlist("agencies"),
        errors=errors,
        campaigns=campaigns,
        people=picked,
        grids=grids,
        agencies=list(Agency),
        **words(),
    )


def _at(raw: Mapping[str, str], name: str) -> datetime:
    """A time from a form, now where it names none."""
    given = raw.get(name, "").strip()
    if not given:
        return clock.now()
    return desk_forms.instant_of(raw, name)
