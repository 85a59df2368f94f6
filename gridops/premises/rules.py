"""What premises are: kinds and risks, their credit code, when two names are the same, who survives a merge."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from gridops.people.rules import Role

# Who keeps the list: enters, changes, merges.
KEEPERS = (Role.INTAKE_CLERK, Role.SHIFT_LEADER, Role.DISPATCHER, Role.SUPERVISION_OFFICER)


class PremisesKind(StrEnum):
    """What kind of place it is; `unit`: a body that is none of these."""

    ENTERPRISE = "enterprise"
    SITE = "site"
    SHOP = "shop"
    MARKET = "market"
    UNIT = "unit"


class Risk(StrEnum):
    """How closely it is watched; `unknown` until someone has judged it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"


KIND_NAMES: dict[PremisesKind, str] = {
    PremisesKind.ENTERPRISE: "企业",
    PremisesKind.SITE: "工地",
    PremisesKind.SHOP: "店铺",
    PremisesKind.MARKET: "市场",
    PremisesKind.UNIT: "单位",
}
RISK_NAMES: dict[Risk, str] = {Risk.HIGH: "高", Risk.MEDIUM: "中", Risk.LOW: "低", Risk.UNKNOWN: "未评定"}

# GB 32100-2015: 31 characters (no I, O, S, V, Z), weights 3^i mod 31, the last character makes the sum divisible.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
CREDIT_CODE_LENGTH = 18


def credit_code_fault(code: str) -> str | None:
    """What is wrong with a unified social credit code (GB 32100-2015), None where nothing is."""
    if len(code) != CREDIT_CODE_LENGTH:
        return f"not {CREDIT_CODE_LENGTH} characters"
    if odd := sorted({letter for letter in code if letter not in _ALPHABET}):
        return f"contains {''.join(odd)}, which no credit code has"
    if not code[2:8].isdigit():
        return "characters 3 to 8 are the digits of a division"
    if code[17] != check_character(code[:17]):
        return "its check character does not fit: one of the others is mistyped"
    return None


def check_character(body: str) -> str:
    """The 18th character that belongs to the first 17."""
    total = sum(_ALPHABET.index(letter) * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31]


def credit_code(text: str) -> str:
    """A code as it is kept: half-width capitals without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


# What the premises' own label says, and what may be typed where it cannot be scanned.
_LABEL = re.compile(r"CS([0-9]{1,18})", re.ASCII)


def label_of(premises_id: int) -> str:
    """What is printed under the QR of premises (场所码)."""
    return f"CS{premises_id:06d}"


def id_of_label(text: str) -> int | None:
    """The id that a label says, None for anything else."""
    found = _LABEL.fullmatch("".join(unicodedata.normalize("NFKC", text).split()).upper())
    return int(found[1]) if found else None


# Brackets and dashes that look alike in names of companies.
_SAME = str.maketrans("〔〕[]【】｛｝{}—–−‐", "()" * 5 + "----")


def name_key(name: str) -> str:
    """A name as compared: half-width, without blanks, one kind of brackets, no difference of case."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_SAME).split()).casefold()


def followed(merged: Mapping[int, int]) -> dict[int, int]:
    """Merged id -> the one that survives at the end of its chain. ValueError for a circle, which no merge makes."""
    found: dict[int, int] = {}
    for start in merged:
        here, seen = start, {start}
        while here in merged:
            here = merged[here]
            if here in seen:
                raise ValueError(f"premises {start} are merged in a circle")
            seen.add(here)
        found[start] = here
    return found
