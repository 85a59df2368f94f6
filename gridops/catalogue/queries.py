"""Reading lists, categories and filing conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from gridops.catalogue.models import (
    AreaClass,
    Category,
    CategoryList,
    Checklist,
    ChecklistItem,
    FilingCondition,
    LegalBasis,
    StepLimit,
)
from gridops.catalogue.rules import Area, Entry, Kind, Lookup, area_of, class_of
from gridops.grids import queries as grids


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """One page of categories in order of code, with all their condition rows; `next_after` begins the next page."""

    categories: list[Category]
    conditions: dict[int, list[FilingCondition]]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of a list, as far as a report asks for it."""

    id: int
    code: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Meant:
    """The category that a code means in an edition, as far as a report asks for it."""

    id: int
    list_id: int
    kind: Kind
    code: str
    name_zh: str
    valid_from: date | None
    valid_to: date | None


# Asked with every report, so they are built once: building a statement costs more than running it.
_EDITIONS = select(CategoryList).where(CategoryList.code == bindparam("list_code"))
_BY_CODE = (
    select(Category)
    .where(
        Category.list_id == bindparam("list_id"),
        Category.kind == bindparam("kind"),
        Category.code == bindparam("code"),
        Category.root_id.in_((0, bindparam("root_id"))),
        Category.level == 2,
    )
    .order_by(Category.root_id.desc())
    .limit(1)
)
_EDITION = (CategoryList.id, CategoryList.code, CategoryList.valid_from, CategoryList.valid_to)
_MEANT = (
    Category.id,
    Category.list_id,
    Category.kind,
    Category.code,
    Category.name_zh,
    Category.valid_from,
    Category.valid_to,
)
_IN_EDITIONS = (
    select(*_EDITION, *_MEANT)
    .select_from(CategoryList)
    .outerjoin(
        Category,
        and_(
            Category.list_id == CategoryList.id,
            Category.kind == bindparam("kind"),
            Category.code == bindparam("code"),
            Category.root_id.in_((0, bindparam("root_id"))),
            Category.level == 2,
        ),
    )
    .where(CategoryList.code == bindparam("list_code"))
    .order_by(Category.root_id)
)
_CATEGORY = select(Category).where(
    Category.id == bindparam("category_id"), Category.root_id.in_((0, bindparam("root_id")))
)
_CONDITION = select(FilingCondition).where(
    FilingCondition.id == bindparam("condition_id"), FilingCondition.root_id.in_((0, bindparam("root_id")))
)
_CONDITION_ROWS = (
    select(FilingCondition)
    .where(
        FilingCondition.category_id.in_(bindparam("category_ids", expanding=True)),
        FilingCondition.root_id.in_((0, bindparam("root_id"))),
    )
    .order_by(FilingCondition.position, FilingCondition.root_id, FilingCondition.id)
)


def lists(session: Session) -> list[CategoryList]:
    """Every edition of every list, in order of code and date."""
    rows = session.scalars(select(CategoryList)).all()
    return sorted(rows, key=lambda row: (row.code, row.valid_from is not None, row.valid_from, row.id))


def english_names(session: Session) -> dict[str, str]:
    """What classes and categories are called in English, by their Chinese names."""
    named = select(Category.name_zh, Category.name_en).order_by(Category.id)
    return {chinese: english for chinese, english in session.execute(named) if english}


def editions(session: Session, list_code: str) -> list[CategoryList]:
    """The editions of one list."""
    return list(session.scalars(_EDITIONS, {"list_code": list_code}))


def category(session: Session, category_id: int, root_id: int) -> Category | None:
    """A category that a root may see: a common one or its own."""
    return session.scalar(_CATEGORY, {"category_id": category_id, "root_id": root_id})


def common_categories(session: Session) -> list[Category]:
    """Every category and class that is not one root's own."""
    return list(session.scalars(select(Category).where(Category.root_id == 0)))


def by_code(session: Session, list_id: int, kind: Kind, code: str, root_id: int) -> Category | None:
    """The level-2 category of a code: a root's own before the common one."""
    return session.scalar(_BY_CODE, {"list_id": list_id, "kind": kind, "code": code, "root_id": root_id})


