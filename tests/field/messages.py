"""HTTP/1.1 as far as a line has to know it: where a request ends, where an answer ends."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = 1 << 16
_LONGEST_HEAD = 1 << 16


class Gone(Exception):
    """The other side ended in the middle."""


class Flow:
    """One side of a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._kept = b""

    def send(self, part: bytes) -> None:
        """All of it, or OSError."""
        self.connection.sendall(part)

    def end(self) -> None:
        """Say that no more will come."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(5)
            while self.connection.recv(_PIECE):
                pass

    def close(self) -> None:
        """Twice is harmless."""
        self.connection.close()

    def head(self) -> bytes | None:
        """Up to and with the empty line; None where the other side ended before it began one."""
        while b"\r\n\r\n" not in self._kept:
            if not (part := self.connection.recv(_PIECE)):
                if self._kept:
                    raise Gone
                return None
            self._kept += part
            if len(self._kept) > _LONGEST_HEAD and b"\r\n\r\n" not in self._kept:
                raise Gone
        found, _, self._kept = self._kept.partition(b"\r\n\r\n")
        return found + b"\r\n\r\n"

    def line(self) -> bytes:
        """Up to and with the end of a line."""
        while b"\r\n" not in self._kept:
            self._kept += self._more()
        found, _, self._kept = self._kept.partition(b"\r\n")
        return found + b"\r\n"

    def parts(self, length: int) -> Iterator[bytes]:
        """So many bytes, as they come."""
        while length:
            kept = self._kept or self._more()
            part, self._kept = kept[:length], kept[length:]
            length -= len(part)
            yield part

    def rest(self) -> Iterator[bytes]:
        """Until the other side ends."""
        if self._kept:
            yield self._kept
            self._kept = b""
        while part := self.connection.recv(_PIECE):
            yield part

    def _more(self) -> bytes:
        if not (part := self.connection.recv(_PIECE)):
            raise Gone
        return part


@dataclass(frozen=True)
class Message:
    """The first line and the headers, as they came."""

    first: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return "chunked" in self.header("transfer-encoding").lower()

    @property
    def length(self) -> int | None:
        """What the headers say of the body's length."""
        found = self.header("content-length")
        return int(found) if found else None

    @property
    def lasts(self) -> bool:
        """Whether the connection goes on after it."""
        return "close" not in self.header("connection").lower()

    def written(self, leave_out: tuple[str, ...] = (), **more: str) -> bytes:
        """The head, as bytes."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in leave_out]
        lines = [self.first, *(f"{name}: {value}" for name, value in (*kept, *more.items()))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Request(Message):
    """What the phone asks."""

    @property
    def method(self) -> str:
        """GET, PUT, …"""
        return self.first.split(" ")[0]

    @property
    def path(self) -> str:
        """With its query."""
        return self.first.split(" ")[1]

    def head(self, *, plain: bool = False) -> bytes:
        """As it goes on; `plain`: the answer shall be neither compressed nor "not modified"."""
        leave_out = ("accept-encoding", "if-none-match", "if-modified-since") if plain else ()
        return self.written(leave_out)

    def body(self, phone: Flow) -> Iterator[bytes]:
        """The body as it comes."""
        return _chunks(phone) if self.chunked else phone.parts(self.length or 0)


@dataclass(frozen=True)
class Answer(Message):
    """What the server answers."""

    bare: bool

    @property
    def status(self) -> int:
        """The three digits."""
        return int(self.first.split(" ")[1])

    @property
    def lasts(self) -> bool:
        """Not where only its end tells that the answer is whole."""
        return super().lasts and (self.bare or self.chunked or self.length is not None)

    def head(self, length: int | None = None) -> bytes:
        """As it goes on; with another length where the content was changed."""
        if length is None:
            return self.written()
        return self.written(("content-length", "transfer-encoding", "etag"), **{"Content-Length": str(length)})

    def body(self, server: Flow) -> Iterator[bytes]:
        """The body as it comes, chunks with their lengths."""
        if self.bare:
            return iter(())
        if self.chunked:
            return _chunks(server)
        return server.rest() if self.length is None else server.parts(self.length)

    def content(self, server: Flow) -> Iterator[bytes]:
        """The body without the lengths of its chunks."""
        return _unchunked(server) if self.chunked and not self.bare else self.body(server)


def read_request(phone: Flow) -> Request | None:
    """The next request; None where the phone is done."""
    head = phone.head()
    return None if head is None else Request(*_read(head))


def read_answer(server: Flow, request: Request) -> Answer:
    """The answer to a request."""
    while True:
        head = server.head()
        if head is None:
            raise Gone
        first, headers = _read(head)
        status = int(first.split(" ")[1])
        if status >= 200:
            return Answer(first, headers, request.method == "HEAD" or status in (204, 304))


def _read(head: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    first, *lines = head.decode("latin-1").strip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first, tuple((name, value.strip()) for name, _, value in pairs)


def _chunks(flow: Flow) -> Iterator[bytes]:
    while True:
        line = flow.line()
        yield line
        if (length := int(line.split(b";")[0], 16)) == 0:
            while (trailer := flow.line()) != b"\r\n":
                yield trailer
            yield trailer
            return
        yield from flow.parts(length + 2)


def _unchunked(flow: Flow) -> Iterator[bytes]:
    while length := int(flow.line().split(b";")[0], 16):
        yield b"".join(flow.parts(length))
        flow.line()
    while flow.line() != b"\r\n":
        pass
