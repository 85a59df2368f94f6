"""The chapters of a bulletin, composed from its figures (bulletin.md). An empty chapter is dropped, never 0件.

Input is the document of the contract (`bulletin.json`): figures and tables with their printed values. Nothing here
counts: every number in a sentence is a figure, so a reader can ask for its list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from gridops.bulletins.rules import enforcement, words, yearly
from gridops.bulletins.rules.matter import Chapter, Matter, Rows, dates_of, day_name
from gridops.bulletins.rules.series import STANDING_THRESHOLD
from gridops.figures.rules.ranks import TOO_FEW, rank

Writer = Callable[[Matter], Chapter | None]


def compose(matter: Matter, series: str = "") -> list[Chapter]:
    """All chapters of a series' paper that have something to say, in the order of the paper."""
    return [found for write in OF_SERIES.get(series, ALL) if (found := write(matter))]


def overview(matter: Matter) -> Chapter:
    """一、总体情况."""
    return Chapter("总体情况", tuple(p for p in (_intake(matter), _closing(matter), _stock(matter)) if p))


def _intake(matter: Matter) -> str:
    name = words.period_name(matter.period)
    if matter.told_on:
        name = f"截至{day_name(matter.told_on)}，{name}"
    if not matter.late_records and not any(matter.count(key) for key in ("reported", "accepted", "filed")):
        return f"{name}未接到问题上报。"
    reported = f"{name}共上报问题{matter.count('reported')}件" if matter.count("reported") else f"{name}无新上报问题"
    own = f"其中自行处置{matter.count('self_handled')}件" if matter.count("self_handled") else ""
    late = words.listed(
        [f"{words.label_name(row['period'], matter.period)}{row['reported']}件" for row in matter.late_records]
    )
    added = f"另补报{late}" if late else ""
    filed = ""
    if matter.count("accepted") or matter.count("filed"):
        rate = _filing_rate(matter)
        changes = words.joined(
            [words.change(matter.figure("filed")), words.change(matter.figure("filed"), against="同比")]
        )
        filed = words.joined(
            [
                f"受理{matter.count('accepted')}件",
                f"立案{matter.count('filed')}件",
                rate,
                f"立案数{changes}" if changes else "",
            ]
        )
    refused = words.joined(
        [
            f"不予受理{matter.count('declined')}件" if matter.count("declined") else "",
            f"不予立案{matter.count('not_filed')}件" if matter.count("not_filed") else "",
        ]
    )
    return words.joined([words.joined([reported, own, added]), filed, refused], "；") + "。"


def _filing_rate(matter: Matter) -> str:
    rate = matter.rate("filing_rate")
    if rate is None:
        return ""
    # It compares flows, not the same cases; above 100 it is printed as it is, with the reason (statistics.md §2).
    over = "（含以前时段受理、本期立案的案件）" if float(rate) > 100 else ""
    return f"立案率{rate}%{over}"


def _closing(matter: Matter) -> str:
    if not matter.count("should_close"):
        return (
            f"无时限要求的案件结案{matter.count('closed_no_deadline')}件。"
            if matter.count("closed_no_deadline")
            else ""
        )
    parts = [
        f"{word}{matter.count(key)}件"
        for key, word in (("carried_in", "上期结转"), ("due_in", "本期到期"), ("closed_early", "提前结案"))
        if matter.count(key)
    ]
    due = f"应结案{matter.count('should_close')}件" + (f"（{words.listed(parts)}）" if parts else "")
    closed = words.joined([f"结案{matter.count('closed')}件", f"结案率{matter.rate('closing_rate')}%"])
    on_time = words.joined(
        [
            f"按期结案{matter.count('closed_on_time')}件",
            f"按期结案率{matter.rate('on_time_rate')}%",
            words.change(matter.figure("on_time_rate")),
        ]
    )
    return f"{due}，{closed}；{on_time}。"


