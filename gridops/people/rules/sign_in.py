"""Throttling of sign-in tries, and what a password must be."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 30
TRIES_KEPT_FOR = timedelta(days=1)

_USERNAME = re.compile(r"[\w.@+-]{1,60}")

PASSWORD_MIN = 10
PASSWORD_MAX = 200
_COMMON = frozenset(
    {"1234567890", "0123456789", "password12", "password123", "qwertyuiop", "1q2w3e4r5t", "1qaz2wsx3edc", "admin12345"}
)


def locked_until(tries: Sequence[datetime], limit: int, now: datetime) -> datetime | None:
    """When the lock ends that `limit` failures within `WINDOW` bring about; None when there is none.

    `tries`: failures in order of time. No try is kept while locked, so the newest ones decide.
    """
    newest = tries[-limit:]
    if len(newest) < limit or newest[-1] - newest[0] > WINDOW:
        return None
    end = newest[-1] + WINDOW
    return end if now < end else None


def name_key(username: str) -> str:
    """What a try is kept under for a name: a hash, since people type passwords into the wrong field."""
    return _hashed("name", normal_username(username))


def address_key(address: str) -> str:
    """What a try is kept under for an address (IPv6 by /64, which is one household or office)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _hashed("address", address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return _hashed("address", str(parsed.ipv4_mapped))
        return _hashed("address", str(ipaddress.ip_network((parsed, 64), strict=False)))
    return _hashed("address", str(parsed))


def normal_username(text: str) -> str:
    """User names are compared in NFKC, without outer blanks and in lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def is_username(normal: str) -> bool:
    """Whether a normalised name can be a user name: 1 to 60 letters (Chinese ones too), digits or . _ - + @."""
    return _USERNAME.fullmatch(normal) is not None


def refused_password(password: str, username: str) -> str | None:
    """Why this password is too weak or unusable, or None."""
    if len(password) < PASSWORD_MIN:
        return f"密码至少{PASSWORD_MIN}个字符"
    if len(password) > PASSWORD_MAX:
        return f"密码最多{PASSWORD_MAX}个字符"
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < 4:
        return "密码过于简单"
    if normal_username(username) in plain:
        return "密码不能包含用户名"
    return None


def _hashed(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "surrogatepass")).hexdigest()
