"""Category lists with their versions, and the filing conditions on which limits hang."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
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
    Kind,
    class_of,
    conditions_on,
    in_force,
)
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import NotFound
from gridops.people.rules import Role
from gridops.web import explain
from gridops.web.admin.common import Answer, keeps_all, last_word, refusable
from gridops.web.guards import current_person, needs, needs_for_all
from gridops.web.versions import YES_NO, Edited, Standing
from gridops.worktime.rules import LIMIT_UNIT_NAMES

pages = Blueprint("admin_categories", __name__, url_prefix="/admin/categories")

KIND_NAMES = {Kind.EVENT: "事件", Kind.COMPONENT: "部件", Kind.FINDING: "检查问题"}


_DATES = Edited("category list", {"valid_from": "启用日期", "valid_to": "废止日期"})
_NAME = Edited("category name", {"name_zh": "名称", "name_en": "英文名称"})
_AREA_LIMITS = {"limit": "%(area)s办理时限", "handle_limit": "%(area)s其中处置时限"}
_CONDITION = Edited(
    "filing condition",
    {
        "condition": "立案条件", "closing_condition": "结案条件", "limit": "办理时限", "limit_unit": "计时单位",
        "handle_limit": "其中处置时限",
        **{f"{limit}_{area}": lazy_gettext(called, area=lazy_gettext(name))
           for area, name in AREA_NAMES.items() for limit, called in _AREA_LIMITS.items()},
        **{f"photo_{kind}": name for kind, name in PHOTO_NAMES.items()},
        "check_rule": "核查方式", "in_use": "启用：立案时可以选用",
    },
    {
        "limit_unit": LIMIT_UNIT_NAMES,
        "check_rule": {"": "按通常方式：监督员现场核查", **CHECK_RULE_NAMES},
        "in_use": YES_NO,
    },
)  # fmt: skip


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
        kind_names=KIND_NAMES,
        limit_unit_names=LIMIT_UNIT_NAMES,
        area_names=AREA_NAMES,
        asked=explain.asked,
        running=running,
        **_NAME.page(_names(category), typed, errors or {}),
    )


def _running(session: Session, root_id: int, rows: list[FilingCondition]) -> dict[int, int]:
    """Condition of today -> how many running cases stand under an earlier version of it."""
    counts = renewing.counts_under(session, root_id, [row.id for row in rows])
    chosen = conditions_on(rows, clock.local_date(clock.now()))
    found = {now.id: sum(counts.get(row.id, 0) for row in rows if row.position == now.position) for now in chosen}
    return {now: total - counts.get(now, 0) for now, total in found.items()}


def _condition_page(
    category_id: int, condition_id: int | None = None, *, typed: Mapping[str, Any] | None, errors: Mapping[str, str]
) -> str:
    root_id = current_person().root_id
    with reading() as session:
        category = _category(queries.category(session, category_id, root_id))
        row = queries.condition(session, condition_id, root_id) if condition_id is not None else None
        if condition_id is not None and (row is None or row.category_id != category_id):
            raise NotFound(_("没有这个立案条件"))
        if row is not None and "version" in errors:
            rows = queries.condition_rows(session, [category_id], root_id)[category_id]
            row = last_word((one for one in rows if one.position == row.position), root_id)
    return render_template(
        "admin/condition.html",
        category=category,
        row=row,
        today=clock.local_date(clock.now()),
        limit_unit_names=LIMIT_UNIT_NAMES,
        area_names=AREA_NAMES,
        stages=STAGES,
        stage_names=STAGE_NAMES,
        photo_names=PHOTO_NAMES,
        check_rule_names=CHECK_RULE_NAMES,
        **_CONDITION.page({"": _as_typed(row)} if row else {}, typed, errors),
    )


def _dates_page(list_id: int, typed: Mapping[str, Any] | None, errors: Mapping[str, str]) -> str:
    with reading() as session:
        edition = _edition(session, list_id)
    return render_template("admin/category_list.html", edition=edition, **_DATES.page(_days(edition), typed, errors))


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
@refusable(_dates_page)
def dates_post(list_id: int) -> Answer:
    """Change the dates of an edition."""
    person = current_person()
    form = forms.parse_dates(request.form)
    with transaction() as session:
        _DATES.unchanged(session, lambda: _days(_edition(session, list_id)))
        service.edit_list_dates(session, list_id, form, actor_id=person.user_id, root_id=person.root_id)
    flash(_("已保存。"), "good")
    return redirect(url_for(".dates", list_id=list_id))


@pages.get("/<int:category_id>")
@needs(Role.ADMIN)
def one(category_id: int) -> Answer:
    """One category: conditions in force, what was and what is planned."""
    return _category_page(category_id)


@pages.post("/<int:category_id>/name")
@needs_for_all(Role.ADMIN)
@refusable(_category_page)
def rename(category_id: int) -> Answer:
    """Name a local extension."""
    person = current_person()
    form = forms.parse_name(request.form)
    with transaction() as session:
        _NAME.unchanged(session, lambda: _names(_category(queries.category(session, category_id, person.root_id))))
        service.rename_local_category(session, category_id, person.root_id, form, actor_id=person.user_id)
    flash(_("已保存。"), "good")
    return redirect(url_for(".one", category_id=category_id))


@pages.get("/<int:category_id>/conditions/new")
@needs_for_all(Role.ADMIN)
def new_condition(category_id: int) -> Answer:
    """The form for a further condition."""
    return _condition_page(category_id, typed={"in_use": "yes"}, errors={})


@pages.post("/<int:category_id>/conditions/new")
@needs_for_all(Role.ADMIN)
@refusable(_condition_page)
def add_condition(category_id: int) -> Answer:
    """Add a condition."""
    person = current_person()
    form = forms.parse_condition(request.form)
    with transaction() as session:
        service.add_condition(session, category_id, person.root_id, form, actor_id=person.user_id)
    flash(_("已添加立案条件。"), "good")
    return redirect(url_for(".one", category_id=category_id))


@pages.get("/<int:category_id>/conditions/<int:condition_id>")
@needs_for_all(Role.ADMIN)
def condition(category_id: int, condition_id: int) -> Answer:
    """The form of one condition."""
    return _condition_page(category_id, condition_id, typed=None, errors={})


@pages.post("/<int:category_id>/conditions/<int:condition_id>")
@needs_for_all(Role.ADMIN)
@refusable(_condition_page)
def edit_condition(category_id: int, condition_id: int) -> Answer:
    """What a condition says from a day on."""
    person = current_person()
    form = forms.parse_condition(request.form)
    with transaction() as session:
        row = service.edit_condition(session, condition_id, person.root_id, form, actor_id=person.user_id)
        now, changed = row.id, in_force(row, clock.local_date(clock.now())) and row.in_use
        earlier = renewing.earlier_versions(session, now, person.root_id) if changed else []
        running = renewing.counts_under(session, person.root_id, earlier)
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


def _edition(session: Session, list_id: int) -> CategoryList:
    found = next((row for row in queries.lists(session) if row.id == list_id), None)
    if found is None:
        raise NotFound(_("没有这个清单版本"))
    return found


def _days(edition: CategoryList) -> dict[str, Standing]:
    return {"": {"valid_from": edition.valid_from, "valid_to": edition.valid_to}}


def _names(category: Category) -> dict[str, Standing]:
    """Of a local extension alone: what is shipped is not named here."""
    return {"": {"name_zh": category.name_zh, "name_en": category.name_en}} if category.root_id else {}


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
