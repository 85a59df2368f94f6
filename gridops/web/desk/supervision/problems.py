"""通报问题: the items in sight, one with its steps and photos, answers of units, judgements of the office."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.bulletins.rules.series import SERIES
from gridops.cases.queries import lookups
from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.errors import Invalid, NotAllowed
from gridops.evidence import queries as evidence
from gridops.intake.rules import RecordType
from gridops.people import queries as people
from gridops.supervision import forms, queries, service
from gridops.supervision.rules import KEEPERS, ProblemState
from gridops.supervision.rules.problems import answer_fault, judging_fault, overdue_at, state_at
from gridops.supervision.rules.waiting import Why
from gridops.web import list_files, photos, records
from gridops.web.desk.joint import place, turning
from gridops.web.desk.proposals import units_in_use
from gridops.web.desk.supervision import columns
from gridops.web.desk.supervision.common import (
    ASKED,
    Answer,
    chosen_unit,
    kept,
    next_of,
    view_of,
    words,
)
from gridops.web.desk.trying import Tried, attempt
from gridops.web.field.common import shows
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("desk_problems", __name__, url_prefix="/desk/supervision/problems")

# Photos of an answer show the place after it was put right.
AFTER = ("after",)


@pages.get("")
@needs(*ASKED)
def index() -> Answer:
    """The queue of items: what I answer or judge, all that are open, or every one, newest first."""
    (given, wanted), scope = _asked(), current_scope()
    view, after = given["view"], place(request.args.get("after"))
    with reading() as session:
        rows = _queue(session, view, wanted)
        page = queries.problem_page(session, scope, wanted, after=after) if rows is None else None
        answerers = queries.who_answers(session, {row.problem.unit_id for row, _why in rows or ()})
        units = units_in_use(session, scope.root_id)
    return render_template(
        "desk/problems.html",
        rows=rows,
        answerers=answerers,
        page=page,
        view=view,
        units=units,
        kept=given,
        series=SERIES,
        keeps=not current_person().roles.isdisjoint(KEEPERS),
        csv_url=url_for(".export", **given),
        **turning(given, after, page.next if page else None),
        **words(),
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(*ASKED)
def export() -> Answer:
    """The view that is open, as it is narrowed, as a file."""
    given, wanted = _asked()
    with reading() as session:
        rows = _queue(session, given["view"], wanted, None)
        if rows is None:
            page_of = partial(queries.problem_page, session, current_scope(), wanted)
            found = ((row, None) for row in list_files.all_rows(page_of))
            return list_files.of_rows("problems", columns.problems(clock.now(), None), found, given)
        answerers = queries.who_answers(session, {row.problem.unit_id for row, _why in rows})
        return list_files.of_rows("problems", columns.problems(clock.now(), answerers), rows, given)


def _asked() -> tuple[dict[str, Any], queries.ProblemFilter]:
    """What the list is narrowed to: as an address keeps it, with its view, and for the query."""
    names = ("unit", "series", "period", "state", "overdue")
    given, state = kept(*names) | {"view": view_of(*names)}, request.args.get("state")
    wanted = queries.ProblemFilter(
        chosen_unit(given.get("unit")),
        given.get("series"),
        given.get("period"),
        ProblemState(state) if state in set(ProblemState) else None,
        clock.now() if given.get("overdue") else None,
    )
    return given, wanted


def _queue(
    session: Session, view: str, wanted: queries.ProblemFilter, limit: int | None = queries.QUEUE
) -> list[tuple[queries.ProblemRow, Why | None]] | None:
    """The items of a view that is a queue, each with why it waits for me; None: the view is the list of all."""
    if view == "mine":
        return [*queries.problems_waiting(session, current_person(), clock.now(), limit)]
    rows = queries.open_items(session, current_scope(), wanted, limit) if view == "open" else None
    return None if rows is None else [(row, None) for row in rows]


@pages.get("/new")
@needs(*KEEPERS)
def new() -> Answer:
    """An empty form; with `follows` it begins as the item of the issue before."""
    typed: dict[str, str] = {}
    with reading() as session:
        if follows := request.args.get("follows", "")[:40]:
            row = queries.problem_in_sight(session, current_scope(), follows)
            item = row.problem
            typed = {
                "follows": item.number, "unit": row.unit_code, "fact": item.fact, "place": item.place,
                "series": item.series,
            }  # fmt: skip
    return _form(typed, {})


@pages.post("/new")
@needs(*KEEPERS)
def name() -> Answer:
    """Keep a problem that an issue names."""
    try:
        form = forms.problem_form(request.form)
        with transaction() as session:
            made = service.name_problem(session, current_person(), form).number
    except Invalid as wrong:
        return _form(request.form, records.problems(wrong)), 422
    flash(_("已列为通报问题：%(number)s", number=made), "good")
    return redirect(url_for(".show", problem_number=made))


@pages.get("/<problem_number>")
@needs(*ASKED)
def show(problem_number: str) -> Answer:
    """One item."""
    return _page(problem_number, Tried(), [])


@pages.post("/<problem_number>/answer")
@needs(*ASKED)
def answer(problem_number: str) -> Answer:
    """Answer for the unit, with photos; with a fault the page comes back with everything typed and every photo kept."""
    person = current_person()
    with reading() as session:
        item = queries.problem_in_sight(session, current_scope(), problem_number).problem
        if not service.may_answer(session, person, item):
            raise NotAllowed("只有整改单位的处置人员可以反馈")
        fault = answer_fault(item, item.voided_at)
    if fault:
        return _page(problem_number, Tried("answer", request.form, {"version": fault}), []), 409
    shots, bad = photos.received(person, AFTER)
    if bad:
        return _page(problem_number, Tried("answer", request.form, bad), shots), 422
    body = {"problem": problem_number, "words": request.form.get("words", "").strip()}
    try:
        records.send(person, RecordType.PROBLEM_ANSWER, body, shots, device=records.DEVICE)
    except Invalid as wrong:
        return _page(problem_number, Tried("answer", request.form, records.problems(wrong)), shots), 422
    flash(_("整改反馈已提交，等待认定。"), "good")
    return redirect(url_for(".show", problem_number=problem_number))


@pages.post("/<problem_number>/<any(judge, void):step>")
@needs(*KEEPERS)
def note(problem_number: str, step: str) -> Answer:
    """Accept or refuse the answer, or void the item."""

    def act(session: Session, raw: Mapping[str, str]) -> None:
        item = queries.problem_in_sight(session, current_scope(), problem_number).problem
        person, version = current_person(), forms.version_of(raw)
        if step == "judge":
            judged = forms.judged_form(raw)
            service.judge_answer(session, person, item.id, accepted=judged.yes, why=judged.why, version=version)
        else:
            service.void_problem(session, person, item.id, forms.words(raw, "reason"), version)

    said = {"judge": _("已记录认定结果。"), "void": _("通报问题已作废。")}
    back = url_for(".show", problem_number=problem_number)
    return attempt(lambda tried: _page(problem_number, tried, []), step, act, said[step], back)


def _page(problem_number: str, tried: Tried, shots: list[photos.Photo]) -> str:
    person = current_person()
    with reading() as session:
        row = queries.problem_in_sight(session, current_scope(), problem_number)
        item = row.problem
        steps = queries.steps_of(session, item.id)
        chain = queries.chain_of(session, item)
        uses = evidence.links_for(session, "problem", item.id)
        known = people.names_of_users(session, [step.user_id for step in steps if step.user_id])
        keeps = people.may_at(session, person, KEEPERS, queries.place_of_unit(session, item.root_id, item.unit_id))
        answers = service.may_answer(session, person, item) and answer_fault(item, item.voided_at) is None
        case = lookups.case(session, item.case_id) if item.case_id else None
        waits = [one.problem.number for one, _why in queries.problems_waiting(session, person, clock.now())]
        answerers = queries.who_answers(session, [item.unit_id])[item.unit_id]
    judges = keeps and item.voided_at is None and judging_fault(item, item.answered_by, person.user_id) is None
    return render_template(
        "desk/problem.html",
        row=row,
        item=item,
        state=state_at(item, clock.now()),
        overdue=item.voided_at is None and overdue_at(item, clock.now()),
        steps=steps,
        chain=chain,
        uses=uses,
        shows=shows,
        names=known,
        case_number=case.number if case else None,
        keeps=keeps and item.voided_at is None,
        answerers=answerers,
        next_number=next_of(waits, item.number),
        judges=judges,
        answers=answers,
        tried=tried,
        shots=shots,
        series=SERIES,
        record_id=tried.typed.get("record_id") or records.new_name(),
        opened_at=records.now_text(),
        **words(),
    )


def _form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        units = units_in_use(session, current_person().root_id)
    return render_template("desk/problem_new.html", typed=typed, errors=errors, units=units, series=SERIES, **words())
