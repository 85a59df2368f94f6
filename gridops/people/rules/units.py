"""Units in three levels (街道/园区 → 部门 → 科室); people are the fourth. Agencies stand at level 1 or as a 部门."""

from __future__ import annotations

from gridops.people.rules.words import UnitKind

LEVELS = 3
LEVEL_NAMES = {1: "街道（园区）/单位", 2: "部门", 3: "科室"}
PATH_MARK = "/"

AGENCIES = frozenset(
    {
        UnitKind.URBAN_MANAGEMENT,
        UnitKind.POLICE_STATION,
        UnitKind.TRAFFIC_POLICE,
        UnitKind.TRANSPORT_ADMINISTRATION,
        UnitKind.OTHER_AGENCY,
    }
)

KINDS_AT: dict[int, frozenset[UnitKind]] = {
    1: AGENCIES | {UnitKind.STREET},
    2: AGENCIES | {UnitKind.DEPARTMENT, UnitKind.COMMUNITY},
    3: frozenset({UnitKind.SECTION}),
}

# The first word found in a unit's name tells an agency; names of streets end with one of the others.
_AGENCY_WORDS: tuple[tuple[str, UnitKind], ...] = (
    ("派出所", UnitKind.POLICE_STATION),
    ("交警", UnitKind.TRAFFIC_POLICE),
    ("运管", UnitKind.TRANSPORT_ADMINISTRATION),
    ("交通运输", UnitKind.TRANSPORT_ADMINISTRATION),
    ("城管", UnitKind.URBAN_MANAGEMENT),
    ("城市管理", UnitKind.URBAN_MANAGEMENT),
    ("综合执法", UnitKind.URBAN_MANAGEMENT),
    ("综合行政执法", UnitKind.URBAN_MANAGEMENT),
)
_STREET_ENDINGS = ("街道", "园区", "开发区", "镇", "乡", "街道办事处")


def refused_level(level: int, parent_level: int | None, kind: UnitKind) -> str | None:
    """Why a unit of this level and kind may not stand below a unit of `parent_level` (None: no parent), or None."""
    if level not in KINDS_AT:
        return "单位只分三级：街道（园区）、部门、科室"
    if (level == 1) != (parent_level is None) or (parent_level is not None and parent_level != level - 1):
        return f"第{level}级单位的上级必须是第{level - 1}级单位" if level > 1 else "第1级单位没有上级"
    if kind not in KINDS_AT[level]:
        return f"这一类型的单位不能是第{level}级"
    return None


def kind_by_name(level: int, name: str) -> UnitKind:
    """The likely kind of a unit known by name and level only (imports); an admin may change it."""
    if level >= LEVELS:
        return UnitKind.SECTION
    agency = next((kind for word, kind in _AGENCY_WORDS if word in name), None)
    if agency is not None:
        return agency
    if level == 1:
        return UnitKind.STREET if name.endswith(_STREET_ENDINGS) else UnitKind.OTHER_AGENCY
    return UnitKind.COMMUNITY if "社区" in name else UnitKind.DEPARTMENT
