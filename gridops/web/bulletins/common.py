"""What every page of the office asks first: may this person see this bulletin; and its words."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.bulletins import queries
from gridops.bulletins.models import Bulletin
from gridops.bulletins.rules import words
from gridops.bulletins.rules.life import Status
from gridops.bulletins.rules.series import SERIES
from gridops.bulletins.series import period_of_paper
from gridops.core.errors import NotFound
from gridops.core.periods import Period
from gridops.web.guards import current_person, current_scope
from gridops.web.language import chosen_language
from gridops.web.navigation import BULLETIN_ROLES

READERS = BULLETIN_ROLES

# A status never speaks by colour alone: icon, tone of the chip.
STATUS_LOOKS: dict[Status, tuple[str, str]] = {
    Status.DRAFT: ("pencil", "plain"),
    Status.FROZEN: ("lock", "accent"),
    Status.REVIEWED: ("eye-check", "accent"),
    Status.APPROVED: ("writing-sign", "wait"),
    Status.ISSUED: ("rubber-stamp", "good"),
    Status.CORRECTED: ("replace", "wait"),
}


def seen(session: Session, bulletin_id: int) -> Bulletin:
    """The bulletin, where everything recorded in its area is in the person's sight; NotFound otherwise."""
    found = queries.one(session, bulletin_id)
    if found is None or found.root_id != current_person().root_id or not current_scope().sees_grid(found.grid_id):
        raise NotFound("没有这份通报，或者它不在您的管辖范围内")
    return found


def period(session: Session, bulletin: Bulletin) -> Period:
    """The period of a bulletin, as its series cuts time."""
    return period_of_paper(session, bulletin)


def name_of(bulletin: Bulletin, of: Period, series_name: str) -> str:
    """2017年3月份城市管理月报, and what it is where it corrects another."""
    told = f"{words.period_name(of, with_year=True)}{series_name}"
    return f"{told}更正说明" if bulletin.corrects_id else told


def title_of(bulletin: Bulletin, of: Period, series_name: str) -> str:
    """The name of a bulletin as pages say it: the paper's own, or in English `Weekly bulletin 2017-W10`."""
    if chosen_language() == "zh":
        return name_of(bulletin, of, series_name)
    told = f"{_(series_name)} {of.label}"
    return f"{_('更正说明')}: {told}" if bulletin.corrects_id else told


def period_of_page(of: Period) -> str:
    """A period as pages name it: 2017年3月份, in English its label."""
    return words.period_name(of, with_year=True) if chosen_language() == "zh" else of.label


def span_of(of: Period) -> str:
    """From when to when, in the reader's language."""
    if chosen_language() == "zh":
        return words.span(of)
    return f"{of.first_day} 00:00 – {of.end_day - timedelta(days=1)} 24:00"


def number_of(bulletin: Bulletin) -> str:
    """第3期（总第15期）; empty before it is issued."""
    if not bulletin.issue_no:
        return ""
    return _("第%(n)s期（总第%(all)s期）", n=bulletin.issue_no, all=bulletin.total_no)


def series_name(session: Session, bulletin: Bulletin) -> str:
    """What the root calls the series."""
    kept = queries.series(session, bulletin.root_id, bulletin.series)
    return kept.name if kept else SERIES[bulletin.series].name
