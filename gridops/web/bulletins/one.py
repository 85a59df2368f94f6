"""/bulletins/{id}: the paper as it will be printed, its figures, how its build stands, its files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins import building, queries, service
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.life import STATUS_ZH, STEPS, Status, Step
from gridops.core.db import reading, transaction
from gridops.core.errors import NotFound
from gridops.evidence.store import LocalStore
from gridops.figures import service as figures
from gridops.figures.counts import PREFIX
from gridops.figures.models import FrozenSet
from gridops.people.rules import Role
from gridops.web.bulletins import common, panel
from gridops.web.bulletins.life import ASKED
from gridops.web.bulletins.view import build_of, view_of
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin", __name__, url_prefix="/bulletins/<int:bulletin_id>")

Answer = str | Response | tuple[str, int]
_MOST_NAMED = 50


@pages.get("")
@needs(*common.READERS)
def show(bulletin_id: int) -> Answer:
    """The page of one bulletin."""
    with reading() as session:
        view = view_of(session, bulletin_id, current_person())
    return render_template(
        "bulletins/one.html",
        view=view,
        row=view.row,
        build=view.build,
        asked=[(step, ASKED[step]) for step in STEPS if step in ASKED and step in view.open_steps],
        may_edit=Step.EDIT in view.open_steps,
        may_build=Role.EDITOR in current_person().roles,
        Status=Status,
        status_zh=STATUS_ZH,
        looks=common.STATUS_LOOKS,
        panel_text=panel.text,
    )


@pages.get("/progress")
@needs(*common.READERS)
def progress(bulletin_id: int) -> Answer:
    """How the last build stands: asked again and again by the page while it runs, which is then loaded anew."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        build = build_of(session, row.id)
    answer = make_response(
        render_template(
            "bulletins/_progress.html", row=row, build=build, may_build=Role.EDITOR in current_person().roles
        )
    )
    if request.headers.get("HX-Request") and not (build and build.running):
        answer.headers["HX-Refresh"] = "true"
    return answer


@pages.post("/build")
@needs(Role.EDITOR, Role.APPROVER)
def build(bulletin_id: int) -> Answer:
    """重新统计: owe a build, wake a worker."""
    with transaction() as session:
        common.seen(session, bulletin_id)
        job = service.ask_build(session, bulletin_id, current_person())
    wake_build(job.id)
    return redirect(url_for(".show", bulletin_id=bulletin_id))


@pages.get("/papers/<any(pdf, docx, html, json):kind>")
@needs(*common.READERS)
def paper(bulletin_id: int, kind: str) -> Answer:
    """A rendered file, named in Chinese (RFC 5987)."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        found = queries.papers(session, row.id).get(kind)
        name = common.name_of(row, common.period(session, row), common.series_name(session, row))
    if found is None:
        raise NotFound("这份文件还没有生成")
    number = f"第{row.issue_no}期" if row.issue_no else f"（{STATUS_ZH[found.status]}）"
    folder: Path = current_app.config["GRIDOPS"].evidence_dir
    try:
        content = LocalStore(folder).open(found.sha256)
    except FileNotFoundError:
        raise NotFound("文件暂时无法读取，请重新生成") from None
    return send_file(
        content,
        mimetype=building.MIME[kind],
        as_attachment=True,
        download_name=f"{name}{number}.{kind}",
        etag=found.sha256,
        last_modified=found.made_at,
    )


def locked(session: Session, row: Bulletin) -> FrozenSet:
    """The locked figures of a bulletin; NotFound before the lock."""
    found = queries.frozen_set(session, row)
    if found is None:
        raise NotFound("数据还没有锁定")
    return found


@pages.get("/changes")
@needs(*common.READERS)
def changes(bulletin_id: int) -> Answer:
    """What would differ today from what was locked: a part of the page that comes when it is counted."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        frozen = locked(session, row)
        found = figures.changed_since(session, frozen, cut=common.period(session, row).cut, limit=_MOST_NAMED)
        cases = queries.cases_by_id(session, [case_id for case_id, _then, _now in found.records])
    return render_template(
        "bulletins/_changes.html",
        row=row,
        changes=found,
        cases=cases,
        most=_MOST_NAMED,
        names=panel.NAMES,
        prefix=PREFIX,
        text=panel.text,
    )


@pages.post("/verify")
@needs(*common.READERS)
def verify(bulletin_id: int) -> Answer:
    """Recount from the kept rows and compare the digest."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        found = figures.recount(session, locked(session, row))
    if found.same:
        flash(_("复核一致：按留存的逐件记录重新计算，各项数据与校验码均相同。"), "good")
    else:
        flash(_("复核不一致：") + "；".join(found.differences[:5]), "wait")
    return redirect(url_for(".show", bulletin_id=bulletin_id))
