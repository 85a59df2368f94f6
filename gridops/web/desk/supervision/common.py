"""What the tabs of the supervision office share: who opens which, their words, a form that may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from gridops.core import clock, masking
from gridops.core.db import reading
from gridops.core.errors import Invalid
from gridops.core.ids import row_id
from gridops.core.periods import Period, PeriodKind, parse
from gridops.people.rules import Role
from gridops.supervision import queries
from gridops.supervision.rules import (
    AGAINST_NAMES,
    ANSWERERS,
    ASSESSOR_NAMES,
    JUDGES,
    LIGHT_NAMES,
    MATTER_NAMES,
    PROBLEM_NAMES,
    STEP_NAMES,
    WATCHERS,
)
from gridops.supervision.rules.problems import overdue_at
from gridops.supervision.rules.problems import state_at as problem_state
from gridops.supervision.rules.waiting import WHY_NAMES
from gridops.web.guards import current_person

Answer = str | Response | tuple[str, int]
# Handlers see beside the watchers what their own units are asked, and what became of their appeals.
ASKED = (*WATCHERS, *ANSWERERS)
APPEALS = tuple(dict.fromkeys((*ASKED, *JUDGES)))
EVERYONE = APPEALS


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: where it leads, what it is called, who sees it; `queue`: the queue of `Waiting` that it shows."""

    endpoint: str
    label: str
    icon: str
    roles: tuple[Role, ...]
    queue: str = ""


TABS = (
    Tab("desk_checks.index", "明察暗访", "eye-check", WATCHERS),
    Tab("desk_problems.index", "通报问题", "checklist", ASKED, "problems"),
    Tab("desk_matters.index", "督查事项", "target", ASKED, "matters"),
    Tab("desk_scores.index", "考核得分", "chart-bar", WATCHERS),
    Tab("desk_appeals.index", "申诉", "scale", APPEALS, "appeals"),
)


def office_queues(session: Session) -> list[tuple[Tab, str, int]]:
    """The queues that who is signed in may open, for the desk: where each leads, and how much waits there for them."""
    person = current_person()
    shown = [tab for tab in TABS if tab.queue and not person.roles.isdisjoint(tab.roles)]
    if not shown:
        return []
    waits = queries.waiting(session, person, clock.now())
    return [(tab, url_for(tab.endpoint), getattr(waits, tab.queue)) for tab in shown]


# How a queue is shown: what waits for who is signed in, all that is open, everything.
VIEWS = {"mine": "等我办理", "open": "未办结", "all": "全部"}


def view_of(*narrowing: str) -> str:
    """The view that an address asks for: everything where it narrows by how things ended, else what waits for me."""
    asked = request.args.get("view", "")
    if asked in VIEWS:
        return asked
    return "all" if any(request.args.get(name) for name in narrowing) else "mine"


def next_of(waits: list[Any], here: Any) -> Any | None:
    """What of a queue comes after the one that is open, the first where that is done; None: nothing else waits."""
    at = waits.index(here) + 1 if here in waits else 0
    return waits[at] if at < len(waits) else next((one for one in waits if one != here), None)


def tabs() -> list[tuple[Tab, str, bool]]:
    """The tabs of who is signed in: where each leads, and whether it is the one that is open."""
    roles, room = current_person().roles, (request.endpoint or "").partition(".")[0]
    return [
        (tab, url_for(tab.endpoint), tab.endpoint.startswith(f"{room}."))
        for tab in TABS
        if not roles.isdisjoint(tab.roles)
    ]


def words() -> dict[str, Any]:
    """What the pages of the office say by name, and how much waits in its queues."""
    with reading() as session:
        waits = queries.waiting(session, current_person(), clock.now())
    return {
        "tabs": tabs(),
        "waits": waits,
        "views": VIEWS,
        "why_names": WHY_NAMES,
        "against_names": AGAINST_NAMES,
        "assessor_names": ASSESSOR_NAMES,
        "light_names": LIGHT_NAMES,
        "matter_names": MATTER_NAMES,
        "problem_names": PROBLEM_NAMES,
        "step_names": STEP_NAMES,
        "problem_state": problem_state,
        "overdue_at": overdue_at,
        "masked": masking.name,
        "masked_words": masking.words,
    }


def kept(*names: str) -> dict[str, Any]:
    """The filters of an address that are set."""
    return {name: value for name in names if (value := request.args.get(name, "").strip()[:60])}


def chosen_unit(given: str | None) -> int | None:
    """A unit's id from an address; Invalid for what is none."""
    if not given:
        return None
    try:
        return row_id(given)
    except ValueError:
        raise Invalid(("unit", "无法识别的筛选条件")) from None


def chosen_month(label: str | None) -> Period | None:
    """The month of an address; Invalid for what is none."""
    if not label:
        return None
    try:
        found = parse(label)
    except ValueError:
        raise Invalid(("month", "无法识别的月份")) from None
    if found.kind is not PeriodKind.MONTH:
        raise Invalid(("month", "无法识别的月份"))
    return found


def today() -> date:
    """The local day."""
    return clock.local_date(clock.now())
