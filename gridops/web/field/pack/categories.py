"""`categories`: what can be reported, how each is spelt, what I reported last and what is usual here at each hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridops.cases.queries import usual as usually
from gridops.core import clock
from gridops.core.pinyin import initials, syllables
from gridops.grids import queries as grids
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web import choices
from gridops.web.field.pack import who
from gridops.web.field.pack.shapes import Json, named

_USUAL_OF = timedelta(days=90)
_MOST_USUAL = 6
_MOST_KEPT = 200
_kept: dict[tuple[Any, ...], dict[int, list[int]]] = {}


def build(session: Session, person: Person, scope: Scope) -> Json:
    """The list in force, class by class."""
    offered = choices.classes(session, person.root_id)
    spelt = syllables(choice.name_zh for group in offered for choice in group.choices)
    values = {choice.id: choice.value for group in offered for choice in group.choices}
    return {
        "list": choices.LIST,
        "kinds": named(choices.KIND_NAMES),
        "classes": [
            {
                "kind": group.kind.value,
                "code": group.code,
                "name": group.name_zh,
                "name_en": group.name_en,
                "categories": [_category(choice, spelt[choice.name_zh]) for choice in group.choices],
            }
            for group in offered
        ],
        "recent": [choice.value for choice in choices.recent(session, scope, offered)],
        "usual": _usual(session, person, values),
    }


def _category(choice: choices.Choice, spelt: tuple[str, ...]) -> Json:
    return {
        "value": choice.value,
        "kind": choice.kind.value,
        "code": choice.code,
        "name": choice.name_zh,
        "name_en": choice.name_en,
        "initials": initials(spelt),
        "pinyin": " ".join(spelt),
        "photos_required": choice.photos_required,
    }


def _usual(session: Session, person: Person, values: dict[int, str]) -> list[list[str]]:
    """For each local hour what is reported most in my grids; what is not offered any more is left out.

    Counted once a day for all who work in the same grids: it asks for the reports of a quarter.
    """
    ground, today = grids.Snapshot(session), grids.today()
    mine = who.grids(ground.tree(), person)
    key = (ground.mark, today, person.root_id, mine)
    found = _kept.get(key)
    if found is None:
        found = usually.by_hour(session, person.root_id, mine, clock.midnight(today) - _USUAL_OF)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = found
    return [[values[one] for one in found.get(hour, ()) if one in values][:_MOST_USUAL] for hour in range(24)]
