"""Notices by web hook: where units and the centre are told, and what was sent when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import by_number
from gridops.core.db import reading, transaction
from gridops.core.posting import parse_address
from gridops.notices import forms, queries, service
from gridops.notices.queries.kept import MOST, Kept, kept
from gridops.notices.rules import KIND_NAMES, OCCASION_NAMES, OUTCOME_NAMES, masked
from gridops.notices.rules.personal import CHANNEL_NAMES
from gridops.people.queries import unit_rows
from gridops.people.rules import Role
from gridops.tasks.waking import wake
from gridops.web import list_files
from gridops.web.admin import columns
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all
from gridops.web.versions import Edited, Late, Standing, version_of

# Notices are kept for ever, and two lists of them are put in one order: its file takes so many, and says so.
MOST_IN_FILE = 50_000
pages = Blueprint("admin_notices", __name__, url_prefix="/admin/notices")


_HOOK = Edited("hook", {"kind": "类型", "address": "Webhook 地址"}, {"kind": KIND_NAMES})


def _standing(session: Session) -> dict[str, Standing]:
    """Unit (empty: the centre) -> its hook; of the address no more than pages show, and when it was set."""
    rows = queries.hook_rows(session, current_person().root_id)
    return {
        str(row.unit_id or ""): {"kind": row.kind.value, "address": row.shown, "since": row.changed_at.isoformat()}
        for row in rows
    }


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    """What was typed, its address as pages show one."""
    try:
        address = masked(parse_address(given.get("address", "").strip()).host, given["address"].strip())
    except ValueError:
        address = ""
    return {**given, "address": address}


def _page(typed: Mapping[str, str], errors: Mapping[str, str], asked: Mapping[str, str] | None = None) -> str:
    """`asked`: what is told as wanted, beside what stands, where it is not what the form says."""
    root_id = current_person().root_id
    with reading() as session:
        hooks = queries.hook_rows(session, root_id)
        notices = queries.notice_rows(session, root_id)
        units = unit_rows(session, root_id)
        stands = _standing(session)
    shown = _HOOK.page(stands, asked or _typed(typed), errors, typed.get("unit_id", ""))
    return render_template(
        "admin/notices.html",
        hooks=hooks,
        versions={row.id: version_of({key: stands[key]}) for row in hooks if (key := str(row.unit_id or "")) in stands},
        notices=notices,
        units=units,
        kinds=KIND_NAMES,
        occasions=OCCASION_NAMES,
        outcomes=OUTCOME_NAMES,
        **{**shown, "typed": typed},
    )


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """The hooks, each known by its end only, and the latest notices."""
    return _page({}, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def keep() -> Answer:
    """Keep the hook of a unit or of the centre, in the place of the one before."""
    person = current_person()
    form = forms.parse_hook(request.form)
    with transaction() as session:
        _HOOK.hold(session)
        # Two addresses may be shown alike: the one that stands is the same only as a whole.
        stands = getattr(queries.hook_at(session, person.root_id, form.unit_id), "address", None)
        said = _typed(request.form) if stands == form.address else {}
        _HOOK.unchanged(session, lambda: _standing(session), str(form.unit_id or ""), said)
        service.set_hook(session, person.root_id, form, actor_id=person.user_id)
    flash(_("已保存。请发一条测试消息，确认群里能收到。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:hook_id>/test")
@needs_for_all(Role.ADMIN)
def test(hook_id: int) -> Answer:
    """Send a message that only shows whether it arrives."""
    with transaction() as session:
        service.owe_test(session, current_person().root_id, hook_id)
    wake("notices.send")
    flash(_("测试消息已交后台发送，稍后刷新可看结果。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:hook_id>/remove")
@needs_for_all(Role.ADMIN)
def remove(hook_id: int) -> Answer:
    """Tell this unit, or the centre, nothing any more."""
    person = current_person()
    with reading() as session:
        hook = next((row for row in queries.hook_rows(session, person.root_id) if row.id == hook_id), None)
    key = str(hook.unit_id or "") if hook else ""
    try:
        with transaction() as session:
            _HOOK.unchanged(session, lambda: _standing(session) if hook else {}, key)
            service.remove_hook(session, person.root_id, hook_id, actor_id=person.user_id)
    except Late as late:
        return _page({"unit_id": key}, {"version": str(late)}, {"kind": _("删除"), "address": _("删除")}), 409
    flash(_("已删除。"), "good")
    return redirect(url_for(".index"))


@pages.get("/told")
@needs_for_all(Role.ADMIN)
def told() -> Answer:
    """Who was told what, when and how; of all, or about one case."""
    rows, number = _told(MOST)
    given: dict[str, Any] = {"number": number} if number else {}
    return render_template(
        "admin/notices_told.html",
        rows=rows,
        number=number,
        csv_url=url_for(".told_file", **given),
        most=MOST,
        channel_names=CHANNEL_NAMES,
        occasion_names=OCCASION_NAMES,
        outcome_names=OUTCOME_NAMES,
    )


@pages.get("/told.csv")
@pages.get("/told.xlsx", endpoint="told_workbook")
@needs_for_all(Role.ADMIN)
def told_file() -> Answer:
    """The same as a file, with those the page has no room for; people in it are masked."""
    rows, number = _told(MOST_IN_FILE + 1)
    return list_files.of_rows("notices", columns.TOLD, rows, {"number": number} if number else {}, MOST_IN_FILE)


def _told(most: int) -> tuple[list[Kept], str]:
    """The latest tellings, and the number of the case they are about, if any."""
    root_id, number = current_person().root_id, request.args.get("number", "").strip()[:40]
    with reading() as session:
        case = by_number(session, number) if number else None
        case_id = case.id if case is not None and case.root_id == root_id else None
        return kept(session, root_id, number=number, case_id=case_id, most=most), number
