"""Category lists with their versions, and the filing conditions on which limits hang."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import renewing
from gridops.catalogue import forms, queries, service
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.catalogue.rules import (
    AREA_NAMES,
    CHECK_RULE_NAMES,
    PHOTO_NAMES,
    STAGE_NAMES,
    STAGES,
    CheckRule,
    Kind,
    class_of,
    conditions_on,
    in_force,
)
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.people.rules import Role
from gridops.web import explain
from gridops.web.admin.common import Answer, by_field, keeps_all
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import Line, side_by_side
from gridops.worktime.rules import LIMIT_UNIT_NAMES, LimitUnit

pages = Blueprint("admin_categories", __name__, url_prefix="/admin/categories")

KIND_NAMES = {Kind.EVENT: "事件", Kind.COMPONENT: "部件", Kind.FINDING: "检查问题"}


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """A page of one list's categories with the conditions of today."""
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    wanted = {name: request.args.get(name, "").replace("\x00", "").strip()[:60] for name in ("list", "class", "q")}
    after = request.args.get("after", "").replace("\x00", "")[:60] or None
    kind, _slash, class_code = wanted["class"].partition("/")
    with reading() as session:
        lists = queries.lists(session)
        shown = _chosen(lists, wanted["list"])
        classes = queries.classes(session, shown.id)
        page = queries.category_page(
            session,
            shown.id,
            root_id,
            kind=Kind(kind) if kind in set(Kind) else None,
            class_code=class_code or None,
            text=wanted["q"],
            after=after,
        )
    kept: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return render_template(
        "admin/categories.html",
        lists=lists,
        shown=shown,
        classes=classes,
        class_names={(row.kind, row.code): row.name_zh for row in classes},
        categories=page.categories,
        conditions={key: conditions_on(rows, today) for key, rows in page.conditions.items()},
        wanted=wanted,
        keeps=keeps_all(),
        kind_names=KIND_NAMES,
        limit_unit_names=LIMIT_UNIT_NAMES,
        area_names=AREA_NAMES,
        next_url=url_for(".index", after=page.next_after, **kept) if page.next_after else None,
        first_url=url_for(".index", **kept) if after else None,
    )


@pages.get("/lists/<int:list_id>")
@needs_for_all(Role.ADMIN)
def dates(list_id: int) -> Answer:
    """One edition: since when and until when it is in force."""
    return _dates_page(list_id, None, {})


@pages.post("/lists/<int:list_id>")
@needs_for_all(Role.ADMIN)
def dates_post(list_id: int) -> Answer:
    """Change the dates of an edition."""
    person = current_person()
    try:
        form = forms.parse_dates(request.form)
        with transaction() as session:
            service.edit_list_dates(session, list_id, form, actor_id=person.user_id, root_id=person.root_id)
    except Invalid as wrong:
        return _dates_page(list_id, request.form, by_field(wrong)), 422
    flash(_("已保存。"), "good")
    return redirect(url_for(".dates", list_id=list_id))


@pages.get("/<int:category_id>")
@needs(Role.ADMIN)
def one(category_id: int) -> Answer:
    """One category: conditions in force, what was and what is planned."""
    return _category_page(category_id)


@pages.post("/<int:category_id>/name")
@needs_for_all(Role.ADMIN)
def rename(category_id: int) -> Answer:
    """Name a local extension."""
    person = current_person()
    try:
        form = forms.parse_name(request.form)
        with transaction() as session:
            service.rename_local_category(session, category_id, person.root_id, form, actor_id=person.user_id)
    except Invalid as wrong:
        return _category_page(category_id, request.form, by_field(wrong)), 422
    flash(_("已保存。"), "good")
    return redirect(url_for(".one", category_id=category_id))


@pages.get("/<int:category_id>/conditions/new")
@needs_for_all(Role.ADMIN)
def new_condition(category_id: int) -> Answer:
    """The form for a further condition."""
    return _condition_page(category_id, None, {"in_use": "yes"}, {})


