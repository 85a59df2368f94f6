"""A whole bulletin to look at and to test with: every part of a paper, more than three pages."""

from datetime import date
from io import BytesIO

from PIL import Image

from gridops.documents.rules import (
    Annex,
    Cell,
    Chart,
    Column,
    Foot,
    FootLine,
    Heading,
    Paper,
    Paragraph,
    Series,
    Signature,
    Table,
)

LONG_HAN = "龙虎塘街道办事处督查室网格化管理中心城市管理行政执法局" * 40

UNITS = Table(
    columns=(Column("center", 0.5), Column("left", 1.6), Column(), Column(), Column(), Column("left", 1.4)),
    header=(
        (Cell("序号", rowspan=2), Cell("承办单位", rowspan=2), Cell("件数（件）", colspan=2),
         Cell("按期处置率", rowspan=2), Cell("备注", rowspan=2)),
        ("应处置", "按期处置"),
    ),
    rows=(
        ("1", "城管中队", "186", "181", "97.31%", ""),
        ("2", "市政绿化所", "96", "90", "93.75%", ""),
        ("3", "环境卫生管理站", "68", "62", "91.18%", "退件2件"),
        ("4", "物业管理办公室", "42", "31", "73.81%", "低于平均19.24个百分点"),
        ("5", "喆垚玥珺社区居民委员会", "4", "4", "100%", "件数较少，不参与排名"),
        (Cell("合计", colspan=2, strong=True), Cell("396", strong=True), Cell("368", strong=True),
         Cell("92.93%", strong=True), ""),
    ),
    caption="部门办理情况表",
    note="注：应处置数含上期结转；件数不足5件的单位不参与排名。",
)  # fmt: skip

TREND = Chart(
    "trend",
    "图1　近十二个月上报与结案情况",
    tuple(f"{m}月" for m in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)),
    (
        Series("上报", (880, 912, 954, 1003, 1040, 998, 921, 905, 890, 702, 640, 1072)),
        Series("结案", (801, 850, None, 930, 981, 960, 870, 861, 820, 650, 590, 981)),
    ),
    unit="件",
)
BARS = Chart(
    "bars",
    "图2　高发问题前六类",
    ("非机动车乱停放", "暴露垃圾", "店外经营", "机动车乱停放", "违规户外广告", "绿地脏乱"),
    (Series("上报", (231, 187, 164, 98, 61, 33)),),
    unit="件",
    emphasis=("非机动车乱停放", "暴露垃圾", "店外经营"),
)


def problem_list(rows: int) -> Table:
    """A long list of problems for an annex."""
    return Table(
        columns=(Column(weight=0.6), Column("left", 2.2), Column(weight=1.3), Column(weight=1.5), Column(weight=1.1),
                 Column()),
        header=(("序号", "地点", "类别", "责任单位", "整改时限", "状态"),),
        rows=tuple(
            (str(i), f"新景花苑{i}幢南侧通道口", "楼道堆物", "新景社区", "4月15日", "已整改" if i % 9 else "未整改")
            for i in range(1, rows + 1)
        ),
    )  # fmt: skip


def monthly(rows: int = 60) -> Paper:
    """The monthly 督查通报."""
    say = Paragraph
    return Paper(
        head="龙虎塘街道督查通报",
        issue_line="第3期（总第3期）",
        left_line="党政办（督查室）编",
        right_line="2017年4月5日",
        title="关于2017年3月份督查情况的通报",
        addressee="各部门、科室、社区，各驻街单位",
        body=(
            Heading(1, "总体情况"),
            say("3月份共上报问题1072件，其中自行处置638件；受理421件，立案412件，立案率97.86%，立案数环比下降5.50%。"
                "应结案396件（上期结转21件、本期到期344件、提前结案31件），结案381件，结案率96.21%；按期结案362件，"
                "按期结案率91.41%，环比上升3.46个百分点。期末在办89件，其中超期未结案15件。"),
            TREND,
            Heading(1, "上期通报问题整改"),
            say("上期通报问题18项，已整改16项，整改率88.89%。新景花苑楼道堆物等2项未按期完成，请新景社区4月15日前完成"
                "并书面反馈（见附件1）。"),
            Heading(1, "高发问题与片区"),
            Heading(2, "类别分布"),
            say("非机动车乱停放、暴露垃圾、店外经营居前三位；其中店外经营夜间20时至22时较为集中。"),
            BARS,
            Heading(2, "片区分布"),
            Heading(3, "北片"),
            say("北片上报412件，占38.43%。"),
            Heading(4, "沿街商铺"),
            say("店外经营96件，集中在河海路一线。"),
            Heading(1, "部门办理"),
            say("按期处置率街道平均为93.05%。物业管理办公室应处置42件，按期处置31件，按期处置率73.81%，低于平均19.24个"
                "百分点。"),
            UNITS,
            Heading(1, "存在问题"),
            say("部分案件临近时限才开始处置。", lead="一是处置不够及时。"),
            say("本月退件9件，经核定应由接件单位办理的6件。", lead="二是推诿退件。"),
            Heading(1, "下一步要求"),
            say("请上述单位于4月12日前报送整改情况；街道督查室4月20日前组织回头看。"),
        ),
        signature=Signature(("龙虎塘街道党政办公室",), "2017年4月5日"),
        annexes=(
            Annex("上期通报问题整改情况表", (problem_list(rows),)),
            Annex("统计说明", (
                say("统计时段3月1日0时至3月31日24时；另补报2月4件；百分比四舍五入；第2期罚款数更正1处。"),)),
        ),
        foot=Foot(
            (FootLine("报", "区委办公室、区政府办公室，区城市管理局。"),
             FootLine("送", "街道党工委、办事处领导。"),
             FootLine("发", "各部门、科室、社区，各驻街单位，派出所、交警中队、运管所、环境保护所、市场监管分局。")),
            office="龙虎塘街道党政办公室",
            printed="2017年4月5日",
            copies=80,
        ),
        day=date(2017, 4, 5),
        author="龙虎塘街道党政办公室",
    )  # fmt: skip


def photo(width: int = 64, height: int = 48) -> bytes:
    """A small PNG."""
    kept = BytesIO()
    Image.new("RGB", (width, height), (120, 140, 160)).save(kept, "PNG")
    return kept.getvalue()
