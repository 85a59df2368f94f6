"""How long callers of 12345 may wait for the first contact and for the answer, where the order names no date."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core.db import reading, transaction
from gridops.hotline import forms, queries, service
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES

pages = Blueprint("admin_hotline", __name__, url_prefix="/admin/hotline")


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    units = [(unit.value, _(name)) for unit, name in LIMIT_UNIT_NAMES.items()]
    return render_template("admin/hotline.html", typed=typed, errors=errors, units=units)


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    with reading() as session:
        terms = queries.terms_of(session, current_person().root_id)
    typed = {
        "contact_limit": str(terms.contact_limit),
        "contact_unit": terms.contact_unit.value,
        "answer_limit": str(terms.answer_limit),
        "answer_unit": terms.answer_unit.value,
    }
    return _page(typed, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def keep() -> Answer:
    """Set it; orders there are keep their deadlines."""
    person = current_person()
    terms = forms.terms_form(request.form)
    with transaction() as session:
        service.set_terms(session, person.root_id, terms, actor_id=person.user_id)
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))
