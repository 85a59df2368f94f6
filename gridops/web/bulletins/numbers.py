"""Numbers of a typed text that differ from the figures: take today's sentence instead, or keep them with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import forms, service
from gridops.core.db import transaction
from gridops.core.errors import Conflict, Invalid
from gridops.people.rules import Role
from gridops.web.bulletins import common
from gridops.web.bulletins.waking import wake_build
from gridops.web.guards import current_person, needs

pages = Blueprint("bulletin_numbers", __name__, url_prefix="/bulletins/<int:bulletin_id>/numbers")


@pages.post("/confirm")
@needs(Role.EDITOR)
def confirm(bulletin_id: int) -> Response:
    """Keep one number with its reason."""
    try:
        reason = forms.reason(request.form)
        with transaction() as session:
            common.seen(session, bulletin_id)
            service.confirm_number(session, bulletin_id, request.form.get("key", ""), reason, current_person())
    except Invalid as wrong:
        flash(_(wrong.errors[0].reason), "wait")
    except Conflict as stale:
        flash(_(str(stale)), "wait")
    else:
        flash(_("已保留这个数字，理由写入办理经过。"), "good")
    return _back(bulletin_id)


@pages.post("/take")
@needs(Role.EDITOR)
def take(bulletin_id: int) -> Response:
    """Put today's composed sentence in the place of a paragraph."""
    try:
        chapter, paragraph = forms.place(request.form)
        with transaction() as session:
            common.seen(session, bulletin_id)
            service.take_composed(
                session, bulletin_id, chapter, paragraph, current_person(), forms.version(request.form)
            )
            job = service.ask_build(session, bulletin_id, current_person())
    except Invalid as wrong:
        flash(_(wrong.errors[0].reason), "wait")
        return _back(bulletin_id)
    except Conflict as stale:
        flash(_(str(stale)), "wait")
        return _back(bulletin_id)
    wake_build(job.id, _("已采用自动文稿。"))
    return _back(bulletin_id)


def _back(bulletin_id: int) -> Response:
    return redirect(url_for("bulletin.show", bulletin_id=bulletin_id, _anchor="numbers"))
