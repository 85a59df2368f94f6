"""What each figure of enforcement and supervision means (statistics.md §3): every rule once, over plain facts.

Pure; knows nothing of money: penalties, their numbers included, are told by `figures.money` alone. A round or an outing
and everything of it belong to the period of its start; premises that were merged are one.
"""

from __future__ import annotations

from typing import Any, cast

from gridops.figures import hotline, judged
from gridops.figures.rules.facts import (
    Assessed,
    Bounds,
    Finding,
    Incident,
    Look,
    Matter,
    Order,
    Outing,
    Paper,
    Problem,
    Round,
    Tally,
    Upheld,
    Visit,
)
from gridops.figures.rules.telling import Figure, Rate, Telling
from gridops.inspections import rules as rounds
from gridops.inspections.rules import OFFICERS, OrderKind, VisitKind
from gridops.operations.rules import MEASURES, IncidentKind, TallyKind
from gridops.supervision.rules import Light, MatterState, ProblemState, matters, problems
from gridops.supervision.rules.checks import check_key


def held(it: Round, at: Bounds) -> bool:
    """An ended round that began in P and saw something: premises, or a grid where nothing was found."""
    return at.known(it.ended_at) and rounds.held(cast(Any, it), it.seen, at.start, at.end)


def visited(it: Visit, at: Bounds) -> bool:
    """A complete visit of one of P's rounds, no re-inspection."""
    return at.within(it.began_at) and it.complete and not it.recheck and it.round_id is not None


def rechecked(it: Visit, at: Bounds) -> bool:
    """A complete re-inspection, of P's rounds or by itself in P."""
    return at.within(it.began_at) and it.complete and it.recheck


def found(it: Finding, at: Bounds) -> bool:
    """A finding of P's rounds."""
    return at.within(it.began_at)


def mended(it: Finding, at: Bounds) -> bool:
    """A finding of P's rounds that a re-inspection saw mended by as_of."""
    return found(it, at) and at.known(it.corrected_at)


def unmended(it: Finding, at: Bounds) -> bool:
    """A finding of P's rounds whose order fell due before E and which nobody has seen mended."""
    return found(it, at) and at.overdue(it.due_at) and not at.known(it.corrected_at)


def ordered(it: Order, at: Bounds) -> bool:
    """责令改正: only after an inspection by two certified officers; a call or patrol leaves a hazard notice."""
    lawful = it.how == VisitKind.INSPECTION and it.officers >= OFFICERS
    return at.within(it.began_at) and it.paper == OrderKind.ORDER and lawful


def out(it: Outing, at: Bounds) -> bool:
    """An ended outing that began in P."""
    return at.within(it.started_at) and at.known(it.ended_at)


def referred(it: Incident, at: Bounds) -> bool:
    """移送 sent in P."""
    return it.what == IncidentKind.REFERRED and at.within(it.happened_at)


def named(it: Problem, _at: Bounds) -> bool:
    """An item of the previous issue; the facts of a period hold no other."""
    return bool(it.number)


def accepted(it: Problem, at: Bounds) -> bool:
    """An item whose correction was accepted before E."""
    return problems.state_at(it, at.end) is ProblemState.ACCEPTED


def verified(it: Look, at: Bounds) -> bool:
    """A look of P whose fact was verified by as_of."""
    return at.within(it.at) and it.verified and (it.verified_at is None or at.known(it.verified_at))


def standing(it: Matter, at: Bounds) -> MatterState | None:
    """How a supervised matter stands at E, None: begun later; what falls due in the days still ahead is not late."""
    begun = matters.state_at(
        at.end, opened_at=it.opened_at, due_at=None, done_at=it.done_at, light=Light(it.light) if it.light else None
    )
    return MatterState.LATE if begun is MatterState.ON_TRACK and at.overdue(it.due_at) else begun


def _matters(suffix: str, name: str, definition: str, *states: MatterState) -> Figure:
    return Figure(
        f"matters.{suffix}",
        name,
        "count",
        definition,
        Matter.kind,
        lambda it, at: standing(it, at) in states,
        stock=True,
    )


