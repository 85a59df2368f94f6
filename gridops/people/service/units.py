"""Units in three levels."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridops.audit import service as audit
from gridops.core.db import lock_names
from gridops.core.errors import Invalid
from gridops.grids.models import Grid
from gridops.people.forms import NewUnit, UnitChange
from gridops.people.models import Unit
from gridops.people.queries import unit_by_code
from gridops.people.queries.keeping import unit_below
from gridops.people.rules import Person
from gridops.people.rules.units import LEVELS, kind_by_name, refused_level
from gridops.people.service.authority import actor, require_admin, unit_of


def create_unit(session: Session, root_id: int, new: NewUnit, *, by: Person | None = None) -> Unit:
    """Make a unit; Invalid for a taken code, a wrong level, a grid of another root."""
    require_admin(session, by, root_id)
    parent = unit_of(session, root_id, new.parent_id) if new.parent_id is not None else None
    level = parent.level + 1 if parent else 1
    _check(session, root_id, new.code, new.name, new.grid_id)
    lock_names(session, [f"units of {root_id}"])
    if unit_by_code(session, root_id, new.code) is not None:
        raise Invalid(("code", "单位编码已被使用"))
    refused = refused_level(level, parent.level if parent else None, new.kind)
    if refused:
        raise Invalid(("kind" if level <= LEVELS else "parent_id", refused))
    unit = Unit(
        root_id=root_id,
        code=new.code,
        name=new.name,
        kind=new.kind,
        level=level,
        parent_id=new.parent_id,
        grid_id=new.grid_id,
        phone=new.phone or None,
    )
    session.add(unit)
    session.flush()
    audit.record(session, "unit.create", "unit", unit.id, actor_id=actor(by), root_id=root_id, level=level)
    return unit


def change_unit(session: Session, unit_id: int, change: UnitChange, *, by: Person | None = None) -> Unit:
    """Change name, kind or telephone of a unit; code, level and parent stay: past figures hang on them."""
    unit = unit_of(session, by.root_id, unit_id) if by else session.get_one(Unit, unit_id)
    require_admin(session, by, unit.root_id)
    _check(session, unit.root_id, unit.code, change.name, None)
    parent = session.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    refused = refused_level(unit.level, parent.level if parent else None, change.kind)
    if refused:
        raise Invalid(("kind", refused))
    phone = unit.phone if change.phone is None else change.phone or None
    if (unit.name, unit.kind, unit.phone) != (change.name, change.kind, phone):
        unit.name, unit.kind, unit.phone = change.name, change.kind, phone
        audit.record(session, "unit.change", "unit", unit.id, actor_id=actor(by), root_id=unit.root_id)
    return unit


def ensure_unit(session: Session, root_id: int, code: str, name: str | None = None) -> Unit:
    """The unit with this code; made at level 1 when missing (imports with `--create-units`), its name the code."""
    # One lock for a root, so that two imports making the same units wait, in whatever order they come.
    lock_names(session, [f"units of {root_id}"])
    found = unit_by_code(session, root_id, code)
    if found is not None:
        return session.get_one(Unit, found.id)
    return create_unit(session, root_id, NewUnit(code, name or code, kind_by_name(1, name or code)))


def ensure_path(session: Session, root_id: int, names: tuple[str, ...], leaf_code: str | None) -> Unit:
    """The unit at the end of a path of names from level 1, made where missing.

    A unit made on the way bears its path as code; the last one bears `leaf_code` where given.
    """
    parent: Unit | None = None
    for depth, name in enumerate(names, start=1):
        code = leaf_code if leaf_code and depth == len(names) else "/".join(names[:depth])
        found = unit_below(session, root_id, parent.id if parent else None, name)
        if found is None:
            new = NewUnit(code, name, kind_by_name(depth, name), parent.id if parent else None)
            found = create_unit(session, root_id, new)
        parent = found
    if parent is None:
        raise Invalid(("unit_path", "is empty"))
    return parent


def _check(session: Session, root_id: int, code: str, name: str, grid_id: int | None) -> None:
    for field, text, longest in (("code", code, 60), ("name", name, 120)):
        if not text.strip() or len(text) > longest:
            raise Invalid((field, f"须为 1–{longest} 个字符"))
    if grid_id is not None:
        grid = session.get(Grid, grid_id)
        if grid is None or grid.root_id != root_id:
            raise Invalid(("grid_id", "没有这个网格"))
