"""What people found of single cases (statistics.md §2): closings judged faked, closed cases that came back. Pure."""

from __future__ import annotations

from gridops.cases.rules import recurring
from gridops.figures.rules.facts import Bounds, Faked, Recurred
from gridops.figures.rules.telling import Figure


def came_back(it: Recurred, at: Bounds) -> bool:
    """A case reported in P, not long after the closing of one that it was linked to by as_of."""
    return at.within(it.reported_at) and recurring.in_time(it.reported_at, it.closed_at)


FIGURES = (
    Figure(
        "cases.faked",
        "虚假整改数",
        "count",
        "统计时段内经人判定为虚假整改的案件，同一案件计一次；照片疑点未经判定的不计。",
        Faked.kind,
        lambda it, at: at.within(it.judged_at) and at.known(it.judged_at),
        stock=True,
    ),
    Figure(
        "cases.recurred",
        "复发数",
        "count",
        "统计时段内上报、数据提取前（含期末以后）经人认定为前案复发的案件：前案在上报前 30 日内结案，期末前未撤销结案；"
        "期末不予受理、不予立案、作废（含拆分）、并案的不计，同一案件计一次。",
        Recurred.kind,
        came_back,
        stock=True,
    ),
)
