"""/desk/filters: filters of the queue kept under a name, each with how many cases it finds now."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from gridops.cases import service
from gridops.cases.forms import MAX_QUERY, parse_kept_filter
from gridops.cases.queries import listing
from gridops.cases.queries.kept import kept_filters
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid
from gridops.web.desk import common
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_filters", __name__, url_prefix="/desk/filters")

# Counting may take as long as this in all; whose turn does not come is shown without a number.
_SECONDS = 0.5


@pages.post("")
@needs(*common.READERS)
def keep() -> Answer:
    """Keep the filter of the list under a name."""
    given = parse_kept_filter(request.form)
    query = _asked(given.query).query
    with transaction() as session:
        service.keep_filter(session, current_person().user_id, given.of(query))
    flash(_("已保存筛选“%(name)s”", name=given.name), "good")
    return redirect(f"{url_for('desk.index')}?{query}")


@pages.post("/<int:filter_id>/delete")
@needs(*common.READERS)
def drop(filter_id: int) -> Answer:
    """Keep a filter no longer."""
    back = _asked(request.form.get("query", "")[:MAX_QUERY]).query
    with transaction() as session:
        service.drop_filter(session, current_person().user_id, filter_id)
    return redirect(f"{url_for('desk.index')}?{back}")


@pages.get("/counts")
@needs(*common.READERS)
def counts() -> Response:
    """How many cases each kept filter finds: id -> number; asked for by the page once it is there.

    Without those that look for words, or in an area for cases that ended, which no index answers, and those that can no
    longer be read.
    """
    until, scope, found = time.monotonic() + _SECONDS, current_scope(), dict[int, str]()
    with reading() as session:
        for row in kept_filters(session, scope.user_id):
            try:
                wanted = _asked(row.query).wanted
            except Invalid:
                continue
            looked_for = wanted.text or (wanted.area and not wanted.open_alone)
            if not looked_for and time.monotonic() < until:
                found[row.id] = common.counted(listing.count_up_to(session, scope, wanted))
    return jsonify(found)


def _asked(query: str) -> common.Asked:
    return common.asked(dict(parse_qsl(query)))
