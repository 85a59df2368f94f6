"""What a code means in a list, and on which conditions a case of it may be filed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.catalogue import queries
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.catalogue.rules import (
    Kind,
    Stage,
    class_of,
    conditions_on,
    edition_on,
    in_force,
    is_extension,
    nearest,
    of_stage,
)
from gridops.core.db import insert_or_skip
from gridops.core.errors import Invalid


def list_on(session: Session, list_code: str, on: date, *, field: str = "category_list") -> CategoryList:
    """The edition of a list on a local day (before the first one: the first); Invalid where there is no such list."""
    found = edition_on(queries.editions(session, list_code), on) if len(list_code) <= 20 else None
    if found is None:
        known = ", ".join(dict.fromkeys(row.code for row in queries.lists(session)))
        raise Invalid((field, f"unknown list {list_code[:20]!r}; known: {known}"))
    return found


def find_category(
    session: Session,
    list_code: str,
    kind: Kind,
    code: str,
    root_id: int,
    on: date,
    *,
    field: str = "category_code",
) -> queries.Meant:
    """The category a code means for a root on a local day; its own extension before the common row.

    Invalid (field `field`) for an unknown code, naming the nearest known ones, and for one that is not in force.
    """
    short = len(list_code) <= 20 and len(code) <= 30
    known = queries.in_editions(session, list_code, kind, code, root_id) if short else []
    in_force_then = edition_on((edition for edition, _ in known), on)
    edition: queries.Edition | CategoryList = in_force_then or list_on(session, list_code, on)
    found = next((category for its, category in known if its is edition), None)
    if found is None:
        raise Invalid((field, _unknown(session, edition, kind, code, root_id)))
    if not in_force(found, on):
        raise Invalid((field, f"{code} {found.name_zh} is not in force on {on}"))
    return found


def ensure_local_extension(
    session: Session, list_code: str, kind: Kind, code: str, root_id: int, on: date, *, field: str = "category_code"
) -> tuple[Category, bool]:
    """The local extension of a code for one root, made when missing; returns it and whether it is new.

    Four digits ending 60-99 whose class is in the list (contract, import of cases); Invalid for anything else.
    """
    edition = list_on(session, list_code, on)
    standing = queries.by_code(session, edition.id, kind, code, root_id) if is_extension(code) else None
    if standing is not None:
        return standing, False
    if not is_extension(code) or queries.class_row(session, edition.id, kind, class_of(code)) is None:
        raise Invalid((field, _unknown(session, edition, kind, code, root_id)))
    row = {
        "list_id": edition.id,
        "root_id": root_id,
        "kind": kind,
        "code": code,
        "level": 2,
        "parent_code": class_of(code),
        "name_zh": f"本地扩展{code}",
        "name_en": f"Local extension {code}",
        "confidence": "local",
        "photos_required": False,
    }
    created = insert_or_skip(session, Category, [row], ["list_id", "kind", "code", "root_id"]) == 1
    found = queries.by_code(session, edition.id, kind, code, root_id)
    assert found is not None
    if created:
        audit.record(session, "category.extend", "category", found.id, root_id=root_id, code=code, kind=kind.value)
    return found, created


def find_or_extend(
    session: Session, list_code: str, kind: Kind, code: str, root_id: int, on: date, *, field: str = "category_code"
) -> tuple[Category | queries.Meant, bool]:
    """`find_category`, or for an unknown code of the right form `ensure_local_extension`; (category, is new)."""
    if is_extension(code):
        return ensure_local_extension(session, list_code, kind, code, root_id, on, field=field)
    return find_category(session, list_code, kind, code, root_id, on, field=field), False


def conditions_for(session: Session, category_id: int, root_id: int, on: date) -> list[FilingCondition]:
    """The filing conditions to choose from for a category on a local day, in order of position.

    A root's own rows stand before the shipped ones at their position; a category without any takes its class's.
    """
    found = conditions_on(queries.condition_rows(session, [category_id], root_id)[category_id], on)
    category = queries.category(session, category_id, root_id)
    if found or category is None:
        return found
    parent = queries.class_row(session, category.list_id, category.kind, class_of(category.code))
    if parent is None or parent.id == category_id:
        return []
    return conditions_on(queries.condition_rows(session, [parent.id], root_id)[parent.id], on)


def needing_pictures(
    session: Session, root_id: int, on: date, categories: Iterable[Category | queries.Meant]
) -> set[int]:
    """Of some categories those that can be filed on a local day under no condition without pictures of the report."""
    asking = queries.asking_for_pictures(session, root_id)
    if not asking:
        return set()
    classes = queries.classes_among(session, asking)
    # A class that asks for nothing asks nothing of its categories either.
    above = {one.id: classes.get((one.list_id, one.kind, class_of(one.code))) for one in categories}
    above = {row_id: parent for row_id, parent in above.items() if row_id in asking or parent is not None}
    rows = queries.condition_rows(session, {*above, *classes.values()}, root_id)
    found = set()
    for row_id, parent in above.items():
        offered = conditions_on(rows[row_id], on) or (conditions_on(rows[parent], on) if parent is not None else [])
        if offered and all(of_stage(row.photo_needs, Stage.REPORT) for row in offered):
            found.add(row_id)
    return found


def _unknown(session: Session, edition: queries.Edition | CategoryList, kind: Kind, code: str, root_id: int) -> str:
    named = queries.names(session, edition.id, root_id)
    known = {known_code: name for its_kind, known_code, name in named if its_kind is kind}
    near = ", ".join(f"{each} {known[each]}" for each in nearest(code[:40], known))
    elsewhere = next((its_kind for its_kind, known_code, _ in named if known_code == code), None)
    hint = f" (it is a {elsewhere.value} there)" if elsewhere else ""
    return f"unknown {kind.value} {code[:40]!r} in list {edition.code}{hint}; nearest: {near or 'none'}"
