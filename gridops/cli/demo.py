"""`gridops demo`: load the demo street, and say who may sign in."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from config import Config
from gridops.cli import base
from gridops.core import db
from gridops.core.errors import NotFound
from gridops.demo_street import queries, run, setup
from gridops.people import service as people
from gridops.people.service.passwords import one_time_password


def add_to(group: click.Group) -> None:
    """Hang the command of this file into the group."""
    group.add_command(demo)


@click.command()
@click.option("--sign-ins", is_flag=True, help="print the people of the demo as JSON, and load nothing")
def demo(sign_ins: bool) -> None:
    """Load the demo street: 龙虎塘街道 with its year 2017. Run again it changes nothing."""
    settings = base.opened()
    if sign_ins:
        click.echo(json.dumps(_sign_ins(settings), ensure_ascii=False, indent=1))
        return
    with _alone(settings):
        _load(settings)


def _load(settings: Config) -> None:
    begun = time.monotonic()
    password = _kept_password(settings)
    if run.is_loaded():
        _told_again(password)
    else:
        kept = run.Settings(settings.evidence_dir, people.hash_password(password), settings.font_dirs)
        loaded = run.load(kept, _Line(begun))
        click.echo(err=True)
        seconds = time.monotonic() - begun
        click.echo(f"演示街道已载入：{loaded.acts} 项办理，用时 {seconds:.0f} 秒 / demo loaded in {seconds:.0f} s")
    (settings.data_dir / "demo.loaded").touch()
    click.echo(f"辖区 / jurisdiction: {setup.ROOT_CODE}    密码 / password: {password}")
    for line in _first_of_each_role(settings):
        click.echo(line)


def _told_again(password: str) -> None:
    """Everything is there; a password that was lost with its file is made anew for the demo accounts alone."""
    with db.reading() as session:
        root = setup.root_id(session)
        known = root is not None and people.demo_password_is(session, root, password)
    if root is not None and not known:
        with db.transaction() as session:
            people.renew_demo_password(session, root, people.hash_password(password))
        click.echo("演示密码已更新 / the demo password is a new one")
    click.echo("演示街道已经载入，没有改动 / the demo street is there already; nothing was changed")


def _first_of_each_role(settings: Config) -> Iterator[str]:
    seen = set()
    for entry in _sign_ins(settings):
        if entry["role"] not in seen:
            seen.add(entry["role"])
            yield f"  {entry['role']:<20}{entry['username']:<14}{entry['name']}　{entry['unit']}　{entry['territory']}"


def _sign_ins(settings: Config) -> list[dict[str, str]]:
    path = _password_file(settings)
    with db.reading() as session:
        root = setup.root_id(session)
        found = queries.sign_ins(session, root) if root is not None else []
    if not found or not path.exists():
        raise NotFound("演示街道尚未载入：请先运行 gridops demo / the demo is not loaded: run gridops demo first")
    password = path.read_text(encoding="ascii").strip()
    return [
        {
            "role": each.role.value,
            "name": each.name,
            "username": each.username,
            "password": password,
            "unit": each.unit,
            "territory": each.territory,
        }
        for each in found
    ]


def _password_file(settings: Config) -> Path:
    return settings.data_dir / "demo_password"


def _kept_password(settings: Config) -> str:
    """One password for all demo accounts, made once for an installation and readable by its owner only."""
    path = _password_file(settings)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(one_time_password())
    return path.read_text(encoding="ascii").strip()


class _Line:
    """The line that shows how far the load is; on a terminal it stays one line."""

    def __init__(self, begun: float) -> None:
        self._begun, self._shown = begun, 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if done < total and now - self._shown < (0.2 if terminal else 10):
            return
        self._shown = now
        text = f"演示街道 {100 * done // max(total, 1):3d}%  {what}  {now - self._begun:.0f}s"
        click.echo(f"\r\033[K{text}" if terminal else text, nl=not terminal, err=True)


@contextmanager
def _alone(settings: Config) -> Iterator[None]:
    """Two loads at once wait for each other; the second finds everything there."""
    with (settings.data_dir / "demo.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
