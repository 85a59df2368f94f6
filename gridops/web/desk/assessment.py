"""/desk/assessment: what city and district problems cost in points, and what can be reported beforehand (提前上报)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.assessment import forms, queries, service
from gridops.assessment.queries import SHOWN, ProblemRow
from gridops.assessment.rules import HOLDS, KEEPERS, NEAR_M, Standing, Summary, summary
from gridops.cases.queries import pages as case_pages
from gridops.core.db import reading
from gridops.core.periods import Period
from gridops.people.queries import UnitRow, unit_rows
from gridops.web import list_files, versions
from gridops.web.desk import assessed, columns, common
from gridops.web.desk.months import month_of
from gridops.web.desk.trying import Answer, Tried, attempt
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_assessment", __name__, url_prefix="/desk/assessment")

Act = Callable[[Session, int, Mapping[str, str]], object]


@pages.get("")
@needs(*common.READERS)
def index() -> Answer:
    """The problems from above of a month with what each costs and why; sums by unit for information, never ranked."""
    period = month_of(request.args.get("month"), default=True)
    assert period is not None
    rows, units = _problems(period)
    return render_template(
        "desk/assessment.html",
        month=period,
        rows=rows,
        whole=summary([row.cost for row in rows]),
        lines=_by_unit(rows, units),
        unit_names={unit.id: unit.name for unit in units},
        csv_url=url_for(".export", month=period.label),
        units_url=url_for(".units", month=period.label),
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        left_out=[one for one in Standing if one not in (Standing.COUNTED, Standing.EARLY)],
        **assessed.words(),
        **common.words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*common.READERS)
def export() -> Answer:
    """The problems from above of the month, as a file."""
    period = month_of(request.args.get("month"), default=True)
    assert period is not None
    rows, units = _problems(period)
    of = columns.assessed({unit.id: unit.name for unit in units})
    return list_files.of_rows("assessment", of, rows, {"month": period.label})


@pages.get("/units.csv")
@pages.get("/units.xlsx", endpoint="units_workbook")
@needs(*common.READERS)
def units() -> Answer:
    """The sums by unit of the month, as a file."""
    period = month_of(request.args.get("month"), default=True)
    assert period is not None
    lines = _by_unit(*_problems(period))
    return list_files.of_rows("assessment-units", columns.ASSESSED_UNITS, lines, {"month": period.label})


def _problems(period: Period) -> tuple[list[ProblemRow], list[UnitRow]]:
    """The problems from above of a month, and the units of the jurisdiction."""
    with reading() as session:
        rows = queries.problems(session, current_scope(), period.start, period.end)
        return rows, unit_rows(session, current_scope().root_id)


@pages.get("/early")
@needs(*common.READERS)
def early() -> Answer:
    """Open problems of our own finding that a level looks for, the costliest first."""
    with reading() as session:
        rows = queries.own_open(session, current_scope())
        any_rule = bool(queries.rules_of(session, current_scope().root_id))
    return render_template(
        "desk/assessment_early.html",
        rows=rows,
        shown=SHOWN,
        any_rule=any_rule,
        days=HOLDS.days,
        near=round(NEAR_M),
        **assessed.words(),
        **common.words(),
    )


@pages.get("/early.csv")
@pages.get("/early.xlsx", endpoint="early_workbook")
@needs(*common.READERS)
def early_file() -> Answer:
    """What can be reported beforehand, as a file."""
    with reading() as session:
        found = queries.own_open(session, current_scope(), limit=None)
        return list_files.of_rows("assessment-early", columns.EARLY, found, {})


@pages.get("/cases/<number>")
@needs(*common.READERS)
def show(number: str) -> Answer:
    """What the assessment makes of a case."""
    return _page(number, Tried())


@pages.post("/cases/<number>/level")
@needs(*common.READERS)
def level(number: str) -> Answer:
    """Say which level sent a problem down."""

    def act(session: Session, case_id: int, raw: Mapping[str, str]) -> None:
        _unchanged(session, number, "level")
        service.set_level(session, current_person(), case_id, forms.level_form(raw))

    return _act(number, "level", act, _("考核层级已保存。"))


@pages.post("/cases/<number>/early")
@needs(*common.READERS)
def report(number: str) -> Answer:
    """Keep that a problem of ours was reported upward beforehand, or correct that."""
    corrects = request.form.get("corrects", "")

    def act(session: Session, case_id: int, raw: Mapping[str, str]) -> None:
        service.report_early(session, current_person(), case_id, forms.early_form(raw))

    return _act(number, f"correct-{corrects}" if corrects else "early", act, _("提前上报已登记。"))


@pages.post("/cases/<number>/judge")
@needs(*common.READERS)
def judge(number: str) -> Answer:
    """A person's word whether the problem is the one that was reported beforehand."""

    def act(session: Session, case_id: int, raw: Mapping[str, str]) -> None:
        form = forms.judgement_form(raw)
        _unchanged(session, number, "judge")
        service.judge_early(session, current_person(), case_id, form)

    return _act(number, f"judge-{request.form.get('early', '')}", act, _("认定已登记。"))


def _unchanged(session: Session, number: str, form: str) -> None:
    """Go on only if nobody changed what a form of the panel is about."""

    def standing() -> dict[str, versions.Standing]:
        person = current_person()
        panel = assessed.of_case(session, person, case_pages.case_in_sight(session, person, number))
        return panel.standing(form) if panel else {}

    assessed.Panel(number, keeps=False, judges=False).edited(form).unchanged(session, standing)


def _act(number: str, form: str, act: Act, said: str) -> Answer:
    def here(session: Session, raw: Mapping[str, str]) -> None:
        act(session, case_pages.id_in_sight(session, current_scope(), number), raw)

    back = url_for("desk_case.show", number=number, _anchor="assessment")
    if month := month_of(request.form.get("back"), default=False):
        back = url_for(".index", month=month.label)
    return attempt(lambda tried: _page(number, tried), form, here, said, back)


def _page(number: str, tried: Tried) -> str:
    person = current_person()
    with reading() as session:
        case = case_pages.case_in_sight(session, person, number)
        panel = assessed.of_case(session, person, case) or assessed.Panel(number, keeps=False, judges=False)
        overtaken, tried = assessed.late(session, case, panel, tried)
    given: dict[str, Any] = {
        **assessed.words(),
        **common.words(),
        "assessed_tried": tried,
        "overtaken": overtaken,
        "local_input": common.local_input,
    }
    return render_template("desk/assessment_case.html", case=case, panel=panel, **given)


def _by_unit(rows: list[ProblemRow], units: list[UnitRow]) -> list[tuple[str, Summary]]:
    """Units in the order of their tree, with the sums of their problems; the last without a unit."""
    costs: dict[int | None, list[Any]] = {}
    for row in rows:
        costs.setdefault(row.unit_id, []).append(row.cost)
    names = [(unit.id, unit.name) for unit in units if unit.id in costs]
    found: list[tuple[int | None, str]] = [*names, *([(None, "")] if None in costs else [])]
    return [(name, summary(costs[unit_id])) for unit_id, name in found]
