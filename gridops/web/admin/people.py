"""People: list, make, change, roles, one-time password, lock, tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from gridops.core import clock, masking
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.people import forms, queries, service
from gridops.people.rules import Role
from gridops.people.rules.viewing import LASTS_MINUTES
from gridops.web import list_files
from gridops.web.admin import columns
from gridops.web.admin.common import Answer, by_field, day_after, keeps_all
from gridops.web.guards import current_person, needs
from gridops.web.versions import YES_NO, Edited, Late, Standing

pages = Blueprint("admin_people", __name__, url_prefix="/admin/people")
_PERSON = Edited(
    "person",
    {
        "name": "姓名", "unit_id": "单位", "staff_no": "工号", "phone": "电话", "no_phone": "去掉电话",
        "certificate_no": "执法证号", "certificate_valid_to": "执法证有效期至",
    },
    {"no_phone": YES_NO},
)  # fmt: skip


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """A page of the list, as filtered."""
    person, wanted, kept = current_person(), forms.people_filter(request.args), _kept()
    with reading() as session:
        rows, more = queries.people_page(session, person.root_id, wanted, after=request.args.get("after"))
        units = queries.unit_rows(session, person.root_id)
    return render_template(
        "admin/people.html",
        rows=rows,
        units=units,
        wanted=wanted,
        csv_url=url_for(".export", **kept),
        next_url=url_for(".index", **{**kept, "after": more}) if more else None,
        first_url=url_for(".index", **kept) if request.args.get("after") else None,
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(Role.ADMIN)
def export() -> Answer:
    """The list as it is narrowed, as a file; names and numbers are masked."""
    root_id, wanted = current_person().root_id, forms.people_filter(request.args)
    with reading() as session:
        found = list_files.all_rows(
            lambda after, limit: queries.people_page(session, root_id, wanted, after=after, size=limit)
        )
        return list_files.of_rows("people", columns.people(clock.local_date(clock.now())), found, _kept())


def _kept() -> dict[str, Any]:
    """What the list is narrowed to, as an address keeps it."""
    return {name: value for name, value in request.args.items() if name in {"q", "role", "unit", "active"} and value}


@pages.get("/new")
@needs(Role.ADMIN)
def new() -> Answer:
    """The form for a new person."""
    return _new_page({}, {})


@pages.post("/new")
@needs(Role.ADMIN)
def new_post() -> Answer:
    """Make a person; roles and a password come next."""
    try:
        form = forms.new_user(request.form)
        with transaction() as session:
            user = service.create_user(session, current_person().root_id, form, by=current_person())
    except Invalid as wrong:
        return _new_page(request.form, by_field(wrong)), 422
    flash(_("已添加 %(name)s。请授予角色并设置一次性密码。", name=user.name), "good")
    return redirect(url_for(".one", user_id=user.id))


@pages.get("/<int:user_id>")
@needs(Role.ADMIN)
def one(user_id: int) -> Answer:
    """One person: details, roles, account."""
    return _one_page(user_id)


@pages.post("/<int:user_id>")
@needs(Role.ADMIN)
def change(user_id: int) -> Answer:
    """Change the details."""
    person = current_person()
    try:
        form = forms.user_change(request.form)
        with transaction() as session:
            _PERSON.hold(session)
            row = queries.person_details(session, person.root_id, user_id)
            # Who may not change the details is shown none of them either.
            if service.manages(session, person, user_id, person.root_id):
                _PERSON.unchanged(session, lambda: _standing(row), typed=_understood(form, row))
            service.change_user(session, user_id, form, by=person)
    except Invalid as wrong:
        return _one_page(user_id, typed=request.form, errors=by_field(wrong)), 422
    except Late as late:
        return _one_page(user_id, typed=request.form, errors={"version": str(late)}), 409
    flash(_("已保存。"), "good")
    return redirect(url_for(".one", user_id=user_id))


@pages.post("/<int:user_id>/roles")
@needs(Role.ADMIN)
def grant(user_id: int) -> Answer:
    """Grant a role."""
    person = current_person()
    try:
        form = forms.role_form(request.form)
        with transaction() as session:
            code = form.grid_code
            service.grant_role(
                session,
                user_id,
                form.role,
                unit_id=form.unit_id,
                grid_id=queries.grid_id_of(session, person.root_id, code) if code else None,
                valid_from=form.valid_from,
                valid_to=day_after(form.last_day),
                by=person,
            )
    except Invalid as wrong:
        return _one_page(user_id, typed_role=request.form, errors=by_field(wrong)), 422
    flash(_("已授予角色。"), "good")
    return redirect(url_for(".one", user_id=user_id))


@pages.post("/<int:user_id>/roles/<int:holding_id>/end")
@needs(Role.ADMIN)
def end_role(user_id: int, holding_id: int) -> Answer:
    """End a role from today."""
    with transaction() as session:
        service.end_role(session, holding_id, by=current_person())
    flash(_("角色已终止。"), "good")
    return redirect(url_for(".one", user_id=user_id))


@pages.post("/<int:user_id>/password")
@needs(Role.ADMIN)
def password(user_id: int) -> Answer:
    """Set a one-time password; this answer is the only place that shows it."""
    with transaction() as session:
        shown = service.reset_password(session, user_id, by=current_person())
    return _one_page(user_id, shown_password=shown)


@pages.post("/<int:user_id>/active")
@needs(Role.ADMIN)
def active(user_id: int) -> Answer:
    """Lock or unlock."""
    wanted = request.form.get("active") == "yes"
    with transaction() as session:
        service.set_active(session, user_id, wanted, by=current_person())
    flash(_("账号已启用。") if wanted else _("账号已停用，其登录已立即结束。"), "good")
    return redirect(url_for(".one", user_id=user_id))


@pages.post("/<int:user_id>/tokens")
@needs(Role.ADMIN)
def token(user_id: int) -> Answer:
    """Make an API token; this answer is the only place that shows it."""
    with transaction() as session:
        shown = service.create_token(session, user_id, by=current_person())
    return _one_page(user_id, shown_token=shown)


@pages.post("/<int:user_id>/tokens/<int:token_id>/end")
@needs(Role.ADMIN)
def end_token(user_id: int, token_id: int) -> Answer:
    """Revoke an API token."""
    with transaction() as session:
        service.revoke_token(session, token_id, by=current_person())
    flash(_("令牌已作废。"), "good")
    return redirect(url_for(".one", user_id=user_id))


def _new_page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        units = queries.unit_rows(session, current_person().root_id)
    return render_template("admin/person_new.html", units=units, typed=typed, errors=errors)


def _standing(row: queries.PersonRow) -> dict[str, Standing]:
    """What the form of a person's details says; its telephone is written there to change it, and not shown."""
    until = row.certificate_valid_to
    stands = {
        "name": row.name,
        "unit_id": str(row.unit_id),
        "staff_no": row.staff_no or "",
        "phone": "",
        "no_phone": "",
        "certificate_no": row.certificate_no or "",
        "certificate_valid_to": until.isoformat() if until else "",
        "kept_phone": row.phone or "",
    }
    return {"": stands}


