"""Rules of points: what city and district take off for a problem, when it is overdue, reworked or returned."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.assessment import forms, queries, service
from gridops.assessment.rules import LOSS_NAMES
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict
from gridops.people.queries import names_of_users
from gridops.people.rules import Role
from gridops.supervision.rules import ASSESSOR_NAMES
from gridops.web import choices
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all

pages = Blueprint("admin_assessment", __name__, url_prefix="/admin/assessment-rules")


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = queries.rule_rows(session, root_id)
        classes = choices.classes(session, root_id)
        people = names_of_users(session, {row.changed_by for row in rows if row.changed_by is not None})
    standing = [row for row in rows if row.valid_to is None or row.valid_to > max(today, row.valid_from)]
    names = {f"{group.kind}/{group.code}": (group.name_zh, group.name_en) for group in classes}
    names |= {one.value: (one.name_zh, one.name_en) for group in classes for one in group.choices}
    return render_template(
        "admin/assessment_rules.html",
        standing=standing,
        gone=[row for row in rows if row not in standing],
        classes=classes,
        names=names,
        kind_names=choices.KIND_NAMES,
        people=people,
        typed=typed,
        errors=errors,
        today=today,
        assessor_names=ASSESSOR_NAMES,
        loss_names=LOSS_NAMES,
    )


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """The rules that hold or are to come, those that ended, and a form for another."""
    return _page({}, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def add() -> Answer:
    """Add a rule; one for the same level and categories ends where it begins."""
    person = current_person()
    form = forms.rule_form(request.form, choices.LIST)
    with transaction() as session:
        service.add_rule(session, person.root_id, form, actor_id=person.user_id)
    flash(_("已保存。问题按立案当天的规则计分。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:row_id>/end")
@needs_for_all(Role.ADMIN)
def end(row_id: int) -> Answer:
    """End a rule from today."""
    person = current_person()
    try:
        with transaction() as session:
            service.end_rule(session, row_id, person.root_id, actor_id=person.user_id)
    except Conflict as late:
        return _page({}, {"version": str(late)}), 409
    flash(_("扣分规则已终止；此前立案的问题仍按它计分。"), "good")
    return redirect(url_for(".index"))
