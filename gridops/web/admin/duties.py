"""Responsibilities: grid × line of work, with the figures of coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.core import clock
from gridops.core.db import reading, transaction
from gridops.core.ids import row_id
from gridops.core.percent import percent
from gridops.grids.rules import Level
from gridops.people import forms, queries, service
from gridops.people.rules import Role, WorkLine
from gridops.web import list_files
from gridops.web.admin import columns
from gridops.web.admin.common import Answer, day_after, refusable
from gridops.web.guards import current_person, needs

pages = Blueprint("admin_duties", __name__, url_prefix="/admin/duties")

_ABOVE = tuple(level for level in Level if level not in {Level.GRID, Level.CELL})


def _one_page(grid_id: int, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    person = current_person()
    root_id = person.root_id
    with reading() as session:
        grid = queries.territory_row(session, root_id, grid_id)
        keeps = queries.may_at(session, person, {Role.ADMIN}, grid_id)
        held = queries.duties(session, root_id, clock.local_date(clock.now()), [grid_id])
        people = queries.pick_people(session, root_id)
        units = queries.unit_rows(session, root_id)
    return render_template(
        "admin/duty.html",
        grid=grid,
        keeps=keeps,
        held=held,
        people=people,
        units=units,
        lines=list(WorkLine),
        typed=typed,
        errors=errors,
    )


@pages.get("")
@needs(Role.ADMIN)
def index() -> Answer:
    """The matrix, a page of grids at a time, of one community or of all."""
    root_id, today = current_person().root_id, clock.local_date(clock.now())
    below, after = request.args.get("below", type=row_id), request.args.get("after")
    with reading() as session:
        figures = queries.coverage(session, root_id, today)
        grids, more = queries.grid_page(session, root_id, below, after=after)
        cells = _cells(session, grids)
        above = queries.territory_rows(session, root_id, _ABOVE)
    kept: dict[str, Any] = {"below": below} if below else {}
    return render_template(
        "admin/duties.html",
        figures=figures,
        rate=percent(figures.staffed, figures.count),
        grids=grids,
        cells=cells,
        lines=list(WorkLine),
        above=above,
        names={row.id: row.name for row in above},
        below=below,
        csv_url=url_for(".export", **kept),
        next_url=url_for(".index", after=more, **kept) if more else None,
        first_url=url_for(".index", **kept) if after else None,
    )


@pages.get("/list.csv")
@pages.get("/list.xlsx", endpoint="workbook")
@needs(Role.ADMIN)
def export() -> Answer:
    """The matrix as it is narrowed, as a file; people in it are masked."""
    root_id, below = current_person().root_id, request.args.get("below", type=row_id)
    with reading() as session:
        grids = list(
            list_files.all_rows(
                lambda after, limit: queries.grid_page(session, root_id, below, after=after, size=limit)
            )
        )
        above = {row.id: row.name for row in queries.territory_rows(session, root_id, _ABOVE)}
        of = columns.duties(above, _cells(session, grids))
        return list_files.of_rows("duties", of, grids, {"below": below} if below else {})


def _cells(session: Session, grids: Sequence[queries.TerritoryRow]) -> dict[tuple[int, WorkLine], list[queries.Duty]]:
    """Who answers for each grid on each line today."""
    cells: dict[tuple[int, WorkLine], list[queries.Duty]] = {}
    today = clock.local_date(clock.now())
    for duty in queries.duties(session, current_person().root_id, today, [grid.id for grid in grids]):
        cells.setdefault((duty.grid_id, duty.line), []).append(duty)
    return cells


@pages.get("/<int:grid_id>")
@needs(Role.ADMIN)
def one(grid_id: int) -> Answer:
    """One grid: who answers for it, line by line."""
    return _one_page(grid_id, {}, {})


@pages.post("/<int:grid_id>")
@needs(Role.ADMIN)
@refusable(_one_page, late="username")
def assign(grid_id: int) -> Answer:
    """Let a person or unit answer for the grid on a line."""
    person = current_person()
    form = forms.duty_form(request.form)
    with transaction() as session:
        queries.territory_row(session, person.root_id, grid_id)
        name = form.username
        service.assign(
            session,
            grid_id,
            form.line,
            user_id=queries.user_id_of(session, person.root_id, name) if name else None,
            unit_id=form.unit_id,
            valid_from=form.valid_from,
            valid_to=day_after(form.last_day),
            by=person,
        )
    flash(_("已保存。"), "good")
    return redirect(url_for(".one", grid_id=grid_id))


@pages.post("/<int:grid_id>/<int:duty_id>/end")
@needs(Role.ADMIN)
def end(grid_id: int, duty_id: int) -> Answer:
    """End a responsibility from today."""
    with transaction() as session:
        service.end_duty(session, duty_id, by=current_person())
    flash(_("责任已终止。"), "good")
    return redirect(url_for(".one", grid_id=grid_id))
