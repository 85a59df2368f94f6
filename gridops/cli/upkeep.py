"""Set up and look after a deployment: init, doctor."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from config import BaseMap, Config
from gridops.audit import service as audit
from gridops.cli import base
from gridops.core import db, owed
from gridops.documents.fonts import FONT_DIRS, font_report
from gridops.tasks import app as tasks

Finding = tuple[bool, str]


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    for command in (init, doctor):
        group.add_command(command)


@click.command()
def init() -> None:
    """Create the database, or upgrade it."""
    settings = base.opened(upgrade=True)
    base.prepare(settings)
    click.echo(f"数据库已就绪 / database ready: {db.engine().url.render_as_string()}")


@click.command()
def doctor() -> None:
    """Check settings, database, broker, worker, clock, disk and fonts; say what to do."""
    settings = base.opened()
    tasks.configure(settings)
    checks: dict[str, Callable[[Config], Finding]] = {
        "database": _database,
        "owed work": _owed,
        "audit chain": _audit_chain,
        "broker": _broker,
        "worker": _worker,
        "clock": _clock,
        "disk": _disk,
        "fonts": _fonts,
        "base map": _base_map,
    }
    fine = True
    for name, check in checks.items():
        good, told = check(settings)
        fine = fine and good
        click.echo(f"[{'ok' if good else '!!'}] {name}: {told}")
    raise click.exceptions.Exit(0 if fine else 1)


def _database(settings: Config) -> Finding:
    try:
        with db.reading() as session:
            session.connection()
    except SQLAlchemyError as lost:
        return False, f"does not answer ({type(lost).__name__}): check GRIDOPS_DATABASE_URL"
    kind = "embedded SQLite" if settings.embedded_database else db.engine().dialect.name
    return True, f"{kind} answers"


def _owed(_settings: Config) -> Finding:
    with db.reading() as session:
        stuck = owed.stuck(session)
    if not stuck:
        return True, "nothing is stuck"
    return False, "; ".join(f"{kind} {key}: {error}" for kind, key, error in stuck[:5])


def _audit_chain(_settings: Config) -> Finding:
    with db.reading() as session:
        report = audit.verify_chain(session)
    if report.broken:
        return False, f"broken at seal {report.broken.seal_no}: {report.broken.reason}"
    return True, f"sound, {report.sealed} entries sealed, {report.unsealed} not yet"


def _broker(settings: Config) -> Finding:
    if tasks.broker_answers():
        return True, "configured Redis answers" if settings.redis_url else "embedded broker answers"
    return False, "does not answer: start `gridops up`, or check GRIDOPS_REDIS_URL"


def _worker(_settings: Config) -> Finding:
    if tasks.worker_answers(2.0):
        return True, "answers"
    return False, "none answers: start `gridops worker` (papers are then built in place)"


def _clock(_settings: Config) -> Finding:
    now = datetime.now(UTC)
    good = now.year >= 2026
    return good, f"{now:%Y-%m-%d %H:%M:%S} UTC" + ("" if good else ": wrong; set the machine's time")


def _disk(settings: Config) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free // 2**20
    return free > 1024, f"{free} MiB free at {settings.data_dir}" + ("" if free > 1024 else ": make room")


def _fonts(settings: Config) -> Finding:
    report = font_report((*settings.font_dirs, *FONT_DIRS))
    told = "; ".join(f"{found.face.name} → {found.font or '—'}" for found in report)
    missing = [found.face.name for found in report if not found.is_true]
    if any(found.font is None for found in report):
        return False, f"{told}: run ./run --setup-only, or set GRIDOPS_FONT_DIRS"
    hint = f" (stand-ins for {'、'.join(missing)}: install them or set GRIDOPS_FONT_DIRS)" if missing else ""
    return True, told + hint


def _base_map(settings: Config) -> Finding:
    if settings.base_map is not BaseMap.PMTILES:
        return True, settings.base_map or "none"
    path = settings.base_map_file
    if path.is_file():
        return True, f"{path}, {path.stat().st_size // 2**20} MiB"
    return False, f"GRIDOPS_BASE_MAP=pmtiles, but {path} is not there: put the file there"
