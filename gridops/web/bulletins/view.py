"""Everything the page of one bulletin shows, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from gridops.bulletins import composing, naming, queries, service, settling
from gridops.bulletins.models import BuildJob, Bulletin, BulletinPaper, BulletinStep, FactSheet
from gridops.bulletins.rules.dates import Passed
from gridops.bulletins.rules.life import STATUS_ZH, STEP_ZH, Status, Step
from gridops.bulletins.rules.numbers import Difference
from gridops.bulletins.rules.sheets import OpenPoints, open_points
from gridops.core import clock
from gridops.core.errors import NotFound
from gridops.core.periods import Period
from gridops.documents.html import fragment
from gridops.grids import queries as grids
from gridops.people.queries import grid_path, names_of_users
from gridops.people.rules import Person, Role, roles_of
from gridops.web.bulletins import common, panel

# The way of a paper, each with the step that brings it there.
WAY: tuple[tuple[Status, Step], ...] = (
    (Status.DRAFT, Step.OPEN),
    (Status.FROZEN, Step.FREEZE),
    (Status.REVIEWED, Step.REVIEW),
    (Status.APPROVED, Step.APPROVE),
    (Status.ISSUED, Step.ISSUE),
)
# A worker that has said nothing for so long is away; the build stays owed.
SILENT = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Done:
    """One step taken: what, by whom (None: by the calendar or a command), when, with which words."""

    step: Step
    name: str
    at: datetime
    who: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Station:
    """One station of the way: reached or not, now or not, and the step that led there."""

    status: Status
    name: str
    reached: bool
    here: bool
    done: Done | None


@dataclass(frozen=True, slots=True)
class Build:
    """How a build stands. `silent`: nobody has begun it for a while."""

    job: BuildJob
    parts_done: int
    silent: bool

    @property
    def running(self) -> bool:
        """Whether it is still owed."""
        return self.job.state == "owed"

    @property
    def failed(self) -> bool:
        """Whether it was given up."""
        return self.job.state == "failed"


@dataclass(frozen=True, slots=True)
class Checked:
    """One number of the text that differs from the figures; where it may stay: why, who said so, and when."""

    found: Difference
    reason: str = ""
    who: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One bulletin as its page shows it."""

    row: Bulletin
    name: str
    number: str
    area: str
    period: Period
    span: str
    over: bool
    paper: Markup | None
    groups: list[tuple[str, list[panel.Item]]]
    shown_tables: list[tuple[str, str]]
    late: list[dict[str, Any]]
    as_of: datetime | None
    digest: str | None
    stations: list[Station]
    history: list[Done]
    open_steps: list[Step]
    own_editing: bool
    build: Build | None
    papers: dict[str, BulletinPaper]
    corrects: tuple[Bulletin, str] | None
    corrections: list[Bulletin]
    checks: list[Checked]
    passed: list[Passed]
    sheets: list[FactSheet]
    open_points: OpenPoints
    items: list[naming.Planned]
    names_items: bool


def view_of(session: Session, bulletin_id: int, person: Person) -> View:
    """Read one bulletin for its page; NotFound where the person does not see it."""
    row = common.seen(session, bulletin_id)
    of = common.period(session, row)
    document = shown_document(session, row)
    contract = document.contract if document else {}
    history = _history(session, row)
    open_steps = service.open_steps(session, row, person)
    sheets = [sheet for sheet in queries.fact_sheets(session, row.id) if sheet.facts]
    return View(
        row=row,
        name=common.title_of(row, of, common.series_name(session, row)),
        number=common.number_of(row),
        area=area_name(session, row),
        period=of,
        span=common.span_of(of),
        over=of.end <= clock.now(),
        paper=Markup(fragment(composing.compose(document), top=2)) if document else None,  # noqa: S704 - escapes itself
        groups=panel.groups(contract.get("figures") or {}),
        shown_tables=[(name, told) for name, told in panel.TABLES.items() if (contract.get("tables") or {}).get(name)],
        late=list(contract.get("late_records") or []),
        as_of=clock.parse_instant(contract["as_of"]) if contract.get("as_of") else row.as_of,
        digest=contract.get("digest"),
        stations=_stations(row, history),
        history=history,
        open_steps=open_steps,
        own_editing=_own_editing(session, row, person, open_steps),
        build=build_of(session, row.id),
        papers=dict(queries.papers(session, row.id)),
        corrects=_corrected(session, row, of),
        corrections=list(queries.corrections(session, row.id)),
        checks=_checks(session, row, document),
        passed=settling.passed_days(row, document) if document else [],
        sheets=sheets,
        open_points=open_points(sheets),
        items=[item for item in naming.planned(session, row) if not item.out],
        names_items=naming.follows_up(row) and row.frozen_set_id is not None,
    )


def _checks(session: Session, row: Bulletin, document: composing.Document | None) -> list[Checked]:
    told = settling.checked(row, document) if document else []
    names = names_of_users(session, [each.confirmed["by"] for each in told if each.confirmed])
    return [
        Checked(each.found, kept["reason"], names.get(kept["by"]), clock.parse_instant(kept["at"]))
        if (kept := each.confirmed)
        else Checked(each.found)
        for each in told
    ]


def shown_document(session: Session, row: Bulletin) -> composing.Document | None:
    """The document as it stands, with the text as saved last; None before the first build."""
    try:
        return composing.document_of(session, row, None)
    except NotFound:
        return None


def area_name(session: Session, row: Bulletin) -> str:
    """What the area of a bulletin is called today."""
    node = grids.tree(session).nodes.get(row.grid_id)
    return node.name if node else ""


def build_of(session: Session, bulletin_id: int) -> Build | None:
    """The last build asked for."""
    job = queries.newest_job(session, bulletin_id)
    if job is None:
        return None
    done = queries.parts_done(session, job.id)
    return Build(job, done, job.state == "owed" and not done and clock.now() - job.asked_at > SILENT)


def _corrected(session: Session, row: Bulletin, of: Period) -> tuple[Bulletin, str] | None:
    """The paper that a correction corrects, and its name with its number."""
    found = queries.one(session, row.corrects_id) if row.corrects_id else None
    if found is None:
        return None
    return found, common.title_of(found, of, common.series_name(session, found)) + common.number_of(found)


def _history(session: Session, row: Bulletin) -> list[Done]:
    told = queries.steps(session, row.id)
    names = names_of_users(session, [step.actor_id for step in told if step.actor_id is not None])
    return [_done(step, names) for step in told]


def _done(step: BulletinStep, names: dict[int, str]) -> Done:
    kind = Step(step.step)
    who = names.get(step.actor_id) if step.actor_id is not None else None
    return Done(kind, STEP_ZH[kind], step.at, who, step.note)


def _stations(row: Bulletin, history: list[Done]) -> list[Station]:
    status = Status.ISSUED if row.status is Status.CORRECTED else row.status
    order = [station for station, _ in WAY]
    place = order.index(status)
    last = {done.step: done for done in history}
    return [
        Station(station, STATUS_ZH[station], at <= place, at == place, last.get(step) if at <= place else None)
        for at, (station, step) in enumerate(WAY)
    ]


def _own_editing(session: Session, row: Bulletin, person: Person, open_steps: list[Step]) -> bool:
    """Whether only having edited this paper keeps an approver from signing it."""
    if row.status is not Status.REVIEWED or Step.APPROVE in open_steps:
        return False
    roles = roles_of(person, grid_path(session, row.grid_id))
    return Role.APPROVER in roles and person.user_id in service.editors_of(session, row.id)
