"""What the counts are broken down by is called: codes and labels, as at a period's end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridops.catalogue.models import Category, CategoryList
from gridops.figures.queries.area import Area
from gridops.figures.rules.tables import CategoryName, Names
from gridops.figures.rules.tally import Counted
from gridops.operations.models import Campaign
from gridops.people.models import Unit

DEPARTMENT = 2
CHUNK = 500


def names_of(session: Session, area: Area, day: date, counted: Counted) -> Names:
    """Key and label of everything some counts are broken down by; grids as on a local day."""
    return Names(
        categories=_categories(session, _ids(counted, "category")),
        grids=_grids(area, day),
        units=_units(session, area.root_id, _ids(counted, "unit")),
        campaigns=_campaigns(session, _ids(counted, "campaign")),
        always=frozenset(str(child) for child in area.territory.tree(day).children(area.grid_id)),
    )


def _ids(counted: Counted, dimension: str) -> list[int]:
    return sorted(int(key) for key in counted.by[dimension] if key != "0")


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[i : i + CHUNK] for i in range(0, len(ids), CHUNK))


def _categories(session: Session, ids: list[int]) -> dict[str, CategoryName]:
    classes = {
        (list_id, kind, code): name
        for list_id, kind, code, name in session.execute(
            select(Category.list_id, Category.kind, Category.code, Category.name_zh).where(Category.level == 1)
        )
    }
    found = {}
    for chunk in _chunks(ids):
        told = session.execute(
            select(Category, CategoryList.code)
            .join(CategoryList, CategoryList.id == Category.list_id)
            .where(Category.id.in_(chunk))
        )
        for category, list_code in told:
            above = category.parent_code or category.code
            found[str(category.id)] = CategoryName(
                list_code=list_code,
                kind=str(category.kind),
                code=category.code,
                name=category.name_zh,
                class_code=above,
                class_name=classes.get((category.list_id, category.kind, above), above),
            )
    return found


def _grids(area: Area, day: date) -> dict[str, tuple[str, str]]:
    """The direct children of a day in code order, those of other times, and the area itself (本级)."""
    now = area.territory.tree(day).nodes
    found = {}
    for grid_id in [*area.parts(day)[1:], area.grid_id]:
        latest = now.get(grid_id) or max(
            (v for v in area.territory.versions.values() if v.grid_id == grid_id),
            key=lambda version: version.valid_from or date.min,
        )
        label = f"{latest.name}（本级）" if grid_id == area.grid_id else latest.name
        found[str(grid_id)] = (latest.code, label)
    return found


def _units(session: Session, root_id: int, ids: list[int]) -> dict[str, tuple[str, str]]:
    """Unit id -> code and name of its 部门 (a unit above that level stands for itself)."""
    told = session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.level, Unit.parent_id).where(Unit.root_id == root_id)
    )
    units = {unit_id: (code, name, level, parent_id) for unit_id, code, name, level, parent_id in told}
    found = {}
    for unit_id in ids:
        code, name, level, parent_id = units[unit_id]
        while level > DEPARTMENT and parent_id in units:
            code, name, level, parent_id = units[parent_id]
        found[str(unit_id)] = (code, name)
    return found


def _campaigns(session: Session, ids: list[int]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for chunk in _chunks(ids):
        told = session.execute(select(Campaign.id, Campaign.code, Campaign.name).where(Campaign.id.in_(chunk)))
        found.update({str(campaign_id): (code, name) for campaign_id, code, name in told})
    return found
