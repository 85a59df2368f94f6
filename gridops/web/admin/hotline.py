"""How long callers of 12345 may wait for the first contact and for the answer, where the order names no date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core.db import reading, transaction
from gridops.hotline import forms, queries, service
from gridops.hotline.rules import Terms
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all
from gridops.web.versions import seen_in, side_by_side
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES

pages = Blueprint("admin_hotline", __name__, url_prefix="/admin/hotline")


_FIELDS = {
    "contact_limit": "联系来电人",
    "contact_unit": "单位（时限）",
    "answer_limit": "答复来电人",
    "answer_unit": "单位（时限）",
}


def _now() -> dict[str, str]:
    """What is set now, as the form says it."""
    with reading() as session:
        terms: Terms = queries.terms_of(session, current_person().root_id)
    return {
        "contact_limit": str(terms.contact_limit),
        "contact_unit": terms.contact_unit.value,
        "answer_limit": str(terms.answer_limit),
        "answer_unit": terms.answer_unit.value,
    }


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    units = {unit.value: _(name) for unit, name in LIMIT_UNIT_NAMES.items()}
    now, late = _now(), "version" in errors

    def said(_name: str, value: Any) -> str:
        return units.get(value, value or "")

    return render_template(
        "admin/hotline.html",
        typed=typed or now,
        errors=errors,
        units=[*units.items()],
        seen=now if late else seen_in(typed, _FIELDS) or now,
        both=side_by_side(now, typed, {name: _(called) for name, called in _FIELDS.items()}, said) if late else [],
    )


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    return _page({}, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def keep() -> Answer:
    """Set it; orders there are keep their deadlines."""
    person = current_person()
    terms, shown = forms.terms_form(request.form), seen_in(request.form, _FIELDS)
    seen = forms.terms_form(shown) if shown else None
    with transaction() as session:
        service.set_terms(session, person.root_id, terms, actor_id=person.user_id, seen=seen)
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))
