"""From the document of a period to the page model of an official paper: head, text, charts, annexed tables, foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.bulletins.rules import words
from gridops.bulletins.rules.annex import Trend, annexed
from gridops.bulletins.rules.life import STATUS_ZH, Status
from gridops.core.periods import Period, PeriodKind
from gridops.documents.rules import paper
from gridops.documents.rules.wording import chinese_date


@dataclass(frozen=True, slots=True)
class Head:
    """What stands around the text; from the series' settings, the bulletin's numbers and its state."""

    head: str
    title: str
    office: str
    addressee: str
    status: Status
    issue_line: str = ""
    day: date | None = None
    foot: tuple[tuple[str, str], ...] = ()
    as_of: datetime | None = None
    parts: str = "网格"
    digest: str | None = None
    one_page: bool = False


def build(
    head: Head,
    period: Period,
    text: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    trend: Trend | None,
    notes: Sequence[str],
) -> paper.Paper:
    """The whole paper. `text` is the edited text, [{level, heading, paragraphs}]; `notes` go below 统计说明."""
    total = {key.removeprefix("cases."): figure["value"] for key, figure in figures.items()}
    body: list[paper.Block] = []
    for chapter in text:
        if chapter.get("heading"):
            body.append(paper.Heading(chapter.get("level", 1), chapter["heading"]))
        body += [paper.Paragraph(paragraph) for paragraph in chapter["paragraphs"]]
    if head.one_page and notes:
        body.append(paper.Paragraph("".join(notes), lead="注："))
    months = period.kind not in {PeriodKind.WEEK, PeriodKind.MONTH}
    made = notes and not head.one_page
    draft = head.status is Status.DRAFT
    return paper.Paper(
        title=head.title,
        body=tuple(body),
        head=head.head,
        issue_line=head.issue_line,
        left_line=head.office,
        right_line=chinese_date(head.day) if head.day else STATUS_ZH[head.status],
        watermark="拟稿" if draft else "",
        addressee=head.addressee,
        annexes=(annexed(total, tables, trend, notes, head.parts, months),) if made else (),
        one_page=head.one_page,
        foot=paper.Foot(
            lines=tuple(paper.FootLine(label, who) for label, who in head.foot if who),
            office=head.office,
            printed=chinese_date(head.day) if head.day else "",
        ),
        day=head.day or period.end_day,
        author=head.office,
    )


def title(name: str, period: Period) -> str:
    """关于2017年3月份城市管理工作情况的通报: `name` is what the series reports on."""
    return f"关于{words.period_name(period, with_year=True)}{name}情况的通报"


def corrected_decisions(period: Period, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """统计说明: fines of an earlier paper that were changed or revoked since, one line for each paper."""
    told: dict[str, list[str]] = {}
    for row in rows:
        now = "不再计入" if row["now_yuan"] is None else f"更正为{row['now_yuan']}元"
        told.setdefault(row["period"], []).append(f"原为{row['was_yuan']}元，{now}")
    return [
        f"{words.label_name(label, period)}通报罚款数更正{len(changes)}处：{'；'.join(changes)}。"
        for label, changes in sorted(told.items())
    ]


# 补报 of enforcement: column of `late_work`, how it is told.
_LATE = (
    ("rounds", "夜查{}次"),
    ("visits", "检查{}家次"),
    ("outings", "联合整治{}次"),
    ("decided", "本机关处罚决定{}件"),
    ("others_decided", "其他机关处罚决定{}件"),
)
_LATE_YUAN = (("fined_yuan", "罚款{}元"), ("paid_yuan", "缴纳罚没款{}元"))


def late_work(period: Period, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """统计说明: rounds, outings, decisions and payments of earlier periods that arrived after their freeze."""
    found = []
    for row in rows:
        told = [said.format(row[name]) for name, said in _LATE if row[name]]
        told += [said.format(row[name]) for name, said in _LATE_YUAN if row[name] != "0.00"]
        found.append(f"另补报{words.label_name(row['period'], period)}{'、'.join(told)}，不计入本期。")
    return found


def notes(period: Period, as_of: datetime, late: Sequence[Mapping[str, Any]], digest: str | None) -> list[str]:
    """统计说明: what was counted when, what came late, how it is rounded, and the digest of the counted rows."""
    told = [f"统计时段：{words.span(period)}；数据提取：{words.instant(as_of, period)}。"]
    if as_of < period.end:
        told.append(
            "统计时段尚未结束，以上为数据提取时的情况；办理时限在此之后届满的案件，不计入应处置、应结案和超期。"
        )
    told += [
        f"另补报{words.label_name(row['period'], period)}上报问题{row['reported']}件，不计入本期上报数。"
        for row in late
    ]
    told.append("百分比四舍五入，保留两位小数；立案率为同期流量之比，不是同一批案件。")
    told.append("应结案数含上期结转，应处置、应结案等期末口径不可跨期相加。")
    if digest:
        # In groups: as one long word it could not be broken, and would stretch the line before it.
        told.append(f"数据校验码（SHA-256）：{' '.join(digest[i : i + 8] for i in range(0, len(digest), 8))}。")
    return told
