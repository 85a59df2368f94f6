"""Dispatch rules: in order, in plain sentences; added, changed, moved, ended, and tried on a month's cases first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases import forms, service
from gridops.cases.models import DispatchRuleRow
from gridops.cases.queries import dispatching, overview
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.dispatching import Differs, DispatchRule, Trial, try_on
from gridops.cases.rules.names import SOURCE_NAMES
from gridops.cases.service import dispatch_rules
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Conflict, Invalid, NotFound
from gridops.core.periods import Period, PeriodKind, containing
from gridops.people.queries import names_of_users, territory_rows, unit_rows
from gridops.people.rules import WORK_LINE_NAMES, Role
from gridops.web import choices, dispatch_words
from gridops.web.admin.common import Answer, keeps_all
from gridops.web.desk.months import month_of
from gridops.web.guards import current_person, current_scope, needs, needs_for_all
from gridops.web.language import chosen_language
from gridops.web.records import problems
from gridops.web.versions import Edited, Late, Standing
from gridops.web.words import day_before

pages = Blueprint("admin_dispatching", __name__, url_prefix="/admin/dispatch-rules")

# Of the cases that would have gone elsewhere, so many are listed.
LISTED = 200
_LISTS = ("categories", "sources")
_RULE = Edited(
    "dispatch rule",
    {
        "name": "规则名称", "class": "大类", "categories": "类别", "grid_id": "网格（含下级）", "sources": "来源",
        "from": "派遣时刻自", "to": "派遣时刻至", "days": "日期", "unit_id": "处置单位", "line": "工作线",
        "most": "单位在办少于（件）", "valid_from": "生效日期", "last_day": "最后一天",
    },
    {"sources": SOURCE_NAMES, "days": dispatch_words.DAY_NAMES, "line": WORK_LINE_NAMES},
)  # fmt: skip
_ORDER = Edited("dispatch rules' order", {"order": "顺序"})


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial as the page shows it; `ways`: (rule, from, to) with how many; `rows`: the first that differ, in sight."""

    month: str
    trial: Trial
    ways: list[tuple[tuple[str, str, str], int]]
    rows: list[tuple[CaseRow, Differs]]
    names: dispatch_words.Names


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The rules that hold or are to come, in order, and those replaced or ended."""
    return _list(None, {})


def _list(typed: Mapping[str, Any] | None, errors: Mapping[str, str]) -> str:
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    with reading() as session:
        rows = dispatching.rule_rows(session, root_id)
        names = dispatch_words.names_for(session, root_id, [dispatching.as_rule(row) for row in rows])
        people = names_of_users(session, {row.changed_by for row in rows if row.changed_by is not None})
    standing = dispatch_rules.standing(rows)
    return render_template(
        "admin/dispatch_rules.html",
        standing=standing,
        gone=[row for row in reversed(rows) if row not in standing],
        latest={row.number: row.id for row in standing},
        order=list(dict.fromkeys(row.number for row in standing)),
        as_rule=dispatching.as_rule,
        words=dispatch_words,
        names=names,
        people=people,
        today=today,
        keeps=keeps_all(),
        **_ORDER.page(_order(rows), typed, errors),
    )


def _order(rows: list[DispatchRuleRow]) -> dict[str, Standing]:
    """The rules in their order, each by the name it has last."""
    names = {row.number: row.name for row in dispatch_rules.standing(rows)}
    order = [f"{place} {name}" for place, name in enumerate(names.values(), start=1)]
    return {"": {"order": order}} if order else {}


@pages.get("/trial")
@needs_for_all(Role.ADMIN)
def trial() -> Answer:
    """What the rules of today would have done to the cases of a month (`?month=`; last month)."""
    root_id, month = current_person().root_id, _month(request.args)
    with reading() as session:
        rules = dispatching.rules_on(session, root_id, clock.local_date(clock.now()))
        tried = _tried(session, root_id, rules, month)
        months = _months(session, root_id)
    return render_template("admin/dispatch_trial.html", tried=tried, words=dispatch_words, listed=LISTED, months=months)


@pages.get("/new")
@needs_for_all(Role.ADMIN)
def new() -> Answer:
    """An empty rule."""
    return _form(None, {}, {})


@pages.post("/new")
@needs_for_all(Role.ADMIN)
def add() -> Answer:
    """Add a rule after all others; or only try it (`try`)."""
    return _keep(None)


@pages.get("/<int:row_id>")
@needs_for_all(Role.ADMIN)
def one(row_id: int) -> Answer:
    """The form of one rule."""
    return _form(row_id, None, {})


@pages.post("/<int:row_id>")
@needs_for_all(Role.ADMIN)
def change(row_id: int) -> Answer:
    """Begin the next version of a rule; or only try it (`try`)."""
    return _keep(row_id)


@pages.post("/<int:row_id>/move")
@needs_for_all(Role.ADMIN)
def move(row_id: int) -> Answer:
    """One place up or down in the order."""
    person, up = current_person(), request.form.get("way") == "up"
    try:
        with transaction() as session:
            _ORDER.unchanged(session, lambda: _order(dispatching.rule_rows(session, person.root_id)))
            service.move_rule(session, row_id, person.root_id, up=up, actor_id=person.user_id)
    except Late as late:
        with reading() as session:
            row = dispatching.rule_row(session, person.root_id, row_id)
        asked = [row.name if row else "—", _("上移") if up else _("下移")]
        return _list({"order": " ".join(asked)}, {"version": str(late)}), 409
    flash(_("顺序已调整。"), "good")
    return redirect(url_for(".index"))


@pages.post("/<int:row_id>/end")
@needs_for_all(Role.ADMIN)
def end(row_id: int) -> Answer:
    """End a rule from today."""
    person = current_person()
    with transaction() as session:
        service.end_rule(session, row_id, person.root_id, actor_id=person.user_id)
    flash(_("派遣规则已终止；已派遣的案件不变。"), "good")
    return redirect(url_for(".index"))


def _keep(row_id: int | None) -> Answer:
    """Save the form, or show beside it what it would have done."""
    person, typed = current_person(), _typed()
    try:
        form = forms.parse_rule(typed)
        if request.form.get("try"):
            month = _month(request.form)
            with reading() as session:
                rules = dispatch_rules.tried(session, row_id, person.root_id, form)
                tried = _tried(session, person.root_id, rules, month)
            return _form(row_id, typed, {}, tried)
        with transaction() as session:
            if row_id is None:
                service.add_rule(session, person.root_id, form, actor_id=person.user_id)
            else:
                service.change_rule(session, row_id, person.root_id, form, actor_id=person.user_id)
    except Invalid as wrong:
        return _form(row_id, typed, problems(wrong)), 422
    except Conflict as late:
        return _form(row_id, typed, {"version" if row_id else "name": str(late)}), 409
    flash(_("已保存。已派遣的案件不变，今后派遣时按此建议。"), "good")
    return redirect(url_for(".index"))


def _month(given: Mapping[str, str]) -> Period:
    """The month that was asked for; last month where none was."""
    return month_of(given.get("month"), default=False) or _last_month()


def _last_month() -> Period:
    month = containing(PeriodKind.MONTH, clock.local_date(clock.now())).previous()
    assert month is not None, "every month has one before"
    return month


def _months(session: Session, root_id: int) -> list[tuple[str, str]]:
    """The months to choose from, each with its words: those in which cases were sent, and last month; latest first."""
    last = _last_month().label
    found = sorted({last, *(month.label for month in dispatching.months_sent(session, root_id))}, reverse=True)
    return [(month, _("%(month)s（上月）", month=month) if month == last else month) for month in found]


def _tried(session: Session, root_id: int, rules: list[DispatchRule], month: Period) -> Tried:
    """A month's cases under some rules: counts are of the whole jurisdiction, listed is what one sees."""
    sent = dispatching.sent_between(session, root_id, month.start, month.end)
    found = try_on(rules, sent, dispatching.ground(session, root_id, rules))
    units = {one.sent.unit_id for one in found.differing} | {one.choice.unit_id for one in found.differing}
    names = dispatch_words.names_for(session, root_id, rules, units)
    ways = Counter(
        (one.choice.rule.name, names.units.get(one.sent.unit_id, "—"), names.units.get(one.choice.unit_id, "—"))
        for one in found.differing
    )
    first = {one.sent.case_id: one for one in found.differing[:LISTED]}
    rows = overview.rows_of(session, current_scope(), list(first))
    return Tried(month.label, found, ways.most_common(), [(row, first[row.id]) for row in rows], names)


