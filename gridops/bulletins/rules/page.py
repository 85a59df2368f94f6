"""From the document of a period to the page model of an official paper: head, text, charts, annexed tables, foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gridops.bulletins.rules import words
from gridops.bulletins.rules.life import STATUS_ZH, Status
from gridops.core.periods import Period
from gridops.documents.rules import paper
from gridops.documents.rules.wording import chinese_date, width
from gridops.figures.rules.ranks import Place, rank


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


@dataclass(frozen=True, slots=True)
class Trend:
    """Filed and closed cases of the last periods, oldest first, for the trend chart."""

    labels: tuple[str, ...]
    filed: tuple[int | None, ...]
    closed: tuple[int | None, ...]


_COUNTS = [
    ("reported", "上报"),
    ("self_handled", "自行处置"),
    ("accepted", "受理"),
    ("filed", "立案"),
    ("should_close", "应结案"),
    ("closed", "结案"),
    ("closing_rate", "结案率"),
    ("on_time_rate", "按期结案率"),
    ("overdue_open", "超期未结"),
]
_UNITS = [
    ("dispatched", "派遣"),
    ("should_handle", "应处置"),
    ("handled", "处置"),
    ("handled_on_time", "按期处置"),
    ("on_time_handling_rate", "按期处置率"),
    ("place", "位次"),
    ("overdue_open", "超期未结"),
    ("rework", "返工"),
    ("returned", "退件"),
]
_SOURCES = [
    ("reported", "上报"),
    ("self_handled", "自行处置"),
    ("accepted", "受理"),
    ("filed", "立案"),
    ("share", "占比"),
]
_CLASSES = [
    ("filed", "立案"),
    ("share", "占比"),
    ("should_close", "应结案"),
    ("closed", "结案"),
    ("closing_rate", "结案率"),
]
_RATES = {"closing_rate", "on_time_rate", "on_time_handling_rate", "share"}
_WIDTHS = {**dict.fromkeys(_RATES, 1.2), "place": 1.1}
_MANY_COLUMNS = 8  # beyond that a head of four characters is wider than its column


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
        annexes=(_annex(total, tables, trend, notes, head.parts),) if notes else (),
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


def _charts(tables: Mapping[str, Sequence[Mapping[str, Any]]], trend: Trend | None) -> list[paper.Block]:
    charts: list[paper.Block] = []
    if trend and sum(value is not None for value in trend.filed) > 1:
        charts.append(
            paper.Chart(
                "trend",
                "附图1　立案与结案走势",
                trend.labels,
                (paper.Series("立案", trend.filed), paper.Series("结案", trend.closed)),
                unit="件",
            )
        )
    rows = [row for row in tables.get("top_events", ()) if row.get("filed")][:10]
    if len(rows) > 1:
        labels = _distinct([str(row["label"]) for row in rows])
        charts.append(
            paper.Chart(
                "bars",
                f"附图{len(charts) + 1}　立案数居前的事件类问题",
                labels,
                (paper.Series("立案", tuple(r["filed"] for r in rows)),),
                unit="件",
            )
        )
    return charts


def _distinct(labels: Sequence[str]) -> tuple[str, ...]:
    """Two categories of two lists may share a name; a chart needs its labels apart."""
    seen: dict[str, int] = {}
    told = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        told.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return tuple(told)


def _annex(
    total: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    trend: Trend | None,
    notes: Sequence[str],
    parts: str,
) -> paper.Annex:
    """All tables, then the charts, and 统计说明 below them. `parts`: what the territories are called (社区)."""
    kinds = [row for row in tables.get("by_class", ()) if row.get("filed") or row.get("should_close")]
    wanted: list[tuple[str, str, Sequence[tuple[str, str]], Sequence[Mapping[str, Any]]]] = [
        (f"各{parts}办理情况", parts, _COUNTS, tables.get("by_grid", ())),
        ("各部门办理情况", "部门", _UNITS, [r for r in _placed(tables.get("by_unit", ())) if _any(r, _UNITS)]),
        ("案件来源情况", "来源", _SOURCES, [r for r in tables.get("by_source", ()) if _any(r, _SOURCES)]),
        ("案件类别情况", "类别", _CLASSES, kinds),
    ]
    made: list[paper.Block] = []
    for name, first, columns, rows in wanted:
        if rows:
            share = "100.00" if total.get("filed") else None
            last = [{**total, "share": share, "label": "合计"}] if len(rows) > 1 else []
            made.append(_table(f"附表{len(made) + 1}　{name}", first, columns, [*rows, *last]))
    charts = _charts(tables, trend)
    holds = [name for name, found in (("附表", made), ("附图", charts)) if found]
    made += charts
    told = notes if len(notes) < 2 else [f"{place}．{note}" for place, note in enumerate(notes, 1)]
    made += [paper.Heading(1, "统计说明", numbered=False), *map(_note, told)]
    return paper.Annex("和".join(name for name in ("、".join(holds), "统计说明") if name), tuple(made))


def _note(note: str) -> paper.Paragraph:
    """A digest has few places to break: justified, its line would be pulled apart."""
    return paper.Paragraph(note, ragged="SHA-256" in note)


def _placed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of units with their place; those that are not ranked bear none."""
    places = {place.row["key"]: place for place in rank(rows).places}
    return [{**row, "place": _place(places.get(row["key"]))} for row in rows]


def _place(place: Place | None) -> str | None:
    return None if place is None else f"{'并列' if place.tied else ''}{place.rank}"


def _any(row: Mapping[str, Any], columns: Sequence[tuple[str, str]]) -> bool:
    return any(row.get(key) not in (None, 0, "0.00") for key, _ in columns)


def _table(
    caption: str, first: str, columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]
) -> paper.Table:
    # The first column is as wide as its names need, as far as the figures leave it room.
    longest = max((width(_indented(row)) for row in rows), default=0.0)
    widths = (
        paper.Column("left", min(3.4, max(2.4, longest * 0.32))),
        *(paper.Column("right", _WIDTHS.get(key, 1.0)) for key, _ in columns),
    )
    header = (first, *(_head_word(word, len(columns) >= _MANY_COLUMNS) for _, word in columns))
    body = tuple((_indented(row), *(_cell(row, key) for key, _ in columns)) for row in rows)
    rates = any(key in _RATES for key, _ in columns)
    return paper.Table(
        widths, (header,), body, caption=caption, note="单位：件、%；“—”表示无分母或无数据。" if rates else "单位：件。"
    )


def _head_word(word: str, narrow: bool) -> str:
    """自行处置 over a narrow column breaks between its words, not where its room ends."""
    return f"{word[:2]}\n{word[2:]}" if narrow and len(word) > 3 else word


def _indented(row: Mapping[str, Any]) -> str:
    return ("　" if row.get("level") == 1 else "") + str(row["label"])


def _cell(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "—" if value is None else str(value)
