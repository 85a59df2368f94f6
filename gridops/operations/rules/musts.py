"""What the law asks of a seizure, an impounding, a preservation: rules as data, each naming its article.

行政强制法 art. 16-28 (in force since 2012) for seizure and impounding, 行政处罚法 art. 42, 56, 85 for preservation
(before 2021-07-15 art. 37, whose seven days were calendar days: standards.md §11.2, law of the day).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridops.core import clock
from gridops.operations.rules.incidents import COERCIVE, Facts, IncidentKind
from gridops.squads.rules import Agency
from gridops.worktime.rules import Calendar, Hours, LimitUnit
from gridops.worktime.rules import deadline as end_of

APPROVAL_AFTER = timedelta(hours=24)
NEW_PENALTY_LAW = date(2021, 7, 15)


@dataclass(frozen=True, slots=True)
class Must:
    """One thing asked of some kinds: the field in which it is missing, the sentence with its article, when broken.

    It holds for incidents from `valid_from` up to, not including, `valid_to`.
    """

    field: str
    kinds: frozenset[IncidentKind]
    says: str
    broken: Callable[[Facts], bool]
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """How long things may be kept: `days` of a unit after the day, and `more` (calendar days) where prolonged."""

    kinds: frozenset[IncidentKind]
    days: int
    unit: LimitUnit
    says: str
    more: int = 0
    more_says: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def _few(facts: Facts) -> bool:
    return len({officer.key for officer in facts.officers}) < 2


def _without_certificate(facts: Facts) -> bool:
    return any(officer.certified is False for officer in facts.officers)


def _approved_late(facts: Facts) -> bool:
    return facts.approved_at is not None and facts.approved_at > facts.happened_at + APPROVAL_AFTER


def _approved_after(facts: Facts) -> bool:
    return facts.approved_at is not None and facts.approved_at > facts.happened_at


def _over_before_begun(facts: Facts) -> bool:
    return facts.deadline is not None and facts.deadline < facts.happened_at


def _answered_before(facts: Facts) -> bool:
    return facts.answered_at is not None and facts.answered_at < facts.happened_at


_SEIZED = frozenset({IncidentKind.SEIZED})
_IMPOUNDED = frozenset({IncidentKind.IMPOUNDED})
_PRESERVED = frozenset({IncidentKind.PRESERVED})
_ALL = frozenset(IncidentKind)
_OLD = {"valid_to": NEW_PENALTY_LAW}
_NEW = {"valid_from": NEW_PENALTY_LAW}

MUSTS: tuple[Must, ...] = (
    Must(
        "agency",
        _IMPOUNDED,
        "扣留车辆只能由公安机关交通管理部门实施（行政强制法第十七条第一款，道路交通安全法第五条）",
        lambda facts: facts.agency is not Agency.TRAFFIC_POLICE,
    ),
    Must(
        "basis",
        COERCIVE,
        "须写明法律、法规依据（行政强制法第十条、第二十四条第二款）",
        lambda facts: not facts.basis,
    ),
    Must(
        "basis",
        _PRESERVED,
        "须写明依据（行政处罚法第三十七条第二款，2017年修正）",
        lambda facts: not facts.basis,
        **_OLD,
    ),
    Must("basis", _PRESERVED, "须写明依据（行政处罚法第五十六条）", lambda facts: not facts.basis, **_NEW),
    Must(
        "approver",
        COERCIVE,
        "须经行政机关负责人批准（行政强制法第十八条第一项）",
        lambda facts: not facts.approver,
    ),
    Must(
        "approver",
        _PRESERVED,
        "须经行政机关负责人批准（行政处罚法第三十七条第二款，2017年修正）",
        lambda facts: not facts.approver,
        **_OLD,
    ),
    Must(
        "approver",
        _PRESERVED,
        "须经行政机关负责人批准（行政处罚法第五十六条）",
        lambda facts: not facts.approver,
        **_NEW,
    ),
    Must(
        "approved_at",
        COERCIVE,
        "情况紧急当场实施的，须在二十四小时内补办批准手续（行政强制法第十九条）",
        _approved_late,
    ),
    Must(
        "approved_at",
        _PRESERVED,
        "先行登记保存须事先批准（行政处罚法第三十七条第二款，2017年修正）",
        _approved_after,
        **_OLD,
    ),
    Must("approved_at", _PRESERVED, "先行登记保存须事先批准（行政处罚法第五十六条）", _approved_after, **_NEW),
    Must("officers", COERCIVE, "须由两名以上行政执法人员实施（行政强制法第十八条第二项）", _few),
    Must("officers", _PRESERVED, "执法人员不得少于两人（行政处罚法第三十七条第一款，2017年修正）", _few, **_OLD),
    Must("officers", _PRESERVED, "执法人员不得少于两人（行政处罚法第四十二条）", _few, **_NEW),
    Must(
        "officers",
        COERCIVE,
        "须由具备资格、执法证件当日有效的行政执法人员实施（行政强制法第十七条第三款）",
        _without_certificate,
    ),
    Must(
        "officers",
        _PRESERVED,
        "须由具有行政执法资格的执法人员实施（行政处罚法第四十二条）",
        _without_certificate,
        **_NEW,
    ),
    Must("items", COERCIVE, "须当场开列并交付清单（行政强制法第二十四条第一款）", lambda facts: not facts.items),
    Must(
        "items",
        _PRESERVED,
        "须当场清点并开列清单（行政处罚法第三十七条第二款，2017年修正）",
        lambda facts: not facts.items,
        **_OLD,
    ),
    Must("items", _PRESERVED, "须当场清点并开列清单（行政处罚法第五十六条）", lambda facts: not facts.items, **_NEW),
    Must("deadline", _SEIZED, "须写明期限（行政强制法第二十四条第二款）", lambda facts: facts.deadline is None),
    Must(
        "deadline",
        _IMPOUNDED,
        "须告知接受处理的期限（行政强制法第二十四条第二款，道路交通安全法第一百一十二条）",
        lambda facts: facts.deadline is None,
    ),
    Must(
        "deadline",
        _PRESERVED,
        "须写明作出处理决定的期限（行政处罚法第三十七条第二款，2017年修正）",
        lambda facts: facts.deadline is None,
        **_OLD,
    ),
    Must(
        "deadline",
        _PRESERVED,
        "须写明作出处理决定的期限（行政处罚法第五十六条）",
        lambda facts: facts.deadline is None,
        **_NEW,
    ),
    Must("deadline", _ALL, "期限不得早于发生时间", _over_before_begun),
    Must("answered_at", _ALL, "反馈时间不得早于发生时间", _answered_before),
)

TERMS: tuple[Term, ...] = (
    Term(
        COERCIVE,
        30,
        LimitUnit.CALENDAR_DAY,
        "查封、扣押的期限不得超过三十日（行政强制法第二十五条第一款）",
        more=30,
        more_says="延长的期限不得超过三十日（行政强制法第二十五条第一款）",
    ),
    Term(
        _PRESERVED,
        7,
        LimitUnit.CALENDAR_DAY,
        "须在七日内作出处理决定（行政处罚法第三十七条第二款，2017年修正）",
        valid_to=NEW_PENALTY_LAW,
    ),
    Term(
        _PRESERVED,
        7,
        LimitUnit.WORKING_DAY,
        "须在七日内作出处理决定，七日指工作日（行政处罚法第五十六条、第八十五条）",
        valid_from=NEW_PENALTY_LAW,
    ),
)


def term_of(kind: IncidentKind, happened_at: datetime) -> Term | None:
    """The term that held for a kind on the local day it happened; None where the law sets none."""
    return next((term for term in TERMS if kind in term.kinds and held(term, happened_at)), None)


def latest_end(
    kind: IncidentKind, happened_at: datetime, calendar: Calendar, hours: Hours, *, prolonged: bool = False
) -> datetime | None:
    """The last instant to which things may be kept: the end of the last day; None where the law sets no term."""
    term = term_of(kind, happened_at)
    if term is None:
        return None
    first = end_of(happened_at, term.days, term.unit, calendar, hours).at
    return first + timedelta(days=term.more) if prolonged else first


def faults(facts: Facts, calendar: Calendar, hours: Hours, *, prolonged: bool = False) -> tuple[tuple[str, str], ...]:
    """What of the law's musts an incident breaks: (field, sentence with the article), in the order of the rules.

    `prolonged`: its deadline may be one that was prolonged already (a file tells an incident as it stands).
    """
    found = [
        (must.field, must.says)
        for must in MUSTS
        if facts.kind in must.kinds and held(must, facts.happened_at) and must.broken(facts)
    ]
    term = term_of(facts.kind, facts.happened_at)
    last = latest_end(facts.kind, facts.happened_at, calendar, hours, prolonged=prolonged)
    if term is not None and last is not None and facts.deadline is not None and facts.deadline > last:
        found.append(("deadline", term.more_says if prolonged and term.more else term.says))
    return tuple(found)


def prolonging_fault(
    facts: Facts, new_deadline: datetime, approved_at: datetime, calendar: Calendar, hours: Hours
) -> tuple[str, str] | None:
    """What forbids a longer term (行政强制法 art. 25): approved in time, longer than before, 30 days more at most."""
    term = term_of(facts.kind, facts.happened_at)
    if term is None or not term.more or facts.deadline is None:
        return "deadline", "这类事项的期限不能延长"
    if approved_at > facts.deadline:
        return "approved_at", "延长须在原期限届满前批准（行政强制法第二十五条第一款）"
    if new_deadline <= facts.deadline:
        return "deadline", "延长后的期限须晚于原期限"
    last = latest_end(facts.kind, facts.happened_at, calendar, hours, prolonged=True)
    if last is not None and new_deadline > last:
        return "deadline", term.more_says
    return None


def held(rule: Must | Term, at: datetime) -> bool:
    """Whether a rule was law on the local day of an instant."""
    day = clock.local_date(at)
    return (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day < rule.valid_to)
