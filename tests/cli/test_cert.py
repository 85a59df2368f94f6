"""A phone on the local network: `gridops cert`, then the running program over TLS that such a phone trusts."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT, Command, command_in, free_port, programs_of


@pytest.fixture
def gridops(tmp_path: Path) -> Command:
    return command_in(tmp_path / "data")


@pytest.fixture
def served(gridops: Command, tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """`gridops web --tls`, and what a phone that installed the authority trusts."""
    gridops("init")
    gridops("cert", "--name", "gridops.local")
    port, folder = free_port(), tmp_path / "data"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDOPS_")}
    program = subprocess.Popen(
        [sys.executable, "-c", "import sys; from gridops.cli import main; sys.exit(main())",
         "web", "--tls", "--port", str(port)],
        cwd=ROOT,
        env={**inherited, "GRIDOPS_DATA_DIR": str(folder), "GRIDOPS_WEB_WORKERS": "1"},
    )  # fmt: skip
    yield port, ssl.create_default_context(cafile=str(folder / "cert" / "ca.crt"))
    program.terminate()
    program.wait(60)
    assert programs_of(folder) == []


def answer(
    port: int, phone: ssl.SSLContext, path: str, headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """What the program answers over TLS, asked for at most a minute until it is up."""
    for _ in range(240):
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=phone)
        try:
            connection.request("GET", path, headers=headers or {})
            return connection.getresponse()
        except ConnectionRefusedError:
            time.sleep(0.25)
    raise TimeoutError("the program did not come up")


def handshake(port: int, phone: ssl.SSLContext, name: str) -> str | None:
    with (
        socket.create_connection(("127.0.0.1", port), 10) as line,
        phone.wrap_socket(line, server_hostname=name) as tls,
    ):
        return tls.version()


def test_a_phone_that_trusts_the_authority_is_served_and_no_wrong_name_is(
    served: tuple[int, ssl.SSLContext], tmp_path: Path
) -> None:
    port, phone = served
    page = answer(port, phone, "/sign-in")
    assert page.status == 200
    cookie = page.getheader("Set-Cookie") or ""
    assert cookie.startswith("__Host-gridops=")
    assert "Secure" in cookie
    assert page.getheader("Strict-Transport-Security") is None, "it would keep browsers from http://localhost"
    authority = answer(port, phone, "/ca.crt")
    assert authority.getheader("Content-Type") == "application/x-x509-ca-cert"
    assert authority.read() == (tmp_path / "data" / "cert" / "ca.crt").read_bytes()
    for name in ("127.0.0.1", "localhost", "gridops.local"):
        assert handshake(port, phone, name) in ("TLSv1.2", "TLSv1.3")
    for name in ("other.local", "192.168.77.77"):
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(port, phone, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(port, ssl.create_default_context(), "localhost")


def test_no_request_moves_the_addresses_that_all_others_are_given(served: tuple[int, ssl.SSLContext]) -> None:
    port, phone = served
    # The first page after the start: addresses of files are written out once and kept.
    moved = answer(port, phone, "/elsewhere/sign-in", {"SCRIPT_NAME": "/elsewhere"})
    assert moved.status == 404
    page = answer(port, phone, "/sign-in").read().decode()
    assert "/static/app.css" in page
    assert "elsewhere" not in page


def test_without_a_certificate_it_says_how_to_make_one(gridops: Command) -> None:
    gridops("init")
    refused = gridops("web", "--tls", fine=False)
    assert refused.code == 2
    assert "run `gridops cert`" in refused.err


def test_it_tells_what_it_made_and_what_to_do_next(gridops: Command, tmp_path: Path) -> None:
    first, again = gridops("cert", "--name", "gridops.local"), gridops("cert", "--name", "gridops.local")
    fingerprint = next(line for line in first.out.splitlines() if "SHA-256" in line)
    assert fingerprint in again.out
    assert ("新建" in first.out, "沿用" in again.out, "未变" in again.out) == (True, True, True)
    assert "gridops up --tls --host 0.0.0.0" in first.out
    refused = gridops("cert", "--name", "*.cn", fine=False)
    assert (refused.code, refused.out) == (2, "")
