"""/desk/map/figures: one figure of a month by territory, to colour the map, and the cases behind it; no penalties."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins.composing import PARTS_NAMES
from gridops.bulletins.rules.series import default_series
from gridops.cases.queries import overview
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.core import clock, periods
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.core.ids import row_id
from gridops.core.periods import Period, PeriodKind
from gridops.figures import service as figures
from gridops.figures.counts import PREFIX
from gridops.figures.rules import classes
from gridops.figures.service import TERRITORIAL
from gridops.grids import queries as grids
from gridops.grids.rules import Level
from gridops.grids.rules.tree import Node, Tree
from gridops.people.queries import Scope
from gridops.web import list_files
from gridops.web.bulletins import panel
from gridops.web.desk import columns, common
from gridops.web.guards import current_scope, needs

pages = Blueprint("desk_shades", __name__, url_prefix="/desk/map")

SERIES = default_series(PeriodKind.MONTH)
PAGE = 50
_FIRST = PREFIX + "reported"
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((name, tuple(PREFIX + key for key in keys)) for name, keys in panel.GROUPS),
    *(
        (name, tuple(key for key in TERRITORIAL if key.startswith(starts)))
        for name, starts in (*panel.MATTERS, ("12345", ("hotline.",)), (panel.GRIDS, ("grids.",)))
    ),
)


def offered(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """The figures that may colour the map, in groups: key and name; none for who sees no grid whole."""
    if scope.grid_ids is not None and not scope.grid_ids:
        return []
    return [(_(name), [(key, _(panel.NAMES[key])) for key in keys]) for name, keys in GROUPS if keys]


def levels(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """The levels below what the person sees: key and name, the upper first."""
    tree = grids.tree(session)
    seen = _highest(tree, scope)
    below = tree.descendants(seen) - {seen} if seen is not None else frozenset()
    there = {tree.nodes[grid_id].level for grid_id in below}
    return [(level.value, _(name)) for level, name in PARTS_NAMES.items() if level in there]


@pages.get("/figures")
@needs(*common.READERS)
def shades() -> Response:
    """A figure of a month, as JSON: `figure` its key, `at` the code of a grid (else the highest in sight), `month`.

    Its rows are the grids right below, or with `level` all of that level; each in its class (`step`; null: no data).
    """
    scope, key = current_scope(), request.args.get("figure", _FIRST)
    with reading() as session:
        tree = grids.tree(session)
        node = tree.nodes[_seen(session, tree, scope, request.args.get("at", ""))]
        month = _month(session, node)
        told = figures.by_territory(session, node.grid_id, month, SERIES, key, _level())
        above = tree.nodes.get(node.parent_id) if node.parent_id else None
    return jsonify(
        code=node.code,
        name=node.name,
        above=above.code if above and scope.sees_grid(above.grid_id) else None,
        month=month.label,
        as_of=clock.local(told.as_of).isoformat(timespec="minutes"),
        **_told(key, told.lines),
        rows=_rows(key, told.lines, tree, node, month),
    )


@pages.get("/figures/cases")
@needs(*common.READERS)
def records() -> str:
    """The cases behind a figure of a grid and month, just those counted; `own`: in none of the grids of `level`."""
    after = request.args.get("after", 0, type=row_id) or 0
    with reading() as session:
        key, node, month, own = _list_asked(session)
        case_ids, following = _counted(session, key, node, month, own=own, after=after, limit=PAGE)
        rows = overview.rows_of(session, current_scope(), case_ids)
    kept = _address(key, month, node.code, _level(), own=own)
    rate = panel.PARTS_OF_RATES.get(key)
    return render_template(
        "desk/shade_records.html",
        label=panel.NAMES[rate[1] if rate else key],
        of_rate=panel.NAMES[key] if rate else None,
        grid=node.name,
        own=own,
        month=month.label,
        rows=rows,
        now=clock.now(),
        source_names=SOURCE_NAMES,
        state_names=STATE_NAMES,
        csv_url=url_for(".export", **kept),
        next_url=url_for(".records", after=following, **kept) if following else None,
        first_url=url_for(".records", **kept) if after else None,
    )


@pages.get("/figures/cases.csv")
@pages.get("/figures/cases.xlsx", endpoint="workbook")
@needs(*common.READERS)
def export() -> Response:
    """The cases behind a figure of a grid and month, as a file."""
    with reading() as session:
        key, node, month, own = _list_asked(session)
        # Counted once: a count for each batch would take long, and each would be of another instant.
        case_ids, _after = _counted(session, key, node, month, own=own)
        found = list_files.in_batches(case_ids, partial(overview.rows_of, session, current_scope()))
        kept = _address(key, month, node.code, _level(), own=own)
        return list_files.of_rows(key, columns.counted(clock.now()), found, kept)


def _list_asked(session: Session) -> tuple[str, Node, Period, bool]:
    """The figure, grid and month of an address, and whether of the grid alone; NotFound where it has no list."""
    key = request.args.get("figure", _FIRST)
    if key not in TERRITORIAL or not figures.lists_cases(key):
        raise NotFound("没有这项数据的名单")
    tree = grids.tree(session)
    node = tree.nodes[_seen(session, tree, current_scope(), request.args.get("at", ""))]
    return key, node, _month(session, node), request.args.get("own") == "1"


def _counted(
    session: Session, key: str, node: Node, month: Period, *, own: bool, after: int = 0, limit: int = figures.ALL
) -> tuple[Sequence[int], int | None]:
    """The ids of the cases behind a figure, and where the next begins; who sees which, `rows_of` knows."""
    cell: dict[str, Any] = {"table": "by_grid", "row": node.code, "level": _level()} if own else {}
    where = (session, node.grid_id, month, SERIES, key)
    if figures.lists_facts(key):
        told = figures.fact_records(*where, **cell, after=after, limit=limit)
        return tuple(fact.id for fact in told.facts), told.after
    page = figures.records(*where, **cell, after=after, limit=limit)
    return page.case_ids, page.after


def _told(key: str, lines: Sequence[figures.Line]) -> dict[str, Any]:
    """What the figure is, and its classes in words."""
    figure = next((line.figure for line in lines), {})
    parts = panel.PARTS_OF_RATES.get(key)
    whole = figure.get("unit") not in ("percent", "km2")
    size = _size(lines)
    steps = [{"step": None, "text": _("没有数据")}, {"step": 0, "text": "0"}]
    steps += [
        {"step": step, "text": _span(low, high, whole=whole)}
        for step, (low, high) in enumerate(classes.edges(size, whole=whole), start=1)
    ]
    return {
        "figure": {
            "key": key,
            "name": _(panel.NAMES[key]),
            "unit": _(panel.unit_of(key, figure)),
            "definition": _(figure.get("definition", "")),
            "parts": [_(panel.NAMES[part]) for part in parts] if parts else None,
            "rate": figure.get("unit") == "percent",
            "additive": figures.adds_up(key),
        },
        "classes": steps,
    }


def _rows(key: str, lines: Sequence[figures.Line], tree: Tree, node: Node, month: Period) -> list[dict[str, Any]]:
    size, linked, found = _size(lines), figures.lists_cases(key), []
    for line in lines:
        value, above, below = (line.figure[name] for name in ("value", "numerator", "denominator"))
        here = tree.nodes.get(line.grid_id)
        parent = tree.nodes.get(here.parent_id) if here and here.parent_id else None
        own = line.grid_id == node.grid_id
        # A rate's list is that of its denominator.
        listed = linked and here is not None and (below if below is not None else value)
        where = url_for(".records", **_address(key, month, line.code, _level(), own=own)) if listed else None
        found.append(
            {
                "code": line.code,
                "name": line.label,
                "of": parent.name if parent and line.grid_id != node.grid_id and parent != node else "",
                "step": classes.step_of(_number(value), size),
                "value": None if value is None else panel.text(value),
                "numerator": above,
                "denominator": below,
                "list": where,
            }
        )
    return found


def _address(key: str, month: Period, code: str, level: Level | None, *, own: bool) -> dict[str, Any]:
    """What the list of a grid is asked by; the level tells only what lies in none of its grids."""
    asked = {"figure": key, "month": month.label, "at": code}
    return {**asked, "own": "1", "level": level} if own else asked


def _size(lines: Sequence[figures.Line]) -> Decimal:
    unit = lines[0].figure["unit"] if lines else ""
    values = [_number(line.figure["value"]) for line in lines]
    return classes.step_size(values, rate=unit == "percent", whole=unit != "km2")


def _number(value: int | str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _span(low: Decimal, high: Decimal, *, whole: bool) -> str:
    """`11–20`; of one number that alone. What is not counted but measured begins above the class before."""
    if whole and low == high:
        return f"{high:,f}"
    return f"{low.normalize():,f}–{high.normalize():,f}"


def _level() -> Level | None:
    text = request.args.get("level", "")
    if not text:
        return None
    try:
        return Level(text)
    except ValueError:
        raise Invalid(("level", "没有这个层级")) from None


def _seen(session: Session, tree: Tree, scope: Scope, code: str) -> int:
    """The grid of a code; without one the root, or the highest that the person sees. Another's is not there."""
    if code:
        found = grids.by_code(session, code[:40])
        seen = found.id if found and tree.root(found.id) == scope.root_id and scope.sees_grid(found.id) else None
    else:
        seen = _highest(tree, scope)
    if seen is None or seen not in tree:
        raise NotFound("没有这个网格")
    return seen


def _highest(tree: Tree, scope: Scope) -> int | None:
    """The root, or the highest grid of today that the person sees whole; None without any."""
    there = tree.nodes.keys() & ({scope.root_id} if scope.grid_ids is None else scope.grid_ids)
    return min(there, key=lambda grid_id: (len(tree.path(grid_id)), grid_id), default=None)


def _month(session: Session, node: Node) -> Period:
    """The month asked for; else the newest in which anything was reported."""
    label = request.args.get("month", "")
    now = periods.containing(PeriodKind.MONTH, clock.local_date(clock.now()))
    if not label:
        last = overview.last_reported_at(session, node.root_id, node.grid_id, now.end)
        return periods.containing(PeriodKind.MONTH, clock.local_date(last)) if last else now
    try:
        found = periods.parse(label[:20])
    except ValueError:
        raise Invalid(("month", "没有这个月份")) from None
    if found.kind is not PeriodKind.MONTH or found.start > now.start:
        raise Invalid(("month", "没有这个月份"))
    return found
