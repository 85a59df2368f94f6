"""The checks of a decision (standards.md 3.10 as amended by §11): one row each, its message names the article.

Officers, certificates and the published list are asked of the street's own decisions only; of those of other bodies
we keep authority, number, date and result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from gridops.core import clock
from gridops.penalties.rules.kinds import HEARD, ON_THE_SPOT, PARTY_NAMES, PartyKind, PenaltyKind
from gridops.penalties.rules.law import Asks, Days, Limit, after_years, known, last_instant, limit
from gridops.penalties.rules.money import NOTHING
from gridops.worktime.rules import Calendar, Hours

Broken = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Officer:
    """One who signs: what tells them apart, and whether their certificate holds on the day of the decision."""

    key: str
    certified: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as the law looks at it. Times aware, amounts in yuan.

    `listed`: the matter is in the street's published list on that day; None: no legal basis is named. `in_force`: that
    basis held on the day of the act or of the decision; `most`: its highest fine for this party. `earlier_fine`:
    another fine for the same act stands.
    """

    decided_at: datetime
    opened_at: datetime
    own: bool
    party_kind: PartyKind = PartyKind.ORGANISATION
    act_at: datetime | None = None
    told_at: datetime | None = None
    party: str = ""
    decided_by: str = ""
    decision_no: str | None = None
    kinds: tuple[PenaltyKind, ...] = ()
    fine: Decimal = NOTHING
    confiscated: Decimal = NOTHING
    simple: bool = False
    grave: bool = False
    hearing: bool = False
    officers: tuple[Officer, ...] = ()
    listed: bool | None = None
    in_force: bool = True
    most: Decimal | None = None
    earlier_fine: bool = False
    late_ground: str | None = None

    @property
    def days(self) -> Days:
        """The days that choose the law."""
        act = clock.local_date(self.act_at) if self.act_at else None
        return Days(clock.local_date(self.decided_at), act, clock.local_date(self.opened_at))

    def asked(self, asks: Asks) -> Limit | None:
        """A limit by the law of this decision's days."""
        return limit(asks, self.days, self.party_kind)


@dataclass(frozen=True, slots=True)
class Working:
    """The calendar by which working days are counted."""

    calendar: Calendar
    hours: Hours


Check = Callable[[Decision, Working], str | None]


@dataclass(frozen=True, slots=True)
class Guard:
    """One check: the field it is about, whether of the street's own decisions only, and the sentence when broken."""

    field: str
    check: Check
    own_only: bool = True


def faults(decision: Decision, working: Working) -> list[Broken]:
    """Everything that the law finds wrong with a decision: (field, sentence with its article)."""
    return [
        (guard.field, said)
        for guard in GUARDS
        if (decision.own or not guard.own_only) and (said := guard.check(decision, working))
    ]


def cash_fault(amount: Decimal, fine: Decimal, simple: bool, paid_on: date, reason: str | None) -> Broken | None:
    """Money taken on the spot: small fines only, or for a reason (行政处罚法 art. 68, 69; formerly art. 47)."""
    row = known(Asks.CASH, Days(paid_on))
    if reason or (simple and fine <= row.amount and amount <= row.amount):
        return None
    return "reason", f"当场收缴限当场处罚中{row.amount}元以下的罚款，否则须写明理由（{row.source}）"


def change_fault(fine: Decimal, changed_fine: Decimal | None) -> Broken | None:
    """Neither reconsideration nor a court may make it worse for the party who asked."""
    if changed_fine is None or changed_fine <= fine:
        return None
    return "changed_fine", "变更后的罚款不得高于原决定（行政复议法第六十三条、行政诉讼法第七十七条）"


def _power(it: Decision, _working: Working) -> str | None:
    """Streets have power of their own only since the revised law."""
    if it.asked(Asks.STREET_POWER) is not None:
        return None
    return "街道自2021年7月15日起方可依法取得处罚权，此前应由有权机关决定（行政处罚法第二十四条第一款）"


def _basis(it: Decision, _working: Working) -> str | None:
    return "须写明处罚依据，没有法定依据的处罚无效（行政处罚法第三十八条第一款）" if it.listed is None else None


def _list(it: Decision, _working: Working) -> str | None:
    if it.listed is not False or it.asked(Asks.STREET_POWER) is None:
        return None
    return "该事项在决定之日不在已公布的街道赋权清单内（行政处罚法第二十四条）"


def _force(it: Decision, _working: Working) -> str | None:
    return None if it.in_force else "处罚依据在违法行为发生时和决定时均不具有效力（行政处罚法第三十七条）"


def _highest(it: Decision, _working: Working) -> str | None:
    if it.most is None or it.fine <= it.most:
        return None
    return f"罚款高于处罚依据规定的最高额{it.most}元（行政处罚法第四条、第三十四条）"


def _officers(it: Decision, _working: Working) -> str | None:
    row = it.asked(Asks.OFFICERS)
    if row is None or len({one.key for one in it.officers}) >= int(row.amount):
        return None
    return f"执法人员不得少于两人，须为不同的人（{row.source}）"


def _certificates(it: Decision, _working: Working) -> str | None:
    row = it.asked(Asks.OFFICERS)
    if row is None or all(one.certified for one in it.officers):
        return None
    return f"执法人员在决定之日须持有有效的执法证件（{row.source}）"


