"""Dispatch rules in plain sentences: what they ask, whom they propose, why one was passed over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gridops.cases.queries import dispatching
from gridops.cases.queries.pages import CaseFile
from gridops.cases.rules.dispatching import About, Choice, DayKind, DispatchRule, Hours, Passed, Why, parts
from gridops.cases.rules.names import SOURCE_NAMES
from gridops.catalogue import queries as catalogue
from gridops.catalogue.rules import Kind
from gridops.catalogue.service import list_on
from gridops.core.errors import Invalid
from gridops.grids import queries as grids
from gridops.grids.rules.tree import Tree
from gridops.people.queries import names_of_units
from gridops.people.rules import WORK_LINE_NAMES
from gridops.web import choices
from gridops.web.language import category_name, chosen_language

# Of more categories than MANY only SOME are named.
MANY, SOME = 6, 4
DAY_NAMES = {DayKind.WORKING: "工作日", DayKind.REST: "非工作日"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the things are called that rules name by their ids."""

    units: Mapping[int, str]
    grids: Tree
    categories: Mapping[int, str]
    classes: Mapping[tuple[Kind, str], str]

    def grid(self, grid_id: int) -> str:
        """A grid as it is called today."""
        return self.grids.nodes[grid_id].name if grid_id in self.grids else "—"


def names_for(session: Session, root_id: int, rules: Collection[DispatchRule], unit_ids: Collection[int] = ()) -> Names:
    """The names that the words of some rules need, and of further units."""
    wanted = {rule.unit_id for rule in rules if rule.unit_id is not None} | set(unit_ids)
    ids = {category_id for rule in rules for category_id in rule.conditions.categories}
    found = ((category_id, catalogue.category(session, category_id, root_id)) for category_id in sorted(ids))
    return Names(
        names_of_units(session, wanted),
        grids.tree(session),
        {category_id: row.name_zh for category_id, row in found if row is not None},
        _classes(session) if any(rule.conditions.class_code for rule in rules) else {},
    )


def conditions(rule: DispatchRule, names: Names) -> str:
    """What a rule asks, in one sentence."""
    return _sentence(dict(parts(rule)), names)


def why_sent(session: Session, file: CaseFile) -> dict[int, str]:
    """What the rules asked by which a case was sent, by their ids: a version says the same for ever."""
    sent = [entry.details["dispatch_rule"]["id"] for entry in file.timeline if "dispatch_rule" in entry.details]
    rows = dispatching.rule_rows(session, file.case.root_id) if sent else []
    rules = [dispatching.as_rule(row) for row in rows if row.id in sent]
    names = names_for(session, file.case.root_id, rules) if rules else None
    return {rule.id: conditions(rule, names) for rule in rules} if names else {}


def target(rule: DispatchRule, names: Names) -> str:
    """Whom a rule proposes."""
    if rule.line is not None:
        return _("派往：案件所在网格的%(line)s责任单位（就近）", line=_(WORK_LINE_NAMES[rule.line]))
    return _("派往：%(unit)s", unit=names.units.get(rule.unit_id or 0, "—"))


def reason(choice: Choice, names: Names) -> str:
    """Why a unit is proposed: the rule and what it asks, and for which grid the unit answers."""
    why = _sentence(dict(choice.because), names)
    if choice.grid_id is not None and choice.rule.line is not None:
        line = _(WORK_LINE_NAMES[choice.rule.line])
        why += _mark("；") + _("%(grid)s的%(line)s责任单位", grid=names.grid(choice.grid_id), line=line)
    return _("按规则「%(rule)s」：%(why)s", rule=choice.rule.name, why=why)


def passed_over(passed: Passed, names: Names) -> str:
    """Why a rule whose conditions hold was not used; its own limit is said, never a count of cases."""
    if passed.why is Why.FULL and passed.unit_id is not None:
        unit, most = names.units.get(passed.unit_id, "—"), passed.rule.most or 0
        return _("规则「%(rule)s」未用：%(unit)s在办已达%(n)d件", rule=passed.rule.name, unit=unit, n=most)
    return _("规则「%(rule)s」未用：没有可派的单位", rule=passed.rule.name)


def clock_words(hours: Hours) -> tuple[str, str]:
    """`18:00`, `08:00`."""
    begins, ends = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in (hours.begins, hours.ends))
    return begins, ends


def _sentence(asked: Mapping[About, Any], names: Names) -> str:
    said = [words for about, value in asked.items() if (words := _part(about, value, asked, names))]
    return _mark("；").join(said) or _("所有案件")


def _part(about: About, value: Any, asked: Mapping[About, Any], names: Names) -> str:
    """One part of a reason; the class and the categories are one part."""
    if about is About.CLASS or (about is About.CATEGORIES and About.CLASS not in asked):
        return _("类别为%(names)s", names=_kinds(asked, names))
    if about is About.AREA:
        return _("位于%(grid)s", grid=names.grid(value))
    if about is About.SOURCES:
        return _("来源为%(names)s", names=_mark("、").join(_(SOURCE_NAMES[source]) for source in value))
    if about is About.HOURS:
        begins, ends = clock_words(value)
        if value.begins < value.ends:
            return _("派遣时刻在%(begins)s至%(ends)s", begins=begins, ends=ends)
        return _("派遣时刻在%(begins)s至次日%(ends)s", begins=begins, ends=ends)
    if about is About.DAYS:
        return _(DAY_NAMES[value])
    return _("单位在办少于%(n)d件", n=value) if about is About.MOST else ""


def _kinds(asked: Mapping[About, Any], names: Names) -> str:
    said = []
    if About.CLASS in asked:
        name = names.classes.get(asked[About.CLASS], asked[About.CLASS][1])
        said.append(_("%(name)s（大类）", name=category_name(name)))
    categories = asked.get(About.CATEGORIES, ())
    more = len(categories) > MANY
    said += [category_name(names.categories.get(one, "—")) for one in categories[: SOME if more else MANY]]
    words = _mark("、").join(said)
    return _("%(names)s等%(n)d类", names=words, n=len(categories)) if more else words


def _classes(session: Session) -> dict[tuple[Kind, str], str]:
    try:
        edition = list_on(session, choices.LIST, grids.today())
    except Invalid:
        return {}
    return {(row.kind, row.code): row.name_zh for row in catalogue.classes(session, edition.id)}


def _mark(zh: str) -> str:
    """A mark between parts as the language has it."""
    return zh if chosen_language() == "zh" else {"；": "; ", "、": ", "}[zh]
