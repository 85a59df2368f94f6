"""A bad line between a phone and the server: each request meets a fate of a plan, and the line tells what it did.

The plan (`fates.py`) is data. What has to happen to one certain request is ordered by `Line.once`.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from tests.field.fates import PASS, Fate, Kind, Plan
from tests.field.messages import Answer, Flow, Gone, Request, read_answer, read_request

RECORDS, FILES = "PUT /api/v1/records/", "PUT /api/v1/attachments/"
PORTAL = (
    "<!doctype html><html><title>登录上网</title><body><h1>欢迎使用免费无线网络</h1><form><input></form></body></html>"
)


@dataclass
class Happened:
    """What became of one request: `status` of the answer that the phone got, or that was lost on the way down."""

    number: int
    method: str
    path: str
    fate: Fate
    up: int = 0
    down: int = 0
    status: int = 0
    reached: bool = False
    told: str = ""

    def __str__(self) -> str:
        more = {name: value for name, value in asdict(self.fate).items() if value and name != "kind"}
        reached = "reached the server" if self.reached else "did not reach it"
        return (
            f"{self.number:4} {self.method} {self.path[:90]} {self.fate.kind} {more or ''} {reached}, "
            f"{self.up} up, {self.down} down, {self.status or '-'} {self.told}"
        )


@dataclass
class _Order:
    pattern: re.Pattern[str]
    fates: list[Fate]


@dataclass
class Line:
    """Listens on a port of its own and forwards to the server's, request by request."""

    upstream: int
    plan: Plan = field(default_factory=Plan)
    port: int = 0
    happened: list[Happened] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._orders: list[_Order] = []
        self._changes: list[tuple[re.Pattern[str], Callable[[bytes], bytes]]] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._stopping = threading.Event()
        self._drawn = 0

    def __enter__(self) -> Line:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    @property
    def address(self) -> str:
        """What the phone takes for the server."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listen (again), on the same port as before."""
        if self._listener is not None:
            return
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        """No network: connections are refused, and those that stand break."""
        if self._listener is None:
            return
        self._stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        with self._lock:
            broken = [*self._open]
        for connection in broken:  # closed by their own threads, which this wakes
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def take(self, plan: Plan) -> None:
        """Go on by another plan, from its beginning."""
        with self._lock:
            self.plan, self._drawn = plan, 0

    def once(self, pattern: str, *fates: Fate) -> None:
        """The next requests (`PUT /api/v1/…`) that the pattern is found in meet these fates, before any plan."""
        with self._lock:
            self._orders.append(_Order(re.compile(pattern), list(fates)))

    def always(self, pattern: str, fate: Fate) -> None:
        """Every such request meets this fate, until `clear`."""
        self.once(pattern, *[fate] * 100_000)

    def change(self, pattern: str, how: Callable[[bytes], bytes]) -> None:
        """Hand other bytes to the phone than the server sent (a new version of a file)."""
        with self._lock:
            self._changes.append((re.compile(pattern), how))

    def clear(self) -> None:
        """A good line from now on: nothing that was ordered holds any more."""
        with self._lock:
            self._orders, self._changes, self.plan, self._drawn = [], [], Plan(), 0

    def told(self, pattern: str = "") -> list[Happened]:
        """What became of the requests that the pattern is found in."""
        with self._lock:
            return [one for one in self.happened if re.search(pattern, f"{one.method} {one.path}")]

    def report(self, last: int = 60) -> str:
        """The plan's seed and the last requests, for a test that fails."""
        return "\n".join([f"seed {self.plan.seed}", *map(str, self.told()[-last:])])

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        phone = Flow(connection)
        try:
            while (request := read_request(phone)) is not None and not self._stopping.is_set():
                happened = self._meets(request)
                if not _Forwarding(self, phone, request, happened).go():
                    break
        except (OSError, Gone):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            phone.close()

    def _meets(self, request: Request) -> Happened:
        asked = f"{request.method} {request.path}"
        with self._lock:
            fate = self._ordered(asked) or self._planned(asked)
            happened = Happened(len(self.happened) + 1, request.method, request.path, fate)
            self.happened.append(happened)
        return happened

    def _ordered(self, asked: str) -> Fate | None:
        for order in self._orders:
            if order.fates and order.pattern.search(asked):
                return order.fates.pop(0)
        return None

    def _planned(self, asked: str) -> Fate:
        if not self.plan.only.search(asked) or self._drawn >= len(self.plan.fates):
            return PASS
        self._drawn += 1
        return self.plan.fates[self._drawn - 1]

    def _changing(self, request: Request) -> list[Callable[[bytes], bytes]]:
        asked = f"{request.method} {request.path}"
        with self._lock:
            return [how for pattern, how in self._changes if pattern.search(asked)]


