"""Posting JSON to an address that an administrator gave: HTTPS only, no redirects, bounded in time and size.

The host is looked up once, every address it has is judged, and the connection goes to one that was judged: a name that
answers differently a moment later leads nowhere else.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

STEP_S = 5.0
WHOLE_S = 15.0
MOST_ANSWER_BYTES = 64_000
MOST_ADDRESS = 1000
_PRINTABLE = re.compile(r"[!-~]+")
# Ways in which IPv4 addresses, private ones too, are written as IPv6; and old private ones that Python calls global.
_DISGUISES = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96", "fec0::/10")
)


class NotPosted(Exception):
    """Nothing is known to have arrived; the text says why, without the address, which is a secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart; `path` with its query."""

    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said."""

    status: int
    body: bytes


def parse_address(address: str) -> Target:
    """Take an address apart. ValueError says what is wrong with it, in words for who typed it."""
    if len(address) > MOST_ADDRESS or not _PRINTABLE.fullmatch(address):
        raise ValueError("须为不含空格和中文的网址")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise ValueError("不是有效的网址") from None
    if parts.scheme != "https":
        raise ValueError("须以 https:// 开头")
    if not host or parts.username is not None or parts.password is not None or parts.fragment or "\\" in address:
        raise ValueError("不是有效的网址")
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, port, (parts.path or "/") + query)


def may_be_reached(address: str, *, private: bool) -> bool:
    """Whether an IP address is one to post to: a public one, or with `private` also one of a local network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback and any(found in network for network in _DISGUISES):
            return False
    if found.is_multicast or found.is_unspecified or found.is_link_local:
        return False
    return found.is_global or (private and found.is_private)


def post_json(address: str, payload: Any, *, private: bool = False) -> Answered:
    """Post a value and read the answer, whatever its status. Raises NotPosted."""
    try:
        target = parse_address(address)
    except ValueError as wrong:
        raise NotPosted(str(wrong)) from None
    body = json.dumps(payload, ensure_ascii=False).encode()
    connection = _Pinned(target, _looked_up(target, private=private))
    # Each step has its limit, but someone who answers a byte at a time would take for ever.
    whole = threading.Timer(WHOLE_S, connection.cut_off)
    whole.daemon = True
    whole.start()
    try:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "gridops", "Connection": "close"}
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        found = Answered(answer.status, answer.read(MOST_ANSWER_BYTES))
        if connection.was_cut:  # what had come by then reads like a short answer
            raise NotPosted("the answer took too long")
        return found
    except ssl.SSLCertVerificationError as wrong:
        raise NotPosted(f"certificate not trusted: {wrong.verify_message}"[:200]) from None
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise NotPosted(f"{type(wrong).__name__}: {getattr(wrong, 'strerror', None) or 'no answer'}"[:200]) from None
    finally:
        whole.cancel()
        connection.close()


def _looked_up(target: Target, *, private: bool) -> str:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPosted("the host is not known") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(may_be_reached(one, private=private) for one in addresses):
        raise NotPosted("the host lies in a private network (GRIDOPS_PRIVATE_HOOKS)")
    return addresses[0]


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was judged; name and certificate are those of the host. Follows nothing."""

    def __init__(self, target: Target, address: str) -> None:
        self._address, self._tls = address, ssl.create_default_context()
        self.was_cut = False
        super().__init__(target.host, target.port, timeout=STEP_S, context=self._tls)

    def connect(self) -> None:
        line = socket.create_connection((self._address, self.port), STEP_S)
        try:
            self.sock = self._tls.wrap_socket(line, server_hostname=self.host)
        except BaseException:
            line.close()
            raise

    def cut_off(self) -> None:
        """End whatever is going on."""
        self.was_cut = True
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
