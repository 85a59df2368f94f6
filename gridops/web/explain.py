"""A case explained in sentences: why it is due when it is, what happened, why it is in this list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from gridops.cases.queries.pages import CaseFile, TimelineEntry
from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.deadlines import Cause
from gridops.cases.rules.facts import Facts
from gridops.cases.rules.moves import ENDED, Move, State, Suspension
from gridops.cases.rules.names import MOVE_NAMES, STATE_NAMES, SUSPENSION_NAMES
from gridops.cases.rules.slots import check_slot, slot_of
from gridops.cases.rules.steps import Visit
from gridops.catalogue.models import FilingCondition
from gridops.catalogue.rules import (
    AREA_NAMES,
    CHECK_RULE_NAMES,
    PHOTO_NAMES,
    STAGE_NAMES,
    STAGES,
    CheckRule,
    Stage,
    of_stage,
    with_rule,
)
from gridops.core import clock
from gridops.web import words
from gridops.web.language import category_name, chosen_language
from gridops.web.language import say as _
from gridops.web.steps import late_ones
from gridops.worktime.rules.changes import What
from gridops.worktime.rules.words import explained_en, explained_zh

# Times apart by less than this are one: a record takes a moment to arrive.
_ONE_MOMENT = timedelta(minutes=1)
_NOTHING: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline: title, what was said, facts, how long it had lain; `known_at` where we learnt later."""

    entry: TimelineEntry
    title: str
    facts: tuple[str, ...]
    lay: str
    known_at: datetime | None


def clock_words(file: CaseFile) -> list[str]:
    """Why the deadline is when it is: the counted limit, or who gave it, then what moved it."""
    why, said = file.why_due, list[str]()
    if why.counted is not None:
        # what moved the deadline follows, each step by its name
        counted = replace(why.counted, in_force=None) if why.steps else why.counted
        sentence = explained_en(counted) if chosen_language() == "en" else explained_zh(counted)
        said.append(_("%(area)s时限：%(why)s", area=_(AREA_NAMES[why.area]), why=sentence) if why.area else sentence)
        if file.counted_by is not None:
            said.append(_("改类不改时限：仍按立案时的条件“%(words)s”计算", words=file.counted_by.condition))
    for step in why.steps:
        due = words.full_time(step.after)[:16]
        if step.cause is Cause.GIVEN:
            split = file.whole is not None
            said.append(_("时限 %(due)s 沿用拆分前案件", due=due) if split else _("时限 %(due)s 由来源给定", due=due))
        elif step.cause is Cause.EXTENDED:
            said.append(_("%(at)s 同意延期至 %(due)s", at=words.full_time(step.at)[:16], due=due) + _late(step.counts))
        elif step.cause is Cause.RESUMED and step.before is not None:
            said.append(
                _("%(at)s 恢复办理，剩余时间续计至 %(due)s", at=words.full_time(step.at)[:16], due=due)
                + _late(step.counts)
            )
        elif step.cause is Cause.RECOUNTED:
            said.append(recounted_words(step.at, step.after))
        elif step.cause is Cause.RENEWED:
            said.append(
                _("%(at)s 改按现行立案条件和区域类别，重算为 %(due)s", at=words.full_time(step.at)[:16], due=due)
            )
    if why.suspended_since is not None:
        said.append(_("%(at)s 起挂账，停止计时", at=words.full_time(why.suspended_since)[:16]))
    return said


def recounted_words(at: datetime, due: datetime) -> str:
    """What another calendar made of a deadline."""
    return _(
        "%(at)s 工作日历或办公时间调整，重算为 %(due)s", at=words.full_time(at)[:16], due=words.full_time(due)[:16]
    )


@dataclass(frozen=True, slots=True)
class Press:
    """How a 督办 stands, as a chip."""

    words: str
    icon: str
    tone: str


def press(facts: Facts) -> Press | None:
    """The last 督办 of a case: when its answer is due, by how much it is late, or when it came."""
    if facts.pressed_at is None or facts.press_due_at is None:
        return None
    due = facts.press_due_at
    if facts.press_answered_at is not None:
        if facts.press_answered_at > due:
            return Press(_("督办 · 逾期答复 %(at)s", at=words.when(facts.press_answered_at)), "message", "plain")
        return Press(_("督办 · 已答复 %(at)s", at=words.when(facts.press_answered_at)), "message", "good")
    said = _("督办 · 答复期限 %(due)s", due=words.when(due))
    rest = words.left(due)
    return Press(f"{said} · {rest.text}", "urgent", "late") if rest.late else Press(said, "urgent", "wait")


def timeline(
    entries: Iterable[TimelineEntry], steps: Iterable[Visit] = (), why_sent: Mapping[int, str] = _NOTHING
) -> list[Told]:
    """The history of a case, or some of it, in sentences; `steps`: those that took too long are told with their end.

    `why_sent`: what the dispatch rules asked, by their ids.
    """
    late = late_ones(steps)
    return [_told(entry, late.get(entry.seq), why_sent) for entry in entries]


