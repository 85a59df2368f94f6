"""Category lists with versions, and the filing conditions on which limits hang (standards.md 1.3, 1.5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gridops.catalogue.rules import Area, CheckRule, Kind, Step
from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.worktime.rules import LimitUnit


class CategoryList(Base):
    """One published edition of a list: `A` (older), `B` (newer), `N` (night-round findings).

    The dates say since when and until when the edition is in force; `note` how sure we are of it.
    """

    __tablename__ = "category_list"
    id: Mapped[bigint_key]
    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "code", "version", unique=True),)


class Category(Base):
    """A class (level 1) or category (level 2) of a list; `root_id` marks a jurisdiction's local extension (0: all)."""

    __tablename__ = "category"
    id: Mapped[bigint_key]
    list_id: Mapped[int] = mapped_column(ForeignKey("category_list.id"))
    root_id: Mapped[int] = mapped_column(default=0)
    kind: Mapped[Kind] = mapped_column(enum_text(Kind))
    code: Mapped[str] = mapped_column(String(30))
    level: Mapped[int]
    parent_code: Mapped[str | None] = mapped_column(String(30))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    confidence: Mapped[str] = mapped_column(String(20))
    photos_required: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "list_id", "kind", "code", "root_id", unique=True),)


class FilingCondition(Base):
    """One filing condition (立案条件) of a category with its limits and closing condition (结案条件).

    Edited by ending one row and beginning the next, so that old cases keep the limit they were filed under.
    `root_id` 0: shipped for all; a root's own row stands before the shipped one at the same position, and `in_use`
    false means that the root does without it. Conditions of a class (level 1) serve its categories that have none.
    Empty limit: no deadline. `handle_limit` is the unit's own clock (same unit of time). `source`: whose value it is.
    `photo_needs`: pictures by kind (`rules.Photo` -> how many); `class_limits`: tighter limits by class of area
    (`rules.Area` -> [limit, handle_limit]); without `check_rule` the work is checked as usual.
    """

    __tablename__ = "filing_condition"
    id: Mapped[bigint_key]
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    root_id: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    condition: Mapped[str] = mapped_column(String(200))
    closing_condition: Mapped[str] = mapped_column(String(200))
    limit: Mapped[int | None]
    limit_unit: Mapped[LimitUnit | None] = mapped_column(enum_text(LimitUnit))
    handle_limit: Mapped[int | None]
    class_limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    photo_needs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    check_rule: Mapped[CheckRule | None] = mapped_column(enum_text(CheckRule))
    in_use: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(String(80), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "category_id", "root_id", "position"),)


class AreaClass(Base):
    """The class of a grid and of all below it that have none of their own, from a day on; days are half-open.

    Edited by ending one row and beginning the next: a case keeps the class of the day it was filed.
    """

    __tablename__ = "area_class"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    area: Mapped[Area] = mapped_column(enum_text(Area))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(Id)
    __table_args__ = (Index(None, "root_id", "grid_id"),)


class StepLimit(Base):
    """How long one step of a case may take, from a day on, for cases of a category (None: of any other); half-open.

    `area`: only in areas of this class (None: in all that have no limit of their own).

    Edited by ending one row and beginning the next: a step counts by what held on the day it began.
    """

    __tablename__ = "step_limit"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    step: Mapped[Step] = mapped_column(enum_text(Step))
    area: Mapped[Area | None] = mapped_column(enum_text(Area))
    limit: Mapped[int]
    limit_unit: Mapped[LimitUnit] = mapped_column(enum_text(LimitUnit))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(Id)
    __table_args__ = (Index(None, "root_id", "step"),)


class Checklist(Base):
    """A checklist for visits to one kind of premises, by theme; each edition has its dates.

    Edited by ending one edition and beginning the next: what was filled keeps the questions it answered. `root_id` 0:
    shipped for all; a root's own stands before the shipped one of the same code. `source`: whose words they are.
    """

    __tablename__ = "checklist"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    premises_kind: Mapped[str | None] = mapped_column(String(20))
    theme: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    __table_args__ = (Index(None, "root_id", "code", "edition", unique=True),)


class ChecklistItem(Base):
    """One question of a checklist; a bad answer is a finding of `category_id` and `severity`."""

    __tablename__ = "checklist_item"
    id: Mapped[bigint_key]
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(300))
    severity: Mapped[str] = mapped_column(String(20), default="general")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    __table_args__ = (Index(None, "checklist_id", "position", unique=True),)


class LegalBasis(Base):
    """A clause by which somebody may be penalised, as it stood between two dates.

    Edited by ending one row and beginning the next; a root's own stands before the shipped one (0) of the same code.
    `max_fine_person`, `max_fine_organisation`: yuan, empty: no fine or no limit named. `listed_from`, `listed_to`: days
    between which the street's published list holds the matter (行政处罚法 art. 24); empty `listed_from`: never.
    `source`: where it was read, and how sure we are of it.
    """

    __tablename__ = "legal_basis"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(60))
    law: Mapped[str] = mapped_column(String(200))
    article: Mapped[str] = mapped_column(String(80))
    matter: Mapped[str] = mapped_column(String(300))
    max_fine_person: Mapped[Decimal | None]
    max_fine_organisation: Mapped[Decimal | None]
    source: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    listed_from: Mapped[date | None]
    listed_to: Mapped[date | None]
    __table_args__ = (Index(None, "root_id", "code", "valid_from"),)
