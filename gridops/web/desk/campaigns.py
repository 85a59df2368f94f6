"""/desk/campaigns: aim, period, area, categories and agencies of each 专项整治; made and changed with a trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.operations import forms, queries, service
from gridops.operations.models import Campaign
from gridops.operations.rules import PLANNERS
from gridops.squads.rules import AGENCY_NAMES, Agency
from gridops.web import choices, list_files, records
from gridops.web import words as said_words
from gridops.web.desk import columns
from gridops.web.desk.joint import READERS, raw_version, words
from gridops.web.guards import current_person, needs
from gridops.web.versions import Line, side_by_side

pages = Blueprint("desk_campaigns", __name__, url_prefix="/desk/campaigns")

Answer = str | Response | tuple[str, int]


@pages.get("")
@needs(*READERS)
def index() -> Answer:
    """All campaigns of the jurisdiction."""
    found, areas = _all()
    return render_template(
        "desk/campaigns.html",
        campaigns=found,
        areas=areas,
        today=clock.local_date(clock.now()),
        csv_url=url_for(".export"),
        plans=not current_person().roles.isdisjoint(PLANNERS),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*READERS)
def export() -> Answer:
    """The list as a file."""
    found, areas = _all()
    return list_files.of_rows("campaigns", columns.campaigns(areas, clock.local_date(clock.now())), found, {})


def _all() -> tuple[list[Campaign], dict[int, str]]:
    """The campaigns of the jurisdiction, and the places of their grids in words."""
    with reading() as session:
        found = queries.campaigns(session, current_person().root_id)
        return found, {one.grid_id: choices.path_of(session, one.grid_id) for one in found if one.grid_id}


@pages.get("/new")
@needs(*PLANNERS)
def new() -> Answer:
    """An empty form."""
    return _form(None, {}, {})


@pages.post("/new")
@needs(*PLANNERS)
def make() -> Answer:
    """Make a campaign."""
    try:
        with transaction() as session:
            service.save_campaign(session, current_person(), forms.campaign_form(_raw()))
    except Invalid as wrong:
        return _form(None, _raw(), records.problems(wrong)), 422
    flash(_("已保存。"), "good")
    return redirect(url_for(".index"))


@pages.get("/<int:campaign_id>")
@needs(*PLANNERS)
def edit(campaign_id: int) -> Answer:
    """One campaign to be changed."""
    campaign = _campaign(campaign_id)
    return _form(campaign, _typed(campaign), {})


@pages.post("/<int:campaign_id>")
@needs(*PLANNERS)
def change(campaign_id: int) -> Answer:
    """Change a campaign that nobody has changed meanwhile."""
    campaign = _campaign(campaign_id)
    raw = {**_raw(), "code": campaign.code}
    try:
        with transaction() as session:
            form = forms.campaign_form(raw)
            service.save_campaign(
                session, current_person(), form, campaign_id=campaign_id, version=raw_version(request.form)
            )
    except Invalid as wrong:
        return _form(campaign, raw, records.problems(wrong)), 422
    except Conflict as refused:
        now = _campaign(campaign_id)
        both = side_by_side(_typed(now), raw, {name: _(called) for name, called in _FIELDS.items()}, _in_words)
        return _form(now, raw, {"version": str(refused)}, both), 409
    flash(_("已保存。"), "good")
    return redirect(url_for(".index"))


def _campaign(campaign_id: int) -> Campaign:
    with reading() as session:
        found = queries.campaigns(session, current_person().root_id)
    for one in found:
        if one.id == campaign_id:
            return one
    raise NotFound("没有这项专项整治")


def _raw() -> dict[str, Any]:
    lists = {name: request.form.getlist(name) for name in ("members", "categories")}
    return {**request.form.to_dict(), **lists}


def _typed(campaign: Campaign) -> dict[str, Any]:
    agencies = list(campaign.agencies or [])
    last = said_words.day_before(campaign.valid_to)
    return {
        "code": campaign.code,
        "name": campaign.name,
        "aim": campaign.aim or "",
        "first_day": campaign.valid_from.isoformat() if campaign.valid_from else "",
        "last_day": last.isoformat() if last else "",
        "grid_id": campaign.grid_id or "",
        "categories": list(campaign.categories or []),
        "lead": agencies[0] if agencies else "",
        "members": agencies[1:],
    }


_FIELDS = {
    "name": "名称", "aim": "目标", "first_day": "自", "last_day": "最后一天", "grid_id": "区域", "lead": "牵头单位",
    "members": "参加单位", "categories": "针对的类别",
}  # fmt: skip


def _in_words(name: str, given: Any) -> str:
    """A value of the form in words: territories, agencies and categories by their names."""
    if name == "grid_id":
        with reading() as session:
            return choices.path_of(session, int(given)) if str(given or "").isdecimal() else _("全辖区")
    if name in ("lead", "members"):
        chosen = [given] if isinstance(given, str) else given or []
        return _("、").join(_(AGENCY_NAMES[Agency(one)]) for one in chosen if one in set(Agency))
    if name == "categories":
        return _("、").join(given or [])
    return str(given or "")


def _form(
    campaign: Campaign | None, typed: Mapping[str, Any], errors: Mapping[str, str], both: Sequence[Line] = ()
) -> str:
    person = current_person()
    with reading() as session:
        classes = choices.classes(session, person.root_id)
        areas = choices.areas(session, person, PLANNERS)
    return render_template(
        "desk/campaign.html",
        campaign=campaign,
        typed=typed,
        errors=errors,
        both=both,
        classes=classes,
        areas=areas,
        agencies=list(Agency),
        **words(),
    )
