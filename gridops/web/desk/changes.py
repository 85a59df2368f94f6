"""/desk/changes: what changed in the cases a person sees since their list was shown; every open list asks each second.

Asked by the page itself, so no activity of the person (`sessions.UNASKED`), and no line of the log (`observe`).
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from gridops.cases.queries import listing
from gridops.cases.queries.changes import changed_since, unchanged, version_of
from gridops.cases.rules.changes import Changes, Version, read
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.people.queries import helping_now
from gridops.web.desk import common
from gridops.web.guards import current_scope, needs

pages = Blueprint("desk_changes", __name__, url_prefix="/desk/changes")


@pages.get("")
@needs(*common.READERS)
def show() -> Response:
    """304 where nothing in sight has changed; else the cases, also those out of sight since (`gone`), the numbers on
    the tabs, and the version to go on from.

    The ETag of a 304 is the version to ask for next; without `since` the answer is where to begin.
    """
    since, scope = _since(), current_scope()
    if since and unchanged(since):
        return _same(since)
    with reading() as session:
        changes = changed_since(session, scope, since) if since else Changes(version_of(session, scope))
        counts = listing.group_counts(session, helping_now(session, scope)) if changes else {}
    if since and not changes:
        return _same(changes.version)
    tabs = {group.value: common.counted(n) for group, n in counts.items()}
    answer = jsonify(
        version=changes.version.written(),
        cases=changes.case_ids,
        gone=changes.gone,
        late=changes.late,
        tabs=tabs,
    )
    answer.set_etag(changes.version.written())
    return answer


def _same(version: Version) -> Response:
    answer = Response(status=304)
    answer.set_etag(version.written())
    return answer


def _since() -> Version | None:
    if "since" not in request.args:
        return None
    try:
        return read(request.args["since"])
    except ValueError:
        raise Invalid(("since", _("无法识别的版本"))) from None
