"""What the law still asks of a proceeding: open points, each with its article and its last second, if any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gridops.core import clock
from gridops.penalties.rules.acts import Act, Stage, stage_of
from gridops.penalties.rules.guards import Broken, Working
from gridops.penalties.rules.law import Asks, Days, known, last_instant, limit
from gridops.penalties.rules.money import Terms, balance, days_late, due
from gridops.penalties.rules.projection import State

# 行政复议法 (2023) art. 23: since 2024 a penalty on the spot goes to reconsideration before a court.
RECONSIDERATION_FIRST = clock.parse_instant("2024-01-01")
# 行政诉讼法 art. 46: six months from knowing; 行政强制法 art. 53: three more to ask a court for enforcement.
_REMEDY_MONTHS, _ENFORCING_MONTHS = 6, 3
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Point:
    """One open point: the act that would settle it, the sentence, by when (None: no day), whether that is over."""

    act: Act
    says: str
    due_at: datetime | None = None
    late: bool = False


def open_points(
    state: State, terms: Terms, paid: Decimal, at: datetime, working: Working, broken: list[Broken]
) -> list[Point]:
    """The open points at an instant; `broken`: what `guards.faults` finds wrong with the decision as it stands.

    Of other bodies' decisions only what should be kept of them is asked.
    """
    stage = _stage(state)
    found = [Point(Act.DECIDE, says) for _field, says in broken]
    if stage in (Stage.OPEN, Stage.TOLD):
        return [*found, *_undecided(state, at, working)] if _ours(state) else found
    if stage is Stage.WAIVED:
        return [Point(Act.CONCLUDE, "不予处罚的，应对当事人进行教育后结案（行政处罚法第三十三条第三款）")]
    if not state.own:
        return found if state.decision_no else [*found, Point(Act.DECIDE, "未登记决定书文号")]
    if stage is Stage.DECIDED:
        found.append(_service(state, at, working))
    if stage is Stage.SERVED:
        found += _after_service(state, terms, paid, at)
    if stage is Stage.REVOKED:
        found += _after_end(terms, paid, at)
    return found


def _stage(state: State) -> Stage:
    return stage_of(
        told_at=state.told_rights_at,
        waived_at=state.waived_at,
        decided_at=state.decided_at,
        served_at=state.served_at,
        revoked_at=state.revoked_at,
        concluded_at=state.concluded_at,
    )


def _ours(state: State) -> bool:
    return state.own or not state.decided_by


def _undecided(state: State, at: datetime, working: Working) -> list[Point]:
    assert state.opened_at is not None
    filed = clock.local_date(state.opened_at)
    found = []
    telling = limit(Asks.TELLING, Days(clock.local_date(at)))
    if state.told_rights_at is None and not state.simple and telling is not None:
        found.append(Point(Act.TELL, f"作出决定之前须告知拟处罚的内容和权利（{telling.source}）"))
    deciding = limit(Asks.DECIDING, Days(clock.local_date(at), filing=filed))
    if deciding is not None:
        by = last_instant(deciding, state.opened_at, working.calendar, working.hours)
        found.append(_point(Act.DECIDE, f"自立案之日起{deciding.days}日内作出决定（{deciding.source}）", by, at))
    else:
        found.append(Point(Act.DECIDE, "尚未作出决定"))
    return found


def _service(state: State, at: datetime, working: Working) -> Point:
    assert state.decided_at is not None
    if state.simple:
        says = "当场处罚决定书应当场交付当事人，并报所属机关备案（行政处罚法第五十二条）"
        if state.decided_at >= RECONSIDERATION_FIRST:
            says = "当场交付决定书并报备案，告知当事人先申请行政复议（行政处罚法第五十二条、行政复议法第二十三条）"
        return _point(Act.SERVE, says, state.decided_at, at)
    row = known(Asks.SERVICE, Days(clock.local_date(state.decided_at)))
    by = last_instant(row, state.decided_at, working.calendar, working.hours)
    return _point(Act.SERVE, f"当事人不在场的，应在{row.days}{row.counted}内送达（{row.source}）", by, at)


def _after_service(state: State, terms: Terms, paid: Decimal, at: datetime) -> list[Point]:
    day, served_at = due(terms), state.served_at
    if day is None or served_at is None:
        return []
    if balance(terms, paid, at).outstanding == 0:
        return [Point(Act.CONCLUDE, "处罚内容已执行完毕的，应结案归档（行政处罚法第四十七条）")]
    paying = known(Asks.PAYING, Days(clock.local_date(served_at)))
    by = clock.midnight(day + timedelta(days=1)) - _SECOND
    found = [_point(Act.PAY, f"自收到决定书之日起{paying.days}日内缴款（{paying.source}）", by, at)]
    if days_late(terms, at) > 0:
        found += _when_late(terms, at, served_at)
    return found


def _when_late(terms: Terms, at: datetime, served_at: datetime) -> list[Point]:
    demand, after = known(Asks.DEMAND, Days(clock.local_date(at))), known(Asks.AFTER_DEMAND, Days(clock.local_date(at)))
    found = []
    if not terms.surcharge_stated:
        found.append(Point(Act.PAY, "决定书未告知加处罚款的标准，不得加处罚款（行政强制法第四十五条第一款）"))
    if days_late(terms, at) > demand.days:
        found.append(Point(Act.PAY, f"加处罚款超过{demand.days}日仍不履行的，应催告当事人（{demand.source}）"))
    begins = _after_months(served_at, _REMEDY_MONTHS)
    if at >= begins:
        ends = _after_months(served_at, _REMEDY_MONTHS + _ENFORCING_MONTHS)
        says = f"催告满{after.days}{after.counted}仍不履行的，可申请法院强制执行（{after.source}）"
        found.append(_point(Act.PAY, says, ends, at))
    return found


def _after_end(terms: Terms, paid: Decimal, at: datetime) -> list[Point]:
    """A decision that was published is withdrawn within three working days; what was paid goes back."""
    found = [
        Point(Act.CONCLUDE, "已公开的，应在3个工作日内撤回并公开说明理由（行政处罚法第四十八条第二款、第八十五条）")
    ]
    if balance(terms, paid, at).refund:
        found.append(Point(Act.CONCLUDE, "已收缴的款项应依法退还（国家赔偿法第三十六条第一项）"))
    return found


def _point(act: Act, says: str, by: datetime, at: datetime) -> Point:
    return Point(act, says, by, at > by)


def _after_months(instant: datetime, months: int) -> datetime:
    """The end of the same day some months later (the month's last day where it has none such)."""
    day = clock.local_date(instant)
    years, month = divmod(day.month - 1 + months, 12)
    first = day.replace(year=day.year + years, month=month + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return clock.midnight(min(first.replace(day=min(day.day, last.day)), last) + timedelta(days=1)) - _SECOND
