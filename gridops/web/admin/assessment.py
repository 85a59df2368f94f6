"""Rules of points: what city and district take off for a problem, when it is overdue, reworked or returned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridops.assessment import forms, queries, service
from gridops.assessment.models import AssessmentRule
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
from gridops.web.versions import Edited, Standing
from gridops.web.words import day_before

pages = Blueprint("admin_assessment", __name__, url_prefix="/admin/assessment-rules")


_POINTS = {
    f"{loss}_points": lazy_gettext("每次%(what)s扣分", what=lazy_gettext(name)) for loss, name in LOSS_NAMES.items()
}
_RULE = Edited("rule of points", {"name": "名称", **_POINTS, "valid_from": "生效日期", "last_day": "最后一天"})


def _standing(rows: Iterable[AssessmentRule]) -> Mapping[str, Standing]:
    """Level and categories -> the rule that holds, or the one planned last; with all of them that stand."""
    found: dict[str, dict[str, Any]] = {}
    for row in _stand(rows):
        one = found.setdefault(f"{row.assessor}/{row.kind}/{row.code}", {"rows": []})
        one["rows"].append((row.id, row.valid_to))
        points = {name: _plain(getattr(row, name)) for name in _POINTS}
        last = day_before(row.valid_to) or ""
        one |= {"name": row.name, **points, "valid_from": row.valid_from, "last_day": last}
    return found


def _plain(points: Decimal) -> str:
    """Points as people type them; none where nothing is taken off."""
    return f"{points.normalize():f}" if points else ""


def _stand(rows: Iterable[AssessmentRule]) -> list[AssessmentRule]:
    today = clock.local_date(clock.now())
    return [row for row in rows if row.valid_to is None or row.valid_to > max(today, row.valid_from)]


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = queries.rule_rows(session, root_id)
        classes = choices.classes(session, root_id)
        people = names_of_users(session, {row.changed_by for row in rows if row.changed_by is not None})
    standing = _stand(rows)
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
        **_RULE.from_today(today).page(
            _standing(rows), typed, errors, f"{typed.get('assessor', '')}/{typed.get('about', '')}"
        ),
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
@refusable(_page, late="valid_from")
def add() -> Answer:
    """Add a rule; one for the same level and categories ends where it begins."""
    person = current_person()
    form = forms.rule_form(request.form, choices.LIST)
    with transaction() as session:
        key = f"{form.assessor}/{form.about.kind}/{form.about.code}"
        points = {f"{loss}_points": _plain(given) for loss, given in form.points.items()}
        said = {**request.form, **points, "valid_from": str(form.valid_from or clock.local_date(clock.now()))}
        _RULE.unchanged(session, lambda: _standing(queries.rule_rows(session, person.root_id)), key, said)
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
            _RULE.hold(session)
            service.end_rule(session, row_id, person.root_id, actor_id=person.user_id)
    except Conflict as late:
        return _page({}, {"end": str(late)}), 409
    flash(_("扣分规则已终止；此前立案的问题仍按它计分。"), "good")
    return redirect(url_for(".index"))
