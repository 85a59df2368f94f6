"""Chapters of what the joint force, the night rounds and the supervision office did (bulletin.md, 二 and 五 to 八).

A unit may be named with its figures; outside parties are 曝光 or 列入督办, never 通报批评; a person only as
某科室工作人员1名. Money is told as totals and by kind only, own decisions apart from others' (行政处罚法 art. 74).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gridops.bulletins.rules import words
from gridops.bulletins.rules.matter import Chapter, Matter, dates_of

# What an outing counts, each in its own unit of measure.
_TALLIES = (
    ("tallies.persuaded", "劝导{}人次"),
    ("tallies.tidied", "规范摆放车辆{}辆"),
    ("tallies.cleared", "清理{}处"),
    ("tallies.leaflets", "发放告知书{}份"),
)
_INCIDENTS = (
    ("incidents.seized", "依法扣押{}起"),
    ("incidents.impounded", "交警扣留{}起"),
    ("incidents.preserved", "先行登记保存{}起"),
)
_MOST_NAMED = 5
_ASSESSORS = {"city": "市考核", "district": "区考核", "third_party": "第三方考核"}
_TEN_THOUSAND = Decimal(10_000)


def followed_up(matter: Matter) -> Chapter | None:
    """二、上期通报问题整改: what the issue before named, and what of it is still open, by unit and with a date."""
    named, corrected = matter.value("problems.named"), matter.value("problems.corrected")
    if not named:
        return None
    head = f"上期通报问题{named}项，" + (
        "均已整改。" if corrected == named and named > 1 else "已整改。" if corrected == named else ""
    )
    paragraphs = [head]
    if corrected != named:
        done = f"已整改{corrected}项，整改率{matter.text('problems.correction_rate')}%" if corrected else "均未完成整改"
        paragraphs = [f"{head}{done if named > 1 or corrected else '尚未完成整改'}。"]
        paragraphs += _still_open(matter)
    return Chapter("上期通报问题整改", tuple(paragraphs))


def _still_open(matter: Matter) -> list[str]:
    """Each unit with what it still owes: late items first, then those whose day has not come."""
    answer, _ = dates_of(matter)
    told = []
    late = [row for row in matter.rows("problems") if row.get("state") == "overdue"]
    for unit in dict.fromkeys(str(row["unit"]) for row in late):
        rows = [row for row in late if row["unit"] == unit]
        what = words.listed([str(row["label"]) for row in rows[:2]]) + ("等" if len(rows) > 2 else "")
        count = f"{len(rows)}项" if len(rows) > 1 else ""
        again = max(int(row.get("streak") or 1) for row in rows)
        streak = f"（连续{again}期通报）" if again > 1 else ""
        told.append(f"{what}{count}未按期完成{streak}，请{unit}于{answer}前完成并书面反馈。")
    waiting = sum(1 for row in matter.rows("problems") if row.get("state") == "open")
    if waiting:
        told.append(f"另有{waiting}项尚在整改期限内。")
    return told


def called(matter: Matter) -> Chapter | None:
    """群众诉求: the three rates of 12345 with what stands above and below each line; who called is named nowhere."""
    due, in_time, asked = (matter.value(f"hotline.{key}") for key in ("should_contact", "contacted", "revisited"))
    told = []
    if due:
        rate = matter.text("hotline.response_rate")
        told.append(f"12345工单应联系来电人{due}件，按时联系{in_time}件，响应率{rate}%。")
    if asked:
        solved, satisfied = matter.value("hotline.solved"), matter.value("hotline.satisfied")
        rates = [matter.text(f"hotline.{key}_rate") for key in ("solved", "satisfied")]
        told.append(f"回访{asked}件，已解决{solved}件，解决率{rates[0]}%；满意{satisfied}件，满意率{rates[1]}%。")
    return Chapter("群众诉求", ("".join(told),)) if told else None


def joint(matter: Matter) -> Chapter | None:
    """五、联合执法."""
    held = matter.value("operations.held")
    if not held:
        return None
    rows = [row for row in matter.rows("by_campaign") if row.get("operations")]
    agencies = words.listed(list(dict.fromkeys(name for row in rows for name in row.get("agencies") or ())))
    several = "、" in agencies
    turns = f"{agencies}{'共' if several else ''}出动{matter.value('operations.people_turns')}人次"
    first = words.joined([f"城警联动开展专项整治{held}次", turns, *tallied(matter)])
    kinds = [f"{row['label']}{row['operations']}次" for row in rows[:_MOST_NAMED]]
    more = f"其中{words.listed(kinds)}{'等' if len(rows) > _MOST_NAMED else ''}。" if len(rows) > 1 else ""
    acts = words.joined([*_said(matter, _INCIDENTS), _referred(matter)])
    return Chapter("联合执法", tuple(text for text in (f"{first}。", more, f"{acts}。" if acts else "") if text))


def _referred(matter: Matter) -> str:
    sent, answered = matter.value("referrals.sent"), matter.value("referrals.answered")
    if not sent:
        return ""
    back = "均已反馈" if answered == sent and sent > 1 else f"已反馈{answered}起" if answered else "尚未反馈"
    return f"移送线索{sent}起，{back}"


def _said(matter: Matter, wanted: Sequence[tuple[str, str]]) -> list[str]:
    return [words_.format(matter.value(key)) for key, words_ in wanted if matter.value(key)]


def tallied(matter: Matter) -> list[str]:
    """劝导112人次 and its sisters, each in its own unit, what there is of them."""
    return _said(matter, _TALLIES)


def night(matter: Matter) -> Chapter | None:
    """六、夜查, with the penalties; these have a chapter to themselves in a period without a round."""
    held = matter.value("rounds.held")
    if not held:
        alone = words.joined(penalised(matter, after_rounds=True))
        return Chapter("行政处罚", (f"{alone}。",)) if alone else None
    rows = matter.rows("rounds")
    themes: dict[str, int] = {}
    for row in rows:
        if row.get("theme"):
            themes[str(row["theme"])] = themes.get(str(row["theme"]), 0) + 1
    by_theme = words.listed([f"{theme}{count}次" for theme, count in sorted(themes.items(), key=lambda t: -t[1])])
    first = words.joined(
        [
            f"组织夜查{held}次" + (f"（{by_theme}）" if len(themes) > 1 or sum(themes.values()) < held else ""),
            _people(matter),
            _visited(matter),
            _found(matter),
        ]
    )
    after = words.joined(
        [
            f"责令改正{matter.value('orders.to_correct')}家" if matter.value("orders.to_correct") else "",
            *penalised(matter, after_rounds=True),
        ]
    )
    return Chapter("夜查", tuple(text for text in (f"{first}。", f"{after}。" if after else "") if text))


def _people(matter: Matter) -> str:
    officers, people = matter.value("rounds.officer_turns"), matter.value("rounds.people_turns")
    if officers and people and officers < people:
        return f"出动{people}人次，其中执法人员{officers}人次"
    return f"出动执法人员{officers}人次" if officers else f"出动{people}人次" if people else ""


def _visited(matter: Matter) -> str:
    made, premises, again = (matter.value(key) for key in ("visits.made", "visits.premises", "visits.rechecks"))
    if not made and not again:
        return ""
    visits = f"检查企业{made}家次" + (f"（{premises}家）" if premises and premises != made else "") if made else ""
    return words.joined([visits, f"复查{again}家次" if again else ""])


def _found(matter: Matter) -> str:
    found, corrected = matter.value("findings.found"), matter.value("findings.corrected")
    if not found:
        return "未发现问题" if matter.value("visits.made") else ""
    if corrected == found and found > 1:
        return f"发现问题{found}项，均已整改"
    late = matter.value("findings.overdue")
    return words.joined(
        [
            f"发现问题{found}项",
            f"已整改{corrected}项，整改率{matter.text('findings.correction_rate')}%" if corrected else "",
            f"超期未整改{late}项" if late else "",
        ]
    )


def penalised(matter: Matter, *, after_rounds: bool) -> list[str]:
    """Penalties as sentences: the street's own, then others' by authority; never by unit or person."""
    told = []
    if opened := matter.value("penalties.opened"):
        told.append(f"立案查处{opened}起")
    if decided := matter.value("penalties.decided"):
        fined = Decimal(matter.text("penalties.fined_yuan") or "0")
        money = f"，罚款{in_ten_thousands(fined)}" if fined else ""
        told.append(f"作出行政处罚决定{decided}起{money}")
    for authority, premises in by_authority(matter.rows("penalties_by_kind"), after_rounds=after_rounds):
        told.append(f"由{authority}依法对{premises}家企业作出行政处罚")
    return told


def by_authority(rows: Sequence[Mapping[str, Any]], *, after_rounds: bool) -> list[tuple[str, int]]:
    """(authority, premises) of decisions that are not the street's own."""
    found = [(str(row["label"]), int(row.get("premises") or 0)) for row in rows if row.get("authority")]
    return [(name, count) for name, count in found if count] if after_rounds else found


