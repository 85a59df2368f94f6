"""The dispatch rules of the demo street: what its dispatchers go by anyway. They propose and change no case."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from gridops.cases import service as cases
from gridops.cases.forms import RuleForm
from gridops.cases.rules.dispatching import Conditions
from gridops.catalogue import service as catalogue
from gridops.core import clock
from gridops.demo_street.problems import problems
from gridops.people.queries.keeping import grids_by_code, units_of_root
from gridops.people.rules import WorkLine


@dataclass(frozen=True)
class RulePlan:
    """A rule: its name, the route of its problems (problems.csv), the code of the unit (None: who answers there)."""

    name: str
    route: str
    unit: str | None = None
    grid: str | None = None
    most: int | None = None


RULES = (
    RulePlan("环境卫生派环卫保洁站", "hw", "LHT-CG-HW", most=40),
    RulePlan("户外广告派市容广告科", "sr", "LHT-CG-SR"),
    RulePlan("道路设施派市政设施科", "sz", "LHT-JS-SZ"),
    RulePlan("盘龙街面秩序派执法一组", "cg", "CGZD-XC-1", grid="320411003001"),
    RulePlan("其他街面秩序派执法二组", "cg", "CGZD-XC-2"),
    RulePlan("社区事务派本网格长效管理单位", "sq"),
)


def keep_rules(session: Session, root: int) -> None:
    """Keep them, from the day the clock says."""
    units = {unit.code: unit.id for unit in units_of_root(session, root)}
    grids, today = grids_by_code(session, root), clock.local_date(clock.now())
    categories: dict[str, list[int]] = {}
    for each in problems():
        found = catalogue.find_category(session, "B", each.kind, each.code, root, today)
        categories.setdefault(each.route, []).append(found.id)
    for plan in RULES:
        asked = Conditions(categories=tuple(categories[plan.route]), grid_id=grids[plan.grid] if plan.grid else None)
        unit, line = (units[plan.unit], None) if plan.unit else (None, WorkLine.UPKEEP)
        cases.add_rule(session, root, RuleForm(plan.name, asked, unit, line, plan.most))
