"""Days on which a delay costs nothing: reconsideration, litigation, deferral and instalments. Pure.

行政处罚法 art. 66 (deferral) and art. 73 (remedies). Days are subtracted, not yuan, and each day once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Pause:
    """Local days from `first` to `last`, both counted; without an end it goes on. `deferral`: granted to pay later."""

    first: date
    last: date | None = None
    deferral: bool = False

    def __str__(self) -> str:
        """As it is kept: which kind, from when, until when."""
        return f"{'deferral' if self.deferral else 'remedy'} {self.first} {self.last or '-'}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` wrote."""
        kind, first, last = text.split()
        return cls(
            date.fromisoformat(first), None if last == "-" else date.fromisoformat(last), deferral=kind == "deferral"
        )

    def holds(self, day: date) -> bool:
        """Whether a day falls into it."""
        return self.first <= day and (self.last is None or day <= self.last)


def joined(pauses: Iterable[Pause], new: Pause) -> tuple[Pause, ...]:
    """The pauses with one more: told again from the same day it replaces what was told; a later remedy ends an open
    one, since a court comes after reconsideration.
    """
    kept = [each for each in pauses if (each.first, each.deferral) != (new.first, new.deferral)]
    ended = [
        replace(each, last=new.first)
        if each.last is None and not new.deferral and not each.deferral and each.first < new.first
        else each
        for each in kept
    ]
    return tuple(sorted([*ended, new], key=lambda each: (each.first, each.deferral)))


def days_outside(first: date, last: date, pauses: Iterable[Pause]) -> int:
    """How many days of [first, last] fall into no pause."""
    left, day = max(0, (last - first).days + 1), first
    for pause in sorted(pauses, key=lambda each: each.first):
        begin, end = max(day, pause.first), min(last, pause.last or last)
        if begin <= end:
            left -= (end - begin).days + 1
            day = date.fromordinal(end.toordinal() + 1)
    return left