def _understood(form: forms.UserChange, row: queries.PersonRow) -> Mapping[str, str]:
    """The form as it was sent; a telephone that stands already is none to change."""
    stands = form.phone is None or form.phone == (row.phone or "")
    return {**request.form, "phone": "", "no_phone": ""} if stands else request.form


def _shown(
    row: queries.PersonRow,
    units: Sequence[queries.UnitRow],
    typed: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> dict[str, Any]:
    """What the form is given; beside what was typed a telephone number that stands is masked, as on the page."""
    masked = masking.number(row.phone) if row.phone else ""
    edited = replace(_PERSON, words={**_PERSON.words, "unit_id": {str(unit.id): unit.name for unit in units}})
    shown = edited.page(_standing(row), typed, errors)
    if typed is not None and shown["overtaken"]:
        wanted = {**typed, "phone": typed.get("phone") or masked}
        lines = edited.lines({**_standing(row)[""], "phone": masked}, wanted)
        shown["overtaken"] = replace(shown["overtaken"], lines=lines)
    return shown


def _one_page(
    user_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    typed_role: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    shown_password: str | None = None,
    shown_token: str | None = None,
) -> str:
    person = current_person()
    root_id = person.root_id
    with reading() as session:
        row = queries.person_details(session, root_id, user_id)
        manages = service.manages(session, person, row.id, root_id)
        endable = {role.id for role in row.roles if queries.may_at(session, person, {Role.ADMIN}, role.grid_id)}
        units = queries.unit_rows(session, root_id)
        territory = queries.territory_rows(session, root_id)
        tokens = queries.tokens_of(session, row.id)
        viewable = row.active and service.may_view(session, person, row.id, root_id)
    return render_template(
        "admin/person.html",
        row=row,
        viewing_minutes=LASTS_MINUTES,
        units=units,
        territory=queries.rows_kept_by(person, territory),
        manages=manages,
        endable=endable,
        keeps=keeps_all(),
        tokens=tokens,
        viewable=viewable,
        typed_role=typed_role or {},
        **_shown(row, units, typed, errors or {}),
        shown_password=shown_password,
        shown_token=shown_token,
    )
