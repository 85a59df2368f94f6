"""What the counts are broken down by is called: codes and labels, as at a period's end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Known:
    """What categories, units (code, name, level, id of the one above) and campaigns (code, name) are called now, by id.

    Read once for all periods that are compared.
    """

    categories: Mapping[int, CategoryName]
    units: Mapping[int, tuple[str, str, int, int | None]]
    campaigns: Mapping[int, tuple[str, str]]


def known(session: Session, area: Area) -> Known:
    """The names of everything that cases of a jurisdiction may refer to."""
    units = select(Unit.id, Unit.code, Unit.name, Unit.level, Unit.parent_id).where(Unit.root_id == area.root_id)
    campaigns = select(Campaign.id, Campaign.code, Campaign.name).where(Campaign.root_id == area.root_id)
    return Known(
        _categories(session),
        {unit_id: (code, name, level, above) for unit_id, code, name, level, above in session.execute(units)},
        {campaign_id: (code, name) for campaign_id, code, name in session.execute(campaigns)},
    )


def names_of(
    known: Known, area: Area, day: date, counted: Counted, campaigns: Iterable[int] = (), units: Iterable[int] = ()
) -> Names:
    """Key and label of everything some counts are broken down by; grids as on a local day.

    `campaigns`: those that had outings, whether they have cases or not; `units`: more units, likewise.
    """
    of_campaigns = sorted({*_ids(counted, "campaign"), *campaigns} - {0})
    return Names(
        categories={str(key): known.categories[key] for key in _ids(counted, "category")},
        grids=grids_of(area, day),
        units={str(key): _department(known, key) for key in sorted({*_ids(counted, "unit"), *units} - {0})},
        campaigns={str(key): known.campaigns[key] for key in of_campaigns},
        always=frozenset(str(child) for child in area.children_on(day)),
    )


def _ids(counted: Counted, dimension: str) -> list[int]:
    return sorted(int(key) for key in counted.by[dimension] if key != "0")


def _categories(session: Session) -> dict[int, CategoryName]:
    columns = (Category.list_id, Category.kind, Category.code, Category.parent_code, Category.name_zh, Category.level)
    rows = session.execute(
        select(Category.id, CategoryList.code, *columns).join(CategoryList, CategoryList.id == Category.list_id)
    ).all()
    classes = {(list_id, kind, code): name for _, _, list_id, kind, code, _, name, level in rows if level == 1}
    found = {}
    for category_id, list_code, list_id, kind, code, parent_code, name, _ in rows:
        above = parent_code or code
        class_name = classes.get((list_id, kind, above), above)
        found[category_id] = CategoryName(list_code, str(kind), code, name, above, class_name)
    return found


def grids_of(area: Area, day: date) -> dict[str, tuple[str, str]]:
    """The children of a day in code order, those of other times, and the area itself (本级)."""
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


def _department(known: Known, unit_id: int) -> tuple[str, str]:
    """Code and name of a unit's 部门 (a unit above that level stands for itself)."""
    code, name, level, parent_id = known.units[unit_id]
    while level > DEPARTMENT and parent_id is not None and parent_id in known.units:
        code, name, level, parent_id = known.units[parent_id]
    return code, name
