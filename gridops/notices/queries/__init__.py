"""Every question about hooks and notices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from gridops.core.posting import parse_address
from gridops.notices.models import Hook, Notice
from gridops.notices.rules import HookKind, Occasion, Outcome, masked
from gridops.people.models import Unit
from gridops.people.queries import unit_paths


@dataclass(frozen=True, slots=True)
class HookRow:
    """A hook as pages show it: never its whole address. `unit` None: the centre."""

    id: int
    unit_id: int | None
    unit: str | None
    kind: HookKind
    shown: str
    changed_at: datetime
    sent_at: datetime | None
    failures: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as pages show it."""

    id: int
    since: datetime
    occasion: Occasion
    outcome: Outcome
    unit: str | None
    content: str | None
    tries: int
    sent_at: datetime | None
    error: str | None


def has_hooks(session: Session, root_id: int) -> bool:
    """Whether anybody in a root is told anything."""
    return session.scalar(select(Hook.id).where(Hook.root_id == root_id).limit(1)) is not None


def roots_with_hooks(session: Session) -> list[int]:
    """The roots in which somebody is told something."""
    return list(session.scalars(select(Hook.root_id).distinct().order_by(Hook.root_id)))


def hook_for(session: Session, root_id: int, unit_id: int | None) -> Hook | None:
    """Where a unit is told: its own hook, that of the nearest unit above, or that of the centre."""
    return hooks_for(session, [(root_id, unit_id)]).get((root_id, unit_id))


def hooks_for(session: Session, units: Collection[tuple[int, int | None]]) -> dict[tuple[int, int | None], Hook]:
    """The same of several, each with its root; without those that nobody is told of."""
    ids = {unit_id for _, unit_id in units if unit_id is not None}
    rows = session.scalars(select(Hook).where(Hook.root_id.in_(sorted({root_id for root_id, _ in units}))))
    hooks = {(hook.root_id, hook.unit_id): hook for hook in rows}
    if not hooks:
        return {}
    above = unit_paths(session, ids)
    levels = select(Unit.id, Unit.level).where(Unit.id.in_(sorted(set().union(*above.values()))))
    level = {row.id: row.level for row in session.execute(levels)}
    found = {}
    for root_id, unit_id in set(units):
        nearest = sorted(above.get(unit_id, ()), key=lambda one: -level[one]) if unit_id is not None else []
        place = next((one for one in (*nearest, None) if (root_id, one) in hooks), None)
        if (root_id, place) in hooks:
            found[root_id, unit_id] = hooks[root_id, place]
    return found


def hook(session: Session, root_id: int, hook_id: int) -> Hook | None:
    """A hook of a root, locked."""
    return session.scalar(select(Hook).where(Hook.id == hook_id, Hook.root_id == root_id).with_for_update())


def hook_at(session: Session, root_id: int, unit_id: int | None) -> Hook | None:
    """The hook of this very unit, or of the centre."""
    own = Hook.unit_id.is_(None) if unit_id is None else Hook.unit_id == unit_id
    return session.scalar(select(Hook).where(Hook.root_id == root_id, own))


def hook_rows(session: Session, root_id: int) -> list[HookRow]:
    """The hooks of a root, the centre's first."""
    rows = session.execute(
        select(Hook, Unit.name).outerjoin(Unit, Unit.id == Hook.unit_id).where(Hook.root_id == root_id)
    ).all()
    shown = [
        HookRow(
            found.id, found.unit_id, name, found.kind, masked(parse_address(found.address).host, found.address),
            found.changed_at, found.sent_at, found.failures, found.last_error,
        )
        for found, name in rows
    ]  # fmt: skip
    return sorted(shown, key=lambda row: row.unit or "")


def notice_rows(session: Session, root_id: int, limit: int = 50, *, case_id: int | None = None) -> list[NoticeRow]:
    """The latest notices of a root, or those about a case."""
    about = true() if case_id is None else Notice.key.startswith(f"case:{case_id}:", autoescape=True)
    rows = session.execute(
        select(Notice, Unit.name)
        .outerjoin(Unit, Unit.id == Notice.unit_id)
        .where(Notice.root_id == root_id, about)
        .order_by(Notice.since.desc(), Notice.id.desc())
        .limit(limit)
    )
    return [
        NoticeRow(
            one.id, one.since, one.occasion, one.outcome, name, one.content, one.tries, one.sent_at, one.error
        )
        for one, name in rows
    ]  # fmt: skip


def notices(session: Session, keys: Collection[str]) -> dict[str, Notice]:
    """The notices of some keys."""
    return {row.key: row for row in session.scalars(select(Notice).where(Notice.key.in_(sorted(keys))))}


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of some keys that were told or are owed already."""
    return set(session.scalars(select(Notice.key).where(Notice.key.in_(sorted(keys)))))