def lying(file: CaseFile) -> str:
    """How long the case has lain where it is now (`已在“处置中”停留 3 小时`); empty where it has ended."""
    if file.case.state in ENDED or not file.timeline:
        return ""
    came = next((entry for entry in reversed(file.timeline) if entry.lay_in != file.case.state), file.timeline[0])
    since = clock.now() - came.happened_at
    return _("至今已在“%(state)s”停留 %(span)s", state=_(STATE_NAMES[file.case.state]), span=words.span(since))


def check_time(file: CaseFile) -> str:
    """At which time of day the case is best checked, while its check is still to come; empty where any will do."""
    if file.case.state not in _BEFORE_CHECK or file.case.checked_at is not None:
        return ""
    reported = clock.local(file.case.reported_at)
    if file.condition is not None and file.condition.check_rule is CheckRule.SAME_TIME:
        must = slot_of(reported)
        return _("须在 %(start)02d:00–%(end)02d:00 核查", start=must[0], end=must[1])
    slot = check_slot(file.category_list, file.case.kind.value, file.category_code, reported)
    return _("宜在 %(start)02d:00–%(end)02d:00 核查", start=slot[0], end=slot[1]) if slot else ""


def photo_words(condition: FilingCondition | None, stage: Stage) -> str:
    """The pictures that a step needs under a condition (`处置后照片 1 张`); empty: none."""
    needs = of_stage(with_rule(condition.photo_needs, condition.check_rule), stage) if condition else {}
    return _("、").join(_("%(photo)s %(n)d 张", photo=_(PHOTO_NAMES[kind]), n=count) for kind, count in needs.items())


def asked(condition: FilingCondition | None, stages: Iterable[Stage] = tuple(STAGES)) -> list[str]:
    """What a condition asks of some steps, a sentence each: pictures, and how the work is checked."""
    said = [(stage, photo_words(condition, stage)) for stage in stages]
    found = [_("%(step)s须有：%(photos)s", step=_(STAGE_NAMES[stage]), photos=words) for stage, words in said if words]
    if condition is not None and condition.check_rule is not None and Stage.CHECK in stages:
        found.append(_("核查方式：%(rule)s", rule=_(CHECK_RULE_NAMES[condition.check_rule])))
    return found


def why_here(row: CaseRow, _: words.Say = _) -> str:
    """What a case in a list waits for, in a few words."""
    if row.suspended_at is not None:
        return _("缓办中，到期恢复") if row.resume_at is not None else _("挂账中，等待恢复")
    if row.asked_at is not None and row.state in (State.DISPATCHED, State.RECEIVED):
        return _("申请延期，等待审批")
    if row.state is State.CHECKING and row.checked_at is not None:
        return _("核查通过，等待结案")
    if row.state is State.REPORTED and row.verified is not None:
        return _("已核实属实，等待受理") if row.verified else _("核实不属实，等待处理")
    if row.state is State.FILED and row.unit_id is not None:
        return _("单位退件，等待重新派遣")
    return _(_WAITS.get(row.state, "")) if row.state in _WAITS else ""


def waited(row: CaseRow, _: words.Say = _) -> tuple[str, bool]:
    """How long a case without a clock has waited (`待受理 3 小时 20 分`), and whether that is a day or more."""
    if row.state not in _UNCLOCKED:
        return "", False
    since = clock.now() - row.reported_at
    said = _("待立案 %(span)s") if row.state is State.ACCEPTED else _("待受理 %(span)s")
    return said % {"span": words.span(since, _)}, since >= timedelta(days=1)


_BEFORE_CHECK = (State.DISPATCHED, State.RECEIVED, State.HANDLED, State.CHECKING)
_UNCLOCKED = (State.REPORTED, State.VERIFYING, State.ACCEPTED)
_WAITS = {
    State.REPORTED: "等待受理",
    State.VERIFYING: "等待现场核实",
    State.ACCEPTED: "等待立案",
    State.FILED: "等待派遣",
    State.DISPATCHED: "等待单位接收",
    State.RECEIVED: "单位处置中",
    State.HANDLED: "已反馈，等待送核查",
    State.CHECKING: "等待现场核查",
}


def _late(counts: bool) -> str:
    return "" if counts else _("（在原时限过后办理，按期评价仍按原时限）")


def _told(entry: TimelineEntry, late_step: str | None, why_sent: Mapping[int, str]) -> Told:
    late = entry.recorded_at - entry.happened_at > _ONE_MOMENT
    return Told(
        entry,
        _title(entry),
        (*_facts(entry, why_sent), *([late_step] if late_step else ())),
        words.span(timedelta(seconds=entry.lay)) if entry.lay and entry.lay >= 60 else "",
        entry.recorded_at if late else None,
    )