@pages.post("/<int:category_id>/conditions/new")
@needs_for_all(Role.ADMIN)
def add_condition(category_id: int) -> Answer:
    """Add a condition."""
    person = current_person()
    try:
        form = forms.parse_condition(request.form)
        with transaction() as session:
            service.add_condition(session, category_id, person.root_id, form, actor_id=person.user_id)
    except Invalid as wrong:
        return _condition_page(category_id, None, request.form, by_field(wrong)), 422
    flash(_("已添加立案条件。"), "good")
    return redirect(url_for(".one", category_id=category_id))


@pages.get("/<int:category_id>/conditions/<int:condition_id>")
@needs_for_all(Role.ADMIN)
def condition(category_id: int, condition_id: int) -> Answer:
    """The form of one condition."""
    return _condition_page(category_id, condition_id, None, {})


@pages.post("/<int:category_id>/conditions/<int:condition_id>")
@needs_for_all(Role.ADMIN)
def edit_condition(category_id: int, condition_id: int) -> Answer:
    """What a condition says from a day on."""
    person = current_person()
    try:
        form = forms.parse_condition(request.form)
        with transaction() as session:
            row = service.edit_condition(session, condition_id, person.root_id, form, actor_id=person.user_id)
            now, changed = row.id, in_force(row, clock.local_date(clock.now())) and row.in_use
            earlier = renewing.earlier_versions(session, now, person.root_id) if changed else []
            running = renewing.counts_under(session, person.root_id, earlier)
    except Invalid as wrong:
        return _condition_page(category_id, condition_id, request.form, by_field(wrong)), 422
    except Conflict as late:
        return _late_page(category_id, condition_id, str(late)), 409
    flash(_("已保存。已立案的案件仍按原条件计时。"), "good")
    if running:
        return redirect(url_for("admin_running.index", condition=now))
    return redirect(url_for(".one", category_id=category_id))


@pages.post("/<int:category_id>/conditions/<int:condition_id>/end")
@needs_for_all(Role.ADMIN)
def end_condition(category_id: int, condition_id: int) -> Answer:
    """End a condition of one's own."""
    person = current_person()
    with transaction() as session:
        service.end_condition(session, condition_id, person.root_id, actor_id=person.user_id)
    flash(_("本地设置已终止。"), "good")
    return redirect(url_for(".one", category_id=category_id))


def _chosen(lists: list[CategoryList], wanted: str) -> CategoryList:
    """The edition asked for; else the newest of list B, else the first there is."""
    found = next((row for row in lists if str(row.id) == wanted), None)
    found = found or next((row for row in reversed(lists) if row.code == "B"), None) or next(iter(lists), None)
    if found is None:
        raise NotFound(_("类别清单尚未导入，请先运行 gridops init"))
    return found


