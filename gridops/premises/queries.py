"""Every question to the premises."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from gridops.core.coordinates import metres_between, window_around
from gridops.core.errors import NotFound
from gridops.people.queries import Scope
from gridops.people.queries.access import apply_scope
from gridops.premises.models import Premises
from gridops.premises.rules import PremisesKind, Risk, credit_code, followed, id_of_label, name_key

PAGE = 50
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PremisesFilter:
    """What a list of premises is narrowed to; empty means everything. `text`: part of a name, credit code, label."""

    text: str = ""
    kind: PremisesKind | None = None
    risk: Risk | None = None
    grid_ids: frozenset[int] | None = None


def premises(session: Session, premises_id: int, *, lock: bool = False) -> Premises | None:
    """The premises of an id, merged ones too; `lock`: nobody else changes them meanwhile."""
    query = select(Premises).where(Premises.id == premises_id)
    return session.scalar(query.with_for_update() if lock else query)


def by_credit_code(session: Session, root_id: int, code: str) -> Premises | None:
    """The premises of a credit code that were not merged into others."""
    return session.scalar(
        select(Premises).where(
            Premises.root_id == root_id, Premises.credit_code == code, Premises.merged_into_id.is_(None)
        )
    )


def by_name(session: Session, root_id: int, name: str) -> Premises | None:
    """The premises of a name within the street: those without a code of their own first, then the oldest."""
    rows = session.scalars(
        select(Premises)
        .where(Premises.root_id == root_id, Premises.name_key == name_key(name))
        .order_by(Premises.merged_into_id.is_not(None), Premises.credit_code.is_not(None), Premises.id)
        .limit(1)
    )
    return rows.first()


def by_external_ids(session: Session, root_id: int, system: str, ids: Collection[str]) -> dict[str, Premises]:
    """External id -> premises, of those a file brought."""
    found: dict[str, Premises] = {}
    wanted = sorted(set(ids))
    for first in range(0, len(wanted), 500):
        rows = session.scalars(
            select(Premises).where(
                Premises.root_id == root_id,
                Premises.source_system == system,
                Premises.external_id.in_(wanted[first : first + 500]),
            )
        )
        found |= {row.external_id or "": row for row in rows}
    return found


def survivors(session: Session, root_id: int) -> dict[int, int]:
    """Merged id -> surviving id, of every premises of a root that was merged."""
    rows = session.execute(
        select(Premises.id, Premises.merged_into_id).where(
            Premises.root_id == root_id, Premises.merged_into_id.is_not(None)
        )
    )
    return followed({premises_id: into for premises_id, into in rows if into is not None})


def page(
    session: Session, scope: Scope, wanted: PremisesFilter, *, after: int = 0, limit: int = PAGE
) -> tuple[list[Premises], int | None]:
    """A page of the premises a person sees, in order of entry, and where the next one begins."""
    query = _narrowed(scope, wanted).where(Premises.id > after)
    rows = list(session.scalars(query.order_by(Premises.id).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def near(
    session: Session, scope: Scope, lon: float, lat: float, *, within_m: float, limit: int
) -> list[tuple[Premises, float]]:
    """The premises a person sees around a place (WGS-84 degrees), nearest first, with their distance in metres."""
    west, south, east, north = window_around(lon, lat, within_m)
    inside = (Premises.lon.between(west, east), Premises.lat.between(south, north))
    query = _narrowed(scope, PremisesFilter()).where(*inside)
    found = [(row, metres_between(lon, lat, row.lon or 0.0, row.lat or 0.0)) for row in session.scalars(query)]
    return sorted(((row, away) for row, away in found if away <= within_m), key=lambda one: (one[1], one[0].id))[:limit]


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Premises]:
    """Id -> premises, merged ones too; whoever asks has looked whether they are seen."""
    rows = session.scalars(select(Premises).where(Premises.id.in_(sorted(set(ids))))) if ids else ()
    return {row.id: row for row in rows}


def located(session: Session, scope: Scope, grid_ids: Collection[int], *, limit: int) -> list[Premises]:
    """The premises with a registered place in some grids that a person sees, in order of entry."""
    query = _narrowed(scope, PremisesFilter(grid_ids=frozenset(grid_ids)))
    here = query.where(Premises.lon.is_not(None), Premises.lat.is_not(None))
    return list(session.scalars(here.order_by(Premises.id).limit(limit)))


def closest_watched(session: Session, scope: Scope, grid_ids: Collection[int] | None, *, limit: int) -> list[Premises]:
    """The premises in some grids (None: anywhere) that a person sees, those of the highest risk first."""
    wanted = PremisesFilter(grid_ids=None if grid_ids is None else frozenset(grid_ids))
    rank = case({risk: place for place, risk in enumerate(Risk)}, value=Premises.risk, else_=len(Risk))
    return list(session.scalars(_narrowed(scope, wanted).order_by(rank, Premises.id).limit(limit)))


def export(session: Session, scope: Scope, wanted: PremisesFilter) -> Iterator[Premises]:
    """All premises of a list, in order of entry, a page at a time."""
    after: int | None = 0
    while after is not None:
        rows, after = page(session, scope, wanted, after=after, limit=_CHUNK)
        yield from rows


def in_sight(session: Session, scope: Scope, premises_id: int) -> Premises:
    """Premises that a person sees, merged ones too. Without a grid they are seen with the street. NotFound."""
    found = session.scalar(_seen(select(Premises).where(Premises.id == premises_id), scope))
    if found is None:
        raise NotFound("没有这处场所")
    return found


def same_body(session: Session, row: Premises) -> list[int]:
    """The ids under which one body may stand: its survivor's, and of all that were merged into that, also by steps."""
    found = survivors(session, row.root_id)
    body = found.get(row.id, row.id)
    return sorted({body, *(merged for merged, into in found.items() if into == body)})


def _narrowed(scope: Scope, wanted: PremisesFilter) -> Select[Any]:
    query = _seen(select(Premises).where(Premises.merged_into_id.is_(None)), scope)
    if wanted.grid_ids is not None:
        query = query.where(Premises.grid_id.in_(sorted(wanted.grid_ids)))
    if wanted.kind is not None:
        query = query.where(Premises.kind == wanted.kind)
    if wanted.risk is not None:
        query = query.where(Premises.risk == wanted.risk)
    if text := wanted.text.strip():
        key, code = name_key(text), credit_code(text)
        said = [Premises.name_key.contains(key, autoescape=True), Premises.credit_code == code]
        if (labelled := id_of_label(text)) is not None:
            said.append(Premises.id == labelled)
        query = query.where(or_(*said))
    return query


def _seen(query: Select[Any], scope: Scope) -> Select[Any]:
    place = func.coalesce(Premises.grid_id, Premises.root_id)
    return apply_scope(query, scope, root=Premises.root_id, grid=place)


def merged_into(session: Session, premises_id: int) -> list[Premises]:
    """The duplicates that were merged into these premises."""
    return list(session.scalars(select(Premises).where(Premises.merged_into_id == premises_id).order_by(Premises.id)))


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Id -> name."""
    if not ids:
        return {}
    return dict(session.execute(select(Premises.id, Premises.name).where(Premises.id.in_(sorted(set(ids))))).tuples())


def count(session: Session, root_id: int) -> int:
    """How many premises a root has that were not merged."""
    query = select(func.count()).where(Premises.root_id == root_id, Premises.merged_into_id.is_(None))
    return session.scalar(query) or 0
