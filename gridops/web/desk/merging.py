"""/desk/cases/{number}/merge/into: asked before two cases become one: which the other is, what sets them apart."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from gridops.cases.queries import merging
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.merging import Named
from gridops.cases.rules.moves import MOVES, Move
from gridops.cases.rules.names import STATE_NAMES
from gridops.core.coordinates import metres_between
from gridops.core.db import reading
from gridops.web.guards import current_scope, needs
from gridops.web.language import category_name

pages = Blueprint("desk_merge", __name__, url_prefix="/desk/cases")

# The fields of the form that name the other case.
FIELDS = ("into_other", "into")


@pages.get("/<number>/merge/into")
@needs(*sorted(MOVES[Move.MERGE].roles))
def question(number: str) -> Response:
    """The question, as plain text; empty where no case in sight is named: then the form says so once it is sent."""
    other = next((text for name in FIELDS if (text := request.args.get(name, "").strip())), "")
    with reading() as session:
        case_pages.id_in_sight(session, current_scope(), number)
        pair = merging.named(session, current_scope(), number, other)
    return Response(_question(*pair) if pair else "", mimetype="text/plain")


def _question(own: Named, other: Named) -> str:
    kind, state = category_name(other.category), _(STATE_NAMES[other.state])
    lines = [
        _("确定将 %(number)s 并入 %(other)s？", number=own.number, other=other.number),
        f"{other.number} · {kind} · {other.address or other.grid} · {state}",
    ]
    if own.category != other.category:
        lines.append(_("类别不同：%(own)s / %(other)s", own=category_name(own.category), other=kind))
    return "\n".join([*lines, _distance(own, other)])


def _distance(own: Named, other: Named) -> str:
    if own.lon is None or own.lat is None or other.lon is None or other.lat is None:
        return _("有一件没有坐标，不知相距多远")
    metres = metres_between(own.lon, own.lat, other.lon, other.lat)
    return _("相距 %(m)s 米", m=f"{metres:,.0f}")
