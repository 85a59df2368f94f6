"""What the demo's enforcement and supervision are called: themes, agencies, campaigns, facts. All of it made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢"
GIVEN = ("建明", "志远", "晓峰", "文斌", "海涛", "国平", "卫东", "立军", "小兵", "春林", "永明", "雪峰", "玉华", "俊")
FIRST = (
    "恒远",
    "瑞丰",
    "华盛达",
    "金禾",
    "永兴",
    "新源",
    "嘉润",
    "正和",
    "宏泰",
    "捷安",
    "东驰",
    "明德",
    "利达",
    "星辉",
)
TRADES = ("机械", "塑业", "纺织", "电子", "涂料", "木业", "金属制品", "包装", "食品", "新材料")

ENVIRONMENT = "新北区环境保护局"
SAFETY = "新北区安全生产监督管理局"
FIRE = "新北区公安消防大队"


@dataclass(frozen=True)
class Theme:
    """What a night round looks at, with which agency, and who penalises."""

    name: str
    agency: str
    authority: str


THEMES = (
    Theme("涉气", "environment", ENVIRONMENT),
    Theme("安全生产", "work_safety", SAFETY),
    Theme("涉气", "environment", ENVIRONMENT),
    Theme("消防", "fire", FIRE),
    Theme("安全生产", "work_safety", SAFETY),
    Theme("餐饮油烟", "environment", ENVIRONMENT),
    Theme("工地扬尘", "environment", ENVIRONMENT),
)
MARKS = {
    "environment": "苏环执D",
    "work_safety": "苏安执D",
    "fire": "苏消执D",
    "police_station": "苏公执D",
    "traffic_police": "苏交警D",
    "transport_administration": "苏运执D",
    "urban_management": "苏城执D",
}


@dataclass(frozen=True)
class LegalAct:
    """An act that is never a bare tally: its kind, who does it by which clause, on what, for how many days."""

    kind: str
    agency: str
    basis: str
    items: str
    days: int
    mark: str = ""


@dataclass(frozen=True)
class Campaign:
    """Who goes out on a campaign and when, what is counted, and what may have to be done by law."""

    agencies: tuple[str, ...]
    hours: tuple[int, ...]
    tallies: Mapping[str, tuple[int, int]]
    acts: tuple[LegalAct, ...]
    incidents: float


_ALL = ("urban_management", "police_station", "traffic_police", "transport_administration")
_TO_TRANSPORT = LegalAct(
    "referred", "police_station", "道路运输条例第六十三条", "涉嫌未取得许可从事道路客运经营的线索材料", 20
)
_TO_URBAN = LegalAct("referred", "urban_management", "城市市容和环境卫生管理条例第三十四条", "偷倒建筑垃圾线索材料", 20)
_IMPOUND = LegalAct("impounded", "traffic_police", "道路交通安全法第九十六条", "无号牌车辆1辆", 25, "龙交扣")
_SEIZE = LegalAct("seized", "urban_management", "城市市容和环境卫生管理条例第三十六条", "占道经营工具1套", 25, "龙城扣")
_PRESERVE = LegalAct("preserved", "urban_management", "行政处罚法第三十七条", "运输单据1份、照片6张", 7, "龙城存")

CAMPAIGNS = {
    "ZX2017-01": Campaign(
        _ALL, (6, 17, 19), {"persuaded": (6, 28), "leaflets": (10, 60)}, (_TO_TRANSPORT, _IMPOUND), 0.5
    ),
    "ZX2017-02": Campaign(
        ("urban_management", "police_station"),
        (20, 21, 22),
        {"cleared": (2, 9), "leaflets": (8, 40)},
        (_TO_URBAN, _PRESERVE),
        0.4,
    ),
    "ZX2017-03": Campaign(
        ("urban_management", "traffic_police"), (8, 17), {"persuaded": (10, 40), "tidied": (60, 190)}, (_SEIZE,), 0.15
    ),
    "ZX2017-04": Campaign(_ALL, (19, 20, 21), {"persuaded": (4, 16), "leaflets": (5, 30)}, (_IMPOUND, _TO_URBAN), 0.5),
    "ZX2017-05": Campaign(
        ("police_station", "urban_management"),
        (19, 20),
        {"persuaded": (8, 30), "cleared": (2, 12), "leaflets": (40, 120)},
        (_TO_URBAN,),
        0.15,
    ),
}

# Units that are looked at and named (staff.UNITS), by their codes.
UNITS = (
    "LHT-CG-HW",
    "LHT-CG-LH",
    "LHT-CG-SR",
    "LHT-JS-SZ",
    "LHT-JS-GD",
    "LHT-SH",
    "LHT-AH-AJ",
    "LHT-AH-HB",
    "LHT-ZZ-TJ",
    "LHT-001",
    "LHT-002",
    "LHT-003",
    "LHT-004",
    "LHT-005",
    "LHT-901",
    "LHT-902",
)
_COMMUNITIES = ("LHT-001", "LHT-002", "LHT-003", "LHT-004", "LHT-005")
FACTS = (
    ("1名工作人员工作时间脱岗", "已由所在部门谈话提醒"),
    ("1名工作人员上午迟到", "已由所在部门批评教育"),
    ("值班电话无人接听", "已要求限期整改值班制度"),
    ("办事窗口未公示工作人员去向", "已当场纠正"),
)
PROBLEMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("{place}楼道堆物", _COMMUNITIES),
    ("{place}周边暴露垃圾", ("LHT-CG-HW", *_COMMUNITIES)),
    ("{place}绿化带杂物", ("LHT-CG-LH",)),
    ("{place}门前店外经营", ("LHT-CG-SR",)),
    ("{place}路面破损积水", ("LHT-JS-SZ",)),
    ("{place}施工围挡破损", ("LHT-JS-GD",)),
    ("{place}飞线充电", _COMMUNITIES),
    ("{place}小广告未清理", ("LHT-CG-SR", *_COMMUNITIES)),
)
PLACES = (
    "听松苑",
    "云栖商业街",
    "荷香苑",
    "青枫里",
    "梧桐公寓",
    "兰桂苑",
    "后巷村",
    "站前商业街",
    "盘龙菜场",
    "北塘新村",
)
MATTERS = (
    ("听松路沿线环境综合整治", "LHT-CG", 1, 6),
    ("盘龙菜场改造提升", "LHT-SH", 1, 9),
    ("青漪河岸线清理", "LHT-AH", 1, 5),
    ("北塘安置房配套道路建设", "LHT-JS", 1, 10),
    ("老旧小区技防设施改造", "LHT-ZZ", 2, 8),
    ("垃圾分类示范点建设", "LHT-CG", 2, 11),
    ("散乱污企业排查整治", "LHT-AH", 2, 12),
    ("公交首末站周边秩序整治", "LHT-ZZ", 2, 7),
    ("口袋公园建设", "LHT-JS", 3, 11),
    ("网格化管理中心信息化建设", "LHT-ZZ", 3, 12),
)
ITEMS = ("住宅小区", "菜市场", "城中村", "河道", "垃圾分类")
