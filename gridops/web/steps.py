"""The limits of single steps in words: on the page of a case, and beside a case in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from gridops.cases.rules.steps import Visit
from gridops.catalogue.rules import STEP_NAMES
from gridops.core import clock
from gridops.web import words
from gridops.web.language import chosen_language
from gridops.worktime.rules.words import limit_en, limit_zh


def named(visit: Visit) -> str:
    """`派遣环节时限 1 工作时`; empty where the step has none."""
    if visit.limit is None:
        return ""
    say = limit_en if chosen_language() == "en" else limit_zh
    limit = say(visit.limit.limit, visit.limit.limit_unit)
    return _("%(step)s环节时限 %(limit)s", step=_(STEP_NAMES[visit.step]), limit=limit)


def late_ones(visits: Iterable[Visit]) -> dict[int, str]:
    """Event that ended a step too late -> the sentence that says so."""
    now = clock.now()
    return {
        visit.ended_by: _("超出%(limit)s，应于 %(due)s 前完成", limit=named(visit), due=_minute(visit))
        for visit in visits
        if visit.ended_by is not None and visit.late(now)
    }


def present(visits: Iterable[Visit]) -> str:
    """What the step a case is in may still take; empty where it has no limit."""
    last = next(iter(list(visits)[-1:]), None)
    if last is None or last.ended_at is not None or last.due_at is None:
        return ""
    if last.paused:
        return _("%(limit)s，挂账期间停止计时", limit=named(last))
    left = words.left(last.due_at).text
    return _("%(limit)s，至 %(due)s（%(left)s）", limit=named(last), due=_minute(last), left=left)


def late_now(steps: Mapping[int, Visit], case_id: int) -> str:
    """`派遣环节超时` where the step a case is in takes too long; empty otherwise."""
    visit = steps.get(case_id)
    return _("%(step)s环节超时", step=_(STEP_NAMES[visit.step])) if visit and visit.late(clock.now()) else ""


def _minute(visit: Visit) -> str:
    return words.full_time(visit.due_at)[:16] if visit.due_at else ""
