"""明察暗访: which looks at units form one check, and when a person may be named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gridops.core import clock

_SOMEONE = "工作人员"


class Looked(Protocol):
    """A look at one unit, as far as it is counted."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def source(self) -> str:
        """On which occasion, in the words of who noted it."""

    @property
    def unit_id(self) -> int:
        """At which unit."""

    @property
    def verified(self) -> bool:
        """Whether the fact was found true."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a local day and occasion; how many looks, at which units, how many verified facts."""

    day: date
    source: str
    looks: int
    unit_ids: frozenset[int]
    verified: int


def check_key(at: datetime, source: str) -> tuple[date, str]:
    """What makes looks one check (明察暗访一次): the same local day and the same source, however many units."""
    return clock.local_date(at), source.strip()


def checks_of(looks: Iterable[Looked]) -> list[Check]:
    """Looks gathered into checks, in order of day and source."""
    gathered: dict[tuple[date, str], list[Looked]] = {}
    for look in looks:
        gathered.setdefault(check_key(look.at, look.source), []).append(look)
    return [
        Check(day, source, len(those), frozenset(one.unit_id for one in those), sum(one.verified for one in those))
        for (day, source), those in sorted(gathered.items())
    ]


def unnamed(text: str, person: str | None) -> str:
    """A fact as a paper may tell it: who stands there is 工作人员, never a name (bulletin.md, naming rules)."""
    names = [name for name in re.split(r"[、，,;；\s]+", person or "") if len(name) > 1]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, _SOMEONE)
    return text


def may_be_named(*, verified: bool, approved: bool) -> bool:
    """A person is named only when the fact is verified and the discipline office has approved it (bulletin.md)."""
    return verified and approved


def naming_fault(*, person: str | None, verified: bool, recorded_by: int | None, approver: int) -> str | None:
    """Why a person may not be named by this approval; None when they may."""
    if not person:
        return "这次检查没有记录人员"
    if not verified:
        return "事实未查实，不得点名"
    if recorded_by == approver:
        return "记录人不能批准点名"
    return None
