"""argon2id at about 0.1 s a hash (RFC 9106's second choice: 64 MiB, 3 passes; 4 lanes)."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Checked for names that do not exist, so that an answer takes as long as for those that do.
_nobody: str | None = None

# No letters that look like others: one-time passwords are read aloud.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """The argon2id hash that is kept; about 0.1 s of one core."""
    return _hasher.hash(password)


def password_matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; takes as long when nothing is kept."""
    global _nobody
    if kept is None:
        _nobody = _nobody or _hasher.hash(secrets.token_hex(16))
    try:
        return _hasher.verify(kept or _nobody or "", password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    try:
        return _hasher.check_needs_rehash(kept)
    except InvalidHashError:
        return True


def one_time_password() -> str:
    """Sixteen readable characters in four groups (79 bits)."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
