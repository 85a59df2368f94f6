"""申诉: the appeals in sight, one with its decision, a form to appeal against a mark of a case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import pages as case_pages
from gridops.core.db import reading, transaction
from gridops.core.errors import Closed, Conflict, Invalid, NotFound
from gridops.people import queries as people
from gridops.supervision import forms, queries, service
from gridops.supervision.rules import ANSWERERS, JUDGES, Against
from gridops.supervision.rules.appeals import judge_fault
from gridops.web import list_files, records
from gridops.web.desk.joint import place, turning
from gridops.web.desk.supervision import columns
from gridops.web.desk.supervision.common import APPEALS, Answer, kept, next_of, view_of, words
from gridops.web.desk.trying import Tried, attempt
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_appeals", __name__, url_prefix="/desk/supervision/appeals")


@pages.get("")
@needs(*APPEALS)
def index() -> Answer:
    """The queue of appeals: those I may decide, all that wait, or every one, newest first."""
    given, wanted = _asked()
    view, after = given["view"], place(request.args.get("after"))
    with reading() as session:
        ours = queries.still_appealable(session, current_person()) if view == "mine" else []
        rows = _queue(session, view, wanted["against"])
        page = queries.appeal_page(session, current_scope(), **wanted, after=after) if rows is None else None
    return render_template(
        "desk/appeals.html",
        rows=rows,
        ours=ours,
        page=page,
        view=view,
        kept=given,
        csv_url=url_for(".export", **given),
        **turning(given, after, page.next if page else None),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*APPEALS)
def export() -> Answer:
    """The view that is open, as it is narrowed, as a file."""
    given, wanted = _asked()
    with reading() as session:
        rows = _queue(session, given["view"], wanted["against"], None)
        page_of = partial(queries.appeal_page, session, current_scope(), **wanted)
        found = list_files.all_rows(page_of) if rows is None else rows
        return list_files.of_rows("appeals", columns.APPEALS, found, given)


@pages.get("/marks.csv")
@pages.get("/marks.xlsx", endpoint="marks_workbook")
@needs(*APPEALS)
def marks() -> Answer:
    """What my units may still appeal against, as a file."""
    with reading() as session:
        found = queries.still_appealable(session, current_person(), limit=None)
        return list_files.of_rows("marks", columns.MARKS, found, {})


def _asked() -> tuple[dict[str, Any], dict[str, Any]]:
    """What the list is narrowed to: as an address keeps it, with its view, and for the query."""
    given = kept("decided", "against") | {"view": view_of("decided")}
    against = Against(given["against"]) if given.get("against") in set(Against) else None
    return given, {"decided": {"yes": True, "no": False}.get(given.get("decided", "")), "against": against}


def _queue(
    session: Session, view: str, against: Against | None, limit: int | None = queries.QUEUE
) -> list[queries.AppealRow] | None:
    """The appeals of a view that is a queue; None: the view is the list of all."""
    if view == "mine":
        return queries.appeals_waiting(session, current_person(), against, limit)
    return queries.undecided(session, current_scope(), against=against, limit=limit) if view == "open" else None


@pages.get("/new")
@needs(*ANSWERERS)
def new() -> Answer:
    """The marks of a case (`case`: its number) that one may appeal against, and the form."""
    return _form(request.args.get("case", "")[:40], Tried())


@pages.post("/new")
@needs(*ANSWERERS)
def appeal() -> Answer:
    """Appeal against one of them."""
    number = request.form.get("case", "")[:40]
    try:
        form = forms.appeal_form(request.form)
        with transaction() as session:
            case = case_pages.case_in_sight(session, current_person(), number)
            made = service.appeal(session, current_person(), case.id, form).id
    except Invalid as wrong:
        return _form(number, Tried("appeal", request.form, records.problems(wrong))), 422
    except (Conflict, Closed) as refused:
        return _form(number, Tried("appeal", request.form, {"version": str(refused)})), 409
    flash(_("申诉已提交。"), "good")
    return redirect(url_for(".show", appeal_id=made))


@pages.get("/<int:appeal_id>")
@needs(*APPEALS)
def show(appeal_id: int) -> Answer:
    """One appeal."""
    return _page(appeal_id, Tried())


@pages.post("/<int:appeal_id>/decide")
@needs(*JUDGES)
def decide(appeal_id: int) -> Answer:
    """Decide it."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        queries.appeal_in_sight(session, current_scope(), appeal_id)
        judged = forms.judged_form(raw, why=True)
        service.decide(session, current_person(), appeal_id, upheld=judged.yes, why=judged.why or "")

    back = url_for(".show", appeal_id=appeal_id)
    return attempt(lambda tried: _page(appeal_id, tried), "decide", act, _("申诉结论已登记。"), back)


def _page(appeal_id: int, tried: Tried) -> str:
    person = current_person()
    with reading() as session:
        row = queries.appeal_in_sight(session, current_scope(), appeal_id)
        found = row.appeal
        judges = service.may_decide_at(session, person, found)
        users = [user for user in (found.by_id, found.judged_by, found.decided_by) if user]
        known = people.names_of_users(session, users)
        waits = [one.appeal.id for one in queries.appeals_waiting(session, person)]
    fault = judge_fault(
        decided=found.decided_at is not None,
        judge=person.user_id,
        first_judge=found.judged_by,
        appellant=found.by_id,
    )
    return render_template(
        "desk/appeal.html",
        row=row,
        found=found,
        names=known,
        judges=judges and fault is None,
        why_not=fault if judges and found.decided_at is None else None,
        next_id=next_of(waits, found.id),
        tried=tried,
        **words(),
    )


def _form(number: str, tried: Tried) -> str:
    if not number:
        raise NotFound("没有这个案件")
    person = current_person()
    with reading() as session:
        case = case_pages.case_in_sight(session, person, number)
        offered = queries.appealable(session, person, case)
    return render_template(
        "desk/appeal_new.html",
        case=case,
        offered=[(forms.written_mark(one.mark.against, one.mark.at), one) for one in offered],
        tried=tried,
        **words(),
    )