def in_editions(
    session: Session, list_code: str, kind: Kind, code: str, root_id: int
) -> list[tuple[Edition, Meant | None]]:
    """The editions of a list, each with the level-2 category of a code there: a root's own before the common one."""
    given = {"list_code": list_code, "kind": kind, "code": code, "root_id": root_id}
    rows: Iterable[Sequence[Any]] = session.execute(_IN_EDITIONS, given)
    found = {}
    for row in rows:
        edition, meant = row[: len(_EDITION)], row[len(_EDITION) :]
        found[edition[0]] = (Edition(*edition), Meant(*meant) if meant[0] is not None else None)
    return list(found.values())


def names(session: Session, list_id: int, root_id: int, level: int = 2) -> list[tuple[Kind, str, str]]:
    """(kind, code, name) of the categories of a list that a root may use."""
    rows = session.execute(
        select(Category.kind, Category.code, Category.name_zh)
        .where(Category.list_id == list_id, Category.root_id.in_((0, root_id)), Category.level == level)
        .order_by(Category.kind, Category.code)
    )
    return [(kind, code, name) for kind, code, name in rows]


def classes(session: Session, list_id: int) -> list[Category]:
    """The classes (level 1) of a list, events first."""
    rows = session.scalars(select(Category).where(Category.list_id == list_id, Category.level == 1))
    return sorted(rows, key=lambda row: (row.kind is not Kind.EVENT, row.kind, row.code))


def classes_among(session: Session, ids: Collection[int]) -> dict[tuple[int, Kind, str], int]:
    """Those of some categories that are classes: (list, kind, code) -> id."""
    rows = session.scalars(select(Category).where(Category.id.in_(sorted(ids)), Category.level == 1))
    return {(row.list_id, row.kind, row.code): row.id for row in rows}


def class_row(session: Session, list_id: int, kind: Kind, code: str) -> Category | None:
    """The class (level 1) with a code."""
    return session.scalar(
        select(Category).where(
            Category.list_id == list_id, Category.kind == kind, Category.code == code, Category.level == 1
        )
    )


def lookup(session: Session) -> Lookup:
    """A snapshot of all categories, for figures and imports (some hundred rows; read it once per job)."""
    listed = {row.id: row.code for row in session.execute(select(CategoryList.id, CategoryList.code))}
    rows = session.execute(
        select(
            Category.id,
            Category.list_id,
            Category.root_id,
            Category.kind,
            Category.code,
            Category.level,
            Category.name_zh,
            Category.name_en,
        ).order_by(Category.id)
    ).all()
    class_names = {(listed[row.list_id], row.kind, row.code): row.name_zh for row in rows if row.level == 1}
    entries: dict[int, Entry] = {}
    for row in rows:
        place = (listed[row.list_id], row.kind, class_of(row.code))
        entries[row.id] = Entry(
            id=row.id,
            list_code=place[0],
            kind=row.kind,
            class_code=place[2],
            code=row.code,
            name=row.name_zh,
            name_en=row.name_en,
            class_name=class_names.get(place, place[2]),
            level=row.level,
            root_id=row.root_id,
        )
    keys = {(e.list_code, e.kind, e.code, e.root_id): e.id for e in entries.values() if e.level == 2}
    return Lookup(entries, class_names, keys)


def condition(session: Session, condition_id: int, root_id: int) -> FilingCondition | None:
    """A filing condition that a root may see: a shipped one or its own."""
    return session.scalar(_CONDITION, {"condition_id": condition_id, "root_id": root_id})


def condition_rows(session: Session, category_ids: Iterable[int], root_id: int) -> dict[int, list[FilingCondition]]:
    """All rows of some categories, shipped and a root's own, ended and planned ones included, oldest first."""
    wanted = list(category_ids)
    found: dict[int, list[FilingCondition]] = {category_id: [] for category_id in wanted}
    for row in session.scalars(_CONDITION_ROWS, {"category_ids": wanted, "root_id": root_id}):
        found[row.category_id].append(row)
    return found


def asking_for_pictures(session: Session, root_id: int) -> set[int]:
    """The categories and classes of which some condition, of any day, asks for pictures; mostly there is none."""
    asked = cast(FilingCondition.photo_needs, Text) != "{}"
    rows = session.scalars(
        select(FilingCondition.category_id).where(FilingCondition.root_id.in_((0, root_id)), asked).distinct()
    )
    return set(rows)


def area_rows(session: Session, root_id: int) -> list[AreaClass]:
    """The classes of a root's areas, ended and planned ones too, oldest first."""
    query = select(AreaClass).where(AreaClass.root_id == root_id)
    return list(session.scalars(query.order_by(AreaClass.grid_id, AreaClass.valid_from, AreaClass.id)))


