"""Who may inspect, and what paper may be left: 国办发〔2024〕54号, 行政处罚法 art. 42 and 55 (standards.md §11.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridops.inspections.rules.words import OrderKind, VisitKind
from gridops.squads.rules import Agency

# Bodies with enforcement powers of their own, by authorisation or entrustment; `other` is none that we know.
COMPETENT = frozenset(Agency) - {Agency.OTHER}
OFFICERS = 2
_ELSE = "请按巡查或走访记录，只能留下隐患提示单（国办发〔2024〕54号）"


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody on the round who checked in: of which body, certified on that day or not, from when to when.

    `back_at`: when they checked in last; after leaving, they are there again from then on.
    """

    agency: Agency
    certified: bool
    checked_in_at: datetime
    checked_out_at: datetime | None = None
    back_at: datetime | None = None

    def there(self, at: datetime) -> bool:
        """Whether they were there at an instant."""
        if at < self.checked_in_at:
            return False
        out, back = self.checked_out_at, self.back_at
        return out is None or at <= out or (back is not None and out < back <= at)


def officers_at(present: Iterable[Present], at: datetime) -> int:
    """How many certified officers of one and the same competent body were there at an instant (the most of any)."""
    bodies = Counter(one.agency for one in present if one.certified and one.agency in COMPETENT and one.there(at))
    return max(bodies.values(), default=0)


def inspection_fault(approved: bool, present: Iterable[Present], at: datetime) -> str | None:
    """Why a visit at an instant is no 行政检查: it needs an approved round and two certified officers of one body."""
    if not approved:
        return f"本次夜查没有经批准作为行政检查，{_ELSE}"
    if (found := officers_at(present, at)) < OFFICERS:
        return f"行政检查须有同一执法主体的两名以上持证执法人员在场签到，现有{found}名，{_ELSE}"
    return None


def paper_fault(kind: VisitKind, paper: OrderKind) -> str | None:
    """Why a visit may not leave this paper: only an inspection orders to correct."""
    if paper is OrderKind.ORDER and kind is not VisitKind.INSPECTION:
        return "巡查、走访不能责令改正，只能留下隐患提示单（国办发〔2024〕54号）"
    return None


def lawful(wanted_inspection: bool, present: Iterable[Present], at: datetime) -> tuple[VisitKind, OrderKind]:
    """What a visit told by a file was, and what its paper was: an inspection if it could be one, else a patrol."""
    if inspection_fault(wanted_inspection, present, at) is None:
        return VisitKind.INSPECTION, OrderKind.ORDER
    return VisitKind.PATROL, OrderKind.HAZARD_NOTICE
