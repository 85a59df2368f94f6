"""What the admin pages hand in: conditions, names of local categories, dates of editions, checklists, legal bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gridops.catalogue.rules import Area, CheckRule, Kind, Photo, Step, class_of, is_extension
from gridops.catalogue.rules.needs import MOST as MOST_PHOTOS
from gridops.core.errors import FieldError, Invalid
from gridops.core.fields import Reader, day, text, yuan
from gridops.worktime.rules import MAX_LIMIT, LimitUnit


@dataclass(frozen=True, slots=True)
class ConditionForm:
    """A filing condition as it shall be from `valid_from` on (None: from today). Without limit there is no deadline.

    `class_limits`: class of area -> [limit, the unit's own], `photo_needs`: kind of picture -> how many.
    """

    condition: str
    closing_condition: str
    limit: int | None
    limit_unit: LimitUnit | None
    handle_limit: int | None
    in_use: bool = True
    valid_from: date | None = None
    class_limits: dict[str, list[int | None]] = field(default_factory=dict)
    photo_needs: dict[str, int] = field(default_factory=dict)
    check_rule: CheckRule | None = None


@dataclass(frozen=True, slots=True)
class NameForm:
    """The names of a local category."""

    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ExtensionForm:
    """A local extension of a class; without a code it takes the highest free one, from 99 down."""

    kind: Kind
    class_code: str
    code: str | None
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class AreaForm:
    """The class of a grid from `valid_from` on (None: from today); no class: that of the grid above it, if any."""

    grid_id: int
    area: Area | None
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class StepForm:
    """How long a step may take from `valid_from` on (None: from today); no limit: none from then on.

    `area`: in areas of this class; None: in all that have no limit of their own.
    """

    step: Step
    category_id: int | None
    limit: int | None
    limit_unit: LimitUnit | None
    valid_from: date | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class DatesForm:
    """Since when and until when (not included) an edition is in force; None: always, still."""

    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ItemForm:
    """One question of a checklist; `category`: code of the finding (list N) that a bad answer is."""

    text: str
    severity: str = "general"
    category: str | None = None


@dataclass(frozen=True, slots=True)
class ChecklistForm:
    """A checklist as it shall be from `valid_from` on (None: from today); no kind: for premises of every kind."""

    name: str
    items: tuple[ItemForm, ...]
    code: str | None = None
    premises_kind: str | None = None
    theme: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class BasisForm:
    """A legal basis as it shall be from `valid_from` on; fines in yuan, `listed_*`: days of the street's list."""

    law: str
    article: str
    matter: str
    code: str | None = None
    max_fine_person: Decimal | None = None
    max_fine_organisation: Decimal | None = None
    source: str = ""
    valid_from: date | None = None
    listed_from: date | None = None
    listed_to: date | None = None


SEVERITIES = ("general", "serious", "major")
MOST_ITEMS = 60


def parse_checklist(raw: Mapping[str, Any], items: Sequence[tuple[str, str, str]], *, new: bool) -> ChecklistForm:
    """Read a checklist: its fields, and (text, severity, category code) of each question; those without text go.

    Invalid names every wrong field, those of a question by its place.
    """
    read = Reader(raw)
    found: list[ItemForm] = []
    for place, (words, severity, category) in enumerate(items):
        told = Reader({"text": words, "severity": severity, "category": category}, f"items.{place}")
        said = told("text", text(300))
        grave = told("severity", _one_of(SEVERITIES)) or "general"
        if said:
            found.append(ItemForm(said, grave, told("category", text(30))))
        read.errors += told.errors
    if not found and not read.errors:
        read.wrong("items", "required")
    if len(found) > MOST_ITEMS:
        read.wrong("items", f"not a list of at most {MOST_ITEMS}")
    form = ChecklistForm(
        name=read("name", text(120), required=True),
        items=tuple(found),
        code=read("code", text(40), required=True) if new else None,
        premises_kind=read("premises_kind", text(20)),
        theme=read("theme", text(60)) or "",
        valid_from=read("valid_from", day),
    )
    read.done(others=True)
    return form


def parse_basis(raw: Mapping[str, Any], *, new: bool) -> BasisForm:
    """Read a legal basis; Invalid names every wrong field."""
    read = Reader(raw)
    form = BasisForm(
        law=read("law", text(200), required=True),
        article=read("article", text(80), required=True),
        matter=read("matter", text(300), required=True),
        code=read("code", text(60), required=True) if new else None,
        max_fine_person=read("max_fine_person", yuan()),
        max_fine_organisation=read("max_fine_organisation", yuan()),
        source=read("source", text(200)) or "",
        valid_from=read("valid_from", day),
        listed_from=read("listed_from", day),
        listed_to=read("listed_to", day),
    )
    if form.listed_to and (form.listed_from is None or form.listed_to <= form.listed_from):
        read.wrong("listed_to", "须晚于列入日期")
    read.done(others=True)
    return form


def _one_of(known: Sequence[str]) -> Any:
    def read(value: object) -> str:
        if value not in known:
            raise ValueError(f"none of {', '.join(known)}")
        return str(value)

    return read


def parse_condition(form: Mapping[str, str]) -> ConditionForm:
    """Read a filing condition; Invalid names every wrong field."""
    errors: list[FieldError] = []
    limit = _number(form, "limit", errors)
    handle_limit = _number(form, "handle_limit", errors)
    unit = _unit(form, errors)
    if limit is None and "limit" not in {error.field for error in errors}:
        unit = None
        if handle_limit is not None:
            errors.append(FieldError("handle_limit", "没有时限时不能填写处置时限"))
    elif limit is not None and unit is None:
        errors.append(FieldError("limit_unit", "请选择计时单位"))
    if limit is not None and handle_limit is not None and handle_limit > limit:
        errors.append(FieldError("handle_limit", "不能长于总时限"))
    result = ConditionForm(
        condition=_words(form, "condition", 200, errors),
        closing_condition=_words(form, "closing_condition", 200, errors),
        limit=limit,
        limit_unit=unit,
        handle_limit=handle_limit,
        in_use=(form.get("in_use") or "") in ("1", "on", "true", "yes"),
        valid_from=_date(form, "valid_from", errors),
        class_limits=_class_limits(form, limit, handle_limit, errors),
        photo_needs=_photo_needs(form, errors),
        check_rule=_check_rule(form, errors),
    )
    if errors:
        raise Invalid(*errors)
    return result


def parse_name(form: Mapping[str, str]) -> NameForm:
    """Read the names of a local category; the English one may stay empty and is then the Chinese one."""
    errors: list[FieldError] = []
    name_zh = _words(form, "name_zh", 120, errors)
    name_en = _words(form, "name_en", 120, errors) if (form.get("name_en") or "").strip() else ""
    if errors:
        raise Invalid(*errors)
    return NameForm(name_zh, name_en or name_zh)


def parse_extension(form: Mapping[str, str]) -> ExtensionForm:
    """Read a local extension (`class`: `event/01`); Invalid names every wrong field."""
    errors: list[FieldError] = []
    kind, _slash, class_code = (form.get("class") or "").partition("/")
    if kind not in set(Kind) or not class_code:
        errors.append(FieldError("class", "请选择大类"))
    code = (form.get("code") or "").strip() or None
    if code is not None and not (is_extension(code) and class_of(code) == class_code):
        errors.append(FieldError("code", "须为所选大类的本地扩展编码：大类编码加60至99"))
    try:
        names = parse_name(form)
    except Invalid as wrong:
        raise Invalid(*errors, *wrong.errors) from None
    if errors:
        raise Invalid(*errors)
    return ExtensionForm(Kind(kind), class_code, code, names.name_zh, names.name_en)


def parse_area(form: Mapping[str, str]) -> AreaForm:
    """Read the class of a grid; Invalid names every wrong field."""
    errors: list[FieldError] = []
    grid, area = (form.get("grid") or "").strip(), (form.get("area") or "").strip()
    if not (grid.isascii() and grid.isdecimal() and len(grid) <= 18):
        errors.append(FieldError("grid", "请选择网格"))
    if area and area not in set(Area):
        errors.append(FieldError("area", "没有这种区域类别"))
    day = _date(form, "valid_from", errors)
    if errors:
        raise Invalid(*errors)
    return AreaForm(int(grid), Area(area) if area else None, day)


def parse_step(form: Mapping[str, str]) -> StepForm:
    """Read the limit of a step; Invalid names every wrong field."""
    errors: list[FieldError] = []
    step, category = (form.get("step") or "").strip(), (form.get("category") or "").strip()
    if step not in set(Step):
        errors.append(FieldError("step", "请选择环节"))
    if category and not (category.isascii() and category.isdecimal() and len(category) <= 18):
        errors.append(FieldError("category", "没有这个类别"))
    area = (form.get("area") or "").strip()
    if area and area not in set(Area):
        errors.append(FieldError("area", "没有这种区域类别"))
    limit, unit, day = _number(form, "limit", errors), _unit(form, errors), _date(form, "valid_from", errors)
    if limit is not None and unit is None and not errors:
        errors.append(FieldError("limit_unit", "请选择计时单位"))
    if errors:
        raise Invalid(*errors)
    place = Area(area) if area else None
    return StepForm(Step(step), int(category) if category else None, limit, unit if limit else None, day, place)


def parse_dates(form: Mapping[str, str]) -> DatesForm:
    """Read the dates of an edition."""
    errors: list[FieldError] = []
    dates = DatesForm(_date(form, "valid_from", errors), _date(form, "valid_to", errors))
    if dates.valid_from and dates.valid_to and dates.valid_to <= dates.valid_from:
        errors.append(FieldError("valid_to", "须晚于启用日期"))
    if errors:
        raise Invalid(*errors)
    return dates


def _words(form: Mapping[str, str], name: str, most: int, errors: list[FieldError]) -> str:
    text = " ".join((form.get(name) or "").split())
    if not text:
        errors.append(FieldError(name, "不能为空"))
    if len(text) > most:
        errors.append(FieldError(name, f"超过{most}个字符"))
    if not text.isprintable():
        errors.append(FieldError(name, "含有不能保存的字符"))
    return text


def _number(form: Mapping[str, str], name: str, errors: list[FieldError]) -> int | None:
    text = (form.get(name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= MAX_LIMIT):
        errors.append(FieldError(name, f"须为1至{MAX_LIMIT}的整数"))
        return None
    return int(text)


def _class_limits(
    form: Mapping[str, str], limit: int | None, handle_limit: int | None, errors: list[FieldError]
) -> dict[str, list[int | None]]:
    """Tighter limits by class of area; a class without its own has those of the condition."""
    found: dict[str, list[int | None]] = {}
    for area in Area:
        names = f"limit_{area.value}", f"handle_limit_{area.value}"
        whole, own = (_number(form, name, errors) for name in names)
        if whole is None and own is None:
            continue
        if limit is None or whole is None:
            errors.append(FieldError(names[0], "请先填写时限"))
        elif whole > limit:
            errors.append(FieldError(names[0], "区域时限只能更短，不能长于办理时限"))
        own = min(handle_limit, whole) if own is None and handle_limit and whole else own
        if own is not None and whole is not None and own > min(whole, handle_limit or whole):
            errors.append(FieldError(names[1], "不能长于该区域的时限或其中处置时限"))
        found[area.value] = [whole, own]
    return found


def _photo_needs(form: Mapping[str, str], errors: list[FieldError]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in Photo:
        text = (form.get(f"photo_{kind.value}") or "").strip()
        if text in ("", "0"):
            continue
        if text.isascii() and text.isdecimal() and len(text) == 1:
            found[kind.value] = int(text)
        else:
            errors.append(FieldError(f"photo_{kind.value}", f"须为0至{MOST_PHOTOS}的整数"))
    return found


def _check_rule(form: Mapping[str, str], errors: list[FieldError]) -> CheckRule | None:
    text = (form.get("check_rule") or "").strip()
    try:
        return CheckRule(text) if text else None
    except ValueError:
        errors.append(FieldError("check_rule", "没有这种核查方式"))
        return None


def _unit(form: Mapping[str, str], errors: list[FieldError]) -> LimitUnit | None:
    text = (form.get("limit_unit") or "").strip()
    try:
        return LimitUnit(text) if text else None
    except ValueError:
        errors.append(FieldError("limit_unit", "没有这种计时单位"))
        return None


def _date(form: Mapping[str, str], name: str, errors: list[FieldError]) -> date | None:
    text = (form.get(name) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.append(FieldError(name, "须为日期，如2017-03-01"))
        return None
