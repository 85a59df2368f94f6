"""/bulletins/{id}/text: the chapters, edited by hand; a stale save keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import forms, service
from gridops.bulletins.rules.life import Step
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotAllowed
from gridops.people.rules import Role
from gridops.web.bulletins import common
from gridops.web.bulletins.view import area_name, shown_document
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_text", __name__, url_prefix="/bulletins/<int:bulletin_id>/text")

Answer = str | Response | tuple[str, int]
Chapters = Sequence[Mapping[str, Any]]


@pages.get("")
@needs(Role.EDITOR)
def edit(bulletin_id: int) -> Answer:
    """The form with the text as it stands."""
    return _page(bulletin_id)


@pages.post("")
@needs(Role.EDITOR)
def save(bulletin_id: int) -> Answer:
    """Keep the typed text; where someone else saved meanwhile nothing is kept and the typed text is shown beside it."""
    typed = _typed()
    try:
        version = forms.version(request.form)
        chapters = forms.text_form(*(request.form.getlist(name) for name in ("heading", "level", "text")))
        with transaction() as session:
            common.seen(session, bulletin_id)
            service.edit(session, bulletin_id, chapters, current_person(), version)
            job = service.ask_build(session, bulletin_id, current_person())
    except Invalid as wrong:
        return _page(bulletin_id, typed, {error.field: error.reason for error in wrong.errors}), 422
    except Conflict as stale:
        return _page(bulletin_id, typed, stale=str(stale)), 409
    wake_build(job.id, _("文稿已保存。"))
    return redirect(url_for("bulletin.show", bulletin_id=bulletin_id))


@pages.post("/recompose")
@needs(Role.EDITOR)
def recompose(bulletin_id: int) -> Answer:
    """恢复自动文稿: write it from the figures again."""
    try:
        with transaction() as session:
            common.seen(session, bulletin_id)
            service.recompose(session, bulletin_id, current_person(), forms.version(request.form))
            job = service.ask_build(session, bulletin_id, current_person())
    except Conflict as stale:
        flash(_(str(stale)), "wait")
        return redirect(url_for(".edit", bulletin_id=bulletin_id))
    wake_build(job.id, _("已恢复自动文稿。"))
    return redirect(url_for("bulletin.show", bulletin_id=bulletin_id))


def _typed() -> list[dict[str, Any]]:
    told = (request.form.getlist(name) for name in ("heading", "level", "text"))
    return [
        {"heading": heading, "level": int(level) if level in {"1", "2", "3"} else 1, "text": text}
        for heading, level, text in zip(*told, strict=False)
    ]


def _page(
    bulletin_id: int,
    typed: Sequence[Mapping[str, Any]] | None = None,
    errors: Mapping[str, str] | None = None,
    stale: str | None = None,
) -> str:
    with reading() as session:
        row = common.seen(session, bulletin_id)
        steps = service.open_steps(session, row, current_person())
        if Step.EDIT not in steps and typed is None:
            raise NotAllowed("这份通报现在不能修改文稿，或者您不是它的编辑")
        document = shown_document(session, row)
        name = common.title_of(row, common.period(session, row), common.series_name(session, row))
        area = area_name(session, row)
    kept = [
        {"heading": chapter["heading"], "level": chapter["level"], "text": "\n".join(chapter["paragraphs"])}
        for chapter in (document.text if document else ())
    ]
    return render_template(
        "bulletins/text.html",
        row=row,
        name=name,
        area=area,
        chapters=kept if typed is None else typed,
        kept=kept,
        version=row.version,
        may_save=Step.EDIT in steps,
        errors=errors or {},
        stale=stale,
        longest=(forms.LONGEST_HEADING, forms.LONGEST_TEXT),
    )
