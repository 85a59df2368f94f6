"""/desk/hotline: orders of 12345 by what is due, one order with its steps, and the three rates of a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import pages as case_pages
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid, NotAllowed, NotFound
from gridops.core.ids import row_id
from gridops.core.percent import percent, printed
from gridops.core.periods import Period
from gridops.hotline import forms, queries, service
from gridops.hotline.queries import PAGE, OrderRow, Waits
from gridops.hotline.rules import (
    FEW,
    LINES,
    NUMBER_NAMES,
    RATE_NAMES,
    STEP_NAMES,
    Rates,
    StepKind,
    by_unit,
    counted,
    rates,
)
from gridops.people.queries import unit_rows
from gridops.web import list_files
from gridops.web.desk import common, order_versions, orders
from gridops.web.desk.joint import place, written
from gridops.web.desk.months import month_of
from gridops.web.desk.trying import Answer, Tried, attempt
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_hotline", __name__, url_prefix="/desk/hotline")

Act = Callable[[Session, int, Mapping[str, str]], object]
WAIT_NAMES = {Waits.CONTACT: "待联系", Waits.ANSWER: "待答复", Waits.REVISIT: "待回访", Waits.ALL: "全部工单"}
COUNTED = 999
MOST = 50_000
EXPORT_COLUMNS = (
    "order_number", "case_number", "state", "category", "address", "unit", "received_at", "contact_due_at",
    "contacted_at", "answer_due_at", "answered_at", "revisited_at", "solved", "satisfied",
)  # fmt: skip


@pages.get("")
@needs(*common.READERS)
def index() -> Answer:
    """The orders that wait, most urgent first; all of them, newest first."""
    given = request.args.get("waits", "")
    waits = Waits(given) if given in set(Waits) else Waits.CONTACT
    after = place(request.args.get("after"))
    with reading() as session:
        found = queries.page(session, current_scope(), waits, after)
        counts = queries.waiting(session, current_scope(), COUNTED)
    rows = found[:PAGE]
    more = len(found) > PAGE
    return render_template(
        "desk/hotline.html",
        rows=rows,
        waits=waits,
        wait_names=WAIT_NAMES,
        counts=counts,
        most=COUNTED,
        next_url=url_for(".index", waits=waits, after=written(queries.place_of(rows[-1], waits))) if more else None,
        first_url=url_for(".index", waits=waits) if after else None,
        csv_url=url_for(".export", waits=waits),
        **orders.words(),
        **common.words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*common.READERS)
def export() -> Answer:
    """The list of a tab as a file; who called stands in none."""
    given = request.args.get("waits", "")
    waits = Waits(given) if given in set(Waits) else Waits.CONTACT
    with reading() as session:
        rows = queries.page(session, current_scope(), waits, limit=MOST)[:MOST]
    return list_files.answer(list_files.dated("12345"), EXPORT_COLUMNS, map(_line, rows), f"waits={waits.value}")


@pages.get("/rates")
@needs(*common.READERS)
def month() -> Answer:
    """The three rates of a month with what stands above and below the line, in all and by unit (information only)."""
    period = month_of(request.args.get("month"), default=True)
    assert period is not None
    start, end = period.told_at(clock.now())
    with reading() as session:
        told = queries.told(session, current_scope(), start, end)
        units = unit_rows(session, current_scope().root_id)
    found = by_unit(told, start, end)
    lines: list[tuple[int | None, str, Rates]] = [(one.id, one.name, found[one.id]) for one in units if one.id in found]
    lines += [(None, "", found[None])] if None in found else []
    return render_template(
        "desk/hotline_rates.html",
        month=period,
        end=end,
        whole=rates(told, start, end),
        lines=lines,
        few=FEW,
        shown=_shown,
        **_rate_words(),
        **common.words(),
    )


@pages.get("/rates/cases")
@needs(*common.READERS)
def behind() -> Answer:
    """The orders behind one number; `missed`: those below the line that are not above it."""
    rows, kept, period = _behind()
    of = kept["of"]
    return render_template(
        "desk/hotline_behind.html",
        rows=rows,
        month=period,
        csv_url=url_for(".behind_file", **kept),
        of=of,
        missed=_missed_of(of) if kept.get("missed") else None,
        **_rate_words(),
        **orders.words(),
        **common.words(),
    )


@pages.get("/rates/cases.csv")
@pages.get("/rates/cases.xlsx", endpoint="behind_workbook")
@needs(*common.READERS)
def behind_file() -> Answer:
    """The orders behind one number, as a file with the columns of the list; who called stands in none."""
    rows, kept, _period = _behind()
    return list_files.answer(list_files.dated("12345"), EXPORT_COLUMNS, map(_line, rows), list_files.said(kept))


def _behind() -> tuple[list[OrderRow], dict[str, Any], Period]:
    """The orders behind the number of an address, the address itself, and its month; NotFound for no such number."""
    period = month_of(request.args.get("month"), default=True)
    assert period is not None
    names = ("of", "unit", "missed")
    kept: dict[str, Any] = {name: value for name in names if (value := request.args.get(name, "")[:40])}
    of, unit = kept.get("of", ""), kept.get("unit", "")
    if of not in NUMBER_NAMES:
        raise NotFound("没有这个数字")
    missed = _missed_of(of) if kept.get("missed") else None
    start, end = period.told_at(clock.now())
    with reading() as session:
        told = queries.told(session, current_scope(), start, end)
        wanted = [order for order in told if not unit or order.unit_id == _unit(unit)]
        seen = {order.order_id: counted(order, start, end) for order in wanted}
        ids = [one for one, n in seen.items() if getattr(n, of) and not (missed and getattr(n, missed))]
        rows = queries.rows_of(session, current_scope(), ids)
    return rows, {**kept, "month": period.label}, period


@pages.get("/cases/<number>")
@needs(*common.READERS)
def show(number: str) -> Answer:
    """The order of a case."""
    return _page(number, Tried())


@pages.post("/cases/<number>")
@needs(*common.REGISTRARS)
def keep(number: str) -> Answer:
    """Write down the order of a case, or change it."""

    def act(session: Session, case_id: int, raw: Mapping[str, str]) -> None:
        service.keep_order(session, current_person(), case_id, forms.order_form(raw))

    return _act(number, "order", act, _("12345 工单已保存。"))


@pages.post("/cases/<number>/steps")
@needs(*common.READERS)
def step(number: str) -> Answer:
    """A step for the caller, or the correction of one."""
    kind, corrects = request.form.get("kind", ""), request.form.get("corrects", "")

    def act(session: Session, case_id: int, raw: Mapping[str, str]) -> None:
        service.record_step(session, current_person(), case_id, forms.step_form(raw))

    name = _(STEP_NAMES[StepKind(kind)]) if kind in set(StepKind) else ""
    return _act(number, f"correct-{corrects}" if corrects else kind, act, _("已登记：%(step)s", step=name))


@pages.post("/cases/<number>/contact")
@needs(*common.READERS)
def contact(number: str) -> Answer:
    """The same with who called in clear; who looked is kept."""
    with transaction() as session:
        case_id = case_pages.id_in_sight(session, current_scope(), number)
        told = service.read_contact(session, current_person(), case_id)
    return _page(number, Tried(), told)


def _line(row: OrderRow) -> tuple[Any, ...]:
    it = row.order
    times = (it.received_at, it.contact_due_at, it.contacted_at, it.answer_due_at, it.answered_at, it.revisited_at)
    said = ["" if each is None else "yes" if each else "no" for each in (it.solved, it.satisfied)]
    told = map(list_files.cell, times)
    parts = [(one.case_number, one.state.value, one.unit or "") for one in row.parts]
    number, state, unit = map("; ".join, zip(*parts, strict=True)) if parts else (row.case_number, row.state, row.unit)
    return (it.number, number, state, row.category, row.address, unit, *told, *said)


def _act(number: str, form: str, act: Act, said: str) -> Answer:
    def here(session: Session, raw: Mapping[str, str]) -> None:
        act(session, case_pages.id_in_sight(session, current_scope(), number), raw)

    back = url_for("desk_case.show", number=number, _anchor="hotline")
    return attempt(lambda tried: _page(number, tried, _who_called(number, tried)), form, here, said, back)


def _who_called(number: str, tried: Tried) -> tuple[str, str] | None:
    """Who called as it is kept now, for a form of the order that came too late; who looked is kept, as ever."""
    if tried.form != order_versions.ORDER or "version" not in tried.errors:
        return None
    try:
        with transaction() as session:
            case_id = case_pages.id_in_sight(session, current_scope(), number)
            return service.read_contact(session, current_person(), case_id)
    except (NotAllowed, NotFound):
        return None


def _page(number: str, tried: Tried, told: tuple[str, str] | None = None) -> str:
    person = current_person()
    with reading() as session:
        case = case_pages.case_in_sight(session, person, number)
        panel = orders.of_case(session, person, case)
        why = orders.why_due(session, panel.order) if panel and panel.order else {}
    if panel is None:
        raise NotFound("这个案件不是 12345 热线来的")
    beside = order_versions.beside(panel, tried, told)
    given: dict[str, Any] = {
        **orders.words(),
        **common.words(),
        "hotline_tried": order_versions.anew(panel, tried),
        "beside": beside,
        "local_input": common.local_input,
    }
    return render_template("desk/hotline_order.html", case=case, panel=panel, why=why, contact=told, **given)


def _missed_of(below: str) -> str:
    """The count above the line for which `below` stands under it; the first where there are two."""
    given = request.args.get("missed", "")
    return next((above for above, under in LINES.values() if under == below and above == given), "")


def _unit(text: str) -> int | None:
    """A unit of an address; `none`: without one."""
    if text == "none":
        return None
    try:
        return row_id(text)
    except ValueError:
        raise Invalid(("unit", "无法识别的筛选条件")) from None


def _shown(found: Rates) -> dict[str, tuple[str | None, int, int]]:
    """Rate -> (percentage, numerator, denominator)."""
    return {name: (printed(percent(*parts)), *parts) for name, parts in found.parts.items()}


def _rate_words() -> Mapping[str, Any]:
    return {"rate_names": RATE_NAMES, "number_names": NUMBER_NAMES, "rate_lines": LINES}