def _typed() -> dict[str, Any]:
    """The form, those fields as lists that may be given several times."""
    given: dict[str, Any] = dict(request.form.items())
    return {**given, **{name: request.form.getlist(name) for name in _LISTS}}


def _as_typed(row: DispatchRuleRow) -> dict[str, Any]:
    """A rule as its form says it; the next version begins today, or with one still to come, unless a day is named."""
    rule = dispatching.as_rule(row)
    asked = rule.conditions
    begins, ends = dispatch_words.clock_words(asked.hours) if asked.hours else ("", "")
    return {
        "name": rule.name,
        "class": f"{asked.kind}/{asked.class_code}" if asked.class_code else "",
        "categories": [str(one) for one in asked.categories],
        "grid_id": str(asked.grid_id or ""),
        "sources": [source.value for source in asked.sources],
        "from": begins,
        "to": ends,
        "days": asked.days.value if asked.days else "",
        "unit_id": str(rule.unit_id or ""),
        "line": rule.line.value if rule.line else "",
        "most": rule.most or "",
        "valid_from": row.valid_from.isoformat() if row.valid_from > clock.local_date(clock.now()) else "",
        "last_day": day_before(row.valid_to) or "",
    }


def _form(
    row_id: int | None, typed: Mapping[str, Any] | None, errors: Mapping[str, str], tried: Tried | None = None
) -> str:
    root_id = current_person().root_id
    today = clock.local_date(clock.now())
    with reading() as session:
        row = _row(session, root_id, row_id, late="version" in errors) if row_id is not None else None
        classes = choices.classes(session, root_id)
        areas = territory_rows(session, root_id)
        units = [row for row in unit_rows(session, root_id) if row.valid_to is None or row.valid_to > today]
        months = _months(session, root_id)
    named = attrgetter("name_en" if chosen_language() == "en" else "name_zh")
    words = {
        **_RULE.words,
        "class": {f"{group.kind}/{group.code}": named(group) for group in classes},
        "categories": {str(one.id): named(one) for group in classes for one in group.choices},
        "grid_id": {str(area.id): area.name for area in areas},
        "unit_id": {str(unit.id): unit.name for unit in units},
    }
    return render_template(
        "admin/dispatch_rule.html",
        row_id=row.id if row else None,
        tried=tried,
        words=dispatch_words,
        listed=LISTED,
        classes=classes,
        areas=areas,
        units=units,
        months=months,
        month=tried.month if tried else _last_month().label,
        kind_names=choices.KIND_NAMES,
        sources=[(source.value, _(name)) for source, name in SOURCE_NAMES.items()],
        days=[(day.value, _(name)) for day, name in dispatch_words.DAY_NAMES.items()],
        lines=[(line.value, _(name)) for line, name in WORK_LINE_NAMES.items()],
        today=today,
        **replace(_RULE, words=words).page({"": _as_typed(row)} if row else {}, typed, errors),
    )


def _row(session: Session, root_id: int, row_id: int, *, late: bool) -> DispatchRuleRow | None:
    """The version of a rule that its form is about; of one that came too late the last that stands, if any does."""
    row = dispatching.rule_row(session, root_id, row_id)
    if row is None:
        raise NotFound("没有这条派遣规则")
    if not late:
        return row
    stands = dispatch_rules.standing(dispatching.rule_rows(session, root_id))
    return max((one for one in stands if one.number == row.number), key=lambda one: one.id, default=None)
