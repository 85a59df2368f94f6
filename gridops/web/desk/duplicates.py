"""/desk/duplicates: which cases of a page look like one problem reported twice, why; that they are not.

The queue asks for it once its rows are there, so that no list waits for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from gridops.cases.models import Case
from gridops.cases.queries import duplicates
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.duplicates import Other
from gridops.cases.queries.listing import PAGE
from gridops.cases.rules.likeness import JUDGES, End, Ground, Reason, Side, end_of, ending, possible
from gridops.cases.rules.moves import Move
from gridops.cases.service.duplicates import take_back, tell_apart
from gridops.core.db import reading, transaction
from gridops.core.ids import row_id
from gridops.web import words
from gridops.web.desk import common
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_duplicates", __name__, url_prefix="/desk/duplicates")


@pages.get("")
@needs(*common.READERS)
def index() -> str:
    """Of the cases named (`?case=id&case=id`) those in sight that look like others: a piece of the page for each."""
    with reading() as session:
        found = duplicates.suspected(session, current_scope(), _ids(request.args.getlist("case")))
    roles = current_person().roles
    ends = {
        (row.id, other.id): _end(Side(row.number, row.state, row.reported_at, possible(row.state, roles)), other)
        for row in found
        for other in row.others
    }
    return render_template("desk/duplicates.html", found=found, ends=ends, **texts(), **common.words())


@pages.get("/<number>")
@pages.get("/<number>/undo")
@needs(*common.READERS)
def back(number: str) -> Answer:
    """The address of an answer, opened (after signing in anew, say): the page of the case asks it."""
    return redirect(url_for("desk_case.show", number=number))


@pages.post("/<number>")
@needs(*sorted(JUDGES))
def apart(number: str) -> Answer:
    """They are two problems: not suspected again. `quiet`: asked from the list, which stays."""
    person, scope, other = current_person(), current_scope(), request.form.get("other", "")
    with transaction() as session:
        case_id = case_pages.id_in_sight(session, scope, number)
        tell_apart(session, scope, case_id, other, person)
    if request.form.get("quiet"):
        return Response(status=204)
    flash(_("已记录：%(number)s 与本案不是重复，今后不再提示。", number=other), "good")
    return redirect(url_for("desk_case.show", number=number))


@pages.post("/<number>/undo")
@needs(*sorted(JUDGES))
def undo(number: str) -> Answer:
    """They may be one problem after all: what was said of them is taken back."""
    person, scope, other = current_person(), current_scope(), request.form.get("other", "")
    with transaction() as session:
        case_id = case_pages.id_in_sight(session, scope, number)
        take_back(session, scope, case_id, other, person)
    flash(_("已撤销：%(number)s 与本案如仍相近，会再提示疑似重复。", number=other), "good")
    return redirect(url_for("desk_case.show", number=number))


def ends(case: Case, moves: frozenset[Move], others: Sequence[Other]) -> list[tuple[Other, End | None]]:
    """What the page of a case says of those it may be the same as, with how one of the two ends; `moves`: its own."""
    own = Side(case.number, case.state, case.reported_at, moves)
    return [(other, _end(own, other)) for other in others]


def begun(moves: frozenset[Move], others: Sequence[Other], number: str | None) -> tuple[Move, dict[str, str]] | None:
    """The form by which a case ends as a duplicate of the one of this number, and what it holds; None: of none."""
    other = next((one for one in others if one.number == number), None)
    move = ending(moves, other.state) if other else None
    if other is None or move is None:
        return None
    reason = _("与案件 %(number)s 重复", number=other.number)
    return move, {"into": other.number} if move is Move.MERGE else {"reason": reason}


def texts() -> dict[str, Any]:
    """What pieces about duplicates are drawn with."""
    return {
        "why_same": _why,
        "tells_apart": not current_person().roles.isdisjoint(JUDGES),
    }


def _why(other: Other) -> str:
    """The grounds in plain words: `相距 12 米 · 相隔 3 小时 · 同一小类`."""
    return " · ".join(_said(reason) for reason in other.likeness.reasons)


def _said(reason: Reason) -> str:
    amount = reason.amount
    if reason.ground is Ground.DISTANCE:
        return _("相距 %(m)d 米", m=round(amount))
    if reason.ground is Ground.UNSURE:
        return _("定位误差可达 %(m)d 米", m=round(amount))
    if reason.ground is Ground.TIME:
        return _("相隔 %(span)s", span=words.span(timedelta(seconds=amount)))
    if reason.ground is Ground.RECURS:
        return _("街面秩序类，%(n)d 小时以内", n=round(amount))
    return _(_PLAIN[reason.ground])


# Grounds without an amount.
_PLAIN = {Ground.CATEGORY: "同一小类", Ground.CLASS: "同一大类", Ground.PERSON: "同一人上报"}


def _end(own: Side, other: Other) -> End | None:
    roles = current_person().roles
    return end_of(own, Side(other.number, other.state, other.reported_at, possible(other.state, roles)))


def _ids(texts: Sequence[str]) -> list[int]:
    """The ids of a page of rows, no more; what is none is left out."""
    found = []
    for text in texts[:PAGE]:
        with contextlib.suppress(ValueError):
            found.append(row_id(text))
    return list(dict.fromkeys(found))
