"""Start the web, the workers and the calendar, each alone or all together; by name, so nothing heavy loads here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click

from config import ROOT, Config
from gridops.cli import base
from gridops.tasks import broker, schedule


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    for command in (web, worker, beat, up):
        group.add_command(command)


@click.command()
@click.option("--host", help="address to listen on")
@click.option("--port", type=int, help="port to listen on")
def web(host: str | None, port: int | None) -> None:
    """Start the web server."""
    settings = base.opened()
    with _broker(settings):
        _become(_web(settings, host or settings.host, port or settings.port))


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
def up(host: str | None, port: int | None) -> None:
    """Start web, worker and calendar together; Ctrl-C stops all of it."""
    settings = base.opened()
    host, port = host or settings.host, port or settings.port
    with _broker(settings):
        commands = {"web": _web(settings, host, port), "worker": _worker(settings), "beat": _beat()}
        click.echo(f"gridops: http://{host}:{port}/   (Ctrl-C 停止 / stops everything)")
        _run_together(commands)


class _broker:  # noqa: N801 - reads as a word in `with _broker(settings):`
    """The broker for as long as the block runs; one that we started ends with it."""

    def __init__(self, settings: Config) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        self._broker = broker.ensure_broker(self._settings.data_dir, self._settings.redis_url)

    def __exit__(self, *_: object) -> None:
        self._broker.stop()


def _web(settings: Config, host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "--worker-class", "gthread",
        "--workers", str(settings.web_workers), "--threads", str(settings.web_threads),
        "--preload", "--timeout", "60", "--graceful-timeout", "15", "--keep-alive", "15",
        "--error-logfile", "-", "--log-level", "warning", "gridops.app:from_environment()",
    ]  # fmt: skip


def _worker(settings: Config) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "--loglevel", "WARNING",
        "--concurrency", str(settings.worker_processes), "--queues", ",".join(schedule.QUEUES),
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip


def _beat() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "celery_worker", "beat", "--loglevel", "WARNING", "--pidfile", ""]


def _become(command: list[str]) -> None:
    """Run one part in the foreground and hand its exit code on."""
    _run_together({"part": command})


def _run_together(commands: dict[str, list[str]]) -> None:
    """Run programs side by side; when one ends or a signal comes, stop the others and leave."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    # For the rest of our life: a second signal must not keep us from stopping the broker.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
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
