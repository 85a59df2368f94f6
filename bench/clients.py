"""HTTP clients in processes of their own: bounded in number and in time, cheap enough not to be what is measured."""

from __future__ import annotations

import multiprocessing
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.place import release

FORK = multiprocessing.get_context("fork")
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)


@dataclass(frozen=True)
class Ask:
    """One request: what is sent, and the answers that are right."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    right: tuple[int, ...] = (200,)


@dataclass
class Heard:
    """What clients heard: seconds of each right answer, its size in bytes, how long all took, other answers."""

    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def ms(self, part: float) -> float | None:
        """The quantile of the times, in milliseconds."""
        return quantile([time * 1000 for time in self.times], part)


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, ask: Ask) -> tuple[int, bytes, bytes]:
        """Send one request; returns status, head and body."""
        given = "".join(f"{name}: {value}\r\n" for name, value in ask.headers)
        head = f"{ask.method} {ask.path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUser-Agent: bench\r\n{given}"
        sent = f"{head}Content-Length: {len(ask.body)}\r\n\r\n".encode() + ask.body
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(sent)
        return self._answer()

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _answer(self) -> tuple[int, bytes, bytes]:
        assert self._socket is not None
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        while len(body) < length:
            body += self._more()
        if _CLOSES.search(head):
            self.close()
        return int(head[9:12]), head, body

    def _more(self) -> bytes:
        assert self._socket is not None
        more = self._socket.recv(1 << 16)
        if not more:
            self.close()
            raise ConnectionError("the server closed the connection")
        return more


def together(port: int, lists: Sequence[Sequence[Ask]], *, processes: int, seconds: float | None) -> Heard:
    """Let each list be asked by one client, all at once, spread over processes; `seconds`: no longer than that."""
    shares = [lists[place::processes] for place in range(processes)]
    begin = time.monotonic() + 0.3
    jobs = [(port, share, begin, seconds) for share in shares if share]
    found = in_processes(_share, jobs)
    whole = Heard(seconds=max(part.seconds for part in found))
    for part in found:
        whole.times += part.times
        whole.sizes += part.sizes
        whole.wrong += part.wrong
    return whole


def in_processes(work: Callable[..., Any], jobs: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Run a function once for each job, each in a process of its own, at the same time."""
    release()
    waiting = []
    for job in jobs:
        here, there = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_told, args=(there, work, job), daemon=True)
        process.start()
        there.close()
        waiting.append((here, process))
    found = []
    for here, process in waiting:
        try:
            good, answer = here.recv()
        except EOFError:
            good, answer = False, RuntimeError("a process of the measurement died")
        process.join()
        if not good:
            raise answer
        found.append(answer)
    return found


def quantile(values: Sequence[float], part: float) -> float | None:
    """The value below which that part of the values lies; None of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else None


def _told(there: Any, work: Callable[..., Any], job: tuple[Any, ...]) -> None:
    try:
        answer = (True, work(*job))
    except Exception as wrong:  # noqa: BLE001  the parent raises it again
        answer = (False, RuntimeError(f"{type(wrong).__name__}: {wrong}"))
    there.send(answer)


def _share(port: int, lists: Sequence[Sequence[Ask]], begin: float, seconds: float | None) -> Heard:
    heard = [Heard() for _ in lists]
    threads = [
        threading.Thread(target=_one, args=(port, asks, begin, seconds, own))
        for asks, own in zip(lists, heard, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Heard(seconds=max(own.seconds for own in heard))
    for own in heard:
        whole.times += own.times
        whole.sizes += own.sizes
        whole.wrong += own.wrong
    return whole


def _one(port: int, asks: Sequence[Ask], begin: float, seconds: float | None, heard: Heard) -> None:
    client = Client(port)
    time.sleep(max(0.0, begin - time.monotonic()))
    end = begin + seconds if seconds else None
    for ask in asks:
        started = time.monotonic()
        if end is not None and started > end:
            break
        try:
            status, _, body = client.ask(ask)
        except OSError as lost:
            heard.wrong.append(f"{ask.method} {ask.path[:80]}: {type(lost).__name__} {lost}")
            client.close()
            continue
        if status in ask.right:
            heard.times.append(time.monotonic() - started)
            heard.sizes.append(len(body))
        else:
            heard.wrong.append(f"{ask.method} {ask.path[:80]}: {status} {body[:300]!r}")
    heard.seconds = time.monotonic() - begin
    client.close()
