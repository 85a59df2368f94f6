"""/field: where I work, what waits for me, the big button; my reports; the receipt of what I sent."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from gridops.cases.queries import listing, lookups
from gridops.cases.queries import pages as case_pages
from gridops.cases.queries.pages import Task, TaskKind
from gridops.cases.rules.deadlines import limit_of
from gridops.cases.rules.names import STATE_NAMES
from gridops.cases.rules.projection import FAR
from gridops.cases.rules.queue import QueueFilter, Sort, read, written
from gridops.core import clock
from gridops.core.db import reading
from gridops.inspections import queries as rounds
from gridops.intake import queries as intake_queries
from gridops.intake import service as intake
from gridops.intake.rules import RecordState
from gridops.people.queries import names_of_units
from gridops.people.rules import Person, Role
from gridops.web import choices
from gridops.web.field import common
from gridops.web.guards import current_person, current_scope, needs

pages = Blueprint("field", __name__, url_prefix="/field")

_FIRST = 3
_PAGE = 20


@pages.get("/plain")
@needs(*common.READERS)
def index() -> str:
    """Home: my grid, my tasks by time left, one big button."""
    person = current_person()
    with reading() as session:
        tasks = case_pages.tasks_of(session, person)
        mine = choices.own_grids(session, person, common.WORKERS)
        units = _units(session, person)
        rechecks = rounds.rechecks(session, person.root_id, clock.now(), leader_id=person.user_id)
        own = listing.queue(session, current_scope(), QueueFilter(mine=True), sort=Sort.REPORTED, limit=_FIRST).rows
    return render_template(
        "field/home.html",
        greeting=common.greeting(clock.local(clock.now())),
        grids=mine,
        units=units,
        counts=counts(person, tasks),
        tasks=tasks[:_FIRST],
        own=own,
        rechecks=len(rechecks),
        may_report=bool(person.roles.intersection(common.REPORTERS)),
        total=len(tasks),
        **words(),
    )


@pages.get("/tasks")
@needs(*common.READERS)
def tasks() -> str:
    """All that waits for me, by time left; narrowed to one kind by `kind`."""
    person = current_person()
    wanted = request.args.get("kind")
    with reading() as session:
        found = case_pages.tasks_of(session, person)
        rechecks = rounds.rechecks(session, person.root_id, clock.now(), leader_id=person.user_id)
    kind = TaskKind(wanted) if wanted in set(TaskKind) else None
    return render_template(
        "field/tasks.html",
        tasks=[task for task in found if kind in (None, task.kind)],
        counts=counts(person, found),
        kind=kind,
        rechecks=rechecks,
        total=len(found),
        **words(),
    )


@pages.get("/reports")
@needs(*common.READERS)
def reports() -> str:
    """What I reported, newest first."""
    try:
        after = read(request.args["after"]) if request.args.get("after") else None
    except ValueError:
        after = None
    person = current_person()
    with reading() as session:
        page = listing.queue(
            session, current_scope(), QueueFilter(mine=True), sort=Sort.REPORTED, after=after, limit=_PAGE
        )
        total = len(case_pages.tasks_of(session, person))
    return render_template(
        "field/reports.html",
        rows=page.rows,
        next_url=f"/field/reports?after={written(page.next)}" if page.next else None,
        first_url="/field/reports" if after else None,
        total=total,
        **words(),
    )


@pages.get("/records/<uuid:record_id>")
@needs(*common.READERS)
def receipt(record_id: UUID) -> str:
    """What became of what I sent, as of now."""
    person = current_person()
    with reading() as session:
        found = intake.receipt_of(session, person, str(record_id))
        row = intake_queries.record(session, str(record_id))
        case = lookups.by_number(session, found.number) if found.number else None
        grid = choices.path_of(session, case.grid_id) if case else ""
        total = len(case_pages.tasks_of(session, person))
    assert row is not None, "it has a receipt"
    return render_template(
        "field/receipt.html",
        receipt=found,
        row=row,
        case=case,
        grid=grid,
        photos=len(row.attachments),
        again=bool(case and row.body.get("same_as")),
        taken=found.state is RecordState.APPLIED,
        record_names=common.RECORD_NAMES,
        total=total,
        **words(),
    )


def counts(person: Person, found: list[Task]) -> list[tuple[TaskKind, int]]:
    """How many tasks of each kind this person may have."""
    inspects, handles = Role.INSPECTOR in person.roles, Role.HANDLER in person.roles
    offered = [(TaskKind.VERIFY, inspects), (TaskKind.CHECK, inspects), (TaskKind.HANDLE, handles)]
    return [(kind, sum(task.kind is kind for task in found)) for kind, may in offered if may]


def words() -> dict[str, object]:
    """What every page of the street says by name."""
    return {
        "state_names": STATE_NAMES,
        "task_names": common.TASK_NAMES,
        "task_looks": common.TASK_LOOKS,
        "task_asks": common.TASK_ASKS,
        "far": FAR,
        "limit_of": limit_of,
    }


def _units(session: Session, person: Person) -> list[str]:
    held = {holding.unit_id for holding in person.holdings if holding.role is Role.HANDLER}
    return sorted(names_of_units(session, held).values()) if held else []