def _category_page(
    category_id: int, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        category = _category(queries.category(session, category_id, root_id))
        edition = next(row for row in queries.lists(session) if row.id == category.list_id)
        rows = queries.condition_rows(session, [category_id], root_id)[category_id]
        parent = queries.class_row(session, category.list_id, category.kind, class_of(category.code))
        inherited = [] if rows else service.conditions_for(session, category_id, root_id, today)
        running = _running(session, root_id, rows)
    chosen = conditions_on(rows, today)
    return render_template(
        "admin/category.html",
        category=category,
        edition=edition,
        parent=parent,
        chosen=chosen,
        inherited=inherited,
        others=[row for row in rows if row not in chosen],
        own=category.root_id == root_id,
        keeps=keeps_all(),
        root_id=root_id,
        today=today,
        typed=typed if typed is not None else {"name_zh": category.name_zh, "name_en": category.name_en},
        errors=errors or {},
        kind_names=KIND_NAMES,
        limit_unit_names=LIMIT_UNIT_NAMES,
        area_names=AREA_NAMES,
        asked=explain.asked,
        running=running,
    )


def _running(session: Session, root_id: int, rows: list[FilingCondition]) -> dict[int, int]:
    """Condition of today -> how many running cases stand under an earlier version of it."""
    counts = renewing.counts_under(session, root_id, [row.id for row in rows])
    chosen = conditions_on(rows, clock.local_date(clock.now()))
    found = {now.id: sum(counts.get(row.id, 0) for row in rows if row.position == now.position) for now in chosen}
    return {now: total - counts.get(now, 0) for now, total in found.items()}


def _late_page(category_id: int, condition_id: int, late: str) -> str:
    """The form with all that was typed for the condition that stands there now, beside what that one says."""
    root_id = current_person().root_id
    with reading() as session:
        rows = queries.condition_rows(session, [category_id], root_id)[category_id]
    was = next(row for row in rows if row.id == condition_id)
    last = [row for row in rows if row.position == was.position and row.valid_to is None]
    now = max(last, key=lambda row: (row.root_id == root_id, row.id), default=None)
    named = {
        "condition": _("立案条件"), "closing_condition": _("结案条件"), "limit": _("办理时限"),
        "limit_unit": _("计时单位"), "handle_limit": _("其中处置时限"),
        **{f"limit_{area}": _("%(area)s办理时限", area=_(name)) for area, name in AREA_NAMES.items()},
        **{f"handle_limit_{area}": _("%(area)s其中处置时限", area=_(name)) for area, name in AREA_NAMES.items()},
        **{f"photo_{kind}": _(name) for kind, name in PHOTO_NAMES.items()},
        "check_rule": _("核查方式"), "in_use": _("启用：立案时可以选用"),
    }  # fmt: skip
    both = side_by_side(_as_typed(now) if now else {}, request.form, named, _in_words)
    return _condition_page(category_id, now.id if now else None, request.form, {"version": late}, both)


def _in_words(name: str, given: Any) -> str:
    if name == "limit_unit":
        return _(LIMIT_UNIT_NAMES[LimitUnit(given)]) if given in set(LimitUnit) else ""
    if name == "check_rule":
        return _(CHECK_RULE_NAMES[CheckRule(given)]) if given in set(CheckRule) else _("按通常方式：监督员现场核查")
    if name == "in_use":
        return _("是") if given else _("否")
    return str(given or "")


def _condition_page(
    category_id: int,
    condition_id: int | None,
    typed: Mapping[str, Any] | None,
    errors: Mapping[str, str],
    both: Sequence[Line] = (),
) -> str:
    root_id = current_person().root_id
    with reading() as session:
        category = _category(queries.category(session, category_id, root_id))
        row = queries.condition(session, condition_id, root_id) if condition_id is not None else None
    if condition_id is not None and (row is None or row.category_id != category_id):
        raise NotFound(_("没有这个立案条件"))
    return render_template(
        "admin/condition.html",
        category=category,
        row=row,
        typed=_as_typed(row) if typed is None and row is not None else typed,
        errors=errors,
        both=both,
        today=clock.local_date(clock.now()),
        limit_unit_names=LIMIT_UNIT_NAMES,
        area_names=AREA_NAMES,
        stages=STAGES,
        stage_names=STAGE_NAMES,
        photo_names=PHOTO_NAMES,
        check_rule_names=CHECK_RULE_NAMES,
    )


def _dates_page(list_id: int, typed: Mapping[str, Any] | None, errors: Mapping[str, str]) -> str:
    with reading() as session:
        edition = next((row for row in queries.lists(session) if row.id == list_id), None)
    if edition is None:
        raise NotFound(_("没有这个清单版本"))
    said = {"valid_from": edition.valid_from, "valid_to": edition.valid_to}
    return render_template(
        "admin/category_list.html", edition=edition, typed=said if typed is None else typed, errors=errors
    )


def _category(found: Category | None) -> Category:
    if found is None:
        raise NotFound(_("没有这个类别"))
    return found


def _as_typed(row: FilingCondition) -> dict[str, Any]:
    return {
        "condition": row.condition,
        "closing_condition": row.closing_condition,
        "limit": row.limit,
        "limit_unit": row.limit_unit.value if row.limit_unit else "",
        "handle_limit": row.handle_limit,
        "in_use": "yes" if row.in_use else "",
        "check_rule": row.check_rule.value if row.check_rule else "",
        **{f"photo_{kind}": count for kind, count in row.photo_needs.items()},
        **{f"limit_{area}": limits[0] for area, limits in row.class_limits.items()},
        **{f"handle_limit_{area}": limits[1] for area, limits in row.class_limits.items()},
    }
