"""What the papers tell their own figures: how many issues there are, and what a series sets about counting."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.core import clock
from gridops.figures.rules.facts import Paper
from gridops.figures.service import Given


def given_of(session: Session, root_id: int, grid_id: int, series: str) -> Given:
    """The issued papers of a jurisdiction by series (no corrections: they have numbers of their own), and settings.

    `penalised_all_sources` of the series: premises count as penalised whatever brought it about (statistics.md §3).
    """
    papers: dict[str, list[Paper]] = {}
    for each in queries.numbered(session, grid_id):
        if each.issued_on is not None:
            told = Paper(
                id=each.id,
                label=f"{each.period} 第{each.issue_no}期",
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                issued_at=clock.midnight(each.issued_on),
            )
            papers.setdefault(each.series, []).append(told)
    kept = queries.series(session, root_id, series)
    return Given(papers, all_sources=bool(kept and kept.settings.get("penalised_all_sources")))
