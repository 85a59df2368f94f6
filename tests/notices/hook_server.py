"""A group's robot of our own: a real HTTPS server that keeps what is posted and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gridops.core import certificates

FINE = (200, {}, b'{"errcode": 0, "errmsg": "ok"}')


@dataclass
class Robot:
    """`posted`: path and body of each request. `answers`: given in turn, then `FINE`; `slow`: seconds before each."""

    port: int = 0
    ca: Path = Path()
    posted: list[tuple[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    slow: float = 0.0
    drip: bool = False

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"

    @property
    def texts(self) -> list[str]:
        """What a group would read."""
        return [body["text"]["content"] for _, body in self.posted]


@contextmanager
def robot(folder: Path) -> Iterator[Robot]:
    """A robot on this machine with a certificate by an authority of its own (`ca`)."""
    certificates.ensure(folder, [], [], datetime.now(UTC))
    told = Robot(ca=folder / "ca.crt")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.posted.append((self.path, json.loads(body)))
            time.sleep(told.slow)
            status, headers, answer = told.answers.pop(0) if told.answers else FINE
            if told.drip:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(200):
                    self.wfile.write(f"X-{number}: 1\r\n".encode())
                    time.sleep(0.05)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815 - a redirect that was followed would come so

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Someone hung up: that is what some tests are about."""

    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(folder / "server.crt", folder / "server.key")
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = served.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
