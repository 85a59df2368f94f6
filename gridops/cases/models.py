"""The case (projection of its events), its events, the rules that propose a unit, and what is looked at again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gridops.cases.rules.faking import Suspicion, Verdict
from gridops.cases.rules.moves import Move, Source, State
from gridops.catalogue.rules import Kind
from gridops.core.db import Base, Id, bigint_key, enum_text
from gridops.people.rules import WorkLine

# Cases sent down by an assessment are few; the figures of a month ask for those filed in it.
_ASSESSED = text("source = 'assessment'")
# Of two cases one link stands at most.
_STANDING = text("undone_at IS NULL")


# What a filter of a list may ask of a case.
_FILTERED = ("reported_at", "runs_out_at", "root_id", "unit_id", "category_id", "grid_id", "state", "source")


def _where_given(name: str, column: str, *more: str, unique: bool = False, **given: Any) -> Index:
    """An index over the rows that have this column at all: the many that have none cost nothing."""
    has = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, unique=unique, sqlite_where=has, postgresql_where=has, **given)


def _filtered(*keys: str) -> dict[str, Any]:
    """What stands in an index beside its keys, so that two filters at once read no row in vain."""
    return {"postgresql_include": [name for name in _FILTERED if name not in keys]}


class Case(Base):
    """One case. Columns from `state` on are written only by the projection (`cases.rules.projection`).

    lon/lat WGS-84 degrees; `place` keeps what was sent (crs, accuracy, picked, fix) and how the grid was found.
    `runs_out_at`: when the clock that runs now runs out (`projection.FAR`: none runs): what is due next, what is
    overdue. `open_tile`: the tile (`rules.tiles`) in which a case lies that has not ended: windows of the map.
    """

    __tablename__ = "case"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[str] = mapped_column(String(40), unique=True)
    record_id: Mapped[str | None] = mapped_column(String(36))
    source_system: Mapped[str | None] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[Kind] = mapped_column(enum_text(Kind))
    source: Mapped[Source] = mapped_column(enum_text(Source))
    source_number: Mapped[str | None] = mapped_column(String(80))
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    grid_version_id: Mapped[int] = mapped_column(ForeignKey("grid_version.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    place: Mapped[dict[str, Any] | None]
    address: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    import_digest: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int]

    state: Mapped[State] = mapped_column(enum_text(State))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    condition_id: Mapped[int | None] = mapped_column(ForeignKey("filing_condition.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    reported_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    self_handled_at: Mapped[datetime | None]
    not_filed_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    due_first_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_fair_at: Mapped[datetime | None]
    handle_due_at: Mapped[datetime | None]
    handle_due_fair_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    merged_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    last_moved_at: Mapped[datetime]
    last_undone_at: Mapped[datetime | None]
    last_rewritten_at: Mapped[datetime | None]
    verified: Mapped[bool | None]
    checked_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_due_at: Mapped[datetime | None]
    resume_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    runs_out_at: Mapped[datetime]
    open_tile: Mapped[int | None]
    __table_args__ = (
        Index(None, "root_id", "source_system", "external_id", unique=True),
        Index(None, "root_id", "last_moved_at", "reported_at"),
        Index(None, "root_id", "state", "last_moved_at"),
        Index(None, "root_id", "recorded_at"),
        Index(None, "root_id", "reported_at", "id"),
        Index(None, "root_id", "runs_out_at", "id", **_filtered("root_id", "runs_out_at")),
        Index(None, "root_id", "state", "runs_out_at", "id", **_filtered("root_id", "state", "runs_out_at")),
        Index(None, "root_id", "state", "reported_at", "id"),
        Index(None, "unit_id", "state", "runs_out_at", "id"),
        Index(None, "grid_id", "reported_at", "id", **_filtered("grid_id", "reported_at")),
        Index(None, "category_id", "reported_at", "id", **_filtered("category_id", "reported_at")),
        _where_given("uq_case_record_id", "record_id", unique=True),
        _where_given("ix_case_reporter_id", "reporter_id", "reported_at", "id"),
        _where_given("ix_case_reporter_due", "reporter_id", "runs_out_at", "id"),
        _where_given("ix_case_unit_reported", "unit_id", "reported_at", "id", **_filtered("unit_id", "reported_at")),
        _where_given("ix_case_open_tile", "open_tile", "root_id"),
        _where_given("ix_case_resume_at", "resume_at"),
        _where_given("ix_case_merged_into_id", "merged_into_id"),
        Index("ix_case_assessed", "root_id", "filed_at", sqlite_where=_ASSESSED, postgresql_where=_ASSESSED),
    )


class CaseEvent(Base):
    """One event of a case, with two times: when it happened and when we learnt of it. Appended, never changed.

    `reason`: the words said with it. `outcome`: what a verification found; `until_at`: the deadline asked for, when an
    answer is due (press), or the set date of a suspension; `into_id`: the case it was merged into; `details`: what else
    was handed in.
    `superseded_at`: a later file of the same source told the history otherwise; such events are kept and never folded.
    """

    __tablename__ = "case_event"
    id: Mapped[bigint_key]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    seq: Mapped[int]
    move: Mapped[Move] = mapped_column(enum_text(Move))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(Id)
    record_id: Mapped[str | None] = mapped_column(String(36))
    unit_id: Mapped[int | None]
    category_id: Mapped[int | None]
    condition_id: Mapped[int | None]
    due_at: Mapped[datetime | None]
    handle_due_at: Mapped[datetime | None]
    turns: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[bool | None]
    until_at: Mapped[datetime | None]
    into_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None]
    superseded_at: Mapped[datetime | None]
    __table_args__ = (
        Index(None, "case_id", "seq", unique=True),
        Index(None, "move", "happened_at"),
        _where_given("uq_case_event_record_id", "record_id", unique=True),
    )


class CaseWords(Base):
    """The words of a case to find it by (`rules.words.kept`); written by a worker, from the case alone.

    `reported_at` as the case has it: of many that hold some words, only the first in order are read whole.
    """

    __tablename__ = "case_words"
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    reported_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    # Written at once, by the worker: a list of entries that wait for the index is read through by every search.
    __table_args__ = (
        Index(
            "ix_case_words_entries", text("string_to_array(words, ' ')"),
            postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        ).ddl_if(dialect="postgresql"),
    )  # fmt: skip


class CasePart(Base):
    """A case that another was split into; `seq`: the event of the split one by which it came."""

    __tablename__ = "case_part"
    part_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    parent_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    seq: Mapped[int]


class CaseFlag(Base):
    """A photo of the work done that looks wrong (`rules.faking`), and what a person found; judged once.

    `link_id`, `other_link_id`: uses of evidence; `amount`: metres, seconds or bits, as the kind says.
    """

    __tablename__ = "case_flag"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("evidence_link.id"))
    kind: Mapped[Suspicion] = mapped_column(enum_text(Suspicion))
    amount: Mapped[float] = mapped_column(Float)
    other_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    other_link_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_link.id"))
    found_at: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(enum_text(Verdict))
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    words: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (Index(None, "link_id", "kind", unique=True), Index(None, "root_id", "verdict", "judged_at"))


class CaseApart(Base):
    """Two cases of which a person said that they are two problems (不是重复): not suspected any more.

    `low_id` is the smaller id, so that a pair stands once.
    """

    __tablename__ = "case_apart"
    low_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    high_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False, index=True)
    said_at: Mapped[datetime]
    said_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))


class CaseRecurrence(Base):
    """A person said that a case is a closed one that came back (复发); taken back it ends, and another may begin.

    `earlier_id`: the closed one. Known from `linked_at` until `undone_at`.
    """

    __tablename__ = "case_recurrence"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    earlier_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    linked_at: Mapped[datetime]
    linked_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    __table_args__ = (
        Index(
            "uq_case_recurrence_standing", "case_id", "earlier_id", unique=True,
            sqlite_where=_STANDING, postgresql_where=_STANDING,
        ),
        Index(None, "root_id", "linked_at"),
    )  # fmt: skip


class ClosingRule(Base):
    """Who may close cases of a root (the handler never may), and how many in a hundred that their reporters close are
    looked at again. Roots without a row: everybody of the table of moves, ten.
    """

    __tablename__ = "closing_rule"
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), primary_key=True, autoincrement=False)
    leader: Mapped[bool]
    originator: Mapped[bool]
    community: Mapped[bool]
    recheck_percent: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class SpotCheck(Base):
    """A sample of closed cases (抽查): of which population, by which seed; drawn again it is the same.

    The population: closed within these days, below a grid, with a unit (None: any); `digest`: of the numbers in it.
    """

    __tablename__ = "spot_check"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    seed: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    population: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int] = mapped_column(ForeignKey("app_user.id"))


class SpotCheckPopulation(Base):
    """The numbers of which a sample was drawn (`rules.sampling.packed`): it is proved by them whatever came later."""

    __tablename__ = "spot_check_population"
    spot_check_id: Mapped[int] = mapped_column(ForeignKey("spot_check.id"), primary_key=True, autoincrement=False)
    numbers: Mapped[str] = mapped_column(Text)


class SpotCheckCase(Base):
    """A closed case to be looked at again, and what a person found; without `spot_check_id`: its reporter closed it."""

    __tablename__ = "spot_check_case"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    spot_check_id: Mapped[int | None] = mapped_column(ForeignKey("spot_check.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    position: Mapped[int]
    drawn_at: Mapped[datetime]
    passed: Mapped[bool | None]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    words: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(None, "spot_check_id", "case_id", unique=True),
        Index(None, "root_id", "spot_check_id", "id"),
    )


class DeskFilter(Base):
    """A filter of the queue that a person keeps under a name, as it stands in an address; a preference, no record."""

    __tablename__ = "desk_filter"
    id: Mapped[bigint_key]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(String(30))
    query: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    __table_args__ = (Index(None, "user_id", "name", unique=True),)


class DispatchRuleRow(Base):
    """One version of a dispatch rule: edited by ending one row and beginning the next; what once proposed stays known.

    `number` is the rule's own within its jurisdiction and stays through its versions; the order is `position`, of the
    rule, not of the version. `conditions`: as `rules.dispatching.written`. Proposed is `unit_id`, or who answers for
    `line` in the case's grid. Days are half-open.
    """

    __tablename__ = "dispatch_rule"
    id: Mapped[bigint_key]
    root_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    number: Mapped[int]
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    conditions: Mapped[dict[str, Any]]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    line: Mapped[WorkLine | None] = mapped_column(enum_text(WorkLine))
    most: Mapped[int | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    __table_args__ = (Index(None, "root_id", "position"),)