def _simple(it: Decision, _working: Working) -> str | None:
    row = it.asked(Asks.SIMPLE_FINE)
    if not it.simple or row is None:
        return None
    if it.fine <= row.amount and set(it.kinds) <= ON_THE_SPOT:
        return None
    party = PARTY_NAMES[it.party_kind]
    return f"当场处罚限警告或对{party}{row.amount}元以下的罚款（{row.source}）"


def _telling(it: Decision, _working: Working) -> str | None:
    row = it.asked(Asks.TELLING)
    if row is None or it.simple or (it.told_at is not None and it.told_at <= it.decided_at):
        return None
    return f"作出决定之前须告知拟处罚的内容、事实、理由、依据和权利（{row.source}）"


def _hearing(it: Decision, working: Working) -> str | None:
    """Until the days to ask for a hearing are over nothing can be decided."""
    if it.told_at is None or it.simple or not (it.hearing or HEARD & set(it.kinds)):
        return None
    row = limit(Asks.HEARING_REQUEST, Days(clock.local_date(it.told_at)))
    if row is None or it.decided_at > last_instant(row, it.told_at, working.calendar, working.hours):
        return None
    return f"告知听证权利后{row.days}{row.counted}内当事人可以要求听证，期满方可决定（{row.source}）"


def _term(it: Decision, working: Working) -> str | None:
    row = it.asked(Asks.DECIDING)
    if row is None or it.late_ground:
        return None
    if it.decided_at <= last_instant(row, it.opened_at, working.calendar, working.hours):
        return None
    return f"应自立案之日起{row.days}日内作出决定，延长的须写明依据（{row.source}）"


def _act_day(it: Decision, _working: Working) -> str | None:
    """Without it neither the time bar nor the law of the day can be judged."""
    return None if it.act_at else "须写明违法行为发生的时间，以核对追责期限（行政处罚法第三十六条、第三十七条）"


def _time_bar(it: Decision, _working: Working) -> str | None:
    """Counted from the act to its discovery, which is known here by the day of filing."""
    row = it.asked(Asks.GRAVE_TIME_BAR if it.grave else Asks.TIME_BAR)
    if it.act_at is None or row is None:
        return None
    if clock.local_date(it.opened_at) <= after_years(clock.local_date(it.act_at), int(row.amount)):
        return None
    return f"违法行为在{row.amount}年内未被发现的，不再给予处罚（{row.source}）"


def _one_fine(it: Decision, _working: Working) -> str | None:
    row = it.asked(Asks.ONE_FINE)
    if row is None or not it.earlier_fine or it.fine == NOTHING:
        return None
    return f"同一违法行为不得给予两次以上罚款（{row.source}）"


def _kinds(it: Decision, _working: Working) -> str | None:
    if it.kinds:
        return None
    return "须写明处罚种类（行政处罚法第九条）；责令改正不是处罚种类"


def _fine_kind(it: Decision, _working: Working) -> str | None:
    if it.fine == NOTHING or not it.kinds or PenaltyKind.FINE in it.kinds:
        return None
    return "写明罚款金额的，处罚种类须含罚款（行政处罚法第九条第二项）"


def _confiscation_kind(it: Decision, _working: Working) -> str | None:
    if it.confiscated == NOTHING or not it.kinds or PenaltyKind.CONFISCATION in it.kinds:
        return None
    return "写明没收金额的，处罚种类须含没收（行政处罚法第九条第二项）"


def _number(it: Decision, _working: Working) -> str | None:
    article = "第五十二条" if it.simple else "第五十九条"
    return None if it.decision_no else f"决定书须编有号码（行政处罚法{article}）"


def _party(it: Decision, _working: Working) -> str | None:
    return None if it.party else "须写明当事人的姓名或者名称（行政处罚法第五十九条）"


def _authority(it: Decision, _working: Working) -> str | None:
    return None if it.decided_by else "须写明作出决定的行政机关（行政处罚法第五十九条）"


def _order(it: Decision, _working: Working) -> str | None:
    early = clock.local_date(it.decided_at) < clock.local_date(it.opened_at)
    return "决定日期不得早于立案日期（行政处罚法第五十四条）" if early else None


GUARDS: tuple[Guard, ...] = (
    Guard("decided_by", _authority, own_only=False),
    Guard("decided_at", _order, own_only=False),
    Guard("kinds", _kinds, own_only=False),
    Guard("kinds", _fine_kind, own_only=False),
    Guard("kinds", _confiscation_kind, own_only=False),
    Guard("decided_by", _power),
    Guard("basis_id", _basis),
    Guard("basis_id", _list),
    Guard("basis_id", _force),
    Guard("fine", _highest),
    Guard("officers", _officers),
    Guard("officers", _certificates),
    Guard("simple", _simple),
    Guard("told_rights_at", _telling),
    Guard("told_rights_at", _hearing),
    Guard("decided_at", _term),
    Guard("act_at", _act_day),
    Guard("act_at", _time_bar),
    Guard("fine", _one_fine),
    Guard("decision_no", _number),
    Guard("party", _party),
)