def _stock(matter: Matter) -> str:
    if not matter.count("in_hand_end"):
        return ""
    parts = [
        f"超期未结案{matter.count('overdue_open')}件" if matter.count("overdue_open") else "",
        f"挂账{matter.count('suspended')}件" if matter.count("suspended") else "",
    ]
    told = words.joined(parts, "、")
    return f"{matter.at_end}在办{matter.count('in_hand_end')}件" + (f"，其中{told}" if told else "") + "。"


def frequent(matter: Matter) -> Chapter | None:
    """三、高发问题与片区."""
    paragraphs = [_frequent_kinds(matter, "top_events", "事件类"), _frequent_kinds(matter, "top_components", "部件类")]
    paragraphs.append(_frequent_grids(matter))
    told = tuple(paragraph for paragraph in paragraphs if paragraph)
    return Chapter("高发问题与片区", told) if told else None


def _frequent_kinds(matter: Matter, table: str, word: str) -> str:
    rows = [row for row in matter.rows(table) if row.get("filed")][:3]
    if not rows:
        return ""
    names = words.listed([f"{row['label']}（{row['filed']}件）" for row in rows])
    if len(rows) < 3:
        return f"{word}立案问题为{names}。"
    return f"{word}立案问题中，{names}居前{'三' if len(rows) == 3 else '列'}位。"


def _frequent_grids(matter: Matter) -> str:
    rows = sorted((r for r in matter.rows("by_grid") if r.get("filed")), key=lambda r: (-r["filed"], r["key"]))
    if len(rows) < 2:
        return ""
    told = [f"{row['label']}立案{row['filed']}件，占{row['share']}%" for row in rows[:3]]
    late = [row for row in rows if row.get("overdue_open")]
    overdue = ""
    if late:
        late.sort(key=lambda row: (-row["overdue_open"], row["key"]))
        overdue = f"{matter.at_end}超期未结案分布在" + words.listed(
            [f"{row['label']}（{row['overdue_open']}件）" for row in late[:5]]
        )
        overdue += "等" if len(late) > 5 else ""
    return words.joined(["片区方面，" + "；".join(told), overdue], "；") + "。"


def units(matter: Matter) -> Chapter | None:
    """四、部门办理: units are named with their figures, never without the denominator."""
    rows = [row for row in matter.rows("by_unit") if row["key"] != "none" and row.get("should_handle")]
    if not rows:
        return None
    average = matter.rate("on_time_handling_rate")
    due, in_time = matter.count("should_handle"), matter.count("handled_on_time")
    paragraphs = [f"按期处置率平均为{average}%（应处置{due}件，按期处置{in_time}件）。"]
    ranking = rank(rows)
    good = [p.row["label"] for p in ranking.places if p.row["handled_on_time"] == p.row["should_handle"]]
    if good:
        paragraphs.append(f"{words.listed(good)}{'均' if len(good) > 1 else ''}按期处置全部案件。")
    elif ranking.places:
        first = [place.row for place in ranking.places if place.rank == 1]
        names = words.listed([str(row["label"]) for row in first])
        tied = "并列" if len(first) > 1 else ""
        paragraphs.append(f"{names}按期处置率{first[0]['on_time_handling_rate']}%，{tied}居第1位。")
    elif ranking.all_equal:
        paragraphs.append(_alike([row for row in rows if row not in ranking.apart]))
    threshold = Fraction(str(matter.settings.get("standing_threshold", STANDING_THRESHOLD)))
    paragraphs += [_below_average(place.row, average) for place in ranking.below(threshold)]
    if ranking.apart:
        told = words.listed([f"{row['label']}（应处置{row['should_handle']}件）" for row in ranking.apart])
        paragraphs.append(f"{told}，{TOO_FEW}。")
    if upheld := matter.value("appeals.upheld"):
        paragraphs.append(f"申诉成立{upheld}件，不计入排名。")
    return Chapter("部门办理", tuple(paragraphs))


def _alike(rows: Rows) -> str:
    """Units of which none is ahead of another: a single one with its figures, several by the rate they share."""
    if len(rows) == 1:
        return _below_average(rows[0], None)
    names = words.listed([str(row["label"]) for row in rows])
    return f"{names}按期处置率均为{rows[0]['on_time_handling_rate']}%，不作排名。"


