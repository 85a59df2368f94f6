"""Personal data as it is shown to those who need not know it (GB/T 22239-2019, 8.1.4.11: minimum)."""

from __future__ import annotations

import re

MARK = "*"
_DIGITS = re.compile(r"[0-9Xx]{7,}")


def name(text: str | None) -> str:
    """A person's name: the first letter stands, the others are marks (张三丰: 张**); empty stays empty."""
    said = (text or "").strip()
    return said[:1] + MARK * (len(said) - 1)


def number(text: str | None) -> str:
    """A telephone, certificate or identity number: the first three and the last four stand where there are more."""
    said = (text or "").strip()
    if len(said) < 8:
        return MARK * len(said)
    return said[:3] + MARK * (len(said) - 7) + said[-4:]


def words(text: str | None) -> str:
    """Words in which long numbers may stand: these are masked, the rest is shown."""
    return _DIGITS.sub(lambda found: number(found.group()), text or "")
