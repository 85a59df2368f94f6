"""/desk/map/figures: the figures of cases of each grid below one in a month, to colour the map; no penalties."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.bulletins.rules.series import default_series
from gridops.cases.queries import overview
from gridops.core import clock, periods
from gridops.core.db import reading
from gridops.core.errors import Invalid, NotFound
from gridops.core.periods import Period, PeriodKind
from gridops.figures import service as figures
from gridops.figures.counts import COUNTS, RATES
from gridops.figures.sheets import OF_VERDICTS
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Node, Tree
from gridops.people.queries import Scope
from gridops.web.desk import common
from gridops.web.guards import current_scope, needs

pages = Blueprint("desk_shades", __name__, url_prefix="/desk/map")

SERIES = default_series(PeriodKind.MONTH)
NAMES: dict[str, str] = {
    **{one.key: one.name for one in COUNTS},
    **{column: one.name for column, one in OF_VERDICTS.items()},
    **{one.key: one.name for one in RATES},
}
_RATES = frozenset(rate.key for rate in RATES)


def offered(scope: Scope) -> list[tuple[str, str, bool]]:
    """The figures that may colour the map: key, name, whether a rate in percent; none for who sees no grid whole."""
    if scope.grid_ids is not None and not scope.grid_ids:
        return []
    return [(key, _(name), key in _RATES) for key, name in NAMES.items()]


@pages.get("/figures")
@needs(*common.READERS)
def shades() -> Response:
    """A month's figures of the grids right below one, as JSON: `at` its code (else the highest in sight), `month`.

    Each row holds every figure, so that another one needs no other question; a rate without a denominator is null.
    """
    scope = current_scope()
    with reading() as session:
        tree = grids.tree(session)
        node = tree.nodes[_seen(session, tree, scope)]
        month = _month(session, node)
        told = figures.told(session, node.grid_id, month, SERIES)
        above = tree.nodes.get(node.parent_id) if node.parent_id else None
    return jsonify(
        code=node.code,
        name=node.name,
        above=above.code if above and scope.sees_grid(above.grid_id) else None,
        month=month.label,
        as_of=clock.local(told.as_of).isoformat(timespec="minutes"),
        rows=[_row(row) for row in told.figures.tables["by_grid"]],
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Counts are numbers, rates percent as they are printed."""
    values = {key: row.get(key, 0) for key in NAMES}
    return {"code": row["key"], "name": row["label"], **values}


def _seen(session: Session, tree: Tree, scope: Scope) -> int:
    """The grid asked for; without one the root, or the highest that the person sees. Another's is not there."""
    code = request.args.get("at", "")
    if code:
        found = grids.by_code(session, code[:40])
        asked = [found.id] if found and tree.root(found.id) == scope.root_id else []
    else:
        asked = [scope.root_id] if scope.grid_ids is None else sorted(scope.grid_ids, key=_depth(tree))
    seen = next((grid_id for grid_id in asked if grid_id in tree and scope.sees_grid(grid_id)), None)
    if seen is None:
        raise NotFound("没有这个网格")
    return seen


def _depth(tree: Tree) -> Any:
    return lambda grid_id: (len(tree.path(grid_id)), grid_id)


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
