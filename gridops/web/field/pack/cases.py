"""`tasks`: what waits for me; `cases`: what is open around, for the same-case hint and 附近 without a network."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from gridops.cases.queries import asking, pages, street
from gridops.cases.queries.pages import TASKS, Task, TaskKind
from gridops.cases.queries.street import StreetCase
from gridops.cases.rules.deadlines import limit_of
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import Move
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import Stage, of_stage, with_rule
from gridops.core import clock
from gridops.evidence import queries as evidence
from gridops.evidence.queries import Use
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.people.queries import Scope
from gridops.people.rules import Person
from gridops.web import explain
from gridops.web.field.common import shows
from gridops.web.field.pack import people, rechecks, territory, units, who
from gridops.web.field.pack.shapes import Json, degrees, grid, instant, photo, said

_MOST_OPEN = 500
_MOST_PICTURES = 6
_ANSWERS: dict[TaskKind, tuple[Move, ...]] = {
    TaskKind.VERIFY: (Move.VERIFY,),
    TaskKind.CHECK: (Move.CHECK_PASSED, Move.CHECK_FAILED),
    TaskKind.HANDLE: (Move.RECEIVE, Move.FEEDBACK, Move.RETURN, Move.ASK_EXTENSION),
    TaskKind.HELP: (Move.HELP_DONE, Move.HELP_RETURN),
}
_STAGES = {TaskKind.CHECK: Stage.CHECK, TaskKind.HANDLE: Stage.FEEDBACK}
_AFTER = frozenset({"after", "check"})


def tasks(session: Session, person: Person, _scope: Scope) -> Json:
    """What waits for me, by time left, and the re-inspections owed."""
    found = pages.tasks_of(session, person)
    ids = [task.row.id for task in found]
    told, words = street.of_ids(session, ids), street.last_words(session, ids)
    under = asking.conditions_of(session, ids)
    pictures = _pictures(session, ids)
    known = units.named(session, {task.row.unit_id for task in found if task.row.unit_id})
    tree = grids.tree(session)
    # Whose numbers these are stands in the trail with `phones`, which every phone fetches along with this part.
    leaders = people.leading(session, tree, person)
    return {
        "tasks": [
            {
                **_task(task, told[task.row.id], person),
                "grid": grid(tree, task.row.grid_id),
                "words": words.get(task.row.id),
                **_asked(under.get(task.row.id), task.kind),
                "before": [photo(use) for use in pictures.get(task.row.id, ()) if use.role not in _AFTER],
                "after": [photo(use) for use in pictures.get(task.row.id, ()) if use.role in _AFTER],
                "unit": known.get(task.row.unit_id or 0),
                "leader": people.of_place(leaders, tree, task.row.grid_id),
            }
            for task in found
        ],
        "rechecks": rechecks.of_person(session, person, tree),
        "more": any(sum(task.kind is kind for task in found) >= TASKS for kind in TaskKind),
    }


def build(session: Session, person: Person, scope: Scope) -> Json:
    """Open cases of my grids and of those around that I see, those that run out first."""
    tree = grids.tree(session)
    mine, around = territory.near(session, person)
    near = who.grids(tree, person) | {node.grid_id for node in (*mine, *around)}
    found = street.open_in(session, scope, near, _MOST_OPEN + 1)
    shown = found[:_MOST_OPEN]
    pictures = _pictures(session, [case.id for case in shown])
    return {"cases": [_open(case, pictures, tree, person) for case in shown], "more": len(found) > _MOST_OPEN}


def _task(task: Task, case: StreetCase, person: Person) -> Json:
    due, name = (task.due_at, "会办期限") if task.due_at else limit_of(case)
    return {
        "kind": task.kind.value,
        **_said_of(case),
        "version": case.version,
        "at_hour": clock.local(case.reported_at).hour,
        "due_at": instant(due) if due < FAR else None,
        "due_name": said(name),
        "note": case.description or None,
        "mine": case.reporter_id == person.user_id,
        "may": [move.value for move in case.possible(_ANSWERS[task.kind])],
    }


def _asked(condition: FilingCondition | None, kind: TaskKind) -> Json:
    """What the condition asks of this answer: a sentence each, and how many pictures it needs."""
    stage = _STAGES.get(kind)
    if condition is None or stage is None:
        return {"asked": [], "photos": 0}
    needs = of_stage(with_rule(condition.photo_needs, condition.check_rule), stage)
    return {"asked": explain.asked(condition, (stage,)), "photos": sum(needs.values())}


def _open(case: StreetCase, pictures: dict[int, list[Use]], tree: Tree, person: Person) -> Json:
    first = next((use for use in pictures.get(case.id, ()) if use.role not in _AFTER), None)
    node = tree.nodes.get(case.grid_id)
    return {
        **_said_of(case),
        "grid": node.code if node else None,
        "due_at": instant(case.runs_out_at) if case.runs_out_at < FAR else None,
        "thumb": photo(first)["thumb"] if first else None,
        "mine": case.reporter_id == person.user_id,
    }


def _said_of(case: StreetCase) -> Json:
    """What both parts say of a case."""
    return {
        "number": case.number,
        "record": case.record_id,
        "state": case.state.value,
        "category": case.category_value,
        "category_name": case.category,
        "category_name_en": case.category_en,
        "address": case.address,
        "lon": degrees(case.lon),
        "lat": degrees(case.lat),
        "reported_at": instant(case.reported_at),
    }


def _pictures(session: Session, case_ids: Collection[int]) -> dict[int, list[Use]]:
    """Case id -> its pictures, oldest first, a few of each side of the handling."""
    found: dict[int, list[Use]] = {}
    for use in evidence.links_for(session, "case", sorted(case_ids)) if case_ids else ():
        kept = found.setdefault(use.subject_id, [])
        if shows(use) and sum((one.role in _AFTER) is (use.role in _AFTER) for one in kept) < _MOST_PICTURES:
            kept.append(use)
    return found
