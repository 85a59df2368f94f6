"""What an edited text says that is no longer so: numbers, mended or confirmed with a reason; days that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.bulletins.composing import Document, differences_of, document_of
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules.dates import Passed, passed
from gridops.bulletins.rules.life import Status
from gridops.bulletins.rules.numbers import Difference
from gridops.core import clock
from gridops.core.errors import Invalid


class Unsettled(Invalid):
    """The text says other numbers than the figures; `differences` are those nobody has confirmed."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        self.differences = tuple(differences)
        super().__init__(*(("text", found.words) for found in differences))


@dataclass(frozen=True, slots=True)
class Checked:
    """One difference, and how it was confirmed: {key, said, locked, reason, by, at}; None while it is open."""

    found: Difference
    confirmed: dict[str, Any] | None


def checked(bulletin: Bulletin, document: Document) -> list[Checked]:
    """All differences of a document's text, with what was confirmed of them."""
    if not bulletin.edited:
        return []
    kept = {row["key"]: row for row in bulletin.confirmed or ()}
    return [Checked(found, kept.get(found.key)) for found in differences_of(document)]


def passed_days(bulletin: Bulletin, document: Document) -> list[Passed]:
    """The days by which an edited text wants an answer and that are over today, until the paper is issued.

    They are shown and stop no step: a day may stand in a text as something that was. A text that nobody edited is
    composed with days still to come.
    """
    if not bulletin.edited or bulletin.status in {Status.ISSUED, Status.CORRECTED}:
        return []
    last_day = document.period.end_day - timedelta(days=1)
    return passed(document.text, last_day, clock.local_date(clock.now()))


def demand_settled(session: Session, bulletin: Bulletin) -> None:
    """Let nothing pass whose text contradicts its figures unsaid; Unsettled names every open difference."""
    if not bulletin.edited or bulletin.corrects_id is not None:
        return
    told = checked(bulletin, document_of(session, bulletin, None))
    if still_open := [each.found for each in told if each.confirmed is None]:
        raise Unsettled(still_open)
