"""The small pieces that pages say hundreds of times: icons, chips, times. `macros.html` hands them on as `ui.…`.

Drawn here and not as macros, so that a list may draw a look once for all its rows (`chips`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from gridops.cases.rules.moves import State
from gridops.core import clock
from gridops.operations.models import Incident
from gridops.operations.rules import IncidentKind
from gridops.web import words
from gridops.web.language import say

# Icon and tone of a case's state.
_LOOKS = {
    State.REPORTED: ("inbox", "accent"),
    State.VERIFYING: ("map-pin-check", "wait"),
    State.ACCEPTED: ("clipboard-check", "accent"),
    State.DECLINED: ("ban", "plain"),
    State.SELF_HANDLED: ("checks", "good"),
    State.FILED: ("file-certificate", "accent"),
    State.NOT_FILED: ("file-x", "plain"),
    State.DISPATCHED: ("send", "wait"),
    State.RECEIVED: ("tool", "wait"),
    State.HANDLED: ("message-circle", "accent"),
    State.CHECKING: ("eye-check", "wait"),
    State.CLOSED: ("circle-check", "good"),
    State.VOIDED: ("circle-x", "plain"),
    State.MERGED: ("git-merge", "plain"),
}


def icon(name: str, more: str = "") -> Markup:
    """An icon of the sprite; `more`: classes beside its own."""
    sprite = current_app.jinja_env.globals["asset"]("vendor/tabler/icons.svg")  # type: ignore[operator]
    return Markup(  # noqa: S704  names and classes stand in our templates
        f'<svg class="icon {more}" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"></use></svg>'
    )


def chip(word: Any, icon_name: str, tone: str = "plain") -> Markup:
    """A word with an icon, never colour alone; tone: plain, accent, good, wait, late."""
    return Markup(f'<span class="chip chip-{tone}">{icon(icon_name)}{escape(word)}</span>')  # noqa: S704


def chips(names: Mapping[Any, str], looks: Mapping[Any, tuple[str, str]]) -> dict[Any, Markup]:
    """The chips of a few words by what they name: drawn once for all rows of a list."""
    return {one: chip(say(name), *looks[one]) for one, name in names.items()}


def listed(found: Iterable[Any], names: Mapping[Any, str]) -> str:
    """What was found, by name: `城管、市监`."""
    return say("、").join([say(names[one]) for one in found])


def yuan(amount: Any) -> Markup:
    """An amount as columns of money show it; none as a dash."""
    return Markup(f'<span class="num">{"—" if amount is None else amount}</span>')  # noqa: S704  a number


def state_chip(state: State | str, name: str, suspended: object = None, resumes: object = None) -> Markup:
    """A case's state; name: the Chinese word of `cases.rules.names`; resumes: the set date of a suspension (缓办)."""
    said = chip(say(name), *_LOOKS[State(state)])
    return said + Markup(" ") + chip(say("缓办" if resumes else "挂账"), "player-pause", "wait") if suspended else said


def left(due: dt.datetime | None, at: dt.datetime | None = None, name: str = "", _: words.Say = say) -> Markup:
    """Time left to a deadline, seen from `at` (default: now), with its name where it has one; red is kept for late."""
    if not due:
        return Markup("")
    rest = words.left(due, at=at, _=_)
    tone = "chip-late" if rest.late else "chip-soon" if rest.soon else ""
    drawn = icon("clock-exclamation" if rest.late else "clock")
    named = f"{name} " if name else ""
    return Markup(  # noqa: S704
        f'<span class="chip num {tone}" title="{words.full_time(due)}">{drawn}{escape(named)}{escape(rest.text)}</span>'
    )


def standing(incident: Incident) -> Markup:
    """How an incident stands: voided, answered, lifted, or until when."""
    if incident.voided_at:
        return chip(say("已作废"), "circle-x")
    if incident.answered_at:
        return chip(say("已反馈"), "circle-check", "good")
    if incident.lifted_at:
        return chip(say("已解除"), "lock-open", "good")
    waits = incident.kind is IncidentKind.REFERRED
    if incident.deadline:
        return left(incident.deadline, name=say("待反馈") if waits else "")
    return chip(say("待反馈"), "hourglass", "wait") if waits else Markup("")


def time(instant: dt.datetime | None, empty: str = "—") -> Markup:
    """A time as one says it; the whole of it on hover or tap."""
    return _time(instant, words.when(instant)) if instant else _none(empty)


def day(instant: dt.datetime | None, empty: str = "—") -> Markup:
    """The day alone, the time where one asks for it: in tables with many columns."""
    return _time(instant, clock.local(instant).date().isoformat()) if instant else _none(empty)


def date(given: dt.date | None, empty: str = "—") -> Markup:
    """A day that is no instant."""
    if not given:
        return _none(empty)
    return Markup(f'<time class="num" datetime="{given.isoformat()}">{given.isoformat()}</time>')  # noqa: S704


def _time(instant: dt.datetime, said: str) -> Markup:
    whole, full = clock.local(instant).isoformat(), words.full_time(instant)
    return Markup(  # noqa: S704
        f'<time class="num" datetime="{whole}" title="{full}" tabindex="0">{escape(said)}</time>'
    )


def _none(empty: str) -> Markup:
    return Markup(f'<span class="text-secondary">{escape(empty)}</span>')  # noqa: S704
