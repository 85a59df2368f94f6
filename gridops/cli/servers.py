"""Start the web, the workers and the calendar, each alone or all together; by name, so nothing heavy loads here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import click

from config import ROOT, Config
from gridops.cli import base
from gridops.core.errors import Invalid
from gridops.tasks import broker, schedule

# What the web program has to know where it is served with the certificate of `gridops cert`.
_SERVED_BY_OURS = {"GRIDOPS_BEHIND_TLS": "1", "GRIDOPS_TRIAL_TLS": "1"}
_WEB_SERVER = Path(__file__).with_name("web_server.py")
_tls = click.option("--tls", is_flag=True, help="serve HTTPS with the certificate of `gridops cert`")


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    for command in (web, worker, beat, up):
        group.add_command(command)


@click.command()
@click.option("--host", help="address to listen on")
@click.option("--port", type=int, help="port to listen on")
@_tls
def web(host: str | None, port: int | None, tls: bool) -> None:
    """Start the web server."""
    settings = base.opened()
    command = _web(settings, host or settings.host, port or settings.port, tls)
    with _broker(settings):
        _become(command, _SERVED_BY_OURS if tls else {})


@click.command()
def worker() -> None:
    """Start a worker for all queues."""
    settings = base.opened()
    with _broker(settings):
        _become(_worker(settings))


@click.command()
def beat() -> None:
    """Start the calendar (one per deployment)."""
    settings = base.opened()
    with _broker(settings):
        _become(_beat())


@click.command()
@click.option("--host", help="address to listen on")
@click.option("--port", type=int, help="port to listen on")
@_tls
def up(host: str | None, port: int | None, tls: bool) -> None:
    """Start web, worker and calendar together; Ctrl-C stops all of it."""
    settings = base.opened()
    host, port = host or settings.host, port or settings.port
    served = _web(settings, host, port, tls)
    with _broker(settings):
        commands = {"web": served, "worker": _worker(settings), "beat": _beat()}
        click.echo(f"gridops: {'https' if tls else 'http'}://{host}:{port}/   (Ctrl-C 停止 / stops everything)")
        _run_together(commands, _SERVED_BY_OURS if tls else {})


class _broker:  # noqa: N801 - reads as a word in `with _broker(settings):`
    """The broker for as long as the block runs; one that we started ends with it."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        self._broker = broker.ensure_broker(self._settings.data_dir, self._settings.redis_url)

    def __exit__(self, *_: object) -> None:
        self._broker.stop()


def _web(settings: Config, host: str, port: int, tls: bool) -> list[str]:
    files = settings.cert_dir / "server.crt", settings.cert_dir / "server.key"
    if tls and not all(file.is_file() for file in files):
        raise Invalid(("--tls", f"no certificate in {settings.cert_dir}: run `gridops cert`"))
    certificate = ["--certfile", str(files[0]), "--keyfile", str(files[1])] if tls else []
    return [*serving(host, port, settings.web_workers, settings.web_threads), *certificate]


def serving(
    host: str, port: int, processes: int, threads: int, app: str = "gridops.app:from_environment()"
) -> list[str]:
    """The command line of the web server, for our program or another one; the rest of its settings in web_server.py."""
    # Of the C library's heaps, one for each two threads or so, most lie half empty: two serve threads that take turns.
    return [
        "env", "MALLOC_ARENA_MAX=2", sys.executable, "-m", "gunicorn", "--config", str(_WEB_SERVER),
        "--bind", f"{host}:{port}", "--workers", str(processes), "--threads", str(threads), app,
    ]  # fmt: skip


def _worker(settings: Config) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "--loglevel", "WARNING",
        "--concurrency", str(settings.worker_processes), "--queues", ",".join(schedule.QUEUES),
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip


def _beat() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "celery_worker", "beat", "--loglevel", "WARNING", "--pidfile", ""]


def _become(command: list[str], settings: dict[str, str] | None = None) -> None:
    """Run one part in the foreground and hand its exit code on."""
    _run_together({"part": command}, settings)


def _run_together(commands: dict[str, list[str]], settings: dict[str, str] | None = None) -> None:
    """Run programs side by side, with settings beside those of our surroundings; when one ends, stop the others."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    # For the rest of our life: a second signal must not keep us from stopping the broker.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, **(settings or {})}
    running = {
        name: subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for name, command in commands.items()
    }
    while not asked and all(process.poll() is None for process in running.values()):
        time.sleep(0.2)
    ended = [name for name, process in running.items() if process.poll() is not None]
    _stop(running)
    if not asked:
        click.echo(f"{', '.join(ended)} ended by itself; everything is stopped", err=True)
        raise click.exceptions.Exit(1)


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + 20
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
