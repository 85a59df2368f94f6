"""The rows of the queue as they are drawn: fifty a page, and put together by a template they took most of its time.

What is said of many rows is looked up once for the page; whatever a person wrote is escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from markupsafe import Markup, escape

from gridops.cases.queries.rows import CaseRow
from gridops.cases.rules.deadlines import limit_of
from gridops.cases.rules.facts import FAR
from gridops.cases.rules.moves import State
from gridops.cases.rules.names import SOURCE_NAMES, STATE_NAMES
from gridops.cases.rules.steps import Visit
from gridops.core import clock
from gridops.web import explain, pieces, words
from gridops.web.language import category_names, speaker
from gridops.web.steps import late_now

_ROW = """\
<li class="row-case{tick_class}" data-case="{id}">
{tick}<a class="row-open" href="{address}">
<span class="row-what"><strong>{category}</strong><span class="row-where">{where}</span></span>
<span class="row-meta"><span class="num">{number}</span><span>{grid}</span><span class="row-source">{source}</span>\
<span class="num" title="{reported_full}">{reported}</span></span>
</a>
<span class="row-unit">{unit}{helpers}</span>
<span class="row-state">{state}<span class="row-why">{why}</span>{late}</span>
<span class="row-due">{due}</span>
<div class="row-same" data-same></div>
</li>
"""
_BOX = '<input class="form-check-input" type="checkbox" name="case" value="{id}.{version}" aria-label="{label}">'


@dataclass(frozen=True, slots=True)
class Rows:
    """What all rows of a page have in common; made anew for each page, in the reader's language.

    `ticked`: the cases that can be ticked; `helping`: the units that help with a case, and whether each has told its
    result; `helped`: the cases that the reader's own unit helps with; `in_steps`: the steps that cases are in.
    """

    address_of: Callable[[CaseRow], str]
    ticked: Collection[int]
    helping: Mapping[int, Sequence[tuple[str, bool]]]
    helped: Collection[int]
    in_steps: Mapping[int, Visit]
    say: words.Say = field(default_factory=speaker)
    now: datetime = field(default_factory=clock.now)
    categories: Mapping[str, str] = field(default_factory=category_names)
    hourglass: Markup = field(default_factory=partial(pieces.icon, "hourglass"))
    states: dict[tuple[State, bool, bool], Markup] = field(default_factory=dict)

    def drawn(self, rows: Iterable[CaseRow]) -> Markup:
        """The rows as items of a list."""
        return Markup("").join(self.row(row) for row in rows)

    def row(self, row: CaseRow) -> Markup:
        """One row as an item of the list."""
        _ = self.say
        drawn = _ROW.format(
            id=row.id,
            tick_class=" row-tick" if self.ticked else "",
            tick=self._tick(row),
            address=escape(self.address_of(row)),
            category=escape(self.categories.get(row.category, row.category)),
            where=escape(row.address or row.description or row.grid),
            number=row.number,
            grid=escape(row.grid),
            source=escape(_(SOURCE_NAMES[row.source])),
            reported_full=words.full_time(row.reported_at),
            reported=escape(words.when(row.reported_at, _)),
            unit=escape(row.unit),
            helpers=self._helpers(row.id) if row.id in self.helping else "",
            state=self._state(row),
            why=escape(explain.why_here(row, _)),
            late=self._late(row),
            due=self._due(row),
        )
        return Markup(drawn)  # noqa: S704  all that a person wrote is escaped above

    def _tick(self, row: CaseRow) -> str:
        if not self.ticked:
            return ""
        label = self.say("选择 %(number)s", number=row.number)
        box = _BOX.format(id=row.id, version=row.version, label=escape(label)) if row.id in self.ticked else ""
        return f'<label class="tick">{box}</label>\n'

    def _helpers(self, case_id: int) -> Markup:
        """The chip of the units that help (会办), each with whether its result is told."""
        _, units = self.say, self.helping[case_id]
        said = _("、").join(name + (_("（已反馈）") if told else _("（待反馈）")) for name, told in units)
        word = _("会办") if case_id in self.helped else _("会办 %(n)d", n=len(units))
        drawn = Markup('<span class="chip" title="{}{}{}">{}{}</span>')
        return drawn.format(_("会办"), _("："), said, pieces.icon("users-group"), word)

    def _state(self, row: CaseRow) -> Markup:
        """The chip of its state: a page has few kinds of them."""
        look = (row.state, row.suspended_at is not None, row.resume_at is not None)
        if look not in self.states:
            self.states[look] = pieces.state_chip(row.state, STATE_NAMES[row.state], *look[1:])
        return self.states[look]

    def _late(self, row: CaseRow) -> str:
        """What is late of a case that is not yet late as a whole: the unit's deadline, the step that it is in."""
        _, (due, name) = self.say, limit_of(row)
        found = ""
        if due < row.runs_out_at and due < self.now:
            title = escape(f"{_(name)} {words.left(due, at=self.now, _=_).text}")
            word = escape(_("单位超期"))
            found = f'<span class="chip chip-late" title="{title}">{self.hourglass}{word}</span>'
        step = late_now(self.in_steps, row.id)
        return f"{found}{pieces.chip(step, 'hourglass', 'late')}" if step else found

    def _due(self, row: CaseRow) -> str:
        """What is left of its deadline; without one, when it was closed or how long it waits."""
        _ = self.say
        if row.runs_out_at < FAR:
            return pieces.left(row.runs_out_at, _=_)
        if row.closed_at:
            said = escape(_("%(at)s 结案", at=words.when(row.closed_at, _)))
            return f'<span class="text-secondary num" title="{words.full_time(row.closed_at)}">{said}</span>'
        waits, old = explain.waited(row, _)
        if not waits:
            return ""
        look, title = " chip-soon" if old else "", words.full_time(row.reported_at)
        return f'<span class="chip num{look}" title="{title}">{self.hourglass}{escape(waits)}</span>'
