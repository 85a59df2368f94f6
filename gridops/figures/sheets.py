"""Tables of enforcement and supervision in the shape of the contract: rows told by the same rules as the figures. Pure.

A row of `by_campaign` has the columns of its cases and those of its outings; each other table has rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gridops.core import clock
from gridops.figures import enforcement, money
from gridops.figures.counts import KEYS
from gridops.figures.rules.facts import Bounds, Facts, Look, Outing, Problem, Round, Score
from gridops.figures.rules.tables import REST, Names, TableRow, row, row_key
from gridops.figures.rules.telling import columns, grouped
from gridops.operations.rules import TallyKind
from gridops.penalties.rules import KIND_NAMES
from gridops.squads.rules import AGENCY_NAMES

Tables = Mapping[str, list[TableRow]]
TABLES = ("rounds", "penalties_by_kind", "problems", "discipline", "scores", "corrections", "late_work")
OF_ROUNDS = columns(
    enforcement.TELLING,
    [
        ("people", "rounds.people_turns"),
        ("officers", "rounds.officer_turns"),
        ("visits", "visits.made"),
        ("rechecks", "visits.rechecks"),
        ("premises", "visits.premises"),
        ("findings", "findings.found"),
        ("corrected", "findings.corrected"),
        ("overdue", "findings.overdue"),
        ("orders", "orders.to_correct"),
    ],
)
OF_CAMPAIGNS = columns(
    enforcement.TELLING,
    [
        ("outings", "operations.held"),
        ("operations", "operations.held"),
        ("people_turns", "operations.people_turns"),
        *((kind.value, f"tallies.{kind.value}") for kind in TallyKind),
        *((what, f"incidents.{what}") for what in ("seized", "impounded", "preserved")),
        ("referred", "referrals.sent"),
        ("answered", "referrals.answered"),
    ],
)
OF_KINDS = columns(
    money.TELLING,
    [
        ("decided", "penalties.decided"),
        ("fined_yuan", "penalties.fined_yuan"),
        ("confiscated_yuan", "penalties.confiscated_yuan"),
        ("others_decided", "penalties.others_decided"),
        ("premises", "premises.penalised"),
        ("premises_by_month", "premises.penalised_each_month"),
    ],
)
# What people found of single cases, which their rows tell too: faked, come back.
OF_VERDICTS = columns(enforcement.TELLING, [("faked", "cases.faked"), ("recurred", "cases.recurred")])
# What the item of an assessment is called that sums up all others.
_TOTALS = frozenset({"总分", "总得分", "综合得分", "合计", "总成绩"})


def tables(facts: Facts, bounds: Bounds) -> dict[str, list[TableRow]]:
    """The tables that are no tables of cases, by their names."""
    return {
        "rounds": _rounds(facts, bounds),
        "penalties_by_kind": _penalties(facts, bounds),
        "problems": [_problem(it, bounds) for it in facts.get(Problem.kind, ())],
        "discipline": [_verified(it) for it in facts.get(Look.kind, ()) if enforcement.verified(it, bounds)],
        "scores": _scores(facts.get(Score.kind, ())),
        "corrections": [_correction(it) for it in facts.get(money.Correction.kind, ())],
        "late_work": _late(facts),
    }


def complete(
    made: Mapping[str, list[TableRow]], facts: Facts, bounds: Bounds, names: Names
) -> dict[str, list[TableRow]]:
    """The tables of cases with what enforcement and appeals add to their rows, and the tables of facts."""
    return {
        **made,
        "by_campaign": campaigns(made["by_campaign"], facts, bounds, names),
        "by_grid": with_verdicts("by_grid", made["by_grid"], facts, bounds, names),
        "by_unit": with_verdicts("by_unit", with_appeals(made["by_unit"], facts, bounds, names), facts, bounds, names),
        **tables(facts, bounds),
    }


def figures(facts: Facts, bounds: Bounds) -> dict[str, dict[str, Any]]:
    """Every figure of enforcement, supervision and penalties, without comparisons."""
    return {**enforcement.TELLING.laid_out(facts, bounds), **money.TELLING.laid_out(facts, bounds)}


def campaign_ids(facts: Facts) -> set[int]:
    """The campaigns that facts name."""
    return {fact.campaign_id for kind in GROUPS["by_campaign"] for fact in facts.get(kind, ())} - {0}


def unit_ids(facts: Facts) -> set[int]:
    """The units that facts name in whose row they stand."""
    return {fact.unit_id for kind in GROUPS["by_unit"] for fact in facts.get(kind, ())} - {0}


def campaigns(rows: Sequence[TableRow], facts: Facts, bounds: Bounds, names: Names) -> list[TableRow]:
    """`by_campaign` with what its outings did; a campaign without cases gets a row of its own before that of none."""
    told = grouped(OF_CAMPAIGNS, facts, bounds, lambda it: _campaign_key(it.campaign_id, names))
    labels = {_campaign_key(int(key), names): label for key, (_, label) in names.campaigns.items()}
    agencies: dict[str, set[str]] = {}
    for outing in facts.get(Outing.kind, ()):
        if enforcement.out(outing, bounds):
            agencies.setdefault(_campaign_key(outing.campaign_id, names), set()).update(outing.agencies)
    known = {each["key"]: each for each in rows}
    missing = [key for key in told if key not in known]
    known |= {key: row(key, labels.get(key, key), [0] * len(KEYS), [0] * len(KEYS)) for key in missing}
    order = sorted(known, key=lambda key: (key == REST, key))
    return [{**known[key], **_done(told.get(key, {})), "agencies": _named(agencies.get(key, ()))} for key in order]


def with_appeals(rows: Iterable[TableRow], facts: Facts, bounds: Bounds, names: Names) -> list[TableRow]:
    """`by_unit` with how many cases an upheld appeal leaves out of the ranks: of those to handle, and of those on time.

    The figures of the row stay as they are (statistics.md §2).
    """
    out: dict[str, list[bool]] = {}
    for case in facts.get("upheld", ()):
        if enforcement.left_out(case, bounds):
            told = names.units.get(str(case.unit_id))
            out.setdefault(row_key(told[0]) if told else REST, []).append(case.on_time)
    return [{**each, "upheld": len(its := out.get(each["key"], [])), "upheld_on_time": sum(its)} for each in rows]


def with_verdicts(table: str, rows: Iterable[TableRow], facts: Facts, bounds: Bounds, names: Names) -> list[TableRow]:
    """The rows of a table of cases with how many of them somebody judged faked, or linked to one before."""
    told: dict[str, dict[str, int]] = {}
    for group, some in grouped(OF_VERDICTS, facts, bounds, GROUPS[table]["faked"]).items():
        row = told.setdefault(row_of(names, table, group), dict.fromkeys(OF_VERDICTS, 0))
        for column, value in some.items():
            row[column] += value
    nothing = dict.fromkeys(OF_VERDICTS, 0)
    return [{**each, **told.get(each["key"], nothing)} for each in rows]


def row_of(names: Names, table: str, group: str) -> str:
    """The key of the row in which a grid or unit stands, by its id as text."""
    found = (names.grids if table == "by_grid" else names.units).get(group)
    if found is None:
        return REST
    return found[0] if table == "by_grid" else row_key(found[0])


def kind_key(it: Any) -> Any:
    """The row of a decision: its heaviest kind, or the other authority that decided it."""
    return it.row


# Whose fact stands in which row of a table: what a list of the records of a cell is narrowed by.
GROUPS: dict[str, Mapping[str, Callable[[Any], str]]] = {
    "rounds": {
        "round": lambda it: str(it.id),
        **dict.fromkeys(("visit", "finding", "order"), lambda it: str(it.round_id or "")),
    },
    "by_campaign": dict.fromkeys(("outing", "tally", "incident"), lambda it: str(it.campaign_id)),
    "by_grid": dict.fromkeys(("faked", "recurred", "assessed", "upheld"), lambda it: str(it.child_id)),
    "by_unit": dict.fromkeys(("faked", "recurred"), lambda it: str(it.unit_id)),
    "penalties_by_kind": {"penalty": lambda it: kind_key(it) or "other"},
    "problems": {"problem": lambda it: it.number},
    "scores": {"score": lambda it: f"{it.month}/{it.assessor}/{it.label}"},
    "discipline": {"look": lambda it: str(it.id)},
    "corrections": {"correction": lambda it: str(it.id)},
    "late_work": dict.fromkeys(
        ("late_round", "late_visit", "late_outing", "late_penalty", "late_payment"), lambda it: it.period
    ),
}


def _late(facts: Facts) -> list[TableRow]:
    """补报: one row per earlier period with what arrived after its freeze."""
    rows: dict[str, TableRow] = {}

    def of(it: Any) -> TableRow:
        nothing = {"rounds": 0, "visits": 0, "outings": 0, "decided": 0, "others_decided": 0}
        amounts = {"fined_yuan": money.NOTHING, "paid_yuan": money.NOTHING}
        return rows.setdefault(it.period, {"key": it.period, "period": it.period, **nothing, **amounts})

    for kind, name in (("late_round", "rounds"), ("late_visit", "visits"), ("late_outing", "outings")):
        for it in facts.get(kind, ()):
            of(it)[name] += 1
    for it in facts.get(money.LateDecision.kind, ()):
        of(it)["decided" if it.own else "others_decided"] += 1
        of(it)["fined_yuan"] += it.amount_yuan
    for it in facts.get(money.LatePayment.kind, ()):
        of(it)["paid_yuan"] += it.amount_yuan
    for told in rows.values():
        told |= {name: f"{told[name]:.2f}" for name in ("fined_yuan", "paid_yuan")}
    return [rows[label] for label in sorted(rows)]


def _rounds(facts: Facts, bounds: Bounds) -> list[TableRow]:
    def of(it: Any) -> int | None:
        return it.id if isinstance(it, Round) else it.round_id

    told = grouped(OF_ROUNDS, facts, bounds, of)
    nothing = dict.fromkeys(OF_ROUNDS, 0)
    began = sorted((it for it in facts.get(Round.kind, ()) if it.id in told), key=lambda it: (it.started_at, it.id))
    return [
        {
            "key": str(it.id),
            "label": it.label,
            "theme": it.theme,
            "day": clock.local_date(it.started_at).isoformat(),
            **nothing,
            **told[it.id],
        }
        for it in began
    ]


def _penalties(facts: Facts, bounds: Bounds) -> list[TableRow]:
    told = grouped(OF_KINDS, facts, bounds, kind_key)
    nothing = {column: "0.00" if column.endswith("_yuan") else 0 for column in OF_KINDS}
    own = [(kind.value, label) for kind, label in KIND_NAMES.items() if kind.value in told]
    own += [("", "其他")] if "" in told else []
    others = [(key, key.removeprefix("by:") or "其他机关") for key in sorted(told) if key.startswith("by:")]
    return [
        {
            "key": key or "other",
            "label": label,
            "authority": label if key.startswith("by:") else "",
            **nothing,
            **told[key],
        }
        for key, label in (*own, *others)
    ]


def _verified(it: Look) -> TableRow:
    """A verified fact of the unit: no person is ever named here."""
    return {
        "key": str(it.id),
        "label": it.fact,
        "unit": it.label,
        "day": _day(it.at),
        "verified": True,
        "outcome": it.outcome,
    }


def _problem(it: Problem, bounds: Bounds) -> TableRow:
    done = enforcement.accepted(it, bounds)
    late = not done and bounds.overdue(it.due_at)
    return {
        "key": it.number,
        "label": it.label,
        "unit": it.unit,
        "place": it.place,
        "streak": it.streak,
        "due_on": _day(it.due_at),
        "accepted_on": _day(it.accepted_at) if done else None,
        "state": "corrected" if done else "overdue" if late else "open",
    }


def _scores(scores: Iterable[Score]) -> list[TableRow]:
    ordered = sorted(scores, key=lambda it: (it.month, it.assessor, it.id))
    return [
        {
            "key": f"{it.month}/{it.assessor}/{it.label}",
            "label": it.label,
            "month": it.month,
            "assessor": it.assessor,
            "score": it.score,
            "full": it.full,
            "rank": it.rank,
            "of": it.of,
            "total": it.label in _TOTALS,
        }
        for it in ordered
    ]


def _correction(it: Any) -> TableRow:
    return {
        "key": str(it.id),
        "label": it.label,
        "period": it.period,
        "was_yuan": f"{it.was_yuan:.2f}",
        "now_yuan": None if it.now_yuan is None else f"{it.now_yuan:.2f}",
    }


def _campaign_key(campaign_id: int, names: Names) -> str:
    told = names.campaigns.get(str(campaign_id))
    return row_key(told[0]) if told else REST


def _done(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(OF_CAMPAIGNS, 0), **told}


def _named(agencies: Iterable[str]) -> list[str]:
    known = {str(agency): name for agency, name in AGENCY_NAMES.items()}
    here = set(agencies)
    return [name for key, name in known.items() if key in here] + sorted(here - known.keys())


def _day(instant: Any) -> str | None:
    """The local day of a deadline: one that ends a day at 24:00 is of that day."""
    return None if instant is None else clock.local_date(instant).isoformat()