def in_ten_thousands(amount: Decimal) -> str:
    """A sum in text: 1.25万元; below 10,000 yuan in 元."""
    if amount < _TEN_THOUSAND:
        return f"{amount:f}元".replace(".00元", "元")
    return f"{(amount / _TEN_THOUSAND).quantize(Decimal('0.01'), ROUND_HALF_UP)}万元"


def from_above(matter: Matter) -> Chapter | None:
    """七、上级考核与重点工作."""
    paragraphs = [text for text in (_assessed(matter), _scored(matter), matters(matter)) if text]
    return Chapter("上级考核与重点工作", tuple(paragraphs)) if paragraphs else None


def _assessed(matter: Matter) -> str:
    problems, corrected = matter.value("assessment.problems"), matter.value("assessment.corrected")
    if not problems:
        return ""
    done = "均已整改" if corrected == problems and problems > 1 else f"已整改{corrected}件" if corrected else "尚未整改"
    return f"上级考核下发问题{problems}件，{done}。"


def _scored(matter: Matter) -> str:
    """Totals only; the items stand in the annexed table."""
    rows = [row for row in matter.rows("scores") if row.get("rank") and row.get("of")]
    months = {row.get("month") for row in rows}
    told = [
        f"{_month(row) if len(months) > 1 else ''}{_ASSESSORS[row['assessor']]}得分{row['score']}分，"
        f"列{row['of']}个街道第{row['rank']}位"
        for row in rows
        if row.get("total")
    ]
    if told:
        return "；".join(told) + "。"
    return "考核得分和位次见附表。" if matter.rows("scores") else ""


