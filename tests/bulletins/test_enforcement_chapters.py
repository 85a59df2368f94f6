"""Chapters of joint enforcement, night rounds, supervision and the year: a sentence only where records carry it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gridops.bulletins.rules import annex, chapters, enforcement, yearly
from gridops.bulletins.rules.matter import Matter
from gridops.core import periods

MARCH = periods.parse("2017-03")
FACTS = ("operations.held", "rounds.held", "discipline.checks", "matters.total", "problems.named")


def matter(period: str = "2017-03", tables: dict[str, list[dict[str, Any]]] | None = None, **figures: Any) -> Matter:
    """Figures by their keys with `__` for the dot."""
    told = {key.replace("__", "."): {"value": value} for key, value in figures.items()}
    return Matter(periods.parse(period), told, tables or {}, today=date(2017, 4, 5))


def said(found: chapters.Chapter | None) -> str:
    return "" if found is None else "\n".join(found.paragraphs)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({}, ""),  # nobody called: no chapter
        (
            {"hotline__should_contact": 31, "hotline__contacted": 30, "hotline__response_rate": "96.77",
             "hotline__revisited": 12, "hotline__solved": 11, "hotline__solved_rate": "91.67",
             "hotline__satisfied": 9, "hotline__satisfied_rate": "75.00"},
            "12345工单应联系来电人31件，按时联系30件，响应率96.77%。回访12件，已解决11件，解决率91.67%；满意9件，满意率75.00%。",
        ),
        # Nobody was asked in the period: no rate without a denominator.
        (
            {"hotline__should_contact": 1, "hotline__contacted": 0, "hotline__response_rate": "0.00"},
            "12345工单应联系来电人1件，按时联系0件，响应率0.00%。",
        ),
    ],
)  # fmt: skip
def test_what_callers_asked_for_is_told_with_denominators(figures: dict[str, Any], sentence: str) -> None:
    assert said(enforcement.called(matter(**figures))) == sentence


ROUNDS = [{"key": str(n), "label": f"{n}", "theme": theme} for n, theme in enumerate(["涉气", "涉气", "安全生产"])]


@pytest.mark.parametrize(
    ("figures", "tables", "sentence"),
    [
        ({}, {}, ""),  # nothing done: no chapter, never 0次
        (
            {"rounds__held": 3, "rounds__officer_turns": 26, "rounds__people_turns": 26, "visits__made": 31,
             "visits__premises": 29, "findings__found": 22, "findings__corrected": 19,
             "findings__correction_rate": "86.36", "orders__to_correct": 11},
            {"rounds": ROUNDS, "penalties_by_kind": [{"label": "区环保局", "authority": "区环保局", "premises": 2}]},
            ("组织夜查3次（涉气2次、安全生产1次），出动执法人员26人次，检查企业31家次（29家），发现问题22项，已整改19项，"
            "整改率86.36%。\n责令改正11家，由区环保局依法对2家企业作出行政处罚。"),
        ),  # the model of March 2017
        (
            {"rounds__held": 1, "rounds__people_turns": 5, "rounds__officer_turns": 2, "visits__made": 4,
             "visits__premises": 4},
            {"rounds": ROUNDS[:1]},
            "组织夜查1次，出动5人次，其中执法人员2人次，检查企业4家次，未发现问题。",
        ),  # zero is 未发现
        (
            {"rounds__held": 1, "visits__made": 2, "visits__premises": 1, "findings__found": 2,
             "findings__corrected": 2,
             "penalties__opened": 2, "penalties__decided": 1, "penalties__fined_yuan": "12500.00"},
            {"rounds": ROUNDS[:1]},
            "组织夜查1次，检查企业2家次（1家），发现问题2项，均已整改。\n立案查处2起，作出行政处罚决定1起，罚款1.25万元。",
        ),  # premises visited twice; a sum in text in 万元
        (
            {"rounds__held": 1, "penalties__decided": 1, "penalties__fined_yuan": "800.00", "visits__rechecks": 2},
            {"rounds": ROUNDS[:1]},
            "组织夜查1次，复查2家次。\n作出行政处罚决定1起，罚款800元。",
        ),
    ],
)  # fmt: skip
def test_a_month_of_night_rounds_is_told(figures: dict[str, Any], tables: Any, sentence: str) -> None:
    assert said(enforcement.night(matter(tables=tables, **figures))) == sentence


CAMPAIGN = {"key": "a", "label": "非法客运站整治", "operations": 4, "agencies": ["城管", "派出所"]}
OTHER = {"key": "b", "label": "篷车专项整治", "operations": 2, "agencies": ["城管", "交警", "运管"]}


@pytest.mark.parametrize(
    ("figures", "rows", "sentence"),
    [
        ({}, [], ""),
        (
            {"operations__held": 6, "operations__people_turns": 96, "tallies__persuaded": 112, "tallies__tidied": 340,
             "referrals__sent": 3, "referrals__answered": 2},
            [CAMPAIGN, OTHER],
            ("城警联动开展专项整治6次，城管、派出所、交警、运管共出动96人次，劝导112人次，规范摆放车辆340辆。\n"
            "其中非法客运站整治4次、篷车专项整治2次。\n移送线索3起，已反馈2起。"),
        ),
        (
            {"operations__held": 4, "operations__people_turns": 9, "incidents__seized": 1, "referrals__sent": 1},
            [{**CAMPAIGN, "agencies": ["城管"]}],
            "城警联动开展专项整治4次，城管出动9人次。\n依法扣押1起，移送线索1起，尚未反馈。",
        ),
    ],
)  # fmt: skip
def test_a_month_of_joint_enforcement_is_told(figures: dict[str, Any], rows: list[Any], sentence: str) -> None:
    assert said(enforcement.joint(matter(tables={"by_campaign": rows}, **figures))) == sentence


LATE = {"key": "1", "label": "某小区楼道堆物", "unit": "盘龙社区居民委员会", "state": "overdue", "streak": 2}


@pytest.mark.parametrize(
    ("figures", "rows", "sentence"),
    [
        ({}, [], ""),
        ({"problems__named": 3, "problems__corrected": 3}, [], "上期通报问题3项，均已整改。"),
        ({"problems__named": 1, "problems__corrected": 1}, [], "上期通报问题1项，已整改。"),
        (
            {"problems__named": 18, "problems__corrected": 16, "problems__correction_rate": "88.89"},
            [LATE, {**LATE, "key": "2", "label": "河道漂浮物", "streak": 1}],
            (
                "上期通报问题18项，已整改16项，整改率88.89%。\n"
                "某小区楼道堆物、河道漂浮物2项未按期完成（连续2期通报），请盘龙社区居民委员会于4月12日前完成并书面反馈。"
            ),
        ),
        (
            {"problems__named": 2, "problems__corrected": 0},
            [{**LATE, "state": "open"}, {**LATE, "state": "open"}],
            "上期通报问题2项，均未完成整改。\n另有2项尚在整改期限内。",
        ),
    ],
)
def test_what_the_issue_before_named_is_followed_up(figures: dict[str, Any], rows: list[Any], sentence: str) -> None:
    assert said(enforcement.followed_up(matter(tables={"problems": rows}, **figures))) == sentence


@pytest.mark.parametrize(
    ("figures", "rows", "sentence"),
    [
        ({}, [], ""),
        (
            {"discipline__checks": 2, "discipline__units": 15},
            [],
            "开展明察暗访2次，检查科室、社区15个。暂无经核实的违反工作纪律问题。",
        ),
        (
            {"discipline__checks": 2, "discipline__units": 15, "discipline__verified": 1},
            [
                {
                    "unit": "建设科",
                    "label": "1名工作人员工作时间脱岗",
                    "verified": True,
                    "outcome": "已由所在部门谈话提醒",
                }
            ],
            ("开展明察暗访2次，检查科室、社区15个。\n经核实，建设科1名工作人员工作时间脱岗，已由所在部门谈话提醒。"),
        ),
    ],
)
def test_discipline_is_told_by_what_was_verified(figures: dict[str, Any], rows: list[Any], sentence: str) -> None:
    assert said(enforcement.discipline(matter(tables={"discipline": rows}, **figures))) == sentence


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (
            {"matters__total": 10, "matters__on_track": 8, "matters__late": 2},
            "重点督查事项10项，正常推进8项、滞后2项。",
        ),
        ({"matters__total": 3, "matters__on_track": 3}, "重点督查事项3项，均正常推进。"),
        ({"assessment__problems": 14, "assessment__corrected": 14}, "上级考核下发问题14件，均已整改。"),
        ({"assessment__problems": 1}, "上级考核下发问题1件，尚未整改。"),
        ({}, ""),
    ],
)
def test_what_comes_from_above_is_told(figures: dict[str, Any], sentence: str) -> None:
    assert said(enforcement.from_above(matter(**figures))) == sentence


def test_a_score_is_told_by_who_gave_it_and_its_place() -> None:
    row = {"label": "总分", "assessor": "district", "score": "94.31", "rank": 1, "of": 9, "total": True}
    items = {"label": "河道", "assessor": "city", "score": "9.10", "rank": None, "of": None, "total": False}
    assert (
        said(enforcement.from_above(matter(tables={"scores": [row, items]}))) == "区考核得分94.31分，列9个街道第1位。"
    )
    assert said(enforcement.from_above(matter(tables={"scores": [items]}))) == "考核得分和位次见附表。"


def test_scores_of_several_months_name_their_month() -> None:
    row = {"label": "总分", "assessor": "district", "score": "94.31", "rank": 1, "of": 9, "total": True}
    rows = [row | {"month": "2017-04"}, row | {"month": "2017-05", "score": "91.27", "rank": 4}]
    assert said(enforcement.from_above(matter("2017-Q2", tables={"scores": rows}))) == (
        "4月份区考核得分94.31分，列9个街道第1位；5月份区考核得分91.27分，列9个街道第4位。"
    )


def test_the_year_says_what_the_records_carry() -> None:
    names = ["非法客运站整治", "偷倒垃圾巡查", "非机动车乱停放整治", "篷车专项整治", "小区治安巡逻"]
    rows = [{"label": name, "operations": 4, "agencies": ["城管", "派出所", "交警", "运管"]} for name in names]
    penalties = [
        {"label": "新北区环境保护局", "authority": "新北区环境保护局", "premises": 9, "premises_by_month": 11},
        {"label": "新北区安监局", "authority": "新北区安监局", "premises": 5, "premises_by_month": 6},
    ]
    told = matter(
        "2017",
        {"by_campaign": rows, "penalties_by_kind": penalties},
        rounds__held=30, visits__made=200, visits__premises=120, premises__penalised=14, operations__held=20,
        premises__penalised_by_others=14, premises__penalised_each_month=17,
        operations__people_turns=400, bulletins__issued=10, problems__named=50, problems__correction_rate="96.00",
        grids__count=60, grids__staffed=60, grids__coverage="100.00",
    )  # fmt: skip
    text = "\n".join("\n".join(chapter.paragraphs) for chapter in chapters.compose(told, "yearly"))
    for sentence in (
        (
            "全年开展各类夜查30次，检查企业200家次（120家），由环保、安监部门依法对14家存在违法行为的企业作出行政处罚"
            "（各月合计17家次，已去重）。"
        ),
        (
            "整合城管、派出所、交警、运管力量，集中开展非法客运站、偷倒垃圾、非机动车乱停放、篷车、小区治安等5项整治，"
            "出动20次400人次。"
        ),
        "累计印发督查通报10期，通报问题50项，整改率96.00%。",
        "整合5类工作网格为一张网，划分网格60个，覆盖率100%。",
    ):
        assert sentence in text
    assert yearly.span(matter("2017-YTD-11")) == "截至11月底"
    assert chapters.compose(matter("2017"), "yearly") == []


@pytest.mark.parametrize(
    ("others", "said_so"),
    [
        (3, "由环保部门依法对3家存在违法行为的企业作出行政处罚"),  # nobody else decided
        (2, "依法对3家存在违法行为的企业作出行政处罚，其中由环保部门处罚2家"),  # one the street alone
        (0, "依法对3家存在违法行为的企业作出行政处罚。"),  # the street all of them
    ],
)
def test_the_year_tells_the_streets_own_decisions_apart(others: int, said_so: str) -> None:
    rows = [{"label": "区环境保护局", "authority": "区环境保护局", "premises": others}] if others else []
    told = matter(
        "2017", {"penalties_by_kind": rows}, rounds__held=9, premises__penalised=3,
        premises__penalised_by_others=others, premises__penalised_each_month=3,
    )  # fmt: skip
    chapter = yearly.night(told)
    assert chapter is not None
    assert said_so in chapter.paragraphs[0]


def test_months_among_the_first_three_are_those_of_the_district() -> None:
    row = {"label": "总分", "score": "94.31", "of": 9, "total": True}
    rows = [
        row | {"month": "2017-01", "assessor": "district", "rank": 1},
        row | {"month": "2017-01", "assessor": "city", "rank": 1},
        row | {"month": "2017-02", "assessor": "third_party", "rank": 2},
        row | {"month": "2017-03", "assessor": "district", "rank": 4},
    ]
    chapter = yearly.from_above(matter("2017", {"scores": rows}))
    assert chapter is not None
    assert chapter.paragraphs[0] == "区考核1个月居前三位。"


def test_penalties_of_a_month_without_a_round_have_a_chapter_to_themselves() -> None:
    figures = {"penalties__opened": 2, "penalties__decided": 1, "penalties__fined_yuan": "5000.00"}
    chapter = enforcement.night(matter(**figures))
    assert chapter is not None
    assert (chapter.heading, chapter.paragraphs) == (
        "行政处罚", ("立案查处2起，作出行政处罚决定1起，罚款5000元。",),
    )  # fmt: skip
    assert enforcement.night(matter()) is None


def test_the_annex_has_a_table_for_everything_there_is() -> None:
    tables = {
        "problems": [LATE | {"due_on": "2017-03-20"}],
        "by_campaign": [{**CAMPAIGN, "people_turns": 9}],
        "rounds": [{"key": "1", "label": "x", "day": "2017-03-05", "theme": "涉气", "visits": 3}],
        "penalties_by_kind": [{"label": "区环保局", "authority": "区环保局", "others_decided": 2}],
        "scores": [{"label": "总分", "assessor": "district", "score": "92.50", "full": "100.00", "rank": 3, "of": 18}],
    }
    made = annex.annexed({}, tables, None, ["说明"], "社区")
    captions = [block.caption for block in made.blocks if hasattr(block, "caption")]
    assert captions == [
        "附表1　上期通报问题整改情况",
        "附表2　专项整治情况",
        "附表3　夜查情况",
        "附表4　行政处罚情况",
        "附表5　上级考核得分",
    ]
    cells = [row for block in made.blocks if hasattr(block, "caption") for row in block.rows]
    assert ("某小区楼道堆物", "盘龙社区居民委员会", "3月20日", "超期未整改（连续2期）") in cells
    assert ("总分", "区", "92.50/100.00", "3/18") in cells