def _below_average(row: Mapping[str, Any], average: str | None) -> str:
    gap = words.below(row["on_time_handling_rate"], average)
    return (
        f"{row['label']}应处置{row['should_handle']}件，按期处置{row['handled_on_time']}件，"
        f"按期处置率{row['on_time_handling_rate']}%" + (f"，低于平均{gap}个百分点。" if gap else "。")
    )


def problems(matter: Matter) -> Chapter | None:
    """九、存在问题: only what the figures show; causes are an editor's to type."""
    points = [point for point in (_late(matter), _reworked(matter), _returned(matter), _extended(matter)) if point]
    return Chapter("存在问题", tuple(words.ordinal_points(points))) if points else None


def _late(matter: Matter) -> str:
    if not matter.count("overdue_open"):
        return ""
    rows = sorted(
        (row for row in matter.rows("by_unit") if row.get("overdue_open")), key=lambda r: (-r["overdue_open"], r["key"])
    )
    told = words.listed([f"{_unit_name(row)}（{row['overdue_open']}件）" for row in rows[:5]])
    rest = "等" if len(rows) > 5 else ""
    late = matter.count("overdue_open")
    whose = f"，{'均' if late > 1 else ''}为{_unit_name(rows[0])}案件" if rows else ""
    where = f"，涉及{told}{rest}" if len(rows) > 1 else whose
    return f"处置不够及时。{matter.at_end}超期未结案{late}件{where}。"


def _unit_name(row: Mapping[str, Any]) -> str:
    return "尚未派遣" if row["key"] == "none" else str(row["label"])


def _reworked(matter: Matter) -> str:
    if not matter.count("rework"):
        return ""
    turns = f"，本期核查未通过及撤销结案{matter.count('rework_turns')}次" if matter.count("rework_turns") else ""
    return f"整改质量不高。应结案中返工{matter.count('rework')}件，返工率{matter.rate('rework_rate')}%{turns}。"


def _returned(matter: Matter) -> str:
    if not matter.count("returned"):
        return ""
    return f"退件尚未杜绝。本期退件{matter.count('returned')}件，退件率{matter.rate('return_rate')}%。"


def _extended(matter: Matter) -> str:
    count = matter.count("extended")
    if not count:
        return ""
    who = "部分" if count >= 3 else "个别"
    return f"{who}案件延期办理。应结案中延期{count}件，延期率{matter.rate('extension_rate')}%。"


def demands(matter: Matter) -> Chapter | None:
    """十、下一步要求: a demand names its units and its date; without anything to mend there is none."""
    if not matter.count("overdue_open"):
        return None
    answer, review = dates_of(matter)
    rows = sorted(
        (row for row in matter.rows("by_unit") if row["key"] != "none" and row.get("overdue_open")),
        key=lambda row: (-row["overdue_open"], row["key"]),
    )
    who = words.listed([str(row["label"]) for row in rows[:5]]) + ("等单位" if len(rows) > 5 else "")
    office = matter.settings.get("office", "编印单位")
    report = f"请{who or '各责任单位'}对超期未结案件逐件明确责任人和完成时限，于{answer}前报送办理情况"
    return Chapter("下一步要求", (f"{report}；{office}于{review}前组织回头看。",))


ALL: tuple[Writer, ...] = (
    overview,
    enforcement.followed_up,
    frequent,
    units,
    enforcement.joint,
    enforcement.night,
    enforcement.from_above,
    enforcement.discipline,
    enforcement.called,
    problems,
    demands,
)

# What a series leaves to others: the monthly paper tells of city management, the weekly one has a page.
OF_SERIES: dict[str, tuple[Writer, ...]] = {
    "monthly": (overview, frequent, units, enforcement.joint, enforcement.night, enforcement.called, problems, demands),
    "weekly": (overview, enforcement.joint, enforcement.night, enforcement.from_above, demands),
    "yearly": yearly.CHAPTERS,
}