def issued(it: Paper, at: Bounds) -> bool:
    """A paper issued in P; for a year one of its periods, issued by as_of."""
    if at.yearly:
        return at.start <= it.starts_at and it.ends_at <= at.end and at.known(it.issued_at)
    return at.within(it.issued_at)


def left_out(it: Upheld, at: Bounds) -> bool:
    """A case that its unit should have handled, left out of ranks since an appeal was upheld by as_of."""
    return it.should_handle and at.known(it.decided_at)


def _tallies(kind: TallyKind, definition: str) -> Figure:
    measure = MEASURES[kind]
    return Figure(
        f"tallies.{kind.value}",
        measure.name,
        measure.unit,
        definition,
        Tally.kind,
        lambda it, at: at.within(it.began_at) and it.counts == kind,
        amount=lambda it, _: it.amount,
    )


def _incidents(kind: IncidentKind, name: str, definition: str) -> Figure:
    return Figure(
        f"incidents.{kind.value}",
        name,
        "count",
        definition,
        Incident.kind,
        lambda it, at: at.within(it.began_at) and it.what == kind and it.lawful,
    )


def _premises(it: Any) -> int:
    return int(it.premises_id)


TELLING = Telling(
    (
        Figure(
            "rounds.held",
            "夜查次数",
            "times",
            "统计时段内开始、已经结束且至少检查一家企业或者一个网格的夜查次数，跨零点的计入开始之日。",
            Round.kind,
            held,
        ),
        Figure(
            "rounds.people_turns",
            "夜查出动人员",
            "person_times",
            "各次夜查中签到的人员，每人每次计一次。",
            Round.kind,
            held,
            amount=lambda it, _: it.people,
        ),
        Figure(
            "rounds.officer_turns",
            "夜查出动执法人员",
            "person_times",
            "各次夜查中签到且当日持有有效执法证件的人员，每人每次计一次。",
            Round.kind,
            held,
            amount=lambda it, _: it.officers,
        ),
        Figure("visits.made", "检查家次", "times", "各次夜查中完成的检查，复查另计。", Visit.kind, visited),
        Figure(
            "visits.rechecks", "复查家次", "times", "统计时段内完成的复查，含夜查以外的复查。", Visit.kind, rechecked
        ),
        Figure(
            "visits.premises",
            "检查企业数",
            "premises",
            "各次夜查检查的企业，去重后的家数。",
            Visit.kind,
            visited,
            of=_premises,
        ),
        Figure("findings.found", "发现问题数", "count", "各次夜查中发现的问题。", Finding.kind, found),
        Figure(
            "findings.corrected",
            "已整改问题数",
            "count",
            "夜查发现的问题中，数据提取前经复查确认整改的。",
            Finding.kind,
            mended,
            stock=True,
        ),
        Figure(
            "findings.overdue",
            "超期未整改问题数",
            "count",
            "夜查发现的问题中，责令改正期限在期末前届满而未整改的。",
            Finding.kind,
            unmended,
            stock=True,
        ),
        Figure(
            "orders.to_correct",
            "责令改正企业数",
            "premises",
            "夜查中由两名执法人员进行行政检查并责令改正的企业，去重后的家数；走访、巡查的隐患提示单不计。",
            Order.kind,
            ordered,
            of=_premises,
        ),
        Figure(
            "operations.held", "联合整治次数", "times", "统计时段内开始且已经结束的联合整治行动。", Outing.kind, out
        ),
        Figure(
            "operations.people_turns",
            "联合整治出动人员",
            "person_times",
            "各次联合整治行动中签到的人员，每人每次计一次。",
            Outing.kind,
            out,
            amount=lambda it, _: it.people,
        ),
        _tallies(TallyKind.PERSUADED, "统计时段内开始的联合整治行动中劝导的人次。"),
        _tallies(TallyKind.TIDIED, "统计时段内开始的联合整治行动中规范摆放的车辆。"),
        _tallies(TallyKind.CLEARED, "统计时段内开始的联合整治行动中清理的处数。"),
        _tallies(TallyKind.LEAFLETS, "统计时段内开始的联合整治行动中发放的告知书。"),
        _incidents(
            IncidentKind.SEIZED,
            "扣押",
            "统计时段内的扣押，以机关、依据、审批人、两名执法人员、清单和期限齐全的记录为准。",
        ),
        _incidents(
            IncidentKind.IMPOUNDED,
            "交警扣留",
            "统计时段内的交警扣留，以机关、依据、审批人、两名执法人员、清单和期限齐全的记录为准。",
        ),
        _incidents(
            IncidentKind.PRESERVED,
            "先行登记保存",
            "统计时段内的先行登记保存，以机关、依据、审批人、两名执法人员、清单和期限齐全的记录为准。",
        ),
        Figure("referrals.sent", "移送线索数", "count", "统计时段内移送其他机关的线索。", Incident.kind, referred),
        Figure(
            "referrals.answered",
            "移送已反馈数",
            "count",
            "移送的线索中，数据提取前已收到反馈的。",
            Incident.kind,
            lambda it, at: referred(it, at) and at.known(it.answered_at),
            stock=True,
        ),
        Figure(
            "problems.named",
            "通报问题数",
            "count",
            "上一期通报所列的问题；年度为各期所列。",
            Problem.kind,
            named,
            stock=True,
        ),
        Figure(
            "problems.corrected",
            "通报问题已整改数",
            "count",
            "所列问题中，期末前整改并经认可的。",
            Problem.kind,
            accepted,
            stock=True,
        ),
        Figure(
            "problems.overdue",
            "通报问题超期数",
            "count",
            "所列问题中，期限在期末前届满而整改未经认可的。",
            Problem.kind,
            lambda it, at: at.overdue(it.due_at) and not accepted(it, at),
            stock=True,
        ),
        Figure(
            "discipline.checks",
            "明察暗访次数",
            "times",
            "统计时段内的明察暗访，同一天同一来源的计一次。",
            Look.kind,
            lambda it, at: at.within(it.at),
            of=lambda it: check_key(it.at, it.source),
        ),
        Figure(
            "discipline.units",
            "明察暗访检查单位数",
            "count",
            "统计时段内明察暗访检查的单位，去重后的个数。",
            Look.kind,
            lambda it, at: at.within(it.at),
            of=lambda it: it.unit_id,
        ),
        Figure(
            "discipline.verified",
            "查实问题数",
            "count",
            "统计时段内明察暗访发现、数据提取前查实的问题。",
            Look.kind,
            verified,
        ),
        _matters("total", "督查事项数", "期末前立项的督查事项。", *MatterState),
        _matters("on_track", "正常推进事项数", "期末未销号、未到期且不是红灯的督查事项。", MatterState.ON_TRACK),
        _matters("late", "滞后事项数", "期末未销号而已到期或者为红灯的督查事项。", MatterState.LATE),
        _matters("done", "销号事项数", "期末前已销号的督查事项。", MatterState.DONE),
        Figure(
            "assessment.problems",
            "上级考核下发问题数",
            "count",
            "统计时段内立案、来源为上级考核的案件。",
            Assessed.kind,
            lambda it, at: at.within(it.filed_at),
        ),
        Figure(
            "assessment.corrected",
            "上级考核问题已整改数",
            "count",
            "上级考核下发的问题中，数据提取前已结案的。",
            Assessed.kind,
            lambda it, at: at.within(it.filed_at) and at.known(it.closed_at),
            stock=True,
        ),
        Figure(
            "appeals.upheld",
            "申诉成立数",
            "count",
            "应处置案件中，数据提取前申诉成立、不计入单位排名分子和分母的。",
            Upheld.kind,
            left_out,
            stock=True,
        ),
        *hotline.FIGURES,
        *judged.FIGURES,
        Figure(
            "bulletins.issued",
            "印发期数",
            "count",
            "统计时段内印发的本系列通报；年度为当年各期、数据提取前已印发的。",
            Paper.kind,
            issued,
        ),
    ),
    (
        Rate(
            "findings.correction_rate",
            "问题整改率",
            "findings.corrected",
            "findings.found",
            "已整改问题数与发现问题数之比。",
        ),
        Rate(
            "problems.correction_rate",
            "通报问题整改率",
            "problems.corrected",
            "problems.named",
            "已整改的通报问题数与通报问题数之比。",
        ),
        *hotline.RATES,
    ),
)
