"""What figures of enforcement and supervision are counted from: facts as plain values, each telling all it is asked.

Pure; knows nothing of money. Field names say what a value is: `_at` an instant, `_on` a local day, `_yuan` an amount,
so that facts can be kept as JSON and read back years later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from gridops.core.canonical import canonical_flat
from gridops.figures.rules import written


@dataclass(frozen=True, slots=True)
class Bounds:
    """The period that is told: S and E, and what is known when.

    `due_by`: what falls due before it is overdue: E, or the present while the period runs. `as_of`: what follows a
    period (mended, answered, penalised) counts up to it. `in_force_at`: amounts and decisions are those in force then;
    later than `as_of` only where a frozen period is asked what would differ today. `yearly`: a year, or a year to date.
    `all_sources`: premises are penalised whatever brought it about, not only a round (a setting of the series).
    Each question is asked of one instant, or of a column of them (`rules.many`).
    """

    start: datetime
    end: datetime
    due_by: datetime
    as_of: datetime
    in_force_at: datetime
    yearly: bool = False
    all_sources: bool = False

    def within(self, instant: Any) -> bool:
        """Whether something happened in [S, E)."""
        return instant is not None and (self.start <= instant) & (instant < self.end)

    def before_end(self, instant: Any) -> bool:
        """Whether something had happened by E."""
        return instant is not None and instant < self.end

    def known(self, instant: Any) -> bool:
        """Whether something had happened when the figures were taken."""
        return instant is not None and instant <= self.as_of

    def stands(self, ended_at: Any) -> bool:
        """Whether a decision has not ended when the figures are taken."""
        return ended_at is None or ended_at > self.in_force_at

    def overdue(self, deadline: Any) -> bool:
        """Whether a deadline passed before E, and not only in the days still ahead."""
        return deadline is not None and deadline < self.due_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of a room as it was counted: its id there, and what a list of records calls it."""

    kind: ClassVar[str] = ""
    id: int
    label: str = ""

    def to_json(self) -> str:
        """Canonical JSON (RFC 8785) of all values: instants in UTC, amounts as text."""
        names, get, writers = written.writers(type(self))
        values = list(get(self))
        for place, write in writers:
            if values[place] is not None:
                values[place] = write(values[place])
        return canonical_flat(names, values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote; a value that is younger than the text has its default."""
        names, readers = written.readers(cls)
        told: dict[str, Any] = json.loads(text)
        if not told.keys() <= names:
            told = {name: value for name, value in told.items() if name in names}
        for name, read in readers:
            if (value := told.get(name)) is not None:
                told[name] = read(value)
        return cls(**told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Fact):
    """A fact that lies in one place. `child_id`: the territory right below the jurisdiction (本级: itself)."""

    child_id: int = 0

    @property
    def lies_in(self) -> tuple[int, ...]:
        """The one territory it lies in; none where a set was frozen before that was kept."""
        return (self.child_id,) if self.child_id else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Round(Fact):
    """夜查. `seen`: complete visits and grids checked; `people`, `officers`: checked in, certified ones among them.

    `lies_in`: the territories right below the jurisdiction (本级: itself) that it went through; it counts in each.
    """

    kind: ClassVar[str] = "round"
    theme: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    seen: int = 0
    people: int = 0
    officers: int = 0
    lies_in: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Placed):
    """A visit to premises (the survivor's id where they were merged); `round_id` None: a re-inspection by itself.

    `began_at`: start of its round, else of the visit: the period it belongs to.
    """

    kind: ClassVar[str] = "visit"
    round_id: int | None = None
    began_at: datetime
    visited_at: datetime
    premises_id: int
    how: str
    complete: bool
    recheck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Placed):
    """发现问题 of a complete visit of a round. `due_at`: of the order to correct left there, if any."""

    kind: ClassVar[str] = "finding"
    round_id: int
    visit_id: int
    began_at: datetime
    premises_id: int
    corrected_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Placed):
    """What a complete visit of a round left at the premises.

    `how`: inspection, patrol or call; `officers`: certified ones on the round.
    """

    kind: ClassVar[str] = "order"
    round_id: int
    visit_id: int
    began_at: datetime
    premises_id: int
    paper: str
    how: str
    officers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing(Placed):
    """一次行动 of a campaign with its agencies; `people`: checked in."""

    kind: ClassVar[str] = "outing"
    number: str
    campaign_id: int
    started_at: datetime
    ended_at: datetime | None = None
    agencies: tuple[str, ...] = ()
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally(Placed):
    """One addition to what an outing (by its number) counts, in the measure of its kind; negative: taken back."""

    kind: ClassVar[str] = "tally"
    outing: str
    outing_id: int
    campaign_id: int
    began_at: datetime
    counts: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Placed):
    """Seizure, impounding, preservation, referral. `began_at`: start of its outing, else its own time.

    `lawful`: agency, basis, approver, two officers, list and deadline are all there (行政强制法 art. 16-24).
    """

    kind: ClassVar[str] = "incident"
    campaign_id: int = 0
    began_at: datetime
    happened_at: datetime
    what: str
    agency: str
    lawful: bool
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Fact):
    """A look at one unit within 明察暗访; looks of one day and source are one check. `fact`: of what was verified."""

    kind: ClassVar[str] = "look"
    at: datetime
    unit_id: int
    source: str = ""
    verified: bool = False
    verified_at: datetime | None = None
    fact: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Fact):
    """通报问题 that the previous issue named (for a year: its issues); who mends it by when, whether it is accepted."""

    kind: ClassVar[str] = "problem"
    number: str
    unit: str = ""
    place: str = ""
    streak: int = 1
    due_at: datetime | None = None
    answered_at: datetime | None = None
    refused_at: datetime | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter(Fact):
    """督查事项; `light`: of its last line before E."""

    kind: ClassVar[str] = "matter"
    number: str
    opened_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    light: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Placed):
    """A case that an assessment from above sent down."""

    kind: ClassVar[str] = "assessed"
    filed_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Placed):
    """A 12345 order by the number of its case; `asked_at`: the last follow-up call in P that reached the caller."""

    kind: ClassVar[str] = "called"
    contact_due_at: datetime
    contacted_at: datetime | None = None
    asked_at: datetime | None = None
    solved: bool | None = None
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Fact):
    """A score from above for one item of one month; `score`, `full` as printed, `rank` of `of` streets."""

    kind: ClassVar[str] = "score"
    month: str
    assessor: str
    score: str
    full: str | None = None
    rank: int | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Fact):
    """An issued paper of the series that is followed: its period and its day of issue."""

    kind: ClassVar[str] = "paper"
    starts_at: datetime
    ends_at: datetime
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld(Placed):
    """A case with an appeal upheld, as it counts among those of its unit: out of ranks and assessment."""

    kind: ClassVar[str] = "upheld"
    unit_id: int
    decided_at: datetime
    should_handle: bool
    on_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Faked(Placed):
    """A case whose closing somebody judged faked within the period, once."""

    kind: ClassVar[str] = "faked"
    unit_id: int
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurred(Placed):
    """A case that somebody linked to one closed before it came, once. `closed_at`: the last such closing in force."""

    kind: ClassVar[str] = "recurred"
    unit_id: int
    reported_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(Fact):
    """补报: a record of an earlier period that arrived after that was frozen; told once, on a line of its own."""

    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRound(Late):
    """A round held in the earlier period."""

    kind: ClassVar[str] = "late_round"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateVisit(Late):
    """A visit of a round of the earlier period."""

    kind: ClassVar[str] = "late_visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOuting(Late):
    """An outing of the earlier period."""

    kind: ClassVar[str] = "late_outing"


KINDS: dict[str, type[Fact]] = {
    each.kind: each
    for each in (
        Round, Visit, Finding, Order, Outing, Tally, Incident, Look, Problem, Matter, Assessed, Score, Paper, Upheld,
        Called, Faked, Recurred, LateRound, LateVisit, LateOuting,
    )
}  # fmt: skip

Facts = Mapping[str, Sequence[Any]]


def by_kind(facts: Iterable[Fact]) -> dict[str, list[Any]]:
    """Facts under their kinds, in order of id: the same facts are always told, kept and listed alike."""
    found: dict[str, list[Any]] = {}
    for fact in sorted(facts, key=lambda fact: fact.id):
        found.setdefault(fact.kind, []).append(fact)
    return found
