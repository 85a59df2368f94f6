"""The shipped lists: editions, categories and example conditions, from data files beside this room."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridops.catalogue import queries
from gridops.catalogue.models import Category, CategoryList, FilingCondition
from gridops.catalogue.rules import CheckRule, Kind, parse_needs
from gridops.catalogue.service.shipped import Seeded, lines, seed_bases, seed_checklists
from gridops.core import clock
from gridops.worktime.rules import LimitUnit

# No text of the standards was at hand: numbers and dates are believed, not checked, and an admin may correct the dates.
_EDITIONS = (
    (
        "A",
        "CJ/T 214-2007",
        "城市市政综合监管信息系统 管理部件和事件分类、编码及数据要求",
        "旧行业标准，部分城市沿用；编号据公开清单整理，日期待与标准文本核对",
        date(2007, 10, 1),
    ),
    (
        "B",
        "GB/T 30428.2-2013",
        "数字化城市管理信息系统 第2部分：管理部件和事件",
        "国家标准，含本地扩展（60—99）；编号据公开清单整理，日期待与标准文本核对",
        date(2014, 8, 15),
    ),
    ("N", "2017", "夜查问题清单", "本系统自编", None),
)


def seed(session: Session) -> Seeded:
    """Bring in the shipped lists, categories, conditions, checklists and legal bases.

    Run again, only what a new release changed is written. Names of shipped categories follow the release. A shipped
    condition that changed ends today and its successor begins, as in any edit; what a root changed for itself stays.
    Dates of editions are never overwritten.
    """
    list_ids = _seed_lists(session)
    categories = _seed_categories(session, list_ids)
    conditions = _seed_conditions(session, list_ids)
    session.flush()
    return categories + conditions + seed_checklists(session) + seed_bases(session)


def _seed_lists(session: Session) -> dict[str, int]:
    standing = {(row.code, row.version): row for row in queries.lists(session)}
    for code, version, name, note, valid_from in _EDITIONS:
        if (code, version) not in standing:
            row = CategoryList(code=code, version=version, name=name, note=note, valid_from=valid_from, valid_to=None)
            session.add(row)
            standing[code, version] = row
    session.flush()
    return {code: standing[code, version].id for code, version, *_ in _EDITIONS}


def _seed_categories(session: Session, list_ids: dict[str, int]) -> Seeded:
    standing = {(row.list_id, row.kind, row.code): row for row in queries.common_categories(session)}
    new, changed = [], 0
    for line in lines("categories.csv"):
        key = (list_ids[line["list"]], Kind(line["kind"]), line["code"])
        said = {
            "level": int(line["level"]),
            "parent_code": line["parent_code"] or None,
            "name_zh": line["name_zh"],
            "name_en": line["name_en"],
            "confidence": line["confidence"],
        }
        row = standing.get(key)
        if row is None:
            new.append({"list_id": key[0], "kind": key[1], "code": key[2], "root_id": 0, **said})
        elif any(getattr(row, name) != value for name, value in said.items()):
            changed += 1
            for name, value in said.items():
                setattr(row, name, value)
    if new:
        session.execute(insert(Category), new)
    return Seeded(len(new), changed)


def _seed_conditions(session: Session, list_ids: dict[str, int]) -> Seeded:
    today = clock.local_date(clock.now())
    ids = {(row.list_id, row.kind, row.code): row.id for row in queries.common_categories(session)}
    shipped = queries.condition_rows(session, ids.values(), 0)
    standing = {
        (row.category_id, row.position): row for rows in shipped.values() for row in rows if row.valid_to is None
    }
    rows, new, changed = [], 0, 0
    for line in lines("conditions.csv"):
        category_id = ids[list_ids[line["list"]], Kind(line["kind"]), line["code"]]
        said = _condition(line)
        row = standing.pop((category_id, int(line["position"])), None)
        if row is not None and all(getattr(row, name) == value for name, value in said.items()):
            continue
        if row is None:
            new += 1
        else:
            row.valid_to = today
            changed += 1
        begins = today if row else None
        rows.append({"category_id": category_id, "position": int(line["position"]), "valid_from": begins, **said})
    for row in standing.values():
        row.valid_to = today
        changed += 1
    session.flush()
    if rows:
        session.execute(insert(FilingCondition), [{"root_id": 0, **row} for row in rows])
    return Seeded(new, changed)


def _condition(line: dict[str, str]) -> dict[str, object]:
    return {
        "condition": line["condition"],
        "closing_condition": line["closing_condition"],
        "limit": int(line["limit"]) if line["limit"] else None,
        "limit_unit": LimitUnit(line["limit_unit"]) if line["limit_unit"] else None,
        "handle_limit": int(line["handle_limit"]) if line["handle_limit"] else None,
        "source": line["source"],
        "photo_needs": parse_needs(line["photos"]),
        "check_rule": CheckRule(line["check_rule"]) if line["check_rule"] else None,
    }
