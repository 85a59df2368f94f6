"""The bad line itself: each fate does to a request what its name says; a plan is the same when played again."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.field.fates import CAPTIVE, ELSEWHERE, LOSE_ANSWER, PASS, REFUSE, Fate, Kind, Plan
from tests.field.line import Line

BROKEN = (ConnectionError, http.client.HTTPException, OSError)


class Office(BaseHTTPRequestHandler):
    """Takes what is put and says so; chunks at `/chunks`."""

    protocol_version = "HTTP/1.1"
    taken: list[tuple[str, bytes]]

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        if len(body := self.rfile.read(length)) == length:
            self.taken.append((self.path, body))
            self._say(201, b"x" * 300)

    def do_GET(self) -> None:
        if self.path != "/chunks":
            return self._say(200, b"version 1")
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (b"version", b" ", b"1"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        return self.wfile.write(b"0\r\n\r\n") and None

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "9")
        self.end_headers()

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def office() -> Iterator[ThreadingHTTPServer]:
    Office.taken = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def line(office: ThreadingHTTPServer) -> Iterator[Line]:
    with Line(office.server_address[1]) as found:
        yield found


def ask(line: Line, method: str = "PUT", path: str = "/records/1", body: bytes = b"b" * 1000) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", line.port, timeout=5)
    try:
        connection.request(method, path, body if method == "PUT" else None)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_good_line_changes_nothing_and_keeps_its_connection(line: Line) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", line.port, timeout=5)
    for method, path, length in (("PUT", "/a", 300), ("GET", "/chunks", 9), ("HEAD", "/b", 0), ("GET", "/c", 9)):
        connection.request(method, path, b"body" if method == "PUT" else None)
        answer = connection.getresponse()
        assert len(answer.read()) == length
    connection.close()
    assert Office.taken == [("/a", b"body")]
    assert [one.status for one in line.told()] == [201, 200, 200, 200]
    assert all(one.reached for one in line.told())


def test_a_refused_request_never_reaches_the_server(line: Line) -> None:
    line.once("PUT", REFUSE)
    with pytest.raises(BROKEN):
        ask(line)
    assert Office.taken == []
    assert ask(line)[0] == 201, "only the next one"


@pytest.mark.parametrize("after", [0, 1, 400, 5000])
def test_a_request_cut_on_its_way_up_is_never_whole(line: Line, after: int) -> None:
    line.once("PUT", Fate(Kind.CUT_UP, after=after))
    with pytest.raises(BROKEN):
        ask(line)
    assert Office.taken == []
    assert line.told()[0].up == min(after, 999)


@pytest.mark.parametrize("after", [0, 20, 200, 5000])
def test_the_server_has_done_it_when_its_answer_is_lost(line: Line, after: int) -> None:
    line.once("PUT", Fate(Kind.CUT_DOWN, after=after))
    with contextlib.suppress(*BROKEN):
        assert len(ask(line)[1]) < 300, "a head that broke off may show a status, never the whole answer"
    assert len(Office.taken) == 1
    assert line.told()[0].status == 201


def test_an_answer_cut_in_its_body_shows_its_status_before_it_breaks(line: Line) -> None:
    line.once("PUT", Fate(Kind.CUT_DOWN, after=250))
    connection = http.client.HTTPConnection("127.0.0.1", line.port, timeout=5)
    connection.request("PUT", "/records/1", b"body")
    answer = connection.getresponse()
    assert answer.status == 201
    with pytest.raises(http.client.IncompleteRead):
        answer.read()


@pytest.mark.parametrize(("fate", "status"), [(CAPTIVE, 200), (ELSEWHERE, 302)])
def test_a_portal_answers_with_its_page_instead_of_the_server(line: Line, fate: Fate, status: int) -> None:
    line.once("PUT", fate)
    found, page = ask(line)
    assert (found, Office.taken) == (status, [])
    assert "无线网络" in page.decode()


@pytest.mark.parametrize("status", [401, 404, 410, 413, 429, 502, 503, 504])
def test_something_on_the_way_answers_with_a_status(line: Line, status: int) -> None:
    line.once("PUT", Fate(Kind.ANSWER, status=status))
    assert ask(line)[0] == status
    assert Office.taken == []


def test_a_held_and_a_slow_request_pass_in_the_end(line: Line) -> None:
    line.once("PUT", Fate(Kind.HOLD, seconds=0.2), Fate(Kind.SLOW, rate=5000))
    for _ in range(2):
        begun = time.monotonic()
        assert ask(line)[0] == 201
        assert time.monotonic() - begun >= 0.2


def test_no_network_breaks_what_stands_and_comes_back_on_the_same_port(line: Line) -> None:
    line.once("PUT", Fate(Kind.HOLD, seconds=30))
    going = threading.Timer(0.1, line.down)
    going.start()
    with pytest.raises(BROKEN):
        ask(line)
    going.join()  # it is wholly gone before it comes back
    with pytest.raises(ConnectionRefusedError):
        ask(line)
    line.up()
    assert ask(line)[0] == 201


def test_a_server_that_is_not_there_is_a_broken_connection(line: Line, office: ThreadingHTTPServer) -> None:
    office.shutdown()
    office.server_close()
    with pytest.raises(BROKEN):
        ask(line)
    assert line.told()[0].told == "the server is not there"


@pytest.mark.parametrize("path", ["/version", "/chunks"])
def test_the_phone_can_be_handed_another_version_of_a_file(line: Line, path: str) -> None:
    line.change(f"GET {path}", lambda content: content.replace(b"version 1", b"version 23"))
    assert ask(line, "GET", path) == (200, b"version 23")
    line.clear()
    assert ask(line, "GET", path) == (200, b"version 1")


def test_a_plan_is_the_same_from_its_seed_and_from_its_text() -> None:
    plan = Plan.seeded(7, 400, only="PUT")
    assert Plan.seeded(7, 400).fates == plan.fates
    assert Plan.seeded(8, 400).fates != plan.fates
    again = Plan.read(plan.written())
    assert (again.fates, again.seed, again.only.pattern) == (plan.fates, 7, "PUT")
    assert {fate.kind for fate in plan.fates} == set(Kind)


def test_requests_meet_the_fates_of_a_plan_in_order_and_the_line_tells_it(line: Line) -> None:
    line.take(Plan([LOSE_ANSWER, PASS, CAPTIVE], only="PUT", seed=3))
    ask(line, "GET", "/page")
    found = []
    for _ in range(4):
        try:
            found.append(ask(line)[0])
        except BROKEN:
            found.append(0)
    assert found == [0, 201, 200, 201]
    assert [one.fate.kind for one in line.told("PUT")] == [Kind.CUT_DOWN, Kind.PASS, Kind.PORTAL, Kind.PASS]
    assert len(Office.taken) == 3
    assert "seed 3" in line.report()
    assert "the answer was lost" in line.report()


def test_many_phones_at_once_each_get_their_own_answers(line: Line) -> None:
    statuses: list[int] = []
    bodies = [bytes([65 + n]) * 50_000 for n in range(8)]
    asking = [
        threading.Thread(target=lambda n=n: statuses.append(ask(line, path=f"/{n}", body=bodies[n])[0]))
        for n in range(8)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert statuses == [201] * 8
    assert sorted(Office.taken) == [(f"/{n}", bodies[n]) for n in range(8)]
