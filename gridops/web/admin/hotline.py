"""How long callers of 12345 may wait for the first contact and for the answer, where the order names no date."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core.db import reading, transaction
from gridops.hotline import forms, queries, service
from gridops.people.rules import Role
from gridops.web.admin.common import Answer, refusable
from gridops.web.guards import current_person, needs_for_all
from gridops.web.versions import Edited, Standing
from gridops.worktime.rules.hours import LIMIT_UNIT_NAMES

pages = Blueprint("admin_hotline", __name__, url_prefix="/admin/hotline")


_TERMS = Edited(
    "hotline terms",
    {
        "contact_limit": "联系时限",
        "contact_unit": "联系时限的计时单位",
        "answer_limit": "答复时限",
        "answer_unit": "答复时限的计时单位",
    },
    {"contact_unit": LIMIT_UNIT_NAMES, "answer_unit": LIMIT_UNIT_NAMES},
)


def _standing(session: Session) -> dict[str, Standing]:
    terms = queries.terms_of(session, current_person().root_id)
    stands = {
        "contact_limit": terms.contact_limit,
        "contact_unit": terms.contact_unit.value,
        "answer_limit": terms.answer_limit,
        "answer_unit": terms.answer_unit.value,
    }
    return {"": stands}


def _page(typed: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    with reading() as session:
        shown = _TERMS.page(_standing(session), typed, errors)
    units = [(unit.value, _(name)) for unit, name in LIMIT_UNIT_NAMES.items()]
    return render_template("admin/hotline.html", units=units, **shown)


@pages.get("")
@needs_for_all(Role.ADMIN)
def index() -> Answer:
    """What is set now."""
    return _page(None, {})


@pages.post("")
@needs_for_all(Role.ADMIN)
@refusable(_page)
def keep() -> Answer:
    """Set it; orders there are keep their deadlines."""
    person = current_person()
    terms = forms.terms_form(request.form)
    with transaction() as session:
        _TERMS.unchanged(session, lambda: _standing(session))
        service.set_terms(session, person.root_id, terms, actor_id=person.user_id)
    flash(_("已保存，从现在起生效。"), "good")
    return redirect(url_for(".index"))