def area_on(session: Session, root_id: int, grid_id: int, on: date) -> Area | None:
    """The class of a grid on a local day: its own, else that of the nearest grid above it then."""
    rows = area_rows(session, root_id)
    tree = grids.tree(session, on) if rows else None
    return area_of(rows, tree.path(grid_id) if tree and grid_id in tree else (grid_id,), on)


def step_rows(session: Session, root_id: int) -> list[StepLimit]:
    """The limits of steps of a root, ended and planned ones too, oldest first; mostly there is none."""
    return list(session.scalars(select(StepLimit).where(StepLimit.root_id == root_id).order_by(StepLimit.id)))


def category_page(
    session: Session,
    list_id: int,
    root_id: int,
    *,
    kind: Kind | None = None,
    class_code: str | None = None,
    text: str = "",
    after: str | None = None,
    limit: int = 50,
) -> CategoryPage:
    """Categories of a list in order of kind and code, filtered by class and by words in code or name."""
    wanted = (
        select(Category)
        .where(Category.list_id == list_id, Category.root_id.in_((0, root_id)), Category.level == 2)
        .order_by(Category.kind.desc(), Category.code, Category.id)
        .limit(limit + 1)
    )
    if kind is not None:
        wanted = wanted.where(Category.kind == kind)
    if class_code is not None:
        wanted = wanted.where(Category.parent_code == class_code)
    if text:
        wanted = wanted.where(
            or_(
                Category.code.startswith(text, autoescape=True),
                Category.name_zh.contains(text, autoescape=True),
                func.lower(Category.name_en).contains(text.lower(), autoescape=True),
            )
        )
    if after is not None:
        after_kind, _, after_code = after.partition("/")
        wanted = wanted.where(
            or_(Category.kind < after_kind, (Category.kind == after_kind) & (Category.code > after_code))
        )
    rows: Sequence[Category] = session.scalars(wanted).all()
    shown = list(rows[:limit])
    following = f"{shown[-1].kind.value}/{shown[-1].code}" if len(rows) > limit else None
    return CategoryPage(shown, condition_rows(session, [row.id for row in shown], root_id), following)


def checklist_rows(session: Session, root_id: int) -> list[Checklist]:
    """All editions of the checklists a root may use, shipped and its own, ended and planned ones too."""
    query = select(Checklist).where(Checklist.root_id.in_((0, root_id)))
    return list(session.scalars(query.order_by(Checklist.code, Checklist.root_id, Checklist.id)))


def checklist(session: Session, checklist_id: int, root_id: int) -> Checklist | None:
    """An edition of a checklist that a root may use."""
    return session.scalar(select(Checklist).where(Checklist.id == checklist_id, Checklist.root_id.in_((0, root_id))))


def items_of(session: Session, checklist_ids: Iterable[int]) -> dict[int, list[ChecklistItem]]:
    """The questions of checklists, in their order."""
    wanted = list(checklist_ids)
    found: dict[int, list[ChecklistItem]] = {checklist_id: [] for checklist_id in wanted}
    query = select(ChecklistItem).where(ChecklistItem.checklist_id.in_(wanted))
    for row in session.scalars(query.order_by(ChecklistItem.checklist_id, ChecklistItem.position)):
        found[row.checklist_id].append(row)
    return found


def findings(session: Session, root_id: int) -> list[Category]:
    """The categories of findings (list N) that a root may use, in order of code."""
    query = select(Category).where(
        Category.kind == Kind.FINDING, Category.level == 2, Category.root_id.in_((0, root_id))
    )
    return list(session.scalars(query.order_by(Category.code, Category.root_id)))


def basis_rows(session: Session, root_id: int) -> list[LegalBasis]:
    """All versions of the legal bases a root may use, shipped and its own, ended and planned ones too."""
    query = select(LegalBasis).where(LegalBasis.root_id.in_((0, root_id)))
    return list(session.scalars(query.order_by(LegalBasis.code, LegalBasis.root_id, LegalBasis.id)))


def basis(session: Session, basis_id: int, root_id: int) -> LegalBasis | None:
    """A version of a legal basis that a root may use."""
    return session.scalar(select(LegalBasis).where(LegalBasis.id == basis_id, LegalBasis.root_id.in_((0, root_id))))
