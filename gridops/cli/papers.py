"""`gridops bulletin …`: build, and the life of a bulletin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from config import Config
from gridops.bulletins import building, queries
from gridops.bulletins import service as bulletins
from gridops.bulletins.models import Bulletin
from gridops.bulletins.series import period_of
from gridops.cli import base
from gridops.core import db
from gridops.core.errors import Closed, Invalid, NotFound
from gridops.evidence.store import LocalStore
from gridops.grids import queries as grids
from gridops.people.queries import load_person
from gridops.people.queries.keeping import user_by_name
from gridops.people.rules import Person
from gridops.tasks import app as tasks

PATIENCE_S = 60.0
F = TypeVar("F", bound=Callable[..., Any])


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(bulletin)


@click.group()
def bulletin() -> None:
    """Bulletins: build, freeze, review, approve, issue, correct, verify."""


def _named(command: F) -> F:
    for option in (
        click.option("--series", help="monthly, weekly, special, yearly, supervision; default by the kind of period"),
        click.option("--period", required=True, help="2016-12, 2019-W15, 2022-Q2, 2017-H1, 2017, 2017-YTD-11"),
        click.option("--jurisdiction", required=True, help="code of the jurisdiction"),
    ):
        command = option(command)
    return command


@bulletin.command()
@_named
@click.option("--out", type=click.Path(path_type=Path), required=True, help="folder, created when missing")
@click.option("--inline", is_flag=True, help="build in this process at once")
@click.option("--correction", type=int, default=0, help="the first, second … correction of the period's paper")
def build(jurisdiction: str, period: str, series: str | None, out: Path, inline: bool, correction: int) -> None:
    """Write bulletin.json, .html, .pdf and .docx; what is frozen is written as it was built."""
    settings = base.opened()
    tasks.configure(settings)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as lost:
        raise Invalid(("--out", f"cannot be written: {lost.strerror}")) from None
    with db.transaction() as session:
        bulletin_id = bulletins.open_draft(session, jurisdiction, period, series).id
        if correction:
            bulletin_id = _corrected(session, bulletin_id, correction)
    with db.reading() as session:
        built = building.is_built(session, session.get_one(Bulletin, bulletin_id))
    if not built:
        _build(settings, bulletin_id, inline)
    with db.reading() as session:
        contents = building.stored(session, LocalStore(settings.evidence_dir), bulletin_id)
    if missing := [name for name in building.MIME if name not in contents]:
        raise RuntimeError(f"the build left out {', '.join(missing)}")
    for name, content in contents.items():
        (out / f"bulletin.{name}").write_bytes(content)
    click.echo(f"{out / 'bulletin.pdf'} ({', '.join(sorted(contents))})")


def _corrected(session: Session, bulletin_id: int, number: int) -> int:
    found = [each.id for each in queries.corrections(session, bulletin_id) if each.correction_no == number]
    if not found:
        raise NotFound(f"this paper has no correction {number}")
    return found[0]


def _build(settings: Config, bulletin_id: int, inline: bool) -> None:
    if not inline:
        if tasks.worker_answers(settings.build_wait_s):
            if _by_worker(bulletin_id):
                return
            click.echo("the worker does not get on; building in place", err=True)
        else:
            click.echo(f"no worker answered within {settings.build_wait_s:g} s; building in place", err=True)
    workshop = building.Workshop(LocalStore(settings.evidence_dir), settings.font_dirs)
    with click.progressbar(length=1, label="counting") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        building.build_in_place(db.transaction, bulletin_id, workshop, progress)


def _by_worker(bulletin_id: int) -> bool:
    """Let a worker build; False when it made no step for a minute. Raises Closed naming why a build failed."""
    with db.transaction() as session:
        job_id = bulletins.ask_build(session, bulletin_id).id
    tasks.wake("bulletins.build", job_id)
    moved = time.monotonic()
    with click.progressbar(length=1, label="building") as bar:
        while time.monotonic() - moved < PATIENCE_S:
            with db.reading() as session:
                job = queries.job(session, job_id)
                done = queries.parts_done(session, job_id)
            if job is None or job.state == "done":
                return True
            if job.state == "failed":
                raise Closed(job.error or "the build failed")
            bar.length = max(job.parts_total, 1) + 1
            if done != bar.pos:
                moved = time.monotonic()
                bar.update(done - bar.pos)
            time.sleep(0.2)
    return False


def _life(name: str, verb: Callable[[Session, int, Person], Any], *, repeatable: bool = False, said: str) -> None:
    @bulletin.command(name, help=said)
    @_named
    @click.option("--as", "username", required=True, help="who does it: a user name")
    def command(jurisdiction: str, period: str, series: str | None, username: str) -> None:
        tasks.configure(base.opened())

        def step(session: Session) -> tuple[int, int]:
            found = _found(session, jurisdiction, period, series, newest=True)
            verb(session, found.id, _person(session, username))
            return found.id, bulletins.ask_build(session, found.id).id

        if repeatable:
            with db.transaction() as session:
                bulletins.prepare_freeze(session, _found(session, jurisdiction, period, series, newest=True).id)
            bulletin_id, job_id = db.repeatable(step)
        else:
            with db.transaction() as session:
                bulletin_id, job_id = step(session)
        tasks.wake("bulletins.build", job_id)
        with db.reading() as session:
            now = session.get_one(Bulletin, bulletin_id)
            number = f", 第{now.issue_no}期（总第{now.total_no}期）" if now.issue_no else ""
            click.echo(f"{now.series} {now.period}: {now.status.value}{number}")


_life("freeze", bulletins.freeze, repeatable=True, said="数据锁定: lock the figures as of now.")
_life("review", bulletins.review, said="核稿.")
_life("approve", bulletins.approve, said="签发: by someone who did not edit.")
_life("issue", bulletins.issue, said="印发: give the paper its number.")


@bulletin.command()
@_named
@click.option("--as", "username", required=True, help="who does it: a user name")
@click.option("--reason", default="", help="why; needed where no figure differs")
def correct(jurisdiction: str, period: str, series: str | None, username: str, reason: str) -> None:
    """更正说明: begin a correction of an issued bulletin, as a paper of its own."""
    base.opened()
    with db.transaction() as session:
        person = _person(session, username)
        found = _found(session, jurisdiction, period, series, newest=False)
        made = bulletins.correct(session, found.id, person, reason)
    click.echo(f"{made.series} {made.period}: correction {made.correction_no} opened as a draft")


@bulletin.command()
@_named
def verify(jurisdiction: str, period: str, series: str | None) -> None:
    """Recount a frozen bulletin from its kept rows and compare the digest; exit 0 same, 2 not."""
    base.opened()
    with db.reading() as session:
        found = _found(session, jurisdiction, period, series, newest=False)
        told = bulletins.verify(session, found)
    for difference in told.differences[:50]:
        click.echo(difference)
    click.echo(f"{'same' if told.same else 'NOT the same'}: {told.digest}")
    raise click.exceptions.Exit(0 if told.same else 2)


def _found(session: Session, jurisdiction: str, period: str, series: str | None, *, newest: bool) -> Bulletin:
    grid = grids.by_code(session, jurisdiction)
    if grid is None or grid.root_id is None:
        raise NotFound(f"no jurisdiction with the code {jurisdiction}")
    parsed, key = period_of(session, grid.root_id, period, series)
    if newest:
        found = queries.newest_of_period(session, grid.id, key, parsed.label)
    else:
        found = queries.bulletin(session, grid.id, key, parsed.label)
    if found is None:
        raise NotFound(f"no bulletin of {key} for {parsed.label}: build it first")
    return found


def _person(session: Session, username: str) -> Person:
    user = user_by_name(session, username)
    person = load_person(session, user.id) if user else None
    if person is None:
        raise NotFound(f"no person with the user name {username}")
    return person
