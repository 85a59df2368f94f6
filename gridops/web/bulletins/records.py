"""The lists behind figures and behind the cells of tables: exactly the records counted; as a page and as a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gridops.bulletins import behind
from gridops.bulletins.models import Bulletin
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.core import clock
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.figures import service as figures
from gridops.figures.counts import PREFIX
from gridops.web import list_files
from gridops.web.bulletins import common, facts, panel
from gridops.web.bulletins.view import area_name, shown_document
from gridops.web.guards import needs
from gridops.web.language import category_name

pages = Blueprint("bulletin_records", __name__, url_prefix="/bulletins/<int:bulletin_id>")

Answer = str | Response | tuple[str, int]
PAGE = 50
LATE = "late_records"
# What each table shows; every cell opens its list.
COLUMNS = (
    "reported", "self_handled", "accepted", "filed", "share", "dispatched", "should_handle", "handled_on_time",
    "on_time_handling_rate", "should_close", "closed", "closing_rate", "on_time_rate", "overdue_open", "rework",
)  # fmt: skip
_SHARE = "占比"
_TIMES = {
    "reported_at": "上报时间",
    "filed_at": "立案时间",
    "dispatched_at": "派遣时间",
    "due_at": "时限",
    "handle_due_at": "处置时限",
    "handled_at": "反馈时间",
    "closed_at": "结案时间",
}


@pages.get("/records/<key>")
@needs(*common.READERS)
def records(bulletin_id: int, key: str) -> Answer:
    """A page of the list behind a figure, or the whole of it with `format=csv` or `xlsx`."""
    if key in panel.OF_GRIDS:
        return _grids(bulletin_id, key)
    asked = behind.Asked(key, request.args.get("table") or None, request.args.get("row") or None)
    after = request.args.get("after", 0, type=int)
    after = after if 0 <= after < 2**63 else 0
    with reading() as session:
        row = common.seen(session, bulletin_id)
        document = shown_document(session, row)
        told = _told(row, document.contract if document else {}, asked)
        name = common.title_of(row, common.period(session, row), common.series_name(session, row))
        span, area = common.span_of(common.period(session, row)), area_name(session, row)
        try:
            if figures.lists_facts(key):
                return facts.page(session, row, asked, told, f"{area} {name}")
            if list_files.form_asked():
                return _file(behind.lines_of(session, row, asked), row, f"{area} {name}", told)
            lines, more = behind.page_of(session, row, asked, after=after, limit=PAGE)
        except Invalid:
            raise NotFound("没有这项数据的名单") from None
    kept: dict[str, Any] = {name: value for name in ("table", "row") if (value := request.args.get(name))}
    here = {"bulletin_id": bulletin_id, "key": key, **kept}
    return render_template(
        "bulletins/records.html",
        row=row,
        name=name,
        area=area,
        span=span,
        told=told,
        key=key,
        lines=lines,
        source_names=SOURCE_NAMES,
        state_names=STATE_NAMES,
        csv_url=url_for(".records", format="csv", **here),
        next_url=url_for(".records", after=more, **here) if more else None,
        first_url=url_for(".records", **here) if after else None,
    )


def _grids(bulletin_id: int, key: str) -> str:
    """The grids behind a figure of the territory, as it was on the period's last day."""
    with reading() as session:
        row = common.seen(session, bulletin_id)
        period = common.period(session, row)
        return render_template(
            "bulletins/grid_records.html",
            row=row,
            name=common.title_of(row, period, common.series_name(session, row)),
            area=area_name(session, row),
            span=common.span_of(period),
            key=key,
            label=panel.NAMES[key],
            grids=figures.grids_counted(session, row.grid_id, period, staffed_only=key == "grids.staffed"),
        )


