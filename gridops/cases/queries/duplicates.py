"""Open cases that look like one problem reported twice (`rules.likeness`), for a page of cases in two statements.

A third asks where all began, if some are parts of others that were split.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from gridops.cases.models import Case, CaseApart, CasePart
from gridops.cases.queries.filters import visible
from gridops.cases.queries.splitting import origins
from gridops.cases.rules.likeness import NEARBY_M, REACH_M, Likeness, Subject, Verdict, compare, order
from gridops.cases.rules.moves import State
from gridops.cases.rules.tiles import covering
from gridops.catalogue.models import Category, CategoryList
from gridops.core.coordinates import window_around
from gridops.core.given import given_table, given_values
from gridops.grids.models import GridVersion
from gridops.people.models import User
from gridops.people.queries import Scope

# Of one case more are not read by anybody.
MOST = 5
# So many pairs in a window are compared for a page: the latest, where a crowd of open cases lies at one place.
_MOST_PAIRS = 4000


@dataclass(frozen=True, slots=True)
class Other:
    """An open case that another one may be the same as, and why."""

    id: int
    number: str
    state: State
    category: str
    grid: str
    address: str
    reported_at: datetime
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Suspected:
    """An open case and those it may be the same as, the likeliest first."""

    id: int
    number: str
    state: State
    reported_at: datetime
    others: tuple[Other, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """A case in sight of which a person said that it is another problem: who, when."""

    number: str
    by: str
    at: datetime


def suspected(session: Session, scope: Scope, ids: Sequence[int]) -> list[Suspected]:
    """Of these cases, in their order: those in sight that look like duplicates of other open cases in sight.

    Of cases without a place or ended nothing is said, and nothing of pairs that a person told apart.
    """
    own, found = _compared(session, scope, ids, REACH_M)
    likely = {i: [one for one in found.get(i, ()) if one.likeness.verdict is Verdict.LIKELY] for i in own}
    rows = [own[i] for i in ids if likely.get(i)]
    return [Suspected(row.id, row.number, row.state, row.reported_at, tuple(likely[row.id])) for row in rows]


def alike(session: Session, scope: Scope, case_id: int) -> tuple[Other, ...]:
    """The open cases in sight that one may be a duplicate of: those suspected, then those of its category nearby."""
    return tuple(_compared(session, scope, [case_id], max(REACH_M, NEARBY_M))[1].get(case_id, ()))


def told_apart(session: Session, scope: Scope, case_id: int) -> list[Apart]:
    """The cases in sight of which a person said that they are no duplicates of one, the latest first."""
    other = case((CaseApart.low_id == case_id, CaseApart.high_id), else_=CaseApart.low_id)
    rows = (
        select(Case.number, User.name, CaseApart.said_at)
        .select_from(CaseApart)
        .join(Case, Case.id == other)
        .join(User, User.id == CaseApart.said_by)
        .where(or_(CaseApart.low_id == case_id, CaseApart.high_id == case_id))
        .order_by(CaseApart.said_at.desc(), Case.id.desc())
    )
    return [Apart(*row) for row in session.execute(visible(rows, scope))]


def _compared(
    session: Session, scope: Scope, ids: Collection[int], metres: float
) -> tuple[dict[int, Any], dict[int, list[Other]]]:
    """The cases asked for that can be compared, and what each is like."""
    asked = select(*_SUBJECT).where(Case.id.in_(sorted(set(ids))), Case.open_tile.is_not(None))
    own = {row.id: row for row in session.execute(visible(_with_names(asked), scope))}
    if not own:
        return {}, {}
    windows = {i: window_around(row.lon, row.lat, metres) for i, row in own.items()}
    tiles = [(i, tile) for i, window in windows.items() for tile in covering(*window)]
    # Degrees to either side, of the case farthest north for all: what they let in too much the rule takes out.
    wide = max(east - west for west, _, east, _ in windows.values()) / 2
    high = max(north - south for _, south, _, north in windows.values()) / 2
    values = {**given_values(session, tiles), "wide": wide, "high": high}
    pairs = visible(_pairs(session.get_bind().dialect.name), scope)
    rows = session.execute(pairs, values).all()
    parts = {row.id for row in (*own.values(), *rows) if row.parent_id is not None}
    began = origins(session, parts) if parts else {}
    subjects = {i: _subject(row, began) for i, row in own.items()}
    found: dict[int, list[Other]] = {}
    for row in rows:
        likeness = compare(subjects[row.of_id], _subject(row, began))
        if likeness.verdict is not Verdict.NONE:
            found.setdefault(row.of_id, []).append(_other(row, likeness))
    ordered = {i: sorted(others, key=lambda one: (*order(one.likeness), one.id)) for i, others in found.items()}
    return own, {i: others[:MOST] for i, others in ordered.items()}


_SUBJECT = (
    Case.id,
    Case.root_id,
    Case.number,
    Case.state,
    Case.source,
    Case.lon,
    Case.lat,
    Case.place,
    Case.reported_at,
    Case.reporter_id,
    func.substr(Case.address, 1, 80).label("address"),
    Category.kind,
    Category.code,
    Category.name_zh,
    CategoryList.code.label("list_code"),
    GridVersion.name.label("grid"),
    CasePart.parent_id,
)


def _with_names(stmt: Any) -> Any:
    return (
        stmt.join(Category, Category.id == Case.category_id)
        .join(CategoryList, CategoryList.id == Category.list_id)
        .join(GridVersion, GridVersion.id == Case.grid_version_id)
        .outerjoin(CasePart, CasePart.part_id == Case.id)
    )


@lru_cache(maxsize=2)
def _pairs(dialect: str) -> Any:
    """Pairs of a case of the page (`of_id`) and an open one in a square around it that no person told apart."""
    tiles, owner, tile = given_table(dialect)
    of = aliased(Case, name="of")
    apart = and_(
        CaseApart.low_id == case((Case.id < of.id, Case.id), else_=of.id),
        CaseApart.high_id == case((Case.id < of.id, of.id), else_=Case.id),
    )
    # Tile by tile, not by their ranges: of these PostgreSQL knows nothing and would hold each open case against each.
    stmt = (
        select(of.id.label("of_id"), *_SUBJECT)
        .select_from(tiles)
        .join(of, of.id == owner)
        .join(Case, and_(Case.open_tile == tile, Case.open_tile.is_not(None), Case.id != of.id))
        .outerjoin(CaseApart, apart)
        .where(
            CaseApart.low_id.is_(None),
            Case.lon.between(of.lon - bindparam("wide"), of.lon + bindparam("wide")),
            Case.lat.between(of.lat - bindparam("high"), of.lat + bindparam("high")),
        )
    )
    # The latest, by an order that no index has: for the first few of one, PostgreSQL would read all cases backwards.
    return _with_names(stmt).order_by(-Case.id).limit(_MOST_PAIRS)


def _subject(row: Any, began: Mapping[int, int]) -> Subject:
    return Subject(
        root_id=row.root_id,
        state=row.state,
        source=row.source,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=float((row.place or {}).get("accuracy_m") or 0.0),
        reported_at=row.reported_at,
        list_code=row.list_code,
        kind=row.kind,
        code=row.code,
        name=row.name_zh,
        reporter_id=row.reporter_id,
        whole_id=began.get(row.id),
    )


def _other(row: Any, likeness: Likeness) -> Other:
    return Other(row.id, row.number, row.state, row.name_zh, row.grid, row.address, row.reported_at, likeness)
