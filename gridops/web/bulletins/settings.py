"""/bulletins/series/{key}: what a series is called and says beside its figures, from the next freeze on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import forms, keeping, queries
from gridops.bulletins.rules.series import SERIES, shipped
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.people.rules import Role
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_series", __name__, url_prefix="/bulletins/series")

Answer = str | Response | tuple[str, int]
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@pages.get("")
@needs(Role.EDITOR, Role.ADMIN)
def first() -> Response:
    """The settings of the series that most offices use."""
    return redirect(url_for(".show", key="monthly"))


@pages.get("/<key>")
@needs(Role.EDITOR, Role.ADMIN)
def show(key: str) -> Answer:
    """The form with the settings as they stand."""
    return _page(key)


@pages.post("/<key>")
@needs(Role.EDITOR, Role.ADMIN)
def save(key: str) -> Answer:
    """Keep the settings; drafts are made anew with them, locked papers stay as they are."""
    try:
        with transaction() as session:
            jobs = keeping.change_series(
                session, _known(key), forms.series_form(request.form), current_person(), request.form.get("seen", "")
            )
    except Invalid as wrong:
        return _page(key, request.form, {error.field: error.reason for error in wrong.errors}), 422
    except Conflict as stale:
        return _page(key, request.form, stale=str(stale)), 409
    flash(_("系列设置已保存，自下一次数据锁定起使用。"), "good")
    for job_id in jobs:
        wake_build(job_id)
    return redirect(url_for(".show", key=key))


def _known(key: str) -> str:
    if key not in SERIES:
        raise NotFound("没有这个系列")
    return key


def _page(
    key: str, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, stale: str = ""
) -> str:
    kind, person = SERIES[_known(key)], current_person()
    if not keeping.may_keep(person):
        raise NotAllowed("系列设置适用于整个辖区，须由全辖区的通报编辑或者系统管理员办理")
    with reading() as session:
        found = queries.series(session, person.root_id, key)
        names = {known.key: known.name for known in SERIES.values()} | queries.series_names(session, person.root_id)
        root = grids.tree(session).nodes[person.root_id]
        seen = keeping.seen_as(found)
    kept: dict[str, Any] = {"name": kind.name, "month_day": 1, "week_day": 1}
    if found is not None:
        kept = {"name": found.name, "month_day": found.month_day, "week_day": found.week_day, **found.settings}
    standard = shipped(kind, root.name, street=root.level is Level.STREET)
    return render_template(
        "bulletins/series.html",
        key=key,
        names=names,
        typed=kept if typed is None else typed,
        standard={**standard, "head": f"{root.name}{kept['name']}"},
        seen=seen if typed is None or stale else typed.get("seen", ""),
        errors=errors or {},
        stale=stale,
        longest=forms.LONGEST,
        weekdays=WEEKDAYS,
    )
