"""Where a measurement happens: databases of its own, a data folder of its own, and the real servers on loopback."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy

from config import ROOT
from gridops.cli.servers import serving
from gridops.core import db

NAME = "gridops_bench"
IMPORTS = "gridops_bench_import"
PROCESSES, THREADS = 2, 8


@dataclass(frozen=True)
class Place:
    """One deployment under measurement: its database (empty: the embedded one) and its data folder."""

    data_dir: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The settings for programs started here: nothing of the caller's own deployment leaks in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
        own = {"GRIDOPS_DATA_DIR": str(self.data_dir), "PYTHONPATH": str(ROOT)}
        if self.database_url:
            own["GRIDOPS_DATABASE_URL"] = self.database_url
        return {**kept, **own}

    @property
    def url(self) -> str:
        """The SQLAlchemy address of its database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gridops.db'}"

    def bind(self) -> None:
        """Make its database the one of this process, on connections of its own."""
        release()
        db.bind(self.url)

    def gridops(self, *arguments: str) -> list[str]:
        """The command line of the `gridops` command."""
        code = "import sys; sys.argv[0] = 'gridops'; from gridops.cli import main; sys.exit(main())"
        return [sys.executable, "-c", code, *arguments]

    def call(self, *arguments: str) -> str:
        """Run a `gridops` command and return what it printed; RuntimeError with its words when it fails."""
        done = subprocess.run(
            self.gridops(*arguments), env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"gridops {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout


def release() -> None:
    """Close this process's connections: before a fork, or before a database is copied."""
    with contextlib.suppress(RuntimeError):
        db.engine().dispose()


def server_url() -> sqlalchemy.URL:
    """The PostgreSQL server to measure on: GRIDOPS_BENCH_DATABASE_URL, or the one on loopback."""
    given = os.environ.get("GRIDOPS_BENCH_DATABASE_URL", "postgresql+psycopg://127.0.0.1:5432/postgres")
    url = sqlalchemy.make_url(given)
    return url if url.username else url.set(username=os.environ.get("PGUSER", os.environ.get("USER", "root")))


def postgresql(name: str) -> str:
    """The SQLAlchemy address of one of our databases."""
    return server_url().set(database=name).render_as_string(hide_password=False)


def libpq(url: str) -> str:
    """The same address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def connect(url: str, **more: Any) -> psycopg.Connection[Any]:
    """A bare psycopg connection."""
    return psycopg.connect(libpq(url), **more)


def make_database(name: str, template: str = "template0") -> str:
    """Create one of our databases anew and return its address."""
    drop_database(name)
    with connect(postgresql("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return postgresql(name)


def drop_database(name: str) -> None:
    """Remove one of our databases."""
    with connect(postgresql("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server that runs: its port, the process, and how long it took to answer first (seconds)."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    def memory_mib(self, kind: str = "Rss") -> list[float]:
        """Memory of each worker process, largest first: resident (Rss), or its share of what it shares (Pss)."""
        found = []
        for pid in children(self.process.pid):
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                kib = next(line.split()[1] for line in lines if line.startswith(f"{kind}:"))
                found.append(int(kib) / 1024)
        return sorted(found, reverse=True)


@contextlib.contextmanager
def web(
    place: Place, app: str = "gridops.app:from_environment()", path: str = "/healthz", **more: str
) -> Iterator[Server]:
    """Gunicorn as `gridops web` starts it (gthread, 2 processes), for the program or for a bare one."""
    port = free_port()
    command = serving("127.0.0.1", port, PROCESSES, THREADS, app)
    begun = time.monotonic()
    with running(command, {**place.environment, **more}) as process:
        _wait_for(f"http://127.0.0.1:{port}{path}", process, place.data_dir / "programs.log")
        yield Server(port, process, time.monotonic() - begun)


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program and its children for as long as the block runs."""
    with (Path(environment["GRIDOPS_DATA_DIR"]) / "programs.log").open("a") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The direct child processes of one."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def _wait_for(address: str, process: subprocess.Popen[bytes], log_of: Path, within_s: float = 60.0) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if process.poll() is not None:
            log = log_of.read_text()[-1500:]
            raise RuntimeError(f"the server ended by itself: {log}")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310  loopback
            return
        time.sleep(0.02)
    raise RuntimeError(f"{address} does not answer")


def machine() -> str:
    """The machine in one line: processor, cores, memory, Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {gib:.0f} GiB, Python {platform.python_version()}"


def load() -> str:
    """The load of the last 1, 5 and 15 minutes, and when."""
    return f"load {'/'.join(f'{value:.1f}' for value in os.getloadavg())} at {now():%H:%M} UTC"


def now() -> datetime:
    """The time it is."""
    return datetime.now(UTC)
