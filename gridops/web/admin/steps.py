"""How long each step of a case may take, from a day on; the limit of the whole case stays what is judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.catalogue import forms, queries, service
from gridops.catalogue.models import StepLimit
from gridops.catalogue.rules import AREA_NAMES, STEP_NAMES
from gridops.catalogue.rules.plans import never_held, withdrawable
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.people.rules import Role
from gridops.web import choices
from gridops.web.admin.common import Answer, keeps_all, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Edited, Standing
from gridops.worktime.rules import LIMIT_UNIT_NAMES

pages = Blueprint("admin_steps", __name__, url_prefix="/admin/steps")


def _place(row: StepLimit) -> tuple[int, int, str, int]:
    """By the order of the steps; what holds for all before what is a category's or a class's own, newest first."""
    return list(STEP_NAMES).index(row.step), row.category_id or 0, row.area or "", -row.id


# What a limit is for; of one there is one at a time.
_KEY = ("step", "category", "area")
_LIMIT = Edited(
    "step limit",
    {"limit": "时限", "limit_unit": "计时单位", "valid_from": "生效日期"},
    {"limit": {"": "不设时限"}, "limit_unit": LIMIT_UNIT_NAMES},
)


def _standing(rows: Iterable[StepLimit]) -> Mapping[str, Standing]:
    """Step, category and class of area -> the limit, or the one planned last; with all its rows."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(_key(row.step, row.category_id, row.area), {"rows": []})
        one["rows"].append((row.limit, row.limit_unit, row.valid_from, row.valid_to))
        if not never_held(row):
            ends, said = row.valid_to, (row.limit, row.limit_unit.value, row.valid_from)
            one |= dict(zip(_LIMIT.labels, said if ends is None else ("", "", ends), strict=True))
    return found


def _key(*parts: object) -> str:
    return "/".join(str(part or "") for part in parts)


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = queries.step_rows(session, root_id)
        named = {one: queries.category(session, one, root_id) for one in {row.category_id for row in rows} if one}
        classes = choices.classes(session, root_id) if keeps_all() else []
    return render_template(
        "admin/steps.html",
        rows=sorted(rows, key=_place),
        categories={one: row.name_zh for one, row in named.items() if row},
        classes=classes,
        step_names=STEP_NAMES,
        area_names=AREA_NAMES,
        limit_unit_names=LIMIT_UNIT_NAMES,
        today=today,
        planned=withdrawable(rows, attrgetter("step", "category_id", "area"), today) if keeps_all() else set(),
        never_held=never_held,
        **_LIMIT.from_today(today).page(_standing(rows), typed, errors, _key(*map(typed.get, _KEY))),
        keeps=keeps_all(),
    )


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The limits of today, what was and what is to come."""
    return _page({}, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page, late="limit")
def put() -> Answer:
    """Set the limit of a step."""
    person = current_person()
    form = forms.parse_step(request.form)
    with transaction() as session:
        key = _key(form.step, form.category_id, form.area)
        # Without a limit its unit says nothing.
        unit = form.limit_unit.value if form.limit_unit else ""
        said = {**request.form, "limit_unit": unit, "valid_from": str(form.valid_from or clock.local_date(clock.now()))}
        _LIMIT.unchanged(session, lambda: _standing(queries.step_rows(session, person.root_id)), key, said)
        service.set_step(session, person.root_id, form, actor_id=person.user_id)
    flash(_("已保存。已开始的环节仍按原时限。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:row_id>/withdraw")
@needs_for_all(Role.ADMIN)
def withdraw(row_id: int) -> Answer:
    """Withdraw a limit, or its end, that was planned for a later day."""
    person = current_person()
    with transaction() as session:
        _LIMIT.hold(session)
        service.withdraw_step(session, person.root_id, row_id, actor_id=person.user_id)
    flash(_("已撤回。"), "good")
    return redirect(url_for(".index"))
