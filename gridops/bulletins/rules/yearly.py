"""The yearly summary, from the same figures (bulletin.md). A sentence exists only where the records carry it."""

from __future__ import annotations

from collections.abc import Callable

from gridops.bulletins.rules import enforcement, words
from gridops.bulletins.rules.matter import Chapter, Matter, day_name
from gridops.core.periods import PeriodKind
from gridops.people.rules import WorkLine

# What a campaign is called within a list of several: 非法客运站整治 -> 非法客运站.
_ENDINGS = ("专项整治", "整治", "巡逻", "巡查")
_AUTHORITIES = (
    ("环境保护", "环保"),
    ("环保", "环保"),
    ("生态环境", "生态环境"),
    ("安全生产", "安监"),
    ("安监", "安监"),
    ("应急管理", "应急"),
    ("消防", "消防"),
    ("市场监", "市场监管"),
    ("公安", "公安"),
)


def span(matter: Matter) -> str:
    """全年, or 截至11月底 where the data end before the year does."""
    if matter.period.kind is PeriodKind.YTD:
        return f"截至{matter.period.number}月底"
    return f"截至{day_name(matter.told_on)}" if matter.told_on else "全年"


def cases(matter: Matter) -> Chapter | None:
    """一、总体情况."""
    if not matter.count("reported"):
        return None
    when = span(matter)
    own = f"，其中自行处置{matter.count('self_handled')}件" if matter.count("self_handled") else ""
    filed = f"；受理{matter.count('accepted')}件，立案{matter.count('filed')}件" if matter.count("accepted") else ""
    closed = ""
    if matter.count("should_close"):
        closed = (
            f"应结案{matter.count('should_close')}件，结案{matter.count('closed')}件，结案率{matter.rate('closing_rate')}%；"
            f"按期结案{matter.count('closed_on_time')}件，按期结案率{matter.rate('on_time_rate')}%。"
        )
    told = (f"{when}共上报问题{matter.count('reported')}件{own}{filed}。", closed)
    return Chapter("总体情况", tuple(text for text in told if text))


def grids(matter: Matter) -> Chapter | None:
    """网格体系: the five work grids of the street in one."""
    count = matter.value("grids.count")
    if not count or not matter.value("grids.staffed"):
        return None
    staffed = f"覆盖率{_short(matter.text('grids.coverage'))}%"
    people = matter.value("grids.people")
    inspectors = f"，在岗网格员{people}名" if people else ""
    return Chapter("网格体系", (f"整合{len(WorkLine)}类工作网格为一张网，划分网格{count}个，{staffed}{inspectors}。",))


def night(matter: Matter) -> Chapter | None:
    """夜查."""
    held = matter.value("rounds.held")
    if not held:
        return None
    when = "" if span(matter) == "全年" else f"{span(matter)}，"
    first = f"{when}{'全年' if not when else ''}开展各类夜查{held}次"
    made = matter.value("visits.made")
    visits = f"检查企业{made}家次（{matter.value('visits.premises')}家）" if made else ""
    return Chapter("夜查工作", (words.joined([first, visits, _penalised(matter)]) + "。", *_found(matter)))


def _penalised(matter: Matter) -> str:
    """由环保、安监等部门依法对14家…作出行政处罚: distinct, with the sum of the months where it differs.

    The street's own decisions are told apart from those of departments (statistics.md §4).
    """
    premises = matter.value("premises.penalised")
    if not premises:
        return ""
    rows = [row for row in matter.rows("penalties_by_kind") if row.get("authority") and row.get("premises")]
    rows.sort(key=lambda row: -int(row["premises"]))
    names = list(dict.fromkeys(_authority(str(row["label"])) for row in rows))
    who = f"由{words.listed(names[:2])}{'等' if len(names) > 2 else ''}部门" if names else ""
    by_others = matter.value("premises.penalised_by_others")
    visits = matter.value("premises.penalised_each_month")
    apart = f"（各月合计{visits}家次，已去重）" if visits > premises else ""
    if by_others == premises:
        return f"{who}依法对{premises}家存在违法行为的企业作出行政处罚{apart}"
    some = f"，其中{who}处罚{by_others}家" if by_others else ""
    return f"依法对{premises}家存在违法行为的企业作出行政处罚{apart}{some}"


def _authority(name: str) -> str:
    """新北区环境保护局 as a summary calls it: 环保."""
    return next((short for word, short in _AUTHORITIES if word in name), name)


def _found(matter: Matter) -> list[str]:
    found = matter.value("findings.found")
    if not found:
        return []
    rate = matter.text("findings.correction_rate")
    orders = matter.value("orders.to_correct")
    told = f"共发现问题{found}项，已整改{matter.value('findings.corrected')}项，整改率{rate}%"
    return [f"{told}；责令改正{orders}家。" if orders else f"{told}。"]


def joint(matter: Matter) -> Chapter | None:
    """联合执法: all campaigns in one sentence."""
    rows = [row for row in matter.rows("by_campaign") if row.get("operations")]
    if not rows:
        return None
    agencies = list(dict.fromkeys(name for row in rows for name in row.get("agencies") or ()))
    names = words.listed([_bare(str(row["label"])) for row in rows])
    done = words.joined(
        [
            f"出动{matter.value('operations.held')}次{matter.value('operations.people_turns')}人次",
            *enforcement.tallied(matter),
        ]
    )
    force = f"整合{words.listed(agencies)}力量，" if agencies else ""
    many = f"等{len(rows)}项" if len(rows) > 1 else ""
    return Chapter("联合执法", (f"{force}集中开展{names}{many}整治，{done}。",))


def _bare(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def supervision(matter: Matter) -> Chapter | None:
    """督查通报."""
    issued, named = matter.value("bulletins.issued"), matter.value("problems.named")
    if not issued:
        return None
    items = f"，通报问题{named}项，整改率{matter.text('problems.correction_rate')}%" if named else ""
    checks = matter.value("discipline.checks")
    looked = f"开展明察暗访{checks}次，查实问题{matter.value('discipline.verified')}起。" if checks else ""
    told = (f"累计印发督查通报{issued}期{items}。", looked)
    return Chapter("督查通报", tuple(text for text in told if text))


def from_above(matter: Matter) -> Chapter | None:
    """上级考核: months among the first three, by the scores that came from above."""
    by_district = [row for row in matter.rows("scores") if row.get("assessor") == "district"]
    months = [row for row in by_district if row.get("total") and row.get("rank")]
    if not months:
        return enforcement.from_above(matter)
    best = len({row["month"] for row in months if int(row["rank"]) <= 3})
    rest = enforcement.matters(matter)
    told = (f"区考核{best}个月居前三位。" if best else "", rest)
    return Chapter("上级考核与重点工作", tuple(text for text in told if text)) if any(told) else None


def _short(rate: str | None) -> str:
    """100 rather than 100.00, where a summary tells of the whole."""
    return "100" if rate == "100.00" else str(rate)


CHAPTERS: tuple[Callable[[Matter], Chapter | None], ...] = (cases, grids, night, joint, supervision, from_above)
