"""What each figure of 12345 means: three rates with what stands above and below the line (standards.md §9).

Pure; the rules are those of the room `hotline`: a contact counts where it fell due, a follow-up call where it was made.
"""

from __future__ import annotations

from gridops.figures.rules.facts import Bounds, Called
from gridops.figures.rules.telling import Figure, Rate, Test


def due(it: Called, at: Bounds) -> bool:
    """An order whose contact fell due in P, and not only in the days still ahead."""
    return at.within(it.contact_due_at) and at.overdue(it.contact_due_at)


def in_time(it: Called, at: Bounds) -> bool:
    """One of these whose caller was reached by then."""
    return due(it, at) and it.contacted_at is not None and it.contacted_at <= it.contact_due_at


def asked(it: Called, at: Bounds) -> bool:
    """An order whose caller was reached by a follow-up call in P."""
    return at.within(it.asked_at)


def said_solved(it: Called, at: Bounds) -> bool:
    """One of these where the caller said at last that the problem is solved."""
    return asked(it, at) and bool(it.solved)


def said_satisfied(it: Called, at: Bounds) -> bool:
    """One of these where the caller said at last that they are satisfied."""
    return asked(it, at) and bool(it.satisfied)


def _count(key: str, name: str, definition: str, counts: Test) -> Figure:
    return Figure(f"hotline.{key}", name, "count", definition, Called.kind, counts)


FIGURES = (
    _count("should_contact", "12345应联系数", "联系时限在统计时段内届满的12345工单。", due),
    _count("contacted", "12345按时联系数", "应联系的工单中，时限内联系上来电人的。", in_time),
    _count("revisited", "12345回访数", "统计时段内回访到来电人的12345工单。", asked),
    _count("solved", "12345回访已解决数", "回访到的工单中，来电人最后一次说问题已解决的。", said_solved),
    _count("satisfied", "12345回访满意数", "回访到的工单中，来电人最后一次说满意的。", said_satisfied),
)
RATES = (
    Rate(
        "hotline.response_rate",
        "12345响应率",
        "hotline.contacted",
        "hotline.should_contact",
        "按时联系数与应联系数之比。",
    ),
    Rate(
        "hotline.solved_rate",
        "12345解决率",
        "hotline.solved",
        "hotline.revisited",
        "回访已解决数与回访数之比。",
    ),
    Rate(
        "hotline.satisfied_rate",
        "12345满意率",
        "hotline.satisfied",
        "hotline.revisited",
        "回访满意数与回访数之比。",
    ),
)
