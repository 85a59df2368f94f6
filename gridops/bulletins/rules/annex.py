"""The annex of a paper: every table there is, then the charts, and 统计说明 below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridops.bulletins.rules.annex_rows import Columns, Rows, decided, joined, known, scores, short_day, worded
from gridops.documents.rules import paper
from gridops.documents.rules.wording import width
from gridops.figures.rules.ranks import Place, rank

Tables = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class Trend:
    """Filed and closed cases of the last periods, oldest first, for the trend chart.

    Of a quarter and longer: of its months, with `months`, what the paper of each told when it was locked.
    """

    labels: tuple[str, ...]
    filed: tuple[int | None, ...]
    closed: tuple[int | None, ...]
    months: tuple[Mapping[str, Any], ...] = ()


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
_PROBLEMS = [("unit", "责任单位"), ("due_on", "整改期限"), ("state", "整改情况")]
_CAMPAIGNS = [
    ("agencies", "参加单位"),
    ("operations", "次数"),
    ("people_turns", "人次"),
    ("persuaded", "劝导（人次）"),
    ("tidied", "摆放（辆）"),
    ("cleared", "清理（处）"),
    ("leaflets", "告知书（份）"),
    ("referred", "移送（起）"),
]
_ROUNDS = [
    ("theme", "主题"),
    ("people", "人次"),
    ("visits", "检查（家次）"),
    ("premises", "企业（家）"),
    ("findings", "问题（项）"),
    ("corrected", "已整改（项）"),
    ("orders", "责令改正（家）"),
]
_PENALTIES = [
    ("kind", "处罚种类"),
    ("decided", "决定（起）"),
    ("premises", "企业（家）"),
    ("fined_yuan", "罚款（元）"),
    ("confiscated_yuan", "没收（元）"),
]
# What the twelve months at a glance tell, and whether it is of the cases or of other matters.
MONTHS = [
    ("cases.reported", "上报"),
    ("cases.filed", "立案"),
    ("cases.should_close", "应结案"),
    ("cases.closed", "结案"),
    ("cases.closing_rate", "结案率"),
    ("cases.on_time_rate", "按期结案率"),
    ("rounds.held", "夜查（次）"),
    ("visits.premises", "检查企业"),
    ("premises.penalised", "处罚企业"),
    ("operations.held", "专项整治"),
]
_MONTHS_NOTE = (
    "单位：件、%、次、家。各月为当月通报锁定的数，“—”表示当月未锁定或无数据；"
    "应结案数含上期结转，各月之和不等于全年数；企业家数已去重。"
)
_SCORES = [("assessor", "考核单位"), ("score", "得分/满分"), ("place", "位次")]
# Columns of words: they stand at the left. A table that has one bears no sum, nor one of premises: they are distinct.
_WORDS = {"unit", "due_on", "state", "agencies", "theme", "kind", "assessor"}
_UNSUMMED = _WORDS | {"premises"}
_RATES = {"closing_rate", "on_time_rate", "on_time_handling_rate", "share", "cases.closing_rate", "cases.on_time_rate"}
_WIDTHS = {
    **dict.fromkeys(_RATES, 1.2), "place": 1.1, "unit": 2.0, "state": 2.0, "agencies": 2.4, "theme": 1.6,
    "kind": 1.4, "due_on": 1.5, "fined_yuan": 1.6, "confiscated_yuan": 1.4, "score": 1.9,
}  # fmt: skip
_MANY_COLUMNS = 8  # beyond that a head of four characters is wider than its column


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


def annexed(
    total: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    trend: Trend | None,
    notes: Sequence[str],
    parts: str,
    months: bool = False,
) -> paper.Annex:
    """All tables, then the charts, and 统计说明 below them. `parts`: what the territories are called (社区).

    `months`: the paper is of a quarter or longer, and tells of its months at a glance.
    """
    made: list[paper.Block] = []
    if trend and trend.months:
        whole = {"label": "合计"} | {key: total.get(key.removeprefix("cases.")) for key, _ in MONTHS}
        made.append(_table("附表1　各月主要指标", "月份", MONTHS, [*trend.months, whole], _MONTHS_NOTE))
    for name, first, columns, found in _wanted(tables, parts, months):
        if found:
            share = "100.00" if total.get("filed") else None
            summed = not any(key in _UNSUMMED for key, _ in columns)
            last = [{**total, "share": share, "label": "合计"}] if summed and len(found) > 1 else []
            made.append(_table(f"附表{len(made) + 1}　{name}", first, columns, [*found, *last]))
    charts = _charts(tables, trend)
    holds = [name for name, found in (("附表", made), ("附图", charts)) if found]
    made += charts
    told = notes if len(notes) < 2 else [f"{place}．{note}" for place, note in enumerate(notes, 1)]
    made += [paper.Heading(1, "统计说明", numbered=False), *map(_note, told)]
    return paper.Annex("和".join(name for name in ("、".join(holds), "统计说明") if name), tuple(made))


def _wanted(tables: Tables, parts: str, months: bool) -> list[tuple[str, str, Columns, Rows]]:
    """Title, name of the first column, columns and rows of every table there is, in their order on paper."""
    kinds = [row for row in tables.get("by_class", ()) if row.get("filed") or row.get("should_close")]
    campaigns = [row for row in tables.get("by_campaign", ()) if row.get("operations")]
    problems = [worded(row) for row in tables.get("problems", ())]
    penalties = [decided(row) for row in tables.get("penalties_by_kind", ())]
    return [
        (
            "通报问题整改情况" if months else "上期通报问题整改情况",
            "问题",
            _PROBLEMS,
            problems,
        ),
        (f"各{parts}办理情况", parts, _COUNTS, tables.get("by_grid", ())),
        ("各部门办理情况", "部门", _UNITS, [r for r in _placed(tables.get("by_unit", ())) if _any(r, _UNITS)]),
        ("案件来源情况", "来源", _SOURCES, [r for r in tables.get("by_source", ()) if _any(r, _SOURCES)]),
        ("案件类别情况", "类别", _CLASSES, kinds),
        ("专项整治情况", "专项整治", _CAMPAIGNS, [joined(row) for row in campaigns]),
        ("夜查情况", "日期", _ROUNDS, [{**row, "label": short_day(row["day"])} for row in tables.get("rounds", ())]),
        ("行政处罚情况", "决定机关", known(_PENALTIES, penalties), penalties),
        ("上级考核得分", "月份" if months else "项目", _SCORES, scores(tables.get("scores", ()), months)),
    ]


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


def _table(caption: str, first: str, columns: Columns, rows: Rows, note: str | None = None) -> paper.Table:
    # The first column is as wide as its names need, as far as the figures leave it room.
    longest = max((width(_indented(row)) for row in rows), default=0.0)
    widths = (
        paper.Column("left", min(3.4, max(2.4, longest * 0.32))),
        *(paper.Column("left" if key in _WORDS else "right", _WIDTHS.get(key, 1.0)) for key, _ in columns),
    )
    header = (first, *(_head_word(word, len(columns) >= _MANY_COLUMNS) for _, word in columns))
    body = tuple((_indented(row), *(_cell(row, key) for key, _ in columns)) for row in rows)
    return paper.Table(
        widths, (header,), body, caption=caption, note=_unit_note(columns, body) if note is None else note
    )


def _unit_note(columns: Columns, body: Sequence[Sequence[str]]) -> str:
    """What the numbers of a table are of; each table of other things names its own units in its heads."""
    rates, words = (any(key in some for key, _ in columns) for some in (_RATES, _UNSUMMED))
    unit = "单位：件、%" if rates else "" if words else "单位：件"
    gap = f"“—”表示{'无分母或' if rates else ''}无数据" if any("—" in row for row in body) else ""
    return "；".join(filter(None, (unit, gap))) + ("。" if unit or gap else "")


def _head_word(word: str, narrow: bool) -> str:
    """自行处置 over a narrow column breaks between its words, not where its room ends."""
    return f"{word[:2]}\n{word[2:]}" if narrow and len(word) > 3 else word


def _indented(row: Mapping[str, Any]) -> str:
    return ("　" if row.get("level") == 1 else "") + str(row["label"])


def _cell(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "—" if value is None else str(value)
