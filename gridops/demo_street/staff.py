"""Who works in the demo street: units in three levels, agencies, and made-up people with their roles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from gridops.demo_street.territory import PARTS
from gridops.people.rules import Role, UnitKind, WorkLine

_SEED = 20170102

SUPERVISOR = "supervisor"
EDITOR = "editor"
APPROVER = "approver"
SUPERVISION = "supervision"
SUPERVISION_CLERK = "supervision2"


@dataclass(frozen=True)
class UnitPlan:
    """A unit to be made: its code, name, kind, the code of the unit above, and the part of the territory it is for."""

    code: str
    name: str
    kind: UnitKind
    parent: str | None = None
    grid: str | None = None


@dataclass(frozen=True)
class Held:
    """A role held for a unit (None: the person's own) and a grid (None: the whole street)."""

    role: Role
    grid: str | None = None


@dataclass(frozen=True)
class PersonPlan:
    """A person to be made."""

    username: str
    name: str
    staff_no: str
    unit: str
    roles: tuple[Held, ...]
    certificate_no: str | None = None
    certificate_valid_to: date | None = None


@dataclass(frozen=True)
class Duty:
    """Who answers for a grid on a line of work: a person (username) or a unit (code)."""

    grid: str
    line: WorkLine
    person: str | None = None
    unit: str | None = None


_DEPARTMENT, _SECTION = UnitKind.DEPARTMENT, UnitKind.SECTION

UNITS: tuple[UnitPlan, ...] = (
    UnitPlan("LHT", "龙虎塘街道办事处", UnitKind.STREET),
    UnitPlan("LHT-DZ", "党政办公室（督查室）", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-DZ-DC", "督查科", _SECTION, "LHT-DZ"),
    UnitPlan("LHT-CG", "城市管理办公室", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-CG-HW", "环卫保洁站", _SECTION, "LHT-CG"),
    UnitPlan("LHT-CG-LH", "绿化养护站", _SECTION, "LHT-CG"),
    UnitPlan("LHT-CG-SR", "市容广告科", _SECTION, "LHT-CG"),
    UnitPlan("LHT-JS", "建设管理办公室", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-JS-SZ", "市政设施科", _SECTION, "LHT-JS"),
    UnitPlan("LHT-JS-GD", "工地监管科", _SECTION, "LHT-JS"),
    UnitPlan("LHT-SH", "社会事务办公室", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-AH", "安全生产与环境保护办公室", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-AH-AJ", "安全监管科", _SECTION, "LHT-AH"),
    UnitPlan("LHT-AH-HB", "环境保护科", _SECTION, "LHT-AH"),
    UnitPlan("LHT-ZZ", "综治办公室", _DEPARTMENT, "LHT"),
    UnitPlan("LHT-ZZ-WG", "网格化管理中心", _SECTION, "LHT-ZZ"),
    UnitPlan("LHT-ZZ-TJ", "矛盾调解科", _SECTION, "LHT-ZZ"),
    *(
        UnitPlan(f"LHT-{code[-3:]}", f"{name}居民委员会" if level == "community" else f"{name}网格站",
                 UnitKind.COMMUNITY if level == "community" else _DEPARTMENT, "LHT", code)
        for code, name, level, _ in PARTS
    ),
    UnitPlan("CGZD", "综合行政执法局龙虎塘中队", UnitKind.URBAN_MANAGEMENT),
    UnitPlan("CGZD-XC", "城管巡查执法科", UnitKind.URBAN_MANAGEMENT, "CGZD"),
    UnitPlan("CGZD-XC-1", "执法一组（北片）", _SECTION, "CGZD-XC"),
    UnitPlan("CGZD-XC-2", "执法二组（南片）", _SECTION, "CGZD-XC"),
    UnitPlan("CGZD-ZT", "城管渣土管理科", UnitKind.URBAN_MANAGEMENT, "CGZD"),
    UnitPlan("PCS", "龙虎塘派出所", UnitKind.POLICE_STATION),
    UnitPlan("JJZD", "交警大队龙虎塘中队", UnitKind.TRAFFIC_POLICE),
    UnitPlan("YGS", "运输管理所龙虎塘站", UnitKind.TRANSPORT_ADMINISTRATION),
)  # fmt: skip

# Who handles what: the route of a problem -> the unit; `cg` and `sq` depend on where it is.
_ROUTES = {"hw": "LHT-CG-HW", "lh": "LHT-CG-LH", "sr": "LHT-CG-SR", "sz": "LHT-JS-SZ", "gd": "LHT-JS-GD",
           "ss": "LHT-SH", "aj": "LHT-AH-AJ", "hb": "LHT-AH-HB", "tj": "LHT-ZZ-TJ", "zt": "CGZD-ZT",
           "pc": "PCS", "jj": "JJZD", "yg": "YGS"}  # fmt: skip
_NORTH = ("001", "002", "901", "902")


def unit_for(route: str, grid: str) -> str:
    """The code of the unit that handles a route's problems in a grid."""
    part = grid[9:12]
    if route == "cg":
        return "CGZD-XC-1" if part in _NORTH else "CGZD-XC-2"
    return f"LHT-{part}" if route == "sq" else _ROUTES[route]


def unit_name(code: str) -> str:
    """The name of a unit."""
    return next(unit.name for unit in UNITS if unit.code == code)


_SURNAMES = ("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
             "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段")  # fmt: skip
_GIVEN = ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞",
          "平", "刚", "桂英", "建国", "建华", "志强", "海燕", "晓东", "文婷", "国栋", "玉兰", "佳怡", "雨桐", "俊杰",
          "浩然", "思远", "晓梅", "春华", "秋月", "立新", "永康", "小红", "红梅", "惠民", "新民", "云飞", "金凤",
          "学军", "雪梅", "振华", "丽君", "海波", "建平", "亚楠", "宁", "鑫", "凯", "慧", "颖", "璐", "斌")  # fmt: skip


def _names(count: int) -> Iterator[str]:
    """Common names, each once; whoever bears one in reality is not meant."""
    dice = random.Random(_SEED)
    seen: set[str] = set()
    while len(seen) < count:
        name = dice.choice(_SURNAMES) + dice.choice(_GIVEN)
        if name not in seen:
            seen.add(name)
            yield name


_HANDLERS = {"LHT-CG": 1, "LHT-CG-HW": 3, "LHT-CG-LH": 2, "LHT-CG-SR": 2, "LHT-JS": 1, "LHT-JS-SZ": 3,
             "LHT-JS-GD": 2, "LHT-SH": 1, "LHT-AH": 1, "LHT-AH-AJ": 2, "LHT-AH-HB": 2, "LHT-ZZ-TJ": 2,
             "LHT-001": 2, "LHT-002": 2, "LHT-003": 2, "LHT-004": 2, "LHT-005": 2, "LHT-901": 1, "LHT-902": 1,
             "CGZD-XC": 1, "CGZD-XC-1": 4, "CGZD-XC-2": 4, "CGZD-ZT": 2, "PCS": 2, "JJZD": 2, "YGS": 1}  # fmt: skip

# Officers with a certificate of law enforcement: unit, how many.
_OFFICERS = {"CGZD-XC-1": 3, "CGZD-XC-2": 3, "LHT-AH-AJ": 2, "LHT-AH-HB": 1}


@dataclass(frozen=True)
class Staff:
    """Everyone, and who does what in the plan: usernames by post."""

    people: tuple[PersonPlan, ...]
    duties: tuple[Duty, ...]
    inspectors: dict[str, str]
    """Username by grid."""
    captains: dict[str, str]
    """Username of the inspector who also looks after the whole community, by its code."""
    handlers: dict[str, tuple[str, ...]]
    """Usernames by unit."""
    clerks: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    officers: tuple[str, ...] = field(default=())


@cache
def staff(grids: tuple[str, ...]) -> Staff:
    """The staff for these grids (their codes, in order): one inspector a grid."""
    names = _names(200)
    people: list[PersonPlan] = []

    def add(username: str, unit: str, *roles: Held, **more: object) -> str:
        number = f"LHT{len(people) + 1:04d}"
        people.append(PersonPlan(username, next(names), number, unit, roles, **more))  # type: ignore[arg-type]
        return username

    desk, centre = "LHT-ZZ-WG", "LHT-ZZ"
    add(SUPERVISOR, desk, Held(Role.INTAKE_CLERK), Held(Role.SHIFT_LEADER), Held(Role.DISPATCHER))
    inspectors, captains = _inspectors(grids, add)
    clerks = tuple(add(f"zx{n:02d}", desk, Held(Role.INTAKE_CLERK)) for n in range(1, 5))
    leaders = tuple(add(f"zb{n:02d}", desk, Held(Role.SHIFT_LEADER)) for n in range(1, 3))
    senders = tuple(add(f"zp{n:02d}", desk, Held(Role.DISPATCHER)) for n in range(1, 4))
    count = iter(range(1, 100))
    handlers = {
        unit: tuple(add(f"cz{next(count):02d}", unit, Held(Role.HANDLER)) for _ in range(number))
        for unit, number in _HANDLERS.items()
    }
    officers: list[str] = []
    for unit, number in _OFFICERS.items():
        for _ in range(number):
            order = len(officers) + 1
            certified = {"certificate_no": f"演示{order:06d}", "certificate_valid_to": date(2028, 12, 31)}
            officers.append(add(f"zf{order:02d}", unit, Held(Role.OFFICER), **certified))
    add(EDITOR, "LHT-DZ-DC", Held(Role.EDITOR))
    add("editor2", "LHT-DZ-DC", Held(Role.EDITOR))
    add(APPROVER, "LHT-DZ", Held(Role.APPROVER))
    add(SUPERVISION, "LHT-DZ-DC", Held(Role.SUPERVISION_OFFICER))
    add("leader", "LHT", Held(Role.LEADER))
    add("admin", centre, Held(Role.ADMIN))
    add("auditor", "LHT-DZ", Held(Role.AUDITOR))
    add(SUPERVISION_CLERK, "LHT-DZ-DC", Held(Role.SUPERVISION_OFFICER))
    return Staff(
        tuple(people), tuple(_duties(inspectors)), inspectors, captains, handlers, clerks, leaders, senders,
        tuple(officers),
    )  # fmt: skip


def _inspectors(grids: tuple[str, ...], add: Callable[..., str]) -> tuple[dict[str, str], dict[str, str]]:
    """One a grid; the first of each community or special grid holds the role for all of it."""
    inspectors: dict[str, str] = {}
    captains: dict[str, str] = {}
    for number, grid in enumerate(grids, start=1):
        part = grid[:12]
        held: tuple[Held, ...] = (Held(Role.INSPECTOR, grid),)
        if part not in captains:
            held = (*held, Held(Role.INSPECTOR, part))
        inspectors[grid] = add(f"wg{number:03d}", f"LHT-{part[-3:]}", *held)
        captains.setdefault(part, inspectors[grid])
    return inspectors, captains


def _duties(inspectors: dict[str, str]) -> Iterator[Duty]:
    """The five lines of work in one: the inspector walks for all of them, units answer beside."""
    for grid, username in inspectors.items():
        for line in WorkLine:
            yield Duty(grid, line, person=username)
        yield Duty(grid, WorkLine.UPKEEP, unit=f"LHT-{grid[9:12]}")
        yield Duty(grid, WorkLine.CIVILITY, unit="LHT-CG")
        yield Duty(grid, WorkLine.PUBLIC_ORDER, unit="PCS")
        yield Duty(grid, WorkLine.ENVIRONMENT_SAFETY, unit="LHT-AH")
