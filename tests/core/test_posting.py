"""Posting to an address that somebody typed: where it goes, what it follows, and how long it may take."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gridops.core import posting
from gridops.core.posting import NotPosted, may_be_reached, parse_address, post_json
from tests.notices.hook_server import Robot, robot


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    with robot(tmp_path / "cert") as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca))
        yield running


def test_a_value_is_posted_and_the_answer_read(group: Robot) -> None:
    answer = post_json(group.address, {"text": "盘龙"}, private=True)
    assert (answer.status, answer.body) == (200, b'{"errcode": 0, "errmsg": "ok"}')
    ((path, body),) = group.posted
    assert path == "/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    assert body == {"text": "盘龙"}


def test_a_redirect_is_not_followed(group: Robot) -> None:
    group.answers = [(302, {"Location": f"https://localhost:{group.port}/elsewhere"}, b"")]
    assert post_json(group.address, {}, private=True).status == 302
    assert len(group.posted) == 1


def test_a_private_network_is_not_reached_unless_it_is_allowed(group: Robot) -> None:
    with pytest.raises(NotPosted, match="private network"):
        post_json(group.address, {})
    assert group.posted == []


def test_a_name_that_has_one_private_address_among_others_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(posting.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotPosted, match="private network"):
        post_json("https://example.com/x", {})


def test_the_connection_goes_to_the_address_that_was_judged(group: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    real = socket.getaddrinfo

    def once(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(posting.socket, "getaddrinfo", once)
    post_json(group.address, {}, private=True)
    assert asked.count("localhost") == 1


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(group: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotPosted, match="certificate not trusted"):
        post_json(group.address, {}, private=True)
    assert group.posted == []


def test_who_does_not_answer_is_left(group: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    group.slow = 1.0
    monkeypatch.setattr(posting, "STEP_S", 0.2)
    with pytest.raises(NotPosted) as refused:
        post_json(group.address, {}, private=True)
    assert "key=" not in str(refused.value)


def test_who_answers_a_line_at_a_time_is_left_too(group: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    group.drip = True
    monkeypatch.setattr(posting, "WHOLE_S", 0.5)
    began = time.monotonic()
    with pytest.raises(NotPosted):
        post_json(group.address, {}, private=True)
    assert time.monotonic() - began < 5


def test_of_a_long_answer_only_its_beginning_is_read(group: Robot) -> None:
    group.answers = [(200, {}, b"x" * 1_000_000)]
    assert len(post_json(group.address, {}, private=True).body) == posting.MOST_ANSWER_BYTES


def test_nobody_there_is_said_without_the_address() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for address in (f"https://127.0.0.1:{port}/?key=secret", "https://no-such-host.invalid/?key=secret"):
        with pytest.raises(NotPosted) as refused:
            post_json(address, {}, private=True)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "", "http://example.com/", "ftp://example.com/", "https://", "https://a b/", "https://user:pw@example.com/",
        "https://example.com:99999/", "https://例子.cn/", "https://example.com/#x", "https://example.com\\@evil/",
        "https://[::1", "https://example.com/\r\nX: 1", "https://example.com/" + "x" * 1000, "javascript:1",
    ],
)  # fmt: skip
def test_what_is_no_address_to_post_to_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        parse_address(address)


@pytest.mark.parametrize(
    ("address", "anyway", "private"),
    [
        ("93.184.215.14", True, True), ("2606:2800:21f::1", True, True), ("10.1.2.3", False, True),
        ("192.168.1.1", False, True), ("127.0.0.1", False, True), ("::1", False, True), ("fd00::1", False, True),
        ("169.254.169.254", False, False), ("fe80::1%eth0", False, False), ("::", False, False),
        ("224.0.0.1", False, False), ("::ffff:10.0.0.1", False, True), ("::ffff:169.254.169.254", False, False),
        ("::10.0.0.1", False, False), ("::ffff:0:a00:1", False, False), ("fec0::1", False, False),
        ("64:ff9b::a00:1", False, False), ("2002:a00:1::1", False, False), ("100.64.0.1", False, False),
    ],
)  # fmt: skip
def test_which_addresses_may_be_reached(address: str, anyway: bool, private: bool) -> None:
    assert may_be_reached(address, private=False) is anyway
    assert may_be_reached(address, private=True) is private