def _title(entry: TimelineEntry) -> str:
    if entry.move is Move.VERIFY:
        return _("核实：属实") if entry.outcome else _("核实：不属实")
    if entry.move is Move.DISPATCH and entry.unit:
        return _("派遣至 %(unit)s", unit=entry.unit)
    if entry.move in _HELP and entry.unit:
        return _("%(move)s：%(unit)s", move=_(MOVE_NAMES[entry.move]), unit=entry.unit)
    if entry.move is Move.MERGE and entry.into:
        return _("并入 %(number)s", number=entry.into)
    if entry.move is Move.RECATEGORISE and entry.category and entry.details.get("split_from"):
        return _("拆分时归入 %(category)s", category=category_name(entry.category))
    if entry.move is Move.RECATEGORISE and entry.category:
        return _("改类为 %(category)s", category=category_name(entry.category))
    if entry.move is Move.SPLIT and entry.details.get("parts"):
        return _("拆分为 %(n)d 件", n=entry.details["parts"])
    if entry.move is Move.FILE and entry.details.get("split_from"):
        return _("由 %(number)s 拆分，立案", number=entry.details["split_from"])
    suspension = entry.details.get("suspension")
    if entry.move is Move.SUSPEND and suspension in set(Suspension):
        return _(SUSPENSION_NAMES[Suspension(suspension)])
    return _(MOVE_NAMES[entry.move])


_HELP = frozenset({Move.JOIN, Move.HELP_DONE, Move.HELP_RETURN, Move.END_HELP})


def _facts(entry: TimelineEntry, why_sent: Mapping[int, str]) -> list[str]:
    if entry.move is Move.RECOUNT:
        return _recounted(entry)
    if entry.move is Move.RELOCATE:
        return _relocated(entry)
    found: list[str] = []
    if rule := entry.details.get("dispatch_rule"):
        found.append(_by_rule(rule, why_sent.get(rule["id"], "")))
    if entry.due_at is not None:
        found.append(_("时限 %(due)s", due=words.full_time(entry.due_at)[:16]))
    # A filing's own is the first deadline that a file told beside the one in force.
    if entry.until_at is not None and entry.move is not Move.FILE:
        found.append(_until(entry.move, words.full_time(entry.until_at)[:16]))
    if under := entry.details.get("condition"):
        found.append(_("立案条件：%(words)s", words=under))
    if closing := entry.details.get("closing_condition"):
        found.append(_("结案条件：%(words)s", words=closing))
    if said := entry.details.get("said_at"):
        found.append(_("手机记录的时间 %(at)s", at=words.full_time(clock.parse_instant(said))))
    return found


def _by_rule(rule: Mapping[str, Any], why: str) -> str:
    """Which rule sent it and why, or that the person chose otherwise."""
    if not rule["followed"]:
        return _("未采用派遣规则「%(rule)s」的建议", rule=rule["name"])
    if why:
        return _("按派遣规则「%(rule)s」：%(why)s", rule=rule["name"], why=why)
    return _("按派遣规则「%(rule)s」", rule=rule["name"])


def _until(move: Move, until: str) -> str:
    if move is Move.ASK_EXTENSION:
        return _("申请延至 %(until)s", until=until)
    if move is Move.JOIN:
        return _("会办期限 %(until)s", until=until)
    if move is Move.PRESS:
        return _("答复期限 %(until)s", until=until)
    return _("恢复日期 %(until)s", until=until[:10])


def _recounted(entry: TimelineEntry) -> list[str]:
    """What a new calendar made of the deadlines: from when to when, and why."""
    found: list[str] = []
    told = entry.details
    if entry.due_at is not None and told.get("due_before"):
        before, due = _minute(told["due_before"]), words.full_time(entry.due_at)[:16]
        found.append(_("时限由 %(before)s 改为 %(due)s", before=before, due=due))
    if told.get("handle_due") and told.get("handle_due_before"):
        before, due = _minute(told["handle_due_before"]), _minute(told["handle_due"])
        found.append(_("处置时限由 %(before)s 改为 %(due)s", before=before, due=due))
    if told.get("changed") == "settings":
        found.append(_("改按现行立案条件和区域类别"))
    elif told.get("changed") == What.HOURS:
        found.append(_("因办公时间调整"))
    else:
        found.append(_("因%(year)s年工作日历公布或调整", year=str(told.get("first", ""))[:4]))
    return found


def _relocated(entry: TimelineEntry) -> list[str]:
    """Where the case lay before and where it lies now, as far as they differ."""
    before, after = entry.details.get("before", {}), entry.details.get("after", {})
    found: list[str] = []
    if before.get("address") != after.get("address"):
        found.append(_("地址由 %(before)s 改为 %(after)s", before=before.get("address") or "—", after=after["address"]))
    if (before.get("lon"), before.get("lat")) != (after.get("lon"), after.get("lat")):
        found.append(_("坐标由 %(before)s 改为 %(after)s", before=_degrees(before), after=_degrees(after)))
    if before.get("grid_id") != after.get("grid_id"):
        found.append(_("网格由 %(before)s 改为 %(after)s", before=before["grid"], after=after["grid"]))
    return found


def _degrees(place: Mapping[str, Any]) -> str:
    return "—" if place.get("lon") is None else f"{place['lon']:.6f}, {place['lat']:.6f}"


def _minute(text: str) -> str:
    return words.full_time(clock.parse_instant(text))[:16]
