"""What stands beside the queue: the counts of its tabs, what waits elsewhere, what its filters offer.

None of it is looked up for each page: see `people.queries.lately`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy.orm import Session

from gridops.cases.models import CaseFlag, DispatchRuleRow
from gridops.cases.queries import dispatching, listing
from gridops.cases.queries.flags import any_to_judge
from gridops.cases.rules.changes import Version
from gridops.cases.rules.faking import JUDGES
from gridops.cases.rules.moves import Move
from gridops.cases.rules.names import MOVE_NAMES, SOURCE_NAMES, STATE_NAMES
from gridops.cases.rules.queue import Group
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import Category, CategoryList, StepLimit
from gridops.catalogue.service import list_on
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Territory, Tree
from gridops.intake import judging
from gridops.intake.models import DisputedRecord, Record
from gridops.people.queries import Scope
from gridops.people.queries.lately import SELDOM_S, Lately, reads_from
from gridops.people.rules import Person
from gridops.supervision.models import Appeal, Matter, MatterHelper, MatterLine, MatterUndoing, Problem, ProblemStep
from gridops.web import choices
from gridops.web.desk import proposals
from gridops.web.desk.supervision.common import office_queues
from gridops.web.language import chosen_language, say

_MOST_AREAS = 400
# What waits in other queues takes as long to look up as the list itself.
_WAITS_S = 10.0
# Stands for a unit where each case goes to the one its rule proposes.
BY_RULE = "rule"


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a person elsewhere: records to judge, photos that look wrong, the queues of the office."""

    judged: bool
    doubted: bool
    office_queues: list[tuple[Any, str, int]]


_counts: Lately[dict[Group, int]] = Lately()
_waits: Lately[Waits] = Lately(_WAITS_S)
_offered: Lately[dict[str, Any]] = Lately(SELDOM_S)
_limited: Lately[bool] = Lately(SELDOM_S)
_territory: Lately[Territory] = Lately(SELDOM_S)
reads_from(CaseFlag, Appeal, Matter, MatterHelper, MatterLine, MatterUndoing, Problem, ProblemStep)
reads_from(DispatchRuleRow, Category, CategoryList, StepLimit, Record, DisputedRecord)


def counts(session: Session, scope: Scope, version: Version) -> dict[Group, int]:
    """The number on each tab. A change in sight makes another version; a clock that runs out shows within seconds."""
    found = _counts.get(f"{scope.sight} {version.written()}", lambda: listing.group_counts(session, scope))
    assert found is not None
    return found


def waits(session: Session, scope: Scope, person: Person) -> Waits:
    """What waits for this person elsewhere."""

    def look() -> Waits:
        doubted = not person.roles.isdisjoint(JUDGES) and any_to_judge(session, scope, person)
        return Waits(judging.any_waiting(session, person), doubted, office_queues(session) or [])

    found = _waits.get(f"{person.user_id} {chosen_language()}", look)
    assert found is not None
    return found


def offered(session: Session, root_id: int) -> dict[str, Any]:
    """What the filters offer everybody of a jurisdiction."""
    found = _offered.get(f"{root_id} {chosen_language()}", lambda: _options(session, root_id))
    assert found is not None
    return found


def limits_steps(session: Session, root_id: int) -> bool:
    """Whether a jurisdiction has any limit for a step; mostly it has none."""
    return bool(_limited.get(str(root_id), lambda: bool(catalogue.step_rows(session, root_id))))


def areas(session: Session, scope: Scope) -> Markup:
    """The grids of today in sight, as choices."""
    return _areas(_known(session), grids.today(), scope.root_id, scope.grid_ids)


def tree(session: Session) -> Tree:
    """The territory of today."""
    return _known(session).tree(grids.today())


def chosen(options: Markup, value: int | str | None) -> Markup:
    """The choices with one of them selected."""
    if not value:
        return options
    return options.replace(Markup('value="%s"') % value, Markup('value="%s" selected') % value, 1)


def pairs(options: Iterable[tuple[str, str]]) -> Markup:
    """Values and what they are called, as choices."""
    drawn: Markup = get_template_attribute("desk/_options.html", "pairs")(options)
    return drawn


@lru_cache(maxsize=64)
def keys(_language: str, letters: tuple[tuple[Move, str], ...]) -> Markup:
    """What explains the keys: the same in a language for all who have the same moves."""
    drawn: Markup = get_template_attribute("desk/_keys.html", "dialog")("queue", dict(letters), MOVE_NAMES)
    return drawn


def _known(session: Session) -> Territory:
    found = _territory.get("", lambda: grids.territory(session))
    assert found is not None
    return found


def _options(session: Session, root_id: int) -> dict[str, Any]:
    try:
        edition = list_on(session, choices.LIST, grids.today())
        classes = catalogue.classes(session, edition.id)
    except Invalid:
        classes = []
    return {
        "units": get_template_attribute("desk/_options.html", "units")(proposals.units_in_use(session, root_id)),
        "by_rule": BY_RULE if dispatching.rules_on(session, root_id, grids.today()) else "",
        "classes": pairs(_class(row) for row in classes if row.kind in choices.KIND_NAMES),
        "states": pairs((state.value, say(name)) for state, name in STATE_NAMES.items()),
        "sources": pairs((source.value, say(name)) for source, name in SOURCE_NAMES.items()),
    }


def _class(row: Category) -> tuple[str, str]:
    name = row.name_zh if chosen_language() == "zh" else row.name_en
    return f"{row.kind}/{row.code}", f"{say(choices.KIND_NAMES[row.kind])} · {name}"


@lru_cache(maxsize=16)
def _areas(territory: Territory, day: date, root_id: int, own: frozenset[int] | None) -> Markup:
    """The same until the territory changes, which makes another `territory`."""
    tree = territory.tree(day)
    within = sorted(tree.descendants(root_id), key=lambda grid_id: (tree.path(grid_id)[:2], tree.nodes[grid_id].code))
    seen = [i for i in within if own is None or i in own] or [root_id]
    nodes = [tree.nodes[i] for i in seen if i in tree][:_MOST_AREAS]
    rendered: Markup = get_template_attribute("desk/_options.html", "areas")(nodes)
    return rendered
