"""The page model of a bulletin: what stands in its annex, and how its tables are laid out."""

from dataclasses import replace
from datetime import date
from typing import Any

from gridops.bulletins.rules import annex, page
from gridops.bulletins.rules.life import Status
from gridops.core.periods import parse
from gridops.documents.html import fragment
from gridops.documents.rules import Chart, Heading, Paragraph, Table
from gridops.documents.rules.paper import Paper as Page
from gridops.documents.rules.paper import annex_labels, annex_list

PERIOD = parse("2017-03")
HEAD = page.Head(
    head="城市管理月报", title="关于2017年3月份城市管理工作情况的通报", office="督查室", addressee="各部门",
    status=Status.ISSUED, day=date(2017, 4, 5), parts="社区",
)  # fmt: skip
TREND = annex.Trend(("1月", "2月", "3月"), (90, 120, 110), (95, 100, 110))
FIGURES = {"cases.filed": {"value": 110}, "cases.closed": {"value": 110}}
DIGEST = f"数据校验码（SHA-256）：{'0123abcd ' * 8}。"


def unit(key: str, label: str, rate: str, **more: Any) -> dict[str, Any]:
    counted = {"dispatched": 20, "should_handle": 20, "handled": 20, "handled_on_time": 10, "overdue_open": 0}
    return {"key": key, "label": label, **counted, "on_time_handling_rate": rate, "rework": 0, "returned": 0, **more}


def built(trend: annex.Trend | None = TREND) -> Page:
    tables = {
        "by_unit": [
            unit("a", "环境卫生管理所", "50.00"),
            unit("b", "城管中队", "50.00"),
            unit("c", "市政所", "25.00", handled_on_time=5),
        ],
        "top_events": [{"label": "暴露垃圾", "filed": 60}, {"label": "店外经营", "filed": 50}],
    }
    text = [{"level": 1, "heading": "总体情况", "paragraphs": ["甲。"]}]
    return page.build(HEAD, PERIOD, text, FIGURES, tables, trend, ["统计时段。", DIGEST])


def test_the_annex_is_named_below_the_body() -> None:
    paper = built()
    assert annex_labels(paper.annexes) == ["附件"]
    assert annex_list(paper) == [("附件：", "附表、附图和统计说明")]
    assert '<p class="paper-annexes">附件：附表、附图和统计说明</p>' in fragment(paper)


def test_charts_stand_numbered_between_the_tables_and_the_notes() -> None:
    paper = built()
    assert not [block for block in paper.body if isinstance(block, Chart)]
    kinds = [type(block) for block in paper.annexes[0].blocks]
    assert kinds == [Table, Chart, Chart, Heading, Paragraph, Paragraph]
    titles = [block.title for block in paper.annexes[0].blocks if isinstance(block, Chart)]
    assert titles == ["附图1　立案与结案走势", "附图2　立案数居前的事件类问题"]
    alone = [block.title for block in built(None).annexes[0].blocks if isinstance(block, Chart)]
    assert alone == ["附图1　立案数居前的事件类问题"]


def test_only_the_line_of_the_digest_is_ragged() -> None:
    told = [block for block in built().annexes[0].blocks if isinstance(block, Paragraph)]
    assert [block.ragged for block in told] == [False, True]
    assert fragment(built()).count('class="paper-text paper-ragged"') == 1


def test_heads_break_between_their_words_and_names_have_room() -> None:
    table = next(block for block in built().annexes[0].blocks if isinstance(block, Table))
    assert table.header[0] == (
        "部门", "派遣", "应处置", "处置", "按期\n处置", "按期\n处置率", "位次", "超期\n未结", "返工", "退件"
    )  # fmt: skip
    assert [row[6] for row in table.rows] == ["并列1", "并列1", "3", "—"]
    assert table.share(0) == max(table.share(i) for i in range(len(table.columns)))
    assert table.share(6) < table.share(0) / 2


def test_a_year_has_its_months_at_a_glance_and_the_totals_of_its_scores() -> None:
    """A month never locked is a gap; the whole is that of the year, never the sum of the months."""
    months = ({"label": "1月", "cases.filed": 40}, {"label": "2月", "cases.filed": None})
    trend = annex.Trend(("1月", "2月"), (40, None), (39, None), months)
    score = {"month": "2017-02", "assessor": "district", "score": "93.58", "full": "100.00", "rank": 2, "of": 9}
    tables = {
        "scores": [score | {"label": "总分", "total": True}, score | {"label": "河道", "total": False}],
        "penalties_by_kind": [
            {"label": "警告", "authority": "", "decided": 1, "premises": 1, "fined_yuan": "0.00"},
            {"label": "区环保局", "authority": "区环保局", "others_decided": 2, "premises": 2},
        ],
    }
    paper = page.build(HEAD, parse("2017"), [], {"cases.filed": {"value": 110}}, tables, trend, ["统计时段。"])
    first, penalties, scores = (block for block in paper.annexes[0].blocks if isinstance(block, Table))
    assert first.caption == "附表1　各月主要指标"
    assert [(row[0], row[2]) for row in first.rows] == [("1月", "40"), ("2月", "—"), ("合计", "110")]
    assert penalties.rows == (("本机关", "警告", "1", "1", "0.00"), ("区环保局", "—", "2", "2", "—"))
    assert scores.rows == (("2月", "区", "93.58/100.00", "2/9"),)


def test_a_weekly_paper_has_a_note_and_no_annex() -> None:
    paper = page.build(replace(HEAD, one_page=True), parse("2017-W12"), [], {}, {}, None, ["统计时段。", "舍入。"])
    assert (paper.annexes, paper.one_page) == ((), True)
    assert paper.body == (Paragraph("统计时段。舍入。", lead="注："),)