class _Forwarding:
    """One request on its way; `go` says whether the phone's connection goes on."""

    def __init__(self, line: Line, phone: Flow, request: Request, happened: Happened) -> None:
        self.line, self.phone, self.request, self.happened = line, phone, request, happened
        self.fate = happened.fate

    def go(self) -> bool:
        match self.fate.kind:
            case Kind.REFUSE:
                return self._break("refused")
            case Kind.CUT_UP:
                return self._cut_up()
            case Kind.ANSWER:
                return self._reply(self.fate.status, "application/problem+json", _problem(self.fate.status))
            case Kind.PORTAL:
                return self._reply(200, "text/html; charset=utf-8", PORTAL)
            case Kind.PORTAL_REDIRECT:
                # Another origin, as portals do.
                where = f"http://localhost:{self.line.port}/captive-portal"
                return self._reply(302, "text/html; charset=utf-8", PORTAL, {"Location": where})
            case Kind.HOLD:
                if self.line._stopping.wait(self.fate.seconds):
                    return self._break("held until the line went down")
        return self._forward()

    def _forward(self) -> bool:
        changes = self.line._changing(self.request)
        try:
            server = Flow(socket.create_connection(("127.0.0.1", self.line.upstream), timeout=120))
        except OSError:
            return self._break("the server is not there")
        try:
            server.send(self.request.head(plain=bool(changes)))
            for part in self._paced(self.request.body(self.phone)):
                self.happened.up += len(part)
                self.happened.reached = True
                server.send(part)
            self.happened.reached = True
            answer = read_answer(server, self.request)
            if self.fate.kind is Kind.CUT_DOWN:
                return self._cut_down(answer, server)
            self.happened.status = answer.status
            return self._hand_on(answer, server, changes)
        except (OSError, Gone):
            return self._break("the server broke off")
        finally:
            server.close()

    def _hand_on(self, answer: Answer, server: Flow, changes: list[Callable[[bytes], bytes]]) -> bool:
        if changes and answer.status == 200:
            content = b"".join(answer.content(server))
            for how in changes:
                content = how(content)
            self.happened.told = "changed"
            self._send([answer.head(len(content)), content])
            return answer.lasts and self.request.lasts
        self._send([answer.head()])
        self._send(self._paced(answer.body(server)))
        return answer.lasts and self.request.lasts

    def _send(self, parts: Iterable[bytes]) -> None:
        for part in parts:
            self.happened.down += len(part)
            self.phone.send(part)

    def _cut_down(self, answer: Answer, server: Flow) -> bool:
        """The whole answer is awaited first: what the server did, it has done."""
        whole = answer.head() + b"".join(answer.body(server))
        self.happened.status, kept = answer.status, whole[: min(self.fate.after, len(whole) - 1)]
        if kept:
            self.phone.send(kept)
            self.happened.down = len(kept)
            # A reset would take back what the phone has not read yet.
            self.phone.end()
        return self._break("the answer was lost")

    def _cut_up(self) -> bool:
        """Some of the body goes up; never all of it."""
        length = self.request.length or 0
        left = min(self.fate.after, max(0, length - 1))
        if left:
            try:
                server = Flow(socket.create_connection(("127.0.0.1", self.line.upstream), timeout=120))
            except OSError:
                return self._break("the server is not there")
            server.send(self.request.head())
            for part in self.request.body(self.phone):
                server.send(part[:left])
                self.happened.up += len(part[:left])
                left -= len(part[:left])
                if not left:
                    break
            _break(server.connection)
            server.close()
        return self._break("cut on the way up")

    def _reply(self, status: int, kind: str, text: str, more: Mapping[str, str] | None = None) -> bool:
        for _ in self.request.body(self.phone):
            pass  # who answers on the way has taken the request
        content = text.encode()
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Cache-Control": "no-store"}
        if status in (429, 503):
            headers["Retry-After"] = "1"
        lines = [f"HTTP/1.1 {status} Somewhere", *(f"{n}: {v}" for n, v in {**headers, **(more or {})}.items())]
        self.phone.send("\r\n".join([*lines, "", ""]).encode() + (b"" if self.request.method == "HEAD" else content))
        self.happened.status, self.happened.down = status, len(content)
        return self.request.lasts

    def _paced(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        if self.fate.kind is not Kind.SLOW:
            yield from parts
            return
        step = max(1, self.fate.rate // 20)
        for part in parts:
            for begin in range(0, len(part), step):
                yield part[begin : begin + step]
                if self.line._stopping.wait(len(part[begin : begin + step]) / self.fate.rate):
                    raise Gone

    def _break(self, told: str) -> bool:
        self.happened.told = told
        _break(self.phone.connection)
        return False


def _break(connection: socket.socket) -> None:
    """End a connection by a reset, as a mast does that is driven past."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _problem(status: int) -> str:
    return json.dumps({"type": "about:blank", "title": "somewhere", "status": status, "detail": "told on the way"})
