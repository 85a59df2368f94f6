"""A case with several problems becomes as many cases, each with the deadline of the whole.

A part of another category stands under a condition of its own, as a corrected case does (改类): what is asked of it is
that of its kind, while its deadline and the unit's clock go on by the condition under which the whole was filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.cases.forms import PartIn
from gridops.cases.models import Case, CasePart
from gridops.cases.queries import lookups, splitting, terms
from gridops.cases.queries.merging import absorbed_ids, uses_with_merged
from gridops.cases.rules.facts import Event
from gridops.cases.rules.moves import Move, State
from gridops.cases.rules.recounting import counted_under
from gridops.cases.service.situation import (
    Plan,
    Situation,
    end_suspension,
    offered_by,
    picked,
    point_within_reach,
)
from gridops.cases.service.writing import NewCase, Said, append, write_cases
from gridops.catalogue import queries as catalogue
from gridops.catalogue.models import Category, FilingCondition
from gridops.catalogue.rules import in_force
from gridops.core.errors import Conflict, Invalid
from gridops.evidence import service as evidence
from gridops.evidence.queries import Use

# What a part has of the whole, unless it says otherwise.
_KEPT = (
    "root_id", "kind", "source", "source_number", "grid_id", "grid_version_id", "campaign_id", "reporter_id", "lon",
    "lat", "place", "address",
)  # fmt: skip
# A part begins with its report and its filing, and of another category with that, all at one instant.
_BEGUN = frozenset({Move.REPORT, Move.FILE, Move.RECATEGORISE})
UNDONE = "撤销拆分"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part, checked: its case, and the evidence that goes along."""

    new: NewCase
    uses: Sequence[Use]


def plan_split(s: Situation) -> Plan:
    """The parts of a case, checked; they are written after its own event. Invalid names `parts.0.category`, …"""
    ended = end_suspension(s)
    uses = {use.id: use for use in uses_with_merged(s.session, s.case.id, absorbed_ids(s.session, s.case.id))}
    found, wrong = [], list[tuple[str, str]]()
    for place, part in enumerate(s.fields.parts or ()):
        try:
            found.append(_part(s, part, ended.columns["due_at"], uses))
        except Invalid as refused:
            wrong += [(f"parts.{place}.{error.field}", error.reason) for error in refused.errors]
    if wrong:
        raise Invalid(*wrong)

    def then(event: Event) -> None:
        _begin(s, found, event)

    return Plan(ended.columns, {"parts": len(found)}, then=then)


def plan_undo(s: Situation) -> Plan:
    """The parts of the last split are voided, if nobody has touched any of them. Raises Conflict naming one."""
    split = s.history.last(Move.SPLIT)
    ids = splitting.parts_of(s.session, s.case.id, split.event.seq if split else 0)
    parts = list(lookups.locked(s.session, ids).values())
    for part in parts:
        if not _untouched(s.session, part):
            raise Conflict(f"拆出的案件{part.number}已有后续办理，不能撤销拆分")

    def then(event: Event) -> None:
        for part in parts:
            _void(s, part, event)

    return Plan(then=then)


def plan_undo_void(s: Situation) -> Plan:
    """A part whose split was undone stays voided: the whole is in hand again. Raises Conflict."""
    if splitting.split_undone(s.session, s.case.id):
        raise Conflict("案件因撤销拆分而作废，原案已恢复办理")
    return Plan()


def _part(s: Situation, part: PartIn, due_later: Any, uses: dict[int, Use]) -> _Part:
    """One part as a new case: reported and filed at the instant of the split."""
    category = _category(s, part)
    given = {name: getattr(s.case, name) for name in _KEPT}
    if part.lon is not None and part.lat is not None:
        given |= point_within_reach(s, Move.SPLIT, part.lon, part.lat)
    elif part.lon is not None or part.lat is not None:
        raise Invalid(("lon" if part.lon is None else "lat", "经度和纬度须同时填写"))
    given |= {"description": part.words, "recorded_at": s.at}
    if part.address:
        given["address"] = part.address
    category_id = s.facts.category_id
    if category is not None:
        category_id, given["kind"] = category.id, category.kind
    filed = Event(
        Move.FILE,
        s.at,
        2,
        condition_id=counted_under(s.history.events),
        due_at=due_later or s.facts.due_at,
        # Said beside the one in force, as a source says it: no calendar counts it anew from the day of the split.
        until_at=s.facts.due_first_at,
    )
    events = [Event(Move.REPORT, s.at, 1, category_id=category_id), filed]
    actor = s.person.user_id if s.person else None
    area, split = s.terms().area, {"split_from": s.case.number}
    said = dict.fromkeys((1, 2), Said(actor, details=split | ({terms.AREA: area.value} if area else {})))
    under = _condition(s, part, category) if category is not None else s.condition()
    if under is not None and under.id != filed.condition_id:
        events.append(Event(Move.RECATEGORISE, s.at, 3, category_id=category_id, condition_id=under.id))
        said[3] = Said(actor, details=split | {"condition": under.condition})
    chosen = uses if part.evidence is None else part.evidence
    if any(one not in uses for one in chosen):
        raise Invalid(("evidence", "所选照片或附件不属于本案"))
    return _Part(NewCase(given, events, said), [uses[one] for one in chosen])


def _category(s: Situation, part: PartIn) -> Category | None:
    if part.category is None or part.category == s.facts.category_id:
        return None
    category = catalogue.category(s.session, part.category, s.case.root_id)
    if category is None or category.level != 2 or not in_force(category, s.day):
        raise Invalid(("category", "没有这个类别，或该类别已停用"))
    return category


def _condition(s: Situation, part: PartIn, category: Category) -> FilingCondition | None:
    """What a part of another category stands under: what was picked, else the only one there is."""
    offered = offered_by(s, category.id)
    only = offered[0].id if len(offered) == 1 else None
    return picked("condition", part.condition or only, offered)


def _begin(s: Situation, parts: Sequence[_Part], event: Event) -> None:
    root_id, actor = s.case.root_id, s.person.user_id if s.person else None
    ids = write_cases(s.session, [part.new for part in parts])
    for part_id, part in zip(ids, parts, strict=True):
        s.session.add(CasePart(part_id=part_id, parent_id=s.case.id, seq=event.seq))
        evidence.use_again(s.session, part.uses, root_id=root_id, subject_id=part_id)
        audit.record(s.session, "case.report", "case", part_id, actor_id=actor, root_id=root_id)
    s.session.flush()


def _untouched(session: Session, part: Case) -> bool:
    """Whether a part is as it was begun: nothing made, added or merged into it."""
    if part.state is not State.FILED or absorbed_ids(session, part.id):
        return False
    history = lookups.history(session, part.id)
    begun = [one for one in history.events if one.move in _BEGUN and one.happened_at == part.filed_at]
    return history.last_seq == len(begun)


def _void(s: Situation, part: Case, event: Event) -> None:
    history = lookups.history(s.session, part.id)
    voided = Event(Move.VOID, event.happened_at, history.last_seq + 1)
    actor = s.person.user_id if s.person else None
    append(s.session, part, history.events, voided, Said(actor, reason=UNDONE))
    audit.record(s.session, "case.void", "case", part.id, actor_id=actor, root_id=part.root_id, seq=voided.seq)