@pages.get("/tables/<name>")
@needs(*common.READERS)
def table(bulletin_id: int, name: str) -> Answer:
    """A table of the bulletin, every cell with its list."""
    if name not in panel.TABLES:
        raise NotFound("没有这张表")
    with reading() as session:
        row = common.seen(session, bulletin_id)
        document = shown_document(session, row)
        title = common.title_of(row, common.period(session, row), common.series_name(session, row))
        area = area_name(session, row)
    tables = document.contract["tables"] if document else {}
    rows = tables.get(name) or []
    if not rows and name in panel.FACT_TABLES:
        raise NotFound("没有这张表")
    return render_template(
        "bulletins/table.html",
        row=row,
        title=title,
        area=area,
        name=name,
        rows=rows,
        columns=_columns(name, rows),
        listed=panel.LISTED,
        text=panel.text,
        tables=[(key, words_) for key, words_ in panel.TABLES.items() if tables.get(key)],
    )


def _columns(name: str, rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Column, its head, and the figure whose list a cell opens; columns of outings only where there were any."""
    of_cases = [
        (key, _SHARE if key == "share" else panel.NAMES[PREFIX + key], PREFIX + key)
        for key in (() if name in panel.FACT_TABLES else COLUMNS)
    ]
    of_facts = {
        figure.key: (column, figure.name, figure.key) for column, figure in panel.OF_TABLES.get(name, {}).items()
    }
    return of_cases + [
        each for each in of_facts.values() if any(row.get(each[0]) not in (None, 0, "0.00") for row in rows)
    ]


def _told(row: Bulletin, contract: dict[str, Any], asked: behind.Asked) -> dict[str, Any]:
    """What the list is, in words, and how many the bulletin says."""
    of_cases = not figures.lists_facts(asked.figure) and not asked.figure.startswith(PREFIX)
    full = PREFIX + asked.figure if of_cases else asked.figure
    rate = panel.PARTS_OF_RATES.get(full)
    counted = rate[1] if rate else full
    label = "补报" if asked.figure.removeprefix(PREFIX) == LATE else panel.NAMES.get(counted, asked.figure[:80])
    figure = (contract.get("figures") or {}).get(counted, {})
    value, cell = figure.get("value"), None
    if asked.table and asked.row:
        rows = (contract.get("tables") or {}).get(asked.table) or []
        found = next((line for line in rows if line["key"] == asked.row), None)
        named = category_name(found["label"]) if found else asked.row[:80]
        cell = _("%(table)s：%(row)s", table=_(panel.TABLES.get(asked.table, asked.table[:40])), row=_(named))
        value = found.get(panel.COLUMN_OF.get((asked.table, counted), counted.removeprefix(PREFIX))) if found else None
    return {
        "label": label,
        "definition": figure.get("definition", ""),
        "of_rate": panel.NAMES[full] if rate else None,
        "value": value,
        "times": figure.get("unit") == "times",
        "cell": cell,
        "as_of": clock.parse_instant(contract["as_of"]) if contract.get("as_of") else None,
        "locked": row.frozen_set_id is not None or row.corrects_id is not None,
    }


def _file(lines: Any, row: Bulletin, title: str, told: dict[str, Any]) -> Response:
    """The whole list; cells that a spreadsheet would run are escaped, the last line says how many rows of what."""
    header = [
        _("案件号"),
        _("类别"),
        _("来源"),
        _("网格"),
        _("处置单位"),
        _("地址"),
        *map(_, _TIMES.values()),
        _("当前状态"),
    ]
    about = "; ".join(part for part in (title, row.period, told["label"], told["cell"]) if part)
    return list_files.answer(f"{title} {told['label']}", header, map(_cells, lines), about)


def _cells(line: behind.Line) -> list[Any]:
    times = [clock.local(at).isoformat() if (at := line.times.get(name)) else "" for name in _TIMES]
    return [
        line.number, category_name(line.category), _(SOURCE_NAMES[line.source]), line.grid, line.unit, line.address,
        *times, _(STATE_NAMES[line.state]),
    ]  # fmt: skip