def _month(row: Mapping[str, Any]) -> str:
    """4月份, where a paper of several months tells of each."""
    return f"{int(str(row['month'])[5:7])}月份"


def matters(matter: Matter) -> str:
    """重点督查事项, as they stand at the end."""
    total, late, done = (matter.value(f"matters.{key}") for key in ("total", "late", "done"))
    if not total:
        return ""
    fine = matter.value("matters.on_track")
    parts = [
        f"正常推进{fine}项" if fine else "",
        f"滞后{late}项" if late else "",
        f"已销号{done}项" if done else "",
    ]
    if fine == total:
        return f"重点督查事项{total}项，{'均' if total > 1 else ''}正常推进。"
    return f"重点督查事项{total}项，{words.joined(parts, '、')}。"


def discipline(matter: Matter) -> Chapter | None:
    """八、作风纪律: facts that were verified; never a name, nor a rank."""
    checks = matter.value("discipline.checks")
    if not checks:
        return None
    units, verified = matter.value("discipline.units"), matter.value("discipline.verified")
    first = f"开展明察暗访{checks}次，检查科室、社区{units}个。"
    if not verified:
        return Chapter("作风纪律", (first + "暂无经核实的违反工作纪律问题。",))
    facts = [row for row in matter.rows("discipline") if row.get("verified")][:_MOST_NAMED]
    told = [f"{row['unit']}{row['label']}" + (f"，{row['outcome']}" if row.get("outcome") else "") for row in facts]
    if len(told) == verified == 1:
        return Chapter("作风纪律", (first, f"经核实，{told[0]}。"))
    second = f"经核实，存在问题{verified}起" + (f"：{'；'.join(told)}" if told else "") + "。"
    return Chapter("作风纪律", (first, second))
